"""The one place where everything is built and handed down: settings in, a running bot out."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from telegram import BotCommand, Update
from telegram.error import TelegramError
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from actions.inbox import Inbox
from actions.officers import Officers
from actions.questions import Questions
from actions.store import CaseLog
from bot import messages, polling
from bot.delivery import Delivery
from bot.errors import BotApiUnreachable, TokenMissing
from bot.handlers import answers, failure, welcome
from bot.handlers.answers import Answers
from bot.handlers.ask import Ask
from bot.handlers.gate import Gate
from bot.inbox import DurableQueue, InboxApplication, PerChatProcessor
from bot.listening import PollRequest
from bot.services import Services, aside, utc_now
from bot.settings import Settings
from retrieval.library import Library

COMMANDS = [BotCommand(name, description) for name, description in messages.COMMANDS]
KEPT_UPDATES = timedelta(days=2)
"""Longer than Telegram offers an update again (24 hours), so that none is handled twice."""
NEW = filters.UpdateType.MESSAGE


def run(
    settings: Settings, open_library: Callable[[], Library], on_ready: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Runs the bot until it is told to stop (see `bot.polling`); raises TokenMissing, TokenRejected.

    The library is opened once there is a token: it may take half a minute. `on_ready` is called when the bot listens;
    `say` gets one line where the Bot API cannot be reached yet.
    """
    if settings.telegram_bot_token is None:
        raise TokenMissing
    # httpx logs every request with its address at INFO, and the address holds the token.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # … and PTB every 502 with its page of HTML, which `delivery` and `listening` deal with.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)

    def unreachable(error: TelegramError) -> None:
        say(str(BotApiUnreachable(where=settings.telegram_api_base_url, reason=type(error).__name__)))

    case_log = CaseLog(settings.case_log)
    try:
        application = build(settings, case_log, open_library())
        asyncio.run(polling.run(application, commands=COMMANDS, on_ready=on_ready, on_trouble=unreachable))
    finally:
        case_log.close()


def build(settings: Settings, case_log: CaseLog, library: Library) -> InboxApplication:
    """The application with all handlers, not yet started."""
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
    add_handlers(application, Services(library, Officers(case_log), Questions(case_log)))
    _forget_daily(application, Inbox(case_log))
    return application


def _forget_daily(application: InboxApplication, inbox: Inbox) -> None:
    """Clears what was said long ago out of the inbox: it is there to be handled, not to be kept."""

    async def forget(context: ContextTypes.DEFAULT_TYPE) -> None:
        await aside(inbox.forget, utc_now() - KEPT_UPDATES)

    assert application.job_queue is not None
    application.job_queue.run_repeating(forget, interval=timedelta(days=1), first=timedelta(minutes=1))


def add_handlers(application: InboxApplication, services: Services) -> None:
    """Every handler, in the order in which they are tried."""
    ask, answer = Ask(services), Answers(services)
    application.add_handler(TypeHandler(Update, Gate(services)), group=-1)
    application.add_handlers(
        [
            CommandHandler("start", welcome.start, NEW),
            CommandHandler("help", welcome.help_, NEW),
            CommandHandler("ask", ask.command, NEW),
            MessageHandler(NEW & filters.COMMAND, welcome.unknown_command),
            MessageHandler(NEW & filters.TEXT, ask.text),
            MessageHandler(NEW & ~filters.StatusUpdate.ALL, welcome.not_text),
            CallbackQueryHandler(ask.suggested, r"^try:([0-2])$"),
            CallbackQueryHandler(answer.source, r"^source:(\d+):(\d+)$"),
            CallbackQueryHandler(answer.page, r"^page:(\d+):(\d+):(\d+)$"),
            CallbackQueryHandler(answer.similar, r"^similar:(\d+)$"),
            CallbackQueryHandler(answer.case, r"^case:([a-z0-9-]+):(\d+)$"),
            CallbackQueryHandler(answer.rate, r"^rate:(\d+):(-?1)$"),
            CallbackQueryHandler(answer.none, r"^none:(\d+)$"),
            CallbackQueryHandler(answers.expired),
        ]
    )
    application.add_error_handler(failure.failed)
