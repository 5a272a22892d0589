"""Groups questions that ask for the same thing: by meaning, and by the words they share, the rare ones first.

Groups grow by twos, the most alike first, until no two groups are as alike as ALIKE on average. Measured on 99
questions, 79 in 25 known groups and 20 that stand alone (`tests/retrieval/groups.jsonl`), by pairs: precision 1.00,
recall .91. At its own best bound meaning alone comes to .96 and .82, words alone to .75 and .77: all of these questions
are about companies that close. The bound was chosen on the same questions; .38 costs .02 of recall, .34 .06 of
precision.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from retrieval.embedder import Matrix
from retrieval.normalise import normalise, pairs

ALIKE = 0.36
"""Two groups become one from this mean likeness on. To put two matters together is worse than to leave them apart: from
.34 on downwards the first wrong pairs come in.
"""
FLOOR = 0.8
"""The cosine that counts as no likeness: what the bundled model gives two questions of officers that have little in
common (half of all unlike pairs are below .86).
"""
_GONE = -9.0

Rarity = Callable[[Iterable[str]], Mapping[str, float]]
"""How rare each of these terms is where the questions are asked."""


def grouped(texts: Sequence[str], vectors: Matrix, rarity: Rarity) -> list[list[int]]:
    """The places of `texts` in groups, the one first that is most like the others of its group.

    `vectors` (n, d) are the questions' unit vectors. Groups come in the order of their earliest member. The same texts
    give the same groups, in whichever order they come.
    """
    if not texts:
        return []
    order = sorted(range(len(texts)), key=lambda at: texts[at])
    likeness = _likeness([texts[at] for at in order], vectors[order], rarity)
    groups = [[order[member] for member in _central(group, likeness)] for group in _merged(likeness)]
    return sorted(groups, key=min)


def _likeness(texts: Sequence[str], vectors: Matrix, rarity: Rarity) -> Matrix:
    """How alike each two are, 1 where they are the same."""
    terms = [frozenset(pairs(normalise(text))) for text in texts]
    vocabulary = {term: place for place, term in enumerate(sorted(frozenset().union(*terms)))}
    weights = rarity(vocabulary)
    weighed = np.zeros((len(texts), max(1, len(vocabulary))), np.float32)
    for row, each in enumerate(terms):
        for term in each:
            weighed[row, vocabulary[term]] = max(0.0, weights[term]) ** 0.5
    shared = weighed @ weighed.T
    totals = shared.diagonal()
    words = 2 * shared / np.maximum(1e-9, totals[:, np.newaxis] + totals)
    meaning = (vectors @ vectors.T - FLOOR) / (1 - FLOOR)
    alike: Matrix = ((meaning + words) / 2).astype(np.float32)
    return alike


def _merged(likeness: Matrix) -> list[list[int]]:
    """Average linkage."""
    groups = [[at] for at in range(len(likeness))]
    between = likeness.astype(np.float64)
    np.fill_diagonal(between, _GONE)
    while True:
        one, other = sorted(divmod(int(between.argmax()), len(groups)))
        if between[one, other] < ALIKE:
            return [group for group in groups if group]
        sizes = len(groups[one]), len(groups[other])
        joined = (between[one] * sizes[0] + between[other] * sizes[1]) / sum(sizes)
        joined[[at for at, group in enumerate(groups) if not group or at in (one, other)]] = _GONE
        between[one], between[:, one] = joined, joined
        between[other], between[:, other] = _GONE, _GONE
        groups[one] += groups[other]
        groups[other] = []


def _central(group: list[int], likeness: Matrix) -> list[int]:
    """The members, the one first that is most like all of them."""
    sums = {member: float(likeness[member, group].sum()) for member in group}
    return sorted(group, key=lambda member: (-round(sums[member], 4), member))
