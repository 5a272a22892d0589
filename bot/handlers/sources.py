"""/sources: what answers draw on besides the playbook. For leads; the door sees to that."""

from collections.abc import Sequence
from datetime import timedelta

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.prompts import Wanted
from actions.source_errors import SourceRefused
from actions.sources import OwnSource
from bot import messages
from bot.handlers.pressing import acknowledge, turn_page
from bot.holdings import Holding, Holdings
from bot.keyboards.sources import card_keyboard, list_keyboard, text_keyboard, versions_keyboard, waiting_keyboard
from bot.messages import sources as wording
from bot.render.answers import source_pages
from bot.render.sources import card_text, list_text, pages_of, versions_text
from bot.services import Services, aside

LATER = timedelta(seconds=5)
Shown = tuple[str, InlineKeyboardMarkup | None]


class Stock:
    """Lists in place; each change shows what it has made."""

    def __init__(self, services: Services) -> None:
        self._at, self._holdings = services, Holdings(services)

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/sources."""
        if update.message:
            text, keyboard = await aside(self._list, 0)
            await update.message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def list(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`sources:PAGE`."""
        query, (page,) = _pressed(update, context)
        await acknowledge(query)
        await turn_page(query, *await aside(self._list, int(page)))

    async def card(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`own:KEY`."""
        query, (key,) = _pressed(update, context)
        if holding := await self._found(query, key):
            await acknowledge(query)
            await turn_page(query, *await aside(self._card, holding))

    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`own:KEY:text:PAGE`."""
        query, (key, page) = _pressed(update, context)
        holding = await self._found(query, key)
        if holding is None:
            return
        passages = await aside(self._holdings.passages, holding)
        pages = source_pages(passages) if passages else []
        if int(page) >= len(pages):
            await acknowledge(query, messages.BUTTON_EXPIRED if pages else wording.NO_TEXT, alert=True)
            return
        await acknowledge(query)
        await turn_page(query, pages[int(page)], text_keyboard(key, int(page), len(pages)))

    async def switch(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`own:KEY:on|off`."""
        query, (key, act) = _pressed(update, context)
        holding = await self._found(query, key)
        if holding is None:
            return
        try:
            done = await aside(self._holdings.switch, holding, on=act == "on", by=query.from_user.id)
        except SourceRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query, wording.ON if act == "on" else wording.OFF)
        if not done and context.job_queue:
            context.job_queue.run_once(self._refresh, LATER)
        if holding := await aside(self._holdings.find, key):
            await turn_page(query, *await aside(self._card, holding))

    async def _refresh(self, context: ContextTypes.DEFAULT_TYPE) -> None:
        await aside(self._at.library.refresh)

    async def versions(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`own:KEY:old`."""
        query, (key,) = _pressed(update, context)
        if versions := await self._versions(query, key):
            await acknowledge(query)
            await turn_page(query, versions_text(versions, self._at.officers.name), versions_keyboard(key, versions))

    async def file(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`own:KEY:file:VERSION`: sends it."""
        query, (key, number) = _pressed(update, context)
        versions = await self._versions(query, key)
        version = next((each for each in versions if each.version == int(number)), None)
        if version is None:
            if versions:
                await acknowledge(query, messages.BUTTON_EXPIRED, alert=True)
            return
        try:
            data = await aside(self._at.sources.read, version)
        except SourceRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        if isinstance(query.message, Message):
            suffix = self._at.sources.path(version).suffix
            name = wording.file_name(version.title, version.version, suffix)
            await query.message.reply_document(data, filename=name)

    async def swap(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`ask:source:KEY`: the next file, or text, is a new version."""
        query, (key,) = _pressed(update, context)
        holding = await self._found(query, key)
        if holding is None:
            return
        if holding.own is None:
            await acknowledge(query, messages.BUTTON_EXPIRED, alert=True)
            return
        await acknowledge(query)
        await aside(self._at.prompts.ask, query.from_user.id, Wanted.SOURCE, holding.id, now=self._at.now())
        line = wording.SWAP_SECTION if holding.own.kind == "section" else wording.SWAP_FILE
        if isinstance(query.message, Message):
            await query.message.reply_text(line.format(title=holding.title), reply_markup=waiting_keyboard(key))

    async def _found(self, query: CallbackQuery, key: str) -> Holding | None:
        holding = await aside(self._holdings.find, key)
        if holding is None:
            await acknowledge(query, wording.GONE, alert=True)
        return holding

    async def _versions(self, query: CallbackQuery, key: str) -> Sequence[OwnSource]:
        holding = await self._found(query, key)
        versions = await aside(self._at.sources.versions, holding.id) if holding else ()
        if holding and not versions:
            await acknowledge(query, messages.BUTTON_EXPIRED, alert=True)
        return versions

    def _list(self, page: int) -> Shown:
        holdings = self._holdings.all()
        page = min(page, max(pages_of(holdings) - 1, 0))
        return list_text(holdings, page, self._at.officers.name), list_keyboard(holdings, page)

    def _card(self, holding: Holding) -> Shown:
        passages = self._holdings.passages(holding)
        return card_text(holding, passages, self._at.officers.name), card_keyboard(holding)


def _pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> tuple[CallbackQuery, Sequence[str]]:
    query = update.callback_query
    assert query is not None
    assert context.match is not None
    return query, context.match.groups()
