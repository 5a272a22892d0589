"""YAML files of the playbook as people edit them: read, validated, and every fault said with the line it is on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from playbook.faults import Location
from playbook.loader import Problem

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class YamlFile:
    """A file as YAML gave it. `node` knows on which line each key stands; `digest` tells its editions apart."""

    path: Path
    content: bytes
    values: Any
    node: yaml.Node | None

    def line(self, location: Location) -> int:
        """The line of the key or list item at that location, or of the nearest thing around it that is there."""
        node, line = self.node, 1
        for part in location:
            found = _child(node, part)
            if found is None:
                break
            node, line = found
        return line


def problem(file: YamlFile, location: Location, advice: str) -> Problem:
    """One line, whatever it quotes."""
    return Problem(file.path, file.line(location), " ".join(advice.split()))


def read_yaml(path: Path, problems: list[Problem]) -> YamlFile | None:
    """The file; None, and a problem more, where it cannot be read."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        values = yaml.load(text, Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        problems.append(Problem(path, 1, "缺少这个文件，请补上（可以从自带手册里复制一份）"))
    except OSError:
        problems.append(Problem(path, 1, "这个文件读不出来，请检查它是不是文件、有没有权限"))
    except UnicodeDecodeError as error:
        problems.append(Problem(path, content[: error.start].count(b"\n") + 1, "文件不是 UTF-8 编码，请用 UTF-8 另存"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date such as 2024-02-30
        mark = getattr(error, "problem_mark", None)
        problems.append(Problem(path, mark.line + 1 if mark else 1, "不是有效的 YAML，请检查冒号、缩进和引号"))
    else:
        problems += (Problem(path, line, f"「{key}」写了两次，请删去一个") for line, key in _doubled(node, set()))
        return YamlFile(path, content, values, node)
    return None


def _doubled(node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[int, str]]:
    """Keys that stand twice in one mapping, of which YAML would quietly drop the first."""
    if node is None or id(node) in seen:  # an alias may lead back to what it stands in
        return
    seen.add(id(node))
    children: list[yaml.Node] = []
    if isinstance(node, yaml.SequenceNode):
        children = node.value
    elif isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        lines = [key.start_mark.line + 1 for key, _ in node.value]
        yield from ((line, str(key)) for n, (line, key) in enumerate(zip(lines, keys, strict=True)) if key in keys[:n])
        children = [value for _, value in node.value]
    for child in children:
        yield from _doubled(child, seen)


def validate(file: YamlFile, model: type[M], problems: list[Problem]) -> M | None:
    """What the file says, as a model; None, and a problem for each key, where that cannot be."""
    try:
        return model.model_validate(file.values)
    except ValidationError as error:
        for fault in error.errors():
            location = tuple(part for part in fault["loc"] if not isinstance(part, str) or "[" not in part)
            problems.append(problem(file, location, _advice(location, fault)))
    return None


def _advice(location: Location, fault: Any) -> str:
    """What to do about one key; `fault` is pydantic's account of it."""
    kind, value, context = fault["type"], fault.get("input"), fault.get("ctx", {})
    key = _key(location)
    if kind == "missing":
        return f"缺少{key}，请补上"
    if kind == "extra_forbidden":
        return f"不认识{key}这一项，请改正拼写或删去"
    if kind == "enum":
        offered = "、".join(re.findall(r"'([^']*)'", context["expected"]))
        return f"{key}的值「{_short(value)}」不在可选之列：{offered}"
    if kind == "value_error":
        return _misread(str(context["error"]))
    if kind == "string_pattern_mismatch":
        joint = "下划线" if "_" in context["pattern"] else "短横线"
        return f"{key}只能用小写字母、数字和{joint}，现在是「{_short(value)}」"
    if kind == "string_too_long":
        return f"{key}太长，请缩到 {context['max_length']} 个字符以内，现在是「{_short(value)}」"
    if kind in ("too_short", "string_too_short"):
        return f"{key}是空的，请至少写一项"
    if kind == "greater_than_equal":
        return f"{key}最小是 {context['ge']}，现在是「{_short(value)}」"
    if kind == "less_than_equal":
        return f"{key}最大是 {context['le']}，现在是「{_short(value)}」"
    return f"{key}的值「{_short(value)}」类型不对，请对照自带手册里的写法改正"


def _misread(said: str) -> str:
    """What `playbook.conditions` says of a condition that cannot be read, without the parser's English."""
    quoted, mark, _ = said.partition("写法不对")
    if not mark:
        return said
    place = re.search(r"<input>:1:(\d+)", said)
    where = f"，从第 {place[1]} 个字符看起" if place else ""
    return f"{quoted}{mark}{where}：相等写 ==，并且写 &&，或者写 ||，文字加英文引号"


def _key(location: Location) -> str:
    """A key, or which part of a list under a key."""
    if not location:
        return "文件"
    *_, last = location
    return f"「{last}」" if isinstance(last, str) else f"{_key(location[:-1])}第 {last + 1} 项"


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((value, key.start_mark.line + 1) for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
