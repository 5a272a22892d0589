"""Reminders pushed while the process is killed: see `tools.push_load`, which has a Bot API that fails as well."""

from pathlib import Path

from actions.errors import CaseLogUnavailable
from actions.store import prove_log
from tools.faults.office import Outcome
from tools.push_load import run

VISITS = 25
"""Due for each of as many officers as there are kills, and at least four."""


def push(_: Path, place: Path, kills: int, seed: int) -> Outcome:
    """Reminders by a process that is killed at even shares of them."""
    place.mkdir()
    came = run(place, officers=max(4, kills), visits=VISITS, kills=kills, seed=seed)
    try:
        unsound = prove_log(place / "case-log.db").broken_at is not None
    except CaseLogUnavailable:
        unsound = True
    return Outcome(came.due, came.kills, lost=came.lost, doubled=came.unexplained, unsound=unsound)
