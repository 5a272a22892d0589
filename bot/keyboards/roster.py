"""The buttons of handing over, being away and hours; what they carry is listed in `bot.keyboards.push`."""

from collections.abc import Sequence
from datetime import date

from telegram import InlineKeyboardMarkup

from actions.model import Case
from actions.officers import Officer
from actions.prompts import Wanted
from actions.roster import Wishes
from bot.keyboards.buttons import button, rows, ticked
from bot.messages import cases as case_wording
from bot.messages import push as wording
from bot.messages import roster as roster_wording

HOURS = (7, 8, 9, 10, 14)


def colleagues_keyboard(case_id: str, colleagues: Sequence[Officer]) -> InlineKeyboardMarkup:
    """To whom a case goes."""
    each = [button(officer.name, "pass", case_id, officer.telegram_id) for officer in colleagues]
    pairs = [each[at : at + 2] for at in range(0, len(each), 2)]
    return rows(*pairs, [button(case_wording.BUTTON_NEVER_MIND, "drop")])


def passable_keyboard(cases: Sequence[Case]) -> InlineKeyboardMarkup:
    """Which case is to be handed over."""
    return rows(*([button(f"{case.id} {case.company}", "pass", case.id)] for case in cases))


def offer_keyboard(handover_id: int, case_id: str) -> InlineKeyboardMarkup:
    """Under a case that is offered."""
    take = button(roster_wording.BUTTON_TAKE, "take", handover_id)
    decline = button(roster_wording.BUTTON_DECLINE, "ask", Wanted.DECLINE, handover_id)
    return rows([take, decline], [button(wording.BUTTON_CASE, "card", case_id)])


def deputies_keyboard(deputies: Sequence[Officer], from_on: date, until_on: date) -> InlineKeyboardMarkup:
    """Who stands in."""
    each = [
        button(officer.name, "deputy", officer.telegram_id, f"{from_on:%Y%m%d}", f"{until_on:%Y%m%d}")
        for officer in deputies
    ]
    return rows(*(each[at : at + 2] for at in range(0, len(each), 2)))


def absence_keyboard() -> InlineKeyboardMarkup:
    """Under an absence."""
    return rows([button(roster_wording.BUTTON_COME_BACK, "deputy", "back")])


def wishes_keyboard(wishes: Wishes) -> InlineKeyboardMarkup:
    """When to push, and whether with an overview."""
    hours = [button(ticked(roster_wording.hour(hour), hour == wishes.hour), "hour", hour) for hour in HOURS]
    if wishes.digest:
        return rows(hours, [button(roster_wording.BUTTON_DIGEST_OFF, "digest", "off")])
    return rows(hours, [button(roster_wording.BUTTON_DIGEST_ON, "digest", "on")])
