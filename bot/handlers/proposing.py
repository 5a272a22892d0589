"""Free words that want something done: understood by grammar, or by a model that calls tools; shown as a card.

Nothing is written before its button. What is not plainly an act is left to the playbook.
"""

from collections.abc import Sequence
from contextlib import suppress

from telegram import Chat, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatAction, ParseMode
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from actions.calendar import local_day
from actions.meant import Meant
from actions.model import TaskStatus
from actions.phrases import read_phrase
from actions.proposal_errors import NoCaseNamed, NoSuchCase
from actions.proposals import Arguments, Due, Find, Intake
from actions.proposing import Proposal
from actions.rights import Right
from bot.agent import may_be_a_wish
from bot.handlers.cards import Cards
from bot.handlers.cases import Lists
from bot.handlers.due import DueTasks
from bot.keyboards.proposals import card_keyboard
from bot.messages import proposals as wording
from bot.render.proposals import card_text
from bot.render.values import value
from bot.services import Services, aside, noted
from playbook.errors import ClosureBotError

Shown = tuple[str, InlineKeyboardMarkup | None]
LOOKED_AT, TASKS_TOLD = 5, 8
"""Cases, and tasks of each, that a model is told of."""


class Proposing:
    """In private chats alone. A message that is handled again after a crash proposes nothing twice."""

    def __init__(
        self,
        services: Services,
        *,
        cards: Cards,
        lists: Lists,
        due: DueTasks,
    ) -> None:
        self._at, self._cards, self._lists, self._due = services, cards, lists, due

    async def typed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> bool:
        """A text; False where nothing is to be done, and it is for somebody else."""
        message = update.message
        if message is None or message.from_user is None or not message.text or message.chat.type != Chat.PRIVATE:
            return False
        if Right.CASES not in await aside(self._at.rights.of, message.from_user.id, now=self._at.now()):
            return False  # an admin is told nothing of cases, not even that there is none of that name
        before = await aside(self._at.proposals.of_update, update.update_id)
        if before:
            await self._again(message, before)
            return True
        phrase = await aside(read_phrase, message.text)
        if phrase is not None:
            return await self._take(update, message, [phrase.arguments], context, certain=phrase.certain)
        wanted = await self._by_model(message, context)
        return bool(wanted) and await self._take(update, message, wanted, context, certain=False)

    # Understanding

    async def _by_model(self, message: Message, context: ContextTypes.DEFAULT_TYPE) -> Sequence[Arguments]:
        agent, said = self._at.agent, message.text or ""
        if agent is None or message.from_user is None or not may_be_a_wish(said):
            return ()
        with suppress(TelegramError):  # that it cannot be shown is no reason not to ask
            await message.chat.send_action(ChatAction.TYPING)

        async def look(name: str) -> str:
            return await aside(self._seen, name)

        return await agent.wanted(said, look, local_day(self._at.now()))

    def _seen(self, name: str) -> str:
        """Live cases by that name with their open tasks by the playbook's titles: no contact data, no free words."""
        at, lines = self._at, list[str]()
        for case in at.meaning.named(name)[:LOOKED_AT]:
            tasks = [task for task in at.tasks.of_case(case.id) if task.status in (TaskStatus.OPEN, TaskStatus.BLOCKED)]
            told = [wording.found_task(task.title, task.due_on) for task in tasks[:TASKS_TOLD] if not task.by_hand]
            lines.append(wording.found_case(case.id, case.company, told))
        return "\n".join(lines) or wording.NOTHING_FOUND

    # Showing

    async def _take(
        self,
        update: Update,
        message: Message,
        wanted: Sequence[Arguments],
        context: ContextTypes.DEFAULT_TYPE,
        *,
        certain: bool,
    ) -> bool:
        """A card for each; False where the words were not plainly an act and fit no case."""
        taken, cards = False, list[tuple[Proposal, Meant]]()
        for place, each in enumerate(wanted):
            try:
                if each.writes:
                    cards.append(await aside(self._proposed, update.update_id, message, each, place))
                else:
                    taken |= await self._look(update, message, each, context)
            except (NoSuchCase, NoCaseNamed) as refused:
                if not certain:
                    continue
                await message.reply_text(str(refused))
                taken = True
            except ClosureBotError as refused:
                await message.reply_text(str(refused))
                taken = True
        for proposal, meant in cards:  # every row is there before the first is shown: a crash in between loses none
            await self._send(message, proposal, meant)
        return taken or bool(cards)

    def _proposed(self, update_id: int, message: Message, wanted: Arguments, place: int) -> tuple[Proposal, Meant]:
        """The row of an act; blocks."""
        assert message.from_user is not None
        by, said = message.from_user.id, (message.text or "").strip()
        return self._at.proposals.propose(wanted, said, by=by, update_id=update_id, now=self._at.now(), place=place)

    async def _look(
        self, update: Update, message: Message, wanted: Arguments, context: ContextTypes.DEFAULT_TYPE
    ) -> bool:
        """What writes nothing is answered at once; False where nothing was found."""
        if isinstance(wanted, Due):
            command = {"today": self._due.today, "week": self._due.week, "overdue": self._due.overdue}[wanted.when]
            await command(update, context)
            return True
        return isinstance(wanted, Find) and await self._find(message, wanted.name)

    async def _find(self, message: Message, name: str) -> bool:
        assert message.from_user is not None
        name = await aside(self._at.meaning.known, name)
        cases = await aside(self._at.cases.search, name)
        if not cases.cases:
            return False
        if len(cases.cases) == 1:
            await self._cards.show(cases.cases[0].id, message.get_bot(), message.chat_id)
        else:
            text, keyboard = await aside(self._lists.found, name)
            await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
        return True

    async def _again(self, message: Message, before: Sequence[Proposal]) -> None:
        """Cards of this very message that a crash may have kept from being shown."""
        for proposal in before:
            if proposal.message_id is None and proposal.outcome is None:
                try:
                    meant = await aside(self._at.proposals.meant, proposal, self._at.now())
                except ClosureBotError as refused:
                    await message.reply_text(str(refused))
                    continue
                await self._send(message, proposal, meant)

    async def _send(self, message: Message, proposal: Proposal, meant: Meant) -> None:
        text, keyboard = await aside(self.card, proposal, meant)
        sent = await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
        await noted(self._at.proposals.shown, proposal.id, sent.message_id, now=self._at.now())

    def card(self, proposal: Proposal, meant: Meant) -> Shown:
        """A card as a message; blocks."""
        fields, unread = dict[str, str](), list[str]()
        if isinstance(meant.arguments, Intake):
            values, unread = self._at.proposals.carrying_out.read_fields(meant.arguments, self._at.now())
            questions = self._at.procedure.checklist.questions
            fields = {name: value(questions[name], answer) for name, answer in values.items()}
        return card_text(meant, proposal.said, fields, unread), card_keyboard(proposal.id, meant)
