"""The library: everything that answers draw on, opened once and asked many times.

Holds the lexical index, Chroma and the models together; one question at a time goes through (15 ms), from whichever
thread.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from playbook.glossary import Glossary
from playbook.loader import BUNDLED as BUNDLED_PLAYBOOK
from playbook.loader import load_playbook, playbook_files
from retrieval import documents, embedder
from retrieval.answer import CITED, QuotingWriter, Writer, check_marks
from retrieval.calibration import load_refusal
from retrieval.errors import DocumentUnreadable, IndexBusy
from retrieval.index import VectorIndex
from retrieval.indexing import Progress, embed_pending, synchronise
from retrieval.lexical import LexicalIndex
from retrieval.model import Answer, Hit, Passage, Source
from retrieval.search import Candidate, Found, Search
from retrieval.sources import PLAYBOOK_PREFIX, playbook_sources

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LibrarySettings:
    """Where the library is and which models it uses; the command line fills it from the settings."""

    directory: Path
    playbook: Path = BUNDLED_PLAYBOOK
    embedding_model: str = embedder.BUNDLED
    reranker: str | None = None
    chroma_url: str | None = None


@dataclass(frozen=True)
class Added:
    """What `index` did: documents that changed, passages embedded, and what could not be read."""

    changed: int
    embedded: int
    unreadable: tuple[DocumentUnreadable, ...]


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

    def refresh(self, progress: Progress = _silent) -> None:
        """Brings the playbook's entries up to date where its files, or the model, have changed since."""
        stamp = _stamp(self._settings.playbook)
        known = self.lexical.fact("playbook")
        if known == stamp and not self.lexical.pending(self._embedder.fingerprint):
            return
        try:
            with self._writing(wait=known is None):
                if known != stamp:
                    sources = playbook_sources(load_playbook(self._settings.playbook))
                    synchronise(self.lexical, sources, lambda id_, digest: digest.startswith(PLAYBOOK_PREFIX))
                    self.lexical.set_fact("playbook", stamp)
                self._embed(progress)
        except IndexBusy:
            log.info("another process is indexing; answering from what is there")

    def add(self, paths: Iterable[Path], progress: Progress = _silent) -> Added:
        """Adds documents; again is a no-op, and a document that was deleted from a folder named here vanishes."""
        roots = list(paths)
        with self._writing(wait=False):
            unreadable: list[DocumentUnreadable] = []
            in_scope = _under([documents.document_id(root) for root in roots])
            changed = synchronise(self.lexical, self._changed_or_known(roots, unreadable), in_scope)
            return Added(changed, self._embed(progress), tuple(unreadable))

    def _changed_or_known(self, roots: list[Path], unreadable: list[DocumentUnreadable]) -> Iterator[Source]:
        """The documents as sources; one that did not change is not converted again."""
        known = self.lexical.digests()
        for file in documents.document_files(roots):
            try:
                digest = documents.document_digest(file)
                id_ = documents.document_id(file)
                yield Source(id_, digest, ()) if known.get(id_) == digest else documents.read_document(file)
            except DocumentUnreadable as error:
                log.info("not indexed: %s", error)
                unreadable.append(error)

    def _embed(self, progress: Progress) -> int:
        """Embeds what is pending with a model on all cores, which is dropped afterwards: serving needs one thread."""
        indexer = embedder.load_embedder(self._settings.embedding_model, embedder.indexing_threads())
        embedded = embed_pending(self.lexical, self.vectors, indexer, progress)
        self.lexical.set_fact("generation", str(time.time_ns()).encode())
        return embedded

    @contextmanager
    def _writing(self, wait: bool) -> Iterator[None]:
        """One writer at a time for each data directory, over all processes; raises IndexBusy."""
        path = self._settings.directory / "index.lock"
        try:
            with filelock.FileLock(path, timeout=-1 if wait else 0):
                yield
        except filelock.Timeout as error:
            raise IndexBusy(where=path) from error

    def _open_vectors(self) -> None:
        self._generation = self.lexical.fact("generation")
        self.vectors = VectorIndex(
            self._settings.directory / "chroma", self._embedder.fingerprint, self._settings.chroma_url
        )
        self.search = Search(self.lexical, self.vectors, self._embedder, self._glossary, self._reranker)

    def _reopen_if_changed(self) -> None:
        """Chroma's files are read once: what another process has indexed since is not seen until they are opened
        again.
        """
        if self.lexical.fact("generation") != self._generation:
            self.vectors.close()
            self._open_vectors()


def _stamp(playbook: Path) -> bytes:
    """Changes when any file of the playbook does."""
    digest = hashlib.sha256()
    for path, _ in playbook_files(playbook):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest().encode()


def _under(roots: list[str]) -> Callable[[str, str], bool]:
    def in_scope(id_: str, digest: str) -> bool:
        is_document = digest.startswith(documents.DOCUMENT_PREFIX)
        return is_document and any(id_ == root or id_.startswith(f"{root.rstrip('/')}/") for root in roots)

    return in_scope


def _nearest(found: Found) -> tuple[Candidate, ...]:
    """What a refusal names as possible: sections and documents; a single case or law answers too little."""
    return tuple(each for each in found.candidates if each.passage.kind in ("section", "document"))[:CITED]


def _hit(candidate: Candidate) -> Hit:
    return Hit(candidate.passage, candidate.score)
