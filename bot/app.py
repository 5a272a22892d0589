"""The one place where everything is built and handed down: settings in, a running bot out."""

import asyncio
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from telegram import BotCommand
from telegram.error import TelegramError
from telegram.ext import ApplicationBuilder, CommandHandler, ContextTypes
from telegram.request import BaseRequest

from actions.arrivals import Arrivals
from actions.census import Census
from actions.gaps import Gaps
from actions.inbox import Inbox
from actions.ledger import Ledger
from actions.sources import Sources
from actions.store import CaseLog
from bot import messages, polling
from bot.alarm import Alarm
from bot.alone import alone
from bot.closing import write_down
from bot.delivery import Delivery
from bot.errors import BotApiUnreachable, TokenMissing
from bot.handlers.jump import Jump, Jumping
from bot.inbox import DurableQueue, InboxApplication, PerChatProcessor
from bot.jobs import EVERY, Jobs
from bot.keeping import Keeper
from bot.listening import PollRequest
from bot.noticing import Noticing
from bot.pushing import Pusher
from bot.services import Clock, Services, aside, utc_now
from bot.settings import Settings
from bot.throttling import Throttle
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
    """Runs the bot until it is told to stop (see `bot.polling`); raises TokenMissing, TokenRejected, AlreadyRunning.

    The case log is read through first: CaseLogDamaged. The library is opened once there is a token: it may take half a
    minute. `on_ready` is called when the bot listens; `say` gets one line where the Bot API cannot be reached yet, and
    while there is no admin the code for the first one.
    """
    if settings.telegram_bot_token is None:
        raise TokenMissing

    def unreachable(error: TelegramError) -> None:
        say(str(BotApiUnreachable(where=settings.telegram_api_base_url, reason=type(error).__name__)))

    with alone(settings), _doors(settings) as doors, closing(CaseLog(settings.case_log)) as case_log:
        case_log.check()
        Sources(case_log, settings.sources).publish()  # before the library is opened, which draws on it
        write_down(Gaps(case_log, Ledger(case_log)), settings.learned)
        application = build(settings, case_log, open_library(), now=now, every=every, jump=jump)

        def ready() -> None:
            on_ready()
            if code := Arrivals(case_log).first_code(now=now()):
                say(messages.first_code(code))

        commands = [*COMMANDS, *([BotCommand(*messages.COMMAND_JUMP)] if jump else [])]
        asyncio.run(
            polling.run(
                application,
                commands=commands,
                on_ready=ready,
                on_trouble=unreachable,
                receive=_webhook(settings, application, doors.webhook),
                beside=_operations(application, case_log, doors),
            )
        )


@dataclass(frozen=True)
class Doors:
    """Where the bot's own servers listen, each if it is wanted."""

    webhook: socket.socket | None = None
    operations: socket.socket | None = None


@contextmanager
def _doors(settings: Settings) -> Iterator[Doors]:
    """The ports, taken before anything else has begun. PortTaken, AddressUnusable."""
    if settings.webhook_url is None and settings.operations_listen is None:
        yield Doors()
        return
    from bot.web import listening  # a web server, which few need

    with ExitStack() as stack:
        posts = stack.enter_context(listening(settings.webhook_listen)) if settings.webhook_url else None
        looks = stack.enter_context(listening(settings.operations_listen)) if settings.operations_listen else None
        yield Doors(posts, looks)


def _webhook(
    settings: Settings, application: InboxApplication, listener: socket.socket | None
) -> polling.Receiver | None:
    """How updates come, where they are posted to us."""
    if settings.webhook_url is None or listener is None:
        return None
    from bot.web import receive

    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else secrets.token_urlsafe(32)
    return partial(receive, application, settings.webhook_url, listener, secret)


def _operations(application: InboxApplication, log: CaseLog, doors: Doors) -> polling.Receiver | None:
    """Health and figures, where they are wanted."""
    if doors.operations is None:
        return None
    from bot.metrics import Metrics
    from bot.web import operations, serve

    application.metrics = Metrics()
    application.hear()
    heard_at = (lambda: None) if doors.webhook else (lambda: application.heard_at)
    return partial(serve, operations(Census(log), application.metrics, heard_at), doors.operations)


def build(
    settings: Settings,
    case_log: CaseLog,
    library: Library,
    *,
    now: Clock = utc_now,
    every: timedelta = EVERY,
    jump: Jump | None = None,
    request: BaseRequest | None = None,
) -> InboxApplication:
    """The application with all handlers, not yet started.

    `every`: how often it looks for what is due. `jump` sets `now` forward, where people may do that. `request`: another
    way to the Bot API than HTTP.
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
    if request is not None:
        builder = builder.request(request)
    application: InboxApplication = builder.build()
    services = Services.with_library(case_log, settings, library, now)
    alarm = Alarm(application.bot, services.roster, now)
    pusher, noticing = Pusher(application.bot, services, settings.push_lock), Noticing(library.texts, services.editions)
    jobs = Jobs(pusher, services, noticing, Keeper(settings), alarm, every, library.interrupt)
    application.jobs, application.alarm = jobs, alarm
    if jump:
        application.add_handler(CommandHandler("jump", Jumping(services, jump).command, NEW))
    add_handlers(application, services, jobs, Throttle(settings.per_minute), alarm)
    _forget_daily(application, Inbox(case_log), services)
    return application


def _forget_daily(application: InboxApplication, inbox: Inbox, services: Services) -> None:
    """Clears what was said long ago out of the inbox: it is there to be handled, not to be kept. Likewise files that
    nobody wanted in the library, and cards that nobody can press any more.
    """

    async def forget(context: ContextTypes.DEFAULT_TYPE) -> None:
        await aside(inbox.forget, utc_now() - KEPT_UPDATES)
        await aside(services.offers.clear, utc_now())
        await aside(services.proposals.clear, utc_now())

    assert application.job_queue is not None
    application.job_queue.run_repeating(forget, interval=timedelta(days=1), first=timedelta(minutes=1))
