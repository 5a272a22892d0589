"""Mainland China's working days, make-up workdays included, and days as Shanghai counts them.

The State Council publishes the holidays of a year in the autumn before it. For years that the library does not know
yet only weekends are free; what is shown to officers says so (`unpublished`).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKEND = 5
"""`date.weekday()` of Saturday; Sunday's is the next."""


def local_day(moment: datetime) -> date:
    """The day in Shanghai. ValueError where the moment has no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(SHANGHAI).date()


@lru_cache(maxsize=10_000)
def is_workday(day: date) -> bool:
    """Whether offices are open. Kept, since rounds of pushing ask for the same days for thousands of tasks."""
    if not is_published(day.year):
        return day.weekday() < WEEKEND
    import chinese_calendar

    return bool(chinese_calendar.is_workday(day))


@cache
def is_published(year: int) -> bool:
    """Whether the holidays of that year are known."""
    import chinese_calendar

    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def unpublished(days: Iterable[date]) -> list[int]:
    """The years among these days whose holidays are not known yet."""
    return sorted({day.year for day in days if not is_published(day.year)})


def add_workdays(start: date, count: int) -> date:
    """The day so many working days after `start`, before it where negative; for 0 `start`, or the next workday."""
    step = timedelta(days=-1 if count < 0 else 1)
    day, left = start, abs(count)
    while left:
        day += step
        left -= is_workday(day)
    while not is_workday(day):
        day += step
    return day


def workdays_after(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and with `end`; 0 where it is not later."""
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(map(is_workday, days))


def add_months(start: date, count: int) -> date:
    """The same day so many months later, or the month's last where it has none such: 31 August + 3 is 30 November."""
    return start + relativedelta(months=count)
