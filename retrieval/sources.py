"""Turns playbook entries into what the index takes."""

import hashlib
from collections.abc import Iterable

from playbook.model import Case, Entry, Law, Section
from retrieval.chunks import chunk_markdown
from retrieval.model import Kind, Passage, Source

PLAYBOOK_PREFIX = "playbook:"
"""Marks the digests of playbook entries, so that documents are told from them when either is synchronised."""


def playbook_sources(entries: Iterable[Section | Case | Law]) -> Iterable[Source]:
    """One source for each entry."""
    return map(_source, entries)


def _source(entry: Section | Case | Law) -> Source:
    passages = tuple(
        Passage(
            source_id=entry.id,
            position=position,
            title=entry.title,
            kind=_KINDS[type(entry)],
            pillar=entry.main_pillar,
            text=chunk.text,
            locator=chunk.locator,
            asks=entry.asks,
            notice=entry.notice or "",
        )
        for position, chunk in enumerate(chunk_markdown(entry.body))
    )
    return Source(entry.id, PLAYBOOK_PREFIX + digest(passages), passages)


_KINDS: dict[type[Entry], Kind] = {Section: "section", Case: "case", Law: "law"}


def digest(passages: Iterable[Passage]) -> str:
    """Changes when anything that is indexed of the passages does."""
    return hashlib.sha256("\n".join(map(repr, passages)).encode()).hexdigest()[:24]
