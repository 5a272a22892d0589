"""Visits: what officers were told, and what becomes of it. A row each, from the first of the short questions on.

The next question is the first that has no answer yet. The visit, its task, what follows from the answers and the
day of the next visit are one transaction.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from actions.calendar import add_months, add_workdays, local_day
from actions.cases import Cases
from actions.contacts import TICKED, Contact, Contacts, VisitAnswers
from actions.ledger import Ledger
from actions.model import NOTHING_SETTLED, Settled, Task, TaskStatus
from actions.revisits import workday_from
from actions.roster import Roster
from actions.store import CaseLog, instant
from actions.tasks import Tasks
from actions.visit_errors import VisitBegun, VisitGone
from playbook.checklist import Procedure
from playbook.conditions import Facts
from playbook.model import Pillar
from playbook.parts import TaskKind
from playbook.visits import FollowUp, VisitQuestion

IN_VAIN = 2
"""Attempts in a row after which another way is proposed, and the lead is told."""
GO_ON_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Visited:
    """What became of a visit: its task is done, these tasks came, these are proposed. `over`: it was the last one."""

    contact: Contact
    settled: Settled = NOTHING_SETTLED
    added: tuple[Task, ...] = ()
    proposed: tuple[FollowUp, ...] = field(default=())
    over: bool = False


class Visits:
    """The contacts of the case log. `by` is who was there."""

    def __init__(
        self, log: CaseLog, procedure: Procedure, cases: Cases, tasks: Tasks, ledger: Ledger, roster: Roster
    ) -> None:
        self._log, self._guide = log, procedure.visits
        self._cases, self._tasks, self._ledger, self._roster = cases, tasks, ledger, roster
        self._contacts = Contacts(log)

    def asked(self, contact: Contact) -> VisitQuestion | None:
        """The question that comes next; None where all are answered."""
        return next((each for each in self._guide.questions if each.id not in contact.answers), None)

    # Telling

    def begin(self, task_id: int, *, by: int, now: datetime) -> Contact:
        """Begins to tell, or goes on. VisitGone where the task is done already."""
        with self._log.transaction() as db:
            task = self._tasks.need(task_id)
            if task.status is not TaskStatus.OPEN:
                raise VisitGone
            begun = self._log.row(
                "select * from contacts where officer_id = ? and task_id = ? and reached is null", [by, task_id]
            )
            if begun:
                db.table("contacts").update(begun["id"], {"at": instant(now)})
                return self._contacts.need(begun["id"])
            row = {"case_id": task.case_id, "task_id": task_id, "officer_id": by, "at": instant(now)}
            id_ = cast(int, db.table("contacts").insert(row).last_pk)
            self._record("tell", task, by, now, {"contact": id_})
            return self._contacts.need(id_)

    def tick(self, contact_id: int, question_id: str, number: int, *, update_id: int) -> Contact:
        """Ticks or unticks one of several answers; one that is `alone` goes with no other. Once for an update."""
        with self._log.transaction():
            contact = self._open(contact_id)
            question = self.asked(contact)
            if question is None or question.id != question_id or contact.update_id == update_id:
                return contact
            choice, ticked = question.choices[number], contact.ticked
            alone = {each.text for each in question.choices if each.alone}
            others = [each for each in ticked if each not in alone]
            if choice.text in ticked:
                ticked.remove(choice.text)
            else:
                ticked = [choice.text] if choice.alone else [*others, choice.text]
            return self._keep(contact, {**contact.answers, TICKED: ticked}, update_id)

    def answer(self, contact_id: int, question_id: str, values: list[str], *, now: datetime) -> Contact | Visited:
        """Answers a question; again changes nothing. After the last one the visit is done."""
        with self._log.transaction():
            contact = self._open(contact_id)
            question = self.asked(contact)
            if question is None or question.id != question_id:
                return contact
            answers = {key: value for key, value in contact.answers.items() if key != TICKED}
            contact = self._keep(contact, {**answers, question_id: values})
            return contact if self.asked(contact) else self._done(contact, now)

    def told(self, update_id: int) -> Visited | None:
        """The visit that an update has told; None where it told none."""
        told = self._contacts.by_update(update_id)
        return Visited(told, proposed=self._suggested(told.note)) if told and told.reached else None

    def tell(self, task_id: int, note: str, *, by: int, update_id: int, now: datetime) -> Visited:
        """A visit told in one's own words. What its words suggest is proposed, not added."""
        with self._log.transaction():
            if told := self.told(update_id):
                return told
            contact = self.begin(task_id, by=by, now=now)
            self._set(contact.id, note=note, update_id=update_id)
            return self._done(self._contacts.need(contact.id), now)

    def drop(self, contact_id: int, *, by: int, now: datetime) -> None:
        """Tells no more of a visit that was not finished."""
        sql = "delete from contacts where id = ? and reached is null returning task_id"
        with self._log.transaction() as db:
            if row := db.execute(sql, [contact_id]).fetchone():
                self._record("untell", self._tasks.need(row[0]), by, now, {"contact": contact_id})

    def unreached(self, task_id: int, *, by: int, update_id: int, now: datetime) -> int:
        """Nobody was there; it is due again on the next workday. Returns how often in a row that is now."""
        with self._log.transaction() as db:
            task = self._tasks.need(task_id)
            if self._contacts.by_update(update_id) is None:
                if task.status is not TaskStatus.OPEN:
                    raise VisitGone
                sql = "delete from contacts where officer_id = ? and task_id = ? and reached is null"
                db.execute(sql, [by, task_id])
                row = {"case_id": task.case_id, "task_id": task_id, "officer_id": by, "at": instant(now)}
                db.table("contacts").insert({**row, "reached": 0, "update_id": update_id})
                self._try_again(task, by, now)
            tries = self._contacts.in_vain(task.case_id)
            if tries >= IN_VAIN:
                for lead in self._roster.leads():
                    self._ledger.put(lead, f"unreached:{local_day(now)}", task_id=task_id, now=now)
            return tries

    def follow_up(self, case_id: str, rule_id: str, *, by: int, now: datetime) -> Task | None:
        """Adds a task that was proposed; the one that is there already, open, if any."""
        rule = next((each for each in self._guide.follow_ups if each.id == rule_id), None)
        return self._add(case_id, rule, by, now)[0] if rule else None

    def go_on(self, case_id: str, title: str, *, by: int, now: datetime) -> Task:
        """One more visit in three months, where none is ahead; that one, if any."""
        with self._log.transaction():
            for task in self._tasks.of_case(case_id):
                if task.kind is TaskKind.revisit and task.status is TaskStatus.OPEN:
                    return task
            due_on = workday_from(add_months(local_day(now), GO_ON_MONTHS))
            pillar, kind, source = Pillar.relationship, TaskKind.revisit, "revisit-mechanism"
            return self._tasks.add(
                case_id, title, pillar=pillar, kind=kind, source=source, due_on=due_on, by=by, now=now
            )

    # How it is done

    def _done(self, contact: Contact, now: datetime) -> Visited:
        self._set(contact.id, reached=1, at=instant(now))
        by = contact.officer_id
        self._record("visit", self._tasks.need(contact.task_id), by, now, {"contact": contact.id})
        settled = self._tasks.finish(contact.task_id, by=by, now=now, outcome={"contact": contact.id})
        followed = [rule for rule in self._guide.follow_ups if contact.answers and self._holds(rule, contact)]
        added = [self._add(contact.case_id, rule, by, now) for rule in followed]
        over = not any(
            task.kind is TaskKind.revisit and task.status in (TaskStatus.OPEN, TaskStatus.BLOCKED)
            for task in self._tasks.of_case(contact.case_id)
        )
        if over:
            for lead in self._roster.leads():
                self._ledger.put(lead, f"year-over:{contact.id}", case_id=contact.case_id, now=now)
        fresh = tuple(task for task, new in added if new)
        return Visited(self._contacts.need(contact.id), settled, fresh, self._suggested(contact.note), over)

    def _holds(self, rule: FollowUp, contact: Contact) -> bool:
        empty: dict[str, list[str]] = {question.id: [] for question in self._guide.questions}
        return Facts({**empty, **contact.answers}).holds(rule.when)

    def _suggested(self, note: str) -> tuple[FollowUp, ...]:
        return tuple(rule for rule in self._guide.follow_ups if any(word in note for word in rule.words))

    def _add(self, case_id: str, rule: FollowUp, by: int, now: datetime) -> tuple[Task, bool]:
        """The task, and whether it is new."""
        for task in self._tasks.of_case(case_id):
            if task.title == rule.title and task.status in (TaskStatus.OPEN, TaskStatus.BLOCKED):
                return task, False
        due_on = add_workdays(local_day(now), rule.workdays)
        kinds: dict[str, Any] = {"pillar": rule.pillar, "kind": rule.kind, "source": rule.source}
        return self._tasks.add(case_id, rule.title, due_on=due_on, by=by, now=now, **kinds), True

    def _try_again(self, task: Task, by: int, now: datetime) -> None:
        again = add_workdays(local_day(now), 1)
        with self._log.transaction() as db:
            values = {"snoozed_until": again.isoformat(), "remind_on": again.isoformat()}
            db.table("tasks").update(task.id, values)
            self._record("unreached", task, by, now, {"until": again.isoformat()})

    def _record(self, verb: str, task: Task, by: int, now: datetime, detail: dict[str, object]) -> None:
        """What was said on a visit stands in its row alone."""
        about = {"task": task.id, "title": task.title, **detail}
        self._log.record(now, by, verb, f"case:{task.case_id}", about)

    def _open(self, contact_id: int) -> Contact:
        contact = self._contacts.need(contact_id)
        if contact.reached is not None:
            raise VisitBegun
        return contact

    def _keep(self, contact: Contact, answers: VisitAnswers, update_id: int | None = None) -> Contact:
        self._set(contact.id, answers=json.dumps(answers, ensure_ascii=False), update_id=update_id)
        return self._contacts.need(contact.id)

    def _set(self, contact_id: int, **values: Any) -> None:
        with self._log.transaction() as db:
            db.table("contacts").update(contact_id, values)


def read_visit_answer(question: VisitQuestion, text: str) -> list[str]:
    """What somebody wrote in answer: choices where they are meant, else the words themselves, 200 letters at most."""
    parts = [part.strip() for part in text.replace("，", "、").replace(",", "、").replace(" ", "、").split("、")]
    meant = [_choice(question, part) for part in parts if part]
    if meant and all(meant) and (question.many or len(meant) == 1):
        return list(dict.fromkeys(choice for choice in meant if choice))
    whole = _choice(question, text.strip())
    return [whole or text.strip()[:200]]


def _choice(question: VisitQuestion, text: str) -> str | None:
    return next((each.text for each in question.choices if text in (each.text, *each.also)), None)
