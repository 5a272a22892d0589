"""Answers and sources as text: what an officer reads, in pieces that Telegram takes.

All HTML is read back by the sandbox's own parser, which refuses what Telegram refuses.
"""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import messages
from bot.render.answers import (
    answer_messages,
    answer_text,
    page_with,
    similar_cases,
    source_label,
    source_pages,
    text_pages,
)
from bot.render.text import MESSAGE_LIMIT, PAGE_CHARACTERS, escape, length, pack
from bot.sandbox.detect import utf16_length
from bot.sandbox.entities import parse_html
from retrieval.library import Library
from retrieval.model import Answer, Hit, Passage, Quote

WICKED = '<b>低价</b> & <script>alert("1")</script> &lt;转让&gt;'
MARK = re.compile(r"\[\d+\]")


PASSAGE: dict[str, Any] = {
    "source_id": "revisit",
    "position": 0,
    "title": "停业企业回访机制",
    "kind": "section",
    "pillar": "relationship",
}


def passage(text: str = "停业后一年内每季度回访一次。", **changed: Any) -> Passage:
    return Passage(**(PASSAGE | {"text": text} | changed))


def answer(
    *passages: Passage, quotes: tuple[Quote, ...] = (), question: str = "多久回访一次", refused: bool = False
) -> Answer:
    return Answer(question, refused, quotes, tuple(Hit(each, 1.0) for each in passages), "测试", 1.0)


def read(html: str) -> str:
    """What a person reads; the test fails where Telegram would refuse the markup."""
    return parse_html(html)[0]


def bold(html: str) -> list[str]:
    text, entities = parse_html(html)
    units = text.encode("utf-16-le")
    return [
        units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        for entity in entities
        if entity["type"] == "bold"
    ]


def joined(texts: list[str]) -> str:
    return "".join(texts).replace("\n", "")


# An answer


def test_an_answer_is_a_title_quotes_with_marks_and_sources() -> None:
    [html] = answer_messages(
        answer(
            passage(),
            passage(source_id="questions", title="回访问什么"),
            passage(source_id="年报", title="年报", kind="document", pillar="", locator="第2页"),
            quotes=(Quote("停业后一年内每季度回访一次。", 1), Quote("先问职工去向。", 3)),
        )
    )
    assert read(html) == (
        "停业企业回访机制\n"
        "停业后一年内每季度回访一次。[1]\n"
        "先问职工去向。[3]\n"
        "\n"
        "[1] 停业企业回访机制 · 情感维系\n"
        "另见 [2] 回访问什么 · 情感维系\n"
        "[3] 年报 · 第2页"
    )
    assert bold(html) == ["停业企业回访机制"]


def test_a_caution_stands_once_with_the_marks_of_all_laws_that_it_is_due_for() -> None:
    law = {"kind": "law", "pillar": "asset", "notice": "引用前请核对现行有效文本"}
    [html] = answer_messages(
        answer(
            passage(title="公司法", **law), passage(), passage(title="民法典", **law), quotes=(Quote("须清算。", 1),)
        )
    )
    assert [line for line in read(html).splitlines() if "⚠️" in line] == ["⚠️ [1][3] 引用前请核对现行有效文本"]


def test_a_refusal_says_so_names_the_two_nearest_and_that_it_is_noted() -> None:
    nearest = [passage(title=title) for title in ("个性化需求", "回访问什么", "转岗培训")]
    [html] = answer_messages(answer(*nearest, question=" 食堂几点开饭 ", refused=True))
    assert read(html) == (
        "手册里没有关于「食堂几点开饭」的内容，我不猜。\n"
        "相近的章节：个性化需求、回访问什么。\n"
        "这个问题已记下，交手册维护人补充。"
    )


def test_a_refusal_with_nothing_near_is_one_line() -> None:
    assert answer_messages(answer(question="x", refused=True)) == ["手册里没有关于「x」的内容，我不猜。"]


@pytest.mark.parametrize("refused", [False, True])
def test_what_people_and_documents_wrote_never_becomes_markup(refused: bool) -> None:
    wicked = passage(WICKED, title=WICKED, kind="document", pillar="", locator=WICKED, notice=WICKED)
    shown = answer(wicked, quotes=(Quote(WICKED, 1),), question=WICKED, refused=refused)
    [html] = answer_messages(shown)
    assert read(html).count(WICKED) == (2 if refused else 5)
    assert bold(html) == ([] if refused else [WICKED])
    assert answer_text(shown) == read(html)


