"""The buttons of /sources, and those under a file that a lead has sent. KEY: see `bot.holdings`.

sources:PAGE          the list                 own:KEY               one source
own:KEY:text:PAGE     its text                 own:KEY:old           its versions
own:KEY:on|off        into answers, or out     own:KEY:file:VERSION  a version's file
ask:source:KEY        wait for a new version   offer:ID:add|swap|no  take a file up, in place of one, or not
"""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from actions.offers import Offer
from actions.prompts import Wanted
from actions.sources import OwnSource
from bot.holdings import Holding
from bot.keyboards.buttons import button, page_keyboard, rows
from bot.messages import sources as wording
from bot.messages.cases import BUTTON_NEVER_MIND
from bot.render.sources import SHOWN, pages_of

IN_A_ROW = 4
VERSIONS_SHOWN = 12


def list_keyboard(holdings: Sequence[Holding], page: int) -> InlineKeyboardMarkup | None:
    """Under the list: a number for each, other pages."""
    first, shown = page * SHOWN, holdings[page * SHOWN : (page + 1) * SHOWN]
    numbers = [button(str(number), "own", each.key) for number, each in enumerate(shown, first + 1)]
    turns = page_keyboard("sources", (), page, pages_of(holdings))
    lines = [numbers[at : at + IN_A_ROW] for at in range(0, len(numbers), IN_A_ROW)]
    return rows(*lines, *(turns.inline_keyboard if turns else ())) if numbers else None


def card_keyboard(holding: Holding) -> InlineKeyboardMarkup:
    """What can be done with one."""
    key, own = holding.key, holding.own
    label, act = (wording.BUTTON_OFF, "off") if holding.active else (wording.BUTTON_ON, "on")
    switch = button(label, "own", key, act)
    swap = [button(wording.BUTTON_SWAP, "ask", Wanted.SOURCE, key)] if own else []
    old = [button(wording.BUTTON_OLD, "own", key, "old")] if own else []
    text = button(wording.BUTTON_TEXT, "own", key, "text", 0)
    return rows([text, switch], [*swap, *old], [button(wording.BUTTON_LIST, "sources", 0)])


def text_keyboard(key: str, page: int, pages: int) -> InlineKeyboardMarkup:
    """Under a page of its text."""
    turns = page_keyboard("own", (key, "text"), page, pages)
    return rows(*(turns.inline_keyboard if turns else ()), [button(wording.BUTTON_CARD, "own", key)])


def versions_keyboard(key: str, versions: Sequence[OwnSource]) -> InlineKeyboardMarkup:
    """A file for each version, the newest ones."""
    files = [
        button(wording.version(each.version), "own", key, "file", each.version) for each in versions[:VERSIONS_SHOWN]
    ]
    lines = [files[at : at + IN_A_ROW] for at in range(0, len(files), IN_A_ROW)]
    return rows(*lines, [button(wording.BUTTON_CARD, "own", key)])


def offer_keyboard(offer: Offer, replaced: OwnSource | None, *, asked_for: bool) -> InlineKeyboardMarkup:
    """Under a file that was sent; `replaced`: what it may take the place of; `asked_for`: it was sent for that."""
    swap = []
    if replaced:
        swap = [button(wording.swap(replaced.title, replaced.version), "offer", offer.id, "swap", cut=False)]
    add = button(wording.BUTTON_ADD_TOO if replaced else wording.BUTTON_ADD, "offer", offer.id, "add")
    decline = button(wording.BUTTON_DECLINE, "offer", offer.id, "no")
    return rows(swap, [decline] if asked_for else [add, decline])


def open_keyboard(key: str) -> InlineKeyboardMarkup:
    """Opens one."""
    return rows([button(wording.BUTTON_OPEN, "own", key)])


def waiting_keyboard(key: str) -> InlineKeyboardMarkup:
    """Under a request for a new version."""
    return rows([button(BUTTON_NEVER_MIND, "drop"), button(wording.BUTTON_CARD, "own", key)])
