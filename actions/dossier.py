"""One case with all that hangs on it, read at one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from actions.answers import StoredAnswers
from actions.calendar import unpublished
from actions.cases import Cases
from actions.checklist import Path, follow
from actions.gates import LIVE
from actions.model import Case, CaseFile, Note, Task, TaskStatus
from actions.officers import Officers
from actions.store import CaseLog
from actions.tasks import Tasks, Waits
from playbook.checklist import Procedure


@dataclass(frozen=True)
class Dossier:
    """A case, who looks after it, its answers, its tasks by due date, and what those wait for."""

    case: Case
    officer: str
    path: Path
    tasks: Sequence[Task]
    waits: Waits

    def of_status(self, status: TaskStatus) -> list[Task]:
        """The tasks of one status."""
        return [task for task in self.tasks if task.status is status]

    def overdue(self, today: date) -> list[Task]:
        """Open tasks whose day has passed. What is held back cannot be late."""
        return [task for task in self.of_status(TaskStatus.OPEN) if task.due_on < today]

    @property
    def unpublished_years(self) -> list[int]:
        """Years of open dates whose holidays are not known yet. Revisits are counted in months and need none."""
        return unpublished(task.due_on for task in self.tasks if task.status in LIVE and task.kind != "revisit")


@dataclass(frozen=True)
class TaskPapers:
    """A task with what it waits for, what was noted, and what was sent."""

    task: Task
    waits: tuple[Task, ...]
    notes: Sequence[Note]
    files: Sequence[CaseFile]


class Dossiers:
    """Reads dossiers; changes nothing."""

    def __init__(self, log: CaseLog, procedure: Procedure, cases: Cases, tasks: Tasks, officers: Officers) -> None:
        self._procedure, self._cases, self._tasks, self._officers = procedure, cases, tasks, officers
        self._answers = StoredAnswers(log)

    def read(self, case_id: str) -> Dossier:
        """The dossier of a case. Raises CaseUnknown."""
        case = self._cases.need(case_id)
        path = follow(self._procedure.checklist, self._answers.of_case(case_id))
        officer = self._officers.name(case.officer_id)
        return Dossier(case, officer, path, self._tasks.of_case(case_id), self._tasks.waits(case_id))
