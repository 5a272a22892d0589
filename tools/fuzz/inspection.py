"""Looks at what each update has done: what it changed, recorded and sent, and what went wrong out of sight."""

import json
from collections.abc import Mapping
from typing import Any

from telegram import Update

from actions.calendar import local_day
from playbook.checklist import Kind
from playbook.errors import ClosureBotError
from tools.fuzz.findings import Sort
from tools.fuzz.leaks import Leaks
from tools.fuzz.origins import origin
from tools.fuzz.overheard import Overheard
from tools.fuzz.report import PRESSES, TOLD, Report
from tools.fuzz.rights import Judge
from tools.fuzz.stage import Stage
from tools.fuzz.standing import Standing
from tools.fuzz.watch import Change, Watch

Json = dict[str, Any]
TYPES: Mapping[Kind, tuple[type, ...]] = {
    Kind.choices: (list,),
    Kind.yes_no: (bool,),
    Kind.number: (int, float),
    Kind.money: (int, float),
    Kind.file: (dict,),
}
"""Of answers, as `playbook.checklist` says; all others are texts."""


class Inspection:
    """Of one round. `at` is where the round is, `body` the update that it has come to."""

    def __init__(self, stage: Stage, report: Report, seed: int) -> None:
        self._stage, self._report = stage, report
        self.overheard = Overheard()
        self.at, self.body = (seed, -1), Json()
        self._seen: set[str] = set()
        self._watch = Watch(stage.log)
        questions = stage.at.procedure.checklist.questions
        self._kinds = {id_: question.type for id_, question in questions.items()}
        self.leaks = Leaks(frozenset(id_ for id_, question in questions.items() if question.personal))
        self.leaks.learn([Change("answers", {}, row) for row in self._watch.tables["answers"].values()])

    def of(self, update: Update) -> None:
        """An update that was handled."""
        self.listen()
        who = update.effective_user.id if update.effective_user else None
        changes, events = self._watch.taken()
        self._report.count(events, pressed=update.callback_query is not None)
        for fault, detail in Judge(self._watch.tables, who, self._stage.clock()).faults(changes, events):
            self.add(Sort.RIGHT, f"{fault} by {origin(self.body)}", detail)
        self._look_at_what_was_sent(who, changes)
        self._look_at_answers(changes)
        if update.callback_query and str(update.update_id) not in self._seen:
            self._report.done[PRESSES] += 1
            self._look_for_answer(update.callback_query.id)
        self._seen.add(str(update.update_id))

    def of_letter(self) -> None:
        """Something was pushed: nobody has asked for it."""
        changes, _ = self._watch.taken()
        self._look_at_what_was_sent(None, changes)

    def listen(self) -> None:
        """What went wrong out of sight. An error made for people has told its reader why."""
        for error in self.overheard.taken():
            if isinstance(error, ClosureBotError):
                self._report.done[TOLD] += 1
            elif isinstance(error, BaseException):
                self.raised(error)
            else:
                self.add(Sort.EXCEPTION, f"logged: {error}")

    def catch_up(self) -> None:
        """What was changed by nobody's update is as it should be."""
        changes, _ = self._watch.taken()
        self.leaks.learn(changes)
        self._watch.follow(changes)

    def at_the_end(self) -> None:
        """The log is sound, its record is whole, and no update waits any more."""
        self.body = {}
        try:
            self._stage.log.check()
        except ClosureBotError as error:
            self.add(Sort.DAMAGE, "the log is damaged", str(error))
        if self._stage.log.verify_record().broken_at is not None:
            self.add(Sort.DAMAGE, "the record is broken")
        if pending := self._stage.inbox.pending():
            self.add(Sort.DAMAGE, "updates are left", str([kept.update_id for kept in pending]))

    def add(self, sort: Sort, what: str, detail: str = "") -> None:
        """Notes a finding about the update that was just handled."""
        self._report.findings.add(sort, what, self.at, self.body, detail)

    def raised(self, error: BaseException) -> None:
        """Notes an exception."""
        self._report.findings.raised(error, self.at, self.body)

    def _look_at_what_was_sent(self, who: object, changes: list[Change]) -> None:
        """It was for those whom it reached, as they stood before, or stand now."""
        calls, said = self._stage.api.calls, json.dumps(self.body, ensure_ascii=False)
        standing = Standing(self._watch.tables, local_day(self._stage.clock()))
        self.leaks.learn(changes)
        before = self.leaks.found(calls, said, who, standing)
        self._watch.follow(changes)
        after = self.leaks.found(calls, said, who, standing) if before else []
        for leak, detail in before:
            if (leak, detail) in after:
                self.add(Sort.LEAK, f"{leak} by {origin(self.body)}", detail)

    def _look_at_answers(self, changes: list[Change]) -> None:
        """Each is of its question's type, or was skipped."""
        for change in changes:
            if change.table == "answers" and change.after:
                kind = self._kinds[change.after["question_id"]]
                value = json.loads(change.after["value"])
                if value is not None and type(value) not in TYPES.get(kind, (str,)):
                    self.add(Sort.DAMAGE, f"an answer of another type by {origin(self.body)}", f"{kind}: {value!r}")

    def _look_for_answer(self, query_id: object) -> None:
        answers = [sent for name, sent in self._stage.api.calls if name == "answerCallbackQuery"]
        if not any(sent.get("callback_query_id") == query_id for sent in answers):
            self.add(Sort.SILENCE, origin(self.body))
