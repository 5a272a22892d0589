"""What changed, in order: the chat page follows it, and so do tests that wait for something to happen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.bell import Bell
from bot.sandbox.model import Json

ChangeKind = Literal["message", "removed", "typing", "answer", "settings", "blocked", "read", "clock"]


@dataclass(frozen=True)
class Change:
    """One change. ``message`` is a new or an edited message: whoever follows reads its present state from the world."""

    kind: ChangeKind
    chat_id: int = 0
    message_id: int = 0
    detail: Json = field(default_factory=dict)


class Journal:
    """An ever-growing list of changes with a bell; a follower remembers how far it has read."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.changes: list[Change] = []

    def add(self, kind: ChangeKind, chat_id: int = 0, message_id: int = 0, **detail: object) -> None:
        """Appends a change and wakes the followers."""
        self.changes.append(Change(kind, chat_id, message_id, detail))
        self.bell.ring()
