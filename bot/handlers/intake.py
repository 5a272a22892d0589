"""/new and the buttons of a walk: `walk:STEP:ACT[:ARGUMENT]`."""

from collections.abc import Awaitable, Callable
from datetime import date

from telegram import Bot, CallbackQuery, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from actions.calendar import local_day
from actions.checklist import Place, Step
from actions.dates import YEARS
from actions.input_errors import AnswerRefused
from actions.inputs import check
from actions.intake import Turn
from actions.intake_errors import ButtonOld, NoWalk, WalkRefused
from actions.screens import Screen
from bot.handlers.pressing import acknowledge, turn_page
from bot.handlers.screens import Screens
from bot.keyboards.answers import cases_keyboard
from bot.keyboards.buttons import source_keyboard
from bot.keyboards.intake import continue_keyboard, month_keyboard, screen_keyboard
from bot.messages import intake as wording
from bot.render.intake import like_query, like_text, screen_text, why_text
from bot.services import Services, aside
from playbook.checklist import Kind

Act = Callable[[Turn, Screen, str], Screen]
"""Changes a walk; blocks, so it is called aside. The text is the button's argument."""
Look = Callable[[Message, Screen], Awaitable[None]]
DIGITS = 4
"""Of a number on a button: a choice, a page, a place in a group."""


