"""What a round puts into the ledger: each occasion once, to whom it belongs, and nothing lost to an outage."""

import threading
from datetime import timedelta

import pytest

from actions.leaving import remove_officer
from actions.roster import Absence, Roster
from actions.rounds import NOBODY, RIPE, Rounds
from actions.store import CaseLog
from tests.actions.pushed import Desk, at
from tests.cast import COLLEAGUE, LEAD, OFFICER

WEDNESDAY, THURSDAY, FRIDAY, MONDAY = "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"


@pytest.fixture
def desk(log: CaseLog) -> Desk:
    return Desk(log)


def test_a_visit_and_a_duty_come_by_themselves_and_the_rest_in_the_overview(desk: Desk) -> None:
    desk.round(at("2026-11-24"))
    desk.task(WEDNESDAY)
    desk.task(WEDNESDAY, "eco_liability")
    desk.task(WEDNESDAY, "policy")
    assert desk.round(at(WEDNESDAY, 8, 59)) == []
    assert desk.round(at(WEDNESDAY)) == [
        f"officer due:{WEDNESDAY}",
        f"officer due:{WEDNESDAY}",
        f"officer digest:{WEDNESDAY}",
        f"officer due:{WEDNESDAY} in digest:{WEDNESDAY}",
    ]
    assert desk.round(at(WEDNESDAY, 9, 1)) == []


def test_nothing_due_no_message(desk: Desk) -> None:
    desk.task(MONDAY)
    assert desk.round(at(WEDNESDAY)) == []
    assert desk.round(at(THURSDAY)) == []


def test_what_lies_ahead_this_week_is_worth_an_overview(desk: Desk) -> None:
    desk.task(FRIDAY)
    assert desk.round(at(WEDNESDAY)) == [f"officer digest:{WEDNESDAY}"]


def test_it_climbs_and_returns_until_it_is_done(desk: Desk) -> None:
    task = desk.task(WEDNESDAY)
    said = []
    day = at(WEDNESDAY)
    for _ in range(40):
        said += [line for line in desk.round(day) if "digest" not in line and "agenda" not in line]
        desk.send(day)
        day += timedelta(days=1)
    assert said == [
        f"officer due:{WEDNESDAY}",
        f"officer late-3:{WEDNESDAY}",
        "lead escalation:2026-12-04",
        f"lead late-7:{WEDNESDAY} in escalation:2026-12-04",
        "lead escalation:2026-12-21",
        "lead late-14:2026-12-21 in escalation:2026-12-21",
        "lead escalation:2026-12-28",
        "lead late-14:2026-12-28 in escalation:2026-12-28",
    ]
    desk.tasks.finish(task, by=OFFICER.id, now=day)
    assert desk.round(day + timedelta(days=7)) == []


def test_put_off_moved_and_opened_again_it_is_reminded_of_on_its_new_day(desk: Desk) -> None:
    task, by = desk.task(WEDNESDAY), {"by": OFFICER.id}
    desk.round(at(WEDNESDAY))
    desk.tasks.snooze(task, at(FRIDAY).date(), "负责人在外地", now=at(WEDNESDAY), **by)
    assert [line for line in desk.round(at(THURSDAY)) if "digest" not in line] == []
    assert f"officer snoozed:{FRIDAY}" in desk.round(at(FRIDAY))
    desk.tasks.move(task, at(MONDAY).date(), "改到下周", now=at(FRIDAY), **by)
    assert f"officer due:{MONDAY}" in desk.round(at(MONDAY))
    desk.tasks.finish(task, now=at(MONDAY), **by)
    desk.tasks.reopen(task, now=at("2026-12-01"), **by)
    assert desk.log.rows("select remind_on from tasks")[0]["remind_on"] is None
    reasons = [entry.detail.get("reason") for entry in desk.cases.timeline("CM-2026-0001")]
    assert {"负责人在外地", "改到下周"} <= set(reasons)


def test_after_three_times_the_lead_is_told_too(desk: Desk) -> None:
    task = desk.task(WEDNESDAY)
    desk.round(at(WEDNESDAY))
    for n, (today, until) in enumerate([(WEDNESDAY, THURSDAY), (THURSDAY, FRIDAY), (FRIDAY, MONDAY)], 1):
        desk.tasks.snooze(task, at(until).date(), f"第{n}次", by=OFFICER.id, now=at(today))
        said = [line for line in desk.round(at(until)) if "digest" not in line]
        lead = [f"lead escalation:{until}", f"lead snoozed:{until} in escalation:{until}"]
        assert [line for line in said if line.startswith("lead")] == (lead if n == 3 else [])
        assert any(line.startswith("officer") for line in said)


