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
from actions.drafts import Draft
from actions.duties import DueTask
from actions.gaps import Gap, How, Settled
from actions.meant import Meant
from actions.model import CaseFile, CaseStatus
from actions.offers import Offer
from actions.officers import Officer, Officers, Role
from actions.proposals import Due
from actions.rights import ALL_OF_A_CASE
from actions.roster import Wishes
from actions.sources import OwnSource
from actions.store import CaseLog
from bot.app import build
from bot.gap_groups import Group
from bot.holdings import Holding
from bot.keyboards import cases as keyboards
from bot.keyboards import editions, gaps, officers, proposals, push, roster, sources, visits
from bot.settings import Settings
from retrieval.library import Library
from retrieval.model import Hit, Passage
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
    for source_id in ("s" * 50, f"/srv/{'文件' * 60}.pdf"):
        yield editions.changed_keyboard(source_id, {LONGEST: "绿源印染有限公司崇明分公司"}, gone=False)
    yield from (visits.question_keyboard(contact, question) for question in guide.questions)
    yield visits.visited_keyboard(LONGEST, [task], guide.follow_ups)
    yield roster.colleagues_keyboard(LONGEST, [person])
    yield roster.passable_keyboard([dossier.case])
    yield roster.offer_keyboard(10**9, LONGEST)
    yield roster.deputies_keyboard([person], day, day)
    yield roster.absence_keyboard()
    yield roster.wishes_keyboard(Wishes(9, True))
    yield roster.wishes_keyboard(Wishes(9, False))
    yield from keyboards_of_gaps()
    yield from keyboards_of_sources()
    for meant in (Meant(Due()), Meant(Due(), cases=(dossier.case,)), Meant(Due(), tasks=(task,))):
        yield proposals.card_keyboard(10**9, meant)


def keyboards_of_sources() -> Iterator[InlineKeyboardMarkup | None]:
    title = "园区班车时刻和线路" * 6
    own = OwnSource("own/0001", 9999, "document", title, "documents/x.md", "0" * 64, "active", 2**52, NOW)
    holdings = [Holding(f"/srv/{'文件' * 60}{n}.pdf", title, bool(n % 2), own if n else None) for n in range(20)]
    offer = Offer(10**9, 2**52, "班车.md", ".md", "0" * 64, "own/0001", None, "", None, None)
    yield sources.list_keyboard(holdings, 1)
    yield from map(sources.card_keyboard, holdings[:3])
    yield sources.text_keyboard(holdings[0].key, 998, 1000)
    yield sources.versions_keyboard(holdings[0].key, [own] * 20)
    for replaced in (own, None):
        yield sources.offer_keyboard(offer, replaced, asked_for=False)
    yield sources.offer_keyboard(offer, own, asked_for=True)
    yield sources.open_keyboard(holdings[0].key)
    yield sources.waiting_keyboard(holdings[0].key)


def keyboards_of_gaps() -> Iterator[InlineKeyboardMarkup | None]:
    gap = Gap(10**9, NOW, 2**52, "厂里锅炉停用怎么申报", refused=True, said="", cited=())
    settled = Settled(10**9, How.MARKED, "revisit-mechanism", "回访机制", 2**52, NOW)
    long = f"/srv/{'文件' * 60}.pdf"
    hit = Hit(Passage(long, 0, "回访机制", "document", "", "正文。"), 1.0)
    yield gaps.list_keyboard([Group((gap,))] * 6, 1, 3, [(settled, gap.text)])
    yield gaps.group_keyboard(10**9)
    yield gaps.candidates_keyboard(10**9, [hit])
    yield gaps.candidate_keyboard(10**9, long)
    yield gaps.settled_keyboard(10**9, undo=True)
    yield gaps.draft_keyboard(Draft(10**9, 2**52, (1,), "标题\n正文", "policy", NOW, "", None))
    yield gaps.again_keyboard(10**9)


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
