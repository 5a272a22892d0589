"""When to make a call: how long to wait after a failure, how many calls fit in a window, who is held back.

All time is that of the running event loop, so that tests run hours of it on a virtual one.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


class Backoff:
    """Ever longer waits: full jitter under an exponential ceiling, so that many who wait do not come back at once."""

    def __init__(
        self, *, first: float = 0.5, cap: float = 30.0, jitter: Callable[[float, float], float] = random.uniform
    ) -> None:
        self.failures = 0
        self._first = first
        self._cap = cap
        self._jitter = jitter

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        ceiling = min(self._cap, self._first * 2 ** min(self.failures, 32))
        self.failures += 1
        return self._jitter(0.0, ceiling)

    def reset(self) -> None:
        """All is well again."""
        self.failures = 0


@dataclass(slots=True)
class Place:
    """A place in a window; one that was not used in the end (the call was refused) is free again at once."""

    used: bool = True


class Window:
    """At most `count` calls in any `seconds`, by the server's clock whatever the network does.

    A call arrives at some moment between its start and its end. Its place is therefore taken from the start and given
    back `seconds` after the end: counting starts alone would let a slow call and quick later ones arrive together.
    """

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._places = asyncio.Semaphore(count)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Place]:
        """Waits for a place, first come, first served, and keeps it for the block and, where used, `seconds` more."""
        await self._places.acquire()
        place = Place()
        try:
            yield place
        finally:
            if place.used:
                asyncio.get_running_loop().call_later(self._seconds, self._places.release)
            else:
                self._places.release()


class Pauses:
    """Who must wait because of a 429. A pause is a moment in the future, so nothing but time ends it.

    A 429 does not say whether it is about the chat or about the bot. It is taken to be about the bot, and all wait,
    once `ALL` chats in a row were refused and no call of any went through: a few busy chats must not stop everybody.
    """

    ALL = 3

    def __init__(self) -> None:
        self._until: dict[object, float] = {}
        self._all_until = 0.0
        self._refused: set[object] = set()

    def begin(self, who: object, seconds: float) -> None:
        """Holds back one chat (or method), or all."""
        now = asyncio.get_running_loop().time()
        self._until = {key: until for key, until in self._until.items() if until > now}
        self._refused.add(who)
        if len(self._refused) >= self.ALL:
            self._all_until = max(self._all_until, now + seconds)
        self._until[who] = max(self._until.get(who, now), now + seconds)

    def passed(self) -> None:
        """A call went through: what was refused before was about single chats."""
        self._refused.clear()

    def left(self, who: object) -> float:
        """Seconds until `who` may call; 0 or less: now."""
        return max(self._until.get(who, 0.0), self._all_until) - asyncio.get_running_loop().time()

    async def over(self, who: object) -> None:
        """Waits until `who` may call, also through pauses that begin meanwhile."""
        while (seconds := self.left(who)) > 0:  # noqa: ASYNC110 - it is time that is waited for
            await asyncio.sleep(seconds)
