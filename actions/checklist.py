"""The path through the checklist: a function of the checklist and the answers, worked out anew each time.

So going back, changing an answer, a restart and two officers on one draft need nothing of their own. Answers that are
not on the path are kept by the case log and count for nothing until a change brings their question back.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from playbook.checklist import Checklist, Group, Kind, Question
from playbook.conditions import Condition, Facts

Value = Any
"""A JSON value; its shapes are in `playbook.checklist`."""


class Place(NamedTuple):
    """Where an answer belongs: a question, and which item of a repeating group (from 1; 0 outside)."""

    question_id: str
    item: int = 0


Answers = Mapping[Place, Value]


@dataclass(frozen=True, slots=True)
class Step:
    """One question on the path. `value` is its answer; None, where `answered`, for one that was skipped."""

    group: Group
    question: Question
    item: int
    answered: bool
    value: Value

    @property
    def place(self) -> Place:
        """Where its answer belongs."""
        return Place(self.question.id, self.item)


@dataclass(frozen=True)
class Path:
    """The questions in the order in which they are asked, as far as the answers so far can tell.

    `facts` are what conditions see after the last of them; `items` those of each item of a repeating group, by the
    group's id, with all that stands outside it. `polluted`: there is a finding of pollution.
    """

    steps: tuple[Step, ...]
    facts: Facts
    items: Mapping[str, tuple[Facts, ...]]
    polluted: bool = False

    @property
    def next(self) -> Step | None:
        """The first question without an answer; None at the end."""
        return next((step for step in self.steps if not step.answered), None)

    @property
    def last(self) -> Step:
        """The last question on the path."""
        return self.steps[-1]

    def at(self, place: Place | None) -> Step | None:
        """The step of that place, if it is on the path."""
        return next((step for step in self.steps if step.place == place), None)

    def before(self, place: Place | None) -> Step | None:
        """The step before that place; the last one where the place is None: the end."""
        number = next((n for n, step in enumerate(self.steps) if step.place == place), len(self.steps))
        return self.steps[number - 1] if number else None

    def number(self, place: Place) -> int:
        """The how-manieth step it is, from 1."""
        return next(number for number, step in enumerate(self.steps, 1) if step.place == place)

    def answered(self) -> dict[Place, Value]:
        """The answers that count."""
        return {step.place: step.value for step in self.steps if step.answered}


def follow(checklist: Checklist, answers: Answers) -> Path:
    """The path that these answers lead along. Raises ConditionInvalid only where `check` would have found a fault."""
    facts = Facts(_nothing(checklist))
    steps: list[Step] = []
    items: dict[str, list[dict[str, Value]]] = {}
    for group in checklist.groups:
        if not _holds(group.when, facts):
            continue
        if not group.repeats:
            steps += _ask(group, 0, answers, facts)
            continue
        items[group.id] = list(_items(group, answers, facts, steps.extend))
        facts.put(group.id, items[group.id])
    # A rule for each item may ask for what was answered after the items: they see the whole in the end.
    seen = {id_: tuple(Facts({**facts.values, **item}) for item in each) for id_, each in items.items()}
    polluted = checklist.pollution is not None and facts.holds(checklist.pollution)
    return Path(tuple(steps), facts, seen, polluted)


def _ask(group: Group, item: int, answers: Answers, facts: Facts) -> list[Step]:
    """The questions of a group, or of one of its items, that are on the path; `facts` learn each answer at once."""
    steps = []
    for question in group.asked:
        if question.id == group.more_id and item >= group.at_most:
            continue
        if _holds(question.when, facts):
            value = answers.get(Place(question.id, item))
            answered = Place(question.id, item) in answers and fits(question, value)
            steps.append(Step(group, question, item, answered, value if answered else None))
            facts.put(question.id, as_fact(question, value if answered else None))
    return steps


def _items(
    group: Group, answers: Answers, facts: Facts, add: Callable[[list[Step]], object]
) -> Iterator[dict[str, Value]]:
    """The answers of each item, as long as the one before it says that there is another."""
    for item in range(1, group.at_most + 1):
        own = Facts(facts.values)
        add(_ask(group, item, answers, own))
        yield _only(group, own.values)
        if own.values[group.more_id] is not True:
            return


def fits(question: Question, value: Value) -> bool:
    """Whether a value is an answer to this question as the checklist stands today; it may have been edited since."""
    if value is None:
        return not question.required
    if question.type is Kind.choice:
        return any(value == choice.text for choice in question.choices)
    if question.type is Kind.choices:
        offered = {choice.text for choice in question.choices}
        return isinstance(value, list) and bool(value) and offered.issuperset(value)
    if question.type in (Kind.number, Kind.money):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if question.type is Kind.yes_no:
        return isinstance(value, bool)
    if question.type is Kind.file:
        return isinstance(value, dict) and "sha256" in value
    return isinstance(value, str) and value != ""


def as_fact(question: Question, value: Value) -> Value:
    """An answer as conditions see it; what stands for none where there is none."""
    if value is None:
        return question.type.empty
    if question.type in (Kind.number, Kind.money):
        return float(value)
    return value["sha256"] if question.type is Kind.file else value


def _nothing(checklist: Checklist) -> dict[str, Value]:
    """What conditions see before anything is answered."""
    empty = {id_: question.type.empty for id_, question in checklist.questions.items()}
    return empty | {group.id: [] for group in checklist.groups if group.repeats}


def _only(group: Group, values: Mapping[str, Value]) -> dict[str, Value]:
    return {question.id: values[question.id] for question in group.questions}


def _holds(condition: Condition | None, facts: Facts) -> bool:
    return condition is None or facts.holds(condition)
