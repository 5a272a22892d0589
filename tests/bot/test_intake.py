"""The walk as an officer meets it: the real application on the sandbox's Bot API."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from actions.officers import Officers, Role
from actions.right_errors import PrivateOnly
from actions.store import CaseLog
from bot import messages
from bot.app import COMMANDS, build
from bot.delivery import Delivery
from bot.messages import cases as case_wording
from bot.messages import intake as wording
from bot.sandbox import people
from bot.sandbox.model import GROUP_ID, StoredMessage
from bot.sandbox.world import World
from bot.services import utc_now
from bot.settings import Settings
from retrieval.library import Library
from tests.bot.sandbox.test_sandbox_formats import png
from tests.bot.test_handlers import Stage, labels
from tests.bot.test_handlers import address as address
from tests.bot.test_handlers import log as log
from tests.bot.test_handlers import sandbox as sandbox
from tests.bot.test_handlers import stage as stage
from tests.bot.test_handlers import world as world
from tests.bot.transport import TOKEN, running
from tests.cast import COLLEAGUE, OFFICER

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
FARM = ("蟹田合作社", "跳过", "生态农业", "健康", "已决定", "2026-12-15", "跳过", "陈先生", "13812342046", "0")
REST = ("否", "否", "否", "是", "蟹田", "跳过", "跳过", "跳过", "否", "子女教育", "微信", "跳过", "跳过", "都没有")


@pytest.fixture
async def bot(
    address: str, log: CaseLog, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """The bot as it is built, in a data directory of its own, but for the pace of sending."""
    monkeypatch.setattr("bot.app.Delivery", partial(Delivery, private_burst=1000, group_per_minute=1000))
    on_sandbox = {"telegram_bot_token": SecretStr(TOKEN), "telegram_api_base_url": address}
    settings = Settings.load(data_dir=tmp_path).model_copy(update=on_sandbox)
    async with running(build(settings, log, library), commands=COMMANDS):
        yield


class Walker:
    """An officer at the checklist: what is said, and the screen that stands once the bot has done its part."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.world = stage, stage.world

    @property
    def screen(self) -> StoredMessage:
        """The screen with the highest step."""
        screens = [message for message in self.stage.bots(OFFICER.id) if self._step(message)]
        return max(screens, key=lambda message: (self._step(message), message.id))

    def _step(self, message: StoredMessage) -> int:
        rows = (message.keyboard or {}).get("inline_keyboard", [])
        carried = [b["callback_data"].split(":") for row in rows for b in row if b["callback_data"].startswith("walk:")]
        return int(carried[0][1]) if carried else 0

    async def says(self, act: Callable[[], object]) -> list[str]:
        """What the bot says to an act, once all is done: a chat's updates keep their order."""
        before = len(self.stage.bots(OFFICER.id))
        act()
        await self.settle()
        return [m.text for m in self.stage.bots(OFFICER.id)[before:] if m.text != messages.HELP]

    async def settle(self, officer: int = OFFICER.id) -> None:
        """Once all that was done before is dealt with."""

        def helped() -> int:
            return sum(message.text == messages.HELP for message in self.stage.bots(officer))

        before = helped()
        people.say(self.world, officer, "/help")
        await self.world.until(lambda: helped() > before, 20)

    async def say(self, *texts: str) -> list[str]:
        said = list[str]()
        for text in texts:
            said = await self.says(partial(people.say, self.world, OFFICER.id, text))
        return said

    async def press(self, label: str, message: StoredMessage | None = None) -> None:
        target = message or self.screen
        await self.stage.press(OFFICER, target, label)
        await self.settle()

    def last(self, officer: int = OFFICER.id) -> StoredMessage:
        """The last message with buttons."""
        return next(m for m in reversed(self.stage.bots(officer)) if labels(m))

    async def tap(self, *parts: str, times: int = 1, officer: int = OFFICER.id) -> None:
        """Presses the button of the last message whose label has those words, perhaps twice before the bot can do a
        thing.
        """
        for part in parts:
            message = self.last(officer)
            rows = (message.keyboard or {})["inline_keyboard"]
            data = next(b["callback_data"] for row in rows for b in row if part in b["text"])
            for _ in range(times):
                people.press(self.world, officer, message.id, data)
            await self.settle(officer)


@pytest.fixture
async def walker(bot: None, stage: Stage) -> Walker:
    walker = Walker(stage)
    await walker.say("/new")
    return walker


