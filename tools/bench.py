"""`make bench`: every figure that the README names, measured now; ratios within one run, since machines differ.

Prints as it goes, and writes `tools/bench.json`, from which `make docs` makes the README's table.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from playbook.loader import load_playbook
from retrieval.calibration import Labelled
from retrieval.embedder import BundledEmbeddings, Matrix, indexing_threads, load_embedder
from retrieval.index import VectorIndex
from retrieval.indexing import centre, embed_pending, synchronise
from retrieval.lexical import LexicalIndex
from retrieval.library import Library, LibrarySettings
from retrieval.model import Passage, Source
from retrieval.search import best, best_few
from retrieval.sources import playbook_sources
from tools.bench_cases import ratios
from tools.bench_chat import chat_figures
from tools.bench_followups import shares
from tools.bench_learning import figures as learning
from tools.bench_phrases import phrase_figures
from tools.bench_push import figures
from tools.support import grounding_figures

ROOT = Path(__file__).parent.parent
QUESTIONS = ROOT / "tests" / "retrieval" / "questions.jsonl"
RESULTS = Path(__file__).with_name("bench.json")


class Question:
    """A question of the evaluation set: `gold` are expressions that must all match one cited passage; none: refuse."""

    def __init__(self, row: dict[str, object]) -> None:
        self.id, self.text = str(row["id"]), str(row["question"])
        self.gold = [re.compile(str(pattern)) for pattern in row["gold"]]  # type: ignore[attr-defined]

    def matches(self, passage: Passage) -> bool:
        """Whether the passage answers."""
        return all(pattern.search(f"{passage.title}\n{passage.text}") for pattern in self.gold)


def read_questions(path: Path = QUESTIONS) -> list[Question]:
    """The evaluation set."""
    return [Question(json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]


def answers(library: Library, questions: Sequence[Question]) -> dict[str, float]:
    """Shares: first citation right, one of three right, refused rightly, refused wrongly."""
    asked = [(question, library.ask(question.text)) for question in questions]
    inside = [(question, answer) for question, answer in asked if question.gold]
    outside = [answer for question, answer in asked if not question.gold]
    hits = [
        [not answer.refused and question.matches(hit.passage) for hit in answer.citations[:3]]
        for question, answer in inside
    ]
    return {
        "first citation right": statistics.mean(bool(each and each[0]) for each in hits),
        "right among three": statistics.mean(any(each) for each in hits),
        "outside refused": statistics.mean(answer.refused for answer in outside),
        "inside refused": statistics.mean(answer.refused for _, answer in inside),
    }


def rankings(library: Library, questions: Sequence[Question]) -> dict[str, float]:
    """First passage right by each signal alone and by their mean, refusal left out."""
    signals: dict[str, Callable[..., float]] = {
        "words alone": lambda each: each.lexical,
        "best unit alone": lambda each: best(each.units),
        "best few alone": lambda each: best_few(each.units),
        "mean of the three": lambda each: each.score,
    }
    found = [(question, library.search.find(question.text).candidates) for question in questions if question.gold]
    return {
        name: statistics.mean(question.matches(max(each, key=signal).passage) for question, each in found)
        for name, signal in signals.items()
    }


def price_of_refusal(library: Library) -> list[tuple[float, float]]:
    """For each share of inside questions given up, the share of outside ones refused: cross-validated."""
    inside, margins = Labelled.read().inside, library.refusal.entries.held_out
    shares = (0.01, 0.03, 0.05, 0.08, 0.12)
    return [(share, float((margins[~inside] < np.quantile(margins[inside], share)).mean())) for share in shares]


def warm(library: Library, questions: Sequence[Question]) -> float:
    """The 95th percentile, over questions, of asking as a multiple of an embedding call of the same question."""
    embedder, asking, embedding = load_embedder(), list[float](), list[float]()
    for question in [*questions[:10], *questions]:
        embedding.append(_seconds(lambda text=question.text: embedder.question(text)))  # type: ignore[misc]
        asking.append(_seconds(lambda text=question.text: library.ask(text)))  # type: ignore[misc]
    return float(np.percentile(np.divide(asking, embedding)[10:], 95))


class _Scattered(BundledEmbeddings):
    """Random vectors for passages, the real model's name: 20,000 passages in a minute instead of half an hour."""

    def passages(self, texts: Sequence[str]) -> Matrix:
        vectors = np.random.default_rng(len(texts)).normal(size=(len(texts), 384)).astype(np.float32)
        return np.stack([centre(vector[np.newaxis]) for vector in vectors])


