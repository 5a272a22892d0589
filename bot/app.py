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
from actions.store import CaseLog
from bot import messages, polling
from bot.delivery import Delivery
from bot.errors import BotApiUnreachable, TokenMissing
from bot.handlers import answers, failure, welcome
from bot.handlers.answers import Answers
from bot.handlers.ask import Ask
from bot.handlers.cards import Cards
from bot.handlers.cases import Lists
from bot.handlers.gate import Gate
from bot.handlers.intake import Walking
from bot.handlers.joining import Joining
from bot.handlers.messages import Routing
from bot.handlers.screens import Screens
from bot.handlers.tasks import Doing
from bot.handlers.walk_messages import WalkMessages
from bot.handlers.wanted import WantedMessages
from bot.inbox import DurableQueue, InboxApplication, PerChatProcessor
from bot.listening import PollRequest
from bot.services import Services, aside, utc_now
from bot.settings import Settings
from playbook.procedure import load_procedure
from retrieval.library import Library

COMMANDS = [BotCommand(name, description) for name, description in messages.COMMANDS]
KEPT_UPDATES = timedelta(days=2)
"""Longer than Telegram offers an update again (24 hours), so that none is handled twice."""
NEW = filters.UpdateType.MESSAGE
CASE = r"(CM-\d{4}-\d+)"


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
    procedure = load_procedure(settings.playbook_dir)
    services = Services.of(library, case_log, procedure, files=settings.files, released=settings.released)
    add_handlers(application, services)
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
    ask, cards = Ask(services), Cards(services)
    screens, doing = Screens(services, cards), Doing(services, cards)
    walking = Walking(services, screens)
    walk = WalkMessages(services, walking, screens, ask)
    routing = Routing(WantedMessages(services, doing, cards), walk, ask)
    application.add_handler(TypeHandler(Update, Gate(services)), group=-1)
    application.add_handlers(
        [
            CommandHandler("start", welcome.start, NEW),
            CommandHandler("help", welcome.help_, NEW),
            CommandHandler("ask", ask.command, NEW),
            CommandHandler("new", walking.new, NEW),
            CommandHandler("cases", Lists(services).command, NEW),
            CommandHandler("case", cards.command, NEW),
            MessageHandler(NEW & filters.COMMAND, welcome.unknown_command),
            MessageHandler(NEW & filters.TEXT, routing.text),
            MessageHandler(NEW & (filters.PHOTO | filters.Document.ALL), routing.file),
            MessageHandler(NEW & ~filters.StatusUpdate.ALL, routing.other),
            MessageHandler(filters.UpdateType.EDITED_MESSAGE, walk.edited),
            *_buttons_of_answers(services, ask),
            *_buttons_of_cases(services, cards, doing, walking),
            CallbackQueryHandler(answers.expired),
        ]
    )
    application.add_error_handler(failure.failed)


def _buttons_of_answers(services: Services, ask: Ask) -> list[CallbackQueryHandler[Any, Any]]:
    answer, joining = Answers(services), Joining(services)
    return [
        CallbackQueryHandler(ask.suggested, r"^try:([0-2])$"),
        CallbackQueryHandler(answer.source, r"^source:(\d+):(\d+)$"),
        CallbackQueryHandler(answer.page, r"^page:(\d+):(\d+):(\d+)$"),
        CallbackQueryHandler(answer.similar, r"^similar:(\d+)$"),
        CallbackQueryHandler(answer.case, r"^case:([a-z0-9-]+):(\d+)$"),
        CallbackQueryHandler(answer.rate, r"^rate:(\d+):(-?1)$"),
        CallbackQueryHandler(answer.none, r"^none:(\d+)$"),
        CallbackQueryHandler(joining.which, r"^join:(\d+)$"),
        CallbackQueryHandler(joining.where, r"^join:(\d+):(\d+)$"),
        CallbackQueryHandler(joining.join, rf"^join:(\d+):(\d+):{CASE}$"),
    ]


def _buttons_of_cases(
    services: Services, cards: Cards, doing: Doing, walking: Walking
) -> list[CallbackQueryHandler[Any, Any]]:
    lists = Lists(services)
    return [
        CallbackQueryHandler(walking.press, r"^walk:(\d+):([a-z]+)(?::(.+))?$"),
        CallbackQueryHandler(walking.fill, rf"^fill:{CASE}$"),
        CallbackQueryHandler(walking.change, rf"^edit:{CASE}:([a-z0-9_]+):(\d+)$"),
        CallbackQueryHandler(lists.turn, rf"^list:(mine|all|drafts|archived):(-|{CASE[1:-1]})$"),
        CallbackQueryHandler(lists.turn_found, rf"^find:(-|{CASE[1:-1]}):(.+)$"),
        CallbackQueryHandler(cards.press, rf"^card:{CASE}$"),
        CallbackQueryHandler(cards.part, rf"^part:{CASE}:(tasks|answers|timeline|papers):(\d+)$"),
        CallbackQueryHandler(cards.file, r"^file:(\d+)$"),
        CallbackQueryHandler(doing.task, r"^task:(\d+)$"),
        CallbackQueryHandler(doing.act, r"^do:(finish|reopen|archive|restore|release|publish):([A-Z0-9-]+)$"),
        CallbackQueryHandler(doing.ask, r"^ask:(note|task|case_file|evidence|remark|reason|date|title):([A-Z0-9-]+)$"),
        CallbackQueryHandler(doing.drop, r"^drop$"),
    ]
