"""/due, /week, /overdue: what is due to an officer, and to everybody for a lead; pages of the meeting's agenda."""

from functools import partialmethod

from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.calendar import local_day
from actions.duties import When
from actions.rights import Right
from bot.handlers.pressing import acknowledge, turn_page
from bot.keyboards.push import due_keyboard
from bot.letters import Letters
from bot.messages import push as wording
from bot.render.push import list_text
from bot.services import Services, aside

PAGE = 8
MINE, ALL = "mine", "all"


class DueTasks:
    """Lists, in place. In private chats alone."""

    def __init__(self, services: Services, letters: Letters) -> None:
        self._at, self._letters = services, letters

    async def _command(self, when: When, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.message
        if message is None or message.from_user is None:
            return
        text, keyboard = await aside(self._list, when, MINE, 0, message.from_user.id)
        await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    today = partialmethod(_command, When.TODAY)
    week = partialmethod(_command, When.WEEK)
    overdue = partialmethod(_command, When.OVERDUE)

    async def turn(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`due:WHEN:SCOPE:PAGE`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        when, scope, page = When(context.match[1]), context.match[2], int(context.match[3])
        text, keyboard = await aside(self._list, when, scope, page, query.from_user.id)
        await turn_page(query, text, keyboard)

    async def agenda(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`agenda:PAGE`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        month = f"{local_day(self._at.now()):%Y-%m}"
        letter = await aside(self._letters.agenda, month, int(context.match[1]))
        if letter:
            await turn_page(query, letter.text, letter.keyboard)

    def _list(self, when: When, scope: str, page: int, officer: int) -> tuple[str, InlineKeyboardMarkup]:
        today = local_day(self._at.now())
        lead = Right.EVERYBODY in self._at.rights.of(officer, now=self._at.now())
        whose = None if scope == ALL and lead else self._at.roster.principals(officer, today) or [officer]
        due = self._at.due.of(whose, when, today, skip=page * PAGE, limit=PAGE)
        keyboard = due_keyboard(due.tasks, when.value, scope, page, more=due.count > (page + 1) * PAGE, lead=lead)
        if not due.count:
            return wording.NOTHING_DUE[when.value], keyboard
        title = wording.list_title(when.value, due.count, today)
        return list_text(title, due.tasks, today, officer, self._at.officers.name), keyboard
