"""Restoring: what is whole is put in place and works; what is not leaves every byte as it was."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyrage
import pytest

from actions.backup_errors import BackupDamaged, BackupKeyWrong, BackupRefused
from actions.backups import LOG, MANIFEST, DataDir, prove, write_backup
from actions.files import Files
from actions.record import ORIGIN
from actions.restoring import restore
from actions.sources import Sources
from actions.store import CaseLog
from playbook.own import own_files
from tests.actions.taken_in import NOW
from tests.actions.test_backups import DOCUMENT, NAME_OF_PHOTO, OWN, PHOTO, RELEASED, lived_in, meddle
from tests.cast import OFFICER

JOURNAL = f"{LOG}-wal"
Members = Mapping[str, bytes]


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a folder by its name; locks are no data."""
    files = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def note(log: CaseLog, verb: str) -> None:
    with log.transaction():
        log.record(NOW, OFFICER.id, verb, "x", {})


def verbs(root: Path) -> list[str]:
    """What the record of a data directory tells, whose chain holds."""
    with closing(CaseLog(root / LOG)) as log:
        assert log.verify_record().broken_at is None
        return [row["verb"] for row in log.rows("select verb from events order by id")]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data directory, a plain backup of it, an encrypted one, and its key as age-keygen writes it."""
    folder, key = tmp_path_factory.mktemp("original"), pyrage.x25519.Identity.generate()
    data = lived_in(folder / "data")
    write_backup(data, folder / "plain.backup", now=NOW)
    write_backup(data, folder / "sealed.backup", recipient=str(key.to_public()), now=NOW)
    (folder / "key").write_text(f"# created: 2026-03-02\n{key}\n")
    return folder


@pytest.fixture
def data(original: Path, tmp_path: Path) -> DataDir:
    """The data directory some time later: the log has grown, one file is gone and one has come."""
    data = DataDir(Path(shutil.copytree(original / "data", tmp_path / "data")))
    with closing(CaseLog(data.log)) as log:
        note(log, "later")
    (data.root / NAME_OF_PHOTO).unlink()
    (data.root / "files" / "later").write_bytes(b"later")
    return data


@pytest.fixture
def killed(data: DataDir) -> DataDir:
    """The same, of a process that was killed: its last event stands in the log's journal alone."""
    with closing(CaseLog(data.log)) as log:
        note(log, "unfolded")
        return DataDir(Path(shutil.copytree(data.root, data.root.with_name("killed"))))


# What is whole


@pytest.mark.parametrize("form", ["plain", "sealed"])
def test_it_is_in_place_and_what_was_there_is_moved_aside(original: Path, data: DataDir, form: str) -> None:
    before, key = contents(data.root), (original / "key").read_text()
    manifest, aside = restore(original / f"{form}.backup", data, identity=key, now=NOW)
    assert contents(aside).keys() == before.keys()
    assert verbs(aside)[-1] == "later"
    shutil.rmtree(aside)
    assert contents(data.root).keys() == manifest.members.keys() == {LOG, NAME_OF_PHOTO, RELEASED, *OWN}
    assert verbs(data.root) == verbs(original / "data")


def test_its_log_works_and_has_its_files(original: Path, data: DataDir) -> None:
    restore(original / "plain.backup", data, now=NOW)
    with closing(CaseLog(data.log)) as log:
        files = Files(log, data.root / "files")
        assert [files.read(file) for file in files.of_case("CM-2026-0001")] == [PHOTO]
        sources = Sources(log, data.root / "sources")
        assert [sources.read(source) for source in sources.all()] == [DOCUMENT]
        assert [file.version for file in own_files(data.root / "sources")] == [2]
        note(log, "afterwards")
    assert verbs(data.root) == [*verbs(original / "data"), "afterwards"]


def test_what_stood_only_in_the_journal_of_the_old_log_is_moved_aside_with_it(original: Path, killed: DataDir) -> None:
    _, aside = restore(original / "plain.backup", killed, now=NOW)
    assert verbs(aside)[-1] == "unfolded"
    assert verbs(killed.root) == verbs(original / "data")


