"""Editions of the playbook: by a few characters and a day, which text an answer drew on.

An edition is made of what people read of each entry, its title, text and caution, and so always names the same text,
here and on any other machine. The questions by which an entry is found are no part of it: they may be learnt every
hour, and say nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from playbook.model import Entry

NAMED_BY = 6
"""Characters of an edition's name: of thousands of editions no two are likely to share them."""
TEXT_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Edition:
    """`on` is the day on which answers began to draw on it."""

    digest: str
    on: date

    def __str__(self) -> str:
        """As it is kept, and as programs get it."""
        return f"{self.on.isoformat()} {self.digest}"

    @classmethod
    def read(cls, kept: str) -> "Edition":
        """The edition of which `kept` is the text."""
        day, _, digest = kept.partition(" ")
        return cls(digest, date.fromisoformat(day))


@dataclass(frozen=True, slots=True)
class Text:
    """What a source said at one time: its title, and a digest that changes when anything does that people read."""

    title: str
    digest: str


def text_of(entry: Entry) -> Text:
    """The text of an entry, its caution included."""
    return Text(entry.title, _digest([entry.title, entry.body, entry.notice or ""], TEXT_CHARACTERS))


def texts_of(entries: Iterable[Entry]) -> dict[str, Text]:
    """The texts of entries, by id."""
    return {entry.id: text_of(entry) for entry in entries}


def edition_digest(texts: Mapping[str, Text]) -> str:
    """The name of the edition that these texts make, in whatever order."""
    return _digest(sorted((id_, text.digest) for id_, text in texts.items()), NAMED_BY)


def _digest(value: object, characters: int) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:characters]
