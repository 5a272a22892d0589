"""Who may use the bot."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from actions.store import CaseLog


class Role(StrEnum):
    """What an officer is: does the work, leads those who do, or looks after the bot."""

    OFFICER = "officer"
    LEAD = "lead"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Officer:
    """A registered person; `active` is False for one who has left."""

    telegram_id: int
    name: str
    role: Role
    active: bool = True
    also_leads: bool = False

    @property
    def leads(self) -> bool:
        """Whether they lead: every lead does, and an admin may as well."""
        return self.role is Role.LEAD or self.also_leads


class Officers:
    """The register of officers. `by` is who changes it: a Telegram id, or None for the command line."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def add(
        self,
        telegram_id: int,
        name: str,
        role: Role = Role.OFFICER,
        *,
        also_leads: bool = False,
        by: int | None,
        now: datetime,
    ) -> Officer:
        """Registers a person. One who is (or was) registered gets the new name and role, and is active again.

        `also_leads` is for admins; for others it is no more than their role.
        """
        officer = Officer(telegram_id, name, role, also_leads=also_leads and role is Role.ADMIN)
        row = {"name": name, "role": role.value, "active": 1, "also_leads": int(officer.also_leads)}
        with self._log.transaction() as db:
            before = self._log.row("select * from officers where telegram_id = ?", [telegram_id]) or {}
            db.table("officers").upsert({"telegram_id": telegram_id, **row}, pk="telegram_id")
            detail = {"before": {key: before[key] for key in row if key in before}, "after": row}
            self._log.record(now, by, "add", _subject(telegram_id), detail)
        return officer

    def find(self, telegram_id: int) -> Officer | None:
        """The officer with this Telegram id, if there is one and they are active."""
        row = self._log.row("select * from officers where telegram_id = ? and active = 1", [telegram_id])
        return _officer(row) if row else None

    def name(self, telegram_id: int | None) -> str:
        """What somebody is called, who has left too; empty for the bot itself."""
        row = self._log.row("select name from officers where telegram_id = ?", [telegram_id])
        return str(row["name"]) if row else ""

    def everyone(self) -> list[Officer]:
        """All who are or were registered, by role and name; those who have left come last."""
        order = "active desc, case role when 'admin' then 0 when 'lead' then 1 else 2 end, name, telegram_id"
        return [_officer(row) for row in self._log.rows(f"select * from officers order by {order}")]


def _officer(row: dict[str, Any]) -> Officer:
    return Officer(row["telegram_id"], row["name"], Role(row["role"]), bool(row["active"]), bool(row["also_leads"]))


def _subject(telegram_id: int) -> str:
    return f"officer:{telegram_id}"
