"""An indexer in a process of its own, to be killed: ``python -m tests.retrieval.killed_indexer DIRECTORY POINT LOG``.

It comes to POINT, says so and stands still; LOG gets every text as it is embedded.
"""

import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from retrieval.embedder import Matrix
from retrieval.indexing import STEP, embed_pending, synchronise
from retrieval.lexical import LexicalIndex
from retrieval.model import Passage
from tests.retrieval.toy import Shelf, ToyEmbedder, many_sources

SOURCES = many_sources(3 * STEP)
HALTED = 40


def stand_still(at: str, wanted: str) -> None:
    if at == wanted:
        print(at, flush=True)  # noqa: T201
        signal.pause()


class Halting(tuple[Passage, ...]):
    """Passages that stand still after the last, when the source is written and not yet committed."""

    point = ""

    def __iter__(self) -> Iterator[Passage]:
        yield from super().__iter__()
        stand_still("inside a source", self.point)


class Stopping(LexicalIndex):
    """Stands still when Chroma has the vectors of the second step, and this index does not have them yet."""

    def __init__(self, path: Path, point: str) -> None:
        super().__init__(path)
        self.point = point
        self.steps = 0

    def add_vectors(self, model: str, vectors: Sequence[tuple[str, Matrix]]) -> None:
        self.steps += 1
        if self.steps == 2:
            stand_still("between the indexes", self.point)
        super().add_vectors(model, vectors)


class Logging(ToyEmbedder):
    """Writes down what it embeds, and stands still in the second step."""

    def __init__(self, log: Path, point: str) -> None:
        super().__init__()
        self.log = log
        self.point = point

    def passages(self, texts: Sequence[str]) -> Matrix:
        if self.embedded:
            stand_still("embedding", self.point)
        with self.log.open("a", encoding="utf-8") as log:
            log.writelines(f"{text}\n" for text in texts)
        return super().passages(texts)


def main(directory: Path, point: str, log: Path) -> None:
    model = Logging(log, point)
    shelf = Shelf(directory, model)
    lexical = Stopping(directory / "index.db", point)

    def progress(done: int, total: int) -> None:
        if done:
            stand_still("before a step", point)

    Halting.point = point
    sources = list(SOURCES)
    sources[HALTED] = replace(sources[HALTED], passages=Halting(sources[HALTED].passages))
    synchronise(lexical, sources, lambda id_, digest: True)
    embed_pending(lexical, shelf.vectors, model, progress)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
