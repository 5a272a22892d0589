"""What the bot does by itself while it runs: pushing what is due, each minute and when something happened; backups."""

import asyncio
import logging
from datetime import timedelta

from telegram import Update
from telegram.ext import ContextTypes

from bot.keeping import Keeper
from bot.pushing import Pusher
from bot.services import Registers, aside
from playbook.errors import ClosureBotError

EVERY = timedelta(minutes=1)

_LOGGER = logging.getLogger(__name__)


class Jobs:
    """Rounds of pushing, one after another. `run` returns once `stop` was called and what is on its way is finished."""

    def __init__(self, pusher: Pusher, registers: Registers, keeper: Keeper, every: timedelta = EVERY) -> None:
        self._pusher, self._at, self._keeper, self._every = pusher, registers, keeper, every
        self._bell = asyncio.Event()
        self._stopped = False

    async def run(self) -> None:
        """Until `stop`. A round that fails is logged; the next one may do better."""
        while not self._stopped:
            self._bell.clear()
            try:
                await self._pusher.round()
                await aside(self._keeper.turn, self._at.now())
            except ClosureBotError as error:
                _LOGGER.error("nothing was pushed: %s", error)
            except Exception:
                _LOGGER.exception("a round of pushing failed")
            try:
                await asyncio.wait_for(self._bell.wait(), self._every.total_seconds())
            except TimeoutError:
                continue

    def stop(self) -> None:
        """Ends after what is on its way."""
        self._stopped = True
        self._pusher.stop()
        self._bell.set()

    async def happened(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """After every update of an officer: what it opened or offered goes out at once, and what could not be sent to
        them before may go out now."""
        if update.effective_user:
            await aside(self._at.ledger.revive, update.effective_user.id, now=self._at.now())
        self._bell.set()

    async def seen(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A button under a message, or a reply to one."""
        message = update.callback_query.message if update.callback_query else None
        if update.message:
            message = update.message.reply_to_message
        if message and update.effective_user:
            await aside(self._at.ledger.seen, update.effective_user.id, message.message_id, now=self._at.now())
