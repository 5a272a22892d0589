"""Every command and every button, tried by everybody: what the table of rights says is what happens, and no more.

Who may do what is written here once more, by what it is for: a slip in the table shows as a difference.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from telegram.ext import CallbackQueryHandler, CommandHandler

from actions.carrying_out import CarryingOut
from actions.cases import Cases
from actions.files import Files
from actions.handovers import Handovers, give
from actions.leaving import remove_officer
from actions.ledger import Ledger
from actions.meant import Meaning
from actions.officers import Officers, Role
from actions.prompts import Prompts, Wanted
from actions.proposals import Note
from actions.proposing import Proposals
from actions.questions import Questions
from actions.right_errors import (
    AdminsOnly,
    ContactHidden,
    LeadsOnly,
    NoCases,
    NotYourButton,
    OthersCase,
    PlaybookOfLeads,
    PrivateOnly,
)
from actions.rights import Rights
from actions.roster import Absence, Roster
from actions.store import CaseLog
from actions.visits import Visits
from bot import messages
from bot.acts import BUTTONS, COMMANDS, verb
from bot.app import COMMANDS as MENU
from bot.messages import cases as wording
from retrieval.library import Library
from tests.actions.taken_in import FARM, NOW, PROCEDURE, Office
from tests.bot.mute import GROUP_ID, Player, playing
from tests.bot.transport import opened
from tests.cast import ADMIN, COLLEAGUE, HEAD, LEAD, OFFICER, REMOVED, STRANGER, Member

OWNER = {"contact": "陈先生", "phone": "13812342046", "reach_how": "微信", "reach_when": "下午", "place": "港沿镇"}
SECRETS = ("陈先生", "13812342046")
CASE, TASK, PIECE = "CM-2026-0001", "1", "1"
EVERYBODY = {OFFICER, COLLEAGUE, LEAD, HEAD, ADMIN}
OF_CASES = EVERYBODY - {ADMIN}
THEIRS = {OFFICER, LEAD, HEAD}
LEADS, ADMINS = {LEAD, HEAD}, {ADMIN, HEAD}
CAST = (OFFICER, COLLEAGUE, LEAD, HEAD, ADMIN, REMOVED, STRANGER)

PRESSES: dict[str, set[Member]] = {
    "try:0": EVERYBODY,
    "case:revisit-mechanism:0": EVERYBODY,
    "source:1:1": {OFFICER},
    "page:1:1:0": {OFFICER},
    "similar:1": {OFFICER},
    "rate:1:1": {OFFICER},
    "none:1": {OFFICER},
    "again:1": {OFFICER},
    "join:1": {OFFICER},
    "join:1:1": {OFFICER},
    f"join:1:1:{CASE}": {OFFICER},
    "walk:1:skip": OF_CASES,
    f"fill:{CASE}": THEIRS,
    f"edit:{CASE}:staff:0": THEIRS,
    "list:all:-": OF_CASES,
    "find:-:蟹田": OF_CASES,
    f"card:{CASE}": OF_CASES,
    f"part:{CASE}:answers:0": OF_CASES,
    f"part:{CASE}:papers:0": OF_CASES,
    f"part:{CASE}:timeline:0": OF_CASES,
    f"part:{CASE}:history:0": OF_CASES,
    "file:1": THEIRS,
    f"task:{TASK}": OF_CASES,
    f"do:finish:{TASK}": THEIRS,
    f"do:reopen:{TASK}": THEIRS,
    f"do:archive:{CASE}": THEIRS,
    f"do:restore:{CASE}": THEIRS,
    f"do:release:{CASE}": LEADS,
    f"do:publish:{CASE}": LEADS,
    f"do:forget:{CASE}": LEADS,
    f"ask:note:{CASE}": THEIRS,
    f"ask:task:{CASE}": THEIRS,
    f"ask:case_file:{CASE}": THEIRS,
    f"ask:evidence:{TASK}": THEIRS,
    f"ask:remark:{TASK}": THEIRS,
    f"ask:reason:{TASK}": LEADS,
    f"ask:date:{TASK}": THEIRS,
    f"ask:title:{TASK}": THEIRS,
    "ask:decline:1": {COLLEAGUE},
    "drop": EVERYBODY,
    f"visited:{TASK}": THEIRS,
    "tell:1:mood:0": {OFFICER},
    "untell:1": {OFFICER},
    f"unreached:{TASK}": THEIRS,
    f"follow:{CASE}:visit-children": THEIRS,
    f"goon:{CASE}": THEIRS,
    f"snooze:{TASK}": THEIRS,
    f"snooze:{TASK}:1": THEIRS,
    f"snooze:{TASK}:1:0": THEIRS,
    "due:today:all:0": OF_CASES,
    "agenda:0": LEADS,
    f"pass:{CASE}": THEIRS,
    f"pass:{CASE}:102": THEIRS,
    "take:1": {COLLEAGUE},
    "deputy:103:20260701:20260705": OF_CASES,
    "deputy:back": OF_CASES,
    "hour:9": OF_CASES,
    "digest:off": OF_CASES,
    "officers": ADMINS,
    "person:101": ADMINS,
    "role:101:lead": ADMINS,
    "remove:101": ADMINS,
    "remove:101:yes": ADMINS,
    "invite:officer": ADMINS,
    "sources:0": LEADS,
    "own:0123456789ab": LEADS,
    "own:0123456789ab:text:0": LEADS,
    "own:0123456789ab:off": LEADS,
    "own:0123456789ab:old": LEADS,
    "own:0123456789ab:file:1": LEADS,
    "ask:source:0123456789ab": LEADS,
    "offer:1:add": LEADS,
    "gaps:0": LEADS,
    "gap:1": LEADS,
    "mark:1": LEADS,
    "mark:1:0123456789ab": LEADS,
    "aside:1": LEADS,
    "takeback:1": LEADS,
    "ask:section:1": LEADS,
    "ask:answered_by:1": LEADS,
    "draft:1:publish": LEADS,
    "agree:1": {OFFICER},
    "decline:1": {OFFICER},
    f"choose:1:{CASE}": {OFFICER},
}
SAID: dict[str, set[Member]] = {
    "/start": EVERYBODY,
    "/help": EVERYBODY,
    "/ask 停业企业多久回访一次？": EVERYBODY,
    "停业企业多久回访一次？": EVERYBODY,
    "/reset": EVERYBODY,
    "/new": OF_CASES,
    "/cases": OF_CASES,
    "/cases 蟹田": OF_CASES,
    "/case": OF_CASES,
    f"/case {CASE}": OF_CASES,
    f"/history {CASE}": OF_CASES,
    f"/forget {CASE}": LEADS,
    "/due": OF_CASES,
    "/week": OF_CASES,
    "/overdue": OF_CASES,
    "/handover": OF_CASES,
    f"/handover {CASE}": THEIRS,
    "/quiet": OF_CASES,
    "/digest": OF_CASES,
    "/officers": ADMINS,
    "/sources": LEADS,
    "/gaps": LEADS,
}
REFUSALS = tuple(
    kind.sentence.format(case=CASE, name=OFFICER.name)
    for kind in (AdminsOnly, ContactHidden, LeadsOnly, NoCases, NotYourButton, OthersCase, PlaybookOfLeads)
)
DOMAIN = (
    "cases", "answers", "tasks", "task_waits", "notes", "files", "contacts", "handovers", "absences", "officers",
    "questions", "settled_gaps", "drafts", "resets", "walks", "prompts", "invitations",
    "own_sources", "source_offers", "proposals",
)  # fmt: skip


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with all that can hang on one, of the officer's; a visit half told, a handover on its way."""
    place = tmp_path_factory.mktemp("rights") / "data"
    with opened(place / "case-log.db") as log:
        office, officers, ledger, roster = Office(log), Officers(log), Ledger(log), Roster(log)
        officers.add(ADMIN.id, ADMIN.name, Role.ADMIN, by=None, now=NOW)
        officers.add(HEAD.id, HEAD.name, Role.ADMIN, also_leads=True, by=None, now=NOW)
        officers.add(REMOVED.id, REMOVED.name, by=None, now=NOW)
        remove_officer(log, REMOVED.id, by=None, now=NOW)
        case_id = office.take_in({**FARM, **OWNER, "concerns": "子女教育"})
        assert case_id == CASE
        task = next(task for task in office.tasks.of_case(case_id) if task.kind == "revisit")
        with log.transaction() as db:  # the task with the number that the buttons have
            db.execute("pragma defer_foreign_keys = on")
            db.execute("update tasks set id = -id where id = 1")
            db.execute("update task_waits set task_id = -1 where task_id = 1")
            db.execute("update task_waits set waits_for = -1 where waits_for = 1")
            db.execute("update task_waits set task_id = 1 where task_id = ?", [task.id])
            db.execute("update task_waits set waits_for = 1 where waits_for = ?", [task.id])
            db.execute("update tasks set id = 1 where id = ?", [task.id])
        Files(log, place / "files").keep(case_id, b"%PDF-1.4 x", "名单.pdf", by=OFFICER.id, now=NOW)
        Cases(log).note(case_id, "陈先生的电话换成13812342046了", by=OFFICER.id, now=NOW)
        visits = Visits(log, PROCEDURE, office.cases, office.tasks, ledger, roster)
        visits.begin(1, by=OFFICER.id, now=NOW)
        Handovers(log, office.cases, ledger).ask(case_id, COLLEAGUE.id, by=OFFICER.id, now=NOW)
        asked = Questions(log).record_question(OFFICER.id, "多久回访一次", refused=False, citations=[], now=NOW)
        Questions(log).attach_message(asked, OFFICER.id, 1, now=NOW)
        meaning = Meaning(office.cases, office.tasks, roster)
        carrying_out = CarryingOut(PROCEDURE, office.cases, office.tasks, visits, office.intake)
        proposals = Proposals(log, Rights(log), meaning, carrying_out)
        proposals.propose(Note(case=CASE, text="搬家了"), "记一笔", by=OFFICER.id, update_id=1, now=NOW)
    return place


