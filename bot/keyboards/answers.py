"""The buttons under answers."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from bot import messages
from bot.keyboards.buttons import button, rows, ticked
from bot.messages import cases
from bot.render.answers import nearest_sections
from retrieval.model import Answer, Hit


def answer_keyboard(question_id: int, answer: Answer, rating: int | None = None) -> InlineKeyboardMarkup:
    """Under an answer: its sources, similar cases, ratings; under a refusal: the nearest sections."""
    if answer.refused:
        return _refusal_keyboard(question_id, nearest_sections(answer))
    marks = range(1, len(answer.citations) + 1)
    return rated_keyboard(question_id, len(marks), rating)


def rated_keyboard(question_id: int, sources: int, rating: int | None) -> InlineKeyboardMarkup:
    """Under an answer with that many sources; the rating given is ticked."""
    opens = [button(messages.look_at(f"[{mark}]"), "source", question_id, mark) for mark in range(1, sources + 1)]
    rates = [
        button(ticked(messages.BUTTON_GOOD, rating == 1), "rate", question_id, 1),
        button(ticked(messages.BUTTON_BAD, rating == -1), "rate", question_id, -1),
    ]
    similar = button(messages.BUTTON_SIMILAR, "similar", question_id)
    return rows(opens, [similar, button(cases.BUTTON_JOIN, "join", question_id)], rates)


def _refusal_keyboard(question_id: int, hits: Sequence[Hit]) -> InlineKeyboardMarkup:
    opens = [
        [button(messages.look_at(hit.passage.title), "source", question_id, mark)] for mark, hit in enumerate(hits, 1)
    ]
    return rows(*opens, [button(messages.BUTTON_NONE, "none", question_id)])


def cases_keyboard(hits: Sequence[Hit]) -> InlineKeyboardMarkup | None:
    """Opens each of the similar cases."""
    buttons = [[button(messages.look_at(hit.passage.title), "case", hit.passage.source_id, 0)] for hit in hits]
    return rows(*buttons) if buttons else None


def suggestions_keyboard() -> InlineKeyboardMarkup:
    """The questions to try, one a row."""
    return rows(*([button(text, "try", number, cut=False)] for number, text in enumerate(messages.SUGGESTIONS)))
