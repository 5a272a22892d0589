"""Whether what an update did to the log was its sender's right: each row that it changed, and each event."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from actions.calendar import local_day
from actions.store import instant
from tools.fuzz.standing import Standing, Tables
from tools.fuzz.watch import Change, Event

WORK = frozenset(
    {
        "answer", "open", "give_up", "add_task", "withdraw", "restore", "rename", "move", "block", "unblock", "finish",
        "reopen", "note", "file", "archive", "reopen_case", "snooze", "unreached", "offer", "visit", "tell",
    }
)  # fmt: skip
LEADING = frozenset({"waive", "release", "forget"})
GAPS = frozenset({"settle_gap", "reopen_gap"})
PEOPLE = frozenset({"add", "remove", "invite"})
OWN_DAYS = frozenset({"wish", "leave", "return"})
BY_ITSELF = frozenset({"answer", "show", "follow_up", "resume", "set_aside", "show_offer", "lapsed_offer"})
"""What the record has without a name: where an answer stands, a case's status, an update that was given up."""
WANTED_OF_CASES = frozenset({"note", "task", "case_file"})
HANDED = {"cases": {"officer_id"}, "tasks": {"assignee_id"}, "walks": {"view"}}
"""What of a row changes where a case goes to somebody else."""
OWN_WISHES = {"push_hour", "digest"}
KEYS = ("id", "case_id", "officer_id", "telegram_id")

Fault = tuple[str, str]
"""In few words, and in more."""


