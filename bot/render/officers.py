"""People and invitations as HTML."""

from collections.abc import Sequence

from actions.arrivals import Post
from actions.officers import Officer
from bot import messages
from bot.messages import officers as wording
from bot.render.text import escape


def officers_text(officers: Sequence[Officer]) -> str:
    """Who may use the bot."""
    return "\n".join([f"<b>{wording.TITLE}</b>", *map(_line, officers)])


def person_text(officer: Officer) -> str:
    """One person."""
    return _line(officer)


def invitation_text(name: str, post: Post, username: str, code: str) -> str:
    """A one-time link: Telegram opens the chat with it, and sends the code."""
    link = f"https://t.me/{username}?start={code}"
    return escape(wording.invitation(name, messages.role(post.role, post.also_leads), link, code))


def _line(officer: Officer) -> str:
    role = messages.role(officer.role, officer.leads)
    return escape(wording.line(officer.name, role, officer.telegram_id))
