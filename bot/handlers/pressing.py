"""Answering a press, so that the button stops spinning."""

import logging

from telegram import CallbackQuery
from telegram.error import BadRequest

log = logging.getLogger(__name__)


async def acknowledge(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> bool:
    """Answers a press, with a line where there is one to say; False where Telegram no longer takes the answer.

    A press that waited while the bot was down is «too old» to be answered, and still wants what its button says.
    """
    try:
        await query.answer(text, show_alert=alert)
    except BadRequest as error:
        log.info("a press could not be answered: %s", error)
        return False
    return True
