"""Decides whether what was found answers the question, from signals that are calibrated on labelled questions.

Neither a cosine nor shared words tell alone (measured: .79-.88 and .84 balanced accuracy). Two kinds of signals do:
the evidence (how near the best units are, how much of the question's words the best passages hold, which of them
nobody knows) and the question itself (how like it is to questions known to lie inside and outside the playbook).
Where an officer's own document comes first the evidence decides alone: it may be about anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from retrieval.embedder import Matrix
from retrieval.model import Passage
from retrieval.normalise import FUNCTION_WORDS, has_han, normalise, pairs, words
from retrieval.search import Candidate, Found, best, best_few

EVIDENCE = (
    "best unit",
    "best few units",
    "pairs covered",
    "pairs unknown",
    "words in first",
    "words in three",
    "words unknown",
    "Chinese",
)
LIKENESS = ("outside nearest", "outside five", "inside nearest", "inside five", "domain")
TAUGHT = 10.0
"""The margin of a question that was learnt: beyond what any other reaches."""


@dataclass(frozen=True)
class Linear:
    """A fitted logistic regression on raw signals; below `threshold` the question is refused.

    `held_out` are the raw log odds of the labelled questions when each was left out of the fit: what the threshold was
    read off, and what `make bench` prints its price from.
    """

    weights: Matrix
    bias: float
    threshold: float
    held_out: Matrix

    def margin(self, signals: Matrix) -> float:
        """How far on the answering side: negative refuses."""
        return float(signals @ self.weights + self.bias - self.threshold)


@dataclass(frozen=True)
class Known:
    """The labelled questions of the calibration: their vectors, and what tells inside from outside among them.

    `vectors` (n, d), `inside` (n,) bool; `centre` (d,), `direction` (d,), `terms` → weight and `bias` make the
    domain signal.
    """

    vectors: Matrix
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]]
    centre: Matrix
    direction: Matrix
    terms: dict[str, float]
    bias: float

    @cached_property
    def _sides(self) -> tuple[Matrix, Matrix]:
        return self.vectors[~self.inside], self.vectors[self.inside]

    def likeness(self, question: str, vector: Matrix) -> list[float]:
        """The LIKENESS signals of a question that is none of the known ones."""
        nearest = []
        for side in self._sides:
            cosines = np.sort(side @ vector)[-5:]
            nearest += [float(cosines[-1]), float(cosines.mean())]
        return [*nearest, self.domain(question, vector)]

    def domain(self, question: str, vector: Matrix) -> float:
        """The log odds that a question of these words and this vector is one for the playbook."""
        terms = question_terms(question) & self.terms.keys()
        wording = sum(self.terms[term] for term in terms) / max(1.0, len(terms) ** 0.5)
        return float((vector - self.centre) @ self.direction + wording + self.bias)


@dataclass(frozen=True)
class Refusal:
    """What the calibration fitted for one embedding model (see `calibration`)."""

    known: Known
    entries: Linear
    documents: Linear

    def refuses(self, found: Found) -> bool:
        """Whether the passages found do not answer the question."""
        return not found.candidates or self.margin(found) < 0

    def margin(self, found: Found) -> float:
        """How clearly it is answered; negative is a refusal. What was learnt for this very question is known to."""
        if found.taught:
            return TAUGHT
        measured = evidence(found, found.candidates)
        if found.candidates[0].passage.kind == "document":
            return self.documents.margin(np.array(measured))
        return self.entries.margin(np.array(measured + self.known.likeness(found.question, found.vector)))


def question_terms(question: str) -> set[str]:
    """The words and pairs by which the wording of questions is compared."""
    normalised = normalise(question)
    return {*words(normalised), *pairs(normalised)}


def evidence(found: Found, candidates: Sequence[Candidate]) -> list[float]:
    """The EVIDENCE signals of the best of `candidates` for the question that found them."""
    asked = list(dict.fromkeys(pairs(found.wording)))
    content = [word for word in dict.fromkeys(words(found.wording)) if word not in FUNCTION_WORDS]
    rarity, unknown = found.rarity, found.unknown
    weight = {word: max((rarity[pair] for pair in pairs(word)), default=0.0) for word in content}
    texts = [_everything(candidate.passage) for candidate in candidates[:3]]
    first, first_pairs = candidates[0], set(pairs(texts[0]))
    return [
        best(first.units),
        best_few(first.units),
        _share((rarity[pair] for pair in asked if pair in first_pairs), (rarity[pair] for pair in asked)),
        len(unknown.intersection(asked)) / max(1, len(asked)),
        _share((weight[word] for word in content if word in texts[0]), weight.values()),
        _share((weight[word] for word in content if any(word in text for text in texts)), weight.values()),
        min(4, sum(not unknown.isdisjoint(pairs(word)) for word in content)) / 4,
        float(has_han(found.question)),
    ]


def _everything(passage: Passage) -> str:
    return normalise("\n".join([passage.title, passage.text, *passage.asks]))


def _share(part: Iterable[float], whole: Iterable[float]) -> float:
    return sum(part) / (sum(whole) or 1.0)
