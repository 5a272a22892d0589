"""Finds passages: candidates from both indexes, scored by words, by their best unit and by their best three.

A unit is a sentence of the passage or a question that it is known to answer. Words alone, vectors alone and rank
fusion are each worse than the mean of normalised scores; the best unit finds the sentence, the best three tell a
passage about the matter from one that mentions it. `make bench` prints each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from playbook.glossary import Glossary
from retrieval.embedder import CrossEncoderReranker, Matrix, PassageEmbedder
from retrieval.index import VectorIndex
from retrieval.lexical import LexicalIndex, Row
from retrieval.model import Passage
from retrieval.normalise import has_han, normalise, pairs, simplify, words

CANDIDATES = 48
"""Taken from each index. The right passage was among either's first ten .98 to .995 of the time."""
KEPT = 24
"""Candidates that are read and returned; a cross-encoder reads as many."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what speaks for it. `units` are cosines of the question with its units, sentences first."""

    passage: Passage
    lexical: float
    units: Matrix
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found, best first, with the words and the vector that found it.

    `wording` is the question as it was searched for; `rarity` the inverse document frequency of its pairs and of the
    pairs of its words; `unknown` those of them that no passage has.
    """

    question: str
    wording: str
    vector: Matrix
    rarity: dict[str, float]
    unknown: frozenset[str]
    candidates: tuple[Candidate, ...]


class Search:
    """Ranks the passages of one lexical index and one vector index for a question."""

    def __init__(
        self,
        lexical: LexicalIndex,
        vectors: VectorIndex,
        embedder: PassageEmbedder,
        glossary: Glossary,
        reranker: CrossEncoderReranker | None = None,
    ) -> None:
        self._lexical = lexical
        self._vectors = vectors
        self._embedder = embedder
        self._glossary = glossary
        self._reranker = reranker

    def find(self, question: str, kind: str | None = None) -> Found:
        """The candidates for `question`, best first; of one kind of passage only where that is asked."""
        wording = self._glossary.widen(normalise(question))
        # An English question lies far from every Chinese sentence; with the playbook's words beside it, it comes near.
        vector = self._embedder.question(simplify(question) if has_han(question) else f"{question} {wording}")
        terms = [*pairs(wording), *(pair for word in words(wording) for pair in pairs(word))]
        matched = self._lexical.match(pairs(wording), CANDIDATES)
        near = self._vectors.nearest(vector, CANDIDATES, kind)
        rows = self._lexical.rows(self._embedder.fingerprint, numbers=matched, keys=near)
        candidates = self._best([row for row in rows if kind in (None, row.kind)], matched, vector)
        rarity, unknown = self._lexical.rarity(terms)
        return Found(question, wording, vector, rarity, unknown, tuple(self._rerank(question, candidates)))

    def _best(self, rows: Sequence[Row], matched: dict[int, float], vector: Matrix) -> list[Candidate]:
        """The best of the rows, read. All are scored together: one product of matrices instead of a hundred."""
        if not rows:
            return []
        size = len(vector)
        counts = np.array([len(row.vectors) // vector.nbytes for row in rows])
        stacked = np.frombuffer(b"".join(row.vectors for row in rows), np.float32).reshape(-1, size)
        units = np.split(stacked @ vector, np.cumsum(counts)[:-1])
        lexical = [matched.get(row.number, 0.0) for row in rows]
        scores = combined(lexical, units)
        order = np.argsort(-scores, kind="stable")[:KEPT]
        passages = self._lexical.passages(rows[i].number for i in order)
        return [Candidate(passages[rows[i].number], lexical[i], units[i], float(scores[i])) for i in order]

    def _rerank(self, question: str, candidates: list[Candidate]) -> list[Candidate]:
        if self._reranker is None or not candidates:
            return candidates
        scores = _spread(self._reranker.scores(question, [candidate.passage.text for candidate in candidates]))
        return [replace(candidates[i], score=float(scores[i])) for i in np.argsort(-scores, kind="stable")]


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates scored among themselves, best first; ties in the order given."""
    scores = combined([each.lexical for each in candidates], [each.units for each in candidates])
    return [replace(candidates[i], score=float(scores[i])) for i in np.argsort(-scores, kind="stable")]


def combined(lexical: Sequence[float], units: Sequence[Matrix]) -> Matrix:
    """The mean of the normalised scores: words, best unit, best three units."""
    signals = [
        np.array(lexical, np.float32),
        np.array([best(each) for each in units], np.float32),
        np.array([best_three(each) for each in units], np.float32),
    ]
    mean: Matrix = np.mean([_spread(signal) for signal in signals], axis=0)
    return mean


def best(units: Matrix) -> float:
    """The cosine of the nearest unit; 0 where there is none: the passage is not embedded yet."""
    return float(units.max()) if units.size else 0.0


def best_three(units: Matrix) -> float:
    """The mean cosine of the three nearest units."""
    if units.size <= 3:
        return float(units.mean()) if units.size else 0.0
    return float(np.partition(units, -3)[-3:].mean())


def _spread(scores: Matrix) -> Matrix:
    """Scores stretched to 0…1; all zero where they do not differ."""
    low, high = scores.min(), scores.max()
    stretched: Matrix = (scores - low) / (high - low) if high > low else np.zeros_like(scores)
    return stretched
