"""Conversations: which questions one follows on from, and where it ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actions.conversations import Conversations, Exchange
from actions.officers import Officers
from actions.questions import Citation, Questions
from actions.store import CaseLog
from tests.cast import COLLEAGUE, OFFICER

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
GROUP = -100123
MINUTES = 30


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    log = CaseLog(tmp_path / "case-log.db")
    for member in (OFFICER, COLLEAGUE):
        Officers(log).add(member.id, member.name, by=None, now=NOW)
    yield log
    log.close()


@pytest.fixture
def conversations(log: CaseLog) -> Conversations:
    return Conversations(log, MINUTES)


def ask(
    log: CaseLog, text: str, at: int = 0, *, by: int = OFFICER.id, chat: int | None = OFFICER.id, **more: object
) -> int:
    """A question `at` minutes, answered from a section that is called as the question is."""
    told = {"refused": False, "citations": [Citation("x", f"题：{text}", "section", "文")], "meant": "", **more}
    now = NOW + timedelta(minutes=at)
    return Questions(log).record_question(by, text, now=now, asked_in=chat, **told)  # type: ignore[arg-type]


def asked(conversations: Conversations, at: int = 1, chat: int = OFFICER.id, **more: int) -> list[str]:
    turns = conversations.turns(OFFICER.id, chat, now=NOW + timedelta(minutes=at), **more)
    return [turn.question for turn in turns]


def test_a_turn_is_the_question_as_it_was_meant_with_the_titles_of_its_citations(
    log: CaseLog, conversations: Conversations
) -> None:
    ask(log, "联席会议谁召集")
    ask(log, "多久一次", meant="联席会议，多久一次")
    ask(log, "食堂吃什么", refused=True)
    assert conversations.turns(OFFICER.id, OFFICER.id, now=NOW) == [
        Exchange("联席会议谁召集", ("题：联席会议谁召集",), False),
        Exchange("联席会议，多久一次", ("题：多久一次",), False),
        Exchange("食堂吃什么", ("题：食堂吃什么",), True),
    ]


def test_only_the_last_few_turns_are_handed_out(log: CaseLog, conversations: Conversations) -> None:
    for number in range(5):
        ask(log, f"问{number}", number)
    assert asked(conversations, 5) == ["问2", "问3", "问4"]
    assert asked(conversations, 5, limit=1) == ["问4"]


def test_a_conversation_is_one_officers_in_one_chat(log: CaseLog, conversations: Conversations) -> None:
    ask(log, "我在私聊")
    ask(log, "我在群里", chat=GROUP)
    ask(log, "同事在群里", chat=GROUP, by=COLLEAGUE.id)
    ask(log, "不知在哪里", chat=None)
    assert asked(conversations) == ["我在私聊"]
    assert asked(conversations, chat=GROUP) == ["我在群里"]


@pytest.mark.parametrize(("at", "expected"), [(MINUTES, ["问"]), (MINUTES + 1, [])])
def test_a_conversation_expires(log: CaseLog, conversations: Conversations, at: int, expected: list[str]) -> None:
    ask(log, "问")
    assert asked(conversations, at) == expected


def test_each_turn_keeps_it_alive_but_a_gap_ends_what_was_before(log: CaseLog, conversations: Conversations) -> None:
    ask(log, "昨天", -24 * 60)
    ask(log, "先", 0)
    ask(log, "中", 25)
    ask(log, "后", 50)
    assert asked(conversations, 75) == ["先", "中", "后"]


def test_what_was_asked_by_a_clock_that_was_ahead_is_no_conversation(
    log: CaseLog, conversations: Conversations
) -> None:
    ask(log, "时钟拨快了一年", 365 * 24 * 60)
    assert asked(conversations) == []
    ask(log, "问")
    assert asked(conversations) == ["问"]


def test_an_update_that_is_handled_again_does_not_follow_on_from_itself(
    log: CaseLog, conversations: Conversations
) -> None:
    ask(log, "先", update_id=1)
    ask(log, "那破产的呢", update_id=2)
    assert asked(conversations, update_id=2) == ["先"]
    assert asked(conversations, update_id=3) == ["先", "那破产的呢"]


def test_reset_ends_the_one_conversation_and_is_recorded(log: CaseLog, conversations: Conversations) -> None:
    ask(log, "问")
    ask(log, "群里问", chat=GROUP)
    ask(log, "再问")
    assert conversations.reset(OFFICER.id, OFFICER.id, now=NOW)
    assert asked(conversations) == []
    assert asked(conversations, chat=GROUP) == ["群里问"]
    (event,) = log.rows("select actor_id, subject, detail from events where verb = 'reset'")
    assert event == {"actor_id": OFFICER.id, "subject": "question:3", "detail": f'{{"chat_id": {OFFICER.id}}}'}
    ask(log, "新问")
    assert asked(conversations) == ["新问"]


def test_there_is_nothing_to_end_twice_nor_after_it_expired(log: CaseLog, conversations: Conversations) -> None:
    assert not conversations.reset(OFFICER.id, OFFICER.id, now=NOW)
    ask(log, "问")
    assert not conversations.reset(OFFICER.id, GROUP, now=NOW)
    assert not conversations.reset(OFFICER.id, OFFICER.id, now=NOW + timedelta(minutes=MINUTES + 1))
    assert conversations.reset(OFFICER.id, OFFICER.id, now=NOW)
    assert not conversations.reset(OFFICER.id, OFFICER.id, now=NOW)
    assert len(log.rows("select * from events where verb = 'reset'")) == 1


def test_what_a_reset_ended_stays_ended_whatever_the_clock_says(log: CaseLog, conversations: Conversations) -> None:
    ask(log, "问")
    conversations.reset(OFFICER.id, OFFICER.id, now=NOW - timedelta(minutes=20))
    assert asked(conversations) == []
    ask(log, "又问", 0)
    assert asked(conversations) == ["又问"]
    assert conversations.reset(OFFICER.id, OFFICER.id, now=NOW)
    assert len(log.rows("select * from resets")) == 1


def test_questions_stay_when_a_conversation_ends(log: CaseLog, conversations: Conversations) -> None:
    ask(log, "问")
    conversations.reset(OFFICER.id, OFFICER.id, now=NOW)
    assert len(log.rows("select * from questions")) == 1
