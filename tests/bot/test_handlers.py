"""What people see of the bot: the real application on the real playbook, over the sandbox's Bot API by HTTP."""

import json
import logging
import re
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from actions.gaps import Gaps
from actions.inbox import Inbox
from actions.leaving import remove_officer
from actions.ledger import Ledger
from actions.officers import Officers, Role
from actions.questions import Question, Questions
from actions.store import CaseLog
from bot import messages
from bot.app import COMMANDS, build
from bot.delivery import Delivery
from bot.render.answers import answer_messages, source_pages
from bot.sandbox import people
from bot.sandbox.entities import parse_html
from bot.sandbox.faults import Faults
from bot.sandbox.model import GROUP_ID, StoredMessage
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.wire import message_json
from bot.sandbox.world import World
from bot.services import utc_now
from bot.settings import Settings
from playbook.edition import Text
from retrieval.errors import IndexBusy
from retrieval.followups import Turn
from retrieval.library import Library, LibrarySettings
from retrieval.model import Answer, Hit, Passage, Quote
from tests.bot.sandbox.test_sandbox_formats import png
from tests.bot.transport import TOKEN, eventually, opened, running
from tests.cast import COLLEAGUE, OFFICER, STRANGER, Member

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

ASKED = "稳岗补贴怎么申请？"
REFUSED = "食堂今天中午吃什么？"
NAME = "@closure_sandbox_bot"
TURNED_AWAY = f"您还没有登记。请把编号 {STRANGER.id} 发给管理员，登记后就能使用。"
CAST = (OFFICER, COLLEAGUE, STRANGER)


# The stage


@pytest.fixture
def sandbox() -> Starlette:
    return create_app([Person(member.id, member.name) for member in CAST])


