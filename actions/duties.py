"""What is due to officers: today, overdue, this week; and what is open on the ground, for the joint meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from actions.model import Case, Task, case_from_row, task_from_row
from actions.reminders import end_of_week
from actions.store import CaseLog
from actions.tasks import Tasks
from playbook.checklist import Procedure


class When(StrEnum):
    """Which open tasks."""

    TODAY = "today"
    OVERDUE = "overdue"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class DueTask:
    """An open task with the company that it is about."""

    task: Task
    company: str


@dataclass(frozen=True, slots=True)
class Due:
    """How many, and those of one page."""

    count: int
    tasks: tuple[DueTask, ...]


@dataclass(frozen=True, slots=True)
class Liability:
    """An open eco-liability task as the joint meeting sees it."""

    task: Task
    blocks: tuple[Task, ...]
    departments: tuple[str, ...]


class DueLists:
    """Reads what is due; changes nothing."""

    def __init__(self, log: CaseLog, procedure: Procedure, tasks: Tasks) -> None:
        self._log, self._rules, self._tasks = log, procedure.rules.by_id, tasks

    def of(self, officers: Sequence[int] | None, when: When, today: date, *, skip: int = 0, limit: int = 10) -> Due:
        """A page of the open tasks of these officers (None: of all), by date. `WEEK` is what of it lies ahead."""
        low, high = {
            When.OVERDUE: (date.min, today - timedelta(days=1)),
            When.TODAY: (today, today),
            When.WEEK: (today + timedelta(days=1), end_of_week(today)),
        }[when]
        marks = ", ".join("?" for _ in officers or ())
        whose = "" if officers is None else f"assignee_id in ({marks}) and "
        values: list[Any] = [*(officers or ()), low.isoformat(), high.isoformat()]
        where = f"from tasks where {whose}status = 'open' and due_on between ? and ?"
        count = self._log.rows(f"select count(*) as number {where}", values)[0]["number"]
        if not count:
            return Due(0, ())
        page = f"select * {where} order by due_on, id limit ? offset ?"
        tasks = [task_from_row(row) for row in self._log.rows(page, [*values, limit, skip])]
        return Due(count, self.with_company(tasks))

    def with_company(self, tasks: Sequence[Task]) -> tuple[DueTask, ...]:
        """Tasks with their companies."""
        ids = sorted({task.case_id for task in tasks})
        marks = ", ".join("?" for _ in ids)
        rows = self._log.rows(f"select id, company from cases where id in ({marks})", ids)
        companies = {row["id"]: row["company"] or row["id"] for row in rows}
        return tuple(DueTask(task, companies[task.case_id]) for task in tasks)

    def still_open(self, task_ids: Sequence[int]) -> tuple[DueTask, ...]:
        """Those of these tasks that are open now, by date."""
        marks = ", ".join("?" for _ in task_ids)
        sql = f"select * from tasks where id in ({marks}) and status = 'open' order by due_on, id"
        return self.with_company([task_from_row(row) for row in self._log.rows(sql, list(task_ids))])

    def liabilities(self) -> list[tuple[Case, tuple[Liability, ...]]]:
        """Open eco-liability tasks by case, those with the earliest date first."""
        sql = (
            "select tasks.* from tasks indexed by tasks_of_ecology"
            " where kind = 'eco_liability' and status in ('open', 'blocked') order by due_on, id"
        )
        by_case: dict[str, list[Task]] = {}
        for row in self._log.rows(sql):
            by_case.setdefault(row["case_id"], []).append(task_from_row(row))
        return [(self._case(id_), tuple(map(self.liability, tasks))) for id_, tasks in by_case.items()]

    def liability(self, task: Task) -> Liability:
        """What a task on the ground blocks, and who has a part in it."""
        rule = self._rules.get(task.rule or "")
        return Liability(task, tuple(self._tasks.blocks(task.id)), rule.departments if rule else ())

    def next_day(self, today: date) -> date | None:
        """The next day on which there will be something to say about an open task."""
        sql = "select min(coalesce(remind_on, due_on)) as day from tasks where status = 'open'"
        day = self._log.rows(sql)[0]["day"]
        return max(date.fromisoformat(day), today + timedelta(days=1)) if day else None

    def _case(self, id_: str) -> Case:
        return case_from_row(self._log.rows("select * from cases where id = ?", [id_])[0])
