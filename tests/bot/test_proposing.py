"""From free words to a card to the deed, over the application as it is built; the model is scripted, HTTP is real."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest

from actions.model import Task
from actions.officers import Officers, Role
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
from tests.scripted_model import ScriptedModel, scripted_model, tool_call

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
