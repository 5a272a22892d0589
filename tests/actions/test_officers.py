import json
import sqlite3
from datetime import UTC, datetime

import pytest

from actions.errors import OfficerUnknown
from actions.leaving import remove_officer
from actions.officers import Officer, Officers, Role
from actions.store import CaseLog

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def officers(log: CaseLog) -> Officers:
    return Officers(log)


def test_one_who_is_added_is_found(officers: Officers) -> None:
    added = officers.add(101, "王芳", by=None, now=NOW)
    assert added == officers.find(101) == Officer(101, "王芳", Role.OFFICER, active=True)
    assert officers.find(102) is None


def test_adding_again_updates(officers: Officers) -> None:
    officers.add(101, "王芳", by=None, now=NOW)
    officers.add(101, "王小芳", Role.LEAD, by=101, now=NOW)
    assert officers.everyone() == [Officer(101, "王小芳", Role.LEAD)]


def test_one_who_is_removed_is_kept_but_not_found_and_can_come_back(officers: Officers, log: CaseLog) -> None:
    officers.add(101, "王芳", by=None, now=NOW)
    remove_officer(log, 101, by=None, now=NOW)
    assert officers.find(101) is None
    assert officers.everyone() == [Officer(101, "王芳", Role.OFFICER, active=False)]
    officers.add(101, "王芳", by=None, now=NOW)
    assert officers.find(101) is not None


def test_removing_nobody_is_an_error_for_people(officers: Officers, log: CaseLog) -> None:
    with pytest.raises(OfficerUnknown, match="102"):
        remove_officer(log, 102, by=None, now=NOW)


def test_everyone_by_role_and_name_the_departed_last(officers: Officers, log: CaseLog) -> None:
    officers.add(1, "b", by=None, now=NOW)
    officers.add(2, "a", by=None, now=NOW)
    officers.add(3, "c", Role.ADMIN, by=None, now=NOW)
    officers.add(4, "d", Role.LEAD, by=None, now=NOW)
    remove_officer(log, 2, by=None, now=NOW)
    assert [officer.telegram_id for officer in officers.everyone()] == [3, 4, 1, 2]


def test_every_write_is_an_event(officers: Officers, log: CaseLog) -> None:
    officers.add(101, "王芳", by=None, now=NOW)
    officers.add(102, "陈立", Role.LEAD, by=101, now=NOW)
    remove_officer(log, 101, by=102, now=NOW)
    events = log.rows("select actor_id, verb, subject, detail from events")
    assert [(row["actor_id"], row["verb"], row["subject"]) for row in events] == [
        (None, "add", "officer:101"),
        (101, "add", "officer:102"),
        (102, "remove", "officer:101"),
    ]
    assert [json.loads(row["detail"]) for row in events] == [
        {"before": {}, "after": {"name": "王芳", "role": "officer", "active": 1, "also_leads": 0}},
        {"before": {}, "after": {"name": "陈立", "role": "lead", "active": 1, "also_leads": 0}},
        {"before": {"active": 1}, "after": {"active": 0}},
    ]


def test_a_refused_write_leaves_no_event(officers: Officers, log: CaseLog) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        officers.add(101, "", by=None, now=NOW)
    assert log.rows("select * from events") == []
