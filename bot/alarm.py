"""Tells leads and admins of trouble that they can mend. They are known by heart: the case log may not be readable."""

import logging
from datetime import datetime, timedelta

from telegram import Bot
from telegram.error import TelegramError

from actions.errors import CaseLogUnavailable
from actions.roster import Roster
from bot import messages
from bot.services import Clock, aside
from playbook.errors import ClosureBotError

AGAIN = timedelta(hours=1)
"""How soon the same trouble is told again."""

log = logging.getLogger(__name__)


class Alarm:
    """Sounds once an hour for each kind of trouble."""

    def __init__(self, bot: Bot, roster: Roster, now: Clock) -> None:
        self._bot, self._roster, self._now = bot, roster, now
        self._whom = self._known()
        self._last: dict[type, datetime] = {}

    async def sound(self, error: ClosureBotError, reference: str = "") -> bool:
        """Tells them, unless they were told within the hour; whether anybody knows."""
        kind = type(error)
        last = self._last.get(kind)
        if last and self._now() - last < AGAIN:
            return True
        self._last[kind] = self._now()  # before they are told: many may come with it at once
        try:
            self._whom = await aside(self._known)
        except CaseLogUnavailable:
            log.info("those who are told of trouble are the ones known before")
        line = messages.alarm(str(error), reference, answering=isinstance(error, CaseLogUnavailable))
        told = [await self._tell(person, line) for person in self._whom]
        if not any(told):
            del self._last[kind]
        return any(told)

    async def _tell(self, person: int, line: str) -> bool:
        try:
            await self._bot.send_message(person, line)
        except TelegramError as failed:
            log.error("%d could not be told of trouble: %r", person, failed)
            return False
        return True

    def _known(self) -> list[int]:
        return list(dict.fromkeys([*self._roster.leads(), *self._roster.admins()]))
