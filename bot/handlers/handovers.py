"""A case goes to a colleague: /handover, 转交, and the colleague's answer."""

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.ext import ContextTypes

from actions.case_errors import CaseRefused
from actions.cases import case_id as read_case_id
from actions.model import CaseStatus
from actions.roster_errors import RosterRefused
from bot.handlers.pressing import acknowledge, turn_page
from bot.keyboards.push import case_keyboard
from bot.keyboards.roster import colleagues_keyboard, passable_keyboard
from bot.messages import roster as wording
from bot.services import Services, aside

OFFERED = 12


class Passing:
    """Offers, takes. Declining needs a reason: it is asked for as other texts are (`bot.handlers.wanted`)."""

    def __init__(self, services: Services) -> None:
        self._at = services

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/handover, or /handover and a case."""
        message = update.message
        if message is None or message.from_user is None:
            return
        case_id = read_case_id(" ".join(context.args or ()))
        if case_id is None:
            text, keyboard = await aside(self._which, message.from_user.id)
        else:
            text, keyboard = await aside(self._to_whom, case_id, message.from_user.id)
        await message.reply_text(text, reply_markup=keyboard)

    async def to_whom(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`pass:CASE`: asks for the colleague, below."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        text, keyboard = await aside(self._to_whom, context.match[1], query.from_user.id)
        if isinstance(query.message, Message):
            await query.message.reply_text(text, reply_markup=keyboard)

    async def offer(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`pass:CASE:OFFICER`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        case_id, to_id, by = context.match[1], int(context.match[2]), query.from_user.id
        try:
            await aside(self._at.handovers.ask, case_id, to_id, by=by, now=self._at.now())
        except (RosterRefused, CaseRefused) as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        name = await aside(self._at.officers.name, to_id)
        await turn_page(query, wording.offered(name), case_keyboard(case_id))

    async def take(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`take:HANDOVER`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        by, now = query.from_user.id, self._at.now()
        try:
            handover = await aside(self._at.handovers.accept, int(context.match[1]), by=by, now=now)
        except RosterRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        await turn_page(query, wording.TAKEN, case_keyboard(handover.case_id))

    def _which(self, officer: int) -> tuple[str, InlineKeyboardMarkup | None]:
        statuses = (CaseStatus.OPEN, CaseStatus.FOLLOW_UP, CaseStatus.DRAFT)
        page = self._at.cases.page(officer, statuses=statuses, limit=OFFERED)
        if not page.cases:
            return wording.NO_CASES_TO_PASS, None
        return wording.HANDOVER_HOW, passable_keyboard(page.cases)

    def _to_whom(self, case_id: str, officer: int) -> tuple[str, InlineKeyboardMarkup | None]:
        try:
            holder = self._at.cases.need(case_id).officer_id
        except CaseRefused as refused:
            return str(refused), None
        colleagues = self._at.roster.deputies(holder)
        if not colleagues:
            return wording.NOBODY_TO_PASS, None
        return wording.PASS_TO, colleagues_keyboard(case_id, colleagues)
