"""A file that a lead sends is looked at and offered; a button takes it up, in place of what it replaces or beside it.

Looked at by the confined converter first, so that what cannot be read is told at once. From the press on it is kept for
good: what a crash cuts off is gone on with by the press handled again, or by the next start.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from telegram import Chat, Message, Update
from telegram.constants import ChatAction, ParseMode
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from actions.case_errors import CaseRefused
from actions.offers import shown_name, title_of
from actions.prompts import Prompt, Wanted
from actions.right_errors import RightRefused
from actions.source_errors import SourceRefused, SourceUnknown
from actions.sources import OwnSource
from bot.handlers.pressing import acknowledge, turn_page
from bot.handlers.rewriting import Rewriting
from bot.handlers.taking_up import TakingUp, Waiting
from bot.holdings import Holdings
from bot.keyboards.cases import prompt_keyboard
from bot.keyboards.sources import offer_keyboard, open_keyboard
from bot.messages import sources as wording
from bot.render.sources import offer_text
from bot.render.text import escape
from bot.services import Services, aside, noted
from retrieval.converters import READERS
from retrieval.documents import read_document
from retrieval.errors import DocumentUnreadable
from retrieval.model import Passage

Fetch = Callable[[Message], Awaitable[tuple[bytes, str]]]
Context = ContextTypes.DEFAULT_TYPE


class Offering:
    """Takes documents of leads in private chats."""

    def __init__(self, services: Services) -> None:
        self._at, self._offers, self._holdings = services, services.offers, Holdings(services)
        self._rewriting, self._taking_up = Rewriting(services), TakingUp(services)

    async def expects(self, update: Update) -> bool:
        """Whether a new version of a source is waited for."""
        return await self._prompt(update) is not None

    async def typed(self, message: Message, prompt: Prompt, context: Context, *, update_id: int) -> None:
        """A text, where a new version is waited for: one of a section, else a file is asked for."""
        source = await aside(self._at.sources.current, prompt.subject)
        if source is None or source.kind == "document":
            await message.reply_text(wording.FILE_WANTED if source else wording.GONE, reply_markup=prompt_keyboard())
            return
        await self._rewrite(message, prompt, message.text or "", context, update_id)

    async def offered(self, update: Update, context: Context, fetch: Fetch) -> bool:
        """Takes a document, and answers it; False where it is for somebody else."""
        message, user, prompt = update.message, update.effective_user, await self._prompt(update)
        if message is None or user is None or message.chat.type != Chat.PRIVATE:
            return False
        if message.document is None and prompt is None:
            return False
        if (before := await aside(self._offers.of_update, update.update_id)) and before.message_id:
            return True
        try:
            await aside(self._at.door.may, "offer", "", user.id, now=self._at.now())
            if message.document is None:
                await message.reply_text(wording.FILE_WANTED, reply_markup=prompt_keyboard())
            else:
                await self._answer(message, prompt, fetch, context, update.update_id)
        except RightRefused:
            if message.document is None or _suffix(shown_name(message.document.file_name or "")) not in READERS:
                return False
            await message.reply_text(wording.NOT_A_LEAD)
        except (CaseRefused, SourceRefused, DocumentUnreadable) as refused:
            await message.reply_text(str(refused))
        return True

    async def press(self, update: Update, context: Context) -> None:
        """`offer:ID:add|swap|no`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        offer_id, act, by, now = int(context.match[1]), context.match[2], query.from_user.id, self._at.now()
        try:
            if act == "no":
                await aside(self._offers.decline, offer_id, by=by, now=now)
                await acknowledge(query)
                await turn_page(query, wording.DECLINED, None)
                return
            source = await aside(self._offers.take, offer_id, replace=act == "swap", by=by, now=now)
        except SourceRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        await turn_page(query, escape(wording.ADDING.format(title=source.title)), None)
        if isinstance(query.message, Message):
            await self._taking_up.finish(Waiting(query.message.chat_id, query.message.message_id, source), context)

    async def _answer(
        self, message: Message, prompt: Prompt | None, fetch: Fetch, context: Context, update_id: int
    ) -> None:
        assert message.document is not None
        name = shown_name(message.document.file_name or "")
        replaced = await aside(self._at.sources.current, prompt.subject) if prompt else None
        if prompt and replaced is None:
            raise SourceUnknown(source=prompt.subject)
        if replaced and replaced.kind == "section":
            assert prompt is not None
            await self._rewrite_by_file(message, prompt, fetch, context, update_id)
            return
        suffix = _suffix(name)
        if suffix not in READERS:
            reason = f"不支持 {suffix or '没有后缀的'} 文件，可用 {' '.join(READERS)}"
            raise DocumentUnreadable(name=name, reason=reason)
        with suppress(TelegramError):
            await message.chat.send_action(ChatAction.UPLOAD_DOCUMENT)
        data, _ = await fetch(message)
        await self._offer(message, data, name, replaced, update_id)
        if prompt:
            await aside(self._at.prompts.drop, prompt.officer_id)

    async def _offer(
        self, message: Message, data: bytes, name: str, asked_for: OwnSource | None, update_id: int
    ) -> None:
        """The card with its buttons. DocumentUnreadable, SourcesUnwritable."""
        path = await aside(self._offers.keep, data, _suffix(name))
        passages = await aside(self._read, path, name)
        documents = [each for each in await aside(self._at.sources.all) if each.kind == "document"]
        if same := next((each for each in documents if each.sha256 == path.stem), None):
            await aside(self._offers.drop, path)
            holding = await aside(self._holdings.of, same.id)
            keyboard = open_keyboard(holding.key) if holding else None
            await message.reply_text(wording.held(same.title, same.version, same.active), reply_markup=keyboard)
            return
        title = asked_for.title if asked_for else title_of(name)
        replaced = asked_for or next((each for each in documents if each.title == title), None)
        offer = await aside(
            self._offers.offer,
            path,
            name,
            replaces=replaced.id if replaced else "",
            by=message.chat_id,
            update_id=update_id,
            now=self._at.now(),
        )
        remark = _remark(replaced, asked_for is not None)
        text = offer_text(title, path.suffix[1:].upper(), len(data), passages, remark)
        keyboard = offer_keyboard(offer, replaced, asked_for=asked_for is not None)
        sent = await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
        await noted(self._offers.shown, offer.id, sent.message_id, now=self._at.now())
        await noted(self._offers.clear, self._at.now())

    def _read(self, path: Path, name: str) -> Sequence[Passage]:
        try:
            return read_document(path, "offered", title_of(name)).passages
        except DocumentUnreadable as error:
            self._offers.drop(path)
            raise DocumentUnreadable(**{**error.details, "name": name}) from error

    async def _rewrite_by_file(
        self, message: Message, prompt: Prompt, fetch: Fetch, context: Context, update_id: int
    ) -> None:
        data, _ = await fetch(message)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            await message.reply_text(wording.TEXT_FILE_WANTED, reply_markup=prompt_keyboard())
            return
        await self._rewrite(message, prompt, text, context, update_id)

    async def _rewrite(self, message: Message, prompt: Prompt, said: str, context: Context, update_id: int) -> None:
        source, problems = await aside(self._rewriting.write, prompt, said, update_id=update_id)
        if source is None:
            await message.reply_text("\n".join([wording.TO_MEND, *problems]), reply_markup=prompt_keyboard())
            return
        sent = await message.reply_text(wording.ADDING.format(title=source.title))
        await self._taking_up.finish(Waiting(sent.chat_id, sent.message_id, source), context)

    async def _prompt(self, update: Update) -> Prompt | None:
        message, user = update.message, update.effective_user
        if message is None or user is None or message.chat.type != Chat.PRIVATE:
            return None
        prompt = await aside(self._at.prompts.of, user.id, self._at.now())
        return prompt if prompt and prompt.wanted is Wanted.SOURCE else None


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _remark(replaced: OwnSource | None, asked_for: bool) -> str:
    if replaced is None:
        return ""
    told = wording.will_replace if asked_for else wording.same_title
    return told(replaced.title, replaced.version)
