"""Before all else: who somebody is, how much they send, and whether they may do what they do."""

import asyncio
import logging

from telegram import Chat, Update, User
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, ContextTypes

from actions.arrivals import read_code
from actions.case_errors import CaseRefused
from actions.errors import CaseLogUnavailable
from actions.officers import Officer
from actions.right_errors import PrivateOnly
from bot import messages
from bot.handlers.addressing import addressed_command, is_addressed
from bot.handlers.pressing import acknowledge
from bot.services import Services, aside
from bot.throttling import Admission, Throttle

log = logging.getLogger(__name__)


class Gate:
    """Runs before all other handlers, for every update; what it does not let through ends here."""

    def __init__(self, services: Services, throttle: Throttle) -> None:
        self._at, self._throttle = services, throttle
        self._known: dict[int, Officer] = {}

    async def __call__(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Stops the update unless its sender may do that."""
        user = update.effective_user
        if user is None:
            raise ApplicationHandlerStop
        officer = await self._officer(update, user, context)
        admission = self._throttle.admit(user.id, registered=officer is not None, now=asyncio.get_running_loop().time())
        if admission is not Admission.IN:
            await self._say(update, messages.TOO_FAST if admission is Admission.TOLD else None, context)
            raise ApplicationHandlerStop
        if await self._let_in(update, user, officer, context):
            raise ApplicationHandlerStop
        if officer is None:
            await self._turn_away(update, user, context)
            raise ApplicationHandlerStop
        try:
            await aside(self._check, update, user, context)
        except CaseRefused as refused:
            await self._refuse(update, user, refused, context)
            raise ApplicationHandlerStop from None

    async def _officer(self, update: Update, user: User, context: ContextTypes.DEFAULT_TYPE) -> Officer | None:
        """Whoever may use the bot; while the case log cannot be read, those who could before."""
        try:
            officer = await aside(self._at.officers.find, user.id)
        except CaseLogUnavailable:
            if user.id not in self._known:
                log.exception("whether %d is an officer cannot be told", user.id)
                await self._say(update, messages.TRY_LATER, context)  # no path, no reason: it may be a stranger
                raise ApplicationHandlerStop from None
            return self._known[user.id]
        if officer:
            self._known[user.id] = officer
        else:
            self._known.pop(user.id, None)
        return officer

    def _check(self, update: Update, user: User, context: ContextTypes.DEFAULT_TYPE) -> None:
        now = self._at.now()
        if query := update.callback_query:
            chat_id = query.message.chat.id if query.message else 0
            self._at.door.press(query.data or "", user.id, chat_id=chat_id, now=now)
        elif update.message and (command := addressed_command(update.message, context.bot)):
            private = update.message.chat.type == Chat.PRIVATE
            self._at.door.command(*command, user.id, private=private, now=now)

    async def _let_in(
        self, update: Update, user: User, officer: Officer | None, context: ContextTypes.DEFAULT_TYPE
    ) -> bool:
        """Whether this was a code that has made somebody an officer, or another one."""
        message = update.message
        if message is None or message.chat.type != Chat.PRIVATE:
            return False
        code = read_code(_after_start(message.text or ""))
        if code is None:
            return False
        now = self._at.now()
        arrived = await aside(self._at.arrivals.redeem, code, user.id, user.full_name, now=now)
        if arrived is None and officer is None:
            await aside(self._record, user, "code", "no such code")
        if arrived is None or arrived == officer:
            return False
        await self._say(update, messages.arrived(arrived.name, arrived.role, arrived.leads), context)
        return True

    async def _turn_away(self, update: Update, user: User, context: ContextTypes.DEFAULT_TYPE) -> None:
        """One who is no officer learns their own id, and nothing more."""
        log.info("not an officer: %d", user.id)
        if update.callback_query:
            await aside(self._record, user, update.callback_query.data or "", "stranger")
        await self._say(update, messages.stranger(user.id), context)

    async def _refuse(
        self, update: Update, user: User, refused: CaseRefused, context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        tried = update.callback_query.data if update.callback_query else update.message and update.message.text
        if not isinstance(refused, PrivateOnly):
            await aside(self._record, user, (tried or "").split(" ")[0], type(refused).__name__)
        await self._say(update, str(refused), context)

    def _record(self, user: User, tried: str, why: str) -> None:
        """What somebody tried that they may not; only verbs and ids, never what they wrote."""
        self._at.arrivals.refused(user.id, tried[:64], why, now=self._at.now())

    async def _say(self, update: Update, line: str | None, context: ContextTypes.DEFAULT_TYPE) -> None:
        try:
            if update.callback_query:
                await acknowledge(update.callback_query, line, alert=line is not None)
            elif line and update.message and is_addressed(update.message, context.bot):
                await update.message.reply_text(line, do_quote=update.message.chat.type != Chat.PRIVATE)
        except TelegramError as error:
            # A chat that is gone is nobody's incident.
            log.info("somebody could not be told: %r", error)


def _after_start(text: str) -> str:
    """What a link has put behind /start, or the text itself."""
    command, _, rest = text.strip().partition(" ")
    return rest if command == "/start" else text
