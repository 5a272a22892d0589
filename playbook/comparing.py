"""What a condition compares with what, read from its text: `staff >= 10.0`, `"石棉" in findings`, `a.land == "租赁"`.

CEL finds two values of different types merely unequal, and knows nothing of choices, so that a misspelt choice or a
number in quotes makes a condition that is never true, and no error. `cel` does not give away a condition's
structure; what is read here is no more than operands that stand by themselves on both sides of an operator.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playbook.checklist import Checklist, Kind, Question

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[=!<>]=|\S)"""
)
_MACRO = re.compile(r"(\w+)\s*\.\s*(?:exists|exists_one|all|filter|map)\s*\(\s*(\w+)\s*,")
_OPERATORS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_BEFORE = frozenset({"(", "&&", "||", ",", "?", ":"})
_AFTER = frozenset({")", "&&", "||", ",", "?", ":"})
_DAY = re.compile(r"(?:\d{4}-\d{2}-\d{2})?")


@dataclass(frozen=True, slots=True)
class Named:
    """A name, or two with a dot between them."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands, each a name or a literal, and what stands between them."""

    left: Any
    operator: str
    right: Any


def literals(source: str) -> Iterator[str | float]:
    """The texts and numbers that a condition names."""
    for match in _TOKEN.finditer(source):
        if match["text"]:
            yield _unquoted(match["text"])
        elif match["number"]:
            yield float(match["number"])


def words(source: str) -> set[str]:
    """Every name in a condition: questions, members of items, functions."""
    return {match["name"] for match in _TOKEN.finditer(source) if match["name"]}


def comparisons(source: str) -> Iterator[Comparison]:
    """What is compared with what, as far as it can be told."""
    tokens = [(str(match.lastgroup), match.group()) for match in _TOKEN.finditer(source)]
    for start in range(len(tokens)):
        if start and tokens[start - 1][1] not in _BEFORE:
            continue
        left = _operand(tokens, start)
        if left is None or left[1] >= len(tokens) or tokens[left[1]][1] not in _OPERATORS:
            continue
        right = _operand(tokens, left[1] + 1)
        if right and (right[1] >= len(tokens) or tokens[right[1]][1] in _AFTER):
            yield Comparison(left[0], tokens[left[1]][1], right[0])


def misfits(source: str, checklist: Checklist) -> Iterator[str]:
    """Comparisons that no answer can make sense of, each with what to do. The names are known to be right."""
    owners: dict[str, set[str]] = {}
    for owner, bound in _MACRO.findall(source):
        owners.setdefault(bound, set()).add(owner)
    for comparison in comparisons(source):
        left, right = comparison.left, comparison.right
        if comparison.operator == "in":
            pairs = [(left, value) for value in right] if isinstance(right, tuple) else [(right, left)]
        else:
            pairs = [(right, left) if isinstance(right, Named) else (left, right)]
        for name, value in pairs:
            if isinstance(name, Named) and not isinstance(value, Named):
                member = comparison.operator == "in" and name is right
                yield from _misfit(_question(name, owners, checklist), value, member)


def _question(name: Named, owners: dict[str, set[str]], checklist: Checklist) -> tuple[Question, bool] | None:
    """The question that a name stands for, and whether it is one of the choices of its answer; None: not known."""
    own = owners.get(name.parts[0])
    if own is None:
        known = checklist.questions.get(name.parts[0])
        return (known, False) if known and len(name.parts) == 1 else None
    owner = checklist.questions.get(next(iter(own))) if len(own) == 1 else None
    if len(name.parts) == 1:
        return (owner, True) if owner else None
    member = checklist.questions.get(name.parts[1])
    return (member, False) if member and {checklist.group_of[member.id].id} == own else None


def _misfit(known: tuple[Question, bool] | None, value: Any, member: bool) -> Iterator[str]:
    """What is wrong with a literal as the answer, or with `member` as one of the choices, of a question."""
    if known is None:
        return
    question, element = known
    id_, kind, said = question.id, question.type, _said(value)
    if kind is Kind.choices and isinstance(value, tuple) and not element:
        yield from (advice for text in value for advice in _misfit(known, text, True))
    elif kind is Kind.choices and not element and not member:
        yield f"条件里的「{id_}」是多选题，请写成 {said} in {id_}"
    elif member and kind is not Kind.choices:
        yield f"条件里的「{id_}」不是多选题，不能写 {said} in {id_}"
    elif kind in (Kind.choice, Kind.choices):
        offered = [choice.text for choice in question.choices]
        if value not in offered and (value != "" or kind is Kind.choices):
            yield f"条件里的「{id_}」没有 {said} 这个选项，可选：{'、'.join(offered)}"
    elif kind is Kind.yes_no and not isinstance(value, bool):
        yield f"条件里的「{id_}」是一道是非题，不和 {said} 比，直接写 {id_} 或 !{id_}"
    elif kind in (Kind.number, Kind.money) and not isinstance(value, float):
        yield f"条件里的「{id_}」的答案是数字，不能和 {said} 比，数字不加引号"
    elif isinstance(kind.empty, str) and not isinstance(value, str):
        yield f"条件里的「{id_}」的答案是文字，不能和 {said} 比，请加引号"
    elif kind is Kind.date and not _DAY.fullmatch(value):
        yield f'条件里的「{id_}」是日期，{said} 请写成 "2026-03-01" 的样子'


def _operand(tokens: list[tuple[str, str]], start: int) -> tuple[Any, int] | None:
    """The name or literal that begins there, and where it ends; None where something else stands there."""
    kind, text = tokens[start] if start < len(tokens) else ("", "")
    if text == "[":
        return _list(tokens, start + 1)
    if text == "-" and start + 1 < len(tokens) and tokens[start + 1][0] == "number":
        return -float(tokens[start + 1][1]), start + 2
    if kind == "text":
        return _unquoted(text), start + 1
    if kind == "number":
        return float(text), start + 1
    if kind != "name" or text == "in":
        return None
    if text in ("true", "false", "null"):
        return {"true": True, "false": False}.get(text), start + 1
    parts, end = [text], start + 1
    while end + 1 < len(tokens) and tokens[end][1] == "." and tokens[end + 1][0] == "name":
        parts.append(tokens[end + 1][1])
        end += 2
    return Named(tuple(parts)), end


def _list(tokens: list[tuple[str, str]], start: int) -> tuple[Any, int] | None:
    values = list[Any]()
    while start < len(tokens):
        if tokens[start][1] == "]":
            return tuple(values), start + 1
        member = _operand(tokens, start)
        if member is None or member[1] >= len(tokens):
            return None
        values.append(member[0])
        start = member[1] + 1 if tokens[member[1]][1] == "," else member[1]
        if tokens[member[1]][1] not in (",", "]"):
            return None
    return None


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _said(value: Any) -> str:
    """A literal as an officer would write it in a condition."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, tuple):
        return f"[{', '.join(map(_said, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
