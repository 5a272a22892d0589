"""The buttons under lists of cases, case cards and tasks.

list:SCOPE:BEFORE     a page of a list          find:BEFORE:TEXT      a page of what a search found
card:CASE             the case card             part:CASE:PART:PAGE   tasks, answers, timeline, papers
ask:WANTED:SUBJECT    wait for a message        drop                  wait no longer
do:ACT:SUBJECT        finish, reopen, archive … task:ID               one task
fill:CASE             go on with the checklist  edit:CASE:Q:ITEM      change an answer
file:ID               get a file back           join:QUESTION[:MARK[:CASE]]  a cited rule becomes a task
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from actions.cases import Page
from actions.checklist import Step
from actions.dossier import Dossier, TaskPapers
from actions.gates import LIVE
from actions.model import Case, CaseFile, CaseStatus, TaskStatus
from actions.prompts import Wanted
from actions.rights import Right
from bot import messages
from bot.keyboards.buttons import button, rows
from bot.messages import cases as wording
from bot.render.cases import TASKS_SHOWN, page_of_tasks
from bot.render.values import step_label

Row = list[InlineKeyboardButton]
FIRST = "-"
"""In place of a case's id: the first page."""
ON_THE_CARD = ("tasks", "answers", "timeline", "papers")
SEARCHED = 12
"""Characters of what is searched for that a button can carry."""


def list_keyboard(page: Page, scope: str) -> InlineKeyboardMarkup | None:
    """Under a list: its cases, the next page, other lists."""
    scopes = [button(label, "list", other, FIRST) for other, label in wording.SCOPES.items() if other != scope]
    return rows(*_cases(page), _turns(page, "list", scope), scopes)


def found_keyboard(page: Page, text: str) -> InlineKeyboardMarkup | None:
    """Under what a search found."""
    buttons = [*_cases(page), _found_turns(page, text)]
    return rows(*buttons) if any(buttons) else None


def _cases(page: Page) -> list[Row]:
    return [[button(f"{case.id} {case.company}", "card", case.id)] for case in page.cases]


def _turns(page: Page, verb: str, scope: str) -> Row:
    newest = [button(messages.BUTTON_FIRST, verb, scope, FIRST)] if page.newer else []
    older = [button(messages.BUTTON_NEXT, verb, scope, page.cases[-1].id)] if page.older else []
    return [*newest, *older]


def _found_turns(page: Page, text: str) -> Row:
    newest = [button(messages.BUTTON_FIRST, "find", FIRST, text[:SEARCHED])] if page.newer else []
    older = [button(messages.BUTTON_NEXT, "find", page.cases[-1].id, text[:SEARCHED])] if page.older else []
    return [*newest, *older]


def card_keyboard(dossier: Dossier, rights: AbstractSet[Right]) -> InlineKeyboardMarkup:
    """Under a case card: what its reader may do."""
    case, works = dossier.case, Right.WORK in rights
    if case.status is CaseStatus.DRAFT:
        return rows([button(wording.BUTTON_CONTINUE, "fill", case.id)] if works else [])
    parts = [button(wording.PARTS[part], "part", case.id, part, 0) for part in ON_THE_CARD]
    if not works:
        return rows(parts)
    live = case.status is not CaseStatus.ARCHIVED
    add = [
        button(wording.BUTTON_NOTE, "ask", Wanted.NOTE, case.id),
        button(wording.BUTTON_TASK, "ask", Wanted.TASK, case.id),
        button(wording.BUTTON_FILE, "ask", Wanted.CASE_FILE, case.id),
    ]
    unfinished = [button(wording.BUTTON_CONTINUE, "fill", case.id)] if live and dossier.path.next else []
    over = any(task.status in LIVE for task in dossier.tasks)
    archive = [button(wording.BUTTON_ARCHIVE, "do", "archive", case.id)] if live and not over else []
    put_away = [button(wording.BUTTON_REOPEN_CASE, "do", "restore", case.id)] if not live else []
    release = [button(wording.BUTTON_RELEASE, "do", "release", case.id)] if not live and Right.RELEASE in rights else []
    return rows(parts, add if live else [], [*unfinished, *archive], [*put_away, *release])


def part_keyboard(case_id: str, part: str, page: int, more: bool) -> InlineKeyboardMarkup:
    """Under a part of a case: other pages, back to the card."""
    return rows(_part_turns(case_id, part, page, more), [button(wording.BUTTON_TO_CASE, "card", case_id)])


