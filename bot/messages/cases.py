"""What the bot says about cases and their tasks."""

from collections.abc import Sequence
from datetime import date

from bot.messages.intake import day, month_day

STATUSES = {"draft": "草稿", "open": "在办", "follow_up": "回访中", "archived": "已归档"}
TASK_MARKS = {"open": "•", "blocked": "⏸", "done": "✅", "waived": "－"}
TASK_STATUSES = {"open": "待办", "blocked": "先停", "done": "已办结", "waived": "不办"}
SCOPES = {"mine": "我的", "all": "全部", "drafts": "草稿", "archived": "已归档"}
PARTS = {"tasks": "任务", "answers": "答案", "timeline": "经过", "papers": "备注与文件", "history": "操作记录"}
HIDDEN = "（只有负责的专员和科长可见）"
NOTHING = "空"

BUTTON_NOTE = "加备注"
BUTTON_TASK = "加任务"
BUTTON_FILE = "传文件"
BUTTON_CONTINUE = "接着填"
BUTTON_CHANGE = "改答案"
BUTTON_ARCHIVE = "归档"
BUTTON_REOPEN_CASE = "恢复办理"
BUTTON_RELEASE = "放进案例库"
BUTTON_PUBLISH = "确认放进案例库"
BUTTON_FINISH = "完成"
BUTTON_EVIDENCE = "交凭据并办结"
BUTTON_WAIVE = "不办了"
BUTTON_MOVE = "改期"
BUTTON_RENAME = "改名称"
BUTTON_REMARK = "加备注"
BUTTON_REOPEN = "重新打开"
BUTTON_TO_CASE = "返回案件"
BUTTON_JOIN = "加入案件"
BUTTON_NEVER_MIND = "算了"
BUTTON_OPEN_FILE = "取文件"

NO_CASES = "这里还没有案件。发 /new 登记一家停业企业。"
NOTHING_FOUND = "没有找到。可以用企业名称里的任何几个字，或信用代码、案件编号来找。"
CASE_HOW = "请在 /case 后面写案件编号，例如：/case CM-2026-0001"
HISTORY_HOW = "请在 /history 后面写案件编号，例如：/history CM-2026-0001"
FORGET_HOW = "请在 /forget 后面写案件编号，例如：/forget CM-2026-0001"
FORGOTTEN = "个人信息已清除，数字和办理经过还在。"
BUTTON_FORGET = "确认清除"
NO_TASKS = "还没有任务。"
NO_PAPERS = "还没有备注和文件。"
NEVER_MIND = "好，没有改动。"
JOIN_WHICH = "把哪一条加进案件？"
JOIN_WHERE = "加进哪个案件？"
NO_OPEN_CASE = "您现在没有在办的案件，先发 /new 登记一家。"
RELEASED = "已放进案例库，以后回答会引用。"
RELEASE_HOW = "下面这段会作为过往案例给大家引用，不含企业名称和联系方式。请看过再确认。"
RELEASED_ALREADY = "已在案例库"

ASK_FOR = {
    "note": "请写备注（1000字以内）。",
    "task": "请写任务名称（60字以内），期限先按10个工作日，之后可以改期。",
    "case_file": "请发照片或文件（20 MB以内）。",
    "evidence": "请发照片或文件，或写一句带编号、数字的说明，收到就办结。",
    "remark": "请写这项任务的备注。",
    "reason": "请写不办的原因。",
    "date": "请写新的日期和原因，例如：下周三 等第三方报告",
    "title": "请写新的任务名称（60字以内）。",
    "decline": "请写一句不接的原因，会转告对方。",
}
DONE = {
    "note": "备注已存。",
    "task": "任务已加。",
    "case_file": "文件已存。",
    "evidence": "已办结，凭据已存。",
    "remark": "备注已存。",
    "reason": "已标为不办。",
    "date": "日期已改。",
    "title": "名称已改。",
    "snooze": "已推迟，到那天再提醒，期限不变。",
    "decline": "已退回，原因会转告对方。",
    "done": "已办好。",
}
VERBS = {
    "begin": "开始登记",
    "answer": "填写答案",
    "open": "存为案件",
    "give_up": "取消登记",
    "add_task": "新增任务",
    "withdraw": "撤下任务",
    "restore": "恢复任务",
    "rename": "任务改名",
    "move": "任务改期",
    "block": "任务先停",
    "unblock": "任务恢复",
    "finish": "任务办结",
    "waive": "任务不办",
    "reopen": "任务重新打开",
    "note": "加备注",
    "file": "存文件",
    "archive": "归档",
    "reopen_case": "恢复办理",
    "follow_up": "转入回访",
    "resume": "转回在办",
    "release": "放进案例库",
    "snooze": "推迟提醒",
    "unreached": "没联系上",
    "offer": "提出转交",
    "decline": "退回转交",
    "hand_over": "转交案件",
    "visit": "记下回访",
    "tell": "开始记回访",
    "untell": "不记这次回访",
    "forget": "清除个人信息",
}


