"""What came of a run, by Locust's counts: milliseconds, which it keeps to two digits."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from locust.stats import RequestStats, StatsEntry

KINDS = ("press", "question", "written")


@dataclass(frozen=True)
class Times:
    """How long acts of one kind took, and how many failed."""

    acts: int
    errors: int
    p50: int
    p95: int
    p99: int


@dataclass(frozen=True)
class Outcome:
    """`acts` by name; the bot's `megabytes` over time, and their `growth`; `wrong`: what failed, a line each."""

    officers: int
    minutes: float
    thinking: float
    kinds: dict[str, Times]
    acts: dict[str, int]
    megabytes: tuple[int, ...]
    growth: float
    wrong: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def kinds(stats: RequestStats) -> dict[str, Times]:
    """The times of each kind of act."""
    return {kind: _times(stats, kind) for kind in KINDS}


def _times(stats: RequestStats, kind: str) -> Times:
    total = StatsEntry(stats, kind, kind)
    for entry in stats.entries.values():
        if entry.method == kind:
            total.extend(entry)
    p50, p95, p99 = map(total.get_response_time_percentile, (0.5, 0.95, 0.99))
    return Times(total.num_requests, total.num_failures, p50, p95, p99)


def growth(megabytes: Sequence[float]) -> float:
    """The last fifth of a run by its second, the medians: 1.0 where memory is flat."""
    fifth = len(megabytes) // 5
    return round(statistics.median(megabytes[-fifth:]) / statistics.median(megabytes[fifth : 2 * fifth]), 3)
