"""Whether a message is meant for the bot, and what it says once the bot's name is taken off."""

from telegram import Bot, Chat, Message, MessageEntity


def is_addressed(message: Message, bot: Bot) -> bool:
    """In private always; in a group when it is a command of ours, names the bot, or replies to one of its messages."""
    if message.chat.type == Chat.PRIVATE:
        return True
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.id == bot.id:
        return True
    return _is_command(message, bot) or bool(_mentions(message, bot))


def addressed_text(message: Message, bot: Bot) -> str:
    """The text without the bot's name."""
    text = message.text or ""
    for mention in _mentions(message, bot):
        text = text.replace(mention, " ")
    return " ".join(text.split()) if message.chat.type != Chat.PRIVATE else text.strip()


def addressed_command(message: Message, bot: Bot) -> tuple[str, str] | None:
    """A command of ours at the start of a message, by name, with what stands behind it."""
    command = _command(message, bot)
    if not message.text or command is None:
        return None
    return command[1:].partition("@")[0].lower(), " ".join(message.text.split()[1:])


def _mentions(message: Message, bot: Bot) -> list[str]:
    named = message.parse_entities([MessageEntity.MENTION]).values()
    return [mention for mention in named if mention.lower() == f"@{bot.username}".lower()]


def _is_command(message: Message, bot: Bot) -> bool:
    return _command(message, bot) is not None


def _command(message: Message, bot: Bot) -> str | None:
    """The command at the start, as Telegram has marked it, that is for this bot, or for nobody by name.

    What stands behind it need not be a space: 「/officers。」 is /officers to Telegram, and to PTB.
    """
    commands = message.parse_entities([MessageEntity.BOT_COMMAND])
    first = next((text for entity, text in commands.items() if entity.offset == 0), None)
    ours = first is not None and first.partition("@")[2].lower() in ("", bot.username.lower())
    return first if ours else None
