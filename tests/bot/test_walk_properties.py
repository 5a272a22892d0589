"""Ten thousand random acts over the shipped checklist: no dead end, and all that is shown follows from the answers."""

import itertools
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from actions.answers import StoredAnswers
from actions.calendar import local_day
from actions.cases import Cases
from actions.checklist import follow
from actions.gates import Gates
from actions.input_errors import AnswerRefused
from actions.inputs import read_answer
from actions.intake import Intake, Turn
from actions.intake_errors import ButtonOld, NothingTicked
from actions.officers import Officers
from actions.planning import plan
from actions.screens import Screen
from actions.store import CaseLog
from actions.tasks import Tasks
from actions.walks import View
from bot.keyboards.intake import screen_keyboard
from bot.render.intake import screen_text
from bot.render.text import length
from playbook.checklist import Kind, Question
from playbook.procedure import load_procedure
from tests.cast import OFFICER

PROCEDURE = load_procedure()
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
TEXTS: dict[Kind, list[str]] = {
    Kind.text: ["绿源", "甲" * 30, "<b>&"],
    Kind.number: ["0", "12", "三十"],
    Kind.money: ["0", "80", "1.2亿"],
    Kind.date: ["2026-01-31", "明天", "2028-02-29"],
    Kind.phone: ["13812342046"],
    Kind.uscc: ["91110000600037341L"],
}


def values(question: Question) -> st.SearchStrategy[Any]:
    """What may be answered."""
    skipped = [] if question.required else [st.none()]
    if question.type is Kind.yes_no:
        return st.one_of(*skipped, st.booleans())
    if question.type is Kind.choices:
        texts = [choice.text for choice in question.choices if not choice.alone]
        several = st.lists(st.sampled_from(texts), min_size=1, unique=True).map(
            lambda chosen: sorted(chosen, key=texts.index)
        )
        return st.one_of(*skipped, several, *(st.just([choice.text]) for choice in question.choices if choice.alone))
    if question.type is Kind.choice:
        return st.one_of(*skipped, st.sampled_from([choice.text for choice in question.choices]))
    if question.type is Kind.file:
        return st.one_of(st.none(), st.just({"sha256": "0" * 64, "name": "方案.pdf"}))
    typed = st.sampled_from(TEXTS[question.type])
    return st.one_of(*skipped, typed.map(lambda text: read_answer(question, text, local_day(NOW))))


