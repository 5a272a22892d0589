"""Answers of the case log, a row each, kept from the moment they are given."""

import json
from collections.abc import Mapping
from datetime import datetime

from actions.checklist import Place, Value
from actions.store import CaseLog, instant
from playbook.checklist import Question


class StoredAnswers:
    """All answers ever given about a case, those that are set aside too. The last one to a question counts."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def of_case(self, case_id: str) -> dict[Place, Value]:
        """The answers by place."""
        sql = "select question_id, item, value from answers where case_id = ?"
        rows = self._log.rows(sql, [case_id])
        return {Place(row["question_id"], row["item"]): json.loads(row["value"]) for row in rows}

    def put(
        self,
        case_id: str,
        question: Question,
        item: int,
        value: Value,
        *,
        by: int,
        now: datetime,
        message_id: int | None = None,
    ) -> None:
        """Keeps an answer and records it; what is personal stands in the answer alone, not in the record."""
        row = {
            "case_id": case_id,
            "question_id": question.id,
            "item": item,
            "value": json.dumps(value, ensure_ascii=False),
            "answered_by": by,
            "answered_at": instant(now),
            "message_id": message_id,
        }
        with self._log.transaction() as db:
            before = self.of_case(case_id).get(Place(question.id, item))
            db.table("answers").upsert(row, pk=("case_id", "question_id", "item"))
            change: Mapping[str, Value] = {} if question.personal else {"before": before, "after": value}
            detail = {"question": question.id, "item": item, **change}
            self._log.record(now, by, "answer", f"case:{case_id}", detail)

    def by_message(self, officer_id: int, message_id: int) -> tuple[str, Place] | None:
        """The case and the place of the answer that an officer gave by a message."""
        sql = "select case_id, question_id, item from answers where answered_by = ? and message_id = ?"
        row = self._log.row(sql, [officer_id, message_id])
        return (row["case_id"], Place(row["question_id"], row["item"])) if row else None
