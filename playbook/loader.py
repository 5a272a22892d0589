"""Reads the playbook's files, and says all that is wrong with them, a line each.

`read_playbook` gives what could be loaded together with the problems; `load_playbook` insists on there being none.
A file is found by its folder: `sections/`, `cases/`, `laws/`.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from playbook.errors import PlaybookInvalid
from playbook.glossary import FILE as GLOSSARY
from playbook.glossary import Glossary
from playbook.model import Case, Law, Pillar, Playbook, Section

BUNDLED = Path(__file__).parent
FOLDERS: dict[str, type[Section | Case | Law]] = {"sections": Section, "cases": Case, "laws": Law}
FENCE = "---"


@dataclass(frozen=True, order=True)
class Problem:
    """Something an officer must mend: which file, which line (1 is the first), and what to do."""

    file: Path
    line: int
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.advice}"


@dataclass(frozen=True)
class Source:
    """A file's front matter as YAML gave it, the line on which each key stands, and the body."""

    path: Path
    values: dict[str, object]
    lines: dict[str, int]
    body: str


def load_playbook(directory: Path = BUNDLED) -> Playbook:
    """The playbook in `directory`; raises PlaybookInvalid where anything in it needs mending."""
    playbook, problems = read_playbook(directory)
    if problems:
        raise PlaybookInvalid(first=problems[0], count=len(problems))
    return playbook


def read_playbook(directory: Path = BUNDLED) -> tuple[Playbook, list[Problem]]:
    """What can be loaded, and every problem found, in the order of files and lines."""
    problems: list[Problem] = []
    loaded: dict[str, tuple[Source, Section | Case | Law]] = {}
    named: set[object] = set()
    for path, model in playbook_files(directory):
        source = _read(path, problems)
        named.add(str(source.values.get("id")) if source else path.stem)
        entry = validate(source, model, problems) if source else None
        if source is None or entry is None:
            continue
        if entry.id in loaded:
            first = loaded[entry.id][0].path.name
            problems.append(Problem(path, source.lines["id"], f"编号「{entry.id}」已被 {first} 使用，请换一个"))
            continue
        loaded[entry.id] = (source, entry)
    problems += _dead_references(loaded, named)
    problems += _glossary_problems(directory)
    if not loaded and not problems:
        problems.append(Problem(directory, 1, "这里没有手册文件，请检查手册目录的设置"))
    return Playbook.of([entry for _, entry in loaded.values()]), sorted(problems)


def playbook_files(directory: Path = BUNDLED) -> Iterator[tuple[Path, type[Section | Case | Law]]]:
    """The Markdown files of the playbook with what each must be, in a stable order."""
    for folder, model in FOLDERS.items():
        for path in sorted((directory / folder).glob("*.md")):
            yield path, model


def read_cases(paths: Iterable[Path], taken: Container[str] = ()) -> tuple[list[Case], list[Problem]]:
    """The cases in these files, and every problem found. Ids that are `taken` are the playbook's."""
    entries, problems = read_entries(paths, Case, taken)
    return [entry for entry in entries if isinstance(entry, Case)], problems


def read_entries(
    paths: Iterable[Path], model: type[Section | Case | Law], taken: Container[str] = ()
) -> tuple[list[Section | Case | Law], list[Problem]]:
    """The entries of one kind in these files, and every problem found. Ids that are `taken` are the playbook's."""
    problems: list[Problem] = []
    entries = dict[str, Section | Case | Law]()
    for path in paths:
        source = _read(path, problems)
        entry = validate(source, model, problems) if source else None
        if source is None or entry is None:
            continue
        if entry.id in taken or entry.id in entries:
            problems.append(Problem(path, source.lines["id"], f"编号「{entry.id}」已被使用，请换一个"))
            continue
        entries[entry.id] = entry
    return list(entries.values()), problems


def _read(path: Path, problems: list[Problem]) -> Source | None:
    """Front matter and body of one file; None, and a problem more, where it has none that YAML can read."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        problems.append(Problem(path, line, "文件不是 UTF-8 编码，请用 UTF-8 另存"))
        return None
    return split(text, path, problems)


def split(text: str, path: Path, problems: list[Problem]) -> Source | None:
    """The same of a text that is, or is to be, the file's."""
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if not lines or lines[0].strip() != FENCE or end is None:
        problems.append(Problem(path, 1, "缺少文件头：请以一行 --- 开头，写完各项后再用一行 --- 结束"))
        return None
    try:
        values, where = _front_matter("\n".join(lines[1:end]))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2024-02-30
        mark = getattr(error, "problem_mark", None)
        problems.append(Problem(path, mark.line + 2 if mark else 2, "文件头不是有效的 YAML，请检查冒号、缩进和引号"))
        return None
    return Source(path, values, where, "\n".join(lines[end + 1 :]).strip())


def _front_matter(text: str) -> tuple[dict[str, object], dict[str, int]]:
    """The mapping in `text`, and the line in the file on which each of its keys stands; raises yaml.YAMLError."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    if not isinstance(node, yaml.MappingNode):
        raise yaml.YAMLError("the front matter is not a mapping")
    values = yaml.load(text, Loader=yaml.CSafeLoader)
    lines = {key.value: key.start_mark.line + 2 for key, _ in node.value}
    return {str(key): value for key, value in values.items()}, lines


def validate(source: Source, model: type[Section | Case | Law], problems: list[Problem]) -> Section | Case | Law | None:
    """The entry that a file holds; None, and a problem for each key at fault, where it is not a valid one."""
    try:
        return model.model_validate({**source.values, "body": source.body})
    except ValidationError as error:
        for fault in error.errors():
            key = str(fault["loc"][0])
            line = source.lines.get(key, 1)
            problems.append(Problem(source.path, line, _advice(key, fault["type"], source.values.get(key))))
    return None


def _advice(key: str, fault: str, value: object) -> str:
    """What to do about one key; `fault` is pydantic's name for what is wrong with it."""
    if key == "body":
        return "正文是空的，请在文件头之后写正文"
    if fault == "missing":
        return f"缺少「{key}」，请补上"
    if fault == "extra_forbidden":
        return f"不认识「{key}」这一项，请改正拼写或删去"
    if fault == "enum":
        return f"「{key}」的值「{value}」不是支柱，可选：{'、'.join(Pillar)}"
    if fault == "literal_error":
        return f"「{key}」的值「{value}」与所在文件夹不符，请改正或移动文件"
    if fault == "string_pattern_mismatch":
        return f"「{key}」只能用小写字母、数字和短横线，现在是「{value}」"
    if fault == "string_too_long":
        return f"「{key}」太长，请缩到 50 个字符以内，现在是「{value}」"
    return f"「{key}」的值「{value}」类型不对，请对照其他文件改正"


def _glossary_problems(directory: Path) -> Iterator[Problem]:
    try:
        Glossary.read(directory)
    except ValueError as error:
        yield Problem(directory / GLOSSARY, 1, str(error))


def _dead_references(loaded: dict[str, tuple[Source, Section | Case | Law]], named: set[object]) -> Iterator[Problem]:
    """References to ids that no file bears: one whose file has another fault is mended there, not here."""
    for source, entry in loaded.values():
        for target in entry.related:
            if target not in named:
                yield Problem(
                    source.path, source.lines["related"], f"「related」指向的「{target}」不存在，请改正或删去"
                )
