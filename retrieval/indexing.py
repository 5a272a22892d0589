"""Brings the index up to date: rows first, then vectors, in small steps that a kill can fall between.

After every step the index answers: rows without vectors are found by their words, vectors without rows are never
proposed as citations. The next run goes on where this one stopped, and what did not change is not embedded again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from retrieval.chunks import sentences
from retrieval.embedder import Matrix, PassageEmbedder
from retrieval.index import VectorIndex
from retrieval.lexical import LexicalIndex
from retrieval.model import Passage, Source
from retrieval.normalise import simplify

STEP = 32
"""Passages embedded between two commits: some two seconds of work that a kill can cost."""

Progress = Callable[[int, int], None]
"""Called with passages done and passages in all."""


def synchronise(lexical: LexicalIndex, sources: Iterable[Source], in_scope: Callable[[str, str], bool]) -> int:
    """Makes the rows in scope those of `sources`; returns how many sources changed.

    `in_scope(id, digest)` says which of the indexed sources these ones stand for: those that are in scope and not
    among them vanish.
    """
    known = lexical.digests()
    stale = {id_ for id_, digest in known.items() if in_scope(id_, digest)}
    changed = 0
    for source in sources:
        stale.discard(source.id)
        if known.get(source.id) != source.digest:
            lexical.replace(source)
            changed += 1
    for id_ in stale:
        lexical.remove(id_)
    return changed + len(stale)


def embed_pending(
    lexical: LexicalIndex,
    vectors: VectorIndex,
    embedder: PassageEmbedder,
    progress: Progress = lambda done, total: None,
) -> int:
    """Embeds what has no vectors yet under this model, clears what has no passage any more; returns how many were
    embedded.
    """
    pending = _similar_lengths(lexical.pending(embedder.fingerprint))
    for at in range(0, len(pending), STEP):
        progress(at, len(pending))
        step = pending[at : at + STEP]
        matrices = embed_sentences(embedder, step)
        # Chroma first: a key in the lexical index that Chroma lacks would be lost to dense search for good.
        vectors.put(
            [passage.key for passage in step],
            np.stack([centre(matrix) for matrix in matrices]),
            [_filters(passage) for passage in step],
        )
        lexical.add_vectors(embedder.fingerprint, [(p.key, m) for p, m in zip(step, matrices, strict=True)])
    progress(len(pending), len(pending))
    if pending:
        lexical.optimise()
    orphans = lexical.orphans(embedder.fingerprint)
    if orphans:
        vectors.drop(orphans)
        lexical.drop_vectors(embedder.fingerprint, orphans)
    return len(pending)


def restore_missing(lexical: LexicalIndex, vectors: VectorIndex, fingerprint: str) -> int:
    """Puts back what Chroma lacks (its folder was deleted, its server is new) without embedding anything again."""
    missing = sorted(vectors.missing(lexical.embedded(fingerprint)))
    for at in range(0, len(missing), STEP):
        found = lexical.embedded_rows(fingerprint, missing[at : at + STEP])
        vectors.put(
            [passage.key for passage, _ in found],
            np.stack([centre(flat.reshape(len(list(embedded_units(passage))), -1)) for passage, flat in found]),
            [_filters(passage) for passage, _ in found],
        )
    return len(missing)


def drop_unknown(lexical: LexicalIndex, vectors: VectorIndex, fingerprint: str) -> int:
    """Clears from Chroma what the lexical index has no vectors of: it was killed in between, or rebuilt."""
    known = lexical.embedded(fingerprint)
    if vectors.count() == len(known):
        return 0
    unknown = sorted(vectors.keys().difference(known))
    vectors.drop(unknown)
    return len(unknown)


def _filters(passage: Passage) -> dict[str, str]:
    return {"kind": passage.kind, "pillar": passage.pillar}


def _similar_lengths(passages: list[Passage]) -> list[Passage]:
    return sorted(passages, key=lambda passage: len(passage.text))


def embed_sentences(embedder: PassageEmbedder, passages: Sequence[Passage]) -> list[Matrix]:
    """A matrix for each passage: a unit vector for each unit of meaning in it (its sentences, then its questions)."""
    units = [list(embedded_units(passage)) for passage in passages]
    flat = embedder.passages([unit for each in units for unit in each])
    bounds = np.cumsum([len(each) for each in units])[:-1]
    return np.split(flat, bounds)


def embedded_units(passage: Passage) -> Iterator[str]:
    """What is embedded of a passage, in simplified characters: every sentence of its text, then every question it
    answers.
    """
    for sentence in sentences(passage.text) or [passage.text]:
        yield simplify(sentence)
    yield from map(simplify, passage.asks)


def centre(matrix: Matrix) -> Matrix:
    """The unit vector in the middle: one passage for Chroma, for the price of its sentences."""
    middle: Matrix = matrix.mean(axis=0)
    return middle / np.linalg.norm(middle)
