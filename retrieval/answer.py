"""Writes an answer from what was found: sentences as they stand, each under the mark of its passage.

`Writer` is the seam for a chat model. Whoever writes, `check_marks` stands between it and the officer: a sentence
that is not in the passage it cites does not leave.
"""

import re
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from retrieval.chunks import plain, sentences
from retrieval.model import Quote
from retrieval.normalise import bigrams, pairs
from retrieval.search import Candidate, Found

CITED = 3
"""Passages an answer draws on at most: what fits on one phone screen with its sources."""
WINDOW = 3
"""Sentences in a row taken at most from the first passage: what is done stands next to what happened."""
BESIDE_BEST = 0.4
"""A neighbour of the first passage's best sentence is taken from this share of its score on."""
NEAR_BEST = 0.65
"""A further passage's best sentence is taken from this share of the best score of all on."""
STRONG = 0.6
"""A further passage is quoted when its score is at least this share of the first one's; below, it is only named."""
REPEATED = 0.6
"""A sentence that shares this many of its pairs with another says the same."""
LEAD = 0.2
"""What being the first sentence of a section adds: sections begin with what it is and what to do."""
COSINE_FLOOR = 0.75
"""What e5 gives two unrelated sentences."""
FIGURE = 0.25
"""What a figure in the sentence adds where the question asks for one."""

_ASKS_FIGURE = re.compile(r"多少|几|多久|多长|多大|比例|金额|how (?:many|much|long)|%", re.IGNORECASE)
_FIGURE = re.compile(r"\d|[一二两三四五六七八九十百]+[个年天次家]")


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
        """The best run of sentences of the first passage, and the best one of each further passage as strong."""
        cited = found.candidates[:CITED]
        scored = [_scored_sentences(found, candidate) for candidate in cited]
        highest = max((score for each in scored for _, score in each), default=0.0)
        quotes: list[Quote] = []
        for mark, (candidate, each) in enumerate(zip(cited, scored, strict=True), 1):
            if mark == 1:
                quotes += [Quote(text, mark) for text in _best_run(each, BESIDE_BEST * highest)]
            elif candidate.score >= STRONG * cited[0].score:
                text, score = max(each, key=lambda item: item[1])
                quotes += [Quote(text, mark)] if score >= NEAR_BEST * highest and not _said(text, quotes) else []
        return quotes


def _best_run(scored: list[tuple[str, float]], bound: float) -> list[str]:
    """The best sentence with its neighbours, as far as they reach `bound`: WINDOW sentences at most."""
    runs = [scored[start : start + WINDOW] for start in range(max(1, len(scored) - WINDOW + 1))]
    best = max(scored, key=lambda item: item[1])
    run = max((run for run in runs if best in run), key=lambda run: sum(score for _, score in run))
    return [text for text, score in run if score >= bound or text == best[0]]


def _said(text: str, quotes: Sequence[Quote]) -> bool:
    """Whether a sentence mostly repeats one that is quoted already."""
    own = set(bigrams(text))
    return any(len(own & set(bigrams(quote.text))) > REPEATED * len(own) for quote in quotes)


def _scored_sentences(found: Found, candidate: Candidate) -> list[tuple[str, float]]:
    """The passage's sentences in order, each with how well it answers.

    That is: its meaning, the question's words in it, a figure where one is asked for, and standing first.
    """
    texts = sentences(candidate.passage.text)
    cosines = candidate.units[: len(texts)] if candidate.units.size else np.zeros(len(texts), np.float32)
    asked = dict.fromkeys(pairs(found.wording))
    total = sum(found.rarity[pair] for pair in asked) or 1.0
    asks_figure = _ASKS_FIGURE.search(found.question) is not None
    scores = []
    for place, (text, cosine) in enumerate(zip(texts, cosines, strict=True)):
        lead = LEAD if place == 0 and candidate.passage.kind == "section" else 0.0
        covered = sum(found.rarity[pair] for pair in asked.keys() & set(bigrams(text))) / total
        figure = FIGURE if asks_figure and _FIGURE.search(text) else 0.0
        scores.append(max(0.0, (float(cosine) - COSINE_FLOOR) / (1 - COSINE_FLOOR)) + covered + figure + lead)
    return list(zip(texts, scores, strict=True))


def check_marks(quotes: Sequence[Quote], cited: Sequence[Candidate]) -> None:
    """Raises MarkError where a quote is not, word for word, in the passage under its mark."""
    for quote in quotes:
        if not 1 <= quote.mark <= len(cited) or quote.text not in plain(cited[quote.mark - 1].passage.text):
            raise MarkError(f"[{quote.mark}] {quote.text}")
