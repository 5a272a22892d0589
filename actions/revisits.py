"""When the next visit is due: a function of the day of closing, the visits made so far, and the rule of the playbook.

A quarter is counted from the last real contact, so that an early visit moves the next one; a ceiling (so many months
after the closing, and a grace) keeps late ones from moving it ever further. The day is always a workday.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from actions.calendar import add_months, is_workday


class SetBy(StrEnum):
    """What has set the day of a visit."""

    CLOSING = "closing"
    CONTACT = "contact"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class NextVisit:
    """The day of a visit, what has set it, and the last day on which it may be."""

    due_on: date
    set_by: SetBy
    ceiling: date


def next_visit(closed_on: date, occurrence: int, *, months: int, grace: int, made: Mapping[int, date]) -> NextVisit:
    """The day of the visit number `occurrence`; `made` are the days of those made, by number.

    Never later than its ceiling, the last workday of the grace; never before the last contact. Where these two exclude
    each other, since a contact was later than that, it is the first workday from the contact on.
    """
    ceiling = workday_until(add_months(closed_on, months * occurrence) + timedelta(days=grace))
    last = max(made, key=lambda number: (made[number], number), default=None)
    if last is None:
        wanted, set_by, contact = add_months(closed_on, months * occurrence), SetBy.CLOSING, date.min
    else:
        contact = made[last]
        wanted, set_by = add_months(contact, months * max(1, occurrence - last)), SetBy.CONTACT
    if workday_from(wanted) > ceiling:
        wanted, set_by = ceiling, SetBy.CEILING
    return NextVisit(workday_from(max(wanted, contact)), set_by, ceiling)


def workday_from(day: date) -> date:
    """The day itself, or the first workday after it."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def workday_until(day: date) -> date:
    """The day itself, or the last workday before it."""
    while not is_workday(day):
        day -= timedelta(days=1)
    return day
