"""A lead writes a section for a gap: the message is checked, shown, and published by a button."""

from collections import Counter
from collections.abc import Sequence

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.drafts import Draft
from actions.prompts import Prompt, Wanted
from bot.closing import Closing
from bot.gap_groups import Groups
from bot.handlers.gaps import Gaps
from bot.handlers.pressing import acknowledge, turn_page
from bot.handlers.proving import Queue, told_of
from bot.keyboards.cases import prompt_keyboard
from bot.keyboards.gaps import draft_keyboard, settled_keyboard
from bot.messages import gaps as wording
from bot.render.gaps import draft_text, problems_text
from bot.render.text import escape
from bot.services import Services, aside
from playbook.model import Pillar
from playbook.written import given_pillar

LIKE = 5
"""Sources near the questions, by which a section's pillar is guessed."""
MADE = "draft:"
"""How the subject of a prompt begins that has become a draft."""
Shown = tuple[str, InlineKeyboardMarkup | None]


class Writing:
    """Drafts are rows: a restart between two messages loses nothing."""

    def __init__(self, services: Services, gaps: Gaps) -> None:
        self._at, self._gaps = services, gaps
        self._groups, self._closing = Groups(services), Closing(services)

    async def ask(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`ask:section:QUESTION`, `ask:answered_by:QUESTION`: what is written next is for it."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        wanted, number = Wanted(context.match[1]), int(context.match[2])
        if await aside(self._groups.of, number) is None:
            await acknowledge(query, wording.GONE, alert=True)
            return
        await acknowledge(query)
        await aside(self._at.prompts.ask, query.from_user.id, wanted, number, now=self._at.now())
        if isinstance(query.message, Message):
            how = wording.WRITE_HOW if wanted is Wanted.SECTION else wording.SEEK_HOW
            await query.message.reply_text(how, reply_markup=prompt_keyboard())

    async def typed(self, message: Message, prompt: Prompt, text: str, update_id: int) -> None:
        """What was wanted: a section, or words to look for a source by."""
        number = int(prompt.subject)
        if prompt.wanted is Wanted.ANSWERED_BY:
            if await self._gaps.sought(message, number, text):
                settle = self._at.prompts.settle
                await aside(settle, prompt.officer_id, number, update_id=update_id, now=self._at.now())
            return
        shown, keyboard = await aside(self._drafted, prompt, text, update_id)
        await message.reply_text(shown, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def attached(self, message: Message, prompt: Prompt, data: bytes, update_id: int) -> None:
        """The same as a file."""
        text = _decoded(data)
        if text is None:
            await message.reply_text(wording.NOT_TEXT, reply_markup=prompt_keyboard())
            return
        await self.typed(message, prompt, text, update_id)

    async def again(self, message: Message, prompt: Prompt) -> bool:
        """Shows the draft that this very update has become before a crash; False where it has become something else."""
        if not prompt.subject.startswith(MADE):
            return False
        draft = await aside(self._at.drafts.find, int(prompt.subject.removeprefix(MADE)))
        if draft is None:
            return False
        shown, keyboard = await aside(self._shown, draft)
        await message.reply_text(shown, parse_mode=ParseMode.HTML, reply_markup=keyboard)
        return True

    async def press(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`draft:DRAFT:PILLAR`, `draft:DRAFT:publish|rewrite|drop`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        by, act, now = query.from_user.id, context.match[2], self._at.now()
        draft = await aside(self._at.drafts.find, int(context.match[1]))
        if draft is None or draft.officer_id != by:
            await acknowledge(query, wording.NOT_YOURS if draft else wording.GONE, alert=True)
            return
        if act == "publish" and draft.outcome != "dropped":
            await acknowledge(query)
            await turn_page(query, wording.BUSY, draft_keyboard(draft))  # to press again where it fails
            await turn_page(query, *await self._published(draft, by, context.job_queue))
            return
        if draft.outcome is not None:
            await acknowledge(query, wording.GONE, alert=True)
            return
        await acknowledge(query)
        if act in ("rewrite", "drop"):
            await aside(self._at.drafts.drop, draft.id, by=by, now=now)
            if act == "rewrite":
                await aside(self._at.prompts.ask, by, Wanted.SECTION, max(draft.questions), now=now)
            text = wording.WRITE_HOW if act == "rewrite" else wording.DROPPED
            await turn_page(query, escape(text), settled_keyboard(max(draft.questions), undo=False))
            return
        await aside(self._at.drafts.choose, draft.id, act, by=by, now=now)
        await turn_page(query, *await aside(self._shown, await aside(self._at.drafts.need, draft.id)))

    async def _published(self, draft: Draft, by: int, queue: Queue) -> Shown:
        closed = await aside(self._closing.publish, draft, by)
        if isinstance(closed, list):
            return problems_text(closed), draft_keyboard(draft)
        head = wording.published(closed.title, closed.source_id)
        text = await told_of(self._closing, closed, head, queue)
        return text, settled_keyboard(max(draft.questions), undo=False)

    def _drafted(self, prompt: Prompt, said: str, update_id: int) -> Shown:
        """Keeps what was written, once, where nothing is to be mended in it."""
        number, now = int(prompt.subject), self._at.now()
        group = self._groups.of(number)
        if group is None:
            self._at.prompts.drop(prompt.officer_id)
            return escape(wording.GONE), settled_keyboard(number, undo=False)
        pillar = given_pillar(said) or self._like(group.texts)
        section, problems = self._closing.read(said, group.ids, pillar)
        if section is None:
            return problems_text(problems), prompt_keyboard()
        keep = self._at.drafts.keep
        draft = keep(prompt.officer_id, group.ids, said, pillar.value, update_id=update_id, now=now)
        self._at.prompts.settle(prompt.officer_id, f"{MADE}{draft.id}", update_id=update_id, now=now)
        return self._shown(draft)

    def _shown(self, draft: Draft) -> Shown:
        section, problems = self._closing.read(draft.said, draft.questions, Pillar(draft.pillar))
        if section is None:
            return problems_text(problems), draft_keyboard(draft)
        return draft_text(draft, section), draft_keyboard(draft)

    def _like(self, texts: Sequence[str]) -> Pillar:
        """The pillar of most of what lies near; of policy where nothing does."""
        near = [hit.passage.pillar for text in texts[:3] for hit in self._at.library.nearest(text, LIKE)]
        counted = Counter(pillar for pillar in near if pillar)
        return Pillar(counted.most_common(1)[0][0]) if counted else Pillar.policy


def _decoded(data: bytes) -> str | None:
    """The text of a file as people save them; None where it is none."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.replace("\r\n", "\n") if "\0" not in text else None
    return None
