"""The cases of the case log: numbered, found, paged, opened once, put away, released.

Lists are paged by key, never by offset, so that a page costs the same in a log of a hundred thousand cases.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from actions.calendar import local_day
from actions.case_errors import CaseHasOpenTasks, CaseNotArchived, CaseUnknown, TooManyDrafts
from actions.model import Case, CaseStatus, Note, TimelineEntry, case_from_row
from actions.store import CaseLog, instant

_ID = re.compile(r"(?:CM)?-?(\d{4})-(\d{1,9})", re.IGNORECASE)
RUNS = ("ones", "twos", "threes", "fours")
"""Columns of what cases are found by: a search reads the longest runs it can, which are the rarest."""
OPEN_DRAFTS = 20
"""Of one officer: more are a mistake, or a finger that rests on a button."""
_COLUMNS = ("company", "uscc", "industry", "reason", "stage", "closure_date")


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases, newest first; `older` and `newer` say whether there are more on either side."""

    cases: tuple[Case, ...]
    older: bool
    newer: bool


def case_id(text: str) -> str | None:
    """A case's id from how people write it: «cm-2026-1», «2026-0001», in full width too."""
    found = _ID.fullmatch(unicodedata.normalize("NFKC", text).strip().replace(" ", ""))
    return f"CM-{found[1]}-{int(found[2]):04d}" if found else None


