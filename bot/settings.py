"""The settings: one table that feeds the code, `closure-bot --help` and the README.

Each is an environment variable; one that names a secret may instead be read from a file, by
the same name with `_FILE` at its end, as container platforms hand secrets over. A wrong value is one line that
names the variable.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast

import platformdirs
from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SecretFileUnreadable, SettingInvalid
from playbook.loader import BUNDLED as BUNDLED_PLAYBOOK
from retrieval.chat import ChatSettings
from retrieval.settings import BUNDLED_MODEL, LibrarySettings


def _root(url: str) -> str:
    """A server's root: with a scheme, without a slash at the end."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return url.rstrip("/")


def _host_and_port(text: str) -> str:
    """Where to listen: `host:port`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("must be host:port")
    return text


Url = Annotated[str, AfterValidator(_root)]
Listen = Annotated[str, AfterValidator(_host_and_port)]


def _setting(variable: str, english: str, chinese: str, default: Any = None) -> Any:
    """A field of the table: its environment variable, its default, and what it is for in both languages."""
    return Field(
        default=default,
        validation_alias=variable,
        description=english,
        json_schema_extra={"chinese": chinese},
    )


class Settings(BaseSettings):
    """Every setting with its default; the README's tables are made of it."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    telegram_bot_token: SecretStr | None = _setting(
        "TELEGRAM_BOT_TOKEN",
        "token from @BotFather; needed by `run`",
        "向 @BotFather 申请的令牌；`run` 需要",
    )
    telegram_api_base_url: Url = _setting(
        "TELEGRAM_API_BASE_URL",
        "root of the Bot API server, without `/bot`",
        "Bot API 服务器的根地址，不带 `/bot`",
        "https://api.telegram.org",
    )
    webhook_url: Url | None = _setting(
        "CLOSURE_BOT_WEBHOOK_URL",
        "public `https://` address to which Telegram posts updates; without it `run` asks for them (long polling)",
        "Telegram 推送消息用的公网地址 `https://…`；不设就由 `run` 自己去取（长轮询）",
    )
    webhook_listen: Listen = _setting(
        "CLOSURE_BOT_WEBHOOK_LISTEN",
        "where `run` listens for the webhook, behind the proxy that has the certificate",
        "`run` 在本机哪个地址和端口等推送（前面由带证书的代理转发）",
        "127.0.0.1:8081",
    )
    webhook_secret: SecretStr | None = _setting(
        "CLOSURE_BOT_WEBHOOK_SECRET",
        "secret token that Telegram sends along; a new one at each start if unset",
        "推送时核对的暗号；不设就每次启动换一个新的",
    )
    operations_listen: Listen | None = _setting(
        "CLOSURE_BOT_OPERATIONS_LISTEN",
        "`host:port` of `/health` and `/metrics` (Prometheus), best on 127.0.0.1; off if unset",
        "`/health` 和 `/metrics`（Prometheus）的 `地址:端口`，宜用 127.0.0.1；不设就不开",
    )
    data_dir: Path = _setting(
        "CLOSURE_BOT_DATA_DIR",
        "everything that lasts: case log and index",
        "数据目录：案件日志和索引都在这里",
        Path(platformdirs.user_data_dir("closure-bot", appauthor=False)),
    )
    playbook_dir: Path = _setting(
        "CLOSURE_BOT_PLAYBOOK_DIR",
        "folder with `sections/`, `cases/`, `laws/`; the playbook that comes along if unset",
        "手册目录，内有 `sections/`、`cases/`、`laws/`;不设就用自带手册",
        BUNDLED_PLAYBOOK,
    )
    embedding_model: str = _setting(
        "CLOSURE_BOT_EMBEDDING_MODEL",
        "`bundled`, or a sentence-transformers model by hub id or local path (extra `models`)",
        "`bundled`（自带），或 sentence-transformers 模型的名称或本地路径（需装 `models`）",
        BUNDLED_MODEL,
    )
    reranker: str | None = _setting(
        "CLOSURE_BOT_RERANKER",
        "a sentence-transformers cross-encoder that reads the best passages again (extra `models`)",
        "用 sentence-transformers 交叉编码器再排一遍（需装 `models`）",
    )
    chat_model: str | None = _setting(
        "CLOSURE_BOT_CHAT_MODEL",
        "a chat model as LangChain names it, `provider:model` (extras `openai`, `ollama`); answers are quotes if unset",
        "对话模型，按 LangChain 的写法 `提供方:模型`（需装 `openai` 或 `ollama`）；不设就只引原文",
    )
    chat_base_url: Url | None = _setting(
        "CLOSURE_BOT_CHAT_BASE_URL",
        "root of the chat model's server, such as `http://127.0.0.1:8000/v1`; the provider's own if unset",
        "对话模型服务的根地址，例如 `http://127.0.0.1:8000/v1`；不设就用提供方自己的",
    )
    chat_api_key: SecretStr | None = _setting(
        "CLOSURE_BOT_CHAT_API_KEY",
        "key for the chat model's server; the provider's own variable is read if unset",
        "对话模型服务的密钥；不设就读提供方自己的环境变量",
    )
    conversation_minutes: PositiveInt = _setting(
        "CLOSURE_BOT_CONVERSATION_MINUTES",
        "minutes after which a question no longer follows on from the one before",
        "隔多少分钟以后，新问题不再接着上一个问题理解",
        30,
    )
    chroma_url: Url | None = _setting(
        "CLOSURE_BOT_CHROMA_URL",
        "a Chroma server, `http://host:port`; without it Chroma keeps its files in the data directory",
        "Chroma 服务器地址 `http://主机：端口`;不设就存在数据目录里",
    )
    backup_dir: Path | None = _setting(
        "CLOSURE_BOT_BACKUP_DIR",
        "folder for a backup each day that `run` is up; none if unset",
        "每日自动备份放在哪个目录（`run` 在运行时）；不设就不自动备份",
    )
    backup_keep: PositiveInt = _setting(
        "CLOSURE_BOT_BACKUP_KEEP",
        "daily backups that are kept",
        "自动备份保留几份",
        14,
    )
    backup_recipient: str | None = _setting(
        "CLOSURE_BOT_BACKUP_RECIPIENT",
        "public key (`age1...`, or of SSH) to which backups are encrypted; plain if unset",
        "备份加密用的公钥（`age1…` 或 SSH 公钥）；不设就不加密",
    )
    per_minute: PositiveInt = _setting(
        "CLOSURE_BOT_PER_MINUTE",
        "messages and presses that one officer may send in a minute",
        "一个人一分钟最多发几条、点几下",
        120,
    )
    retention_months: NonNegativeInt = _setting(
        "CLOSURE_BOT_RETENTION_MONTHS",
        "months that an archived case is kept before `/forget` may blank what is personal in it",
        "案件归档满多少个月后，才能用 `/forget` 清除个人信息",
        36,
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _setting(
        "CLOSURE_BOT_LOG_LEVEL",
        "`DEBUG`, `INFO`, `WARNING` or `ERROR`, to standard error",
        "日志详略：`DEBUG`、`INFO`、`WARNING`、`ERROR`，写到标准错误",
        "WARNING",
    )
    log_format: Literal["text", "json"] = _setting(
        "CLOSURE_BOT_LOG_FORMAT",
        "`text`, or `json`: one object a line",
        "日志格式：`text`，或 `json`（每行一个对象）",
        "text",
    )

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Settings from the environment, secrets' files read; raises SettingInvalid for the first wrong one."""
        given: dict[str, Any] = {
            str(cls.model_fields[name].validation_alias): value
            for name, value in overrides.items()
            if value is not None
        }
        try:
            return cls(**_secrets(os.environ), **given)
        except ValidationError as error:
            fault = error.errors()[0]
            raise SettingInvalid(name=fault["loc"][0], reason=fault["msg"]) from error

    @property
    def library(self) -> LibrarySettings:
        """What the library needs of them."""
        return LibrarySettings(
            self.data_dir / "index",
            self.playbook_dir,
            self.embedding_model,
            self.reranker,
            self.chroma_url,
            self.released,
            learned=self.learned,
            own=self.sources,
        )

    @property
    def chat(self) -> ChatSettings | None:
        """The chat model, where one is wanted."""
        if self.chat_model is None:
            return None
        key = self.chat_api_key.get_secret_value() if self.chat_api_key else None
        return ChatSettings(self.chat_model, self.chat_base_url, key)

    @property
    def case_log(self) -> Path:
        """The case log's file."""
        return self.data_dir / "case-log.db"

    @property
    def files(self) -> Path:
        """Where photos and documents of cases are kept."""
        return self.data_dir / "files"

    @property
    def run_lock(self) -> Path:
        """What keeps two bots from running over one data directory."""
        return self.data_dir / "run.lock"

    @property
    def push_lock(self) -> Path:
        """What keeps two processes from pushing at a time."""
        return self.data_dir / "push.lock"

    @property
    def released(self) -> Path:
        """Where finished cases that may be cited are kept."""
        return self.data_dir / "released"

    @property
    def sources(self) -> Path:
        """Where leads' own sections and documents are kept, every version."""
        return self.data_dir / "sources"

    @property
    def learned(self) -> Path:
        """Which questions sources were said to answer; made of the case log."""
        return self.data_dir / "learned.yaml"


SECRETS = ("TELEGRAM_BOT_TOKEN", "CLOSURE_BOT_WEBHOOK_SECRET", "CLOSURE_BOT_CHAT_API_KEY")


def _secrets(environment: Mapping[str, str]) -> dict[str, Any]:
    """Secrets named by NAME_FILE, read; the variable itself wins where both are set. An empty file holds none."""
    found: dict[str, Any] = {}
    for name in SECRETS:
        file = environment.get(f"{name}_FILE")
        if file and not environment.get(name):
            try:
                found[name] = Path(file).read_text("utf-8").strip() or None
            except (OSError, UnicodeDecodeError) as error:
                raise SecretFileUnreadable(name=f"{name}_FILE", file=file) from error
    return found


@dataclass(frozen=True)
class SettingRow:
    """One setting as the documents print it; `default` is empty where it depends on the machine."""

    variable: str
    default: str
    english: str
    chinese: str


def table() -> list[SettingRow]:
    """Every setting, in order."""
    return [
        SettingRow(
            variable=str(field.validation_alias),
            default="" if field.default is None or isinstance(field.default, Path) else str(field.default),
            english=field.description or "",
            chinese=str(cast(dict[str, str], field.json_schema_extra)["chinese"]),
        )
        for field in Settings.model_fields.values()
    ]
