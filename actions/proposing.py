"""Proposals: what an officer was understood to want, a row each, until its button is pressed or it grows old.

What is shown on a card is worked out from the row and the log each time. Confirming does the deed and settles the row
in one transaction, with the rights of whoever presses, so that it is done once, whatever happens.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from actions.calendar import add_workdays, local_day
from actions.cases import Cases
from actions.checklist import Value
from actions.deeds import DAYS
from actions.input_errors import AnswerRefused
from actions.inputs import read_answer
from actions.intake import Intake, Turn
from actions.meant import Meaning, Meant
from actions.model import NOTHING_SETTLED, Settled
from actions.proposal_errors import ProposalChanged, ProposalExpired, ProposalSettled
from actions.proposals import (
    AddTask,
    Arguments,
    Finish,
    Move,
    Note,
    OfCase,
    OfTask,
    Snooze,
    Visit,
    arguments,
)
from actions.proposals import Intake as IntakeOf
from actions.rights import Rights
from actions.screens import Screen
from actions.store import CaseLog, instant
from actions.tasks import Tasks
from actions.visits import Visited, Visits
from playbook.checklist import Procedure
from playbook.model import Pillar
from playbook.parts import TaskKind

PATIENCE = timedelta(days=1)
"""After that long a card is old: «下周三» was said of another week."""

KEPT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row. `place` counts the acts of one message from 0; `outcome` is None while the card waits."""

    id: int
    officer_id: int
    arguments: Arguments
    said: str
    made_at: datetime
    place: int
    message_id: int | None
    outcome: str | None
    was: date | None
    """The day of the task when the card was shown."""


@dataclass(frozen=True, slots=True)
class Done:
    """What confirming did, for whoever shows it; the fields of its act are set."""

    arguments: Arguments
    case_id: str | None = None
    task_id: int | None = None
    settled: Settled = NOTHING_SETTLED
    visited: Visited | None = None
    tries: int = 0
    screen: Screen | None = None


