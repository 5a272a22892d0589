"""Days as people write them: 2026-03-01, 3月1日, 下周三, 三个月后."""

import contextlib
import io
import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from actions.calendar import SHANGHAI
from actions.input_errors import DateFar, DateImpossible, NotADate

YEARS = range(1990, 2101)
LONGEST = 20
"""Characters. A longer text is a sentence, not a day."""
_NUMERAL = "零〇一二两三四五六七八九十"
_FULL = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})[日号]?")
_SHORT = re.compile(r"(\d{1,2})(?:[-/.]|月)(\d{1,2})[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH_END = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月|本月|这个月|月)(?:底|末)")
_SPAN = re.compile(r"(\d{1,3}|半)个?(天|日|周|星期|礼拜|月|年)(?:之|以)?(后|前)")
_NEAR = re.compile(
    r"(?:大?[前后]|今|明|昨)[天日]?|(?:上|下|本|这)*个?(?:周|星期|礼拜)[1-7日天]|(?:上|下|本|这)个?月\d{1,2}[日号]|(?:明|去|今|后)年\d{1,2}月\d{1,2}[日号]"
)
"""What the parser of natural language is asked about: anything else it might read far too generously."""
_UNITS = {"天": "days", "日": "days", "周": "weeks", "星期": "weeks", "礼拜": "weeks", "月": "months", "年": "years"}


def read_date(text: str, today: date) -> date:
    """The one day that is meant, seen from `today`. Raises NotADate, DateImpossible, DateFar."""
    written = unicodedata.normalize("NFKC", text).strip().replace(" ", "")
    if not written or len(written) > LONGEST:
        raise NotADate
    plain = _digits(written)
    if found := _FULL.fullmatch(plain) or _COMPACT.fullmatch(plain):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _SHORT.fullmatch(plain):
        return _day(today.year, int(found[1]), int(found[2]))
    if found := _MONTH_END.fullmatch(plain):
        year, month = int(found[1] or today.year), int(found[2] or today.month)
        return _day(year, month, monthrange(year, month)[1] if 1 <= month <= 12 else 1)
    if found := _SPAN.fullmatch(plain):
        return _bounded(_after(today, found[1], found[2], forward=found[3] == "后"))
    if _NEAR.fullmatch(plain):
        return _bounded(_natural(written, today))
    raise NotADate


def _day(year: int, month: int, day: int) -> date:
    if year not in YEARS:
        raise DateFar(year=year)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateImpossible(year=year, month=month, day=day) from error


def _bounded(day: date) -> date:
    if day.year not in YEARS:
        raise DateFar(year=day.year)
    return day


def _after(today: date, count: str, unit: str, *, forward: bool) -> date:
    """So many days, weeks, months or years from today; half a month is fifteen days, half a year six months."""
    halves: dict[str, dict[str, Any]] = {"月": {"days": 15}, "年": {"months": 6}}
    if count == "半" and unit not in halves:
        raise NotADate
    spans = halves[unit] if count == "半" else {_UNITS[unit]: int(count)}
    try:
        day: date = today + relativedelta(**spans) * (1 if forward else -1)
    except (OverflowError, ValueError) as error:
        raise NotADate from error
    return day


def _natural(text: str, today: date) -> date:
    """Words for near days, by jionlp. Loaded only here: it takes half a second, and greets on standard output."""
    with contextlib.redirect_stdout(io.StringIO()):
        import jionlp
    now = datetime(today.year, today.month, today.day, 12, tzinfo=SHANGHAI)
    try:
        start, end = jionlp.parse_time(text, time_base=now.replace(tzinfo=None).timestamp())["time"]
        first, last = (datetime.fromisoformat(moment).date() for moment in (start, end))
    except (ValueError, TypeError, KeyError) as error:
        raise NotADate from error
    if first != last:
        raise NotADate
    return first


def _digits(text: str) -> str:
    """Chinese numerals as digits, where they stand together: 二〇二六年三月一日, 三十天后; 半 stays."""
    import cn2an

    def replace(run: re.Match[str]) -> str:
        numeral = run.group().replace("〇", "零").replace("两", "二")
        if "十" not in numeral:
            return "".join(str("零一二三四五六七八九".index(char)) for char in numeral)
        try:
            return str(cn2an.cn2an(numeral, "smart"))
        except ValueError:
            return run.group()

    return re.sub(f"[{_NUMERAL}]+", replace, text)
