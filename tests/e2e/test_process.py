"""`closure-bot run` in a real process, against a Bot API that fails it, and killed in the middle of its work.

Twenty questions have twenty different answers, so that each answer tells which question it is for.
"""

import shutil
import signal
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from starlette.applications import Starlette

from actions.officers import Officers, Role
from bot import messages
from bot.messages import command_line
from bot.render.answers import answer_messages
from bot.sandbox import people
from bot.sandbox.entities import parse_html
from bot.sandbox.faults import Faults
from bot.sandbox.model import StoredMessage
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.world import World
from bot.services import utc_now
from retrieval.library import Library
from tests.bot.transport import TOKEN, eventually, opened
from tests.cast import ADMIN, COLLEAGUE, LEAD, OFFICER, Member
from tests.e2e.process import Process

CAST = (OFFICER, COLLEAGUE, LEAD, ADMIN)
CROWD = (*CAST, *(Member(number, f"专员{number}") for number in range(201, 207)))
"""Ten people: with two questions from each the pace of one message a second in a chat costs no time."""
QUESTIONS = (
    "稳岗补贴怎么申请？",
    "联席会议由谁召集？",
    "停业企业多久回访一次？",
    "设备低价转让给关联公司怎么查？",
    "土壤没修复好，厂房能先处置吗？",
    "商标授权收入怎么分？",
    "老板孩子上学的事能帮忙吗？",
    "员工转岗培训谁来组织？",
    "石棉瓦拆除要注意什么？",
    "专利想转让给外地企业怎么办？",
    "绿色转型基金怎么用？",
    "企业早期预警看哪些信号？",
    "集体建设用地怎么入市？",
    "生态责任保险赔多少？",
    "老字号糕点停业后品牌怎么办？",
    "停业企业档案要存哪些内容？",
    "停业顾问怎么聘任？",
    "公积金欠缴怎么处理？",
    "食堂今天中午吃什么？",
    "周末去哪里钓鱼？",
)
MEGABYTES = 450
PATIENCE = 90.0
"""Seconds for what takes five on an idle machine."""


@pytest.fixture(scope="module")
def answers(library: Library) -> dict[str, str]:
    """Question by answer."""
    texts = {}
    for question in QUESTIONS:
        [html] = answer_messages(library.ask(question))
        texts[parse_html(html)[0].strip()] = question
    assert len(texts) == len(QUESTIONS)
    return texts


class Town:
    """The officers and their chats with a bot that may not be there yet."""

    def __init__(self, answers: dict[str, str], members: Sequence[Member]) -> None:
        self.app: Starlette = create_app([Person(member.id, member.name) for member in members], token=TOKEN)
        self.world: World = self.app.state.world
        self.faults: Faults = self.app.state.faults
        self._answers = answers
        self._members = members
        self._start = 0

    def ask_everything(self) -> None:
        """Twenty questions at once, as many from each."""
        self._start = self.world.post(OFFICER.id, OFFICER.id, text="从这里开始").id
        for number, question in enumerate(QUESTIONS):
            people.say(self.world, self._members[number % len(self._members)].id, question)

    def answered(self) -> Counter[str]:
        """How often each question has been answered since; anything else that the bot said is under its own text."""
        said = [message.text for message in self._said() if message.text != messages.HELP]
        return Counter(self._answers.get(text, text) for text in said)

    def has_answered(self, enough: int) -> bool:
        """Whether there are that many answers by now."""
        return self.answered().total() >= enough

    async def everything_answered(self) -> Counter[str]:
        """How often each question was answered, once each was, and once the bot has nothing left to do."""
        await self.world.until(lambda: self.answered().keys() >= set(QUESTIONS), PATIENCE)
        self.faults.clear()
        await self.settled()
        return self.answered()

    async def settled(self) -> None:
        """Once all that was sent before is dealt with: the updates of a chat keep their order."""
        before = {member.id: self._helped(member.id) for member in self._members}
        for member in self._members:
            people.say(self.world, member.id, "/help")
        await self.world.until(lambda: all(self._helped(id_) > count for id_, count in before.items()), PATIENCE)

    def _helped(self, chat: int) -> int:
        return sum(message.text == messages.HELP for message in self.world.messages_in(chat))

    def _said(self) -> list[StoredMessage]:
        everything = [message for member in self._members for message in self.world.messages_in(member.id)]
        return [
            message for message in everything if message.sender_id == self.world.bot.id and message.id > self._start
        ]


@pytest.fixture(scope="module")
def town(answers: dict[str, str]) -> Town:
    return Town(answers, CROWD)


def copied(data_dir: Path, place: Path) -> Path:
    """A data directory with the playbook indexed and the cast registered."""
    shutil.copytree(data_dir, place)
    with opened(place / "case-log.db") as log:
        for member in CROWD:
            role = Role.ADMIN if member == ADMIN else Role.OFFICER  # without an admin a code would be printed
            Officers(log).add(member.id, member.name, role, by=None, now=utc_now())
    return place


