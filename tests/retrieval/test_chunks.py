"""`retrieval.chunks`: passages end where sentences end, and nothing that was written is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.chunks import (
    PARAGRAPH_CHARACTERS,
    PASSAGE_CHARACTERS,
    Chunk,
    chunk_markdown,
    chunk_text,
    plain,
    sentences,
)

PATIENTLY = settings(deadline=None)  # other work shares these cores
ANY = st.text() | st.text("停业企业回访。！？!?；」）\n\r *#->`_1.、 ab.A")
SENTENCE = st.builds(lambda size, end: "字" * size + end, st.integers(1, 700), st.sampled_from("。！？；"))
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=6).map("".join)
PARAGRAPHS = st.lists(PARAGRAPH, min_size=1, max_size=6)


def bare(text: str) -> str:
    """`text` without any gap."""
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("先预审。再跟踪。", ["先预审。", "再跟踪。"]),
        ("谁负责？招商部门！", ["谁负责？", "招商部门！"]),
        ("原则是「谁停业、谁治理」。责任到底。", ["原则是「谁停业、谁治理」。", "责任到底。"]),
        ("他说「先治理。」然后走了。", ["他说「先治理。」", "然后走了。"]),
        ("分三步：预警；预审；跟踪。", ["分三步：预警；预审；跟踪。"]),
        ("真的吗？！真的。", ["真的吗？！", "真的。"]),
        ("没有句号", ["没有句号"]),
        ("第一行\n第二行。", ["第一行", "第二行。"]),
        ("- 查认证：核对有效期。\n- 问转移：问清楚。", ["查认证：核对有效期。", "问转移：问清楚。"]),
        ("1. 先清点\n2) 再评估", ["先清点", "再评估"]),
        ("1、先清点", ["1、先清点"]),
        ("> 引文。\n**重点**：`代码`。", ["引文。", "重点：代码。"]),
        ("费用3.5万元。", ["费用3.5万元。"]),
        ("Soil first. Then the plant.", ["Soil first.", "Then the plant."]),
        ("", []),
        (" \n\n ", []),
        ("**", []),
    ],
)
def test_sentences_end_at_their_marks(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@PATIENTLY
@given(ANY)
def test_every_sentence_stands_word_for_word_in_the_plain_text(text: str) -> None:
    whole = plain(text)
    assert all(sentence and sentence in whole for sentence in sentences(text))


@PATIENTLY
@given(ANY)
def test_sentences_are_the_plain_text_without_a_loss(text: str) -> None:
    assert bare("".join(sentences(text))) == bare(plain(text))


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("停业企业每季度回访。", [Chunk("停业企业每季度回访。")]),
        ("第一段。\n\n第二段。", [Chunk("第一段。\n\n第二段。")]),
        ("# 回访\n每季度一次。", [Chunk("每季度一次。", "回访")]),
        ("## 回访 ##\n每季度一次。", [Chunk("每季度一次。", "回访")]),
        (
            "前言。\n# 回访\n每季度。\n# 处置\n先评估。",
            [Chunk("前言。"), Chunk("每季度。", "回访"), Chunk("先评估。", "处置")],
        ),
        ("#不是标题", [Chunk("#不是标题")]),
        ("", []),
        ("\n \n", []),
        ("**\n`", []),
    ],
)
def test_markdown_is_cut_under_its_headings(text: str, chunks: list[Chunk]) -> None:
    assert chunk_markdown(text) == chunks


def test_short_paragraphs_are_put_together_up_to_a_screen() -> None:
    paragraph = "停业企业由招商部门每季度回访一次。" * 10  # 170 characters
    chunks = chunk_text("\n\n".join([paragraph] * 5))
    assert [chunk.text.count(paragraph) for chunk in chunks] == [2, 2, 1]


@pytest.mark.parametrize("size", [PASSAGE_CHARACTERS - 1, PASSAGE_CHARACTERS, PASSAGE_CHARACTERS + 20, 990])
def test_a_long_paragraph_under_a_heading_is_one_passage_and_leaves_no_empty_one(size: int) -> None:
    paragraph = "字" * (size - 1) + "。"
    assert chunk_markdown(f"# 标题\n\n{paragraph}\n") == [Chunk(paragraph, "标题")]


def test_a_paragraph_too_long_by_far_is_cut_between_sentences_into_like_pieces() -> None:
    sentence = "停业企业应当先处置危险废物再谈厂房转让。"
    text = sentence * 120
    chunks = chunk_text(text)
    assert "".join(chunk.text for chunk in chunks) == text
    assert all(chunk.text.startswith("停业企业") and chunk.text.endswith("转让。") for chunk in chunks)
    sizes = [len(chunk.text) for chunk in chunks]
    assert max(sizes) <= PASSAGE_CHARACTERS
    assert max(sizes) - min(sizes) <= len(sentence)


def test_a_sentence_is_never_cut_however_long() -> None:
    endless = "字" * 3000 + "。"
    assert [chunk.text for chunk in chunk_text(f"短句。{endless}短句。")].count(endless) == 1


@PATIENTLY
@given(PARAGRAPHS, st.sampled_from(["\n", "\n\n", "\r\n", "\n \n"]))
def test_chunks_are_the_text_without_a_loss_and_in_order(paragraphs: list[str], gap: str) -> None:
    chunks = chunk_text(gap.join(paragraphs))
    assert bare("".join(chunk.text for chunk in chunks)) == bare("".join(paragraphs))
    assert all(chunk.text == chunk.text.strip() != "" for chunk in chunks)


@PATIENTLY
@given(ANY)
def test_no_text_is_lost_but_marks_that_hold_none(text: str) -> None:
    kept = "".join(chunk.text for chunk in chunk_text(text))
    assert "".join(filter(str.isalnum, kept)) == "".join(filter(str.isalnum, text))


@PATIENTLY
@given(PARAGRAPHS)
def test_no_chunk_is_longer_than_a_paragraph_but_a_single_sentence(paragraphs: list[str]) -> None:
    for chunk in chunk_text("\n".join(paragraphs)):
        assert len(chunk.text) <= PARAGRAPH_CHARACTERS or len(sentences(chunk.text)) == 1
        if len(chunk.text) > PASSAGE_CHARACTERS:
            assert "\n" not in chunk.text, "only a paragraph that is so long by itself"


@PATIENTLY
@given(PARAGRAPHS)
def test_every_chunk_begins_and_ends_with_a_sentence(paragraphs: list[str]) -> None:
    text = "\n".join(paragraphs)
    whole = sentences(text)
    cut = [sentence for chunk in chunk_text(text) for sentence in sentences(chunk.text)]
    assert cut == whole


@PATIENTLY
@given(st.lists(st.tuples(st.text("回访处置修复", min_size=1, max_size=8), PARAGRAPHS), max_size=4))
def test_a_passage_stands_under_its_own_heading(sections: list[tuple[str, list[str]]]) -> None:
    text = "\n".join(f"## {heading}\n\n" + "\n\n".join(paragraphs) for heading, paragraphs in sections)
    chunks = chunk_markdown(text)
    for number, (heading, paragraphs) in enumerate(sections):
        under = [heading_ for heading_, _ in sections[:number]].count(heading)
        if under == 0 and [heading_ for heading_, _ in sections].count(heading) == 1:
            own = "".join(chunk.text for chunk in chunks if chunk.locator == heading)
            assert bare(own) == bare("".join(paragraphs))
