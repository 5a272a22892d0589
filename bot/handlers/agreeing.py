"""The buttons of a card: choose one of several that fit, agree, decline."""

from collections.abc import Callable

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.carrying_out import Done
from actions.intake import Turn
from actions.meant import Meant
from actions.proposal_errors import ProposalCancelled, ProposalDone, ProposalSettled
from actions.proposing import Proposal
from bot.handlers.cards import Cards
from bot.handlers.pressing import acknowledge, turn_page
from bot.handlers.screens import Screens
from bot.handlers.tasks import Doing
from bot.handlers.visits import Visiting
from bot.keyboards.push import case_keyboard
from bot.messages import proposals as wording
from bot.services import Services, aside
from playbook.errors import ClosureBotError

Shown = tuple[str, InlineKeyboardMarkup | None]


class Agreeing:
    """Each may be pressed twice: the second time it says what became of it, and changes nothing.

    `card` shows a proposal.
    """

    def __init__(
        self,
        services: Services,
        card: Callable[[Proposal, Meant], Shown],
        *,
        doing: Doing,
        cards: Cards,
        visiting: Visiting,
        screens: Screens,
    ) -> None:
        self._at, self._card, self._doing, self._cards = services, card, doing, cards
        self._visiting, self._screens = visiting, screens

    async def choose(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`choose:PROPOSAL:CASE-OR-TASK`: one of several that fit, in place."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        id_, choice = int(context.match[1]), context.match[2]
        try:
            proposal, meant = await aside(
                self._at.proposals.choose, id_, choice, by=query.from_user.id, now=self._at.now()
            )
            text, keyboard = await aside(self._card, proposal, meant)
        except ClosureBotError as refused:
            await self._refuse(query, refused)
            return
        await acknowledge(query)
        await turn_page(query, text, keyboard)

    async def agree(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`agree:PROPOSAL`: does it, and shows what has become of it below."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        id_, by = int(context.match[1]), query.from_user.id
        try:
            done = await aside(self._at.proposals.confirm, id_, by=by, update_id=update.update_id, now=self._at.now())
        except ClosureBotError as refused:
            await self._refuse(query, refused)
            if isinstance(refused, ProposalDone):
                await self._again(query, id_, Turn(by, self._at.now(), update.update_id))
            return
        await acknowledge(query)
        await self._close(query, ProposalDone.outcome)
        if isinstance(query.message, Message):
            await self._report(query.message, done, by)

    async def decline(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`decline:PROPOSAL`: nothing is done."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        try:
            await aside(self._at.proposals.cancel, int(context.match[1]), by=query.from_user.id, now=self._at.now())
        except ClosureBotError as refused:
            await self._refuse(query, refused)
            return
        await acknowledge(query)
        await self._close(query, ProposalCancelled.outcome)

    async def _refuse(self, query: CallbackQuery, refused: ClosureBotError) -> None:
        """Says why not. A card that was settled, and kept its buttons through a crash, loses them now."""
        await acknowledge(query, str(refused), alert=True)
        if isinstance(refused, ProposalSettled):
            await self._close(query, refused.outcome)

    async def _again(self, query: CallbackQuery, id_: int, turn: Turn) -> None:
        """What this very press did, where a crash kept it from being shown."""
        proposal = await aside(self._at.proposals.need, id_)
        done = await aside(self._at.proposals.carrying_out.again, proposal.arguments, turn)
        if done and isinstance(query.message, Message):
            await self._report(query.message, done, turn.officer_id)

    async def _close(self, query: CallbackQuery, outcome: str) -> None:
        """The card stays, without its buttons."""
        if isinstance(query.message, Message):
            await turn_page(query, wording.settled(query.message.text_html or "", outcome), None)

    async def _report(self, message: Message, done: Done, by: int) -> None:
        """What has become of it: the walk, the visit, the task, or the case."""
        if done.screen:
            await self._screens.present(done.screen, message.get_bot(), message.chat_id)
            return
        assert done.case_id is not None
        if done.visited:
            text, keyboard = await aside(self._visiting.outcome, done.visited)
        elif done.tries and done.task_id:
            text, keyboard = await aside(self._visiting.in_vain, done.task_id, done.tries), case_keyboard(done.case_id)
        elif done.task_id:
            text, keyboard = await aside(self._doing.shown, done.task_id, by, done.settled)
        else:
            await self._cards.show(done.case_id, message.get_bot(), message.chat_id)
            return
        await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
