"""What each command and each button needs: the one table of rights at the door.

A command is known by its name, a button by its verb: `do` and `ask` with what they do. The subject says to which case
an act belongs, or to whom a button. What is not in the table has no handler either: a test holds the two together.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from types import MappingProxyType

from actions.belonging import Belonging
from actions.cases import case_id as read_case_id
from actions.prompts import Prompt, Wanted
from actions.right_errors import NotYourButton, PrivateOnly
from actions.rights import Right, Rights


class Subject(Enum):
    """What the first argument names."""

    NOTHING = auto()
    CASE = auto()
    TASK = auto()
    CONTACT = auto()
    FILE = auto()
    HANDOVER = auto()
    QUESTION = auto()
    PROPOSAL = auto()
    WALK = auto()


@dataclass(frozen=True, slots=True)
class Act:
    """A right, what it is about, and whether it may be done in a group: there no case is ever shown."""

    right: Right
    subject: Subject = Subject.NOTHING
    in_groups: bool = False


_PLAYBOOK = Act(Right.ASK, in_groups=True)
_OWN_QUESTION = Act(Right.ASK, Subject.QUESTION, in_groups=True)
_CASES, _SEE = Act(Right.CASES), Act(Right.SEE, Subject.CASE)
_OFFICERS = Act(Right.OFFICERS)
_OF_PLAYBOOK = Act(Right.PLAYBOOK)
_GAPS = Act(Right.PLAYBOOK)
_WORK_ON_CASE, _WORK_ON_TASK = Act(Right.WORK, Subject.CASE), Act(Right.WORK, Subject.TASK)

COMMANDS: Mapping[str, Act] = MappingProxyType(
    {
        "start": _PLAYBOOK,
        "help": _PLAYBOOK,
        "ask": _PLAYBOOK,
        "reset": _PLAYBOOK,
        "new": _CASES,
        "cases": _CASES,
        "case": _SEE,
        "history": _SEE,
        "due": _CASES,
        "week": _CASES,
        "overdue": _CASES,
        "handover": _WORK_ON_CASE,
        "quiet": _CASES,
        "digest": _CASES,
        "forget": Act(Right.FORGET, Subject.CASE),
        "gaps": _GAPS,
        "officers": _OFFICERS,
        "sources": _OF_PLAYBOOK,
        "jump": _PLAYBOOK,
    }
)
"""Those of a case may come without one: then they say how they are used, or offer one's own."""

BUTTONS: Mapping[str, Act] = MappingProxyType(
    {
        "try": _PLAYBOOK,
        "case": _PLAYBOOK,
        "source": _OWN_QUESTION,
        "page": _OWN_QUESTION,
        "similar": _OWN_QUESTION,
        "rate": _OWN_QUESTION,
        "none": _OWN_QUESTION,
        "again": _OWN_QUESTION,
        "join": Act(Right.CASES, Subject.QUESTION),
        "walk": Act(Right.WORK, Subject.WALK),
        "fill": _WORK_ON_CASE,
        "edit": _WORK_ON_CASE,
        "list": _CASES,
        "find": _CASES,
        "card": _SEE,
        "part": _SEE,
        "file": Act(Right.CONTACT, Subject.FILE),
        "task": Act(Right.SEE, Subject.TASK),
        "do:finish": _WORK_ON_TASK,
        "do:reopen": _WORK_ON_TASK,
        "do:archive": _WORK_ON_CASE,
        "do:restore": _WORK_ON_CASE,
        "do:release": Act(Right.RELEASE, Subject.CASE),
        "do:publish": Act(Right.RELEASE, Subject.CASE),
        "do:forget": Act(Right.FORGET, Subject.CASE),
        "ask:note": _WORK_ON_CASE,
        "ask:task": _WORK_ON_CASE,
        "ask:case_file": _WORK_ON_CASE,
        "ask:evidence": _WORK_ON_TASK,
        "ask:remark": _WORK_ON_TASK,
        "ask:reason": Act(Right.WAIVE, Subject.TASK),
        "ask:date": _WORK_ON_TASK,
        "ask:title": _WORK_ON_TASK,
        "ask:decline": Act(Right.CASES, Subject.HANDOVER),
        "ask:person": _OFFICERS,
        "ask:source": _OF_PLAYBOOK,
        "drop": _PLAYBOOK,
        "agree": Act(Right.CASES, Subject.PROPOSAL),
        "decline": Act(Right.CASES, Subject.PROPOSAL),
        "choose": Act(Right.CASES, Subject.PROPOSAL),
        "visited": _WORK_ON_TASK,
        "tell": Act(Right.WORK, Subject.CONTACT),
        "untell": Act(Right.CASES, Subject.CONTACT),
        "unreached": _WORK_ON_TASK,
        "follow": _WORK_ON_CASE,
        "goon": _WORK_ON_CASE,
        "snooze": _WORK_ON_TASK,
        "due": _CASES,
        "agenda": Act(Right.EVERYBODY),
        "pass": _WORK_ON_CASE,
        "take": Act(Right.CASES, Subject.HANDOVER),
        "deputy": _CASES,
        "hour": _CASES,
        "digest": _CASES,
        "officers": _OFFICERS,
        "person": _OFFICERS,
        "role": _OFFICERS,
        "remove": _OFFICERS,
        "invite": _OFFICERS,
        "sources": _OF_PLAYBOOK,
        "own": _OF_PLAYBOOK,
        "offer": _OF_PLAYBOOK,
        "gaps": _GAPS,
        "gap": _GAPS,
        "mark": _GAPS,
        "aside": _GAPS,
        "takeback": _GAPS,
        "draft": _GAPS,
        "ask:section": _GAPS,
        "ask:answered_by": _GAPS,
    }
)

