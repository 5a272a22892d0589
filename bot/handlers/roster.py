"""/quiet: being away, with a deputy. /digest: when to push, and whether with an overview."""

from datetime import date

from telegram import InlineKeyboardMarkup, Update
from telegram.ext import ContextTypes

from actions.calendar import local_day
from actions.dates import read_date
from actions.input_errors import AnswerRefused
from actions.roster import Absence
from actions.roster_errors import RosterRefused
from bot.handlers.pressing import acknowledge, turn_page
from bot.keyboards.roster import absence_keyboard, deputies_keyboard, wishes_keyboard
from bot.messages import roster as wording
from bot.services import Services, aside

Shown = tuple[str, InlineKeyboardMarkup | None]


class Arrangements:
    """What an officer arranges about being pushed to. In private chats alone."""

    def __init__(self, services: Services) -> None:
        self._at = services

    async def quiet(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/quiet FROM UNTIL."""
        message = update.message
        if message is None or message.from_user is None:
            return
        try:
            text, keyboard = await aside(self._quiet, message.from_user.id, list(context.args or ()))
        except (AnswerRefused, RosterRefused) as refused:
            text, keyboard = f"{refused}\n{wording.QUIET_HOW}", None
        await message.reply_text(text, reply_markup=keyboard)

    async def deputy(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`deputy:OFFICER:FROM:UNTIL`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        try:
            from_on, until_on = (read_date(context.match[group], date.max) for group in (2, 3))
            absence = Absence(query.from_user.id, from_on, until_on, int(context.match[1]))
            await aside(self._at.roster.leave, absence, now=self._at.now())
        except (AnswerRefused, RosterRefused) as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        text, keyboard = await aside(self._away, absence)
        await turn_page(query, text, keyboard)

    async def back(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`deputy:back`."""
        query = update.callback_query
        assert query is not None
        await acknowledge(query)
        came = await aside(self._at.roster.come_back, query.from_user.id, now=self._at.now())
        await turn_page(query, wording.BACK if came else wording.NOT_AWAY, None)

    async def digest(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/digest."""
        message = update.message
        if message is None or message.from_user is None:
            return
        text, keyboard = await aside(self._wishes, message.from_user.id)
        await message.reply_text(text, reply_markup=keyboard)

    async def hour(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`hour:HOUR`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        hour = int(context.match[1])
        await aside(self._at.roster.wish, query.from_user.id, hour=hour, now=self._at.now())
        await acknowledge(query, wording.hour_set(hour))
        await turn_page(query, *await aside(self._wishes, query.from_user.id))

    async def switch(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`digest:on|off`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        on = context.match[1] == "on"
        await aside(self._at.roster.wish, query.from_user.id, digest=on, now=self._at.now())
        await acknowledge(query, wording.DIGEST_NOW_ON if on else wording.DIGEST_NOW_OFF)
        await turn_page(query, *await aside(self._wishes, query.from_user.id))

    def _quiet(self, officer: int, days: list[str]) -> Shown:
        today = local_day(self._at.now())
        if not days:
            absence = self._at.roster.absence(officer)
            current = absence if absence and absence.until_on >= today else None
            return self._away(current) if current else (wording.QUIET_HOW, None)
        first, last = read_date(days[0], today), read_date(days[-1], today)
        deputies = self._at.roster.deputies(officer)
        self._at.roster.check_period(first, last)
        if not deputies:
            return wording.NOBODY_TO_PASS, None
        return wording.QUIET_WHO, deputies_keyboard(deputies, first, last)

    def _away(self, absence: Absence) -> Shown:
        name = self._at.officers.name(absence.deputy_id)
        return wording.quiet_until(absence.from_on, absence.until_on, name), absence_keyboard()

    def _wishes(self, officer: int) -> Shown:
        wishes = self._at.roster.wishes(officer)
        return f"{wording.wishes(wishes.hour, wishes.digest)}\n{wording.HOUR_HOW}", wishes_keyboard(wishes)
