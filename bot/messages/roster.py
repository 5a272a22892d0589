"""What the bot says of handing over, of being away, and of when officers want to hear from it."""

from datetime import date

from bot.messages.push import month_day

BUTTON_TAKE = "接下"
BUTTON_DECLINE = "不接"
BUTTON_COME_BACK = "提前回来"
BUTTON_DIGEST_OFF = "不要早报"
BUTTON_DIGEST_ON = "要早报"
PASS_TO = "转给谁？对方接下之前，还由您负责。"
NOBODY_TO_PASS = "没有别的同事可以接。请管理员先登记。"
HANDOVER_HOW = "请在 /handover 后面写案件编号，例如：/handover CM-2026-0001；或从下面选。"
NO_CASES_TO_PASS = "您名下没有案件。"
QUIET_HOW = "请写起止日期，例如：/quiet 7月1日 7月5日。休假期间，提醒发给您选的代管人。"
QUIET_WHO = "这几天由谁代管？"
BACK = "欢迎回来，提醒照常发给您。"
NOT_AWAY = "您没有登记休假。"
HOUR_HOW = "几点发提醒？也可以关掉早报；关掉以后，到期的回访和任务仍然会提醒。"
DIGEST_NOW_OFF = "早报已关。到期的回访和任务仍然会提醒。"
DIGEST_NOW_ON = "早报已开。"
TAKEN = "已接下，案件、任务和提醒都转到您这里。"


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


def quiet_until(from_on: date, until_on: date, name: str) -> str:
    """An absence is noted."""
    return f"记下了：{month_day(from_on)}到{month_day(until_on)}，提醒发给{name}。"


def stands_in(name: str, from_on: date, until_on: date) -> str:
    """To the deputy."""
    return f"{name}{month_day(from_on)}到{month_day(until_on)}休假，由您代管：这几天到期的提醒会发给您。"


def hour_set(hour: int) -> str:
    """The hour of pushing is set."""
    return f"好，工作日 {hour}:00 发。"


def hour(value: int) -> str:
    """An hour on a button."""
    return f"{value}:00"


def wishes(value: int, digest: bool) -> str:
    """How it is set now."""
    return f"现在：工作日 {value}:00，早报{'开' if digest else '关'}着。"
