"""Finds passages: candidates from both indexes, scored by words, by their best unit and by their best few.

A unit is a sentence of the passage or a question that it is known to answer. Each signal alone is worse than the mean
of the three, normalised: the words find names and figures, the best unit finds the sentence, the best few tell a
passage about the matter from one that mentions it. `make bench` prints each.
"""

import logging
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from playbook.glossary import Glossary
from playbook.learned import Learned
from retrieval.embedder import CrossEncoderReranker, Matrix, PassageEmbedder
from retrieval.errors import VectorStoreUnavailable
from retrieval.index import VectorIndex
from retrieval.lessons import Lessons
from retrieval.lexical import LexicalIndex, Row
from retrieval.model import Passage
from retrieval.normalise import has_han, normalise, pairs, simplify, words

log = logging.getLogger(__name__)

CANDIDATES = 32
"""Taken from each index. The right passage was among either's first ten .98 to .995 of the time."""
MATCHES = 2000
"""Entries of the lexical index that one question may read: bounds its time however large the library."""
MANY = 12
"""Units from which on the best few are three: an entry of the playbook with its questions has some twenty."""
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
    pairs of its words; `unknown` those of them that no passage has. `taught`: the first candidate is of the source that
    a lead has said to answer this very question.
    """

    question: str
    wording: str
    vector: Matrix
    rarity: dict[str, float]
    unknown: frozenset[str]
    candidates: tuple[Candidate, ...]
    taught: bool = False


class Search:
    """Ranks the passages of one lexical index and one vector index for a question."""

    def __init__(
        self,
        lexical: LexicalIndex,
        vectors: VectorIndex,
        embedder: PassageEmbedder,
        glossary: Glossary,
        reranker: CrossEncoderReranker | None = None,
        learned: Learned | None = None,
    ) -> None:
        self._lexical = lexical
        self._vectors = vectors
        self._embedder = embedder
        self._glossary = glossary
        self._reranker = reranker
        self._lessons = Lessons(learned or {}, self.vector)

    def find(self, question: str, kind: str | None = None) -> Found:
        """The candidates for `question`, best first; of one kind of passage only where that is asked."""
        wording = self._glossary.widen(normalise(question))
        vector = self.vector(question)
        terms = dict.fromkeys([*pairs(wording), *(pair for word in words(wording) for pair in pairs(word))])
        counts = self._lexical.counts(terms)
        matched = self._lexical.match(affordable(pairs(wording), counts), CANDIDATES)
        near = self._near(vector, kind)
        rows = self._lexical.rows(self._embedder.fingerprint, numbers=matched, keys=near)
        candidates = self._best([row for row in rows if kind in (None, row.kind)], matched, vector)
        candidates = self._rerank(question, candidates)
        lesson = self._lesson(question, vector, candidates) if kind is None else None
        return Found(
            question=question,
            wording=wording,
            vector=vector,
            rarity=rarity(terms, counts, self._lexical.count()),
            unknown=frozenset(terms.keys() - counts.keys()),
            candidates=(*([lesson] if lesson else []), *(each for each in candidates if not _same(each, lesson))),
            taught=lesson is not None,
        )

    def vector(self, question: str) -> Matrix:
        """The vector that a question is searched for with."""
        # An English question lies far from every Chinese sentence; with the playbook's words beside it, it comes near.
        return self._embedder.question(
            simplify(question) if has_han(question) else f"{question} {self._glossary.widen(normalise(question))}"
        )

    def _lesson(self, question: str, vector: Matrix, candidates: Sequence[Candidate]) -> Candidate | None:
        """The best passage of the source that was said to answer this question; None where none was, or it is gone."""
        source = self._lessons.source_of(question, vector)
        if source is None:
            return None
        own = [each for each in candidates if each.passage.source_id == source]
        if not own:
            keys = self._lexical.embedded_of(self._embedder.fingerprint, [source])
            rows = self._lexical.rows(self._embedder.fingerprint, keys=keys)
            own = [each for each in self._best(rows, {}, vector) if each.passage.source_id == source]
        first = max((each.score for each in candidates), default=1.0)
        return replace(own[0], score=max(first, own[0].score)) if own else None

    def _near(self, vector: Matrix, kind: str | None) -> Iterable[str]:
        """What the vector store proposes. Where it fails, and on a full disk its queries do, words alone propose.

        They find a little less; what they find is scored by meaning all the same.
        """
        try:
            return self._vectors.nearest(vector, CANDIDATES, kind)
        except VectorStoreUnavailable as error:
            log.error("candidates by words alone: %s", error)
            return ()

    def among(self, text: str, groups: Iterable[Collection[str]]) -> Iterator[list[Candidate]]:
        """For each group of sources, as far as it is asked for, their passages nearest to `text`, best first."""
        vector = self._embedder.question(normalise(text))
        for sources in groups:
            keys = self._lexical.embedded_of(self._embedder.fingerprint, sources)
            near = self._vectors.nearest(vector, CANDIDATES, among=keys) if keys else ()
            candidates = self._best(self._lexical.rows(self._embedder.fingerprint, keys=near), {}, vector)
            # Two sources may say the same, under one key.
            yield [candidate for candidate in candidates if candidate.passage.source_id in sources]

    def _best(self, rows: Sequence[Row], matched: dict[int, float], vector: Matrix) -> list[Candidate]:
        """The best of the rows, read. All are scored together: one product of matrices instead of a hundred."""
        if not rows:
            return []
        size = len(vector)
        counts = np.array([len(row.vectors) // (2 * size) for row in rows])
        stacked = np.frombuffer(b"".join(row.vectors for row in rows), np.float16).reshape(-1, size)
        units = np.split(stacked.astype(np.float32) @ vector, np.cumsum(counts)[:-1])
        lexical = [matched.get(row.number, 0.0) for row in rows]
        scores = combined(lexical, units)
        order = np.argsort(-scores, kind="stable")[:KEPT]
        passages = self._lexical.passages(rows[i].number for i in order)
        there = (i for i in order if rows[i].number in passages)  # another process may have replaced a source since
        return [Candidate(passages[rows[i].number], lexical[i], units[i], float(scores[i])) for i in there]

    def _rerank(self, question: str, candidates: list[Candidate]) -> list[Candidate]:
        if self._reranker is None or not candidates:
            return candidates
        scores = _spread(self._reranker.scores(question, [candidate.passage.text for candidate in candidates]))
        return [replace(candidates[i], score=float(scores[i])) for i in np.argsort(-scores, kind="stable")]


def _same(candidate: Candidate, other: Candidate | None) -> bool:
    return other is not None and candidate.passage.id == other.passage.id


def affordable(terms: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """The rarest of the terms, as many as MATCHES allows (one at least): what half the passages say tells nothing."""
    chosen, matches = list[str](), 0
    for term in sorted(counts.keys() & set(terms), key=lambda term: (counts[term], term)):
        matches += counts[term]
        if chosen and matches > MATCHES:
            break
        chosen.append(term)
    return chosen


def rarity(terms: Iterable[str], counts: Mapping[str, int], total: int) -> dict[str, float]:
    """BM25's inverse document frequency of each term among `total` passages."""
    return {term: math.log(1 + (total - (n := counts.get(term, 0)) + 0.5) / (n + 0.5)) for term in terms}


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates scored among themselves, best first; ties in the order given."""
    scores = combined([each.lexical for each in candidates], [each.units for each in candidates])
    return [replace(candidates[i], score=float(scores[i])) for i in np.argsort(-scores, kind="stable")]


def combined(lexical: Sequence[float], units: Sequence[Matrix]) -> Matrix:
    """The mean of the normalised scores: words, best unit, best few units."""
    signals = [
        np.array(lexical, np.float32),
        np.array([best(each) for each in units], np.float32),
        np.array([best_few(each) for each in units], np.float32),
    ]
    mean: Matrix = np.mean([_spread(signal) for signal in signals], axis=0)
    return mean


def best(units: Matrix) -> float:
    """The cosine of the nearest unit; 0 where there is none: the passage is not embedded yet."""
    return max(units.tolist(), default=0.0)


def best_few(units: Matrix) -> float:
    """The mean cosine of the nearest two units, or three where there are MANY."""
    few = 3 if units.size >= MANY else 2
    nearest = sorted(units.tolist(), reverse=True)[:few]
    return sum(nearest) / len(nearest) if nearest else 0.0


def _spread(scores: Matrix) -> Matrix:
    """Scores stretched to 0…1; all zero where they do not differ."""
    low, high = scores.min(), scores.max()
    stretched: Matrix = (scores - low) / (high - low) if high > low else np.zeros_like(scores)
    return stretched
