"""What Telegram marks in plain text by itself: commands, mentions, links, addresses, hashtags.

Source: https://core.telegram.org/bots/api#messageentity; the patterns follow the comments in TDLib's MessageEntity.cpp,
whose word characters include Chinese ones: 「/new公司」 is no command.
"""

from __future__ import annotations

import re

from bot.sandbox.model import Json

_PATTERNS = {
    "url": re.compile(r"https?://[^\s<>\"'，。；：！？、（）「」『』《》【】]+", re.ASCII),
    "email": re.compile(r"(?<![\w.+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?!\w)"),
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"),
    "mention": re.compile(r"(?<!\w)@[A-Za-z0-9_]{3,32}(?!\w)"),
    "hashtag": re.compile(r"(?<!\w)#(?=\w*[^\W\d])\w{1,256}"),
}
_OPAQUE = {"code", "pre", "text_link", "text_mention"}


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts offsets and limits."""
    return len(text) + sum(char > "\uffff" for char in text)


def detect_entities(text: str, given: list[Json]) -> list[Json]:
    """`given` and what is found in `text` outside of given code and links, in order of offset."""
    taken = [(entity["offset"], entity["offset"] + entity["length"]) for entity in given if entity["type"] in _OPAQUE]
    entities = list(given)
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            start = utf16_length(text[: match.start()])
            end = start + utf16_length(match.group())
            if all(end <= begun or ended <= start for begun, ended in taken):
                taken.append((start, end))
                entities.append({"type": kind, "offset": start, "length": end - start})
    return in_order(entities)


def in_order(entities: list[Json]) -> list[Json]:
    """Outer before inner: by offset, the longer first (MessageEntity's own order in TDLib)."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def entity_text(text: str, entity: Json) -> str:
    """The piece of `text` that an entity covers."""
    units = text.encode("utf-16-le")
    return units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le", "replace")
