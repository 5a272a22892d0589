"""Answers that stand for all others when conditions are tried: one on each side of whatever a condition can tell apart.

A question's choices, yes and no; for numbers the ones that conditions name, what lies beside and between them, the
bounds, nothing and very much; for dates those named and the days around them; for texts those named and a few others,
some as long as conditions count.
"""

import itertools
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from playbook.checklist import Kind, Question
from playbook.comparing import literals
from playbook.conditions import Condition

MUCH = 1e9
_DAYS = ("2026-03-01", "2027-03-01")
_TEXTS = ("x", "0", "龥")
_LONGEST = 1000
_MOST_COMBINED = 5


def answers(question: Question, conditions: Iterable[Condition]) -> list[Any]:
    """Answers to one question, as conditions see them, that these conditions may tell apart; the likeliest first.

    What stands for a skipped question is among them where it can be skipped.
    """
    named = list(dict.fromkeys(literal for condition in conditions for literal in literals(condition.source)))
    numbers = [value for value in named if isinstance(value, float)]
    texts = [value for value in named if isinstance(value, str)]
    found = _given(question, numbers, texts)
    if not question.required and question.type.empty not in found:
        found.append(question.type.empty)
    return found


def _given(question: Question, numbers: list[float], texts: list[str]) -> list[Any]:
    if question.type is Kind.yes_no:
        return [True, False]
    if question.type is Kind.choice:
        offered = [choice.text for choice in question.choices]
        return [text for text in offered if text in texts] + [text for text in offered if text not in texts][:2]
    if question.type is Kind.choices:
        return _selections(question, texts)
    if question.type in (Kind.number, Kind.money):
        return _numbers(question, numbers)
    if question.type is Kind.date:
        return list(dict.fromkeys(day for text in texts for day in _around(text))) + list(_DAYS)
    long = ("x" * int(number + by) for number in numbers if number < _LONGEST for by in (0, 1))
    return list(dict.fromkeys(text for text in (*texts, *_TEXTS, *long) if text))


def _selections(question: Question, texts: list[str]) -> list[list[str]]:
    """Every combination of the choices that conditions name, each with none, one, two, … of those that they do not.

    Where they name more than a few: none of them, each alone, two by two, all but one, and all.
    """
    together = [choice.text for choice in question.choices if not choice.alone]
    named = [text for text in together if text in texts]
    others = [text for text in together if text not in texts]
    sizes: Iterable[int] = range(len(named), -1, -1)
    if len(named) > _MOST_COMBINED:
        sizes = (1, 2, len(named) - 1, len(named), 0)
    some = [list(chosen) for size in sizes for chosen in itertools.combinations(named, size)]
    found = [chosen + others[:more] for more in range(len(others) + 1) for chosen in some]
    return [chosen for chosen in found if chosen] + [[choice.text] for choice in question.choices if choice.alone]


def _numbers(question: Question, named: list[float]) -> list[float]:
    marks = sorted({*named, 0.0, 1.0})
    between = [(low + high) / 2 for low, high in itertools.pairwise(marks)]
    low = 0.0 if question.min is None else question.min
    high = max(low, MUCH) if question.max is None else question.max
    wanted = [*(mark + by for mark in marks for by in (0, 1, -1)), *between, low, high, MUCH]
    return list(dict.fromkeys(number for number in wanted if low <= number <= high))


def _around(text: str) -> list[str]:
    try:
        day = date.fromisoformat(text)
        return [(day + timedelta(days=by)).isoformat() for by in (0, 1, -1)]
    except (ValueError, OverflowError):
        return []
