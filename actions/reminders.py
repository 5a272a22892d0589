"""What is to be said about an open task on a day, to whom, and when next: functions of dates, and no others.

A task is announced on its due day, again to its officer when it is three working days late, to the lead at seven, and
from fourteen on to the lead every Monday until it is done. Putting a reminder off silences the officer's until that
day, and never the lead's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from actions.calendar import SHANGHAI, add_workdays
from actions.revisits import workday_from, workday_until

OFFICER_AGAIN, LEAD_ONCE, LEAD_WEEKLY = 3, 7, 14
"""Working days by which a task is late."""
SNOOZES = 3
"""Once a reminder was put off so often, the next one goes to the lead as well."""
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Watch:
    """What of a task its reminders depend on."""

    due_on: date
    snoozed_until: date | None = None
    snoozes: int = 0


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something to be said about a task; `name` is there once for each task and reader. `escalates`: to the lead."""

    name: str
    since: date
    escalates: bool = False


def occasions(watch: Watch, day: date) -> list[Occasion]:
    """What is due to be said by a day: the latest to the officer and the latest to the lead, if any."""
    reached = [each for each in _all(watch, day) if each.since <= day]
    snoozed = watch.snoozed_until
    quiet = [each for each in reached if not each.escalates and snoozed and each.since < snoozed]
    spoken = [each for each in reached if each not in quiet]
    latest = {each.escalates: each for each in sorted(spoken, key=lambda each: each.since)}
    return [latest[key] for key in sorted(latest)]


def next_day(watch: Watch, day: date) -> date:
    """The first day after `day` on which there is something to be said if the task is still open then."""
    ahead = [each.since for each in _all(watch, day) if each.since > day]
    return min([*ahead, _monday_after(max(day, add_workdays(watch.due_on, LEAD_WEEKLY) - timedelta(days=1)))])


def _all(watch: Watch, day: date) -> Iterator[Occasion]:
    due = watch.due_on
    yield Occasion(f"due:{due}", due)
    yield Occasion(f"late-{OFFICER_AGAIN}:{due}", add_workdays(due, OFFICER_AGAIN))
    yield Occasion(f"late-{LEAD_ONCE}:{due}", add_workdays(due, LEAD_ONCE), escalates=True)
    if watch.snoozed_until:
        yield Occasion(f"snoozed:{watch.snoozed_until}", watch.snoozed_until)
        if watch.snoozes >= SNOOZES:
            yield Occasion(f"snoozed:{watch.snoozed_until}", watch.snoozed_until, escalates=True)
    monday = day - timedelta(days=day.weekday())
    if monday >= add_workdays(due, LEAD_WEEKLY):
        yield Occasion(f"late-{LEAD_WEEKLY}:{monday}", monday, escalates=True)


def _monday_after(day: date) -> date:
    return day + timedelta(days=_WEEK - day.weekday())


def morning(day: date, hour: int) -> datetime:
    """The moment at which a day's reminders go out."""
    return datetime.combine(day, time(hour), SHANGHAI)


def day_in_force(now: datetime, hour: int) -> date:
    """The last workday whose reminders are due at `now`: today from `hour` on, else the workday before."""
    local = now.astimezone(SHANGHAI)
    today = local.date()
    return workday_until(today if local >= morning(today, hour) else today - timedelta(days=1))


def missed(since: date, day: date) -> bool:
    """Whether something that was to be said since one day should have been said before `day`."""
    return workday_from(since) < day


def end_of_week(day: date) -> date:
    """The Sunday of the week."""
    return day + timedelta(days=6 - day.weekday())
