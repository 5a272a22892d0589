"""The bot's transport as `bot.app` puts it together, with handlers of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import ApplicationBuilder, CallbackContext, TypeHandler
from telegram.request import HTTPXRequest

from actions.inbox import Inbox
from actions.store import CaseLog
from bot.delivery import Delivery
from bot.inbox import DurableQueue, InboxApplication, PerChatProcessor
from bot.listening import PollRequest
from bot.polling import run

TOKEN = "1:sandbox"
DIRECT: dict[str, Any] = {"httpx_kwargs": {"trust_env": False, "verify": False}}
"""Options of an HTTPXRequest to this machine: no proxy, and no certificates, which take time to read."""

Handler = Callable[[Update, CallbackContext[Any, Any, Any, Any]], Coroutine[Any, Any, None]]


@contextmanager
def opened(path: Path, *, busy_timeout: float = 5.0) -> Iterator[CaseLog]:
    log = CaseLog(path, busy_timeout=busy_timeout)
    try:
        yield log
    finally:
        log.close()


def build(
    log: CaseLog, handler: Handler, *, address: str = "http://127.0.0.1:9", token: str = TOKEN, chats_at_once: int = 16
) -> InboxApplication:
    """An application whose only handler gets every update."""
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{address}/bot")
        .request(HTTPXRequest(**DIRECT))
        .get_updates_request(PollRequest(**DIRECT))
        .rate_limiter(Delivery(private_burst=1000, jitter=lambda low, high: high / 10))
        .updater(None)
        .application_class(InboxApplication)
        .update_queue(DurableQueue(Inbox(log)))
        .concurrent_updates(PerChatProcessor(chats_at_once))
        .build()
    )
    application.add_handler(TypeHandler(Update, handler))
    assert isinstance(application, InboxApplication)
    return application


async def echo(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """Answers a message with its own text."""
    if update.message and update.message.text:
        await update.message.reply_text(f"回:{update.message.text}")


async def eventually(look: Callable[[], bool], seconds: float = 10.0) -> None:
    """For what sets no event of ours, such as another process: looks again until it is so."""
    async with asyncio.timeout(seconds):
        while not look():  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running(application: InboxApplication, **options: Any) -> AsyncIterator[None]:
    """The application, run for the block and then told to stop; what `run` raises is raised at the end of the block."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(run(application, stop=stop, **options))
        yield
        stop.set()
