"""The buttons under what has changed: its text as it is now, and the first cases that rest on it."""

import re
from collections.abc import Mapping

from telegram import InlineKeyboardMarkup

from bot.keyboards.buttons import button, rows
from bot.messages import editions as wording

OPENED = 3
"""Cases with a button of their own."""
_ENTRY = re.compile(r"[a-z0-9-]{1,50}")
"""Entries of the playbook have ids that a button can carry; documents may have whole paths."""


def changed_keyboard(source_id: str, companies: Mapping[str, str], *, gone: bool) -> InlineKeyboardMarkup:
    """`companies` by the ids of their cases."""
    text = [button(wording.BUTTON_NEW_TEXT, "case", source_id, 0)] if _ENTRY.fullmatch(source_id) and not gone else []
    opens = [[button(wording.open_case(company), "card", id_)] for id_, company in list(companies.items())[:OPENED]]
    return rows(text, *opens)
