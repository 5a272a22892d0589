"""Proposals: what an officer was understood to want, a row each, until its button is pressed or it grows old.

What is shown on a card is worked out from the row and the log each time. Confirming does the deed and settles the row
in one transaction, with the rights of whoever presses, so that it is done once, whatever happens.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from actions.calendar import local_day
from actions.carrying_out import CarryingOut, Done
from actions.intake import Turn
from actions.meant import Meaning, Meant
from actions.proposal_errors import ProposalCancelled, ProposalChanged, ProposalDone, ProposalExpired
from actions.proposals import Arguments, OfCase, Snooze, arguments
from actions.rights import Rights
from actions.store import CaseLog, instant

PATIENCE = timedelta(days=1)
"""After that long a card is old: «下周三» was said of another week."""

KEPT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row. `place` counts the acts of one message from 0; `outcome` is None while the card waits."""

    id: int
    officer_id: int
    arguments: Arguments
    said: str
    made_at: datetime
    place: int
    message_id: int | None
    outcome: str | None
    was: date | None
    """The day of the task when the card was shown."""


class Proposals:
    """The proposals of the case log. `by` is who does it: a Telegram id."""

    def __init__(self, log: CaseLog, rights: Rights, meaning: Meaning, carrying_out: CarryingOut) -> None:
        self._log, self._rights, self._meaning, self.carrying_out = log, rights, meaning, carrying_out

    # Rows

    def propose(
        self, wanted: Arguments, said: str, *, by: int, update_id: int, now: datetime, place: int = 0
    ) -> tuple[Proposal, Meant]:
        """A card for what is wanted; the one that is there where this update has been through here before.

        Raises what `Meaning.of` raises, and a RightRefused: then there is no card.
        """
        with self._log.transaction() as db:
            if known := self._first("update_id = ? and place = ?", update_id, place):
                return known, self.meant(known, now)
            meant = self._checked(wanted, by, now)
            row = {
                "officer_id": by,
                "act": wanted.act.value,
                "arguments": _dump(_exact(meant)),
                **_found(meant),
                "said": said,
                "made_at": instant(now),
                "update_id": update_id,
                "place": place,
            }
            id_ = cast(int, db.table("proposals").insert(row).last_pk)
            self._record(now, by, "propose", id_, wanted, meant.case.id if meant.case else None)
            return self.need(id_), meant

    def need(self, id_: int) -> Proposal:
        """The proposal of that id; ProposalExpired where it is cleared away by now."""
        found = self._first("id = ?", id_)
        if found is None:
            raise ProposalExpired
        return found

    def clear(self, now: datetime) -> None:
        """Forgets what nobody can press any more: free words are not kept for their own sake."""
        old = instant(now - KEPT)
        if self._log.row("select 1 from proposals where made_at < ? limit 1", [old]):
            with self._log.transaction() as db:
                gone = db.execute("delete from proposals where made_at < ?", [old]).rowcount
                self._log.record(now, None, "clear", "proposals", {"rows": gone})

    def of_update(self, update_id: int) -> list[Proposal]:
        """What an update has proposed before a crash, in order."""
        rows = self._log.rows("select * from proposals where update_id = ? order by place", [update_id])
        return list(map(_proposal, rows))

    def shown(self, id_: int, message_id: int, *, now: datetime) -> None:
        """Telegram has taken the card."""
        with self._log.transaction() as db:
            db.table("proposals").update(id_, {"message_id": message_id})
            self._log.record(now, None, "show", f"proposal:{id_}", {"message_id": message_id})

    def meant(self, proposal: Proposal, now: datetime) -> Meant:
        """What it means by now; raises what `Meaning.of` raises."""
        return self._meaning.of(proposal.arguments, proposal.officer_id, local_day(now))

    def choose(self, id_: int, choice: str, *, by: int, now: datetime) -> tuple[Proposal, Meant]:
        """One of several that fitted: a case's id, or a task's number."""
        with self._log.transaction() as db:
            proposal = self._waiting(id_, now)
            field = {"case": choice} if choice.startswith("CM-") else {"task": f"#{choice}"}
            meant = self._checked(proposal.arguments.model_copy(update=field), by, now)
            found = _found(meant)
            db.table("proposals").update(id_, {"arguments": _dump(_exact(meant)), **found})
            self._record(now, by, "choose", id_, proposal.arguments, found["case_id"])
            return self.need(id_), meant

    def cancel(self, id_: int, *, by: int, now: datetime) -> Proposal:
        """Not wanted after all; ProposalSettled where its button was pressed before."""
        with self._log.transaction():
            proposal = self._waiting(id_, now, old=True)
            self._settle(proposal, ProposalCancelled.outcome, by, now)
            return proposal

    # Doing

    def confirm(self, id_: int, *, by: int, update_id: int, now: datetime) -> Done:
        """Does it. Raises a ProposalRefused, a RightRefused, or what the deed itself refuses; nothing has changed."""
        with self._log.transaction():
            proposal = self._waiting(id_, now)
            meant = self._checked(proposal.arguments, by, now)
            if meant.open or _day_of(meant) != proposal.was:
                raise ProposalChanged(title=meant.task.title if meant.task else "")
            done = self.carrying_out.do(meant, proposal.said, Turn(by, now, update_id))
            self._settle(proposal, ProposalDone.outcome, by, now)
            return done

    def _checked(self, wanted: Arguments, by: int, now: datetime) -> Meant:
        """What is meant, if they may do that."""
        meant = self._meaning.of(wanted, by, local_day(now))
        if meant.case or not isinstance(wanted, OfCase):
            self._rights.need(wanted.right, by, meant.case.id if meant.case else None, now=now)
        return meant

    def _waiting(self, id_: int, now: datetime, *, old: bool = False) -> Proposal:
        proposal = self.need(id_)
        if proposal.outcome is not None:
            raise ProposalDone if proposal.outcome == ProposalDone.outcome else ProposalCancelled
        if not old and now - proposal.made_at > PATIENCE:
            raise ProposalExpired
        return proposal

    def _settle(self, proposal: Proposal, outcome: str, by: int, now: datetime) -> None:
        with self._log.transaction() as db:
            db.table("proposals").update(proposal.id, {"outcome": outcome, "settled_at": instant(now)})
            self._record(now, by, outcome, proposal.id, proposal.arguments, None)

    def _record(self, now: datetime, by: int, verb: str, id_: int, wanted: Arguments, case_id: str | None) -> None:
        """What was said stands in the row alone."""
        detail = {"act": wanted.act.value} | ({"case": case_id} if case_id else {})
        self._log.record(now, by, verb, f"proposal:{id_}", detail)

    def _first(self, condition: str, *values: int) -> Proposal | None:
        row = self._log.row(f"select * from proposals where {condition}", list(values))
        return _proposal(row) if row else None


