"""Backups of a data directory that is in use: whole, verified, for one key only, and nothing where that fails."""

import hashlib
import json
import shutil
import sqlite3
import stat
import subprocess
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from actions import backups
from actions.backup_errors import BackupKeyInvalid
from actions.backups import LOG, DataDir, prove, unfinished, write_backup
from actions.errors import CaseLogDamaged
from actions.files import Files
from actions.sources import Sources
from actions.store import CaseLog, prove_log
from tests.actions.taken_in import FARM, NOW, Office
from tests.cast import LEAD, OFFICER

PHOTO = b"\xff\xd8\xff\xe0" + hashlib.shake_256(b"grain").digest(600_000)
NAME_OF_PHOTO = f"files/{hashlib.sha256(PHOTO).hexdigest()[:2]}/{hashlib.sha256(PHOTO).hexdigest()}"
RELEASED = "released/crab-field.md"
DOCUMENT = b"# \xe7\x8f\xad\xe8\xbd\xa6\n"
OLDER = b"# older\n"
VERSIONS = [
    f"sources/documents/0001-v{number}-{hashlib.sha256(data).hexdigest()[:12]}.md"
    for number, data in enumerate((OLDER, DOCUMENT), 1)
]
OWN = {*VERSIONS, "sources/current.json"}
SECRET = "蟹田农业合作社"


def lived_in(root: Path) -> DataDir:
    """A data directory with a case, a photo for it, a case that was released, and two versions of a document."""
    with closing(CaseLog(root / LOG)) as log:
        case_id = Office(log).take_in(FARM)
        Files(log, root / "files").keep(case_id, PHOTO, "田埂.jpg", by=OFFICER.id, now=NOW)
        for data in (OLDER, DOCUMENT):
            Sources(log, root / "sources").put("own/0001", "document", "班车", data, ".md", by=LEAD.id, now=NOW)
    (root / RELEASED).parent.mkdir()
    (root / RELEASED).write_text(SECRET, "utf-8")
    return DataDir(root)


def meddle(log: Path, sql: str) -> None:
    """Changes the record behind the log's back."""
    with closing(sqlite3.connect(log)) as connection, connection:
        connection.executescript("drop trigger events_stay; drop trigger events_stay_as_they_are")
        connection.execute(sql)


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return lived_in(tmp_path / "data")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "day.backup"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder to unpack into."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


@pytest.fixture
def key() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


# What is in it


def test_it_holds_the_log_the_photos_the_released_cases_and_every_version_of_own_sources(
    data: DataDir, target: Path
) -> None:
    manifest = write_backup(data, target, now=NOW)
    with zipfile.ZipFile(target) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held.keys() == {LOG, NAME_OF_PHOTO, RELEASED, *OWN, "manifest.json"}
    assert [held[name] for name in VERSIONS] == [OLDER, DOCUMENT]
    assert (held[NAME_OF_PHOTO], held[RELEASED].decode()) == (PHOTO, SECRET)
    assert manifest.members == {name: hashlib.sha256(held[name]).hexdigest() for name in manifest.members}
    assert json.loads(held["manifest.json"])["made_at"] == "2026-03-02T02:00:00+00:00"
    assert (manifest.missing, manifest.broken_at) == ([], None)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_a_photo_that_is_gone_from_the_disk_is_told_and_the_rest_backed_up(
    data: DataDir, target: Path, place: Path
) -> None:
    (data.root / NAME_OF_PHOTO).unlink()
    manifest = write_backup(data, target, now=NOW)
    assert manifest.missing == [NAME_OF_PHOTO]
    assert manifest.members.keys() == {LOG, RELEASED, *OWN}
    assert prove(target, place) == manifest


