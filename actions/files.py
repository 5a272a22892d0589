"""Photos and documents, kept under the SHA-256 of their bytes. What a sender calls a file names no path."""

import hashlib
import os
import tempfile
import unicodedata
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from actions.case_errors import FileDamaged, FilesUnwritable, FileTooBig, FileTypeRefused
from actions.model import CaseFile
from actions.store import CaseLog, instant

LIMIT = 20 * 1024 * 1024
"""Bytes; also the most that Telegram lets a bot fetch."""
NAME_CHARACTERS = 100
TEXT = "text/plain"
TYPES = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/heic",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        TEXT,
    }
)


class Files:
    """The files of all cases. `directory` is made when the first is kept."""

    def __init__(self, log: CaseLog, directory: Path) -> None:
        self._log, self._directory = log, directory

    def keep(
        self, case_id: str, data: bytes, name: str, *, by: int, now: datetime, task_id: int | None = None
    ) -> CaseFile:
        """Keeps a file: on disk first, then in the log. Raises FileTooBig, FileTypeRefused, FilesUnwritable."""
        if len(data) > LIMIT:
            raise FileTooBig(limit=LIMIT // 1024**2)
        sha256 = hashlib.sha256(data).hexdigest()
        row = {
            "case_id": case_id,
            "task_id": task_id,
            "sha256": sha256,
            "name": _shown(name),
            "media_type": _media_type(data),
            "size": len(data),
            "officer_id": by,
            "at": instant(now),
        }
        self._write(sha256, data)
        with self._log.transaction() as db:
            id_ = cast(int, db.table("files").insert(row).last_pk)
            detail = {"task": task_id, "file": id_, "sha256": sha256, "size": len(data)}
            self._log.record(now, by, "file", f"case:{case_id}", detail)
        return _file({**row, "id": id_})

    def of_case(self, case_id: str) -> list[CaseFile]:
        """The files of a case, its tasks' too, in the order in which they came."""
        return [_file(row) for row in self._log.rows("select * from files where case_id = ? order by id", [case_id])]

    def of_task(self, task_id: int) -> list[CaseFile]:
        """The files of a task."""
        return [_file(row) for row in self._log.rows("select * from files where task_id = ? order by id", [task_id])]

    def get(self, id_: int) -> CaseFile | None:
        """The file of that id."""
        row = self._log.row("select * from files where id = ?", [id_])
        return _file(row) if row else None

    def read(self, file: CaseFile) -> bytes:
        """The bytes that were kept. FileDamaged where they are not there, or not the same any more."""
        try:
            data = self._path(file.sha256).read_bytes()
        except OSError as error:
            raise FileDamaged(name=file.name) from error
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise FileDamaged(name=file.name)
        return data

    def missing(self) -> list[str]:
        """The SHA-256 of files that the log names and that are not on the disk."""
        rows = self._log.rows("select distinct sha256 from files order by sha256")
        return [row["sha256"] for row in rows if not self._path(row["sha256"]).is_file()]

    def _path(self, sha256: str) -> Path:
        return self._directory / sha256[:2] / sha256

    def _write(self, sha256: str, data: bytes) -> None:
        """Whole or not at all: a crash or a full disk leaves no half file under the name."""
        path = self._path(sha256)
        if path.exists():
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent) as whole:
                whole.write(data)
                whole.flush()
                os.fsync(whole.fileno())
                os.link(whole.name, path)
        except FileExistsError:
            return  # somebody has kept the same bytes meanwhile
        except OSError as error:
            raise FilesUnwritable(reason=error.strerror or error) from error


def _media_type(data: bytes) -> str:
    """What the bytes are, whatever their name says. FileTypeRefused where that is not taken."""
    import filetype

    guessed = filetype.guess_mime(data)
    if guessed is None and _is_text(data):
        return TEXT
    if guessed not in TYPES:
        raise FileTypeRefused
    return str(guessed)


def _is_text(data: bytes) -> bool:
    """Plain text in UTF-8 that no browser would take for a page."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    plain = all(char in "\t\r\n\f" or unicodedata.category(char) != "Cc" for char in text)
    return plain and bool(text.strip()) and not text.lstrip("\ufeff \t\r\n").startswith(("<", "#!"))


def _shown(name: str) -> str:
    """A name fit to be shown: no folder, no control or direction characters, not too long."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(char for char in bare if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return clean.strip()[-NAME_CHARACTERS:] or "文件"


def _file(row: dict[str, Any]) -> CaseFile:
    values = {each.name: row[each.name] for each in fields(CaseFile)}
    return CaseFile(**{**values, "at": datetime.fromisoformat(row["at"])})