@pytest.fixture
def log(lived: Path, tmp_path: Path) -> Iterator[CaseLog]:
    shutil.copytree(lived, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path / "case-log.db") as log:
        yield log


@pytest.fixture
async def player(log: CaseLog, library: Library, tmp_path: Path) -> AsyncIterator[Player]:
    async with playing(log, library, tmp_path, now=lambda: NOW) as player:
        yield player


def state(log: CaseLog) -> dict[str, list[dict[str, object]]]:
    """Everything that is anybody's."""
    return {table: log.rows(f"select * from {table}") for table in DOMAIN}


def recorded(log: CaseLog, who: Member) -> int:
    sql = "select count(*) as number from events where verb = 'refuse' and actor_id = ?"
    return int(log.rows(sql, [who.id])[0]["number"])


def by_right(allowed: set[Member]) -> list[Member]:
    """Everybody, those who may not first: what the others do would change what there is to refuse."""
    return sorted(CAST, key=lambda member: member in allowed)


@pytest.mark.parametrize("data", PRESSES)
async def test_a_button_does_for_each_what_the_table_says(player: Player, log: CaseLog, data: str) -> None:
    for who in by_right(PRESSES[data]):
        before, refused_before = state(log), recorded(log, who)
        said = await player.press(who, data)
        refused = any(line.startswith(REFUSALS) for line in said)
        if who in PRESSES[data]:
            assert not refused, (who, said)
            continue
        assert refused or (who in (REMOVED, STRANGER) and said == [messages.stranger(who.id)]), (who, said)
        assert state(log) == before
        assert recorded(log, who) == refused_before + 1
        assert not any(secret in line for line in said for secret in (*SECRETS, "蟹田"))


