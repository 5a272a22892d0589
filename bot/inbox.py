"""Updates on their way to the handlers, none of which is lost when the process dies.

An update is written to the case log's inbox before Telegram is told that it has arrived (the next getUpdates, or the
webhook's answer, does that), and marked handled after its handlers ran. So it is handled at least once: what a killed
process left is redone at the next start. Handlers must therefore bear to be run again for one update.

    inbox = Inbox(case_log)
    ApplicationBuilder().application_class(InboxApplication).update_queue(DurableQueue(inbox))
        .concurrent_updates(PerChatProcessor())
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec

from telegram import Update
from telegram.ext import Application, BaseUpdateProcessor

from actions.errors import CaseLogUnavailable
from actions.inbox import Inbox, KeptUpdate
from bot.alarm import Alarm
from bot.jobs import Jobs

if TYPE_CHECKING:
    from bot.metrics import Metrics  # Prometheus, which few need

ALONE_SECONDS = 20.0
"""How long a suspect runs with nothing else beside it. What kills a process does so sooner; what merely hangs must not
keep the bot deaf."""

P = ParamSpec("P")

_LOGGER = logging.getLogger(__name__)


class DurableQueue(asyncio.Queue[object]):
    """The application's update queue: `put` returns once the update is on the disk. Duplicates end here.

    `put_nowait` only queues; it is for what the inbox holds already.
    """

    def __init__(self, inbox: Inbox) -> None:
        super().__init__()
        self.inbox = inbox

    async def put_unkept(self, update: Update) -> None:
        """Queues an update that cannot be kept."""
        await super().put(update)

    async def put(self, item: object) -> None:
        """Keeps an update, then queues it. On a `CaseLogUnavailable` do not confirm it: Telegram offers it again."""
        if isinstance(item, Update):
            now = datetime.now(UTC)
            if not await asyncio.to_thread(self.inbox.keep, item.update_id, _plain(item), now):
                _LOGGER.info("update %d was here before", item.update_id)
                return
        await super().put(item)


def _plain(update: Update) -> dict[str, Any]:
    """As JSON. PTB leaves the date of a pinned message that it was not shown as it is."""
    plain: dict[str, Any] = json.loads(json.dumps(update.to_dict(), default=_timestamp))
    return plain


def _timestamp(moment: datetime) -> int:
    return int(moment.timestamp())


class InboxApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application over a `DurableQueue`. Built by ApplicationBuilder; for polling and webhooks alike.

    Handlers should block (PTB's default): one with ``block=False`` still runs when its update is marked handled.
    """

    def __init__(self, **builder_arguments: Any) -> None:
        super().__init__(**builder_arguments)
        if not isinstance(self.update_queue, DurableQueue):
            raise TypeError("an InboxApplication needs a DurableQueue: ApplicationBuilder().update_queue(…)")
        self._inbox = self.update_queue.inbox
        self._at_work: set[asyncio.Task[Any]] = set()
        self.jobs: Jobs | None = None
        self.alarm: Alarm | None = None
        self.metrics: Metrics | None = None
        self.heard_at: float | None = None
        self._abandoned = False

    def hear(self) -> None:
        """Notes that Telegram has been heard."""
        self.heard_at = time.time()
        if self.metrics:
            self.metrics.heard()

    async def take(self, update: Update) -> None:
        """Takes an update in. When this returns it may be confirmed.

        One that cannot be kept is handled all the same: questions need nothing written, and for the rest the handler
        tells its sender that it was not saved. To leave it with Telegram would make everybody wait for the disk.
        """
        try:
            await self.update_queue.put(update)
        except CaseLogUnavailable as error:
            _LOGGER.error("update %d cannot be kept: %s", update.update_id, error)
            if self.alarm:
                self.create_task(self.alarm.sound(error))
            assert isinstance(self.update_queue, DurableQueue)
            await self.update_queue.put_unkept(update)

    async def start(self) -> None:
        """Starts the application, then what an earlier process has left comes first."""
        await super().start()
        await asyncio.to_thread(self._inbox.set_aside, datetime.now(UTC))
        pending = await asyncio.to_thread(self._inbox.pending)
        for kept in pending:
            if kept.attempts and (update := await self._revived(kept)):
                await self._alone(update)
        for kept in pending:
            if not kept.attempts and (update := await self._revived(kept)):
                self.update_queue.put_nowait(update)

    async def process_update(self, update: object) -> None:
        """Runs the handlers, and on an error the error handlers; then the update is handled, however that went."""
        if not isinstance(update, Update):
            await super().process_update(update)
            return
        task = asyncio.current_task()
        if self._abandoned or task is None:
            return
        self._at_work.add(task)
        try:
            await self._note(self._inbox.begin, update.update_id)
            with self.metrics.handling(_kind(update)) if self.metrics else nullcontext():
                await super().process_update(update)
            await self._note(self._inbox.handled, update.update_id, datetime.now(UTC))
        finally:
            self._at_work.discard(task)

    async def process_error(self, *arguments: Any, **options: Any) -> bool:
        """Counts it, and calls the error handlers."""
        if self.metrics:
            self.metrics.failed()
        return await super().process_error(*arguments, **options)

    async def abandon(self) -> None:
        """Cancels the handlers that still run, and starts no more: their updates are left for the next start."""
        self._abandoned = True
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _alone(self, update: Update) -> None:
        """Handles an update that a process died over, with no other beside it: whose fault it is will show."""
        work = self.update_processor.process_update(update, self.process_update(update))
        await asyncio.wait({self.create_task(work, update=update)}, timeout=ALONE_SECONDS)

    async def _revived(self, kept: KeptUpdate) -> Update | None:
        try:
            return Update.de_json(kept.body, self.bot)
        except (AttributeError, KeyError, TypeError, ValueError):  # kept by another version of the library
            _LOGGER.exception("kept update %d cannot be read and is dropped", kept.update_id)
            await asyncio.to_thread(self._inbox.handled, kept.update_id, datetime.now(UTC))
            return None

    async def _note(self, write: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Writes to the inbox. Where that fails people still get their answer, at worst once more after a restart."""
        try:
            await asyncio.to_thread(write, *args, **kwargs)
        except CaseLogUnavailable as error:
            _LOGGER.error("the inbox cannot be written: %s", error)


@dataclass(slots=True)
class _Line:
    """The updates of one chat that run or wait their turn."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class PerChatProcessor(BaseUpdateProcessor):
    """Updates of one chat strictly in order, those of different chats side by side, `chats_at_once` of them at most."""

    def __init__(self, chats_at_once: int = 16) -> None:
        super().__init__(sys.maxsize)  # its semaphore comes first: bounded, one busy chat's queue would stop all others
        self._slots = asyncio.Semaphore(chats_at_once)
        self._lines: defaultdict[int, _Line] = defaultdict(_Line)

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Waits for the chat's turn, then for a slot. Locks are fair, so turns come in the order of arrival."""
        place = _place(update)
        line = self._lines[place]
        line.length += 1
        try:
            async with line.turn, self._slots:
                await coroutine
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[place]
            if isinstance(coroutine, Coroutine):
                coroutine.close()  # cancelled while it waited: Python would warn that it never ran


def _kind(update: Update) -> str:
    """What sort of update it is, for the figures."""
    if update.callback_query:
        return "press"
    message = update.message
    if message and message.text:
        return "command" if message.text.startswith("/") else "text"
    return "file" if message and (message.photo or message.document) else "other"


def _place(update: object) -> int:
    """The chat whose order counts; an update outside of any chat goes by its user."""
    if not isinstance(update, Update):
        return 0
    place = update.effective_chat or update.effective_user
    return place.id if place else 0