def run(data: Path, address: str) -> Process:
    return Process(data / "out", "run", "--data-dir", data, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_BASE_URL=address)


@pytest.fixture(scope="module")
def bot(data_dir: Path, town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One process that lives through all the faults below."""
    with serve(town.app) as address, ExitStack() as stack:
        process = run(copied(data_dir, tmp_path_factory.mktemp("process") / "data"), address)
        stack.callback(process.end)
        yield process


# Faults


@pytest.mark.parametrize(
    ("fault", "methods", "share"),
    [
        ("rate_limited", ["sendMessage", "getUpdates"], 0.4),
        ("server_error", ["sendMessage", "getUpdates", "sendChatAction"], 0.4),
        ("drop_before", ["sendMessage", "getUpdates", "sendChatAction"], 0.4),
        ("drop_after", ["getUpdates"], 1.0),
        ("duplicate_updates", None, 0.5),
    ],
)
async def test_each_of_twenty_questions_is_answered_exactly_once(
    bot: Process, town: Town, fault: str, methods: list[str] | None, share: float
) -> None:
    before = town.faults.counts[fault]
    town.faults.set(fault, methods=methods, share=share, limit=4 if fault in ("rate_limited", "drop_after") else 12)
    town.ask_everything()
    assert await town.everything_answered() == Counter(QUESTIONS)
    assert town.faults.counts[fault] > before
    assert not bot.ended


async def test_an_answer_comes_twice_only_where_nobody_can_know_that_it_has_come(bot: Process, town: Town) -> None:
    before = town.faults.counts["drop_after"]
    town.faults.set("drop_after", methods=["sendMessage"], limit=6, share=0.4)
    town.ask_everything()
    counts = await town.everything_answered()
    assert counts.keys() == set(QUESTIONS)
    in_doubt = town.faults.counts["drop_after"] - before
    assert in_doubt > 0
    assert counts.total() == len(QUESTIONS) + in_doubt


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_memory_stays_within_its_bounds(bot: Process, town: Town) -> None:
    town.ask_everything()
    await town.everything_answered()
    assert 50 < bot.peak_megabytes <= MEGABYTES


async def test_nothing_of_it_all_is_an_incident(bot: Process, town: Town) -> None:
    await town.settled()
    assert "an update failed" not in bot.stderr
    assert "ERROR bot." not in bot.stderr


# Life and death


async def test_it_comes_up_once_the_bot_api_does(data_dir: Path, tmp_path: Path, answers: dict[str, str]) -> None:
    town = Town(answers, CROWD)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with ExitStack() as stack:
        bot = run(copied(data_dir, tmp_path / "data"), f"http://127.0.0.1:{port}")
        stack.callback(bot.end)
        await eventually(lambda: "连不上 Bot API" in bot.stderr, PATIENCE)
        assert not bot.ended
        stack.enter_context(serve(town.app, port=port))
        town.ask_everything()
        assert await town.everything_answered() == Counter(QUESTIONS)


async def test_killed_in_the_middle_of_a_burst_it_answers_everything_and_nothing_twice_that_it_knows_of(
    data_dir: Path, tmp_path: Path, answers: dict[str, str]
) -> None:
    town = Town(answers, CAST)
    data = copied(data_dir, tmp_path / "data")
    doubts: Counter[str] = Counter()
    with serve(town.app) as address, ExitStack() as stack:
        town.ask_everything()
        for _ in range(2):
            enough = town.answered().total() + 4
            bot = run(data, address)
            stack.callback(bot.end)
            await town.world.until(partial(town.has_answered, enough), PATIENCE)
            assert await bot.send(signal.SIGKILL) == -signal.SIGKILL
            in_doubt = town.answered().keys() - known(data)
            assert len(in_doubt) <= len(CAST)  # one at a time in each chat
            doubts.update(in_doubt)
        assert town.answered().total() < len(QUESTIONS)
        bot = run(data, address)
        stack.callback(bot.end)
        counts = await town.everything_answered()
        assert counts.keys() == set(QUESTIONS)
        assert counts <= Counter(QUESTIONS) + doubts
        assert await bot.send(signal.SIGTERM) == 0
    assert known(data) == set(QUESTIONS)


def known(data: Path) -> set[str]:
    """The questions of which the case log knows where their answers stand."""
    with opened(data / "case-log.db") as log:
        rows = log.rows("select text from questions where message_id is not null")
    return {row["text"] for row in rows}


async def test_told_to_stop_it_ends_within_seconds_and_well(
    data_dir: Path, tmp_path: Path, answers: dict[str, str]
) -> None:
    town = Town(answers, CAST)
    with serve(town.app) as address, ExitStack() as stack:
        bot = run(copied(data_dir, tmp_path / "data"), address)
        stack.callback(bot.end)
        await town.settled()
        assert await bot.send(signal.SIGTERM, seconds=5) == 0
    assert (bot.stdout, bot.stderr) == (f"{command_line.RUNNING}\n", "")
