"""Telegram's real limits on sending, for those who want to see their bot meet them.

Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about 30 messages a second in
all, one a second to one chat with short bursts tolerated, 20 a minute to a group. How long a burst may be is not
written there.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from bot.sandbox.model import GROUP_ID

ALL_CHATS = (30.0, 30)
PRIVATE_CHAT = (1.0, 5)
GROUP_CHAT = (20 / 60, 20)
"""Each: messages a second in the long run, and how many at once."""


class SendLimits:
    """Counts sends and says when one comes too early."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[int, _Bucket] = {}

    def retry_after(self, chat_id: int) -> int:
        """0 where a message may be sent now, and it counts; else the whole seconds to wait, and it does not."""
        now = self._clock()
        shape = GROUP_CHAT if chat_id == GROUP_ID else PRIVATE_CHAT
        buckets = [self._bucket(0, ALL_CHATS, now), self._bucket(chat_id, shape, now)]
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > 0:
            return math.ceil(wait)
        for bucket in buckets:
            bucket.tokens -= 1
        return 0

    def _bucket(self, key: int, shape: tuple[float, int], now: float) -> _Bucket:
        return self._buckets.setdefault(key, _Bucket(*shape, now))


class _Bucket:
    """A token bucket: holds `capacity` tokens at most and gains `rate` a second."""

    def __init__(self, rate: float, capacity: int, now: float) -> None:
        self.rate = rate
        self.capacity = capacity
        self.tokens = float(capacity)
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until there is a token."""
        self.tokens = min(self.capacity, self.tokens + (now - self._at) * self.rate)
        self._at = now
        return max(0.0, (1 - self.tokens) / self.rate)
