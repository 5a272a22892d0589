"""The day's backup, and the older ones that make room for it."""

from datetime import date, datetime
from pathlib import Path

from actions.backups import DataDir, remove_surplus, write_backup
from actions.calendar import local_day
from bot.settings import Settings

PATTERN = "closure-bot-*.backup"


class Keeper:
    """Backs up once a day, where that is wanted. Which days have theirs is told by the files' names."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._failed_on = ""

    def turn(self, now: datetime) -> None:
        """Writes the day's backup unless it is there. One that failed is tried again the next day.

        Raises a BackupRefused or a CaseLogUnavailable.
        """
        folder, day = self._settings.backup_dir, f"{local_day(now):%Y%m%d}"
        if folder is None or self._failed_on == day:
            return
        target = folder / f"closure-bot-{day}.backup"
        if target.exists():
            return
        self._failed_on = day
        recipient = self._settings.backup_recipient
        write_backup(DataDir(self._settings.data_dir), target, recipient=recipient, now=now)
        self._failed_on = ""
        remove_surplus(folder, PATTERN, self._settings.backup_keep)


def newest_backup(folder: Path) -> date | None:
    """The day of the newest of these backups, by its name."""
    return max(filter(None, map(_day, folder.glob(PATTERN))), default=None)


def _day(backup: Path) -> date | None:
    try:
        return datetime.strptime(backup.name, "closure-bot-%Y%m%d.backup").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
