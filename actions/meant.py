"""Which case, which task and which day are meant by an officer's words.

Several that fit are given to be chosen from; none that fits is an error, never a guess. A case by its id and a task as
`#12` are exact.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from actions.ahead import read_ahead
from actions.case_errors import SnoozeTooEarly
from actions.cases import Cases, case_id
from actions.model import Case, CaseStatus, Task, TaskStatus
from actions.proposal_errors import CaseNotLive, DayAlready, DayPassed, NoCaseNamed, NoSuchCase, NoSuchTask
from actions.proposals import AddTask, Arguments, Move, OfCase, OfTask, Snooze, Visit
from actions.roster import Roster
from actions.tasks import Tasks
from playbook.parts import TaskKind

CHOICES = 5
"""Buttons to choose from at most: more is a list, and the words should be better."""
ALIKE = 0.5
"""The share of its pairs of letters that a title must have of the words."""
LIVE = (CaseStatus.OPEN, CaseStatus.FOLLOW_UP)
_EXACT = re.compile(r"#(\d{1,18})")
_ORDINAL = re.compile(r"第?([一二两三四五六七八九]|\d{1,2})次")
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)} | {"两": 2}
_VISIT = re.compile(r"回访|走访|拜访")
_FORM = re.compile(r"(?:股份)?(?:有限)?(?:责任)?(?:公司|集团)$|(?:企业|工厂|厂子|厂|合作社|农场|店)$")
"""What people put behind a short name, whether or not the company is called so: 绿源厂."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What is meant; `cases` or `tasks` where one of several is still to be chosen."""

    arguments: Arguments
    case: Case | None = None
    task: Task | None = None
    day: date | None = None
    cases: tuple[Case, ...] = ()
    tasks: tuple[Task, ...] = ()

    @property
    def open(self) -> bool:
        """Whether something is still to be chosen."""
        return bool(self.cases or self.tasks)


class Meaning:
    """Looks words up; changes nothing. Blocks."""

    def __init__(self, cases: Cases, tasks: Tasks, roster: Roster) -> None:
        self._cases, self._tasks, self._roster = cases, tasks, roster

    def of(self, arguments: Arguments, by: int, today: date) -> Meant:
        """Raises a ProposalRefused, SnoozeTooEarly, and what reading a day raises."""
        if not isinstance(arguments, OfCase):
            return Meant(arguments)
        cases = self._of_name(arguments.case, by, today)
        if len(cases) > 1:
            return Meant(arguments, cases=cases)
        meant = Meant(arguments, case=cases[0])
        if isinstance(arguments, OfTask | Visit):
            tasks = self._of_words(cases[0], arguments)
            if len(tasks) > 1:
                return replace(meant, tasks=tasks)
            meant = replace(meant, task=tasks[0])
        return replace(meant, day=_day(arguments, meant.task, today))

    def named(self, words: str) -> list[Case]:
        """Live cases by any part of a name, newest first."""
        return [case for case in self._cases.search(self.known(words), limit=40).cases if case.status in LIVE]

    def known(self, words: str) -> str:
        """The words to look for: those that were said, or without 公司, 厂 … where only so something is found."""
        short = _FORM.sub("", words)
        return words if len(short) < 2 or self._cases.search(words, limit=1).cases else short

    def _of_name(self, words: str, by: int, today: date) -> tuple[Case, ...]:
        """The cases meant, one's own before a colleague's."""
        whose = {by, *self._roster.principals(by, today)}
        if not words:
            own = self._cases.page(by, limit=CHOICES).cases
            if not own:
                raise NoCaseNamed
            return own
        if id_ := case_id(words):
            case = self._cases.need(id_)
            if case.status not in LIVE:
                raise CaseNotLive(case=case.id)
            return (case,)
        found = self.named(words)
        if not found:
            raise NoSuchCase(words=words)
        own = tuple(case for case in found if case.officer_id in whose)
        return (own or tuple(found))[:CHOICES]

    def _of_words(self, case: Case, arguments: OfTask | Visit) -> tuple[Task, ...]:
        """The live tasks meant: by number, a visit, or by the likeness of their titles."""
        words = arguments.task
        if exact := _EXACT.fullmatch(words):
            task = self._tasks.need(int(exact[1]))
            if task.case_id != case.id:  # an old button, of the case that was chosen first
                raise NoSuchTask(company=case.company, words="这一项")
            return (task,)
        live = [task for task in self._tasks.of_case(case.id) if task.status in (TaskStatus.OPEN, TaskStatus.BLOCKED)]
        visits = [task for task in live if task.kind is TaskKind.revisit]
        if isinstance(arguments, Visit) or _VISIT.search(words):
            found = _visits(visits, words)
        else:
            found = _titled(live, words) if words else live
        if not found:
            raise NoSuchTask(company=case.company, words=words or "回访")
        return tuple(found[:CHOICES])


def _visits(visits: Sequence[Task], words: str) -> Sequence[Task]:
    """The visit of that number, or the next one."""
    ordinal = _ORDINAL.search(words)
    if ordinal is None:
        return visits[:1]
    number = _DIGITS.get(ordinal[1]) or int(ordinal[1])
    return [task for task in visits if f"第{number}次" in task.title]


def _titled(tasks: Sequence[Task], words: str) -> Sequence[Task]:
    """Those whose title has the words; failing that, those that are most like them."""
    if holding := [task for task in tasks if words in task.title]:
        return holding
    wanted = _pairs(words)
    shares = {task.id: len(wanted & _pairs(task.title)) / max(1, len(wanted)) for task in tasks}
    best = max(shares.values(), default=0.0)
    return [task for task in tasks if shares[task.id] == best] if best >= ALIKE else []


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)} or {text}


def _day(arguments: Arguments, task: Task | None, today: date) -> date | None:
    """The day that is meant, if any. SnoozeTooEarly, DayPassed, DayAlready: no card is shown that can do nothing."""
    if isinstance(arguments, Snooze):
        until = read_ahead(arguments.until, today, task.due_on if task else None)
        if until <= today:
            raise SnoozeTooEarly
        return until
    if not isinstance(arguments, Move | AddTask) or not arguments.due_on:
        return None
    day = read_ahead(arguments.due_on, today, task.due_on if task else None)
    if day < today:
        raise DayPassed(day=day)
    if isinstance(arguments, Move) and task and day == task.due_on:
        raise DayAlready(title=task.title, day=day)
    return day
