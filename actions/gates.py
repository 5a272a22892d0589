"""Makes the tasks in the log agree with the plan: which are there, what each waits for, what is open, when it is due.

Everything here runs inside the transaction of the change that made it necessary: a plan that is done opens what it held
back in the same moment, or not at all.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from actions.answers import StoredAnswers
from actions.calendar import add_workdays, local_day
from actions.changes import manual_gates
from actions.checklist import follow
from actions.ledger import Ledger
from actions.model import NOTHING_SETTLED, Settled, Task, TaskKey, TaskStatus, task_from_row
from actions.planning import Plan, Planned, Progress, plan
from actions.roster import Roster
from actions.store import CaseLog, instant
from playbook.checklist import Procedure

_PUT_WAIT = "insert or replace into task_waits (task_id, waits_for, gate) values (?, ?, ?)"
LIVE = (TaskStatus.OPEN, TaskStatus.BLOCKED)


@dataclass(frozen=True)
class Standing:
    """A case's tasks, withdrawn ones too, with the plan that its answers call for."""

    tasks: tuple[Task, ...]
    progress: Progress
    plan: Plan

    @property
    def by_key(self) -> dict[TaskKey, Task]:
        """The tasks that rules gave rise to."""
        return {task.key: task for task in self.tasks if task.key}


