"""The walk through the checklist: each act is one transaction, and every screen is worked out from rows.

Three things keep answers where they belong. A button carries the step it was shown at, and is old at any other. A typed
answer goes to the question that this officer was shown, and only if nobody has answered it since. An update that is
handled again after a crash finds its number in the walk and changes nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from actions.answers import StoredAnswers
from actions.calendar import local_day
from actions.cases import Cases
from actions.changes import Changes
from actions.checklist import Path, Place, Step, Value
from actions.gates import Gates
from actions.intake_errors import ButtonOld, CaseClosed, NotFinished, NothingTicked, NoWalk, QuestionGone
from actions.model import CaseStatus
from actions.screens import Screen, Screens, toggled
from actions.store import CaseLog
from actions.walks import NOTHING, View, Walk, Walks
from playbook.checklist import REQUIRED_QUESTIONS, Procedure


@dataclass(frozen=True, slots=True)
class Turn:
    """What an officer does: who, when, by which update, and, for a button, at which step it was shown."""

    officer_id: int
    now: datetime
    update_id: int | None = None
    step: int | None = None


class Intake:
    """Walks of all officers. Raises a `WalkRefused`; nothing has changed then."""

    def __init__(self, log: CaseLog, procedure: Procedure, cases: Cases, gates: Gates) -> None:
        self._log, self._procedure, self._cases, self._gates = log, procedure, cases, gates
        self._answers, self._walks = StoredAnswers(log), Walks(log)
        self._screens = Screens(log, procedure, cases, gates)

    # What is there

    def screen(self, officer_id: int) -> Screen | None:
        """What an officer's walk shows now; None where there was never one."""
        walk = self._walks.of(officer_id)
        if walk is None:
            return None
        screen = self._screens.of(walk)
        if walk.view in (View.ASK, View.CONFIRM) and screen.asked is None:  # a colleague's answer took it away
            with self._log.transaction():
                return self._ask(walk, None)
        return screen

    def shown(self, screen: Screen, message_id: int) -> None:
        """Telegram has taken this screen."""
        self._walks.shown(screen.walk.officer_id, screen.walk.step, message_id)

    def answered_by(self, officer_id: int, message_id: int) -> tuple[str, Place] | None:
        """The case and the place that a message of an officer answered."""
        return self._answers.by_message(officer_id, message_id)

    def path(self, case_id: str) -> Path:
        """The path of a case."""
        return self._screens.path(case_id)

    # Beginning and ending

    def begin(self, turn: Turn) -> Screen | None:
        """A new draft, and its first question; None where the officer is in the middle of another draft."""
        with self._log.transaction():
            before = self._walks.of(turn.officer_id)
            if before and before.update_id == turn.update_id is not None:
                return self._screens.of(before)
            if before and before.view is not View.ENDED:
                case = self._cases.need(before.case_id)
                if case.status is CaseStatus.DRAFT:
                    return None
            return self._begin(turn, before)

    def begin_with(self, turn: Turn, said: Mapping[str, Value]) -> Screen:
        """A new draft in which these questions are answered already; any other draft stays as it is."""
        with self._log.transaction():
            before = self._walks.of(turn.officer_id)
            if before and before.update_id == turn.update_id is not None:
                return self._screens.of(before)
            case = self._cases.create_draft(turn.officer_id, now=turn.now)
            for question_id, value in said.items():
                question = self._procedure.checklist.questions[question_id]
                self._answers.put(case.id, question, 0, value, by=turn.officer_id, now=turn.now)
            return self._enter(turn, case.id, before)

    def another(self, turn: Turn) -> Screen:
        """A new draft while there is one; that stays as it is."""
        with self._turn(turn) as walk:
            return self._begin(turn, walk) if walk else self._now(turn)

    def resume(self, turn: Turn, case_id: str) -> Screen:
        """Goes on with a draft, or with what a saved case still leaves open, where it was left."""
        with self._log.transaction():
            before = self._walks.of(turn.officer_id)
            if before and before.update_id == turn.update_id is not None:
                return self._screens.of(before)
            if before and before.case_id == case_id and before.view is not View.ENDED:
                place = before.place if self._screens.path(case_id).at(before.place) else None
                return self._ask(replace(before, update_id=turn.update_id), place)
            return self._enter(turn, case_id, before)

    def edit(self, turn: Turn, case_id: str, place: Place) -> Screen:
        """Asks a question again, of a draft or of a saved case."""
        with self._log.transaction():
            before = self._walks.of(turn.officer_id)
            if before and before.update_id == turn.update_id is not None:
                return self._screens.of(before)
            if self._screens.path(case_id).at(place) is None:
                raise QuestionGone
            return self._enter(turn, case_id, before, place)

    def save(self, turn: Turn) -> Screen:
        """Opens the case with its tasks. Again, it shows the case that is open."""
        with self._turn(turn, View.REVIEW) as walk:
            if walk is None:
                return self._now(turn)
            path = self._screens.path(walk.case_id)
            if path.next:
                raise NotFinished(count=sum(not step.answered for step in path.steps))
            today = local_day(turn.now)
            self._cases.fill(walk.case_id, _columns(path))
            if self._cases.open(walk.case_id, opened_on=today, by=turn.officer_id, now=turn.now):
                self._gates.apply(walk.case_id, drop_worked=False, by=turn.officer_id, now=turn.now)
            return self._put(walk.show(View.ENDED))

    def ask_to_cancel(self, turn: Turn) -> Screen:
        """Asks once whether the draft is to be given up. Leaving the edit of a saved case needs no asking."""
        with self._turn(turn) as walk:
            if walk is None:
                return self._now(turn)
            draft = self._cases.need(walk.case_id).status is CaseStatus.DRAFT
            return self._put(walk.show(View.CANCEL if draft else View.ENDED, walk.place, walk.seen))

    def cancel(self, turn: Turn) -> Screen:
        """Gives the draft up."""
        with self._turn(turn, View.CANCEL) as walk:
            if walk is None:
                return self._now(turn)
            self._cases.give_up(walk.case_id, by=turn.officer_id, now=turn.now)
            return self._put(walk.show(View.ENDED))

    def pause(self, turn: Turn) -> Screen:
        """Stops asking until the officer comes back."""
        with self._turn(turn) as walk:
            return self._put(walk.show(View.PAUSED, walk.place, walk.seen)) if walk else self._now(turn)

    def proceed(self, turn: Turn) -> Screen:
        """Back to asking, from a pause, from the question whether to give up, or from an answer kept as it is."""
        with self._turn(turn) as walk:
            if walk is None:
                return self._now(turn)
            keep = walk.view is View.ASK or self._screens.path(walk.case_id).at(walk.place) is None
            return self._ask(walk, None if keep else walk.place)

    # Answering

    def toggle(self, turn: Turn, number: int) -> Screen:
        """Ticks, or unticks, one choice of a question with several; one that is `alone` unticks the others."""
        with self._turn(turn, View.ASK) as walk:
            screen = self._screens.of(walk) if walk else None
            if walk is None or screen is None or screen.asked is None:
                return self._now(turn)
            question = screen.asked.question
            chosen = toggled(question, screen.ticked, question.choices[number])
            return self._put(walk.show(View.ASK, walk.place, walk.seen, pending=chosen))

    def answer_ticked(self, turn: Turn) -> Screen:
        """Answers with what is ticked; NothingTicked where nothing is."""
        screen = self.screen(turn.officer_id)
        if screen is None or not (chosen := screen.ticked):
            raise NothingTicked
        return self.answer(turn, chosen)

    def answer(self, turn: Turn, value: Value, *, message_id: int | None = None) -> Screen:
        """Answers what is asked, None to skip. A change that changes more than itself is to be confirmed first."""
        with self._turn(turn, View.ASK) as walk:
            if walk is None:
                return self._now(turn)
            path = self._screens.path(walk.case_id)
            asked = path.at(walk.place)
            if asked is None:
                return self._ask(walk, None)
            if _seen(asked) != _list(walk.seen):
                return replace(self._ask(walk, walk.place), swapped=True)
            if asked.answered and asked.value != value and self._screens.changes(walk, value).matter:
                return self._put(walk.show(View.CONFIRM, walk.place, walk.seen, pending=value))
            return self._write(walk, turn, value, message_id)

    def confirm(self, turn: Turn, *, drop_worked: bool = False) -> Screen:
        """Makes the change that was shown. Tasks already worked on go only where `drop_worked`."""
        with self._turn(turn, View.CONFIRM) as walk:
            if walk is None:
                return self._now(turn)
            asked = self._screens.path(walk.case_id).at(walk.place)
            if asked is None or _seen(asked) != _list(walk.seen):
                return replace(self._ask(walk, walk.place), swapped=True)
            return self._write(walk, turn, walk.pending, None, drop_worked=drop_worked, told=True)

    def back(self, turn: Turn) -> Screen:
        """Shows the question before, with its answer; from a change to be confirmed, leaves that."""
        with self._turn(turn) as walk:
            if walk is None:
                return self._now(turn)
            if walk.view is View.CONFIRM:
                return self._ask(walk, None)
            before = self._screens.path(walk.case_id).before(walk.place)
            return self._ask(walk, before.place if before else walk.place)

    # How it is done

    def _begin(self, turn: Turn, before: Walk | None) -> Screen:
        case = self._cases.create_draft(turn.officer_id, now=turn.now)
        return self._enter(turn, case.id, before)

    def _enter(self, turn: Turn, case_id: str, before: Walk | None, place: Place | None = None) -> Screen:
        """A walk at a place, or at the first open question. Steps go on counting, so that old buttons stay old."""
        self._refuse_closed(case_id)
        step = before.step if before else 0
        walk = Walk(turn.officer_id, case_id, View.ASK, self._edition, step, update_id=turn.update_id)
        return self._ask(walk, place)

    def _ask(self, walk: Walk, place: Place | None, news: Changes | None = None) -> Screen:
        """Shows a place, or the first open question; at the end the review of a draft, or the case."""
        walk = replace(walk, edition=self._edition)
        path = self._screens.path(walk.case_id)
        step = path.at(place) or path.next
        if step:
            seen = step.value if step.answered else NOTHING
            return self._put(walk.show(View.ASK, step.place, seen), news)
        draft = self._cases.need(walk.case_id).status is CaseStatus.DRAFT
        return self._put(walk.show(View.REVIEW if draft else View.ENDED), news)

    def _write(
        self,
        walk: Walk,
        turn: Turn,
        value: Value,
        message_id: int | None,
        *,
        drop_worked: bool = False,
        told: bool = False,
    ) -> Screen:
        """Keeps the answer; a saved case gets its columns and tasks anew. `told`: the changes were shown before."""
        assert walk.place is not None
        opened = self._cases.need(walk.case_id).opened_on is not None
        news = self._screens.changes(walk, value) if opened and not told else None
        question = self._procedure.checklist.questions[walk.place.question_id]
        by, now = turn.officer_id, turn.now
        self._answers.put(walk.case_id, question, walk.place.item, value, by=by, now=now, message_id=message_id)
        if opened:
            self._cases.fill(walk.case_id, _columns(self._screens.path(walk.case_id)))
            self._gates.apply(walk.case_id, drop_worked=drop_worked, by=by, now=now)
        return self._ask(walk, None, news)

    def _refuse_closed(self, case_id: str) -> None:
        """A colleague may have given the draft up, or archived the case."""
        if self._cases.need(case_id).status is CaseStatus.ARCHIVED:
            raise CaseClosed(case=case_id)

    @contextmanager
    def _turn(self, turn: Turn, *views: View) -> Iterator[Walk | None]:
        """The officer's walk inside a transaction; None where this very update has been through here before."""
        with self._log.transaction():
            walk = self._walks.of(turn.officer_id)
            if walk is None:
                raise NoWalk
            if turn.update_id is not None and walk.update_id == turn.update_id:
                yield None
                return
            old_step = turn.step is not None and (turn.step != walk.step or walk.edition != self._edition)
            if old_step or walk.view is View.ENDED or (views and walk.view not in views):
                raise ButtonOld
            self._refuse_closed(walk.case_id)
            yield replace(walk, update_id=turn.update_id)

    @property
    def _edition(self) -> str:
        return self._procedure.checklist.digest

    def _now(self, turn: Turn) -> Screen:
        walk = self._walks.of(turn.officer_id)
        assert walk is not None
        return self._screens.of(walk)

    def _put(self, walk: Walk, news: Changes | None = None) -> Screen:
        self._walks.put(walk)
        return self._screens.of(walk, news)


def _seen(step: Step) -> list[Value]:
    """The answer that a step shows, in a form that tells «skipped» from «not answered»."""
    return [step.value] if step.answered else []


def _list(value: Value) -> list[Value]:
    return [] if value is NOTHING else [value]


def _columns(path: Path) -> dict[str, Value]:
    """The case log's columns that answers fill."""
    return {step.question.id: step.value or "" for step in path.steps if step.question.id in REQUIRED_QUESTIONS}
