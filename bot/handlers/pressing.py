"""What handlers do with a press, a message or a place: answer it, edit it."""

import logging

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup, Message
from telegram.constants import CallbackQueryLimit, ParseMode
from telegram.error import BadRequest

log = logging.getLogger(__name__)

NOT_MODIFIED = "message is not modified"


async def acknowledge(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> bool:
    """Answers a press, with a line where there is one to say; False where Telegram no longer takes the answer.

    A press that waited while the bot was down is «too old» to be answered, and still wants what its button says.
    """
    cut = text[: CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH] if text else text
    try:
        await query.answer(cut, show_alert=alert)
    except BadRequest as error:
        log.info("a press could not be answered: %s", error)
        return False
    return True


async def replace_text(
    bot: Bot, chat_id: int, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None
) -> bool:
    """Edits a message; False where Telegram does not let us (too old, deleted)."""
    try:
        await bot.edit_message_text(text, chat_id, message_id, parse_mode=ParseMode.HTML, reply_markup=keyboard)
    except BadRequest as error:
        if NOT_MODIFIED in str(error).lower():
            return True
        log.info("message %d could not be edited: %s", message_id, error)
        return False
    return True


async def turn_page(query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    """Shows something else in the message whose button was pressed."""
    if isinstance(query.message, Message):
        await replace_text(query.get_bot(), query.message.chat_id, query.message.message_id, text, keyboard)


async def strip(bot: Bot, chat_id: int, message_id: int) -> None:
    """Takes the buttons off a message that is not the live one any more; they would be old anyway."""
    try:
        await bot.edit_message_reply_markup(chat_id, message_id, reply_markup=None)
    except BadRequest as error:
        log.info("message %d keeps its buttons: %s", message_id, error)
