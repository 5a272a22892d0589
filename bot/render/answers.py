"""Answers and sources as text: plain for the terminal, HTML for Telegram."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot import messages
from bot.messages import editions as edition_wording
from bot.render.text import escape, pack, pages, plain
from playbook.model import Pillar
from retrieval.chunks import sentences
from retrieval.model import Answer, Hit, Passage, Statement

_BULLET = re.compile(r"^\s*[-*+]\s+", re.MULTILINE)


def answer_text(answer: Answer) -> str:
    """The answer as plain text, as `ask` prints it."""
    return plain("\n".join(answer_lines(answer)))


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
        "edition": str(answer.edition) if answer.edition else None,
    }


def answer_messages(answer: Answer) -> list[str]:
    """The answer as HTML, one item a message."""
    return pack(answer_lines(answer))


def answer_lines(answer: Answer) -> list[str]:
    """The answer as lines of HTML: what it is about, the quotes with their marks, cautions, sources."""
    if answer.refused:
        return _refusal_lines(answer)
    said = answer.statements or [Statement(quote.text, (quote.mark,)) for quote in answer.quotes]
    quoted = {mark for each in said for mark in each.marks}
    return [
        *_understood_lines(answer),
        f"<b>{escape(answer.citations[0].passage.title)}</b>",
        *(f"{escape(each.text)}{''.join(f'[{mark}]' for mark in each.marks)}" for each in said),
        *(escape(messages.caution(marks, notice)) for notice, marks in answer.notices.items()),
        "",
        *([escape(edition_wording.basis(answer.edition.on, answer.edition.digest))] if answer.edition else []),
        *(_source_line(mark, hit, mark in quoted) for mark, hit in enumerate(answer.citations, 1)),
    ]


def _understood_lines(answer: Answer) -> list[str]:
    return [f"<i>{escape(messages.understood_as(answer.meant))}</i>"] if answer.meant else []


def _refusal_lines(answer: Answer) -> list[str]:
    lines = [*_understood_lines(answer), escape(messages.refusal(answer.question.strip()))]
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
    return pages(head, body)


def text_pages(title: str, remark: str, text: str) -> list[str]:
    """A passage as it once stood, as HTML, under a remark that says why."""
    return pages([f"<b>{escape(title)}</b>", f"<i>{escape(remark)}</i>"], escape(text).split("\n"))


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
