"""What a confirmed proposal does, act by act. Part of the caller's transaction; what an act refuses it raises."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.calendar import add_workdays, local_day
from actions.case_errors import TaskSettled
from actions.cases import Cases
from actions.checklist import Value
from actions.deeds import DAYS
from actions.gates import LIVE
from actions.input_errors import AnswerRefused
from actions.inputs import read_answer
from actions.intake import Intake, Turn
from actions.meant import Meant
from actions.model import NOTHING_SETTLED, Settled
from actions.proposals import AddTask, Arguments, Finish, Move, Note, OfTask, Snooze, Visit
from actions.proposals import Intake as IntakeOf
from actions.screens import Screen
from actions.tasks import Tasks
from actions.visits import Visited, Visits
from playbook.checklist import Procedure
from playbook.model import Pillar
from playbook.parts import TaskKind


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


class CarryingOut:
    """Does what was agreed to, by the registers that do it when buttons are pressed."""

    def __init__(self, procedure: Procedure, cases: Cases, tasks: Tasks, visits: Visits, intake: Intake) -> None:
        self._procedure, self._cases, self._tasks = procedure, cases, tasks
        self._visits, self._intake = visits, intake

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

    def do(self, meant: Meant, said: str, turn: Turn) -> Done:
        """The act that is meant; `said` is the officer's own sentence, which is the reason where none was given."""
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

    def again(self, wanted: Arguments, turn: Turn) -> Done | None:
        """What this very update did before a crash, if a card does not tell it: a walk, what follows from a visit."""
        if isinstance(wanted, IntakeOf):
            screen = self._intake.screen(turn.officer_id)
            unseen = screen and screen.walk.update_id == turn.update_id and screen.walk.shown_step < screen.walk.step
            return Done(wanted, screen=screen) if unseen else None
        visited = self._visits.told(turn.update_id) if turn.update_id is not None else None
        return Done(wanted, visited.contact.case_id, visited.contact.task_id, visited=visited) if visited else None

    def _visit(self, wanted: Visit, case_id: str, task_id: int, said: str, turn: Turn) -> Done:
        assert turn.update_id is not None
        when: dict[str, Any] = {"by": turn.officer_id, "update_id": turn.update_id, "now": turn.now}
        if wanted.reached:
            return Done(wanted, case_id, task_id, visited=self._visits.tell(task_id, wanted.note or said, **when))
        return Done(wanted, case_id, task_id, tries=self._visits.unreached(task_id, **when))

    def _to_task(self, wanted: OfTask, meant: Meant, said: str, by: int, now: datetime) -> Settled:
        assert meant.task is not None
        if isinstance(wanted, Finish):
            if meant.task.status not in LIVE:  # its note would be lost, or a lead's waiver undone
                raise TaskSettled(title=meant.task.title)
            return self._tasks.finish(meant.task.id, note=wanted.note or None, by=by, now=now)
        assert meant.day is not None
        assert isinstance(wanted, Move | Snooze)
        reason = wanted.reason or said
        if isinstance(wanted, Move):
            return self._tasks.move(meant.task.id, meant.day, reason, by=by, now=now)
        self._tasks.snooze(meant.task.id, meant.day, reason, by=by, now=now)
        return NOTHING_SETTLED
