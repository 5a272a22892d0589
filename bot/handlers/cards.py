"""One case: its card, its tasks, answers, timeline, notes and files. In private chats alone."""

from telegram import Bot, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.calendar import local_day
from actions.case_errors import CaseRefused
from actions.cases import case_id as read_case_id
from bot.handlers.pressing import acknowledge, replace_text, turn_page
from bot.keyboards.cases import answers_keyboard, card_keyboard, papers_keyboard, part_keyboard, tasks_keyboard
from bot.messages import cases as wording
from bot.render.cases import (
    ANSWERS_SHOWN,
    answers_text,
    card_text,
    fit_for,
    fitted,
    history_text,
    papers_text,
    tasks_text,
    timeline_text,
)
from bot.services import Services, aside

Shown = tuple[str, InlineKeyboardMarkup | None]
EVENTS_SHOWN = 40
RECORDED_SHOWN = 12
"""Events on a page of the record, with what was before and after."""


class Cards:
    """Shows; changes nothing."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/case ID."""
        message = update.message
        if message is None:
            return
        id_ = read_case_id(" ".join(context.args or ()))
        if id_ is None:
            await message.reply_text(wording.CASE_HOW)
            return
        try:
            await self.show(id_, context.bot, message.chat_id)
        except CaseRefused as refused:
            await message.reply_text(str(refused))

    async def history(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/history ID."""
        message = update.message
        if message is None or message.from_user is None:
            return
        id_ = read_case_id(" ".join(context.args or ()))
        if id_ is None:
            await message.reply_text(wording.HISTORY_HOW)
            return
        text, keyboard = await aside(self._part, id_, "history", 0, message.from_user.id)
        await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def press(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`card:CASE`: the card, in place."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        text, keyboard = await aside(self.shown, context.match[1], query.from_user.id)
        await turn_page(query, text, keyboard)

    async def part(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`part:CASE:PART:PAGE`: a page of one part, in place."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        case_id, part, page = context.match[1], context.match[2], int(context.match[3])
        text, keyboard = await aside(self._part, case_id, part, page, query.from_user.id)
        await turn_page(query, text, keyboard)

    async def file(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`file:ID`: sends a file back."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        file = await aside(self._services.files.get, int(context.match[1]))
        if file and isinstance(query.message, Message):
            data = await aside(self._services.files.read, file)
            await query.message.reply_document(data, filename=file.name)

    async def show(self, case_id: str, bot: Bot, chat_id: int, message_id: int | None = None, above: str = "") -> int:
        """Shows the card, in a message where one is given, else below; returns the message's id. Raises CaseUnknown.

        `above`: lines of HTML to go before it.
        """
        text, keyboard = await aside(self.shown, case_id, chat_id)
        text = f"{above}\n\n{text}" if above else text
        if message_id and await replace_text(bot, chat_id, message_id, text, keyboard):
            return message_id
        sent = await bot.send_message(chat_id, text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
        return sent.message_id

    def shown(self, case_id: str, officer_id: int) -> Shown:
        """The card for this officer; blocks."""
        dossier = self._services.dossiers.read(case_id)
        rights = self._services.rights.of(officer_id, case_id, now=self._services.now())
        text = fit_for(dossier, card_text(dossier, local_day(self._services.now()), rights), rights)
        return text, card_keyboard(dossier, rights)

    def _part(self, case_id: str, part: str, page: int, reader: int) -> Shown:
        dossier, services = self._services.dossiers.read(case_id), self._services
        rights = services.rights.of(reader, case_id, now=services.now())
        if part == "tasks":
            text = fit_for(dossier, tasks_text(dossier, page, local_day(services.now())), rights)
            return text, tasks_keyboard(fitted(dossier, rights), page)
        if part == "answers":
            steps = [step for step in dossier.path.steps if step.question.id != step.group.more_id]
            shown = steps[page * ANSWERS_SHOWN : (page + 1) * ANSWERS_SHOWN]
            more = len(steps) > (page + 1) * ANSWERS_SHOWN
            return answers_text(dossier, page, rights), answers_keyboard(dossier, page, shown, more, rights)
        if part in ("timeline", "history"):
            number = EVENTS_SHOWN if part == "timeline" else RECORDED_SHOWN
            entries = services.cases.timeline(case_id, skip=page * number, limit=number + 1)
            keyboard = part_keyboard(case_id, part, page, len(entries) > number)
            told = timeline_text if part == "timeline" else history_text
            return told(dossier, entries[:number], services.officers.name, rights), keyboard
        files = services.files.of_case(case_id)
        text = papers_text(dossier, services.cases.notes(case_id), files, services.officers.name, rights)
        return text, papers_keyboard(case_id, files, rights)
