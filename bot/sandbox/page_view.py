"""What the chat page is shown: the whole state once, then each change, as JSON of the page's own shape.

State: ``{bot, people, group, suggestions, chats: {id: {messages, typing}}, read: {"person:chat": message id},
settings: {description, commands: {chat id: […]}}, now: Unix seconds}``.

A message: ``{id, chat, from, name, bot, date, edited, kind, text,
entities, keyboard, reply, file, location}``.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.sandbox.journal import Change
from bot.sandbox.model import GROUP_ID, Json, StoredFile, StoredMessage
from bot.sandbox.wire import user_json
from bot.sandbox.world import World

SHOWN_MESSAGES = 300
"""The newest messages of a chat that a page is given when it opens; a sandbox needs no paging."""
QUOTED_CHARACTERS = 200


def state_json(world: World, suggestions: Sequence[str]) -> Json:
    """Everything a page needs to draw itself anew."""
    group = world.chats.get(GROUP_ID)
    return {
        "bot": {"id": world.bot.id, "name": world.bot.name, "username": world.bot.username},
        "people": [
            {"id": person.id, "name": person.name, "note": person.note, "blocked": person.id in world.blocked}
            for person in world.people.values()
        ],
        "group": group and {"id": group.id, "title": group.title, "size": len(world.people) + 1},
        "suggestions": list(suggestions),
        "chats": {str(chat_id): _chat_json(world, chat_id) for chat_id in world.chats},
        "read": {f"{person_id}:{chat_id}": seen for (person_id, chat_id), seen in list(world.read.items())},
        "settings": _settings_json(world),
        "now": world.clock(),
    }


def change_json(world: World, change: Change) -> Json | None:
    """One change for the page; None where it has been overtaken, e.g. an edit of a message that is gone by now."""
    if change.kind == "message":
        message = world.message(change.chat_id, change.message_id)
        if message is None:
            return None
        return {"kind": "message", "chat": change.chat_id, "message": message_view(world, message)}
    if change.kind == "settings":
        return {"kind": "settings", "settings": _settings_json(world)}
    return {"kind": change.kind, "chat": change.chat_id, "message_id": change.message_id, **change.detail}


def message_view(world: World, message: StoredMessage) -> Json:
    """One message as the page draws it."""
    replied = world.message(message.chat_id, message.reply_to)
    return {
        "id": message.id,
        "chat": message.chat_id,
        "from": message.sender_id,
        "name": user_json(world, message.sender_id)["first_name"],
        "bot": message.sender_id == world.bot.id,
        "date": message.date,
        "edited": message.edited_at is not None,
        "kind": message.kind,
        "text": message.text,
        "entities": message.entities,
        "keyboard": (message.keyboard or {}).get("inline_keyboard", []),
        "reply": replied and _reply_view(world, replied),
        "file": message.file and file_view(message.file),
        "location": message.location,
    }


def file_view(file: StoredFile) -> Json:
    """A file with the address under which the page fetches it."""
    return {
        "name": file.name,
        "size": len(file.data),
        "mime": file.mime,
        "url": f"/sandbox/file/{file.id}",
        "width": file.width,
        "height": file.height,
    }


def _reply_view(world: World, replied: StoredMessage) -> Json:
    return {
        "id": replied.id,
        "name": user_json(world, replied.sender_id)["first_name"],
        "kind": replied.kind,
        "text": replied.text[:QUOTED_CHARACTERS],
        "file": replied.file and file_view(replied.file),
    }


def _chat_json(world: World, chat_id: int) -> Json:
    messages = world.messages_in(chat_id)[-SHOWN_MESSAGES:]
    typing = max(0.0, world.typing.get(chat_id, 0.0) - world.clock())
    return {"messages": [message_view(world, message) for message in messages], "typing": typing}


def _settings_json(world: World) -> Json:
    """What the bot has told about itself: its description, and the commands of each chat."""
    texts = world.settings.texts
    return {
        "description": texts.get(("description", "zh")) or texts.get(("description", ""), ""),
        "commands": {str(chat.id): world.settings.commands_in(chat) for chat in world.chats.values()},
    }
