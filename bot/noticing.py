"""Notices that answers draw on other texts than before, whoever has changed them, and has officers told."""

from collections.abc import Callable, Mapping
from datetime import datetime

from actions.editions import Editions
from playbook.edition import Text


class Noticing:
    """Looks each time it is its turn: at every start, and soon after every change. `texts` is the library's."""

    def __init__(self, texts: Callable[[], Mapping[str, Text]], editions: Editions) -> None:
        self._texts, self._editions = texts, editions
        self._seen: Mapping[str, Text] | None = None

    def turn(self, now: datetime) -> None:
        """Compares with what the case log has. Where the index is just being made there is nothing to compare."""
        texts = self._texts()
        if texts and texts != self._seen:
            self._editions.take(texts, now=now)
            self._seen = texts
