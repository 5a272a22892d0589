"""The ledger of notifications: what is due to whom, who is sending it, what became of it.

Each occasion stands in it once for a task and an officer. A row is claimed before it is sent and settled afterwards, so
that a process which dies in between leaves a claim behind; the next one takes it over, and counts that the message may
have arrived. A row with `within` is part of another message and shares its fate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from actions.calendar import SHANGHAI
from actions.store import CaseLog, instant

STALE = timedelta(days=3)
"""After that an overview or a report says nothing that a later one does not."""
FEW = 3
PLANNED = ("due:", "late-", "snoozed:", "digest:", "duties:", "catch-up:", "escalation:", "agenda:")
"""How occasions begin that a day gives rise to; all others come of something that somebody did."""
_WAITS = "sent_at is null and ended is null and within is null"


@dataclass(frozen=True, slots=True)
class Notification:
    """One message that is due, or was sent. `case_id` where it is about a whole case."""

    id: int
    officer_id: int
    occasion: str
    task_id: int | None
    case_id: str | None
    due_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Stuck:
    """A message that could not be sent; `final`: and will not be tried again."""

    id: int
    officer_id: int
    occasion: str
    attempts: int
    error: str
    final: bool


class Ledger:
    """The notifications of the case log."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    # What is due

    def put(
        self,
        officer_id: int,
        occasion: str,
        *,
        now: datetime,
        task_id: int | None = None,
        case_id: str | None = None,
        within: int | None = None,
    ) -> int | None:
        """Adds an occasion; None where it is there already. Part of the transaction of what gave rise to it."""
        sql = (
            "insert into notifications (officer_id, occasion, due_at, task_id, case_id, within)"
            " values (?, ?, ?, ?, ?, ?) on conflict do nothing returning id"
        )
        with self._log.transaction() as db:
            row = db.execute(sql, [officer_id, occasion, instant(now), task_id, case_id, within]).fetchone()
        return row[0] if row else None

    def carrier(self, officer_id: int, name: str, day: date, *, now: datetime) -> int:
        """The message of that name and day that is still to be sent, for others to go along; else a new one."""
        occasion = f"{name}:{day}"
        row = self._log.row(
            "select id, claimed_at, sent_at, ended from notifications"
            " where officer_id = ? and coalesce(task_id, 0) = 0 and occasion = ?",
            [officer_id, occasion],
        )
        if row and not (row["claimed_at"] or row["sent_at"] or row["ended"]):
            return int(row["id"])
        if row:  # it is on its way: what comes now goes by itself
            at = now.astimezone(SHANGHAI).isoformat(timespec="microseconds")
            occasion = f"duties:{at}" if name == "digest" else f"{name}:{at}"
        id_ = self.put(officer_id, occasion, now=now)
        if id_ is None:  # two at the same moment share one
            known = "select id from notifications where officer_id = ? and coalesce(task_id, 0) = 0 and occasion = ?"
            id_ = int(self._log.rows(known, [officer_id, occasion])[0]["id"])
        return id_

    def pending(self, now: datetime) -> list[Notification]:
        """What is to be sent now, the oldest first."""
        sql = (
            f"select * from notifications indexed by notifications_waiting where {_WAITS} and claimed_at is null"
            " and due_at <= ? and (retry_at is null or retry_at <= ?) order by due_at, id"
        )
        return [_notification(row) for row in self._log.rows(sql, [instant(now)] * 2)]

    def retried_by(self, moment: datetime) -> bool:
        """Whether anything that failed a few times at most is to be tried again by that moment."""
        sql = f"select 1 from notifications where {_WAITS} and retry_at <= ? and attempts <= ? limit 1"
        return self._log.row(sql, [instant(moment), FEW]) is not None

    def carried(self, id_: int) -> list[int]:
        """The tasks that go along with a message."""
        sql = "select task_id from notifications where within = ? and task_id is not null order by id"
        return [row["task_id"] for row in self._log.rows(sql, [id_])]

    def take_back(self, now: datetime) -> None:
        """The clock has been ahead. What is not sent yet and follows from days to come never was; all else is due now.

        What was sent stays sent: a clock that was behind instead, and is right again, must not say it once more.
        """
        follows = " or ".join(f"occasion glob '{name}*'" for name in PLANNED)
        never = "occasion = occasion || ' ' || due_at, ended = 'dropped', within = null"
        ahead = "sent_at is null and ended is null and due_at > ?"
        with self._log.transaction() as db:
            db.execute(f"update notifications set {never} where {ahead} and ({follows})", [instant(now)])
            for column in ("due_at", "retry_at"):
                sql = f"update notifications set {column} = ? where {column} > ? and {_WAITS}"
                db.execute(sql, [instant(now)] * 2)

    # Sending

    def reclaim(self) -> list[datetime]:
        """Frees what a dead process had claimed, and says when it had: it may have arrived. For who alone may send."""
        held = f"{_WAITS} and claimed_at is not null"
        with self._log.transaction() as db:
            rows = self._log.rows(f"select claimed_at from notifications where {held}")
            if rows:
                free = "claimed_at = null, claimed_by = null, doubtful = doubtful + 1"
                db.execute(f"update notifications set {free} where {held}")
        return [datetime.fromisoformat(row["claimed_at"]) for row in rows]

    def claim(self, id_: int, by: str, *, now: datetime) -> bool:
        """Takes a message to send it; False where somebody else has, or it is settled."""
        sql = (
            "update notifications set claimed_at = ?, claimed_by = ?, attempts = attempts + 1"
            f" where id = ? and {_WAITS} and claimed_at is null"
        )
        with self._log.transaction() as db:
            return bool(db.execute(sql, [instant(now), by, id_]).rowcount)

    def sent(self, id_: int, message_id: int, *, doubtful: bool, now: datetime) -> None:
        """Telegram has taken it. `doubtful`: perhaps more than once."""
        self._settle(id_, "sent_at = ?, message_id = ?, error = null", [instant(now), message_id], doubtful)

    def again(self, id_: int, error: str, *, retry_at: datetime, doubtful: bool) -> None:
        """It could not be sent this time."""
        values = [error, instant(retry_at)]
        self._settle(id_, "error = ?, retry_at = ?, claimed_at = null, claimed_by = null", values, doubtful)

    def failed(self, id_: int, error: str) -> None:
        """It cannot be sent to this chat."""
        self._settle(id_, "ended = 'failed', error = ?", [error], False)

    def dropped(self, id_: int) -> None:
        """There is nothing left to say."""
        self._settle(id_, "ended = 'dropped'", [], False)

    def revive(self, officer_id: int, *, now: datetime) -> int:
        """A chat that was closed is open again: what could not be sent to it is due once more.

        Overviews and reports only of the last days: the next one tells what is in older ones.
        """
        closed = "officer_id = ? and ended = 'failed' and (task_id is not null or due_at >= ?)"
        values = [officer_id, instant(now - STALE)]
        if self._log.row(f"select 1 from notifications where {closed}", values) is None:
            return 0
        due = "ended = null, claimed_at = null, claimed_by = null, due_at = ?"
        with self._log.transaction() as db:
            return int(db.execute(f"update notifications set {due} where {closed}", [instant(now), *values]).rowcount)

    def readdress(self, task_ids: Iterable[int], officer_id: int) -> None:
        """What is not sent yet about these tasks goes to somebody else."""
        sql = "update or ignore notifications set officer_id = ? where task_id = ? and claimed_at is null"
        with self._log.transaction() as db:
            rows = [(officer_id, task_id) for task_id in task_ids]
            db.conn.executemany(f"{sql} and {_WAITS}", rows)

    # Afterwards

    def seen(self, officer_id: int, message_id: int, *, now: datetime) -> None:
        """Somebody pressed a button of a message, or replied to it."""
        sql = "update notifications set seen_at = ? where officer_id = ? and message_id = ? and seen_at is null"
        if self.tasks_of(officer_id, message_id, unseen=True):
            with self._log.transaction() as db:
                db.execute(sql, [instant(now), officer_id, message_id])

    def tasks_of(self, officer_id: int, message_id: int, *, unseen: bool = False) -> list[int | None]:
        """The tasks that a message was about (None: no one task); empty where it was no notification."""
        sql = "select task_id from notifications where officer_id = ? and message_id = ?"
        rows = self._log.rows(f"{sql} and seen_at is null" if unseen else sql, [officer_id, message_id])
        return [row["task_id"] for row in rows]

    def stuck(self) -> list[Stuck]:
        """What failed for good in the last place, and what is being tried again, by id."""
        sql = (
            "select id, officer_id, occasion, attempts, coalesce(error, '') as error, ended is not null as final"
            " from notifications where within is null and sent_at is null and error is not null"
            " and coalesce(ended, 'failed') = 'failed' order by id"
        )
        return [Stuck(**{**row, "final": bool(row["final"])}) for row in self._log.rows(sql)]

    def _settle(self, id_: int, values: str, parameters: Sequence[object], doubtful: bool) -> None:
        sql = f"update notifications set {values}, doubtful = doubtful + ? where id = ? or within = ?"
        with self._log.transaction() as db:
            db.execute(sql, [*parameters, int(doubtful), id_, id_])


def _notification(row: dict[str, object]) -> Notification:
    values = {name: row[name] for name in Notification.__slots__}
    return Notification(**{**values, "due_at": datetime.fromisoformat(str(row["due_at"]))})  # type: ignore[arg-type]
