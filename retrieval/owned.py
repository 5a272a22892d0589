"""Own documents in the index: leads' files, kept in the data directory (`playbook.own`), by the list that is there.

Their ids are of the list and not of a path, so that a data directory may be moved, and a version take the place of
another. What counts no more leaves answers at once, before anything is read: that takes a few statements of SQLite's
and no lock of the index, whoever else is writing.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

from playbook.own import OwnFile
from retrieval.documents import read_document
from retrieval.errors import DocumentUnreadable
from retrieval.lexical import LexicalIndex
from retrieval.model import Source

log = logging.getLogger(__name__)

OWN_PREFIX = "own:"
"""Marks the digests of own documents: their files are at hand, so an index that is made anew reads them again."""


def own_digest(file: OwnFile) -> str:
    """Changes when the version does, or its title."""
    return OWN_PREFIX + hashlib.sha256(f"{file.title}\n{file.sha256}".encode()).hexdigest()[:24]


def take_out(lexical: LexicalIndex, files: Iterable[OwnFile]) -> None:
    """Removes versions that were replaced, shelves what was disabled, and puts back what is in use again.

    A section that was disabled is removed: it comes back by its file, like any other of the playbook's.
    """
    listed = {file.id: file for file in files}
    for id_, digest in lexical.digests().items():
        file = listed.get(id_)
        if digest.startswith(OWN_PREFIX):
            if file is None or own_digest(file) != digest:
                lexical.remove(id_)
            elif file.active:
                lexical.unshelve(id_)
            else:
                lexical.shelve(id_)
        elif file is not None and file.kind == "section" and not file.active:
            lexical.remove(id_)


def waiting(lexical: LexicalIndex, files: Iterable[OwnFile]) -> list[OwnFile]:
    """Documents that are in use and not in the index."""
    known = lexical.digests()
    return [
        file for file in files if file.kind == "document" and file.active and known.get(file.id) != own_digest(file)
    ]


def own_sources(directory: Path, files: Iterable[OwnFile]) -> Iterator[Source]:
    """These documents as sources; what cannot be read is logged and left out: it is tried again the next time."""
    for file in files:
        try:
            passages = read_document(directory / file.file, file.id, file.title).passages
        except DocumentUnreadable as error:
            log.warning("an own document is left out: %s", error)
        else:
            yield Source(file.id, own_digest(file), passages)
