"""What the bot says of visits: before, while they are told, and when nobody was there."""

from collections.abc import Sequence
from datetime import date

from bot.messages.push import month_day, weekday

BUTTON_VISITED = "已回访"
BUTTON_UNREACHED = "联系不上"
BUTTON_DONE_CHOOSING = "选好了"
BUTTON_STOP_TELLING = "先不记了"
BUTTON_ARCHIVE = "归档"
BUTTON_GO_ON = "继续跟进"
OTHER_WAYS = "换个办法联系："
REPLY_HOW = "也可以直接回复这条消息，写几句回访情况。"
VISIT_KEPT = "回访已记下。"
VISIT_DROPPED = "没有记，这次回访还在待办里。"
MANY = "可以选几项，选完点「选好了」；也可以直接写。"
OR_WRITE = "点一个，或直接写。"
PROPOSED = "听起来还有要跟进的，要加任务就点一下："
ONE_MORE_VISIT = "一年后的回访"
WENT_ON = "好，三个月后再回访一次。"
VISIT_TODAY = "今天该"
VISIT_COMING = "下一次"
NO_CONTACT_YET = "还没有回访过。"
POINTS = "这次留意："
SET_BY_HAND = "日期是手工改定的。"
NO_OTHER_WAY = "· 档案里没有别的联系方式，可以问村里或原来的员工，问到了记进案件。"
YEAR_OVER = "一年的回访都做完了，已请科长定：归档，还是继续跟进。"


def visit_title(company: str, number: int, times: int, state: str) -> str:
    """Over a visit that is due."""
    which = f"（第 {number} 次，共 {times} 次）" if number else ""
    return f"⏰ {state}回访「{company}」{which}"


def visit_late(workdays: int) -> str:
    """A visit that should have been made."""
    return f"晚了 {workdays} 个工作日，该" if workdays else "昨天就该"


def last_contact(when: date, who: str, said: str) -> str:
    """The last time that the owner was reached."""
    return f"上次（{month_day(when)}，{who}）：{said}"


def owed(titles: Sequence[str]) -> str:
    """What the owner was promised."""
    return f"还欠着：{'；'.join(titles)}"


def promise(title: str, due_on: date) -> str:
    """One promise."""
    return f"{title}（{month_day(due_on)}前）"


def concerns(names: Sequence[str]) -> str:
    """What the owner worries about."""
    return f"挂心：{'、'.join(names)}"


def point(text: str, source: str) -> str:
    """What to mind, and where it stands in the playbook."""
    return f"· {text}{f'［{source}］' if source else ''}"


def set_by_closing(months: int, ceiling: date) -> str:
    """The day was set by the day of closing."""
    return f"按停业满 {months} 个月算，最迟 {month_day(ceiling)}。"


def set_by_contact(ceiling: date) -> str:
    """The day was set by the last contact."""
    return f"按上次联系满三个月算，最迟 {month_day(ceiling)}。"


def set_by_ceiling(months: int, ceiling: date) -> str:
    """The day was set by the ceiling."""
    return f"按最迟期限算：停业满 {months} 个月再加宽限，{month_day(ceiling)}。"


def in_vain(times: int) -> str:
    """Nobody was reached of late."""
    return f"⚠️ 已连续 {times} 次没联系上。"


def unreached_once(again: date) -> str:
    """Nobody was there, for the first time."""
    return f"记下了：没联系上。{weekday(again)}再提醒，换个时段试试。"


def unreached_again(times: int, again: date) -> str:
    """Nobody was there, again."""
    return f"已连续 {times} 次没联系上，已报科长。{weekday(again)}再提醒。"


def way_phone(number: str) -> str:
    """Call by telephone."""
    return f"· 打电话：{number}"


def way_place(place: str) -> str:
    """Go there."""
    return f"· 上门：{place}"


def way_other(text: str) -> str:
    """Somebody else who can reach the owner."""
    return f"· 找别的联系人：{text}"


def way_when(text: str) -> str:
    """Another time."""
    return f"· 挑对方方便的时候：{text}"


def unreached_report(company: str, officer: str, times: int) -> str:
    """To the lead: nobody was reached, twice or more."""
    return f"⚠️ 连续 {times} 次联系不上「{company}」的负责人（{officer}经办）"


def asked(label: str, ask: str, number: int, total: int) -> str:
    """A question of a visit."""
    return f"{number}/{total} {ask}"


def said(label: str, values: Sequence[str]) -> str:
    """What was said on one matter."""
    return f"{label}：{'、'.join(values)}"


def added(title: str, due_on: date) -> str:
    """A task that came of a visit."""
    return f"＋ {title}（{month_day(due_on)}前）"


def next_visit(due_on: date) -> str:
    """The day of the next visit."""
    return f"下次回访：{weekday(due_on)}。"


def ask_lead_to_archive(company: str, left: int) -> str:
    """To the lead: all visits are made."""
    open_ = f"还有 {left} 项任务没办完。" if left else "任务也都办完了。"
    return f"✅ 「{company}」停业一年的回访都做完了，{open_}归档，还是继续跟进？"
