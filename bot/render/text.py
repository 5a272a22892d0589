"""Text for Telegram: HTML escaped, measured as Telegram measures it, and cut into pieces that it takes."""

import html
import re
from collections.abc import Iterable, Iterator

from bot import messages

MESSAGE_LIMIT = 4096
"""Telegram's limit for a text, in UTF-16 units, after entities are parsed."""
PAGE_CHARACTERS = 1200
"""A page of a source: two phone screens."""

_TAG = re.compile(r"<[^>]+>")
_SENTENCE_END = re.compile(
    r"(?<=[。！？；!?;])(?![。！？；!?;」』”’）)\[])"  # not before what closes a quotation, nor before a mark
    r"|(?<=[。！？；!?;][」』”’）)])(?!\[)"
    r"|(?<=\.)(?=\s)"  # 1.5 is no end
)
_UNIT = re.compile(r"\[\d+\]|.", re.DOTALL)
"""What is never cut: a mark, a character."""


def escape(text: str) -> str:
    """Text that people wrote, as HTML text."""
    return html.escape(text, quote=False)


def pack(lines: Iterable[str], limit: int = MESSAGE_LIMIT) -> list[str]:
    """Lines of HTML put together into messages of at most `limit`; a longer line is cut at sentence ends, else
    anywhere.

    A line's tags open and close within it, and only lines of the bot's own have any: they are never that long.
    """
    packed = [""]
    for line in lines:
        for piece in _pieces(line, limit):
            if packed[-1] and length(f"{packed[-1]}\n{piece}") > limit:
                packed.append("")
            packed[-1] = f"{packed[-1]}\n{piece}" if packed[-1] else piece
    return [message for message in (each.strip("\n") for each in packed) if message]


def _pieces(line: str, limit: int) -> Iterator[str]:
    if length(line) <= limit:
        yield line
        return
    piece = ""
    for part in _SENTENCE_END.split(plain(line)):
        for unit in [part] if _utf16_length(part) <= limit else _UNIT.findall(part):
            if piece and _utf16_length(piece + unit) > limit:
                yield escape(piece)
                piece = ""
            piece += unit
    yield escape(piece)


def length(text: str) -> int:
    """How long Telegram finds a piece of HTML: UTF-16 units of what is left when entities are parsed."""
    return _utf16_length(plain(text))


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def plain(text: str) -> str:
    """HTML as plain text."""
    return html.unescape(_TAG.sub("", text))


def pages(head: list[str], body: list[str]) -> list[str]:
    """A head over as many pages as the body takes, each numbered where there are several."""
    packed = pack(body, PAGE_CHARACTERS) or [""]
    foot = [
        [f"<i>{messages.page(number, len(packed))}</i>"] if len(packed) > 1 else []
        for number in range(1, len(packed) + 1)
    ]
    return ["\n".join([*head, "", page, *below]) for page, below in zip(packed, foot, strict=True)]
