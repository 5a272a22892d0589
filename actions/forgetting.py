"""Forgetting: what is personal in an old case goes, figures and the course of things stay.

Blanked, not deleted: a row that was there is still there. What events told goes with its salt, so that it cannot be
found by trying, and the chain of their hashes holds (see `actions.record`).
"""

import json
from datetime import datetime
from pathlib import Path

from dateutil.relativedelta import relativedelta

from actions.calendar import local_day
from actions.case_errors import CaseNotPutAway, CaseStillKept
from actions.cases import Cases
from actions.model import Case, CaseStatus
from actions.record import FORGET
from actions.store import CaseLog, instant
from playbook.checklist import Kind, Procedure
from playbook.visits import VisitGuide

GONE = "（已清除）"


class Forgetting:
    """Blanks cases that were put away more than `months` ago. `files`: where their photos and documents are kept."""

    def __init__(self, log: CaseLog, procedure: Procedure, cases: Cases, files: Path, months: int) -> None:
        self._log, self._procedure, self._cases = log, procedure, cases
        self._files, self._months = files, months

    def check(self, case_id: str, *, now: datetime) -> Case:
        """The case, if it may be forgotten by now. CaseUnknown, CaseNotPutAway, CaseStillKept."""
        case = self._cases.need(case_id)
        if case.status is not CaseStatus.ARCHIVED or case.archived_at is None:
            raise CaseNotPutAway(case=case_id)
        until = local_day(case.archived_at) + relativedelta(months=self._months)
        if local_day(now) < until:
            raise CaseStillKept(case=case_id, months=self._months, until=until.isoformat())
        return case

    def forget(self, case_id: str, *, by: int, now: datetime) -> None:
        """Blanks what is personal; again changes nothing more."""
        with self._log.transaction() as db:
            self.check(case_id, now=now)
            gone = self._only_of(case_id)
            self._blank_answers(case_id)
            db.execute("update notes set text = ? where case_id = ?", [GONE, case_id])
            self._blank_visits(case_id)
            db.execute("delete from proposals where case_id = ?", [case_id])
            db.execute("update handovers set reason = '' where case_id = ?", [case_id])
            db.execute("update tasks set outcome = '{}', citation = null where case_id = ?", [case_id])
            db.execute("update tasks set title = ? where case_id = ? and rule is null", [GONE, case_id])
            db.execute("update files set name = ? where case_id = ?", [GONE, case_id])
            db.execute("delete from walks where case_id = ?", [case_id])
            db.execute("update events set detail = '{}', salt = '' where subject = ?", [f"case:{case_id}"])
            db.execute("update cases set forgotten_at = ? where id = ?", [instant(now), case_id])
            self._log.record(now, by, FORGET, f"case:{case_id}", {"files": len(gone)})
        for sha256 in gone:
            (self._files / sha256[:2] / sha256).unlink(missing_ok=True)
        self._log.forget_pages()

    def _blank_answers(self, case_id: str) -> None:
        """Personal answers, and files, which are gone; the others say nothing of people."""
        questions = self._procedure.checklist.questions.values()
        rows = [(case_id, each.id) for each in questions if each.personal or each.type is Kind.file]
        sql = "update answers set value = 'null', message_id = null where case_id = ? and question_id = ?"
        with self._log.transaction() as db:
            db.conn.executemany(sql, rows)

    def _blank_visits(self, case_id: str) -> None:
        """Of what was answered on a visit the choices that were on offer stay; words of one's own go."""
        guide: VisitGuide = self._procedure.visits
        offered = {question.id: {choice.text for choice in question.choices} for question in guide.questions}
        with self._log.transaction() as db:
            for row in self._log.rows("select id, answers from contacts where case_id = ?", [case_id]):
                answers = json.loads(row["answers"])
                kept = {key: [each for each in answers[key] if each in offered.get(key, ())] for key in answers}
                text = json.dumps(kept, ensure_ascii=False)
                db.execute("update contacts set note = '', answers = ? where id = ?", [text, row["id"]])

    def _only_of(self, case_id: str) -> list[str]:
        """Files that no other case has as well."""
        sql = (
            "select distinct sha256 from files where case_id = ?"
            " and sha256 not in (select sha256 from files where case_id <> ?)"
        )
        return [row["sha256"] for row in self._log.rows(sql, [case_id, case_id])]
