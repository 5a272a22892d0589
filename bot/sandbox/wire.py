"""The world in the words of the Bot API: users, chats, messages, files as JSON.

Source: https://core.telegram.org/bots/api#available-types.
"""

from __future__ import annotations

from bot.sandbox.model import Chat, Json, StoredFile, StoredMessage
from bot.sandbox.world import World

THUMBNAIL_BOX = 90


def user_json(world: World, user_id: int) -> Json:
    """A User: the bot or one of the people."""
    if user_id == world.bot.id:
        return {"id": user_id, "is_bot": True, "first_name": world.bot.name, "username": world.bot.username}
    person = world.people[user_id]
    return {"id": person.id, "is_bot": False, "first_name": person.name, "language_code": "zh-hans"}


def chat_json(chat: Chat) -> Json:
    """A Chat: private chats carry a first name, groups a title."""
    named = {"first_name": chat.title} if chat.kind == "private" else {"title": chat.title}
    return {"id": chat.id, "type": chat.kind, **named}


def message_json(world: World, message: StoredMessage, *, with_reply: bool = True) -> Json:
    """A Message. The message it replies to is given one level deep, as Telegram does."""
    body: Json = {
        "message_id": message.id,
        "from": user_json(world, message.sender_id),
        "chat": chat_json(world.chats[message.chat_id]),
        "date": message.date,
    }
    words = ("text", "entities") if message.kind == "text" else ("caption", "caption_entities")
    body |= {name: value for name, value in zip(words, (message.text, message.entities), strict=True) if value}
    if message.edited_at is not None:
        body["edit_date"] = message.edited_at
    if message.keyboard:
        body["reply_markup"] = message.keyboard
    replied = world.message(message.chat_id, message.reply_to) if with_reply else None
    if replied:
        body["reply_to_message"] = message_json(world, replied, with_reply=False)
    return body | _content(message)


def _content(message: StoredMessage) -> Json:
    if message.kind == "location":
        return {"location": message.location}
    file = message.file
    if file is None:
        return {}
    if message.kind == "photo":
        return {"photo": photo_sizes(file)}
    extra: Json = {}
    if message.kind == "document":
        extra = {"file_name": file.name}
    elif message.kind == "voice":
        extra = {"duration": 1}
    elif message.kind == "sticker":
        size = {"width": file.width or 512, "height": file.height or 512}
        extra = {"type": "regular", "is_animated": False, "is_video": False, **size}
    return {message.kind: file_json(file) | {"mime_type": file.mime} | extra}


def file_json(file: StoredFile) -> Json:
    """What all kinds of files have in common."""
    return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": len(file.data)}


def photo_sizes(file: StoredFile) -> list[Json]:
    """A small size and the full one, the best last. The sandbox cannot scale pictures: both have the same bytes."""
    longest = max(file.width, file.height, 1)
    scale = min(1.0, THUMBNAIL_BOX / longest)
    small = {"width": max(1, int(file.width * scale)), "height": max(1, int(file.height * scale))}
    thumbnail = file_json(file) | {"file_id": f"{file.id}-s", "file_unique_id": f"{file.unique_id}s"} | small
    return [thumbnail, file_json(file) | {"width": file.width, "height": file.height}]
