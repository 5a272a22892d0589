"""The screens of a walk as HTML: one question, the review, what a change changes, similar cases."""

from collections.abc import Callable, Sequence

from actions.changes import Changes, Duty
from actions.checklist import Step
from actions.screens import Screen
from actions.walks import NOTHING, View
from bot.messages import intake as wording
from bot.render.text import escape
from bot.render.values import step_label, step_value, value
from playbook.checklist import Kind
from playbook.parts import TaskKind
from retrieval.chunks import sentences
from retrieval.likeness import SimilarCase, Traits

SHOWN = 6
"""Tasks and labels of one sort that are named; the rest are counted."""
REVIEWED = 12
"""Answers on one page of the review."""

HOW = {
    Kind.money: wording.MONEY_HOW,
    Kind.date: wording.DATE_HOW,
    Kind.file: wording.FILE_HOW,
    Kind.choices: wording.MANY,
}


def screen_text(screen: Screen, page: int = 0) -> str:
    """What a walk shows; `page` of the review, from 0. Not for an ended walk of a saved case: that is the case card."""
    return _SCREENS[screen.walk.view](screen, page)


def _question(screen: Screen, _: int) -> str:
    asked = screen.asked
    assert asked is not None
    number, total = screen.path.number(asked.place), len(screen.path.steps)
    lines = [
        *(change_lines(screen.news, wording.changed()) if screen.news else ()),
        escape(wording.ANSWERED_MEANWHILE) if screen.swapped else "",
        f"<i>{escape(wording.progress(asked.group.title, number, total))}</i>",
        f"<b>{escape(question_text(screen, asked))}</b>",
        escape(HOW.get(asked.question.type, "")),
        escape(asked.question.note or ""),
        escape(wording.current(step_value(asked))) if asked.answered else "",
    ]
    return "\n".join(line for line in lines if line)


def question_text(screen: Screen, asked: Step) -> str:
    """The question; for an item of a repeating group, under the item's name."""
    if not asked.item:
        return asked.question.ask
    return f"「{item_name(screen, asked)}」{asked.question.ask}"


def item_name(screen: Screen, asked: Step) -> str:
    """What an item of a repeating group is called by its answers, else its number."""
    facts = screen.path.items[asked.group.id][asked.item - 1]
    name = facts.values.get(asked.group.names or "")
    return str(name) if name else wording.item_title(asked.group.item or "", asked.item)


def why_text(asked: Step) -> str:
    """Why a question is asked."""
    return escape(asked.question.why)


def like_query(screen: Screen) -> tuple[str, Traits]:
    """What past cases are looked for by: the choices made so far, and what they are filtered by."""
    known = screen.path.facts.values
    chosen = [text for step in screen.path.steps if step.question.choices for text in _chosen(step)]
    pollution = True if screen.path.polluted else None
    traits = Traits(known["industry"] or None, known["reason"] or None, pollution)
    return "，".join(chosen) or wording.ANY_CASE, traits


def like_text(found: Sequence[SimilarCase]) -> str:
    """Past cases as HTML: what each shares with this one, and how it begins."""
    if not found:
        return wording.NO_SIMILAR
    lines = [f"<b>{wording.SIMILAR_TITLE}</b>"]
    if not found[0].shares:
        lines.append(f"<i>{wording.RELAXED}</i>")
    for each in found:
        shares = "、".join(wording.TRAITS[trait] for trait in each.shares)
        title = escape(each.hit.passage.title)
        lines.append(f"• <b>{title}</b>{escape(wording.shares(shares)) if shares else ''}")
        lines.append(escape(sentences(each.hit.passage.text)[0]))
    return "\n".join(lines)


def _chosen(step: Step) -> list[str]:
    return step.value if isinstance(step.value, list) else [step.value] if step.value else []


def _review(screen: Screen, page: int) -> str:
    lines = [f"<b>{wording.REVIEW_TITLE}</b> · {escape(screen.case.id)}"]
    title = ""
    for step in page_of_steps(screen, page):
        heading = f"{step.group.title} · {item_name(screen, step)}" if step.item else step.group.title
        if heading != title:
            lines += ["", f"<b>{escape(heading)}</b>"]
            title = heading
        lines.append(escape(f"{step.question.label}：{_short(step_value(step))}"))
    return "\n".join([*lines, "", wording.REVIEW_HOW])


def page_of_steps(screen: Screen, page: int) -> Sequence[Step]:
    """The answers on one page of the review; whether there is another item was asked is no answer worth a line."""
    steps = reviewed_steps(screen)
    return steps[page * REVIEWED : (page + 1) * REVIEWED]


def reviewed_steps(screen: Screen) -> list[Step]:
    """The answers that a review lists."""
    return [step for step in screen.path.steps if step.question.id != step.group.more_id]


def _confirm(screen: Screen, _: int) -> str:
    asked, pending = screen.asked, screen.walk.pending
    assert asked is not None
    assert screen.changes is not None
    after = value(asked.question, None if pending is NOTHING else pending)
    title = wording.change_title(step_label(asked), _short(step_value(asked)), _short(after))
    return "\n".join(change_lines(screen.changes, title))


def change_lines(changes: Changes, title: str) -> list[str]:
    """What a change changes, a line a sort, as HTML."""
    lines = [title]
    for steps, line in (
        (changes.questions, wording.new_questions),
        (changes.set_aside, wording.set_aside),
        (changes.restored, wording.restored),
    ):
        lines += _named([step_label(step) for step in steps], line)
    come = changes.come[:SHOWN]
    lines += [wording.come(duty.title, duty.due_on) for duty in come]
    if len(changes.come) > len(come):
        lines.append(wording.more(len(changes.come) - len(come)))
    lines += _named(_titles(changes.go), wording.go)
    lines += _named(_titles(changes.worked), wording.worked)
    lines += [wording.move(duty.title, before, duty.due_on) for duty, before in changes.moved[:SHOWN]]
    for by in dict.fromkeys(duty.held_by[-1] for duty in changes.held):
        lines.append(wording.hold(_titles([duty for duty in changes.held if duty.held_by[-1] == by]), by))
    lines += _named(_titles(changes.freed), wording.free)
    if changes.same:
        lines.append(wording.same(len(changes.same), sum(duty.kind is TaskKind.revisit for duty in changes.same)))
    return [escape(line) for line in lines]


def _cancel(screen: Screen, _: int) -> str:
    return wording.CANCEL_ASK


def _paused(screen: Screen, _: int) -> str:
    return wording.PAUSED


def _ended(screen: Screen, _: int) -> str:
    return wording.GIVEN_UP


_SCREENS: dict[View, Callable[[Screen, int], str]] = {
    View.ASK: _question,
    View.REVIEW: _review,
    View.CONFIRM: _confirm,
    View.CANCEL: _cancel,
    View.PAUSED: _paused,
    View.ENDED: _ended,
}


def _named(labels: Sequence[str], line: Callable[[Sequence[str]], str]) -> list[str]:
    return [line(labels)] if labels else []


def _titles(duties: Sequence[Duty]) -> list[str]:
    return [duty.title for duty in duties]


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
