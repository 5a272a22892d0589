"""A toy model, a toy refusal and a toy playbook: exact, the same in every process, and done in milliseconds."""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playbook.glossary import Glossary
from playbook.model import Case, Pillar
from retrieval import embedder, library
from retrieval.embedder import Matrix, PassageEmbedder
from retrieval.index import VectorIndex
from retrieval.indexing import embed_pending, synchronise
from retrieval.lexical import LexicalIndex
from retrieval.model import Kind, Passage, Source
from retrieval.refusal import Known, Linear, Refusal
from retrieval.search import Found, Search
from retrieval.sources import digest

SIZE = 256
NOTHING = Glossary({}, {}, frozenset())


class ToyEmbedder(PassageEmbedder):
    """Counts character bigrams: texts that share none are at cosine 0, equal texts at 1. `embedded` counts passages."""

    def __init__(self, name: str = "toy") -> None:
        self.name = name
        self.embedded: Counter[str] = Counter()

    @property
    def fingerprint(self) -> str:
        return self.name

    def passages(self, texts: Sequence[str]) -> Matrix:
        self.embedded.update(texts)
        return np.stack([self.question(text) for text in texts])

    def question(self, text: str) -> Matrix:
        vector = np.zeros(SIZE, np.float32)
        for pair in zip(text, text[1:] or text, strict=False):
            vector[zlib.crc32(f"{self.name} {''.join(pair)}".encode()) % SIZE] += 1
        norm = np.linalg.norm(vector)
        return vector / norm if norm else np.eye(1, SIZE, dtype=np.float32)[0]


class ToyRefusal(Refusal):
    """Refuses where the first passage shares no word with the question."""

    def __init__(self) -> None:
        none = np.zeros((0, SIZE), np.float32)
        never = Linear(np.zeros(0, np.float32), 0.0, 0.0, np.zeros(0, np.float32))
        super().__init__(Known(none, np.zeros(0, bool), none, none, {}, 0.0), never, never)

    def refuses(self, found: Found) -> bool:
        return not found.taught and (not found.candidates or found.candidates[0].lexical <= 0)


def use_toy(patch: pytest.MonkeyPatch) -> ToyEmbedder:
    """Libraries opened from now on use this one toy model, which goes on counting, and the toy refusal."""
    model = ToyEmbedder()

    def load(name: str, threads: int = 1) -> ToyEmbedder:
        return model

    def refusal(*arguments: Any) -> Refusal:
        return ToyRefusal()

    patch.setattr(embedder, "load_embedder", load)
    patch.setattr(library, "load_refusal", refusal)
    return model


class Shelf:
    """Both indexes in one folder, under one toy model: what a Library holds, without a Library."""

    def __init__(self, directory: Path, model: ToyEmbedder | None = None, url: str | None = None) -> None:
        self.model = model or ToyEmbedder()
        self.lexical = LexicalIndex(directory / "index.db")
        self.vectors = VectorIndex(directory / "chroma", self.model.fingerprint, url)
        self.search = Search(self.lexical, self.vectors, self.model, NOTHING)

    def hold(self, sources: Iterable[Source]) -> int:
        """Makes these the sources; returns how many passages were embedded."""
        synchronise(self.lexical, sources, lambda id_, digest: True)
        return embed_pending(self.lexical, self.vectors, self.model)

    def found(self, question: str, kind: str | None = None) -> list[str]:
        """The ids of the sources found, best first."""
        return [candidate.passage.source_id for candidate in self.search.find(question, kind).candidates]

    def close(self) -> None:
        self.vectors.close()
        self.lexical.close()


def source(id_: str, *texts: str, title: str = "标题", kind: Kind = "section", asks: tuple[str, ...] = ()) -> Source:
    """A source with a passage for each text."""
    pillar = "" if kind == "document" else "policy"
    passages = tuple(
        Passage(id_, position, title, kind, pillar, text, asks=asks) for position, text in enumerate(texts)
    )
    return Source(id_, digest(passages), passages)


def many_sources(number: int) -> list[Source]:
    """Sources of a sentence each; every sentence is another one, and names the source's number."""
    return [source(f"s{n}", f"第{n}号企业停业后由招商部门第{n}次回访。") for n in range(number)]


_FRONT = {
    "section": "pillar: policy\napplies_to: []",
    "case": "pillars: [asset]\nyear: 2023\nindustry: 农业\nreason: 总部撤资\nfigures: []\nlesson: 早预警。",
    "law": "pillar: ecology\narticles: 第四十五条\ncaution: 引用前请核对现行有效文本",
}


def write_entry(playbook: Path, id_: str, title: str, body: str, kind: str = "section", asks: str = "") -> Path:
    """One valid file of a playbook."""
    path = playbook / f"{kind}s" / f"{id_}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    front = f"id: {id_}\nkind: {kind}\ntitle: {title}\n{_FRONT[kind]}\nasks: [{asks}]\nrelated: []\nsource: 测试"
    path.write_text(f"---\n{front}\n---\n{body}\n", "utf-8")
    return path


def write_playbook(playbook: Path) -> Path:
    """A playbook of four entries."""
    write_entry(
        playbook,
        "revisit",
        "停业企业回访",
        "停业企业每季度回访一次。\n\n回访由招商部门负责，持续一年。",
        asks="多久回访一次",
    )
    write_entry(playbook, "soil", "土壤修复验收", "土壤修复验收合格后，厂房才可以处置。\n\n修复费用由污染责任人承担。")
    write_entry(
        playbook, "case-farm", "案例：有机农场停业", "一家有机农场因总部撤资停业。农场设备拍卖得款三百万元。", "case"
    )
    write_entry(playbook, "law-soil", "土壤污染责任", "土壤污染责任人承担修复义务。", "law", "土壤污染责任由谁承担")
    return playbook


def past(
    id_: str,
    industry: str | None = None,
    reason: str | None = None,
    pollution: bool | None = None,
    body: str = "一家企业停业。",
) -> Case:
    """A past case with these traits."""
    return Case(
        id=id_,
        kind="case",
        title=f"案例：{id_}",
        pillars=(Pillar.asset,),
        year=2026,
        industry=industry or "文章未写明",
        reason=reason or "文章未写明",
        industries=(industry,) if industry else (),
        reasons=(reason,) if reason else (),
        pollution=pollution,
        figures=(),
        lesson="早预警。",
        asks=(),
        related=(),
        source="测试",
        body=body,
    )
