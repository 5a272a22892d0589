"""A conversation is ended by whoever has it: the next question follows on from none."""

from telegram import Update
from telegram.ext import ContextTypes

from bot import messages
from bot.services import Services, aside


class Conversing:
    """/reset, in private chats and in groups, each asker's own."""

    def __init__(self, services: Services) -> None:
        self._conversations = services.conversations
        self._now = services.now

    async def reset(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Ends the conversation that the sender has in this chat."""
        if update.message is None or update.effective_user is None:
            return
        ended = await aside(
            self._conversations.reset, update.effective_user.id, update.message.chat_id, now=self._now()
        )
        await update.message.reply_text(messages.CONVERSATION_ENDED if ended else messages.NO_CONVERSATION)
