"""Messages that a prompt waits for: a note, a reason, a date, a title, a file."""

from telegram import Chat, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.deeds import Deed
from actions.prompts import FILES, OF_GAPS, Prompt, Wanted
from bot.handlers.cards import Cards
from bot.handlers.offering import Offering
from bot.handlers.officers import Staffing
from bot.handlers.tasks import Doing
from bot.handlers.writing import Writing
from bot.keyboards.cases import prompt_keyboard
from bot.messages import cases as wording
from bot.messages import intake as intake_wording
from bot.services import Services, aside
from playbook.errors import ClosureBotError


class WantedMessages:
    """Each method says whether the message was waited for; where not, it is for somebody else."""

    def __init__(
        self,
        services: Services,
        doing: Doing,
        cards: Cards,
        staffing: Staffing,
        writing: Writing,
        offering: Offering,
    ) -> None:
        self._services, self._doing, self._cards, self._staffing = services, doing, cards, staffing
        self._writing, self._offering = writing, offering

    async def typed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> bool:
        """A text."""
        message, prompt = update.message, await self._prompt(update)
        if message is None or message.text is None or prompt is None:
            return False
        if await self._done_before(message, prompt):
            return True
        if message.text.strip() in intake_wording.TYPED["cancel"]:
            await aside(self._services.prompts.drop, prompt.officer_id)
            await message.reply_text(wording.NEVER_MIND)
            return True
        now = self._services.now()
        try:
            await aside(self._services.door.write, prompt, now=now)
            if prompt.wanted is Wanted.PERSON:
                await self._invite(message, prompt, update.update_id)
                return True
            if prompt.wanted in OF_GAPS:
                await self._writing.typed(message, prompt, message.text, update.update_id)
                return True
            if prompt.wanted is Wanted.SOURCE:
                await self._offering.typed(message, prompt, context, update_id=update.update_id)
                return True
            deed = await aside(self._services.deeds.write, prompt, message.text, update_id=update.update_id, now=now)
        except ClosureBotError as refused:
            await self._refuse(message, refused)
            return True
        await self._report(message, prompt, deed)
        return True

    async def attached(self, update: Update, context: ContextTypes.DEFAULT_TYPE, data: bytes, name: str) -> bool:
        """A photo or a document."""
        message, prompt = update.message, await self._prompt(update)
        if message is None or prompt is None:
            return False
        if await self._done_before(message, prompt):
            return True
        if prompt.wanted not in FILES:
            return False
        number, now = update.update_id, self._services.now()
        try:
            await aside(self._services.door.write, prompt, now=now)
            if prompt.wanted is Wanted.SECTION:
                await self._writing.attached(message, prompt, data, number)
                return True
            deed = await aside(self._services.deeds.attach, prompt, data, name, update_id=number, now=now)
        except ClosureBotError as refused:
            await self._refuse(message, refused)
            return True
        await self._report(message, prompt, deed)
        return True

    async def expects(self, update: Update) -> bool:
        """Whether something is waited for."""
        return await self._prompt(update) is not None

    async def _prompt(self, update: Update) -> Prompt | None:
        """What is wanted, or was done by this very update before a crash."""
        message, user = update.message, update.effective_user
        if message is None or user is None or message.chat.type != Chat.PRIVATE:
            return None
        prompt = await aside(self._services.prompts.of, user.id, self._services.now())
        if prompt and prompt.wanted is Wanted.DONE:
            return prompt if prompt.update_id == update.update_id else None
        return prompt

    async def _done_before(self, message: Message, prompt: Prompt) -> bool:
        """Whether this very update has done what was wanted, before a crash; then that is shown, and not done again."""
        if prompt.wanted is not Wanted.DONE:
            return False
        if not await self._writing.again(message, prompt):
            await message.reply_text(wording.DONE[Wanted.DONE.value])
        return True

    async def _invite(self, message: Message, prompt: Prompt, update_id: int) -> None:
        username = message.get_bot().username
        text, keyboard = await self._staffing.invited(prompt, message.text or "", username, update_id=update_id)
        await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def _refuse(self, message: Message, refused: ClosureBotError) -> None:
        """Says why, and waits on."""
        await message.reply_text(str(refused), reply_markup=prompt_keyboard())

    async def _report(self, message: Message, prompt: Prompt, deed: Deed) -> None:
        """Says what was done, and shows the task or the case."""
        done = wording.DONE[prompt.wanted.value]
        if prompt.wanted is Wanted.DECLINE:
            await message.reply_text(done)
            return
        if deed.task_id is None:
            await self._cards.show(deed.case_id, message.get_bot(), message.chat_id, above=done)
            return
        text, keyboard = await aside(self._doing.shown, deed.task_id, prompt.officer_id, deed.settled)
        await message.reply_text(f"{done}\n\n{text}", parse_mode=ParseMode.HTML, reply_markup=keyboard)
