"""A backup a day, the older ones that make room for it, and who hears that there is none."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from telegram import Bot

from actions.backup_errors import BackupKeyInvalid, BackupUnwritable
from actions.backups import prove, unfinished
from actions.errors import CaseLogDamaged
from actions.officers import Officers, Role
from actions.store import CaseLog
from bot.alarm import Alarm
from bot.jobs import Jobs
from bot.keeping import Keeper, newest_backup
from bot.noticing import Noticing
from bot.pushing import Counts, Pusher
from bot.services import Registers
from bot.settings import Settings
from tests.bot.mute import Mute
from tests.bot.transport import TOKEN, opened
from tests.cast import LEAD

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
A_DAY = timedelta(days=1)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "data" / "case-log.db") as log:
        Officers(log).add(LEAD.id, LEAD.name, Role.LEAD, by=None, now=NOW)
        yield log


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def settings(log: CaseLog, folder: Path) -> Settings:
    wanted = {"data_dir": log.path.parent, "backup_dir": folder, "backup_keep": 2}
    return Settings.load().model_copy(update=wanted)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_day_has_one_and_it_is_whole(settings: Settings, folder: Path, tmp_path: Path) -> None:
    keeper = Keeper(settings)
    keeper.turn(NOW)
    [backup] = folder.iterdir()
    assert backup.name == "closure-bot-20260302.backup"
    assert prove(backup, tmp_path / "place").made_at == NOW.isoformat()
    written = backup.read_bytes()
    keeper.turn(NOW + timedelta(hours=13, minutes=59))
    Keeper(settings).turn(NOW)  # after a restart
    assert (names(folder), backup.read_bytes()) == ([backup.name], written)


def test_the_day_begins_at_midnight_in_shanghai(settings: Settings, folder: Path) -> None:
    keeper = Keeper(settings)
    for moment in (datetime(2026, 3, 2, 15, 59, tzinfo=UTC), datetime(2026, 3, 2, 16, tzinfo=UTC)):
        keeper.turn(moment)
    assert names(folder) == ["closure-bot-20260302.backup", "closure-bot-20260303.backup"]


def test_without_a_folder_there_is_none(settings: Settings, tmp_path: Path) -> None:
    Keeper(settings.model_copy(update={"backup_dir": None})).turn(NOW)
    assert list(tmp_path.rglob("*.backup")) == []


def test_the_newest_are_kept_and_what_was_made_by_hand(settings: Settings, folder: Path) -> None:
    keeper = Keeper(settings)
    keeper.turn(NOW)
    (folder / "by-hand.backup").touch()
    unfinished(folder / "closure-bot-20260301.backup").touch()  # of a process that was killed
    for days in range(1, 4):
        keeper.turn(NOW + days * A_DAY)
    assert names(folder) == ["by-hand.backup", "closure-bot-20260304.backup", "closure-bot-20260305.backup"]


def test_nothing_makes_room_for_one_that_failed(settings: Settings, folder: Path, log: CaseLog) -> None:
    keeper = Keeper(settings)
    for days in range(2):
        keeper.turn(NOW + days * A_DAY)
    log.close()
    log.path.write_bytes(b"officers;name\n" * 500)
    with pytest.raises(CaseLogDamaged):
        keeper.turn(NOW + 2 * A_DAY)
    assert names(folder) == ["closure-bot-20260302.backup", "closure-bot-20260303.backup"]


def test_it_is_encrypted_where_there_is_a_key(settings: Settings, folder: Path, tmp_path: Path) -> None:
    key = pyrage.x25519.Identity.generate()
    Keeper(settings.model_copy(update={"backup_recipient": str(key.to_public())})).turn(NOW)
    (tmp_path / "place").mkdir()
    assert prove(folder / "closure-bot-20260302.backup", tmp_path / "place", identity=str(key)).events == 1
    with pytest.raises(BackupKeyInvalid):
        Keeper(settings.model_copy(update={"backup_recipient": "age1typo"})).turn(NOW + A_DAY)


def test_one_that_fails_is_told_once_a_day_and_made_when_it_can_be(settings: Settings, folder: Path) -> None:
    folder.touch()  # a file where the folder should be
    keeper = Keeper(settings)
    for days in range(2):
        with pytest.raises(BackupUnwritable):
            keeper.turn(NOW + days * A_DAY)
        keeper.turn(NOW + days * A_DAY + timedelta(minutes=1))
    folder.unlink()
    keeper.turn(NOW + 2 * A_DAY)
    assert names(folder) == ["closure-bot-20260304.backup"]


@pytest.mark.parametrize(
    ("there", "newest"),
    [
        ([], None),
        (["closure-bot-20260301.backup", "closure-bot-20260302.backup"], date(2026, 3, 2)),
        (["closure-bot-20260301.backup", "by-hand.backup", "closure-bot-before.backup"], date(2026, 3, 1)),
        (["closure-bot-20260301.backup", "closure-bot-2.backup", "closure-bot-20269999.backup"], date(2026, 3, 1)),
        ([".closure-bot-20260302.backup.partial"], None),
    ],
)
def test_the_day_of_the_newest_is_told_by_its_name(folder: Path, there: list[str], newest: date | None) -> None:
    assert newest_backup(folder) is None
    folder.mkdir()
    for name in there:
        (folder / name).touch()
    assert newest_backup(folder) == newest


# In the bot


class Idle(Pusher):
    """Nothing is due; `rounds` counts how often it looked."""

    rounds = 0

    async def round(self) -> Counts:
        self.rounds += 1
        return Counts()


async def going_round(settings: Settings, log: CaseLog, rounds: int) -> list[str]:
    """What leads were told while the jobs went round a few times."""
    mute, registers = Mute(), Registers.of(log, settings, now=lambda: NOW)
    async with Bot(TOKEN, request=mute, get_updates_request=mute) as bot:
        pusher = Idle(bot, registers, settings.push_lock)
        alarm = Alarm(bot, registers.roster, registers.now)
        noticing = Noticing(dict, registers.editions)
        jobs = Jobs(pusher, registers, noticing, Keeper(settings), alarm, timedelta(milliseconds=1))
        running = asyncio.create_task(jobs.run())
        async with asyncio.timeout(30):
            while pusher.rounds < rounds:  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(0.01)
        jobs.stop()
        await running
    return [sent["text"] for name, sent in mute.calls if name == "sendMessage"]


async def test_the_bot_makes_the_day_s_backup_by_itself(settings: Settings, log: CaseLog, folder: Path) -> None:
    assert await going_round(settings, log, 3) == []
    assert names(folder) == ["closure-bot-20260302.backup"]


async def test_that_there_is_none_is_told_to_the_lead_once_and_the_rest_goes_on(
    settings: Settings, log: CaseLog, caplog: pytest.LogCaptureFixture
) -> None:
    below_a_file = log.path / "backups"
    [told] = await going_round(settings.model_copy(update={"backup_dir": below_a_file}), log, 5)
    assert str(below_a_file) in told
    assert "请检查磁盘空间和权限" in told
    assert caplog.text.count("no backup today") == 1
