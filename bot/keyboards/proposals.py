"""Buttons under a card: what to choose from, or to confirm and to cancel."""

from telegram import InlineKeyboardMarkup

from actions.meant import Meant
from bot.keyboards.buttons import button, rows
from bot.messages import proposals as wording


def card_keyboard(proposal_id: int, meant: Meant) -> InlineKeyboardMarkup:
    """Cases or tasks that fit, one a row; else 确认. 取消 always."""
    decline = button(wording.BUTTON_DECLINE, "decline", proposal_id)
    cases = [[button(case.company or case.id, "choose", proposal_id, case.id)] for case in meant.cases]
    tasks = [
        [button(wording.found_task(task.title, task.due_on), "choose", proposal_id, task.id)] for task in meant.tasks
    ]
    if meant.open:
        return rows(*cases, *tasks, [decline])
    return rows([button(wording.BUTTON_AGREE, "agree", proposal_id), decline])
