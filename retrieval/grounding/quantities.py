"""Whether the figures of a sentence are those of its source, and said of the same things. Pure.

A passage has many figures, and a wrong one is most often another of its own: 「20日内注销」 where it is 30 days, and
20 for something else. So a figure counts only if no sentence with another figure of its kind says the rest of the
clause better.
"""

import re
from collections.abc import Sequence

from retrieval.grounding.evidence import Evidence, covered, terms
from retrieval.grounding.figures import Figure, clauses_with, contradicted, figures, spelled

BETTER = 0.12
"""By how much a clause with another figure must say more of the rest to show that a figure is put in its place."""
ENOUGH = 0.3
"""How much of the rest such a clause must say at least."""
ALIKE = 0.6
"""How much of a whole sentence one with another figure must say."""
APART = 0.12
"""How little of a clause may stand where its figure stands for the figure to be of something else."""
FEW = 5
"""Up to here 「这两个期限」 counts what was said before, and states no figure."""
_THESE = re.compile(r"(?:这|那|上述|以上)$")
_SINCE = re.compile(r"[自从在][^自从在,;。，；]{1,16}之日起")


def misquoted(sentence: str, evidence: Evidence) -> bool:
    """Whether the sentence has a figure that its source has not, has otherwise bounded, or has of something else."""
    told = [(clause, figure, other) for other in evidence.sentences for clause, figure in clauses_with(other)]
    for clause, figure in clauses_with(sentence):
        if _counts_back(figure, sentence):
            continue
        same = [each for each in told if figure.same(each[1])]
        if not same or _bounded_otherwise(clause, figure, same) or _of_another(clause, figure, told):
            return True
        if _of_another_sentence(sentence, figure, told) or _of_nothing(clause, sentence, same):
            return True
    return False


def _counts_back(figure: Figure, sentence: str) -> bool:
    few = figure.kind == "count" and float(figure.value[0] or 0) <= FEW
    return few and _THESE.search(spelled(sentence)[: figure.at[0]]) is not None


def _of_another_sentence(sentence: str, figure: Figure, told: Sequence[tuple[str, Figure, str]]) -> bool:
    """Whether a sentence of the source that has another figure of this kind is nearer to the whole sentence."""
    right = wrong = 0.0
    own, claim = figures(sentence), _words(sentence)
    for _, its, whole in told:
        if its.kind != figure.kind or (its.kind == "count" and not _comparable(figure, its)):
            continue
        nearness = covered(claim, terms(whole))
        if any(figure.same(each) for each in figures(whole)):
            right = max(right, nearness)
        elif not any(its.same(each) for each in own):
            wrong = max(wrong, nearness)
    return wrong >= ALIKE and wrong > right + BETTER


def _of_nothing(clause: str, sentence: str, same: Sequence[tuple[str, Figure, str]]) -> bool:
    """Whether nothing of what the clause says stands where its figure stands."""
    if len(_words(clause)) < 4:
        return False
    near = max(_near(clause, other, whole) for other, _, whole in same)
    return near < APART and max(covered(_words(sentence), terms(whole)) for _, _, whole in same) < 2 * APART


def _bounded_otherwise(clause: str, figure: Figure, same: Sequence[tuple[str, Figure, str]]) -> bool:
    nearest = max(_near(clause, other, whole) for other, _, whole in same)
    return contradicted(
        figure, [its for other, its, whole in same if _near(clause, other, whole) >= nearest - BETTER / 2]
    )


def _of_another(clause: str, figure: Figure, told: Sequence[tuple[str, Figure, str]]) -> bool:
    """Whether a clause that has another figure of this kind, and not this one, is nearer to the rest of the clause."""
    right = wrong = 0.0
    own = figures(clause)
    for other, its, whole in told:
        if its.kind != figure.kind or (its.kind == "count" and not _comparable(figure, its)):
            continue
        nearness = _near(clause, other, whole)
        if figure.same(its) or any(figure.same(each) for each in figures(other)):
            right = max(right, nearness)
        elif not any(its.same(each) for each in own):
            wrong = max(wrong, nearness)
    return wrong >= ENOUGH and wrong > right + BETTER


def _comparable(figure: Figure, other: Figure) -> bool:
    return Figure("count", (0.0, figure.value[1]), (0, 0)).same(Figure("count", (0.0, other.value[1]), (0, 0)))


def _near(clause: str, other: str, whole: str) -> float:
    """How much of a clause, its figures left out, another says by itself and with its sentence around it.

    Where the clause counts from no day, the one the other counts from is left out: 「自成立之日起」 is not of 成立.
    """
    claim = _words(clause)
    if not _SINCE.search(clause):
        other, whole = _SINCE.sub("", other), _SINCE.sub("", whole)
    return 0.6 * covered(claim, terms(other)) + 0.4 * covered(claim, terms(whole))


def _words(text: str) -> frozenset[str]:
    return frozenset(each for each in terms(text) if not each[0].isdigit())
