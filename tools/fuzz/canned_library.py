"""A library that answers at once, with passages of the playbook; for most of the fuzz: a search takes its time."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from playbook.loader import load_playbook
from retrieval.indexing import Progress
from retrieval.library import Added, Library
from retrieval.likeness import SimilarCase, Traits
from retrieval.model import Answer, Hit, Passage, Quote
from retrieval.sources import playbook_sources


class CannedLibrary(Library):
    """Which passages it cites hangs on the letters of the question; every fourth question is refused."""

    def __init__(self) -> None:  # opens nothing
        sources = playbook_sources(load_playbook().entries.values())
        self._passages = {source.id: list(source.passages) for source in sources}

    def close(self) -> None:
        """Nothing to release."""

    def ask(self, question: str) -> Answer:
        """An answer to whatever is asked."""
        number = sum(map(ord, question))
        refused, hits = number % 4 == 0, self._some(number, 3)
        quotes = () if refused else (Quote(hits[0].passage.text[:60], 1),)
        return Answer(question, refused, quotes, hits, "canned", 0.0)

    def source(self, source_id: str) -> list[Passage]:
        """All passages of one source."""
        return self._passages.get(source_id, [])

    def similar_cases(self, text: str, limit: int = 3) -> list[Hit]:
        """Some passages; for every fourth length of a text none."""
        return list(self._some(len(text), len(text) % 4))

    def cases_like(self, text: str, traits: Traits, limit: int = 3) -> list[SimilarCase]:
        """Some passages."""
        return [SimilarCase(hit, ("industry",)) for hit in self._some(len(text), limit)]

    def refresh(self, progress: Progress | None = None) -> None:
        """Nothing to take up."""

    def add(self, paths: Iterable[Path], progress: Progress | None = None) -> Added:
        """Nobody adds documents by way of the bot."""
        raise NotImplementedError

    def _some(self, number: int, count: int) -> tuple[Hit, ...]:
        ids = list(self._passages)
        start = number % (len(ids) - count)
        return tuple(Hit(self._passages[id_][0], 0.9) for id_ in islice(ids, start, start + count))
