"""What the case log holds, counted, and what in it nobody looks after: for figures, and for `closure-bot doctor`."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from actions.store import CaseLog

_BY_STATE = {
    "cases": "select status as state, count(*) as number from cases group by status",
    "tasks": "select status as state, count(*) as number from tasks group by status",
    "questions": (
        "select iif(refused, 'refused', 'answered') as state, count(*) as number from questions group by refused"
    ),
    "notifications": (
        "select case when sent_at is not null then 'sent' else coalesce(ended, 'waiting') end as state,"
        " count(*) as number from notifications group by 1"
    ),
}


class Count(NamedTuple):
    """How many rows of a table are in one state."""

    table: str
    state: str
    number: int


class Census:
    """Reads; changes nothing. Every method reads the log anew, so it also tells whether it can be read."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def by_state(self) -> Iterator[Count]:
        """Cases, tasks, questions and notifications."""
        for table, sql in _BY_STATE.items():
            yield from (Count(table, row["state"], row["number"]) for row in self._log.rows(sql))

    def readable(self) -> None:
        """Raises a CaseLogUnavailable where the log cannot be read."""
        self._log.row("select 1 from officers limit 1")

    def orphans(self) -> list[tuple[str, int]]:
        """People who have left, with the number of cases that are still theirs."""
        sql = (
            "select name, count(*) as number from cases join officers on telegram_id = officer_id"
            " where active = 0 and status <> 'archived' group by telegram_id order by name"
        )
        return [(row["name"], row["number"]) for row in self._log.rows(sql)]

    def last_round(self) -> datetime | None:
        """When there was a round of pushing last; None where there was none, or there is nothing to push."""
        sql = "select last_round_at from pushing where exists (select 1 from tasks where status = 'open')"
        row = self._log.row(sql)
        return datetime.fromisoformat(row["last_round_at"]) if row else None
