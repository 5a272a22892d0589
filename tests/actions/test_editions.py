"""What has changed is told to whom it concerns, once; the first look tells nobody."""

import json
import threading
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from actions.editions import Editions
from actions.leaving import remove_officer
from actions.ledger import PLANNED, Ledger
from actions.roster import Absence, Roster
from actions.rounds import NOBODY
from actions.store import CaseLog
from playbook.edition import Text
from tests.actions.pushed import Desk, at
from tests.cast import COLLEAGUE, LEAD, OFFICER

NOW = at("2026-11-25", 10)
TOMORROW = NOW + timedelta(days=1)
OLD = {
    "revisit": Text("回访机制", "1" * 16),
    "soil": Text("土壤修复", "2" * 16),
    "/srv/班车.md": Text("班车", "3" * 16),
}
NEW_SOIL = OLD | {"soil": Text("土壤修复验收", "4" * 16)}


@pytest.fixture
def desk(log: CaseLog) -> Desk:
    return Desk(log)


@pytest.fixture
def editions(desk: Desk) -> Editions:
    editions = Editions(desk.log, desk.ledger, desk.roster)
    editions.take(OLD, now=NOW - timedelta(days=9))
    return editions


def rest(desk: Desk, source: str = "soil", officer: int = OFFICER.id, cited: str = "", **changed: str) -> int:
    """A task that rests on a source, or on a passage that an answer cited."""
    task = desk.task("2026-12-04", "policy", officer)
    citation = json.dumps({"id": cited, "title": "x", "text": "y"}) if cited else None
    with desk.log.transaction() as db:
        db.table("tasks").update(task, {"source": source, "citation": citation, **changed})
    return task


def told(desk: Desk) -> dict[int, list[str]]:
    """Occasions by reader, without their moment."""
    rows = desk.log.rows("select officer_id, occasion from notifications where ended is null order by id")
    by_reader: dict[int, list[str]] = {}
    for row in rows:
        by_reader.setdefault(row["officer_id"], []).append(row["occasion"].rpartition(":")[0])
    return by_reader


def events(log: CaseLog) -> list[dict[str, object]]:
    return [json.loads(row["detail"]) for row in log.rows("select detail from events where verb = 'take_edition'")]


def test_the_first_look_notes_all_and_tells_nobody(desk: Desk) -> None:
    rest(desk)
    assert Editions(desk.log, desk.ledger, desk.roster).take(OLD, now=NOW) == []
    assert told(desk) == {}
    assert len(desk.log.rows("select * from editions")) == 3
    assert events(desk.log) == [{"new": 3, "changed": [], "gone": []}]


def test_a_change_is_told_once_to_each_officer_whose_tasks_rest_on_it(desk: Desk, editions: Editions) -> None:
    rest(desk)
    rest(desk)
    rest(desk, "revisit", COLLEAGUE.id)
    [change] = editions.take(NEW_SOIL, now=NOW)
    assert (change.source_id, change.title, change.at, change.gone) == ("soil", "土壤修复验收", NOW, False)
    assert told(desk) == {OFFICER.id: ["changed:soil:44444444"]}
    assert editions.take(NEW_SOIL, now=TOMORROW) == []
    assert Editions(desk.log, desk.ledger, desk.roster).take(NEW_SOIL, now=TOMORROW) == [], "after a restart"
    assert told(desk) == {OFFICER.id: ["changed:soil:44444444"]}
    assert events(desk.log)[1:] == [{"new": 0, "changed": ["soil"], "gone": []}]


def test_what_is_new_concerns_nobody(desk: Desk, editions: Editions) -> None:
    rest(desk, "fresh")
    assert editions.take(OLD | {"fresh": Text("新的一节", "5" * 16)}, now=NOW) == []
    assert told(desk) == {}


@pytest.mark.parametrize(
    ("cited", "concerned"),
    [
        ("/srv/班车.md", True),
        ("/srv/班车.md#12", True),
        ("/srv/班车.md#1x", False),
        ("/srv/班车.md2", False),
        ("/srv/班车?md", False),
        ("/srv/班车.md#1#2", False),
    ],
)
def test_a_passage_that_was_cited_belongs_to_its_source(
    desk: Desk, editions: Editions, cited: str, concerned: bool
) -> None:
    task = rest(desk, "", cited=cited)
    [change] = editions.take(OLD | {"/srv/班车.md": Text("班车", "9" * 16)}, now=NOW)
    assert (told(desk) != {}) == concerned
    found = editions.resting(change.source_id, OFFICER.id, NOW.date())
    assert [each.id for each in found] == ([task] if concerned else [])


@pytest.mark.parametrize("status", ["done", "waived"])
def test_what_is_settled_rests_on_nothing(desk: Desk, editions: Editions, status: str) -> None:
    rest(desk, status=status, done_at="2026-11-01T00:00:00.000000+00:00")
    editions.take(NEW_SOIL, now=NOW)
    assert told(desk) == {}


