"""A clock that can be set forward, so that a year can be lived through in minutes."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of the days and hours that people on the page ask for."""
FARTHEST = 10 * 366 * 86400.0
"""Seconds by which it may be ahead of the real time."""


class Clock:
    """Unix seconds, like `time.time`, and as far ahead of it as it was moved. May be used from any thread."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Unix seconds."""
        return time.time() + self._ahead

    def move(self, seconds: float) -> float:
        """Sets it forward and returns what it shows then. ValueError for backwards, and for too far."""
        with self._lock:
            if seconds < 0 or self._ahead + seconds > FARTHEST:
                raise ValueError(f"a clock cannot be moved by {seconds} seconds")
            self._ahead += seconds
        return self()

    def move_to(self, moment: datetime) -> float:
        """Sets it forward to a moment; without a time zone it is one in Shanghai."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
        return self.move(aware.timestamp() - self())
