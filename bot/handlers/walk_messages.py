"""What is written, sent or edited in mid-walk: an answer, an act, a question to the playbook, or none of these."""

from telegram import Chat, Message, Update
from telegram.ext import ContextTypes

from actions.asking import looks_like_question
from actions.calendar import local_day
from actions.case_errors import CaseRefused
from actions.input_errors import AnswerRefused
from actions.inputs import read_answer
from actions.intake import Turn
from actions.intake_errors import ButtonOld, WalkRefused
from actions.right_errors import RightRefused
from actions.screens import Screen
from actions.walks import View
from bot.handlers.ask import Ask
from bot.handlers.intake import Walking
from bot.handlers.screens import Screens
from bot.keyboards.intake import edit_keyboard
from bot.messages import intake as wording
from bot.render.values import step_label
from bot.services import Services, aside
from playbook.checklist import Kind

TYPED_ACTS: dict[View, dict[str, str]] = {
    View.ASK: {act: act for act in ("skip", "back", "why", "like", "pause", "cancel", "keep")},
    View.REVIEW: {act: act for act in ("save", "back", "pause", "cancel")},
    View.CONFIRM: {"ok": "ok", "no": "back", "back": "back"},
    View.CANCEL: {"ok": "giveup", "cancel": "giveup", "no": "go", "go": "go"},
}
"""What may be typed instead of pressed, by view: the sort of word, and the act that it means there."""


class WalkMessages:
    """Each method says whether a walk has taken the message; where not, it is for somebody else."""

    def __init__(self, services: Services, walking: Walking, screens: Screens, ask: Ask) -> None:
        self._intake, self._files, self._door = services.intake, services.files, services.door
        self._walking, self._screens, self._ask = walking, screens, ask

    async def typed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> bool:
        """A text. Handled again after a crash, it is not taken again: the screen is shown."""
        message = update.message
        screen = await self._asking(update, message)
        if message is None or screen is None:
            return False
        if screen.walk.update_id != update.update_id:
            try:
                screen = await self._take(update, self._walking.turn(update), screen, message)
            except WalkRefused as refused:
                await message.reply_text(str(refused))
        await self._screens.present(screen, context.bot, message.chat_id)
        return True

    async def attached(self, update: Update, context: ContextTypes.DEFAULT_TYPE, data: bytes, name: str) -> bool:
        """A photo or a document."""
        message = update.message
        screen = await self._asking(update, message)
        if message is None or screen is None:
            return False
        if screen.walk.update_id != update.update_id:
            screen = await self._take_file(update, screen, message, data, name)
        await self._screens.present(screen, context.bot, message.chat_id)
        return True

    async def other(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> bool:
        """A voice, a sticker, a location: says what is wanted, and asks again."""
        message = update.message
        screen = await self._asking(update, message)
        if message is None or screen is None:
            return False
        await message.reply_text(wording.NOT_AN_ANSWER)
        await self._screens.present(screen, context.bot, message.chat_id)
        return True

    async def edited(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A message was edited that once gave an answer: the answer stays, and here is how to change it."""
        message = update.edited_message
        if message is None or message.from_user is None or message.chat.type != Chat.PRIVATE:
            return
        answered = await aside(self._intake.answered_by, message.from_user.id, message.message_id)
        screen = await aside(self._intake.screen, message.from_user.id)
        if answered is None or screen is None:
            return
        case_id, place = answered
        step = (await aside(self._intake.path, case_id)).at(place)
        if step is None or case_id != screen.case.id:
            await message.reply_text(wording.NO_LONGER_ASKED)
            return
        keyboard = edit_keyboard(screen.walk.step, step)
        await message.reply_text(wording.edited(step_label(step)), reply_markup=keyboard)

    async def expects(self, update: Update) -> bool:
        """Whether a walk waits for something."""
        return await self._asking(update, update.message) is not None

    async def _asking(self, update: Update, message: Message | None) -> Screen | None:
        """The screen of a walk that waits for something; None where there is none, and outside private chats."""
        if message is None or message.chat.type != Chat.PRIVATE or update.effective_user is None:
            return None
        screen = await aside(self._intake.screen, update.effective_user.id)
        if screen is None or screen.walk.view in (View.ENDED, View.PAUSED):
            return None
        try:
            await aside(self._door.may, "walk", "", update.effective_user.id, now=self._walking.turn(update).now)
        except RightRefused:
            return None  # the case is somebody else's by now
        return screen

    async def _take(self, update: Update, turn: Turn, screen: Screen, message: Message) -> Screen:
        """Does what a text means on this screen."""
        text, view, asked = (message.text or "").strip(), screen.walk.view, screen.asked
        sort = next((sort for sort, words in wording.TYPED.items() if text in words), "")
        if act := TYPED_ACTS[view].get(sort):
            return await self._act(act, turn, screen, message)
        if view is not View.ASK or asked is None:
            await self._ask.answer(update, message, text)
            return screen
        is_question = looks_like_question(text, asked.question.type)
        if asked.question.type is Kind.text and is_question:
            await self._ask.answer(update, message, text)
            return screen
        try:
            value = await aside(read_answer, asked.question, text, local_day(turn.now))
        except AnswerRefused as refused:
            if is_question:
                await self._ask.answer(update, message, text)
            else:
                await message.reply_text(str(refused))
            return screen
        return await aside(self._intake.answer, turn, value, message_id=message.message_id)

    async def _act(self, act: str, turn: Turn, screen: Screen, message: Message) -> Screen:
        if act in self._walking.looks:
            await self._walking.looks[act](message, screen)
            return screen
        try:
            return await aside(self._walking.acts[act], turn, screen, "")
        except ButtonOld:  # such as 「跳过」 where an answer is required
            await message.reply_text(wording.NOT_HERE)
            return screen

    async def _take_file(self, update: Update, screen: Screen, message: Message, data: bytes, name: str) -> Screen:
        if screen.asked is None or screen.asked.question.type is not Kind.file:
            await message.reply_text(wording.NO_FILE_WANTED)
            return screen
        turn = self._walking.turn(update)
        try:
            return await aside(self._keep_file, turn, screen, data, name, message.message_id)
        except (CaseRefused, WalkRefused) as refused:
            await message.reply_text(str(refused))
            return screen

    def _keep_file(self, turn: Turn, screen: Screen, data: bytes, name: str, message_id: int) -> Screen:
        kept = self._files.keep(screen.case.id, data, name, by=turn.officer_id, now=turn.now)
        return self._intake.answer(turn, {"sha256": kept.sha256, "name": kept.name}, message_id=message_id)
