"""What has changed of the texts that tasks rest on, as HTML."""

from collections.abc import Sequence
from datetime import date

from actions.calendar import local_day, workdays_after
from actions.duties import DueTask
from actions.editions import Change
from actions.model import Task, TaskStatus
from bot.messages import editions as wording
from bot.messages import push as push_wording
from bot.render.push import Name
from bot.render.text import escape

CASES = 8
"""Cases that one message names; the rest are counted."""
TASKS = 3
"""Tasks named of each."""


def by_case(tasks: Sequence[DueTask]) -> dict[str, list[DueTask]]:
    """Tasks by their case, in the order of the first of each."""
    cases = dict[str, list[DueTask]]()
    for due in tasks:
        cases.setdefault(due.task.case_id, []).append(due)
    return cases


def changed_text(change: Change, tasks: Sequence[DueTask], today: date, reader: int, name: Name) -> str:
    """To an officer: which text has changed, and the cases with the tasks that rest on it."""
    title, cases = (wording.gone if change.gone else wording.changed), by_case(tasks)
    lines = [
        f"<b>{escape(title(change.title, local_day(change.at)))}</b>",
        wording.RESTED if change.gone else wording.RESTING,
        *(escape(_case_line(each, today, reader, name)) for each in list(cases.values())[:CASES]),
    ]
    return "\n".join([*lines, *([wording.more_cases(len(cases))] if len(cases) > CASES else [])])


def _case_line(tasks: Sequence[DueTask], today: date, reader: int, name: Name) -> str:
    named = [wording.task(due.task.title, _when(due.task, today)) for due in tasks[:TASKS]]
    others = dict.fromkeys(due.task.assignee_id for due in tasks if due.task.assignee_id != reader)
    return wording.resting(tasks[0].company, named, len(tasks) - len(named), "、".join(map(name, others)))


def _when(task: Task, today: date) -> str:
    if task.status is TaskStatus.BLOCKED:
        return wording.HELD_BACK  # what is held back cannot be late
    if task.due_on < today:
        return push_wording.late(workdays_after(task.due_on, today))
    return push_wording.DUE_TODAY if task.due_on == today else wording.due(task.due_on)
