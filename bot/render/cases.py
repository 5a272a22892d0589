"""Cases and their tasks as HTML."""

import itertools
import json
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Any

from actions.calendar import SHANGHAI
from actions.dossier import Dossier, TaskPapers
from actions.model import Case, CaseFile, CaseStatus, Note, Settled, Task, TaskStatus, TimelineEntry
from actions.rights import ALL_OF_A_CASE, Right
from bot.messages import cases as wording
from bot.messages import intake as intake_wording
from bot.render.text import escape
from bot.render.values import step_label, step_value
from playbook.masking import masked, without_contacts
from playbook.model import Pillar

TASKS_SHOWN = 8
"""Tasks on a page, each with a button."""
ANSWERS_SHOWN = 15
NAMED = 5
CHANGED_CHARACTERS = 80
"""Of what was before and is after, in the record."""


def list_text(title: str, cases: Sequence[Case], nothing: str) -> str:
    """A page of a list."""
    if not cases:
        return nothing
    lines = [f"<b>{escape(title)}</b>"]
    for case in cases:
        closing = f" · {intake_wording.month_day(case.closure_date)}" if case.closure_date else ""
        lines.append(escape(wording.case_line(case.id, case.company, case.status.value, closing)))
    return "\n".join(lines)


def card_text(dossier: Dossier, today: date, rights: AbstractSet[Right] = ALL_OF_A_CASE) -> str:
    """The case card: who, what, how it stands, what comes next, as far as its reader may know."""
    case = dossier.case
    lines = [
        f"<b>{escape(case.company or case.id)}</b>",
        escape(wording.facts(case.id, wording.STATUSES[case.status.value], case.industry, case.reason, case.stage)),
        escape(wording.closure(case.closure_date)) if case.closure_date else "",
        escape(wording.officer(dossier.officer)),
        escape(contact_line(dossier) if Right.CONTACT in rights else wording.hidden_contact(dossier.officer)),
        *(_standing(dossier, today) if case.status is not CaseStatus.DRAFT else ()),
    ]
    return "\n".join(line for line in lines if line)


def contact_line(dossier: Dossier) -> str:
    """The owner with a masked number; the whole number is among the answers."""
    known = dossier.path.facts.values
    parts = [str(known.get(name) or "") for name in ("contact", "phone", "reach_how", "reach_when")]
    parts[1] = masked(parts[1])
    return wording.contact(*parts) if any(parts) else ""


def _standing(dossier: Dossier, today: date) -> list[str]:
    open_, late = dossier.of_status(TaskStatus.OPEN), dossier.overdue(today)
    blocked, done = dossier.of_status(TaskStatus.BLOCKED), dossier.of_status(TaskStatus.DONE)
    lines = ["", wording.counts(len(open_), len(blocked), len(done), len(late))]
    by = [dossier.waits[task.id][0].title for task in blocked if task.id in dossier.waits]
    lines += [wording.held(by.count(title), title) for title in dict.fromkeys(by)]
    if open_:
        lines.append(wording.next_task(open_[0].title, open_[0].due_on, open_[0].due_on < today))
    if years := dossier.unpublished_years:
        lines.append(wording.unpublished(years))
    return [escape(line) for line in lines]


def tasks_text(dossier: Dossier, page: int, today: date) -> str:
    """A page of the tasks by pillar, with what each waits for."""
    lines, pillar = [f"<b>{wording.PARTS['tasks']}</b> · {escape(dossier.case.id)}"], ""
    for task in page_of_tasks(dossier, page):
        if task.pillar != pillar:
            pillar = task.pillar
            lines += ["", f"<b>{Pillar(pillar).label}</b>"]
        late = task.status is TaskStatus.OPEN and task.due_on < today
        lines.append(escape(wording.task_line(wording.TASK_MARKS[task.status.value], task.title, task.due_on, late)))
        if waits := dossier.waits.get(task.id):
            lines.append(escape(wording.waits_for([awaited.title for awaited in waits[:NAMED]])))
    return "\n".join(lines) if dossier.tasks else wording.NO_TASKS


def page_of_tasks(dossier: Dossier, page: int) -> list[Task]:
    """The tasks on one page: by pillar, then by date."""
    order = {pillar.value: number for number, pillar in enumerate(Pillar)}
    tasks = sorted(dossier.tasks, key=lambda task: (order.get(task.pillar, len(order)), task.due_on, task.id))
    return tasks[page * TASKS_SHOWN : (page + 1) * TASKS_SHOWN]


def answers_text(dossier: Dossier, page: int, rights: AbstractSet[Right] = ALL_OF_A_CASE) -> str:
    """A page of the answers by section; what is personal only for those who need it."""
    lines, title = [f"<b>{wording.PARTS['answers']}</b> · {escape(dossier.case.id)}"], ""
    steps = [step for step in dossier.path.steps if step.question.id != step.group.more_id]
    for step in steps[page * ANSWERS_SHOWN : (page + 1) * ANSWERS_SHOWN]:
        if step.group.title != title:
            title = step.group.title
            lines += ["", f"<b>{escape(title)}</b>"]
        hidden = step.question.personal and step.answered and Right.CONTACT not in rights
        lines.append(
            escape(f"{step_label(step)}：{wording.HIDDEN if hidden else fit_for(dossier, step_value(step), rights)}")
        )
    return "\n".join(lines)


