"""The buttons under a visit that is being told; what they carry is listed in `bot.keyboards.push`."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from actions.contacts import Contact
from actions.model import Task
from bot.keyboards.buttons import button, rows, ticked
from bot.messages import push as wording
from bot.messages import visits as visit_wording
from playbook.visits import FollowUp, VisitQuestion


def question_keyboard(contact: Contact, question: VisitQuestion) -> InlineKeyboardMarkup:
    """The answers on offer to a question of a visit."""
    choices = [
        button(ticked(choice.text, choice.text in contact.ticked), "tell", contact.id, question.id, number)
        for number, choice in enumerate(question.choices)
    ]
    pairs = [choices[at : at + 2] for at in range(0, len(choices), 2)]
    chosen = (
        [button(visit_wording.BUTTON_DONE_CHOOSING, "tell", contact.id, question.id, "ok")] if question.many else []
    )
    return rows(*pairs, [*chosen, button(visit_wording.BUTTON_STOP_TELLING, "untell", contact.id)])


def visited_keyboard(case_id: str, added: Sequence[Task], proposed: Sequence[FollowUp]) -> InlineKeyboardMarkup:
    """Under what became of a visit."""
    tasks = [[button(task.title, "task", task.id)] for task in added]
    offers = [[button(f"＋ {rule.title}", "follow", case_id, rule.id)] for rule in proposed]
    return rows(*tasks, *offers, [button(wording.BUTTON_CASE, "card", case_id)])
