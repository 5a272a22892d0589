"""Past cases like a company that is closing: filtered by what the checklist knows, ranked by the vector store."""

from collections.abc import Iterable
from dataclasses import dataclass

from playbook.model import Case
from retrieval.model import Hit

KEPT = ("pollution", "reason", "industry")
"""Traits, the one first that is given up last."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What cases are filtered by; None is not known yet."""

    industry: str | None = None
    reason: str | None = None
    pollution: bool | None = None

    def shared_with(self, case: Case) -> tuple[str, ...]:
        """The names of those that a case has too."""
        shared = {
            "industry": self.industry is not None and self.industry in case.industries,
            "reason": self.reason is not None and self.reason in case.reasons,
            "pollution": self.pollution is not None and self.pollution == case.pollution,
        }
        return tuple(name for name, same in shared.items() if same)


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """A case with the traits that it shares with what was asked for; none where no case shares any."""

    hit: Hit
    shares: tuple[str, ...]


def widening(cases: Iterable[Case], traits: Traits) -> dict[tuple[str, ...], list[str]]:
    """The ids of cases by the traits they share, in the order in which to look among them.

    All three first, then one less at a time. Of as many, the industry is given up first, since what is done with a
    company hangs on why it closes, and pollution last, since it holds up everything else. Cases that share nothing
    only where all do.
    """
    steps = dict[tuple[str, ...], list[str]]()
    for case in cases:
        steps.setdefault(traits.shared_with(case), []).append(case.id)
    sharing = sorted(filter(None, steps), key=lambda shares: (-len(shares), *(name not in shares for name in KEPT)))
    return {shares: steps[shares] for shares in sharing} or steps
