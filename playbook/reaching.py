"""Finds questions that nobody can be asked, and tasks that no answers give rise to.

For each condition the checklist is walked as officers walk it, over the questions that it depends on, directly or
through their own conditions and those of their groups: one that is not asked on the way stands for no answer, one that
is takes in turn each answer of `playbook.candidates`. A list of a repeating group is made of items that are walked in
the same way: one of them, two, all there are, and as many of one as conditions count. A condition that is true at the
end of no walk can never hold; so `a == "x" && a == "y"` is found, and a question that hangs on one nobody can reach.

Taken on trust, since a false alarm would cost officers more than a missed one: what needs more than `TRIED` walks, and
conditions with functions or arithmetic beyond comparing, counting and multiplying.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from playbook.candidates import answers
from playbook.checklist import Group, Procedure
from playbook.comparing import literals, words
from playbook.conditions import Condition, ConditionInvalid, Facts
from playbook.faults import Fault, each_question

TRIED = 20_000
_ITEMS = 40
_PAIRED = 12
_LOGIC = {"!_", "_&&_", "_||_", "_?_:_", "@not_strictly_false"}
_COMPARING = {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in"}
_PLAIN = _LOGIC | _COMPARING | {"size", "_[_]", "-_", "_*_"}
"""Functions, as CEL calls them, of conditions for which the candidates are known to be enough."""


class Reach:
    """The conditions of one procedure, whose names and types `playbook.scopes` has found to be right."""

    def __init__(self, procedure: Procedure) -> None:
        self._procedure, self._checklist = procedure, procedure.checklist
        self._lists = {group.id: group for group in self._checklist.groups if group.repeats}

    def unreachable(self) -> Iterator[Fault]:
        """Conditions that can never hold, each with where it stands."""
        groups, pollution = self._checklist.groups, self._checklist.pollution
        if pollution and not self._can_hold([pollution], None):
            yield Fault(("pollution",), "没有哪种答案算得上有污染，请改条件")
        lost = {group.id for group in groups if group.when and not self._can_hold([group.when], None)}
        for g, group in enumerate(groups):
            if group.id in lost:
                yield Fault(("groups", g, "when"), f"没有哪种答案能走到「{group.title}」这一组，请改条件")
        for location, group, question in each_question(self._procedure):
            if question.when and group.id not in lost and not self._can_hold([group.when, question.when], group):
                yield Fault((*location, "when"), f"没有哪种答案能走到「{question.label}」这一题，请改条件")
        for r, rule in enumerate(self._procedure.rules.tasks):
            each = self._lists.get(rule.each or "")
            opens = each.when if each else None
            if rule.when and rule.each not in lost and not self._can_hold([opens, rule.when], each):
                yield Fault(("tasks", r, "when"), f"没有哪种答案会生成「{rule.title}」，请改条件")

    def _can_hold(self, conditions: list[Condition | None], within: Group | None) -> bool:
        """Whether some walk ends with all of them true; `within` is the group of whose item they may speak."""
        wanted = [condition for condition in conditions if condition]
        walk = _Walk(self._checklist.groups, within, wanted)
        ends = walk.ends()
        if any(all(holds(facts, condition) for condition in wanted) for facts in itertools.islice(ends, TRIED)):
            return True
        return not walk.exact or next(ends, None) is not None


class _Walk:
    """All ways through the questions that some conditions depend on."""

    def __init__(self, groups: tuple[Group, ...], within: Group | None, wanted: list[Condition]) -> None:
        self._within = within
        self._questions = {question.id: question for group in groups for question in group.asked}
        self._group_of = {question.id: group for group in groups for question in group.questions}
        self._lists = {group.id: group for group in groups if group.repeats}
        self._conditions = {condition.source: condition for condition in wanted}
        self._answers: dict[str, list[Any]] = {}
        self._needed = self._all_needed(wanted)
        order = [part for group in groups for part in (*(question.id for question in group.questions), group.id)]
        self._stops = [id_ for id_ in order if id_ in self._needed and self._at_top(id_)]
        self.exact = all(_PLAIN.issuperset(each.program.functions()) for each in self._conditions.values())

    def ends(self) -> Iterator[Facts]:
        """What conditions see at the end of each; good until the next is asked for."""
        empty: dict[str, Any] = {id_: question.type.empty for id_, question in self._questions.items()}
        yield from self._go(self._stops, Facts(empty | {id_: [] for id_ in self._lists}))

    def _go(self, stops: list[str], facts: Facts) -> Iterator[Facts]:
        if not stops:
            yield facts
            return
        first, rest = stops[0], stops[1:]
        for value in self._values(first, facts):
            facts.put(first, value)
            yield from self._go(rest, facts)

    def _values(self, id_: str, facts: Facts) -> Iterable[Any]:
        """What a question, or the list of a group, can be, given what was answered before."""
        group = self._lists.get(id_) or self._group_of[id_]
        question = self._questions.get(id_)
        whens = (group.when, question.when if question else None)
        asked = all(when is None or holds(facts, when) for when in whens)
        if question is None:
            return self._item_lists(group, facts) if asked else [[]]
        if id_ not in self._answers:
            self._answers[id_] = answers(question, self._conditions.values())
        return self._answers[id_] if asked else [question.type.empty]

    def _item_lists(self, group: Group, facts: Facts) -> Iterator[list[dict[str, Any]]]:
        stops = [question.id for question in group.questions if question.id in self._needed]
        own = (question.id for question in group.questions)
        blank: dict[str, Any] = {id_: self._questions[id_].type.empty for id_ in own}
        walked = ({id_: end.values[id_] for id_ in blank} for end in self._go(stops, Facts(facts.values | blank)))
        items = list(itertools.islice(walked, _ITEMS))
        if len(items) == _ITEMS:
            self.exact = False
        yield from ([item] for item in items)
        yield items[: group.at_most]
        yield from (list(pair) for pair in itertools.permutations(items[:_PAIRED], 2) if group.at_most > 1)
        for count in self._counts(group):
            yield [items[0]] * count

    def _counts(self, group: Group) -> list[int]:
        """How many items conditions can tell from fewer."""
        named = (value for each in self._conditions.values() for value in literals(each.source))
        numbers = {int(value) + by for value in named if isinstance(value, float) and value < 100 for by in (-1, 0, 1)}
        return sorted(count for count in {*numbers, group.at_most} if 1 < count <= group.at_most)

    def _all_needed(self, wanted: list[Condition]) -> set[str]:
        """Questions and lists on which conditions depend, through other conditions too; those are noted as well."""
        needed, ahead = set[str](), list(wanted)
        while ahead:
            condition = ahead.pop()
            self._conditions[condition.source] = condition
            names = set(condition.names)
            for group in (self._lists[name] for name in condition.names if name in self._lists):
                names |= words(condition.source) & {question.id for question in group.questions}
            for name in names - needed:
                needed.add(name)
                ahead += [when for when in self._whens(name) if when]
        return needed

    def _whens(self, id_: str) -> tuple[Condition | None, ...]:
        if id_ in self._lists:
            return (self._lists[id_].when,)
        return (self._questions[id_].when, self._group_of[id_].when)

    def _at_top(self, id_: str) -> bool:
        """Whether it is answered by itself: an item's question is, where conditions speak of that item."""
        group = self._group_of.get(id_)
        return group is None or not group.repeats or group is self._within


def holds(facts: Facts, condition: Condition) -> bool:
    """Whether a condition is true; one that fails is not, and is told of elsewhere."""
    try:
        return facts.holds(condition)
    except (ConditionInvalid, IndexError, ArithmeticError):
        return False
