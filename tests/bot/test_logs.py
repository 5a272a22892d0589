"""What is logged, and what a model is handed: nothing that leads to a person, nor what opens the bot."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from actions.officers import Officers, Role
from actions.store import CaseLog
from bot.logs import OURS, set_up
from bot.messages import cases as wording
from playbook.masking import HIDDEN
from retrieval.followups import Turn
from retrieval.library import Library
from retrieval.model import Answer, Hit
from tests.actions.taken_in import FARM, NOW, Office
from tests.bot.mute import GROUP_ID, Player, playing
from tests.bot.test_handlers import made_up
from tests.bot.transport import TOKEN, opened
from tests.cast import ADMIN, COLLEAGUE, LEAD, OFFICER, STRANGER

PHONE, LANDLINE, IDENTITY, MAIL = "13812342046", "0571-87654321", "110101199003078515", "wang@example.com"
REAL_TOKEN = "7123456789:AAF-x0vJ_kq3Zy8sTtW1bEoGhNcLmPdRuVa"
SECRETS = (PHONE, LANDLINE, IDENTITY, MAIL, REAL_TOKEN)
FORMS = pytest.mark.parametrize("form", ["text", "json"])


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """`set_up` is for a whole process; this one has tests after these."""
    root = logging.getLogger()
    loggers = [root, *map(logging.getLogger, (*OURS, "telegram.request"))]
    handlers, levels = root.handlers[:], [logger.level for logger in loggers]
    yield
    root.handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def fail(secret: str) -> None:
    try:
        raise ValueError(f"第一行\n{secret}")
    except ValueError as error:
        raise RuntimeError(f"为{secret}办的事没办成") from error


# What the formatter lets through


@FORMS
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_gets_through_in_a_line_nor_in_a_traceback(
    form: str, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("DEBUG", form)
    log = logging.getLogger("bot.test")
    log.warning("说了「%s」：%r\n%s\n", secret, ValueError(secret), secret)
    try:
        fail(secret)
    except RuntimeError:
        log.exception("没办成\t%s", secret)
    logged = capsys.readouterr().err
    assert secret not in logged
    assert logged.count(HIDDEN) >= 5
    assert "RuntimeError" in logged


@FORMS
def test_no_token_gets_through_in_an_address(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up("INFO", form)
    for token in (TOKEN, REAL_TOKEN):
        logging.getLogger("bot.test").info("POST https://api.telegram.org/bot%s/getMe", token)
        logging.getLogger("bot.test").info("https://api.telegram.org/file/bot%s/photos/1.jpg", token)
    logged = capsys.readouterr().err
    assert logged.count(f"/bot{HIDDEN}/") == 4
    assert not any(token in logged for token in (TOKEN, REAL_TOKEN))


@FORMS
def test_what_engineers_need_gets_through(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up("INFO", form)
    logging.getLogger("bot.test").error("E-4F2A: update %d of CM-2026-0001 on 2026-03-02 failed", 123456789)
    assert "E-4F2A: update 123456789 of CM-2026-0001 on 2026-03-02 failed" in capsys.readouterr().err


def test_json_is_one_object_a_line_under_the_promised_names(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("INFO", "json")
    logging.getLogger("bot.test").warning('引号"和\n换行，%s', PHONE)
    try:
        fail(PHONE)
    except RuntimeError:
        logging.getLogger("actions.test").exception("没办成")
    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (first["level"], first["logger"], first["message"]) == ("WARNING", "bot.test", f'引号"和\n换行，{HIDDEN}')
    assert datetime.strptime(first["at"], "%Y-%m-%d %H:%M:%S,%f")  # noqa: DTZ007 - the machine's own time
    assert "Traceback" in second["exc_info"]


def test_libraries_say_only_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("DEBUG", "text")
    for name in ("httpx", "telegram.ext", "apscheduler", "bot"):
        logging.getLogger(name).info("%s tells", name)
    logging.getLogger("telegram.request").error("requests fail")
    logging.getLogger("httpx").warning("httpx warns")
    assert [line.rpartition(": ")[2] for line in capsys.readouterr().err.splitlines()] == ["bot tells", "httpx warns"]


# What the running bot logs


class RecordingLibrary(Library):
    """Answers anything, and keeps what it was handed."""

    def __init__(self) -> None:
        self.handed: list[str] = []

    def understood(self, question: str, earlier: Sequence[Turn]) -> str:
        self.handed.append(question)
        return question

    def ask(self, question: str, meant: str = "") -> Answer:
        self.handed.append(question)
        return replace(made_up("每季度回访一次。"), question=question)

    def similar_cases(self, text: str, limit: int = 3) -> list[Hit]:
        self.handed.append(text)
        return []


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db", busy_timeout=0.05) as log:
        Office(log).take_in({**FARM, "contact": "陈先生", "phone": PHONE, "reach_how": "微信", "reach_when": "下午"})
        Officers(log).add(ADMIN.id, ADMIN.name, Role.ADMIN, by=None, now=NOW)
        yield log


async def a_day(player: Player, task: int) -> None:
    """Much of what people do, in words that must not be found again."""
    for person in (OFFICER, COLLEAGUE, LEAD, ADMIN, STRANGER):
        await player.say(person, f"密语：给陈先生{PHONE}的补贴怎么申请？")
        await player.say(person, f"@closure_sandbox_bot 密语{IDENTITY}", GROUP_ID)
        for command in ("/ask", "/cases", "/case", "/quiet", "/digest", "/history", "/forget", "/nosuch", "/start"):
            await player.say(person, f"{command} 密语 {MAIL}")
        for ask in ("note:CM-2026-0001", "task:CM-2026-0001", f"remark:{task}", f"date:{task}"):
            await player.press(person, f"ask:{ask}")
            await player.say(person, f"密语 {PHONE} {IDENTITY}")
    await player.say(OFFICER, "/new")
    await player.say(OFFICER, "密语有限公司")


@FORMS
async def test_a_day_of_the_bot_leaves_no_word_of_anybody_in_its_log(
    form: str, log: CaseLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with playing(log, RecordingLibrary(), tmp_path, now=lambda: NOW + timedelta(days=1)) as player:
        set_up("DEBUG", form)
        task, *_ = log.rows("select id from tasks where kind = 'revisit'")
        await a_day(player, task["id"])
        with log.transaction() as db:
            db.execute("pragma query_only = on")
        await a_day(player, task["id"])
    logged = capsys.readouterr().err
    assert "not an officer: 999" in logged
    assert "an update failed" in logged
    assert "CaseLogReadOnly" in logged
    told = ("密语", "陈先生", "每季度回访一次", PHONE, IDENTITY, MAIL, TOKEN, wording.ASK_FOR["note"])
    assert [secret for secret in told if secret in logged] == []


# What a model is handed


@pytest.mark.parametrize("secret", [PHONE, LANDLINE, IDENTITY, MAIL])
@pytest.mark.parametrize("start", ["", "/ask "])
async def test_no_number_and_no_address_of_a_question_reaches_the_library(
    log: CaseLog, tmp_path: Path, start: str, secret: str
) -> None:
    library = RecordingLibrary()
    async with playing(log, library, tmp_path, now=lambda: NOW) as player:
        await player.say(OFFICER, f"{start}陈先生{secret}的补贴怎么申请？")
        await player.press(OFFICER, "similar:1")
    assert library.handed == [f"陈先生{HIDDEN}的补贴怎么申请？"] * 2
    assert log.row("select text from questions") == {"text": library.handed[0]}
