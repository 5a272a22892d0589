"""Backups and restores killed half-way, while others write to the log: whole, or not there."""

import asyncio
import random
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actions.backup_errors import BackupRefused
from actions.backups import DataDir, prove, write_backup
from actions.cases import Cases
from actions.errors import CaseLogUnavailable
from actions.files import Files
from actions.officers import Officers
from actions.store import CaseLog, prove_log
from bot.services import utc_now
from tests.cast import OFFICER
from tests.e2e.process import Process
from tools.faults.office import Outcome

FILES, KILOBYTES = 24, 400
WITHIN = 2.5
"""Seconds that a backup of this size takes, with the start of its process."""
PAUSE = 0.005
"""Seconds between two writes: an office that is busier than any."""


def back_up(_: Path, place: Path, kills: int, seed: int) -> Outcome:
    """Kills `closure-bot backup` and `closure-bot restore` in turn, and after each looks at what is there.

    Lost: a note that was written and is not in the log, a backup that has its name and cannot be restored. Doubled:
    what a killed process has left and a later one has not cleared away.
    """
    dice, data, whole = random.Random(seed), DataDir(place / "data"), place / "whole.backup"
    _fill(data, dice)
    write_backup(data, whole, now=utc_now())
    acts = lost = unsound = 0
    for number in range(kills):
        target = place / f"{number}.backup"
        if number % 2:
            _killed(place / "out", dice, "--data-dir", data.root, "restore", whole)
        else:
            with _writing(data.log) as written:
                _killed(place / "out", dice, "--data-dir", data.root, "backup", target)
            acts += len(written)
            lost += len(written - _notes(data.log)) + (target.exists() and not _restorable(target))
        unsound += not _sound(data.log)
    write_backup(data, whole, now=utc_now())
    return Outcome(acts, kills, lost, doubled=(data.root / ".unfinished").exists(), unsound=unsound)


def _fill(data: DataDir, dice: random.Random) -> None:
    log, now = CaseLog(data.log), utc_now()
    Officers(log).add(OFFICER.id, OFFICER.name, by=None, now=now)
    case, files = Cases(log).create_draft(OFFICER.id, now=now), Files(log, data.root / "files")
    for _ in range(FILES):
        content = b"%PDF-1.4 " + dice.randbytes(KILOBYTES * 1024)
        files.keep(case.id, content, "方案.pdf", by=OFFICER.id, now=now)
    log.close()


def _killed(place: Path, dice: random.Random, *arguments: object) -> None:
    process = Process(place, *arguments)
    time.sleep(WITHIN * dice.random())
    if not process.ended:
        asyncio.run(process.send(signal.SIGKILL))


@contextmanager
def _writing(path: Path) -> Iterator[set[str]]:
    """Within the block notes are written one after another; the set holds those of which the write has returned."""
    written, over = set[str](), threading.Event()

    def write() -> None:
        log = CaseLog(path)
        cases, case_id = Cases(log), log.rows("select id from cases")[0]["id"]
        while not over.wait(PAUSE):
            text = f"备注 {time.time_ns()}"
            cases.note(case_id, text, by=OFFICER.id, now=utc_now())
            written.add(text)
        log.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written
    finally:
        over.set()
        thread.join()


def _notes(path: Path) -> set[str]:
    log = CaseLog(path)
    texts = {row["text"] for row in log.rows("select text from notes")}
    log.close()
    return texts


def _restorable(backup: Path) -> bool:
    try:
        with tempfile.TemporaryDirectory() as folder:
            prove(backup, Path(folder))
    except BackupRefused:
        return False
    return True


def _sound(path: Path) -> bool:
    try:
        return prove_log(path).broken_at is None
    except CaseLogUnavailable:
        return False
