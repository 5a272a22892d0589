"""`audit`, `backup`, `restore`, `doctor` and the rest that trust rests on, as an administrator types them."""

import csv
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest
from click.testing import Result

from actions.backups import DataDir
from actions.officers import Officers, Role
from actions.roster import Roster
from bot.alone import alone
from bot.messages import command_line, push
from bot.messages import doctor as wording
from bot.settings import Settings
from tests.actions.taken_in import NOW
from tests.actions.test_backups import NAME_OF_PHOTO, lived_in, meddle
from tests.actions.test_restoring import contents
from tests.bot.test_cli import execute, invoke, one_line
from tests.bot.test_push_commands import findings
from tests.bot.transport import TOKEN, opened
from tests.cast import ADMIN, HEAD, LEAD


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    """A data directory with a case, a lead and an admin, which the commands find by themselves."""
    data = lived_in(tmp_path / "data")
    data.root.chmod(0o700)
    monkeypatch.setenv("CLOSURE_BOT_DATA_DIR", str(data.root))
    with opened(data.log) as log:
        Officers(log).add(ADMIN.id, ADMIN.name, Role.ADMIN, by=None, now=NOW)
    return data


@pytest.fixture
def backup(data: DataDir, tmp_path: Path) -> Path:
    assert invoke("backup", tmp_path / "day.backup").exit_code == 0
    return tmp_path / "day.backup"


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As on a disk that is full: what is longer ends in the middle."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def refused(result: Result) -> str:
    """The one line that a command ends with, exit code 1."""
    assert (result.exit_code, result.stdout) == (1, "")
    return one_line(result.stderr)


# audit


