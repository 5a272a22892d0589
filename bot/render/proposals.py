"""Cards of what an officer was understood to want, as HTML: what will change, by names and days."""

from collections.abc import Iterator, Mapping, Sequence

from actions.deeds import DAYS
from actions.meant import Meant
from actions.proposals import AddTask, Finish, Intake, Move, Note, Snooze, Visit
from bot.messages import proposals as wording
from bot.render.text import escape
from playbook.parts import TaskKind


def card_text(meant: Meant, said: str, fields: Mapping[str, str], unread: Sequence[str]) -> str:
    """The card. `fields`, as they were read, and `unread` are those of an intake."""
    wanted = meant.arguments
    act = "unreached" if isinstance(wanted, Visit) and not wanted.reached else wanted.act.value
    lines = [f"<b>{escape(wording.title(act))}</b>"]
    if meant.case:
        lines.append(escape(wording.about(meant.case.company, meant.case.id)))
    if isinstance(wanted, Intake):
        lines += [escape(wording.field(name, value)) for name, value in fields.items()]
        lines += [escape(wording.unread(unread))] if unread else []
    else:
        lines += map(escape, _change_lines(meant, said))
    if meant.cases:
        lines.append(wording.WHICH_CASE)
    elif meant.tasks:
        lines.append(wording.WHICH_TASK)
    return "\n".join(lines)


def _change_lines(meant: Meant, said: str) -> Iterator[str]:
    wanted, task, day = meant.arguments, meant.task, meant.day
    if isinstance(wanted, Note):
        yield wording.quoted(wanted.text)
    elif isinstance(wanted, AddTask):
        yield wording.due(wanted.title, day, DAYS)
    elif isinstance(wanted, Visit):
        if task:
            yield task.title
        if wanted.reached:
            yield wording.quoted(wanted.note or said)
    elif isinstance(wanted, Finish) and task:
        yield wording.finished(task.title)
        if wanted.note or task.kind is TaskKind.revisit:
            yield wording.quoted(wanted.note or said)
    elif isinstance(wanted, Move | Snooze) and task and day:
        if isinstance(wanted, Move):
            yield wording.moved(task.title, task.due_on, day)
        else:
            yield wording.snoozed(task.title, day, task.due_on)
        yield wording.reason(wanted.reason) if wanted.reason else wording.REASON_SAID
