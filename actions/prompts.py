"""What an officer's next message is for: a note, a reason, a date, evidence. One row each, that outlives a restart.

What was asked for is taken, and done, in one transaction with the number of the update: an update that is handled again
after a crash finds that it was done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from actions.store import CaseLog, instant

PATIENCE = timedelta(minutes=30)
"""After that long what somebody writes is for something else."""


class Wanted(StrEnum):
    """What a message is wanted for.

    `subject` is a case for the first three, a handover for `DECLINE`, a post for `PERSON`, an own source for `SOURCE`,
    a question for those of gaps, else a task.
    """

    NOTE = "note"
    TASK = "task"
    CASE_FILE = "case_file"
    EVIDENCE = "evidence"
    REMARK = "remark"
    REASON = "reason"
    DATE = "date"
    TITLE = "title"
    SNOOZE = "snooze"
    DECLINE = "decline"
    PERSON = "person"
    SOURCE = "source"
    SECTION = "section"
    ANSWERED_BY = "answered_by"
    DONE = "done"


LONGER: Mapping[Wanted, timedelta] = MappingProxyType({Wanted.SECTION: timedelta(hours=3)})
"""What takes its time to be written."""
OF_CASES = (Wanted.NOTE, Wanted.TASK, Wanted.CASE_FILE)
OF_GAPS = (Wanted.SECTION, Wanted.ANSWERED_BY)
FILES = (Wanted.CASE_FILE, Wanted.EVIDENCE, Wanted.SECTION)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A message is wanted; `detail` is what was said before, such as the date for which a reason is wanted."""

    officer_id: int
    wanted: Wanted
    subject: str
    detail: str
    asked_at: datetime
    update_id: int | None


class Prompts:
    """The prompts of the case log, one for each officer at most."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def ask(self, officer_id: int, wanted: Wanted, subject: object, *, now: datetime, detail: str = "") -> None:
        """Waits for a message, in place of any other."""
        self._put(officer_id, wanted, f"{subject}\n{detail}", now, None)

    def settle(self, officer_id: int, subject: object, *, update_id: int, now: datetime) -> None:
        """Notes, in the transaction of what was done, by which update it was."""
        self._put(officer_id, Wanted.DONE, f"{subject}\n", now, update_id)

    def drop(self, officer_id: int) -> bool:
        """Waits no longer; False where nothing was waited for."""
        with self._log.transaction() as db:
            sql = "delete from prompts where officer_id = ? and verb <> 'done'"
            return db.execute(sql, [officer_id]).rowcount == 1

    def of(self, officer_id: int, now: datetime) -> Prompt | None:
        """What is wanted of an officer, or was done last; None where it was too long ago."""
        row = self._log.row("select * from prompts where officer_id = ?", [officer_id])
        if row is None:
            return None
        patience = LONGER.get(Wanted(row["verb"]), PATIENCE)
        if now - datetime.fromisoformat(row["asked_at"]) > patience:
            return None
        subject, _, detail = row["subject"].partition("\n")
        asked_at = datetime.fromisoformat(row["asked_at"])
        return Prompt(officer_id, Wanted(row["verb"]), subject, detail, asked_at, row["update_id"])

    def _put(self, officer_id: int, wanted: Wanted, subject: str, now: datetime, update_id: int | None) -> None:
        row = {
            "officer_id": officer_id,
            "verb": wanted.value,
            "subject": subject,
            "asked_at": instant(now),
            "update_id": update_id,
        }
        with self._log.transaction() as db:
            db.table("prompts").upsert(row, pk="officer_id")