class Proposals:
    """The proposals of the case log. `by` is who does it: a Telegram id."""

    def __init__(
        self,
        log: CaseLog,
        procedure: Procedure,
        rights: Rights,
        meaning: Meaning,
        cases: Cases,
        tasks: Tasks,
        visits: Visits,
        intake: Intake,
    ) -> None:
        self._log, self._procedure, self._rights, self._meaning = log, procedure, rights, meaning
        self._cases, self._tasks, self._visits, self._intake = cases, tasks, visits, intake

    # Rows

    def propose(
        self, wanted: Arguments, said: str, *, by: int, update_id: int, now: datetime, place: int = 0
    ) -> tuple[Proposal, Meant]:
        """A card for what is wanted; the one that is there where this update has been through here before.

        Raises what `Meaning.of` raises, and a RightRefused: then there is no card.
        """
        with self._log.transaction() as db:
            if known := self._first("update_id = ? and place = ?", update_id, place):
                return known, self.meant(known, now)
            meant = self._checked(wanted, by, now)
            row = {
                "officer_id": by,
                "act": wanted.act.value,
                "arguments": _dump(_exact(meant)),
                **_found(meant),
                "said": said,
                "made_at": instant(now),
                "update_id": update_id,
                "place": place,
            }
            id_ = cast(int, db.table("proposals").insert(row).last_pk)
            self._record(now, by, "propose", id_, wanted, meant.case.id if meant.case else None)
            return self.need(id_), meant

    def need(self, id_: int) -> Proposal:
        """The proposal of that id; ProposalExpired where it is cleared away by now."""
        found = self._first("id = ?", id_)
        if found is None:
            raise ProposalExpired
        return found

    def clear(self, now: datetime) -> None:
        """Forgets what nobody can press any more: free words are not kept for their own sake."""
        old = instant(now - KEPT)
        if self._log.row("select 1 from proposals where made_at < ? limit 1", [old]):
            with self._log.transaction() as db:
                gone = db.execute("delete from proposals where made_at < ?", [old]).rowcount
                self._log.record(now, None, "clear", "proposals", {"rows": gone})

    def of_update(self, update_id: int) -> list[Proposal]:
        """What an update has proposed before a crash, in order."""
        rows = self._log.rows("select * from proposals where update_id = ? order by place", [update_id])
        return list(map(_proposal, rows))

    def shown(self, id_: int, message_id: int, *, now: datetime) -> None:
        """Telegram has taken the card."""
        with self._log.transaction() as db:
            db.table("proposals").update(id_, {"message_id": message_id})
            self._log.record(now, None, "show", f"proposal:{id_}", {"message_id": message_id})

    def meant(self, proposal: Proposal, now: datetime) -> Meant:
        """What it means by now; raises what `Meaning.of` raises."""
        return self._meaning.of(proposal.arguments, proposal.officer_id, local_day(now))

    def choose(self, id_: int, choice: str, *, by: int, now: datetime) -> tuple[Proposal, Meant]:
        """One of several that fitted: a case's id, or a task's number."""
        with self._log.transaction() as db:
            proposal = self._waiting(id_, now)
            field = {"case": choice} if choice.startswith("CM-") else {"task": f"#{choice}"}
            meant = self._checked(proposal.arguments.model_copy(update=field), by, now)
            found = _found(meant)
            db.table("proposals").update(id_, {"arguments": _dump(_exact(meant)), **found})
            self._record(now, by, "choose", id_, proposal.arguments, found["case_id"])
            return self.need(id_), meant

    def cancel(self, id_: int, *, by: int, now: datetime) -> Proposal:
        """Not wanted after all; ProposalSettled where it was done."""
        with self._log.transaction():
            proposal = self._waiting(id_, now, old=True)
            self._settle(proposal, "cancelled", by, now)
            return proposal

    # Doing

    def confirm(self, id_: int, *, by: int, update_id: int, now: datetime) -> Done:
        """Does it. Raises a ProposalRefused, a RightRefused, or what the deed itself refuses; nothing has changed."""
        with self._log.transaction():
            proposal = self._waiting(id_, now)
            meant = self._checked(proposal.arguments, by, now)
            if meant.open or _day_of(meant) != proposal.was:
                raise ProposalChanged(title=meant.task.title if meant.task else "")
            done = self._do(meant, proposal.said, Turn(by, now, update_id))
            self._settle(proposal, "confirmed", by, now)
            return done

    def read_fields(self, wanted: IntakeOf, now: datetime) -> tuple[dict[str, Value], list[str]]:
        """The answers that an intake begins with, and the fields that the checklist could not read."""
        values, unread = dict[str, Value](), list[str]()
        for name, text in wanted.said.items():
            question = self._procedure.checklist.questions.get(name)
            try:
                if question is not None:
                    values[name] = read_answer(question, text, local_day(now))
            except AnswerRefused:
                unread.append(name)
        return values, unread

    def _do(self, meant: Meant, said: str, turn: Turn) -> Done:
        wanted, by, now = meant.arguments, turn.officer_id, turn.now
        if isinstance(wanted, IntakeOf):
            return Done(wanted, screen=self._intake.begin_with(turn, self.read_fields(wanted, now)[0]))
        assert meant.case is not None
        case_id = meant.case.id
        if isinstance(wanted, Note):
            self._cases.note(case_id, wanted.text, by=by, now=now)
            return Done(wanted, case_id)
        if isinstance(wanted, AddTask):
            due_on = meant.day or add_workdays(local_day(now), DAYS)
            kinds: dict[str, Any] = {"pillar": Pillar.policy, "kind": TaskKind.policy}
            return Done(
                wanted, case_id, self._tasks.add(case_id, wanted.title, due_on=due_on, by=by, now=now, **kinds).id
            )
        assert meant.task is not None
        if isinstance(wanted, Finish) and meant.task.kind is TaskKind.revisit:
            wanted = Visit(case=case_id, task=wanted.task, reached=True, note=wanted.note)
        if isinstance(wanted, Visit):
            return self._visit(wanted, case_id, meant.task.id, said, turn)
        assert isinstance(wanted, OfTask)
        return Done(wanted, case_id, meant.task.id, self._to_task(wanted, meant, said, by, now))

    def _visit(self, wanted: Visit, case_id: str, task_id: int, said: str, turn: Turn) -> Done:
        assert turn.update_id is not None
        when: dict[str, Any] = {"by": turn.officer_id, "update_id": turn.update_id, "now": turn.now}
        if wanted.reached:
            return Done(wanted, case_id, task_id, visited=self._visits.tell(task_id, wanted.note or said, **when))
        return Done(wanted, case_id, task_id, tries=self._visits.unreached(task_id, **when))

    def _to_task(self, wanted: OfTask, meant: Meant, said: str, by: int, now: datetime) -> Settled:
        assert meant.task is not None
        if isinstance(wanted, Finish):
            return self._tasks.finish(meant.task.id, note=wanted.note or None, by=by, now=now)
        assert meant.day is not None
        assert isinstance(wanted, Move | Snooze)
        reason = wanted.reason or said
        if isinstance(wanted, Move):
            return self._tasks.move(meant.task.id, meant.day, reason, by=by, now=now)
        self._tasks.snooze(meant.task.id, meant.day, reason, by=by, now=now)
        return NOTHING_SETTLED

    def _checked(self, wanted: Arguments, by: int, now: datetime) -> Meant:
        """What is meant, if they may do that."""
        meant = self._meaning.of(wanted, by, local_day(now))
        if meant.case or not isinstance(wanted, OfCase):
            self._rights.need(wanted.right, by, meant.case.id if meant.case else None, now=now)
        return meant

    def _waiting(self, id_: int, now: datetime, *, old: bool = False) -> Proposal:
        proposal = self.need(id_)
        if proposal.outcome is not None:
            raise ProposalSettled
        if not old and now - proposal.made_at > PATIENCE:
            raise ProposalExpired
        return proposal

    def _settle(self, proposal: Proposal, outcome: str, by: int, now: datetime) -> None:
        with self._log.transaction() as db:
            db.table("proposals").update(proposal.id, {"outcome": outcome, "settled_at": instant(now)})
            self._record(now, by, outcome, proposal.id, proposal.arguments, None)

    def _record(self, now: datetime, by: int, verb: str, id_: int, wanted: Arguments, case_id: str | None) -> None:
        """What was said stands in the row alone."""
        detail = {"act": wanted.act.value} | ({"case": case_id} if case_id else {})
        self._log.record(now, by, verb, f"proposal:{id_}", detail)

    def _first(self, condition: str, *values: int) -> Proposal | None:
        row = self._log.row(f"select * from proposals where {condition}", list(values))
        return _proposal(row) if row else None


