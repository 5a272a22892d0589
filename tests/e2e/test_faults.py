"""A tenth of `make faults`: kills, a full disk, a jumping clock lose nothing, double nothing, leave the log sound."""

import sys

import pytest

from tools.faults.__main__ import ACTIVITIES, run_all

SEED = 3


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk, and moves the clock of a process")
def test_a_tenth_of_the_faults_does_no_harm() -> None:
    outcomes = run_all(0.1, SEED)
    assert outcomes.keys() == ACTIVITIES.keys()
    assert {name: (each.lost, each.doubled, each.unsound) for name, each in outcomes.items()} == dict.fromkeys(
        ACTIVITIES, (0, 0, 0)
    )
    assert all(each.acts for each in outcomes.values())
