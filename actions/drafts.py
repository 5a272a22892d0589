"""Sections that leads are writing: kept as they were said, until they are published or dropped.

A draft has its id as a source before it is published, so that a publishing that a crash has cut off is gone on with
under the same id, and not done twice.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from actions.calendar import local_day
from actions.store import CaseLog, instant

_NUMBER = re.compile(r"own-\d{4}-(\d{4,9})")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a lead wrote for these questions. `pillar` is the playbook's; `source_id` empty until it is published."""

    id: int
    officer_id: int
    questions: tuple[int, ...]
    said: str
    pillar: str
    at: datetime
    source_id: str
    outcome: str | None


class Drafts:
    """The drafts of the case log."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def keep(
        self, officer_id: int, questions: Sequence[int], said: str, pillar: str, *, update_id: int, now: datetime
    ) -> Draft:
        """Keeps what was written, in place of what this lead had open; the same update keeps it once."""
        with self._log.transaction() as db:
            if row := self._log.row("select * from drafts where update_id = ?", [update_id]):
                return _draft(row)
            db.execute("update drafts set outcome = 'dropped' where officer_id = ? and outcome is null", [officer_id])
            row = {
                "officer_id": officer_id,
                "questions": json.dumps(list(questions)),
                "said": said,
                "pillar": pillar,
                "at": instant(now),
                "update_id": update_id,
            }
            id_ = cast(int, db.table("drafts").insert(row).last_pk)
            detail = {"questions": list(questions), "pillar": pillar, "characters": len(said)}
            self._log.record(now, officer_id, "draft", f"draft:{id_}", detail)
            return self.need(id_)

    def find(self, draft_id: int) -> Draft | None:
        """The draft with this id."""
        row = self._log.row("select * from drafts where id = ?", [draft_id])
        return _draft(row) if row else None

    def need(self, draft_id: int) -> Draft:
        """The same; KeyError where there is none."""
        if (draft := self.find(draft_id)) is None:
            raise KeyError(draft_id)
        return draft

    def choose(self, draft_id: int, pillar: str, *, by: int, now: datetime) -> None:
        """Puts an open draft under another pillar."""
        self._change(draft_id, "pillar", pillar, by, now)

    def drop(self, draft_id: int, *, by: int, now: datetime) -> None:
        """Writes no more at an open draft."""
        self._change(draft_id, "outcome", "dropped", by, now)

    def publishing(self, draft_id: int, *, by: int, now: datetime) -> str:
        """The id under which a draft is published: a new one, and the same when asked again."""
        with self._log.transaction() as db:
            draft = self.need(draft_id)
            if draft.source_id:
                return draft.source_id
            source_id = f"own-{local_day(now).year}-{self._last() + 1:04d}"
            values = {"source_id": source_id, "outcome": "published"}
            db.table("drafts").update(draft_id, values)
            self._log.record(now, by, "publish_draft", f"draft:{draft_id}", {"source": source_id})
        return source_id

    def _last(self) -> int:
        sql = "select id as name from own_sources union select source_id from drafts"
        found = (_NUMBER.fullmatch(row["name"]) for row in self._log.rows(sql))
        return max((int(match[1]) for match in found if match), default=0)

    def _change(self, draft_id: int, column: str, value: str, by: int, now: datetime) -> None:
        with self._log.transaction() as db:
            row = self._log.row(f"select {column} as value, outcome from drafts where id = ?", [draft_id])
            if row is None or row["outcome"] is not None or row["value"] == value:
                return
            db.table("drafts").update(draft_id, {column: value})
            detail = {"before": row["value"], "after": value}
            self._log.record(now, by, f"draft_{column}", f"draft:{draft_id}", detail)


def _draft(row: dict[str, Any]) -> Draft:
    values = {name: row[name] for name in Draft.__slots__}
    questions = tuple(json.loads(row["questions"]))
    return Draft(**{**values, "questions": questions, "at": datetime.fromisoformat(row["at"])})
