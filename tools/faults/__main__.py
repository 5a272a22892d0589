"""`make faults`: all of it, seeded; prints a line each, and writes `tools/faults.json` for the README's table."""

import json
import tempfile
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

import click

from tools.faults.asking import ask
from tools.faults.backing_up import back_up
from tools.faults.clock import jump
from tools.faults.disk import fill_up
from tools.faults.indexing import index
from tools.faults.office import Outcome, indexed
from tools.faults.pushing import push
from tools.faults.walking import walk

RESULTS = Path(__file__).parent.parent / "faults.json"
Activity = Callable[[Path, Path, int, int], Outcome]
"""Takes a data directory to copy, an empty place, how many times something goes wrong, a seed."""
ACTIVITIES: Mapping[str, tuple[Activity, int]] = MappingProxyType(
    {
        "asking": (ask, 40),
        "intake": (walk, 80),
        "push": (push, 30),
        "indexing": (index, 25),
        "backup": (back_up, 25),
        "disk full": (fill_up, 40),
        "clock jumps": (jump, 40),
    }
)
"""With the number of times in a full run: two hundred kills, and what is no kill."""


LANES = 4
"""At a time: most of it is waiting, since a chat takes a message a second."""


def run_all(share: float = 1.0, seed: int = 7, only: Collection[str] = ()) -> dict[str, Outcome]:
    """Tries every activity, or some, each as many times as that share of a full run."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(LANES) as lanes:
        template = indexed(Path(folder))
        begun = {
            name: lanes.submit(activity, template, Path(folder) / name.replace(" ", "-"), round(times * share), seed)
            for name, (activity, times) in ACTIVITIES.items()
            if not only or name in only
        }
        for each in as_completed(begun.values()):
            print(next(name for name in begun if begun[name] is each), each.result(), flush=True)
        return {name: each.result() for name, each in begun.items()}


@click.command()
@click.option("--share", default=1.0, show_default=True, help="Of a full run.")
@click.option("--seed", default=7, show_default=True)
@click.option("--only", type=click.Choice(list(ACTIVITIES)), multiple=True)
def main(share: float, seed: int, only: tuple[str, ...]) -> None:
    """Tries every activity under faults; exit code 1 where anything was lost or doubled, or is not sound."""
    outcomes = run_all(share, seed, only)
    if share == 1.0 and not only:
        results = {name: asdict(outcome) for name, outcome in outcomes.items()}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    if any(outcome.lost or outcome.doubled or outcome.unsound for outcome in outcomes.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
