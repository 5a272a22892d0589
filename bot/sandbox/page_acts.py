"""What the chat page asks for in JSON, one function for each address: read the body, do the act, say what came of it.

KeyError, TypeError and ValueError mean that the body makes no sense, `ActRefusedError` that the act is impossible now.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.sandbox import people
from bot.sandbox.clock import Clock
from bot.sandbox.model import Json
from bot.sandbox.people import ActRefusedError
from bot.sandbox.world import World

Act = Callable[[World, Json], Json]


def _say(world: World, body: Json) -> Json:
    message = people.say(
        world, int(body["as"]), str(body["text"]), chat_id=body.get("chat"), reply_to=body.get("reply_to")
    )
    return {"message_id": message.id}


def _edit(world: World, body: Json) -> Json:
    people.edit(world, int(body["as"]), int(body["message_id"]), str(body["text"]), chat_id=body.get("chat"))
    return {}


def _press(world: World, body: Json) -> Json:
    query_id = people.press(
        world, int(body["as"]), int(body["message_id"]), str(body["data"]), chat_id=body.get("chat")
    )
    return {"query_id": query_id}


def _location(world: World, body: Json) -> Json:
    place = float(body["latitude"]), float(body["longitude"])
    return {"message_id": people.send_location(world, int(body["as"]), *place, chat_id=body.get("chat")).id}


def _block(world: World, body: Json) -> Json:
    people.block(world, int(body["as"]), bool(body["blocked"]))
    return {}


def _read(world: World, body: Json) -> Json:
    people.mark_read(world, int(body["as"]), int(body["chat"]), int(body["message_id"]))
    return {}


def _clock(world: World, body: Json) -> Json:
    """By days and hours, or until a moment."""
    if not isinstance(world.clock, Clock):
        raise TypeError("this clock cannot be moved")
    try:
        if "until" in body:
            now = world.clock.move_to(datetime.fromisoformat(str(body["until"])))
        else:
            span = timedelta(days=float(body.get("days", 0)), hours=float(body.get("hours", 0)))
            now = world.clock.move(span.total_seconds())
    except ValueError as error:
        raise ActRefusedError("clock_back") from error
    world.journal.add("clock", now=now)
    return {"now": now}


ACTS: MappingProxyType[str, Act] = MappingProxyType(
    {
        "say": _say,
        "edit": _edit,
        "press": _press,
        "location": _location,
        "block": _block,
        "read": _read,
        "clock": _clock,
    }
)
"""By the last part of the address under /sandbox/."""
