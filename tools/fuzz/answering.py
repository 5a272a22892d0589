"""What somebody would sensibly write at this moment: the answer to what the bot is asking them."""

from datetime import timedelta
from random import Random

from actions.calendar import local_day
from actions.prompts import OF_CASES, Wanted
from actions.walks import View
from playbook.checklist import Kind, Question
from tests.cast import Member
from tools.fuzz.stage import SECTION, Stage
from tools.fuzz.texts import QUESTIONS

COMPANY_CODE = "91110000600037341L"
"""A company's code that adds up."""
WISHES = (
    "给{0}记一条：{1}", "给{0}加一项任务：{1}，下周三前", "把{0}的回访改到下周五，{1}", "{0}没联系上",
    "今天回访了{0}，{1}", "把{0}的回访推迟三天，{1}", "找{0}", "把{0}的任务改到月底",
)  # fmt: skip
ELSEWHERE = {View.REVIEW: "保存", View.CONFIRM: "确认", View.CANCEL: "否"}


def apt(stage: Stage, member: Member, dice: Random, owners: list[str]) -> str:
    """An answer to a prompt, a visit's question or the checklist, in that order; else a question, or a new walk.

    `owners`: a name and a number that belong to the case at hand, and creep into what people write.
    """
    now = stage.clock()
    prompt = stage.at.prompts.of(member.id, now)
    if prompt and prompt.wanted is not Wanted.DONE:
        return _wanted(prompt.wanted, stage, dice, owners)
    contact = stage.at.contacts.current(member.id, now)
    asked = stage.at.visits.asked(contact) if contact else None
    if asked:
        return dice.choice([*(choice.text for choice in asked.choices), _remark(stage, dice, owners)])
    screen = stage.at.intake.screen(member.id)
    if screen and screen.asked and screen.walk.view is View.ASK:
        return _answer(screen.asked.question, stage, dice)
    if screen and screen.walk.view in ELSEWHERE:
        return ELSEWHERE[screen.walk.view]
    return dice.choice([*QUESTIONS, *("/new",) * 6, _remark(stage, dice, owners), *_wishes(stage, member, dice)])


def case_at_hand(stage: Stage, member: Member) -> str | None:
    """The case that somebody's next text will most likely be about."""
    now = stage.clock()
    prompt = stage.at.prompts.of(member.id, now)
    if prompt and prompt.wanted in OF_CASES:
        return prompt.subject
    if prompt and prompt.wanted not in (Wanted.DONE, Wanted.PERSON):
        table = "handovers" if prompt.wanted is Wanted.DECLINE else "tasks"
        return _case(stage, f"select case_id from {table} where id = ?", prompt.subject)
    contact = stage.at.contacts.current(member.id, now)
    return contact.case_id if contact else None


def walks(stage: Stage, member: Member) -> bool:
    """Whether what somebody writes is, most likely, an answer to the checklist."""
    if case_at_hand(stage, member):
        return False
    return stage.log.row("select 1 from walks where officer_id = ? and view <> 'ended'", [member.id]) is not None


def _wishes(stage: Stage, member: Member, dice: Random) -> list[str]:
    """What somebody would have done with a case of theirs, in free words."""
    sql = "select id from cases where officer_id = ? and status in ('open', 'follow_up') order by id desc limit 9"
    rows = stage.log.rows(sql, [member.id])
    return [dice.choice(WISHES).format(dice.choice(rows)["id"], stage.canaries.matter())] * 4 if rows else []


def _case(stage: Stage, sql: str, subject: object) -> str | None:
    row = stage.log.row(sql, [subject])
    return row["case_id"] if row else None


def _wanted(wanted: Wanted, stage: Stage, dice: Random, owners: list[str]) -> str:
    if wanted is Wanted.DATE:
        return f"{dice.choice(('下周三', '三个月后', '2026-12-01', '明天'))} {_remark(stage, dice, owners)}"
    if wanted is Wanted.PERSON:
        return dice.choice(("新来的", "小李", "甲" * 20))
    if wanted is Wanted.SECTION:
        return SECTION
    return _remark(stage, dice, owners)


def _remark(stage: Stage, dice: Random, owners: list[str]) -> str:
    who = f"，找{dice.choice(owners)}" if owners and dice.random() < 0.5 else ""
    return f"{stage.canaries.matter()}{who}{dice.choice(('，编号 2026', '，孩子上学', '，欠债', ''))}"


def _answer(question: Question, stage: Stage, dice: Random) -> str:
    if question.id == "company":
        return stage.canaries.company()
    if question.choices:
        texts = [choice.text for choice in question.choices]
        return "、".join(dice.sample(texts, min(len(texts), 1 + (question.type is Kind.choices))))
    today = local_day(stage.clock())
    plain = {
        Kind.text: stage.canaries.owner() if question.personal else dice.choice(("3号车间", "拖欠工资", "鹏图")),
        Kind.yes_no: dice.choice(("是", "否", "否", "否")),
        Kind.number: dice.choice(("0", "3", "120")),
        Kind.money: dice.choice(("0", "80", "1.2亿", "8000元")),
        Kind.date: str(today + timedelta(days=dice.randint(-60, 120))),
        Kind.phone: stage.canaries.phone(),
        Kind.uscc: COMPANY_CODE,
        Kind.file: "跳过",
    }
    return plain[question.type]