@pytest.fixture
def address(sandbox: Starlette, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve(sandbox) as address:
        yield address


@pytest.fixture
def world(sandbox: Starlette) -> World:
    world: World = sandbox.state.world
    return world


@pytest.fixture
def faults(sandbox: Starlette) -> Faults:
    faults: Faults = sandbox.state.faults
    return faults


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db") as log:
        for member in (OFFICER, COLLEAGUE):
            Officers(log).add(member.id, member.name, Role.OFFICER, by=None, now=utc_now())
        yield log


@pytest.fixture
def questions(log: CaseLog) -> Questions:
    return Questions(log)


@pytest.fixture
def gaps(log: CaseLog) -> Gaps:
    return Gaps(log, Ledger(log))


def rated(questions: Questions, number: int) -> int | None:
    """How a question was rated."""
    question = questions.get(number)
    assert question
    return question.rating


@asynccontextmanager
async def at_work(address: str, log: CaseLog, library: Library) -> AsyncIterator[None]:
    """The bot as `bot.app` builds it, but for the pace of sending, which `test_delivery` looks after."""
    patch = pytest.MonkeyPatch()
    patch.setattr("bot.app.Delivery", partial(Delivery, private_burst=1000, group_per_minute=1000))
    on_sandbox = {"telegram_bot_token": SecretStr(TOKEN), "telegram_api_base_url": address}
    application = build(Settings.load().model_copy(update=on_sandbox), log, library)
    patch.undo()
    async with running(application, commands=COMMANDS):
        yield


@pytest.fixture
async def bot(address: str, log: CaseLog, library: Library) -> AsyncIterator[None]:
    async with at_work(address, log, library):
        yield


@dataclass(frozen=True)
class Toast:
    """What a pressed button is answered with."""

    text: str
    alert: bool


class Stage:
    """What people do, each time until the bot has done its part."""

    def __init__(self, world: World) -> None:
        self.world = world

    def bots(self, chat: int) -> list[StoredMessage]:
        """What the bot has said in a chat."""
        return [message for message in self.world.messages_in(chat) if message.sender_id == self.world.bot.id]

    async def after(self, act: Callable[[], object], chat: int) -> StoredMessage:
        """The bot's next message once somebody has done something."""
        before = len(self.bots(chat))
        act()
        await self.world.until(lambda: len(self.bots(chat)) > before, 20)
        return self.bots(chat)[before]

    async def say(
        self, who: Member, text: str, chat: int | None = None, to: StoredMessage | None = None
    ) -> StoredMessage:
        """The bot's answer to a message."""
        reply_to = to.id if to else None
        return await self.after(
            lambda: people.say(self.world, who.id, text, chat_id=chat, reply_to=reply_to), chat or who.id
        )

    async def press(self, who: Member, message: StoredMessage, label: str) -> Toast:
        """What is told to the one who presses a button."""
        query_id = self._press(who, message, label)

        def toasts() -> list[Toast]:
            changes = [change for change in self.world.journal.changes if change.kind == "answer"]
            return [
                Toast(change.detail["text"], change.detail["alert"])
                for change in changes
                if change.detail["query_id"] == query_id
            ]

        [toast] = await self.world.until(toasts, 20)
        return toast

    async def open(self, who: Member, message: StoredMessage, label: str) -> StoredMessage:
        """The message that a button brings."""
        return await self.after(lambda: self._press(who, message, label), message.chat_id)

    async def turn(self, who: Member, message: StoredMessage, label: str) -> str:
        """The text of a message once a button has changed it."""
        before = message.text
        self._press(who, message, label)
        await self.world.until(lambda: message.text != before, 20)
        return message.text

    async def settled(self, who: Member, chat: int | None = None) -> list[StoredMessage]:
        """What the bot has said, once all that was sent before is dealt with: a chat's updates keep their order."""
        await self.say(who, f"/help{NAME}", chat)
        return [message for message in self.bots(chat or who.id) if message.text != messages.HELP]

    def overhear(self, who: Member, **content: Any) -> None:
        """A message of the group that a bot without privacy mode sees, though it is for nobody in particular."""
        message = self.world.post(GROUP_ID, who.id, **content)
        self.world.offer("message", message_json(self.world, message))

    def _press(self, who: Member, message: StoredMessage, label: str) -> str:
        data = {button["text"]: button["callback_data"] for button in keys(message)}
        return people.press(self.world, who.id, message.id, data[label], chat_id=message.chat_id)


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


def keys(message: StoredMessage) -> list[dict[str, str]]:
    return [button for row in (message.keyboard or {}).get("inline_keyboard", []) for button in row]


def labels(message: StoredMessage) -> list[str]:
    return [button["text"] for button in keys(message)]


def read(html: str) -> str:
    return parse_html(html)[0].strip()


def expected(library: Library, question: str) -> str:
    """What the bot should say: its answers are one message each."""
    [html] = answer_messages(library.ask(question))
    return read(html)


def asked(log: CaseLog) -> list[Question]:
    """All questions that are kept, oldest first."""
    found = [Questions(log).get(row["id"]) for row in log.rows("select id from questions order by id")]
    return [question for question in found if question]


# The first screen


async def test_start_says_what_the_bot_is_and_suggests_three_questions(bot: None, stage: Stage) -> None:
    first = await stage.say(OFFICER, "/start")
    assert first.text == f"{messages.START}\n\n{messages.START_TRY}"
    assert labels(first) == list(messages.SUGGESTIONS)


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_each_suggested_question_is_answered_when_pressed(
    bot: None, stage: Stage, library: Library, log: CaseLog, number: int
) -> None:
    first = await stage.say(OFFICER, "/start")
    question = messages.SUGGESTIONS[number]
    answer = await stage.open(OFFICER, first, question)
    assert answer.text == expected(library, question)
    assert "[1]" in answer.text
    assert [(kept.officer_id, kept.text, kept.refused) for kept in asked(log)] == [(OFFICER.id, question, False)]


async def test_help_is_given_and_commands_are_offered(bot: None, stage: Stage, world: World) -> None:
    assert (await stage.say(OFFICER, "/help")).text == messages.HELP
    offered = await world.until(lambda: world.settings.commands_in(world.chats[OFFICER.id]), 10)
    assert [(each["command"], each["description"]) for each in offered] == list(messages.COMMANDS)


# An answer


async def test_an_officer_gets_an_answer_with_marks_sources_and_buttons(
    bot: None, stage: Stage, library: Library
) -> None:
    answer = await stage.say(OFFICER, ASKED)
    cited = library.ask(ASKED).citations
    assert answer.text == expected(library, ASKED)
    said, sources = answer.text.split("\n\n")
    assert said.startswith(f"{cited[0].passage.title}\n")
    assert re.search(r"。\[1\]$", said, re.MULTILINE)
    basis, *lines = sources.splitlines()
    assert re.fullmatch(r"依据（手册 \d{4}-\d\d-\d\d 版 · [0-9a-f]{6}）", basis)
    for mark, (hit, line) in enumerate(zip(cited, lines, strict=True), 1):
        assert f"[{mark}] {hit.passage.title}" in line
    assert {entity["type"] for entity in answer.entities} == {"bold"}
    assert answer.reply_to is None
    assert labels(answer) == [*(f"看[{mark}]" for mark in range(1, len(cited) + 1)), "相似案例", "加入案件", "👍", "👎"]


async def test_ask_is_the_same_as_writing_the_question(bot: None, stage: Stage, library: Library) -> None:
    assert (await stage.say(OFFICER, f"/ask  {ASKED}")).text == expected(library, ASKED)


async def test_the_case_log_keeps_question_outcome_and_passages_as_cited(
    bot: None, stage: Stage, library: Library, log: CaseLog
) -> None:
    answer = await stage.say(OFFICER, ASKED)
    refusal = await stage.say(COLLEAGUE, REFUSED)
    await placed(log, 2)
    rows = log.rows(
        "select officer_id, text, refused, citations, rating, chat_id, message_id from questions order by id"
    )
    for row, member, question, message in zip(
        rows, (OFFICER, COLLEAGUE), (ASKED, REFUSED), (answer, refusal), strict=True
    ):
        told = library.ask(question)
        assert (row["officer_id"], row["text"], row["refused"]) == (member.id, question, int(told.refused))
        assert (row["rating"], row["chat_id"], row["message_id"]) == (None, member.id, message.id)
        assert json.loads(row["citations"]) == [
            {
                "id": hit.passage.id,
                "title": hit.passage.title,
                "kind": hit.passage.kind,
                "text": hit.passage.text,
            }
            for hit in told.citations
        ]


async def handled(log: CaseLog, count: int) -> None:
    """Waits until that many updates are dealt with, whatever came of them."""
    await eventually(lambda: len(log.rows("select update_id from updates where handled_at is not null")) == count)


async def placed(log: CaseLog, count: int) -> None:
    """Waits until the case log knows where that many answers stand: it is told after they were sent."""
    sql = "select id from questions where message_id is not null"
    await eventually(lambda: len(log.rows(sql)) == count)


async def test_typing_is_shown_while_the_answer_is_looked_for(
    address: str, log: CaseLog, stage: Stage, world: World
) -> None:
    found = threading.Event()

    def slowly(question: str) -> Answer:
        found.wait(20)
        return made_up("慢慢找到的话。")

    def typing() -> bool:
        return any(change.kind == "typing" and change.chat_id == OFFICER.id for change in world.journal.changes)

    async with at_work(address, log, FakeLibrary(slowly)):
        people.say(world, OFFICER.id, ASKED)
        try:
            await world.until(typing, 10)
            assert stage.bots(OFFICER.id) == []
        finally:
            found.set()
        await world.until(lambda: stage.bots(OFFICER.id), 10)


async def test_a_long_answer_comes_in_order_with_the_buttons_under_its_last_message(
    address: str, log: CaseLog, stage: Stage, world: World
) -> None:
    texts = [f"第{number}步：" + "先清运危险废物，" * 350 + "再处置厂房。" for number in (1, 2, 3)]
    async with at_work(address, log, FakeLibrary(lambda question: made_up(*texts))):
        people.say(world, OFFICER.id, ASKED)
        sent = await world.until(lambda: stage.bots(OFFICER.id)[2:] and stage.bots(OFFICER.id), 20)
    whole = "".join(message.text for message in sent)
    assert [whole.index(text + f"[{mark}]") for mark, text in enumerate(texts, 1)] == sorted(map(whole.index, texts))
    assert [bool(message.keyboard) for message in sent] == [False] * (len(sent) - 1) + [True]


async def test_an_update_that_is_handled_again_is_not_answered_again(
    address: str, log: CaseLog, library: Library, stage: Stage, world: World
) -> None:
    with pytest.MonkeyPatch.context() as patch:  # as if the process had been killed before it could say it was done
        patch.setattr(Inbox, "handled", lambda *_: None)
        async with at_work(address, log, library):
            await stage.say(OFFICER, ASKED)
            await placed(log, 1)
    async with at_work(address, log, library):
        assert len(await stage.settled(OFFICER)) == 1
    assert len(asked(log)) == 1


# A refusal


async def test_what_the_playbook_does_not_hold_is_refused_with_the_two_nearest_and_kept_as_a_gap(
    bot: None, stage: Stage, library: Library, gaps: Gaps
) -> None:
    refusal = await stage.say(OFFICER, REFUSED)
    nearest = [hit.passage.title for hit in library.ask(REFUSED).citations[:2]]
    assert refusal.text == f"{messages.refusal(REFUSED)}\n{messages.nearest(nearest)}"
    assert labels(refusal) == [*(f"看{title}" for title in nearest), "都不是"]
    assert [(gap.text, gap.refused) for gap in gaps.open()] == [(REFUSED, True)]


async def test_a_nearest_section_opens(bot: None, stage: Stage, library: Library) -> None:
    refusal = await stage.say(OFFICER, REFUSED)
    nearest = library.ask(REFUSED).citations[1].passage
    opened = await stage.open(OFFICER, refusal, f"看{nearest.title}")
    assert opened.text == read(source_pages(library.source_of(nearest.id))[0])


async def test_none_of_them_is_kept(bot: None, stage: Stage, questions: Questions) -> None:
    refusal = await stage.say(OFFICER, REFUSED)
    assert await stage.press(OFFICER, refusal, "都不是") == Toast(messages.NONE_OF_THESE, alert=False)
    assert rated(questions, 1) == -1


async def test_what_people_write_is_never_markup(bot: None, stage: Stage) -> None:
    wicked = "<b>食堂</b>今天中午吃什么？ & &lt; <script>alert(1)</script>"
    refusal = await stage.say(OFFICER, wicked)
    assert f"「{wicked}」" in refusal.text
    assert refusal.entities == []


# Sources and similar cases


@pytest.fixture(scope="module")
def shelf(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, Path]]:
    """A library of its own with a folder of documents, one of them several pages long."""
    place = tmp_path_factory.mktemp("shelf")
    shutil.copytree(data_dir, place / "data")
    folder = place / "文件"
    folder.mkdir()
    parts = ["锅炉", "叉车", "变压器", "冷却塔", "空压机", "行车", "储罐", "污水泵", "配电柜", "消防泵"]
    advice = "拆除前要先断电断水，再请有资质的单位出具方案。过程照片与签字单一并归档，保存五年。" * 9
    chapters = [
        f"# {part}\n\n{part}的铭牌编号是 T<{number}>，存放在北仓库。{advice}" for number, part in enumerate(parts)
    ]
    (folder / "台账.md").write_text("\n\n".join(chapters), "utf-8")
    library = Library(LibrarySettings(place / "data" / "index"))
    library.add([folder])
    yield library, folder
    library.close()


