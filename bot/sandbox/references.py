"""Character references in HTML: the four that Telegram names, and all numeric ones.

Source: https://core.telegram.org/bots/api#html-style; bounds as in TDLib's ``decode_html_entity``.
"""

from __future__ import annotations

import re

_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]{1,6})|#(?P<decimal>[0-9]{1,7})|(?P<name>[A-Za-z]+));?")


def decoded(source: str, at: int) -> tuple[str, int]:
    """The character that a reference stands for and where it ends; an unknown reference stays as it is written."""
    found = _REFERENCE.match(source, at)
    if found:
        if found["name"] in _NAMED:
            return _NAMED[found["name"]], found.end()
        if not found["name"]:
            code = int(found["hex"], 16) if found["hex"] else int(found["decimal"])
            if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
                return chr(code), found.end()
    return "&", at + 1