class Walking:
    """Acts that change a walk, and looks that do not. In private chats alone: answers hold contact data."""

    def __init__(self, services: Services, screens: Screens) -> None:
        self._intake, self._library, self._now = services.intake, services.library, services.now
        self._screens = screens
        self.acts: dict[str, Act] = {
            "skip": self._skip,
            "pick": self._pick,
            "chosen": self._chosen,
            "yes": self._yes,
            "today": lambda turn, screen, _: self._date(turn, screen, local_day(turn.now)),
            "day": lambda turn, screen, day: self._date(turn, screen, _day(day)),
            "back": lambda turn, screen, _: self._intake.back(turn),
            "keep": lambda turn, screen, _: self._intake.proceed(turn),
            "go": lambda turn, screen, _: self._intake.resume(turn, screen.case.id),
            "another": lambda turn, screen, _: self._intake.another(turn),
            "pause": lambda turn, screen, _: self._intake.pause(turn),
            "cancel": lambda turn, screen, _: self._intake.ask_to_cancel(turn),
            "giveup": lambda turn, screen, _: self._intake.cancel(turn),
            "save": lambda turn, screen, _: self._intake.save(turn),
            "ok": lambda turn, screen, _: self._intake.confirm(turn),
            "drop": lambda turn, screen, _: self._intake.confirm(turn, drop_worked=True),
            "edit": self._edit,
        }
        self.looks: dict[str, Look] = {"why": self._why, "like": self._like}

    async def new(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/new: a new draft, or the offer to go on with the one that is open."""
        message = update.message
        if message is None:
            return
        turn = self.turn(update)
        screen = await aside(self._intake.begin, turn)
        if screen:
            await self._screens.present(screen, context.bot, message.chat_id)
            return
        keyboard = continue_keyboard((await self._screen(turn)).walk.step)
        await message.reply_text(wording.CONTINUE_ASK, reply_markup=keyboard)

    async def press(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A button: an act, a look, or the turn of a page."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        turn, act, argument = self.turn(update, int(context.match[1])), context.match[2], context.match[3] or ""
        try:
            screen = await self._screen(turn)
            if act not in self.acts:
                await self._look(query, turn, screen, act, argument)
                return
            screen = await aside(self.acts[act], turn, screen, argument)
        except (WalkRefused, AnswerRefused) as refused:
            await self._refuse(query, turn, refused, context.bot)
            return
        await acknowledge(query)
        place = query.message.message_id if isinstance(query.message, Message) else None
        await self._screens.present(screen, context.bot, turn.officer_id, place)

    async def fill(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`fill:CASE`: goes on with the checklist of a case."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        await self._enter(query, context.bot, self._intake.resume, self.turn(update), context.match[1])

    async def change(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`edit:CASE:QUESTION:ITEM`: asks one question of a case again."""
        query = update.callback_query
        assert query is not None
        assert context.match is not None
        place = Place(context.match[2], int(context.match[3]))
        await self._enter(query, context.bot, self._intake.edit, self.turn(update), context.match[1], place)

    async def _enter(
        self, query: CallbackQuery, bot: Bot, enter: Callable[..., Screen], turn: Turn, *where: object
    ) -> None:
        """Into a walk from a case; in a new message, so that the case stays in sight."""
        try:
            screen = await aside(enter, turn, *where)
        except WalkRefused as refused:
            await acknowledge(query, str(refused), alert=True)
            return
        await acknowledge(query)
        await self._screens.present(screen, bot, turn.officer_id)

    def turn(self, update: Update, step: int | None = None) -> Turn:
        """Who does something now, by this update."""
        assert update.effective_user is not None
        return Turn(update.effective_user.id, self._now(), update.update_id, step)

    def _skip(self, turn: Turn, screen: Screen, _: str) -> Screen:
        if screen.asked and screen.asked.question.required:
            raise ButtonOld
        return self._intake.answer(turn, None)

    def _pick(self, turn: Turn, screen: Screen, number: str) -> Screen:
        """A choice; where there may be several it is ticked, and the step grows, so that two taps tick once."""
        asked = screen.asked
        if turn.step != screen.walk.step or asked is None or _number(number) >= len(asked.question.choices):
            raise ButtonOld
        if asked.question.type is Kind.choices:
            return self._intake.toggle(turn, int(number))
        return self._intake.answer(turn, asked.question.choices[int(number)].text)

    def _chosen(self, turn: Turn, screen: Screen, _: str) -> Screen:
        _asked(screen, Kind.choices)
        return self._intake.answer_ticked(turn)

    def _date(self, turn: Turn, screen: Screen, day: date) -> Screen:
        asked = _asked(screen, Kind.date)
        return self._intake.answer(turn, check(asked.question, day.isoformat()))

    def _yes(self, turn: Turn, screen: Screen, digit: str) -> Screen:
        _asked(screen, Kind.yes_no)
        return self._intake.answer(turn, digit == "1")

    def _edit(self, turn: Turn, screen: Screen, argument: str) -> Screen:
        question_id, _, item = argument.partition(":")
        return self._intake.edit(turn, screen.case.id, Place(question_id, _number(item)))

    async def _look(self, query: CallbackQuery, turn: Turn, screen: Screen, act: str, argument: str) -> None:
        """Shows something and changes nothing."""
        if turn.step != screen.walk.step:
            raise ButtonOld
        if act == "month":
            _asked(screen, Kind.date)
        await acknowledge(query)
        if act in self.looks and isinstance(query.message, Message):
            await self.looks[act](query.message, screen)
        elif act == "page":
            page = _number(argument)
            await turn_page(query, screen_text(screen, page), screen_keyboard(screen, page))
        elif act == "month":
            month = local_day(self._now()) if argument == "now" else _day(f"{argument}-01")
            await turn_page(query, screen_text(screen), month_keyboard(screen, month.replace(day=1)))

    async def _why(self, message: Message, screen: Screen) -> None:
        if screen.asked:
            keyboard = source_keyboard(screen.asked.question.help)
            await message.reply_text(why_text(screen.asked), parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def _like(self, message: Message, screen: Screen) -> None:
        text, traits = like_query(screen)
        found = await aside(self._library.cases_like, text, traits)
        keyboard = cases_keyboard([each.hit for each in found])
        await message.reply_text(like_text(found), parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def _refuse(self, query: CallbackQuery, turn: Turn, refused: Exception, bot: Bot) -> None:
        """Says so; and shows the screen that a crash may have kept from being shown."""
        await acknowledge(query, str(refused), alert=True)
        screen = await aside(self._intake.screen, turn.officer_id)
        if screen and screen.walk.shown_step != screen.walk.step:
            await self._screens.present(screen, bot, turn.officer_id)

    async def _screen(self, turn: Turn) -> Screen:
        screen = await aside(self._intake.screen, turn.officer_id)
        if screen is None:
            raise NoWalk
        return screen


def _asked(screen: Screen, kind: Kind) -> Step:
    """What is asked, if it is of that kind; ButtonOld."""
    if screen.asked is None or screen.asked.question.type is not kind:
        raise ButtonOld
    return screen.asked


def _number(argument: str) -> int:
    """A number from a button; ButtonOld where it is none of ours."""
    if not (argument.isascii() and argument.isdigit() and len(argument) <= DIGITS):
        raise ButtonOld
    return int(argument)


def _day(argument: str) -> date:
    """A day from a button's calendar; ButtonOld."""
    try:
        day = date.fromisoformat(argument)
    except ValueError:
        raise ButtonOld from None
    if day.year not in YEARS:
        raise ButtonOld
    return day
