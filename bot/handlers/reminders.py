"""Putting a reminder off: to which day, and why."""

from datetime import date

from telegram import Message, Update
from telegram.ext import ContextTypes

from actions.calendar import add_workdays, local_day
from actions.case_errors import CaseRefused
from actions.prompts import Wanted
from bot.handlers.pressing import acknowledge, turn_page
from bot.keyboards.push import reason_keyboard, snooze_keyboard
from bot.messages import push as wording
from bot.services import Services, aside


class Snoozing:
    """`snooze:TASK`, then how far, then why: a reason on a button, or written."""

    def __init__(self, services: Services) -> None:
        self._at = services

    async def how_far(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Asks for the day, below."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        if isinstance(query.message, Message):
            keyboard = snooze_keyboard(int(context.match[1]))
            await query.message.reply_text(wording.SNOOZE_UNTIL, reply_markup=keyboard)

    async def why(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Asks for the reason, in place; a written one is taken as well."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await acknowledge(query)
        task_id, days = int(context.match[1]), int(context.match[2])
        until, now, by = self._until(days), self._at.now(), query.from_user.id
        await aside(self._at.prompts.ask, by, Wanted.SNOOZE, task_id, now=now, detail=until.isoformat())
        await turn_page(query, wording.SNOOZE_WHY, reason_keyboard(task_id, days))

    async def because(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Puts it off. A second tap finds nothing asked for, and does nothing."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        task_id, number = int(context.match[1]), int(context.match[3])
        try:
            line = await aside(self._snooze, task_id, number, query.from_user.id, update.update_id)
        except CaseRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        if line:
            await turn_page(query, line, None)

    def _snooze(self, task_id: int, reason: int, by: int, update_id: int) -> str | None:
        now = self._at.now()
        prompt = self._at.prompts.of(by, now)
        if prompt is None or prompt.subject != str(task_id):
            return None
        if prompt.wanted is Wanted.SNOOZE:
            self._at.deeds.write(prompt, wording.SNOOZE_REASONS[reason], update_id=update_id, now=now)
        elif prompt.wanted is not Wanted.DONE or prompt.update_id != update_id:
            return None
        task = self._at.tasks.need(task_id)
        return wording.snoozed(task.snoozed_until, task.snoozes) if task.snoozed_until else None

    def _until(self, days: int) -> date:
        return add_workdays(local_day(self._at.now()), days)
