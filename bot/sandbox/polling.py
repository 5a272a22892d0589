"""getUpdates: long polling with Telegram's rules.

Source: https://core.telegram.org/bots/api#getupdates. One poller at a time: a second one gets 409 while the first still
waits. (The hosted API ends the first instead; either way both clients see 409 in turn and go on.)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from bot.sandbox.model import BotApiError, Json
from bot.sandbox.params import Params
from bot.sandbox.world import World

MAX_TIMEOUT = 50
MAX_BATCH = 100
TURN_GRACE = 0.25
"""Seconds a poller waits for the one before: a client that cancels a poll and polls anew is no second client."""

_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_SECOND_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"

Gone = Callable[[], Coroutine[None, None, None]]
"""Something to await that ends when the client has closed its connection."""


class Poller:
    """Answers getUpdates calls of one world, one at a time."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def poll(self, params: Params, again: Callable[[], bool], gone: Gone) -> list[Json]:
        """Updates that wait, as soon as there are any; none after the timeout or once the client is `gone`.

        `again` decides for each update that this call confirms whether it is delivered once more.
        """
        if self._world.settings.webhook.url:
            raise BotApiError(409, _WEBHOOK_ACTIVE)
        async with self._only_poller():
            updates = self._world.updates
            if (kinds := params.structure("allowed_updates")) is not None:
                updates.allow(kinds)
            if offset := params.integer("offset"):
                updates.confirm(offset, again)
            limit = min(max(params.integer("limit") or MAX_BATCH, 1), MAX_BATCH)
            seconds = min(max(params.integer("timeout") or 0, 0), MAX_TIMEOUT)
            return await self._wait(limit, seconds, gone)

    async def _wait(self, limit: int, seconds: float, gone: Gone) -> list[Json]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        left = asyncio.create_task(gone())
        try:
            while True:
                heard = self._world.updates.bell.listen()
                batch = self._world.updates.first(limit)
                remaining = deadline - loop.time()
                if batch or remaining <= 0 or left.done() or self._world.closed:
                    return batch
                await asyncio.wait({heard, left}, timeout=remaining, return_when=asyncio.FIRST_COMPLETED)
        finally:
            left.cancel()

    @asynccontextmanager
    async def _only_poller(self) -> AsyncIterator[None]:
        updates = self._world.updates
        try:
            await updates.bell.until(lambda: not updates.polled, TURN_GRACE)
        except TimeoutError:
            raise BotApiError(409, _SECOND_POLLER) from None
        updates.polled = True
        updates.bell.ring()
        try:
            yield
        finally:
            updates.polled = False
            updates.bell.ring()