def _exact(meant: Meant) -> Arguments:
    """The arguments with what was found out by now: it must not mean something else tomorrow."""
    found: dict[str, str] = {}
    if meant.case:
        found["case"] = meant.case.id
    if meant.task:
        found["task"] = f"#{meant.task.id}"
    if meant.day:
        found["until" if isinstance(meant.arguments, Snooze) else "due_on"] = meant.day.isoformat()
    return meant.arguments.model_copy(update=found)


def _found(meant: Meant) -> dict[str, str | None]:
    was = _day_of(meant)
    return {"case_id": meant.case.id if meant.case else None, "was": was.isoformat() if was else None}


def _day_of(meant: Meant) -> date | None:
    return meant.task.due_on if meant.task else None


def _dump(wanted: Arguments) -> str:
    return json.dumps(wanted.model_dump(), ensure_ascii=False)


def _proposal(row: Mapping[str, Any]) -> Proposal:
    wanted = arguments(row["act"], json.loads(row["arguments"]))
    made_at, was = datetime.fromisoformat(row["made_at"]), date.fromisoformat(row["was"]) if row["was"] else None
    rest = {name: row[name] for name in ("id", "officer_id", "said", "place", "message_id", "outcome")}
    return Proposal(arguments=wanted, made_at=made_at, was=was, **rest)
