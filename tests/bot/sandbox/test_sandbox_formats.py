"""Texts, entities, keyboards, pictures: the formats that need no server."""

import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.detect import detect_entities, entity_text, utf16_length
from bot.sandbox.entities import parse_html
from bot.sandbox.formatting import trimmed
from bot.sandbox.images import image_size
from bot.sandbox.markup import inline_keyboard
from bot.sandbox.model import BotApiError
from bot.sandbox.params import Params


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x20\x80\xc0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("你好", "你好", []),
        ("<b>停业</b>", "停业", [("bold", 0, 2)]),
        ("<STRONG>a</STRONG>", "a", [("bold", 0, 1)]),
        ("<i>a</i><em>b</em>", "ab", [("italic", 0, 1), ("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [("strikethrough", i, 1) for i in range(3)]),
        ("<code>a&lt;b</code>", "a<b", [("code", 0, 3)]),
        ("<pre>x\ny</pre>", "x\ny", [("pre", 0, 3)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("👨‍👩‍👧<b>𠀀x</b>", "👨‍👩‍👧𠀀x", [("bold", 8, 3)]),  # each beyond the first plane is two units
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<b></b>x", "x", []),  # nothing inside, no entity
        ("<b>a</>", "a", [("bold", 0, 1)]),  # an empty end tag ends the last one
        ("a &amp; &quot;b&quot; &#20320;&#x597d; &nbsp; &", 'a & "b" 你好 &nbsp; &', []),
        ("&lt;b&gt;", "<b>", []),
        ("&ltb", "&ltb", []),  # no such reference
        ("&#0;&#1114111;", "&#0;&#1114111;", []),
        ("</b", None, "Unexpected end tag at byte offset 0"),
        ("你<", None, "Unclosed start tag at byte offset 3"),
        ("<b", None, "Unclosed start tag at byte offset 0"),
        ("<table>", None, 'Unsupported start tag "table" at byte offset 0'),
        ("你好<br>", None, 'Unsupported start tag "br" at byte offset 6'),
        ("3 < 4 and 5 > 4", None, 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", None, 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", None, 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x</b y>", None, "Unclosed end tag at byte offset 4"),
        ("x</b>", None, "Unexpected end tag at byte offset 1"),
        ("<span>x</span>", None, 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a =x>y</a>", None, 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>z</a>", None, "Unexpected end of name token at byte offset 8"),
        ('<a href="x>z</a>', None, "Unclosed start tag at byte offset 0"),
        ("<b hidden>x</b>", None, 'Expected equal sign in declaration of an attribute of the tag "b" at byte offset 0'),
    ],
)
def test_html(html: str, text: str | None, entities: list[tuple[str, int, int]] | str) -> None:
    if text is None:
        with pytest.raises(BotApiError) as refusal:
            parse_html(html)
        assert (refusal.value.code, refusal.value.description) == (
            400,
            f"Bad Request: can't parse entities: {entities}",
        )
        return
    parsed, found = parse_html(html)
    assert parsed == text
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in found] == entities


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ('<a href="https://example.com/?a=1&amp;b=2">x</a>', "https://example.com/?a=1&b=2"),
        ("<a href='tg://user?id=101'>x</a>", "tg://user?id=101"),
        ("<a href=example.com>x</a>", "http://example.com"),
        ("<a>example.com</a>", "http://example.com"),
        ('<a href="javascript:alert(1)">x</a>', None),
        ('<a href="nothing">x</a>', None),
        ('<a href="http://[">x</a>', None),
    ],
)
def test_links(html: str, url: str | None) -> None:
    _, entities = parse_html(html)
    assert [entity["url"] for entity in entities] == ([url] if url else [])


def test_pre_takes_the_language_of_the_code_inside() -> None:
    _, entities = parse_html('<pre><code class="language-python">x</code></pre> <code class="language-c">y</code>')
    assert entities == [
        {"type": "pre", "offset": 0, "length": 1, "language": "python"},
        {"type": "code", "offset": 2, "length": 1},
    ]


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse_html(escaped) == (text, [])


@given(st.text(alphabet="<>/ab =\"'&;你𠀀", max_size=40))
def test_any_html_is_parsed_or_refused_in_telegrams_words(html: str) -> None:
    with contextlib.suppress(BotApiError):  # any other exception fails the test
        text, entities = parse_html(html)
        assert all(entity["offset"] + entity["length"] <= utf16_length(text) for entity in entities)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/new 绿源", [("bot_command", "/new")]),
        ("/start@closure_sandbox_bot", [("bot_command", "/start@closure_sandbox_bot")]),
        ("/new公司", []),
        ("a/b 2/3", []),
        ("𠀀 @closure_sandbox_bot 请问", [("mention", "@closure_sandbox_bot")]),
        ("见 https://example.com/a?b=1。下一句", [("url", "https://example.com/a?b=1")]),
        ("写给 a.b@example.com 吧", [("email", "a.b@example.com")]),
        ("#停业 #1", [("hashtag", "#停业")]),
    ],
)
def test_what_is_found_in_plain_text(text: str, found: list[tuple[str, str]]) -> None:
    entities = detect_entities(text, [])
    assert [(entity["type"], entity_text(text, entity)) for entity in entities] == found


