"""What officers ask on a visit, what follows from the answers, and what to mind: `visits.yaml`, as typed models.

The fields are the file's keys. Answers are lists of texts, by the question's id: choices, or what somebody said
instead. Conditions of `follow_ups` see these answers; those of `points` see the answers of the case.
"""

from typing import Annotated

from pydantic import Field

from playbook.model import Pillar, Text
from playbook.parts import Choices, Name, Part, RuleId, TaskKind, When


class VisitQuestion(Part):
    """One of the short things that a visit asks. `many`: several answers go together."""

    id: Name
    ask: Text
    label: Text
    help: Text
    choices: Annotated[Choices, Field(min_length=1)]
    many: bool = False


class FollowUp(Part):
    """A task that follows from a visit: where `when` holds of its answers, or a note has one of the `words`."""

    id: RuleId
    title: Text
    pillar: Pillar
    kind: TaskKind
    source: Text
    when: When
    words: tuple[Text, ...] = ()
    workdays: Annotated[int, Field(ge=0, le=250)]


class Point(Part):
    """What to mind on a visit of a case for which `when` holds; on these visits only, where `visits` names any."""

    text: Text
    source: Text
    when: When | None = None
    visits: tuple[int, ...] = ()


class VisitGuide(Part):
    """All of `visits.yaml`."""

    questions: tuple[VisitQuestion, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    points: tuple[Point, ...] = ()
