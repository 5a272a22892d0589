"""What has changed of the texts that tasks rest on, and whom it concerns.

The rows are what was there when somebody last looked; whoever looks again hands in what is there now. What differs is
noted, and each officer whose tasks rest on it is put into the ledger, in one transaction: a crash comes before both or
after both. A source that is gone keeps its row, without a digest, for its title, and so that its return is a change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from string import digits
from typing import Any

from actions.calendar import local_day
from actions.ledger import Ledger
from actions.model import Task, task_from_row
from actions.roster import Roster
from actions.rounds import NOBODY
from actions.store import CaseLog, instant
from playbook.edition import Text

CHANGED = "changed"
"""How the occasion begins under which officers are told."""
GONE = ""
"""The digest of what is there no more."""
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Change:
    """A source as it has been since `at`."""

    source_id: str
    title: str
    digest: str
    at: datetime

    @property
    def gone(self) -> bool:
        """Whether answers draw on it no more."""
        return self.digest == GONE

    @property
    def occasion(self) -> str:
        """Another for every change, also for one back to what was there before."""
        return f"{CHANGED}:{self.source_id}:{self.digest[:SHOWN] or 'gone'}:{self.at.timestamp():.0f}"


class Editions:
    """The texts as they were last seen. The first look at all notes them, and tells nobody."""

    def __init__(self, log: CaseLog, ledger: Ledger, roster: Roster) -> None:
        self._log, self._ledger, self._roster = log, ledger, roster

    def take(self, texts: Mapping[str, Text], *, now: datetime) -> list[Change]:
        """Notes what is there now, and tells whom it concerns; what officers rest on and has changed, by id."""
        if not _differences(self._known(), texts, now):
            return []
        with self._log.transaction() as db:
            known = self._known()
            changes = _differences(known, texts, now)
            if not changes:
                return []  # another process was faster
            rows = [(each.source_id, each.digest, each.title, instant(now)) for each in changes]
            db.conn.executemany("insert or replace into editions values (?, ?, ?, ?)", rows)
            told = [each for each in changes if each.source_id in known]
            self._tell(told, now)
            detail = {
                "new": len(changes) - len(told),
                "changed": [each.source_id for each in told if not each.gone],
                "gone": [each.source_id for each in told if each.gone],
            }
            self._log.record(now, None, "take_edition", "playbook", detail)
        return told

    def of(self, occasion: str) -> Change | None:
        """The change that officers are told of under this occasion; None where there has been another one since."""
        source_id = occasion.removeprefix(f"{CHANGED}:").rsplit(":", 2)[0]
        row = self._log.row("select * from editions where source_id = ?", [source_id])
        change = _change(row) if row else None
        return change if change and change.occasion == occasion else None

    def resting(self, source_id: str, reader: int, day: date) -> list[Task]:
        """Tasks to be done that rest on a source, and of which this officer read on that day, by date."""
        of_it = f"(t.source = ? or {_CITED} = ? or rtrim({_CITED}, '{digits}') = ? || '#')"
        rows = self._log.rows(f"select t.* {_RESTING} and {of_it} order by t.due_on, t.id", [source_id] * 3)
        tasks = [task_from_row(row) for row in rows]
        readers = {assignee: self._roster.reader(assignee, day) for assignee in {task.assignee_id for task in tasks}}
        return [task for task in tasks if reader in (task.assignee_id, readers[task.assignee_id])]

    def _tell(self, changes: Iterable[Change], now: datetime) -> None:
        """Each officer once for each change: they, or who reads for them today."""
        concerned, day = self._concerned(), local_day(now)
        for change in changes:
            for assignee in concerned.get(change.source_id, ()):
                reader = self._roster.reader(assignee, day)
                id_ = self._ledger.put(assignee if reader is None else reader, change.occasion, now=now)
                if reader is None and id_ is not None:
                    self._ledger.failed(id_, NOBODY)

    def _concerned(self) -> dict[str, list[int]]:
        """By source, the officers whose tasks rest on it. What is cited is the source's id, or `ID#NUMBER`."""
        sql = f"select distinct t.source, {_CITED} as cited, t.assignee_id {_RESTING} order by t.assignee_id"
        concerned = dict[str, dict[int, None]]()
        for row in self._log.rows(sql):
            cited = row["cited"] or ""
            numbered = cited.rstrip(digits)
            for source_id in {row["source"], cited, numbered[:-1] if numbered.endswith("#") else ""} - {""}:
                concerned.setdefault(source_id, {})[row["assignee_id"]] = None
        return {source_id: list(officers) for source_id, officers in concerned.items()}

    def _known(self) -> dict[str, Change]:
        return {row["source_id"]: _change(row) for row in self._log.rows("select * from editions")}


_CITED = "json_extract(t.citation, '$.id')"
_RESTING = (
    "from tasks t join cases c on c.id = t.case_id where t.status in ('open', 'blocked')"
    " and c.status in ('open', 'follow_up') and (t.source <> '' or t.citation is not null)"
)


def _differences(known: Mapping[str, Change], texts: Mapping[str, Text], now: datetime) -> list[Change]:
    """What is not as it was known, by id."""
    there = {id_: Change(id_, text.title, text.digest, now) for id_, text in texts.items()}
    gone = {id_: Change(id_, was.title, GONE, now) for id_, was in known.items() if id_ not in there}
    changed = [each for id_, each in (there | gone).items() if id_ not in known or known[id_].digest != each.digest]
    return sorted(changed, key=lambda each: each.source_id)


def _change(row: dict[str, Any]) -> Change:
    return Change(row["source_id"], row["title"], row["digest"], datetime.fromisoformat(row["seen_at"]))
