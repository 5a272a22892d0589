"""What officers asked, and what became of it: the record behind ratings, and behind the gaps (`actions.gaps`)."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, cast

from actions.store import CaseLog, instant

Rating = Literal[-1, 1]


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that was shown with an answer, with its text as it stood then: the playbook moves on."""

    id: str
    title: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was answered or refused; `chat_id` and `message_id` tell where the answer stands.

    `meant` is the question as it stands by itself, where that is not its own text; `asked_in` the chat it was asked in.
    `said` is the answer's text, and `engine` names who wrote it.
    """

    id: int
    at: datetime
    officer_id: int
    text: str
    refused: bool
    citations: tuple[Citation, ...]
    rating: Rating | None
    update_id: int | None
    chat_id: int | None
    message_id: int | None
    meant: str
    asked_in: int | None
    said: str
    engine: str


class Questions:
    """The questions of the case log."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def record_question(
        self,
        officer_id: int,
        text: str,
        *,
        refused: bool,
        citations: Sequence[Citation],
        now: datetime,
        update_id: int | None = None,
        meant: str = "",
        asked_in: int | None = None,
        said: str = "",
        engine: str = "",
    ) -> int:
        """Records a question with its outcome and returns its id.

        An update that is handled again after a crash asks nothing new: the id of what it asked then is returned.
        """
        with self._log.transaction() as db:
            if update_id is not None and (asked := self.find_by_update(update_id)):
                return asked.id
            row = {
                "at": instant(now),
                "officer_id": officer_id,
                "text": text,
                "refused": int(refused),
                "citations": [asdict(citation) for citation in citations],
                "update_id": update_id,
                "meant": meant,
                "asked_in": asked_in,
                "said": said,
                "engine": engine,
            }
            question_id = cast(int, db.table("questions").insert(row).last_pk)
            self._log.record(now, officer_id, "ask", _subject(question_id), {"refused": refused})
        return question_id

    def attach_message(self, question_id: int, chat_id: int, message_id: int, *, now: datetime) -> None:
        """Notes where the answer stands, once it is sent."""
        place = {"chat_id": chat_id, "message_id": message_id}
        with self._log.transaction() as db:
            db.table("questions").update(question_id, place)
            self._log.record(now, None, "answer", _subject(question_id), place)

    def reworded(self, question_id: int, said: str, engine: str, *, now: datetime) -> None:
        """Notes that the answer stands in other words by now, and whose."""
        with self._log.transaction() as db:
            db.table("questions").update(question_id, {"said": said, "engine": engine})
            self._log.record(now, None, "reword", _subject(question_id), {"engine": engine})

    def get(self, question_id: int) -> Question | None:
        """The question with this id."""
        return self._first("id = ?", question_id)

    def find_by_update(self, update_id: int) -> Question | None:
        """What this Telegram update asked, where it has been recorded."""
        return self._first("update_id = ?", update_id)

    def rate(self, question_id: int, officer_id: int, rating: Rating, *, now: datetime) -> bool:
        """Keeps the asker's rating of the answer, the last one counts. False, and nothing kept, for anyone else's."""
        with self._log.transaction() as db:
            question = self.get(question_id)
            if question is None or question.officer_id != officer_id:
                return False
            if question.rating != rating:
                db.table("questions").update(question_id, {"rating": rating})
                detail = {"before": question.rating, "after": rating}
                self._log.record(now, officer_id, "rate", _subject(question_id), detail)
        return True

    def _first(self, condition: str, value: int) -> Question | None:
        row = self._log.row(f"select * from questions where {condition}", [value])
        return _question(row) if row else None


def _question(row: dict[str, Any]) -> Question:
    row["at"] = datetime.fromisoformat(row["at"])
    row["refused"] = bool(row["refused"])
    row["citations"] = tuple(Citation(**citation) for citation in json.loads(row["citations"]))
    return Question(**row)


def _subject(question_id: int) -> str:
    return f"question:{question_id}"
