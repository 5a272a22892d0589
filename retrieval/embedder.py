"""The one door to model engines: text in, unit vectors out, behind LangChain's `Embeddings`.

`load_embedder("bundled")` is the model in `retrieval/models/e5-small-zh` on onnxruntime; any other name is a
sentence-transformers model, by hub id or local path, with its own query and passage prompts. Nothing is imported or
read before the first text comes: an officer who asks for `--help` waits for no model.
"""

import json
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from retrieval.errors import ModelsExtraMissing, ModelUnavailable
from retrieval.settings import BUNDLED_MODEL

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

BUNDLED_DIRECTORY = Path(__file__).parent / "models" / "e5-small-zh"
BATCH_TOKENS = 1024
"""Tokens, padding included, that go through the bundled model at once: bounds memory and keeps both cores busy."""

Matrix = npt.NDArray[np.float32]


class PassageEmbedder(Protocol):
    """What the index needs beyond `Embeddings`: a name that changes with the model, and matrices rather than lists."""

    @property
    def fingerprint(self) -> str:
        """Names the model; vectors under different fingerprints are never compared."""

    def passages(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors of `texts`, one a row, in order."""

    def question(self, text: str) -> Matrix:
        """The unit vector of one question."""


class _MatrixEmbeddings(Embeddings):
    """LangChain's lists of floats over `passages` and `question`."""

    def passages(self, texts: Sequence[str]) -> Matrix:
        raise NotImplementedError

    def question(self, text: str) -> Matrix:
        raise NotImplementedError

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's form of `passages`."""
        vectors: list[list[float]] = self.passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """LangChain's form of `question`."""
        vector: list[float] = self.question(text).tolist()
        return vector


class BundledEmbeddings(_MatrixEmbeddings):
    """e5-small, pruned to Chinese and English, int8. `threads`: 1 serves best, all cores index best."""

    def __init__(self, directory: Path = BUNDLED_DIRECTORY, threads: int = 1) -> None:
        self._directory = directory
        self._threads = threads

    @cached_property
    def fingerprint(self) -> str:
        """From the model's own `origin.json`, which its build script writes."""
        origin = json.loads((self._directory / "origin.json").read_text("utf-8"))
        return f"{origin['name']}-{origin['sha256'][:12]}"

    @cached_property
    def _session(self) -> "onnxruntime.InferenceSession":
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # it would report what it runs to its maker
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena keeps the largest batch ever seen
        return onnxruntime.InferenceSession(self._directory / "model.onnx", options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> "tokenizers.Tokenizer":
        import tokenizers

        return tokenizers.Tokenizer.from_file(str(self._directory / "tokenizer.json"))

    def passages(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors (n, 384), batched by length, so that little of a batch is padding."""
        encoded = [code.ids for code in self._tokenizer.encode_batch([f"passage: {text}" for text in texts])]
        vectors = np.empty((len(texts), 384), np.float32)
        for batch in _batches([len(ids) for ids in encoded]):
            vectors[batch] = self._run([encoded[i] for i in batch])
        return vectors

    def question(self, text: str) -> Matrix:
        """The unit vector (384,) of one question."""
        vector: Matrix = self._run([self._tokenizer.encode(f"query: {text}").ids])[0]
        return vector

    def _run(self, batch: list[list[int]]) -> Matrix:
        ids = np.ones((len(batch), max(map(len, batch))), np.int64)  # 1 is <pad>
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        vectors: Matrix = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


def _batches(lengths: list[int]) -> list[list[int]]:
    """Indices grouped by similar length, each group at most BATCH_TOKENS with padding (or one text)."""
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and (len(groups[-1]) + 1) * lengths[index] <= BATCH_TOKENS:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


class SentenceTransformerEmbeddings(_MatrixEmbeddings):
    """Any sentence-transformers model; the prompts are those of its own configuration."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fingerprint = _fingerprint(name)

    @cached_property
    def _model(self) -> Any:
        return _load(self.name, lambda library: library.SentenceTransformer(self.name, device="cpu"))

    def passages(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors, with the model's prompt for documents."""
        return self._encode(self._model.encode_document, list(texts))

    def question(self, text: str) -> Matrix:
        """A unit vector, with the model's prompt for queries."""
        vector: Matrix = self._encode(self._model.encode_query, [text])[0]
        return vector

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> Matrix:
        vectors: Matrix = np.asarray(encode(texts, normalize_embeddings=True, show_progress_bar=False), np.float32)
        return vectors


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder: reads question and passage together, slower and often better."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def _model(self) -> Any:
        return _load(self.name, lambda library: library.CrossEncoder(self.name, device="cpu"))

    def scores(self, question: str, texts: Sequence[str]) -> Matrix:
        """How well each text answers, higher is better; one number a text."""
        found: Matrix = np.asarray(self._model.predict([(question, text) for text in texts]), np.float32)
        return found


def load_embedder(name: str = BUNDLED_MODEL, threads: int = 1) -> BundledEmbeddings | SentenceTransformerEmbeddings:
    """The embedder of that name; a model that cannot be loaded raises ModelUnavailable at its first use."""
    return BundledEmbeddings(threads=threads) if name == BUNDLED_MODEL else SentenceTransformerEmbeddings(name)


def indexing_threads() -> int:
    """Cores to index with: two where there are two, all but one beyond."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(min(cores, 2), cores - 1)


def _load(name: str, build: Callable[[Any], Any]) -> Any:
    try:
        import sentence_transformers
    except ImportError as missing:
        raise ModelsExtraMissing(name=name) from missing
    try:
        return build(sentence_transformers)
    # What loaders raise is not documented: OSError for paths and hubs, ValueError for configurations, RuntimeError
    # for weights.
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        raise ModelUnavailable(name=name, reason=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _fingerprint(name: str) -> str:
    """The model's name, and for a local folder what its weights look like from outside, so that a retrained one
    counts as new.
    """
    import hashlib

    files = sorted(path for path in Path(name).rglob("*") if path.is_file()) if Path(name).is_dir() else []
    looks = [f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return f"{Path(name).name}-{hashlib.sha256(chr(10).join([name, *looks]).encode()).hexdigest()[:12]}"
