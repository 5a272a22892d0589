"""What each condition may name, and that it can be worked out: it names only questions that come before it, compares
them with answers that they can have, and is true or false whatever the answers.
"""

import itertools
import math
import random
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from playbook.candidates import answers
from playbook.checklist import Checklist, Group, Procedure
from playbook.comparing import misfits, words
from playbook.conditions import Condition, ConditionInvalid, Facts
from playbook.faults import Fault, Location

TRIED = 200
"""Combinations of answers on which a condition is tried; of more, so many are drawn, the same ones each time."""
_ITEMS = 30


class Scope(NamedTuple):
    """A condition, where it stands, and the questions and lists that it may name."""

    location: Location
    condition: Condition
    names: frozenset[str]
    own: str | None = None
    """The question that it belongs to."""


def condition_faults(procedure: Procedure) -> Iterator[Fault]:
    """Conditions that name what is not there or not yet, make no sense, or fail on some answers."""
    for scope in _scopes(procedure):
        wrong = [_unknown(procedure.checklist, scope, name) for name in sorted(scope.condition.names - scope.names)]
        wrong = wrong or [f"{each}，请改正" for each in misfits(scope.condition.source, procedure.checklist)]
        wrong = wrong or list(_failures(procedure.checklist, scope.condition))
        yield from (Fault(scope.location, advice) for advice in dict.fromkeys(wrong))


def _scopes(procedure: Procedure) -> Iterator[Scope]:
    names = frozenset[str]()  # of all questions outside repeating groups, and of lists, that were asked by then
    for g, group in enumerate(procedure.checklist.groups):
        if group.when:
            yield Scope(("groups", g, "when"), group.when, names)
        inside = names
        for q, question in enumerate(group.questions):
            if question.when:
                yield Scope(("groups", g, "questions", q, "when"), question.when, inside, question.id)
            inside |= {question.id}
        names = names | {group.id} if group.repeats else inside
    if procedure.checklist.pollution:
        yield Scope(("pollution",), procedure.checklist.pollution, names)
    items = {group.id: {question.id for question in group.questions} for group in _lists(procedure.checklist)}
    for r, rule in enumerate(procedure.rules.tasks):
        if rule.when:
            yield Scope(("tasks", r, "when"), rule.when, names | items.get(rule.each or "", set()))


def _lists(checklist: Checklist) -> list[Group]:
    return [group for group in checklist.groups if group.repeats]


def _unknown(checklist: Checklist, scope: Scope, name: str) -> str:
    group = next((group for group in checklist.groups if name in {question.id for question in group.questions}), None)
    if name == scope.own:
        return f"条件里的「{name}」就是这一题自己，请改用前面的题"
    if group and group.id in scope.names:
        return f"条件里的「{name}」在重复的组「{group.title}」里，请写成 {group.id}.exists(a, a.{name} …)"
    if group or name in {each.id for each in _lists(checklist)}:
        return f"条件里的「{name}」这时还没问到，请改用前面的题"
    return f"条件里的「{name}」不是题目编号，请改正"


def _failures(checklist: Checklist, condition: Condition) -> Iterator[str]:
    """The first way in which a condition fails, if it does."""
    for values in _samples(checklist, condition):
        try:
            Facts(values).holds(condition)
        except (ConditionInvalid, IndexError, ArithmeticError) as error:
            yield _plainly(condition, error.__cause__ or error)
            return


def _plainly(condition: Condition, error: BaseException) -> str:
    """What is wrong with a condition that fails, in words for officers."""
    said = re.search(r"'([^']+)'", str(error))
    if isinstance(error, ConditionInvalid):
        return f'条件「{condition.source}」算出来的不是「是」或「否」，请补上比较，例如 > 0.0 或 == "…"'
    if isinstance(error, TypeError):
        reason = '类型对不上，数字写成小数（如 2.0），文字加引号，多选题写成 "选项" in 编号'
    elif isinstance(error, KeyError) and said:
        reason = f"没有「{said[1]}」这一题"
    elif isinstance(error, RuntimeError) and "ndefined" in str(error) and said:
        reason = f"不认识「{said[1]}」"
    else:
        reason = "有的答案（或没有答案）代进去就出错"
    return f"条件「{condition.source}」算不出来：{reason}，请改正"


def _samples(checklist: Checklist, condition: Condition) -> Iterator[dict[str, Any]]:
    """Nothing answered; then answers of all sorts to the questions that it names."""
    names = sorted(condition.names)
    empty = {name: [] if name not in checklist.questions else checklist.questions[name].type.empty for name in names}
    yield empty
    choices = [[*_values(checklist, condition, name), empty[name]] for name in names]
    for values in _combined(choices, TRIED):
        yield dict(zip(names, values, strict=True))


def _values(checklist: Checklist, condition: Condition, name: str) -> list[Any]:
    if name in checklist.questions:
        return answers(checklist.questions[name], [condition])
    group = next(group for group in _lists(checklist) if group.id == name)
    empty = {question.id: question.type.empty for question in group.questions}
    named = [question for question in group.questions if question.id in words(condition.source)]
    combined = _combined([[*answers(question, [condition]), question.type.empty] for question in named], _ITEMS)
    items = [empty | {question.id: v for question, v in zip(named, values, strict=True)} for values in combined]
    return [*([item] for item in items), items]


def _combined(choices: list[list[Any]], most: int) -> Iterator[tuple[Any, ...]]:
    """One of each, in every combination; `most` of them, drawn with a fixed seed, where there are more."""
    if math.prod(map(len, choices)) <= most:
        yield from itertools.product(*choices)
        return
    draw = random.Random(0)
    for _ in range(most):
        yield tuple(draw.choice(values) for values in choices)
