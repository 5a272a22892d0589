"""A source that was kept is taken into the index, and the message whose button was pressed says so in the end.

What takes long, or waits for another process, does not keep the chat waiting. Killed in between, the next start takes
the source up; only the message is left as it was.
"""

import asyncio
import logging
from datetime import timedelta
from typing import NamedTuple

from telegram import Bot, InlineKeyboardMarkup
from telegram.ext import ContextTypes

from actions.sources import OwnSource
from bot.handlers.pressing import replace_text
from bot.holdings import Holdings
from bot.keyboards.sources import open_keyboard
from bot.messages import sources as wording
from bot.render.text import escape
from bot.services import Services, aside
from playbook.errors import ClosureBotError

log = logging.getLogger(__name__)

Context = ContextTypes.DEFAULT_TYPE
Shown = tuple[str, InlineKeyboardMarkup | None]
AT_ONCE = timedelta(seconds=5)
"""What takes longer goes on in the background."""
AGAIN = timedelta(seconds=5)
"""Between two attempts to take up what waits for another process."""
ATTEMPTS = 120


class Waiting(NamedTuple):
    """A message that is to tell that a source is taken up, once it is."""

    chat_id: int
    message_id: int
    source: OwnSource
    attempts: int = 0


class TakingUp:
    """`finish` does it."""

    def __init__(self, services: Services) -> None:
        self._at, self._holdings = services, Holdings(services)

    async def finish(self, waiting: Waiting, context: Context) -> None:
        """Takes a source up and says so; what takes long does not keep the chat waiting."""
        taking_up = asyncio.create_task(aside(self._taken_up, waiting.source))
        done, _ = await asyncio.wait({taking_up}, timeout=AT_ONCE.total_seconds())
        if done:
            await self._tell(waiting, taking_up.result(), context)
            return
        await self._say(context.bot, waiting, (wording.LONG.format(title=escape(waiting.source.title)), None))
        context.application.create_task(self._tell_later(waiting, taking_up, context))

    async def _tell_later(self, waiting: Waiting, taking_up: "asyncio.Task[Shown | None]", context: Context) -> None:
        await self._tell(waiting, await taking_up, context)

    async def _tell(self, waiting: Waiting, shown: Shown | None, context: Context) -> None:
        """Says what became of it; where something else is being indexed it is tried again."""
        title = escape(waiting.source.title)
        if shown is None and context.job_queue and waiting.attempts < ATTEMPTS:
            if waiting.attempts == 0:
                await self._say(context.bot, waiting, (wording.WAITING.format(title=title), None))
            later = waiting._replace(attempts=waiting.attempts + 1)
            context.job_queue.run_once(self._again, AGAIN, data=later)
            return
        await self._say(context.bot, waiting, shown or (wording.STILL_WAITING.format(title=title), None))

    async def _again(self, context: Context) -> None:
        assert context.job is not None
        assert isinstance(context.job.data, Waiting)
        await self.finish(context.job.data, context)

    async def _say(self, bot: Bot, waiting: Waiting, shown: Shown) -> None:
        await replace_text(bot, waiting.chat_id, waiting.message_id, *shown)

    def _taken_up(self, source: OwnSource) -> Shown | None:
        """What became of it; None where another process is indexing."""
        try:
            done = self._at.library.refresh()
        except ClosureBotError as error:
            log.error("%s is kept and not taken up: %s", source.id, error)
            return escape(f"{wording.NOT_READ.format(title=source.title)}\n{error}"), None
        holding = self._holdings.of(source.id)
        if not done or holding is None or holding.own is None:
            return None if holding else (wording.GONE, None)
        count, keyboard = len(self._at.library.source(source.id)), open_keyboard(holding.key)
        if not holding.active:
            return escape(wording.stored_off(holding.title, holding.own.version)), keyboard
        if not count:
            return escape(wording.NOT_READ.format(title=holding.title)), keyboard
        version = holding.own.version
        told = wording.added(holding.title, count) if version == 1 else wording.replaced(holding.title, version, count)
        return escape(told), keyboard
