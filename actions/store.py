"""The case log: one SQLite file, and the one door to sqlite_utils.

`journal_mode=wal` lets the command line read while the bot writes; `synchronous=full` makes what is committed outlive
a power cut, which the inbox counts on when it tells Telegram that an update has arrived.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from sqlite_utils import Database

from actions import record
from actions.errors import (
    CaseLogDamaged,
    CaseLogFull,
    CaseLogLocked,
    CaseLogReadOnly,
    CaseLogTooNew,
    CaseLogUnavailable,
)
from actions.migrations import MIGRATIONS, unknown_step
from actions.record import Chain

_ERRORS: Mapping[int, type[CaseLogUnavailable]] = {
    sqlite3.SQLITE_BUSY: CaseLogLocked,
    sqlite3.SQLITE_LOCKED: CaseLogLocked,
    sqlite3.SQLITE_READONLY: CaseLogReadOnly,
    sqlite3.SQLITE_FULL: CaseLogFull,
    sqlite3.SQLITE_CORRUPT: CaseLogDamaged,
    sqlite3.SQLITE_NOTADB: CaseLogDamaged,
    sqlite3.SQLITE_CANTOPEN: CaseLogUnavailable,
    sqlite3.SQLITE_IOERR: CaseLogUnavailable,
}
"""SQLite's primary result codes (https://sqlite.org/rescode.html). Any other is a bug of ours and stays as it is."""
_TOLD = 200
"""Characters of what SQLite says of damage, which may be pages."""
_PAGE = 64 * 1024
"""Bytes: twice what the journal's index grows by."""
_BRIEFLY = 0.1
"""Seconds to wait for a lock that was just waited for in vain: threads wait one after another, and people for them."""


class CaseLog:
    """Opens the file, making or upgrading it as needed. May be used from any thread.

    Raises a `CaseLogUnavailable`, here and in every method.
    """

    def __init__(self, path: Path, *, busy_timeout: float = 5.0) -> None:
        """`busy_timeout`: seconds to wait while another process writes."""
        self.path = path
        self._lock = RLock()
        self._patience, self._in_vain = busy_timeout, False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CaseLogUnavailable(where=path, reason=error.strerror or error) from error
        with self._translated():
            connection = sqlite3.connect(path, timeout=busy_timeout, isolation_level=None, check_same_thread=False)
            try:
                self._db = Database(connection, execute_plugins=False)
                self._prepare(busy_timeout)
            except BaseException:
                connection.close()
                raise

    def close(self) -> None:
        """Closes the file; the object is of no use afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """All of the block is committed at its end, or nothing. Blocks nest. Other threads wait: do not linger.

        A write transaction from its first moment ("immediate"): one that starts by reading could not wait for another
        process's lock when it comes to write, and would fail at once.
        """
        with self._lock, self._translated():
            if self._db.conn.in_transaction:
                with self._db.atomic():
                    yield self._db
                return
            self._begin()
            try:
                yield self._db
                self._db.commit()
            except BaseException:
                self._db.rollback()
                raise

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """What a query finds, each row by column name."""
        with self._lock, self._translated():
            return list(self._db.query(sql, parameters))

    def row(self, sql: str, parameters: Sequence[object] = ()) -> dict[str, Any] | None:
        """The first row that a query finds, if any."""
        return next(iter(self.rows(sql, parameters)), None)

    def verify_record(self) -> Chain:
        """Reads the whole record, and tells the first event that is not what was written."""
        with self._lock, self._translated():
            row = self.row("select seq from sqlite_sequence where name = 'events'") or {"seq": 0}
            return record.verify(self._db.query("select * from events order by id"), row["seq"])

    def forget_pages(self) -> None:
        """Empties the journal of writes, in which what was blanked may still stand."""
        with self._lock, self._translated():
            self._db.execute("pragma wal_checkpoint(truncate)").fetchall()

    def record(self, at: datetime, actor_id: int | None, verb: str, subject: str, detail: Mapping[str, object]) -> None:
        """Adds an event, in the transaction of the write that it records: neither is ever there without the other.

        `actor_id` is a Telegram id, or None for the command line and the bot itself; `subject` reads like "officer:42".
        """
        if not self._db.conn.in_transaction:
            raise RuntimeError("an event is recorded inside the transaction of what it records")
        record.append(self._db, instant(at), actor_id, verb, subject, detail)

    def check(self) -> None:
        """Reads every page; CaseLogDamaged where one is not sound."""
        with self._lock, self._translated():
            (found,) = next(iter(self._db.query("pragma integrity_check(1)"))).values()
            if found != "ok":
                raise CaseLogDamaged(where=self.path, reason=" ".join(str(found).split())[:_TOLD])
            if self._db.execute("pragma foreign_key_check").fetchone():
                raise CaseLogDamaged(where=self.path, reason="foreign keys")

    def _begin(self) -> None:
        """Takes the write lock. While another process does not let go of it, only the first to come waits for long."""
        patience = min(_BRIEFLY, self._patience) if self._in_vain else self._patience
        self._db.execute(f"pragma busy_timeout = {patience * 1000:.0f}")
        self._in_vain = True
        self._db.execute("begin immediate")
        self._in_vain = False

    def _prepare(self, busy_timeout: float) -> None:
        _write_ahead(self._db, busy_timeout)
        self._db.execute("pragma synchronous = full")
        self._db.execute("pragma secure_delete = on")  # what is forgotten is not to be read from free pages
        if step := unknown_step(self._db):
            raise CaseLogTooNew(where=self.path, reason=step)
        if pending := MIGRATIONS.pending(self._db):
            if MIGRATIONS.applied(self._db):
                copy_log(self.path, self.path.with_name(f"before-{pending[0].name}.db"))
            with self.transaction() as db:  # two processes may open a new log at once: the second finds it made
                MIGRATIONS.apply(db)
        self._db.execute("pragma foreign_keys = on")  # only now: a step that rebuilds a table drops it for a moment

    def _translated(self) -> AbstractContextManager[None]:
        return _translated(self.path)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        kind = _ERRORS.get(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF)
        if kind is None:
            raise
        if kind is CaseLogUnavailable and _is_full(path.parent):
            kind = CaseLogFull  # where it is the journal's index that finds no room, SQLite says I/O error
        raise kind(where=path, reason=error) from error


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _PAGE
    except OSError:
        return False


def copy_log(path: Path, target: Path) -> None:
    """A consistent copy, by SQLite's own means, while others write: whole, or none. Raises a CaseLogUnavailable."""
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with _translated(path):
            source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            copy = sqlite3.connect(partial)
            try:
                source.backup(copy)
                copy.execute("pragma journal_mode = delete")
            finally:
                copy.close()
                source.close()
        partial.chmod(0o600)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def fold_journal(path: Path) -> None:
    """Takes the journal of writes into a log that is not in use: it is one file then. Raises a CaseLogUnavailable."""
    with _translated(path):
        connection = sqlite3.connect(path)
        try:
            connection.execute("pragma journal_mode = delete")
        finally:
            connection.close()


def prove_log(path: Path) -> Chain:
    """Opens a log that is not in use, finds every page sound, and reads its record. Raises a CaseLogUnavailable."""
    log = CaseLog(path)
    try:
        log.check()
        return log.verify_record()
    finally:
        log.close()


def _write_ahead(db: Database, busy_timeout: float) -> None:
    """Sets the journal mode. Here alone SQLite does not wait for another process that opens the same new file."""
    deadline = time.monotonic() + busy_timeout
    while True:
        try:
            db.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def instant(moment: datetime) -> str:
    """A moment as the case log writes it: UTC, always of the same width. ValueError where it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
