"""Gaps: what is open, what settles it, who is told, what was learnt."""

from datetime import timedelta
from pathlib import Path

import pytest

from actions.gaps import READ, UNDONE, Gaps, How
from actions.ledger import Ledger
from actions.questions import Citation, Questions
from actions.store import CaseLog
from tests.actions.taken_in import NOW, Office
from tests.cast import COLLEAGUE, LEAD, OFFICER

CITED = [Citation("full-archive", "停业档案", "section", "停业档案保存三十年。")]
SOURCE = {"source_id": "revisit", "title": "回访"}


@pytest.fixture
def questions(log: CaseLog) -> Questions:
    Office(log)
    return Questions(log)


@pytest.fixture
def gaps(log: CaseLog, questions: Questions) -> Gaps:
    return Gaps(log, Ledger(log))


def ask(
    questions: Questions, text: str = "食堂几点开", by: int = OFFICER.id, *, refused: bool = True, **more: str
) -> int:
    return questions.record_question(by, text, refused=refused, citations=CITED, now=NOW, **more)  # type: ignore[arg-type]


def told(log: CaseLog) -> list[tuple[int, str]]:
    return [(row["officer_id"], row["occasion"]) for row in log.rows("select * from notifications order by id")]


def events(log: CaseLog) -> list[str]:
    return [row["verb"] for row in log.rows("select verb from events where verb like '%gap' order by id")]


def test_what_is_refused_or_rated_down_is_open_newest_first(questions: Questions, gaps: Gaps) -> None:
    refused = ask(questions)
    ask(questions, refused=False)
    bad = ask(questions, "怎么查", refused=False, said="先核查。")
    questions.rate(bad, OFFICER.id, -1, now=NOW)
    good = ask(questions, refused=False)
    questions.rate(good, OFFICER.id, 1, now=NOW)
    newest = ask(questions)
    assert [gap.id for gap in gaps.open()] == [newest, bad, refused]
    [gap] = gaps.unanswered([bad, good])
    assert (gap.id, gap.refused, gap.said, gap.cited) == (bad, False, "先核查。", tuple(CITED))


def test_a_question_that_follows_on_is_what_it_means_by_itself(questions: Questions, gaps: Gaps) -> None:
    ask(questions, "那要多久？", meant="锅炉报备要多久？")
    assert [gap.text for gap in gaps.open()] == ["锅炉报备要多久？"]
    gaps.settle([1], How.MARKED, **SOURCE, by=LEAD.id, now=NOW)
    assert gaps.learned() == {"revisit": ["锅炉报备要多久？"]}


def test_so_many_are_looked_at_and_no_more(questions: Questions, gaps: Gaps, log: CaseLog) -> None:
    with log.transaction():
        numbers = [ask(questions) for _ in range(READ + 5)]
    assert [gap.id for gap in gaps.open()] == sorted(numbers, reverse=True)[:READ]


@pytest.mark.parametrize("how", How)
def test_what_is_settled_is_open_no_more_and_only_once(
    questions: Questions, gaps: Gaps, log: CaseLog, how: How
) -> None:
    first, second = ask(questions), ask(questions)
    source = {} if how is How.SET_ASIDE else SOURCE
    assert gaps.settle([first], how, **source, by=LEAD.id, now=NOW) == [first]
    assert gaps.settle([second, first], how, **source, by=LEAD.id, now=NOW) == [second]
    assert gaps.settle([second, first], How.MARKED, source_id="x", title="x", by=LEAD.id, now=NOW) == []
    assert gaps.open() == []
    settled = gaps.settled(first)
    assert settled
    assert (settled.how, settled.source_id, settled.by_id) == (how, source.get("source_id", ""), LEAD.id)
    assert events(log) == ["settle_gap"] * 2


def test_everybody_who_had_asked_is_told_once_of_their_newest(questions: Questions, gaps: Gaps, log: CaseLog) -> None:
    numbers = [ask(questions, by=who.id) for who in (OFFICER, OFFICER, COLLEAGUE, LEAD)]
    gaps.settle(numbers, How.WRITTEN, **SOURCE, by=LEAD.id, now=NOW)
    assert told(log) == [
        (OFFICER.id, f"answered:{numbers[1]}:revisit"),
        (COLLEAGUE.id, f"answered:{numbers[2]}:revisit"),
    ]


def test_what_is_set_aside_nobody_is_told_and_nothing_learnt(questions: Questions, gaps: Gaps, log: CaseLog) -> None:
    gaps.settle([ask(questions)], How.SET_ASIDE, by=LEAD.id, now=NOW)
    assert (told(log), gaps.learned()) == ([], {})


def test_what_was_settled_together_is_taken_back_together_within_a_day(
    questions: Questions, gaps: Gaps, log: CaseLog
) -> None:
    one, two, other = (ask(questions) for _ in range(3))
    gaps.settle([one, two], How.MARKED, **SOURCE, by=LEAD.id, now=NOW)
    gaps.settle([other], How.MARKED, **SOURCE, by=LEAD.id, now=NOW + timedelta(seconds=1))
    assert gaps.take_back(two, by=LEAD.id, now=NOW + UNDONE) == [one, two]
    assert gaps.take_back(two, by=LEAD.id, now=NOW + UNDONE) == []
    assert [gap.id for gap in gaps.open()] == [two, one]
    assert gaps.take_back(other, by=LEAD.id, now=NOW + UNDONE + timedelta(minutes=1)) == []
    assert events(log) == ["settle_gap", "settle_gap", "reopen_gap"]


def test_a_written_section_is_not_taken_back_here(questions: Questions, gaps: Gaps) -> None:
    number = ask(questions)
    gaps.settle([number], How.WRITTEN, **SOURCE, by=LEAD.id, now=NOW)
    assert gaps.take_back(number, by=LEAD.id, now=NOW) == []


def test_what_was_learnt_is_by_source_the_oldest_first(questions: Questions, gaps: Gaps) -> None:
    for n, source in enumerate(("a", "b", "a")):
        number = ask(questions, f"问题{n}")
        gaps.settle([number], How.MARKED, source_id=source, title=source, by=LEAD.id, now=NOW + timedelta(hours=n))
    assert gaps.learned() == {"a": ["问题0", "问题2"], "b": ["问题1"]}
    assert [each.question_id for each in gaps.last_settled(2)] == [3, 2]


def test_gaps_are_there_after_a_restart(questions: Questions, gaps: Gaps, log: CaseLog, tmp_path: Path) -> None:
    one, two = ask(questions), ask(questions)
    gaps.settle([one], How.MARKED, **SOURCE, by=LEAD.id, now=NOW)
    log.close()
    again = CaseLog(tmp_path / "case-log.db")
    later = Gaps(again, Ledger(again))
    assert [gap.id for gap in later.open()] == [two]
    assert later.learned() == {"revisit": ["食堂几点开"]}
    again.close()
