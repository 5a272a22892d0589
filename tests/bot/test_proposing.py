"""From free words to a card to the deed, over the application as it is built; the model is scripted, HTTP is real."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest

from actions.model import Task
from actions.officers import Officers, Role
from actions.proposal_errors import ProposalCancelled, ProposalDone, ProposalExpired
from actions.questions import Questions
from actions.right_errors import NotYourButton, OthersCase
from actions.store import CaseLog
from actions.walks import View
from bot import messages
from bot.messages import proposals as wording
from retrieval.library import Library
from tests.actions.taken_in import FARM, NOW, Office
from tests.bot.mute import Player, playing
from tests.bot.transport import opened
from tests.cast import ADMIN, COLLEAGUE, LEAD, OFFICER, STRANGER
from tests.scripted_model import Script, ScriptedModel, scripted_model, tool_call

MOVE = "把蟹田的回访改到下周三"
ODDLY = "蟹田那次上门看老板的事，能往后放放就放放，改到下周三好了"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db") as log:
        Office(log)
        Officers(log).add(ADMIN.id, ADMIN.name, Role.ADMIN, by=None, now=NOW)
        yield log


@pytest.fixture
def office(log: CaseLog) -> Office:
    return Office(log)


@pytest.fixture
def farm(office: Office) -> str:
    return office.take_in(FARM)


@pytest.fixture
async def player(log: CaseLog, library: Library, tmp_path: Path) -> AsyncIterator[Player]:
    async with playing(log, library, tmp_path, now=lambda: NOW) as player:
        yield player


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedModel]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with scripted_model() as model:
        yield model


@pytest.fixture
async def helped(log: CaseLog, library: Library, tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Player]:
    """With a chat model."""
    chat = {"chat_model": "openai:scripted", "chat_base_url": model.base_url}
    async with playing(log, library, tmp_path, now=lambda: NOW, **chat) as player:
        yield player


def visit_of(office: Office, case_id: str) -> Task:
    return next(task for task in office.tasks.of_case(case_id) if "第1次" in task.title)


def asked(log: CaseLog) -> int:
    return len(log.rows("select id from questions"))


async def test_a_visit_is_moved_after_the_button_and_not_before(
    player: Player, office: Office, farm: str, log: CaseLog
) -> None:
    before = visit_of(office, farm)
    [card] = await player.say(OFFICER, MOVE)
    assert "蟹田农业合作社" in card
    assert farm in card
    assert f"{before.title}：" in card
    assert "→ 3月11日 周三" in card
    assert visit_of(office, farm) == before
    said = await player.press(OFFICER, "agree:1")
    assert visit_of(office, farm).due_on == date(2026, 3, 11)
    assert any(before.title in line or "蟹田" in line for line in said)
    assert asked(log) == 0


async def test_a_card_that_is_cancelled_does_nothing(player: Player, office: Office, farm: str) -> None:
    before = visit_of(office, farm)
    await player.say(OFFICER, MOVE)
    said = await player.press(OFFICER, "decline:1")
    assert any(line.endswith(wording.DECLINED) for line in said)
    assert await player.press(OFFICER, "agree:1")
    assert visit_of(office, farm) == before


@pytest.mark.parametrize(
    ("verb", "line", "refused"),
    [("agree", wording.AGREED, ProposalDone()), ("decline", wording.DECLINED, ProposalCancelled())],
)
async def test_a_second_press_says_what_became_of_it_and_takes_the_buttons_away(
    player: Player, farm: str, verb: str, line: str, refused: Exception
) -> None:
    await player.say(OFFICER, MOVE)
    shown = (await player.press(OFFICER, f"{verb}:1", text="卡片"))[0]
    assert shown == f"卡片\n\n{line}"
    assert await player.press(OFFICER, f"{verb}:1", text=shown) == [str(refused), shown]
    assert await player.press(OFFICER, f"{verb}:1", text="卡片") == [str(refused), shown]  # a crash kept the edit back
    assert "reply_markup" not in player.request.calls[-1][1]


async def test_a_press_that_a_crash_cut_off_still_brings_the_first_question(player: Player, log: CaseLog) -> None:
    await player.say(OFFICER, "登记一家停业企业：绿源农业，养殖，环保原因")
    question = (await player.press(OFFICER, "agree:1"))[-1]
    number = log.rows("select update_id from walks")[0]["update_id"]
    with log.transaction() as db:
        db.execute("update walks set shown_step = 0, message_id = null")  # done, and Telegram never told
    player.repeat(number + 1)  # a press takes one number, a message two
    assert (await player.press(OFFICER, "agree:1"))[-1] == question
    player.repeat(number + 1)
    assert question not in await player.press(OFFICER, "agree:1")
    assert len(log.rows("select * from cases")) == 1


async def test_a_press_that_a_crash_cut_off_still_brings_what_follows_from_a_visit(
    player: Player, farm: str, log: CaseLog
) -> None:
    await player.say(OFFICER, "今天回访了蟹田，员工都安置好了")
    told = (await player.press(OFFICER, "agree:1"))[-1]
    player.repeat(log.rows("select update_id from contacts")[0]["update_id"] + 1)
    again = await player.press(OFFICER, "agree:1")
    assert (again[0], "员工都安置好了" in told, "员工都安置好了" in again[-1]) == (str(ProposalDone()), True, True)
    assert len(log.rows("select * from contacts")) == 1


async def test_an_old_card_says_so(player: Player, office: Office, farm: str, log: CaseLog) -> None:
    before = visit_of(office, farm)
    await player.say(OFFICER, MOVE)
    with log.transaction() as db:
        db.execute("update proposals set made_at = '2026-02-28T00:00:00+00:00'")
    assert await player.press(OFFICER, "agree:1") == [str(ProposalExpired())]
    assert visit_of(office, farm) == before


async def test_one_of_several_is_chosen_in_place_and_then_agreed_to(
    player: Player, office: Office, farm: str, log: CaseLog
) -> None:
    other = office.take_in({**FARM, "company": "蟹田食品有限公司"})
    [card] = await player.say(OFFICER, MOVE)
    assert wording.WHICH_CASE in card
    [card] = await player.press(OFFICER, f"choose:1:{other}")
    assert "「蟹田食品有限公司」" in card
    assert "→ 3月11日 周三" in card
    await player.press(OFFICER, "agree:1")
    moved = {case_id: visit_of(office, case_id).due_on == date(2026, 3, 11) for case_id in (farm, other)}
    assert moved == {farm: False, other: True}
    assert len(log.rows("select * from proposals")) == 1


@pytest.mark.parametrize(
    ("text", "told", "query"),
    [
        ("给蟹田记一笔：设备卖了", "内容：设备卖了", "select text from notes"),
        (
            "给蟹田加个任务：交设备清单，月底前",
            "交设备清单：2026年3月31日 周二前",
            "select title from tasks where by_hand",
        ),
        ("蟹田的回访过三天再提醒我", "3月5日 周四再提醒", "select id from tasks where snoozed_until = '2026-03-05'"),
        ("蟹田的回访办完了", "记下这次回访", "select id from contacts where reached"),
    ],
)
async def test_each_form_is_shown_first_and_done_by_its_button(
    player: Player, farm: str, log: CaseLog, text: str, told: str, query: str
) -> None:
    [card] = await player.say(OFFICER, text)
    assert told in card
    assert log.rows(query) == []
    said = await player.press(OFFICER, "agree:1", text="卡片")
    assert said[0] == f"卡片\n\n{wording.AGREED}"
    assert len(said) == 2
    assert len(log.rows(query)) == 1


async def test_a_card_outlives_a_restart(
    log: CaseLog, library: Library, tmp_path: Path, office: Office, farm: str
) -> None:
    async with playing(log, library, tmp_path, now=lambda: NOW) as player:
        await player.say(OFFICER, MOVE)
    async with playing(log, library, tmp_path, now=lambda: NOW) as player:
        await player.press(OFFICER, "agree:1")
    assert visit_of(office, farm).due_on == date(2026, 3, 11)


async def test_nobody_else_may_press(player: Player, office: Office, farm: str) -> None:
    before = visit_of(office, farm)
    await player.say(OFFICER, MOVE)
    for who in (COLLEAGUE, LEAD):
        assert await player.press(who, "agree:1") == [str(NotYourButton())]
    assert await player.press(STRANGER, "agree:1") == [messages.stranger(STRANGER.id)]
    assert visit_of(office, farm) == before


async def test_a_colleagues_case_gets_no_card(player: Player, farm: str, log: CaseLog) -> None:
    refused = OthersCase(case=farm, name=OFFICER.name)
    assert await player.say(COLLEAGUE, MOVE) == [str(refused)]
    assert log.rows("select * from proposals") == []


async def test_an_admin_is_told_nothing_of_cases(player: Player, farm: str) -> None:
    [said] = await player.say(ADMIN, MOVE)
    assert "蟹田农业合作社" not in said
    assert farm not in said


async def test_a_visit_told_in_passing_is_kept_with_what_follows(
    player: Player, office: Office, farm: str, log: CaseLog
) -> None:
    [card] = await player.say(OFFICER, "今天回访了蟹田，员工都安置好了")
    assert "员工都安置好了" in card
    await player.press(OFFICER, "agree:1")
    assert visit_of(office, farm).status == "done"
    assert log.rows("select note from contacts") == [{"note": "员工都安置好了"}]


async def test_nobody_was_there(player: Player, office: Office, farm: str, log: CaseLog) -> None:
    await player.say(OFFICER, "蟹田的王老板电话一直打不通")
    await player.press(OFFICER, "agree:1")
    assert log.rows("select reached from contacts") == [{"reached": 0}]
    assert visit_of(office, farm).status == "open"


async def test_an_intake_begins_with_what_was_said(player: Player, office: Office) -> None:
    [card] = await player.say(OFFICER, "登记一家停业企业：绿源农业，养殖，环保原因")
    assert "绿源农业" in card
    await player.press(OFFICER, "agree:1")
    screen = office.intake.screen(OFFICER.id)
    assert screen
    assert screen.walk.view is View.ASK
    assert [step.question.id for step in office.intake.path(screen.case.id).steps if step.answered] == [
        "company",
        "industry",
        "reason",
    ]


async def test_what_is_due_and_a_case_are_shown_at_once(player: Player, farm: str, log: CaseLog) -> None:
    assert any("蟹田" in line for line in await player.say(OFFICER, "看看蟹田的案子"))
    assert await player.say(OFFICER, "我今天有什么要办的")
    assert log.rows("select * from proposals") == []
    assert asked(log) == 0


async def test_a_name_that_no_case_has_is_told_where_it_was_plainly_an_act(player: Player, farm: str) -> None:
    [said] = await player.say(OFFICER, "把飞鸿的回访改到下周三")
    assert "没有找到名称里有「飞鸿」的在办案件" in said


@pytest.mark.parametrize("text", ["停业企业多久回访一次？", "光伏企业停业后老板怎么样了", "怎么登记停业企业"])
async def test_a_question_goes_to_the_playbook(player: Player, farm: str, log: CaseLog, text: str) -> None:
    await player.say(OFFICER, text)
    assert (asked(log), log.rows("select * from proposals")) == (1, [])


async def test_a_group_is_no_place_for_cards(player: Player, farm: str, log: CaseLog) -> None:
    await player.say(OFFICER, f"@closure_sandbox_bot {MOVE}", chat_id=-100)
    assert log.rows("select * from proposals") == []


# With a model that calls tools


async def test_a_model_proposes_what_grammar_does_not_read(
    helped: Player, model: ScriptedModel, office: Office, farm: str
) -> None:
    model.says(tool_call("find", name="蟹田"), tool_call("move", case=farm, task="第1次回访", due_on="下周三"))
    before = visit_of(office, farm)
    card = (await helped.say(OFFICER, ODDLY))[-1]
    assert "→ 3月11日 周三" in card
    assert visit_of(office, farm) == before
    assert farm in model.sent  # it has looked
    await helped.press(OFFICER, "agree:1")
    assert visit_of(office, farm).due_on == date(2026, 3, 11)


async def test_a_model_may_look_and_learns_no_contact_data(
    helped: Player, model: ScriptedModel, office: Office
) -> None:
    case_id = office.take_in({**FARM, "contact": "欧阳先生", "phone": "13812342046"})
    office.cases.note(case_id, "欧阳先生的备用电话 13812342047", by=OFFICER.id, now=NOW)
    model.says(tool_call("find", name="蟹田"), "无")
    await helped.say(OFFICER, ODDLY)
    assert case_id in model.sent
    for private in ("欧阳先生", "13812342046", "13812342047"):
        assert private not in model.sent


async def test_where_a_model_proposes_nothing_the_playbook_answers(
    helped: Player, model: ScriptedModel, farm: str, log: CaseLog
) -> None:
    model.says("无")
    await helped.say(OFFICER, ODDLY)
    assert asked(log) == 1


async def test_a_card_of_an_intake_tells_what_was_read_and_what_will_be_asked_again(
    helped: Player, model: ScriptedModel, log: CaseLog
) -> None:
    model.says(tool_call("intake", company="绿源农业", industry="养殖", closure_date="节后吧"))
    card = (await helped.say(OFFICER, "绿源农业那边先帮我登记上吧，养殖的，节后吧停业"))[-1]
    assert "企业：绿源农业\n行业：畜禽养殖\n没看懂的待会儿再问：停业日期" in card
    assert log.rows("select * from cases") == []


async def test_two_wishes_are_two_cards_and_a_crash_before_the_first_is_shown_loses_neither(
    helped: Player, model: ScriptedModel, farm: str, log: CaseLog
) -> None:
    calls = [tool_call("note", case=farm, text=text).tools[0] for text in ("设备卖了", "厂房租出去了")]
    model.says(Script(tools=tuple(calls)))
    helped.request.killed_at = "sendMessage"
    with pytest.raises(asyncio.CancelledError):
        await helped.say(OFFICER, ODDLY)
    helped.request.killed_at = ""
    rows = log.rows("select update_id, message_id from proposals order by place")
    assert [row["message_id"] for row in rows] == [None, None]
    helped.repeat(rows[0]["update_id"])
    first, second = await helped.say(OFFICER, ODDLY)
    assert ("设备卖了" in first, "厂房租出去了" in second) == (True, True)
    await helped.press(OFFICER, "agree:2")
    assert log.rows("select text from notes") == [{"text": "厂房租出去了"}]


async def test_a_model_cannot_reach_a_colleagues_case(
    helped: Player, model: ScriptedModel, office: Office, farm: str
) -> None:
    model.says(tool_call("note", case=farm, text="甲"))
    said = await helped.say(COLLEAGUE, "给那家合作社添上一句甲吧")
    assert str(OthersCase(case=farm, name=OFFICER.name)) in said
    assert office.cases.notes(farm) == []


async def test_a_message_that_is_handled_again_has_one_card(
    helped: Player, model: ScriptedModel, farm: str, log: CaseLog
) -> None:
    model.says(tool_call("note", case=farm, text="甲"))
    await helped.say(OFFICER, ODDLY)
    number = log.rows("select update_id from proposals")[0]["update_id"]
    helped.repeat(number)  # as after a crash
    await helped.say(OFFICER, ODDLY)
    assert len(log.rows("select * from proposals")) == 1
    assert Questions(log).get(1) is None
