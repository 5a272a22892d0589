"""Who may do what: one table, by role and by how somebody stands to a case.

Officers work on their own cases (and on those of whom they are the deputy), and read those of the team with the contact
data hidden. Leads do everything to every case. Admins look after officers and settings, and see no case unless they
lead as well.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from actions.calendar import local_day
from actions.case_errors import CaseUnknown
from actions.officers import Officer, Officers, Role
from actions.right_errors import (
    AdminsOnly,
    ContactHidden,
    LeadsOnly,
    NoCases,
    NotRegistered,
    OthersCase,
    PlaybookOfLeads,
    RightRefused,
)
from actions.roster import Roster
from actions.store import CaseLog


class Right(StrEnum):
    """What somebody may be allowed to do. From `SEE` on it is about one case."""

    ASK = "ask"
    CASES = "cases"
    EVERYBODY = "everybody"
    OFFICERS = "officers"
    PLAYBOOK = "playbook"
    SEE = "see"
    CONTACT = "contact"
    WORK = "work"
    WAIVE = "waive"
    RELEASE = "release"
    FORGET = "forget"


class Relation(StrEnum):
    """How somebody stands to a case. Also: to none, which is what is asked where there is no case in question."""

    NONE = "none"
    OWN = "own"
    TEAM = "team"


ALL_OF_A_CASE = frozenset({Right.SEE, Right.CONTACT, Right.WORK, Right.WAIVE, Right.RELEASE, Right.FORGET})
RIGHTS: Mapping[Role, Mapping[Relation, frozenset[Right]]] = MappingProxyType(
    {
        Role.OFFICER: {
            Relation.NONE: frozenset({Right.ASK, Right.CASES}),
            Relation.OWN: frozenset({Right.SEE, Right.CONTACT, Right.WORK}),
            Relation.TEAM: frozenset({Right.SEE}),
        },
        Role.LEAD: {
            Relation.NONE: frozenset({Right.ASK, Right.CASES, Right.EVERYBODY, Right.PLAYBOOK}),
            Relation.OWN: ALL_OF_A_CASE,
            Relation.TEAM: ALL_OF_A_CASE,
        },
        Role.ADMIN: {
            Relation.NONE: frozenset({Right.ASK, Right.OFFICERS}),
            Relation.OWN: frozenset(),
            Relation.TEAM: frozenset(),
        },
    }
)


class Rights:
    """What people may do, as the case log has it at the moment."""

    def __init__(self, log: CaseLog) -> None:
        self._log, self._officers, self._roster = log, Officers(log), Roster(log)

    def of(self, officer_id: int, case_id: str | None = None, *, now: datetime) -> frozenset[Right]:
        """All that somebody may do: at all, and to a case where one is named. CaseUnknown."""
        officer = self._officers.find(officer_id)
        if officer is None:
            return frozenset()
        relation = self._relation(officer_id, case_id, now) if case_id else Relation.NONE
        roles = [officer.role, *([Role.LEAD] if officer.leads else [])]
        return frozenset().union(*(RIGHTS[role][each] for role in roles for each in (Relation.NONE, relation)))

    def need(self, right: Right, officer_id: int, case_id: str | None = None, *, now: datetime) -> None:
        """Raises a RightRefused where somebody may not; CaseUnknown."""
        if right not in self.of(officer_id, case_id, now=now):
            raise self._refusal(right, self._officers.find(officer_id), case_id)

    def _relation(self, officer_id: int, case_id: str, now: datetime) -> Relation:
        row = self._log.row("select officer_id from cases where id = ?", [case_id])
        if row is None:
            raise CaseUnknown(case=case_id)
        own = row["officer_id"] in (officer_id, *self._roster.principals(officer_id, local_day(now)))
        return Relation.OWN if own else Relation.TEAM

    def _refusal(self, right: Right, officer: Officer | None, case_id: str | None) -> RightRefused:
        if officer is None:
            return NotRegistered()
        if right is Right.OFFICERS:
            return AdminsOnly()
        if right is Right.PLAYBOOK:
            return PlaybookOfLeads()
        if officer.role is Role.ADMIN:
            return NoCases()
        if right in (Right.EVERYBODY, Right.WAIVE, Right.RELEASE, Right.FORGET):
            return LeadsOnly()
        row = self._log.row("select officer_id from cases where id = ?", [case_id]) if case_id else None
        name = self._officers.name(row["officer_id"]) if row else ""
        return ContactHidden(name=name) if right is Right.CONTACT else OthersCase(case=case_id, name=name)
