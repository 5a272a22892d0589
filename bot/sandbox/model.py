"""The nouns of the sandbox: people, chats, messages, files, and the error the Bot API answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
"""One JSON object in the shape of the Bot API (https://core.telegram.org/bots/api#available-types)."""

GROUP_ID = -1001000000001
"""Chat id of the one group chat: negative and with the ``-100`` prefix that supergroups have."""

FileKind = Literal["document", "photo", "voice", "sticker"]
MessageKind = Literal["text", "document", "photo", "voice", "sticker", "location"]


class BotApiError(Exception):
    """A refusal in Telegram's own shape (https://core.telegram.org/bots/api#making-requests).

    `retry_after` becomes ``parameters.retry_after``, which Telegram sends along with 429 alone.
    """

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad_request(reason: str) -> BotApiError:
    """Telegram's 400, whose description always starts with ``Bad Request:``."""
    return BotApiError(400, f"Bad Request: {reason}")


@dataclass(frozen=True)
class Person:
    """Someone who may talk to the bot; `note` is shown under the name in the page, e.g. 「专员」."""

    id: int
    name: str
    note: str = ""


@dataclass(frozen=True)
class BotIdentity:
    """The bot that the sandbox serves. Its user id is the part of the token before the colon."""

    token: str
    name: str
    username: str

    @property
    def id(self) -> int:
        """The bot's user id."""
        return int(self.token.partition(":")[0])


@dataclass(frozen=True)
class Chat:
    """A private chat has the id and the name of its person; the group has all people and the bot."""

    id: int
    kind: Literal["private", "supergroup"]
    title: str


@dataclass(frozen=True)
class StoredFile:
    """Bytes that someone sent. `path` is what getFile answers; `width` and `height` are known for images alone."""

    id: str
    unique_id: str
    name: str
    mime: str
    path: str
    data: bytes = field(repr=False)
    width: int = 0
    height: int = 0


@dataclass
class StoredMessage:
    """One message as it stands now. With a file, `text` and `entities` are its caption."""

    id: int
    chat_id: int
    sender_id: int
    date: int
    kind: MessageKind = "text"
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    keyboard: Json | None = None
    reply_to: int | None = None
    file: StoredFile | None = None
    location: Json | None = None
    edited_at: int | None = None


@dataclass(frozen=True)
class Press:
    """A pressed inline button whose callback query the bot has not answered yet."""

    query_id: str
    person_id: int
    chat_id: int
    message_id: int
    at: float


@dataclass(frozen=True)
class SendRecord:
    """One message that reached a chat: what `GET /sandbox/log` lists. `at` is a Unix time."""

    chat_id: int
    at: float
    method: str
    message_id: int
