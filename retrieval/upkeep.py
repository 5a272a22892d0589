"""Keeps the index up to date with the playbook's files, with the model, and with officers' documents.

One writer at a time for each data directory, over all processes; who only reads never waits for it.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import filelock

from playbook.learned import read_learned
from playbook.loader import load_playbook, playbook_files
from playbook.own import active_files, own_files
from playbook.released import released_files
from retrieval import documents, embedder
from retrieval.editions import entries_in_use, keep_edition
from retrieval.errors import DocumentUnreadable, IndexBusy
from retrieval.index import VectorIndex
from retrieval.indexing import Progress, drop_unknown, embed_pending, restore_missing, synchronise
from retrieval.lexical import LexicalIndex
from retrieval.model import Source
from retrieval.owned import own_sources, take_out, waiting
from retrieval.settings import LibrarySettings
from retrieval.sources import PLAYBOOK_PREFIX, playbook_sources

log = logging.getLogger(__name__)

STAMP = "playbook"
ZONE = ZoneInfo("Asia/Shanghai")
"""Whose day it is when an edition is taken up."""
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

    def take_out(self) -> None:
        """Takes out of answers what counts no more of own sources; it waits for no other writer."""
        take_out(self.lexical, own_files(self.settings.own))

    def stale(self) -> bool:
        """Whether anything has changed that `refresh` would take up. What counts no more is out of answers by then."""
        own = own_files(self.settings.own)
        take_out(self.lexical, own)
        complete = self.vectors.count() == len(self.lexical.embedded(self.fingerprint))
        return (
            not complete
            or self.lexical.fact(STAMP) != _stamp(self.settings)
            or bool(waiting(self.lexical, own) or self.lexical.pending(self.fingerprint))
        )

    def refresh(self, progress: Progress) -> bool:
        """Brings what is indexed up to date where files, or the model, have changed since.

        False where another process is indexing: then what is there is answered from, and the change waits.
        """
        if not self.stale():
            return True
        try:
            with self._writing(wait=self.lexical.fact(STAMP) is None):
                self._take_up_own()
                self._take_up_playbook()
                restore_missing(self.lexical, self.vectors, self.fingerprint)
                drop_unknown(self.lexical, self.vectors, self.fingerprint)
                self._embed(progress)
        except IndexBusy:
            log.info("another process is indexing; answering from what is there")
            return False
        return True

    def _take_up_own(self) -> None:
        """First: a fault in the playbook must not keep a document back."""
        if self.settings.own:
            missing = waiting(self.lexical, own_files(self.settings.own))
            synchronise(self.lexical, own_sources(self.settings.own, missing), lambda id_, digest: False)

    def _take_up_playbook(self) -> None:
        stamp = _stamp(self.settings)
        if self.lexical.fact(STAMP) != stamp:
            playbook = load_playbook(self.settings.playbook)
            entries = entries_in_use(self.settings, playbook)
            sources = playbook_sources(entries, read_learned(self.settings.learned))
            synchronise(self.lexical, sources, lambda id_, digest: digest.startswith(PLAYBOOK_PREFIX))
            keep_edition(self.lexical, entries, datetime.now(ZONE).date())
            self.lexical.set_fact(STAMP, stamp)

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
    """Changes when any file of the playbook does, of cases released, of sections written; or what was learnt."""
    digest = hashlib.sha256()
    for path in (*(path for path, _ in playbook_files(settings.playbook)), *released_files(settings.released)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(str(active_files(settings.own, "section")).encode())
    digest.update(str(sorted(read_learned(settings.learned).items())).encode())
    return digest.hexdigest().encode()


def _under(roots: list[str]) -> Callable[[str, str], bool]:
    def in_scope(id_: str, digest: str) -> bool:
        is_document = digest.startswith(documents.DOCUMENT_PREFIX)
        return is_document and any(id_ == root or id_.startswith(f"{root.rstrip('/')}/") for root in roots)

    return in_scope
