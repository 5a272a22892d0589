"""Backups: the case log, the files that it names, cases released and own sources, in one file, proven when written.

A ZIP with a manifest of SHA-256 sums, encrypted where there is a key for that (see `actions.sealing`). What is verified
is the very file that will be kept. What is not encrypted yet stays in the data directory, where it lies anyway; a
killed process's leavings are cleared by the next one.
"""

import hashlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from filelock import FileLock
from pydantic import TypeAdapter

from actions.backup_errors import BackupDamaged, BackupUnwritable
from actions.errors import CaseLogUnavailable
from actions.record import Chain
from actions.sealing import opened, seal
from actions.store import CaseLog, copy_log, prove_log
from playbook.own import CURRENT

FORMAT = 1
LOG, MANIFEST = "case-log.db", "manifest.json"
FILES, RELEASED, SOURCES = "files", "released", "sources"
WHOLE = "whole.zip"
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: names with their SHA-256, what was not there, and the record as `actions.record` reads it.

    A record that somebody has meddled with is backed up as it is: it is all there is, and it says so.
    """

    format: int
    made_at: str
    members: dict[str, str]
    missing: list[str]
    events: int
    head: str
    broken_at: int | None


@dataclass(frozen=True, slots=True)
class DataDir:
    """Where what is backed up lies."""

    root: Path

    @property
    def log(self) -> Path:
        """The case log."""
        return self.root / LOG


def write_backup(data: DataDir, target: Path, *, recipient: str | None = None, now: datetime) -> Manifest:
    """Writes a consistent backup while others write to the log, verifies it, then gives it its name.

    Raises BackupKeyInvalid, BackupUnwritable, and a CaseLogUnavailable.
    """
    partial = unfinished(target)
    if any(target.resolve().is_relative_to((data.root / name).resolve()) for name in (LOG, FILES, RELEASED, SOURCES)):
        raise BackupUnwritable(where=target, reason="这是正在用的数据")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with workplace(data.root) as place:
            copy_log(data.log, place / LOG)
            manifest = _pack(data, place, now)
            proof = seal(place / WHOLE, partial, recipient)
            with tempfile.TemporaryDirectory(dir=place) as again:
                prove(partial, Path(again), identity=proof)
            partial.replace(target)
    except OSError as error:
        raise BackupUnwritable(where=target, reason=error.strerror or error) from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return manifest


def unfinished(target: Path) -> Path:
    """What a backup is called until it is whole and verified."""
    return target.with_name(f".{target.name}.partial")


@contextmanager
def workplace(root: Path) -> Iterator[Path]:
    """A folder for one process at a time: whatever is found in it is a killed one's."""
    place = root / ".unfinished"
    with FileLock(root / "backup.lock"):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def prove(backup: Path, place: Path, *, identity: str | None = None) -> Manifest:
    """Unpacks a backup into an empty folder, and finds it whole: sums, the log's integrity, the chain of its record.

    Raises BackupDamaged, BackupKeyWrong, BackupKeyInvalid.
    """
    try:
        with opened(backup, place, identity) as archive:
            manifest = TypeAdapter(Manifest).validate_json(archive.read(MANIFEST))
            if manifest.format != FORMAT or {MANIFEST, LOG, *manifest.members} != set(archive.namelist()):
                raise BackupDamaged(where=backup, reason="清单和内容对不上")
            for name, sha256 in manifest.members.items():
                if _unpack(archive, name, place) != sha256:
                    raise BackupDamaged(where=backup, reason=f"{name} 的内容变了")
        chain = prove_log(place / LOG)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, RuntimeError) as error:
        raise BackupDamaged(where=backup, reason="不是完整的备份文件") from error
    except CaseLogUnavailable as error:
        raise BackupDamaged(where=backup, reason=str(error)) from error
    except OSError as error:
        raise BackupDamaged(where=backup, reason=error.strerror or "不是完整的备份文件") from error
    if chain != Chain(manifest.events, manifest.head, manifest.broken_at):
        raise BackupDamaged(where=backup, reason="操作记录和清单对不上")
    return manifest


def _pack(data: DataDir, place: Path, now: datetime) -> Manifest:
    """Puts the copy of the log and all that it names into one archive."""
    chain, named = prove_log(place / LOG), _named(place / LOG)
    members: dict[str, str] = {}
    missing = []
    with zipfile.ZipFile(place / WHOLE, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        members[LOG] = _put(archive, place / LOG, LOG)
        for name in [*named, *_released(data), *_current(data)]:
            if (data.root / name).is_file():
                members[name] = _put(archive, data.root / name, name)
            else:
                missing.append(name)
        made_at = now.astimezone(UTC).isoformat()
        manifest = Manifest(FORMAT, made_at, members, missing, chain.events, chain.head, chain.broken_at)
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    return manifest


def _named(log_path: Path) -> list[str]:
    log = CaseLog(log_path)
    try:
        rows = log.rows("select distinct sha256 from files order by sha256")
        versions = log.rows("select distinct file from own_sources order by file")
    finally:
        log.close()
    kept = [f"{FILES}/{row['sha256'][:2]}/{row['sha256']}" for row in rows]
    return [*kept, *(f"{SOURCES}/{row['file']}" for row in versions)]


def _released(data: DataDir) -> Sequence[str]:
    return sorted(f"{RELEASED}/{path.name}" for path in (data.root / RELEASED).glob("*.md"))


def _current(data: DataDir) -> Sequence[str]:
    """The list of own sources in use, where there is one: `run` makes it anew of the log, `ask` must find it."""
    return [f"{SOURCES}/{CURRENT}"] if (data.root / SOURCES / CURRENT).is_file() else []


def _put(archive: zipfile.ZipFile, path: Path, name: str) -> str:
    """Adds a file; its SHA-256. Photos are packed already: pressing them again would only take time."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED if name in (LOG, MANIFEST) else zipfile.ZIP_STORED
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        return _copy(source, target)


def _unpack(archive: zipfile.ZipFile, name: str, place: Path) -> str:
    """Writes a member below `place`, and nowhere else; its SHA-256."""
    target = (place / name).resolve()
    if not target.is_relative_to(place.resolve()):
        raise ValueError(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, target.open("wb") as written:
        return _copy(source, written)


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def remove_surplus(folder: Path, pattern: str, keep: int) -> None:
    """Removes all but the newest backups, by name, and what was left unfinished."""
    for path in (*sorted(folder.glob(pattern))[:-keep], *folder.glob(unfinished(Path(pattern)).name)):
        path.unlink(missing_ok=True)
