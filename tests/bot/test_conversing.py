"""/reset: whose conversation it ends, where, and what is said to it."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.conversations import Conversations
from actions.officers import Officers
from actions.questions import Questions
from actions.store import CaseLog
from bot import messages
from bot.sandbox.model import GROUP_ID
from retrieval.library import Library
from tests.bot.mute import Player, playing
from tests.cast import COLLEAGUE, OFFICER, Member

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    log = CaseLog(tmp_path / "case-log.db")
    for member in (OFFICER, COLLEAGUE):
        Officers(log).add(member.id, member.name, by=None, now=NOW)
    yield log
    log.close()


@pytest.fixture
async def player(log: CaseLog, library: Library, tmp_path: Path) -> AsyncIterator[Player]:
    async with playing(log, library, tmp_path, now=lambda: NOW) as player:
        yield player


def ask(log: CaseLog, who: Member, chat: int) -> None:
    Questions(log).record_question(who.id, "联席会议谁召集", refused=False, citations=[], now=NOW, asked_in=chat)


def goes_on(log: CaseLog, who: Member, chat: int) -> bool:
    return bool(Conversations(log, 30).turns(who.id, chat, now=NOW))


async def test_reset_ends_the_conversation_and_says_so_in_one_line(player: Player, log: CaseLog) -> None:
    assert await player.say(OFFICER, "/reset") == [messages.NO_CONVERSATION]
    ask(log, OFFICER, OFFICER.id)
    assert await player.say(OFFICER, "/reset") == [messages.CONVERSATION_ENDED]
    assert not goes_on(log, OFFICER, OFFICER.id)
    assert await player.say(OFFICER, "/reset") == [messages.NO_CONVERSATION]


async def test_in_a_group_it_ends_the_askers_own_there(player: Player, log: CaseLog) -> None:
    for who, chat in ((OFFICER, GROUP_ID), (OFFICER, OFFICER.id), (COLLEAGUE, GROUP_ID)):
        ask(log, who, chat)
    assert await player.say(OFFICER, "/reset", GROUP_ID) == [messages.CONVERSATION_ENDED]
    assert not goes_on(log, OFFICER, GROUP_ID)
    assert goes_on(log, OFFICER, OFFICER.id)
    assert goes_on(log, COLLEAGUE, GROUP_ID)


def test_how_a_question_was_understood_is_told() -> None:
    assert messages.understood_as("稳岗补贴，多少钱") == "按「稳岗补贴，多少钱」理解"
