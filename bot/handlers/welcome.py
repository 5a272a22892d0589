"""The first screen, the help, and messages that are no text."""

from telegram import Update
from telegram.ext import ContextTypes

from bot import messages
from bot.handlers.addressing import is_addressed
from bot.keyboards.answers import suggestions_keyboard


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """/start: what the bot is, and three questions to try."""
    if update.message:
        text = f"{messages.START}\n\n{messages.START_TRY}"
        await update.message.reply_text(text, reply_markup=suggestions_keyboard())


async def help_(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """/help."""
    if update.message:
        await update.message.reply_text(messages.HELP)


async def unknown_command(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A command that the bot does not have."""
    if update.message and is_addressed(update.message, context.bot):
        await update.message.reply_text(messages.UNKNOWN_COMMAND)