async def test_a_source_opens_whole_and_the_answer_stays(bot: None, stage: Stage, library: Library) -> None:
    answer = await stage.say(OFFICER, ASKED)
    before = answer.text
    for mark, hit in enumerate(library.ask(ASKED).citations, 1):
        source = await stage.open(OFFICER, answer, f"看[{mark}]")
        [page] = source_pages(library.source_of(hit.passage.id))
        assert source.text == read(page)
        assert source.keyboard is None
    assert answer.text == before


async def test_a_long_source_opens_where_it_was_cited_and_turns_in_place(
    address: str, log: CaseLog, shelf: tuple[Library, Path], stage: Stage
) -> None:
    library, _ = shelf
    cited = library.ask("空压机的铭牌编号是多少？").citations[0].passage
    pages = [read(page) for page in source_pages(library.source_of(cited.id))]
    [at] = [number for number, page in enumerate(pages) if cited.text[:30] in page]
    assert 0 < at < len(pages) - 1
    async with at_work(address, log, library):
        answer = await stage.say(OFFICER, "空压机的铭牌编号是多少？")
        source = await stage.open(OFFICER, answer, "看[1]")
        assert source.text == pages[at]
        assert labels(source) == [messages.BUTTON_PREVIOUS, messages.BUTTON_NEXT]
        for number in range(at + 1, len(pages)):
            assert await stage.turn(OFFICER, source, messages.BUTTON_NEXT) == pages[number]
        assert labels(source) == [messages.BUTTON_PREVIOUS]
        for number in reversed(range(len(pages) - 1)):
            assert await stage.turn(OFFICER, source, messages.BUTTON_PREVIOUS) == pages[number]
        assert labels(source) == [messages.BUTTON_NEXT]
        assert stage.bots(OFFICER.id) == [answer, source]


