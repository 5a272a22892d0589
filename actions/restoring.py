"""Putting a backup in place of the data that is there."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from actions.backups import FILES, LOG, RELEASED, SOURCES, DataDir, Manifest, prove, workplace
from actions.errors import CaseLogUnavailable
from actions.store import fold_journal


def restore(backup: Path, data: DataDir, *, identity: str | None = None, now: datetime) -> tuple[Manifest, Path | None]:
    """Puts a backup in place of what is there, once it is proven; what was there is moved aside, to where is told."""
    data.root.mkdir(parents=True, exist_ok=True)
    with workplace(data.root) as place:
        manifest = prove(backup, place, identity=identity)
        aside = data.root / f"replaced-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
        aside.mkdir()
        for name in (FILES, RELEASED, SOURCES):
            if (data.root / name).exists():
                (data.root / name).replace(aside / name)
            if (place / name).exists():
                (place / name).replace(data.root / name)
        _replace_log(data.log, place / LOG, aside)
    if any(aside.iterdir()):
        return manifest, aside
    aside.rmdir()
    return manifest, None


def _replace_log(log: Path, new: Path, aside: Path) -> None:
    """The old log stands until the new one takes its name: killed in between, one of the two is there, and whole."""
    if log.exists():
        with suppress(CaseLogUnavailable):
            fold_journal(log)
        for journal in [path for path in log.parent.glob(f"{LOG}-*") if path.is_file()]:  # of a log that is damaged
            journal.replace(aside / journal.name)
        os.link(log, aside / LOG)
    new.replace(log)
