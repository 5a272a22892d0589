"""Keeps the index up to date with the playbook's files, with the model, and with officers' documents.

One writer at a time for each data directory, over all processes; who only reads never waits for it.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from playbook.loader import load_playbook, playbook_files
from playbook.released import released_cases, released_files
from retrieval import documents, embedder
from retrieval.errors import DocumentUnreadable, IndexBusy
from retrieval.index import VectorIndex
from retrieval.indexing import Progress, drop_unknown, embed_pending, restore_missing, synchronise
from retrieval.lexical import LexicalIndex
from retrieval.model import Source
from retrieval.settings import LibrarySettings
from retrieval.sources import PLAYBOOK_PREFIX, playbook_sources

log = logging.getLogger(__name__)

STAMP = "playbook"
GENERATION = "generation"
"""The fact that changes whenever Chroma's files do."""


@dataclass(frozen=True)
class Added:
    """What `index` did: documents that changed, passages embedded, and what could not be read."""

    changed: int
    embedded: int
    unreadable: tuple[DocumentUnreadable, ...]


@dataclass(frozen=True)
class Upkeep:
    """The writing side of a library: both indexes, and the model under whose `fingerprint` they are read."""

    settings: LibrarySettings
    lexical: LexicalIndex
    vectors: VectorIndex
    fingerprint: str

    def refresh(self, progress: Progress) -> None:
        """Brings the playbook's entries up to date where its files, or the model, have changed since."""
        stamp = _stamp(self.settings)
        known = self.lexical.fact(STAMP)
        complete = self.vectors.count() == len(self.lexical.embedded(self.fingerprint))
        if known == stamp and complete and not self.lexical.pending(self.fingerprint):
            return
        try:
            with self._writing(wait=known is None):
                if known != stamp:
                    playbook = load_playbook(self.settings.playbook)
                    entries = [*playbook.entries.values(), *released_cases(self.settings.released, playbook)]
                    synchronise(
                        self.lexical, playbook_sources(entries), lambda id_, digest: digest.startswith(PLAYBOOK_PREFIX)
                    )
                    self.lexical.set_fact(STAMP, stamp)
                restore_missing(self.lexical, self.vectors, self.fingerprint)
                drop_unknown(self.lexical, self.vectors, self.fingerprint)
                self._embed(progress)
        except IndexBusy:
            log.info("another process is indexing; answering from what is there")

    def add(self, paths: Iterable[Path], progress: Progress) -> Added:
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
        indexer = embedder.load_embedder(self.settings.embedding_model, embedder.indexing_threads())
        embedded = embed_pending(self.lexical, self.vectors, indexer, progress)
        self.lexical.set_fact(GENERATION, str(time.time_ns()).encode())
        return embedded

    @contextmanager
    def _writing(self, wait: bool) -> Iterator[None]:
        """One writer at a time for each data directory, over all processes; raises IndexBusy."""
        path = self.settings.directory / "index.lock"
        try:
            with filelock.FileLock(path, timeout=-1 if wait else 0):
                yield
        except filelock.Timeout as error:
            raise IndexBusy(where=path) from error


def _stamp(settings: LibrarySettings) -> bytes:
    """Changes when any file of the playbook, or of the cases released, does."""
    digest = hashlib.sha256()
    for path in (*(path for path, _ in playbook_files(settings.playbook)), *released_files(settings.released)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest().encode()


def _under(roots: list[str]) -> Callable[[str, str], bool]:
    def in_scope(id_: str, digest: str) -> bool:
        is_document = digest.startswith(documents.DOCUMENT_PREFIX)
        return is_document and any(id_ == root or id_.startswith(f"{root.rstrip('/')}/") for root in roots)

    return in_scope
