"""The buttons under what is pushed, and under what follows from it.

visited:TASK         begin to tell of a visit     tell:CONTACT:QUESTION:CHOICE  answer (`ok`: what is ticked)
untell:CONTACT       tell no more                 follow:CASE:RULE              add a task that was proposed
snooze:TASK[:DAYS[:REASON]]  put the reminder off unreached:TASK                nobody was there
pass:CASE[:OFFICER]  hand a case over             take:HANDOVER                 take it (decline: `ask:decline:ID`)
due:WHEN:SCOPE:PAGE  a list of what is due        agenda:PAGE                   a page of the agenda
goon:CASE            visits go on after the year  deputy:OFFICER:FROM:UNTIL     who stands in (`back`: return)
hour:HOUR            when to push                 digest:on|off                 whether with an overview
"""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from actions.duties import DueTask
from actions.model import Task
from actions.prompts import Wanted
from bot import messages
from bot.keyboards.buttons import button, rows
from bot.keyboards.cases import Row
from bot.messages import cases as case_wording
from bot.messages import push as wording
from bot.messages import visits as visit_wording
from playbook.parts import TaskKind

TASKS_AS_BUTTONS = 12
COMPANY_CHARACTERS = 6


def visit_keyboard(task: Task) -> InlineKeyboardMarkup:
    """Under a visit that is due."""
    return rows(
        [
            button(visit_wording.BUTTON_VISITED, "visited", task.id),
            button(visit_wording.BUTTON_UNREACHED, "unreached", task.id),
        ],
        _later(task),
        [*_source(task), button(wording.BUTTON_CASE, "card", task.case_id)],
    )


def duty_keyboard(task: Task) -> InlineKeyboardMarkup:
    """Under another task that is due."""
    finish = button(case_wording.BUTTON_FINISH, "do", "finish", task.id)
    if task.evidence:
        finish = button(case_wording.BUTTON_EVIDENCE, "ask", Wanted.EVIDENCE, task.id)
    return rows([finish], _later(task), [*_source(task), button(wording.BUTTON_CASE, "card", task.case_id)])


def _later(task: Task) -> Row:
    return [
        button(wording.BUTTON_SNOOZE, "snooze", task.id),
        button(wording.BUTTON_MOVE, "ask", Wanted.DATE, task.id),
        button(wording.BUTTON_PASS, "pass", task.case_id),
    ]


def _source(task: Task) -> Row:
    return [button(messages.BUTTON_SOURCE, "case", task.source, 0)] if task.source else []


def tasks_keyboard(tasks: Sequence[DueTask], *, lists: bool = False) -> InlineKeyboardMarkup | None:
    """One button for each task; below, the lists of all that is due."""
    each = [_task(due) for due in tasks[:TASKS_AS_BUTTONS]]
    tabs = [button(label, "due", when, "mine", 0) for when, label in wording.LISTS.items()] if lists else []
    return rows(*each, tabs) if each or tabs else None


def _task(due: DueTask) -> Row:
    """One task; of the company enough to tell it from others, so that what is to be done has room."""
    return [button(f"{due.company[:COMPANY_CHARACTERS]}·{due.task.title}", "task", due.task.id)]


def due_keyboard(
    tasks: Sequence[DueTask], when: str, scope: str, page: int, *, more: bool, lead: bool
) -> InlineKeyboardMarkup:
    """Under a list: its tasks, other pages, other lists; for a lead, everybody's."""
    each = [_task(due) for due in tasks]
    newer = [button(messages.BUTTON_PREVIOUS, "due", when, scope, page - 1)] if page else []
    older = [button(messages.BUTTON_NEXT, "due", when, scope, page + 1)] if more else []
    tabs = [button(label, "due", other, scope, 0) for other, label in wording.LISTS.items() if other != when]
    scopes = [button(label, "due", when, other, 0) for other, label in wording.SCOPES.items() if other != scope]
    return rows(*each, [*newer, *older], [*tabs, *(scopes if lead else [])])


def snooze_keyboard(task_id: int) -> InlineKeyboardMarkup:
    """How far to put a reminder off."""
    days = [button(label, "snooze", task_id, days) for days, label in wording.SNOOZE_DAYS.items()]
    return rows(days, [button(case_wording.BUTTON_NEVER_MIND, "drop")])


def reason_keyboard(task_id: int, days: int) -> InlineKeyboardMarkup:
    """Why."""
    each = [button(text, "snooze", task_id, days, number) for number, text in enumerate(wording.SNOOZE_REASONS)]
    pairs = [each[at : at + 2] for at in range(0, len(each), 2)]
    return rows(*pairs, [button(case_wording.BUTTON_NEVER_MIND, "drop")])


def year_over_keyboard(case_id: str) -> InlineKeyboardMarkup:
    """Under the question what becomes of a case after its last visit."""
    archive = button(visit_wording.BUTTON_ARCHIVE, "do", "archive", case_id)
    return rows(
        [archive, button(visit_wording.BUTTON_GO_ON, "goon", case_id)], [button(wording.BUTTON_CASE, "card", case_id)]
    )


def case_keyboard(case_id: str) -> InlineKeyboardMarkup:
    """Opens a case."""
    return rows([button(wording.BUTTON_CASE, "card", case_id)])


def agenda_keyboard(page: int, pages: int) -> InlineKeyboardMarkup | None:
    """Other pages of the agenda."""
    newer = [button(messages.BUTTON_PREVIOUS, "agenda", page - 1)] if page else []
    older = [button(messages.BUTTON_NEXT, "agenda", page + 1)] if page + 1 < pages else []
    return rows([*newer, *older]) if newer or older else None


def task_message_keyboard(task: Task) -> InlineKeyboardMarkup:
    """Under one task, by its kind."""
    return visit_keyboard(task) if task.kind is TaskKind.revisit else duty_keyboard(task)
