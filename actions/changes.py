"""What a changed answer changes, told before it is done: questions, answers set aside, tasks that come, move or go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from actions.checklist import Path, Step
from actions.model import Task, TaskKey, TaskStatus
from actions.planning import NO_PROGRESS, Plan, Planned, Progress
from playbook.checklist import Procedure
from playbook.parts import TaskKind


@dataclass(frozen=True, slots=True)
class Duty:
    """A task, planned or in the log, as far as people compare it. `held_by` are titles of what it waits for.

    `worked_on`: somebody has set its date, noted something or sent a file; such a task is not dropped unasked.
    """

    title: str
    kind: TaskKind
    due_on: date
    held_by: tuple[str, ...]
    done: bool = False
    worked_on: bool = False


Duties = Mapping[TaskKey | int, Duty]
"""By the rule's key; tasks that officers added by their id."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences between before and after. `worked` are duties no longer called for that somebody has begun."""

    questions: tuple[Step, ...]
    set_aside: tuple[Step, ...]
    restored: tuple[Step, ...]
    come: tuple[Duty, ...]
    go: tuple[Duty, ...]
    worked: tuple[Duty, ...]
    moved: tuple[tuple[Duty, date], ...]
    held: tuple[Duty, ...]
    freed: tuple[Duty, ...]
    same: tuple[Duty, ...]

    @property
    def matter(self) -> bool:
        """Whether anything but the answer itself changes."""
        parts = (self.questions, self.set_aside, self.restored, self.come, self.go, self.worked, self.moved)
        return any((*parts, self.held, self.freed))


def compare(before: Path, after: Path, was: Duties, will: Duties) -> Changes:
    """What changes between two paths and the duties that follow from them."""
    earlier, later = {step.place: step for step in before.steps}, {step.place: step for step in after.steps}
    both = [(was[ref], will[ref]) for ref in was if ref in will and not was[ref].done]
    gone = [was[ref] for ref in was if ref not in will and not was[ref].done]
    return Changes(
        questions=tuple(step for place, step in later.items() if place not in earlier and not step.answered),
        set_aside=tuple(step for place, step in earlier.items() if place not in later and step.answered),
        restored=tuple(step for place, step in later.items() if place not in earlier and step.answered),
        come=tuple(will[ref] for ref in will if ref not in was),
        go=tuple(duty for duty in gone if not duty.worked_on),
        worked=tuple(duty for duty in gone if duty.worked_on),
        moved=tuple((new, old.due_on) for old, new in both if old.due_on != new.due_on),
        held=tuple(new for old, new in both if new.held_by and not old.held_by),
        freed=tuple(new for old, new in both if old.held_by and not new.held_by),
        same=tuple(new for old, new in both if (old.due_on, bool(old.held_by)) == (new.due_on, bool(new.held_by))),
    )


def planned_duties(plan: Plan, progress: Progress = NO_PROGRESS) -> dict[TaskKey | int, Duty]:
    """The duties of a plan."""
    return {key: _planned(plan, planned, progress) for key, planned in plan.items()}


def logged_duties(tasks: Iterable[Task], worked_on: set[int]) -> dict[TaskKey | int, Duty]:
    """The duties of a case as the log has them; `worked_on` are ids of tasks."""
    tasks = [task for task in tasks if not task.withdrawn and task.status is not TaskStatus.WAIVED]
    return {task.key or task.id: logged_duty(task, task.id in worked_on) for task in tasks}


def logged_duty(task: Task, worked_on: bool = False) -> Duty:
    """One task of the log as a duty."""
    held = (task.title,) if task.status is TaskStatus.BLOCKED else ()
    return Duty(task.title, task.kind, task.due_on, held, task.status is TaskStatus.DONE, worked_on or task.by_hand)


def next_duties(
    procedure: Procedure, plan: Plan, tasks: Iterable[Task], progress: Progress
) -> dict[TaskKey | int, Duty]:
    """The duties of a case once a plan is put into the log: dates set by hand stay, tasks that officers added stay."""
    duties = planned_duties(plan, progress)
    for task in tasks:
        if task.withdrawn:
            continue
        if task.status is TaskStatus.WAIVED:  # somebody has decided: it does not come back by itself
            duties.pop(task.key or task.id, None)
        elif task.key is None:
            gates = manual_gates(procedure, plan, task)
            held = tuple(plan[key].title for key in gates if key not in progress.done)
            duties[task.id] = Duty(task.title, task.kind, task.due_on, held, task.status is TaskStatus.DONE, True)
        elif task.key in duties and task.by_hand:
            planned = duties[task.key]
            duties[task.key] = Duty(planned.title, planned.kind, task.due_on, planned.held_by, planned.done, True)
    return duties


def manual_gates(procedure: Procedure, plan: Plan, task: Task) -> tuple[TaskKey, ...]:
    """What holds back a task that an officer added: the gates of its kind."""
    until = {gate.until for gate in procedure.rules.gates if gate.blocks is task.kind}
    return tuple(key for key in plan if key.rule in until)


def _planned(plan: Plan, planned: Planned, progress: Progress) -> Duty:
    held = tuple(plan[key].title for key in progress.holders(planned))
    return Duty(planned.title, planned.rule.kind, planned.due_on, held, planned.key in progress.done)
