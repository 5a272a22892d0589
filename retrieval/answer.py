"""Writes an answer from what was found: sentences as they stand, each under the mark of its passage.

`Writer` is the seam for a chat model. Whoever writes, `check_marks` stands between it and the officer: a sentence
that is not in the passage it cites does not leave.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from retrieval.chunks import plain, sentences
from retrieval.model import Quote
from retrieval.search import Candidate, Found

CITED = 3
"""Passages an answer draws on at most: what fits on one phone screen with its sources."""
SENTENCES = (3, 2, 1)
"""Sentences taken at most from the first, second and third passage."""
NEAR_BEST = 0.035
"""A sentence is taken when its cosine is this close to the best sentence's. Set by reading 60 answers."""
STRONG = 0.6
"""A further passage is quoted when its score is at least this share of the first one's; below, it is only named."""


class MarkError(Exception):
    """A sentence was about to leave under a mark whose passage does not hold it. A bug, or a model's invention."""


class Writer(Protocol):
    """Turns what was found into quotes; marks count the cited candidates from 1."""

    @property
    def name(self) -> str:
        """What wrote, for the record."""

    def write(self, found: Found) -> list[Quote]:
        """The answer's sentences in reading order."""


class QuotingWriter:
    """Answers without a chat model: the sentences nearest to the question, passage by passage, in their own order."""

    name = "quote"

    def write(self, found: Found) -> list[Quote]:
        """At least one sentence of the first passage; more where they are about as near to the question."""
        cited = found.candidates[:CITED]
        if not cited:
            return []
        nearest = max(_sentence_scores(candidate).max() for candidate in cited)
        quotes: list[Quote] = []
        for mark, (candidate, limit) in enumerate(zip(cited, SENTENCES, strict=False), 1):
            if mark == 1 or candidate.score >= STRONG * cited[0].score:
                quotes += [Quote(text, mark) for text in _nearest(candidate, nearest - NEAR_BEST, limit, mark == 1)]
        return quotes


def _sentence_scores(candidate: Candidate) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Cosines of the passage's sentences: its units without the questions; zeros where it is not embedded yet."""
    count = len(sentences(candidate.passage.text))
    return candidate.units[:count] if candidate.units.size else np.zeros(count, np.float32)


def _nearest(candidate: Candidate, bound: float, limit: int, at_least_one: bool) -> list[str]:
    """Up to `limit` sentences whose cosine reaches `bound`, in the passage's order."""
    texts, scores = sentences(candidate.passage.text), _sentence_scores(candidate)
    best = [int(i) for i in np.argsort(-scores, kind="stable")[:limit]]
    chosen = [i for i in best if scores[i] >= bound] or (best[:1] if at_least_one else [])
    return [texts[i] for i in sorted(chosen)]


def check_marks(quotes: Sequence[Quote], cited: Sequence[Candidate]) -> None:
    """Raises MarkError where a quote is not, word for word, in the passage under its mark."""
    for quote in quotes:
        if not 1 <= quote.mark <= len(cited) or quote.text not in plain(cited[quote.mark - 1].passage.text):
            raise MarkError(f"[{quote.mark}] {quote.text}")
