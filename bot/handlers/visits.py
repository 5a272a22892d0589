"""Visits: told by buttons, in writing, or in reply to the reminder; and those on which nobody was there."""

import re

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.asking import looks_like_question
from actions.calendar import add_workdays, local_day
from actions.case_errors import CaseRefused
from actions.contacts import Contact
from actions.deeds import NOTE_CHARACTERS
from actions.input_errors import TextTooLong
from actions.model import Task, TaskStatus
from actions.prompts import Prompt, Wanted
from actions.visit_errors import VisitGone
from actions.visits import IN_VAIN, Visited, read_visit_answer
from bot.handlers.pressing import acknowledge, turn_page
from bot.keyboards.push import case_keyboard
from bot.keyboards.visits import question_keyboard, visited_keyboard
from bot.messages import cases as case_wording
from bot.messages import visits as wording
from bot.render.text import escape
from bot.render.visits import other_ways, question_text, visited_text
from bot.services import Services, aside
from playbook.checklist import Kind
from playbook.errors import ClosureBotError
from playbook.parts import TaskKind

_OF_ONE_TASK = re.compile(r"(?:visited|snooze):(\d{1,18})$")
Shown = tuple[str, InlineKeyboardMarkup | None]


class Visiting:
    """Each act may come twice: what was told is told once."""

    def __init__(self, services: Services) -> None:
        self._at = services

    async def visited(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`visited:TASK`: asks the first question, below: the briefing stays in sight."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        try:
            contact = await aside(
                self._at.visits.begin, int(context.match[1]), by=query.from_user.id, now=self._at.now()
            )
        except CaseRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        if isinstance(query.message, Message):
            text, keyboard = await aside(self._shown, contact)
            await query.message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def tell(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`tell:CONTACT:QUESTION:CHOICE`, in place."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        contact_id, question_id, choice = int(context.match[1]), context.match[2], context.match[3]
        try:
            text, keyboard = await aside(self._tell, contact_id, question_id, choice, update.update_id)
        except CaseRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        await turn_page(query, text, keyboard)

    async def untell(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`untell:CONTACT`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        await aside(self._at.visits.drop, int(context.match[1]), by=query.from_user.id, now=self._at.now())
        await turn_page(query, wording.VISIT_DROPPED, None)

    async def unreached(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`unreached:TASK`: says below when it comes again, and after two in a row which other way there is."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        try:
            text = await aside(self._unreached, int(context.match[1]), query.from_user.id, update.update_id)
        except CaseRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        await _below(query, text)

    async def follow(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`follow:CASE:RULE`: adds a task that was proposed."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        case_id, rule_id, by = context.match[1], context.match[2], query.from_user.id
        task = await aside(self._at.visits.follow_up, case_id, rule_id, by=by, now=self._at.now())
        line = wording.added(task.title, task.due_on) if task else case_wording.NEVER_MIND
        await acknowledge(query, line)

    async def go_on(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`goon:CASE`: one more visit in three months."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await aside(
            self._at.visits.go_on, context.match[1], wording.ONE_MORE_VISIT, by=query.from_user.id, now=self._at.now()
        )
        await acknowledge(query)
        await turn_page(query, wording.WENT_ON, case_keyboard(context.match[1]))

    async def typed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> bool:
        """A reply to a reminder, or an answer to a visit's question; False where it is for somebody else."""
        message = update.message
        if message is None or message.from_user is None or not message.text or message.chat.type != Chat.PRIVATE:
            return False
        officer, text = message.from_user.id, message.text.strip()
        try:
            shown = await aside(self._typed, officer, text, message.reply_to_message, update.update_id)
        except ClosureBotError as refused:
            await message.reply_text(str(refused))
            return True
        if shown is None:
            return False
        await message.reply_text(shown[0], parse_mode=ParseMode.HTML, reply_markup=shown[1])
        return True

    def _typed(self, officer: int, text: str, replied: Message | None, update_id: int) -> Shown | None:
        task = self._reminded(replied) if replied else None
        if task:
            self._at.door.may("visited", task.id, officer, now=self._at.now())
        prompt = self._at.prompts.of(officer, self._at.now())
        waits = prompt is not None and prompt.wanted is not Wanted.DONE
        if task and task.kind is TaskKind.revisit:
            return self._visit_told(officer, task, text, update_id)
        if waits or (task is None and looks_like_question(text, Kind.text)):
            return None
        return self._remark(officer, task, text, update_id) if task else self._answer_typed(officer, text)

    def _visit_told(self, officer: int, task: Task, text: str, update_id: int) -> Shown:
        """A visit in one's own words; what is said of one that is told already becomes a note."""
        if len(text) > NOTE_CHARACTERS:
            raise TextTooLong(limit=NOTE_CHARACTERS)
        if task.status is TaskStatus.OPEN or self._at.contacts.by_update(update_id):
            now = self._at.now()
            return self.outcome(self._at.visits.tell(task.id, text, by=officer, update_id=update_id, now=now))
        return self._remark(officer, task, text, update_id)

    def _remark(self, officer: int, task: Task, text: str, update_id: int) -> Shown:
        now = self._at.now()
        before = self._at.prompts.of(officer, now)
        if before is None or before.update_id != update_id:  # else it is handled again after a crash
            remark = Prompt(officer, Wanted.REMARK, str(task.id), "", now, None)
            self._at.deeds.write(remark, text, update_id=update_id, now=now)
        return case_wording.DONE["remark"], case_keyboard(task.case_id)

    def _answer_typed(self, officer: int, text: str) -> Shown | None:
        contact = self._at.contacts.current(officer, self._at.now())
        question = self._at.visits.asked(contact) if contact else None
        if contact is None or question is None:
            return None
        self._at.door.may("tell", contact.id, officer, now=self._at.now())
        return self._answer(contact.id, question.id, read_visit_answer(question, text))

    def _reminded(self, replied: Message) -> Task | None:
        """The one task that a reminder was about: its own buttons say so, even if the ledger was not told in time."""
        rows = replied.reply_markup.inline_keyboard if replied.reply_markup else ()
        carried = [_OF_ONE_TASK.match(str(button.callback_data)) for row in rows for button in row]
        ids = {int(found[1]) for found in carried if found}
        return self._at.tasks.need(ids.pop()) if len(ids) == 1 else None

    def _tell(self, contact_id: int, question_id: str, choice: str, update_id: int) -> Shown:
        contact = self._at.contacts.need(contact_id)
        question = next((each for each in self._at.procedure.visits.questions if each.id == question_id), None)
        if question is None or (choice != "ok" and int(choice) >= len(question.choices)):
            raise VisitGone
        if choice == "ok" and not contact.ticked:
            return self._shown(contact)
        if question.many and choice != "ok":
            return self._shown(self._at.visits.tick(contact_id, question_id, int(choice), update_id=update_id))
        values = contact.ticked if choice == "ok" else [question.choices[int(choice)].text]
        return self._answer(contact_id, question_id, values)

    def _answer(self, contact_id: int, question_id: str, values: list[str]) -> Shown:
        told = self._at.visits.answer(contact_id, question_id, values, now=self._at.now())
        return self.outcome(told) if isinstance(told, Visited) else self._shown(told)

    def _shown(self, contact: Contact) -> Shown:
        questions = self._at.procedure.visits.questions
        question = self._at.visits.asked(contact)
        if question is None:
            return self.outcome(Visited(contact))
        text = question_text(contact, question, questions.index(question) + 1, len(questions))
        return text, question_keyboard(contact, question)

    def outcome(self, visited: Visited) -> Shown:
        """A visit that was told, with what follows from it."""
        case_id = visited.contact.case_id
        ahead = [
            task
            for task in self._at.tasks.of_case(case_id)
            if task.kind is TaskKind.revisit and task.status is TaskStatus.OPEN
        ]
        text = visited_text(visited, self._at.procedure.visits.questions, ahead[0] if ahead else None)
        return text, visited_keyboard(case_id, visited.added, visited.proposed)

    def _unreached(self, task_id: int, by: int, update_id: int) -> str:
        tries = self._at.visits.unreached(task_id, by=by, update_id=update_id, now=self._at.now())
        return self.in_vain(task_id, tries)

    def in_vain(self, task_id: int, tries: int) -> str:
        """What to do now that nobody was there, so many times in a row."""
        again = add_workdays(local_day(self._at.now()), 1)
        if tries < IN_VAIN:
            return escape(wording.unreached_once(again))
        lines = [escape(wording.unreached_again(tries, again)), *other_ways(self._at.briefings.of(task_id))]
        return "\n".join(lines)


async def _below(query: CallbackQuery, text: str) -> None:
    if isinstance(query.message, Message):
        await query.message.reply_text(text, parse_mode=ParseMode.HTML)