@pytest.mark.parametrize("forgery", ["update events set detail = '{}' where id = 3", "delete from events where id = 3"])
def test_a_record_that_was_meddled_with_is_backed_up_as_it_is_and_says_so(
    data: DataDir, target: Path, place: Path, forgery: str
) -> None:
    meddle(data.log, forgery)
    manifest = write_backup(data, target, now=NOW)
    assert manifest.broken_at is not None
    assert prove(target, place) == manifest
    assert prove_log(place / LOG) == prove_log(data.log)


def test_while_others_write_it_holds_whole_transactions_and_an_unbroken_chain(data: DataDir, tmp_path: Path) -> None:
    done, written = threading.Event(), threading.Event()

    def write() -> None:
        with closing(CaseLog(data.log)) as own:
            while not done.is_set():
                with own.transaction():
                    own.record(NOW, OFFICER.id, "first", "case:1", {})
                    own.record(NOW, OFFICER.id, "second", "case:1", {})
                written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(6):
            for _ in range(2):  # the first may be told late
                written.clear()
                assert written.wait(30)
            write_backup(data, tmp_path / f"{number}.backup", now=NOW)
    finally:
        done.set()
        writer.join()
    with closing(CaseLog(data.log)) as log:
        hashes = {row["id"]: row["hash"] for row in log.rows("select id, hash from events")}
    lengths = []
    for number in range(6):
        (place := tmp_path / str(number)).mkdir()
        manifest = prove(tmp_path / f"{number}.backup", place)
        assert (manifest.broken_at, manifest.head) == (None, hashes[manifest.events])
        with closing(CaseLog(place / LOG)) as log:
            assert log.row("select verb from events order by id desc") == {"verb": "second"}
        lengths.append(manifest.events)
    assert lengths == sorted(set(lengths))  # each later than the one before: there was writing meanwhile


# For whom it is


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
def test_a_key_of_ssh_will_do(data: DataDir, target: Path, place: Path, tmp_path: Path) -> None:
    file = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
    write_backup(data, target, recipient=file.with_suffix(".pub").read_text(), now=NOW)
    assert prove(target, place, identity=file.read_text()).events > 0


@pytest.mark.parametrize("garbage", ["age1garbage", "ssh-ed25519 AAAA"])
def test_a_key_that_is_none_is_refused_and_nothing_is_written(data: DataDir, target: Path, garbage: str) -> None:
    with pytest.raises(BackupKeyInvalid, match="age-keygen"):
        write_backup(data, target, recipient=garbage, now=NOW)
    assert list(target.parent.iterdir()) == []


def test_what_is_encrypted_never_lies_plain_beside_it(
    data: DataDir, target: Path, key: pyrage.x25519.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[list[Path], bytes]] = []

    def looking(backup: Path, place: Path, *, identity: str | None) -> backups.Manifest:
        seen.append((list(target.parent.rglob("*")), backup.read_bytes()))
        return prove(backup, place, identity=identity)

    monkeypatch.setattr(backups, "prove", looking)
    write_backup(data, target, recipient=str(key.to_public()), now=NOW)
    [(there, content)] = seen
    assert there == [unfinished(target)]
    assert content == target.read_bytes()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert content.startswith(b"age-encryption.org/")
    assert PHOTO[:64] not in content


# Where it fails


def test_one_that_fails_leaves_the_older_one_and_nothing_of_its_own(data: DataDir, target: Path) -> None:
    write_backup(data, target, now=NOW)
    older = target.read_bytes()
    data.log.write_bytes(b"officers;name\n" * 500)
    with pytest.raises(CaseLogDamaged):
        write_backup(data, target, now=NOW)
    assert target.read_bytes() == older
    assert list(target.parent.iterdir()) == [target]


def test_what_a_killed_one_has_left_is_cleared_away(data: DataDir, target: Path) -> None:
    (data.root / ".unfinished" / "files").mkdir(parents=True)
    target.parent.mkdir()
    unfinished(target).write_bytes(PHOTO)
    write_backup(data, target, now=NOW)
    assert list(target.parent.iterdir()) == [target]
    assert not (data.root / ".unfinished").exists()
