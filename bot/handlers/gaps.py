"""/gaps: what the playbook does not answer, in groups, and what a lead does about each. The door sees to the right."""

from collections.abc import Sequence

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.gaps import READ, UNDONE, How, Settled
from bot.closing import Closing
from bot.gap_groups import Groups
from bot.handlers.ask import Ask
from bot.handlers.pressing import acknowledge, turn_page
from bot.handlers.proving import take_up_later, told_of
from bot.keyboards.gaps import (
    LISTED,
    candidate_keyboard,
    candidates_keyboard,
    group_keyboard,
    list_keyboard,
    settled_keyboard,
    source_mark,
)
from bot.messages import gaps as wording
from bot.render.gaps import candidate_text, group_text, list_text, settled_text, short
from bot.render.text import escape
from bot.services import Services, aside
from retrieval.model import Hit

CANDIDATES, NEAREST = 6, 3
LAST = 3
Shown = tuple[str, InlineKeyboardMarkup | None]


class Gaps:
    """Lists in place. A group that has changed under a button is taken as it is now."""

    def __init__(self, services: Services, ask: Ask) -> None:
        self._at, self._ask = services, ask
        self._groups, self._closing = Groups(services), Closing(services)

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/gaps."""
        if update.message:
            text, keyboard = await aside(self._list, 0)
            await update.message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def turn(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`gaps:PAGE`."""
        query, (page,) = _pressed(update, context)
        await acknowledge(query)
        await turn_page(query, *await aside(self._list, int(page)))

    async def group(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`gap:QUESTION`: one group, or what became of it."""
        query, (question_id,) = _pressed(update, context)
        await acknowledge(query)
        await turn_page(query, *await aside(self._group, int(question_id)))

    async def mark(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`mark:QUESTION[:SOURCE[:yes]]`: offers sources; shows one; that one it is."""
        query, (number, mark, yes) = _pressed(update, context)
        group = await aside(self._groups.of, int(number))
        if group is None:
            await self._gone(query, int(number))
            return
        source_id = await aside(self._named, mark) if mark else None
        if source_id is None:
            await acknowledge(query)
            hits = await aside(self._at.library.nearest, group.typical.text, CANDIDATES)
            await turn_page(query, *_candidates(int(number), group.typical.text, hits))
        elif not yes:
            await acknowledge(query)
            passages = await aside(self._at.library.source, source_id)
            keyboard = candidate_keyboard(int(number), source_id)
            await turn_page(query, candidate_text(passages, group.typical.text), keyboard)
        else:
            await acknowledge(query)
            closed = await aside(self._closing.mark, group.ids, source_id, query.from_user.id)
            head = wording.marked(short(closed.question), closed.title)
            text = await told_of(self._closing, closed, head, context.job_queue)
            await turn_page(query, text, settled_keyboard(int(number), undo=True))

    async def aside(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`aside:QUESTION`: no matter of the playbook's."""
        query, (number,) = _pressed(update, context)
        group = await aside(self._groups.of, int(number))
        if group is None:
            await self._gone(query, int(number))
            return
        await acknowledge(query)
        settle = self._at.gaps.settle
        await aside(settle, group.ids, How.SET_ASIDE, by=query.from_user.id, now=self._at.now())
        text = escape(wording.set_aside(short(group.typical.text), len(group.ids)))
        await turn_page(query, text, settled_keyboard(int(number), undo=True))

    async def take_back(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`takeback:QUESTION`."""
        query, (number,) = _pressed(update, context)
        opened = await aside(self._closing.take_back, int(number), query.from_user.id)
        if opened and not await aside(self._closing.take_up):
            take_up_later(self._closing, context.job_queue)
        still = await aside(self._at.gaps.settled, int(number))
        await acknowledge(
            query, wording.TAKEN_BACK if opened else wording.TOO_LATE if still else None, alert=not opened
        )
        await turn_page(query, *await aside(self._group, int(number)))

    async def sought(self, message: Message, question_id: int, text: str) -> bool:
        """Words, or an id, of the source that a lead looks for; False where they are to be written anew."""
        group, hits = await aside(self._groups.of, question_id), await aside(self._found, text)
        if group and not hits:
            await message.reply_text(wording.NOT_FOUND)
            return False
        shown, keyboard = (
            _candidates(question_id, group.typical.text, hits) if group else await aside(self._group, question_id)
        )
        await message.reply_text(shown, parse_mode=ParseMode.HTML, reply_markup=keyboard)
        return True

    async def again(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`again:QUESTION`: whoever had asked reads the answer of today."""
        query, (number,) = _pressed(update, context)
        found = await aside(self._at.gaps.get, [int(number)])
        await acknowledge(query)
        if found and isinstance(query.message, Message):
            await self._ask.answer(update, query.message, found[0].text)

    def _list(self, page: int) -> Shown:
        groups = self._groups.all()
        pages = max(1, -(-len(groups) // LISTED))
        page = min(page, pages - 1)
        shown = groups[page * LISTED : (page + 1) * LISTED]
        questions = sum(len(group.gaps) for group in groups)
        text = list_text(shown, page * LISTED + 1, len(groups), questions, READ)
        return text, list_keyboard(shown, page, pages, self._undoable())

    def _undoable(self) -> Sequence[tuple[Settled, str]]:
        """What was settled last and can be taken back, with its question."""
        last = [each for each in self._at.gaps.last_settled(LAST) if self._can_undo(each)]
        texts = {gap.id: gap.text for gap in self._at.gaps.get([each.question_id for each in last])}
        return [(each, texts[each.question_id]) for each in last]

    def _group(self, question_id: int) -> Shown:
        if group := self._groups.of(question_id):
            nearest = self._at.library.nearest(group.typical.text, NEAREST)
            return group_text(group, nearest, self._at.officers.name), group_keyboard(question_id)
        settled = self._at.gaps.settled(question_id)
        found = self._at.gaps.get([question_id])
        if settled is None or not found:
            return escape(wording.GONE), settled_keyboard(question_id, undo=False)
        text = settled_text(settled, found[0].text, self._at.officers.name)
        return text, settled_keyboard(question_id, undo=self._can_undo(settled))

    def _can_undo(self, settled: Settled) -> bool:
        return settled.how is not How.WRITTEN and self._at.now() - settled.at <= UNDONE

    def _named(self, mark: str) -> str | None:
        """The source that a button means; None where it is not indexed any more."""
        named = [id_ for id_ in self._at.library.sources() if source_mark(id_) == mark]
        return next((id_ for id_ in named if self._at.library.source(id_)), None)

    def _found(self, text: str) -> list[Hit]:
        """By id, else by words."""
        passages = self._at.library.source(text.strip())
        return [Hit(passages[0], 1.0)] if passages else self._at.library.nearest(text, CANDIDATES)

    async def _gone(self, query: CallbackQuery, question_id: int) -> None:
        await acknowledge(query, wording.GONE, alert=True)
        await turn_page(query, *await aside(self._group, question_id))


def _candidates(question_id: int, question: str, hits: Sequence[Hit]) -> Shown:
    return escape(wording.which(short(question))), candidates_keyboard(question_id, hits)


def _pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> tuple[CallbackQuery, Sequence[str]]:
    query = update.callback_query
    assert query is not None
    assert context.match is not None
    return query, context.match.groups()