def test_on_the_terminal_there_is_no_markup() -> None:
    text = answer_text(answer(passage(title="A & B <C>"), quotes=(Quote("一年内 < 4 次。", 1),)))
    assert text == "A & B <C>\n一年内 < 4 次。[1]\n\n[1] A & B <C> · 情感维系"


def test_a_long_answer_comes_in_several_messages_each_quote_whole_and_under_its_mark() -> None:
    quotes = tuple(Quote("企业应先清运危险废物。" * 180 + f"第{number}点。", number) for number in (1, 2, 3))
    parts = answer_messages(answer(passage(), passage(), passage(), quotes=quotes))
    texts = [read(part) for part in parts]
    assert len(texts) == 2
    assert all(utf16_length(text) <= MESSAGE_LIMIT for text in texts)
    lines = "\n".join(texts).splitlines()
    assert [line for line in lines if line.startswith("企业应先")] == [
        f"{quote.text}[{quote.mark}]" for quote in quotes
    ]


# A source


@pytest.mark.parametrize(
    ("changed", "label"),
    [
        ({}, "停业企业回访机制 · 情感维系"),
        ({"kind": "document", "pillar": "", "locator": "第3页"}, "停业企业回访机制 · 第3页"),
        ({"kind": "document", "pillar": ""}, "停业企业回访机制"),
    ],
)
def test_a_source_is_named_with_its_pillar_or_its_place(changed: dict[str, Any], label: str) -> None:
    assert source_label(passage(**changed)) == label


def test_a_source_of_one_page_has_a_head_and_no_page_number() -> None:
    [page] = source_pages([passage("- 第一条\n  * 第二条\n3-4 月回访")])
    assert read(page) == "停业企业回访机制\n手册 · 情感维系\n\n• 第一条\n• 第二条\n3-4 月回访"


def test_a_law_is_shown_with_its_caution_and_a_document_with_its_places() -> None:
    [law] = source_pages([passage("须清算。", kind="law", pillar="asset", notice="引用前请核对 <现行> 文本")])
    assert read(law).splitlines()[1:] == ["法规 · 资产处置", "", "须清算。", "⚠️ 引用前请核对 <现行> 文本"]
    [document] = source_pages(
        [passage(f"{place}的话。", kind="document", pillar="", locator=place) for place in ("第1页", "<第2页>")]
    )
    assert read(document).splitlines()[1:] == ["文件", "", "第1页", "第1页的话。", "<第2页>", "<第2页>的话。"]
    assert bold(document) == ["停业企业回访机制", "第1页", "<第2页>"]


def test_a_long_source_is_paged_and_every_page_says_where_one_is() -> None:
    paragraphs = [f"第{number}段 & {'核查交易流水。' * 40}" for number in range(12)]
    pages = [read(page) for page in source_pages([passage("\n".join(paragraphs))])]
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        head, _, *body, foot = page.splitlines()
        assert (head, foot) == ("停业企业回访机制", f"第 {number} 页，共 3 页")
        assert utf16_length("\n".join(body)) <= PAGE_CHARACTERS + 1
    assert [line for page in pages for line in page.splitlines() if "核查" in line] == paragraphs


@pytest.mark.parametrize(("asked", "at"), [(0, 0), (1, 0), (5, 2), (7, 3)])
def test_a_source_opens_at_the_page_where_the_cited_passage_begins(asked: int, at: int) -> None:
    passages = [passage(f"- 第{number}项 <b>\n{'先清运，再处置。' * 60}", position=number) for number in range(8)]
    assert page_with(source_pages(passages), passages[asked].text) == at


def test_a_passage_that_is_on_no_page_opens_the_first() -> None:
    assert page_with(source_pages([passage()]), "手册后来删掉的话") == 0


def test_every_passage_of_the_playbook_can_be_shown(library: Library) -> None:
    for source_id in ("disposal-check", "case-2023-underpriced-equipment", "law-low-price"):
        passages = library.source(source_id)
        pages = source_pages(passages)
        assert all(0 < utf16_length(read(page)) <= MESSAGE_LIMIT for page in pages)
        assert passages[0].title in read(pages[0])