async def test_a_source_that_is_gone_is_shown_as_it_was_cited(
    address: str, log: CaseLog, shelf: tuple[Library, Path], stage: Stage
) -> None:
    library, folder = shelf
    (folder / "油罐.txt").write_text("地埋油罐 <一号> 的检测报告编号是 YG & 3316，保管人是周敏。", "utf-8")
    library.add([folder])
    async with at_work(address, log, library):
        answer = await stage.say(OFFICER, "地埋油罐的检测报告编号是多少？")
        (folder / "油罐.txt").unlink()
        library.add([folder])
        source = await stage.open(OFFICER, answer, "看[1]")
    assert source.text == f"油罐\n{messages.SOURCE_GONE}\n\n地埋油罐 <一号> 的检测报告编号是 YG & 3316，保管人是周敏。"


async def test_similar_cases_are_listed_and_open(bot: None, stage: Stage, library: Library) -> None:
    answer = await stage.say(OFFICER, ASKED)
    cases = [hit.passage for hit in library.similar_cases(ASKED)]
    assert {case.kind for case in cases} == {"case"}
    listed = await stage.open(OFFICER, answer, "相似案例")
    assert [line for line in listed.text.splitlines() if line.startswith("• ")] == [f"• {case.title}" for case in cases]
    assert len(labels(listed)) == len(cases)
    for case, label in zip(cases, labels(listed), strict=True):
        shown = await stage.open(OFFICER, listed, label)
        assert shown.text == read(source_pages(library.source(case.source_id))[0])


