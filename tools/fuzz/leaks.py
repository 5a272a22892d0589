"""Whether what an update had the bot send reached anybody whom it is not for."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from bot import messages
from tools.fuzz.canaries import OF_A_CASE, OWNER
from tools.fuzz.standing import Standing
from tools.fuzz.watch import Change

Json = dict[str, Any]
Call = tuple[str, Json]
Leak = tuple[str, str]
"""In few words, and in more."""
OF_PEOPLE = re.compile(r'"(?:person|role|remove|invite):')
"""Buttons under lists of the staff."""
SEEN = ("text", "caption", "reply_markup")
"""What of a call anybody sees."""


class Leaks:
    """Knows whose names and numbers are whose, from what was answered about them: to `personal` questions."""

    def __init__(self, personal: frozenset[str]) -> None:
        self._personal = personal
        self._cases: defaultdict[str, set[str]] = defaultdict(set)

    def learn(self, changes: Iterable[Change]) -> None:
        """Takes up what has been answered. It stays known: what was deleted must not come up again either."""
        for change in changes:
            if change.table == "answers" and change.after.get("question_id") in self._personal:
                for mark in OWNER.findall(change.after["value"]):
                    self._cases[mark].add(change.after["case_id"])

    def owners_of(self, case_id: str) -> list[str]:
        """The names and numbers of one case."""
        return [mark for mark, cases in self._cases.items() if case_id in cases]

    def found(self, calls: Sequence[Call], said: str, who: object, at: Standing) -> list[Leak]:
        """What reached the wrong chat; what one has said oneself may be said back."""
        found = [self._call(name, sent, said, who, at) for name, sent in calls]
        return [leak for leak in found if leak]

    def _call(self, name: str, sent: Json, said: str, who: object, at: Standing) -> Leak | None:
        text = json.dumps([sent.get(each) for each in SEEN], ensure_ascii=False, default=str)
        chat = who if name == "answerCallbackQuery" else sent.get("chat_id")
        if type(chat) is int and chat > 0 and not at.registered(chat):
            return None if _fit_for_strangers(name, sent, chat) else ("told a stranger", f"{chat}: {sent.get('text')}")
        owners = [mark for mark in OWNER.findall(text) if mark not in said and mark in self._cases]
        of_cases = [mark for mark in OF_A_CASE.findall(text) if mark not in said and _is_of_a_case(mark, at)]
        if type(chat) is not int or chat <= 0:
            return ("told a group of a case", f"{chat}: {owners} {of_cases}") if owners or of_cases else None
        if of_cases and not at.has_cases(chat):
            return "told an admin of a case", f"{chat}: {of_cases}"
        if OF_PEOPLE.search(text) and not at.admin(chat):
            return "told somebody of the staff", f"{chat}: {sent.get('text')}"
        for mark in owners:
            if not any(at.may_know(chat, case) for case in self._cases[mark]):
                return "told a colleague of an owner", f"{chat}: {mark} of {sorted(self._cases[mark])}"
        return None


def _is_of_a_case(mark: str, at: Standing) -> bool:
    """A number that somebody made up is said back to them, written as we write it."""
    return not mark.startswith("CM-") or mark in at.tables["cases"]


def _fit_for_strangers(name: str, sent: Json, chat: int) -> bool:
    allowed = (None, messages.stranger(chat), messages.TOO_FAST, messages.TRY_LATER)
    return sent.get("text") in allowed and name in ("sendMessage", "answerCallbackQuery")