async def test_buttons_and_words_answer_alike_and_the_question_changes_in_place(walker: Walker) -> None:
    first = walker.screen
    assert "企业全称是什么？" in first.text
    assert "第 1 步" in first.text
    await walker.say("绿源印染")
    second = walker.screen
    assert second.id != first.id
    assert labels(first) == []
    await walker.press("跳过")
    assert walker.screen.id == second.id
    assert "属于哪个行业？" in walker.screen.text
    await walker.say("印染")
    await walker.press("环保不达标")
    assert "现在走到哪一步了？" in walker.screen.text


async def test_a_whole_walk_ends_as_a_case(walker: Walker, log: CaseLog) -> None:
    await walker.say(*FARM, *REST)
    assert "核对" in walker.screen.text
    await walker.press(wording.BUTTON_SAVE)
    [card] = [m for m in walker.stage.bots(OFFICER.id) if "任务：" in m.text]
    assert "138****2046" in card.text
    assert "13812342046" not in card.text
    await walker.press(wording.BUTTON_SAVE, card) if wording.BUTTON_SAVE in labels(card) else None
    assert len(log.rows("select * from cases where opened_on is not null")) == 1
    listed = await walker.say("/cases 蟹田")
    assert "CM-" in listed[-1]


async def test_why_and_similar_cases_are_one_tap_away(walker: Walker) -> None:
    await walker.say("绿源", "跳过", "印染", "环保不达标")
    said = await walker.say("为什么问")
    assert said[0].startswith("停业前通常有3到6个月") or len(said[0]) > 10
    said = await walker.say("相似案例")
    assert "2023年传统印染企业停业" in said[0]
    assert "行业、停业原因相同" in said[0]


async def test_a_question_in_mid_walk_is_answered_and_the_walk_goes_on(walker: Walker, log: CaseLog) -> None:
    await walker.say("绿源", "跳过")
    answer, question = await walker.say("低价转让怎么认定？")
    assert "[1]" in answer
    assert "属于哪个行业？" in question
    assert len(log.rows("select * from answers")) == 2


@pytest.mark.parametrize(
    ("before", "bad", "wanted"),
    [
        (("绿源",), "91110000600037341M", "校验位"),
        (FARM[:5], "2月31日", "没有2月31日"),
        ((*FARM, "是"), "-5", "不能是负数"),
        ((), "甲" * 3000, "2到60个字"),
        ((), "😀", "请打字回答"),
        (FARM[:2], "火星", "没认出"),
    ],
    ids=["code", "date", "money", "long", "emoji", "choice"],
)
async def test_a_bad_answer_gets_one_line_and_the_question_again(
    walker: Walker, before: tuple[str, ...], bad: str, wanted: str
) -> None:
    if before:
        await walker.say(*before)
    question = walker.screen.text
    line, again = await walker.say(bad)
    assert wanted in line
    assert "\n" not in line
    assert again == question


@pytest.mark.parametrize("kind", ["voice", "sticker", "location", "document"])
async def test_what_is_no_answer_is_told_and_the_question_asked_again(walker: Walker, world: World, kind: Any) -> None:
    question = walker.screen.text
    data = "发票 12".encode()
    send: Callable[[], object] = partial(people.send_file, world, OFFICER.id, "甲.txt", data, kind=kind)
    if kind == "location":
        send = partial(people.send_location, world, OFFICER.id, 31.6, 121.4)
    line, again = await walker.says(send)
    assert line == (wording.NO_FILE_WANTED if kind == "document" else wording.NOT_AN_ANSWER)
    assert again == question


async def test_an_old_button_says_that_it_is_old(walker: Walker, log: CaseLog) -> None:
    await walker.say("绿源", "跳过")
    screen = walker.screen
    data = {b["text"]: b["callback_data"] for row in (screen.keyboard or {})["inline_keyboard"] for b in row}
    for label in ("建材", "化工"):  # two taps before the bot can do a thing
        people.press(walker.world, OFFICER.id, screen.id, data[label])
    await walker.settle()
    toasts = [change.detail["text"] for change in walker.world.journal.changes if change.kind == "answer"]
    assert "这个按钮旧了" in toasts[-1]
    [row] = log.rows("select value from answers where question_id = 'industry'")
    assert row["value"] == '"建材"'


