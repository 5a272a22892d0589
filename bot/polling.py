"""The bot's life on Telegram by long polling: it introduces itself, listens until told to stop, and finishes its work.

builder = ApplicationBuilder().token(…).updater(None).get_updates_request(PollRequest()).rate_limiter(Delivery())
await run(builder.application_class(InboxApplication)….build())  # the rest of it: see `bot.inbox`
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

from telegram import BotCommand
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.delivery import pause_asked
from bot.errors import TokenRejected
from bot.inbox import InboxApplication
from bot.listening import Listener, unless
from bot.pacing import Backoff

Receiver = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
LAST_SECONDS = 1.0
"""For jobs and other tasks, once the updates that would not end have been abandoned."""

_LOGGER = logging.getLogger(__name__)


async def run(
    application: InboxApplication,
    *,
    stop: asyncio.Event | None = None,
    commands: Sequence[BotCommand] = (),
    on_ready: Callable[[], None] | None = None,
    on_trouble: Callable[[TelegramError], None] | None = None,
    drain_seconds: float = 30.0,
    receive: Receiver | None = None,
    beside: Receiver | None = None,
) -> None:
    """Runs the bot until `stop` is set; without one until SIGTERM or SIGINT (a second one ends the process at once).

    `receive` is another way to updates than long polling, `beside` runs along; both end when the event is set.
    `commands` are offered in Telegram's menu. `on_ready` is called once the Bot API has said who we are; until then it
    is asked again and again, and `on_trouble` is told the first time that it does not say. At the end, what is queued
    or running may take `drain_seconds` to finish; what has not by then is done at the next start. Raises
    `TokenRejected`, and `CaseLogUnavailable` where the inbox cannot be read.
    """
    halt = stop or asyncio.Event()
    with nullcontext() if stop else _set_by_signals(halt):
        try:
            await _introduce(application, halt, on_trouble or (lambda error: None))
            if not halt.is_set():
                if on_ready:
                    on_ready()
                await unless(halt, application.start())
                if commands:
                    application.create_task(_offer(application, commands))
                if application.jobs:
                    application.create_task(application.jobs.run())
                if beside:
                    application.create_task(beside(halt))
                await (receive(halt) if receive else Listener(application, halt).listen())
        finally:
            if application.jobs:
                application.jobs.stop()
            await _drain(application, drain_seconds)


async def _introduce(
    application: InboxApplication, stop: asyncio.Event, on_trouble: Callable[[TelegramError], None]
) -> None:
    backoff, told = Backoff(), False
    while not stop.is_set():
        try:
            await unless(stop, application.initialize())
            return
        except InvalidToken:
            raise TokenRejected from None  # PTB's error quotes the token
        except TelegramError as error:
            seconds = pause_asked(error) if isinstance(error, RetryAfter) else backoff.next()
            _LOGGER.info("the Bot API does not say who we are: %r; again in %.1f s", error, seconds)
            if not told:
                on_trouble(error)
                told = True
        await unless(stop, asyncio.sleep(seconds))


async def _offer(application: InboxApplication, commands: Sequence[BotCommand]) -> None:
    try:
        await application.bot.set_my_commands(commands)
    except TelegramError as error:
        _LOGGER.warning("the menu of commands could not be set: %r", error)


async def _drain(application: InboxApplication, seconds: float) -> None:
    try:
        if application.running:
            async with asyncio.timeout(seconds):
                await application.update_queue.join()  # before `stop`: PTB keeps no hold of tasks it starts after that
                await application.stop()
    except TimeoutError:
        _LOGGER.warning("not finished within %.0f s; what is left is done at the next start", seconds)
        await application.abandon()
        if application.running:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_SECONDS):
                    await application.stop()
        if application.job_queue:
            await application.job_queue.stop(wait=False)
    finally:
        await application.shutdown()
        await application.bot.shutdown()  # the application forgets it where getMe never succeeded


@contextmanager
def _set_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Within the block SIGTERM and SIGINT set `stop`, each once: the next one has its usual effect."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def halt() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    with suppress(NotImplementedError):  # on Windows Ctrl+C cancels us instead
        for number in signals:
            loop.add_signal_handler(number, halt)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in signals:
                loop.remove_signal_handler(number)
