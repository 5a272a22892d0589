"""/jump, in the demo alone: sets the clock forward to the next morning on which something is due."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from telegram import Update
from telegram.ext import ContextTypes

from actions.calendar import local_day
from actions.dates import read_date
from actions.input_errors import AnswerRefused
from actions.reminders import morning
from actions.revisits import workday_from
from bot.messages import push as wording
from bot.services import Services, aside

Jump = Callable[[datetime], object]
"""Sets the clock forward; ValueError where that is no moment ahead."""


class Jumping:
    """Moves the clock that all share: what is due to others by then is pushed as well."""

    def __init__(self, services: Services, jump: Jump) -> None:
        self._at, self._jump = services, jump

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/jump, or /jump and a day."""
        if update.message is None:
            return
        try:
            day = await aside(self._day, "".join(context.args or ()))
            self._jump(morning(day, max(await aside(self._at.roster.hours))))
        except (AnswerRefused, ValueError):
            await update.message.reply_text(wording.JUMP_HOW)
            return
        await update.message.reply_text(wording.jumped(day))

    def _day(self, text: str) -> date:
        today = local_day(self._at.now())
        if text:
            return read_date(text, today)
        first = workday_from((today.replace(day=1) + timedelta(days=32)).replace(day=1))
        days = [self._at.due.next_day(today), first if self._at.due.liabilities() else None]
        ahead = [workday_from(day) for day in days if day]
        return min(ahead, default=workday_from(today + timedelta(days=1)))