def _exact(meant: Meant) -> Arguments:
    """The arguments with what was found out by now: it must not mean something else tomorrow."""
    found: dict[str, str] = {}
    if meant.case:
        found["case"] = meant.case.id
    if meant.task:
        found["task"] = f"#{meant.task.id}"
    if meant.day:
        found["until" if isinstance(meant.arguments, Snooze) else "due_on"] = meant.day.isoformat()
    return meant.arguments.model_copy(update=found)


def _found(meant: Meant) -> dict[str, str | None]:
    was = _day_of(meant)
    return {"case_id": meant.case.id if meant.case else None, "was": was.isoformat() if was else None}


def _day_of(meant: Meant) -> date | None:
    return meant.task.due_on if meant.task else None


def _dump(wanted: Arguments) -> str:
    return json.dumps(wanted.model_dump(), ensure_ascii=False)


def _proposal(row: Mapping[str, Any]) -> Proposal:
    wanted = arguments(row["act"], json.loads(row["arguments"]))
    made_at, was = datetime.fromisoformat(row["made_at"]), date.fromisoformat(row["was"]) if row["was"] else None
    rest = {name: row[name] for name in ("id", "officer_id", "said", "place", "message_id", "outcome")}
    return Proposal(arguments=wanted, made_at=made_at, was=was, **rest)
