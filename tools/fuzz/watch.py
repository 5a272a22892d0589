"""What each update changes in the log, row by row, and how people and cases stood before it.

Temporary triggers write down every row that is touched; a copy of the tables that rights depend on follows them. So a
look before and after each update costs no more than what the update did.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from actions.store import CaseLog

Json = dict[str, Any]
KEYS = {
    "officers": ("telegram_id",),
    "absences": ("officer_id",),
    "cases": ("id",),
    "answers": ("case_id", "question_id", "item"),
    "tasks": ("id",),
    "notes": ("id",),
    "files": ("id",),
    "contacts": ("id",),
    "handovers": ("id",),
    "questions": ("id",),
    "walks": ("officer_id",),
    "prompts": ("officer_id",),
    "invitations": ("code_hash",),
    "own_sources": ("id", "version"),
    "source_offers": ("id",),
    "settled_gaps": ("question_id",),
    "drafts": ("id",),
    "proposals": ("id",),
}
"""The tables that are anybody's, by key. The inbox, the ledger and the search index are the bot's own."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that was added (`before` is empty), changed, or taken away (`after` is)."""

    table: str
    before: Json
    after: Json

    @property
    def row(self) -> Json:
        """The row as it is now, or was last."""
        return self.after or self.before

    @property
    def columns(self) -> frozenset[str]:
        """What differs."""
        return frozenset(name for name in self.row if self.before.get(name) != self.after.get(name))


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what to what, as the record has it."""

    actor_id: int | None
    verb: str
    subject: str


class Watch:
    """Over one log, from its present state on."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log
        self.tables: dict[str, dict[Any, Json]] = {}
        with log.transaction() as db:
            db.execute("create temp table touched (id integer primary key, name text, before text, after text)")
            for table in KEYS:
                for statement in _triggers(table, list(db.table(table).columns_dict)):
                    db.execute(statement)
        for table in KEYS:
            self.tables[table] = {_key(table, row): row for row in log.rows(f"select * from {table}")}
        self._last = self._greatest()

    def taken(self) -> tuple[list[Change], list[Event]]:
        """What was changed and recorded since the last time."""
        rows = self._log.rows("select name, before, after from touched order by id")
        if rows:
            with self._log.transaction() as db:
                db.execute("delete from touched")
        sql = "select actor_id, verb, subject from events where id > ? order by id"
        events = [Event(**row) for row in self._log.rows(sql, [self._last])]
        self._last += len(events)
        changes = [Change(row["name"], json.loads(row["before"]), json.loads(row["after"])) for row in rows]
        return [change for change in changes if change.columns], events

    def follow(self, changes: Iterable[Change]) -> None:
        """Brings the copy up to date."""
        for change in changes:
            rows = self.tables[change.table]
            if change.before:
                rows.pop(_key(change.table, change.before), None)
            if change.after:
                rows[_key(change.table, change.after)] = change.after

    def _greatest(self) -> int:
        return int(self._log.rows("select coalesce(max(id), 0) as id from events")[0]["id"])


def _key(table: str, row: Json) -> Any:
    values = tuple(row[name] for name in KEYS[table])
    return values if len(values) > 1 else values[0]


def _triggers(table: str, columns: list[str]) -> Iterable[str]:
    old, new = (", ".join(f"'{name}', {when}.{name}" for name in columns) for when in ("old", "new"))
    before_and_after = {
        "insert": ("'{}'", f"json_object({new})"),
        "update": (f"json_object({old})", f"json_object({new})"),
        "delete": (f"json_object({old})", "'{}'"),
    }
    for act, (before, after) in before_and_after.items():
        values = f"values ('{table}', {before}, {after})"
        into = "insert into touched (name, before, after)"
        yield f"create temp trigger watch_{table}_{act} after {act} on main.{table} begin {into} {values}; end"
