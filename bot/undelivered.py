"""What becomes of a message that could not be sent: later, or never and the lead is told. The duty stays either way."""

import logging
import random
from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from actions.calendar import local_day
from actions.ledger import Notification
from bot.delivery import Care, pause_asked
from bot.services import Registers

FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(minutes=15)
UNWRITTEN = "cannot be written"
"""The error of a row whose letter could not be composed."""

_LOGGER = logging.getLogger(__name__)


class Undelivered:
    """Records failures. Blocks. Each method says whether the message will be tried again."""

    def __init__(self, registers: Registers) -> None:
        self._at = registers

    def unwritten(self, notification: Notification) -> bool:
        """Its letter could not be composed: a bug, which may be mended by the next version."""
        return self._later(notification, UNWRITTEN, None, doubtful=False)

    def refused(self, notification: Notification, error: TelegramError, care: Care) -> bool:
        """Telegram, or the way there, did not take it."""
        _LOGGER.warning("notification %d (%s): %r", notification.id, notification.occasion, error)
        if not isinstance(error, Forbidden | BadRequest | ChatMigrated):
            pause = timedelta(seconds=pause_asked(error)) if isinstance(error, RetryAfter) else None
            return self._later(notification, type(error).__name__, pause, doubtful=care.doubtful)
        why = _why(error)
        self._at.ledger.failed(notification.id, why or error.message)
        if why:
            self._tell_leads(notification.officer_id, why)
        return False

    def _later(self, notification: Notification, error: str, pause: timedelta | None, *, doubtful: bool) -> bool:
        ceiling = min(LAST_RETRY, FIRST_RETRY * 2 ** min(notification.attempts, 8))
        retry_at = self._at.now() + (pause or ceiling * random.uniform(0.5, 1.0))
        self._at.ledger.again(notification.id, error, retry_at=retry_at, doubtful=doubtful)
        return True

    def _tell_leads(self, officer_id: int, why: str) -> None:
        """Once a week for each officer; a lead is not told of themselves."""
        now = self._at.now()
        monday = local_day(now) - timedelta(days=local_day(now).weekday())
        for lead in self._at.roster.leads():
            if lead != officer_id:
                self._at.ledger.put(lead, f"undeliverable:{officer_id}:{why}:{monday}", now=now)


def _why(error: TelegramError) -> str | None:
    """Why a chat takes nothing: blocked (or deleted), or never begun. None where it is the message that was refused."""
    if isinstance(error, Forbidden):
        return "unreachable" if "initiate" in error.message else "blocked"
    return "unreachable" if "chat not found" in error.message.lower() else None