# Outages and clocks


def test_down_for_three_days_is_one_message_and_nothing_is_skipped(desk: Desk) -> None:
    desk.round(at("2026-11-24"))
    tasks = [desk.task(day, kind) for day in (WEDNESDAY, THURSDAY, FRIDAY) for kind in ("revisit", "policy")]
    said = desk.round(at(FRIDAY, 10))
    assert said[0] == f"officer catch-up:{FRIDAY}"
    assert all(line.endswith(f" in catch-up:{FRIDAY}") for line in said[1:])
    assert [len(desk.ledger.carried(each.id)) for each in desk.ledger.pending(at(FRIDAY, 10))] == [len(tasks)]
    assert desk.round(at(FRIDAY, 11)) == []


def test_an_hour_too_late_is_no_outage(desk: Desk) -> None:
    desk.round(at("2026-11-24"))
    desk.task(WEDNESDAY)
    assert f"officer due:{WEDNESDAY}" in desk.round(at(THURSDAY, 8))


def test_a_clock_that_jumps_sends_nothing_twice_and_loses_nothing(desk: Desk) -> None:
    desk.task(WEDNESDAY)
    first = desk.round(at(WEDNESDAY))
    desk.send(at(WEDNESDAY))
    assert desk.round(at("2026-11-20")) == []
    assert desk.round(at(WEDNESDAY)) == []
    far = desk.round(at("2027-11-25"))
    assert any(line.startswith("lead late-14") for line in far)
    again = desk.round(at(THURSDAY))
    assert [line for line in again if "due:" in line] == []
    assert f"officer due:{WEDNESDAY}" in first
    other = desk.task(FRIDAY)
    assert f"officer due:{FRIDAY}" in desk.round(at(FRIDAY))
    assert desk.log.rows("select status from tasks where id = ?", [other]) == [{"status": "open"}]


# Readers


def test_one_who_is_away_has_a_deputy(desk: Desk) -> None:
    desk.task(WEDNESDAY)
    absence = Absence(OFFICER.id, at(WEDNESDAY).date(), at(FRIDAY).date(), COLLEAGUE.id)
    desk.roster.leave(absence, now=at("2026-11-24"))
    assert [each.occasion for each in desk.ledger.pending(at("2026-11-24"))] == ["deputy:101:20261125:20261127"]
    said = desk.round(at(WEDNESDAY))
    assert said == [f"colleague due:{WEDNESDAY}", f"colleague digest:{WEDNESDAY}"]
    assert desk.roster.principals(COLLEAGUE.id, at(WEDNESDAY).date()) == [COLLEAGUE.id, OFFICER.id]
    assert f"officer late-3:{WEDNESDAY}" in desk.round(at(MONDAY))


def test_one_who_is_removed_leaves_nothing_to_nobody(desk: Desk, log: CaseLog) -> None:
    task, draft = desk.task(WEDNESDAY), desk.cases.create_draft(OFFICER.id, now=at("2026-11-24")).id
    assert remove_officer(log, OFFICER.id, by=None, now=at("2026-11-24")) == LEAD.id
    assert {desk.cases.need(id_).officer_id for id_ in (draft, desk.tasks.need(task).case_id)} == {LEAD.id}
    assert f"lead due:{WEDNESDAY}" in desk.round(at(WEDNESDAY))
    assert [each.occasion.partition(":")[0] for each in desk.ledger.pending(at("2026-11-24", 12))] == ["left"]


def test_where_there_is_nobody_it_is_in_the_ledger_for_the_doctor(log: CaseLog) -> None:
    desk = Desk(log)
    desk.task(WEDNESDAY)
    with log.transaction() as db:
        db.execute("update officers set active = 0")
    desk.round(at(WEDNESDAY))
    assert [(each.error, each.final) for each in desk.ledger.stuck()] == [(NOBODY, True)]


