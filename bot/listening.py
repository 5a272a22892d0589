"""Hearing what Telegram has for the bot, by long polling, and never going deaf.

The loop is ours and not PTB's Updater, whose polling task ends for good at the first 401, or when an update cannot be
kept, while `Updater.running` stays True: a live, deaf process. Here nothing but a token that is refused again and again
ends the listening.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.delivery import pause_asked
from bot.errors import TokenRejected
from bot.inbox import InboxApplication
from bot.pacing import Backoff
from bot.shape import LARGEST, check_shape

ALLOWED_UPDATES = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
POLL_SECONDS = 20
READ_SECONDS = 10
"""How much later than `POLL_SECONDS` an answer may still come."""
DEAF_SECONDS = 60.0
"""A poll that has not ended by then has lost its connection without noticing, and is made anew."""
REFUSALS = 3
"""How often getMe must refuse the token before we believe it: a proxy or a restarting server says 401, too."""

T = TypeVar("T")

_LOGGER = logging.getLogger(__name__)


class Listener:
    """Long polls, one after another. Each confirms what the one before has brought, once the inbox holds it."""

    def __init__(self, application: InboxApplication, stop: asyncio.Event) -> None:
        self._application = application
        self._stop = stop
        self._backoff = Backoff()
        self._offset: int | None = None

    async def listen(self) -> None:
        """Until `stop` is set. Raises `TokenRejected`, and nothing else."""
        while not self._stop.is_set():
            try:
                await self._hear()
            except Exception as error:  # noqa: BLE001 - `_recover` logs it; to end here would be to go deaf
                await unless(self._stop, self._recover(error))
            else:
                if self._backoff.failures:
                    _LOGGER.warning("hearing again, after %d failures", self._backoff.failures)
                self._backoff.reset()

    async def _hear(self) -> None:
        poll = self._application.bot.get_updates(
            offset=self._offset,
            timeout=timedelta(seconds=POLL_SECONDS),
            read_timeout=READ_SECONDS,
            allowed_updates=ALLOWED_UPDATES,
        )
        async with asyncio.timeout(DEAF_SECONDS):
            updates = await unless(self._stop, poll) or ()
        self._application.hear()
        for update in updates:
            await self._application.take(update)
        # Sent once, not for ever: after a week without updates Telegram starts anew at any id, perhaps a lower one.
        self._offset = updates[-1].update_id + 1 if updates else None

    async def _recover(self, error: Exception) -> None:
        """What can be done about an error; then a wait, longer each time."""
        seconds = self._backoff.next()
        if isinstance(error, InvalidToken):
            await self._ask_who_we_are()
        elif isinstance(error, Conflict):
            # Another process polls with this token; or a webhook is set, which can be mended from here.
            with suppress(TelegramError):
                await self._application.bot.delete_webhook()
        elif isinstance(error, RetryAfter):
            seconds = pause_asked(error)
        known = isinstance(error, TelegramError | TimeoutError)
        _LOGGER.warning("not hearing: %r; again in %.1f s", error, seconds, exc_info=None if known else error)
        await asyncio.sleep(seconds)

    async def _ask_who_we_are(self) -> None:
        backoff = Backoff()
        for _ in range(REFUSALS):
            await asyncio.sleep(backoff.next())
            try:
                await self._application.bot.get_me()
            except InvalidToken:
                continue
            except TelegramError:
                _LOGGER.warning("getUpdates says 401, and getMe does not answer")
            return
        raise TokenRejected


class PollRequest(HTTPXRequest):
    """HTTP for getUpdates. An update that PTB cannot parse arrives as a bare id, which is confirmed like any other.

    As it is, PTB would drop the whole batch, fetch it again at once, and so on for ever.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer, with stubs in place of updates that cannot be parsed."""
        answer = HTTPXRequest.parse_json_payload(payload)
        if isinstance(updates := answer.get("result"), list):
            answer["result"] = list(_readable(updates))
        return answer


def readable(update: dict[str, Any]) -> dict[str, Any]:
    """An update as Telegram describes it (see `bot.shape`); of any other the bare id. ValueError where it has none."""
    number = update.get("update_id")
    if type(number) is not int or not 0 <= number <= LARGEST:
        raise ValueError("an update has a number")
    known = {name: update[name] for name in ("update_id", *ALLOWED_UPDATES) if name in update}
    try:
        check_shape(known)
        Update.de_json(known, None)
    except Exception:
        _LOGGER.exception("update %d cannot be parsed and is passed over", number)
        return {"update_id": number}
    return known


def _readable(updates: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Those that have a number: any other cannot be confirmed, and goes with the ones that come after it."""
    for update in updates:
        try:
            yield readable(update)
        except (ValueError, AttributeError):
            _LOGGER.error("an update without a number is passed over")


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work gives, or None where `stop` is set first: then it is cancelled."""
    task, halt = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, halt}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        halt.cancel()
        await asyncio.gather(task, halt, return_exceptions=True)