class Gates:
    """The waits and gates of the case log."""

    def __init__(self, log: CaseLog, procedure: Procedure) -> None:
        self._log, self._procedure = log, procedure
        self._answers = StoredAnswers(log)
        self._ledger, self._roster = Ledger(log), Roster(log)

    def standing(self, case_id: str) -> Standing | None:
        """Where an open case stands; None for a draft."""
        case = self._log.row("select opened_on, created_at, status from cases where id = ?", [case_id])
        if case is None or case["status"] == "draft":
            return None
        rows = self._log.rows("select * from tasks where case_id = ? order by id", [case_id])
        tasks = tuple(task_from_row(row) for row in rows)
        path = follow(self._procedure.checklist, self._answers.of_case(case_id))
        progress, created_on = progress_of(tasks), local_day(datetime.fromisoformat(case["created_at"]))
        opened_on = date.fromisoformat(case["opened_on"]) if case["opened_on"] else created_on
        return Standing(tasks, progress, plan(self._procedure, path, opened_on, progress))

    def worked_on(self, case_id: str) -> set[int]:
        """The tasks of a case on which somebody has begun: noted something, sent a file, set its date."""
        sql = (
            "select id from tasks where case_id = :case and by_hand = 1"
            " union select task_id from notes where case_id = :case and task_id is not null"
            " union select task_id from files where case_id = :case and task_id is not null"
        )
        return {row["id"] for row in self._log.rows(sql.replace(":case", "?"), [case_id] * 3)}

    def apply(self, case_id: str, *, drop_worked: bool, by: int | None, now: datetime) -> Settled:
        """Puts the plan into the log: new tasks, tasks withdrawn (and back again), waits, dates.

        A task that is no longer called for and has been worked on stays, unless `drop_worked`.
        """
        with self._log.transaction():
            standing = self.standing(case_id)
            if standing is None:
                return NOTHING_SETTLED
            for planned in standing.plan.values():
                self._raise(case_id, planned, standing, by, now)
            spared = set() if drop_worked else self.worked_on(case_id)
            for task in standing.tasks:
                if task.key and task.key not in standing.plan and task.status in LIVE and task.id not in spared:
                    self._set(task, now, by, "withdraw", status=TaskStatus.WAIVED, outcome={"withdrawn": True})
            self._put_waits(case_id)
            return self.settle(case_id, by, now)

    def settle(self, case_id: str, by: int | None, now: datetime) -> Settled:
        """Opens what nothing holds back any more, holds back what something does, and moves dates that rules set."""
        with self._log.transaction():
            standing = self.standing(case_id)
            if standing is None:
                return NOTHING_SETTLED
            held = self._held(case_id)
            opened, blocked, moved = list[Task](), list[Task](), list[tuple[Task, date]]()
            for task in standing.tasks:
                if task.status not in LIVE:
                    continue
                status = TaskStatus.BLOCKED if task.id in held else TaskStatus.OPEN
                planned = standing.plan.get(task.key) if task.key and not task.by_hand else None
                due_on = planned.due_on if planned else task.due_on
                after = self._set(task, now, by, _verb(task, status), status=status, due_on=due_on)
                if status is not task.status:
                    (blocked if status is TaskStatus.BLOCKED else opened).append(after)
                elif due_on != task.due_on:
                    moved.append((after, task.due_on))
            self._announce(opened, now)
            return Settled(opened=tuple(opened), moved=tuple(moved), blocked=tuple(blocked))

    def _announce(self, opened: Sequence[Task], now: datetime) -> None:
        """What waits no longer is due to be said at once, to each officer in one message."""
        for assignee in dict.fromkeys(task.assignee_id for task in opened):
            reader = self._roster.reader(assignee, local_day(now))
            if reader is not None:
                within = self._ledger.put(reader, f"opened:{instant(now)}", now=now)
                for task in opened:
                    if task.assignee_id == assignee:
                        occasion = f"opened:{instant(now)}"
                        self._ledger.put(reader, occasion, task_id=task.id, within=within, now=now)

    def hold_added(self, task: Task) -> None:
        """Puts a task that an officer added behind the gates of its kind."""
        standing = self.standing(task.case_id)
        if standing is None:
            return
        keys = manual_gates(self._procedure, standing.plan, task)
        rows = [(task.id, standing.by_key[key].id, 1) for key in keys if key in standing.by_key]
        with self._log.transaction() as db:
            db.conn.executemany(_PUT_WAIT, rows)

    def _raise(self, case_id: str, planned: Planned, standing: Standing, by: int | None, now: datetime) -> None:
        """Adds a task, brings a withdrawn one back, or gives one the title that its answers now make."""
        task = standing.by_key.get(planned.key)
        if task is None:
            self._insert(case_id, planned, blocked=bool(standing.progress.holders(planned)), by=by, now=now)
        elif task.withdrawn:
            officer = self._log.rows("select officer_id from cases where id = ?", [case_id])[0]["officer_id"]
            values = {"title": planned.title, "due_on": planned.due_on, "assignee_id": officer}
            self._set(task, now, by, "restore", status=TaskStatus.OPEN, outcome={}, **values)
        elif task.status in LIVE and not task.by_hand and task.title != planned.title:
            self._set(task, now, by, "rename", title=planned.title)

    def _insert(self, case_id: str, planned: Planned, *, blocked: bool, by: int | None, now: datetime) -> None:
        sql = (
            "insert into tasks (case_id, pillar, kind, title, due_on, status, assignee_id, source, rule, item,"
            " occurrence, evidence, created_at, remind_on) select ?, ?, ?, ?, ?, ?, officer_id, ?, ?, ?, ?, ?, ?, ?"
            " from cases where id = ? returning id"
        )
        rule, key = planned.rule, planned.key
        status = TaskStatus.BLOCKED if blocked else TaskStatus.OPEN
        values = [case_id, rule.pillar, rule.kind, planned.title, planned.due_on.isoformat(), status, rule.source]
        with self._log.transaction() as db:
            first = _first_reminder(planned.due_on, local_day(now))
            row = db.execute(sql, [*map(str, values), *key, rule.evidence, instant(now), first, case_id]).fetchone()
            detail = {"task": row[0], "title": planned.title, "due_on": planned.due_on.isoformat(), "rule": rule.id}
            self._log.record(now, by, "add_task", f"case:{case_id}", detail)

    def _put_waits(self, case_id: str) -> None:
        """Writes what each task of a case waits for, anew."""
        standing = self.standing(case_id)
        assert standing is not None
        ids = {key: task.id for key, task in standing.by_key.items()}
        rows = list[tuple[int, int, int]]()
        for planned in standing.plan.values():
            rows += [(ids[planned.key], ids[key], 0) for key in planned.waits]
            rows += [(ids[planned.key], ids[key], 1) for key in planned.gates]
        for task in standing.tasks:
            if task.key is None:
                rows += [(task.id, ids[key], 1) for key in manual_gates(self._procedure, standing.plan, task)]
        with self._log.transaction() as db:
            db.execute("delete from task_waits where task_id in (select id from tasks where case_id = ?)", [case_id])
            db.conn.executemany(_PUT_WAIT, rows)

    def _held(self, case_id: str) -> set[int]:
        sql = (
            "select distinct task_id from task_waits join tasks as held on held.id = task_id"
            " join tasks as awaited on awaited.id = waits_for where held.case_id = ?"
            " and awaited.status <> 'done' and not (awaited.status = 'waived' and gate = 0)"
        )
        return {row["task_id"] for row in self._log.rows(sql, [case_id])}

    def _set(self, task: Task, now: datetime, by: int | None, verb: str, **values: object) -> Task:
        """Changes a task's columns, where they differ, and records what they were and are."""
        changed = {name: value for name, value in values.items() if getattr(task, name) != value}
        if not changed:
            return task
        row = {name: _plain(value) for name, value in changed.items()}
        before = {name: _plain(getattr(task, name)) for name in changed}
        with self._log.transaction() as db:
            db.table("tasks").update(task.id, row)
            self._log.record(now, by, verb, f"case:{task.case_id}", {"task": task.id, "before": before, "after": row})
            return task_from_row(db.table("tasks").get(task.id))


def progress_of(tasks: Iterable[Task]) -> Progress:
    """The days on which the tasks of a case were done or waived; withdrawn ones hold nothing up and count for none."""
    done, waived = dict[TaskKey, date](), dict[TaskKey, date]()
    for task in tasks:
        if task.key and task.done_at and not task.withdrawn:
            days = done if task.status is TaskStatus.DONE else waived
            days[task.key] = local_day(task.done_at)
    return Progress(done, waived)


def _first_reminder(due_on: date, today: date) -> str | None:
    """Where a task is late when it comes into the world: the next morning, since its officer is looking at it now."""
    return add_workdays(today, 1).isoformat() if due_on <= today else None


def _verb(task: Task, status: TaskStatus) -> str:
    if status is task.status:
        return "move"
    return "block" if status is TaskStatus.BLOCKED else "unblock"


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
