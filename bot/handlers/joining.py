"""「加入案件」: a rule that an answer cites becomes a task of an open case, with the passage that it rests on."""

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.ext import ContextTypes

from actions.calendar import add_workdays, local_day
from actions.deeds import DAYS
from actions.model import CaseStatus
from bot import messages
from bot.handlers.pressing import acknowledge, turn_page
from bot.keyboards.cases import join_where_keyboard, join_which_keyboard
from bot.messages import cases as wording
from bot.services import Services, aside
from playbook.model import Pillar
from playbook.parts import TaskKind

OFFERED = 8
KINDS = {
    Pillar.policy: TaskKind.policy,
    Pillar.asset: TaskKind.asset,
    Pillar.brand: TaskKind.brand,
    Pillar.relationship: TaskKind.care,
    Pillar.ecology: TaskKind.policy,
    Pillar.outlook: TaskKind.policy,
}
"""The kind of a task from the pillar of its rule. An added one has no evidence to close it: no eco liability."""


class Joining:
    """`join:QUESTION`, then which rule, then which case."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def which(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Asks which of the cited rules."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        question = await aside(self._services.questions.get, int(context.match[1]))
        if question is None or not isinstance(query.message, Message):
            await acknowledge(query, messages.BUTTON_EXPIRED)
            return
        await acknowledge(query)
        keyboard = join_which_keyboard(question.id, [citation.title for citation in question.citations])
        await query.message.reply_text(wording.JOIN_WHICH, reply_markup=keyboard)

    async def where(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Asks which case."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        statuses = (CaseStatus.OPEN, CaseStatus.FOLLOW_UP)
        page = await aside(self._services.cases.page, query.from_user.id, statuses=statuses, limit=OFFERED)
        keyboard: InlineKeyboardMarkup | None = None
        if page.cases:
            keyboard = join_where_keyboard(int(context.match[1]), int(context.match[2]), page.cases)
        await turn_page(query, wording.JOIN_WHERE if page.cases else wording.NO_OPEN_CASE, keyboard)

    async def join(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Adds the task. The message loses its buttons; a second tap finds that the task is there."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        question_id, mark, case_id = int(context.match[1]), int(context.match[2]), context.match[3]
        line = await aside(self._join, question_id, mark, case_id, query.from_user.id)
        await acknowledge(query)
        await turn_page(query, line, None)

    def _join(self, question_id: int, mark: int, case_id: str, by: int) -> str:
        services, now = self._services, self._services.now()
        question = services.questions.get(question_id)
        if question is None or not 1 <= mark <= len(question.citations):
            return messages.BUTTON_EXPIRED
        cited = question.citations[mark - 1]
        passages = services.library.source_of(cited.id)
        pillar = Pillar(passages[0].pillar) if passages and passages[0].pillar else Pillar.policy
        citation = {"id": cited.id, "title": cited.title, "text": cited.text, "question": question.text}
        if passages and passages[0].notice:
            citation["notice"] = passages[0].notice
        source = passages[0].source_id if passages and passages[0].kind != "document" else ""
        due_on = add_workdays(local_day(now), DAYS)
        task = services.tasks.join(
            case_id,
            cited.title,
            pillar=pillar,
            kind=KINDS[pillar],
            due_on=due_on,
            by=by,
            now=now,
            source=source,
            citation=citation,
        )
        return wording.joined(case_id, task.title, task.due_on)
