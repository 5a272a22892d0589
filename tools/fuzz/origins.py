"""What sort of thing an update was, in few words: findings of one sort of thing are one."""

import re
from typing import Any

Json = dict[str, Any]
TWO_WORDS = ("do", "ask")
COMMAND = re.compile(r"/(\w+)", re.ASCII)
LONGEST = 20


def origin(body: Json) -> str:
    """Such as «a press of ask:note», or «a text in a group»."""
    kind = next((key for key in body if key != "update_id"), "nothing")
    content = body.get(kind)
    if kind == "pushed":
        return f"a push of {content}"
    if not isinstance(content, dict):
        return f"a {kind}"
    if kind == "callback_query":
        return f"a press of {_verb(str(content.get('data')))}{_place(content.get('message'))}"
    if kind == "message":
        return f"a {_sort(content)}{_place(content)}"
    return f"a {kind}{_place(content)}"


def _verb(data: str) -> str:
    words = data.split(":")
    return ":".join(words[: 2 if words[0] in TWO_WORDS else 1])[:LONGEST]


def _sort(message: Json) -> str:
    if found := COMMAND.match(str(message.get("text"))):
        return f"command /{found[1][:LONGEST]}"
    sorts = {"reply_to_message": "reply", "text": "text", "photo": "file", "document": "file"}
    return next((sort for key, sort in sorts.items() if key in message), "message of another sort")


def _place(message: object) -> str:
    chat = message.get("chat") if isinstance(message, dict) else None
    return "" if not isinstance(chat, dict) or chat.get("type") == "private" else " in a group"
