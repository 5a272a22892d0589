"""parse_mode HTML → text and entities, with Telegram's own errors.

Source: https://core.telegram.org/bots/api#html-style; order of checks and wording of errors as in TDLib's
``parse_html``. Offsets of entities are UTF-16 code units of the parsed text; offsets in errors are UTF-8 bytes of the
source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from bot.sandbox.detect import in_order, utf16_length
from bot.sandbox.links import checked_link
from bot.sandbox.model import Json, bad_request
from bot.sandbox.references import decoded

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
}
_PLAIN = re.compile(r"[^<&]+")
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"\s*(?P<name>[^\s=>]*)\s*(?P<equals>=?)\s*")
_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_CLOSE = re.compile(r"\s*>")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Text and entities of a message written in HTML; a 400 ``can't parse entities: …`` where Telegram gives one."""
    return _Parser(source).run()


@dataclass(frozen=True)
class _Open:
    """A tag that waits for its end: its attributes, where its text starts in UTF-16 units and in the pieces of text."""

    tag: str
    attributes: dict[str, str]
    offset: int
    piece: int


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.pieces: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def run(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            if plain := _PLAIN.match(self.source, self.at):
                self._write(plain.group())
                self.at = plain.end()
            elif self.source[self.at] == "&":
                self._reference()
            elif self.source.startswith("</", self.at):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            raise bad_request(
                f"can't parse entities: Can't find end tag corresponding to start tag \"{self.open[-1].tag}\""
            )
        for entity in self.entities:
            if entity["type"] == "code":  # the language was kept for a <pre> around it alone
                entity.pop("language", None)
        return "".join(self.pieces), in_order(self.entities)

    def _write(self, text: str) -> None:
        self.pieces.append(text)
        self.length += utf16_length(text)

    def _fail(self, reason: str, at: int, rest: str = "") -> NoReturn:
        offset = len(self.source[:at].encode())
        raise bad_request(f"can't parse entities: {reason} at byte offset {offset}{rest}")

    def _reference(self) -> None:
        text, self.at = decoded(self.source, self.at)
        self._write(text)

    def _start_tag(self) -> None:
        begin = self.at
        name = _matched(_NAME, self.source, begin + 1)
        tag = name.group().lower()
        if name.end() == len(self.source):
            self._fail("Unclosed start tag", begin)
        if tag not in _TAGS:
            self._fail(f'Unsupported start tag "{tag}"', begin)
        self.at = name.end()
        attributes: dict[str, str] = {}
        while not (close := _CLOSE.match(self.source, self.at)):
            key, value = self._attribute(tag, begin)
            attributes[key] = value
        self.at = close.end()
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            self._fail('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, attributes, self.length, len(self.pieces)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        found = _matched(_ATTRIBUTE, self.source, self.at)
        if not found["name"]:
            if found.end() == len(self.source):
                self._fail("Unclosed start tag", begin)
            self._fail(f'Empty attribute name in the tag "{tag}"', begin)
        self.at = found.end()
        if self.at == len(self.source):
            self._fail(f'Unclosed start tag "{tag}"', begin)
        if not found["equals"]:
            if (tag, found["name"]) != ("blockquote", "expandable"):
                self._fail(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
            return found["name"], ""
        if self.source[self.at] in "\"'":
            value = self._quoted()
        else:
            token = _matched(_TOKEN, self.source, self.at)
            if not re.match(r"[\s>]|$", self.source[token.end() :]):
                self._fail("Unexpected end of name token", self.at)
            value, self.at = token.group().lower(), token.end()
        if self.at >= len(self.source):
            self._fail("Unclosed start tag", begin)
        return found["name"], value

    def _quoted(self) -> str:
        quote = self.source[self.at]
        self.at += 1
        value: list[str] = []
        while self.at < len(self.source) and self.source[self.at] != quote:
            if self.source[self.at] == "&":
                text, self.at = decoded(self.source, self.at)
                value.append(text)
            else:
                value.append(self.source[self.at])
                self.at += 1
        self.at += 1
        return "".join(value)

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            self._fail("Unexpected end tag", begin)
        name = _matched(_NAME, self.source, begin + 2)
        close = _CLOSE.match(self.source, name.end())
        if not close:
            self._fail("Unclosed end tag", begin)
        started = self.open.pop()
        if name.group() and name.group().lower() != started.tag:
            found = name.group().lower()
            self._fail("Unmatched end tag", begin, f', expected "</{started.tag}>", found "</{found}>"')
        self.at = close.end()
        if self.length > started.offset:
            self._mark(started)

    def _mark(self, started: _Open) -> None:
        """Adds the entity of a tag that has just ended around some text."""
        kind = _TAGS[started.tag]
        entity: Json = {"type": kind, "offset": started.offset, "length": self.length - started.offset}
        if started.tag == "a":
            url = checked_link(started.attributes.get("href") or "".join(self.pieces[started.piece :]))
            if not url:
                return
            entity["url"] = url
        elif started.tag == "blockquote" and "expandable" in started.attributes:
            entity["type"] = "expandable_blockquote"
        elif started.tag == "pre" and (language := self._language_inside(entity)):
            entity["language"] = language
        elif started.tag == "code" and started.attributes.get("class", "").startswith("language-"):
            entity["language"] = started.attributes["class"].removeprefix("language-")
        self.entities.append(entity)

    def _language_inside(self, pre: Json) -> str:
        """``<pre><code class="language-x">…</code></pre>`` is one entity: takes the inner one away."""
        last = self.entities[-1] if self.entities else {}
        same_text = (last.get("offset"), last.get("length")) == (pre["offset"], pre["length"])
        if last.get("type") == "code" and same_text and "language" in last:
            return str(self.entities.pop()["language"])
        return ""


def _matched(pattern: re.Pattern[str], source: str, at: int) -> re.Match[str]:
    """A match of a pattern that also matches nothing, so that there always is one."""
    found = pattern.match(source, at)
    assert found is not None
    return found
