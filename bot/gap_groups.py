"""Open questions in groups, as leads see them: a function of what is open, so a group may change under a button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions.gaps import Gap
from bot.services import Services


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask for the same, the most typical first."""

    gaps: tuple[Gap, ...]

    @property
    def id(self) -> int:
        """The newest question's: the last of them to be settled, or to lie too far back."""
        return max(gap.id for gap in self.gaps)

    @property
    def typical(self) -> Gap:
        """The one that speaks for all."""
        return self.gaps[0]

    @property
    def ids(self) -> tuple[int, ...]:
        """Of all of them, the oldest first."""
        return tuple(sorted(gap.id for gap in self.gaps))

    @property
    def texts(self) -> tuple[str, ...]:
        """What was asked, each once."""
        return tuple(dict.fromkeys(gap.text for gap in self.gaps))

    @property
    def askers(self) -> int:
        """How many people have asked."""
        return len({gap.officer_id for gap in self.gaps})

    @property
    def last(self) -> datetime:
        """When it was asked last."""
        return max(gap.at for gap in self.gaps)


class Groups:
    """Groups what is open. Blocks: the first time it takes an embedding call for each question."""

    def __init__(self, services: Services) -> None:
        self._at = services

    def all(self) -> list[Group]:
        """Every group, the largest first, of equals the one asked last."""
        gaps = self._at.gaps.open()
        return sorted(self._grouped(gaps), key=lambda group: (-len(group.gaps), -group.id))

    def of(self, question_id: int) -> Group | None:
        """The group that a question is in now; None where it is settled, or was no gap."""
        if self._at.gaps.settled(question_id):
            return None
        gaps = self._at.gaps.open()
        if all(gap.id != question_id for gap in gaps):
            gaps = self._at.gaps.unanswered([question_id])  # it lies too far back to be looked at
        return next((group for group in self._grouped(gaps) if question_id in group.ids), None)

    def _grouped(self, gaps: Sequence[Gap]) -> list[Group]:
        places = self._at.library.grouped([gap.text for gap in gaps]) if gaps else []
        return [Group(tuple(gaps[place] for place in group)) for group in places]
