"""An officer leaves: nothing that they looked after is left to nobody."""

from datetime import datetime

from actions.errors import OfficerUnknown
from actions.handovers import give_all
from actions.ledger import Ledger
from actions.officers import Officers
from actions.roster import Roster
from actions.store import CaseLog, instant


def remove_officer(log: CaseLog, telegram_id: int, *, by: int | None, now: datetime) -> int | None:
    """Takes away a person's access, and hands all their cases to the first lead, who is told; returns the lead's id.

    What they did stays under their name. None where there is no lead: their cases stay with them, and are pushed to
    nobody until there is one (`closure-bot doctor` says so). OfficerUnknown where there is nobody of that id.
    """
    with log.transaction() as db:
        if Officers(log).find(telegram_id) is None:
            raise OfficerUnknown(telegram_id=telegram_id)
        db.table("officers").update(telegram_id, {"active": 0})
        db.execute("delete from absences where officer_id = ? or deputy_id = ?", [telegram_id, telegram_id])
        detail = {"before": {"active": 1}, "after": {"active": 0}}
        log.record(now, by, "remove", f"officer:{telegram_id}", detail)
        return hand_to_lead(log, telegram_id, by=by, now=now)


def hand_to_lead(log: CaseLog, telegram_id: int, *, by: int | None, now: datetime) -> int | None:
    """Hands all that somebody looked after to the first lead, who is told; returns the lead's id, None without one."""
    with log.transaction():
        lead = next(iter(Roster(log).leads()), None)
        if lead is not None and give_all(log, telegram_id, lead, by=by, now=now):
            Ledger(log).put(lead, f"left:{telegram_id}:{instant(now)}", now=now)
        return lead
