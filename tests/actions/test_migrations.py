"""A log of the version before is taken over with all that is in it, and refers to nothing that is not there."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from actions.cases import Cases
from actions.gates import Gates
from actions.migrations import MIGRATIONS
from actions.store import CaseLog
from actions.tasks import Tasks
from tests.actions.pushed import PROCEDURE
from tests.cast import OFFICER

THEN = "2026-03-02T02:00:00.000000+00:00"


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A log as the eighth step left it: a case with an answer, a note, a file, and two tasks of which one waits."""
    path = tmp_path / "case-log.db"
    db = Database(sqlite3.connect(path))
    MIGRATIONS.apply(db, stop_before="m009_plain_rows")
    db.execute("insert into officers (telegram_id, name, role) values (?, ?, 'officer')", [OFFICER.id, OFFICER.name])
    db.execute(
        "insert into cases (id, year, number, company, officer_id, status, created_at, opened_on)"
        " values ('CM-2026-0007', 2026, 7, '绿源', ?, 'open', ?, '2026-03-02')",
        [OFFICER.id, THEN],
    )
    db.execute(
        "insert into answers (case_id, question_id, value, answered_by, answered_at)"
        " values ('CM-2026-0007', 'company', '\"绿源\"', ?, ?)",
        [OFFICER.id, THEN],
    )
    for title, status in (("修复方案", "open"), ("处置", "blocked")):
        db.execute(
            "insert into tasks (case_id, pillar, kind, title, due_on, status, assignee_id, created_at)"
            " values ('CM-2026-0007', 'asset', 'disposal', ?, '2026-03-20', ?, ?, ?)",
            [title, status, OFFICER.id, THEN],
        )
    db.execute("insert into task_waits (task_id, waits_for) values (2, 1)")
    db.execute(
        "insert into notes (case_id, task_id, at, officer_id, text) values ('CM-2026-0007', 1, ?, ?, '看过')",
        [THEN, OFFICER.id],
    )
    db.conn.commit()
    db.close()
    return path


def test_everything_is_still_there_and_refers_to_what_it_did(before: Path) -> None:
    log = CaseLog(before)
    cases = Cases(log)
    tasks = Tasks(log, cases, Gates(log, PROCEDURE))
    case = cases.need("CM-2026-0007")
    assert (case.company, case.opened_on is not None) == ("绿源", True)
    first, second = tasks.of_case(case.id)
    assert [task.title for task in tasks.waits(case.id)[second.id]] == [first.title]
    assert [note.text for note in cases.notes(case.id)] == ["看过"]
    assert log.rows("pragma foreign_key_check") == []
    assert log.rows("pragma integrity_check") == [{"integrity_check": "ok"}]
    assert log.rows("pragma foreign_keys") == [{"foreign_keys": 1}]
    log.close()
    raw = sqlite3.connect(before)
    raw.execute("pragma foreign_keys = on")
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("delete from cases")
    raw.close()


def test_rows_need_bring_only_what_the_documents_name(tmp_path: Path) -> None:
    log = CaseLog(tmp_path / "case-log.db")
    with log.transaction() as db:
        db.execute("insert into officers (telegram_id, name, role, active) values (1, '陈晓', 'officer', 1)")
        db.execute(
            "insert into cases"
            " (id, company, uscc, industry, reason, stage, closure_date, officer_id, status, created_at)"
            " values ('CM-2026-0001', '绿源', '', '', '', '', '2026-03-02', 1, 'open', ?)",
            [THEN],
        )
        db.execute(
            "insert into tasks (id, case_id, pillar, kind, title, due_on, status, assignee_id, source)"
            " values (1, 'CM-2026-0001', 'relationship', 'revisit', '回访', '2026-06-02', 'open', 1, '')"
        )
    cases = Cases(log)
    assert [case.id for case in cases.page(1).cases] == ["CM-2026-0001"]
    assert Tasks(log, cases, Gates(log, PROCEDURE)).need(1).created_at.tzinfo is not None
    log.close()
