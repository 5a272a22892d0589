"""Every setting: where it comes from, what it is by default, and the one line that a wrong one gets."""

import os
from pathlib import Path

import platformdirs
import pytest
from pydantic import SecretStr, ValidationError

from bot.errors import SecretFileUnreadable, SettingInvalid
from bot.origins import Origin, origins, strangers
from bot.settings import SECRETS, SettingRow, Settings, table
from playbook.loader import BUNDLED as BUNDLED_PLAYBOOK
from retrieval.library import LibrarySettings

GOOD = {
    "TELEGRAM_BOT_TOKEN": ("telegram_bot_token", "7:secret"),
    "TELEGRAM_API_BASE_URL": ("telegram_api_base_url", "http://127.0.0.1:8081"),
    "CLOSURE_BOT_WEBHOOK_URL": ("webhook_url", "https://bot.example.cn/hook"),
    "CLOSURE_BOT_WEBHOOK_LISTEN": ("webhook_listen", "[::1]:9001"),
    "CLOSURE_BOT_WEBHOOK_SECRET": ("webhook_secret", "hook-secret"),
    "CLOSURE_BOT_OPERATIONS_LISTEN": ("operations_listen", "127.0.0.1:9100"),
    "CLOSURE_BOT_DATA_DIR": ("data_dir", "/srv/停业管家"),
    "CLOSURE_BOT_PLAYBOOK_DIR": ("playbook_dir", "/srv/手册"),
    "CLOSURE_BOT_EMBEDDING_MODEL": ("embedding_model", "BAAI/bge-small-zh-v1.5"),
    "CLOSURE_BOT_RERANKER": ("reranker", "BAAI/bge-reranker-base"),
    "CLOSURE_BOT_CHAT_MODEL": ("chat_model", "openai:qwen-plus"),
    "CLOSURE_BOT_CHAT_BASE_URL": ("chat_base_url", "http://127.0.0.1:8000/v1"),
    "CLOSURE_BOT_CHAT_API_KEY": ("chat_api_key", "sk-secret"),
    "CLOSURE_BOT_CONVERSATION_MINUTES": ("conversation_minutes", "10"),
    "CLOSURE_BOT_CHROMA_URL": ("chroma_url", "http://chroma:8000"),
    "CLOSURE_BOT_BACKUP_DIR": ("backup_dir", "/srv/备份"),
    "CLOSURE_BOT_BACKUP_KEEP": ("backup_keep", "7"),
    "CLOSURE_BOT_BACKUP_RECIPIENT": ("backup_recipient", "age1xyz"),
    "CLOSURE_BOT_PER_MINUTE": ("per_minute", "60"),
    "CLOSURE_BOT_RETENTION_MONTHS": ("retention_months", "120"),
    "CLOSURE_BOT_LOG_LEVEL": ("log_level", "DEBUG"),
    "CLOSURE_BOT_LOG_FORMAT": ("log_format", "json"),
}


def plain(settings: Settings, attribute: str) -> str | None:
    """A setting as text."""
    value = getattr(settings, attribute)
    return value.get_secret_value() if isinstance(value, SecretStr) else None if value is None else str(value)


@pytest.mark.parametrize("variable", GOOD)
def test_each_setting_is_its_environment_variable(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    attribute, value = GOOD[variable]
    monkeypatch.setenv(variable, value)
    assert plain(Settings.load(), attribute) == value


@pytest.mark.parametrize(
    ("attribute", "default"),
    [
        ("telegram_bot_token", None),
        ("telegram_api_base_url", "https://api.telegram.org"),
        ("data_dir", platformdirs.user_data_dir("closure-bot", appauthor=False)),
        ("playbook_dir", str(BUNDLED_PLAYBOOK)),
        ("embedding_model", "bundled"),
        ("reranker", None),
        ("chroma_url", None),
        ("log_level", "WARNING"),
    ],
)
@pytest.mark.parametrize("left", ["unset", "empty"])
def test_what_is_unset_or_empty_has_its_default(
    monkeypatch: pytest.MonkeyPatch, attribute: str, default: str | None, left: str
) -> None:
    if left == "empty":
        for variable in GOOD:
            monkeypatch.setenv(variable, "")
    assert plain(Settings.load(), attribute) == default


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("TELEGRAM_API_BASE_URL", "api.telegram.org", "http://"),
        ("TELEGRAM_API_BASE_URL", "ftp://api.telegram.org", "http://"),
        ("CLOSURE_BOT_CHROMA_URL", "chroma:8000", "http://"),
        ("CLOSURE_BOT_LOG_LEVEL", "LOUD", "WARNING"),
        ("CLOSURE_BOT_WEBHOOK_LISTEN", "8081", "host:port"),
        ("CLOSURE_BOT_OPERATIONS_LISTEN", "127.0.0.1:http", "host:port"),
        ("CLOSURE_BOT_BACKUP_KEEP", "0", "greater than 0"),
        ("CLOSURE_BOT_PER_MINUTE", "many", "integer"),
        ("CLOSURE_BOT_RETENTION_MONTHS", "-1", "greater than or equal to 0"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable_and_what_it_may_be(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingInvalid) as raised:
        Settings.load()
    line = str(raised.value)
    assert f"设置 {variable} 的值不对" in line
    assert reason in line
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize("name", ["DATA_DIR", "LOG_LEVEL", "data_dir", "log_level", "RERANKER", "CHROMA_URL"])
def test_other_programs_variables_are_none_of_ours(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = Settings.load()
    monkeypatch.setenv(name, "whatever")
    assert Settings.load() == before


def test_a_slash_at_the_end_of_an_address_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", "http://127.0.0.1:8081/")
    assert Settings.load().telegram_api_base_url == "http://127.0.0.1:8081"


def test_what_is_given_wins_over_the_environment_and_nothing_given_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLOSURE_BOT_DATA_DIR", "/srv/elsewhere")
    assert Settings.load(data_dir=tmp_path).data_dir == tmp_path
    assert Settings.load(data_dir=None).data_dir == Path("/srv/elsewhere")


def test_settings_stay_as_they_are() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings.load().log_level = "DEBUG"


def test_everything_that_lasts_is_under_the_data_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable, (_, value) in GOOD.items():
        monkeypatch.setenv(variable, value)
    settings = Settings.load(data_dir=tmp_path)
    assert settings.case_log == tmp_path / "case-log.db"
    assert settings.library == LibrarySettings(
        tmp_path / "index",
        Path("/srv/手册"),
        "BAAI/bge-small-zh-v1.5",
        "BAAI/bge-reranker-base",
        "http://chroma:8000",
        tmp_path / "released",
        tmp_path / "learned.yaml",
        tmp_path / "sources",
    )
    assert settings.files == tmp_path / "files"


# Secrets


def test_a_secret_may_be_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "令牌"
    file.write_text("  7:secret\n", "utf-8")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(file))
    assert plain(Settings.load(), "telegram_bot_token") == "7:secret"


def test_the_variable_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "7:here")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "missing"))
    assert plain(Settings.load(), "telegram_bot_token") == "7:here"