class Cases:
    """The register of cases. `by` is who does it: a Telegram id."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def create_draft(self, officer_id: int, *, now: datetime) -> Case:
        """A draft with the next number of the year, as Shanghai counts years. TooManyDrafts."""
        year = local_day(now).year
        with self._log.transaction() as db:
            sql = "select count(*) as number from cases where officer_id = ? and status = 'draft'"
            if self._log.rows(sql, [officer_id])[0]["number"] >= OPEN_DRAFTS:
                raise TooManyDrafts(count=OPEN_DRAFTS)
            last = self._log.row("select max(number) as number from cases where year = ?", [year])
            number = ((last or {}).get("number") or 0) + 1
            id_ = f"CM-{year}-{number:04d}"
            row = {"id": id_, "officer_id": officer_id, "status": "draft"}
            db.table("cases").insert({**row, "created_at": instant(now)})
            self._log.record(now, officer_id, "begin", _subject(id_), {"after": row})
            return self.need(id_)

    def get(self, id_: str) -> Case | None:
        """The case of that id."""
        row = self._log.row("select * from cases where id = ?", [id_])
        return case_from_row(row) if row else None

    def need(self, id_: str) -> Case:
        """The case of that id; CaseUnknown where there is none."""
        case = self.get(id_)
        if case is None:
            raise CaseUnknown(case=id_)
        return case

    def fill(self, id_: str, values: Mapping[str, Any]) -> None:
        """Sets what answers say of a case, and what it is found by; part of the caller's transaction."""
        row = {name: values.get(name) or "" for name in _COLUMNS}
        with self._log.transaction() as db:
            db.table("cases").update(id_, {**row, "closure_date": row["closure_date"] or None})
            if self.need(id_).opened_on:
                self._index(id_)

    def open(self, id_: str, *, opened_on: date, by: int, now: datetime) -> bool:
        """Makes a draft a case; False where it is one already."""
        with self._log.transaction() as db:
            if self.need(id_).status is not CaseStatus.DRAFT:
                return False
            after = {"status": "open", "opened_on": opened_on.isoformat()}
            db.table("cases").update(id_, after)
            self._index(id_)
            detail = {"before": {"status": "draft", "opened_on": None}, "after": after}
            self._log.record(now, by, "open", _subject(id_), detail)
        return True

    def give_up(self, id_: str, *, by: int, now: datetime) -> None:
        """Puts a draft away for good; what was answered is kept, and shown nowhere."""
        self._move(id_, CaseStatus.DRAFT, {"status": "archived", "archived_at": instant(now)}, "give_up", by, now)

    def archive(self, id_: str, *, by: int, now: datetime) -> None:
        """Puts a case away; CaseHasOpenTasks while anything is left to be done."""
        sql = "select count(*) as number from tasks where case_id = ? and status in ('open', 'blocked')"
        with self._log.transaction():
            left = self._log.rows(sql, [id_])[0]["number"]
            if left:
                raise CaseHasOpenTasks(case=id_, count=left)
            put_away = {"status": "archived", "archived_at": instant(now)}
            for status in (CaseStatus.OPEN, CaseStatus.FOLLOW_UP):
                self._move(id_, status, put_away, "archive", by, now)

    def reopen(self, id_: str, *, by: int, now: datetime) -> None:
        """Takes a case up again."""
        self._move(id_, CaseStatus.ARCHIVED, {"status": "open", "archived_at": None}, "reopen_case", by, now)

    def refresh_status(self, id_: str, *, now: datetime) -> None:
        """A case of which only revisits are left is followed up; another one with open tasks is open."""
        sql = (
            "select count(*) filter (where kind = 'revisit') as revisits, count(*) as number from tasks"
            " where case_id = ? and status in ('open', 'blocked')"
        )
        with self._log.transaction():
            row = self._log.rows(sql, [id_])[0]
            followed = row["number"] > 0 and row["number"] == row["revisits"]
            source, target = (CaseStatus.OPEN, CaseStatus.FOLLOW_UP)[:: 1 if followed else -1]
            if followed or row["number"]:
                self._move(id_, source, {"status": target.value}, "follow_up" if followed else "resume", None, now)

    def need_archived(self, id_: str) -> Case:
        """The case of that id, put away after it was worked on; CaseNotArchived, CaseUnknown."""
        case = self.need(id_)
        if case.status is not CaseStatus.ARCHIVED or case.opened_on is None:
            raise CaseNotArchived(case=id_)
        return case

    def released(self, id_: str, *, by: int, now: datetime) -> None:
        """Notes that an archived case may be cited as a past one; CaseNotArchived for any other."""
        with self._log.transaction() as db:
            case = self.need_archived(id_)
            if case.released_at is None:
                db.table("cases").update(id_, {"released_at": instant(now)})
                detail = {"before": {"released_at": None}, "after": {"released_at": instant(now)}}
                self._log.record(now, by, "release", _subject(id_), detail)

    # Finding

    def page(
        self,
        officer_id: int | None = None,
        *,
        statuses: Sequence[CaseStatus] = (CaseStatus.OPEN, CaseStatus.FOLLOW_UP),
        before: str | None = None,
        limit: int = 8,
    ) -> Page:
        """Cases of an officer, or of everybody, older than the case `before`, newest first."""
        own, values = ("officer_id = ? and ", [officer_id]) if officer_id is not None else ("", [])
        marks = ", ".join("?" for _ in statuses)
        condition = f"{own}status in ({marks}) and (opened_on is not null or status <> 'archived')"
        return self._page(f"select * from cases where {condition}", [*values, *statuses], before, limit)

    def search(self, text: str, *, before: str | None = None, limit: int = 8) -> Page:
        """Cases by any part of the company's name or its code, or by their id."""
        if (id_ := case_id(text)) and (case := self.get(id_)):
            return Page((case,) if case.opened_on else (), False, False)
        letters = _letters(text)
        if not letters:
            return Page((), False, False)
        size = min(len(letters), len(RUNS))
        sql = (
            "select cases.* from cases where id in (select case_id from case_words where case_words match ?"
            " order by rowid desc limit 1000)"
        )
        return self._page(sql, [f'{RUNS[size - 1]} : "{_runs(letters, size)}"'], before, limit)

    def _page(self, sql: str, values: list[Any], before: str | None, limit: int) -> Page:
        key = _key(before)
        older = f"{sql} and (year, number) < (?, ?) order by year desc, number desc limit ?"
        rows = self._log.rows(older, [*values, *key, limit + 1])
        newer = before is not None
        return Page(tuple(case_from_row(row) for row in rows[:limit]), len(rows) > limit, newer)

    def _index(self, id_: str) -> None:
        """What a case is found by. The row has the case's number, so that search gives the newest first."""
        case, (year, number) = self.need(id_), _key(id_)
        known = [_letters(case.company), _letters(case.uscc)]
        runs = [" ".join(_runs(letters, size) for letters in known) for size in range(1, len(RUNS) + 1)]
        rowid = year * 10**9 + number
        with self._log.transaction() as db:
            db.execute("delete from case_words where rowid = ?", [rowid])
            columns = ", ".join(("rowid", "case_id", *RUNS))
            db.execute(f"insert into case_words ({columns}) values (?, ?, ?, ?, ?, ?)", [rowid, id_, *runs])

    # Notes and the timeline

    def note(self, id_: str, text: str, *, by: int, now: datetime, task_id: int | None = None) -> None:
        """Keeps a note; the record says that there is one, not what it says."""
        row = {"case_id": id_, "task_id": task_id, "at": instant(now), "officer_id": by, "text": text}
        with self._log.transaction() as db:
            db.table("notes").insert(row)
            self._log.record(now, by, "note", _subject(id_), {"task": task_id})

    def notes(self, id_: str, limit: int = 20) -> list[Note]:
        """The last notes of a case, newest first."""
        rows = self._log.rows("select * from notes where case_id = ? order by id desc limit ?", [id_, limit])
        return [Note(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows]

    def timeline(self, id_: str, *, skip: int = 0, limit: int = 10) -> list[TimelineEntry]:
        """What happened in a case, newest first; a case has some hundred events, so that skipping some costs little."""
        sql = "select * from events where subject = ? order by id desc limit ? offset ?"
        return [TimelineEntry.from_row(row) for row in self._log.rows(sql, [_subject(id_), limit, skip])]

    def _move(
        self, id_: str, source: CaseStatus, values: Mapping[str, Any], verb: str, by: int | None, now: datetime
    ) -> None:
        """Changes a case that is in one status; any other is left alone."""
        with self._log.transaction() as db:
            if self.need(id_).status is source:
                before = {name: value for name, value in db.table("cases").get(id_).items() if name in values}
                db.table("cases").update(id_, dict(values))
                self._log.record(now, by, verb, _subject(id_), {"before": before, "after": dict(values)})


def _letters(text: str) -> str:
    """The letters, digits and characters of a text, in one width and case."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).upper() if char.isalnum())


def _runs(letters: str, size: int) -> str:
    """Every run of so many letters a word of its own, so that a phrase of them is any part of a name."""
    return " ".join(letters[at : at + size] for at in range(len(letters) - size + 1))


def _key(before: str | None) -> tuple[int, int]:
    if before is None:
        return 10**6, 0
    _, year, number = before.split("-")
    return int(year), int(number)


def _subject(id_: str) -> str:
    return f"case:{id_}"
