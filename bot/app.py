"""The one place where everything is built and handed down: settings in, a running bot out."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from telegram import BotCommand
from telegram.error import TelegramError
from telegram.ext import (
    ApplicationBuilder,
    CommandHandler,
    ContextTypes,
)

from actions.inbox import Inbox
from actions.store import CaseLog
from bot import messages, polling
from bot.delivery import Delivery
from bot.errors import BotApiUnreachable, TokenMissing
from bot.handlers.jump import Jump, Jumping
from bot.inbox import DurableQueue, InboxApplication, PerChatProcessor
from bot.jobs import EVERY, Jobs
from bot.listening import PollRequest
from bot.logs import keep_secrets_out
from bot.pushing import Pusher
from bot.services import Clock, Services, aside, utc_now
from bot.settings import Settings
from bot.wiring import NEW, add_handlers
from retrieval.library import Library

COMMANDS = [BotCommand(name, description) for name, description in messages.COMMANDS]
KEPT_UPDATES = timedelta(days=2)
"""Longer than Telegram offers an update again (24 hours), so that none is handled twice."""


def run(
    settings: Settings,
    open_library: Callable[[], Library],
    on_ready: Callable[[], None],
    say: Callable[[str], None],
    *,
    now: Clock = utc_now,
    every: timedelta = EVERY,
    jump: Jump | None = None,
) -> None:
    """Runs the bot until it is told to stop (see `bot.polling`); raises TokenMissing, TokenRejected.

    The library is opened once there is a token: it may take half a minute. `on_ready` is called when the bot listens;
    `say` gets one line where the Bot API cannot be reached yet.
    """
    if settings.telegram_bot_token is None:
        raise TokenMissing
    keep_secrets_out()

    def unreachable(error: TelegramError) -> None:
        say(str(BotApiUnreachable(where=settings.telegram_api_base_url, reason=type(error).__name__)))

    case_log = CaseLog(settings.case_log)
    try:
        application = build(settings, case_log, open_library(), now=now, every=every, jump=jump)
        commands = [*COMMANDS, *([BotCommand(*messages.COMMAND_JUMP)] if jump else [])]
        asyncio.run(polling.run(application, commands=commands, on_ready=on_ready, on_trouble=unreachable))
    finally:
        case_log.close()


def build(
    settings: Settings,
    case_log: CaseLog,
    library: Library,
    *,
    now: Clock = utc_now,
    every: timedelta = EVERY,
    jump: Jump | None = None,
) -> InboxApplication:
    """The application with all handlers, not yet started.

    `every`: how often it looks for what is due. `jump` sets `now` forward, where people may do that.
    """
    assert settings.telegram_bot_token is not None
    builder: Any = (
        ApplicationBuilder()
        .application_class(InboxApplication)
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(f"{settings.telegram_api_base_url}/bot")
        .base_file_url(f"{settings.telegram_api_base_url}/file/bot")
        .updater(None)
        .update_queue(DurableQueue(Inbox(case_log)))
        .get_updates_request(PollRequest())
        .concurrent_updates(PerChatProcessor())
        .rate_limiter(Delivery())
    )
    application: InboxApplication = builder.build()
    services = Services.with_library(case_log, settings, library, now)
    jobs = Jobs(Pusher(application.bot, services, settings.push_lock), services, every)
    application.jobs = jobs
    if jump:
        application.add_handler(CommandHandler("jump", Jumping(services, jump).command, NEW))
    add_handlers(application, services, jobs)
    _forget_daily(application, Inbox(case_log))
    return application


def _forget_daily(application: InboxApplication, inbox: Inbox) -> None:
    """Clears what was said long ago out of the inbox: it is there to be handled, not to be kept."""

    async def forget(context: ContextTypes.DEFAULT_TYPE) -> None:
        await aside(inbox.forget, utc_now() - KEPT_UPDATES)

    assert application.job_queue is not None
    application.job_queue.run_repeating(forget, interval=timedelta(days=1), first=timedelta(minutes=1))
