"""Who reads what is pushed, and when: hours, digests, absences with their deputies, the leads."""

from dataclasses import dataclass
from datetime import date, datetime

from actions.ledger import Ledger
from actions.officers import Officer, Officers, Role
from actions.roster_errors import DeputyUnfit, PeriodUpsideDown
from actions.store import CaseLog

HOUR = 9
"""When the day's reminders go out, on the Shanghai clock, unless the officer wants another hour."""


@dataclass(frozen=True, slots=True)
class Absence:
    """An officer is away, both days included; the deputy gets what is pushed."""

    officer_id: int
    from_on: date
    until_on: date
    deputy_id: int

    def covers(self, day: date) -> bool:
        """Whether the officer is away on that day."""
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True, slots=True)
class Wishes:
    """When an officer is pushed to; `digest`: whether with an overview each working day."""

    hour: int
    digest: bool


class Roster:
    """Readers of what is pushed. Reads of one round share what is known of officers: they are few."""

    def __init__(self, log: CaseLog) -> None:
        self._log, self._officers = log, Officers(log)

    def hours(self) -> list[int]:
        """The hours at which anybody is pushed to."""
        return [row["push_hour"] for row in self._log.rows("select distinct push_hour from officers")]

    def leads(self) -> list[int]:
        """Who hears of what is late or cannot be delivered: those who lead. Admins see no case."""
        sql = (
            "select telegram_id from officers where active = 1 and (role = 'lead' or also_leads = 1)"
            " order by name, telegram_id"
        )
        return [row["telegram_id"] for row in self._log.rows(sql)]

    def admins(self) -> list[int]:
        """Who looks after the bot."""
        sql = "select telegram_id from officers where active = 1 and role = 'admin' order by name, telegram_id"
        return [row["telegram_id"] for row in self._log.rows(sql)]

    def reader(self, officer_id: int, day: date) -> int | None:
        """Who reads what is for an officer on a day: they, their deputy, or a lead. None: there is nobody."""
        absence = self.absence(officer_id)
        away = absence is not None and absence.covers(day)
        if self._officers.find(officer_id) and not away:
            return officer_id
        if absence and away and self._here(absence.deputy_id, day):
            return absence.deputy_id
        return next((lead for lead in self.leads() if self._here(lead, day)), next(iter(self.leads()), None))

    def principals(self, officer_id: int, day: date) -> list[int]:
        """Whose tasks an officer reads on a day: their own, unless they are away, and those of whom they are deputy."""
        rows = self._log.rows(
            "select officer_id from absences where deputy_id = ? and from_on <= ? and until_on >= ?"
            " order by officer_id",
            [officer_id, day.isoformat(), day.isoformat()],
        )
        own = [officer_id] if self._here(officer_id, day) else []
        return [*own, *(row["officer_id"] for row in rows)]

    def _here(self, officer_id: int, day: date) -> bool:
        absence = self.absence(officer_id)
        return self._officers.find(officer_id) is not None and not (absence and absence.covers(day))

    # Wishes and absences

    def wishes(self, officer_id: int) -> Wishes:
        """When an officer wants to be pushed to."""
        row = self._log.row("select push_hour, digest from officers where telegram_id = ?", [officer_id])
        return Wishes(row["push_hour"], bool(row["digest"])) if row else Wishes(HOUR, True)

    def wish(self, officer_id: int, *, hour: int | None = None, digest: bool | None = None, now: datetime) -> Wishes:
        """Sets one or both; again changes nothing."""
        before = self.wishes(officer_id)
        wishes = Wishes(before.hour if hour is None else hour, before.digest if digest is None else digest)
        with self._log.transaction() as db:
            if wishes != before:
                values = {"push_hour": wishes.hour, "digest": int(wishes.digest)}
                db.table("officers").update(officer_id, values)
                was = {"push_hour": before.hour, "digest": int(before.digest)}
                self._log.record(now, officer_id, "wish", f"officer:{officer_id}", {"before": was, "after": values})
        return wishes

    def absence(self, officer_id: int) -> Absence | None:
        """When an officer is or will be away."""
        row = self._log.row("select * from absences where officer_id = ?", [officer_id])
        if row is None:
            return None
        from_on, until_on = (date.fromisoformat(row[name]) for name in ("from_on", "until_on"))
        return Absence(officer_id, from_on, until_on, row["deputy_id"])

    def leave(self, absence: Absence, *, now: datetime) -> None:
        """Notes an absence, in place of any other, and tells the deputy. Raises PeriodUpsideDown, DeputyUnfit."""
        self.check_period(absence.from_on, absence.until_on)
        self.check_deputy(absence.deputy_id, absence.officer_id)
        row = {"from_on": absence.from_on.isoformat(), "until_on": absence.until_on.isoformat()}
        row |= {"officer_id": absence.officer_id, "deputy_id": absence.deputy_id}  # type: ignore[dict-item]
        with self._log.transaction() as db:
            db.table("absences").upsert(row, pk="officer_id")
            days = f"{absence.from_on:%Y%m%d}:{absence.until_on:%Y%m%d}"
            Ledger(self._log).put(absence.deputy_id, f"deputy:{absence.officer_id}:{days}", now=now)
            self._log.record(now, absence.officer_id, "leave", f"officer:{absence.officer_id}", {"after": row})

    def check_period(self, from_on: date, until_on: date) -> None:
        """Raises PeriodUpsideDown."""
        if from_on > until_on:
            raise PeriodUpsideDown

    def check_deputy(self, deputy_id: int, officer_id: int) -> None:
        """Raises DeputyUnfit."""
        if deputy_id not in [each.telegram_id for each in self.deputies(officer_id)]:
            raise DeputyUnfit

    def come_back(self, officer_id: int, *, now: datetime) -> bool:
        """Ends an absence; False where there is none."""
        with self._log.transaction() as db:
            before = self._log.row("select * from absences where officer_id = ?", [officer_id])
            if before is None:
                return False
            db.table("absences").delete(officer_id)
            self._log.record(now, officer_id, "return", f"officer:{officer_id}", {"before": before})
            return True

    def deputies(self, officer_id: int) -> list[Officer]:
        """Who may stand in for an officer, or take over a case: not an admin, who may see none."""
        return [
            each
            for each in self._officers.everyone()
            if each.active and each.telegram_id != officer_id and (each.role is not Role.ADMIN or each.leads)
        ]
