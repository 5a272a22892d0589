"""What the case log holds about a company that closes, as values: cases, tasks, notes, files, the timeline."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from playbook.parts import TaskKind


class CaseStatus(StrEnum):
    """A case is being taken in, worked on, followed up (only revisits are left), or put away."""

    DRAFT = "draft"
    OPEN = "open"
    FOLLOW_UP = "follow_up"
    ARCHIVED = "archived"


class TaskStatus(StrEnum):
    """A task may be worked on, has to wait, is done, or is not to be done."""

    OPEN = "open"
    BLOCKED = "blocked"
    DONE = "done"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Case:
    """One company. `opened_on` is None while it is a draft; archived and never opened is a draft given up."""

    id: str
    company: str
    uscc: str
    industry: str
    reason: str
    stage: str
    closure_date: date | None
    officer_id: int
    status: CaseStatus
    created_at: datetime
    opened_on: date | None
    archived_at: datetime | None
    released_at: datetime | None


class TaskKey(NamedTuple):
    """Which rule gave rise to a task, for which item of a repeating group (0: none), and the how-manieth (from 1)."""

    rule: str
    item: int
    occurrence: int


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done. `rule` is None where an officer added it; `by_hand` where one has changed title or date."""

    id: int
    case_id: str
    pillar: str
    kind: TaskKind
    title: str
    due_on: date
    status: TaskStatus
    assignee_id: int
    source: str
    done_at: datetime | None
    outcome: dict[str, Any]
    rule: str | None
    item: int
    occurrence: int
    by_hand: bool
    evidence: str | None
    citation: dict[str, Any] | None
    created_at: datetime
    snoozed_until: date | None
    snoozes: int

    @property
    def key(self) -> TaskKey | None:
        """The rule's key; None for a task that an officer added."""
        return TaskKey(self.rule, self.item, self.occurrence) if self.rule else None

    @property
    def withdrawn(self) -> bool:
        """Whether changed answers no longer call for it."""
        return bool(self.outcome.get("withdrawn"))


@dataclass(frozen=True, slots=True)
class Note:
    """What an officer noted about a case, or about one of its tasks."""

    id: int
    case_id: str
    task_id: int | None
    at: datetime
    officer_id: int
    text: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A photo or a document; `name` is what its sender called it."""

    id: int
    case_id: str
    task_id: int | None
    sha256: str
    name: str
    media_type: str
    size: int
    officer_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event of a case; `actor_id` is None for the bot itself."""

    id: int
    at: datetime
    actor_id: int | None
    verb: str
    detail: dict[str, Any]

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "TimelineEntry":
        """An entry from its event."""
        at, detail = datetime.fromisoformat(row["at"]), json.loads(row["detail"])
        return cls(row["id"], at, row["actor_id"], row["verb"], detail)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a change set in motion: tasks opened and blocked, and those moved, with the date before."""

    opened: tuple[Task, ...] = ()
    moved: tuple[tuple[Task, date], ...] = ()
    blocked: tuple[Task, ...] = ()


NOTHING_SETTLED = Settled()


def case_from_row(row: dict[str, Any]) -> Case:
    """A case from its row."""
    values = {name: row[name] for name in Case.__slots__}
    values["status"] = CaseStatus(row["status"])
    values["created_at"] = datetime.fromisoformat(row["created_at"])
    for name in ("archived_at", "released_at"):
        values[name] = _moment(row[name])
    for name in ("closure_date", "opened_on"):
        values[name] = date.fromisoformat(row[name]) if row[name] else None
    return Case(**values)


def task_from_row(row: dict[str, Any]) -> Task:
    """A task from its row."""
    values = {name: row[name] for name in Task.__slots__}
    values["kind"], values["status"] = TaskKind(row["kind"]), TaskStatus(row["status"])
    values["due_on"], values["done_at"] = date.fromisoformat(row["due_on"]), _moment(row["done_at"])
    values["created_at"] = datetime.fromisoformat(row["created_at"])
    values["snoozed_until"] = date.fromisoformat(row["snoozed_until"]) if row["snoozed_until"] else None
    values["outcome"], values["by_hand"] = json.loads(row["outcome"]), bool(row["by_hand"])
    values["citation"] = json.loads(row["citation"]) if row["citation"] else None
    return Task(**values)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
