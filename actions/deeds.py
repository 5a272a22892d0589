"""Does what an officer was asked for, once, whatever happens: the deed and its record are one transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from actions.calendar import add_workdays, local_day
from actions.cases import Cases
from actions.dates import read_date
from actions.files import Files
from actions.handovers import Handovers
from actions.input_errors import NotText, TextTooLong
from actions.model import NOTHING_SETTLED, Settled
from actions.prompts import Prompt, Prompts, Wanted
from actions.store import CaseLog
from actions.tasks import Tasks
from playbook.model import Pillar
from playbook.parts import TaskKind

NOTE_CHARACTERS = 1000
TITLE_CHARACTERS = 60
DAYS = 10
"""Working days until a task is due that an officer adds without saying when."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: to which case, perhaps to which task, and what that set in motion."""

    case_id: str
    task_id: int | None = None
    settled: Settled = NOTHING_SETTLED


class Deeds:
    """What messages do that prompts have asked for."""

    def __init__(
        self, log: CaseLog, cases: Cases, tasks: Tasks, files: Files, prompts: Prompts, handovers: Handovers
    ) -> None:
        self._log, self._cases, self._tasks, self._files, self._prompts = log, cases, tasks, files, prompts
        self._handovers = handovers

    def write(self, prompt: Prompt, text: str, *, update_id: int, now: datetime) -> Deed:
        """Does what a text was wanted for. Raises a ClosureBotError, and the prompt stands, where it cannot be."""
        said, by = _said(text, prompt.wanted), prompt.officer_id
        with self._log.transaction():
            deed = self._write(prompt, said, by, now)
            self._prompts.settle(by, deed.task_id or deed.case_id, update_id=update_id, now=now)
            return deed

    def attach(self, prompt: Prompt, data: bytes, name: str, *, update_id: int, now: datetime) -> Deed:
        """Keeps a file that was wanted; evidence finishes its task."""
        by = prompt.officer_id
        with self._log.transaction():
            if prompt.wanted is Wanted.CASE_FILE:
                self._files.keep(prompt.subject, data, name, by=by, now=now)
                deed = Deed(prompt.subject)
            else:
                task = self._tasks.need(int(prompt.subject))
                self._files.keep(task.case_id, data, name, by=by, now=now, task_id=task.id)
                deed = Deed(task.case_id, task.id, self._tasks.finish(task.id, by=by, now=now))
            self._prompts.settle(by, deed.task_id or deed.case_id, update_id=update_id, now=now)
            return deed

    def _write(self, prompt: Prompt, text: str, by: int, now: datetime) -> Deed:
        if prompt.wanted is Wanted.TASK:
            due_on = add_workdays(local_day(now), DAYS)
            kind, pillar = TaskKind.policy, Pillar.policy
            task = self._tasks.add(prompt.subject, text, pillar=pillar, kind=kind, due_on=due_on, by=by, now=now)
            return Deed(task.case_id, task.id)
        if prompt.wanted in (Wanted.NOTE, Wanted.CASE_FILE):
            self._cases.note(prompt.subject, text, by=by, now=now)
            return Deed(prompt.subject)
        if prompt.wanted is Wanted.DECLINE:
            return Deed(self._handovers.decline(int(prompt.subject), text, by=by, now=now).case_id)
        task = self._tasks.need(int(prompt.subject))
        return Deed(task.case_id, task.id, self._to_task(prompt, text, task.id, by, now))

    def _to_task(self, prompt: Prompt, text: str, task_id: int, by: int, now: datetime) -> Settled:
        if prompt.wanted is Wanted.EVIDENCE:
            return self._tasks.finish(task_id, note=text, by=by, now=now)
        if prompt.wanted is Wanted.REASON:
            return self._tasks.waive(task_id, text, by=by, now=now)
        if prompt.wanted is Wanted.SNOOZE:
            self._tasks.snooze(task_id, date.fromisoformat(prompt.detail), text, by=by, now=now)
            return NOTHING_SETTLED
        if prompt.wanted is Wanted.TITLE:
            return self._tasks.rename(task_id, text, by=by, now=now)
        if prompt.wanted is Wanted.DATE:
            first, _, reason = text.partition(" ")
            return self._tasks.move(task_id, read_date(first, local_day(now)), reason, by=by, now=now)
        self._cases.note(self._tasks.need(task_id).case_id, text, task_id=task_id, by=by, now=now)
        return NOTHING_SETTLED


def _said(text: str, wanted: Wanted) -> str:
    said = " ".join(text.replace("，", " ", 1).split()) if wanted is Wanted.DATE else text.strip()
    if not any(char.isalnum() for char in said):
        raise NotText
    limit = TITLE_CHARACTERS if wanted in (Wanted.TASK, Wanted.TITLE) else NOTE_CHARACTERS
    if len(said) > limit:
        raise TextTooLong(limit=limit)
    return said