def tasks_keyboard(dossier: Dossier, page: int) -> InlineKeyboardMarkup:
    """Under a page of tasks: one button each."""
    tasks = [[button(task.title, "task", task.id)] for task in page_of_tasks(dossier, page)]
    more = len(dossier.tasks) > (page + 1) * TASKS_SHOWN
    back = [button(wording.BUTTON_TO_CASE, "card", dossier.case.id)]
    return rows(*tasks, _part_turns(dossier.case.id, "tasks", page, more), back)


def answers_keyboard(
    dossier: Dossier, page: int, steps: Sequence[Step], more: bool, rights: AbstractSet[Right]
) -> InlineKeyboardMarkup:
    """Under a page of answers: each can be changed while the case is not put away."""
    case = dossier.case
    live = case.status is not CaseStatus.ARCHIVED and Right.WORK in rights
    edits = [button(step_label(step), "edit", case.id, step.question.id, step.item) for step in steps if live]
    pairs = [edits[at : at + 2] for at in range(0, len(edits), 2)]
    back = [button(wording.BUTTON_TO_CASE, "card", case.id)]
    return rows(*pairs, _part_turns(case.id, "answers", page, more), back)


def papers_keyboard(case_id: str, files: Sequence[CaseFile], rights: AbstractSet[Right]) -> InlineKeyboardMarkup:
    """Under notes and files: each file can be had back by those who may know what is in it."""
    shown = files if Right.CONTACT in rights else ()
    gets = [[button(f"{wording.BUTTON_OPEN_FILE} {file.name}", "file", file.id)] for file in shown]
    return rows(*gets, [button(wording.BUTTON_TO_CASE, "card", case_id)])


def _part_turns(case_id: str, part: str, page: int, more: bool) -> Row:
    newer = [button(messages.BUTTON_PREVIOUS, "part", case_id, part, page - 1)] if page else []
    return [*newer, *([button(messages.BUTTON_NEXT, "part", case_id, part, page + 1)] if more else [])]


def task_keyboard(papers: TaskPapers, rights: AbstractSet[Right]) -> InlineKeyboardMarkup:
    """Under one task: what its reader may do."""
    task = papers.task
    back = [button(wording.BUTTON_TO_CASE, "card", task.case_id)]
    source = [button(messages.BUTTON_SOURCE, "case", task.source, 0)] if task.source else []
    if Right.WORK not in rights:
        return rows([*source, *back])
    if task.status not in LIVE:
        return rows([button(wording.BUTTON_REOPEN, "do", "reopen", task.id)], [*source, *back])
    finish = [button(wording.BUTTON_FINISH, "do", "finish", task.id)]
    if task.evidence and not papers.files:
        finish = [button(wording.BUTTON_EVIDENCE, "ask", Wanted.EVIDENCE, task.id)]
    change = [
        button(wording.BUTTON_MOVE, "ask", Wanted.DATE, task.id),
        button(wording.BUTTON_RENAME, "ask", Wanted.TITLE, task.id),
        button(wording.BUTTON_REMARK, "ask", Wanted.REMARK, task.id),
    ]
    waive = [button(wording.BUTTON_WAIVE, "ask", Wanted.REASON, task.id)] if Right.WAIVE in rights else []
    return rows([*(finish if task.status is TaskStatus.OPEN else []), *waive], change, [*source, *back])


def prompt_keyboard() -> InlineKeyboardMarkup:
    """Under a request for a message."""
    return rows([button(wording.BUTTON_NEVER_MIND, "drop")])


def publish_keyboard(case_id: str) -> InlineKeyboardMarkup:
    """Under what a finished case would be cited with."""
    publish = button(wording.BUTTON_PUBLISH, "do", "publish", case_id)
    return rows([publish, button(wording.BUTTON_TO_CASE, "card", case_id)])


def forget_keyboard(case_id: str) -> InlineKeyboardMarkup:
    """Under the question whether what is personal in a case is to go."""
    return rows([button(wording.BUTTON_FORGET, "do", "forget", case_id), button(wording.BUTTON_NEVER_MIND, "drop")])


def join_which_keyboard(question_id: int, titles: Sequence[str]) -> InlineKeyboardMarkup:
    """Which of the cited rules is to become a task."""
    return rows(*([button(f"[{mark}] {title}", "join", question_id, mark)] for mark, title in enumerate(titles, 1)))


def join_where_keyboard(question_id: int, mark: int, cases: Sequence[Case]) -> InlineKeyboardMarkup:
    """In which case."""
    return rows(*([button(f"{case.id} {case.company}", "join", question_id, mark, case.id)] for case in cases))
