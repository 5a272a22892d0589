"""The library: everything that answers draw on, opened once and asked many times.

Holds the lexical index, Chroma and the models together; one question at a time goes through (15 ms), from whichever
thread.
"""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from playbook.edition import Text
from playbook.glossary import Glossary
from playbook.learned import read_learned
from playbook.loader import read_playbook
from playbook.model import Case
from playbook.released import released_cases
from retrieval import embedder
from retrieval.answer import CITED, QuotingWriter, Writer, check_marks
from retrieval.calibration import load_refusal
from retrieval.documents import DOCUMENT_PREFIX
from retrieval.editions import read_edition, texts_kept
from retrieval.embedder import Matrix
from retrieval.followups import Turn, carried
from retrieval.grouping import grouped
from retrieval.index import VectorIndex
from retrieval.indexing import Progress
from retrieval.lexical import LexicalIndex
from retrieval.likeness import SimilarCase, Traits, widening
from retrieval.model import Answer, Hit, Indexed, Passage
from retrieval.normalise import simplify
from retrieval.search import Candidate, Found, Search, rarity
from retrieval.settings import LibrarySettings
from retrieval.upkeep import GENERATION, Added, Upkeep

__all__ = ["Added", "Library", "LibrarySettings"]

REMEMBERED = 2000
"""Questions whose vectors are kept: what leads look at again and again."""


def _silent(done: int, total: int) -> None:
    pass


class _Interrupted(Exception):
    """The process is to end."""


