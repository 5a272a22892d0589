"""A library that answers at once, with passages of the playbook; for most of the fuzz: a search takes its time."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from playbook.edition import Text
from playbook.loader import load_playbook
from retrieval.followups import Turn
from retrieval.indexing import Progress
from retrieval.library import Added, Library
from retrieval.likeness import SimilarCase, Traits
from retrieval.model import Answer, Hit, Indexed, Passage, Quote
from retrieval.sources import playbook_sources


class CannedLibrary(Library):
    """Which passages it cites hangs on the letters of the question; every fourth question is refused."""

    def __init__(self) -> None:  # opens nothing
        sources = playbook_sources(load_playbook().entries.values())
        self._passages = {source.id: list(source.passages) for source in sources}
        self._shelved = False

    def close(self) -> None:
        """Nothing to release."""

    def ask(self, question: str, meant: str = "") -> Answer:
        """An answer to whatever is asked."""
        number = sum(map(ord, question))
        refused, hits = number % 4 == 0, self._some(number, 3)
        quotes = () if refused else (Quote(hits[0].passage.text[:60], 1),)
        return Answer(question, refused, quotes, hits, "canned", 0.0, meant=meant if meant != question else "")

    def understood(self, question: str, earlier: Sequence[Turn]) -> str:
        """Every second question follows on; what from is left out, since people may have written anything."""
        return f"回访机制，{question}" if earlier and len(question) % 2 else question

    def source(self, source_id: str) -> list[Passage]:
        """All passages of one source."""
        return self._passages.get(source_id, [])

    def similar_cases(self, text: str, limit: int = 3) -> list[Hit]:
        """Some passages; for every fourth length of a text none."""
        return list(self._some(len(text), len(text) % 4))

    def cases_like(self, text: str, traits: Traits, limit: int = 3) -> list[SimilarCase]:
        """Some passages."""
        return [SimilarCase(hit, ("industry",)) for hit in self._some(len(text), limit)]

    def interrupt(self) -> None:
        """Nothing to end."""

    def refresh(self, progress: Progress | None = None, *, wait: bool = True) -> bool:
        """Nothing to take up."""
        return True

    def nearest(self, text: str, limit: int = 6) -> list[Hit]:
        """Some passages; for every seventh length of a text none."""
        return list(self._some(len(text), min(limit, len(text) % 7)))

    def sources(self) -> list[str]:
        """All that is cited."""
        return list(self._passages)

    def grouped(self, texts: Sequence[str]) -> list[list[int]]:
        """By the last letter."""
        groups: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            groups.setdefault(text[-1:], []).append(place)
        return list(groups.values())

    def texts(self) -> Mapping[str, Text]:
        """Nothing that could change."""
        return {}

    def documents(self) -> list[Indexed]:
        """One that the command line has added."""
        return [Indexed("/srv/班车.md", "班车", 1, not self._shelved)]

    def shelve(self, source_id: str, *, off: bool) -> None:
        """Out, or back."""
        self._shelved = off

    def text_of(self, source_id: str) -> list[Passage]:
        """A source's text."""
        return self.source(source_id)

    def add(self, paths: Iterable[Path], progress: Progress | None = None) -> Added:
        """Nobody adds documents by way of the bot."""
        raise NotImplementedError

    def _some(self, number: int, count: int) -> tuple[Hit, ...]:
        ids = list(self._passages)
        start = number % (len(ids) - count)
        return tuple(Hit(self._passages[id_][0], 0.9) for id_ in islice(ids, start, start + count))
