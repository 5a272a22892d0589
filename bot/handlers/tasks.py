"""Tasks and what is done to them and to cases by a button: finish, reopen, archive, or ask for what is still wanted."""

from collections.abc import Callable

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.calendar import local_day
from actions.case_errors import CaseRefused
from actions.cases import case_id as read_case_id
from actions.dossier import TaskPapers
from actions.model import Settled, TaskStatus
from actions.prompts import Wanted
from actions.rights import Right
from bot.handlers.cards import Cards
from bot.handlers.pressing import acknowledge, turn_page
from bot.handlers.releasing import Releasing
from bot.keyboards.cases import forget_keyboard, prompt_keyboard, publish_keyboard, task_keyboard
from bot.keyboards.push import case_keyboard
from bot.letters import Letters
from bot.messages import cases as wording
from bot.render.cases import fit_for, settled_lines, task_text
from bot.services import Services, aside
from playbook.parts import TaskKind

Shown = tuple[str, InlineKeyboardMarkup | None]


class Doing:
    """What buttons do to tasks and cases. Each act may be pressed twice: the second time it changes nothing."""

    def __init__(self, services: Services, cards: Cards) -> None:
        self._services, self._cards, self._releasing = services, cards, Releasing(services)
        self._letters = Letters(services)
        self._acts: dict[str, Callable[[str, int], Shown]] = {
            "finish": self._finish,
            "reopen": self._reopen,
            "archive": self._archive,
            "restore": self._restore,
            "release": self._release,
            "publish": self._publish,
            "forget": self._forget,
        }

    async def task(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`task:ID`: one task, in place; below a message that was pushed, which stays as it is."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        text, keyboard = await aside(self.shown, int(context.match[1]), query.from_user.id)
        message, ledger = query.message, self._services.ledger
        if isinstance(message, Message):
            pushed: list[int | None] = await aside(ledger.tasks_of, query.from_user.id, message.message_id)
            if pushed:
                await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
                return
        await turn_page(query, text, keyboard)

    async def forget(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/forget CASE: says what goes, and asks."""
        message, id_ = update.message, read_case_id(" ".join(context.args or ()))
        if message is None:
            return
        if id_ is None:
            await message.reply_text(wording.FORGET_HOW)
            return
        try:
            case = await aside(self._services.forgetting.check, id_, now=self._services.now())
        except CaseRefused as refused:
            await message.reply_text(str(refused))
            return
        await message.reply_text(wording.forget_ask(case.id, case.company), reply_markup=forget_keyboard(id_))

    async def act(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`do:ACT:SUBJECT`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        try:
            text, keyboard = await aside(self._acts[context.match[1]], context.match[2], query.from_user.id)
        except CaseRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        await turn_page(query, text, keyboard)

    async def ask(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`ask:WANTED:SUBJECT`: says what is wanted, and waits for it."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        wanted, now = Wanted(context.match[1]), self._services.now()
        await acknowledge(query)
        await aside(self._services.prompts.ask, query.from_user.id, wanted, context.match[2], now=now)
        if isinstance(query.message, Message):
            await query.message.reply_text(wording.ASK_FOR[wanted.value], reply_markup=prompt_keyboard())

    async def drop(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`drop`: nothing is waited for any more."""
        query = update.callback_query
        assert query is not None
        await acknowledge(query)
        await aside(self._services.prompts.drop, query.from_user.id)
        await turn_page(query, wording.NEVER_MIND, None)

    def shown(self, task_id: int, reader: int, settled: Settled | None = None) -> Shown:
        """A task as a message for one reader, under what has just been set in motion."""
        services = self._services
        task = services.tasks.need(task_id)
        rights = services.rights.of(reader, task.case_id, now=services.now())
        if task.kind is TaskKind.revisit and task.status is TaskStatus.OPEN and Right.WORK in rights:
            letter = self._letters.task(task_id)
            return "\n".join([letter.text, *settled_lines(settled or Settled())]), letter.keyboard
        notes = [note for note in services.cases.notes(task.case_id, 200) if note.task_id == task_id]
        waits = services.tasks.waits(task.case_id).get(task_id, ())
        papers = TaskPapers(task, waits, notes, services.files.of_task(task_id))
        text = "\n".join([task_text(papers, local_day(services.now())), *settled_lines(settled or Settled())])
        return fit_for(services.dossiers.read(task.case_id), text, rights), task_keyboard(papers, rights)

    def _finish(self, subject: str, by: int) -> Shown:
        return self.shown(int(subject), by, self._services.tasks.finish(int(subject), by=by, now=self._services.now()))

    def _reopen(self, subject: str, by: int) -> Shown:
        return self.shown(int(subject), by, self._services.tasks.reopen(int(subject), by=by, now=self._services.now()))

    def _archive(self, subject: str, by: int) -> Shown:
        self._services.cases.archive(subject, by=by, now=self._services.now())
        return self._cards.shown(subject, by)

    def _restore(self, subject: str, by: int) -> Shown:
        self._services.cases.reopen(subject, by=by, now=self._services.now())
        return self._cards.shown(subject, by)

    def _release(self, subject: str, by: int) -> Shown:
        return self._releasing.preview(subject), publish_keyboard(subject)

    def _publish(self, subject: str, by: int) -> Shown:
        self._releasing.publish(subject, by)
        return wording.RELEASED, None

    def _forget(self, subject: str, by: int) -> Shown:
        self._services.forgetting.forget(subject, by=by, now=self._services.now())
        return wording.FORGOTTEN, case_keyboard(subject)
