"""What is pushed, as HTML: overviews, visits, duties, reports to leads."""

from collections.abc import Callable, Sequence
from datetime import date

from actions.briefings import Briefing
from actions.calendar import local_day, workdays_after
from actions.duties import Due, DueTask, Liability
from actions.model import Case, Task, TaskStatus
from actions.reminders import SNOOZES
from actions.revisits import SetBy
from actions.visits import Contact, Visited
from bot.messages import cases as case_wording
from bot.messages import push as wording
from bot.render.cases import contact_line
from bot.render.text import escape, length
from playbook.visits import VisitQuestion

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
    whose = wording.of(name(task.assignee_id)) if task.assignee_id != reader else ""
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


def visit_text(briefing: Briefing, today: date, name: Name, titles: Callable[[str], str]) -> str:
    """A visit that is due, with all that one should know before."""
    case, task = briefing.dossier.case, briefing.task
    title = wording.visit_title(case.company or case.id, briefing.number, briefing.times, _visit_state(task, today))
    lines = [
        f"<b>{escape(title)}</b>",
        escape(contact_line(briefing.dossier)),
        escape(_last(briefing.last, name)),
        escape(wording.in_vain(briefing.in_vain)) if briefing.in_vain else "",
        escape(_owed(briefing.promises)),
        escape(wording.concerns(briefing.concerns)) if briefing.concerns else "",
        *_points(briefing, titles),
        escape(_reason(briefing)),
        wording.REPLY_HOW if task.status is TaskStatus.OPEN else "",
    ]
    return "\n".join(line for line in lines if line)


def _visit_state(task: Task, today: date) -> str:
    if task.due_on > today:
        return f"{wording.VISIT_COMING}（{wording.month_day(task.due_on)}）"
    return wording.visit_late(workdays_after(task.due_on, today)) if task.due_on < today else wording.VISIT_TODAY


def _last(contact: Contact | None, name: Name) -> str:
    if contact is None:
        return wording.NO_CONTACT_YET
    return wording.last_contact(local_day(contact.at), name(contact.officer_id), "；".join(_said(contact)))


def _said(contact: Contact) -> list[str]:
    known = ["、".join(values) for values in contact.answers.values()]
    return [*known, contact.note] if contact.note else known


def _owed(promises: Sequence[Task]) -> str:
    if not promises:
        return ""
    return wording.owed([wording.promise(task.title, task.due_on) for task in promises[:NAMED]])


def _points(briefing: Briefing, titles: Callable[[str], str]) -> list[str]:
    if not briefing.points:
        return []
    return [wording.POINTS, *(escape(wording.point(each.text, titles(each.source))) for each in briefing.points)]


def _reason(briefing: Briefing) -> str:
    reason, months = briefing.reason, 3 * briefing.number
    if reason is None:
        return wording.SET_BY_HAND if briefing.task.by_hand else ""
    if reason.set_by is SetBy.CONTACT:
        return wording.set_by_contact(reason.ceiling)
    set_by = wording.set_by_closing if reason.set_by is SetBy.CLOSING else wording.set_by_ceiling
    return set_by(months, reason.ceiling)


def duty_text(due: DueTask, liability: Liability, today: date, source: str) -> str:
    """Another task that is due: what it blocks, and what closes it."""
    task = due.task
    lines = [
        f"<b>{escape(wording.duty_title(task.title, _state(task, today)))}</b>",
        escape(case_wording.facts(due.company, task.case_id, "、".join(liability.departments))),
        escape(_blocks(liability)) if liability.blocks else "",
        escape(wording.evidence(task.evidence)) if task.evidence else "",
        escape(wording.snoozed_times(task.snoozes)) if task.snoozes else "",
        escape(wording.point("", source)) if source else "",
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


def question_text(contact: Contact, question: VisitQuestion, number: int, total: int) -> str:
    """A question of a visit, under what was said so far."""
    asked = f"<b>{escape(wording.asked(question.label, question.ask, number, total))}</b>"
    return "\n".join([asked, wording.MANY if question.many else wording.OR_WRITE])


def visited_text(visited: Visited, questions: Sequence[VisitQuestion], next_task: Task | None) -> str:
    """What became of a visit."""
    contact = visited.contact
    said = [
        wording.said(question.label, contact.answers[question.id])
        for question in questions
        if question.id in contact.answers
    ]
    lines = [
        f"<b>{wording.VISIT_KEPT}</b>",
        *map(escape, said),
        escape(contact.note),
        *(escape(wording.added(task.title, task.due_on)) for task in visited.added),
        escape(wording.next_visit(next_task.due_on)) if next_task else "",
        wording.YEAR_OVER if visited.over else "",
        wording.PROPOSED if visited.proposed else "",
    ]
    return "\n".join(line for line in lines if line)


def other_ways(briefing: Briefing) -> list[str]:
    """Other ways to the owner that the log knows of."""
    known = briefing.dossier.path.facts.values
    ways: dict[str, Callable[[str], str]] = {
        "phone": wording.way_phone,
        "place": wording.way_place,
        "other_contact": wording.way_other,
        "reach_when": wording.way_when,
    }
    found = [say(str(known[name])) for name, say in ways.items() if known.get(name)]
    return [escape(line) for line in (wording.OTHER_WAYS, *(found or [wording.NO_OTHER_WAY]))]


def unreached_text(briefing: Briefing, name: Name) -> str:
    """To the lead: nobody was reached, twice or more."""
    case = briefing.dossier.case
    title = wording.unreached_report(case.company or case.id, name(case.officer_id), briefing.in_vain)
    return "\n".join([f"<b>{escape(title)}</b>", *other_ways(briefing)])


# Handing over, and the joint meeting


def handover_text(title: str, card: str, briefing: Briefing | None, name: Name) -> str:
    """The one page that goes along with a case: its card, the last visit, what is owed."""
    lines = [f"<b>{escape(title)}</b>", "", card]
    if briefing:
        lines += ["", escape(_last(briefing.last, name)), escape(_owed(briefing.promises))]
        lines.append(escape(wording.concerns(briefing.concerns)) if briefing.concerns else "")
    return "\n".join(lines).rstrip()


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
