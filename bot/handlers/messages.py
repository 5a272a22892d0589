"""Where a message goes that is no command: to what waits for it, to the walk, or to the playbook."""

from telegram import Message, Update
from telegram.constants import FileSizeLimit
from telegram.ext import ContextTypes

from actions.case_errors import CaseRefused, FileTooBig
from actions.files import LIMIT
from bot import messages
from bot.handlers.addressing import is_addressed
from bot.handlers.ask import Ask
from bot.handlers.offering import Fetch, Offering
from bot.handlers.proposing import Proposing
from bot.handlers.visits import Visiting
from bot.handlers.walk_messages import WalkMessages
from bot.handlers.wanted import WantedMessages


class Routing:
    """Tries each in turn: the nearest in time first."""

    def __init__(
        self,
        visiting: Visiting,
        wanted: WantedMessages,
        walk: WalkMessages,
        proposing: Proposing,
        ask: Ask,
        offering: Offering,
    ) -> None:
        self._visiting, self._wanted, self._walk, self._ask = visiting, wanted, walk, ask
        self._proposing, self._offering = proposing, offering

    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A text."""
        for taken in (self._visiting.typed, self._wanted.typed, self._walk.typed, self._proposing.typed):
            if await taken(update, context):
                return
        await self._ask.text(update, context)

    async def file(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A photo or a document. It is fetched only where something may take it."""
        message = update.message
        if message is None:
            return
        waited_for = await self._wanted.expects(update) or await self._walk.expects(update)
        if await self._offering.expects(update) or not waited_for:
            await self._offer(update, context, _fetch)
            return
        try:
            data, name = await _fetch(message)
        except CaseRefused as refused:
            await message.reply_text(str(refused))
            return
        if await self._wanted.attached(update, context, data, name):
            return
        if not await self._walk.attached(update, context, data, name):

            async def fetched(message: Message) -> tuple[bytes, str]:
                return data, name

            await self._offer(update, context, fetched)

    async def other(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A voice, a sticker, a location and the like."""
        if update.message and not await self._walk.other(update, context):
            await self._nothing(update.message, context)

    async def _offer(self, update: Update, context: ContextTypes.DEFAULT_TYPE, fetch: Fetch) -> None:
        if update.message and not await self._offering.offered(update, context, fetch):
            await self._nothing(update.message, context)

    async def _nothing(self, message: Message, context: ContextTypes.DEFAULT_TYPE) -> None:
        if is_addressed(message, context.bot):
            await message.reply_text(messages.TEXT_ONLY)


async def _fetch(message: Message) -> tuple[bytes, str]:
    """The bytes and the sender's name for them. FileTooBig before Telegram would refuse to hand it over."""
    attachment = message.document or (message.photo[-1] if message.photo else None)
    assert attachment is not None
    if (attachment.file_size or 0) > min(LIMIT, FileSizeLimit.FILESIZE_DOWNLOAD):
        raise FileTooBig(limit=LIMIT // 1024**2)
    file = await attachment.get_file()
    name = message.document.file_name if message.document else None
    return bytes(await file.download_as_bytearray()), name or messages.PHOTO_NAME
