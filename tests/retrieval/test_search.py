"""`retrieval.search`: words and meaning together, on real indexes under a toy model."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.glossary import Glossary
from retrieval.embedder import CrossEncoderReranker, Matrix
from retrieval.errors import VectorStoreUnavailable
from retrieval.index import VectorIndex
from retrieval.indexing import synchronise
from retrieval.lexical import LexicalIndex, Row
from retrieval.model import Kind
from retrieval.search import Candidate, Search, ranked
from tests.retrieval.toy import NOTHING, Shelf, ToyEmbedder, many_sources, source

REVISIT = source("revisit", "停业企业由招商部门每季度回访一次。回访持续一年。", asks=("多久回访一次",))
SOIL = source("soil", "土壤修复验收合格后，厂房方可处置。")
SUBSIDY = source("subsidy", "稳岗补贴最高300万元，45天内拨付。")
FARM = source("farm", "一家有机农场因总部撤资停业，土壤没有污染。", kind="case")
DYE = source("dye", "一家印染厂停业，土壤修复花了两年。", kind="case")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path)
    opened.hold([REVISIT, SOIL, SUBSIDY, FARM, DYE])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("停业企业多久回访一次", "revisit"),
        ("停業企業多久回訪一次？", "revisit"),
        ("土壤修复验收之后厂房怎么处置", "soil"),
        ("稳岗补贴300w什么时候拨付", "subsidy"),
        ("四十五天内拨付的补贴", "subsidy"),
        ("穩崗補貼最高３００Ｗ", "subsidy"),
        ("有机农场为什么停业", "farm"),
    ],
)
def test_a_question_finds_its_passage_however_it_is_typed(shelf: Shelf, question: str, first: str) -> None:
    assert shelf.found(question)[0] == first


def test_without_the_vector_store_words_alone_find_what_they_say(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise VectorStoreUnavailable(where="chroma", reason="database or disk is full")

    monkeypatch.setattr(VectorIndex, "nearest", full)
    assert shelf.found("稳岗补贴300w什么时候拨付")[0] == "subsidy"
    assert "words alone" in caplog.text


def test_both_scripts_find_the_same_in_the_same_order(shelf: Shelf) -> None:
    simplified, traditional = shelf.search.find("土壤修复后厂房怎么处置"), shelf.search.find("土壤修復後廠房怎麼處置")
    assert [each.passage.id for each in simplified.candidates] == [each.passage.id for each in traditional.candidates]
    assert simplified.wording == traditional.wording


def test_each_passage_comes_once_and_scores_fall(shelf: Shelf) -> None:
    candidates = shelf.search.find("停业企业土壤修复").candidates
    assert sorted(each.passage.id for each in candidates) == ["dye", "farm", "revisit", "soil", "subsidy"]
    scores = [each.score for each in candidates]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] <= scores[0] <= 1


def test_units_are_the_cosines_of_sentences_then_of_known_questions(shelf: Shelf) -> None:
    question = "多久回访一次"
    (found,) = (each for each in shelf.search.find(question).candidates if each.passage.id == "revisit")
    units = ["停业企业由招商部门每季度回访一次。", "回访持续一年。", "多久回访一次"]
    assert found.units == pytest.approx(shelf.model.passages(units) @ shelf.model.question(question), abs=1e-3)


@pytest.mark.parametrize("question", ["", " ", "？！", "🌱", "xyz", "a" * 5000, "停业" * 2000, "\x00停业", '" OR "'])
def test_any_question_finds_something_or_nothing_but_never_fails(shelf: Shelf, question: str) -> None:
    assert len(shelf.search.find(question).candidates) <= 5


def test_an_empty_library_finds_nothing(tmp_path: Path) -> None:
    empty = Shelf(tmp_path)
    found = empty.search.find("停业企业多久回访一次")
    assert found.candidates == ()
    assert found.unknown == found.rarity.keys()
    empty.close()


@pytest.mark.parametrize(
    ("kind", "expected"), [("case", {"farm", "dye"}), ("section", {"revisit", "soil", "subsidy"}), ("law", set())]
)
def test_one_kind_only_where_that_is_asked(shelf: Shelf, kind: Kind, expected: set[str]) -> None:
    assert set(shelf.found("停业企业土壤修复补贴", kind)) == expected


def test_what_no_passage_says_is_unknown_and_rarest(shelf: Shelf) -> None:
    found = shelf.search.find("停业企业买飞船")
    assert "飞船" in found.unknown
    assert "停业" not in found.unknown
    assert found.rarity["飞船"] > found.rarity["企业"] > found.rarity["停业"] > 0


def test_a_passage_that_is_not_embedded_yet_is_found_by_its_words(shelf: Shelf) -> None:
    new = source("new", "石棉瓦由有资质的单位拆除。")
    synchronise(shelf.lexical, [REVISIT, SOIL, new], lambda id_, digest: True)
    found = {each.passage.id: each for each in shelf.search.find("石棉瓦由谁拆除").candidates}
    assert found["new"].units.size == 0
    assert found["new"].lexical == max(each.lexical for each in found.values())
    assert found["new"].score > 0


def test_vectors_without_a_row_are_never_proposed(shelf: Shelf) -> None:
    shelf.lexical.remove("revisit")
    assert "revisit" not in shelf.found("停业企业多久回访一次")


def test_a_passage_without_a_common_word_is_found_by_its_meaning(tmp_path: Path) -> None:
    """The toy model knows `fang`; the words of the index do not."""

    class Translating(ToyEmbedder):
        def question(self, text: str) -> Matrix:
            return super().question(text.replace("fang", "回访"))

    shelf = Shelf(tmp_path, Translating())
    shelf.hold([REVISIT, SOIL])
    (first, *_) = shelf.search.find("fang").candidates
    assert (first.passage.id, first.lexical) == ("revisit", 0.0)
    shelf.close()


def test_other_words_for_the_playbooks_words_find_it(shelf: Shelf) -> None:
    glossary = Glossary({"revisit": ("回访",)}, {"打电话问问": ("回访",)}, frozenset({"the"}))
    search = Search(shelf.lexical, shelf.vectors, shelf.model, glossary)
    for question in ("打电话问问多勤快", "the revisit"):
        found = search.find(question)
        assert found.candidates[0].passage.id == "revisit"
        assert found.question == question, "what was asked stays as it was"
        assert "回访" in found.wording
    assert shelf.search.find("打电话问问").candidates[0].lexical == 0


class Backwards(CrossEncoderReranker):
    """Prefers what others put last."""

    def __init__(self) -> None:
        super().__init__("backwards")
        self.read: list[str] = []

    def scores(self, question: str, texts: Sequence[str]) -> Matrix:
        self.read += texts
        return np.arange(len(texts), dtype=np.float32)


def test_a_reranker_has_the_last_word(shelf: Shelf) -> None:
    plain = shelf.found("停业企业土壤修复")
    reranker = Backwards()
    found = Search(shelf.lexical, shelf.vectors, shelf.model, NOTHING, reranker).find("停业企业土壤修复").candidates
    assert [each.passage.id for each in found] == plain[::-1]
    assert [each.score for each in found] == pytest.approx([1, 0.75, 0.5, 0.25, 0])
    assert reranker.read[0] in {each.passages[0].text for each in (REVISIT, SOIL, SUBSIDY, FARM, DYE)}


def test_a_reranker_with_nothing_to_read_is_not_asked(tmp_path: Path) -> None:
    empty, reranker = Shelf(tmp_path), Backwards()
    assert Search(empty.lexical, empty.vectors, empty.model, NOTHING, reranker).find("停业").candidates == ()
    assert reranker.read == []
    empty.close()


def test_the_right_one_is_found_among_many_alike(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.hold(many_sources(300))
    for number in (0, 77, 299):
        assert shelf.found(f"第{number}号企业停业后由招商部门第{number}次回访。")[0] == f"s{number}"
    shelf.close()


class Unlucky(LexicalIndex):
    """Another process replaces a source between two reads of one search."""

    victim: LexicalIndex

    def rows(self, *arguments: object, **options: object) -> list[Row]:
        found = super().rows(*arguments, **options)  # type: ignore[arg-type]
        self.victim.replace(source("revisit", "停业企业由招商部门每月回访一次。"))
        self.victim.remove("soil")
        return found


def test_a_source_that_another_process_replaces_meanwhile_does_no_harm(shelf: Shelf, tmp_path: Path) -> None:
    lexical = Unlucky(tmp_path / "index.db")
    lexical.victim = shelf.lexical
    found = Search(lexical, shelf.vectors, shelf.model, NOTHING).find("停业企业多久回访一次")
    lexical.close()
    assert {each.passage.id for each in found.candidates} >= {"subsidy", "farm"}


def candidate(name: str, lexical: float, *units: float) -> Candidate:
    (passage,) = source(name, f"{name}。").passages
    return Candidate(passage, lexical, np.array(units, np.float32))


@pytest.mark.parametrize(
    ("candidates", "order"),
    [
        ([candidate("a", 0)], ["a"]),
        ([candidate("a", 1, 0.5), candidate("b", 2, 0.5)], ["b", "a"]),
        ([candidate("a", 1, 0.5), candidate("b", 1, 0.9)], ["b", "a"]),
        ([candidate("a", 1, 0.9, 0.1), candidate("b", 1, 0.9, 0.8)], ["b", "a"]),
        ([candidate("a", 1, 0.5), candidate("b", 1, 0.5)], ["a", "b"]),
        ([candidate("a", 0, 0.1), candidate("b", 9)], ["a", "b"]),
        ([candidate("a", 0, 0.9, 0.9, 0.9, -1), candidate("b", 0, 0.9, 0.8, 0.8, 0.8)], ["a", "b"]),
    ],
)
def test_words_the_best_unit_and_the_best_three_count_alike(candidates: list[Candidate], order: list[str]) -> None:
    assert [each.passage.id for each in ranked(candidates)] == order


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 50), st.lists(st.floats(-1, 1, width=32), max_size=6)), min_size=1, max_size=12))
def test_ranking_loses_nobody_and_scores_between_0_and_1(signals: list[tuple[float, list[float]]]) -> None:
    candidates = [candidate(f"c{n}", lexical, *units) for n, (lexical, units) in enumerate(signals)]
    found = ranked(candidates)
    assert sorted(each.passage.id for each in found) == sorted(each.passage.id for each in candidates)
    assert all(-1e-6 <= each.score <= 1 + 1e-6 for each in found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert [each.passage.id for each in ranked(found)] == [each.passage.id for each in found]


def test_a_long_text_is_found_by_one_sentence_of_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    filler = "".join(f"第{n}条另行规定。" for n in range(40))
    long = replace(source("long", f"{filler}石棉瓦由有资质的单位拆除。"))
    shelf.hold([long, REVISIT, SOIL])
    assert shelf.found("石棉瓦由有资质的单位拆除")[0] == "long"
    shelf.close()
