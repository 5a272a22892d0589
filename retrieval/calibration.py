"""Fits the refusal for one embedding model and one playbook, from `calibration.jsonl`: 1,600 labelled questions.

The bundled model's fit ships beside it (`make calibrate` writes it). Any other model is fitted when it first
indexes, which takes a minute. scikit-learn comes with sentence-transformers, so whoever brings a model of his own
has it.
"""

import io
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.chunks import sentences
from retrieval.embedder import BUNDLED_DIRECTORY, BundledEmbeddings, Matrix, PassageEmbedder
from retrieval.lexical import LexicalIndex
from retrieval.refusal import EVIDENCE, LIKENESS, Known, Linear, Refusal, evidence, question_terms
from retrieval.search import Candidate, Found, Search, ranked

QUESTIONS = Path(__file__).with_name("calibration.jsonl")
SHIPPED = BUNDLED_DIRECTORY / "refusal.npz"
FOLDS = 5
WRONGLY_REFUSED = 0.08
"""The share of inside questions that the thresholds give up, cross-validated. The calibration's questions are
harder than officers' (a third is colloquial on purpose); `make bench` prints what other shares would cost both
ways.
"""
DOCUMENTS_WRONGLY_REFUSED = 0.03
"""The same where an officer's own document comes first: it was brought to be used."""
SCALE = 5.0
"""Vectors are stretched by this before the domain is fitted: e5's cosines crowd between .75 and .95."""
RARE_TERM = 3


@dataclass(frozen=True)
class Labelled:
    """The calibration's questions with their labels."""

    questions: list[str]
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @classmethod
    def read(cls) -> "Labelled":
        """From the file that ships."""
        rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
        return cls([row["question"] for row in rows], np.array([row["inside"] for row in rows]))


def load_refusal(lexical: LexicalIndex, search: Search, embedder: PassageEmbedder) -> Refusal:
    """The refusal for this model: shipped, or fitted before, or fitted now and kept."""
    if isinstance(embedder, BundledEmbeddings):
        return unpack(SHIPPED.read_bytes())
    name = f"refusal of {embedder.fingerprint}"
    kept = lexical.fact(name)
    if kept is None:
        kept = pack(fit(search, Labelled.read()))
        lexical.set_fact(name, kept)
    return unpack(kept)


def fit(search: Search, labelled: Labelled) -> Refusal:
    """Fits domain, entries and documents; every likeness is measured without the question itself."""
    found = [search.find(question) for question in labelled.questions]
    vectors = np.stack([each.vector for each in found])
    fold = np.random.default_rng(0).integers(0, FOLDS, len(found))
    likeness = np.empty((len(found), len(LIKENESS)))
    for held in range(FOLDS):
        known = fit_known(labelled, vectors, np.flatnonzero(fold != held))
        for i in np.flatnonzero(fold == held):
            likeness[i] = known.likeness(labelled.questions[i], vectors[i])
    measured = np.array([evidence(each, each.candidates) for each in found])
    as_documents = np.array([evidence(each, _without_asks(each)) for each in found])
    return Refusal(
        known=fit_known(labelled, vectors, np.arange(len(found))),
        entries=_fit_linear(np.c_[measured, likeness], labelled.inside, fold, WRONGLY_REFUSED),
        documents=_fit_linear(as_documents, labelled.inside, fold, DOCUMENTS_WRONGLY_REFUSED),
    )


def _without_asks(found: Found) -> list[Candidate]:
    """The candidates as if they were an officer's document, which has no list of questions that it answers."""
    return ranked(
        [
            replace(each, passage=replace(each.passage, asks=()), units=each.units[: len(sentences(each.passage.text))])
            for each in found.candidates
        ]
    )


def fit_known(labelled: Labelled, vectors: Matrix, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Known:
    """What the questions in `rows` tell about inside and outside."""
    terms = [question_terms(labelled.questions[i]) for i in rows]
    counts = Counter(term for each in terms for term in each)
    vocabulary = {
        term: n for n, term in enumerate(sorted(term for term, count in counts.items() if count >= RARE_TERM))
    }
    wording = np.zeros((len(rows), len(vocabulary)))
    for row, each in enumerate(terms):
        columns = [vocabulary[term] for term in each if term in vocabulary]
        wording[row, columns] = 1 / max(1.0, len(columns) ** 0.5)
    centre = vectors[rows].mean(axis=0)
    fitted = _logistic(np.c_[(vectors[rows] - centre) * SCALE, wording * 2], labelled.inside[rows], strength=1.0)
    weights = fitted.coef_[0]
    size = vectors.shape[1]
    return Known(
        vectors=vectors[rows],
        inside=labelled.inside[rows],
        centre=centre,
        direction=(weights[:size] * SCALE).astype(np.float32),
        terms={term: float(weights[size + n] * 2) for term, n in vocabulary.items()},
        bias=float(fitted.intercept_[0]),
    )


def _fit_linear(
    signals: Matrix,
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]],
    fold: np.ndarray[tuple[int], np.dtype[np.int64]],
    wrongly_refused: float,
) -> Linear:
    """A regression on standardised signals, folded back to raw ones; the threshold is read off held-out margins."""
    mean, scale = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    standard = (signals - mean) / scale
    held_out = np.empty(len(inside))
    for held in range(FOLDS):
        fitted = _logistic(standard[fold != held], inside[fold != held])
        held_out[fold == held] = fitted.decision_function(standard[fold == held])
    fitted = _logistic(standard, inside)
    weights = fitted.coef_[0] / scale
    return Linear(
        weights=weights,
        bias=float(fitted.intercept_[0] - mean @ weights),
        threshold=float(np.quantile(held_out[inside], wrongly_refused)),
        held_out=held_out.astype(np.float32),
    )


def _logistic(signals: Matrix, inside: np.ndarray[tuple[int], np.dtype[np.bool_]], strength: float = 1.0) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=1 / strength, class_weight="balanced", max_iter=2000).fit(signals, inside)


def pack(refusal: Refusal) -> bytes:
    """A fit as one npz file, without pickles."""
    known = refusal.known
    out = io.BytesIO()
    np.savez_compressed(
        out,
        vectors=known.vectors.astype(np.float16),
        inside=known.inside,
        centre=known.centre,
        direction=known.direction,
        terms=np.array(list(known.terms)),
        term_weights=np.array(list(known.terms.values()), np.float32),
        bias=known.bias,
        entries=_packed(refusal.entries),
        entries_held_out=refusal.entries.held_out,
        documents=_packed(refusal.documents),
        documents_held_out=refusal.documents.held_out,
    )
    return out.getvalue()


def _packed(linear: Linear) -> list[float]:
    return [*linear.weights, linear.bias, linear.threshold]


def unpack(data: bytes) -> Refusal:
    """What `pack` packed."""
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        known = Known(
            vectors=kept["vectors"].astype(np.float32),
            inside=kept["inside"],
            centre=kept["centre"],
            direction=kept["direction"],
            terms=dict(zip(kept["terms"].tolist(), kept["term_weights"].tolist(), strict=True)),
            bias=float(kept["bias"]),
        )
        entries, documents = (
            Linear(kept[name][:-2], float(kept[name][-2]), float(kept[name][-1]), kept[f"{name}_held_out"])
            for name in ("entries", "documents")
        )
    assert len(documents.weights) == len(EVIDENCE)
    return Refusal(known, entries, documents)
