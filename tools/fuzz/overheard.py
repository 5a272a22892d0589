"""What goes wrong out of sight: errors that are logged, and tasks that die with nobody waiting for them."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PASSED_OVER = "bot.listening"
"""Logs each update that cannot be read; that is as it should be."""


class Overheard(logging.Handler):
    """Errors since they were last taken."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._records: list[logging.LogRecord] = []
        self._strays: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One more."""
        if record.name != PASSED_OVER:
            self._records.append(record)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """For as long as the block runs."""
        loop, root = asyncio.get_running_loop(), logging.getLogger()
        loop.set_exception_handler(lambda _, context: self._strays.append(context))
        root.addHandler(self)
        try:
            yield
        finally:
            root.removeHandler(self)
            loop.set_exception_handler(None)

    def taken(self) -> list[BaseException | str]:
        """Each as an exception where there is one, else as what was said."""
        taken: list[BaseException | str] = []
        for record in self._records:
            error = record.exc_info[1] if record.exc_info else None
            taken.append(str(record.msg) if error is None else error)
        taken += [context.get("exception") or str(context["message"]) for context in self._strays]
        self._records.clear()
        self._strays.clear()
        return taken