class Judge:
    """Of one update that `who` has sent at a moment; `tables` are the log's as they stood before."""

    def __init__(self, tables: Tables, who: object, now: datetime) -> None:
        self._at, self._who, self._now = Standing(tables, local_day(now)), who, instant(now)
        self._begun: frozenset[object] = frozenset()
        self._came = False
        self._checks: dict[str, Callable[[Change], bool]] = {
            "cases": self._case,
            "walks": self._walk,
            "prompts": self._prompt,
            "questions": self._question,
            "absences": self._absence,
            "officers": self._officer,
            "invitations": self._invitation,
            "handovers": self._handover,
            "contacts": self._contact,
            "own_sources": self._source,
            "source_offers": self._source,
            "settled_gaps": self._source,
            "drafts": self._source,
            "proposals": self._proposal,
        }

    def faults(self, changes: Sequence[Change], events: Iterable[Event]) -> list[Fault]:
        """What was not the sender's right."""
        self._begun = frozenset(each.row["id"] for each in changes if each.table == "cases" and not each.before)
        self._came = any(self._redeemed(each) for each in changes if each.table == "invitations")
        wrong = [each for each in changes if not self._checks.get(each.table, self._of_case)(each)]
        rows = [(f"changed {each.table}", _told(each)) for each in wrong]
        return rows + [(f"recorded {each.verb}", repr(each)) for each in events if not self._may_do(each)]

    # Events

    def _may_do(self, event: Event) -> bool:
        kind, _, subject = event.subject.partition(":")
        if event.actor_id is None:
            return event.verb in BY_ITSELF and self._at.registered(self._who)
        if event.actor_id != self._who:
            return False
        if event.verb == "refuse":
            return event.subject == f"person:{self._who}"
        if kind == "case":
            return self._may_do_to_case(event.verb, subject)
        if kind in ("source", "offer", "draft") or event.verb in GAPS:
            return self._at.leads(self._who)
        if kind == "proposal":
            return self._at.has_cases(self._who)  # whose it is, its row tells
        if kind == "question":
            return self._at.registered(self._who)  # whose it is, its row tells
        if event.verb in OWN_DAYS:
            return subject == str(self._who) and self._at.has_cases(self._who)
        joined = event.verb == "add" and subject == str(self._who) and self._came
        return event.verb in PEOPLE and (joined or self._at.admin(self._who))

    def _may_do_to_case(self, verb: str, case_id: str) -> bool:
        if verb == "begin":
            return case_id in self._begun and self._at.has_cases(self._who)
        if verb == "hand_over":
            return self._at.admin(self._who) or self._at.offered(self._who, case_id)
        if verb == "decline":
            return self._at.offered(self._who, case_id)
        if verb == "untell":
            return self._at.has_cases(self._who)  # whose telling it was, its row tells
        if verb in LEADING:
            return self._at.leads(self._who)
        return verb in WORK and self._works_on(case_id)

    # Rows

    def _works_on(self, case_id: object) -> bool:
        return self._at.works_on(self._who, case_id) or (case_id in self._begun and self._at.has_cases(self._who))

    def _handed(self, change: Change) -> bool:
        """A case goes to somebody else, by an admin who takes somebody out, or to the one who takes it."""
        only = bool(change.before and change.after) and change.columns <= HANDED.get(change.table, set())
        case_id = change.row.get("case_id") or change.row.get("id")
        return only and (self._at.admin(self._who) or self._at.offered(self._who, case_id))

    def _of_case(self, change: Change) -> bool:
        waived = change.after.get("status") == "waived" and "reason" in str(change.after.get("outcome"))
        if change.table == "tasks" and change.before and "status" in change.columns and waived:
            return self._at.leads(self._who)
        return self._works_on(change.row["case_id"]) or self._handed(change)

    def _case(self, change: Change) -> bool:
        if not change.before:
            return self._at.has_cases(self._who) and change.row["officer_id"] == self._who
        if {"forgotten_at", "released_at"} & change.columns:
            return self._at.leads(self._who)
        return self._works_on(change.row["id"]) or self._handed(change)

    def _walk(self, change: Change) -> bool:
        if change.before and change.after.get("view") == "ended":
            return self._at.registered(self._who)
        own = change.row["officer_id"] == self._who and self._works_on(change.row["case_id"])
        return own or (not change.after and self._at.leads(self._who))

    def _prompt(self, change: Change) -> bool:
        if change.row["officer_id"] != self._who or not self._at.registered(self._who):
            return False
        if not change.after or change.after["verb"] == "done":
            return True
        wanted, subject = change.after["verb"], change.after["subject"].partition("\n")[0]
        if wanted == "person":
            return self._at.admin(self._who)
        if wanted in ("source", "section", "answered_by"):
            return self._at.leads(self._who)
        if wanted == "decline":
            handover = self._at.tables["handovers"].get(int(subject))
            return handover is None or handover["to_id"] == self._who
        case_id = subject if wanted in WANTED_OF_CASES else self._at.case_of(int(subject))
        return self._at.leads(self._who) if wanted == "reason" else self._works_on(case_id)

    def _question(self, change: Change) -> bool:
        return change.row["officer_id"] == self._who and self._at.registered(self._who)

    def _proposal(self, change: Change) -> bool:
        own = change.row["officer_id"] == self._who and self._at.has_cases(self._who)
        return own or (not change.after and self._at.leads(self._who))  # with a case that is forgotten

    def _absence(self, change: Change) -> bool:
        own = change.row["officer_id"] == self._who and self._at.has_cases(self._who)
        return own or (not change.after and self._at.admin(self._who))

    def _officer(self, change: Change) -> bool:
        own = change.row["telegram_id"] == self._who
        if own and change.before and change.columns <= OWN_WISHES:
            return self._at.has_cases(self._who)
        return self._at.admin(self._who) or (own and self._came)

    def _invitation(self, change: Change) -> bool:
        if not change.before:
            return change.row["made_by"] == self._who and self._at.admin(self._who)
        return self._redeemed(change)

    def _redeemed(self, change: Change) -> bool:
        """Whether the sender has used an invitation that was still good."""
        was = change.before
        good = bool(was) and was["used_at"] is None and (was["expires_at"] or self._now) >= self._now
        return good and change.after.get("used_by") == self._who

    def _handover(self, change: Change) -> bool:
        if not change.before:
            return self._works_on(change.row["case_id"])
        answered = change.before["to_id"] == self._who and self._at.has_cases(self._who)
        return answered or self._at.admin(self._who) or self._at.leads(self._who)

    def _source(self, change: Change) -> bool:
        return self._at.leads(self._who)

    def _contact(self, change: Change) -> bool:
        if not change.after:
            own = change.row["officer_id"] == self._who and self._at.has_cases(self._who)
            return own or self._at.leads(self._who)
        return self._works_on(change.row["case_id"])


def _told(change: Change) -> str:
    whose = {name: change.row[name] for name in KEYS if name in change.row}
    return f"{whose}: {', '.join(sorted(change.columns))}"
