"""The library: everything that answers draw on, opened once and asked many times.

Holds the lexical index, Chroma and the models together; one question at a time goes through (15 ms), from whichever
thread.
"""

import threading
import time
from collections.abc import Iterable
from pathlib import Path

from playbook.glossary import Glossary
from playbook.loader import read_playbook
from playbook.model import Case
from playbook.released import released_cases
from retrieval import embedder
from retrieval.answer import CITED, QuotingWriter, Writer, check_marks
from retrieval.calibration import load_refusal
from retrieval.index import VectorIndex
from retrieval.indexing import Progress
from retrieval.lexical import LexicalIndex
from retrieval.likeness import SimilarCase, Traits, widening
from retrieval.model import Answer, Hit, Passage
from retrieval.search import Candidate, Found, Search
from retrieval.settings import LibrarySettings
from retrieval.upkeep import GENERATION, Added, Upkeep

__all__ = ["Added", "Library", "LibrarySettings"]


def _silent(done: int, total: int) -> None:
    pass


class Library:
    """Opening brings the playbook up to date; a first opening embeds it, which takes about half a minute."""

    def __init__(self, settings: LibrarySettings, progress: Progress = _silent, writer: Writer | None = None) -> None:
        self._settings = settings
        self._busy = threading.RLock()
        self._writer = writer or QuotingWriter()
        self.lexical = LexicalIndex(settings.directory / "index.db")
        self._embedder = embedder.load_embedder(settings.embedding_model)
        self._reranker = embedder.CrossEncoderReranker(settings.reranker) if settings.reranker else None
        self._glossary = Glossary.load(settings.playbook)
        self._known_cases: dict[str, Case] = {}
        self._read_at: bytes | None = b"never"
        self._open_vectors()
        self.refresh(progress)
        self.refusal = load_refusal(self.lexical, self.search, self._embedder)

    def close(self) -> None:
        """Releases the files."""
        with self._busy:
            self.vectors.close()
            self.lexical.close()

    def ask(self, question: str) -> Answer:
        """An answer from the passages alone, or a refusal with the nearest of them."""
        started = time.perf_counter()
        question = question.encode("utf-8", "ignore").decode()  # half a surrogate pair is no character
        with self._busy:
            self._reopen_if_changed()
            found = self.search.find(question)
            refused = self.refusal.refuses(found)
            cited = _nearest(found) if refused else found.candidates[:CITED]
            quotes = [] if refused else self._writer.write(found)
        check_marks(quotes, cited)
        return Answer(
            question=question,
            refused=refused,
            quotes=tuple(quotes),
            citations=tuple(map(_hit, cited)),
            engine=f"{self._embedder.fingerprint}+{self._writer.name}",
            milliseconds=(time.perf_counter() - started) * 1000,
        )

    def source(self, source_id: str) -> list[Passage]:
        """All passages of one source, in order; none where it is gone."""
        with self._busy:
            return self.lexical.source_passages(source_id)

    def source_of(self, passage_id: str) -> list[Passage]:
        """All passages of the source that a passage stands in."""
        return self.source(passage_id) or self.source(passage_id.rpartition("#")[0])

    def similar_cases(self, text: str, limit: int = 3) -> list[Hit]:
        """Past cases that are like `text`, best first."""
        with self._busy:
            self._reopen_if_changed()
            return [_hit(candidate) for candidate in self.search.find(text, kind="case").candidates[:limit]]

    def cases_like(self, text: str, traits: Traits, limit: int = 3) -> list[SimilarCase]:
        """Past cases that share the most traits, of those the ones most like `text`; any where none shares one."""
        alike = dict[str, SimilarCase]()
        with self._busy:
            self._reopen_if_changed()
            steps = widening(self._cases().values(), traits)
            for shares, candidates in zip(steps, self.search.among(text, steps.values()), strict=True):
                for candidate in candidates:
                    alike.setdefault(candidate.passage.source_id, SimilarCase(_hit(candidate), shares))
                if len(alike) >= limit:
                    break
        return list(alike.values())[:limit]

    def _cases(self) -> dict[str, Case]:
        """The past cases, read again when the index has changed; a file with a fault is left out until it is mended."""
        if self._read_at != self._generation:
            playbook, _ = read_playbook(self._settings.playbook)
            entries = [*playbook.entries.values(), *released_cases(self._settings.released, playbook)]
            self._known_cases = {entry.id: entry for entry in entries if isinstance(entry, Case)}
            self._read_at = self._generation
        return self._known_cases

    def refresh(self, progress: Progress = _silent) -> None:
        """Takes up what has changed in the playbook's files and in the cases released; see `Upkeep.refresh`."""
        with self._busy:
            self._reopen_if_changed()
            self._upkeep().refresh(progress)

    def add(self, paths: Iterable[Path], progress: Progress = _silent) -> Added:
        """Adds documents to what answers draw on; see `Upkeep.add`."""
        return self._upkeep().add(paths, progress)

    def _upkeep(self) -> Upkeep:
        return Upkeep(self._settings, self.lexical, self.vectors, self._embedder.fingerprint)

    def _open_vectors(self) -> None:
        self._generation = self.lexical.fact(GENERATION)
        # On a server several data directories may meet: each keeps to a collection of its own.
        url, name = self._settings.chroma_url, self._embedder.fingerprint
        name = f"{name}-{self.lexical.identity()}" if url else name
        self.vectors = VectorIndex(self._settings.directory / "chroma", name, url)
        self.search = Search(self.lexical, self.vectors, self._embedder, self._glossary, self._reranker)

    def _reopen_if_changed(self) -> None:
        """Chroma's files are read once: what another process has indexed since is not seen until they are opened
        again.
        """
        if self.lexical.fact(GENERATION) != self._generation:
            self.vectors.close()
            self._open_vectors()


def _nearest(found: Found) -> tuple[Candidate, ...]:
    """What a refusal names as possible: sections and documents; a single case or law answers too little."""
    return tuple(each for each in found.candidates if each.passage.kind in ("section", "document"))[:CITED]


def _hit(candidate: Candidate) -> Hit:
    return Hit(candidate.passage, candidate.score)
