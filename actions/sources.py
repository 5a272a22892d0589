"""Own sources: sections that leads wrote and documents that they sent, with every version that there has been.

A row for each version, a file for each, and one list of what counts (`playbook.own`), which is made of the rows. In
this order, so that a crash leaves nothing wrong: the file, which nobody reads before it has a row; the row with its
event; the list. Doing the same again does what was left undone.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from actions.source_errors import SourceDamaged, SourcesUnwritable, SourceUnknown
from actions.store import CaseLog, instant
from playbook.own import OwnFile, OwnKind, write_list, write_whole

ACTIVE, DISABLED, REPLACED = "active", "disabled", "replaced"
DOCUMENT_IDS = "own/"
"""No id of the playbook's can begin like this, and no path of a document."""
_ID = re.compile(rf"(?:{DOCUMENT_IDS})?[a-z0-9][a-z0-9-]{{0,59}}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")
_NAMED_BY = 12
"""Characters of the SHA-256 in a version's file name: what was left by a crash is never taken for another version."""


@dataclass(frozen=True, slots=True)
class OwnSource:
    """One version. `file` is its name below the directory; `state`: active, disabled or replaced."""

    id: str
    version: int
    kind: OwnKind
    title: str
    file: str
    sha256: str
    state: str
    by_id: int
    at: datetime

    @property
    def active(self) -> bool:
        """Whether answers draw on it."""
        return self.state == ACTIVE


