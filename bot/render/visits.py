"""Visits as HTML: the briefing before, the questions, what became of it, and what goes along with a case."""

from collections.abc import Callable, Sequence
from datetime import date

from actions.briefings import Briefing
from actions.calendar import local_day, workdays_after
from actions.contacts import Contact
from actions.model import Task, TaskStatus
from actions.revisits import SetBy
from actions.visits import Visited
from bot.messages import push as wording
from bot.messages import visits as visit_wording
from bot.render.cases import contact_line
from bot.render.text import escape
from playbook.visits import VisitQuestion

NAMED = 3
Name = Callable[[int], str]


def visit_text(briefing: Briefing, today: date, name: Name, titles: Callable[[str], str]) -> str:
    """A visit that is due, with all that one should know before."""
    case, task = briefing.dossier.case, briefing.task
    title = visit_wording.visit_title(
        case.company or case.id, briefing.number, briefing.times, _visit_state(task, today)
    )
    lines = [
        f"<b>{escape(title)}</b>",
        escape(contact_line(briefing.dossier)),
        escape(_last(briefing.last, name)),
        escape(visit_wording.in_vain(briefing.in_vain)) if briefing.in_vain else "",
        escape(_owed(briefing.promises)),
        escape(visit_wording.concerns(briefing.concerns)) if briefing.concerns else "",
        *_points(briefing, titles),
        escape(_reason(briefing)),
        visit_wording.REPLY_HOW if task.status is TaskStatus.OPEN else "",
    ]
    return "\n".join(line for line in lines if line)


def _visit_state(task: Task, today: date) -> str:
    if task.due_on > today:
        return f"{visit_wording.VISIT_COMING}（{wording.month_day(task.due_on)}）"
    return (
        visit_wording.visit_late(workdays_after(task.due_on, today))
        if task.due_on < today
        else visit_wording.VISIT_TODAY
    )


def _last(contact: Contact | None, name: Name) -> str:
    if contact is None:
        return visit_wording.NO_CONTACT_YET
    return visit_wording.last_contact(local_day(contact.at), name(contact.officer_id), "；".join(_said(contact)))


def _said(contact: Contact) -> list[str]:
    known = ["、".join(values) for values in contact.answers.values()]
    return [*known, contact.note] if contact.note else known


def _owed(promises: Sequence[Task]) -> str:
    if not promises:
        return ""
    return visit_wording.owed([visit_wording.promise(task.title, task.due_on) for task in promises[:NAMED]])


def _points(briefing: Briefing, titles: Callable[[str], str]) -> list[str]:
    if not briefing.points:
        return []
    return [
        visit_wording.POINTS,
        *(escape(visit_wording.point(each.text, titles(each.source))) for each in briefing.points),
    ]


def _reason(briefing: Briefing) -> str:
    reason, months = briefing.reason, 3 * briefing.number
    if reason is None:
        return visit_wording.SET_BY_HAND if briefing.task.by_hand else ""
    if reason.set_by is SetBy.CONTACT:
        return visit_wording.set_by_contact(reason.ceiling)
    set_by = visit_wording.set_by_closing if reason.set_by is SetBy.CLOSING else visit_wording.set_by_ceiling
    return set_by(months, reason.ceiling)


def question_text(contact: Contact, question: VisitQuestion, number: int, total: int) -> str:
    """A question of a visit, under what was said so far."""
    asked = f"<b>{escape(visit_wording.asked(question.label, question.ask, number, total))}</b>"
    return "\n".join([asked, visit_wording.MANY if question.many else visit_wording.OR_WRITE])


def visited_text(visited: Visited, questions: Sequence[VisitQuestion], next_task: Task | None) -> str:
    """What became of a visit."""
    contact = visited.contact
    said = [
        visit_wording.said(question.label, contact.answers[question.id])
        for question in questions
        if question.id in contact.answers
    ]
    lines = [
        f"<b>{visit_wording.VISIT_KEPT}</b>",
        *map(escape, said),
        escape(contact.note),
        *(escape(visit_wording.added(task.title, task.due_on)) for task in visited.added),
        escape(visit_wording.next_visit(next_task.due_on)) if next_task else "",
        visit_wording.YEAR_OVER if visited.over else "",
        visit_wording.PROPOSED if visited.proposed else "",
    ]
    return "\n".join(line for line in lines if line)


def other_ways(briefing: Briefing) -> list[str]:
    """Other ways to the owner that the log knows of."""
    known = briefing.dossier.path.facts.values
    ways: dict[str, Callable[[str], str]] = {
        "phone": visit_wording.way_phone,
        "place": visit_wording.way_place,
        "other_contact": visit_wording.way_other,
        "reach_when": visit_wording.way_when,
    }
    found = [say(str(known[name])) for name, say in ways.items() if known.get(name)]
    return [escape(line) for line in (visit_wording.OTHER_WAYS, *(found or [visit_wording.NO_OTHER_WAY]))]


def unreached_text(briefing: Briefing, name: Name) -> str:
    """To the lead: nobody was reached, twice or more."""
    case = briefing.dossier.case
    title = visit_wording.unreached_report(case.company or case.id, name(case.officer_id), briefing.in_vain)
    return "\n".join([f"<b>{escape(title)}</b>", *other_ways(briefing)])


def handover_text(title: str, card: str, briefing: Briefing | None, name: Name) -> str:
    """The one page that goes along with a case: its card, the last visit, what is owed."""
    lines = [f"<b>{escape(title)}</b>", "", card]
    if briefing:
        lines += ["", escape(_last(briefing.last, name)), escape(_owed(briefing.promises))]
        lines.append(escape(visit_wording.concerns(briefing.concerns)) if briefing.concerns else "")
    return "\n".join(lines).rstrip()