@pytest.mark.parametrize("text", SAID)
async def test_a_command_does_for_each_what_the_table_says(player: Player, log: CaseLog, text: str) -> None:
    for who in by_right(SAID[text]):
        before = state(log)
        said = await player.say(who, text)
        refused = any(line.startswith(REFUSALS) for line in said)
        if who in SAID[text]:
            assert said
            assert not refused, (who, said)
            continue
        assert refused or said == [messages.stranger(who.id)], (who, said)
        assert (who in (REMOVED, STRANGER)) == (said == [messages.stranger(who.id)])
        assert state(log) == before
        assert not any(secret in line for line in said for secret in (*SECRETS, "蟹田"))


def test_all_that_the_bot_understands_is_in_the_table_and_tried_here(player: Player) -> None:
    handlers = [each for group in player.application.handlers.values() for each in group]
    commands = {name for each in handlers if isinstance(each, CommandHandler) for name in each.commands}
    assert commands == set(COMMANDS) - {"jump"} == {name for name, _ in ((c.command, 0) for c in MENU)}
    assert {line.split()[0][1:] for line in SAID if line.startswith("/")} == commands
    patterns = [each.pattern for each in handlers if isinstance(each, CallbackQueryHandler) and each.pattern]
    for pattern in patterns:
        tried = [data for data in PRESSES if pattern.match(data)]  # type: ignore[union-attr]
        assert tried, pattern
        assert all(verb(data)[0] in BUTTONS for data in tried)
    assert {verb(data)[0] for data in PRESSES} == set(BUTTONS) - {"ask:person"}  # that one is written


@pytest.mark.parametrize("data", PRESSES)
async def test_in_a_group_no_case_is_shown_nor_changed(player: Player, log: CaseLog, data: str) -> None:
    before = state(log)
    said = await player.press(OFFICER, data, GROUP_ID)
    if not BUTTONS[verb(data)[0]].in_groups:
        assert said == [str(PrivateOnly())]
        assert state(log) == before
    assert not any(secret in line for line in said for secret in (*SECRETS, "蟹田"))


