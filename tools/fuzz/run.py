"""Rounds one after another, until enough updates have gone in."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from retrieval.library import Library
from tools.fuzz.canned_library import CannedLibrary
from tools.fuzz.report import Report
from tools.fuzz.round import Round
from tools.fuzz.stage import staged

ROUND = 5000
"""Updates to one application and one log."""
REAL = 10
"""Every so manieth round asks the real library, where there is one."""
MEMORY = Path("/dev/shm")
"""Where a log takes no time to write, if there is such a place."""
Progress = Callable[[int, float], object]


def run(updates: int, seed: int, *, library: Library | None = None, progress: Progress = lambda *_: None) -> Report:
    """Plays rounds with the seeds `seed`, `seed` + 1 and so on. `library`: a real one, for some of them.

    `progress` is told after each round how many updates are through, and in how many seconds.
    """
    report, canned, started = Report(), CannedLibrary(), time.monotonic()
    for number, done in enumerate(range(0, updates, ROUND)):
        asked = library if library and number % REAL == 0 else canned
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            asyncio.run(_round(Path(folder), asked, seed + number, min(ROUND, updates - done), report))
        progress(min(done + ROUND, updates), time.monotonic() - started)
    return report


async def _round(folder: Path, library: Library, seed: int, count: int, report: Report) -> None:
    async with staged(folder, library) as stage:
        await Round(stage, seed, report).play(count)
