"""All that may be switched on and off: leads' own sources, and the documents that `index` has added."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from actions.sources import OwnSource
from bot.services import Services
from retrieval.documents import read_document
from retrieval.errors import DocumentUnreadable
from retrieval.model import Passage

KEY_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Holding:
    """A source; `own` is its current version, None for one that the command line has added."""

    id: str
    title: str
    active: bool
    own: OwnSource | None

    @property
    def key(self) -> str:
        """What a button carries for it: ids may be whole paths."""
        return hashlib.sha256(self.id.encode("utf-8", "surrogateescape")).hexdigest()[:KEY_CHARACTERS]


class Holdings:
    """Blocks; called aside. Changes take effect with the next question."""

    def __init__(self, services: Services) -> None:
        self._at = services

    def all(self) -> list[Holding]:
        """Own ones first, the newest first; then the others by title."""
        return [*self._own(), *sorted(self._added(), key=lambda each: (each.title, each.id))]

    def find(self, key: str) -> Holding | None:
        """The one that a button is for; None where it is gone."""
        return next((each for each in self.all() if each.key == key), None)

    def of(self, source_id: str) -> Holding | None:
        """An own source."""
        own = self._at.sources.current(source_id)
        return _held(own) if own else None

    def switch(self, holding: Holding, *, on: bool, by: int) -> bool:
        """Puts it into answers, or takes it out; again is a no-op. SourceUnknown.

        False where something else is being indexed: the library is to be refreshed once more later.
        """
        sources, now = self._at.sources, self._at.now()
        if holding.own is not None:
            (sources.enable if on else sources.disable)(holding.id, by=by, now=now)
        elif holding.active != on:
            sources.note("enable_source" if on else "disable_source", holding.id, by=by, now=now)
            self._at.library.shelve(holding.id, off=not on)
        return self._at.library.refresh(wait=False)

    def passages(self, holding: Holding) -> list[Passage]:
        """Its text; where it is disabled and not in the index, from its file. None where it cannot be read."""
        found = self._at.library.text_of(holding.id)
        if found or holding.own is None:
            return found
        try:
            return list(read_document(self._at.sources.path(holding.own), holding.id, holding.title).passages)
        except DocumentUnreadable:
            return []

    def _own(self) -> Iterator[Holding]:
        yield from map(_held, self._at.sources.all())

    def _added(self) -> Iterator[Holding]:
        for each in self._at.library.documents():
            yield Holding(each.id, each.title or Path(each.id).stem, each.active, None)


def _held(own: OwnSource) -> Holding:
    return Holding(own.id, own.title, own.active, own)