class Walk(RuleBasedStateMachine):
    """One officer who answers, goes back, edits, pauses, cancels half-way and saves."""

    @initialize()
    def begin(self) -> None:
        self.place = tempfile.TemporaryDirectory()
        self.log = CaseLog(Path(self.place.name) / "case-log.db")
        self.now, self.updates = NOW, itertools.count(1)
        Officers(self.log).add(OFFICER.id, OFFICER.name, by=None, now=NOW)
        self.cases, self.gates = Cases(self.log), Gates(self.log, PROCEDURE)
        self.tasks = Tasks(self.log, self.cases, self.gates)
        self.intake = Intake(self.log, PROCEDURE, self.cases, self.gates)
        screen = self.intake.begin(self.turn())
        assert screen is not None
        self.screen: Screen = screen

    def teardown(self) -> None:
        if hasattr(self, "log"):
            self.log.close()
            self.place.cleanup()

    def turn(self, step: int | None = None) -> Turn:
        self.now += timedelta(seconds=1)
        return Turn(OFFICER.id, self.now, next(self.updates), step)

    def sees(self, *views: View) -> bool:
        return self.screen.walk.view in views

    @precondition(lambda self: self.sees(View.ASK))
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        assert self.screen.asked is not None
        self.screen = self.intake.answer(self.turn(), data.draw(values(self.screen.asked.question)))

    @precondition(lambda self: self.sees(View.ASK))
    @rule(data=st.data())
    def answer_several_in_a_row(self, data: st.DataObject) -> None:
        for _ in range(12):
            if self.sees(View.ASK):
                self.answer(data)

    @precondition(lambda self: self.sees(View.ASK))
    @rule(text=st.one_of(st.text(max_size=60), st.sampled_from(["2月31日", "-5", "😀", "甲" * 5000])))
    def write_anything(self, text: str) -> None:
        assert self.screen.asked is not None
        with suppress(AnswerRefused):
            value = read_answer(self.screen.asked.question, text, local_day(self.now))
            self.screen = self.intake.answer(self.turn(), value)

    @precondition(lambda self: self.sees(View.ASK) and self.screen.asked.question.type is Kind.choices)
    @rule(data=st.data())
    def tick(self, data: st.DataObject) -> None:
        assert self.screen.asked is not None
        choices = self.screen.asked.question.choices
        self.screen = self.intake.toggle(self.turn(), data.draw(st.integers(0, len(choices) - 1)))
        if data.draw(st.booleans()):
            try:
                self.screen = self.intake.answer_ticked(self.turn())
            except NothingTicked:
                assert self.screen.walk.pending == []

    @precondition(lambda self: self.sees(View.ASK, View.REVIEW, View.CONFIRM))
    @rule()
    def back(self) -> None:
        self.screen = self.intake.back(self.turn())

    @precondition(lambda self: self.sees(View.ASK, View.REVIEW, View.ENDED))
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        step = data.draw(st.sampled_from(self.screen.path.steps))
        self.screen = self.intake.edit(self.turn(), self.screen.case.id, step.place)
        assert self.screen.asked is not None
        assert self.screen.asked.place == step.place

    @precondition(lambda self: self.sees(View.CONFIRM))
    @rule(drop_worked=st.booleans())
    def confirm(self, drop_worked: bool) -> None:
        self.screen = self.intake.confirm(self.turn(), drop_worked=drop_worked)

    @precondition(lambda self: self.sees(View.ASK, View.REVIEW))
    @rule()
    def pause_and_come_back(self) -> None:
        place = self.screen.walk.place
        paused = self.intake.pause(self.turn())
        assert paused.walk.view is View.PAUSED
        self.screen = self.intake.resume(self.turn(), self.screen.case.id)
        assert self.screen.walk.place == place

    @precondition(lambda self: self.sees(View.ASK, View.REVIEW) and self.screen.case.opened_on is None)
    @rule()
    def nearly_cancel(self) -> None:
        assert self.intake.ask_to_cancel(self.turn()).walk.view is View.CANCEL
        self.screen = self.intake.proceed(self.turn())

    @precondition(lambda self: self.sees(View.ASK))
    @rule()
    def press_an_old_button(self) -> None:
        before = StoredAnswers(self.log).of_case(self.screen.case.id)
        try:
            self.intake.answer(self.turn(step=self.screen.walk.step - 1), None)
        except ButtonOld:
            assert StoredAnswers(self.log).of_case(self.screen.case.id) == before
        else:
            raise AssertionError("an old button was taken")

    @precondition(lambda self: self.sees(View.REVIEW))
    @rule()
    def save(self) -> None:
        self.screen = self.intake.save(self.turn())
        assert self.screen.case.opened_on == local_day(NOW)

    @invariant()
    def what_is_shown_follows_from_the_answers(self) -> None:
        if not hasattr(self, "screen"):
            return
        stored = StoredAnswers(self.log).of_case(self.screen.case.id)
        path = follow(PROCEDURE.checklist, dict(reversed(stored.items())))
        assert path.steps == self.screen.path.steps
        assert self.sees(View.ASK, View.CONFIRM) == (self.screen.asked is not None)
        assert not self.sees(View.REVIEW) or path.next is None
        if not (self.sees(View.ENDED) and self.screen.case.opened_on):
            assert length(screen_text(self.screen)) <= MessageLimit.MAX_TEXT_LENGTH
        keyboard = screen_keyboard(self.screen)
        for row in keyboard.inline_keyboard if keyboard else ():
            for button in row:
                assert len(str(button.callback_data).encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA

    @invariant()
    def tasks_follow_from_the_answers(self) -> None:
        if not hasattr(self, "screen") or self.screen.case.opened_on is None:
            return
        case = self.cases.need(self.screen.case.id)
        assert case.opened_on is not None
        wanted = plan(PROCEDURE, self.intake.path(case.id), case.opened_on)
        tasks = {task.key: task for task in self.tasks.of_case(case.id)}
        assert tasks.keys() == wanted.keys()
        waits = self.tasks.waits(case.id)
        for key, planned in wanted.items():
            task = tasks[key]
            assert (task.title, task.due_on) == (planned.title, planned.due_on)
            assert (task.status == "blocked") == bool(planned.waits or planned.gates) == (task.id in waits)


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
