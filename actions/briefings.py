"""What an officer should know before calling on an owner, read from the log at one go."""

from dataclasses import dataclass

from actions.contacts import Contact, Contacts
from actions.dossier import Dossier, Dossiers
from actions.gates import Gates
from actions.model import Task, TaskStatus
from actions.revisits import NextVisit
from actions.tasks import Tasks
from playbook.checklist import Procedure
from playbook.conditions import ConditionInvalid
from playbook.parts import TaskKind
from playbook.visits import Point

OWED = (TaskKind.care,)
"""Kinds of tasks that an owner was promised."""


@dataclass(frozen=True)
class Briefing:
    """A visit that is due, with the case behind it.

    `number` of `times`; both 0 for one that an officer added. `reason` is what has set its day, None where an officer
    has. `in_vain`: attempts in a row without an answer.
    """

    task: Task
    dossier: Dossier
    number: int
    times: int
    last: Contact | None
    in_vain: int
    promises: tuple[Task, ...]
    concerns: tuple[str, ...]
    points: tuple[Point, ...]
    reason: NextVisit | None


class Briefings:
    """Reads briefings; changes nothing."""

    def __init__(
        self, procedure: Procedure, dossiers: Dossiers, tasks: Tasks, gates: Gates, contacts: Contacts
    ) -> None:
        self._procedure = procedure
        self._dossiers, self._tasks, self._gates, self._contacts = dossiers, tasks, gates, contacts

    def of(self, task_id: int) -> Briefing:
        """The briefing for a visit. Raises TaskUnknown."""
        task = self._tasks.need(task_id)
        dossier = self._dossiers.read(task.case_id)
        rule = self._procedure.rules.by_id.get(task.rule or "")
        known = dossier.path.facts.values.get("concerns") or []
        owed = [each for each in dossier.of_status(TaskStatus.OPEN) if each.kind in OWED]
        return Briefing(
            task=task,
            dossier=dossier,
            number=task.occurrence if rule else 0,
            times=rule.due.times if rule else 0,
            last=self._contacts.last(task.case_id),
            in_vain=self._contacts.in_vain(task.case_id),
            promises=tuple(owed),
            concerns=tuple(map(str, known)),
            points=tuple(point for point in self._procedure.visits.points if self._minds(point, task, dossier)),
            reason=self.reason(task),
        )

    def reason(self, task: Task) -> NextVisit | None:
        """What has set the day of a visit; None where an officer has, or no rule with a grace."""
        standing = self._gates.standing(task.case_id)
        planned = standing.plan.get(task.key) if standing and task.key and not task.by_hand else None
        return planned.visit if planned else None

    def _minds(self, point: Point, task: Task, dossier: Dossier) -> bool:
        if point.visits and task.occurrence not in point.visits:
            return False
        try:
            return point.when is None or dossier.path.facts.holds(point.when)
        except ConditionInvalid:  # the checklist of this case was edited since: a point less does no harm
            return False
