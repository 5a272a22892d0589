"""A case's first year as people meet it: the real application on the sandbox's Bot API, on a clock that tests move."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from actions.handovers import give
from actions.roster import Absence, Roster
from actions.store import CaseLog
from bot.app import build
from bot.delivery import Delivery
from bot.messages import cases as case_wording
from bot.messages import push as wording
from bot.messages import roster as roster_wording
from bot.messages import visits as visit_wording
from bot.sandbox.faults import Faults
from bot.sandbox.model import StoredMessage
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.world import World
from bot.settings import Settings
from retrieval.library import Library
from tests.actions.pushed import at
from tests.actions.taken_in import DYE_WORKS, FARM, NOW, Office
from tests.bot.test_handlers import Stage, labels
from tests.bot.transport import TOKEN, opened, running
from tests.cast import COLLEAGUE, LEAD, OFFICER, Member

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

OWNER = {"contact": "陈先生", "phone": "13812342046", "reach_how": "微信", "reach_when": "下午", "place": "港沿镇"}
FIRST, SECOND = "2026-06-30", "2026-10-09"
"""The days of the first two visits to the farm, which closes on 31 March; the second falls into National Day."""


class Time:
    """The clock of the bot."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment

    def move(self, day: str, hour: int = 9) -> None:
        self.moment = at(day, hour)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def sandbox() -> Starlette:
    return create_app([Person(member.id, member.name) for member in (OFFICER, COLLEAGUE, LEAD)])


@pytest.fixture
def world(sandbox: Starlette) -> World:
    world: World = sandbox.state.world
    return world


@pytest.fixture
def faults(sandbox: Starlette) -> Faults:
    faults: Faults = sandbox.state.faults
    return faults


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db") as log:
        yield log


@pytest.fixture
def office(log: CaseLog) -> Office:
    return Office(log)


@pytest.fixture
def farm(office: Office) -> str:
    return office.take_in({**FARM, **OWNER, "concerns": "子女教育"})