def test_without_the_overview_duties_are_still_reminded_of(desk: Desk) -> None:
    desk.roster.wish(OFFICER.id, digest=False, now=at("2026-11-24"))
    desk.task(WEDNESDAY, "policy")
    assert desk.round(at(WEDNESDAY)) == [
        f"officer duties:{WEDNESDAY}",
        f"officer due:{WEDNESDAY} in duties:{WEDNESDAY}",
    ]


def test_an_hour_of_ones_own(desk: Desk) -> None:
    desk.roster.wish(OFFICER.id, hour=14, now=at("2026-11-24"))
    desk.task(WEDNESDAY)
    assert desk.round(at(WEDNESDAY, 13)) == []
    assert f"officer due:{WEDNESDAY}" in desk.round(at(WEDNESDAY, 14))


def test_what_falls_due_after_the_overview_was_sent_goes_by_itself(desk: Desk) -> None:
    desk.task(WEDNESDAY, "policy")
    desk.round(at(WEDNESDAY))
    desk.send(at(WEDNESDAY))
    desk.task(WEDNESDAY, "policy", title="后来的")
    said = desk.round(at(WEDNESDAY, 15))
    assert len(said) == 2
    assert said[0].startswith(f"officer duties:{WEDNESDAY}T15:00")


# The joint meeting


def test_leads_get_the_agenda_on_the_first_working_day_of_the_month(desk: Desk) -> None:
    desk.round(at(MONDAY))
    assert [line for line in desk.round(at("2026-12-01")) if "agenda" in line] == ["lead agenda:2026-12"]
    assert [line for line in desk.round(at("2026-12-02")) if "agenda" in line] == []
    assert [line for line in desk.round(at("2027-01-05")) if "agenda" in line] == ["lead agenda:2027-01"]


# Twice, at once, and large


def test_two_rounds_at_once_put_everything_in_once(log: CaseLog) -> None:
    desk = Desk(log)
    for _ in range(30):
        desk.task(WEDNESDAY)
        desk.task(WEDNESDAY, "policy")
    other = CaseLog(log.path)
    rounds = [desk.rounds, Rounds(other, type(desk.ledger)(other), Roster(other))]
    threads = [threading.Thread(target=each.plan, args=(at(WEDNESDAY),)) for each in rounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    (row,) = log.rows("select count(*) as number, count(distinct task_id) as tasks from notifications")
    assert row == {"number": 61, "tasks": 60}


def test_a_round_with_nothing_due_reads_an_index(log: CaseLog) -> None:
    plan = " ".join(row["detail"] for row in log.rows(f"explain query plan {RIPE}", ["2026-11-25", 9, 100]))
    assert "USING INDEX tasks_to_remind (<expr><?)" in plan
    assert "SCAN tasks" not in plan
    pending = "explain query plan select * from notifications indexed by notifications_waiting where due_at <= ?"
    waits = " and sent_at is null and ended is null and within is null"
    assert "notifications_waiting" in " ".join(row["detail"] for row in log.rows(pending + waits, ["2026"]))


def test_after_a_clock_that_was_ahead_what_was_not_sent_is_said_when_it_is_due(desk: Desk) -> None:
    told, untold = desk.task(FRIDAY), desk.task("2026-12-18", "policy")
    desk.round(at(WEDNESDAY))
    desk.send(at(WEDNESDAY))
    desk.round(at(FRIDAY))
    desk.send(at(FRIDAY))
    desk.round(at("2027-03-01"))
    taken = desk.ledger.put(OFFICER.id, "handover-taken:1", now=at("2027-03-01"))
    assert desk.round(at(MONDAY)) == [f"officer digest:{MONDAY}"]
    assert desk.ledger.pending(at(MONDAY))[0].id == taken
    desk.send(at(MONDAY))
    said = [line for day in ("2026-12-17", "2026-12-18", "2026-12-21") for line in desk.round(at(day))]
    assert [line for line in said if "due:2026-12-18" in line] == ["officer due:2026-12-18 in digest:2026-12-18"]
    assert [line for line in said if f"due:{FRIDAY}" in line] == []
    assert told < untold


def test_a_clock_that_was_ahead_by_minutes_changes_nothing(desk: Desk) -> None:
    desk.task(FRIDAY)
    assert desk.round(at(FRIDAY, 9, 20)) == [f"officer due:{FRIDAY}", f"officer digest:{FRIDAY}"]
    assert desk.round(at(FRIDAY, 9, 1)) == []