def test_a_damaged_log_makes_way_with_its_journal_as_they_are(original: Path, killed: DataDir) -> None:
    killed.log.write_bytes(b"officers;name\n" * 500)
    before = contents(killed.root)
    _, aside = restore(original / "plain.backup", killed, now=NOW)
    assert {name: contents(aside).get(name) for name in (LOG, JOURNAL)} == {LOG: before[LOG], JOURNAL: before[JOURNAL]}
    assert verbs(killed.root) == verbs(original / "data")


# What is not


def damaged(content: bytes) -> Iterator[bytes]:
    """Cut off, and with one bit turned over: in the first and the last bytes, and all along."""
    size = len(content)
    for position in (0, 1, 20, size // 2, size - 100, size - 1):
        yield content[:position]
    for position in (*range(100), *range(100, size, size // 50), *range(size - 600, size, 6)):
        turned = bytearray(content)
        turned[position] ^= 1 << position % 8
        yield bytes(turned)


@pytest.mark.parametrize("form", ["plain", "sealed"])
def test_what_is_damaged_is_refused_and_nothing_touched(
    original: Path, data: DataDir, tmp_path: Path, form: str
) -> None:
    before, key, refused = contents(data.root), (original / "key").read_text(), 0
    backup = tmp_path / "damaged.backup"
    for content in damaged((original / f"{form}.backup").read_bytes()):
        backup.write_bytes(content)
        try:
            manifest = prove(backup, Path(tempfile.mkdtemp(dir=tmp_path)), identity=key)
        except BackupRefused:
            refused += 1
            with pytest.raises(BackupRefused):
                restore(backup, data, identity=key, now=NOW)
            assert contents(data.root) == before
        else:  # when a member was packed, and such, is nobody's loss; age lets nothing pass
            assert form == "plain"
            assert manifest == prove(original / "plain.backup", Path(tempfile.mkdtemp(dir=tmp_path)))
    assert refused > 150


@pytest.mark.parametrize("identity", [None, str(pyrage.x25519.Identity.generate())], ids=["none", "another's"])
def test_without_the_key_nothing_is_touched(original: Path, data: DataDir, identity: str | None) -> None:
    before = contents(data.root)
    with pytest.raises(BackupKeyWrong, match="--identity"):
        restore(original / "sealed.backup", data, identity=identity, now=NOW)
    assert contents(data.root) == before


def claiming(held: Members, **changes: Any) -> Members:
    """The same members, of which the manifest says something else."""
    return {**held, MANIFEST: json.dumps(json.loads(held[MANIFEST]) | changes).encode()}


def summed(held: Members) -> Members:
    return claiming(held, members={name: sha256(held[name]).hexdigest() for name in held if name != MANIFEST})


def meddled(held: Members) -> Members:
    with tempfile.TemporaryDirectory() as place:
        log = Path(place) / LOG
        log.write_bytes(held[LOG])
        meddle(log, "update events set actor_id = 999 where id = 3")
        return summed({**held, LOG: log.read_bytes()})


FORGERIES: Mapping[str, Callable[[Members], Members]] = {
    "a photo swapped": lambda held: {**held, NAME_OF_PHOTO: b"evil"},
    "one too many": lambda held: {**held, "files/evil": b"evil"},
    "a log meddled with": meddled,
    "no log": lambda held: claiming(summed({MANIFEST: held[MANIFEST]}), events=0, head=ORIGIN),
    "no sums": lambda held: claiming(held, members=[name for name in held if name != MANIFEST]),
    "a way out": lambda held: summed({**held, "files/../../evil": b"evil"}),
    "a path from the root": lambda held: summed({**held, f"{tempfile.gettempdir()}/evil": b"evil"}),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_was_put_together_by_hand_is_refused_and_nothing_touched(
    original: Path, data: DataDir, tmp_path: Path, forgery: str
) -> None:
    before, forged = contents(data.root), tmp_path / "forged.backup"
    with zipfile.ZipFile(original / "plain.backup") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(forged, "w") as archive:
        for name, content in FORGERIES[forgery](held).items():
            archive.writestr(name, content)
    with pytest.raises(BackupDamaged, match="请换另一份备份。现有数据没有动。"):
        restore(forged, data, now=NOW)
    assert contents(data.root) == before
    assert not Path(tempfile.gettempdir(), "evil").exists()
