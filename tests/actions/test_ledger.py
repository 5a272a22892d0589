"""The ledger: claimed before it is sent, settled once, taken over from the dead, and never by two at a time."""

import multiprocessing
from datetime import timedelta
from pathlib import Path

import pytest

from actions.ledger import Ledger
from actions.store import CaseLog
from tests.actions.pushed import Desk, at
from tests.cast import COLLEAGUE, LEAD, OFFICER

NOW = at("2026-11-25")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def desk(log: CaseLog) -> Desk:
    return Desk(log)


@pytest.fixture
def ledger(desk: Desk) -> Ledger:
    return desk.ledger


def put(ledger: Ledger, occasion: str = "due:1", officer: int = OFFICER.id) -> int:
    id_ = ledger.put(officer, occasion, now=NOW)
    assert id_ is not None
    return id_


def pending(ledger: Ledger) -> list[int]:
    return [each.id for each in ledger.pending(LATER)]


def test_an_occasion_is_there_once_for_a_task_and_an_officer(desk: Desk, ledger: Ledger) -> None:
    task, other = desk.task("2026-11-25"), desk.task("2026-11-25")
    for officer, about, new in [
        (OFFICER, task, True),
        (OFFICER, task, False),
        (OFFICER, other, True),
        (COLLEAGUE, task, True),
        (OFFICER, None, True),
        (OFFICER, None, False),
    ]:
        assert (ledger.put(officer.id, "due:1", task_id=about, now=NOW) is not None) is new


def test_it_is_claimed_by_one_and_settled(ledger: Ledger) -> None:
    id_ = put(ledger)
    assert ledger.claim(id_, "a", now=NOW)
    assert not ledger.claim(id_, "b", now=NOW)
    assert pending(ledger) == []
    ledger.sent(id_, 77, doubtful=False, now=NOW)
    assert not ledger.claim(id_, "b", now=NOW)
    assert pending(ledger) == []


def test_what_the_dead_had_claimed_is_due_again_and_counted(ledger: Ledger, log: CaseLog) -> None:
    ids = [put(ledger, f"due:{n}") for n in range(3)]
    ledger.claim(ids[0], "dead", now=NOW)
    ledger.claim(ids[1], "dead", now=NOW)
    ledger.sent(ids[1], 77, doubtful=False, now=NOW)
    assert ledger.reclaim() == [NOW]
    assert pending(ledger) == [ids[0], ids[2]]
    assert [row["doubtful"] for row in log.rows("select doubtful from notifications order by id")] == [1, 0, 0]


def test_what_could_not_be_sent_waits_and_what_never_can_does_not_come_back(ledger: Ledger) -> None:
    waits, fails, empty = (put(ledger, f"due:{n}") for n in range(3))
    for id_ in (waits, fails, empty):
        ledger.claim(id_, "me", now=NOW)
    ledger.again(waits, "TimedOut", retry_at=LATER + timedelta(seconds=1), doubtful=True)
    ledger.failed(fails, "blocked")
    ledger.dropped(empty)
    assert pending(ledger) == []
    assert [each.id for each in ledger.pending(LATER + timedelta(seconds=1))] == [waits]
    assert [(each.id, each.error, each.final) for each in ledger.stuck()] == [
        (waits, "TimedOut", False),
        (fails, "blocked", True),
    ]


def test_a_chat_that_is_open_again_gets_what_it_missed(ledger: Ledger) -> None:
    mine, other = put(ledger), put(ledger, officer=COLLEAGUE.id)
    for id_ in (mine, other):
        ledger.claim(id_, "me", now=NOW)
        ledger.failed(id_, "blocked")
    assert ledger.revive(OFFICER.id, now=LATER) == 1
    assert ledger.revive(OFFICER.id, now=LATER) == 0
    assert pending(ledger) == [mine]


def test_old_overviews_do_not_come_back(desk: Desk, ledger: Ledger) -> None:
    overview, about = put(ledger, "escalation:2026-11-25"), desk.task("2026-11-25")
    visit = ledger.put(OFFICER.id, "due:2026-11-25", task_id=about, now=NOW)
    for id_ in (overview, visit):
        assert id_ is not None
        ledger.claim(id_, "me", now=NOW)
        ledger.failed(id_, "blocked")
    week_later = NOW + timedelta(days=7)
    assert ledger.revive(OFFICER.id, now=week_later) == 1
    assert [each.id for each in ledger.pending(week_later)] == [visit]


def test_what_goes_along_shares_the_fate_of_its_message(desk: Desk, ledger: Ledger, log: CaseLog) -> None:
    tasks = [desk.task("2026-11-25") for _ in range(3)]
    day = NOW.date()
    carrier = ledger.carrier(OFFICER.id, "digest", day, now=NOW)
    assert ledger.carrier(OFFICER.id, "digest", day, now=NOW) == carrier
    for task in tasks:
        ledger.put(OFFICER.id, "due:1", task_id=task, within=carrier, now=NOW)
    assert pending(ledger) == [carrier]
    assert ledger.carried(carrier) == tasks
    ledger.claim(carrier, "me", now=NOW)
    assert ledger.carrier(OFFICER.id, "digest", day, now=NOW) != carrier
    ledger.sent(carrier, 77, doubtful=False, now=NOW)
    sent = log.rows("select count(*) as number from notifications where message_id = 77 and sent_at is not null")
    assert sent == [{"number": 4}]
    assert ledger.tasks_of(OFFICER.id, 77) == [None, *tasks]
    ledger.seen(OFFICER.id, 77, now=LATER)
    ledger.seen(COLLEAGUE.id, 77, now=LATER)
    assert log.rows("select count(*) as number from notifications where seen_at is not null") == [{"number": 4}]


def test_what_is_not_sent_yet_goes_to_who_has_the_task_now(desk: Desk, ledger: Ledger) -> None:
    task = desk.task("2026-11-25")
    ledger.put(OFFICER.id, "due:1", task_id=task, now=NOW)
    ledger.put(OFFICER.id, "due:2", task_id=task, now=NOW)
    ledger.put(LEAD.id, "due:1", task_id=task, now=NOW)
    ledger.readdress([task], COLLEAGUE.id)
    assert {(each.officer_id, each.occasion) for each in ledger.pending(LATER)} >= {
        (COLLEAGUE.id, "due:1"),
        (COLLEAGUE.id, "due:2"),
    }


def _claim_all(path: Path, name: str, ids: list[int]) -> None:
    log = CaseLog(path)
    ledger = Ledger(log)
    for id_ in ids:
        if ledger.claim(id_, name, now=NOW):
            ledger.sent(id_, id_, doubtful=False, now=NOW)
    log.close()


def test_two_processes_never_claim_the_same(ledger: Ledger, log: CaseLog) -> None:
    ids = [put(ledger, f"due:{n}") for n in range(120)]
    spawn = multiprocessing.get_context("spawn")
    both = [spawn.Process(target=_claim_all, args=(log.path, name, ids)) for name in ("a", "b")]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    rows = log.rows("select attempts, sent_at is not null as sent from notifications")
    assert rows == [{"attempts": 1, "sent": 1}] * len(ids)
