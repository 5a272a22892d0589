"""What is pushed, as HTML: overviews, visits, duties, reports to leads."""

from collections.abc import Callable, Sequence
from datetime import date

from actions.calendar import workdays_after
from actions.duties import Due, DueTask, Liability
from actions.model import Case, Task, TaskStatus
from actions.reminders import SNOOZES
from bot.messages import cases as case_wording
from bot.messages import push as wording
from bot.render.text import escape, length

LISTED = 40
"""Tasks that one overview names; the rest are counted."""
NAMED = 3
AGENDA_CHARACTERS = 3000
Name = Callable[[int], str]


def digest_text(title: str, lists: dict[str, Due], today: date, reader: int, name: Name) -> str:
    """An overview: today's, what is overdue, and what is ahead this week."""
    lines, shown = [f"<b>{escape(title)}</b>"], 0
    for when in ("today", "overdue", "week"):
        due = lists[when]
        tasks = due.tasks[: max(0, LISTED - shown)]
        if tasks:
            lines += ["", f"<b>{wording.LISTS[when]}</b>", *due_lines(tasks, today, reader, name)]
            shown += len(tasks)
    left = sum(due.count for due in lists.values()) - shown
    return "\n".join([*lines, *(["", escape(wording.more(left))] if left else [])])


def due_lines(tasks: Sequence[DueTask], today: date, reader: int, name: Name) -> list[str]:
    """One line for each task."""
    return [escape(_due_line(due, today, reader, name)) for due in tasks]


def _due_line(due: DueTask, today: date, reader: int, name: Name) -> str:
    task = due.task
    when = wording.late(workdays_after(task.due_on, today)) if task.due_on < today else wording.weekday(task.due_on)
    whose = name(task.assignee_id) if task.assignee_id != reader else ""
    return wording.due_line(due.company, task.title, "" if task.due_on == today else when, whose)


def list_text(title: str, tasks: Sequence[DueTask], today: date, reader: int, name: Name) -> str:
    """Tasks under a title."""
    return "\n".join([f"<b>{escape(title)}</b>", *due_lines(tasks, today, reader, name)])


def escalation_text(tasks: Sequence[DueTask], today: date, name: Name) -> str:
    """To the lead: what is late, and whose it is."""
    lines = [f"<b>{wording.ESCALATION_TITLE}</b>"]
    for due in tasks:
        task = due.task
        late = wording.late(workdays_after(task.due_on, today)) if task.due_on < today else ""
        times = wording.snoozed_times(task.snoozes) if task.snoozes >= SNOOZES else ""
        when = "；".join(part for part in (late, times) if part)
        lines.append(escape(wording.due_line(due.company, task.title, when, name(task.assignee_id))))
    return "\n".join(lines)


# One task


def duty_text(due: DueTask, liability: Liability, today: date, source: str) -> str:
    """Another task that is due: what it blocks, and what closes it."""
    task = due.task
    lines = [
        f"<b>{escape(wording.duty_title(task.title, _state(task, today)))}</b>",
        escape(case_wording.facts(due.company, task.case_id, "、".join(liability.departments))),
        escape(_blocks(liability)) if liability.blocks else "",
        escape(wording.evidence(task.evidence)) if task.evidence else "",
        escape(wording.snoozed_times(task.snoozes)) if task.snoozes else "",
        escape(wording.source(source)) if source else "",
    ]
    return "\n".join(line for line in lines if line)


def _state(task: Task, today: date) -> str:
    if task.due_on < today:
        return wording.late(workdays_after(task.due_on, today))
    return wording.DUE_TODAY if task.due_on == today else wording.coming(task.due_on)


def _blocks(liability: Liability) -> str:
    titles = [task.title for task in liability.blocks]
    return wording.blocks(titles[:NAMED], len(titles))


# Visits


# Handing over, and the joint meeting


def agenda_pages(month: str, cases: Sequence[tuple[Case, Sequence[Liability]]], today: date) -> list[str]:
    """The agenda of the joint meeting, in pages that Telegram takes."""
    tasks = sum(len(each) for _, each in cases)
    head = [f"<b>{escape(wording.agenda_title(month))}</b>", escape(wording.agenda_counts(len(cases), tasks))]
    pages: list[list[str]] = [[]]
    for number, (case, liabilities) in enumerate(cases, 1):
        lines = ["", f"<b>{escape(wording.agenda_case(number, case.company or case.id, case.id))}</b>"]
        lines += [escape(_agenda_task(each, today)) for each in liabilities]
        if pages[-1] and length("\n".join([*pages[-1], *lines])) > AGENDA_CHARACTERS:
            pages.append([])
        pages[-1] += lines
    return ["\n".join([*head, *page]) for page in pages]


def _agenda_task(each: Liability, today: date) -> str:
    task = each.task
    overdue = task.status is TaskStatus.OPEN and task.due_on < today  # what is held back cannot be late
    late = wording.late(workdays_after(task.due_on, today)) if overdue else ""
    return wording.agenda_task(task.title, task.due_on, late, len(each.blocks), each.departments)