# Ratings


@pytest.mark.parametrize(
    ("label", "rating", "told", "ticked"),
    [("👍", 1, messages.RATED_GOOD, ["👍 ✓", "👎"]), ("👎", -1, messages.RATED_BAD, ["👍", "👎 ✓"])],
)
async def test_a_rating_is_kept_told_and_ticked(
    bot: None, stage: Stage, log: CaseLog, world: World, label: str, rating: int, told: str, ticked: list[str]
) -> None:
    answer = await stage.say(OFFICER, ASKED)
    before = answer.text
    assert await stage.press(OFFICER, answer, label) == Toast(told, alert=False)
    await world.until(lambda: labels(answer)[-2:] == ticked, 10)
    assert answer.text == before
    assert [question.rating for question in asked(log)] == [rating]


async def test_a_rating_can_be_changed_and_pressing_it_again_changes_nothing(
    bot: None, stage: Stage, log: CaseLog, world: World, questions: Questions, gaps: Gaps
) -> None:
    answer = await stage.say(OFFICER, ASKED)
    await stage.press(OFFICER, answer, "👍")
    await world.until(lambda: "👍 ✓" in labels(answer), 10)
    assert await stage.press(OFFICER, answer, "👍 ✓") == Toast(messages.RATED_GOOD, alert=False)
    assert await stage.press(OFFICER, answer, "👎") == Toast(messages.RATED_BAD, alert=False)
    await world.until(lambda: "👎 ✓" in labels(answer), 10)
    assert [(gap.text, rated(questions, gap.id)) for gap in gaps.open()] == [(ASKED, -1)]
    assert len(await stage.settled(OFFICER)) == 1


async def test_only_the_asker_rates(bot: None, stage: Stage, log: CaseLog) -> None:
    answer = await stage.say(OFFICER, f"{NAME} {ASKED}", GROUP_ID)
    assert await stage.press(COLLEAGUE, answer, "👎") == Toast(messages.NOT_YOUR_BUTTON, alert=True)
    assert await stage.press(OFFICER, answer, "👍") == Toast(messages.RATED_GOOD, alert=False)
    assert [question.rating for question in asked(log)] == [1]


async def test_a_colleague_may_open_sources_in_the_group(bot: None, stage: Stage) -> None:
    answer = await stage.say(OFFICER, f"{NAME} {ASKED}", GROUP_ID)
    source = await stage.open(COLLEAGUE, answer, "看[1]")
    assert source.text.startswith(answer.text.splitlines()[0])


# Strangers


@pytest.mark.parametrize("text", ["/start", "/help", ASKED, f"/ask {ASKED}", "/nosuch"])
async def test_a_stranger_gets_one_line_with_their_own_id_and_nothing_else(
    bot: None, stage: Stage, log: CaseLog, text: str
) -> None:
    told = await stage.say(STRANGER, text)
    assert (told.text, told.keyboard) == (TURNED_AWAY, None)
    await handled(log, 1)
    assert stage.bots(STRANGER.id) == [told]
    assert asked(log) == []


async def test_a_stranger_s_photo_is_turned_away_and_their_correction_is_not_answered(
    bot: None, stage: Stage, world: World, log: CaseLog
) -> None:
    people.send_file(world, STRANGER.id, "现场.png", png(8, 8), kind="photo")
    said = people.say(world, STRANGER.id, "在吗")
    people.edit(world, STRANGER.id, said.id, "在吗？")
    await handled(log, 3)
    assert [message.text for message in stage.bots(STRANGER.id)] == [TURNED_AWAY] * 2


async def test_a_stranger_who_presses_a_button_is_told_so_and_nothing_happens(
    bot: None, stage: Stage, log: CaseLog
) -> None:
    answer = await stage.say(OFFICER, f"{NAME} {ASKED}", GROUP_ID)
    for label in labels(answer):
        assert await stage.press(STRANGER, answer, label) == Toast(TURNED_AWAY, alert=True)
    assert await stage.settled(OFFICER, GROUP_ID) == [answer]
    assert [question.rating for question in asked(log)] == [None]


