"""Updates as Telegram sends them, before anything is made wrong in them."""

from collections.abc import Sequence
from random import Random
from typing import Any

from bot.sandbox.detect import detect_entities
from tests.bot.mute import BOT, GROUP_ID
from tests.cast import Member

Json = dict[str, Any]
GROUPS = (GROUP_ID, -1001234567890)
CHANNEL = {"id": -1009876543210, "type": "channel", "title": "频道"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""Whom Telegram names where an admin of a group writes in its name."""
INACCESSIBLE = {"date": 0}
"""How Telegram marks a message that is too old to be shown."""
_FILE = {"file_id": "f", "file_unique_id": "u"}
_STICKER = {"width": 1, "height": 1, "type": "regular", "is_animated": False, "is_video": False}
_POLL = {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True}
_VOTES = {"type": "regular", "allows_multiple_answers": False, "allows_revoting": False, "members_only": False}
THINGS: tuple[Json, ...] = (
    {"sticker": {**_FILE, **_STICKER}},
    {"location": {"latitude": 31.5, "longitude": 121.6}},
    {"voice": {**_FILE, "duration": 3}},
    {"contact": {"phone_number": "+8613900000000", "first_name": "甲"}},
    {"dice": {"emoji": "🎲", "value": 6}},
    {"poll": {**_POLL, **_VOTES}},
    {},
)
"""What a message may hold besides text and files."""
SERVICES: tuple[Json, ...] = (
    {"new_chat_members": [{"id": 5, "is_bot": False, "first_name": "新"}]},
    {"left_chat_member": BOT},
    {"group_chat_created": True},
    {"migrate_to_chat_id": -1001},
    {"new_chat_title": "<b>"},
    {"pinned_message": {"message_id": 1, "chat": {"id": 1, "type": "private"}, **INACCESSIBLE}},
    {"video_chat_started": {}},
)
"""What Telegram says in a chat by itself."""


def user(member: Member) -> Json:
    """Somebody, as Telegram names them."""
    return {"id": member.id, "is_bot": False, "first_name": member.name, "language_code": "zh-hans"}


def private(member: Member) -> Json:
    """Somebody's chat with the bot."""
    return {"id": member.id, "type": "private", "first_name": member.name}


def group(dice: Random) -> Json:
    """A group."""
    return {"id": dice.choice(GROUPS), "type": "supergroup", "title": "停业工作群"}


def message(number: int, member: Member, chat: Json, date: int, **content: Any) -> Json:
    """A message that somebody sends; Telegram marks what it finds in a text."""
    whole = {"message_id": number, "date": date, "chat": chat, "from": user(member), **content}
    if content.get("text"):
        whole["entities"] = detect_entities(content["text"], [])
    return whole


def from_bot(number: int, chat: Json, date: int, text: str, rows: Sequence[Sequence[Json]]) -> Json:
    """A message of the bot's, under which a button is pressed, or to which somebody replies."""
    whole = {"message_id": number, "date": date, "chat": chat, "from": BOT, "text": text}
    return {**whole, "reply_markup": {"inline_keyboard": list(rows)}} if rows else whole


def press(number: int, member: Member, data: str, under: Json | None) -> Json:
    """A press of a button; `under`: its message, unless it was sent by way of another chat."""
    query: Json = {"id": f"q{number}", "from": user(member), "chat_instance": "1", "data": data}
    return {"callback_query": query | ({"message": under} if under else {"inline_message_id": "i"})}


def happening(dice: Random, member: Member, date: int) -> Json:
    """What the bot is told besides messages and presses, and much that it never asked for."""
    chat, who = private(member), user(member)
    was = {"user": BOT, "status": dice.choice(("member", "left"))}
    changed = {"chat": chat, "from": who, "date": date, "old_chat_member": was, "new_chat_member": was}
    post = {"message_id": 5, "date": date, "chat": CHANNEL, "sender_chat": CHANNEL, "text": "/cases"}
    said = message(6, member, group(dice), date, text="/cases")
    liked = {"chat": chat, "message_id": 1, "user": who, "date": date, "old_reaction": [], "new_reaction": []}
    happened: tuple[Json, ...] = (
        {"my_chat_member": changed},
        {"chat_member": changed},
        {"channel_post": post},
        {"edited_channel_post": post},
        {"message": {**post, "chat": said["chat"], "text": "多久回访一次"}},
        {"message": {**said, "from": ANONYMOUS, "sender_chat": said["chat"]}},
        {"business_message": {**said, "business_connection_id": "b"}},
        {"inline_query": {"id": "i1", "from": who, "query": "CM-2026-0001", "offset": ""}},
        {"chosen_inline_result": {"result_id": "1", "from": who, "query": "x"}},
        {"poll_answer": {"poll_id": "1", "user": who, "option_ids": [0]}},
        {"message_reaction": liked},
        {"message": message(7, member, chat, date, **dice.choice(SERVICES))},
        {"message": message(8, member, group(dice), date, **dice.choice(SERVICES))},
        {"unheard_of": {"from": who}},
        {},
    )
    return dice.choice(happened)
