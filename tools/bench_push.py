"""What pushing costs: a round with nothing due on a million tasks, and ten thousand messages by a failing Bot API."""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actions.ledger import Ledger
from actions.officers import Officers
from actions.roster import Roster
from actions.rounds import Rounds
from actions.store import CaseLog
from tools.push_load import run

TASKS, PEOPLE = 1_000_000, 500
OFFICERS, VISITS, KILLS = 500, 19, 3
"""Twenty for each of 500: ten thousand messages."""
ROUNDS = 50
_SEQUENCE = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) "


def figures() -> dict[str, Any]:
    """All of it, by name."""
    with tempfile.TemporaryDirectory() as folder:
        idle = idle_round(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), officers=OFFICERS, visits=VISITS, kills=KILLS)
    return {
        "a round with nothing due over 1,000,000 tasks, ms": round(idle, 2),
        "due": outcome.due,
        "lost": outcome.lost,
        "doubled without a reason": outcome.unexplained,
        "doubled, the answer or the process lost": outcome.explained,
        "most in any second": outcome.fastest_second,
        "most to one chat in any second": outcome.fastest_chat,
        "time by what 30 a second allow": round(outcome.slower, 3),
    }


def idle_round(folder: Path) -> float:
    """Milliseconds, the median: half of the tasks lie ahead, half are late and have been told of."""
    log, now = CaseLog(folder / "case-log.db"), datetime.now(UTC)
    for number in range(PEOPLE):
        Officers(log).add(1000 + number, f"专员{number}", by=None, now=now)
    with log.transaction() as db:
        db.execute("insert into cases (id, company, officer_id, status) values ('CM-2026-0001', '企业', 1000, 'open')")
        db.execute(
            _SEQUENCE + "insert into tasks (case_id, pillar, kind, title, due_on, status, assignee_id, remind_on)"
            " select 'CM-2026-0001', 'policy', 'policy', '任务', iif(i % 2, '2020-01-01', '2040-01-01'), 'open',"
            " 1000 + i % ?, iif(i % 2, '2040-01-01', null) from n",
            [TASKS, PEOPLE],
        )
        db.execute("update officers set digest_on = '2040-01-01', agenda_on = '2040-01-01'")
    rounds, taken = Rounds(log, Ledger(log), Roster(log)), list[float]()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        rounds.plan(now)
        taken.append(1000 * (time.perf_counter() - started))
    log.close()
    return statistics.median(taken)


if __name__ == "__main__":
    for name, value in figures().items():
        print(f"{name}: {value}")
