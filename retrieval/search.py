"""Finds passages: candidates from both indexes, scored by words, by their best unit and by their best three.

A unit is a sentence of the passage or a question that it is known to answer. Words alone, vectors alone and rank
fusion are each worse than the mean of normalised scores; the best unit finds the sentence, the best three tell a
passage about the matter from one that mentions it. `make bench` prints each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playbook.glossary import Glossary
from retrieval.embedder import CrossEncoderReranker, Matrix, PassageEmbedder
from retrieval.index import VectorIndex
from retrieval.lexical import LexicalIndex, Row
from retrieval.model import Passage
from retrieval.normalise import bigrams, has_han, normalise, simplify, words

CANDIDATES = 64
"""Taken from each index. At 20,000 passages the right one was among them 99.9 % of the time."""
RERANKED = 20
"""How many of the best a cross-encoder reads again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what speaks for it. `units` are cosines of the question with its units, sentences first."""

    passage: Passage
    lexical: float
    units: Matrix
    score: float = 0.0

    @property
    def best(self) -> float:
        """The cosine of its nearest unit; 0 where it is not embedded yet."""
        return float(self.units.max()) if self.units.size else 0.0

    @property
    def best_three(self) -> float:
        """The mean cosine of its three nearest units."""
        return float(np.sort(self.units)[-3:].mean()) if self.units.size else 0.0


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
        pairs = bigrams(wording)
        matched = self._lexical.match(pairs, CANDIDATES)
        near = self._vectors.nearest(vector, CANDIDATES, kind)
        rows = self._lexical.rows(self._embedder.fingerprint, numbers=matched, keys=near)
        found = [_candidate(row, matched, vector) for row in rows if kind in (None, row.passage.kind)]
        rarity, unknown = self._lexical.rarity([*pairs, *(pair for word in words(wording) for pair in bigrams(word))])
        return Found(question, wording, vector, rarity, unknown, tuple(self._rerank(question, ranked(found))))

    def _rerank(self, question: str, candidates: list[Candidate]) -> list[Candidate]:
        if self._reranker is None or not candidates:
            return candidates
        head = candidates[:RERANKED]
        scores = _spread(self._reranker.scores(question, [candidate.passage.text for candidate in head]))
        order = np.argsort(-scores, kind="stable")
        return [_scored(head[i], float(scores[i])) for i in order] + candidates[RERANKED:]


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates by the mean of their three normalised scores, best first; ties in the order given."""
    if not candidates:
        return []
    signals = [
        _spread(np.array([candidate.lexical for candidate in candidates], np.float32)),
        _spread(np.array([candidate.best for candidate in candidates], np.float32)),
        _spread(np.array([candidate.best_three for candidate in candidates], np.float32)),
    ]
    scores = np.mean(signals, axis=0)
    return [_scored(candidates[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")]


def _candidate(row: Row, matched: dict[int, float], vector: Matrix) -> Candidate:
    units = row.vectors.reshape(-1, len(vector)).astype(np.float32) @ vector
    return Candidate(row.passage, matched.get(row.number, 0.0), units)


def _scored(candidate: Candidate, score: float) -> Candidate:
    return Candidate(candidate.passage, candidate.lexical, candidate.units, score)


def _spread(scores: Matrix) -> Matrix:
    """Scores stretched to 0…1; all zero where they do not differ."""
    low, high = scores.min(), scores.max()
    stretched: Matrix = (scores - low) / (high - low) if high > low else np.zeros_like(scores)
    return stretched
