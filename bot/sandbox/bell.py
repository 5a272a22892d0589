"""A bell: it wakes coroutines when something has changed.

The world changes in the server's event loop (a bot's call) and in other threads (a test that plays a person), so the
bell may be rung from anywhere.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """Listen first, look second, wait third: then no change between the look and the wait is missed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[asyncio.Future[None]] = []

    def listen(self) -> asyncio.Future[None]:
        """A future of the running loop that is done at the next `ring`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._listeners = [known for known in self._listeners if not known.done()]
            self._listeners.append(future)
        return future

    def ring(self) -> None:
        """Wakes everyone who listens; harmless where nobody does."""
        with self._lock:
            listeners, self._listeners = self._listeners, []
        for future in listeners:
            loop = future.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, future)

    async def until(self, look: Callable[[], T], seconds: float) -> T:
        """What `look` gives as soon as it is truthy, looking again at each ring; TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            while True:
                heard = self.listen()
                if found := look():
                    return found
                await heard


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
