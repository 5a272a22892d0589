"""Where each officer stands in a walk through the checklist: one row each, so that no restart loses it."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from actions.checklist import Place, Value
from actions.store import CaseLog


class View(StrEnum):
    """What a walk shows: a question, the review, a change to confirm, whether to give up, a pause, its end."""

    ASK = "ask"
    REVIEW = "review"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    PAUSED = "paused"
    ENDED = "ended"


NOTHING = object()
"""There is no value; None is an answer that was skipped."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk. `place` is what is asked or changed, `seen` its answer when it was shown, `pending` one to be confirmed.

    `step` grows with whatever is shown and stands in the buttons. `shown_step` is the last one that Telegram has taken.
    """

    officer_id: int
    case_id: str
    view: View
    edition: str
    step: int
    place: Place | None = None
    seen: Value = NOTHING
    pending: Value = NOTHING
    shown_step: int = 0
    message_id: int | None = None
    update_id: int | None = None

    def show(self, view: View, place: Place | None = None, seen: Value = NOTHING, pending: Value = NOTHING) -> "Walk":
        """The walk with another screen: buttons of the one before are old."""
        return replace(self, view=view, place=place, seen=seen, pending=pending, step=self.step + 1)


class Walks:
    """The walks of the case log."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def of(self, officer_id: int) -> Walk | None:
        """The walk that an officer is in, or was in last."""
        row = self._log.row("select * from walks where officer_id = ?", [officer_id])
        return _walk(row) if row else None

    def put(self, walk: Walk) -> None:
        """Keeps a walk, in place of the one before."""
        question_id, item = walk.place or (None, 0)
        row = {
            "officer_id": walk.officer_id,
            "case_id": walk.case_id,
            "view": walk.view.value,
            "question_id": question_id,
            "item": item,
            "seen": _dump(walk.seen),
            "pending": _dump(walk.pending),
            "edition": walk.edition,
            "step": walk.step,
            "shown_step": walk.shown_step,
            "message_id": walk.message_id,
            "update_id": walk.update_id,
        }
        with self._log.transaction() as db:
            db.table("walks").upsert(row, pk="officer_id")

    def shown(self, officer_id: int, step: int, message_id: int) -> None:
        """Notes that Telegram has taken the screen of that step, and in which message it stands."""
        sql = "update walks set shown_step = ?, message_id = ? where officer_id = ? and step = ?"
        with self._log.transaction() as db:
            db.execute(sql, [step, message_id, officer_id, step])


def _walk(row: dict[str, Any]) -> Walk:
    question_id, item = row.pop("question_id"), row.pop("item")
    row["place"] = Place(question_id, item) if question_id else None
    row["view"], row["seen"], row["pending"] = View(row["view"]), _load(row["seen"]), _load(row["pending"])
    return Walk(**row)


def _dump(value: Value) -> str | None:
    return None if value is NOTHING else json.dumps(value, ensure_ascii=False)


def _load(text: str | None) -> Value:
    return NOTHING if text is None else json.loads(text)
