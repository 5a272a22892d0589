"""Documents indexed by a process that is killed: in the end each is found, whole, and none is there twice."""

import asyncio
import json
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from retrieval.documents import document_id
from retrieval.library import Library
from retrieval.settings import LibrarySettings
from tests.e2e.process import CLOSURE_BOT, Process
from tools.faults.office import Outcome, fresh

SECTIONS = 30
"""Of each document, a passage each: a few seconds of embedding."""
WITHIN = 6.0
PLACES = ("东滩", "陈家镇", "港沿", "堡镇", "庙镇", "绿华", "三星", "新村", "竖新", "向化")
BUILDINGS = ("粮库", "冷库", "泵站", "苗圃", "码头")
"""Fifty names: what each document is about."""


def index(template: Path, place: Path, kills: int, seed: int) -> Outcome:
    """A document more for each kill; `closure-bot index` of all is killed at some moment, again and again.

    `acts` are passages. Lost: one that is not there in the end, a document that is not the first to be cited for what
    it alone says.
    """
    dice, data, folder = random.Random(seed), fresh(template, place / "data"), place / "documents"
    folder.mkdir()
    for number in range(kills):
        (folder / f"{_name(number)}.md").write_text(_document(number), "utf-8")
        process = Process(place / "out", "--data-dir", data, "index", folder)
        time.sleep(WITHIN * dice.random())
        if not process.ended:
            asyncio.run(process.send(signal.SIGKILL))
    _run(data, "index", folder)
    lost, doubled = _counted(data, folder)
    cited = _cited(data, place / "asked.jsonl", kills)
    lost += sum(not title.startswith(_name(number)) for number, title in enumerate(cited))
    return Outcome(acts=kills * SECTIONS, kills=kills, lost=lost, doubled=doubled, unsound=not _sound(data))


def _name(number: int) -> str:
    return PLACES[number % len(PLACES)] + BUILDINGS[number // len(PLACES) % len(BUILDINGS)]


def _document(number: int) -> str:
    rule = f"{_name(number)}第{{part}}排货架的钥匙，停业后由第{{part}}组保管。"
    sections = [f"## 第{part}节\n\n{rule.format(part=part)}" for part in range(1, SECTIONS + 1)]
    return "\n\n".join(sections) + "\n"


def _counted(data: Path, folder: Path) -> tuple[int, int]:
    """Passages that are missing, and passages too many."""
    library = Library(LibrarySettings(data / "index"))
    there = [len(library.source(document_id(path))) for path in folder.iterdir()]
    library.close()
    return sum(max(0, SECTIONS - number) for number in there), sum(max(0, number - SECTIONS) for number in there)


def _cited(data: Path, file: Path, documents: int) -> list[str]:
    """What is cited first for a rule of each document."""
    asked = [{"id": n, "question": f"{_name(n)}第7排货架的钥匙由谁保管？"} for n in range(documents)]
    file.write_text("".join(f"{json.dumps(each)}\n" for each in asked), "utf-8")
    answers = [json.loads(line) for line in _run(data, "ask", "--batch", file).splitlines()]
    return [answer["citations"][0]["title"] for answer in answers]


def _run(data: Path, *arguments: object) -> str:
    command = [CLOSURE_BOT, "--data-dir", data, *arguments]
    return subprocess.run([*map(str, command)], check=True, capture_output=True, text=True).stdout


def _sound(data: Path) -> bool:
    [file] = (data / "index").glob("*.db")
    with closing(sqlite3.connect(file)) as database:
        return database.execute("pragma integrity_check").fetchall() == [("ok",)]
