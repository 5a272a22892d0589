"""Shows the screen of a walk: in place where Telegram lets us, else in a new message."""

from telegram import Bot
from telegram.constants import ParseMode

from actions.screens import Screen
from actions.walks import View
from bot.handlers.cards import Cards
from bot.handlers.pressing import replace_text, strip
from bot.keyboards.intake import screen_keyboard
from bot.messages import intake as wording
from bot.render.intake import change_lines, screen_text
from bot.services import Services, noted


class Screens:
    """Presents walks. What Telegram has taken is noted, so that a crash in between is made good at the next word."""

    def __init__(self, services: Services, cards: Cards) -> None:
        self._intake, self._cards = services.intake, cards

    async def present(self, screen: Screen, bot: Bot, chat_id: int, message_id: int | None = None) -> None:
        """Shows a screen: in the message given, else below, and the one before loses its buttons."""
        if screen.walk.view is View.ENDED and screen.case.opened_on:
            news = "\n".join(change_lines(screen.news, wording.changed())) if screen.news else ""
            shown = await self._cards.show(screen.case.id, bot, chat_id, message_id, news)
        else:
            shown = await self._show(screen, bot, chat_id, message_id)
        await noted(self._intake.shown, screen, shown)

    async def _show(self, screen: Screen, bot: Bot, chat_id: int, message_id: int | None) -> int:
        text, keyboard = screen_text(screen), screen_keyboard(screen)
        if message_id and await replace_text(bot, chat_id, message_id, text, keyboard):
            return message_id
        sent = await bot.send_message(chat_id, text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
        if screen.walk.message_id:  # afterwards: the question is waited for, and a chat takes one change a second
            await strip(bot, chat_id, screen.walk.message_id)
        return sent.message_id