def test_an_empty_variable_leaves_it_to_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("7:secret", "utf-8")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "token"))
    assert plain(Settings.load(), "telegram_bot_token") == "7:secret"


@pytest.mark.parametrize("content", [None, b"\xff\xfe7:secret"], ids=["missing", "not text"])
def test_a_secret_file_that_cannot_be_read_is_one_line_that_names_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "token"
    if content:
        file.write_bytes(content)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(file))
    with pytest.raises(SecretFileUnreadable) as raised:
        Settings.load()
    line = str(raised.value)
    assert line.startswith(f"TELEGRAM_BOT_TOKEN_FILE 指的文件 {file} 读不了。")
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_secret_file_holds_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_text(content, "utf-8")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "token"))
    assert Settings.load().telegram_bot_token is None


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in SECRETS:
        monkeypatch.setenv(variable, "7:top")
    settings = Settings.load()
    shown = "".join(value for _, value, _ in origins(settings, os.environ))
    assert "7:top" not in f"{settings}{settings!r}{settings.model_dump_json()}{shown}"
    monkeypatch.setenv("CLOSURE_BOT_LOG_LEVEL", "LOUD")
    with pytest.raises(SettingInvalid) as raised:
        Settings.load()
    assert "7:top" not in f"{raised.value}{raised.value.__cause__}"


# Where values come from


def test_each_setting_is_told_with_its_origin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("7:secret", "utf-8")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("CLOSURE_BOT_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("CLOSURE_BOT_DATA_DIR", "/srv/elsewhere")
    told = {variable: origin for variable, _, origin in origins(Settings.load(data_dir=tmp_path), os.environ)}
    assert told.pop("TELEGRAM_BOT_TOKEN") is Origin.FILE
    assert told.pop("CLOSURE_BOT_LOG_LEVEL") is Origin.ENVIRONMENT
    assert told.pop("CLOSURE_BOT_DATA_DIR") is Origin.COMMAND
    assert set(told.values()) == {Origin.DEFAULT}


def test_a_variable_that_only_looks_like_a_setting_is_found() -> None:
    given = {"CLOSURE_BOT_LOGLEVEL": "DEBUG", "CLOSURE_BOT_LOG_LEVEL": "DEBUG", "CLOSURE_BOT_WEBHOOK_SECRET_FILE": "/x"}
    assert strangers(given) == ["CLOSURE_BOT_LOGLEVEL"]


# The table


def test_the_table_has_every_setting_in_order() -> None:
    assert [row.variable for row in table()] == list(GOOD)


def test_the_table_shows_defaults_that_are_the_same_everywhere() -> None:
    defaults = {row.variable: row.default for row in table() if row.default}
    assert defaults == {
        "TELEGRAM_API_BASE_URL": "https://api.telegram.org",
        "CLOSURE_BOT_WEBHOOK_LISTEN": "127.0.0.1:8081",
        "CLOSURE_BOT_EMBEDDING_MODEL": "bundled",
        "CLOSURE_BOT_CONVERSATION_MINUTES": "30",
        "CLOSURE_BOT_BACKUP_KEEP": "14",
        "CLOSURE_BOT_PER_MINUTE": "120",
        "CLOSURE_BOT_RETENTION_MONTHS": "36",
        "CLOSURE_BOT_LOG_LEVEL": "WARNING",
        "CLOSURE_BOT_LOG_FORMAT": "text",
    }


@pytest.mark.parametrize("row", table(), ids=lambda row: row.variable)
def test_the_table_explains_each_setting_in_both_languages_in_a_line(row: SettingRow) -> None:
    assert row.english.isascii()
    assert row.english.strip()
    assert any("\u4e00" <= character <= "\u9fff" for character in row.chinese)
    assert not {"\n", "|"} & set(row.english + row.chinese)  # they stand in a Markdown table
