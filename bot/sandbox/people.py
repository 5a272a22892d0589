"""What people do in their chats, each act with the update that it gives the bot.

The chat page calls these functions, and so do tests: ``people.say(app.state.world, 101, "/start")``. They may be called
from any thread. Updates: https://core.telegram.org/bots/api#update.
"""

from __future__ import annotations

from typing import Any, Literal

from bot.sandbox.detect import detect_entities, entity_text, utf16_length
from bot.sandbox.formatting import CAPTION_LIMIT, TEXT_LIMIT, trimmed
from bot.sandbox.markup import button_data
from bot.sandbox.model import GROUP_ID, Chat, FileKind, Json, Person, StoredMessage
from bot.sandbox.wire import chat_json, message_json, user_json
from bot.sandbox.world import World

Refusal = Literal[
    "unknown_person",
    "unknown_chat",
    "blocked",
    "empty",
    "too_long",
    "message_gone",
    "not_yours",
    "button_gone",
    "no_picture",
    "clock_back",
]


class ActRefusedError(Exception):
    """The act is impossible now, e.g. writing to a blocked bot. `reason` is a word that the page puts into Chinese."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


def say(
    world: World, person_id: int, text: str, *, chat_id: int | None = None, reply_to: int | None = None
) -> StoredMessage:
    """A person writes; without `chat_id` in the private chat with the bot."""
    words, entities = _words(text, TEXT_LIMIT)
    if not words:
        raise ActRefusedError("empty")
    return _posted(world, person_id, chat_id, reply_to, text=words, entities=entities)


def edit(world: World, person_id: int, message_id: int, text: str, *, chat_id: int | None = None) -> StoredMessage:
    """A person corrects a text of their own: ``edited_message``."""
    chat = _chat_of(world, _person(world, person_id), chat_id)
    message = _message(world, chat, message_id)
    if message.sender_id != person_id or message.kind != "text":
        raise ActRefusedError("not_yours")
    words, entities = _words(text, TEXT_LIMIT)
    if not words:
        raise ActRefusedError("empty")
    if words != message.text:
        message.text, message.entities = words, entities
        world.changed(message)
        _tell_bot(world, "edited_message", message)
    return message


def send_file(
    world: World,
    person_id: int,
    name: str,
    data: bytes,
    *,
    kind: FileKind = "document",
    caption: str = "",
    mime: str = "",
    chat_id: int | None = None,
    reply_to: int | None = None,
) -> StoredMessage:
    """A person sends a document, a photo, a voice message or a sticker."""
    words, entities = _words(caption, CAPTION_LIMIT)
    if not data:
        raise ActRefusedError("empty")
    file = world.store(name, data, kind=kind, mime=mime)
    if kind == "photo" and not file.width:
        del world.files[file.id]
        raise ActRefusedError("no_picture")
    return _posted(world, person_id, chat_id, reply_to, kind=kind, file=file, text=words, entities=entities)


def send_location(
    world: World, person_id: int, latitude: float, longitude: float, *, chat_id: int | None = None
) -> StoredMessage:
    """A person shares where they are."""
    location = {"latitude": latitude, "longitude": longitude}
    return _posted(world, person_id, chat_id, None, kind="location", location=location)


def press(world: World, person_id: int, message_id: int, data: str, *, chat_id: int | None = None) -> str:
    """A person presses an inline button: ``callback_query``. Returns the query id, which the answer will carry."""
    person = _person(world, person_id)
    chat = _chat_of(world, person, chat_id)
    message = _message(world, chat, message_id)
    if data not in button_data(message.keyboard):
        raise ActRefusedError("button_gone")
    pressed = world.press(person_id, message)
    query = {
        "id": pressed.query_id,
        "from": user_json(world, person_id),
        "message": message_json(world, message),
        "chat_instance": str(abs(chat.id) * 7919),
        "data": data,
    }
    world.offer("callback_query", query)
    return pressed.query_id


def block(world: World, person_id: int, blocked: bool = True) -> None:
    """A person blocks or unblocks the bot: ``my_chat_member`` (nothing where it is so already)."""
    person = _person(world, person_id)
    if blocked == (person_id in world.blocked):
        return
    (world.blocked.add if blocked else world.blocked.discard)(person_id)
    world.journal.add("blocked", person_id, blocked=blocked)
    member: Json = {"status": "member", "user": user_json(world, world.bot.id)}
    kicked: Json = {"status": "kicked", "user": user_json(world, world.bot.id), "until_date": 0}
    update = {
        "chat": chat_json(world.chats[person.id]),
        "from": user_json(world, person_id),
        "date": int(world.clock()),
        "old_chat_member": member if blocked else kicked,
        "new_chat_member": kicked if blocked else member,
    }
    world.offer("my_chat_member", update)


def mark_read(world: World, person_id: int, chat_id: int, message_id: int) -> None:
    """A person has seen a chat up to a message; Telegram tells bots nothing of it."""
    chat = _chat_of(world, _person(world, person_id), chat_id)
    if message_id > world.read.get((person_id, chat.id), 0):
        world.read[person_id, chat.id] = message_id
        world.journal.add("read", chat.id, message_id, person_id=person_id)


def _person(world: World, person_id: int) -> Person:
    if person_id not in world.people:
        raise ActRefusedError("unknown_person")
    return world.people[person_id]


def _chat_of(world: World, person: Person, chat_id: int | None) -> Chat:
    """The chat that a person means: their own with the bot, or the group."""
    if chat_id not in (None, person.id, GROUP_ID) or (chat_id or person.id) not in world.chats:
        raise ActRefusedError("unknown_chat")
    return world.chats[chat_id or person.id]


def _message(world: World, chat: Chat, message_id: int) -> StoredMessage:
    message = world.message(chat.id, message_id)
    if message is None:
        raise ActRefusedError("message_gone")
    return message


def _words(text: str, limit: int) -> tuple[str, list[Json]]:
    words, _ = trimmed(text.encode("utf-8", "replace").decode(), [])
    if utf16_length(words) > limit:
        raise ActRefusedError("too_long")
    return words, detect_entities(words, [])


def _posted(world: World, person_id: int, chat_id: int | None, reply_to: int | None, **content: Any) -> StoredMessage:
    chat = _chat_of(world, _person(world, person_id), chat_id)
    if chat.id in world.blocked:
        raise ActRefusedError("blocked")
    if reply_to is not None:
        _message(world, chat, reply_to)
    message = world.post(chat.id, person_id, reply_to=reply_to, **content)
    world.read[person_id, chat.id] = message.id
    _tell_bot(world, "message", message)
    return message


def _tell_bot(world: World, kind: str, message: StoredMessage) -> None:
    if world.chats[message.chat_id].kind == "private" or _meant_for_bot(world, message):
        world.offer(kind, message_json(world, message))


def _meant_for_bot(world: World, message: StoredMessage) -> bool:
    """Group privacy (https://core.telegram.org/bots/features#privacy-mode): commands, mentions, replies to the bot."""
    replied = world.message(message.chat_id, message.reply_to)
    if replied and replied.sender_id == world.bot.id:
        return True
    at_bot = f"@{world.bot.username}".lower()
    for entity in message.entities:
        piece = entity_text(message.text, entity).lower()
        if entity["type"] == "mention" and piece == at_bot:
            return True
        if entity["type"] == "bot_command" and ("@" not in piece or piece.endswith(at_bot)):
            return True
    return False
