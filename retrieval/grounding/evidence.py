"""Passages as what sentences are held against: sentence by sentence, clause by clause, with the terms of each. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from retrieval.chunks import sentences
from retrieval.grounding.figures import spelled
from retrieval.model import Passage
from retrieval.normalise import CACHED, pairs

_CLAUSE = re.compile(r"[,;:，；：。！？!?\n]+")
_NOT_BECAUSE = re.compile(r"不因([^,;。]{1,14}?)而")
_WEAK = frozenset("的了是在和与有要会就都也还把被给由对从向为以及或先再后时其这那个应须可能一到说")
"""Characters that tie words together: a pair with one of them says little about what a sentence is about."""


@dataclass(frozen=True)
class Evidence:
    """The sentences of one or more passages, their titles and cautions among them."""

    sentences: tuple[str, ...]

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> "Evidence":
        """All that the passages say."""
        return cls(tuple(dict.fromkeys(text for passage in passages for text in said(passage))))

    @property
    def text(self) -> str:
        """All of it, spelled as figures and names are compared."""
        return spelled("\n".join(self.sentences))

    def clauses(self) -> list[tuple[str, str]]:
        """Each clause with the sentence that it stands in."""
        return [(clause, sentence) for sentence in self.sentences for clause in clauses(sentence)]


def said(passage: Passage) -> list[str]:
    """The sentences of a passage, its title first and its caution last."""
    whole = [passage.title, *([passage.locator] if passage.locator else []), *sentences(passage.text)]
    return [*whole, *([passage.notice] if passage.notice else [])]


@lru_cache(maxsize=CACHED)
def clauses(sentence: str) -> tuple[str, ...]:
    """What stands between the commas, spelled."""
    text = _NOT_BECAUSE.sub(r"因\1,不", spelled(sentence))
    return tuple(clause for clause in map(str.strip, _CLAUSE.split(text)) if clause)


@lru_cache(maxsize=CACHED)
def terms(text: str) -> frozenset[str]:
    """The pairs of characters, the words in Latin letters and the numbers by which texts are compared."""
    return frozenset(each for each in pairs(spelled(text)) if len(each) != 2 or _WEAK.isdisjoint(each))


def covered(claim: frozenset[str], by: frozenset[str]) -> float:
    """The share of a claim's terms that stand in another text."""
    return len(claim & by) / max(1, len(claim))


def near(clause: str, other: str, sentence: str) -> float:
    """How much of a clause another one says, by itself and with the sentence around it."""
    claim = terms(clause)
    return (covered(claim, terms(other)) + covered(claim, terms(sentence))) / 2
