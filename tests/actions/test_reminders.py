"""What is said about a task on which day, and to whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.reminders import (
    Watch,
    day_in_force,
    end_of_week,
    missed,
    morning,
    next_day,
    occasions,
)

DUE = date(2026, 11, 25)
"""A Wednesday in weeks without holidays."""


@pytest.mark.parametrize(
    ("day", "officer", "lead"),
    [
        (date(2026, 11, 24), None, None),
        (DUE, "due", None),
        (date(2026, 11, 27), "due", None),
        (date(2026, 11, 30), "late-3", None),  # Thursday, Friday, Monday
        (date(2026, 12, 3), "late-3", None),
        (date(2026, 12, 4), "late-3", "late-7"),
        (date(2026, 12, 14), "late-3", "late-7"),
        (date(2026, 12, 15), "late-3", "late-7"),  # fourteen days late, on a Tuesday: the next Monday
        (date(2026, 12, 21), "late-3", "late-14:2026-12-21"),
        (date(2026, 12, 24), "late-3", "late-14:2026-12-21"),
        (date(2026, 12, 28), "late-3", "late-14:2026-12-28"),
    ],
)
def test_the_longer_it_is_late_the_higher_it_goes(day: date, officer: str | None, lead: str | None) -> None:
    said = {each.escalates: each.name for each in occasions(Watch(DUE), day)}
    expected = {False: officer and f"{officer}:{DUE}", True: lead if lead and ":" in lead else lead and f"{lead}:{DUE}"}
    assert said == {escalates: name for escalates, name in expected.items() if name}


def test_a_reminder_that_was_put_off_is_quiet_until_its_day_and_the_lead_is_told_all_the_same() -> None:
    watch = Watch(DUE, snoozed_until=date(2026, 12, 9), snoozes=1)
    assert occasions(watch, date(2026, 12, 1)) == []
    assert [each.name for each in occasions(watch, date(2026, 12, 4))] == [f"late-7:{DUE}"]
    assert [each.name for each in occasions(watch, date(2026, 12, 9))] == ["snoozed:2026-12-09", f"late-7:{DUE}"]


def test_after_three_times_the_next_one_goes_to_the_lead_as_well() -> None:
    until = date(2026, 11, 27)
    for snoozes in (1, 2, 3, 4):
        said = occasions(Watch(DUE, until, snoozes), until)
        assert [each.escalates for each in said] == ([False, True] if snoozes >= 3 else [False])


@pytest.mark.parametrize(
    ("watch", "day", "expected"),
    [
        (Watch(DUE), date(2026, 11, 1), DUE),
        (Watch(DUE), DUE, date(2026, 11, 30)),
        (Watch(DUE), date(2026, 11, 30), date(2026, 12, 4)),
        (Watch(DUE), date(2026, 12, 4), date(2026, 12, 21)),
        (Watch(DUE), date(2026, 12, 21), date(2026, 12, 28)),
        (Watch(DUE, date(2026, 11, 26), 1), DUE, date(2026, 11, 26)),
    ],
)
def test_the_next_day_on_which_something_is_said(watch: Watch, day: date, expected: date) -> None:
    assert next_day(watch, day) == expected


DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 1))


@given(due_on=DAYS, ahead=st.integers(-30, 60), snoozed=st.none() | st.integers(1, 40), snoozes=st.integers(0, 4))
def test_nothing_new_is_due_before_the_next_day(due_on: date, ahead: int, snoozed: int | None, snoozes: int) -> None:
    """A task is looked at on the next day only: what would be said in between would be lost."""
    day = due_on + timedelta(days=ahead)
    watch = Watch(due_on, day + timedelta(days=snoozed) if snoozed else None, snoozes)
    until, said = next_day(watch, day), {each.name for each in occasions(watch, day)}
    assert until > day
    for n in range(1, (until - day).days):
        between = {each.name for each in occasions(watch, day + timedelta(days=n))}
        assert between <= said, (day + timedelta(days=n), until)


@pytest.mark.parametrize(
    ("now", "hour", "day"),
    [
        ("2026-11-24T00:59:59", 9, date(2026, 11, 23)),  # 08:59:59 in Shanghai
        ("2026-11-24T01:00:00", 9, date(2026, 11, 24)),
        ("2026-11-24T15:59:59", 9, date(2026, 11, 24)),
        ("2026-11-24T16:00:00", 9, date(2026, 11, 24)),  # midnight in Shanghai
        ("2026-11-24T00:00:00", 7, date(2026, 11, 24)),
        ("2026-11-28T04:00:00", 9, date(2026, 11, 27)),  # Saturday
        ("2026-10-05T04:00:00", 9, date(2026, 9, 30)),  # National Day
        ("2026-10-10T04:00:00", 9, date(2026, 10, 10)),  # a Saturday on which offices work
    ],
)
def test_the_day_whose_reminders_are_due(now: str, hour: int, day: date) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert day_in_force(moment, hour) == day
    assert morning(day, hour) <= moment


def test_what_was_due_on_a_weekend_was_not_missed_on_monday() -> None:
    assert not missed(date(2026, 11, 28), date(2026, 11, 30))
    assert missed(date(2026, 11, 27), date(2026, 11, 30))


def test_the_week_ends_on_sunday() -> None:
    assert {end_of_week(date(2026, 11, 23) + timedelta(days=n)) for n in range(7)} == {date(2026, 11, 29)}