def library_of(directory: Path, passages: int) -> Library:
    """A library with the playbook and as many made-up documents as are wanted: its sentences, shuffled."""
    library = Library(LibrarySettings(directory))
    sentences = [part for entry in load_playbook().entries.values() for part in re.split(r"(?<=。)", entry.body)]
    random = np.random.default_rng(0)
    texts = ("".join(random.choice(sentences, 6)) for _ in range(passages - library.lexical.count()))
    sources = (
        Source(f"/made-up/{n}", f"document:{n}", (Passage(f"/made-up/{n}", 0, str(n), "document", "", text),))
        for n, text in enumerate(texts)
    )
    synchronise(library.lexical, sources, lambda id_, digest: False)
    embed_pending(library.lexical, library.vectors, _Scattered())
    return library


def indexing() -> float:
    """Passages a second of indexing, as a multiple of the bare model's on the same passages."""
    sources = list(playbook_sources(load_playbook().entries.values()))
    stripped = [
        replace(each, passages=tuple(replace(p, kind="document", asks=()) for p in each.passages)) for each in sources
    ]
    embedder = load_embedder(threads=indexing_threads())
    texts = [passage.text for source in stripped for passage in source.passages]
    embedder.passages(texts[:8])
    bare, ours = list[float](), list[float]()
    for _ in range(3):
        bare.append(_seconds(lambda: embedder.passages(texts)))
        with tempfile.TemporaryDirectory() as folder:
            lexical = LexicalIndex(Path(folder) / "index.db")
            vectors = VectorIndex(Path(folder) / "chroma", embedder.fingerprint)

            def index(lexical: LexicalIndex = lexical, vectors: VectorIndex = vectors) -> None:
                synchronise(lexical, stripped, lambda id_, digest: True)
                embed_pending(lexical, vectors, embedder)

            ours.append(_seconds(index))
            vectors.close()
            lexical.close()
    return statistics.median(bare) / statistics.median(ours)


def cold(data_dir: Path) -> float:
    """`closure-bot ask` as a new process, as a multiple of importing Chroma and onnxruntime."""
    environment = {**os.environ, "CLOSURE_BOT_DATA_DIR": str(data_dir)}

    def run(*command: str) -> float:
        return _seconds(lambda: subprocess.run(command, env=environment, check=True, capture_output=True))

    bare, ours = list[float](), list[float]()
    for _ in range(6):  # the first of each warms the disk's cache
        bare.append(run(sys.executable, "-c", "import chromadb, onnxruntime"))
        ours.append(run(sys.executable, "-m", "bot", "ask", "停业企业多久回访一次"))
    return statistics.median(ours[1:]) / statistics.median(bare[1:])


def memory(data_dir: Path) -> float:
    """Resident memory of the bot after asking, in MB: the demo's process, its sandbox included."""
    code = (
        "import sys; from bot.settings import Settings; from retrieval.library import Library; import bot.app;"
        "library = Library(Settings.load().library);"
        "[library.ask(line) for line in sys.stdin];"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmRSS')))"
    )
    environment = {**os.environ, "CLOSURE_BOT_DATA_DIR": str(data_dir)}
    asked = "\n".join(question.text for question in read_questions())
    done = subprocess.run(
        [sys.executable, "-c", code], input=asked, env=environment, check=True, capture_output=True, text=True
    )
    return int(done.stdout.split()[1]) / 1000


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Measures, prints, writes."""
    results: dict[str, object] = {}
    questions = read_questions()

    def note(name: str, value: object) -> None:
        results[name] = value
        print(f"{name}: {value}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        library = Library(LibrarySettings(data_dir / "index"))
        note("questions", [sum(bool(q.gold) for q in questions), sum(not q.gold for q in questions)])
        note("answers", {name: round(share, 3) for name, share in answers(library, questions).items()})
        note("rankings", {name: round(share, 3) for name, share in rankings(library, questions).items()})
        note("follow-ups", {name: round(share, 3) for name, share in shares(library).items()})
        note("grounding", grounding_figures())
        if chat := chat_figures(library, questions):
            note("chat model", chat)
        note("price of refusal", [[share, round(refused, 3)] for share, refused in price_of_refusal(library)])
        library.close()
        note("indexing, of the bare model's passages a second", round(indexing(), 2))
        note("cold ask, times the bare imports", round(cold(data_dir), 2))
        note("memory, MB", round(memory(data_dir)))
        for size in (500, 20_000):
            large = library_of(data_dir / str(size), size)
            note(f"warm ask at {size} passages, p95, times an embedding call", round(warm(large, questions), 2))
            large.close()
    note("learning", learning(questions))
    note("phrases", phrase_figures())
    note("cases", ratios())
    note("push", figures())
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
