"""What goes into the index and what comes out of a search. Plain data: no engine, no Telegram."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from playbook.edition import Edition

Kind = Literal["section", "case", "law", "document"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that can be cited.

    `source_id` is the playbook entry's id or the document's path; `locator` the page or heading inside it; `asks`
    are questions that it is known to answer; `notice` a caution to print with it.
    """

    source_id: str
    position: int
    title: str
    kind: Kind
    pillar: str
    text: str
    locator: str = ""
    asks: tuple[str, ...] = ()
    notice: str = ""

    @property
    def id(self) -> str:
        """Stable while the source is: its id, and the passage's position where it has several."""
        return self.source_id if self.position == 0 else f"{self.source_id}#{self.position}"

    @property
    def key(self) -> str:
        """A digest of all that is embedded: vectors are kept under it, so an unchanged passage keeps its own."""
        return hashlib.sha256("\n".join([self.text, *self.asks]).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Source:
    """A playbook entry or an officer's document as it is indexed; `digest` changes when the content does."""

    id: str
    digest: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Indexed:
    """A source as the index has it; `active`: whether answers draw on it."""

    id: str
    title: str
    passages: int
    active: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and how well it fits (0 to 1, comparable within one question)."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence as it stands in a citation's passage; `mark` is the citation's number, from 1."""

    text: str
    mark: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence in a chat model's words, without its marks; `marks` count the citations from 1."""

    text: str
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gets: quotes with their citations (best first), or a refusal with the nearest passages.

    `engine` names what ranked and what wrote; `milliseconds` is the time from question to answer; `edition` is the
    playbook's that it was drawn from. `statements` are what a chat model has made of the quotes, each borne out by the
    citations under its marks; `meant` the question as it stands by itself, where that is not its own text.
    """

    question: str
    refused: bool
    quotes: tuple[Quote, ...]
    citations: tuple[Hit, ...]
    engine: str
    milliseconds: float
    edition: Edition | None = None
    statements: tuple[Statement, ...] = ()
    meant: str = ""

    @property
    def notices(self) -> dict[str, list[int]]:
        """The cautions due, each with the marks of the citations that it belongs to."""
        due: dict[str, list[int]] = {}
        for mark, hit in enumerate(self.citations, 1):
            if hit.passage.notice:
                due.setdefault(hit.passage.notice, []).append(mark)
        return due
