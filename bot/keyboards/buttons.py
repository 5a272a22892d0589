"""Inline buttons: what one carries, and how they stand."""

from collections.abc import Iterable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import messages

LABEL_CHARACTERS = 24


def button(label: str, verb: str, *arguments: object, cut: bool = True) -> InlineKeyboardButton:
    """A button that carries a verb and its arguments; a long label is cut."""
    text = label if not cut or len(label) <= LABEL_CHARACTERS else f"{label[: LABEL_CHARACTERS - 1]}…"
    return InlineKeyboardButton(text, callback_data=":".join(map(str, (verb, *arguments))))


def ticked(label: str, chosen: bool) -> str:
    """A label with a tick where it is chosen."""
    return f"{label} ✓" if chosen else label


def rows(*each: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    """The buttons row by row; empty rows are left out."""
    return InlineKeyboardMarkup([row for row in each if row])


def source_keyboard(source_id: str) -> InlineKeyboardMarkup:
    """Opens a section, a case or a law of the playbook."""
    return rows([button(messages.BUTTON_SOURCE, "case", source_id, 0)])


def page_keyboard(verb: str, arguments: Iterable[object], page: int, pages: int) -> InlineKeyboardMarkup | None:
    """Previous and next, under page `page` (from 0) of a source; None where there is one page only."""
    turns = [
        button(label, verb, *arguments, to)
        for label, to in ((messages.BUTTON_PREVIOUS, page - 1), (messages.BUTTON_NEXT, page + 1))
        if 0 <= to < pages
    ]
    return rows(turns) if turns else None
