"""The gaps: questions that the playbook did not answer, or not well, until a lead has seen to them.

What is open follows from the rows: refused or rated down, and not settled. To settle is to write a section, to name the
source that answers, or to say that it is no matter of the playbook's; whoever asked is told of the first two.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from actions.ledger import Ledger
from actions.questions import Citation
from actions.store import CaseLog, instant

READ = 400
"""Open gaps that are looked at, the newest: so many can be grouped within a second or two, and read by nobody."""
UNDONE = timedelta(days=1)
"""For so long it can be taken back that a source was named, or a question set aside."""
TOLD = "answered"
"""How the occasion begins under which those who had asked are told."""
LEARNT = 2000
"""Questions that are handed to the library, the newest."""


class How(StrEnum):
    """How a gap was settled."""

    WRITTEN = "written"
    MARKED = "marked"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class Gap:
    """An open question. `text` is what it means by itself; `said` and `cited` what it was answered with."""

    id: int
    at: datetime
    officer_id: int
    text: str
    refused: bool
    said: str
    cited: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a gap."""

    question_id: int
    how: How
    source_id: str
    title: str
    by_id: int
    at: datetime


class Gaps:
    """The gaps of the case log."""

    def __init__(self, log: CaseLog, ledger: Ledger) -> None:
        self._log, self._ledger = log, ledger

    def open(self) -> list[Gap]:
        """The newest READ of them, newest first."""
        sql = f"{_GAPS} and not exists (select 1 from settled_gaps s where s.question_id = q.id)"
        return [_gap(row) for row in self._log.rows(f"{sql} order by q.id desc limit ?", [READ])]

    def unanswered(self, question_ids: Sequence[int]) -> list[Gap]:
        """Those of these questions that were refused or rated down, newest first."""
        sql = f"{_GAPS} and q.id in (select value from json_each(?)) order by q.id desc"
        return [_gap(row) for row in self._log.rows(sql, [json.dumps(list(question_ids))])]

    def get(self, question_ids: Sequence[int]) -> list[Gap]:
        """Questions by their ids, settled or not, newest first."""
        sql = f"{_QUESTIONS} where q.id in (select value from json_each(?)) order by q.id desc"
        return [_gap(row) for row in self._log.rows(sql, [json.dumps(list(question_ids))])]

    def settled(self, question_id: int) -> Settled | None:
        """What became of a question; None while it is open."""
        row = self._log.row("select * from settled_gaps where question_id = ?", [question_id])
        return _settled(row) if row else None

    def settle(
        self, question_ids: Sequence[int], how: How, *, source_id: str = "", title: str = "", by: int, now: datetime
    ) -> list[int]:
        """Settles those of the questions that are open still, and returns them; again does nothing.

        Everybody who had asked one of them is told once, of their newest, unless they have settled it themselves.
        """
        with self._log.transaction() as db:
            done = [
                row[0]
                for question_id in sorted(question_ids)
                for row in db.execute(_SETTLE, [question_id, how.value, source_id, title, by, instant(now)]).fetchall()
            ]
            if done:
                detail = {"questions": done, "how": how.value, "source": source_id, "title": title}
                self._log.record(now, by, "settle_gap", f"question:{done[-1]}", detail)
            if how is not How.SET_ASIDE:
                for asker, question_id in self._newest(done).items():
                    if asker != by:
                        self._ledger.put(asker, f"{TOLD}:{question_id}:{source_id}", now=now)
        return done

    def take_back(self, question_id: int, *, by: int, now: datetime) -> list[int]:
        """Opens again what was settled together with a question; the questions that are open now.

        Nothing where it is too long ago, or a section was written: that is disabled among the sources instead.
        """
        with self._log.transaction() as db:
            settled = self.settled(question_id)
            if settled is None or settled.how is How.WRITTEN or now - settled.at > UNDONE:
                return []
            together = [settled.how.value, settled.source_id, settled.by_id, instant(settled.at)]
            sql = "delete from settled_gaps where how = ? and source_id = ? and by_id = ? and at = ? returning *"
            opened = sorted(row[0] for row in db.execute(sql, together).fetchall())
            detail = {"questions": opened, "how": settled.how.value, "source": settled.source_id}
            self._log.record(now, by, "reopen_gap", f"question:{question_id}", detail)
        return opened

    def last_settled(self, limit: int) -> list[Settled]:
        """What was settled last, one question of each time, the newest first."""
        sql = "select *, max(question_id) from settled_gaps group by at, by_id, source_id order by at desc limit ?"
        return [_settled(row) for row in self._log.rows(sql, [limit])]

    def learned(self) -> dict[str, list[str]]:
        """The questions that sources were said to answer, by the source's id, the oldest first."""
        rows = self._log.rows(
            "select s.source_id, coalesce(nullif(q.meant, ''), q.text) as text"
            " from settled_gaps s join questions q on q.id = s.question_id where s.how <> 'set_aside'"
            " order by s.at desc, q.id desc limit ?",
            [LEARNT],
        )
        learned: dict[str, list[str]] = {}
        for row in reversed(rows):
            learned.setdefault(row["source_id"], []).append(row["text"])
        return learned

    def _newest(self, question_ids: Sequence[int]) -> dict[int, int]:
        """By asker, the newest of their questions among these."""
        sql = (
            "select officer_id, max(id) as id from questions where id in (select value from json_each(?))"
            " group by officer_id order by officer_id"
        )
        return {row["officer_id"]: row["id"] for row in self._log.rows(sql, [json.dumps(list(question_ids))])}


_SETTLE = (
    "insert into settled_gaps (question_id, how, source_id, title, by_id, at) values (?, ?, ?, ?, ?, ?)"
    " on conflict do nothing returning question_id"
)
_QUESTIONS = (
    "select q.id, q.at, q.officer_id, coalesce(nullif(q.meant, ''), q.text) as text, q.refused, q.said,"
    " q.citations as cited from questions q"
)
_GAPS = f"{_QUESTIONS} where (q.refused = 1 or q.rating = -1)"


def _gap(row: dict[str, Any]) -> Gap:
    cited = tuple(Citation(**citation) for citation in json.loads(row["cited"]))
    values = {**row, "at": datetime.fromisoformat(row["at"]), "refused": bool(row["refused"]), "cited": cited}
    return Gap(**values)


def _settled(row: dict[str, Any]) -> Settled:
    values = {name: row[name] for name in Settled.__slots__}
    return Settled(**{**values, "how": How(row["how"]), "at": datetime.fromisoformat(row["at"])})
