"""Contacts with owners: visits, attempts at one, and visits that are still being told about. A row each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from actions.store import CaseLog
from actions.visit_errors import VisitGone

PATIENCE = timedelta(minutes=30)
"""After that long what somebody writes is no answer to a visit's question."""
TICKED = "?"
"""Key of what is ticked so far in a question with several answers."""

VisitAnswers = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Contact:
    """A visit (`reached`), an attempt (not), or one that is still being told about (None)."""

    id: int
    case_id: str
    task_id: int
    officer_id: int
    at: datetime
    reached: bool | None
    answers: VisitAnswers
    note: str
    update_id: int | None = None

    @property
    def ticked(self) -> list[str]:
        """What is ticked so far."""
        return list(self.answers.get(TICKED, ()))


class Contacts:
    """Reads contacts; `actions.visits` writes them."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def current(self, officer_id: int, now: datetime) -> Contact | None:
        """The visit that an officer is telling about; None where the last word was too long ago."""
        sql = "select * from contacts where officer_id = ? and reached is null order by id desc limit 1"
        row = self._log.row(sql, [officer_id])
        return contact_from_row(row) if row and now - datetime.fromisoformat(row["at"]) < PATIENCE else None

    def need(self, contact_id: int) -> Contact:
        """The contact of that id; VisitGone where there is none."""
        row = self._log.row("select * from contacts where id = ?", [contact_id])
        if row is None:
            raise VisitGone
        return contact_from_row(row)

    def last(self, case_id: str) -> Contact | None:
        """The last time that the owner was reached."""
        sql = "select * from contacts where case_id = ? and reached = 1 order by at desc, id desc limit 1"
        row = self._log.row(sql, [case_id])
        return contact_from_row(row) if row else None

    def in_vain(self, case_id: str) -> int:
        """How often in a row, up to now, nobody was reached."""
        sql = (
            "select count(*) as number from contacts where case_id = ? and reached = 0 and id >"
            " coalesce((select max(id) from contacts where case_id = ? and reached = 1), 0)"
        )
        return int(self._log.rows(sql, [case_id, case_id])[0]["number"])

    def by_update(self, update_id: int) -> Contact | None:
        """What an update has told, where it is handled again after a crash."""
        row = self._log.row("select * from contacts where update_id = ?", [update_id])
        return contact_from_row(row) if row else None


def contact_from_row(row: dict[str, Any]) -> Contact:
    """A contact from its row."""
    reached = None if row["reached"] is None else bool(row["reached"])
    at, answers = datetime.fromisoformat(row["at"]), json.loads(row["answers"])
    ids = row["id"], row["case_id"], row["task_id"], row["officer_id"]
    return Contact(*ids, at, reached, answers, row["note"], row["update_id"])
