"""The tasks of the case log: added, finished with evidence, waived, changed, opened again.

After each of these the gates are settled in the same transaction (see `actions.gates`).
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from actions.calendar import local_day
from actions.case_errors import (
    EvidenceMissing,
    ReasonMissing,
    SnoozeTooEarly,
    TaskBlocked,
    TaskSettled,
    TaskUnknown,
)
from actions.cases import Cases
from actions.gates import LIVE, Gates
from actions.model import NOTHING_SETTLED, Settled, Task, TaskStatus, task_from_row
from actions.reminders import Watch, next_day
from actions.store import CaseLog, instant
from playbook.model import Pillar
from playbook.parts import TaskKind

Waits = Mapping[int, tuple[Task, ...]]


class Tasks:
    """The register of tasks. `by` is who does it: a Telegram id."""

    def __init__(self, log: CaseLog, cases: Cases, gates: Gates) -> None:
        self._log, self._cases, self._gates = log, cases, gates

    def need(self, task_id: int) -> Task:
        """The task of that id; TaskUnknown where there is none."""
        row = self._log.row("select * from tasks where id = ?", [task_id])
        if row is None:
            raise TaskUnknown(task=task_id)
        return task_from_row(row)

    def of_case(self, case_id: str) -> list[Task]:
        """The tasks of a case by due date, without those that changed answers have withdrawn."""
        rows = self._log.rows("select * from tasks where case_id = ? order by due_on, id", [case_id])
        return [task for task in map(task_from_row, rows) if not task.withdrawn]

    def waits(self, case_id: str) -> Waits:
        """What each blocked task of a case still waits for; what a gate waits for comes first."""
        sql = (
            "select task_id, awaited.* from task_waits join tasks as held on held.id = task_id"
            " join tasks as awaited on awaited.id = waits_for where held.case_id = ? and awaited.status <> 'done'"
            " and not (awaited.status = 'waived' and gate = 0) order by gate desc, awaited.due_on"
        )
        waits: dict[int, tuple[Task, ...]] = {}
        for row in self._log.rows(sql, [case_id]):
            waits[row["task_id"]] = (*waits.get(row["task_id"], ()), task_from_row(row))
        return waits

    def blocks(self, task_id: int) -> list[Task]:
        """What waits for a task, and is neither done nor waived."""
        sql = (
            "select tasks.* from task_waits join tasks on id = task_id"
            " where waits_for = ? and status in ('open', 'blocked') order by due_on, id"
        )
        return [task_from_row(row) for row in self._log.rows(sql, [task_id])]

    def add(
        self,
        case_id: str,
        title: str,
        *,
        pillar: Pillar,
        kind: TaskKind,
        due_on: date,
        by: int,
        now: datetime,
        source: str = "",
        citation: Mapping[str, Any] | None = None,
    ) -> Task:
        """A task that an officer adds; `citation` keeps the passage that it rests on."""
        row = {
            "case_id": case_id,
            "pillar": pillar.value,
            "kind": kind.value,
            "title": title,
            "due_on": due_on.isoformat(),
            "status": "open",
            "source": source,
            "citation": json.dumps(citation, ensure_ascii=False) if citation else None,
            "by_hand": 1,
            "created_at": instant(now),
        }
        with self._log.transaction() as db:
            row["assignee_id"] = self._cases.need(case_id).officer_id
            id_ = cast(int, db.table("tasks").insert(row).last_pk)
            self._log.record(
                now, by, "add_task", _subject(case_id), {"task": id_, "title": title, "due_on": row["due_on"]}
            )
            self._gates.hold_added(self.need(id_))
            self._settle(case_id, by, now)
            return self.need(id_)

    def join(self, case_id: str, title: str, *, citation: Mapping[str, Any], **values: Any) -> Task:
        """A task from a cited passage; the one that is there where that passage is an open task of the case already."""
        sql = (
            "select * from tasks where case_id = ? and rule is null and status in ('open', 'blocked') and citation = ?"
        )
        text = json.dumps(citation, ensure_ascii=False)
        with self._log.transaction():
            row = self._log.row(sql, [case_id, text])
            return task_from_row(row) if row else self.add(case_id, title, citation=citation, **values)

    def finish(
        self,
        task_id: int,
        *,
        by: int,
        now: datetime,
        note: str | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> Settled:
        """Done; again changes nothing. A `note` is kept, and may be the evidence. TaskBlocked, EvidenceMissing."""
        with self._log.transaction():
            task = self.need(task_id)
            if task.status is TaskStatus.DONE:
                return NOTHING_SETTLED
            if task.status is TaskStatus.BLOCKED:
                by_titles = "、".join(f"「{awaited.title}」" for awaited in self.waits(task.case_id)[task_id])
                raise TaskBlocked(title=task.title, by=by_titles)
            if note:
                self._cases.note(task.case_id, note, task_id=task_id, by=by, now=now)
            if task.evidence and not self._has_evidence(task_id):
                raise EvidenceMissing(title=task.title, evidence=task.evidence)
            kept = {"outcome": json.dumps(outcome, ensure_ascii=False)} if outcome else {}
            self._set(task, {"status": "done", "done_at": instant(now), **kept}, "finish", by, now)
            return self._settle(task.case_id, by, now)

    def waive(self, task_id: int, reason: str, *, by: int, now: datetime) -> Settled:
        """Not to be done, for a reason."""
        with self._log.transaction():
            task = self._live(task_id)
            outcome = json.dumps({"reason": _reason(reason)}, ensure_ascii=False)
            self._set(task, {"status": "waived", "done_at": instant(now), "outcome": outcome}, "waive", by, now, reason)
            return self._settle(task.case_id, by, now)

    def move(self, task_id: int, due_on: date, reason: str, *, by: int, now: datetime) -> Settled:
        """Another due date, for a reason; the rules leave it alone from now on."""
        return self._edit(task_id, {"due_on": due_on.isoformat()}, "move", by, now, _reason(reason))

    def snooze(self, task_id: int, until: date, reason: str, *, by: int, now: datetime) -> Task:
        """Puts the reminder off to a day, for a reason; the due date stays. SnoozeTooEarly for a day not ahead."""
        with self._log.transaction() as db:
            task = self._live(task_id)
            if until <= local_day(now):
                raise SnoozeTooEarly
            values = {"snoozed_until": until.isoformat(), "remind_on": _next(task, until, local_day(now))}
            db.table("tasks").update(task_id, {**values, "snoozes": task.snoozes + 1})
            detail = {"task": task_id, "title": task.title, "until": until.isoformat(), "reason": _reason(reason)}
            self._log.record(now, by, "snooze", _subject(task.case_id), detail)
            return self.need(task_id)

    def rename(self, task_id: int, title: str, *, by: int, now: datetime) -> Settled:
        """Another title; the rules leave the task alone from now on."""
        return self._edit(task_id, {"title": title}, "rename", by, now, "")

    def reopen(self, task_id: int, *, by: int, now: datetime) -> Settled:
        """To be done after all; what waited for it waits again."""
        with self._log.transaction():
            task = self.need(task_id)
            if task.status in LIVE:
                return NOTHING_SETTLED
            officer = self._cases.need(task.case_id).officer_id  # it may have gone to somebody else meanwhile
            passed_on = {"assignee_id": officer} if officer != task.assignee_id else {}
            self._set(task, {"status": "open", "done_at": None, "outcome": "{}", **passed_on}, "reopen", by, now)
            self._cases.reopen(task.case_id, by=by, now=now)
            return self._settle(task.case_id, by, now)

    def _edit(self, task_id: int, values: dict[str, Any], verb: str, by: int, now: datetime, reason: str) -> Settled:
        with self._log.transaction():
            task = self._live(task_id)
            self._set(task, {**values, "by_hand": 1}, verb, by, now, reason)
            return self._settle(task.case_id, by, now)

    def _settle(self, case_id: str, by: int, now: datetime) -> Settled:
        settled = self._gates.settle(case_id, by, now)
        self._cases.refresh_status(case_id, now=now)
        return settled

    def _live(self, task_id: int) -> Task:
        task = self.need(task_id)
        if task.status not in LIVE:
            raise TaskSettled(title=task.title)
        return task

    def _has_evidence(self, task_id: int) -> bool:
        """A file, or a note that has a number: of a manifest, a report, a receipt."""
        if self._log.row("select 1 from files where task_id = ? limit 1", [task_id]):
            return True
        notes = self._log.rows("select text from notes where task_id = ?", [task_id])
        return any(char.isdigit() for note in notes for char in note["text"])

    def _set(self, task: Task, values: dict[str, Any], verb: str, by: int, now: datetime, reason: str = "") -> None:
        with self._log.transaction() as db:
            before = {name: row for name, row in db.table("tasks").get(task.id).items() if name in values}
            db.table("tasks").update(task.id, values)
            detail = {"task": task.id, "title": task.title, "before": before, "after": values}
            self._log.record(now, by, verb, _subject(task.case_id), detail | ({"reason": reason} if reason else {}))


def _next(task: Task, until: date, today: date) -> str:
    """The next day on which there is something to be said: the lead may be told before the officer is reminded."""
    return next_day(Watch(task.due_on, until, task.snoozes + 1), today).isoformat()


def _reason(text: str) -> str:
    if not text.strip():
        raise ReasonMissing
    return text.strip()


def _subject(case_id: str) -> str:
    return f"case:{case_id}"
