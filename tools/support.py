"""Fits the bound on how like its passages a chat model's sentence must be: part of `make calibrate`.

`supported` and `measured` are what the tests and `make bench` read.
"""

import json
from dataclasses import dataclass

import numpy as np

from playbook.loader import load_playbook
from retrieval.embedder import Matrix, PassageEmbedder, indexing_threads, load_embedder
from retrieval.grounding import ground
from retrieval.grounding.evidence import Evidence
from retrieval.grounding.support import FITTED, LABELLED, Likeness
from retrieval.model import Passage
from retrieval.sources import playbook_sources

HONEST_LOST = 0.02
"""The share of honest sentences for the fit that the bound gives up."""
MISMARKED_WEIGHT = 0.4
"""What an honest sentence under a passage that it is not from counts, against one lie."""


@dataclass(frozen=True)
class Row:
    """A labelled sentence; `kind` names the lie."""

    sentence: str
    passage: Passage
    supported: bool
    kind: str
    held: bool


@dataclass(frozen=True)
class Measured:
    """What the gate does: the shares of honest sentences kept and of lies cut, and how many of each there are."""

    honest: int
    kept: float
    lies: int
    cut: float
    precision: float


def labelled() -> list[Row]:
    """The labelled sentences, each with its passage as it is indexed."""
    passages = {
        each.id: each for source in playbook_sources(load_playbook().entries.values()) for each in source.passages
    }
    rows = map(json.loads, LABELLED.read_text("utf-8").splitlines())
    return [
        Row(row["sentence"], passages[row["passage"]], row["supported"], row["kind"], row["set"] == "held")
        for row in rows
    ]


def measured(rows: list[Row], embedder: PassageEmbedder) -> Measured:
    """The whole gate on these rows, each sentence under its own passage's mark."""
    kept = [bool(ground(f"{row.sentence}[1]", [row.passage], embedder.passages).kept) for row in rows]
    honest = [left for row, left in zip(rows, kept, strict=True) if row.supported]
    lies = [left for row, left in zip(rows, kept, strict=True) if not row.supported]
    return Measured(
        len(honest), sum(honest) / len(honest), len(lies), 1 - sum(lies) / len(lies), sum(honest) / max(1, sum(kept))
    )


def grounding_figures() -> dict[str, float]:
    """What the gate does on the sentences that it was not fitted on."""
    found = measured([row for row in labelled() if row.held], load_embedder(threads=indexing_threads()))
    return {"honest": found.honest, "kept": round(found.kept, 3), "lies": found.lies, "cut": round(found.cut, 3)}


def fit(rows: list[Row], embedder: PassageEmbedder) -> tuple[list[float], float]:
    """Weights and bias: honest sentences against lies, and against honest ones under another passage's mark."""
    from sklearn.linear_model import LogisticRegression

    others = np.random.default_rng(1).permutation(len(rows))
    mismarked = [
        (row.sentence, rows[other].passage)
        for row, other in zip(rows, others, strict=True)
        if row.supported and rows[other].passage.id != row.passage.id
    ]
    signals = _signals([(row.sentence, row.passage) for row in rows] + mismarked, embedder)
    honest = np.array([row.supported for row in rows] + [False] * len(mismarked))
    weight = np.array([1.0] * len(rows) + [MISMARKED_WEIGHT] * len(mismarked))
    fitted = LogisticRegression(max_iter=3000).fit(signals, honest, sample_weight=weight)
    threshold = float(np.quantile(fitted.decision_function(signals[honest]), HONEST_LOST))
    return [round(float(each), 4) for each in fitted.coef_[0]], round(float(fitted.intercept_[0]) - threshold, 4)


def _signals(pairs: list[tuple[str, Passage]], embedder: PassageEmbedder) -> Matrix:
    found = [
        Likeness([Evidence.of([passage])], embedder.passages, [text]).signals(text, [0]) for text, passage in pairs
    ]
    return np.array(found)


def main() -> None:
    """Fits, writes, and prints what the gate does on both sets."""
    rows, embedder = labelled(), load_embedder(threads=indexing_threads())
    weights, bias = fit([row for row in rows if not row.held], embedder)
    FITTED.write_text(json.dumps({"weights": weights, "bias": bias}) + "\n", "utf-8")
    for name, held in (("fitted", False), ("held out", True)):
        print(name, measured([row for row in rows if row.held == held], embedder))


if __name__ == "__main__":
    main()