@pytest.fixture
async def stage(
    sandbox: Starlette, log: CaseLog, library: Library, tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    """The bot at work, but for the pace of sending."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("bot.app.Delivery", partial(Delivery, private_burst=1000))
    monkeypatch.setattr("bot.pushing.CHAT_SECONDS", 0.0)
    with serve(sandbox) as address:
        on_sandbox = {"telegram_bot_token": SecretStr(TOKEN), "telegram_api_base_url": address}
        settings = Settings.load(data_dir=tmp_path).model_copy(update=on_sandbox)
        application = build(settings, log, library, now=time, every=timedelta(milliseconds=50))
        async with running(application):
            yield Stage(sandbox.state.world)


async def told(stage: Stage, who: Member, text: str) -> StoredMessage:
    """The newest message to somebody that holds a text."""

    def look() -> list[StoredMessage]:
        return [message for message in stage.bots(who.id) if text in message.text]

    found: list[StoredMessage] = await stage.world.until(look, 20)
    return found[-1]


def done(office: Office, case_id: str, *, but: str) -> None:
    """Finishes whatever would be late meanwhile; nobody wants the overview."""
    for member in (OFFICER, COLLEAGUE):
        Roster(office.log).wish(member.id, digest=False, now=NOW)
    for task in office.tasks.of_case(case_id):
        if task.kind.value != but and task.status.value == "open":
            office.tasks.finish(task.id, by=OFFICER.id, now=NOW)


async def test_a_visit_comes_with_its_briefing_and_is_told_by_buttons(
    stage: Stage, time: Time, office: Office, farm: str
) -> None:
    done(office, farm, but="revisit")
    time.move(FIRST)
    visit = await told(stage, OFFICER, "该回访「蟹田农业合作社」（第 1 次，共 4 次）")
    known = ("陈先生 · 138****2046 · 微信 · 下午", visit_wording.NO_CONTACT_YET, "挂心：子女教育")
    for part in (*known, "孩子上学落实没有［子女教育］", "最迟 7月15日"):
        assert part in visit.text
    question = await stage.open(OFFICER, visit, visit_wording.BUTTON_VISITED)
    for label in ("安顿好了", "都安置好了"):
        await stage.turn(OFFICER, question, label)
    for label in ("子女入学", "政策兑现"):
        await _tick(stage, question, label)
    assert "子女入学 ✓" in labels(question)
    await stage.turn(OFFICER, question, visit_wording.BUTTON_DONE_CHOOSING)
    following = await stage.say(OFFICER, "想把地租出去")
    outcome = await stage.turn(OFFICER, following, "平稳")
    assert outcome.startswith(visit_wording.VISIT_KEPT)
    assert "新打算：想把地租出去" in outcome
    assert "＋ 回访跟进：子女入学" in outcome
    assert "下次回访：9月30日 周三。" in outcome
    assert office.by_rule(farm)["revisit", 0, 1].status == "done"
    seen = "select seen_at from notifications where message_id = ? and seen_at is not null"
    await stage.world.until(lambda: office.log.row(seen, [visit.id]) is not None, 20)


async def _tick(stage: Stage, message: StoredMessage, label: str) -> None:
    stage._press(OFFICER, message, label)
    await stage.world.until(lambda: f"{label} ✓" in labels(message), 20)


async def test_a_reply_is_a_visit_too(stage: Stage, time: Time, office: Office, farm: str) -> None:
    done(office, farm, but="revisit")
    time.move(FIRST)
    visit = await told(stage, OFFICER, "第 1 次")
    kept = await stage.say(OFFICER, "电话打过，孩子已经入学，专利想授权", to=visit)
    assert kept.text.startswith(visit_wording.VISIT_KEPT)
    offered = [label for label in labels(kept) if label.startswith("＋")]
    assert len(offered) == 2
    toast = await stage.press(OFFICER, kept, offered[0])
    assert toast.text.startswith("＋ 回访跟进")
    too_long = await stage.say(OFFICER, "长" * 1001, to=visit)
    assert "1000" in too_long.text
    again = await stage.say(OFFICER, "补一句：她搬去了苏州", to=visit)
    assert again.text == case_wording.DONE["remark"]
    assert [note.text for note in office.cases.notes(farm)] == ["补一句：她搬去了苏州"]


async def test_put_off_three_times_it_goes_to_the_lead_and_the_timeline_says_why(
    stage: Stage, time: Time, office: Office, farm: str
) -> None:
    done(office, farm, but="revisit")
    time.move(FIRST)
    days, reasons = ("2026-07-01", "2026-07-02", "2026-07-03"), ("负责人在外地", "约好改天", "下午要开会")
    for day, reason in zip(days, reasons, strict=True):
        visit = await told(stage, OFFICER, "该回访")
        how_far = await stage.open(OFFICER, visit, wording.BUTTON_SNOOZE)
        await stage.turn(OFFICER, how_far, wording.SNOOZE_DAYS[1])
        if reason in wording.SNOOZE_REASONS:
            assert "再提醒，期限不变" in await stage.turn(OFFICER, how_far, reason)
        else:
            assert (await stage.say(OFFICER, reason)).text.startswith(case_wording.DONE["snooze"])
        before = visit.id
        time.move(day)
        await stage.world.until(
            lambda old=before: any(m.id > old and "该回访" in m.text for m in stage.bots(OFFICER.id)), 20
        )
    report = await told(stage, LEAD, wording.ESCALATION_TITLE)
    assert "已推迟 3 次" in report.text
    timeline = office.cases.timeline(farm, limit=60)
    assert [entry.detail.get("reason") for entry in timeline if entry.verb == "snooze"] == list(reversed(reasons))
    assert office.by_rule(farm)["revisit", 0, 1].due_on.isoformat() == FIRST


def _newer(stage: Stage, than: int, text: str) -> bool:
    return any(message.id > than and text in message.text for message in stage.bots(OFFICER.id))


async def test_nobody_there_twice_other_ways_are_proposed_and_the_lead_is_told(
    stage: Stage, time: Time, office: Office, log: CaseLog
) -> None:
    case_id = office.take_in({**FARM, **OWNER, "other_contact": "合伙人周先生"})
    done(office, case_id, but="revisit")
    time.move(FIRST)
    visit = await told(stage, OFFICER, "该回访")
    once = await stage.open(OFFICER, visit, visit_wording.BUTTON_UNREACHED)
    assert "7月1日 周三再提醒" in once.text
    time.move("2026-07-01")
    again = await told(stage, OFFICER, "已连续 1 次没联系上")
    twice = await stage.open(OFFICER, again, visit_wording.BUTTON_UNREACHED)
    for way in ("13812342046", "港沿镇", "合伙人周先生"):
        assert way in twice.text
    report = await told(stage, LEAD, "连续 2 次联系不上「蟹田农业合作社」")
    assert "合伙人周先生" in report.text


async def test_a_case_is_handed_over_declined_and_taken(stage: Stage, time: Time, office: Office, farm: str) -> None:
    which = await stage.say(OFFICER, "/handover")
    to_whom = await stage.open(OFFICER, which, f"{farm} 蟹田农业合作社")
    await stage.turn(OFFICER, to_whom, COLLEAGUE.name)
    offer = await told(stage, COLLEAGUE, "陈晓想把「蟹田农业合作社」转给您")
    assert "138****2046" in offer.text
    await stage.open(COLLEAGUE, offer, roster_wording.BUTTON_DECLINE)
    await stage.say(COLLEAGUE, "手上已有十家")
    await told(stage, OFFICER, "周敏没有接「蟹田农业合作社」：手上已有十家")
    assert office.cases.need(farm).officer_id == OFFICER.id
    to_whom = await stage.say(OFFICER, f"/handover {farm}")
    await stage.turn(OFFICER, to_whom, COLLEAGUE.name)
    offers = [m for m in await stage.world.until(lambda: _offers(stage), 20) if m]
    assert await stage.turn(COLLEAGUE, offers[-1], roster_wording.BUTTON_TAKE) == roster_wording.TAKEN
    await told(stage, OFFICER, "周敏接下了")
    done(office, farm, but="revisit")
    time.move(FIRST)
    assert await told(stage, COLLEAGUE, "第 1 次，共 4 次")
    assert not any("该回访" in message.text for message in stage.bots(OFFICER.id))


def _offers(stage: Stage) -> list[StoredMessage]:
    found = [message for message in stage.bots(COLLEAGUE.id) if "转给您" in message.text]
    return found if len(found) == 2 else []


async def test_what_opens_is_announced_at_once_and_a_duty_says_what_it_blocks(
    stage: Stage, time: Time, office: Office
) -> None:
    case_id = office.take_in(DYE_WORKS)
    plan = office.by_rule(case_id)["remediation-plan", 0, 1]
    time.move(plan.due_on.isoformat())
    duty = await told(stage, OFFICER, "今天到期：修复方案")
    assert "项先停" in duty.text
    assert "修复方案文本" in duty.text
    await stage.open(OFFICER, duty, case_wording.BUTTON_EVIDENCE)
    await told(stage, OFFICER, case_wording.ASK_FOR["evidence"])
    await stage.say(OFFICER, "方案编号 2026-17")
    opened_ = await told(stage, OFFICER, wording.OPENED_TITLE)
    assert "资产信息库登记" in opened_.text


async def test_what_is_late_climbs_and_the_lists_show_it(stage: Stage, time: Time, office: Office, farm: str) -> None:
    time.move("2026-04-01")
    report = await told(stage, LEAD, wording.ESCALATION_TITLE)
    assert "陈晓" in report.text
    overview = await told(stage, OFFICER, "逾期")
    assert labels(overview)[-3:] == list(wording.LISTS.values())
    mine = await stage.say(OFFICER, "/overdue")
    assert mine.text.startswith("逾期 · ")
    assert wording.SCOPES["all"] not in labels(mine)
    leads = await stage.say(LEAD, "/overdue")
    assert leads.text == wording.NOTHING_DUE["overdue"]
    assert "陈晓" in await stage.turn(LEAD, leads, wording.SCOPES["all"])
    task = await stage.open(OFFICER, overview, labels(overview)[0])
    assert task.text.startswith("⚠️") or task.text


async def test_the_agenda_of_the_joint_meeting(stage: Stage, time: Time, office: Office) -> None:
    office.take_in(DYE_WORKS)
    await stage.say(LEAD, "/due")
    time.move("2026-04-01")
    agenda = await told(stage, LEAD, "联席会议议程 · 2026年4月")
    assert "绿源印染有限公司" in agenda.text
    assert "区生态环境局" in agenda.text
    assert not any("联席会议议程" in message.text for message in stage.bots(OFFICER.id))


async def test_after_the_fourth_visit_the_lead_decides(stage: Stage, time: Time, office: Office, farm: str) -> None:
    done(office, farm, but="revisit")
    for number in (1, 2, 3, 4):
        task = office.by_rule(farm)["revisit", 0, number]
        time.move(task.due_on.isoformat())
        visit = await told(stage, OFFICER, f"第 {number} 次")
        await stage.say(OFFICER, "上门看过，一切平稳。", to=visit)
    ask = await told(stage, LEAD, "停业一年的回访都做完了")
    assert await stage.turn(LEAD, ask, visit_wording.BUTTON_GO_ON) == visit_wording.WENT_ON
    assert sum(task.kind.value == "revisit" for task in office.tasks.of_case(farm)) == 5


async def test_one_who_cannot_be_reached_is_told_to_the_lead_and_gets_it_later(
    stage: Stage, time: Time, office: Office, farm: str, world: World, log: CaseLog
) -> None:
    done(office, farm, but="revisit")
    world.blocked.add(OFFICER.id)
    time.move(FIRST)
    report = await told(stage, LEAD, "提醒发不到陈晓")
    assert wording.FAILURES["blocked"] in report.text
    assert office.by_rule(farm)["revisit", 0, 1].status == "open"
    world.blocked.discard(OFFICER.id)
    await stage.say(OFFICER, "/start")
    assert await told(stage, OFFICER, "第 1 次，共 4 次")


async def test_being_away_and_hours(stage: Stage, time: Time, office: Office, farm: str) -> None:
    done(office, farm, but="revisit")
    time.move("2026-06-26")
    wrong = await stage.say(OFFICER, "/quiet 6月30日 6月1日")
    assert roster_wording.QUIET_HOW in wrong.text
    who = await stage.say(OFFICER, "/quiet 6月29日 7月3日")
    assert "提醒发给周敏" in await stage.turn(OFFICER, who, COLLEAGUE.name)
    time.move(FIRST)
    visit = await told(stage, COLLEAGUE, "第 1 次，共 4 次")
    assert visit
    away = await stage.say(OFFICER, "/quiet")
    assert await stage.turn(OFFICER, away, roster_wording.BUTTON_COME_BACK) == roster_wording.BACK
    wishes = await stage.say(OFFICER, "/digest")
    await stage.turn(OFFICER, wishes, "8:00")
    assert "早报开着" in await stage.turn(OFFICER, wishes, roster_wording.BUTTON_DIGEST_ON)


async def test_a_visit_that_has_not_reached_the_deputy_goes_to_the_officer_who_is_back(
    stage: Stage, time: Time, office: Office, farm: str, world: World
) -> None:
    done(office, farm, but="revisit")
    roster, first = Roster(office.log), date.fromisoformat(FIRST)
    roster.leave(Absence(OFFICER.id, first, first, COLLEAGUE.id), now=NOW)
    await told(stage, COLLEAGUE, "陈晓")
    world.blocked.add(COLLEAGUE.id)
    time.move(FIRST)
    await told(stage, LEAD, "提醒发不到周敏")
    roster.come_back(OFFICER.id, now=time())
    world.blocked.discard(COLLEAGUE.id)
    await stage.say(COLLEAGUE, "/start")
    assert await told(stage, OFFICER, "第 1 次，共 4 次")
    assert not any("138****2046" in message.text for message in stage.bots(COLLEAGUE.id))


async def test_a_visit_that_waits_for_one_who_has_no_more_to_do_with_the_case_is_not_sent_to_them(
    stage: Stage, time: Time, office: Office, farm: str, world: World
) -> None:
    done(office, farm, but="revisit")
    world.blocked.add(OFFICER.id)
    time.move(FIRST)
    await told(stage, LEAD, "提醒发不到陈晓")
    give(office.log, farm, COLLEAGUE.id, by=LEAD.id, now=time())
    world.blocked.discard(OFFICER.id)
    await stage.say(OFFICER, "/start")
    assert await told(stage, COLLEAGUE, "第 1 次，共 4 次")
    assert not any("138****2046" in message.text for message in stage.bots(OFFICER.id))


async def test_a_row_that_cannot_be_written_holds_up_no_other(
    stage: Stage, time: Time, office: Office, farm: str, log: CaseLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(office, farm, but="revisit")
    other = office.take_in({**FARM, "company": "北港禽业"})
    done(office, other, but="revisit")
    broken = office.by_rule(farm)["revisit", 0, 1].id
    from actions.briefings import Briefings

    of = Briefings.of

    def fails(self: Any, task_id: int) -> Any:
        if task_id == broken:
            raise KeyError(task_id)
        return of(self, task_id)

    monkeypatch.setattr(Briefings, "of", fails)
    time.move(FIRST)
    assert await told(stage, OFFICER, "北港禽业")
    row = log.row("select attempts, error, sent_at from notifications where task_id = ?", [broken])
    assert row == {"attempts": 1, "error": "cannot be written", "sent_at": None}
    monkeypatch.undo()
    time.moment += timedelta(hours=1)
    assert await told(stage, OFFICER, "蟹田农业合作社")
