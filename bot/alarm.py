"""Tells leads and admins that the case log is in trouble. They are known by heart: it may not be readable then."""

import logging
from datetime import datetime, timedelta

from telegram import Bot
from telegram.error import TelegramError

from actions.errors import CaseLogUnavailable
from actions.roster import Roster
from bot import messages
from bot.services import Clock, aside

AGAIN = timedelta(hours=1)
"""How soon the same trouble is told again."""

log = logging.getLogger(__name__)


class Alarm:
    """Sounds once an hour for each kind of trouble."""

    def __init__(self, roster: Roster, now: Clock) -> None:
        self._roster, self._now = roster, now
        self._whom = self._known()
        self._last: dict[type, datetime] = {}

    async def sound(self, bot: Bot, error: CaseLogUnavailable, reference: str = "") -> bool:
        """Tells them, unless they were told just now; whether anybody was."""
        last = self._last.get(type(error))
        if last and self._now() - last < AGAIN:
            return bool(self._whom)
        self._last[type(error)] = self._now()
        try:
            self._whom = await aside(self._known)
        except CaseLogUnavailable:
            log.info("those who are told of trouble are the ones known before")
        for person in self._whom:
            try:
                await bot.send_message(person, messages.alarm(str(error), reference))
            except TelegramError as failed:
                log.error("%d could not be told of trouble: %r", person, failed)
        return bool(self._whom)

    def _known(self) -> list[int]:
        return list(dict.fromkeys([*self._roster.leads(), *self._roster.admins()]))
