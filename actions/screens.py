"""What a walk shows, worked out from rows each time; nothing is changed here."""

from dataclasses import dataclass

from actions import changes
from actions.answers import StoredAnswers
from actions.calendar import local_day
from actions.cases import Cases
from actions.changes import Changes
from actions.checklist import Path, Step, Value, follow
from actions.gates import Gates
from actions.model import Case
from actions.planning import plan
from actions.store import CaseLog
from actions.walks import NOTHING, View, Walk
from playbook.checklist import Procedure, Question
from playbook.parts import Choice


@dataclass(frozen=True, slots=True)
class Screen:
    """What a walk shows. `asked` is the question of the views ask and confirm; `changes` belong to confirm.

    `news` are changes that have just been made to an open case by the answer before. `swapped`: a colleague has
    answered `asked` since it was shown, and what this officer answered was not kept.
    """

    walk: Walk
    case: Case
    path: Path
    asked: Step | None = None
    changes: Changes | None = None
    news: Changes | None = None
    swapped: bool = False

    @property
    def ticked(self) -> list[str]:
        """What is ticked of several choices: since it was shown, else the answer that stands."""
        if self.walk.pending is not NOTHING:
            return list(self.walk.pending)
        return list(self.asked.value or []) if self.asked and self.asked.answered else []


class Screens:
    """Reads walks as screens."""

    def __init__(self, log: CaseLog, procedure: Procedure, cases: Cases, gates: Gates) -> None:
        self._procedure, self._cases, self._gates = procedure, cases, gates
        self._answers = StoredAnswers(log)

    def path(self, case_id: str) -> Path:
        """The path of a case."""
        return follow(self._procedure.checklist, self._answers.of_case(case_id))

    def of(self, walk: Walk, news: Changes | None = None) -> Screen:
        """What a walk shows; `news` as in `Screen`."""
        case, path = self._cases.need(walk.case_id), self.path(walk.case_id)
        asked = path.at(walk.place)
        told = self.changes(walk, walk.pending) if walk.view is View.CONFIRM and asked else None
        return Screen(walk, case, path, asked, told, news if news and news.matter else None)

    def changes(self, walk: Walk, value: Value) -> Changes:
        """What an answer to the place that is asked would change."""
        assert walk.place is not None
        stored = self._answers.of_case(walk.case_id)
        before, after = (
            follow(self._procedure.checklist, answers) for answers in (stored, {**stored, walk.place: value})
        )
        case, standing = self._cases.need(walk.case_id), self._gates.standing(walk.case_id)
        if standing is None or case.opened_on is None:
            day = local_day(case.created_at)
            was, will = (changes.planned_duties(plan(self._procedure, path, day)) for path in (before, after))
            return changes.compare(before, after, was, will)
        was = changes.logged_duties(standing.tasks, self._gates.worked_on(case.id))
        planned = plan(self._procedure, after, case.opened_on, standing.progress)
        will = changes.next_duties(self._procedure, planned, standing.tasks, standing.progress)
        return changes.compare(before, after, was, will)


def toggled(question: Question, ticked: list[str], choice: Choice) -> list[str]:
    """What is ticked once a choice is pressed: one that is `alone` unticks the others, and they untick it."""
    if choice.text in ticked:
        return [text for text in ticked if text != choice.text]
    others = {other.text for other in question.choices if other.text in ticked and not (other.alone or choice.alone)}
    return [other.text for other in question.choices if other.text in others or other is choice]
