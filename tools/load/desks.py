"""What officers answer, and what lies on their desks at the beginning: a saved case, and a checklist put aside."""

import math
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import MappingProxyType

from actions.calendar import local_day
from actions.cases import Cases
from actions.gates import Gates
from actions.inputs import read_answer
from actions.intake import Intake, Turn
from actions.officers import Officers
from actions.store import CaseLog
from bot.messages import intake as wording
from bot.sandbox.model import Person
from playbook.checklist import Kind, Question
from playbook.procedure import load_procedure

SKIPPED = 0.2
"""The share of what may be skipped that is."""
PUT_ASIDE = 22
"""At most so many answers are in a checklist that was put aside: about two thirds of it."""
_TYPED = MappingProxyType({"uscc": "91110000600037341L", "phone": "13812342046", "closure_date": wording.BUTTON_TODAY})


def answer(question: Question, random: Random) -> str | None:
    """As a person would put it; None where the question is skipped."""
    if question.type is Kind.file or (not question.required and random.random() < SKIPPED):
        return None
    if question.type is Kind.yes_no:
        return random.choice((wording.YES, wording.NO))
    if question.choices:
        return random.choice(question.choices).text
    number = random.randint(1, 90)
    counted = {Kind.number: str(number), Kind.money: f"{number}万"}
    return _TYPED.get(question.id) or counted.get(question.type) or f"{question.label}{number}"


def fill(path: Path, people: Sequence[Person]) -> None:
    """Registers everybody and gives each their papers. Without overviews: whether there are any depends on the hour."""
    procedure, random, now = load_procedure(), Random(7), datetime.now(UTC)
    with closing(CaseLog(path)) as log:
        intake = Intake(log, procedure, Cases(log), Gates(log, procedure))
        for person in people:
            Officers(log).add(person.id, person.name, by=None, now=now)
            turn = Turn(person.id, now)
            _walk(intake, turn, random, math.inf)
            intake.save(turn)
            _walk(intake, turn, random, random.randint(0, PUT_ASIDE))
            intake.pause(turn)
        with log.transaction() as db:
            db.execute("update officers set digest = 0")


def _walk(intake: Intake, turn: Turn, random: Random, answers: float) -> None:
    """So many answers of a new checklist; to its end where there are fewer."""
    screen = intake.begin(turn)
    while screen and screen.asked and answers > 0:
        text = answer(screen.asked.question, random)
        value = None if text is None else read_answer(screen.asked.question, text, local_day(turn.now))
        screen, answers = intake.answer(turn, value), answers - 1
