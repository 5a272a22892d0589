"""Lets registered officers through and tells everybody else their own id, and nothing more."""

import logging

from telegram import Chat, Update, User
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot import messages
from bot.handlers.addressing import is_addressed
from bot.services import Services, aside

log = logging.getLogger(__name__)


class Gate:
    """Runs before all other handlers, for every update."""

    def __init__(self, services: Services) -> None:
        self._officers = services.officers

    async def __call__(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Stops the update unless an officer sent it."""
        user = update.effective_user
        officer = await aside(self._officers.find, user.id) if user else None
        if officer:
            return
        if user:
            await self._turn_away(update, user, context)
        raise ApplicationHandlerStop

    async def _turn_away(self, update: Update, user: User, context: ContextTypes.DEFAULT_TYPE) -> None:
        log.info("not an officer: %d", user.id)
        line = messages.stranger(user.id)
        try:
            if update.callback_query:
                await update.callback_query.answer(line, show_alert=True)
            elif update.message and is_addressed(update.message, context.bot):
                await update.message.reply_text(line, do_quote=update.message.chat.type != Chat.PRIVATE)
        except TelegramError as error:
            # A stranger whose chat is gone is nobody's incident.
            log.info("a stranger could not be told: %r", error)