async def test_in_a_group_a_stranger_is_answered_only_when_talking_to_the_bot(bot: None, stage: Stage) -> None:
    stage.overhear(STRANGER, text=ASKED)
    stage.overhear(STRANGER, kind="location", location={"latitude": 31.6, "longitude": 121.4})
    assert await stage.settled(OFFICER, GROUP_ID) == []
    told = await stage.say(STRANGER, f"{NAME} {ASKED}", GROUP_ID)
    assert told.text == TURNED_AWAY
    assert told.reply_to is not None


async def test_who_is_removed_is_a_stranger_from_then_on(bot: None, stage: Stage, log: CaseLog) -> None:
    await stage.say(COLLEAGUE, "/help")
    remove_officer(log, COLLEAGUE.id, by=None, now=utc_now())
    assert (await stage.say(COLLEAGUE, ASKED)).text == messages.stranger(COLLEAGUE.id)
    assert asked(log) == []


async def test_who_is_added_may_ask_from_then_on(bot: None, stage: Stage, log: CaseLog, library: Library) -> None:
    await stage.say(STRANGER, ASKED)
    Officers(log).add(STRANGER.id, STRANGER.name, Role.OFFICER, by=None, now=utc_now())
    assert (await stage.say(STRANGER, ASKED)).text == expected(library, ASKED)


# Groups


async def test_in_a_group_the_bot_keeps_silent_unless_it_is_talked_to(bot: None, stage: Stage, log: CaseLog) -> None:
    stage.overhear(OFFICER, text=ASKED)
    stage.overhear(
        OFFICER, text="@somebody 稳岗补贴怎么申请？", entities=[{"type": "mention", "offset": 0, "length": 9}]
    )
    stage.overhear(OFFICER, kind="location", location={"latitude": 31.6, "longitude": 121.4})
    assert await stage.settled(OFFICER, GROUP_ID) == []
    assert asked(log) == []


@pytest.mark.parametrize("text", [f"{NAME} {ASKED}", f"{ASKED} {NAME.upper()}", f"/ask {ASKED}", f"/ask{NAME} {ASKED}"])
async def test_in_a_group_it_answers_who_names_it_or_commands_it_and_quotes_the_question(
    bot: None, stage: Stage, library: Library, log: CaseLog, text: str
) -> None:
    answer = await stage.say(OFFICER, text, GROUP_ID)
    assert answer.text == expected(library, ASKED)
    question = stage.world.message(GROUP_ID, answer.reply_to)
    assert question
    assert question.text == text
    assert [kept.text for kept in asked(log)] == [ASKED]


async def test_in_a_group_it_answers_who_replies_to_it(bot: None, stage: Stage, library: Library) -> None:
    first = await stage.say(OFFICER, f"{NAME} {REFUSED}", GROUP_ID)
    assert (await stage.say(COLLEAGUE, ASKED, GROUP_ID, to=first)).text == expected(library, ASKED)


async def test_in_a_group_a_name_without_a_question_is_asked_back(bot: None, stage: Stage) -> None:
    assert (await stage.say(OFFICER, NAME, GROUP_ID)).text == messages.ASK_WHAT


@pytest.mark.parametrize("who", [OFFICER, STRANGER], ids=lambda member: member.name)
async def test_in_a_group_another_bot_s_command_is_none_of_ours(bot: None, stage: Stage, who: Member) -> None:
    stage.overhear(who, text="/tasks@other_bot", entities=[{"type": "bot_command", "offset": 0, "length": 16}])
    assert await stage.settled(OFFICER, GROUP_ID) == []


@pytest.mark.parametrize(
    ("chat", "event"),
    [
        (GROUP_ID, {"new_chat_members": [{"id": 7, "is_bot": False, "first_name": "新来的"}]}),
        (OFFICER.id, {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}),
    ],
    ids=["somebody joins", "messages are to vanish"],
)
async def test_what_telegram_says_of_a_chat_is_no_question(
    bot: None, stage: Stage, world: World, chat: int, event: dict[str, Any]
) -> None:
    said = message_json(world, world.post(chat, OFFICER.id)) | event
    said.pop("text", None)
    world.offer("message", said)
    assert await stage.settled(OFFICER, chat) == []


# What is no question


@pytest.mark.parametrize("text", ["/nosuch", "/news", "/ASKED"])
async def test_an_unknown_command_is_told(bot: None, stage: Stage, text: str) -> None:
    assert (await stage.say(OFFICER, text)).text == messages.UNKNOWN_COMMAND


