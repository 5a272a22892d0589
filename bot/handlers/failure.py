"""The last resort: log first, then tell the person, in one line with a number that the log has too."""

import logging
import secrets

from telegram import Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import ApplicationHandlerStop, ContextTypes

from actions.errors import CaseLogUnavailable
from bot import messages
from bot.alarm import Alarm
from bot.handlers.pressing import acknowledge
from playbook.errors import ClosureBotError

log = logging.getLogger(__name__)


class Failure:
    """Called for every exception of a handler."""

    def __init__(self, alarm: Alarm) -> None:
        self._alarm = alarm

    async def __call__(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Logs, tells, and stops: PTB would go on to the next group, past a gate that could not look at its list."""
        error, reference = context.error, f"E-{secrets.token_hex(2).upper()}"
        log.error("%s: an update failed", reference, exc_info=error)
        if isinstance(update, Update) and not isinstance(error, Forbidden):  # Forbidden: they have blocked the bot
            told = isinstance(error, ClosureBotError)
            line = messages.refused_with(str(error), reference) if told else messages.failed(reference)
            if isinstance(error, CaseLogUnavailable) and await self._alarm.sound(error, reference):
                line = messages.alarmed(line)
            await self._tell(update, line, reference)
        raise ApplicationHandlerStop

    async def _tell(self, update: Update, line: str, reference: str) -> None:
        try:
            pressed = update.callback_query
            if pressed and await acknowledge(pressed, line, alert=True):
                return
            if update.effective_message:
                await update.effective_message.reply_text(line)
        except TelegramError as error:
            log.error("%s: and the person could not be told: %r", reference, error)
