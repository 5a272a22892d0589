"""What the bot has told Telegram about itself: commands, descriptions, webhook.

Source: https://core.telegram.org/bots/api#setmycommands and the sections after it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from bot.sandbox.model import Chat, Json


@dataclass
class Webhook:
    """Where updates go instead of getUpdates; without `url` there is no webhook."""

    url: str = ""
    secret: str = ""
    last_error: str = ""
    last_error_at: int = 0


@dataclass
class BotSettings:
    """`texts` by (name, description or short_description; language), `commands` by (scope, language)."""

    webhook: Webhook = field(default_factory=Webhook)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)

    def commands_in(self, chat: Chat, language: str = "zh") -> list[Json]:
        """The commands a person sees in a chat: the narrowest scope that has any, in their language if possible."""
        kind = "all_private_chats" if chat.kind == "private" else "all_group_chats"
        for scope in ({"type": "chat", "chat_id": chat.id}, {"type": kind}, {"type": "default"}):
            for code in (language, ""):
                if found := self.commands.get((scope_key(scope), code)):
                    return found
        return []


def scope_key(scope: Json | None) -> str:
    """One string for each BotCommandScope; no scope means the default one. Ids may come as numbers or as strings."""
    named = {name: str(value) for name, value in (scope or {"type": "default"}).items()}
    return json.dumps(named, sort_keys=True)
