"""Every chat as its officer sees it: one reader of the sandbox's events for all, who wakes those that wait.

With a stream for each officer the sandbox would tell two hundred of every word to one.
"""

import json
from collections import defaultdict
from collections.abc import Callable

import gevent
import httpx
from gevent.event import AsyncResult

from bot.sandbox.model import Json

PATIENCE = 30.0
"""Seconds after which an act without a reaction is an error."""

Awaited = Callable[[Json], bool]


class ActFailed(Exception):
    """The bot did not react, or said that this cannot be done."""


def buttons(message: Json) -> dict[str, str]:
    """The labels under a message, by what the buttons carry."""
    return {button["callback_data"]: button["text"] for row in message["keyboard"] for button in row}


def verb(data: str) -> str:
    """What sort of button carries this."""
    return data.partition(":")[0]


def shows(*verbs: str) -> Awaited:
    """A message under which there is such a button."""
    return lambda change: "message" in change and any(verb(data) in verbs for data in buttons(change["message"]))


def visible(change: Json) -> bool:
    """Whatever a person sees: a message, or a line over the chat."""
    return "message" in change or bool(change["text"])


class Chats:
    """What the bot has said to each officer, and what officers do."""

    def __init__(self, address: str) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        self._http = httpx.Client(base_url=f"{address}/sandbox", limits=limits, timeout=PATIENCE, trust_env=False)
        self._said: defaultdict[int, dict[int, Json]] = defaultdict(dict)
        self._waiting: dict[int, tuple[Awaited, AsyncResult[Json]]] = {}

    def follow(self) -> None:
        """Reads the events for as long as there are any."""
        with self._http.stream("GET", "/events", timeout=None) as events:
            for line in events.iter_lines():
                if line.startswith("data: "):
                    self._hear(json.loads(line.removeprefix("data: ")))

    def _hear(self, change: Json) -> None:
        kind, chat = change.get("kind"), change.get("chat", 0)
        if kind == "message" and change["message"]["bot"]:
            self._said[chat][change["message"]["id"]] = change["message"]
        elif kind != "answer":
            return
        if chat in self._waiting:
            awaited, reaction = self._waiting[chat]
            if awaited(change):
                reaction.set(change)

    def newest(self, officer: int, *verbs: str) -> Json | None:
        """The newest message with such a button."""
        said = self._said[officer]
        return next((said[id_] for id_ in sorted(said, reverse=True) if shows(*verbs)({"message": said[id_]})), None)

    def write(self, officer: int, text: str, awaited: Awaited) -> None:
        """Writes, and waits for the reaction."""
        self._act(officer, "say", awaited, text=text)

    def press(self, officer: int, message: Json, data: str) -> None:
        """Presses, and waits for the reaction."""
        self._act(officer, "press", visible, message_id=message["id"], data=data)

    def _act(self, officer: int, act: str, awaited: Awaited, **what: object) -> None:
        reaction: AsyncResult[Json] = AsyncResult()
        self._waiting[officer] = awaited, reaction
        try:
            self._http.post(f"/{act}", json={"as": officer, **what}).raise_for_status()
            change = reaction.get(timeout=PATIENCE) or {}
        except gevent.Timeout:
            raise ActFailed("no reaction") from None
        finally:
            del self._waiting[officer]
        if change.get("alert"):
            raise ActFailed(change["text"])
