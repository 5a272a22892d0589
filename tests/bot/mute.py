"""The application with nobody at the other end: updates are handed in, calls to the Bot API are kept and approved."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from telegram import Update
from telegram.request import BaseRequest, RequestData

from actions.store import CaseLog
from bot.app import build
from bot.delivery import Delivery
from bot.inbox import InboxApplication
from bot.services import Clock, utc_now
from bot.settings import Settings
from retrieval.library import Library
from tests.bot.transport import TOKEN
from tests.cast import Member

BOT = {"id": 1, "is_bot": True, "first_name": "停业管家", "username": "closure_sandbox_bot"}
GROUP_ID = -100
MESSAGES = ("sendMessage", "editMessageText", "editMessageReplyMarkup", "sendDocument")


class Mute(BaseRequest):
    """Says yes to everything, and keeps what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.killed_at = ""
        """The method at which the bot is cut off, as when it is killed."""
        self._ids = itertools.count(10_000)

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: object, **__: object
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[-1]
        if name == self.killed_at:
            raise asyncio.CancelledError
        sent: dict[str, Any] = dict(request_data.parameters) if request_data else {}
        self.calls.append((name, sent))
        result: object = True
        if name == "getMe":
            result = BOT | {"can_join_groups": True}
        elif name in MESSAGES:
            chat = {"id": sent.get("chat_id", 1), "type": "private", "first_name": "x"}
            result = {"message_id": next(self._ids), "date": 1, "chat": chat, "from": BOT, "text": "x"}
        elif name == "getFile":
            result = {"file_id": "f", "file_unique_id": "f", "file_path": "f"}
        return 200, json.dumps({"ok": True, "result": result}).encode()


class Player:
    """Hands updates in, and tells what the bot said to each."""

    def __init__(self, application: InboxApplication, request: Mute) -> None:
        self.application, self.request = application, request
        self._numbers = itertools.count(1)

    async def give(self, body: dict[str, Any]) -> list[str]:
        """The lines that an update was answered with: messages, edits, toasts."""
        del self.request.calls[:]
        update = Update.de_json({"update_id": next(self._numbers), **body}, self.application.bot)
        await self.application.process_update(update)
        return [str(sent["text"]) for _, sent in self.request.calls if sent.get("text")]

    def repeat(self, number: int) -> None:
        """The next message comes with this update's number."""
        self._numbers = itertools.count(number - 1)

    async def press(self, who: Member, data: str, chat_id: int | None = None, text: str = "…") -> list[str]:
        """A button that carries `data`, under a message of the bot's."""
        message = {"message_id": 7, "date": 1, "chat": _chat(who, chat_id), "from": BOT, "text": text}
        query = {"id": "1", "from": _user(who), "chat_instance": "1", "data": data, "message": message}
        return await self.give({"callback_query": query})

    async def say(self, who: Member, text: str, chat_id: int | None = None) -> list[str]:
        """A message; a command where it begins with a slash."""
        entities = [{"type": "bot_command", "offset": 0, "length": len(text.split(" ")[0])}] if text[:1] == "/" else []
        message = {"message_id": next(self._numbers), "date": 1, "chat": _chat(who, chat_id), "from": _user(who)}
        return await self.give({"message": {**message, "text": text, "entities": entities}})


def _user(who: Member) -> dict[str, Any]:
    return {"id": who.id, "is_bot": False, "first_name": who.name}


def _chat(who: Member, chat_id: int | None) -> dict[str, Any]:
    if chat_id is None or chat_id == who.id:
        return {"id": who.id, "type": "private", "first_name": who.name}
    return {"id": chat_id, "type": "supergroup", "title": "群"}


@asynccontextmanager
async def playing(
    log: CaseLog, library: Library, data_dir: Path, now: Clock = utc_now, **settings: object
) -> AsyncIterator[Player]:
    """The application as `bot.app` builds it, initialised and not listening."""
    request = Mute()
    values = {"telegram_bot_token": SecretStr(TOKEN), "data_dir": data_dir, "per_minute": 10**9, **settings}
    with pytest.MonkeyPatch.context() as patch:
        unhurried = partial(Delivery, private_burst=10**9, group_per_minute=10**9, per_second=10**9)
        patch.setattr("bot.app.Delivery", unhurried)
        application = build(Settings.load().model_copy(update=values), log, library, now=now, request=request)
    async with application:
        yield Player(application, request)
