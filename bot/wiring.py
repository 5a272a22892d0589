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

from bot.alarm import Alarm
from bot.handlers import answers, welcome
from bot.handlers.agreeing import Agreeing
from bot.handlers.answers import Answers
from bot.handlers.ask import Ask
from bot.handlers.cards import Cards
from bot.handlers.cases import Lists
from bot.handlers.conversing import Conversing
from bot.handlers.due import DueTasks
from bot.handlers.failure import Failure
from bot.handlers.gaps import Gaps
from bot.handlers.gate import Gate
from bot.handlers.handovers import Passing
from bot.handlers.intake import Walking
from bot.handlers.joining import Joining
from bot.handlers.messages import Routing
from bot.handlers.offering import Offering
from bot.handlers.officers import Staffing
from bot.handlers.proposing import Proposing
from bot.handlers.reminders import Snoozing
from bot.handlers.roster import Arrangements
from bot.handlers.screens import Screens
from bot.handlers.sources import Stock
from bot.handlers.tasks import Doing
from bot.handlers.visits import Visiting
from bot.handlers.walk_messages import WalkMessages
from bot.handlers.wanted import WantedMessages
from bot.handlers.writing import Writing
from bot.inbox import InboxApplication
from bot.jobs import Jobs
from bot.letters import Letters
from bot.services import Services
from bot.throttling import Throttle
from playbook.model import Pillar

NEW = filters.UpdateType.MESSAGE
CASE = r"(CM-\d{4}-\d{1,9})"
ID = r"(\d{1,18})"
"""What SQLite can hold, and nobody counts beyond."""
NUMBER = r"(\d{1,4})"
"""A page, a mark, a choice, a place in a group."""


def add_handlers(
    application: InboxApplication, services: Services, jobs: Jobs, throttle: Throttle, alarm: Alarm
) -> None:
    """Every handler, in the order in which they are tried."""
    ask, cards = Ask(services, application.create_task), Cards(services)
    screens, doing = Screens(services, cards), Doing(services, cards)
    walking = Walking(services, screens)
    walk = WalkMessages(services, walking, screens, ask)
    visiting, letters = Visiting(services), Letters(services)
    staffing, stock, offering = Staffing(services), Stock(services), Offering(services)
    gaps = Gaps(services, ask)
    writing = Writing(services, gaps)
    wanted = WantedMessages(services, doing, cards, staffing, writing, offering)
    due, passing, arranging = DueTasks(services, letters), Passing(services), Arrangements(services)
    lists = Lists(services)
    proposing = Proposing(services, cards=cards, lists=lists, due=due)
    agreeing = Agreeing(services, proposing.card, doing=doing, cards=cards, visiting=visiting, screens=screens)
    routing = Routing(visiting, wanted, walk, proposing, ask, offering)
    application.add_handler(TypeHandler(Update, Gate(services, throttle)), group=-1)
    application.add_handlers(
        [
            CommandHandler("start", welcome.start, NEW),
            CommandHandler("help", welcome.help_, NEW),
            CommandHandler("ask", ask.command, NEW),
            CommandHandler("reset", Conversing(services).reset, NEW),
            CommandHandler("new", walking.new, NEW),
            CommandHandler("cases", lists.command, NEW),
            CommandHandler("case", cards.command, NEW),
            CommandHandler("due", due.today, NEW),
            CommandHandler("week", due.week, NEW),
            CommandHandler("overdue", due.overdue, NEW),
            CommandHandler("handover", passing.command, NEW),
            CommandHandler("quiet", arranging.quiet, NEW),
            CommandHandler("digest", arranging.digest, NEW),
            CommandHandler("history", cards.history, NEW),
            CommandHandler("forget", doing.forget, NEW),
            CommandHandler("officers", staffing.command, NEW),
            CommandHandler("sources", stock.command, NEW),
            CommandHandler("gaps", gaps.command, NEW),
            MessageHandler(NEW & filters.COMMAND, welcome.unknown_command),
            MessageHandler(NEW & filters.TEXT, routing.text),
            MessageHandler(NEW & (filters.PHOTO | filters.Document.ALL), routing.file),
            MessageHandler(NEW & ~filters.StatusUpdate.ALL, routing.other),
            MessageHandler(filters.UpdateType.EDITED_MESSAGE, walk.edited),
            *_buttons_of_answers(services, ask),
            *_buttons_of_cases(services, cards, doing, walking),
            *_buttons_of_reminders(services, visiting, due, passing, arranging),
            *_buttons_of_officers(staffing),
            *_buttons_of_sources(stock, offering),
            *_buttons_of_gaps(gaps, writing),
            *_buttons_of_proposals(agreeing),
            CallbackQueryHandler(answers.expired),
        ]
    )
    application.add_handlers([CallbackQueryHandler(jobs.seen), MessageHandler(NEW & filters.REPLY, jobs.seen)], group=1)
    application.add_handler(TypeHandler(Update, jobs.happened), group=2)
    application.add_error_handler(Failure(alarm))


