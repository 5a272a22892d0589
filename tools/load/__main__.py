"""``python -m tools.load``: runs, prints, writes `tools/load.json`."""

import json
from pathlib import Path

import click
import gevent
from locust.runners import Runner

from tools.load import THINKING
from tools.load.chats import Chats
from tools.load.officers import Office
from tools.load.outcome import Outcome, growth, kinds
from tools.load.rig import Rig, rig

RESULTS = Path(__file__).parent.with_suffix(".json")
SAMPLES = 60
"""How often memory is read: in five minutes every five seconds."""


def run(officers: int, minutes: float, thinking: float) -> Outcome:
    """All officers come within one time of thinking."""
    with rig(officers) as under_load:
        chats = Chats(under_load.address)
        reader = gevent.spawn(chats.follow)
        office = Office(chats, iter(under_load.officers), thinking)
        runner = office.create_local_runner()
        runner.start(officers, spawn_rate=officers / thinking)
        memory = _watched(under_load, 60 * minutes)
        runner.quit()
        reader.kill()
        wrong = [*_wrong(runner), *under_load.end()]
    return Outcome(
        officers,
        minutes,
        thinking,
        kinds(office.stats),
        acts={name: entry.num_requests for (name, _), entry in sorted(office.stats.entries.items())},
        megabytes=tuple(map(round, memory)),
        growth=growth(memory),
        wrong=tuple(wrong),
    )


def _watched(under_load: Rig, seconds: float) -> list[float]:
    """The bot's memory over time."""
    megabytes = []
    for _ in range(SAMPLES):
        gevent.sleep(seconds / SAMPLES)
        megabytes.append(under_load.megabytes)
    return megabytes


def _wrong(runner: Runner) -> list[str]:
    """Acts that failed, and officers who did not know what to do."""
    failed = [f"{each.name}, {each.occurrences} times: {each.error}" for each in runner.stats.errors.values()]
    return [*failed, *(f"{each['msg']}, {each['count']} times" for each in runner.exceptions.values())]


@click.command()
@click.option("--officers", default=200, show_default=True)
@click.option("--minutes", default=5.0, show_default=True)
@click.option("--thinking", default=THINKING, show_default=True, help="seconds between acts, on average")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=RESULTS)
def main(officers: int, minutes: float, thinking: float, output: Path) -> None:
    """The bot under load."""
    outcome = run(officers, minutes, thinking).as_dict()
    for name, value in outcome.items():
        print(f"{name}: {value}")
    output.write_text(json.dumps(outcome, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
