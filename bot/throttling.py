"""How much one person may send in a minute. Counted in memory: a restart may well forgive.

Moments are the event loop's, which only go forward: a machine's clock that is set back must shut nobody out.
"""

from collections import deque
from enum import Enum, auto

STRANGERS_PER_MINUTE = 10
"""Enough to try a mistyped code again, far too few to guess one."""
PEOPLE = 10_000
"""Of whom is remembered; beyond that, those who have been quiet for a minute are forgotten."""
MINUTE = 60.0


class Admission(Enum):
    """Whether something is dealt with; where not, whether its sender is told: once a minute."""

    IN = auto()
    TOLD = auto()
    IGNORED = auto()


class Throttle:
    """Counts what each person sends."""

    def __init__(self, officers_per_minute: int) -> None:
        self._limit = officers_per_minute
        self._sent: dict[int, deque[float]] = {}
        self._told: dict[int, float] = {}

    def admit(self, telegram_id: int, *, registered: bool, now: float) -> Admission:
        """Counts one thing that somebody has sent. `now`: seconds."""
        if len(self._sent) > PEOPLE:
            self._forget(now)
        sent = self._sent.setdefault(telegram_id, deque())
        while sent and sent[0] <= now - MINUTE:
            sent.popleft()
        if len(sent) < (self._limit if registered else STRANGERS_PER_MINUTE):
            sent.append(now)
            return Admission.IN
        if self._told.get(telegram_id, -MINUTE) > now - MINUTE:
            return Admission.IGNORED
        self._told[telegram_id] = now
        return Admission.TOLD

    def _forget(self, now: float) -> None:
        self._sent = {person: sent for person, sent in self._sent.items() if sent and sent[-1] > now - MINUTE}
        self._told = {person: moment for person, moment in self._told.items() if moment > now - MINUTE}
