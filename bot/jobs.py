"""What the bot does by itself while it runs: pushing what is due, each minute and when something happened; backups.

First it looks whether answers draw on other texts than before: whom that concerns is told in the same round.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from telegram import Update
from telegram.ext import ContextTypes

from bot.alarm import Alarm
from bot.keeping import Keeper
from bot.noticing import Noticing
from bot.pushing import Pusher
from bot.services import Registers, aside, noted
from playbook.errors import ClosureBotError

EVERY = timedelta(minutes=1)

_LOGGER = logging.getLogger(__name__)


class Jobs:
    """Rounds of pushing, one after another. `run` returns once `stop` was called and what is on its way is finished."""

    def __init__(
        self,
        pusher: Pusher,
        registers: Registers,
        noticing: Noticing,
        keeper: Keeper,
        alarm: Alarm,
        every: timedelta = EVERY,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._pusher, self._at, self._noticing, self._keeper = pusher, registers, noticing, keeper
        self._alarm, self._every, self._on_stop = alarm, every, on_stop
        self._bell = asyncio.Event()
        self._stopped = False

    async def run(self) -> None:
        """Until `stop`. A round that fails is logged; the next one may do better."""
        while not self._stopped:
            self._bell.clear()
            await self._watched("changes were not noticed", aside(self._noticing.turn, self._at.now()))
            await self._watched("nothing was pushed", self._pusher.round())
            await self._watched("no backup today", aside(self._keeper.turn, self._at.now()))
            try:
                await asyncio.wait_for(self._bell.wait(), self._every.total_seconds())
            except TimeoutError:
                continue

    async def _watched(self, without: str, work: Awaitable[object]) -> None:
        """Does one thing. Where that fails it is logged, and leads and admins are told of what they can mend."""
        try:
            await work
        except ClosureBotError as error:
            _LOGGER.error("%s: %s", without, error)
            await self._alarm.sound(error)
        except Exception:
            _LOGGER.exception(without)

    def stop(self) -> None:
        """Ends after what is on its way; `on_stop` ends what would take too long."""
        self._stopped = True
        self._on_stop()
        self._pusher.stop()
        self._bell.set()

    async def happened(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """After every update of an officer: what it opened or offered goes out at once, and what could not be sent to
        them before may go out now."""
        if update.effective_user:
            await noted(self._at.ledger.revive, update.effective_user.id, now=self._at.now())
        self._bell.set()

    async def seen(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A button under a message, or a reply to one."""
        message = update.callback_query.message if update.callback_query else None
        if update.message:
            message = update.message.reply_to_message
        if message and update.effective_user:
            await noted(self._at.ledger.seen, update.effective_user.id, message.message_id, now=self._at.now())
