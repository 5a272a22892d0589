"""Every handler in the order in which they are tried, and which button each is for."""

from typing import Any

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

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
from bot.handlers.messages import Routing
from bot.handlers.reminders import Snoozing
from bot.handlers.roster import Arrangements
from bot.handlers.screens import Screens
from bot.handlers.tasks import Doing
from bot.handlers.visits import Visiting
from bot.handlers.walk_messages import WalkMessages
from bot.handlers.wanted import WantedMessages
from bot.inbox import InboxApplication
from bot.jobs import Jobs
from bot.letters import Letters
from bot.services import Services

NEW = filters.UpdateType.MESSAGE


WANTED = "note|task|case_file|evidence|remark|reason|date|title|decline"


CASE = r"(CM-\d{4}-\d+)"


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
