"""`retrieval.indexing`: incremental by id and digest, and whole again after a kill between any two steps."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.indexing import (
    STEP,
    centre,
    drop_unknown,
    embed_pending,
    embed_sentences,
    embedded_units,
    restore_missing,
    synchronise,
)
from retrieval.model import Source
from tests.retrieval.killed_indexer import HALTED, SOURCES
from tests.retrieval.toy import SIZE, Shelf, ToyEmbedder, many_sources, source

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path)
    yield opened
    opened.close()


def everything(id_: str, digest: str) -> bool:
    return True


def test_a_first_run_embeds_every_sentence_once(shelf: Shelf) -> None:
    assert shelf.hold([source("a", "停业企业回访。土壤修复。", asks=("多久回访",)), source("b", "石棉瓦拆除。")]) == 2
    assert shelf.model.embedded == Counter(["停业企业回访。", "土壤修复。", "多久回访", "石棉瓦拆除。"])
    assert shelf.vectors.count() == 2
    assert shelf.found("石棉瓦拆除")[0] == "b"


def test_what_did_not_change_is_not_embedded_again(shelf: Shelf) -> None:
    sources = many_sources(5)
    assert shelf.hold(sources) == 5
    shelf.model.embedded.clear()
    assert synchronise(shelf.lexical, sources, everything) == 0
    assert embed_pending(shelf.lexical, shelf.vectors, shelf.model) == 0
    assert shelf.model.embedded == Counter()


def test_what_changed_is_embedded_again_and_nothing_else(shelf: Shelf) -> None:
    sources = many_sources(5)
    shelf.hold(sources)
    shelf.model.embedded.clear()
    changed = [*sources[:4], source("s4", "石棉瓦由有资质的单位拆除。")]
    assert synchronise(shelf.lexical, changed, everything) == 1
    assert embed_pending(shelf.lexical, shelf.vectors, shelf.model) == 1
    assert shelf.model.embedded == Counter(["石棉瓦由有资质的单位拆除。"])
    assert shelf.found("石棉瓦拆除")[0] == "s4"
    assert shelf.vectors.count() == 5


def test_what_was_deleted_vanishes_with_its_vectors(shelf: Shelf) -> None:
    sources = many_sources(5)
    shelf.hold(sources)
    assert synchronise(shelf.lexical, sources[1:], everything) == 1
    assert embed_pending(shelf.lexical, shelf.vectors, shelf.model) == 0
    assert "s0" not in shelf.found("第0号企业停业")
    assert shelf.vectors.count() == 4


def test_a_changed_title_costs_no_embedding(shelf: Shelf) -> None:
    shelf.hold([source("a", "停业企业回访。", title="旧标题")])
    shelf.model.embedded.clear()
    assert shelf.hold([source("a", "停业企业回访。", title="新标题")]) == 0
    (found,) = shelf.search.find("回访").candidates
    assert found.passage.title == "新标题"


def test_the_same_text_in_two_sources_is_embedded_once_and_outlives_either(shelf: Shelf) -> None:
    assert shelf.hold([source("a", "停业企业回访。"), source("copy", "停业企业回访。")]) == 1
    shelf.hold([source("copy", "停业企业回访。")])
    assert shelf.found("停业企业回访。") == ["copy"]
    assert shelf.vectors.count() == 1


def test_what_is_out_of_scope_stays(shelf: Shelf) -> None:
    shelf.hold([source("playbook", "停业企业回访。"), source("document", "土壤修复。")])
    assert synchronise(shelf.lexical, [], lambda id_, digest: id_ == "document") == 1
    assert shelf.lexical.digests().keys() == {"playbook"}


def test_sources_come_once_and_may_be_a_stream(shelf: Shelf) -> None:
    assert synchronise(shelf.lexical, iter(many_sources(3)), everything) == 3


def test_progress_tells_every_step_and_the_end(shelf: Shelf) -> None:
    told: list[tuple[int, int]] = []
    number = 2 * STEP + 3
    synchronise(shelf.lexical, many_sources(number), everything)
    embed_pending(shelf.lexical, shelf.vectors, shelf.model, lambda done, total: told.append((done, total)))
    assert told == [(0, number), (STEP, number), (2 * STEP, number), (number, number)]


def test_a_changed_model_embeds_everything_again_and_vectors_never_mix(tmp_path: Path) -> None:
    sources = many_sources(5)
    first = Shelf(tmp_path, ToyEmbedder("model-one"))
    first.hold(sources)
    first.close()

    second = Shelf(tmp_path, ToyEmbedder("model-two"))
    assert second.vectors.count() == 0, "a collection of its own"
    before = second.search.find("第3号企业停业")
    assert all(candidate.units.size == 0 for candidate in before.candidates), "nor by the other model's sentences"
    assert second.hold(sources) == 5
    assert sum(second.model.embedded.values()) == 5
    assert second.vectors.count() == 5
    second.close()

    back = Shelf(tmp_path, ToyEmbedder("model-one"))
    assert back.hold(sources) == 0, "what the first model made is kept"
    (best, *_) = back.search.find("第3号企业停业后由招商部门第3次回访。").candidates
    assert best.passage.source_id == "s3"
    assert best.units.max() == pytest.approx(1, abs=1e-3)
    back.close()


def test_units_are_sentences_then_questions_in_simplified_characters() -> None:
    (passage,) = source("a", "- 停業企業回訪。\n補貼300w。", asks=("多久回訪",)).passages
    assert list(embedded_units(passage)) == ["停业企业回访。", "补贴300万。", "多久回访"]


def test_a_passage_without_a_sentence_is_embedded_whole() -> None:
    (passage,) = source("a", "**").passages
    assert list(embedded_units(passage)) == ["**"]


def test_each_passage_gets_the_vectors_of_its_own_units() -> None:
    model = ToyEmbedder()
    sources = [
        source("a", "停业企业回访。土壤修复。", asks=("多久",)),
        source("b", "石棉瓦。"),
        source("c", "甲。乙。丙。丁。"),
    ]
    passages = [each.passages[0] for each in sources]
    for passage, matrix in zip(passages, embed_sentences(model, passages), strict=True):
        assert np.array_equal(matrix, model.passages(list(embedded_units(passage))))


def test_the_centre_is_a_unit_vector_between_the_units() -> None:
    middle = centre(np.array([[1, 0], [0, 1]], np.float32))
    assert middle == pytest.approx([2**-0.5, 2**-0.5])


def killed_indexer(directory: Path, point: str, embedded: Path) -> None:
    """Runs the indexer until it says that it has come to `point`, and kills it there with SIGKILL."""
    command = [sys.executable, "-m", "tests.retrieval.killed_indexer", str(directory), point, str(embedded)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{point}\n"
        process.kill()
        assert process.wait() == -9


@pytest.mark.parametrize(
    ("point", "rows", "embedded"),
    [
        ("inside a source", HALTED, 0),
        ("before a step", len(SOURCES), STEP),
        ("embedding", len(SOURCES), STEP),
        ("between the indexes", len(SOURCES), 2 * STEP),
    ],
)
def test_a_kill_leaves_an_index_that_answers_and_the_next_run_finishes(
    tmp_path: Path, point: str, rows: int, embedded: int
) -> None:
    log = tmp_path / "embedded.txt"
    killed_indexer(tmp_path / "index", point, log)
    by_the_killed = log.read_text("utf-8").splitlines() if log.exists() else []
    assert len(by_the_killed) == embedded

    shelf = Shelf(tmp_path / "index")
    assert shelf.lexical.count() == rows
    assert shelf.found("第7号企业停业后由招商部门第7次回访。")[0] == "s7", "it answers before anything is mended"

    pending = {passage.text for passage in shelf.lexical.pending(shelf.model.fingerprint)}
    lost = pending.intersection(by_the_killed)
    assert len(lost) <= STEP, "no more than one step is lost"
    assert (len(lost) > 0) == (point == "between the indexes"), "and only one whose vectors were not yet kept"
    shelf.hold(SOURCES)
    again = Counter(by_the_killed) + shelf.model.embedded
    assert again.keys() == {each.passages[0].text for each in SOURCES}
    assert {text for text, times in again.items() if times > 1} == lost
    assert shelf.vectors.count() == shelf.lexical.count() == len(SOURCES)
    assert shelf.vectors.missing([each.passages[0].key for each in SOURCES]) == set()
    assert shelf.hold(SOURCES) == 0
    for number in (0, HALTED - 1, HALTED, len(SOURCES) - 1):
        question = f"第{number}号企业停业后由招商部门第{number}次回访。"
        (first, *_) = shelf.search.find(question).candidates
        assert first.passage.source_id == f"s{number}"
        assert first.units.max() == pytest.approx(1, abs=1e-3)
    shelf.close()


@pytest.mark.parametrize("number", [3, STEP + 1])
def test_vectors_that_chroma_lost_are_put_back_without_embedding_again(shelf: Shelf, number: int) -> None:
    sources = many_sources(number)
    shelf.hold(sources)
    before = shelf.vectors.nearest(shelf.model.question("第1号企业停业"), 2)
    lost = [each.passages[0].key for each in sources[1:]]
    shelf.vectors.drop(lost)
    shelf.model.embedded.clear()
    assert restore_missing(shelf.lexical, shelf.vectors, shelf.model.fingerprint) == len(lost)
    assert restore_missing(shelf.lexical, shelf.vectors, shelf.model.fingerprint) == 0
    assert shelf.model.embedded == Counter()
    assert shelf.vectors.missing(lost) == set()
    assert shelf.vectors.nearest(shelf.model.question("第1号企业停业"), 2) == pytest.approx(before, abs=1e-3)
    assert list(shelf.vectors.nearest(shelf.model.question("第1号"), 1, "section")) == [lost[0]], "with their kind"


def test_what_chroma_lost_is_noticed_though_it_holds_something_else(shelf: Shelf) -> None:
    """Two data directories may share a server; a kill may leave vectors that nothing asks for any more."""
    sources = many_sources(3)
    shelf.hold(sources)
    (key, *_) = (each.passages[0].key for each in sources)
    shelf.vectors.drop([key])
    shelf.vectors.put(["of another library"], shelf.model.passages(["石棉瓦"]), [{"kind": "section", "pillar": ""}])
    restore_missing(shelf.lexical, shelf.vectors, shelf.model.fingerprint)
    assert shelf.vectors.missing([key]) == set()


def test_what_chroma_holds_beyond_the_index_is_cleared(shelf: Shelf) -> None:
    """A kill fell between Chroma and the rows, and the passage has changed since."""
    shelf.hold(many_sources(3))
    unit = np.eye(1, SIZE, dtype=np.float32)
    shelf.vectors.put(["x", "y"], np.repeat(unit, 2, axis=0), [{"kind": "case"}] * 2)
    assert drop_unknown(shelf.lexical, shelf.vectors, "toy") == 2
    assert shelf.vectors.keys() == set(shelf.lexical.embedded("toy"))
    assert drop_unknown(shelf.lexical, shelf.vectors, "toy") == 0


def test_a_kill_between_the_two_deletions_is_mended(shelf: Shelf) -> None:
    sources = many_sources(3)
    shelf.hold(sources)
    shelf.lexical.remove("s0")
    shelf.vectors.drop([sources[0].passages[0].key])
    assert restore_missing(shelf.lexical, shelf.vectors, shelf.model.fingerprint) == 0
    shelf.hold(sources[1:])
    assert shelf.vectors.count() == 2
    assert shelf.lexical.orphans(shelf.model.fingerprint) == []


def test_a_source_whose_passages_changed_place_is_whole(shelf: Shelf) -> None:
    old = source("a", "停业企业回访。", "土壤修复。")
    shelf.hold([old])
    first, second = (passage.text for passage in old.passages)
    turned: Source = replace(source("a", second, first), digest="turned")
    assert shelf.hold([turned]) == 0
    assert [passage.text for passage in shelf.lexical.source_passages("a")] == [second, first]
    assert shelf.vectors.count() == 2