class Sources:
    """The own sources of the case log. `directory` is made when the first is kept.

    Every method that changes something raises SourcesUnwritable where the disk does not take it.
    """

    def __init__(self, log: CaseLog, directory: Path) -> None:
        self._log, self._directory = log, directory

    def put(
        self, source_id: str, kind: OwnKind, title: str, data: bytes, suffix: str, *, by: int, now: datetime
    ) -> OwnSource:
        """Keeps a source, or its next version, which is in answers from now on in place of the one before.

        With the same bytes as the current version nothing is done, and that version returned, disabled or not.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        source = self._put(source_id, kind, title, sha256, suffix, lambda path: write_whole(path, data), by, now)
        self.publish()
        return source

    def put_file(
        self, source_id: str, kind: OwnKind, title: str, kept: Path, sha256: str, suffix: str, *, by: int, now: datetime
    ) -> OwnSource:
        """The same with bytes that lie in a file of the data directory already, whose SHA-256 is known.

        Within a transaction of the caller's, who calls `publish` when that is done.
        """
        return self._put(source_id, kind, title, sha256, suffix, lambda path: _link(kept, path), by, now)

    def new_document_id(self) -> str:
        """An id that no document has had; to be used within the same transaction."""
        rows = self._log.rows("select distinct id from own_sources where kind = 'document'")
        numbers = [int(row["id"].removeprefix(DOCUMENT_IDS)) for row in rows if row["id"].startswith(DOCUMENT_IDS)]
        return f"{DOCUMENT_IDS}{max(numbers, default=0) + 1:04d}"

    def all(self) -> list[OwnSource]:
        """The current version of every source, disabled ones too, the newest first."""
        rows = self._log.rows("select * from own_sources where state <> 'replaced' order by at desc, id")
        return [_source(row) for row in rows]

    def current(self, source_id: str) -> OwnSource | None:
        """The version that counts, disabled or not."""
        row = self._log.row("select * from own_sources where id = ? and state <> 'replaced'", [source_id])
        return _source(row) if row else None

    def versions(self, source_id: str) -> list[OwnSource]:
        """Every version, the newest first."""
        rows = self._log.rows("select * from own_sources where id = ? order by version desc", [source_id])
        return [_source(row) for row in rows]

    def disable(self, source_id: str, *, by: int, now: datetime) -> OwnSource:
        """Takes a source out of answers; again is a no-op. SourceUnknown."""
        return self._set(source_id, DISABLED, by, now)

    def enable(self, source_id: str, *, by: int, now: datetime) -> OwnSource:
        """Puts it back; again is a no-op. SourceUnknown."""
        return self._set(source_id, ACTIVE, by, now)

    def note(self, verb: str, source_id: str, *, by: int, now: datetime) -> None:
        """Records what was done to a document that `index` has added: it has no rows here."""
        with self._log.transaction():
            self._log.record(now, by, verb, _subject(source_id), {})

    def path(self, source: OwnSource) -> Path:
        """Where a version lies."""
        return self._directory / source.file

    def read(self, source: OwnSource) -> bytes:
        """A version's bytes. SourceDamaged where they are not there, or not the same any more."""
        try:
            data = self.path(source).read_bytes()
        except OSError as error:
            raise SourceDamaged(title=source.title) from error
        if hashlib.sha256(data).hexdigest() != source.sha256:
            raise SourceDamaged(title=source.title)
        return data

    def active_files(self, kind: OwnKind) -> list[OwnSource]:
        """The versions of one kind that answers draw on, by id."""
        return sorted((each for each in self.all() if each.kind == kind and each.active), key=lambda each: each.id)

    def missing(self) -> list[str]:
        """Files that the log names and that are not on the disk."""
        rows = self._log.rows("select file from own_sources order by file")
        return [row["file"] for row in rows if not (self._directory / row["file"]).is_file()]

    def publish(self) -> None:
        """Writes the list of what counts, as the rows have it now; where it says so already, nothing is written."""
        try:
            with self._log.transaction():  # no other process writes a list made of older rows meanwhile
                write_list(self._directory, map(_listed, self.all()))
        except OSError as error:
            raise SourcesUnwritable(reason=error.strerror or error) from error

    def _put(
        self,
        source_id: str,
        kind: OwnKind,
        title: str,
        sha256: str,
        suffix: str,
        write: Callable[[Path], None],
        by: int,
        now: datetime,
    ) -> OwnSource:
        if not _ID.fullmatch(source_id) or not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"{source_id!r} with {suffix!r} names no file")
        with self._log.transaction() as db:
            before = self.current(source_id)
            if before is None or before.sha256 != sha256:
                version = before.version + 1 if before else 1
                name = f"{kind}s/{source_id.removeprefix(DOCUMENT_IDS)}-v{version}-{sha256[:_NAMED_BY]}{suffix}"
                self._write(name, write)
                if before:
                    db.execute("update own_sources set state = 'replaced' where id = ?", [source_id])
                row = (source_id, version, kind, title, name, sha256, ACTIVE, by, instant(now))
                db.execute("insert into own_sources values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
                detail = {"version": version, "kind": kind, "title": title, "sha256": sha256}
                self._log.record(now, by, "put_source", _subject(source_id), detail)
        kept = self.current(source_id)
        assert kept is not None
        return kept

    def _write(self, name: str, write: Callable[[Path], None]) -> None:
        path = self._directory / name
        if path.exists():
            return  # the same bytes, by its name: what was left by a crash
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path)
        except OSError as error:
            raise SourcesUnwritable(reason=error.strerror or error) from error

    def _set(self, source_id: str, state: str, by: int, now: datetime) -> OwnSource:
        with self._log.transaction() as db:
            source = self.current(source_id)
            if source is None:
                raise SourceUnknown(source=source_id)
            if source.state != state:
                db.execute(
                    "update own_sources set state = ? where id = ? and version = ?", [state, source_id, source.version]
                )
                verb = "enable_source" if state == ACTIVE else "disable_source"
                detail = {"version": source.version, "before": source.state, "after": state}
                self._log.record(now, by, verb, _subject(source_id), detail)
        self.publish()
        after = self.current(source_id)
        assert after is not None
        return after


def _link(kept: Path, path: Path) -> None:
    """Another name for the same bytes; a copy where the file system has no such thing."""
    try:
        os.link(kept, path)
    except FileNotFoundError:
        raise
    except OSError:
        partial = path.with_name(f"{path.name}.part")
        shutil.copyfile(kept, partial)
        partial.replace(path)


def _listed(source: OwnSource) -> OwnFile:
    return OwnFile(
        source.id, source.version, source.kind, source.title, source.file, source.sha256, active=source.active
    )


def _source(row: dict[str, Any]) -> OwnSource:
    return OwnSource(**{**row, "at": datetime.fromisoformat(row["at"])})


def _subject(source_id: str) -> str:
    return f"source:{source_id}"