@pytest.mark.parametrize("text", SAID)
async def test_in_a_group_no_command_shows_a_case(player: Player, text: str) -> None:
    said = await player.say(LEAD, text, GROUP_ID)
    assert not any(secret in line for line in said for secret in (*SECRETS, "蟹田"))


@pytest.mark.parametrize("shown", [data for data in PRESSES if data.startswith(("card", "part", "task"))])
async def test_colleagues_read_a_case_without_contact_data(player: Player, shown: str) -> None:
    said = await player.press(COLLEAGUE, shown)
    assert said
    assert not any(secret in line for line in said for secret in SECRETS)


async def test_the_officer_and_the_lead_see_the_number_where_they_need_it(player: Player) -> None:
    for who in (OFFICER, LEAD, HEAD):
        assert any("13812342046" in line for line in await player.press(who, f"part:{CASE}:answers:0"))


async def test_a_deputy_works_like_the_officer_while_the_officer_is_away(player: Player, log: CaseLog) -> None:
    assert any(line.startswith(REFUSALS) for line in await player.press(COLLEAGUE, f"ask:note:{CASE}"))
    day = NOW.date()
    Roster(log).leave(Absence(OFFICER.id, day, day, COLLEAGUE.id), now=NOW)
    assert await player.press(COLLEAGUE, f"ask:note:{CASE}") == [wording.ASK_FOR["note"]]


async def test_what_was_asked_for_is_refused_once_the_right_to_it_is_gone(player: Player, log: CaseLog) -> None:
    Prompts(log).ask(OFFICER.id, Wanted.NOTE, CASE, now=NOW)
    Officers(log).add(OFFICER.id, OFFICER.name, Role.ADMIN, by=None, now=NOW)
    notes = log.rows("select * from notes")
    [line] = await player.say(OFFICER, "电话里说好了")
    assert line.startswith(NoCases.sentence)
    assert log.rows("select * from notes") == notes


async def test_a_gate_that_cannot_look_at_its_list_lets_nobody_through(
    player: Player, log: CaseLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    from actions.errors import CaseLogDamaged

    def damaged(*_: object) -> None:
        raise CaseLogDamaged(where="/srv/secret/case-log.db", reason="malformed")

    monkeypatch.setattr(Officers, "find", damaged)
    for text in ("/cases", "停业企业多久回访一次？", f"/case {CASE}"):
        assert await player.say(STRANGER, text) == [messages.TRY_LATER]
    assert await player.press(STRANGER, f"card:{CASE}") == [messages.TRY_LATER]


@pytest.mark.parametrize("behind", ["：", "，", "。", "\t", "\n", "\u3000", " "])
@pytest.mark.parametrize(("who", "command"), [(OFFICER, "/officers"), (ADMIN, "/new"), (ADMIN, "/cases")])
async def test_a_command_is_that_command_whatever_stands_behind_it(
    player: Player, log: CaseLog, who: Member, command: str, behind: str
) -> None:
    before = state(log)
    marked = [{"type": "bot_command", "offset": 0, "length": len(command)}]
    chat, sender = {"id": who.id, "type": "private", "first_name": "x"}, {"id": who.id, "is_bot": False}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": {**sender, "first_name": "x"}}
    [line] = await player.give({"message": {**message, "text": f"{command}{behind}x", "entities": marked}})
    assert line.startswith((AdminsOnly.sentence, NoCases.sentence))
    assert state(log) == before


async def test_who_lost_the_right_to_a_case_goes_on_with_no_walk_in_it(player: Player, log: CaseLog) -> None:
    day = NOW.date()
    Roster(log).leave(Absence(OFFICER.id, day, day, COLLEAGUE.id), now=NOW)
    await player.press(COLLEAGUE, f"edit:{CASE}:staff:0")
    Roster(log).come_back(OFFICER.id, now=NOW)
    answers = log.rows("select * from answers")
    await player.say(COLLEAGUE, "99")
    assert log.rows("select * from answers") == answers


async def test_a_visit_half_told_is_not_told_to_its_end_once_the_case_is_anothers(player: Player, log: CaseLog) -> None:
    give(log, CASE, COLLEAGUE.id, by=LEAD.id, now=NOW)
    before = log.rows("select * from contacts")
    refused = OthersCase.sentence.format(case=CASE, name=COLLEAGUE.name)
    assert any(line.startswith(refused) for line in await player.press(OFFICER, "tell:1:mood:0"))
    await player.say(OFFICER, "低落")
    assert log.rows("select * from contacts") == before
