"""What the bot pushes: overviews, duties, reports, and what the command line says of it."""

from collections.abc import Sequence
from datetime import date

from bot.messages.intake import WEEKDAYS

BUTTON_SNOOZE = "推迟提醒"
BUTTON_MOVE = "改期"
BUTTON_PASS = "转交"
BUTTON_CASE = "看案件"
LISTS = {"today": "今天", "overdue": "逾期", "week": "本周"}
SCOPES = {"mine": "我的", "all": "全部"}
SNOOZE_DAYS = {1: "下个工作日", 3: "3个工作日后", 5: "5个工作日后"}
"""How far a reminder may be put off by a button, in working days."""
SNOOZE_REASONS = ("负责人在外地", "约好改天", "等材料", "今天排不开")
SNOOZE_UNTIL = "推迟到哪天？期限不变，只是晚点再提醒。"
SNOOZE_WHY = "为什么推迟？点一个，或写一句。"
NOTHING_DUE = {"today": "今天没有到期的。", "overdue": "没有逾期的。", "week": "本周后面几天没有到期的。"}
CATCH_UP_TITLE = "⏰ 停了几天，补上这段时间的提醒"
DUTIES_TITLE = "⏰ 刚刚到期"
OPENED_TITLE = "▶ 前面的办完了，这些可以办了"
ESCALATION_TITLE = "⚠️ 逾期，请科长过问"
FAILURES = {"nobody": "没有可以接收的人", "blocked": "对方停用了机器人", "unreachable": "对方没有和机器人说过话"}
JUMP_HOW = "请写今天以后的日子，例如：/jump 3月1日；不写就跳到下一件到期的早上。"
DUE_TODAY = "今天到期"
SNOOZED_UNTIL_NOW = "推迟到今天"
PUSHING_ELSEWHERE = "另一个进程正在推送，这次没有发。"
DOCTOR_FINE = "没有发现问题。"
NO_LEAD = "没有登记科长：逾期和发不到的提醒没有人收。请用 officers add 登记一位 lead。"


def month_day(value: date) -> str:
    """A day near enough to go without its year."""
    return f"{value.month}月{value.day}日"


def weekday(value: date) -> str:
    """A day with its day of the week."""
    return f"{month_day(value)} 周{WEEKDAYS[value.weekday()]}"


def digest_title(today: date, due: int, overdue: int, week: int) -> str:
    """Over the overview of a day."""
    return f"⏰ {weekday(today)}：{counts(due, overdue, week)}"


def counts(due: int, overdue: int, week: int) -> str:
    """How much there is."""
    parts = [f"今天 {due} 件"] if due else []
    parts += [f"逾期 {overdue} 件"] if overdue else []
    parts += [f"本周还有 {week} 件"] if week else []
    return "，".join(parts) or "眼下没有到期的"


def due_line(company: str, title: str, when: str, whose: str) -> str:
    """One task in a list."""
    tail = " · ".join(part for part in (when, whose) if part)
    return f"• {company}：{title}{f'（{tail}）' if tail else ''}"


def late(workdays: int) -> str:
    """By how much it is late."""
    return f"晚 {workdays} 个工作日" if workdays else "刚过期限"


def jumped(day: date) -> str:
    """The demo's clock was set forward."""
    return f"时钟拨到了 {day.year}年{weekday(day)}。"


def snoozed_times(times: int) -> str:
    """How often its reminder was put off."""
    return f"已推迟 {times} 次"


def more(count: int) -> str:
    """What a message has no room for."""
    return f"还有 {count} 件没列出，点下面的按钮看全部。"


def list_title(when: str, count: int, today: date) -> str:
    """Over a list of what is due."""
    return f"{LISTS[when]} · {count} 件（{weekday(today)}）"


def duty_title(title: str, state: str) -> str:
    """Over a task that is due."""
    return f"⚠️ {state}：{title}"


def coming(due_on: date) -> str:
    """A task whose day is ahead."""
    return f"{month_day(due_on)}到期"


def blocks(titles: Sequence[str], count: int) -> str:
    """What waits for a task."""
    named = "".join(f"「{title}」" for title in titles)
    return f"它不办结，{count} 项先停：{named}{'等' if count > len(titles) else ''}"


def source(title: str) -> str:
    """What a task rests on."""
    return f"依据：{title}"


def evidence(text: str) -> str:
    """What closes it."""
    return f"办结凭据：{text}"


def snoozed(until: date, times: int) -> str:
    """A reminder was put off."""
    told = "。已推迟三次，下次提醒同时报科长" if times >= 3 else ""
    return f"好，{weekday(until)}再提醒，期限不变{told}。"


def undeliverable(name: str, why: str, due: str) -> str:
    """To the lead: somebody cannot be reached by the bot."""
    return f"⚠️ 提醒发不到{name}：{why}。任务都还在（{due}），请当面转告，或转给同事。"


def agenda_title(month: str) -> str:
    """Over the agenda."""
    year, number = month.split("-")
    return f"联席会议议程 · {year}年{int(number)}月"


def agenda_counts(cases: int, tasks: int) -> str:
    """How much there is to talk about."""
    return f"{cases} 家企业，{tasks} 项生态责任没办完"


def agenda_case(number: int, company: str, id_: str) -> str:
    """One company."""
    return f"{number}. {company}（{id_}）"


def agenda_task(title: str, due_on: date, late_by: str, blocked: int, departments: Sequence[str]) -> str:
    """One task on the ground."""
    parts = [f"{month_day(due_on)}前", late_by, f"{blocked} 项等着它" if blocked else "", "、".join(departments)]
    return f"· {title}：{'；'.join(part for part in parts if part)}"


def pushed(planned: int, sent: int, later: int, failed: int, dropped: int, doubtful: int) -> str:
    """What one round did."""
    return (
        f"到期 {planned} 条：已发 {sent}，稍后再试 {later}，发不到 {failed}，已无需发 {dropped}；可能重复 {doubtful}。"
    )


def stuck(name: str, occasion: str, attempts: int, error: str, final: bool) -> str:
    """A notification that does not go out."""
    state = "发不到" if final else "在重试"
    return f"{state}：{name}，{occasion}，试过 {attempts} 次，{FAILURES.get(error, error)}。"


def nobody_for(name: str, cases: int) -> str:
    """Cases of somebody who was removed."""
    return f"{name}已移除，名下还有 {cases} 个案件没人接。请登记一位科长，再运行一次移除。"


def push_late(since: str) -> str:
    """The last round was long ago."""
    return f"上一轮推送是 {since}。机器人没在运行的话，请启动 closure-bot run。"
