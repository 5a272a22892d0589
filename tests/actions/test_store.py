"""The case log on real files: what it promises of durability, of threads, and of its errors."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlite_utils import Database

from actions.errors import (
    CaseLogDamaged,
    CaseLogFull,
    CaseLogLocked,
    CaseLogReadOnly,
    CaseLogTooNew,
    CaseLogUnavailable,
)
from actions.store import CaseLog, instant

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "case-log.db"


@pytest.fixture
def log(path: Path) -> Iterator[CaseLog]:
    log = CaseLog(path, busy_timeout=0.05)
    yield log
    log.close()


def record(log: CaseLog, verb: str = "test") -> None:
    with log.transaction():
        log.record(NOW, 7, verb, "officer:7", {"名": "王芳"})


def pragma(log: CaseLog, name: str) -> object:
    row = log.row(f"pragma {name}")
    assert row
    return next(iter(row.values()))


def test_opens_with_what_durability_and_integrity_need(log: CaseLog) -> None:
    assert pragma(log, "journal_mode") == "wal"
    assert pragma(log, "synchronous") == 2
    assert pragma(log, "foreign_keys") == 1
    strict = {row["name"]: row["strict"] for row in log.rows("pragma table_list") if row["schema"] == "main"}
    assert all(strict[name] for name in ("officers", "questions", "events", "updates"))


def test_what_is_committed_is_there_after_reopening(log: CaseLog, path: Path) -> None:
    record(log)
    log.close()
    again = CaseLog(path)
    assert again.rows("select at, actor_id, verb, subject, detail from events") == [
        {
            "at": "2026-03-02T09:30:00.000000+00:00",
            "actor_id": 7,
            "verb": "test",
            "subject": "officer:7",
            "detail": '{"名": "王芳"}',
        }
    ]
    again.close()


def fail(log: CaseLog) -> None:
    with log.transaction():
        record(log, "undone")
        raise ZeroDivisionError


def test_a_transaction_is_all_or_nothing(log: CaseLog) -> None:
    with pytest.raises(ZeroDivisionError):
        fail(log)
    assert log.rows("select verb from events") == []


def test_an_inner_block_can_fail_alone(log: CaseLog) -> None:
    with log.transaction():
        record(log, "kept")
        with pytest.raises(ZeroDivisionError):
            fail(log)
    assert log.rows("select verb from events") == [{"verb": "kept"}]


def test_an_event_needs_the_transaction_of_its_write(log: CaseLog) -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        log.record(NOW, None, "a", "x", {})


@pytest.mark.parametrize(
    "sql",
    [
        "update events set verb = 'forged'",
        "delete from events",
        "insert or replace into events (id, at, verb, subject) values (1, '', 'forged', 'x')",
    ],
)
def test_events_are_append_only(log: CaseLog, sql: str) -> None:
    record(log)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"), log.transaction() as db:
        db.execute(sql)
    assert log.rows("select verb from events") == [{"verb": "test"}]


def test_threads_share_one_log_and_no_transaction(log: CaseLog) -> None:
    def write(name: str) -> None:
        for _ in range(20):
            with log.transaction():
                record(log, f"{name}-first")
                record(log, f"{name}-second")

    threads = [threading.Thread(target=write, args=(str(number),)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verbs = [row["verb"] for row in log.rows("select verb from events order by id")]
    assert len(verbs) == 240
    assert all(verbs[i].split("-")[0] == verbs[i + 1].split("-")[0] for i in range(0, 240, 2))


def test_a_new_log_may_be_opened_by_many_at_once(path: Path) -> None:
    logs: list[CaseLog] = []
    threads = [threading.Thread(target=lambda: logs.append(CaseLog(path))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(logs) == 6
    for log in logs:
        log.close()


def test_locked_by_another_process(log: CaseLog, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(CaseLogLocked, match="另一个程序"):
        record(log)
    other.execute("rollback")
    record(log)
    other.close()


def test_read_only(log: CaseLog) -> None:
    with log.transaction() as db:
        db.execute("pragma query_only = on")  # root, as which tests may run, is not stopped by file modes
    with pytest.raises(CaseLogReadOnly, match="写权限"):
        record(log)


def test_disk_full(log: CaseLog) -> None:
    log.rows(f"pragma max_page_count = {pragma(log, 'page_count')}")
    with pytest.raises(CaseLogFull, match="磁盘已满"):
        record(log, "long" * 5000)
    log.rows("pragma max_page_count = 100000")
    record(log)


def test_not_a_database(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"officers;name\n" * 500)
    with pytest.raises(CaseLogDamaged, match=r"closure-bot backup"):
        CaseLog(path)


def test_damaged_inside(log: CaseLog, path: Path) -> None:
    for _ in range(50):
        record(log)
    log.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(CaseLogDamaged):
        record(CaseLog(path))


@pytest.mark.parametrize("place", ["a file where a directory should be", "a directory where the file should be"])
def test_cannot_be_opened(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "case-log.db" if place.startswith("a file") else tmp_path
    with pytest.raises(CaseLogUnavailable, match="打不开"):
        CaseLog(path)


def test_written_by_a_newer_version(log: CaseLog, path: Path) -> None:
    with log.transaction() as db:
        row = {"migration_set": "case-log", "name": "m999_dreams", "applied_at": ""}
        db.table("_sqlite_migrations").insert(row)
    log.close()
    with pytest.raises(CaseLogTooNew, match="m999_dreams"):
        CaseLog(path)


def test_other_migration_sets_are_no_concern_of_ours(log: CaseLog, path: Path) -> None:
    log.close()
    foreign = Database(path)
    foreign.table("_sqlite_migrations").insert({"migration_set": "datasette", "name": "x", "applied_at": ""})
    foreign.close()
    CaseLog(path).close()


def test_bugs_are_not_dressed_up(log: CaseLog) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        log.rows("select * from nowhere")


def test_moments_sort_as_text() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert instant(datetime(2026, 3, 2, 17, 30, tzinfo=shanghai)) == instant(NOW)
    assert instant(NOW) < instant(NOW + timedelta(microseconds=1)) < instant(NOW + timedelta(seconds=1))
    with pytest.raises(ValueError, match="time zone"):
        instant(NOW.replace(tzinfo=None))
