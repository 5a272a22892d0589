"""Figures for Prometheus: how many updates, how long they took, what failed, what waits. Nothing about anybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from actions.census import Census

SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class Metrics:
    """The figures of one bot."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "closure_bot_update_seconds",
            "Time to handle an update",
            ["kind"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._failures = Counter("closure_bot_failures_total", "Updates whose handling raised", registry=self._registry)
        self._heard = Gauge(
            "closure_bot_heard_timestamp_seconds", "When Telegram was last heard", registry=self._registry
        )
        self._rows = Gauge("closure_bot_rows", "Rows of the case log", ["table", "state"], registry=self._registry)

    @contextmanager
    def handling(self, kind: str) -> Iterator[None]:
        """Times one update."""
        began = perf_counter()
        try:
            yield
        finally:
            self._seconds.labels(kind).observe(perf_counter() - began)

    def failed(self) -> None:
        """An update's handling raised."""
        self._failures.inc()

    def heard(self) -> None:
        """Telegram has answered a poll, or posted an update."""
        self._heard.set_to_current_time()

    def text(self, census: Census) -> bytes:
        """All of it, as Prometheus reads it; blocks."""
        self._rows.clear()  # a state that nothing is in any more must not keep its last figure
        for table, state, number in census.by_state():
            self._rows.labels(table, state).set(number)
        return generate_latest(self._registry)
