"""`closure-bot doctor`: what is wrong here, a line each."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from actions.calendar import SHANGHAI
from actions.store import CaseLog
from bot.messages import push as wording
from bot.services import Registers

LATE = timedelta(hours=2)
"""Without a round of pushing, while there is something to be pushed."""


def findings(log: CaseLog, registers: Registers) -> Iterator[str]:
    """Each thing that somebody should look at."""
    for stuck in registers.ledger.stuck():
        name = registers.officers.name(stuck.officer_id)
        yield wording.stuck(name, stuck.occasion, stuck.attempts, stuck.error, stuck.final)
    yield from _orphans(log)
    if any(officer.active for officer in registers.officers.everyone()) and not registers.roster.leads():
        yield wording.NO_LEAD
    yield from _silence(log, registers.now())


def _orphans(log: CaseLog) -> Iterator[str]:
    """Cases of people who are no officers any more."""
    sql = (
        "select name, count(*) as number from cases join officers on telegram_id = officer_id"
        " where active = 0 and status <> 'archived' group by telegram_id order by name"
    )
    yield from (wording.nobody_for(row["name"], row["number"]) for row in log.rows(sql))


def _silence(log: CaseLog, now: datetime) -> Iterator[str]:
    row = log.row("select last_round_at from pushing where exists (select 1 from tasks where status = 'open')")
    if row and now - datetime.fromisoformat(row["last_round_at"]) > LATE:
        since = datetime.fromisoformat(row["last_round_at"]).astimezone(SHANGHAI)
        yield wording.push_late(f"{since:%Y-%m-%d %H:%M}")