@pytest.mark.parametrize("kind", ["photo", "document", "voice", "sticker"])
async def test_what_is_no_text_is_told(bot: None, stage: Stage, world: World, kind: Any) -> None:
    act = partial(people.send_file, world, OFFICER.id, "现场.png", png(8, 8), kind=kind, caption="这块地能卖吗")
    assert (await stage.after(act, OFFICER.id)).text == messages.TEXT_ONLY


async def test_a_place_is_told_so(bot: None, stage: Stage, world: World) -> None:
    act = partial(people.send_location, world, OFFICER.id, 31.6, 121.4)
    assert (await stage.after(act, OFFICER.id)).text == messages.TEXT_ONLY


@pytest.mark.parametrize("text", ["/ask", "/ask   ", f"/ask{NAME}"])
async def test_an_empty_question_is_asked_back(bot: None, stage: Stage, log: CaseLog, text: str) -> None:
    assert (await stage.say(OFFICER, text)).text == messages.ASK_WHAT
    assert asked(log) == []


@pytest.mark.parametrize(("characters", "taken"), [(500, True), (501, False), (600, False), (4096, False)])
async def test_a_question_has_five_hundred_characters_at_most(
    bot: None, stage: Stage, log: CaseLog, characters: int, taken: bool
) -> None:
    told = await stage.say(OFFICER, (ASKED * 500)[:characters])
    assert (told.text != messages.QUESTION_TOO_LONG) == taken
    assert len(asked(log)) == taken


async def test_a_correction_is_not_answered(bot: None, stage: Stage, world: World, log: CaseLog) -> None:
    answer = await stage.say(OFFICER, ASKED)
    question = next(message for message in world.messages_in(OFFICER.id) if message.sender_id == OFFICER.id)
    people.edit(world, OFFICER.id, question.id, "稳岗补贴向谁申请？")
    assert await stage.settled(OFFICER) == [answer]
    assert [kept.text for kept in asked(log)] == [ASKED]


async def test_blocking_and_unblocking_are_no_incident(
    bot: None, stage: Stage, world: World, log: CaseLog, caplog: pytest.LogCaptureFixture
) -> None:
    for member in (OFFICER, STRANGER):
        people.block(world, member.id)
        people.block(world, member.id, False)
    await handled(log, 4)
    assert stage.bots(OFFICER.id) == stage.bots(STRANGER.id) == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


# Old buttons


@pytest.mark.parametrize(
    ("data", "toast"),
    [
        ("done:17", Toast(messages.BUTTON_EXPIRED, alert=False)),
        ("try:9", Toast(messages.BUTTON_EXPIRED, alert=False)),
        ("source:999:1", Toast(messages.BUTTON_EXPIRED, alert=True)),
        ("source:1:9", Toast(messages.BUTTON_EXPIRED, alert=True)),
        ("page:999:1:0", Toast(messages.BUTTON_EXPIRED, alert=True)),
        ("page:1:1:99", Toast(messages.BUTTON_EXPIRED, alert=True)),
        ("similar:999", Toast(messages.BUTTON_EXPIRED, alert=True)),
        ("case:no-such-case:0", Toast(messages.BUTTON_EXPIRED, alert=True)),
        ("rate:999:1", Toast(messages.NOT_YOUR_BUTTON, alert=True)),
        ("none:999", Toast(messages.NOT_YOUR_BUTTON, alert=True)),
    ],
)
async def test_a_button_that_means_nothing_any_more_is_answered(
    bot: None, stage: Stage, world: World, data: str, toast: Toast
) -> None:
    answer = await stage.say(OFFICER, ASKED)
    button = {"inline_keyboard": [[{"text": "旧按钮", "callback_data": data}]]}
    old = world.post(OFFICER.id, world.bot.id, text="去年的消息", keyboard=button)
    assert await stage.press(OFFICER, old, "旧按钮") == toast
    assert await stage.settled(OFFICER) == [answer, old]
    assert old.text == "去年的消息"


@pytest.mark.parametrize("label", ["看[1]", "相似案例"])
async def test_a_press_that_came_too_long_ago_to_be_answered_still_does_what_it_says(
    address: str, log: CaseLog, library: Library, stage: Stage, world: World, label: str
) -> None:
    async with at_work(address, log, library):
        answer = await stage.say(OFFICER, ASKED)
        await placed(log, 1)
    stage._press(OFFICER, answer, label)  # while the bot is down
    world.presses.clear()
    async with at_work(address, log, library):
        sent = await stage.settled(OFFICER)
    assert len(sent) == 2
    assert not sent[1].text.startswith("这一步没办成")


# Errors


