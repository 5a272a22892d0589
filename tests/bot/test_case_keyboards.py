"""The buttons of cases: within Telegram's limit for the longest ids, and each understood by one handler."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr
from telegram import InlineKeyboardMarkup
from telegram.constants import InlineKeyboardButtonLimit
from telegram.ext import CallbackQueryHandler

from actions.cases import Page
from actions.contacts import Contact
from actions.dossier import Dossier, Dossiers, TaskPapers
from actions.duties import DueTask
from actions.model import CaseFile, CaseStatus
from actions.officers import Officer, Officers, Role
from actions.rights import ALL_OF_A_CASE
from actions.roster import Wishes
from actions.store import CaseLog
from bot.app import build
from bot.keyboards import cases as keyboards
from bot.keyboards import officers, push, roster, visits
from bot.settings import Settings
from retrieval.library import Library
from tests.actions.taken_in import DYE_WORKS, NOW, PROCEDURE, Office

LONGEST = "CM-2026-1000000"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    log = CaseLog(tmp_path / "case-log.db")
    yield log
    log.close()


@pytest.fixture
def dossier(log: CaseLog) -> Dossier:
    office = Office(log)
    case_id = office.take_in(DYE_WORKS)
    read = Dossiers(log, PROCEDURE, office.cases, office.tasks, Officers(log)).read(case_id)
    return replace(read, case=replace(read.case, id=LONGEST))


@pytest.fixture
def patterns(log: CaseLog, library: Library, tmp_path: Path) -> list[re.Pattern[str]]:
    """What the bot understands of presses; the last one is for whatever is left."""
    settings = Settings.load(data_dir=tmp_path).model_copy(update={"telegram_bot_token": SecretStr("1:sandbox")})
    handlers = build(settings, log, library).handlers[0]
    return [each.pattern for each in handlers if isinstance(each, CallbackQueryHandler) and each.pattern]  # type: ignore[misc]


def every_keyboard(dossier: Dossier) -> Iterator[InlineKeyboardMarkup | None]:
    case, steps = dossier.case, dossier.path.steps
    page = Page((case,), older=True, newer=True)
    file = CaseFile(10**9, LONGEST, None, "0" * 64, "甲" * 100, "image/jpeg", 1, 1, NOW)
    yield keyboards.list_keyboard(page, "archived")
    yield keyboards.found_keyboard(page, "绿源印染有限公司崇明分公司")
    for status in CaseStatus:
        yield keyboards.card_keyboard(replace(dossier, case=replace(case, status=status)), ALL_OF_A_CASE)
    yield keyboards.card_keyboard(replace(dossier, tasks=()), ALL_OF_A_CASE)
    yield keyboards.tasks_keyboard(dossier, 1)
    yield keyboards.answers_keyboard(dossier, 1, steps, True, ALL_OF_A_CASE)
    yield keyboards.part_keyboard(LONGEST, "timeline", 1, more=True)
    yield keyboards.papers_keyboard(LONGEST, [file], ALL_OF_A_CASE)
    for task in dossier.tasks:
        large = replace(task, id=10**9, case_id=LONGEST)
        yield keyboards.task_keyboard(TaskPapers(large, (), (), ()), ALL_OF_A_CASE)
        yield keyboards.task_keyboard(TaskPapers(replace(large, status="done"), (), (), (file,)), ALL_OF_A_CASE)
        yield push.visit_keyboard(large)
        yield push.duty_keyboard(large)
    yield from keyboards_of_pushing(dossier)
    yield keyboards.prompt_keyboard()
    yield keyboards.publish_keyboard(LONGEST)
    yield keyboards.forget_keyboard(LONGEST)
    yield keyboards.part_keyboard(LONGEST, "history", 1, more=True)
    person = Officer(2**52, "欧阳建国", Role.OFFICER)
    yield officers.officers_keyboard([person])
    yield officers.person_keyboard(person)
    yield officers.remove_keyboard(person.telegram_id)
    yield officers.invited_keyboard()
    yield keyboards.join_which_keyboard(10**9, ["甲"])
    yield keyboards.join_where_keyboard(10**9, 3, [case])


def keyboards_of_pushing(dossier: Dossier) -> Iterator[InlineKeyboardMarkup | None]:
    task = replace(dossier.tasks[0], id=10**9, case_id=LONGEST)
    due = [DueTask(task, "绿源印染有限公司")] * 20
    person, day = Officer(2**52, "欧阳建国", Role.OFFICER), date(2026, 11, 25)
    guide = PROCEDURE.visits
    contact = Contact(10**9, LONGEST, 10**9, 1, NOW, None, {}, "")
    yield push.tasks_keyboard(due, lists=True)
    for when in ("today", "overdue", "week"):
        for scope in ("mine", "all"):
            yield push.due_keyboard(due, when, scope, 1, more=True, lead=True)
    yield push.snooze_keyboard(10**9)
    yield push.reason_keyboard(10**9, 5)
    yield push.agenda_keyboard(1, 3)
    yield push.year_over_keyboard(LONGEST)
    yield push.case_keyboard(LONGEST)
    yield from (visits.question_keyboard(contact, question) for question in guide.questions)
    yield visits.visited_keyboard(LONGEST, [task], guide.follow_ups)
    yield roster.colleagues_keyboard(LONGEST, [person])
    yield roster.passable_keyboard([dossier.case])
    yield roster.offer_keyboard(10**9, LONGEST)
    yield roster.deputies_keyboard([person], day, day)
    yield roster.absence_keyboard()
    yield roster.wishes_keyboard(Wishes(9, True))
    yield roster.wishes_keyboard(Wishes(9, False))


def carried(dossier: Dossier) -> set[str]:
    boards = [board for board in every_keyboard(dossier) if board]
    return {str(b.callback_data) for board in boards for row in board.inline_keyboard for b in row}


def test_every_button_is_short_enough_and_understood_by_one_handler(
    dossier: Dossier, patterns: list[re.Pattern[str]]
) -> None:
    for data in carried(dossier):
        assert len(data.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
        assert sum(bool(pattern.match(data)) for pattern in patterns) == 1, data


def test_every_verb_of_cases_has_a_button(dossier: Dossier, patterns: list[re.Pattern[str]]) -> None:
    elsewhere = re.compile(r"\^(walk|try|source|page|similar|rate|none|officers)\b|\^join:\(\\d\{1,18\}\)\$")
    everything = carried(dossier)
    for pattern in patterns:
        if not elsewhere.match(pattern.pattern):
            assert any(pattern.match(data) for data in everything), pattern.pattern
