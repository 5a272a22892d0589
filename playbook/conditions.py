"""Conditions of the checklist, in CEL (Common Expression Language): the one door to `cel`.

What a condition may name are the ids of questions. A question without an answer stands for its type's empty value, so
that a condition never fails for want of an answer. Every number is a double: CEL does not multiply one by an integer.
"""

import re
from collections.abc import Mapping
from typing import Any

import cel

_BOUND = re.compile(r"\.\s*(?:exists|exists_one|all|filter|map)\s*\(\s*(\w+)\s*,")
"""What a macro calls each member of a list: `a` in `assets.exists(a, a.buffer)`."""


class ConditionInvalid(ValueError):
    """A condition cannot be read, names what is not there, or is no condition; the text says which, in Chinese."""


class Facts:
    """What conditions see: values by question id. Cheap to change and to ask."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._context = cel.Context(dict(values))
        self.values = dict(values)

    def put(self, name: str, value: Any) -> None:
        """Sets or replaces a value."""
        self._context.add_variable(name, value)
        self.values[name] = value

    def holds(self, condition: "Condition") -> bool:
        """Whether a condition is true. ConditionInvalid where it is neither true nor false."""
        try:
            result = condition.program.execute(self._context)
        except (RuntimeError, TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise ConditionInvalid(f"条件「{condition.source}」算不出来：{error}") from error
        if not isinstance(result, bool):
            raise ConditionInvalid(f"条件「{condition.source}」算出来的不是「是」或「否」")
        return result


class Condition:
    """A condition that has been read once. `names` are the questions that it asks for."""

    def __init__(self, source: str) -> None:
        self.source = source
        try:
            self.program = cel.compile(source)
        except ValueError as error:
            raise ConditionInvalid(f"条件「{source}」写法不对：{_first_line(error)}") from error
        self.names = frozenset(self.program.variables()) - frozenset(_BOUND.findall(source))

    def __repr__(self) -> str:
        return f"Condition({self.source!r})"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
