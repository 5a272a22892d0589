"""The day's backup, and the older ones that make room for it."""

import logging
from datetime import datetime

from actions.backup_errors import BackupRefused
from actions.backups import DataDir, remove_surplus, write_backup
from actions.calendar import local_day
from actions.errors import CaseLogUnavailable
from bot.settings import Settings

PATTERN = "closure-bot-*.backup"

_LOGGER = logging.getLogger(__name__)


class Keeper:
    """Backs up once a day, where that is wanted. Which days have theirs is told by the files' names."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._failed_on = ""

    def turn(self, now: datetime) -> None:
        """Writes the day's backup unless it is there. One that failed is tried again the next day, and logged."""
        folder, day = self._settings.backup_dir, f"{local_day(now):%Y%m%d}"
        if folder is None or self._failed_on == day:
            return
        target = folder / f"closure-bot-{day}.backup"
        if target.exists():
            return
        try:
            recipient = self._settings.backup_recipient
            write_backup(DataDir(self._settings.data_dir), target, recipient=recipient, now=now)
            remove_surplus(folder, PATTERN, self._settings.backup_keep)
        except (BackupRefused, CaseLogUnavailable, OSError) as error:
            self._failed_on = day
            _LOGGER.error("no backup today: %s", error)