def _buttons_of_proposals(agreeing: Agreeing) -> list[CallbackQueryHandler[Any, Any]]:
    return [
        CallbackQueryHandler(agreeing.agree, rf"^agree:{ID}$"),
        CallbackQueryHandler(agreeing.decline, rf"^decline:{ID}$"),
        CallbackQueryHandler(agreeing.choose, rf"^choose:{ID}:(CM-\d{{4}}-\d{{1,9}}|\d{{1,18}})$"),
    ]


def _buttons_of_officers(staffing: Staffing) -> list[CallbackQueryHandler[Any, Any]]:
    return [
        CallbackQueryHandler(staffing.list, r"^officers$"),
        CallbackQueryHandler(staffing.person, rf"^person:{ID}$"),
        CallbackQueryHandler(staffing.role, rf"^role:{ID}:(officer|lead|admin|both)$"),
        CallbackQueryHandler(staffing.remove, rf"^remove:{ID}(?::(yes))?$"),
        CallbackQueryHandler(staffing.invite, r"^invite:(officer|lead|admin)$"),
    ]


def _buttons_of_gaps(gaps: Gaps, writing: Writing) -> list[CallbackQueryHandler[Any, Any]]:
    acts = "|".join(["publish", "rewrite", "drop", *Pillar])
    return [
        CallbackQueryHandler(gaps.turn, rf"^gaps:{NUMBER}$"),
        CallbackQueryHandler(gaps.group, rf"^gap:{ID}$"),
        CallbackQueryHandler(gaps.mark, rf"^mark:{ID}(?::([0-9a-f]{{12}})(?::(yes))?)?$"),
        CallbackQueryHandler(gaps.aside, rf"^aside:{ID}$"),
        CallbackQueryHandler(gaps.take_back, rf"^takeback:{ID}$"),
        CallbackQueryHandler(gaps.again, rf"^again:{ID}$"),
        CallbackQueryHandler(writing.ask, rf"^ask:(section|answered_by):{ID}$"),
        CallbackQueryHandler(writing.press, rf"^draft:{ID}:({acts})$"),
    ]


def _buttons_of_sources(stock: Stock, offering: Offering) -> list[CallbackQueryHandler[Any, Any]]:
    key = r"([0-9a-f]{12})"
    return [
        CallbackQueryHandler(stock.list, rf"^sources:{NUMBER}$"),
        CallbackQueryHandler(stock.card, rf"^own:{key}$"),
        CallbackQueryHandler(stock.text, rf"^own:{key}:text:{NUMBER}$"),
        CallbackQueryHandler(stock.switch, rf"^own:{key}:(on|off)$"),
        CallbackQueryHandler(stock.versions, rf"^own:{key}:old$"),
        CallbackQueryHandler(stock.file, rf"^own:{key}:file:{NUMBER}$"),
        CallbackQueryHandler(stock.swap, rf"^ask:source:{key}$"),
        CallbackQueryHandler(offering.press, rf"^offer:{ID}:(add|swap|no)$"),
    ]


def _buttons_of_answers(services: Services, ask: Ask) -> list[CallbackQueryHandler[Any, Any]]:
    answer, joining = Answers(services), Joining(services)
    return [
        CallbackQueryHandler(ask.suggested, r"^try:([0-2])$"),
        CallbackQueryHandler(answer.source, rf"^source:{ID}:{NUMBER}$"),
        CallbackQueryHandler(answer.page, rf"^page:{ID}:{NUMBER}:{NUMBER}$"),
        CallbackQueryHandler(answer.similar, rf"^similar:{ID}$"),
        CallbackQueryHandler(answer.case, rf"^case:([a-z0-9-]+):{NUMBER}$"),
        CallbackQueryHandler(answer.rate, rf"^rate:{ID}:(-?1)$"),
        CallbackQueryHandler(answer.none, rf"^none:{ID}$"),
        CallbackQueryHandler(joining.which, rf"^join:{ID}$"),
        CallbackQueryHandler(joining.where, rf"^join:{ID}:{NUMBER}$"),
        CallbackQueryHandler(joining.join, rf"^join:{ID}:{NUMBER}:{CASE}$"),
    ]


