"""Who there is and what was said, in memory. Nothing here knows HTTP.

Bots change the world through `bot.sandbox.methods`, people through `bot.sandbox.people`; both go through the few
methods below, each of which writes to the journal. All of it may be called from any thread.
"""

from __future__ import annotations

import itertools
import mimetypes
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bot.sandbox.images import image_size
from bot.sandbox.journal import Journal
from bot.sandbox.model import (
    GROUP_ID,
    BotIdentity,
    Chat,
    FileKind,
    Json,
    Person,
    Press,
    SendRecord,
    StoredFile,
    StoredMessage,
    bad_request,
)
from bot.sandbox.settings import BotSettings
from bot.sandbox.updates import UpdateQueue

T = TypeVar("T")

QUERY_LIFETIME = 60.0
"""Seconds in which a callback query can be answered. Telegram names no number; a minute is what it grants at least."""


class World:
    """One bot, the people who may talk to it, their chats. Every person counts as having started the bot."""

    def __init__(
        self,
        bot: BotIdentity,
        people: Sequence[Person],
        *,
        group_title: str | None = None,
        clock: Callable[[], float] = time.time,
        first_id: int = 1,
    ) -> None:
        self.bot = bot
        self.clock = clock
        self.people = {person.id: person for person in people}
        self.chats = {person.id: Chat(person.id, "private", person.name) for person in people}
        if group_title is not None:
            self.chats[GROUP_ID] = Chat(GROUP_ID, "supergroup", group_title)
        self.messages: dict[int, dict[int, StoredMessage]] = {chat_id: {} for chat_id in self.chats}
        self.files: dict[str, StoredFile] = {}
        self.presses: dict[str, Press] = {}
        self.blocked: set[int] = set()
        self.read: dict[tuple[int, int], int] = {}
        self.typing: dict[int, float] = {}
        self.sends: list[SendRecord] = []
        self.unanswered: set[tuple[int, int]] = set()
        self.settings = BotSettings()
        self.updates = UpdateQueue(first_id)
        self.journal = Journal()
        self.closed = False
        self._lock = threading.RLock()
        self._message_ids = itertools.count(first_id)
        self._file_numbers = itertools.count(1)
        self._query_ids = itertools.count(1)

    def messages_in(self, chat_id: int) -> list[StoredMessage]:
        """The messages of a chat that still exist, oldest first."""
        return list(self.messages[chat_id].values())

    def message(self, chat_id: int, message_id: int | None) -> StoredMessage | None:
        """One message, or None where there is no such chat or message."""
        return self.messages.get(chat_id, {}).get(message_id or 0)

    def post(self, chat_id: int, sender_id: int, **content: Any) -> StoredMessage:
        """Adds a message; `content` is what `StoredMessage` holds beyond ids and date."""
        with self._lock:
            message = StoredMessage(next(self._message_ids), chat_id, sender_id, int(self.clock()), **content)
            self.messages[chat_id][message.id] = message
        if sender_id == self.bot.id:
            self.typing.pop(chat_id, None)
        self.journal.add("message", chat_id, message.id)
        return message

    def changed(self, message: StoredMessage, *, edited: bool = True) -> None:
        """Says that a message was altered in place; `edited` is False where only its buttons were."""
        if edited:
            message.edited_at = int(self.clock())
        self.journal.add("message", message.chat_id, message.id)

    def remove(self, message: StoredMessage) -> None:
        """Deletes a message for everyone in its chat."""
        self.messages[message.chat_id].pop(message.id, None)
        self.journal.add("removed", message.chat_id, message.id)

    def store(self, name: str, data: bytes, *, kind: FileKind, mime: str = "") -> StoredFile:
        """Keeps the bytes of a file under a new file id; without a media type it is guessed from the name."""
        number = next(self._file_numbers)
        mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        width, height = image_size(data)
        suffix = name[name.rindex(".") :] if "." in name else ""
        file = StoredFile(
            id=f"sandbox-{kind}-{number}",
            unique_id=f"sb{number:06d}",
            name=name,
            mime=mime,
            path=f"{kind}s/file_{number}{suffix if suffix.isascii() else ''}",
            data=data,
            width=width,
            height=height,
        )
        self.files[file.id] = file
        return file

    def press(self, person_id: int, message: StoredMessage) -> Press:
        """Records that a person pressed a button under a message; the bot answers it by its query id."""
        press = Press(f"{next(self._query_ids):016d}", person_id, message.chat_id, message.id, time.monotonic())
        self.presses[press.query_id] = press
        return press

    def settle(self, query_id: str) -> Press:
        """Takes out a press that the bot answers now; Telegram's error where it is unknown, answered or too old."""
        press = self.presses.pop(query_id, None)
        if press is None or time.monotonic() - press.at > QUERY_LIFETIME:  # not by the clock: it is set forward
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return press

    def offer(self, kind: str, payload: Json) -> None:
        """Queues an update for the bot."""
        self.updates.put(kind, payload)

    async def until(self, look: Callable[[], T], seconds: float = 5.0) -> T:
        """Waits for something to become true of the chats, e.g. ``lambda: world.messages_in(101)[1:]``."""
        return await self.journal.bell.until(look, seconds)

    def close(self) -> None:
        """Lets long polls and event streams end: the server is about to stop."""
        self.closed = True
        self.updates.bell.ring()
        self.journal.bell.ring()
