import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actions.officers import Officers
from actions.questions import Citation, Question, Questions
from actions.store import CaseLog

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CITED = [Citation("disposal-check", "隐性风险核查", "section", "先暂停这笔转让。")]
WANG, CHEN = 101, 102


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    log = CaseLog(tmp_path / "case-log.db")
    for officer in (WANG, CHEN):
        Officers(log).add(officer, str(officer), by=None, now=NOW)
    yield log
    log.close()


@pytest.fixture
def questions(log: CaseLog) -> Questions:
    return Questions(log)


def ask(questions: Questions, text: str = "低价转让怎么查?", *, refused: bool = False, minutes: int = 0) -> int:
    now = NOW + timedelta(minutes=minutes)
    return questions.record_question(WANG, text, refused=refused, citations=CITED, now=now)


def test_a_question_comes_back_as_it_was_recorded(questions: Questions) -> None:
    told = {"meant": "低价转让怎么查?", "asked_in": WANG, "said": "先核查。[1]", "engine": "toy+quote"}
    number = questions.record_question(WANG, "怎么查?", refused=False, citations=CITED, now=NOW, update_id=9001, **told)
    questions.attach_message(number, -100123, 55, now=NOW)
    expected = Question(number, NOW, WANG, "怎么查?", False, tuple(CITED), None, 9001, -100123, 55, *told.values())
    assert questions.get(number) == questions.find_by_update(9001) == expected
    assert questions.get(number + 1) is None
    assert questions.find_by_update(9002) is None


def test_an_update_asks_once(questions: Questions, log: CaseLog) -> None:
    def handle() -> int:
        return questions.record_question(WANG, "怎么查?", refused=False, citations=[], now=NOW, update_id=9001)

    assert handle() == handle()
    assert len(log.rows("select * from questions")) == 1
    assert len(log.rows("select * from events where verb = 'ask'")) == 1


def test_only_the_asker_rates_and_may_think_again(questions: Questions) -> None:
    number = ask(questions)
    assert not questions.rate(number, CHEN, -1, now=NOW)
    assert not questions.rate(number + 1, WANG, -1, now=NOW)
    assert questions.rate(number, WANG, -1, now=NOW)
    assert questions.rate(number, WANG, 1, now=NOW)
    question = questions.get(number)
    assert question
    assert question.rating == 1


def test_no_other_rating(questions: Questions) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        questions.rate(ask(questions), WANG, 2, now=NOW)  # type: ignore[arg-type]


def test_every_write_is_an_event_and_a_repeated_rating_is_none(questions: Questions, log: CaseLog) -> None:
    number = ask(questions)
    questions.attach_message(number, WANG, 12, now=NOW)
    questions.rate(number, WANG, 1, now=NOW)
    questions.rate(number, WANG, 1, now=NOW)
    questions.rate(number, CHEN, -1, now=NOW)
    assert [tuple(row.values()) for row in log.rows("select actor_id, verb, subject from events where id > 2")] == [
        (WANG, "ask", f"question:{number}"),
        (None, "answer", f"question:{number}"),
        (WANG, "rate", f"question:{number}"),
    ]


def test_only_a_registered_person_asks(questions: Questions) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        questions.record_question(999, "?", refused=True, citations=[], now=NOW)
