"""Turns answers and sources into text: plain for the terminal, HTML for Telegram, in pieces that Telegram takes.

All that people or documents wrote is escaped; the only markup is put here.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot import messages
from playbook.model import Pillar
from retrieval.chunks import sentences
from retrieval.model import Answer, Hit, Passage

MESSAGE_LIMIT = 4096
"""Telegram's limit for a text, in UTF-16 units, after entities are parsed."""
PAGE_CHARACTERS = 1200
"""A page of a source: two phone screens."""

_BULLET = re.compile(r"^\s*[-*+]\s+", re.MULTILINE)
_TAG = re.compile(r"<[^>]+>")
_SENTENCE_END = re.compile(
    r"(?<=[。！？；!?;])(?![。！？；!?;」』”’）)\[])"  # not before what closes a quotation, nor before a mark
    r"|(?<=[。！？；!?;][」』”’）)])(?!\[)"
    r"|(?<=\.)(?=\s)"  # 1.5 is no end
)
_UNIT = re.compile(r"\[\d+\]|.", re.DOTALL)
"""What is never cut: a mark, a character."""


def answer_text(answer: Answer) -> str:
    """The answer as plain text, as `ask` prints it."""
    return html.unescape(_TAG.sub("", "\n".join(answer_lines(answer))))


def answer_json(id_: object, answer: Answer) -> dict[str, Any]:
    """An answer as `ask --json` prints it; the shape is a promise (see the README)."""
    citations = [
        {
            "id": hit.passage.id,
            "title": source_label(hit.passage) if hit.passage.kind == "document" else hit.passage.title,
            "kind": hit.passage.kind,
            "pillar": hit.passage.pillar,
            "text": hit.passage.text,
            "score": round(hit.score, 4),
        }
        for hit in answer.citations
    ]
    return {
        "id": id_,
        "question": answer.question,
        "refused": answer.refused,
        "answer": answer_text(answer),
        "citations": citations,
        "engine": answer.engine,
        "ms": round(answer.milliseconds, 1),
    }


def answer_messages(answer: Answer) -> list[str]:
    """The answer as HTML, one item a message."""
    return pack(answer_lines(answer))


def answer_lines(answer: Answer) -> list[str]:
    """The answer as lines of HTML: what it is about, the quotes with their marks, cautions, sources."""
    if answer.refused:
        return _refusal_lines(answer)
    quoted = {quote.mark for quote in answer.quotes}
    return [
        f"<b>{escape(answer.citations[0].passage.title)}</b>",
        *(f"{escape(quote.text)}[{quote.mark}]" for quote in answer.quotes),
        *(escape(messages.caution(marks, notice)) for notice, marks in answer.notices.items()),
        "",
        *(_source_line(mark, hit, mark in quoted) for mark, hit in enumerate(answer.citations, 1)),
    ]


def _refusal_lines(answer: Answer) -> list[str]:
    lines = [escape(messages.refusal(answer.question.strip()))]
    if answer.citations:
        lines += escape(messages.nearest([hit.passage.title for hit in nearest_sections(answer)])).split("\n")
    return lines


def nearest_sections(answer: Answer) -> list[Hit]:
    """The two sources a refusal names as possible."""
    return list(answer.citations[:2])


def _source_line(mark: int, hit: Hit, quoted: bool) -> str:
    line = f"[{mark}] {source_label(hit.passage)}"
    return escape(line if quoted else f"{messages.SEE_ALSO} {line}")


def source_label(passage: Passage) -> str:
    """A source's title with its pillar, or with the place in the document."""
    place = Pillar(passage.pillar).label if passage.pillar else passage.locator
    return f"{passage.title} · {place}" if place else passage.title


def source_pages(passages: Sequence[Passage]) -> list[str]:
    """A whole source as HTML, page by page."""
    first = passages[0]
    head = [f"<b>{escape(first.title)}</b>", f"<i>{escape(_kind_line(first))}</i>"]
    body = [line for passage in passages for line in _passage_lines(passage)]
    if first.notice:
        body.append(escape(f"⚠️ {first.notice}"))
    return _with_head(head, body)


def text_pages(title: str, remark: str, text: str) -> list[str]:
    """A passage as it once stood, as HTML, under a remark that says why."""
    return _with_head([f"<b>{escape(title)}</b>", f"<i>{escape(remark)}</i>"], escape(text).split("\n"))


def _with_head(head: list[str], body: list[str]) -> list[str]:
    pages = pack(body, PAGE_CHARACTERS) or [""]
    foot = [
        [f"<i>{messages.page(number, len(pages))}</i>"] if len(pages) > 1 else [] for number in range(1, len(pages) + 1)
    ]
    return ["\n".join([*head, "", page, *below]) for page, below in zip(pages, foot, strict=True)]


def page_with(pages: Sequence[str], text: str) -> int:
    """The page (from 0) on which a passage begins; the first where it is on none."""
    start = escape(_BULLET.sub("• ", text)).split("\n")[0][:40]
    return next((number for number, page in enumerate(pages) if start in page), 0)


def _kind_line(passage: Passage) -> str:
    kind = messages.KINDS[passage.kind]
    return f"{kind} · {Pillar(passage.pillar).label}" if passage.pillar else kind


def _passage_lines(passage: Passage) -> Iterator[str]:
    if passage.locator:
        yield f"<b>{escape(passage.locator)}</b>"
    yield from escape(_BULLET.sub("• ", passage.text)).split("\n")


def similar_cases(hits: Sequence[Hit]) -> str:
    """Past cases as HTML: title and first sentence each."""
    if not hits:
        return messages.NO_SIMILAR_CASES
    cases = (f"• <b>{escape(hit.passage.title)}</b>\n{escape(sentences(hit.passage.text)[0])}" for hit in hits)
    return "\n".join([f"<b>{messages.SIMILAR_CASES}</b>", *cases])


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
    for part in _SENTENCE_END.split(html.unescape(_TAG.sub("", line))):
        for unit in [part] if _utf16_length(part) <= limit else _UNIT.findall(part):
            if piece and _utf16_length(piece + unit) > limit:
                yield escape(piece)
                piece = ""
            piece += unit
    yield escape(piece)


def length(text: str) -> int:
    """How long Telegram finds a piece of HTML: UTF-16 units of what is left when entities are parsed."""
    return _utf16_length(html.unescape(_TAG.sub("", text)))


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