def _buttons_of_cases(
    services: Services, cards: Cards, doing: Doing, walking: Walking
) -> list[CallbackQueryHandler[Any, Any]]:
    lists = Lists(services)
    return [
        CallbackQueryHandler(walking.press, rf"^walk:{ID}:([a-z]+)(?::(.+))?$"),
        CallbackQueryHandler(walking.fill, rf"^fill:{CASE}$"),
        CallbackQueryHandler(walking.change, rf"^edit:{CASE}:([a-z0-9_]+):{NUMBER}$"),
        CallbackQueryHandler(lists.turn, rf"^list:(mine|all|drafts|archived):(-|{CASE[1:-1]})$"),
        CallbackQueryHandler(lists.turn_found, rf"^find:(-|{CASE[1:-1]}):(.+)$"),
        CallbackQueryHandler(cards.press, rf"^card:{CASE}$"),
        CallbackQueryHandler(cards.part, rf"^part:{CASE}:(tasks|answers|timeline|papers|history):{NUMBER}$"),
        CallbackQueryHandler(cards.file, rf"^file:{ID}$"),
        CallbackQueryHandler(doing.task, rf"^task:{ID}$"),
        CallbackQueryHandler(doing.act, rf"^do:(finish|reopen):{ID}$"),
        CallbackQueryHandler(doing.act, rf"^do:(archive|restore|release|publish|forget):{CASE}$"),
        CallbackQueryHandler(doing.ask, rf"^ask:(note|task|case_file):{CASE}$"),
        CallbackQueryHandler(doing.ask, rf"^ask:(evidence|remark|reason|date|title|decline):{ID}$"),
        CallbackQueryHandler(doing.drop, r"^drop$"),
    ]


def _buttons_of_reminders(
    services: Services, visiting: Visiting, due: DueTasks, passing: Passing, arranging: Arrangements
) -> list[CallbackQueryHandler[Any, Any]]:
    snoozing = Snoozing(services)
    return [
        CallbackQueryHandler(visiting.visited, rf"^visited:{ID}$"),
        CallbackQueryHandler(visiting.tell, rf"^tell:{ID}:([a-z0-9_]+):(\d{{1,4}}|ok)$"),
        CallbackQueryHandler(visiting.untell, rf"^untell:{ID}$"),
        CallbackQueryHandler(visiting.unreached, rf"^unreached:{ID}$"),
        CallbackQueryHandler(visiting.follow, rf"^follow:{CASE}:([a-z0-9-]+)$"),
        CallbackQueryHandler(visiting.go_on, rf"^goon:{CASE}$"),
        CallbackQueryHandler(snoozing.how_far, rf"^snooze:{ID}$"),
        CallbackQueryHandler(snoozing.why, rf"^snooze:{ID}:{NUMBER}$"),
        CallbackQueryHandler(snoozing.because, rf"^snooze:{ID}:{NUMBER}:([0-3])$"),
        CallbackQueryHandler(due.turn, rf"^due:(today|overdue|week):(mine|all):{NUMBER}$"),
        CallbackQueryHandler(due.agenda, rf"^agenda:{NUMBER}$"),
        CallbackQueryHandler(passing.to_whom, rf"^pass:{CASE}$"),
        CallbackQueryHandler(passing.offer, rf"^pass:{CASE}:{ID}$"),
        CallbackQueryHandler(passing.take, rf"^take:{ID}$"),
        CallbackQueryHandler(arranging.deputy, rf"^deputy:{ID}:(\d{{8}}):(\d{{8}})$"),
        CallbackQueryHandler(arranging.back, r"^deputy:back$"),
        CallbackQueryHandler(arranging.hour, r"^hour:(\d|1\d|2[0-3])$"),
        CallbackQueryHandler(arranging.switch, r"^digest:(on|off)$"),
    ]
