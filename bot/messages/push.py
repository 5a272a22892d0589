"""What the bot pushes, and what it says of visits, putting off, handing over and being away."""

from collections.abc import Sequence
from datetime import date

from bot.messages.intake import WEEKDAYS

BUTTON_VISITED = "已回访"
BUTTON_SNOOZE = "推迟提醒"
BUTTON_MOVE = "改期"
BUTTON_PASS = "转交"
BUTTON_UNREACHED = "联系不上"
BUTTON_CASE = "看案件"
BUTTON_DONE_CHOOSING = "选好了"
BUTTON_STOP_TELLING = "先不记了"
BUTTON_TAKE = "接下"
BUTTON_DECLINE = "不接"
BUTTON_ARCHIVE = "归档"
BUTTON_GO_ON = "继续跟进"
BUTTON_COME_BACK = "提前回来"
BUTTON_DIGEST_OFF = "不要早报"
BUTTON_DIGEST_ON = "要早报"
LISTS = {"today": "今天", "overdue": "逾期", "week": "本周"}
SCOPES = {"mine": "我的", "all": "全部"}

SNOOZE_DAYS = {1: "下个工作日", 3: "3个工作日后", 5: "5个工作日后"}
"""How far a reminder may be put off by a button, in working days."""
SNOOZE_REASONS = ("负责人在外地", "约好改天", "等材料", "今天排不开")
SNOOZE_UNTIL = "推迟到哪天？期限不变，只是晚点再提醒。"
SNOOZE_WHY = "为什么推迟？点一个，或写一句。"
PASS_TO = "转给谁？对方接下之前，还由您负责。"
NOBODY_TO_PASS = "没有别的同事可以接。请管理员先登记。"
HANDOVER_HOW = "请在 /handover 后面写案件编号，例如：/handover CM-2026-0001；或从下面选。"
NO_CASES_TO_PASS = "您名下没有案件。"
NOTHING_DUE = {"today": "今天没有到期的。", "overdue": "没有逾期的。", "week": "本周后面几天没有到期的。"}
QUIET_HOW = "请写起止日期，例如：/quiet 7月1日 7月5日。休假期间，提醒发给您选的代管人。"
QUIET_WHO = "这几天由谁代管？"
BACK = "欢迎回来，提醒照常发给您。"
NOT_AWAY = "您没有登记休假。"
HOUR_HOW = "几点发提醒？也可以关掉早报；关掉以后，到期的回访和任务仍然会提醒。"
DIGEST_NOW_OFF = "早报已关。到期的回访和任务仍然会提醒。"
DIGEST_NOW_ON = "早报已开。"
CATCH_UP_TITLE = "⏰ 停了几天，补上这段时间的提醒"
DUTIES_TITLE = "⏰ 刚刚到期"
OPENED_TITLE = "▶ 前面的办完了，这些可以办了"
ESCALATION_TITLE = "⚠️ 逾期，请科长过问"
OTHER_WAYS = "换个办法联系："
REPLY_HOW = "也可以直接回复这条消息，写几句回访情况。"
VISIT_KEPT = "回访已记下。"
VISIT_DROPPED = "没有记，这次回访还在待办里。"
MANY = "可以选几项，选完点「选好了」；也可以直接写。"
OR_WRITE = "点一个，或直接写。"
PROPOSED = "听起来还有要跟进的，要加任务就点一下："
TAKEN = "已接下，案件、任务和提醒都转到您这里。"
ONE_MORE_VISIT = "一年后的回访"
WENT_ON = "好，三个月后再回访一次。"
FAILURES = {"nobody": "没有可以接收的人", "blocked": "对方停用了机器人", "unreachable": "对方没有和机器人说过话"}


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


JUMP_HOW = "请写今天以后的日子，例如：/jump 3月1日；不写就跳到下一件到期的早上。"


def jumped(day: date) -> str:
    """The demo's clock was set forward."""
    return f"时钟拨到了 {day.year}年{weekday(day)}。"


def of(name: str) -> str:
    """Whose task it is, where it is a colleague's."""
    return f"代{name}"


def snoozed_times(times: int) -> str:
    """How often its reminder was put off."""
    return f"已推迟 {times} 次"


def more(count: int) -> str:
    """What a message has no room for."""
    return f"还有 {count} 件没列出，点下面的按钮看全部。"


def list_title(when: str, count: int, today: date) -> str:
    """Over a list of what is due."""
    return f"{LISTS[when]} · {count} 件（{weekday(today)}）"


# One task


def visit_title(company: str, number: int, times: int, state: str) -> str:
    """Over a visit that is due."""
    which = f"（第 {number} 次，共 {times} 次）" if number else ""
    return f"⏰ {state}回访「{company}」{which}"


VISIT_TODAY = "今天该"
VISIT_COMING = "下一次"


def visit_late(workdays: int) -> str:
    """A visit that should have been made."""
    return f"晚了 {workdays} 个工作日，该" if workdays else "昨天就该"


def last_contact(when: date, who: str, said: str) -> str:
    """The last time that the owner was reached."""
    return f"上次（{month_day(when)}，{who}）：{said}"


NO_CONTACT_YET = "还没有回访过。"


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


