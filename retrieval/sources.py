"""Turns playbook entries into what the index takes."""

import hashlib
from collections.abc import Iterable

from playbook.learned import Learned
from playbook.model import Case, Entry, Law, Section
from retrieval.chunks import chunk_markdown
from retrieval.lessons import learnt_asks
from retrieval.model import Kind, Passage, Source

PLAYBOOK_PREFIX = "playbook:"
"""Marks the digests of playbook entries, so that documents are told from them when either is synchronised."""


def playbook_sources(entries: Iterable[Section | Case | Law], learned: Learned | None = None) -> Iterable[Source]:
    """One source for each entry; its first passage answers what was learnt for it as well."""
    return (_source(entry, (learned or {}).get(entry.id, ())) for entry in entries)


def _source(entry: Section | Case | Law, learnt: Iterable[str]) -> Source:
    passages = tuple(
        Passage(
            source_id=entry.id,
            position=position,
            title=entry.title,
            kind=_KINDS[type(entry)],
            pillar=entry.main_pillar,
            text=chunk.text,
            locator=chunk.locator,
            asks=entry.asks if position else learnt_asks(entry.asks, learnt),
            notice=entry.notice or "",
        )
        for position, chunk in enumerate(chunk_markdown(entry.body))
    )
    return Source(entry.id, PLAYBOOK_PREFIX + digest(passages), passages)


_KINDS: dict[type[Entry], Kind] = {Section: "section", Case: "case", Law: "law"}


def digest(passages: Iterable[Passage]) -> str:
    """Changes when anything that is indexed of the passages does."""
    return hashlib.sha256("\n".join(map(repr, passages)).encode()).hexdigest()[:24]