def test_audit_prints_the_record_and_writes_it_for_spreadsheets(data: DataDir, tmp_path: Path) -> None:
    events = [json.loads(line) for line in invoke("audit").stdout.splitlines()]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert invoke("audit", "--format", "csv", "--output", tmp_path / "record.csv").stdout == ""
    with (tmp_path / "record.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["hash"] for row in csv.DictReader(file)] == [event["hash"] for event in events]
    of_case = [json.loads(line) for line in invoke("audit", "--case", "CM-2026-0001").stdout.splitlines()]
    assert of_case == [event for event in events if event["subject"] == "case:CM-2026-0001"]
    assert invoke("audit", "--case", "蟹田").exit_code == 2


@pytest.mark.parametrize("place", ["no/such/folder/record.csv", "/dev/full"])
def test_audit_that_cannot_be_written_is_one_line(data: DataDir, tmp_path: Path, place: str) -> None:
    assert place in refused(invoke("audit", "--output", tmp_path / place))


def test_an_export_is_for_nobody_else_to_read(data: DataDir, tmp_path: Path) -> None:
    assert execute("audit", "--output", tmp_path / "record.jsonl").returncode == 0
    assert (tmp_path / "record.jsonl").stat().st_mode & 0o777 == 0o600


# backup


def test_backup_says_what_it_did_and_what_is_wrong(data: DataDir, tmp_path: Path) -> None:
    result = invoke("backup", tmp_path / "new" / "day.backup")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == command_line.backed_up(str(tmp_path / "new" / "day.backup"), 6, False) + "\n"
    (data.root / NAME_OF_PHOTO).unlink()
    meddle(data.log, "update events set actor_id = 999 where id = 3")
    result = invoke("backup", tmp_path / "day.backup")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [command_line.backup_missing(NAME_OF_PHOTO), wording.record_broken(3)]


@pytest.mark.parametrize("by", ["option", "setting"])
def test_backup_is_encrypted_and_restored_with_the_key(
    data: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    key, file = pyrage.x25519.Identity.generate(), tmp_path / "day.backup"
    (tmp_path / "key").write_text(f"# closure-bot\n{key}\n")
    if by == "setting":
        monkeypatch.setenv("CLOSURE_BOT_BACKUP_RECIPIENT", str(key.to_public()))
    options = ["--recipient", str(key.to_public())] if by == "option" else []
    assert "已加密" in invoke("backup", file, *options).stdout
    assert "--identity" in refused(invoke("restore", file))
    assert refused(invoke("restore", file, "--identity", file)).startswith("密钥不对。")  # which is no text at all
    assert invoke("restore", file, "--identity", tmp_path / "key").exit_code == 0


@pytest.mark.parametrize("place", ["case-log.db/day.backup", "case-log.db", NAME_OF_PHOTO])
def test_backup_to_where_it_cannot_be_is_one_line_and_nothing_is_touched(data: DataDir, place: str) -> None:
    before = contents(data.root)
    assert place in refused(invoke("backup", data.root / place))
    assert contents(data.root) == before


@pytest.mark.parametrize("room", [-10_000, 100], ids=["for the archive", "for what is encrypted"])
def test_backup_without_room_is_one_line_and_leaves_nothing(data: DataDir, backup: Path, room: int) -> None:
    key, before, target = pyrage.x25519.Identity.generate().to_public(), contents(data.root), data.root.parent / "full"
    with no_file_longer_than(backup.stat().st_size + room):
        line = refused(invoke("backup", target / "day.backup", "--recipient", str(key)))
    assert "没有留下不完整的文件" in line
    assert (contents(data.root), list(target.iterdir())) == (before, [])


# restore


def test_restore_says_where_the_old_data_is_if_there_was_any(data: DataDir, backup: Path, tmp_path: Path) -> None:
    [aside] = [line for line in invoke("restore", backup).stdout.splitlines() if "6 个文件" in line]
    assert str(data.root / "replaced-") in aside
    assert "原来的数据" not in invoke("--data-dir", tmp_path / "new", "restore", backup).stdout
    assert invoke("--data-dir", tmp_path / "new", "officers", "list").stdout == invoke("officers", "list").stdout


def test_restore_of_what_is_no_backup_is_one_line(data: DataDir, backup: Path) -> None:
    before = contents(data.root)
    for content in (b"", b"PK", backup.read_bytes()[:-1], b"age-encryption.org/v1\n"):
        backup.write_bytes(content)
        assert str(backup) in refused(invoke("restore", backup))
    assert contents(data.root) == before
    assert invoke("restore", data.root / "nosuch").exit_code == 2


# One bot


@pytest.mark.parametrize("command", ["run", "restore"])
def test_over_a_data_directory_where_a_bot_runs_it_is_one_line(data: DataDir, backup: Path, command: str) -> None:
    before = contents(data.root)
    with alone(Settings.load()):
        result = execute(command, *([backup] if command == "restore" else []), TELEGRAM_BOT_TOKEN=TOKEN)
    assert (result.returncode, result.stdout) == (1, "")
    assert one_line(result.stderr).startswith(f"数据目录 {data.root} 已有一个停业管家在运行。")
    assert contents(data.root) == before


# officers and doctor


def test_an_admin_alone_may_lead_as_well(data: DataDir) -> None:
    for role, exit_code in (("officer", 2), ("lead", 2), ("admin", 0)):
        added = invoke("officers", "add", HEAD.id, "--name", HEAD.name, "--role", role, "--also-leads")
        assert added.exit_code == exit_code
        with opened(data.log) as log:
            assert set(Roster(log).leads()) == ({LEAD.id, HEAD.id} if role == "admin" else {LEAD.id})


def examined() -> list[str]:
    result = invoke("doctor")
    assert result.exit_code == (findings(result.stdout) != [push.DOCTOR_FINE])
    return findings(result.stdout)


def test_the_doctor_names_what_is_wrong_with_data_and_settings(
    data: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert examined() == [push.DOCTOR_FINE]
    monkeypatch.setenv("CLOSURE_BOT_LOG_LEVLE", "DEBUG")
    monkeypatch.setenv("CLOSURE_BOT_BACKUP_DIR", str(tmp_path))
    data.root.chmod(0o750)
    (data.root / NAME_OF_PHOTO).unlink()
    meddle(data.log, "update events set actor_id = 999 where id = 3")
    invoke("officers", "remove", ADMIN.id)
    assert examined() == [
        wording.unknown_setting("CLOSURE_BOT_LOG_LEVLE"),
        wording.open_to_others(str(data.root)),
        wording.backup_old(None),
        wording.record_broken(3),
        wording.file_missing(NAME_OF_PHOTO.rpartition("/")[2]),
        wording.NO_ADMIN,
    ]