async def test_an_edited_message_changes_nothing_and_shows_the_way(walker: Walker, log: CaseLog) -> None:
    await walker.say("绿源")
    given = next(m for m in walker.world.messages_in(OFFICER.id) if m.text == "绿源")
    [line] = await walker.says(partial(people.edit, walker.world, OFFICER.id, given.id, "青山"))
    assert "企业全称" in line
    assert log.rows("select value from answers")[0]["value"] == '"绿源"'


async def test_new_again_offers_to_go_on_and_cancel_asks_once(walker: Walker, log: CaseLog) -> None:
    await walker.say("绿源")
    [offer] = await walker.say("/new")
    assert offer == wording.CONTINUE_ASK
    await walker.press(wording.BUTTON_GO_ON, walker.stage.bots(OFFICER.id)[-2])
    await walker.press(wording.BUTTON_CANCEL)
    assert walker.screen.text == wording.CANCEL_ASK
    await walker.press(wording.BUTTON_CANCEL_NO)
    await walker.press(wording.BUTTON_CANCEL)
    await walker.press(wording.BUTTON_CANCEL_YES)
    assert any(m.text == wording.GIVEN_UP for m in walker.stage.bots(OFFICER.id))
    assert log.rows("select status from cases") == [{"status": "archived"}]


async def test_the_calendar_turns_its_months_and_gives_a_day(walker: Walker, log: CaseLog) -> None:
    await walker.say(*FARM[:5])
    await walker.press(wording.BUTTON_CALENDAR)
    await walker.press("›")
    await walker.press("15")
    [row] = log.rows("select value from answers where question_id = 'closure_date'")
    assert row["value"].endswith('-15"')


async def test_evidence_closes_a_task_and_opens_what_waited(walker: Walker, world: World, log: CaseLog) -> None:
    pollution = ("还没有", "湿地")
    await walker.say(*FARM, *REST[:-1], "石棉", "否", "否", *pollution)
    await walker.press(wording.BUTTON_SAVE)
    task = log.rows("select id from tasks where rule = 'asbestos-removal'")[0]["id"]
    await walker.tap("任务")
    while not any("石棉" in label for label in labels(walker.last())):
        await walker.tap("下一页")
    await walker.tap("石棉", case_wording.BUTTON_EVIDENCE)
    [done] = await walker.says(partial(people.send_file, world, OFFICER.id, "照片.png", png(4, 4), kind="photo"))
    assert done.startswith(case_wording.DONE["evidence"])
    assert log.rows("select status from tasks where id = ?", [task]) == [{"status": "done"}]
    assert len(log.rows("select * from files where task_id = ?", [task])) == 1


async def test_a_cited_rule_becomes_a_task_once(walker: Walker, world: World, log: CaseLog) -> None:
    await walker.say(*FARM, *REST)
    await walker.press(wording.BUTTON_SAVE)
    await walker.say("停业企业多久回访一次？")
    await walker.tap(case_wording.BUTTON_JOIN, "[1]")
    await walker.tap("CM-", times=2)
    [task] = log.rows("select * from tasks where citation is not null")
    assert task["source"] == "revisit-mechanism"
    assert "停业企业多久回访一次" in task["citation"]


async def test_only_a_lead_releases_and_then_answers_cite_it(
    walker: Walker, world: World, log: CaseLog, tmp_path: Path
) -> None:
    await walker.say(*FARM, *REST)
    await walker.press(wording.BUTTON_SAVE)
    case_id = log.rows("select id from cases")[0]["id"]
    with log.transaction() as db:
        db.execute("update tasks set status = 'done', done_at = created_at")
    await walker.say(f"/case {case_id}")
    await walker.tap(case_wording.BUTTON_ARCHIVE)
    assert case_wording.BUTTON_RELEASE not in labels(walker.last())
    Officers(log).add(COLLEAGUE.id, COLLEAGUE.name, Role.LEAD, by=None, now=utc_now())
    await walker.stage.say(COLLEAGUE, f"/case {case_id}")
    await walker.tap(case_wording.BUTTON_RELEASE, case_wording.BUTTON_PUBLISH, officer=COLLEAGUE.id)
    [text] = released(tmp_path)
    assert not any(secret in text for secret in ("蟹田", "陈先生", "13812342046"))


def released(data_dir: Path) -> list[str]:
    """What past cases officers' cases have become."""
    return [path.read_text("utf-8") for path in data_dir.glob("released/*.md")]


async def test_cases_are_for_private_chats(bot: None, stage: Stage) -> None:
    for command in ("/new", "/cases", "/case 2026-1"):
        assert (await stage.say(OFFICER, command, GROUP_ID)).text == str(PrivateOnly())