class Library:
    """Opening brings the playbook up to date; a first opening embeds it, which takes about half a minute."""

    def __init__(self, settings: LibrarySettings, progress: Progress = _silent, writer: Writer | None = None) -> None:
        self._settings = settings
        self._busy, self._writing, self._ending = threading.RLock(), threading.Lock(), threading.Event()
        self._writer = writer or QuotingWriter()
        self.lexical = LexicalIndex(settings.directory / "index.db")
        self._embedder = embedder.load_embedder(settings.embedding_model)
        self._reranker = embedder.CrossEncoderReranker(settings.reranker) if settings.reranker else None
        self._glossary = Glossary.load(settings.playbook)
        self._known_cases: dict[str, Case] = {}
        self._vectors_of: dict[str, Matrix] = {}
        self._read_at: bytes | None = b"never"
        self._open_vectors()
        self.refresh(progress)
        self.refusal = load_refusal(self.lexical, self.search, self._embedder)

    def close(self) -> None:
        """Releases the files."""
        with self._busy:
            self.vectors.close()
            self.lexical.close()

    def ask(self, question: str, meant: str = "") -> Answer:
        """An answer from the passages alone, or a refusal with the nearest of them.

        `meant` is the question as it stands by itself, where that is not its own text (see `understood`).
        """
        started = time.perf_counter()
        question, meant = _characters(question), _characters(meant)
        with self._busy:
            self._reopen_if_changed()
            edition = read_edition(self.lexical)
            found = self.search.find(meant or question)
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
            edition=edition,
            meant=meant if meant != question else "",
        )

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors of sentences, one a row, as passages' sentences have them."""
        with self._busy:
            return self._embedder.passages([simplify(text) for text in texts])

    def understood(self, question: str, earlier: Sequence[Turn]) -> str:
        """`question` as it stands by itself after these turns, the newest last; see `followups.carried`."""
        with self._busy:
            self._reopen_if_changed()
            return carried(question, earlier, self.search.find, self.refusal.margin)

    def source(self, source_id: str) -> list[Passage]:
        """All passages of one source, in order; none where it is gone."""
        with self._busy:
            return self.lexical.source_passages(source_id)

    def source_of(self, passage_id: str) -> list[Passage]:
        """All passages of the source that a passage stands in."""
        return self.source(passage_id) or self.source(passage_id.rpartition("#")[0])

    def nearest(self, text: str, limit: int = 6) -> list[Hit]:
        """Sources of any kind that may answer `text`, each with its best passage, best first."""
        with self._busy:
            self._reopen_if_changed()
            best = dict[str, Hit]()
            for candidate in self.search.find(text).candidates:
                best.setdefault(candidate.passage.source_id, _hit(candidate))
        return list(best.values())[:limit]

    def texts(self) -> Mapping[str, Text]:
        """The text of every source that answers draw on, by id; see `retrieval.editions`."""
        with self._busy:
            return texts_kept(self.lexical, self._settings.own)

    def sources(self) -> list[str]:
        """The ids of all that is indexed."""
        with self._busy:
            return list(self.lexical.digests())

    def grouped(self, texts: Sequence[str]) -> list[list[int]]:
        """The places of questions that ask for the same, the most typical first; see `retrieval.grouping`.

        A question takes one embedding call when it is first seen; meanwhile others are answered between two of them.
        """
        vectors = [self._vector_of(text) for text in texts]
        with self._busy:
            total = self.lexical.count()
            return grouped(texts, np.array(vectors), lambda terms: rarity(terms, self.lexical.counts(terms), total))

    def _vector_of(self, text: str) -> Matrix:
        with self._busy:
            if text not in self._vectors_of:
                if len(self._vectors_of) >= REMEMBERED:
                    self._vectors_of.clear()
                self._vectors_of[text] = self.search.vector(text)
            return self._vectors_of[text]

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

    def refresh(self, progress: Progress = _silent, *, wait: bool = True) -> bool:
        """Takes up what has changed in the playbook's files, in cases released and own sources; see `Upkeep.refresh`.

        Questions are answered meanwhile: the writing goes through connections of its own, as another process's would.
        False where another process is indexing, or without `wait` another thread, and what is new waits; what counts
        no more of own sources is out of answers all the same.
        """
        with self._busy:
            self._upkeep().take_out()
        if not self._writing.acquire(blocking=wait):
            return False
        try:
            with self._busy:
                self._reopen_if_changed()
                if not self._upkeep().stale():
                    return True
            return self._write(progress)
        except _Interrupted:
            return False
        finally:
            self._writing.release()

    def interrupt(self) -> None:
        """Ends a `refresh` at its next step: the process is to end. The next opening goes on where it stopped."""
        self._ending.set()

    def _write(self, progress: Progress) -> bool:
        def step(done: int, total: int) -> None:
            progress(done, total)
            if self._ending.is_set():
                raise _Interrupted

        lexical = LexicalIndex(self._settings.directory / "index.db")
        vectors = self._vectors_by(lexical)
        try:
            return Upkeep(self._settings, lexical, vectors, self._embedder.fingerprint).refresh(step)
        finally:
            with self._busy:
                self._reopen_if_changed()
            vectors.close()
            lexical.close()

    def add(self, paths: Iterable[Path], progress: Progress = _silent) -> Added:
        """Adds documents to what answers draw on; see `Upkeep.add`."""
        return self._upkeep().add(paths, progress)

    def documents(self) -> list[Indexed]:
        """What `index` has added, disabled or not, by id."""
        with self._busy:
            return self.lexical.indexed(DOCUMENT_PREFIX)

    def shelve(self, source_id: str, *, off: bool) -> None:
        """Takes one of `documents` out of answers at once, or puts it back; adding it again leaves it there.

        To be followed by a `refresh`, which has the vectors follow.
        """
        with self._busy:
            (self.lexical.shelve if off else self.lexical.unshelve)(source_id)
        self.refresh()

    def text_of(self, source_id: str) -> list[Passage]:
        """All passages of one source, in order, even where it is disabled; none where it is not indexed."""
        with self._busy:
            return self.lexical.source_passages(source_id) or self.lexical.shelved_passages(source_id)

    def _upkeep(self) -> Upkeep:
        return Upkeep(self._settings, self.lexical, self.vectors, self._embedder.fingerprint)

    def _vectors_by(self, lexical: LexicalIndex) -> VectorIndex:
        # On a server several data directories may meet: each keeps to a collection of its own.
        url, name = self._settings.chroma_url, self._embedder.fingerprint
        name = f"{name}-{lexical.identity()}" if url else name
        return VectorIndex(self._settings.directory / "chroma", name, url)

    def _open_vectors(self) -> None:
        self._generation = self.lexical.fact(GENERATION)
        self.vectors = self._vectors_by(self.lexical)
        learned = read_learned(self._settings.learned)
        self.search = Search(self.lexical, self.vectors, self._embedder, self._glossary, self._reranker, learned)

    def _reopen_if_changed(self) -> None:
        """Chroma's files are read once: what another process has indexed since is not seen until they are opened
        again.
        """
        if self.lexical.fact(GENERATION) != self._generation:
            self.vectors.close()
            self._open_vectors()


def _characters(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()  # half a surrogate pair is no character


def _nearest(found: Found) -> tuple[Candidate, ...]:
    """What a refusal names as possible: sections and documents; a single case or law answers too little."""
    return tuple(each for each in found.candidates if each.passage.kind in ("section", "document"))[:CITED]


def _hit(candidate: Candidate) -> Hit:
    return Hit(candidate.passage, candidate.score)
