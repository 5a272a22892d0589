"""A case log with people, cases and tasks put in as rows, and rounds of pushing at stated moments."""

from datetime import UTC, date, datetime, time

from actions.calendar import SHANGHAI
from actions.cases import Cases
from actions.gates import Gates
from actions.ledger import Ledger
from actions.officers import Officers, Role
from actions.roster import Roster
from actions.rounds import Rounds
from actions.store import CaseLog
from actions.tasks import Tasks
from playbook.procedure import load_procedure
from tests.cast import COLLEAGUE, LEAD, OFFICER

PROCEDURE = load_procedure()
NAMES = {OFFICER.id: "officer", COLLEAGUE.id: "colleague", LEAD.id: "lead"}


def at(day: date | str, hour: int = 9, minute: int = 0) -> datetime:
    """A moment on the Shanghai clock."""
    local = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(local, time(hour, minute), SHANGHAI).astimezone(UTC)


class Desk:
    """An officer, a colleague and a lead over one case log."""

    def __init__(self, log: CaseLog) -> None:
        self.log = log
        for member, role in ((OFFICER, Role.OFFICER), (COLLEAGUE, Role.OFFICER), (LEAD, Role.LEAD)):
            Officers(log).add(member.id, member.name, role, by=None, now=at("2026-11-02"))
        self.cases, self.gates = Cases(log), Gates(log, PROCEDURE)
        self.tasks = Tasks(log, self.cases, self.gates)
        self.ledger, self.roster = Ledger(log), Roster(log)
        self.rounds = Rounds(log, self.ledger, self.roster)
        self._cases = 0

    def case(self, company: str = "绿源", officer: int = OFFICER.id) -> str:
        self._cases += 1
        id_ = f"CM-2026-{self._cases:04d}"
        row = {"id": id_, "company": company, "officer_id": officer, "status": "open", "closure_date": "2026-03-02"}
        with self.log.transaction() as db:
            db.table("cases").insert(row)
        return id_

    def task(self, due_on: str, kind: str = "revisit", officer: int = OFFICER.id, title: str = "回访") -> int:
        row = {"case_id": self.case(officer=officer), "pillar": "relationship", "kind": kind, "title": title}
        row |= {"due_on": due_on, "status": "open", "assignee_id": officer}
        with self.log.transaction() as db:
            return int(db.table("tasks").insert(row).last_pk)  # type: ignore[arg-type]

    def round(self, now: datetime) -> list[str]:
        """What a round puts into the ledger, as «reader occasion» or «reader occasion in carrier»."""
        before = {row["id"] for row in self.log.rows("select id from notifications")}
        self.rounds.plan(now)
        rows = {row["id"]: row for row in self.log.rows("select * from notifications order by id")}
        said = []
        for id_, row in rows.items():
            if id_ not in before:
                within = f" in {rows[row['within']]['occasion']}" if row["within"] else ""
                said.append(f"{NAMES[row['officer_id']]} {row['occasion']}{within}")
        return said

    def send(self, now: datetime) -> None:
        """As if all that is pending were sent."""
        for notification in self.ledger.pending(now):
            assert self.ledger.claim(notification.id, "me", now=now)
            self.ledger.sent(notification.id, notification.id, doubtful=False, now=now)
