"""The day of the next visit: tables of cases, and what holds whatever the dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.calendar import add_months, is_workday
from actions.revisits import SetBy, next_visit, workday_until

CLOSED = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("closed_on", "occurrence", "made", "due_on", "set_by"),
    [
        (CLOSED, 1, {}, date(2026, 6, 2), SetBy.CLOSING),
        (CLOSED, 4, {}, date(2027, 3, 2), SetBy.CLOSING),
        # a weekend, and the seven days of National Day
        (date(2026, 2, 27), 4, {}, date(2027, 3, 1), SetBy.CLOSING),
        (date(2026, 7, 1), 1, {}, date(2026, 10, 8), SetBy.CLOSING),
        # months that have no such day, and a leap year
        (date(2026, 8, 31), 1, {}, date(2026, 11, 30), SetBy.CLOSING),
        (date(2027, 11, 30), 1, {}, date(2028, 2, 29), SetBy.CLOSING),
        (date(2028, 2, 29), 4, {}, date(2029, 2, 28), SetBy.CLOSING),
        # the last contact counts: early, late, and one after several
        (CLOSED, 2, {1: date(2026, 5, 12)}, date(2026, 8, 12), SetBy.CONTACT),
        (CLOSED, 3, {1: date(2026, 5, 12)}, date(2026, 11, 12), SetBy.CONTACT),
        (CLOSED, 3, {1: date(2026, 6, 2), 2: date(2026, 8, 20)}, date(2026, 11, 20), SetBy.CONTACT),
        # late, but within the grace; and beyond it: the ceiling
        (CLOSED, 2, {1: date(2026, 6, 10)}, date(2026, 9, 10), SetBy.CONTACT),
        (CLOSED, 2, {1: date(2026, 7, 20)}, date(2026, 9, 17), SetBy.CEILING),
        # the ceiling lies in a weekend: the workday before it
        (date(2026, 3, 4), 1, {2: date(2026, 4, 1)}, date(2026, 6, 18), SetBy.CEILING),
        # a contact later than the ceiling: at once
        (CLOSED, 2, {1: date(2026, 9, 30)}, date(2026, 9, 30), SetBy.CEILING),
        (CLOSED, 2, {1: date(2026, 10, 1)}, date(2026, 10, 8), SetBy.CEILING),
    ],
)
def test_days(closed_on: date, occurrence: int, made: dict[int, date], due_on: date, set_by: SetBy) -> None:
    visit = next_visit(closed_on, occurrence, months=3, grace=15, made=made)
    assert (visit.due_on, visit.set_by) == (due_on, set_by)


DAYS = st.dates(date(2018, 1, 1), date(2031, 12, 31))


@given(closed_on=DAYS, occurrence=st.integers(1, 4), after=st.integers(0, 500), last=st.integers(1, 4))
def test_never_later_than_its_ceiling_on_a_workday_not_before_the_last_contact(
    closed_on: date, occurrence: int, after: int, last: int
) -> None:
    made = {last: closed_on + timedelta(days=after)} if last != occurrence else {}
    visit = next_visit(closed_on, occurrence, months=3, grace=15, made=made)
    assert visit.ceiling == workday_until(add_months(closed_on, 3 * occurrence) + timedelta(days=15))
    assert is_workday(visit.due_on)
    contact = max(made.values(), default=date.min)
    assert visit.due_on >= contact
    if contact <= visit.ceiling:
        assert visit.due_on <= visit.ceiling
    else:  # the first workday from the contact on
        assert not any(is_workday(contact + timedelta(days=n)) for n in range((visit.due_on - contact).days))


@given(closed_on=DAYS, after=st.integers(0, 90))
def test_an_early_visit_never_puts_the_next_one_off(closed_on: date, after: int) -> None:
    alone = next_visit(closed_on, 2, months=3, grace=15, made={})
    early = next_visit(closed_on, 2, months=3, grace=15, made={1: closed_on + timedelta(days=after)})
    assert early.due_on <= alone.due_on
