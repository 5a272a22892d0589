"""One round: what has become due since the last one is written into the ledger, each occasion once.

Rows decide, not timers: which tasks have something to be said is read from an index by day, and what was said moves the
task's next day ahead in the same transaction. So a round may come late, twice, or from two processes at once.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from actions.calendar import local_day
from actions.ledger import Ledger, Notification
from actions.reminders import (
    Occasion,
    Watch,
    day_in_force,
    end_of_week,
    missed,
    next_day,
    occasions,
)
from actions.revisits import workday_from, workday_until
from actions.roster import Roster
from actions.store import CaseLog, instant
from playbook.parts import TaskKind

OWN_MESSAGE = (TaskKind.revisit, TaskKind.eco_liability)
"""Kinds of tasks that come as messages of their own; the others stand in the day's digest."""
AT_ONCE = 20_000
"""Tasks that are looked at in one go."""
_REMEMBERED = timedelta(minutes=30)
NOBODY = "nobody"
"""The error of what no active officer can be told."""


@dataclass(frozen=True, slots=True)
class Ripe:
    """An open task about which something may be due to be said."""

    id: int
    kind: str
    assignee_id: int
    since: date
    watch: Watch


class Rounds:
    """Plans what is to be sent. Sending it is the pusher's work."""

    def __init__(self, log: CaseLog, ledger: Ledger, roster: Roster) -> None:
        self._log, self._ledger, self._roster = log, ledger, roster

    def plan(self, now: datetime) -> None:
        """Writes what is due at `now` into the ledger; what is there already stays as it is."""
        last = self.last()
        if last is not None and last > now + _REMEMBERED:
            self._take_back(now)
        for hour in self._roster.hours():
            day = day_in_force(now, hour)
            before = workday_until(day - timedelta(days=1))
            outage = last is not None and day_in_force(last, hour) < before
            self._remind(hour, day, now, outage=outage)
            self._digests(hour, day, now)
            self._agendas(hour, day, now)
        self._remember(last, now)

    def forward(self, notification: Notification, now: datetime) -> None:
        """A task's reminder whose reader may not work on the case any more goes to who reads for its officer now."""
        sql = "select officer_id from cases join tasks on case_id = cases.id where tasks.id = ?"
        for row in self._log.rows(sql, [notification.task_id]):
            reader = self._roster.reader(row["officer_id"], local_day(now))
            if reader is not None:
                self._ledger.put(reader, notification.occasion, task_id=notification.task_id, now=now)

    def _remind(self, hour: int, day: date, now: datetime, *, outage: bool) -> None:
        while ripe := self._ripe(hour, day):
            for assignee, tasks in itertools.groupby(ripe, lambda task: task.assignee_id):
                self._tell(assignee, list(tasks), day, now, outage=outage)
            if len(ripe) < AT_ONCE:
                return

    def _tell(self, assignee: int, tasks: Sequence[Ripe], day: date, now: datetime, *, outage: bool) -> None:
        """All that is due about one officer's tasks. After an outage it is one message, whatever it is about."""
        late = outage and any(missed(task.since, day) for task in tasks)
        with self._log.transaction() as db:
            reader, leads = self._roster.reader(assignee, day), self._roster.leads()
            digest = "digest" if reader is not None and self._roster.wishes(reader).digest else "duties"
            for task in tasks:
                for occasion in occasions(task.watch, day):
                    if occasion.escalates:
                        for lead in leads:
                            self._put_along(lead, "escalation", task.id, occasion, day, now)
                    elif reader is None:
                        self._undeliverable(assignee, task.id, occasion, now)
                    elif task.kind in OWN_MESSAGE and not late:
                        self._ledger.put(reader, occasion.name, task_id=task.id, now=now)
                    else:
                        self._put_along(reader, "catch-up" if late else digest, task.id, occasion, day, now)
            ahead = [(next_day(task.watch, day).isoformat(), task.id) for task in tasks]
            db.conn.executemany("update tasks set remind_on = ? where id = ?", ahead)
            if late and reader is not None:
                db.execute("update officers set digest_on = ? where telegram_id = ?", [day.isoformat(), reader])

    def _put_along(self, reader: int, name: str, task_id: int, occasion: Occasion, day: date, now: datetime) -> None:
        known = "select 1 from notifications where officer_id = ? and coalesce(task_id, 0) = ? and occasion = ?"
        if self._log.row(known, [reader, task_id, occasion.name]) is None:
            within = self._ledger.carrier(reader, name, day, now=now)
            self._ledger.put(reader, occasion.name, task_id=task_id, within=within, now=now)

    def _undeliverable(self, assignee: int, task_id: int, occasion: Occasion, now: datetime) -> None:
        if (id_ := self._ledger.put(assignee, occasion.name, task_id=task_id, now=now)) is not None:
            self._ledger.failed(id_, NOBODY)

    def _digests(self, hour: int, day: date, now: datetime) -> None:
        """The overview of the day, where there is anything to see; each officer is thought of once a day.

        One that is late by a night is left out: what was due goes out all the same, and the next one is near.
        """
        sql = (
            "select telegram_id from officers where active = 1 and push_hour = ?"
            " and (digest_on is null or digest_on < ?)"
        )
        for row in self._log.rows(sql, [hour, day.isoformat()]):
            officer = row["telegram_id"]
            with self._log.transaction() as db:
                fresh = day == local_day(now) and self._roster.wishes(officer).digest
                if fresh and self._anything_due(officer, day):
                    self._ledger.put(officer, f"digest:{day}", now=now)
                db.execute("update officers set digest_on = ? where telegram_id = ?", [day.isoformat(), officer])

    def _anything_due(self, officer: int, day: date) -> bool:
        sql = "select 1 from tasks where assignee_id = ? and status = 'open' and due_on <= ? limit 1"
        until = end_of_week(day).isoformat()
        return any(self._log.row(sql, [each, until]) for each in self._roster.principals(officer, day))

    def _agendas(self, hour: int, day: date, now: datetime) -> None:
        """The agenda of the joint meeting, from the first working day of the month on, if leads were there by then."""
        first = workday_from(day.replace(day=1))
        sql = "select telegram_id, agenda_on from officers where active = 1 and push_hour = ? and agenda_on is not ?"
        for row in self._log.rows(sql, [hour, day.isoformat()]):
            lead, thought_of = row["telegram_id"], row["agenda_on"]
            due = day == first if thought_of is None else date.fromisoformat(thought_of) < first <= day
            with self._log.transaction() as db:
                if due and lead in self._roster.leads():
                    self._ledger.put(lead, f"agenda:{day:%Y-%m}", now=now)
                db.execute("update officers set agenda_on = ? where telegram_id = ?", [day.isoformat(), lead])

    def _take_back(self, now: datetime) -> None:
        """The clock has been ahead: what is due in days still to come is looked at again when they have come."""
        today = local_day(now).isoformat()
        with self._log.transaction() as db:
            self._ledger.take_back(now)
            db.execute("update tasks set remind_on = null where status = 'open' and remind_on > ?", [today])
            for column in ("digest_on", "agenda_on"):
                db.execute(f"update officers set {column} = null where {column} > ?", [today])

    def _ripe(self, hour: int, day: date) -> list[Ripe]:
        return list(map(_ripe, self._log.rows(RIPE, [day.isoformat(), hour, AT_ONCE])))

    def last(self) -> datetime | None:
        """The moment of the last round, to half an hour; None before the first."""
        row = self._log.row("select last_round_at from pushing")
        return datetime.fromisoformat(row["last_round_at"]) if row else None

    def _remember(self, last: datetime | None, now: datetime) -> None:
        """Notes the round; not each of them, since nothing but an outage of days is told from it."""
        if last is None or not timedelta() <= now - last < _REMEMBERED:
            with self._log.transaction() as db:
                db.execute("insert or replace into pushing (id, last_round_at) values (1, ?)", [instant(now)])


RIPE = (
    "select tasks.id, kind, assignee_id, due_on, snoozed_until, snoozes, coalesce(remind_on, due_on) as since"
    " from tasks indexed by tasks_to_remind join officers on telegram_id = assignee_id"
    " where tasks.status = 'open' and coalesce(remind_on, due_on) <= ? and push_hour = ?"
    " order by assignee_id, due_on, tasks.id limit ?"
)
"""Open tasks whose day has come, of officers who are pushed to at one hour. A test shows that it reads the index."""


def _ripe(row: dict[str, Any]) -> Ripe:
    snoozed = date.fromisoformat(row["snoozed_until"]) if row["snoozed_until"] else None
    watch = Watch(date.fromisoformat(row["due_on"]), snoozed, row["snoozes"])
    return Ripe(row["id"], row["kind"], row["assignee_id"], date.fromisoformat(row["since"]), watch)
