"""How like its passages a sentence must be: a bound on four signals, fitted on labelled sentences.

`support.jsonl` holds honest paraphrases of the playbook's passages and lies about them, written for this; a fifth is
held out of the fit. `make calibrate` fits anew. Cosines count from what the passage's own sentences have among each
other, so that the bound is no embedding model's own.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from retrieval.embedder import Matrix
from retrieval.grounding.evidence import Evidence, covered, terms
from retrieval.grounding.figures import spelled
from retrieval.normalise import nouns

LABELLED = Path(__file__).with_name("support.jsonl")
FITTED = Path(__file__).with_name("support.json")
SIGNALS = ("nearest sentence", "said by one sentence", "said by all", "things that it has not")
MANY_THINGS = 2
"""Things that the passage has not are counted up to this many."""


@dataclass(frozen=True)
class Bound:
    """A fitted logistic regression: a sentence is borne out from 0 on."""

    weights: tuple[float, ...]
    bias: float

    def margin(self, signals: Sequence[float]) -> float:
        """How clearly a sentence is borne out; negative: it is not."""
        return float(np.dot(self.weights, signals) + self.bias)


@cache
def bound() -> Bound:
    """The one that ships."""
    fitted = json.loads(FITTED.read_text("utf-8"))
    return Bound(tuple(fitted["weights"]), fitted["bias"])


class Likeness:
    """How like their passages the sentences of one answer are. All are embedded at once, when one is asked for."""

    def __init__(
        self, evidence: Sequence[Evidence], similarity: Callable[[Sequence[str]], Matrix], texts: Sequence[str]
    ) -> None:
        self._evidence, self._similarity, self._texts = evidence, similarity, texts
        self._vectors: dict[str, Matrix] = {}

    def borne_out(self, text: str, of: Sequence[int]) -> bool:
        """Whether `text` is like enough to the passages at these places."""
        return bound().margin(self.signals(text, of)) >= 0

    def signals(self, text: str, of: Sequence[int]) -> list[float]:
        """The SIGNALS of a sentence against the passages at these places."""
        said = [sentence for place in of for sentence in self._evidence[place].sentences]
        whole = spelled("\n".join(said))
        claim, each = terms(text), [terms(sentence) for sentence in said]
        missing = sum(len(thing) > 1 and thing not in whole for thing in nouns(spelled(text)))
        return [
            self._nearest(text, of),
            max(covered(claim, its) for its in each),
            covered(claim, frozenset[str]().union(*each)),
            float(min(MANY_THINGS, missing)),
        ]

    def _nearest(self, text: str, of: Sequence[int]) -> float:
        """The cosine of the nearest sentence, from 0 where it is what a passage's sentences have among each other."""
        best = 0.0
        for place in of:
            vectors = np.stack([self._vector(sentence) for sentence in self._evidence[place].sentences])
            among, count = vectors @ vectors.T, len(vectors)
            floor = float((among.sum() - count) / max(1, count * (count - 1)))
            best = max(best, (float((vectors @ self._vector(text)).max()) - floor) / max(1e-6, 1 - floor))
        return best

    def _vector(self, text: str) -> Matrix:
        if not self._vectors:
            every = [*self._texts, *(sentence for each in self._evidence for sentence in each.sentences)]
            texts = list(dict.fromkeys(every))
            self._vectors = dict(zip(texts, self._similarity(texts), strict=True))
        return self._vectors[text]
