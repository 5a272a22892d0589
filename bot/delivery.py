"""How calls to the Bot API are made: within Telegram's limits, and again where that helps.

Limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
"""

import asyncio
import logging
import math
import random
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.pacing import Backoff, Pauses, Window

Result = bool | dict[str, Any] | list[dict[str, Any]]
Call = Callable[[], Coroutine[Any, Any, Result]]

RETRY_AFTER_SLACK = 0.1
"""Seconds added to what a 429 asks for: the server counts in whole ones."""

_SENDING = ("send", "copyMessage", "forwardMessage")
_EDITING = ("editMessage",)
_DONE_ONCE = frozenset({"answerCallbackQuery", "deleteMessage", "deleteMessages"})
"""Methods that say Bad Request when they are called again for what they have done."""

_ASKED_AGAIN_ELSEWHERE = frozenset({"getMe"})
"""Its failures are `polling`'s and `listening`'s business: they decide what people are told."""

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class Care:
    """How one call is to be made where not as usual: `rate_limit_args` of the bot's methods.

    Seconds to go on after the first failure, and the longest pause to wait out here; both are raised when exceeded, for
    a caller that can come back later. `apart`: seconds before a call is made again that may have been done already.
    `doubtful` is set where it may have been done more than once.
    """

    patience: float
    longest_pause: float
    apart: float = 0.0
    doubtful: bool = False


class Delivery(BaseRateLimiter[Care]):
    """Every Bot API call but getUpdates goes through here (PTB calls it a rate limiter).

    - Sends and edits keep to `per_second` overall, to `private_burst` in as many seconds in a private chat (one a
      second, in bursts), to `group_per_minute` in a group. Nothing else is delayed by these.
    - 429 is waited out, however often. 5xx and lost connections are tried again for `give_up_after` seconds from the
      first one on; then they are raised. All other errors are raised at once. `Care` asks for less patience.
    - A send whose answer was lost may have arrived. It is tried again, since an answer twice is better than none, and
      counted in `ambiguous`.
    """

    def __init__(
        self,
        *,
        per_second: int = 30,
        private_burst: int = 3,
        group_per_minute: int = 20,
        give_up_after: float = 120.0,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.ambiguous = 0
        self._private_burst = private_burst
        self._group_per_minute = group_per_minute
        self._give_up_after = give_up_after
        self._jitter = jitter
        self._overall = Window(per_second, 1.0)
        self._windows: dict[int | str, Window] = {}
        self._pauses = Pauses()

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Care | None,
    ) -> Result:
        """Makes one call, as often as it takes. Raises what cannot be mended: see the class."""
        chat = _chat(data)
        care = rate_limit_args or Care(self._give_up_after, math.inf)
        patience = 0.0 if endpoint in _ASKED_AGAIN_ELSEWHERE else care.patience
        outage = _Outage(endpoint, patience, Backoff(jitter=self._jitter))
        doubtful = False
        while True:
            try:
                return await self._in_turn(endpoint, chat, partial(callback, *args, **kwargs), care)
            except RetryAfter as error:
                if pause_asked(error) > care.longest_pause:
                    raise
            except BadRequest as error:
                if "message is not modified" in error.message.lower() or (doubtful and endpoint in _DONE_ONCE):
                    return True
                raise
            except NetworkError as error:
                if not isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
                    doubtful = care.doubtful = True
                    self.ambiguous += _counts(endpoint, _SENDING)
                await outage.wait(error, at_least=care.apart if _may_have_arrived(error) else 0.0)

    async def _in_turn(self, endpoint: str, chat: int | str | None, call: Call, care: Care) -> Result:
        who = endpoint if chat is None else chat
        if not _counts(endpoint, _SENDING + _EDITING):
            await self._over(who, care)
            return await self._called(endpoint, who, call)
        async with nullcontext() if chat is None else self._window(chat).place():
            while True:
                await self._over(who, care)  # before taking a place of all: a paused chat must not use them up
                async with self._overall.place() as place:
                    if self._pauses.left(who) <= 0:
                        try:
                            return await self._called(endpoint, who, call)
                        except TelegramError as error:
                            place.used = _may_have_arrived(error)
                            raise
                    place.used = False

    async def _over(self, who: object, care: Care) -> None:
        """Waits until `who` may call; raises RetryAfter where that is longer than the caller wants to wait."""
        if (seconds := self._pauses.left(who)) > care.longest_pause:
            raise RetryAfter(math.ceil(seconds))
        await self._pauses.over(who)

    async def _called(self, endpoint: str, who: object, call: Call) -> Result:
        try:
            result = await call()
        except RetryAfter as error:
            seconds = pause_asked(error)
            _LOGGER.info("%s: Telegram asks for a pause of %.0f s", endpoint, seconds)
            self._pauses.begin(who, seconds + RETRY_AFTER_SLACK)
            raise
        self._pauses.passed()
        return result

    def _window(self, chat: int | str) -> Window:
        if chat not in self._windows:
            group = isinstance(chat, str) or chat < 0
            burst = self._private_burst
            self._windows[chat] = Window(self._group_per_minute, 60.0) if group else Window(burst, float(burst))
        return self._windows[chat]


class _Outage:
    """The failures of one call, from the first to the last that is put up with."""

    def __init__(self, endpoint: str, give_up_after: float, backoff: Backoff) -> None:
        self._endpoint = endpoint
        self._give_up_after = give_up_after
        self._backoff = backoff
        self._ends = 0.0

    async def wait(self, error: NetworkError, at_least: float = 0.0) -> None:
        """Waits before the next try; raises the error where there is no time left or trying again cannot help."""
        now = asyncio.get_running_loop().time()
        if not self._backoff.failures:
            self._ends = now + self._give_up_after
        seconds = max(at_least, self._backoff.next())
        if now + seconds > self._ends or error.message.startswith("Request Entity Too Large"):
            raise error
        _LOGGER.info("%s: %s; again in %.1f s", self._endpoint, error, seconds)
        await asyncio.sleep(seconds)


def _may_have_arrived(error: TelegramError) -> bool:
    """Whether a call that failed may count at Telegram: not one that was answered with a refusal."""
    return isinstance(error, NetworkError) and isinstance(error.__cause__, httpx.HTTPError)


def _chat(data: dict[str, Any]) -> int | str | None:
    """The chat that a call is about: its id, or the @name of a group or channel."""
    chat = data.get("chat_id")
    try:
        return int(chat)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return chat


def _counts(endpoint: str, kinds: tuple[str, ...]) -> bool:
    return endpoint.startswith(kinds) and endpoint != "sendChatAction"


def pause_asked(error: RetryAfter) -> float:
    """Seconds that a 429 asks us to wait."""
    wait = error.retry_after  # a timedelta where PTB_TIMEDELTA is set, and in versions to come
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
