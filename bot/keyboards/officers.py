"""The buttons of /officers.

officers              the list                 person:ID            one person
role:ID:POST          another role             remove:ID[:yes]      take access away
invite:POST           a one-time link          (the name: `ask:person`, by a message)
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from telegram import InlineKeyboardMarkup

from actions.arrivals import Post
from actions.officers import Officer, Role
from bot import messages
from bot.keyboards.buttons import button, rows, ticked
from bot.messages import officers as wording

POSTS: Mapping[str, Post] = MappingProxyType(
    {
        "officer": Post(Role.OFFICER),
        "lead": Post(Role.LEAD),
        "admin": Post(Role.ADMIN),
        "both": Post(Role.ADMIN, also_leads=True),
    }
)


def _label(post: Post) -> str:
    return messages.role(post.role, post.also_leads)


def officers_keyboard(officers: Sequence[Officer]) -> InlineKeyboardMarkup:
    """Everybody, and whom to invite."""
    people = [[button(officer.name, "person", officer.telegram_id)] for officer in officers]
    invites = [button(wording.invite(_label(post)), "invite", name) for name, post in POSTS.items() if name != "both"]
    return rows(*people, invites)


def person_keyboard(officer: Officer) -> InlineKeyboardMarkup:
    """One person's roles, removal, back."""
    now = Post(officer.role, officer.also_leads)
    roles = [
        button(ticked(_label(post), post == now), "role", officer.telegram_id, name) for name, post in POSTS.items()
    ]
    remove = button(wording.BUTTON_REMOVE, "remove", officer.telegram_id)
    return rows(roles[:2], roles[2:], [remove, button(wording.BUTTON_LIST, "officers")])


def remove_keyboard(telegram_id: int) -> InlineKeyboardMarkup:
    """Under the question whether somebody is to go."""
    return rows(
        [
            button(wording.BUTTON_REMOVE_YES, "remove", telegram_id, "yes"),
            button(wording.BUTTON_LIST, "officers"),
        ]
    )


def invited_keyboard() -> InlineKeyboardMarkup:
    """Back to the list."""
    return rows([button(wording.BUTTON_LIST, "officers")])
