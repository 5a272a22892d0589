"""The buttons of a walk. Each carries the step at which it was shown: at any other it is old."""

import calendar
from collections.abc import Sequence
from datetime import date

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from actions.calendar import add_months
from actions.checklist import Step
from actions.screens import Screen
from actions.walks import View
from bot import messages
from bot.keyboards.buttons import button, rows, ticked
from bot.messages import intake as wording
from bot.render.intake import REVIEWED, page_of_steps, reviewed_steps
from bot.render.values import step_label
from playbook.checklist import Kind

Row = Sequence[InlineKeyboardButton]
SHORT = 5
"""Choices of up to so many characters stand three in a row, others up to twice that two in a row."""


def screen_keyboard(screen: Screen, page: int = 0) -> InlineKeyboardMarkup | None:
    """Under a screen; `page` of the review, from 0."""
    step, view = screen.walk.step, screen.walk.view
    if view is View.ASK and screen.asked:
        return rows(*_answers(screen, screen.asked), *_ways(screen, screen.asked))
    if view is View.REVIEW:
        return rows(*_review(screen, page))
    if view is View.CONFIRM:
        drop = [_press(wording.BUTTON_CONFIRM_DROP, step, "drop")] if screen.changes and screen.changes.worked else []
        return rows([_press(wording.BUTTON_CONFIRM, step, "ok")], drop, [_press(wording.BUTTON_DISCARD, step, "back")])
    if view is View.CANCEL:
        return rows([_press(wording.BUTTON_CANCEL_YES, step, "giveup"), _press(wording.BUTTON_CANCEL_NO, step, "go")])
    if view is View.PAUSED:
        return rows([_press(wording.BUTTON_GO_ON, step, "go")])
    return None


def month_keyboard(screen: Screen, month: date) -> InlineKeyboardMarkup:
    """The days of a month to choose from, in place of the answers."""
    assert screen.asked is not None
    step = screen.walk.step
    turns = [
        _press("‹", step, "month", add_months(month, -1).strftime("%Y-%m")),
        _press(wording.calendar_title(month), step, "month", month.strftime("%Y-%m")),
        _press("›", step, "month", add_months(month, 1).strftime("%Y-%m")),
    ]
    same = ("month", month.strftime("%Y-%m"))
    head = [_press(day, step, *same) for day in wording.WEEKDAYS]
    blank = _press(wording.NO_DAY, step, *same)
    weeks = [
        [_press(str(day), step, "day", month.replace(day=day)) if day else blank for day in week]
        for week in calendar.monthcalendar(month.year, month.month)
    ]
    return rows(turns, head, *weeks, *_ways(screen, screen.asked))


def continue_keyboard(step: int) -> InlineKeyboardMarkup:
    """Under the offer to go on with a walk."""
    return rows([_press(wording.BUTTON_GO_ON, step, "go"), _press(wording.BUTTON_ANOTHER, step, "another")])


def edit_keyboard(step: int, asked: Step) -> InlineKeyboardMarkup:
    """Under a remark about one answer: leads to changing it."""
    return rows([_edit(wording.BUTTON_EDIT_THIS, step, asked)])


def _answers(screen: Screen, asked: Step) -> list[Row]:
    step, question = screen.walk.step, asked.question
    if question.type is Kind.yes_no:
        labels = [ticked(wording.YES, asked.value is True), ticked(wording.NO, asked.value is False)]
        return [[_press(labels[0], step, "yes", 1), _press(labels[1], step, "yes", 0)]]
    if question.type is Kind.date:
        return [[_press(wording.BUTTON_TODAY, step, "today"), _press(wording.BUTTON_CALENDAR, step, "month", "now")]]
    if not question.choices:
        return []
    chosen = screen.ticked if question.type is Kind.choices else [asked.value]
    labels = [ticked(choice.text, choice.text in chosen) for choice in question.choices]
    done = [_press(wording.BUTTON_CHOSEN, step, "chosen")] if question.type is Kind.choices else []
    return [*_wrapped([_press(label, step, "pick", number) for number, label in enumerate(labels)]), done]


def _ways(screen: Screen, asked: Step) -> list[Row]:
    """Ways to go from a question other than by answering it."""
    step = screen.walk.step
    on = [_press(wording.BUTTON_KEEP, step, "keep")] if asked.answered else []
    skip = [_press(wording.BUTTON_SKIP, step, "skip")] if not asked.question.required else []
    ask = [_press(wording.BUTTON_WHY, step, "why"), _press(wording.BUTTON_SIMILAR, step, "like")]
    back = [_press(wording.BUTTON_BACK, step, "back")] if screen.path.number(asked.place) > 1 else []
    stop = [_press(wording.BUTTON_PAUSE, step, "pause"), _press(wording.BUTTON_CANCEL, step, "cancel")]
    return [[*on, *skip], ask, [*back, *stop]]


def _review(screen: Screen, page: int) -> list[Row]:
    step = screen.walk.step
    edits = [_edit(step_label(each), step, each) for each in page_of_steps(screen, page)]
    last = (len(reviewed_steps(screen)) - 1) // REVIEWED
    turns = [
        _press(label, step, "page", to)
        for label, to in ((messages.BUTTON_PREVIOUS, page - 1), (messages.BUTTON_NEXT, page + 1))
        if 0 <= to <= last
    ]
    ways = [_press(wording.BUTTON_BACK, step, "back"), _press(wording.BUTTON_PAUSE, step, "pause")]
    cancel = [_press(wording.BUTTON_CANCEL, step, "cancel")]
    return [*_wrapped(edits), turns, [_press(wording.BUTTON_SAVE, step, "save")], [*ways, *cancel]]


def _edit(label: str, step: int, asked: Step) -> InlineKeyboardButton:
    return _press(label, step, "edit", asked.question.id, asked.item)


def _press(label: str, step: int, act: str, *arguments: object) -> InlineKeyboardButton:
    return button(label, "walk", step, act, *arguments)


def _wrapped(buttons: Sequence[InlineKeyboardButton]) -> list[Row]:
    """Buttons in rows of three, two or one, as long as the longest label lets them."""
    longest = max((len(each.text) for each in buttons), default=0)
    width = 3 if longest <= SHORT else 2 if longest <= 2 * SHORT else 1
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]
