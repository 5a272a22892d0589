"""The Bot API of the fuzz: keeps what it shows, has files of every sort, and refuses what Telegram would refuse."""

import json
import re
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from telegram.request import RequestData

from bot.sandbox.detect import utf16_length
from bot.sandbox.formatting import caption, message_text
from bot.sandbox.markup import inline_keyboard
from bot.sandbox.model import BotApiError, bad_request
from bot.sandbox.params import Params
from bot.sandbox.sending import ANSWER_LIMIT
from tests.bot.mute import MESSAGES, Mute

Json = dict[str, Any]
CODE = re.compile(r"\b(?:[2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}\b")
"""An invitation, as it is shown to the admin who made it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the bot's as it stands in a chat."""

    chat_id: int
    message_id: int
    text: str
    rows: Sequence[Sequence[Json]]

    @property
    def data(self) -> list[str]:
        """What its buttons carry."""
        return [button["callback_data"] for row in self.rows for button in row if "callback_data" in button]


class BotApi(Mute):
    """Remembers what the bot has shown lately, by chat and in all, and the invitations that it has shown."""

    def __init__(self) -> None:
        super().__init__()
        self.chats: defaultdict[int, deque[Shown]] = defaultdict(lambda: deque(maxlen=10))
        self.lately: deque[Shown] = deque(maxlen=300)
        self.codes: deque[str] = deque(maxlen=20)
        self.file = b""
        """What is fetched next."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *rest: object, **more: object
    ) -> tuple[int, bytes]:
        """Answers one call."""
        if "/file/" in url:
            return 200, self.file
        name = url.rsplit("/", 1)[-1]
        sent: Json = dict(request_data.parameters) if request_data else {}
        try:
            check(name, sent)
        except BotApiError as error:
            refusal = {"ok": False, "error_code": error.code, "description": error.description}
            return error.code, json.dumps(refusal).encode()
        status, answer = await super().do_request(url, method, request_data)
        if name in MESSAGES:
            self._keep(sent, json.loads(answer)["result"]["message_id"])
        return status, answer

    def _keep(self, sent: Json, number: int) -> None:
        rows = (sent.get("reply_markup") or {}).get("inline_keyboard") or ()
        shown = Shown(sent["chat_id"], sent.get("message_id") or number, str(sent.get("text") or ""), rows)
        self.codes.extend(CODE.findall(shown.text))
        if rows:
            self.chats[shown.chat_id].append(shown)
            self.lately.append(shown)


def check(name: str, sent: Json) -> None:
    """Raises the BotApiError with which Telegram would refuse a call."""
    params = Params(sent)
    if name in MESSAGES and not isinstance(sent.get("chat_id"), int):
        raise bad_request("chat not found")
    inline_keyboard(params)
    if name in ("sendMessage", "editMessageText"):
        message_text(params)
    elif name == "sendDocument":
        caption(params)
    elif name == "answerCallbackQuery" and utf16_length(params.text("text")) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
