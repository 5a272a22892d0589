"""A question comes in, an answer goes out, and the case log keeps both."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from telegram import Chat, Message, Update
from telegram.constants import ChatAction, ParseMode
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from actions.errors import CaseLogUnavailable
from actions.questions import Citation, Question
from bot import messages
from bot.answering import Answering
from bot.handlers.addressing import addressed_text, is_addressed
from bot.handlers.pressing import acknowledge
from bot.keyboards.answers import answer_keyboard
from bot.render.answers import answer_messages, answer_text
from bot.services import Services, aside, noted
from playbook.masking import without_contacts
from retrieval.model import Answer

log = logging.getLogger(__name__)

QUESTION_CHARACTERS = 500
Later = Callable[[Coroutine[Any, Any, None]], object]
"""Goes on with something while other messages of the chat are handled; waited for when the bot stops."""

TYPING_SECONDS = 4.0
"""Telegram shows «typing» for five seconds."""


class Ask:
    """Answers text messages, /ask, and suggested questions."""

    def __init__(self, services: Services, later: Later) -> None:
        self._answering, self._later = Answering(services), later
        self._questions = services.questions
        self._now = services.now

    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Any text: in a group only where it is meant for the bot."""
        if update.message and is_addressed(update.message, context.bot):
            await self.answer(update, update.message, addressed_text(update.message, context.bot))

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/ask QUESTION."""
        if update.message:
            await self.answer(update, update.message, " ".join(context.args or ()))

    async def suggested(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A suggested question was pressed."""
        query = update.callback_query
        if query is None or context.match is None:
            return
        await acknowledge(query)
        if isinstance(query.message, Message):
            await self.answer(update, query.message, messages.SUGGESTIONS[int(context.match[1])])

    async def answer(self, update: Update, message: Message, question: str) -> None:
        """Answers in the chat of `message`. Handled again after a crash, it does not answer twice.

        The quoted answer stands at once; a chat model's takes its place when it is there and holds.
        """
        user = update.effective_user
        assert user is not None
        if not question or len(question) > QUESTION_CHARACTERS:
            await message.reply_text(messages.QUESTION_TOO_LONG if question else messages.ASK_WHAT)
            return
        question = without_contacts(question)  # nobody's number is needed to answer, here or elsewhere
        before = await aside(self._asked_before, update.update_id)
        if before and before.message_id:
            log.info("update %d was answered before", update.update_id)
            return
        async with _typing(message.chat):
            answer = await self._answering.quoted(question, user.id, message.chat_id, update.update_id)
            question_id = await aside(self._recorded, update, message.chat_id, answer)
            parts = await _send(message, answer, question_id)
        if question_id is not None:
            sent = parts[-1]
            await noted(self._questions.attach_message, question_id, sent.chat_id, sent.message_id, now=self._now())
            # The longest of answers stay as they are: part of one cannot be replaced.
            if self._answering.has_model and len(parts) == 1:
                self._later(self._reword(sent, answer, question_id))

    async def _reword(self, sent: Message, answer: Answer, question_id: int) -> None:
        reworded = await self._answering.reworded(answer)
        pages = answer_messages(reworded) if reworded else []
        if reworded is None or len(pages) > 1:
            return
        question = await aside(self._questions.get, question_id)
        keyboard = answer_keyboard(question_id, reworded, question.rating if question else None)
        try:
            await sent.edit_text(pages[0], parse_mode=ParseMode.HTML, reply_markup=keyboard)
        except TelegramError as error:
            log.warning("the quoted answer stands: %r", error)
            return
        said = answer_text(reworded)
        await noted(self._questions.reworded, question_id, said, reworded.engine, now=self._now())

    def _asked_before(self, update_id: int) -> Question | None:
        try:
            return self._questions.find_by_update(update_id)
        except CaseLogUnavailable:
            return None  # the answer needs nothing that is in the log

    def _recorded(self, update: Update, chat_id: int, answer: Answer) -> int | None:
        """The question's number; None where the log cannot be written, which keeps the answer from nobody."""
        try:
            return self._record(update, chat_id, answer)
        except CaseLogUnavailable as error:
            log.error("a question was answered and not recorded: %s", error)
            return None

    def _record(self, update: Update, chat_id: int, answer: Answer) -> int:
        assert update.effective_user is not None
        cited = [
            Citation(hit.passage.id, hit.passage.title, hit.passage.kind, hit.passage.text) for hit in answer.citations
        ]
        return self._questions.record_question(
            update.effective_user.id,
            answer.question,
            refused=answer.refused,
            citations=cited,
            now=self._now(),
            update_id=update.update_id,
            meant=answer.meant,
            asked_in=chat_id,
            said=answer_text(answer),
            engine=answer.engine,
        )


async def _send(message: Message, answer: Answer, question_id: int | None) -> list[Message]:
    """Sends the answer, in several messages where it is long; the buttons stand under the last."""
    quote = message.chat.type != Chat.PRIVATE
    *parts, last = answer_messages(answer)
    sent = [await message.reply_text(part, parse_mode=ParseMode.HTML, do_quote=quote) for part in parts]
    keyboard = answer_keyboard(question_id, answer) if question_id is not None else None
    if question_id is None:
        last = f"{last}\n\n{messages.NOT_KEPT}"
    return [*sent, await message.reply_text(last, parse_mode=ParseMode.HTML, reply_markup=keyboard, do_quote=quote)]


@asynccontextmanager
async def _typing(chat: Chat) -> AsyncIterator[None]:
    """Shows «typing» while the block runs. That it cannot be shown is no reason not to answer."""

    async def show() -> None:
        while True:
            with suppress(TelegramError):
                await chat.send_action(ChatAction.TYPING)
            await asyncio.sleep(TYPING_SECONDS)

    task = asyncio.create_task(show())
    try:
        yield
    finally:
        task.cancel()