def forget_ask(id_: str, company: str) -> str:
    """What /forget does, before it is done."""
    return (
        f"要清除 {id_}「{company}」里的个人信息吗？\n"
        "负责人姓名和联系方式、备注、回访记录的文字、写过的原因、照片和文件都会删除，不能恢复；"
        "任务、日期、数字和操作记录的时间、人员还在。"
    )


def list_title(scope: str) -> str:
    """Over a list of cases."""
    return f"{SCOPES[scope]}案件"


def found_title(text: str) -> str:
    """Over what a search found."""
    return f"找「{text}」"


def case_line(id_: str, company: str, status: str, due: str) -> str:
    """One case in a list."""
    return f"{id_} {company or '（未填名称）'} · {STATUSES[status]}{due}"


def facts(*parts: str) -> str:
    """Facts on one line, those that are known."""
    return " · ".join(part for part in parts if part)


def closure(value: date) -> str:
    """The day of closing."""
    return f"停业日期：{day(value)}"


def officer(name: str) -> str:
    """Who looks after the case."""
    return f"负责专员：{name}"


def hidden_contact(officer_: str) -> str:
    """In place of the owner's contact data, for a colleague."""
    return f"负责人：联系方式只有{officer_}和科长可见"


def change(name: str, before: str, after: str) -> str:
    """One thing that was changed, in the record."""
    return f"　{name + '：' if name else ''}{before} → {after}"


def contact(name: str, phone: str, how: str, when: str) -> str:
    """The owner, and how to reach them."""
    return f"负责人：{facts(name, phone, how, when)}"


def counts(open_: int, blocked: int, done: int, overdue: int) -> str:
    """How a case stands."""
    late = f"，逾期 {overdue}" if overdue else ""
    return f"任务：待办 {open_}{late}，先停 {blocked}，已办结 {done}"


def held(count: int, by: str) -> str:
    """Tasks that wait."""
    return f"⏸ {count} 项先停，待「{by}」"


def next_task(title: str, due_on: date, overdue: bool) -> str:
    """The first task that is open."""
    return f"下一件：{title}（{'⚠️ 已过 ' if overdue else ''}{month_day(due_on)}）"


def unpublished(years: Sequence[int]) -> str:
    """Dates lie in years whose holidays are not known."""
    return f"⚠️ {'、'.join(map(str, years))}年的放假安排还没公布，那一年的日期只避开了周末。"


def task_line(mark: str, title: str, due_on: date, late: bool) -> str:
    """One task in a list."""
    return f"{mark} {title}｜{'⚠️ ' if late else ''}{month_day(due_on)}"


def waits_for(titles: Sequence[str]) -> str:
    """What a task waits for."""
    return f"　要等：{''.join(f'「{title}」' for title in titles)}"


def due(value: date) -> str:
    """A task's date."""
    return f"期限：{day(value)}"


def status(name: str) -> str:
    """A task's status."""
    return f"状态：{TASK_STATUSES[name]}"


def reason(text: str) -> str:
    """Why a task is not done."""
    return f"原因：{text}"


def evidence(text: str) -> str:
    """What closes a task."""
    return f"凭据：{text}"


def papers(notes: int, files: int) -> str:
    """What there is on a task."""
    return f"备注 {notes} 条，文件 {files} 个"


def citation(title: str, text: str) -> str:
    """The passage that a task was made from."""
    return f"依据《{title}》：{text}"


def event(when: str, who: str, what: str, about: Sequence[str]) -> str:
    """What one act did: to one thing, or to several."""
    named = "、".join(f"「{each}」" for each in about[:3] if each)
    count = f"{len(about)} 项" if len(about) > 1 else ""
    more = "等" if len(about) > 3 else ""
    return f"{when} {who or '系统'} {what}{count}{named}{more}"


def file_line(name: str, kilobytes: int, sha256: str) -> str:
    """One file."""
    return f"📎 {name}（{kilobytes} KB，SHA-256 {sha256[:12]}…）"


def opened(titles: Sequence[str]) -> str:
    """Tasks that wait no longer."""
    return f"▶ {len(titles)} 项恢复：{''.join(f'「{title}」' for title in titles)}"


def moved(title: str, before: date, after: date) -> str:
    """A date that has moved along."""
    return f"→ {title}：{month_day(before)}改到{month_day(after)}"


def joined(case_id: str, title: str, due_on: date) -> str:
    """A cited rule has become a task."""
    return f"已加进 {case_id}：{title}（{month_day(due_on)}前）"
