"""Which text the index has: the playbook's edition, and a digest of each source, kept as facts beside the passages.

They are written once the rows are, so an edition that is named is one whose text is there. `check` names an edition
from the files alone, with the same digest.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from datetime import date
from pathlib import Path

from playbook.edition import Edition, Text, edition_digest, texts_of
from playbook.model import Case, Law, Playbook, Section
from playbook.own import active_files
from playbook.released import released_cases
from playbook.written import written_sections
from retrieval.documents import DOCUMENT_PREFIX
from retrieval.lexical import LexicalIndex
from retrieval.owned import own_digest
from retrieval.settings import LibrarySettings

EDITION, TEXTS = "edition", "texts"


def entries_in_use(settings: LibrarySettings, playbook: Playbook) -> list[Section | Case | Law]:
    """The playbook's entries, with the cases released and the sections written beside it."""
    released = released_cases(settings.released, playbook)
    return [*playbook.entries.values(), *released, *written_sections(settings.own, playbook)]


def keep_edition(lexical: LexicalIndex, entries: Iterable[Section | Case | Law], today: date) -> None:
    """Notes what is indexed now. The day of an edition is that on which its text was taken up, and stays."""
    texts = texts_of(entries)
    digest, known = edition_digest(texts), read_edition(lexical)
    lexical.set_fact(TEXTS, json.dumps({id_: astuple(text) for id_, text in texts.items()}).encode())
    if known is None or known.digest != digest:
        lexical.set_fact(EDITION, str(Edition(digest, today)).encode())


def read_edition(lexical: LexicalIndex) -> Edition | None:
    """The edition that answers draw on; None before there is one."""
    kept = lexical.fact(EDITION)
    return Edition.read(kept.decode()) if kept else None


def edition_of_files(settings: LibrarySettings, playbook: Playbook) -> tuple[str, date | None]:
    """The edition that the files make, and since when answers draw on it: None where they do not yet.

    Nothing is indexed for it. Raises IndexUnavailable.
    """
    digest = edition_digest(texts_of(entries_in_use(settings, playbook)))
    path = settings.directory / "index.db"
    if not path.is_file():
        return digest, None
    lexical = LexicalIndex(path)
    try:
        kept = read_edition(lexical)
    finally:
        lexical.close()
    return digest, kept.on if kept and kept.digest == digest else None


def texts_kept(lexical: LexicalIndex, own: Path | None) -> Mapping[str, Text]:
    """The text of every source that answers draw on, officers' documents too; none before the playbook was taken up."""
    kept = json.loads(lexical.fact(TEXTS) or b"{}")
    if not kept:
        return {}
    digests = lexical.digests()
    added = {
        each.id: Text(each.title, _bare(digests[each.id]))
        for each in lexical.indexed(DOCUMENT_PREFIX)
        if each.active and each.id in digests
    }
    # Own documents by their list: a version that is replaced leaves the index a moment before the next is in it.
    sent = {file.id: Text(file.title, _bare(own_digest(file))) for file in active_files(own, "document")}
    return {id_: Text(*text) for id_, text in kept.items()} | added | sent


def _bare(digest: str) -> str:
    return digest.partition(":")[2]
