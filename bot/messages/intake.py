"""What the bot says on a walk through the checklist."""

from collections.abc import Sequence
from datetime import date

BUTTON_SKIP = "跳过"
BUTTON_BACK = "上一步"
BUTTON_WHY = "为什么问"
BUTTON_SIMILAR = "相似案例"
BUTTON_PAUSE = "暂停"
BUTTON_CANCEL = "取消"
BUTTON_KEEP = "不改，继续"
BUTTON_CHOSEN = "选好了"
BUTTON_TODAY = "今天"
BUTTON_CALENDAR = "月历"
BUTTON_YES = "是"
BUTTON_NO = "否"
BUTTON_SAVE = "保存为案件"
BUTTON_CONFIRM = "确认修改"
BUTTON_CONFIRM_DROP = "确认，已动手的也撤下"
BUTTON_DISCARD = "不改了"
BUTTON_CANCEL_YES = "取消登记"
BUTTON_CANCEL_NO = "接着填"
BUTTON_GO_ON = "接着填"
BUTTON_ANOTHER = "另登记一家"
BUTTON_TO_REVIEW = "返回核对"
BUTTON_EDIT_THIS = "改这一项"

TYPED = {
    "skip": ("跳过", "先跳过", "不清楚先跳过"),
    "back": ("上一步", "返回", "上一题"),
    "why": ("为什么问", "为什么", "为何问"),
    "like": ("相似案例",),
    "pause": ("暂停", "先停", "等会再填"),
    "cancel": ("取消", "不填了"),
    "keep": ("不改", "不改，继续", "保持不变"),
    "save": ("保存", "保存为案件"),
    "ok": ("确认", "确认修改", "是"),
    "no": ("不改了", "否"),
    "go": ("接着填", "继续", "继续填"),
}
"""Words that do what a button does, where that button is there."""

WEEKDAYS = "一二三四五六日"
NO_DAY = "·"

SKIPPED = "（跳过）"
UNANSWERED = "（没答）"
YES, NO = "是", "否"
PAUSED = "已暂停，答过的都在。发 /new 接着填。"
GIVEN_UP = "已取消，没有生成案件。"
CANCEL_ASK = "取消这次登记？已答的内容会作废。"
CONTINUE_ASK = "您有一份没填完的清单，接着填吗？"
REVIEW_TITLE = "核对"
REVIEW_HOW = "点要改的一项；没有要改的就保存。"
ANSWERED_MEANWHILE = "同事刚刚答过这一题，您的答案没有覆盖它。现有答案打了 ✓，要改请再答一次。"
MANY = "可以选几项，选完点「选好了」。"
MONEY_HOW = "单位万元，例如 120；也可以写 8000元、1.2亿。"
DATE_HOW = "可以写 2026-03-01、3月1日、下周三、三个月后。"
FILE_HOW = "请把照片或文件发到这里。"
NOT_AN_ANSWER = "这一题要的不是这类消息，请照下面的问题回答。"
NO_FILE_WANTED = "这一题不收文件，文件没有保存。"
NOT_HERE = "这一题要有答案才能往下走，不能跳过。请照问题回答；现在没有的，点「暂停」以后再填。"
NO_LONGER_ASKED = "改消息不会改答案；这一题现在已经不问了。"
ANY_CASE = "停业企业"
NO_SIMILAR = "过往案例里没有相近的。"
SIMILAR_TITLE = "和已答情况相近的案例"
RELAXED = "没有行业、原因或污染情况相同的，下面只是说法相近。"
TRAITS = {"industry": "行业", "reason": "停业原因", "pollution": "污染情况"}

COME, GO, MOVE, HOLD, FREE, SAME = "＋", "－", "→", "⏸", "▶", "＝"


def progress(title: str, number: int, total: int) -> str:
    """Which section, which step, about how many."""
    cells = max(1, min(8, round(8 * number / total)))
    return f"{title} · 第 {number} 步，约 {total} 步 {'▓' * cells}{'░' * (8 - cells)}"


def current(value: str) -> str:
    """The answer that stands."""
    return f"现在的答案：{value}"


def shares(traits: str) -> str:
    """What a past case has in common with this one."""
    return f"（{traits}相同）"


def edited(label: str) -> str:
    """A message that gave an answer was edited."""
    return f"改消息不会改答案。这条消息答的是「{label}」，要改请点下面。"


def item_title(item: str, number: int) -> str:
    """One item of a repeating group that has no name yet."""
    return f"第 {number} 项{item}"


def calendar_title(month: date) -> str:
    """Over a month's days."""
    return f"{month.year}年{month.month}月"


def day(value: date) -> str:
    """A date with its weekday."""
    return f"{value.year}年{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）"


def month_day(value: date) -> str:
    """A date without its weekday."""
    return f"{value.year}年{value.month}月{value.day}日"


def money(yuan: float) -> str:
    """An amount, in 万元 or 亿元 where it is large."""
    for size, unit in ((100_000_000, "亿元"), (10_000, "万元")):
        if abs(yuan) >= size:
            return f"{yuan / size:,.4f}".rstrip("0").rstrip(".") + unit
    return f"{yuan:,.2f}".removesuffix(".00") + "元"


def change_title(label: str, before: str, after: str) -> str:
    """Over what a changed answer changes."""
    return f"「{label}」由「{before}」改为「{after}」，会有这些变化："


def changed() -> str:
    """Over what an answer to an open case has changed."""
    return "这个答案带来的变化："


def new_questions(labels: Sequence[str]) -> str:
    """Questions that come."""
    return f"{COME} 多问 {len(labels)} 题：{'、'.join(labels)}"


def set_aside(labels: Sequence[str]) -> str:
    """Answers that do not count for now."""
    return f"{GO} {len(labels)} 个答案先搁置（改回来就恢复）：{'、'.join(labels)}"


def restored(labels: Sequence[str]) -> str:
    """Answers that count again."""
    return f"{COME} 恢复 {len(labels)} 个以前的答案：{'、'.join(labels)}"


def come(title: str, due_on: date) -> str:
    """A task that comes."""
    return f"{COME} {title}（{month_day(due_on)}前）"


def go(titles: Sequence[str]) -> str:
    """Tasks that go."""
    return f"{GO} 撤下 {len(titles)} 项：{_quoted(titles)}"


def worked(titles: Sequence[str]) -> str:
    """Tasks no longer called for, on which somebody has begun."""
    return f"⚠️ 不再需要、但已有人动手，默认留着：{_quoted(titles)}"


def move(title: str, before: date, after: date) -> str:
    """A task that is due on another day."""
    return f"{MOVE} {title}：{month_day(before)}改到{month_day(after)}"


def hold(titles: Sequence[str], by: str) -> str:
    """Tasks that have to wait from now on."""
    return f"{HOLD} {len(titles)} 项先停（{_quoted(titles)}），待「{by}」完成后自动恢复"


def free(titles: Sequence[str]) -> str:
    """Tasks that need wait no longer."""
    return f"{FREE} {len(titles)} 项恢复：{_quoted(titles)}"


def same(count: int, revisits: int) -> str:
    """What stays as it is."""
    rest = f"，其中回访 {revisits} 次" if revisits else ""
    return f"{SAME} 其余 {count} 项不变{rest}"


def more(count: int) -> str:
    """A list goes on."""
    return f"……另有 {count} 项"


def _quoted(titles: Sequence[str]) -> str:
    return "".join(f"「{title}」" for title in titles)
