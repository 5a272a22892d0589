"""What the bot says of acts in free words: the card, what was done, what was not."""

from collections.abc import Sequence
from datetime import date

from bot.messages.push import month_day, weekday

BUTTON_AGREE = "确认"
BUTTON_DECLINE = "取消"
WHICH_CASE = "是哪一家？"
WHICH_TASK = "是哪一项？"
AGREED = "✅ 已办。"
DECLINED = "好，没有办。"
REASON_SAID = "理由照您的原话记"
TITLES = {
    "note": "记一条备注",
    "task": "加一项任务",
    "visit": "记下这次回访",
    "unreached": "记下没联系上",
    "snooze": "推迟提醒，期限不变",
    "move": "改日期",
    "finish": "办结",
    "intake": "登记停业企业",
}
FIELDS = {
    "company": "企业",
    "uscc": "信用代码",
    "industry": "行业",
    "reason": "停业原因",
    "stage": "阶段",
    "closure_date": "停业日期",
    "place": "经营场所",
    "contact": "负责人",
    "phone": "电话",
    "staff": "员工",
}


def title(act: str) -> str:
    """Over a card."""
    return f"要办的：{TITLES[act]}"


def about(company: str, id_: str) -> str:
    """The case that a card is about."""
    return f"「{company}」（{id_}）"


def moved(what: str, before: date, after: date) -> str:
    """Another day for a task; a year that is another one is said."""
    return f"{what}：{month_day(before)} → {_year(after, before)}{weekday(after)}"


def snoozed(what: str, until: date, due_on: date) -> str:
    """A later reminder."""
    return f"{what}：{_year(until, due_on)}{weekday(until)}再提醒，期限仍是 {month_day(due_on)}"


def _year(day: date, beside: date) -> str:
    return f"{day.year}年" if day.year != beside.year else ""


def due(what: str, due_on: date | None, workdays: int) -> str:
    """A task that is added; its year is said, since «1月5日» is of the next one in December."""
    return f"{what}：{due_on.year}年{weekday(due_on)}前" if due_on else f"{what}：没说哪天，先按 {workdays} 个工作日"


def finished(what: str) -> str:
    """A task that is done."""
    return f"{what}：办结"


def quoted(text: str) -> str:
    """A note in the officer's own words."""
    return f"内容：{text}"


def reason(text: str) -> str:
    """Why a day is changed."""
    return f"理由：{text}"


def field(name: str, value: str) -> str:
    """An answer that an intake begins with."""
    return f"{FIELDS[name]}：{value}"


def unread(names: Sequence[str]) -> str:
    """What the checklist could not read, and asks again."""
    return f"没看懂的待会儿再问：{'、'.join(FIELDS[name] for name in names)}"


def settled(text: str, outcome: str) -> str:
    """A card whose button was pressed; one that says so already stays as it is."""
    line = AGREED if outcome == "confirmed" else DECLINED
    return text if text.endswith(f"\n\n{line}") else f"{text}\n\n{line}"


def found_case(id_: str, company: str, tasks: Sequence[str]) -> str:
    """A case as a chat model may read it: no contact data."""
    return f"{id_} {company}：{'；'.join(tasks) or '没有未办的任务'}"


NOTHING_FOUND = "没有这样的在办案件。"


def found_task(what: str, due_on: date) -> str:
    """One of its tasks."""
    return f"{what}（{month_day(due_on)}）"
