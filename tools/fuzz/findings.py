"""What went wrong, each thing once: how often, and the smallest update that shows it."""

import json
import traceback
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

Json = dict[str, Any]
ROOT = Path(__file__).parent.parent.parent
OURS = ("bot", "actions", "retrieval", "playbook")
DETAIL = 3000
"""Characters of a traceback that are kept: its end."""


class Sort(StrEnum):
    """What there is to find."""

    EXCEPTION = "exception"
    HANG = "hang"
    RIGHT = "right exceeded"
    LEAK = "leak"
    SILENCE = "press not answered"
    DAMAGE = "damage"


@dataclass(slots=True)
class Finding:
    """One thing that is wrong. `seed` and `number` lead to the update again; `update` is it, the smallest so far."""

    sort: Sort
    what: str
    seed: int
    number: int
    update: Any
    detail: str
    count: int = 1


@dataclass(slots=True)
class Findings:
    """All of them, by sort and by what they say."""

    each: dict[tuple[Sort, str], Finding] = field(default_factory=dict)

    def add(self, sort: Sort, what: str, at: tuple[int, int], update: Any, detail: str = "") -> None:
        """Counts one more. `at`: the seed, and the number of the update."""
        known = self.each.get((sort, what))
        if known is None:
            self.each[sort, what] = Finding(sort, what, *at, update, detail)
            return
        known.count += 1
        if len(json.dumps(update)) < len(json.dumps(known.update)):
            (known.seed, known.number), known.update, known.detail = at, update, detail

    def raised(self, error: BaseException, at: tuple[int, int], update: Any) -> None:
        """An exception: those that come by the same line of ours are one."""
        told = "".join(traceback.format_exception(error))[-DETAIL:]
        self.add(Sort.EXCEPTION, f"{type(error).__name__} at {_place(error)}", at, update, told)

    def count(self, sort: Sort) -> int:
        """How often something of a sort was found."""
        return sum(finding.count for finding in self.each.values() if finding.sort is sort)

    def rows(self) -> list[Json]:
        """As JSON, the most frequent first."""
        return [asdict(finding) for finding in sorted(self.each.values(), key=lambda each: -each.count)]


def _place(error: BaseException) -> str:
    """The last line of ours that an exception has come by."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in OURS:
            return f"{file.relative_to(ROOT)}:{frame.lineno}"
    return "no line of ours"
