"""The one place where everything is built and handed down: settings in, a running bot out."""

import asyncio
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
from bot.handlers.due import DueTasks
from bot.handlers.gate import Gate
from bot.handlers.handovers import Passing
from bot.handlers.intake import Walking
from bot.handlers.joining import Joining
from bot.handlers.jump import Jump, Jumping
from bot.handlers.messages import Routing
from bot.handlers.reminders import Snoozing
from bot.handlers.roster import Arrangements
from bot.handlers.screens import Screens
from bot.handlers.tasks import Doing
from bot.handlers.visits import Visiting
from bot.handlers.walk_messages import WalkMessages
from bot.handlers.wanted import WantedMessages
from bot.inbox import DurableQueue, InboxApplication, PerChatProcessor
from bot.jobs import EVERY, Jobs
from bot.letters import Letters
from bot.listening import PollRequest
from bot.logs import keep_secrets_out
from bot.pushing import Pusher
from bot.services import Clock, Services, aside, utc_now
from bot.settings import Settings
from retrieval.library import Library

COMMANDS = [BotCommand(name, description) for name, description in messages.COMMANDS]
KEPT_UPDATES = timedelta(days=2)
"""Longer than Telegram offers an update again (24 hours), so that none is handled twice."""
NEW = filters.UpdateType.MESSAGE
WANTED = "note|task|case_file|evidence|remark|reason|date|title|decline"
CASE = r"(CM-\d{4}-\d+)"


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


def add_handlers(application: InboxApplication, services: Services, jobs: Jobs) -> None:
    """Every handler, in the order in which they are tried."""
    ask, cards = Ask(services), Cards(services)
    screens, doing = Screens(services, cards), Doing(services, cards)
    walking = Walking(services, screens)
    walk = WalkMessages(services, walking, screens, ask)
    visiting, letters = Visiting(services), Letters(services)
    routing = Routing(visiting, WantedMessages(services, doing, cards), walk, ask)
    due, passing, arranging = DueTasks(services, letters), Passing(services), Arrangements(services)
    application.add_handler(TypeHandler(Update, Gate(services)), group=-1)
    application.add_handlers(
        [
            CommandHandler("start", welcome.start, NEW),
            CommandHandler("help", welcome.help_, NEW),
            CommandHandler("ask", ask.command, NEW),
            CommandHandler("new", walking.new, NEW),
            CommandHandler("cases", Lists(services).command, NEW),
            CommandHandler("case", cards.command, NEW),
            CommandHandler("due", due.today, NEW),
            CommandHandler("week", due.week, NEW),
            CommandHandler("overdue", due.overdue, NEW),
            CommandHandler("handover", passing.command, NEW),
            CommandHandler("quiet", arranging.quiet, NEW),
            CommandHandler("digest", arranging.digest, NEW),
            MessageHandler(NEW & filters.COMMAND, welcome.unknown_command),
            MessageHandler(NEW & filters.TEXT, routing.text),
            MessageHandler(NEW & (filters.PHOTO | filters.Document.ALL), routing.file),
            MessageHandler(NEW & ~filters.StatusUpdate.ALL, routing.other),
            MessageHandler(filters.UpdateType.EDITED_MESSAGE, walk.edited),
            *_buttons_of_answers(services, ask),
            *_buttons_of_cases(services, cards, doing, walking),
            *_buttons_of_reminders(services, visiting, due, passing, arranging),
            CallbackQueryHandler(answers.expired),
        ]
    )
    application.add_handlers([CallbackQueryHandler(jobs.seen), MessageHandler(NEW & filters.REPLY, jobs.seen)], group=1)
    application.add_handler(TypeHandler(Update, jobs.happened), group=2)
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
        CallbackQueryHandler(doing.ask, rf"^ask:({WANTED}):([A-Z0-9-]+)$"),
        CallbackQueryHandler(doing.drop, r"^drop$"),
    ]


def _buttons_of_reminders(
    services: Services, visiting: Visiting, due: DueTasks, passing: Passing, arranging: Arrangements
) -> list[CallbackQueryHandler[Any, Any]]:
    snoozing = Snoozing(services)
    return [
        CallbackQueryHandler(visiting.visited, r"^visited:(\d+)$"),
        CallbackQueryHandler(visiting.tell, r"^tell:(\d+):([a-z0-9_]+):(\d+|ok)$"),
        CallbackQueryHandler(visiting.untell, r"^untell:(\d+)$"),
        CallbackQueryHandler(visiting.unreached, r"^unreached:(\d+)$"),
        CallbackQueryHandler(visiting.follow, rf"^follow:{CASE}:([a-z0-9-]+)$"),
        CallbackQueryHandler(visiting.go_on, rf"^goon:{CASE}$"),
        CallbackQueryHandler(snoozing.how_far, r"^snooze:(\d+)$"),
        CallbackQueryHandler(snoozing.why, r"^snooze:(\d+):(\d+)$"),
        CallbackQueryHandler(snoozing.because, r"^snooze:(\d+):(\d+):([0-3])$"),
        CallbackQueryHandler(due.turn, r"^due:(today|overdue|week):(mine|all):(\d+)$"),
        CallbackQueryHandler(due.agenda, r"^agenda:(\d+)$"),
        CallbackQueryHandler(passing.to_whom, rf"^pass:{CASE}$"),
        CallbackQueryHandler(passing.offer, rf"^pass:{CASE}:(\d+)$"),
        CallbackQueryHandler(passing.take, r"^take:(\d+)$"),
        CallbackQueryHandler(arranging.deputy, r"^deputy:(\d+):(\d{8}):(\d{8})$"),
        CallbackQueryHandler(arranging.back, r"^deputy:back$"),
        CallbackQueryHandler(arranging.hour, r"^hour:(\d|1\d|2[0-3])$"),
        CallbackQueryHandler(arranging.switch, r"^digest:(on|off)$"),
    ]
