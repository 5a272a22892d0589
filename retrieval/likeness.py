"""Past cases like a company that is closing: filtered by what the checklist knows, ranked by the vector store."""

from collections.abc import Iterable
from dataclasses import dataclass

from playbook.model import Case
from retrieval.model import Hit


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


def most_alike(hits: Iterable[Hit], cases: dict[str, Case], traits: Traits, limit: int) -> list[SimilarCase]:
    """The best hit of each case, those that share most first; cases that share nothing only where all do.

    Eighteen cases are too few for all three filters at once: a case that shares two is worth more than none at all.
    """
    best = dict[str, SimilarCase]()
    for hit in hits:
        id_ = hit.passage.source_id
        if id_ in cases and id_ not in best:
            best[id_] = SimilarCase(hit, traits.shared_with(cases[id_]))
    alike = [each for each in best.values() if each.shares] or list(best.values())
    return sorted(alike, key=lambda each: -len(each.shares))[:limit]
