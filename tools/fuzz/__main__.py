"""`python -m tools.fuzz [--updates N] [--seed N]`: prints what it found, and writes `tools/fuzz.json`.

A finding names the seed of its round and the number of its update: `--seed SEED --updates NUMBER+1` comes to it again.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import click

from retrieval.library import Library, LibrarySettings
from tools.fuzz.report import Report
from tools.fuzz.run import run

RESULTS = Path(__file__).parent.parent / "fuzz.json"
SHOWN = 1500
"""Characters of an update."""


@click.command(help=__doc__)
@click.option("--updates", default=100_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(updates: int, seed: int) -> None:
    """Exits with 1 where anything was found."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        library = Library(LibrarySettings(Path(folder) / "index"))
        try:
            report = run(updates, seed, library=library, progress=_tell)
        finally:
            library.close()
    figures = report.figures() | {"seed": seed, "seconds": round(time.monotonic() - started)}
    RESULTS.write_text(json.dumps({**figures, "findings": report.findings.rows()}, indent=2) + "\n", "utf-8")
    for name, value in figures.items():
        print(f"{name}: {value}")
    _show(report)
    sys.exit(bool(report.findings.each))


def _tell(done: int, seconds: float) -> None:
    print(f"{done} updates, {done / seconds:.0f} a second", flush=True)


def _show(report: Report) -> None:
    for row in report.findings.rows():
        print(f"\n{row['count']} × {row['sort']}: {row['what']} (seed {row['seed']}, update {row['number']})")
        print(json.dumps(row["update"])[:SHOWN])
        print(row["detail"])


if __name__ == "__main__":
    main()
