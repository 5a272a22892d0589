"""/cases: lists of cases, and the search for one."""

from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.cases import Page
from actions.model import CaseStatus
from bot.handlers.pressing import acknowledge, turn_page
from bot.keyboards.cases import FIRST, found_keyboard, list_keyboard
from bot.messages import cases as wording
from bot.render.cases import list_text
from bot.services import Services, aside

LIVE = (CaseStatus.OPEN, CaseStatus.FOLLOW_UP)
Shown = tuple[str, InlineKeyboardMarkup | None]


class Lists:
    """Pages of cases, in place. In private chats alone."""

    def __init__(self, services: Services) -> None:
        self._cases = services.cases

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/cases, or /cases and what to look for."""
        message = update.message
        if message is None or message.from_user is None:
            return
        text = " ".join(context.args or ())
        if text:
            shown, keyboard = await aside(self.found, text)
        else:
            shown, keyboard = await aside(self._list, "mine", message.from_user.id, None)
        await message.reply_text(shown, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def turn(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`list:SCOPE:BEFORE`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        text, keyboard = await aside(self._list, context.match[1], query.from_user.id, _before(context.match[2]))
        await turn_page(query, text, keyboard)

    async def turn_found(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`find:BEFORE:TEXT`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        text, keyboard = await aside(self.found, context.match[2], _before(context.match[1]))
        await turn_page(query, text, keyboard)

    def _list(self, scope: str, officer_id: int, before: str | None) -> Shown:
        page = self._page(scope, officer_id, before)
        return list_text(wording.list_title(scope), page.cases, wording.NO_CASES), list_keyboard(page, scope)

    def _page(self, scope: str, officer_id: int, before: str | None) -> Page:
        if scope == "drafts":
            return self._cases.page(officer_id, statuses=(CaseStatus.DRAFT,), before=before)
        if scope == "archived":
            return self._cases.page(statuses=(CaseStatus.ARCHIVED,), before=before)
        return self._cases.page(officer_id if scope == "mine" else None, statuses=LIVE, before=before)

    def found(self, text: str, before: str | None = None) -> Shown:
        """Cases by any part of a name; blocks."""
        page = self._cases.search(text, before=before)
        shown = list_text(wording.found_title(text), page.cases, wording.NOTHING_FOUND)
        return shown, found_keyboard(page, text)


def _before(argument: str) -> str | None:
    return None if argument == FIRST else argument
