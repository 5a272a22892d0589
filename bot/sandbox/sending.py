"""What the bot writes: send, edit and delete messages, answer button presses, show that it types.

Source: https://core.telegram.org/bots/api#available-methods and #updating-messages. Each function takes the world and
the parameters of one call and returns the result, or raises `BotApiError` in Telegram's words.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.detect import utf16_length
from bot.sandbox.formatting import caption, message_text
from bot.sandbox.markup import inline_keyboard
from bot.sandbox.model import BotApiError, Chat, Json, StoredMessage, bad_request
from bot.sandbox.params import Params, whole_number
from bot.sandbox.wire import message_json
from bot.sandbox.world import World

ANSWER_LIMIT = 200
DELETE_LIMIT = 100
TYPING_SECONDS = 5
"""How long a chat action shows (https://core.telegram.org/bots/api#sendchataction)."""

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


def send_message(world: World, params: Params) -> Json:
    """sendMessage."""
    chat = target_chat(world, params)
    text, entities = message_text(params)
    reply_to = reply_target(world, chat, params)
    keyboard = inline_keyboard(params)
    message = world.post(chat.id, world.bot.id, text=text, entities=entities, keyboard=keyboard, reply_to=reply_to)
    return message_json(world, message)


def edit_message_text(world: World, params: Params) -> Json:
    """editMessageText. Without reply_markup the keyboard goes, as in Telegram."""
    message = _own_message(world, params)
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    text, entities = message_text(params)
    return _altered(world, message, text, entities, inline_keyboard(params))


def edit_message_caption(world: World, params: Params) -> Json:
    """editMessageCaption, for messages with a file."""
    message = _own_message(world, params)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    text, entities = caption(params)
    return _altered(world, message, text, entities, inline_keyboard(params))


def edit_message_reply_markup(world: World, params: Params) -> Json:
    """editMessageReplyMarkup: the buttons alone, which does not count as an edit of the message."""
    message = _own_message(world, params)
    return _altered(world, message, message.text, message.entities, inline_keyboard(params))


def delete_message(world: World, params: Params) -> bool:
    """deleteMessage."""
    chat = target_chat(world, params)
    message = world.message(chat.id, params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    world.remove(message)
    return True


def delete_messages(world: World, params: Params) -> bool:
    """deleteMessages: those that are not found are skipped."""
    chat = target_chat(world, params)
    ids = params.structure("message_ids")
    if not isinstance(ids, list) or not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > DELETE_LIMIT:
        raise bad_request("too many message identifiers specified")
    for message in filter(None, (world.message(chat.id, whole_number(message_id)) for message_id in ids)):
        world.remove(message)
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    """answerCallbackQuery: the page shows the text as a toast or, with show_alert, as an alert."""
    text = params.text("text")
    if utf16_length(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    press = world.settle(params.text("callback_query_id"))
    detail = {"query_id": press.query_id, "person_id": press.person_id, "text": text}
    world.journal.add("answer", press.chat_id, press.message_id, alert=params.flag("show_alert"), **detail)
    return True


def send_chat_action(world: World, params: Params) -> bool:
    """sendChatAction: shown for five seconds or until the bot's next message."""
    chat = target_chat(world, params)
    action = params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.typing[chat.id] = world.clock() + TYPING_SECONDS
    world.journal.add("typing", chat.id, action=action, seconds=TYPING_SECONDS)
    return True


def target_chat(world: World, params: Params) -> Chat:
    """The chat that a call names, where the bot may write to it."""
    if not params.text("chat_id"):
        raise bad_request("chat_id is empty")
    chat = world.chats.get(params.integer("chat_id") or 0)
    if chat is None:
        raise bad_request("chat not found")
    if chat.id in world.blocked:
        raise BotApiError(403, "Forbidden: bot was blocked by the user")
    return chat


def reply_target(world: World, chat: Chat, params: Params) -> int | None:
    """The message a new one replies to (reply_parameters, or the older reply_to_message_id)."""
    asked: Any = params.structure("reply_parameters") or {}
    if not isinstance(asked, dict):
        raise bad_request("object expected as reply parameters")
    message_id = whole_number(asked.get("message_id")) or params.integer("reply_to_message_id")
    if not message_id or world.message(chat.id, message_id) is not None:
        return message_id
    if asked.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _own_message(world: World, params: Params) -> StoredMessage:
    """A message of the bot that it wants to edit."""
    chat = target_chat(world, params)
    if not params.text("message_id"):
        raise bad_request("message identifier is not specified")
    message = world.message(chat.id, params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender_id != world.bot.id:
        raise bad_request("message can't be edited")
    return message


def _altered(world: World, message: StoredMessage, text: str, entities: list[Json], keyboard: Json | None) -> Json:
    words_stay = (message.text, message.entities) == (text, entities)
    if words_stay and message.keyboard == keyboard:
        raise bad_request(_NOT_MODIFIED)
    message.text, message.entities, message.keyboard = text, entities, keyboard
    world.changed(message, edited=not words_stay)
    return message_json(world, message)