_WITH_ACT = ("do", "ask")
JOINED = 3
"""Arguments of `join` once a case is chosen."""


def verb(data: str) -> tuple[str, list[str]]:
    """A button's key in the table, and its arguments."""
    first, *rest = data.split(":")
    return (f"{first}:{rest[0]}", rest[1:]) if first in _WITH_ACT and rest else (first, rest)


class Door:
    """Holds people to the table. Each method raises a RightRefused, or CaseUnknown; blocks."""

    def __init__(self, belonging: Belonging, rights: Rights) -> None:
        self._belonging, self._rights = belonging, rights

    def command(self, name: str, argument: str, by: int, *, private: bool, now: datetime) -> None:
        """A command with what stands behind it. One that the bot does not have is nobody's secret."""
        act = COMMANDS.get(name)
        if act is not None:
            subject = read_case_id(argument) if act.subject is Subject.CASE else None
            self._check(act, subject or "", by, chat_id=by if private else 0, now=now)

    def press(self, data: str, by: int, *, chat_id: int, now: datetime) -> None:
        """A button, pressed in that chat. One that is not in the table does nothing anyway."""
        key, arguments = verb(data)
        if key in BUTTONS:
            self._check(BUTTONS[key], arguments[0] if arguments else "", by, chat_id=chat_id, now=now)
        if key == "join" and len(arguments) == JOINED:
            self._rights.need(Right.WORK, by, arguments[-1], now=now)

    def write(self, prompt: Prompt, *, now: datetime) -> None:
        """What a message was wanted for: rights may have gone since it was asked for."""
        key = "snooze" if prompt.wanted is Wanted.SNOOZE else f"ask:{prompt.wanted}"
        self.may(key, prompt.subject, prompt.officer_id, now=now)

    def may(self, key: str, subject: object, by: int, *, now: datetime) -> None:
        """What a message does that a button would do."""
        self._check(BUTTONS[key], str(subject), by, chat_id=by, now=now)

    def _check(self, act: Act, subject: str, by: int, *, chat_id: int, now: datetime) -> None:
        if chat_id != by and not act.in_groups:
            raise PrivateOnly
        case_id = self._case(act.subject, subject, by, chat_id)
        about_none = case_id is None and act.subject in (Subject.CASE, Subject.WALK, Subject.CONTACT)
        self._rights.need(Right.CASES if about_none else act.right, by, case_id, now=now)

    def _case(self, kind: Subject, subject: str, by: int, chat_id: int) -> str | None:
        """The case that an act belongs to, if any; NotYourButton where it is another's."""
        if kind is Subject.NOTHING:
            return None
        if kind is Subject.CASE:
            return subject or None
        if kind is Subject.WALK:
            return self._belonging.case_of_walk(by)
        number = _number(subject)
        if kind in (Subject.TASK, Subject.FILE):
            find = self._belonging.case_of_task if kind is Subject.TASK else self._belonging.case_of_file
            if (case_id := find(number)) is None:
                raise NotYourButton
            return case_id
        owner = self._owner(kind, number, chat_id)
        if owner is not None and owner != by:
            raise NotYourButton
        return self._belonging.case_of_contact(number) if kind is Subject.CONTACT else None

    def _owner(self, kind: Subject, number: int, chat_id: int) -> int | None:
        """Whose button it is; None where it is anybody's, and where there is nothing: the handler says so."""
        if kind is Subject.CONTACT:
            return self._belonging.teller(number)
        if kind is Subject.HANDOVER:
            return self._belonging.receiver(number)
        if kind is Subject.PROPOSAL:
            return self._belonging.proposer(number)
        return self._belonging.asker(number, chat_id)


def _number(subject: str) -> int:
    """A number from a button, as SQLite can hold it; anything else was never in one of ours."""
    if not re.fullmatch(r"\d{1,18}", subject):
        raise NotYourButton
    return int(subject)
