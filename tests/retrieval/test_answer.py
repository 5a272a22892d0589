"""`retrieval.answer`: every sentence stands, word for word, in the passage under its mark, whoever writes it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playbook.loader import load_playbook
from playbook.model import Law
from retrieval.answer import CITED, WINDOW, MarkError, QuotingWriter, Writer, check_marks
from retrieval.chunks import plain, sentences
from retrieval.library import Library, LibrarySettings
from retrieval.model import Kind, Passage, Quote
from retrieval.search import Candidate, Found, Search, ranked
from tests.retrieval.toy import NOTHING, Shelf, ToyEmbedder, source, use_toy, write_playbook

PATIENTLY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOY = ToyEmbedder()
REVISIT = "停业企业每季度回访一次。回访由招商部门负责。结果记入档案。"
SOIL = "- 土壤修复须经验收。\n- 验收合格后**厂房**方可处置。"


def candidates(question: str, *texts: str, kind: Kind = "section") -> tuple[Candidate, ...]:
    """Passages with these texts as search would give them, in the order given."""
    vector = TOY.question(question)
    found = []
    for number, text in enumerate(texts):
        passage = Passage(f"p{number}", 0, "标题", kind, "policy", text)
        units = TOY.passages(sentences(text)) @ vector
        found.append(Candidate(passage, 1.0, units, 1.0 - 0.1 * number))
    return tuple(found)


def found_for(question: str, *texts: str, kind: Kind = "section") -> Found:
    class Everything(dict[str, float]):
        def __missing__(self, pair: str) -> float:
            return 1.0

    found = candidates(question, *texts, kind=kind)
    return Found(question, question, TOY.question(question), Everything(), frozenset(), found)


def quoted(question: str, *texts: str, kind: Kind = "section") -> list[tuple[int, str]]:
    return [(quote.mark, quote.text) for quote in QuotingWriter().write(found_for(question, *texts, kind=kind))]


@pytest.mark.parametrize(
    ("text", "mark", "accepted"),
    [
        ("停业企业每季度回访一次。", 1, True),
        ("回访由招商部门负责。", 1, True),
        ("每季度回访一次", 1, True),
        ("验收合格后厂房方可处置。", 2, True),
        ("土壤修复须经验收。", 2, True),
        ("停业企业每季度回访一次。", 2, False),
        ("停业企业每月回访一次。", 1, False),
        ("停业企业每季度回访两次。", 1, False),
        ("停业企业每季度回访一次！", 1, False),
        ("停业企业回访由招商部门负责。", 1, False),
        ("停業企業每季度回訪一次。", 1, False),
        ("停业企业每季度回访一次。", 0, False),
        ("停业企业每季度回访一次。", -1, False),
        ("停业企业每季度回访一次。", 3, False),
    ],
)
def test_a_quote_is_in_the_passage_under_its_mark_or_it_is_stopped(text: str, mark: int, accepted: bool) -> None:
    cited = candidates("回访", REVISIT, SOIL)
    if accepted:
        check_marks([Quote(text, mark)], cited)
    else:
        with pytest.raises(MarkError, match=text):
            check_marks([Quote("回访由招商部门负责。", 1), Quote(text, mark)], cited)


def test_nothing_quoted_is_nothing_wrong() -> None:
    check_marks([], [])


class Inventing(Writer):
    """A chat model that adds something of its own."""

    name = "inventing"

    def __init__(self, *quotes: Quote) -> None:
        self.quotes = quotes

    def write(self, found: Found) -> list[Quote]:
        return [*QuotingWriter().write(found), *self.quotes]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LibrarySettings:
    use_toy(monkeypatch)
    return LibrarySettings(tmp_path / "index", write_playbook(tmp_path / "playbook"))


@pytest.mark.parametrize(
    "invention",
    [Quote("停业企业可领取一百万元。", 1), Quote("停业企业每季度回访一次。", 2), Quote("停业企业每季度回访一次。", 9)],
)
def test_a_writer_that_invents_is_stopped_before_anybody_reads_it(small: LibrarySettings, invention: Quote) -> None:
    library = Library(small, writer=Inventing(invention))
    with pytest.raises(MarkError):
        library.ask("停业企业多久回访一次")
    library.close()


def test_another_writer_is_named_and_may_quote(small: LibrarySettings) -> None:
    library = Library(small, writer=Inventing(Quote("回访由招商部门负责，持续一年。", 1)))
    answer = library.ask("停业企业多久回访一次")
    assert answer.quotes[-1] == Quote("回访由招商部门负责，持续一年。", 1)
    assert answer.engine == "toy+inventing"
    library.close()


def test_a_writer_is_not_asked_where_the_question_is_refused(small: LibrarySettings) -> None:
    library = Library(small, writer=Inventing(Quote("编的。", 1)))
    answer = library.ask("附近哪家火锅好吃")
    assert answer.refused
    assert answer.quotes == ()
    library.close()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("每季度回访一次", (1, "停业企业每季度回访一次。")),
        ("招商部门负责什么", (1, "回访由招商部门负责。")),
        ("结果记入档案", (1, "结果记入档案。")),
    ],
)
def test_the_sentence_that_answers_is_quoted(question: str, expected: tuple[int, str]) -> None:
    assert expected in quoted(question, REVISIT, SOIL)


def test_a_long_passage_gives_a_run_of_sentences_around_the_best() -> None:
    text = "".join(f"第{n}步由第{n}组负责。" for n in range(20)) + "石棉瓦由有资质的单位拆除。" + "其余照旧。" * 3
    run = [text for mark, text in quoted("石棉瓦由有资质的单位拆除", text, kind="document") if mark == 1]
    assert "石棉瓦由有资质的单位拆除。" in run
    assert len(run) <= WINDOW
    assert "".join(run) in text


def test_a_figure_is_preferred_where_one_is_asked_for() -> None:
    text = "稳岗补贴按规定发放。企业应先申请稳岗补贴。稳岗补贴最高300万元。"
    assert (1, "稳岗补贴最高300万元。") in quoted("稳岗补贴多少钱", text)


def test_a_further_passage_that_says_the_same_is_not_quoted_again() -> None:
    assert [mark for mark, _ in quoted("每季度回访一次", REVISIT, "停业企业每季度回访一次。")] == [1] * len(
        quoted("每季度回访一次", REVISIT)
    )


def test_a_further_passage_that_is_weak_is_not_quoted() -> None:
    found = found_for("每季度回访一次", REVISIT, "回访每季度一次另有规定，见附件三。")
    weak = Candidate(found.candidates[1].passage, 0.1, found.candidates[1].units, 0.01)
    found = Found(found.question, found.wording, found.vector, found.rarity, found.unknown, (found.candidates[0], weak))
    assert {quote.mark for quote in QuotingWriter().write(found)} == {1}


def test_nothing_found_is_nothing_written() -> None:
    assert QuotingWriter().write(found_for("回访")) == []


def test_a_passage_that_is_not_embedded_yet_is_quoted_by_its_words() -> None:
    found = found_for("招商部门负责什么", REVISIT)
    bare = Candidate(found.candidates[0].passage, 1.0, np.zeros(0, np.float32), 1.0)
    found = Found(found.question, found.wording, found.vector, found.rarity, found.unknown, (bare,))
    assert Quote("回访由招商部门负责。", 1) in QuotingWriter().write(found)


TEXTS = st.lists(
    st.lists(st.text("停业企业回访土壤修复3年**- 」", min_size=1, max_size=20), min_size=1, max_size=8)
    .map(lambda parts: "。".join(parts) + "。")
    .filter(lambda text: bool(sentences(text))),
    min_size=1,
    max_size=6,
)


@PATIENTLY
@given(TEXTS, st.text("停业企业回访土壤修复多久？", max_size=12), st.sampled_from(["section", "case", "document"]))
def test_whatever_was_found_the_quotes_pass_the_check(texts: list[str], question: str, kind: Kind) -> None:
    found = found_for(question, *texts, kind=kind)
    quotes = QuotingWriter().write(found)
    check_marks(quotes, found.candidates[:CITED])
    assert quotes, "the first passage always says something"
    marks = [quote.mark for quote in quotes]
    assert marks == sorted(marks)
    assert marks[0] == 1
    assert marks.count(1) <= WINDOW
    assert all(marks.count(mark) <= 1 for mark in (2, 3))


@PATIENTLY
@given(st.lists(st.text("停业回访。", min_size=1).filter(sentences), min_size=1, max_size=4), st.text(max_size=8))
def test_search_and_writer_agree_on_what_a_sentence_is(texts: list[str], question: str) -> None:
    found = found_for(question, *texts)
    again = Found(question, question, found.vector, found.rarity, frozenset(), tuple(ranked(found.candidates)))
    check_marks(QuotingWriter().write(again), again.candidates[:CITED])


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path)
    yield opened
    opened.close()


def test_marks_hold_for_traditional_characters_and_markup_in_a_passage(shelf: Shelf) -> None:
    text = "停業企業每季度回訪一次。\n\n1. **先預審**，再跟蹤。\n> 結果`記入`檔案。"
    shelf.hold([source("document", text, kind="document")])
    found = Search(shelf.lexical, shelf.vectors, shelf.model, NOTHING).find("停业企业多久回访一次")
    quotes = QuotingWriter().write(found)
    check_marks(quotes, found.candidates)
    assert quotes[0].text == "停業企業每季度回訪一次。", "a quote stays in the passage's own characters"


def all_marks_hold(library: Library, questions: Sequence[str]) -> None:
    for question in questions:
        answer = library.ask(question)
        assert 1 <= len(answer.citations) <= CITED
        for quote in answer.quotes:
            assert quote.text in plain(answer.citations[quote.mark - 1].passage.text)


def test_every_title_of_the_playbook_as_a_question_is_answered_in_its_own_words(library: Library) -> None:
    all_marks_hold(library, [entry.title for entry in list(load_playbook().entries.values())[::6]])


def test_scores_are_best_first_and_the_engine_is_named(library: Library) -> None:
    answer = library.ask("停业企业多久回访一次？")
    scores = [hit.score for hit in answer.citations]
    assert scores == sorted(scores, reverse=True)
    assert answer.question == "停业企业多久回访一次？"
    assert answer.engine.startswith("e5-small-zh-")
    assert answer.engine.endswith("+quote")
    assert answer.milliseconds > 0


@pytest.mark.parametrize(
    ("question", "law"),
    [
        ("歇业最长能歇几年？", "law-suspension"),
        ("石棉瓦拆下来算不算危险废物", "law-asbestos"),
        ("土壤污染責任人是誰", "law-soil-liability"),
    ],
)
def test_a_law_is_cited_with_its_caution_under_its_own_mark(library: Library, question: str, law: str) -> None:
    answer = library.ask(question)
    assert not answer.refused
    ids = [hit.passage.source_id for hit in answer.citations]
    assert law in ids
    due = {mark: notice for notice, marks in answer.notices.items() for mark in marks}
    assert "引用前请核对现行有效文本" in due[ids.index(law) + 1]
    kinds = {mark: hit.passage.kind for mark, hit in enumerate(answer.citations, 1)}
    assert due.keys() == {mark for mark, kind in kinds.items() if kind == "law"}


def test_the_same_caution_is_due_once_for_all_its_marks() -> None:
    def cited(notice: str) -> Passage:
        return Passage("law", 0, "标题", "law", "ecology", "条文。", notice=notice)

    from retrieval.model import Answer, Hit

    hits = tuple(Hit(cited(notice), 1.0) for notice in ("请核对", "", "请核对", "另请核对"))
    assert Answer("问", False, (), hits, "toy", 1.0).notices == {"请核对": [1, 3], "另请核对": [4]}


def test_every_law_carries_its_caution_into_the_index(library: Library) -> None:
    for entry in load_playbook().entries.values():
        passages = library.source(entry.id)
        assert passages, entry.id
        expected = entry.caution if isinstance(entry, Law) else ""
        assert {passage.notice for passage in passages} == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电镀厂停业，修复土壤的钱从哪里来", "case-2023-electroplating"),
        ("有機農場停業了", "case-2021-organic-farm"),
        ("石棉瓦厂房怎么拆", "case-2022-asbestos"),
    ],
)
def test_similar_cases_are_cases_and_the_likeliest_come_first(library: Library, text: str, expected: str) -> None:
    hits = library.similar_cases(text)
    assert len(hits) == 3
    assert {hit.passage.kind for hit in hits} == {"case"}
    assert hits[0].passage.source_id == expected
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_similar_cases_are_as_many_as_asked_for_even_for_nonsense(library: Library) -> None:
    assert len(library.similar_cases("？？？", 5)) == 5
    assert len(library.similar_cases("停业", 1)) == 1
