"""The buttons under messages, and what they carry: a verb and its arguments, at most 64 bytes.

source:QUESTION:MARK      open a cited source             page:QUESTION:MARK:PAGE   turn its pages
similar:QUESTION          list similar cases              case:CASE:PAGE            open or turn one
rate:QUESTION:1|-1        rate an answer                  none:QUESTION             none of the sections fits
try:N                     ask a suggested question
"""

from collections.abc import Iterable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import messages
from bot.render import nearest_sections
from retrieval.model import Answer, Hit

LABEL_CHARACTERS = 24


def answer_keyboard(question_id: int, answer: Answer, rating: int | None = None) -> InlineKeyboardMarkup:
    """Under an answer: its sources, similar cases, ratings; under a refusal: the nearest sections."""
    if answer.refused:
        return _refusal_keyboard(question_id, nearest_sections(answer))
    marks = range(1, len(answer.citations) + 1)
    return rated_keyboard(question_id, len(marks), rating)


def rated_keyboard(question_id: int, sources: int, rating: int | None) -> InlineKeyboardMarkup:
    """Under an answer with that many sources; the rating given is ticked."""
    opens = [_button(messages.look_at(f"[{mark}]"), "source", question_id, mark) for mark in range(1, sources + 1)]
    rates = [
        _button(_ticked(messages.BUTTON_GOOD, rating == 1), "rate", question_id, 1),
        _button(_ticked(messages.BUTTON_BAD, rating == -1), "rate", question_id, -1),
    ]
    return _rows(opens, [_button(messages.BUTTON_SIMILAR, "similar", question_id), *rates])


def _refusal_keyboard(question_id: int, hits: Sequence[Hit]) -> InlineKeyboardMarkup:
    opens = [
        [_button(messages.look_at(hit.passage.title), "source", question_id, mark)] for mark, hit in enumerate(hits, 1)
    ]
    return _rows(*opens, [_button(messages.BUTTON_NONE, "none", question_id)])


def page_keyboard(verb: str, arguments: Iterable[object], page: int, pages: int) -> InlineKeyboardMarkup | None:
    """Previous and next, under page `page` (from 0) of a source; None where there is one page only."""
    turns = [
        _button(label, verb, *arguments, to)
        for label, to in ((messages.BUTTON_PREVIOUS, page - 1), (messages.BUTTON_NEXT, page + 1))
        if 0 <= to < pages
    ]
    return _rows(turns) if turns else None


def cases_keyboard(hits: Sequence[Hit]) -> InlineKeyboardMarkup | None:
    """Opens each of the similar cases."""
    buttons = [[_button(messages.look_at(hit.passage.title), "case", hit.passage.source_id, 0)] for hit in hits]
    return _rows(*buttons) if buttons else None


def suggestions_keyboard() -> InlineKeyboardMarkup:
    """The questions to try, one a row."""
    return _rows(*([_button(text, "try", number, cut=False)] for number, text in enumerate(messages.SUGGESTIONS)))


def _button(label: str, verb: str, *arguments: object, cut: bool = True) -> InlineKeyboardButton:
    text = label if not cut or len(label) <= LABEL_CHARACTERS else f"{label[: LABEL_CHARACTERS - 1]}…"
    return InlineKeyboardButton(text, callback_data=":".join(map(str, (verb, *arguments))))


def _ticked(label: str, chosen: bool) -> str:
    return f"{label} ✓" if chosen else label


def _rows(*rows: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([row for row in rows if row])
