"""Working days of Mainland China, and months."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.calendar import SHANGHAI, add_months, add_workdays, is_published, is_workday, local_day, unpublished

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 10, 10), True),  # a Saturday that makes up for it
        (date(2026, 2, 17), False),  # Spring Festival
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),
        (date(2030, 10, 1), True),  # not published yet: a Tuesday is a workday
        (date(2030, 10, 5), False),
    ],
)
def test_holidays_and_make_up_workdays(day: date, works: bool) -> None:
    assert is_workday(day) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 11, 24), 5, date(2026, 12, 1)),
        (date(2026, 11, 28), 0, date(2026, 11, 30)),
        (date(2026, 11, 30), -1, date(2026, 11, 27)),
    ],
)
def test_working_days_are_counted_over_holidays(start: date, count: int, end: date) -> None:
    assert add_workdays(start, count) == end


@given(DAYS, st.integers(1, 60))
def test_a_due_day_is_a_workday_and_one_more_is_later(start: date, count: int) -> None:
    end = add_workdays(start, count)
    assert is_workday(end)
    assert start < end < add_workdays(start, count + 1)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 8, 31), 3, date(2026, 11, 30)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 15), 3, date(2027, 3, 15)),
    ],
)
def test_months_end_where_the_month_does(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


def test_years_not_published_are_named() -> None:
    assert is_published(2026)
    assert unpublished([date(2031, 5, 1), date(2026, 5, 1), date(2030, 1, 1), date(2030, 2, 1)]) == [2030, 2031]


def test_days_are_those_of_shanghai() -> None:
    assert local_day(datetime(2026, 12, 31, 17, tzinfo=UTC)) == date(2027, 1, 1)
    with pytest.raises(ValueError, match="no time zone"):
        local_day(datetime(2026, 1, 1))  # noqa: DTZ001


def test_the_zone_has_no_summer_time() -> None:
    days = (datetime(2020, 1, 1, 12, tzinfo=SHANGHAI) + timedelta(days=n) for n in range(20 * 365))
    assert {day.utcoffset() for day in days} == {timedelta(hours=8)}
