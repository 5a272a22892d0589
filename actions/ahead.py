"""Days as officers say them of what lies ahead: 15号, 周三, 月底前, 推迟三天. What `actions.dates` reads, and more.

A day without its year or its month is the next such day. «推迟三天» counts from the day that the task is due, or from
today where that is past; «三天后» and «过三天» count from today. What is no one day (下周, 节后, 月中) is refused.
"""

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from actions.calendar import add_workdays
from actions.dates import YEARS, read_date
from actions.input_errors import DateFar, DateImpossible, NotADate

_NUMERAL = r"(?:\d{1,3}|[零一二两三四五六七八九十]{1,3}|半)"
_UNIT = r"(?:工作日|天|日|周|星期|礼拜|月|年)"
_LATER = r"(?:往后|向后|再)?(?:推迟|延迟|延后|延长|延期|顺延|宽限|推后|押后|推|延|拖|挪|晚|后)"
_EARLIER = r"(?:往前|向前)?(?:提前|提早|赶前|早|提|推|赶|挪)"
SHIFT = rf"(?:{_LATER}|{_EARLIER})了?{_NUMERAL}个?{_UNIT}"
SPAN = rf"(?:过{_NUMERAL}个?{_UNIT}|{_NUMERAL}个?{_UNIT}(?:之|以)?后)"
_DIGITS = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
DAY = (
    rf"(?:\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}[日号]?|(?:明年|今年)?{_DIGITS}月{_DIGITS}[日号]?|\d{{1,2}}[-/.]\d{{1,2}}"
    rf"|(?:本|这个?|下个?)?月?{_DIGITS}[日号]|(?:{_DIGITS}月|本月|这个月|下个?月|月|年)(?:底|末)"
    rf"|(?:下{{1,2}}|本|这)?个?(?:周|星期|礼拜)[一二三四五六日天1-7末]|(?:大后|后|明|今)[天日]|{SPAN})"
)
"""One day, as a part of a pattern."""
VAGUE = r"(?:下下?个?(?:周|星期|礼拜|月)|节后|节前|年后|年前|过几天|过阵子|月中|月初|以后|改天)"
"""No one day: an act is meant, and the day is asked for."""
_TAIL = re.compile(r"(?:之前|以前|前|上午|下午|早上|中午|晚上)+$")
_SHIFT = re.compile(rf"(?:(?P<later>{_LATER})|(?P<earlier>{_EARLIER}))了?(?P<count>{_NUMERAL})个?(?P<unit>{_UNIT})")
_BACK = re.compile(r"往前|向前|提|早|赶")
_PASSED = re.compile(rf"过(?P<span>{_NUMERAL}个?{_UNIT})后?")
_WORKDAYS = re.compile(rf"(?:过)?(?P<count>{_NUMERAL})个?工作日(?:之|以)?后?")
_OF_MONTH = re.compile(r"(?P<next>下个?月)?(?P<this>本月|这个?月)?(?P<day>\d{1,2})[日号]")
_WEEKDAY = re.compile(r"(?P<week>下下|下|本|这)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末1-7])")
_END = re.compile(r"(?P<which>下个?月|年)(?:底|末)")
_YEARLESS = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?")
_WEEK = "一二三四五六日"


def read_ahead(text: str, today: date, due_on: date | None = None) -> date:
    """The day that is meant; `due_on`: when the task is due. Raises NotADate, DateImpossible, DateFar."""
    said = _plain(text)
    if shift := _SHIFT.fullmatch(said):
        back = shift["earlier"] is not None or _BACK.match(said) is not None
        base = due_on if due_on and (back or due_on > today) else today
        return _within(base, shift["count"], shift["unit"], -1 if back else 1)
    said = _TAIL.sub("", said)
    if passed := _PASSED.fullmatch(said):
        said = f"{passed['span']}后"
    if workdays := _WORKDAYS.fullmatch(said):
        return add_workdays(today, _number(workdays["count"]))
    if weekday := _WEEKDAY.fullmatch(said):
        return _weekday(weekday["week"] or "", weekday["day"], today)
    arabic = _arabic(said)
    if found := _OF_MONTH.fullmatch(arabic):
        return _of_month(found["next"] is not None, found["this"] is not None, int(found["day"]), today)
    if end := _END.fullmatch(said):
        month = date(today.year, 12, 1) if end["which"] == "年" else today + relativedelta(months=1)
        return month.replace(day=monthrange(month.year, month.month)[1])
    day = read_date(said, today)
    yearless = _YEARLESS.fullmatch(arabic) is not None
    return _dated(today.year + 1, day.month, day.day) if yearless and day < today else day


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _within(base: date, count: str, unit: str, way: int) -> date:
    try:
        day = _shifted(base, count, unit, way)
    except (OverflowError, ValueError) as error:
        raise NotADate from error
    if day.year not in YEARS:
        raise DateFar(year=day.year)
    return day


def _shifted(base: date, count: str, unit: str, way: int) -> date:
    if unit == "工作日":
        return add_workdays(base, way * _number(count))
    if count == "半":
        if unit not in ("月", "年"):
            raise NotADate
        return base + way * (relativedelta(days=15) if unit == "月" else relativedelta(months=6))
    number = way * _number(count)
    if unit in ("天", "日"):
        return base + timedelta(days=number)
    if unit in ("周", "星期", "礼拜"):
        return base + timedelta(weeks=number)
    return base + (relativedelta(months=number) if unit == "月" else relativedelta(years=number))


def _weekday(week: str, day: str, today: date) -> date:
    """The next such day; 周末 is the Saturday of the week."""
    number = 5 if day == "末" else 6 if day in "天7" else (int(day) - 1 if day.isdigit() else _WEEK.index(day))
    monday = today - timedelta(days=today.weekday())
    found = monday + timedelta(days=number, weeks=week.count("下"))
    return found if week or found > today else found + timedelta(weeks=1)


def _of_month(later: bool, this: bool, day: int, today: date) -> date:
    month = today + relativedelta(months=1) if later else today
    found = _dated(month.year, month.month, day)
    if found >= today or this:
        return found
    month = today + relativedelta(months=1)
    return _dated(month.year, month.month, day)


def _dated(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateImpossible(year=year, month=month, day=day) from error


def _number(numeral: str) -> int:
    import cn2an

    try:
        return int(cn2an.cn2an(numeral.replace("两", "二"), "smart"))
    except ValueError as error:
        raise NotADate from error


def _arabic(text: str) -> str:
    """Chinese numerals as digits."""

    def digits(run: re.Match[str]) -> str:
        try:
            return str(_number(run.group()))
        except NotADate:
            return run.group()

    return re.sub(r"[一二两三四五六七八九十]+", digits, text)
