"""What is said of the playbook's edition, and of what has changed in it."""

from collections.abc import Sequence
from datetime import date

from bot.messages.push import month_day

BUTTON_NEW_TEXT = "看新内容"
HELD_BACK = "先停着"
RESTING = "您手上这些案件有任务以它为依据，请看看要不要跟着改："
RESTED = "您手上这些案件有任务以它为依据，请看看还要不要照办："
UNKNOWN_DAY = "还没有收进索引，下次启动或提问时换上"


def basis(on: date, digest: str) -> str:
    """Over the sources of an answer: the edition that it was drawn from."""
    return f"依据（手册 {on.isoformat()} 版 · {digest}）"


def edition(digest: str, on: date | None) -> str:
    """The edition, for who looks after the bot; `on` is None where answers do not draw on it yet."""
    return f"手册版本：{on.isoformat()} 版 · {digest}。" if on else f"手册版本：{digest}（{UNKNOWN_DAY}）。"


def changed(title: str, on: date) -> str:
    """A section, a case, a law or a document says something else now."""
    return f"⚠️ 依据改了：《{title}》，{_day(on)}起按新的内容回答"


def gone(title: str, on: date) -> str:
    """It is in answers no more."""
    return f"⚠️ 依据没有了：《{title}》，{_day(on)}已从手册中删去或停用"


def resting(company: str, tasks: Sequence[str], more: int, whose: str) -> str:
    """One case, and its tasks that rest on what has changed."""
    rest = f"等 {more + len(tasks)} 项" if more else ""
    return f"• {company}：{'、'.join(tasks)}{rest}{f' · {whose}' if whose else ''}"


def task(title: str, when: str) -> str:
    """One of these tasks."""
    return f"{title}（{when}）"


def due(on: date) -> str:
    """When a task is due."""
    return f"{month_day(on)}到期"


def more_cases(count: int) -> str:
    """Cases that the message has no room for."""
    return f"等 {count} 件，其余的在 /cases 里。"


def open_case(company: str) -> str:
    """A button that opens a case."""
    return f"打开案件「{company}」"


def _day(on: date) -> str:
    return f"{on.year}年{month_day(on)}"
