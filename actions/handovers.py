"""A case goes to a colleague: asked, then taken or declined. Until it is taken it stays where it is, reminders too."""

from dataclasses import dataclass
from datetime import datetime

from actions.case_errors import ReasonMissing
from actions.cases import Cases
from actions.ledger import Ledger
from actions.officers import Officers
from actions.roster import Roster
from actions.roster_errors import HandoverGone, HandoverPending, NotYourCase
from actions.store import CaseLog, instant


@dataclass(frozen=True, slots=True)
class Handover:
    """A case on its way; `accepted` is None while there is no answer."""

    id: int
    case_id: str
    from_id: int
    to_id: int
    accepted: bool | None
    reason: str


class Handovers:
    """The handovers of the case log."""

    def __init__(self, log: CaseLog, cases: Cases, ledger: Ledger) -> None:
        self._log, self._cases, self._ledger = log, cases, ledger
        self._officers = Officers(log)

    def need(self, id_: int) -> Handover:
        """The handover of that id. HandoverGone."""
        row = self._log.row("select * from handovers where id = ?", [id_])
        if row is None:
            raise HandoverGone
        accepted = None if row["accepted"] is None else bool(row["accepted"])
        return Handover(id_, row["case_id"], row["from_id"], row["to_id"], accepted, row["reason"])

    def ask(self, case_id: str, to_id: int, *, by: int, now: datetime) -> Handover:
        """Offers a case to a colleague; again, to the same one, changes nothing. By its officer, or by a lead."""
        with self._log.transaction() as db:
            case = self._cases.need(case_id)
            self._refuse_others(case_id, case.officer_id, by)
            Roster(self._log).check_deputy(to_id, case.officer_id)
            sql = "select id, to_id from handovers where case_id = ? and answered_at is null"
            if pending := self._log.row(sql, [case_id]):
                if pending["to_id"] != to_id:
                    raise HandoverPending(name=self._officers.name(pending["to_id"]))
                return self.need(pending["id"])
            row = {"case_id": case_id, "from_id": case.officer_id, "to_id": to_id, "asked_at": instant(now)}
            id_ = db.table("handovers").insert(row).last_pk
            assert isinstance(id_, int)
            self._ledger.put(to_id, f"handover:{id_}", case_id=case_id, now=now)
            self._record(case_id, "offer", by, now, {"to": to_id})
            return self.need(id_)

    def accept(self, id_: int, *, by: int, now: datetime) -> Handover:
        """The case with all that is open in it is the colleague's from now on; again changes nothing."""
        with self._log.transaction():
            handover = self._mine(id_, by)
            if handover.accepted is None:
                self._answer(handover, now, accepted=True)
                give(self._log, handover.case_id, by, by=by, now=now)
                self._ledger.put(handover.from_id, f"handover-taken:{id_}", case_id=handover.case_id, now=now)
            return self.need(id_)

    def decline(self, id_: int, reason: str, *, by: int, now: datetime) -> Handover:
        """The case stays where it is, for a reason."""
        with self._log.transaction():
            handover = self._mine(id_, by)
            if not reason.strip():
                raise ReasonMissing
            if handover.accepted is None:
                self._answer(handover, now, accepted=False, reason=reason.strip())
                self._record(handover.case_id, "decline", by, now, {"reason": reason.strip()})
                self._ledger.put(handover.from_id, f"handover-declined:{id_}", case_id=handover.case_id, now=now)
            return self.need(id_)

    def received(self, to_id: int, from_id: int) -> int:
        """How many cases somebody has now that were another's when that one left."""
        sql = (
            "select count(distinct subject) as number from events where verb = 'hand_over'"
            " and json_extract(detail, '$.before') = ? and json_extract(detail, '$.after') = ?"
        )
        return int(self._log.rows(sql, [from_id, to_id])[0]["number"])

    def _mine(self, id_: int, by: int) -> Handover:
        handover = self.need(id_)
        if handover.to_id != by or handover.accepted is False:
            raise HandoverGone
        return handover

    def _answer(self, handover: Handover, now: datetime, *, accepted: bool, reason: str = "") -> None:
        values = {"answered_at": instant(now), "accepted": int(accepted), "reason": reason}
        with self._log.transaction() as db:
            db.table("handovers").update(handover.id, values)

    def _refuse_others(self, case_id: str, officer_id: int, by: int) -> None:
        officer = self._officers.find(by)
        if by != officer_id and (officer is None or not officer.leads):
            raise NotYourCase(case=case_id, name=self._officers.name(officer_id))

    def _record(self, case_id: str, verb: str, by: int, now: datetime, detail: dict[str, object]) -> None:
        self._log.record(now, by, verb, f"case:{case_id}", detail)


def give(log: CaseLog, case_id: str, to_id: int, *, by: int | None, now: datetime) -> None:
    """Makes a case somebody else's, with its open tasks and what is about to be said of them."""
    with log.transaction() as db:
        sql = "select officer_id from cases where id = ?"
        before = log.rows(sql, [case_id])[0]["officer_id"]
        tasks = log.rows(
            "select id from tasks where case_id = ? and status in ('open', 'blocked')",
            [case_id],
        )
        db.execute("update cases set officer_id = ? where id = ?", [to_id, case_id])
        live = "case_id = ? and status in ('open', 'blocked')"
        db.execute(f"update tasks set assignee_id = ? where {live}", [to_id, case_id])
        db.execute("update walks set view = 'ended' where case_id = ? and officer_id = ?", [case_id, before])
        Ledger(log).readdress([row["id"] for row in tasks], to_id)
        log.record(now, by, "hand_over", f"case:{case_id}", {"before": before, "after": to_id})


def give_all(log: CaseLog, officer_id: int, to_id: int, *, by: int | None, now: datetime) -> list[str]:
    """Makes all cases of one who leaves somebody else's, and tasks in other people's cases; returns the cases."""
    with log.transaction() as db:
        kept = "officer_id = ? and (status <> 'archived' or opened_on is not null)"
        ids = [row["id"] for row in log.rows(f"select id from cases where {kept} order by id", [officer_id])]
        for id_ in ids:
            give(log, id_, to_id, by=by, now=now)
        left = "assignee_id = ? and status in ('open', 'blocked')"
        db.execute(f"update tasks set assignee_id = ? where {left}", [to_id, officer_id])
        closed = "answered_at is null and (to_id = ? or from_id = ?)"
        db.execute(
            f"update handovers set answered_at = ?, accepted = 0 where {closed}",
            [instant(now), officer_id, officer_id],
        )
        return ids
