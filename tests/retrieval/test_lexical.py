"""`retrieval.lexical`: real SQLite, the truth of what can be cited."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.lexical import LexicalIndex
from retrieval.normalise import bigrams
from tests.retrieval.toy import ToyEmbedder, source

TOY = ToyEmbedder()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LexicalIndex]:
    opened = LexicalIndex(tmp_path / "index.db")
    yield opened
    opened.close()


def matched(index: LexicalIndex, question: str, limit: int = 10) -> list[str]:
    """The ids of the passages that match, best first."""
    found = index.match(bigrams(question), limit)
    passages = index.passages(found)
    return [passages[number].id for number in found]


def test_a_source_is_given_back_as_it_was(index: LexicalIndex) -> None:
    given_source = source("revisit", "每季度回访一次。", "持续一年。", asks=("多久回访一次", "回访“谁”来做"))
    passages = tuple(replace(each, locator="第2页", notice="请核对") for each in given_source.passages)
    index.replace(replace(given_source, passages=passages))
    assert tuple(index.source_passages("revisit")) == passages
    assert index.digests() == {"revisit": given_source.digest}
    assert index.count() == 2


def test_the_questions_own_words_find_the_passage(index: LexicalIndex) -> None:
    index.replace(source("revisit", "停业企业由招商部门每季度回访一次。"))
    index.replace(source("soil", "土壤修复验收合格后方可处置厂房。"))
    assert matched(index, "停业企业多久回访一次？") == ["revisit"]
    assert matched(index, "土壤沒有修復好，能處置廠房嗎") == ["soil"]
    assert matched(index, "明天天气") == []
    assert matched(index, "？") == []


@pytest.mark.parametrize(
    "question",
    [
        '"',
        '土壤" OR "回访',
        "土壤 NEAR 回访",
        "title:土壤",
        "土壤*",
        "-土壤",
        "(",
        "'; drop table sources;--",
        "and or not",
        "3.5% 2.0",
    ],
)
def test_a_question_is_never_a_query_language(index: LexicalIndex, question: str) -> None:
    index.replace(source("revisit", "停业企业由招商部门每季度回访一次。"))
    index.replace(source("soil", "土壤修复验收。"))
    expected = {id_ for id_, word in (("revisit", "回访"), ("soil", "土壤")) if word in question}
    assert set(matched(index, question)) == expected
    assert index.count() == 2


@settings(deadline=None, max_examples=30)
@given(st.text())
def test_no_question_makes_the_match_fail(question: str) -> None:
    index = LexicalIndex(Path(":memory:"))
    index.replace(source("a", "停业企业由招商部门回访。"))
    assert set(matched(index, question)) <= {"a"}
    index.close()


def test_title_and_known_questions_are_matched_too(index: LexicalIndex) -> None:
    index.replace(source("title", "正文。", title="政策回头看"))
    index.replace(source("asks", "正文。", asks=("政策回头看对照什么",)))
    index.replace(source("text", "政策回头看由发改部门牵头。"))
    index.replace(source("none", "正文。"))
    assert set(matched(index, "政策回头看")) == {"title", "asks", "text"}


def test_more_and_rarer_words_in_common_come_first(index: LexicalIndex) -> None:
    index.replace(source("common", "企业停业。"))
    index.replace(source("rare", "石棉瓦拆除。"))
    index.replace(source("other", "企业停业以后。"))
    assert matched(index, "企业停业，石棉瓦拆除")[0] == "rare"
    assert len(matched(index, "企业停业，石棉瓦拆除", limit=2)) == 2


def test_a_replaced_source_leaves_nothing_behind(index: LexicalIndex) -> None:
    index.replace(source("a", "停业企业回访。", "石棉瓦拆除。"))
    index.replace(source("a", "土壤修复。"))
    assert [passage.text for passage in index.source_passages("a")] == ["土壤修复。"]
    assert matched(index, "石棉瓦回访") == []
    assert matched(index, "土壤") == ["a"]
    assert index.count() == 1


def test_a_removed_source_is_gone_from_every_table(index: LexicalIndex) -> None:
    index.replace(source("a", "停业企业回访。"))
    index.replace(source("b", "土壤修复。"))
    index.remove("a")
    index.remove("never there")
    assert index.digests().keys() == {"b"}
    assert index.source_passages("a") == []
    assert matched(index, "停业企业回访") == []
    assert index.counts(["回访", "土壤"]) == {"土壤": 1}


def test_terms_are_counted_once_for_each_passage_that_has_them(index: LexicalIndex) -> None:
    index.replace(source("a", "企业停业，停业以后。", "土壤。"))
    index.replace(source("b", "停业。", title="土壤"))
    assert index.counts(["停业", "土壤", "飞船"]) == {"停业": 2, "土壤": 2}
    index.remove("b")
    assert index.counts(["停业", "土壤"]) == {"停业": 1, "土壤": 1}


@pytest.mark.parametrize("figure", ["3.5", "20%"])
def test_a_figure_that_stands_in_a_passage_is_known(index: LexicalIndex, figure: str) -> None:
    index.replace(source("a", f"费用占{figure}。"))
    assert index.counts(bigrams(figure)) == {figure: 1}


def test_vectors_belong_to_one_model_and_one_text(index: LexicalIndex) -> None:
    index.replace(source("a", "停业企业回访。"))
    index.replace(source("b", "土壤修复。"))
    (key, _), matrix = (passage.key for passage in index.pending("m1")), TOY.passages(["停业企业回访。"])
    index.add_vectors("m1", [(key, matrix)])
    assert [passage.source_id for passage in index.pending("m1")] == ["b"]
    assert len(index.pending("m2")) == 2
    assert [len(row.vectors) > 0 for row in index.rows("m1", keys=[key])] == [True]
    assert [len(row.vectors) > 0 for row in index.rows("m2", keys=[key])] == [False]


def test_an_unchanged_text_in_a_changed_source_keeps_its_vectors(index: LexicalIndex) -> None:
    index.replace(source("a", "停业企业回访。", "土壤修复。"))
    index.add_vectors("m", [(passage.key, TOY.passages([passage.text])) for passage in index.pending("m")])
    index.replace(source("a", "停业企业回访。", "石棉瓦拆除。", title="新标题"))
    assert [passage.text for passage in index.pending("m")] == ["石棉瓦拆除。"]


def test_vectors_without_a_passage_are_orphans(index: LexicalIndex) -> None:
    index.replace(source("a", "停业企业回访。"))
    index.replace(source("copy", "停业企业回访。"))
    (passage,) = index.pending("m")
    for model in ("m", "other"):
        index.add_vectors(model, [(passage.key, TOY.passages([passage.text]))])
    index.remove("a")
    assert index.orphans("m") == [], "the copy still has them"
    index.remove("copy")
    assert index.orphans("m") == [passage.key]
    index.drop_vectors("m", [passage.key])
    assert index.orphans("m") == []
    assert index.orphans("other") == [passage.key]


def test_facts_are_kept_and_replaced(index: LexicalIndex) -> None:
    assert index.fact("generation") is None
    index.set_fact("generation", b"1")
    index.set_fact("generation", b"2")
    assert index.fact("generation") == b"2"


def test_all_is_there_when_opened_again(tmp_path: Path) -> None:
    first = LexicalIndex(tmp_path / "deep" / "index.db")
    first.replace(source("a", "停业企业回访。"))
    first.set_fact("playbook", b"x")
    first.close()
    second = LexicalIndex(tmp_path / "deep" / "index.db")
    assert matched(second, "回访") == ["a"]
    assert second.fact("playbook") == b"x"
    second.close()


def test_a_source_that_cannot_be_written_whole_is_not_written_at_all(index: LexicalIndex) -> None:
    index.replace(source("a", "停业企业回访。"))
    new = source("a", "土壤修复。", "石棉瓦拆除。")
    twice = replace(new, passages=(new.passages[0], replace(new.passages[1], position=0)))
    with pytest.raises(sqlite3.IntegrityError):
        index.replace(twice)
    assert [passage.text for passage in index.source_passages("a")] == ["停业企业回访。"]
    assert matched(index, "回访") == ["a"]
    assert matched(index, "土壤") == []


def test_a_reader_sees_what_another_connection_wrote(index: LexicalIndex, tmp_path: Path) -> None:
    other = LexicalIndex(tmp_path / "index.db")
    other.replace(source("a", "停业企业回访。"))
    assert matched(index, "回访") == ["a"]
    other.close()
