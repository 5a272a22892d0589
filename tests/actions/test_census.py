"""What the case log holds, counted; and whether it can be read at all."""

from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest

from actions.census import Census
from actions.errors import CaseLogDamaged
from actions.leaving import remove_officer
from actions.model import CaseStatus
from actions.questions import Questions
from actions.store import CaseLog
from tests.actions.pushed import Desk, at
from tests.actions.taken_in import FARM, NOW, Office
from tests.cast import COLLEAGUE, LEAD, OFFICER


@pytest.fixture
def census(log: CaseLog) -> Census:
    return Census(log)


def of(census: Census, table: str) -> dict[str, int]:
    """Numbers by state."""
    return {count.state: count.number for count in census.by_state() if count.table == table}


def ask(log: CaseLog, *, refused: bool) -> None:
    Questions(log).record_question(OFFICER.id, "多久回访一次", refused=refused, citations=[], now=NOW)


def test_an_empty_log_has_nothing_to_count_and_can_be_read(census: Census) -> None:
    assert list(census.by_state()) == []
    census.readable()


def test_cases_and_tasks_are_counted_by_where_they_stand(log: CaseLog, census: Census) -> None:
    office = Office(log)
    case_id = office.take_in(FARM)
    office.take_in({**FARM, "company": "另一家"})
    office.begin()
    tasks = office.tasks.of_case(case_id)
    office.tasks.waive(tasks[0].id, "当天已办", by=LEAD.id, now=NOW)
    everything = [task.status for id_ in ("CM-2026-0001", "CM-2026-0002") for task in office.tasks.of_case(id_)]
    assert of(census, "tasks") == Counter(everything)
    assert of(census, "tasks")["waived"] == 1
    assert of(census, "cases") == {CaseStatus.OPEN: 2, CaseStatus.DRAFT: 1}


def test_a_state_that_nothing_is_in_is_not_there(log: CaseLog, census: Census) -> None:
    desk = Desk(log)
    task_id = desk.task("2026-11-20")
    assert of(census, "tasks") == {"open": 1}
    desk.tasks.waive(task_id, "当天已办", by=LEAD.id, now=at("2026-11-20"))
    assert of(census, "tasks") == {"waived": 1}


def test_questions_are_counted_by_whether_they_were_answered(log: CaseLog, census: Census) -> None:
    Desk(log)
    for refused in (False, False, True):
        ask(log, refused=refused)
    assert of(census, "questions") == {"answered": 2, "refused": 1}


def test_notifications_are_counted_by_what_became_of_them(log: CaseLog, census: Census) -> None:
    ledger, now = Desk(log).ledger, at("2026-11-20")
    for number in range(4):
        ledger.put(OFFICER.id, f"left:{number}", now=now)
    assert of(census, "notifications") == {"waiting": 4}
    sent, failed, dropped, _ = ledger.pending(now)
    assert ledger.claim(sent.id, "me", now=now)
    ledger.sent(sent.id, 7, doubtful=False, now=now)
    ledger.failed(failed.id, "blocked")
    ledger.dropped(dropped.id)
    assert of(census, "notifications") == {"sent": 1, "failed": 1, "dropped": 1, "waiting": 1}


def test_cases_of_those_who_have_left_are_orphans_while_they_are_worked_on(log: CaseLog, census: Census) -> None:
    desk = Desk(log)
    put_away = desk.case()
    desk.case("蓝源")
    desk.case("红源", COLLEAGUE.id)
    with log.transaction() as db:
        db.execute("update cases set status = 'archived' where id = ?", [put_away])
    assert census.orphans() == []
    remove_officer(log, LEAD.id, by=None, now=NOW)
    remove_officer(log, OFFICER.id, by=None, now=NOW)
    assert census.orphans() == [(OFFICER.name, 1)]


def test_the_last_round_counts_while_there_is_something_to_push(log: CaseLog, census: Census) -> None:
    desk, now = Desk(log), at("2026-11-20")
    desk.round(now - timedelta(hours=1))
    assert census.last_round() is None
    desk.task("2026-11-20")
    desk.round(now)
    assert census.last_round() == now


def test_a_log_that_cannot_be_read_is_no_empty_one(log: CaseLog) -> None:
    Desk(log).task("2026-11-20")
    log.close()
    with closing(CaseLog(log.path)) as opened:  # and damaged while it is open
        content = log.path.read_bytes()
        log.path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
        census = Census(opened)
        for reading in (census.readable, census.orphans, census.last_round, lambda: list(census.by_state())):
            with pytest.raises(CaseLogDamaged):
                reading()
