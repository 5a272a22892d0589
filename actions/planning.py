"""The tasks that follow from answers: a function of the procedure, the path and the days on which work was finished.

No rule of the playbook stands here: conditions, due rules, waits and gates are read from `tasks.yaml`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from actions.calendar import add_months, add_workdays
from actions.checklist import Path
from actions.model import TaskKey
from actions.revisits import NextVisit, next_visit
from playbook.checklist import OPENED, Procedure, TaskRule
from playbook.conditions import Facts
from playbook.parts import TaskKind


@dataclass(frozen=True, slots=True)
class Planned:
    """A task as the rules want it. `waits` end when their task is done or waived, `gates` only when it is done.

    `visit` is how the day was found where visits made before count.
    """

    key: TaskKey
    rule: TaskRule
    title: str
    due_on: date
    waits: tuple[TaskKey, ...]
    gates: tuple[TaskKey, ...]
    visit: NextVisit | None = None


Plan = Mapping[TaskKey, Planned]


@dataclass(frozen=True)
class Progress:
    """The days on which tasks were done or waived."""

    done: Mapping[TaskKey, date] = field(default_factory=dict)
    waived: Mapping[TaskKey, date] = field(default_factory=dict)

    def day(self, key: TaskKey) -> date | None:
        """The day since which nothing waits for a task any more; None while it is open."""
        return self.done.get(key) or self.waived.get(key)

    def made(self, key: TaskKey) -> dict[int, date]:
        """The days on which others of the same rule and item were done, by number."""
        others = (each for each in self.done if each[:2] == key[:2] and each != key)
        return {each.occurrence: self.done[each] for each in others}

    def holders(self, planned: Planned) -> tuple[TaskKey, ...]:
        """What holds a task back: waits end with a task done or waived, gates only with one that is done."""
        waits = (key for key in planned.waits if self.day(key) is None)
        return (*waits, *(key for key in planned.gates if key not in self.done))


NO_PROGRESS = Progress()


def plan(procedure: Procedure, path: Path, opened_on: date, progress: Progress = NO_PROGRESS) -> Plan:
    """Every task that the answers on the path call for, in the order of the rules and the items.

    What waits for a task that is done or waived counts from the day of that.
    """
    raised = {key: (rule, facts) for key, rule, facts in _raised(procedure, path)}
    dates = _Dates(procedure, raised, opened_on, progress)
    return {
        key: Planned(
            key, rule, _title(key, rule, facts), dates.due(key), dates.waits[key], dates.gates[key], dates.visit(key)
        )
        for key, (rule, facts) in raised.items()
    }


def _raised(procedure: Procedure, path: Path) -> Iterator[tuple[TaskKey, TaskRule, Facts]]:
    for rule in procedure.rules.tasks:
        places = enumerate(path.items.get(rule.each, ()), 1) if rule.each else ((0, path.facts),)
        for item, facts in places:
            if rule.when is None or facts.holds(rule.when):
                for occurrence in range(1, rule.due.times + 1):
                    yield TaskKey(rule.id, item, occurrence), rule, facts


class _Dates:
    """Due dates of one plan: a task that waits counts from the day of the last that it waits for."""

    def __init__(
        self,
        procedure: Procedure,
        raised: Mapping[TaskKey, tuple[TaskRule, Facts]],
        opened_on: date,
        progress: Progress,
    ) -> None:
        self._raised, self._opened_on, self._progress = raised, opened_on, progress
        self._due: dict[TaskKey, date] = {}
        until = {kind: [g.until for g in procedure.rules.gates if g.blocks is kind] for kind in TaskKind}
        self.waits = {key: tuple(self._awaited(key, rule, rule.waits)) for key, (rule, _) in raised.items()}
        self.gates = {key: tuple(self._awaited(key, rule, until[rule.kind])) for key, (rule, _) in raised.items()}

    def due(self, key: TaskKey) -> date:
        """The date of one task; `check` has made sure that waits run in no circle."""
        if key not in self._due:
            self._due[key] = self._work_out(key)
        return self._due[key]

    def _work_out(self, key: TaskKey) -> date:
        rule, facts = self._raised[key]
        start = self._start(rule, facts)
        if visit := self.visit(key):
            return visit.due_on
        if rule.due.months is not None:
            return add_months(start, rule.due.months * key.occurrence)
        awaited = (*self.waits[key], *self.gates[key])
        days = [self._progress.day(each) or self.due(each) for each in awaited]
        return add_workdays(max([start, *days]), rule.due.workdays or 0)

    def visit(self, key: TaskKey) -> NextVisit | None:
        """The day of a visit and what has set it; None where visits made before do not count."""
        rule, facts = self._raised[key]
        if rule.due.months is None or rule.due.grace is None:
            return None
        start, made = self._start(rule, facts), self._progress.made(key)
        return next_visit(start, key.occurrence, months=rule.due.months, grace=rule.due.grace, made=made)

    def _start(self, rule: TaskRule, facts: Facts) -> date:
        """The stated date; the day of opening where that question was skipped."""
        stated = "" if rule.due.start == OPENED else facts.values[rule.due.start]
        return date.fromisoformat(stated) if stated else self._opened_on

    def _awaited(self, key: TaskKey, rule: TaskRule, ids: tuple[str, ...] | list[str]) -> Iterator[TaskKey]:
        """Tasks of these rules: of the same item where both are of one group, else of every item."""
        for other, (awaited, _) in self._raised.items():
            same_group = awaited.each == rule.each and awaited.each is not None
            if other.rule in ids and (not same_group or other.item == key.item) and other != key:
                yield other


def _title(key: TaskKey, rule: TaskRule, facts: Facts) -> str:
    return rule.title.format_map({**facts.values, "n": key.occurrence, "times": rule.due.times})