@pytest.mark.parametrize(("status", "concerned"), [("follow_up", True), ("archived", False), ("draft", False)])
def test_cases_that_are_worked_on_count(desk: Desk, editions: Editions, status: str, concerned: bool) -> None:
    task = rest(desk, status="blocked")
    with desk.log.transaction() as db:
        db.execute("update cases set status = ? where id = (select case_id from tasks where id = ?)", [status, task])
    editions.take(NEW_SOIL, now=NOW)
    assert (told(desk) != {}) == concerned


def test_what_is_gone_is_told_and_so_is_its_return(desk: Desk, editions: Editions) -> None:
    rest(desk)
    without = {id_: text for id_, text in OLD.items() if id_ != "soil"}
    [gone] = editions.take(without, now=NOW)
    assert (gone.gone, gone.title) == (True, "土壤修复")
    assert editions.take(without, now=NOW) == []
    assert told(desk) == {OFFICER.id: ["changed:soil:gone"]}
    [back] = editions.take(OLD, now=TOMORROW)
    assert not back.gone
    assert told(desk) == {OFFICER.id: ["changed:soil:gone", "changed:soil:22222222"]}


def test_a_change_back_and_forth_is_told_each_time_and_the_last_one_stands(desk: Desk, editions: Editions) -> None:
    rest(desk)
    for number, texts in enumerate((NEW_SOIL, OLD, NEW_SOIL)):
        editions.take(texts, now=NOW + timedelta(hours=number))
    occasions = [row["occasion"] for row in desk.log.rows("select occasion from notifications order by id")]
    assert len(set(occasions)) == 3
    stand = [editions.of(occasion) for occasion in occasions]
    assert stand[:2] == [None, None]
    assert stand[2] is not None
    assert stand[2].at == NOW + timedelta(hours=2)
    assert not any(occasion.startswith(PLANNED) for occasion in occasions), "it comes of what somebody did"


def test_a_title_may_have_anything_in_it_and_an_id_colons(desk: Desk, editions: Editions) -> None:
    texts = OLD | {"/srv/a:b.md": Text("甲：乙", "6" * 16)}
    editions.take(texts, now=NOW)
    rest(desk, "", cited="/srv/a:b.md#3")
    [change] = editions.take(texts | {"/srv/a:b.md": Text("甲：乙", "7" * 16)}, now=TOMORROW)
    assert editions.of(change.occasion) == change


def test_a_deputy_reads_for_who_is_away(desk: Desk, editions: Editions) -> None:
    task = rest(desk)
    day = date(2026, 11, 25)
    desk.roster.leave(Absence(OFFICER.id, day, day, COLLEAGUE.id), now=NOW)
    [change] = editions.take(NEW_SOIL, now=NOW)
    assert told(desk)[COLLEAGUE.id][-1] == "changed:soil:44444444"
    assert OFFICER.id not in told(desk)
    assert [each.id for each in editions.resting("soil", COLLEAGUE.id, day)] == [task]
    assert editions.resting("soil", COLLEAGUE.id, day + timedelta(days=1)) == []
    assert editions.resting("soil", LEAD.id, day) == []
    assert change.source_id == "soil"


def test_where_nobody_is_left_the_doctor_hears_of_it(desk: Desk, editions: Editions) -> None:
    rest(desk)
    with desk.log.transaction() as db:
        db.execute("update officers set active = 0")
    editions.take(NEW_SOIL, now=NOW)
    assert [(stuck.officer_id, stuck.error, stuck.final) for stuck in desk.ledger.stuck()] == [
        (OFFICER.id, NOBODY, True)
    ]


def test_tasks_of_somebody_who_left_are_the_heir_s(desk: Desk, editions: Editions) -> None:
    rest(desk)
    remove_officer(desk.log, OFFICER.id, by=None, now=NOW)
    editions.take(NEW_SOIL, now=NOW)
    assert told(desk)[LEAD.id][-1] == "changed:soil:44444444"


class Killed(Exception):
    """The process dies here."""


def test_what_is_noted_and_who_is_told_are_one_transaction(
    desk: Desk, editions: Editions, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest(desk)

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(desk.ledger, "put", die)
        with pytest.raises(Killed):
            editions.take(NEW_SOIL, now=NOW)
    assert len(editions.take(NEW_SOIL, now=TOMORROW)) == 1
    assert told(desk) == {OFFICER.id: ["changed:soil:44444444"]}


def test_two_processes_that_see_a_change_at_once_tell_it_once(desk: Desk, editions: Editions, tmp_path: Path) -> None:
    rest(desk)
    together, found = threading.Barrier(2), list[str]()
    with ExitStack() as stack:
        logs = [stack.enter_context(closing(CaseLog(tmp_path / "case-log.db"))) for _ in range(2)]

        def look(log: CaseLog) -> None:
            register = Editions(log, Ledger(log), Roster(log))
            together.wait(10)
            found.extend(change.source_id for change in register.take(NEW_SOIL, now=NOW))

        threads = [threading.Thread(target=look, args=[log]) for log in logs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert found == ["soil"]
    assert told(desk) == {OFFICER.id: ["changed:soil:44444444"]}
    assert len(events(desk.log)) == 2