def test_a_passage_that_is_gone_is_shown_as_it_was_cited_with_the_reason() -> None:
    [page] = text_pages("旧<章节>", messages.SOURCE_GONE, "当时的第一行\n当时的 & 第二行")
    assert read(page) == f"旧<章节>\n{messages.SOURCE_GONE}\n\n当时的第一行\n当时的 & 第二行"


# Similar cases


def test_similar_cases_are_titles_with_their_first_sentences() -> None:
    cases = [
        passage("2021年，一家占地1.5亩的民宿停业！转让了装修。", title="案例：民宿", kind="case"),
        passage("没有句号 <也> 行", title="案例：A&B", kind="case"),
    ]
    html = similar_cases([Hit(case, 1.0) for case in cases])
    assert read(html) == ("相似案例\n• 案例：民宿\n2021年，一家占地1.5亩的民宿停业！\n• 案例：A&B\n没有句号 <也> 行")


def test_no_similar_cases_is_said() -> None:
    assert similar_cases([]) == messages.NO_SIMILAR_CASES


# Packing

TRICKY = [
    "[1]",
    "[12]",
    "<b>",
    "</b>",
    "<",
    ">",
    "&",
    "&amp;",
    "&lt;",
    "&#65;",
    "𠀀",
    "😀",
    "A.",
    "1.5",
    "”",
    "」",
    " ",
]
WORDS = st.sampled_from(["回访", "。", "！", "；", "每季度一次。", *TRICKY])
PROSE = st.lists(WORDS | st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=5), max_size=60)
LINES = st.lists(
    st.one_of(
        PROSE.map("".join).map(escape),
        st.text("手册&<>[1]", min_size=1, max_size=8).map(lambda text: f"<b>{escape(text)}</b>"),
    ),
    max_size=12,
)


@given(LINES, st.integers(20, 90))
@example([escape("<" + "停业" * 60 + ">")], 40)
@example([escape("&amp;" * 30)], 20)
@example([escape("停" * 39 + "[1]")], 40)
def test_packing_keeps_to_the_limit_and_loses_nothing(lines: list[str], limit: int) -> None:
    texts = [read(message) for message in pack(lines, limit)]
    whole = [read(line) for line in lines]
    assert all(0 < utf16_length(text) <= limit for text in texts)
    assert joined(texts) == joined(whole)


@given(LINES, st.integers(20, 90))
@example([escape("停" * 39 + "[1]")], 40)
@example([escape("停" * 38 + "。[1]")], 40)
def test_packing_leaves_every_mark_in_one_piece(lines: list[str], limit: int) -> None:
    marks = [mark for line in lines for mark in MARK.findall(read(line))]
    assert [mark for message in pack(lines, limit) for mark in MARK.findall(read(message))] == marks


@given(st.lists(st.text("停业<&>。", max_size=30).map(escape), max_size=8))
def test_what_fits_is_one_message_line_by_line(lines: list[str]) -> None:
    packed = pack(lines, 1000)
    assert packed == ([text] if (text := "\n".join(lines).strip("\n")) else [])


@given(PROSE.map("".join))
def test_length_is_what_telegram_counts(text: str) -> None:
    assert length(f"<b>{escape(text)}</b>") == utf16_length(text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("一二三。四五六。七八九。", ["一二三。四五六。", "七八九。"]),
        ("一二三！四五六；七八九？十", ["一二三！四五六；", "七八九？十"]),
        ("面积1.5亩，价格2.75万元。", ["面积1.5亩，价", "格2.75万元。"]),
        ("一二三四五六七八九十", ["一二三四五六七八", "九十"]),
        ("一二三。四五六七。[1]", ["一二三。", "四五六七。[1]"]),
        ("他说「一二三。」四五六。", ["他说「一二三。」", "四五六。"]),
        ("Sell it. No, wait.", ["Sell it.", " No, wait."]),
    ],
)
def test_a_line_that_is_too_long_is_cut_where_sentences_end_else_anywhere(line: str, expected: list[str]) -> None:
    limit = 10 if line.isascii() else 8
    assert pack([line], limit) == expected
