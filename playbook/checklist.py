"""What the checklist and the task rules are made of: `checklist.yaml` and `tasks.yaml`, as typed models.

The fields are the files' keys; the README explains them to officers. What is answered, and what follows from it, is
worked out in `actions`; which keys are wrong is said by `playbook.checking`.

Values, as JSON: text, phone, uscc, choice: a string. choices: a list of strings. yes_no: true or false. number: a
number. money: yuan. date: "YYYY-MM-DD". file: {"sha256", "name"}. Skipped: null.
"""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from playbook.model import Pillar, Text
from playbook.parts import Choices, Name, Part, RuleId, TaskKind, When
from playbook.visits import VisitGuide

OPENED = "opened"
"""In a due rule: the day on which the case was opened."""


class Kind(StrEnum):
    """Types of questions."""

    text = "text"
    choice = "choice"
    choices = "choices"
    yes_no = "yes_no"
    number = "number"
    money = "money"
    date = "date"
    phone = "phone"
    uscc = "uscc"
    file = "file"

    @property
    def empty(self) -> Any:
        """What an unanswered question stands for in conditions. Dates and files are strings there."""
        return _EMPTY.get(self, "")


_EMPTY: dict[Kind, Any] = {Kind.choices: [], Kind.yes_no: False, Kind.number: 0.0, Kind.money: 0.0}


class Question(Part):
    """One question. `label` names it in reviews; `why` is why it is asked, and `help` the section that explains it."""

    id: Name
    ask: Text
    label: Text
    type: Kind
    help: Text
    why: Text
    note: Text | None = None
    required: bool = False
    personal: bool = False
    when: When | None = None
    choices: Choices = ()
    unit: Text | None = None
    example: Text | None = None
    min: float | None = None
    max: float | None = None
    advice: Text | None = None
    """What is said where `min` or `max` (of a number, of yuan, of characters) is not kept."""


class Group(Part):
    """Questions that belong together. With `item`, they repeat for each item; `names` is the one that names it.

    After each item `more` is asked (its id: the group's with `_more`), up to `at_most` items.
    """

    id: Name
    title: Text
    when: When | None = None
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    item: Text | None = None
    names: Name | None = None
    more: Text | None = None
    at_most: Annotated[int, Field(ge=1, le=99)] = 20

    @property
    def more_id(self) -> str:
        """The id of the question that asks for another item."""
        return f"{self.id}_more"

    @cached_property
    def more_question(self) -> Question:
        """The question after each item of a repeating group: whether there is another."""
        first = self.questions[0]
        return Question(
            id=self.more_id,
            ask=self.more or "",
            label=self.more or "",
            type=Kind.yes_no,
            help=first.help,
            why=first.why,
            required=True,
        )

    @property
    def repeats(self) -> bool:
        """Whether its questions are asked once for each item."""
        return self.item is not None

    @property
    def asked(self) -> tuple[Question, ...]:
        """All questions of one item, or of the group."""
        return (*self.questions, self.more_question) if self.repeats else self.questions


class Checklist(Part):
    """Groups in the order in which they are asked. `pollution` is true of answers that have a finding of pollution.

    `digest` tells one edition of the file from another.
    """

    pollution: When | None = None
    groups: Annotated[tuple[Group, ...], Field(min_length=1)]
    digest: str = ""

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by id."""
        return {question.id: question for group in self.groups for question in group.asked}

    @cached_property
    def group_of(self) -> dict[str, Group]:
        """The group of each question, by the question's id."""
        return {question.id: group for group in self.groups for question in group.asked}


class Due(Part):
    """So many working days after a stated date, or so many months; `times` repeats the months (3, 6, 9, …).

    `start` is `opened` or the id of a date question. A task that waits counts its working days from the day on which
    the last of what it waits for is due, or was done, where that is later. With `grace`, months are counted from the
    last one that was done, and end so many days after the date that `start` gives (see `actions.revisits`).
    """

    start: Name = Field(default=OPENED, alias="from")
    workdays: int | None = None
    months: Annotated[int, Field(ge=1)] | None = None
    times: Annotated[int, Field(ge=1, le=12)] = 1
    grace: Annotated[int, Field(ge=0, le=60)] | None = None


class TaskRule(Part):
    """A task that answers give rise to. Its title may name answers in braces, and {n} of {times}.

    `each` is a repeating group: one task for every item for which `when` holds. `evidence` says what closes it,
    `departments` who has a part in it (for the agenda of the joint meeting).
    """

    id: RuleId
    title: Text
    pillar: Pillar
    kind: TaskKind
    source: Text
    when: When | None = None
    each: Name | None = None
    due: Due
    waits: tuple[RuleId, ...] = ()
    evidence: Text | None = None
    departments: tuple[Text, ...] = ()

    @property
    def needs_evidence(self) -> bool:
        """Whether it closes only with a file, or a note that has a number."""
        return self.evidence is not None


class Gate(Part):
    """Holds back every task of a kind while the task `until` is there and not done."""

    id: RuleId
    title: Text
    blocks: TaskKind
    until: RuleId
    source: Text


class TaskRules(Part):
    """All of `tasks.yaml`."""

    gates: tuple[Gate, ...] = ()
    tasks: Annotated[tuple[TaskRule, ...], Field(min_length=1)]

    @cached_property
    def by_id(self) -> dict[str, TaskRule]:
        """Every rule by id."""
        return {rule.id: rule for rule in self.tasks}


class Procedure(Part):
    """The checklist, the tasks that follow from it, and what visits ask: what `actions` needs of the three files."""

    checklist: Checklist
    rules: TaskRules
    visits: VisitGuide = VisitGuide()


REQUIRED_QUESTIONS: dict[str, Kind] = {
    "company": Kind.text,
    "uscc": Kind.uscc,
    "industry": Kind.choice,
    "reason": Kind.choice,
    "stage": Kind.choice,
    "closure_date": Kind.date,
}
"""Questions outside repeating groups that every checklist has: the case log's columns are filled from them."""