class FakeLibrary(Library):
    """Answers as it is told to, and knows nothing else."""

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self._answer = answer

    def ask(self, question: str, meant: str = "") -> Answer:
        return self._answer(question)

    def understood(self, question: str, earlier: Sequence[Turn]) -> str:
        return question

    def texts(self) -> Mapping[str, Text]:
        return {}

    def interrupt(self) -> None:
        """Nothing to end."""

    def source_of(self, passage_id: str) -> list[Passage]:
        raise ZeroDivisionError("the source broke")


def made_up(*texts: str) -> Answer:
    passages = [
        Passage(f"made-up-{number}", 0, f"第{number}节", "section", "asset", text) for number, text in enumerate(texts)
    ]
    quotes = tuple(Quote(text, mark) for mark, text in enumerate(texts, 1))
    return Answer(ASKED, False, quotes, tuple(Hit(passage, 1.0) for passage in passages), "测试", 1.0)


def broken(question: str) -> Answer:
    raise ZeroDivisionError("the search broke")


class Witness(logging.Handler):
    """Notes what the chat held when an error was logged."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(logging.ERROR)
        self.stage = stage
        self.seen: list[tuple[str, int]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append((self.format(record), len(self.stage.bots(OFFICER.id))))


@pytest.fixture
def witness(stage: Stage) -> Iterator[Witness]:
    witness = Witness(stage)
    logging.getLogger().addHandler(witness)
    yield witness
    logging.getLogger().removeHandler(witness)


async def test_an_error_is_logged_first_with_its_traceback_and_told_in_one_line_with_its_number(
    address: str, log: CaseLog, stage: Stage, witness: Witness
) -> None:
    async with at_work(address, log, FakeLibrary(broken)):
        told = await stage.say(OFFICER, ASKED)
    [(logged, messages_then)] = witness.seen
    assert messages_then == 0
    assert "Traceback" in logged
    assert "the search broke" in logged
    [reference] = re.findall(r"E-[0-9A-F]{4}", told.text)
    assert reference in logged
    assert told.text == messages.failed(reference)
    assert asked(log) == []


async def test_an_error_made_for_people_says_what_to_do_and_has_a_number_too(
    address: str, log: CaseLog, stage: Stage, witness: Witness
) -> None:
    def busy(question: str) -> Answer:
        raise IndexBusy(where="/srv/index.lock")

    async with at_work(address, log, FakeLibrary(busy)):
        told = await stage.say(OFFICER, ASKED)
    [reference] = re.findall(r"E-[0-9A-F]{4}", told.text)
    assert told.text == messages.refused_with(str(IndexBusy(where="/srv/index.lock")), reference)
    assert reference in witness.seen[0][0]


async def test_after_an_error_the_bot_goes_on(address: str, log: CaseLog, stage: Stage) -> None:
    async with at_work(address, log, FakeLibrary(broken)):
        assert (await stage.say(OFFICER, ASKED)).text != (await stage.say(OFFICER, ASKED)).text  # other numbers
        assert (await stage.say(OFFICER, "/help")).text == messages.HELP


async def test_an_error_behind_a_page_button_is_told_by_an_alert(
    address: str, log: CaseLog, stage: Stage, world: World, witness: Witness
) -> None:
    async with at_work(address, log, FakeLibrary(lambda question: made_up("一句话。"))):
        await stage.say(OFFICER, ASKED)
        button = {"inline_keyboard": [[{"text": "下一页 ›", "callback_data": "page:1:1:1"}]]}
        toast = await stage.press(OFFICER, world.post(OFFICER.id, world.bot.id, text="页", keyboard=button), "下一页 ›")
    assert toast.alert
    [reference] = re.findall(r"E-[0-9A-F]{4}", toast.text)
    assert toast.text == messages.failed(reference)
    assert reference in witness.seen[0][0]


async def test_an_error_after_the_press_was_answered_is_told_in_the_chat(
    address: str, log: CaseLog, stage: Stage
) -> None:
    async with at_work(address, log, FakeLibrary(lambda question: made_up("一句话。"))):
        answer = await stage.say(OFFICER, ASKED)
        await stage.press(OFFICER, answer, "看[1]")
        assert [bool(re.search(r"E-[0-9A-F]{4}", each.text)) for each in await stage.settled(OFFICER)] == [False, True]


async def test_who_has_blocked_the_bot_is_logged_and_not_told(
    bot: None, stage: Stage, world: World, faults: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    faults.set("blocked_by", chats=[OFFICER.id], methods=["sendMessage"])
    people.say(world, OFFICER.id, ASKED)
    await eventually(lambda: "an update failed" in caplog.text)
    faults.clear()
    assert await stage.settled(OFFICER) == []
    assert faults.counts["blocked_by"] == 1
    assert "Forbidden" in caplog.text
