"""The queue of updates between people and the bot, and Telegram's rules about it.

Source: https://core.telegram.org/bots/api#getting-updates. An update stays until a later getUpdates confirms it with an
offset above its id; the kinds that the bot asked for last (allowed_updates) hold until it asks anew.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable

from bot.sandbox.bell import Bell
from bot.sandbox.model import Json


class UpdateQueue:
    """Updates in the order of their ids; `polled` while a getUpdates call waits for more of them.

    Every method may be called from any thread.
    """

    def __init__(self, first_id: int = 1) -> None:
        self.bell = Bell()
        self.polled = False
        self._lock = threading.Lock()
        self._ids = itertools.count(first_id)
        self._pending: list[Json] = []
        self._repeated: set[int] = set()
        self._allowed: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self._pending)

    def allow(self, kinds: Iterable[str]) -> None:
        """Which kinds the bot wants from now on; none named means all of them."""
        self._allowed = frozenset(kinds)

    def put(self, kind: str, payload: Json) -> None:
        """Queues ``{"update_id": …, kind: payload}`` unless the bot did not ask for this kind."""
        if self._allowed and kind not in self._allowed:
            return
        with self._lock:
            self._pending.append({"update_id": next(self._ids), kind: payload})
        self.bell.ring()

    def first(self, limit: int) -> list[Json]:
        """The oldest updates that wait, at most `limit`."""
        return self._pending[:limit]

    def confirm(self, offset: int, again: Callable[[], bool] = lambda: False) -> None:
        """Forgets what is below `offset`; a negative offset keeps that many of the newest.

        `again` is asked once for each update that would go: True keeps it for one more delivery (the fault
        ``duplicate_updates``).
        """
        with self._lock:
            if offset < 0:
                self._pending = self._pending[offset:]
                return
            self._pending = [
                update
                for update in self._pending
                if update["update_id"] >= offset or self._comes_again(update["update_id"], again)
            ]

    def clear(self) -> None:
        """Forgets everything that waits (``drop_pending_updates``)."""
        with self._lock:
            self._pending = []

    def _comes_again(self, update_id: int, again: Callable[[], bool]) -> bool:
        if update_id in self._repeated or not again():
            return False
        self._repeated.add(update_id)
        return True
