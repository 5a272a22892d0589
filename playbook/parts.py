"""What the models of `checklist.yaml`, `tasks.yaml` and `visits.yaml` have in common."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from playbook.conditions import Condition
from playbook.model import Text

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=24)]
"""The id of a question or a group, as conditions write it."""
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=50)]
When = Annotated[Condition, BeforeValidator(lambda source: Condition(str(source)))]


class Part(BaseModel):
    """The base of all parts."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class TaskKind(StrEnum):
    """What sort of work a task is. `disposal` is what a gate holds back, `eco_liability` closes only with evidence."""

    policy = "policy"
    asset = "asset"
    disposal = "disposal"
    brand = "brand"
    care = "care"
    revisit = "revisit"
    eco_liability = "eco_liability"


class Choice(Part):
    """One of the answers on offer; `also` are other words for it. One that is `alone` goes with no other."""

    text: Text
    also: tuple[Text, ...] = ()
    alone: bool = False


def choice(written: object) -> object:
    """A choice as people write it: a bare text is one with nothing else."""
    return {"text": written} if isinstance(written, str) else written


Choices = tuple[Annotated[Choice, BeforeValidator(choice)], ...]
"""The answers on offer."""
