"""The buttons under an answer: its sources page by page, similar cases, and what the officer thinks of it."""

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.questions import Citation, Question
from bot import messages
from bot.handlers.pressing import acknowledge
from bot.keyboards.answers import cases_keyboard, rated_keyboard
from bot.keyboards.buttons import page_keyboard
from bot.render.answers import page_with, similar_cases, source_pages, text_pages
from bot.services import Services, aside


class Answers:
    """Each method is one verb of `bot.keyboards`; `context.match` holds its arguments."""

    def __init__(self, services: Services) -> None:
        self._library = services.library
        self._questions = services.questions
        self._now = services.now

    async def source(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Opens the source under a mark, in a message of its own, at the page that was cited."""
        query, (question_id, mark) = _pressed(update, context)
        citation = await self._citation(question_id, mark)
        if citation is None:
            await acknowledge(query, messages.BUTTON_EXPIRED, alert=True)
            return
        await acknowledge(query)
        pages = await aside(self._pages, citation)
        page = page_with(pages, citation.text)
        await _reply(query, pages[page], page_keyboard("page", (question_id, mark), page, len(pages)))

    async def page(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Turns to another page of an open source, in place."""
        query, (question_id, mark, page) = _pressed(update, context)
        citation = await self._citation(question_id, mark)
        pages = await aside(self._pages, citation) if citation else []
        await _turn(query, pages, page, page_keyboard("page", (question_id, mark), page, len(pages)))

    async def case(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Opens a similar case, or turns its pages."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        case_id, page = context.match[1], int(context.match[2])
        passages = await aside(self._library.source, case_id)
        pages = source_pages(passages) if passages else []
        keyboard = page_keyboard("case", (case_id,), page, len(pages))
        if pages and page == 0:
            await acknowledge(query)
            await _reply(query, pages[0], keyboard)
        else:
            await _turn(query, pages, page, keyboard)

    async def similar(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Lists past cases that are like the question."""
        query, (question_id,) = _pressed(update, context)
        question = await aside(self._questions.get, question_id)
        if question is None:
            await acknowledge(query, messages.BUTTON_EXPIRED, alert=True)
            return
        await acknowledge(query)
        hits = await aside(self._library.similar_cases, question.meant or question.text)
        await _reply(query, similar_cases(hits), cases_keyboard(hits))

    async def rate(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Keeps the asker's rating and ticks it."""
        query, (question_id, rating) = _pressed(update, context)
        question = await self._rated(query, question_id, good=rating > 0)
        if question:
            await acknowledge(query, messages.RATED_GOOD if rating > 0 else messages.RATED_BAD)
            keyboard = rated_keyboard(question_id, len(question.citations), rating)
            if isinstance(query.message, Message):
                await query.edit_message_reply_markup(keyboard)

    async def none(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Under a refusal: none of the sections offered is it either."""
        query, (question_id,) = _pressed(update, context)
        if await self._rated(query, question_id, good=False):
            await acknowledge(query, messages.NONE_OF_THESE)

    async def _rated(self, query: CallbackQuery, question_id: int, good: bool) -> Question | None:
        """Rates; None, and the presser told, where the answer is somebody else's or gone."""
        now = self._now()
        if await aside(self._questions.rate, question_id, query.from_user.id, 1 if good else -1, now=now):
            return await aside(self._questions.get, question_id)
        await acknowledge(query, messages.NOT_YOUR_BUTTON, alert=True)
        return None

    async def _citation(self, question_id: int, mark: int) -> Citation | None:
        question = await aside(self._questions.get, question_id)
        found = question is not None and 1 <= mark <= len(question.citations)
        return question.citations[mark - 1] if question and found else None

    def _pages(self, citation: Citation) -> list[str]:
        """The whole source as it stands today; before it the passage as it was cited, where it is not in there."""
        passages = self._library.source_of(citation.id)
        if any(passage.text == citation.text for passage in passages):
            return source_pages(passages)
        remark = messages.SOURCE_CHANGED if passages else messages.SOURCE_GONE
        caution = f"\n{messages.CHECK_LAW}" if citation.kind == "law" else ""
        cited = text_pages(citation.title, remark, f"{citation.text}{caution}")
        return [*cited, *(source_pages(passages) if passages else ())]


async def expired(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Any button that no longer means anything: it must not spin for ever."""
    if update.callback_query:
        await acknowledge(update.callback_query, messages.BUTTON_EXPIRED)


def _pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> tuple[CallbackQuery, list[int]]:
    query = update.callback_query
    assert query is not None
    assert context.match is not None
    return query, [int(argument) for argument in context.match.groups()]


async def _reply(query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    if isinstance(query.message, Message):
        await query.message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)


async def _turn(query: CallbackQuery, pages: list[str], page: int, keyboard: InlineKeyboardMarkup | None) -> None:
    if 0 <= page < len(pages) and isinstance(query.message, Message):
        await acknowledge(query)
        await query.edit_message_text(pages[page], parse_mode=ParseMode.HTML, reply_markup=keyboard)
    else:
        await acknowledge(query, messages.BUTTON_EXPIRED, alert=True)
