"""Who may do what, worked out from the log's rows as they stood before an update, by what people are there for.

Officers look after their own cases, and those of whom they stand in for. Leads may do everything with every case.
Admins look after people, and see no case unless they lead as well. Whoever is not registered may do nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

Json = dict[str, Any]
Tables = Mapping[str, Mapping[Any, Json]]


class Standing:
    """How people stand to cases on a day."""

    def __init__(self, tables: Tables, day: date) -> None:
        self.tables, self._day = tables, day.isoformat()

    def registered(self, who: object) -> bool:
        """Whether somebody may use the bot at all."""
        return bool(self._officer(who))

    def leads(self, who: object) -> bool:
        """Whether somebody leads."""
        officer = self._officer(who)
        return bool(officer) and (officer["role"] == "lead" or bool(officer["also_leads"]))

    def admin(self, who: object) -> bool:
        """Whether somebody looks after people."""
        officer = self._officer(who)
        return bool(officer) and officer["role"] == "admin"

    def has_cases(self, who: object) -> bool:
        """Whether somebody may have cases, and see those of the team."""
        return self.registered(who) and (not self.admin(who) or self.leads(who))

    def works_on(self, who: object, case_id: object) -> bool:
        """Whether somebody looks after a case: theirs, that of one whom they stand in for, or any for a lead."""
        case = self.tables["cases"].get(case_id)
        if case is None or not self.has_cases(who):
            return False
        return self.leads(who) or case["officer_id"] == who or self._stands_in(who, case["officer_id"])

    def may_know(self, who: object, case_id: object) -> bool:
        """Whether somebody may know the owner of a case; one to whom it is offered gets to see what comes along."""
        return self.works_on(who, case_id) or (self.has_cases(who) and self.offered(who, case_id))

    def case_of(self, task_id: object) -> object:
        """The case of a task."""
        return self.tables["tasks"].get(task_id, {}).get("case_id")

    def offered(self, who: object, case_id: object = None) -> bool:
        """Whether a case, or any, is on its way to somebody."""
        return any(
            each["to_id"] == who and each["answered_at"] is None and case_id in (None, each["case_id"])
            for each in self.tables["handovers"].values()
        )

    def _stands_in(self, who: object, officer: object) -> bool:
        absence = self.tables["absences"].get(officer)
        if absence is None or absence["deputy_id"] != who:
            return False
        return bool(absence["from_on"] <= self._day <= absence["until_on"])

    def _officer(self, who: object) -> Json:
        officer = self.tables["officers"].get(who) if type(who) is int else None
        return officer if officer and officer["active"] else {}
