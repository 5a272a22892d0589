"""The last resort: log first, then tell the person, in one line with a number that the log has too."""

import logging
import secrets

from telegram import Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import ContextTypes

from bot import messages
from bot.handlers.pressing import acknowledge
from playbook.errors import ClosureBotError

log = logging.getLogger(__name__)


async def failed(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Called for every exception of a handler."""
    reference = f"E-{secrets.token_hex(2).upper()}"
    log.error("%s: an update failed", reference, exc_info=context.error)
    if not isinstance(update, Update) or isinstance(context.error, Forbidden):
        return  # nobody to tell, or one who has blocked the bot
    told = isinstance(context.error, ClosureBotError)
    line = messages.refused_with(str(context.error), reference) if told else messages.failed(reference)
    try:
        pressed = update.callback_query
        if pressed and await acknowledge(pressed, line, alert=True):
            return
        if update.effective_message:
            await update.effective_message.reply_text(line)
    except TelegramError as error:
        log.error("%s: and the person could not be told: %r", reference, error)
