"""Sections that leads write in use: from what was typed or sent to an entry of the playbook, checked as its files are.

A lead writes a title on the first line and the text below; whoever knows the playbook's files may send one with a front
matter instead, of which what is missing is filled in. Published sections lie among the own sources (`playbook.own`). A
file with a fault is logged and left out, as released cases are.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playbook.loader import FENCE, Problem, Source, read_entries, split, validate
from playbook.model import Pillar, Playbook, Section
from playbook.own import active_files

log = logging.getLogger(__name__)

TITLE_CHARACTERS = 40
SHORTEST, LONGEST = 20, 8000
"""Characters of a section's text: less says nothing that can be cited, more is a document."""
ASKS, ASK_CHARACTERS = 30, 120
"""Questions that a section is said to answer, and the length of each."""
EVERYBODY = "全部"


@dataclass(frozen=True, slots=True)
class Frame:
    """What the bot fills in of a section's front matter: the rest is the lead's."""

    id: str
    pillar: Pillar
    asks: tuple[str, ...]
    source: str


def read_section(
    said: str, frame: Frame, known: Collection[str], where: Path = Path("草稿")
) -> tuple[Section | None, list[Problem]]:
    """The section that was written, and all that is to be mended, with the line of what was written.

    `known` are the ids that `related` may name; `where` is the name under which problems are told.
    """
    problems: list[Problem] = []
    text = said.removeprefix("\ufeff").strip()
    source = split(text, where, problems) if text.startswith(FENCE) else _plain(text, where, problems)
    if source is None:
        return None, problems
    section = validate(_filled(source, frame), Section, problems)
    if not isinstance(section, Section):
        return None, sorted(problems)
    problems += _faults(section, source, known)
    return (None if problems else section), sorted(problems)


def given_pillar(said: str) -> Pillar | None:
    """The pillar that a front matter names, where there is one."""
    text = said.removeprefix("\ufeff").strip()
    source = split(text, Path(), []) if text.startswith(FENCE) else None
    value = source.values.get("pillar") if source else None
    return Pillar(value) if isinstance(value, str) and value in {str(each) for each in Pillar} else None


def _plain(text: str, where: Path, problems: list[Problem]) -> Source | None:
    """A title, then the text; None, and a problem more, where there are not both."""
    first, _, rest = text.partition("\n")
    title = first.strip().lstrip("#").strip().strip("《》*").strip()
    if not title or not rest.strip():
        problems.append(Problem(where, 1, "第一行写标题，从第二行起写正文，两样都要有"))
        return None
    return Source(where, {"title": title}, {"title": 1}, rest.strip())


def _filled(source: Source, frame: Frame) -> Source:
    """With what the bot knows better, and with what was not said."""
    asks = source.values.get("asks") or []
    values = {
        "applies_to": [EVERYBODY],
        "related": [],
        "source": frame.source,
        **source.values,
        "id": frame.id,
        "kind": "section",
        "pillar": frame.pillar.value,
        "asks": [*asks, *_asks(frame.asks)] if isinstance(asks, list) else asks,
    }
    return Source(source.path, values, source.lines, source.body)


def _asks(questions: Sequence[str]) -> list[str]:
    """Each once, on one line, the shortest where there are too many."""
    flat = dict.fromkeys(" ".join(question.split())[:ASK_CHARACTERS] for question in questions if question.strip())
    return sorted(flat, key=len)[:ASKS]


def _faults(section: Section, source: Source, known: Collection[str]) -> Iterator[Problem]:
    """What a file may have and a section should not."""
    body, title = source.lines.get("body", 1), source.lines.get("title", 1)
    if len(section.title) > TITLE_CHARACTERS:
        yield Problem(source.path, title, f"标题有 {len(section.title)} 个字，请缩到 {TITLE_CHARACTERS} 字以内")
    if len(section.body) < SHORTEST:
        yield Problem(source.path, body, f"正文太短，请写到 {SHORTEST} 字以上，把做法、由谁办、何时办写清楚")
    if len(section.body) > LONGEST:
        yield Problem(source.path, body, f"正文有 {len(section.body)} 个字，请分成几节，每节 {LONGEST} 字以内")
    for target in section.related:
        if target not in known:
            line = source.lines.get("related", 1)
            yield Problem(source.path, line, f"「related」指向的「{target}」不存在，请改正或删去")


def read_written(directory: Path | None, playbook: Playbook) -> tuple[list[Section], list[Problem]]:
    """The published sections that can be used beside a playbook, and every problem found."""
    if directory is None:
        return [], []
    paths, problems = list[Path](), list[Problem]()
    for each in active_files(directory, "section"):
        path = directory / each.file
        if path.is_file():
            paths.append(path)
        else:
            problems.append(Problem(path, 1, "文件不在了，请从备份恢复"))
    entries, more = read_entries(paths, Section, playbook.entries)
    return [entry for entry in entries if isinstance(entry, Section)], [*problems, *more]


def written_sections(directory: Path | None, playbook: Playbook) -> list[Section]:
    """The published sections that can be used beside a playbook; the log says which others there are."""
    sections, problems = read_written(directory, playbook)
    for problem in problems:
        log.warning("a written section is left out: %s", problem)
    return sections