def fit_for(dossier: Dossier, text: str, rights: AbstractSet[Right]) -> str:
    """What somebody wrote, as it may be read by one with these rights: perhaps without whom it is about."""
    if Right.CONTACT in rights:
        return text
    return without_contacts(text, [str(dossier.path.facts.values.get("contact") or "")])


def fitted(dossier: Dossier, rights: AbstractSet[Right]) -> Dossier:
    """The dossier with titles of tasks as they may be read by one with these rights: buttons bear them too."""
    if Right.CONTACT in rights:
        return dossier
    return replace(dossier, tasks=[replace(t, title=fit_for(dossier, t.title, rights)) for t in dossier.tasks])


def timeline_text(
    dossier: Dossier,
    entries: Sequence[TimelineEntry],
    name: Callable[[int | None], str],
    rights: AbstractSet[Right] = ALL_OF_A_CASE,
) -> str:
    """A page of what happened, newest first; what one act did to several tasks is one line."""
    titles = {task.id: task.title for task in dossier.tasks}
    lines = [f"<b>{wording.PARTS['timeline']}</b> · {escape(dossier.case.id)}"]
    for (at, actor, verb), group in itertools.groupby(entries, lambda entry: (entry.at, entry.actor_id, entry.verb)):
        when = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        about = [fit_for(dossier, _about(dossier, entry.detail, titles, rights), rights) for entry in group]
        lines.append(escape(wording.event(when, name(actor), wording.VERBS.get(verb, verb), about)))
    return "\n".join(lines)


def _about(dossier: Dossier, detail: dict[str, Any], titles: dict[int, str], rights: AbstractSet[Right]) -> str:
    """What an event is about: a task, a question, with the reason where one was given.

    Reasons are free words, perhaps of people who were the owners once: they are for those who may know of these.
    """
    labels = {step.question.id: step.question.label for step in dossier.path.steps}
    about = detail.get("title") or titles.get(detail.get("task") or 0) or labels.get(detail.get("question") or "") or ""
    reason = detail.get("reason") if Right.CONTACT in rights else None
    return f"{about}（{reason}）" if reason else str(about)


def history_text(
    dossier: Dossier,
    entries: Sequence[TimelineEntry],
    name: Callable[[int | None], str],
    rights: AbstractSet[Right] = ALL_OF_A_CASE,
) -> str:
    """A page of the record: who, when, what, before and after, why; newest first."""
    titles = {task.id: task.title for task in dossier.tasks}
    lines = [f"<b>{wording.PARTS['history']}</b> · {escape(dossier.case.id)}"]
    for entry in entries:
        when = entry.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        about = [_about(dossier, entry.detail, titles, rights)]
        lines.append(
            escape(wording.event(when, name(entry.actor_id), wording.VERBS.get(entry.verb, entry.verb), about))
        )
        lines += [escape(wording.change(*each)) for each in _differences(entry.detail)]
    return fit_for(dossier, "\n".join(lines), rights)


def _differences(detail: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What was changed from what to what: columns by name, an answer as a whole."""
    before, after = detail.get("before"), detail.get("after")
    if not isinstance(before, dict) and not isinstance(after, dict):
        return [("", _plain(before), _plain(after))] if before is not None or after is not None else []
    was, will = (each if isinstance(each, dict) else {} for each in (before, after))
    return [(name, _plain(was.get(name)), _plain(will.get(name))) for name in {**was, **will}]


def _plain(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return wording.NOTHING if value in (None, "") else text[:CHANGED_CHARACTERS]


def papers_text(
    dossier: Dossier,
    notes: Sequence[Note],
    files: Sequence[CaseFile],
    name: Callable[[int], str],
    rights: AbstractSet[Right] = ALL_OF_A_CASE,
) -> str:
    """The notes and files of a case."""
    lines = [f"<b>{wording.PARTS['papers']}</b> · {escape(dossier.case.id)}"]
    for note in notes:
        when = note.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        text = note.text if Right.CONTACT in rights else wording.HIDDEN
        lines.append(escape(f"{when} {name(note.officer_id)}：{text}"))
    lines += [escape(wording.file_line(file.name, -(-file.size // 1024), file.sha256)) for file in files]
    return "\n".join(lines) if notes or files else wording.NO_PAPERS


def task_text(papers: TaskPapers, today: date) -> str:
    """One task: when, what it waits for, what closes it, what it rests on."""
    task = papers.task
    late = task.status is TaskStatus.OPEN and task.due_on < today
    lines = [
        f"<b>{escape(task.title)}</b>",
        escape(wording.facts(task.case_id, Pillar(task.pillar).label, wording.status(task.status.value))),
        escape(wording.due(task.due_on) + (" ⚠️" if late else "")),
        escape(wording.waits_for([awaited.title for awaited in papers.waits]).strip()) if papers.waits else "",
        escape(wording.evidence(task.evidence)) if task.evidence else "",
        escape(wording.reason(task.outcome["reason"])) if task.outcome.get("reason") else "",
        escape(wording.citation(task.citation["title"], task.citation["text"])) if task.citation else "",
        escape(f"⚠️ {task.citation['notice']}") if task.citation and task.citation.get("notice") else "",
        escape(wording.papers(len(papers.notes), len(papers.files))) if papers.notes or papers.files else "",
    ]
    return "\n".join(line for line in lines if line)


def settled_lines(settled: Settled) -> list[str]:
    """What a deed set in motion, as HTML."""
    lines = [wording.opened([task.title for task in settled.opened])] if settled.opened else []
    lines += [wording.moved(task.title, before, task.due_on) for task, before in settled.moved[:NAMED]]
    return [escape(line) for line in lines]
