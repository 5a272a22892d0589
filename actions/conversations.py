"""Conversations: what one officer asked in one chat, until it grows old or `/reset` ends it.

A conversation is no row of its own: it is the questions of the case log, which are kept as long as ever.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from actions.store import CaseLog, instant

TURNS = 3
"""What a question may follow on from: the last few before it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question of a conversation as it was meant, and the titles of what its answer cited, best first.

    `refused`: it had no answer, and `titles` are what came near.
    """

    question: str
    titles: tuple[str, ...]
    refused: bool


class Conversations:
    """The conversations of the case log. `minutes`: how long a question may be in following the one before."""

    def __init__(self, log: CaseLog, minutes: int) -> None:
        self._log = log
        self._gap = timedelta(minutes=minutes)

    def turns(
        self, officer_id: int, chat_id: int, *, now: datetime, limit: int = TURNS, update_id: int | None = None
    ) -> list[Exchange]:
        """What was asked last in the conversation that goes on in this chat, the newest last; nothing where none does.

        `update_id` is the update that asks now: what it asked itself, before a crash, is no turn before it.
        """
        rows = self._log.rows(
            "select at, text, meant, refused, citations from questions"
            " where officer_id = ? and asked_in = ? and (? is null or update_id is not ?) and id > coalesce("
            "(select question_id from resets r where r.officer_id = questions.officer_id and r.chat_id = asked_in), 0)"
            " order by id desc limit ?",
            [officer_id, chat_id, update_id, update_id, limit],
        )
        turns, later = list[Exchange](), now
        for row in rows:
            asked_at = datetime.fromisoformat(row["at"])
            if abs(later - asked_at) > self._gap:  # a clock that was set back makes no conversation either
                break
            turns.append(_exchange(row))
            later = asked_at
        return turns[::-1]

    def reset(self, officer_id: int, chat_id: int, *, now: datetime) -> bool:
        """Ends the conversation that goes on in this chat; False, and nothing done, where none does."""
        with self._log.transaction() as db:
            if not self.turns(officer_id, chat_id, now=now, limit=1):
                return False
            last = "select max(id) as id from questions where officer_id = ? and asked_in = ?"
            row = self._log.row(last, [officer_id, chat_id])
            assert row is not None
            ended = {"officer_id": officer_id, "chat_id": chat_id, "question_id": row["id"], "at": instant(now)}
            db.table("resets").upsert(ended, pk=("officer_id", "chat_id"))
            self._log.record(now, officer_id, "reset", f"question:{row['id']}", {"chat_id": chat_id})
        return True


def _exchange(row: dict[str, Any]) -> Exchange:
    titles = tuple(citation["title"] for citation in json.loads(row["citations"]))
    return Exchange(row["meant"] or row["text"], titles, bool(row["refused"]))
