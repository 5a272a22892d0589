"""/officers: who is registered, invitations, roles, removal. For admins; the door sees to that."""

from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.errors import OfficerUnknown
from actions.prompts import Prompt, Wanted
from actions.right_errors import RightRefused
from bot.handlers.pressing import acknowledge, turn_page
from bot.keyboards.officers import POSTS, invited_keyboard, officers_keyboard, person_keyboard, remove_keyboard
from bot.messages import officers as wording
from bot.render.officers import invitation_text, officers_text, person_text
from bot.services import Services, aside

Shown = tuple[str, InlineKeyboardMarkup | None]


class Staffing:
    """Lists in place; each change shows what it has made."""

    def __init__(self, services: Services) -> None:
        self._at = services

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/officers."""
        if update.message:
            text, keyboard = await aside(self._list)
            await update.message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def list(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`officers`: back to the list."""
        await self._turn(update, *await aside(self._list))

    async def person(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`person:ID`."""
        assert context.match is not None
        await self._turn(update, *await aside(self._person, int(context.match[1])))

    async def role(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`role:ID:POST`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        person, post = int(context.match[1]), POSTS[context.match[2]]
        try:
            await aside(self._at.arrivals.change, person, post, by=query.from_user.id, now=self._at.now())
        except (RightRefused, OfficerUnknown) as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await self._turn(update, *await aside(self._person, person))

    async def remove(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`remove:ID`: asks; `remove:ID:yes`: does."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        person = int(context.match[1])
        if context.match[2] is None:
            name = await aside(self._at.officers.name, person)
            await self._turn(update, wording.remove_ask(name), remove_keyboard(person))
            return
        try:
            lead = await aside(self._at.arrivals.remove, person, by=query.from_user.id, now=self._at.now())
        except (RightRefused, OfficerUnknown) as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        heir = await aside(self._at.officers.name, lead)
        await self._turn(update, wording.removed(await aside(self._at.officers.name, person), heir), invited_keyboard())

    async def invite(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`invite:POST`: asks for the name; what is written next is taken by `invited`."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        by, now = query.from_user.id, self._at.now()
        await aside(self._at.prompts.ask, by, Wanted.PERSON, context.match[1], now=now)
        await self._turn(update, wording.NAME_WANTED, invited_keyboard())

    async def invited(self, prompt: Prompt, name: str, username: str, *, update_id: int) -> Shown:
        """The invitation; blocks nothing. NameMissing."""
        post, now = POSTS[prompt.subject], self._at.now()
        code = await aside(self._at.arrivals.invite, post, name, by=prompt.officer_id, now=now)
        await aside(self._at.prompts.settle, prompt.officer_id, prompt.subject, update_id=update_id, now=now)
        return invitation_text(" ".join(name.split()), post, username, code), invited_keyboard()

    def _list(self) -> Shown:
        everyone = [officer for officer in self._at.officers.everyone() if officer.active]
        return officers_text(everyone), officers_keyboard(everyone)

    def _person(self, telegram_id: int) -> Shown:
        officer = self._at.officers.find(telegram_id)
        if officer is None:
            return self._list()
        return person_text(officer), person_keyboard(officer)

    async def _turn(self, update: Update, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        query = update.callback_query
        assert query is not None
        await acknowledge(query)
        await turn_page(query, text, keyboard)