def test_nothing_is_found_inside_code_and_links() -> None:
    given_entities = [{"type": "code", "offset": 0, "length": 4}]
    assert detect_entities("/new @someone", given_entities) == [
        *given_entities,
        {"type": "mention", "offset": 5, "length": 8},
    ]


def test_trimming_moves_and_cuts_entities() -> None:
    entities = [{"type": "bold", "offset": 0, "length": 6}, {"type": "italic", "offset": 5, "length": 1}]
    assert trimmed("  ab  ", entities) == ("ab", [{"type": "bold", "offset": 0, "length": 2}])


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "x", "callback_data": "a" * 64}, None),
        ({"text": "x", "callback_data": "停" * 22}, "BUTTON_DATA_INVALID"),  # 66 bytes
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": " ", "callback_data": "a"}, "inline keyboard button text is empty"),
        ({"callback_data": "a"}, "can't parse inline keyboard button: Can't find field \"text\""),
        ({"text": "x"}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ("x", "can't parse inline keyboard button: expected an Object"),
        ({"text": "x", "url": "https://example.com"}, None),
        (
            {"text": "x", "url": "ftp://example.com"},
            "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
        ),
        (
            {"text": "x", "url": "http://localhost/"},
            "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "copy_text": {"text": "y"}}, None),
    ],
)
def test_buttons(button: object, reason: str | None) -> None:
    params = Params({"reply_markup": {"inline_keyboard": [[button]]}})
    if reason is None:
        assert inline_keyboard(params) == {"inline_keyboard": [[button]]}
    else:
        with pytest.raises(BotApiError) as refusal:
            inline_keyboard(params)
        assert refusal.value.description == f"Bad Request: {reason}"


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        (None, None),
        ({"inline_keyboard": []}, None),
        ({"remove_keyboard": True}, None),
        (
            '{"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}',
            {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]},
        ),
    ],
)
def test_markup_that_is_accepted(markup: object, kept: object) -> None:
    assert inline_keyboard(Params({"reply_markup": markup})) == kept


@pytest.mark.parametrize(
    "markup", ["{", "[]", {"inline_keyboard": [1]}, {"inline_keyboard": [[{"text": "x", "callback_data": "y"}] * 101]}]
)
def test_markup_that_is_refused(markup: object) -> None:
    with pytest.raises(BotApiError):
        inline_keyboard(Params({"reply_markup": markup}))


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(640, 480), (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 5, 7) + bytes(8), (5, 7)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03" + bytes(20), (32, 16)),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x1f\0\0\x0f\0\0", (32, 16)),
        (b"RIFF\0\0\0\0WEBPVP8L" + bytes(5) + struct.pack("<I", 31 | 15 << 14), (32, 16)),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 32, 16), (32, 16)),
        (b"\x89PNG\r\n\x1a\n", (0, 0)),
        (b"%PDF-1.7", (0, 0)),
        (b"", (0, 0)),
    ],
)
def test_image_sizes(data: bytes, size: tuple[int, int]) -> None:
    assert image_size(data) == size


@pytest.mark.parametrize("value", ["true", "True", "1", True, "yes"])
def test_flags_that_are_set(value: object) -> None:
    assert Params({"x": value}).flag("x")


@pytest.mark.parametrize("value", ["false", "0", "", None, False])
def test_flags_that_are_not(value: object) -> None:
    assert not Params({"x": value}).flag("x")


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(BotApiError, match="UTF-8"):
        Params({"text": "\ud83d"}).text("text")