POINTS = "这次留意："


def set_by_closing(months: int, ceiling: date) -> str:
    """The day was set by the day of closing."""
    return f"按停业满 {months} 个月算，最迟 {month_day(ceiling)}。"


def set_by_contact(ceiling: date) -> str:
    """The day was set by the last contact."""
    return f"按上次联系满三个月算，最迟 {month_day(ceiling)}。"


def set_by_ceiling(months: int, ceiling: date) -> str:
    """The day was set by the ceiling."""
    return f"按最迟期限算：停业满 {months} 个月再加宽限，{month_day(ceiling)}。"


SET_BY_HAND = "日期是手工改定的。"


def in_vain(times: int) -> str:
    """Nobody was reached of late."""
    return f"⚠️ 已连续 {times} 次没联系上。"


def duty_title(title: str, state: str) -> str:
    """Over a task that is due."""
    return f"⚠️ {state}：{title}"


DUE_TODAY = "今天到期"
SNOOZED_UNTIL_NOW = "推迟到今天"


def coming(due_on: date) -> str:
    """A task whose day is ahead."""
    return f"{month_day(due_on)}到期"


def blocks(titles: Sequence[str], count: int) -> str:
    """What waits for a task."""
    named = "".join(f"「{title}」" for title in titles)
    return f"它不办结，{count} 项先停：{named}{'等' if count > len(titles) else ''}"


def evidence(text: str) -> str:
    """What closes it."""
    return f"办结凭据：{text}"


# What officers do


def snoozed(until: date, times: int) -> str:
    """A reminder was put off."""
    told = "。已推迟三次，下次提醒同时报科长" if times >= 3 else ""
    return f"好，{weekday(until)}再提醒，期限不变{told}。"


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


NO_OTHER_WAY = "· 档案里没有别的联系方式，可以问村里或原来的员工，问到了记进案件。"


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


YEAR_OVER = "一年的回访都做完了，已请科长定：归档，还是继续跟进。"


def ask_lead_to_archive(company: str, left: int) -> str:
    """To the lead: all visits are made."""
    open_ = f"还有 {left} 项任务没办完。" if left else "任务也都办完了。"
    return f"✅ 「{company}」停业一年的回访都做完了，{open_}归档，还是继续跟进？"


# Handing over


def offered(name: str) -> str:
    """A case was offered to a colleague."""
    return f"已请{name}接手，对方答复前仍由您负责。"


def handover_title(name: str, company: str) -> str:
    """Over the summary that goes along with a case."""
    return f"📎 {name}想把「{company}」转给您"


def taken_by(name: str, company: str) -> str:
    """To the one who handed it over."""
    return f"✅ {name}接下了「{company}」，任务和提醒都转过去了。"


def declined_by(name: str, company: str, reason: str) -> str:
    """To the one who would have handed it over."""
    return f"{name}没有接「{company}」：{reason}。案件仍由您负责。"


def left(name: str, count: int) -> str:
    """To the lead: an officer was removed."""
    return f"{name}已移除，名下 {count} 个案件都转到您这里。发 /cases 查看，用 /handover 转给同事。"


def undeliverable(name: str, why: str, due: str) -> str:
    """To the lead: somebody cannot be reached by the bot."""
    return f"⚠️ 提醒发不到{name}：{why}。任务都还在（{due}），请当面转告，或转给同事。"


# Being away, and hours


def quiet_until(from_on: date, until_on: date, name: str) -> str:
    """An absence is noted."""
    return f"记下了：{month_day(from_on)}到{month_day(until_on)}，提醒发给{name}。"


def hour_set(hour: int) -> str:
    """The hour of pushing is set."""
    return f"好，工作日 {hour}:00 发。"


def hour(value: int) -> str:
    """An hour on a button."""
    return f"{value}:00"


def wishes(value: int, digest: bool) -> str:
    """How it is set now."""
    return f"现在：工作日 {value}:00，早报{'开' if digest else '关'}着。"


# The joint meeting


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


# The command line


def pushed(planned: int, sent: int, later: int, failed: int, dropped: int, doubtful: int) -> str:
    """What one round did."""
    return (
        f"到期 {planned} 条：已发 {sent}，稍后再试 {later}，发不到 {failed}，已无需发 {dropped}；可能重复 {doubtful}。"
    )


PUSHING_ELSEWHERE = "另一个进程正在推送，这次没有发。"
DOCTOR_FINE = "没有发现问题。"


def stuck(name: str, occasion: str, attempts: int, error: str, final: bool) -> str:
    """A notification that does not go out."""
    state = "发不到" if final else "在重试"
    return f"{state}：{name}，{occasion}，试过 {attempts} 次，{FAILURES.get(error, error)}。"


def nobody_for(name: str, cases: int) -> str:
    """Cases of somebody who was removed."""
    return f"{name}已移除，名下还有 {cases} 个案件没人接。请登记一位科长，再运行一次移除。"


NO_LEAD = "没有登记科长：逾期和发不到的提醒没有人收。请用 officers add 登记一位 lead。"


def push_late(since: str) -> str:
    """The last round was long ago."""
    return f"上一轮推送是 {since}。机器人没在运行的话，请启动 closure-bot run。"
