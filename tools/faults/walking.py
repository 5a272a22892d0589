"""Checklists filled in while something goes wrong: nothing acknowledged is lost, nothing is there twice.

An answer is acknowledged once the bot shows the next question. What an officer answers is made up from the question's
type, half of it typed and half pressed.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from actions.checklist import Place, follow
from actions.inputs import read_answer
from actions.officers import Role
from actions.planning import plan
from bot.messages import intake as wording
from bot.sandbox import people
from bot.sandbox.model import StoredMessage
from bot.services import utc_now
from playbook.checklist import Kind, Question
from playbook.procedure import load_procedure
from tests.cast import OFFICER
from tools.faults.office import FAILING, Office, Outcome, fresh

PROCEDURE = load_procedure()
TYPED: Mapping[str, str] = {"uscc": "91110000600037341L", "phone": "13812342046", "closure_date": "2026-03-01"}
WITHIN = 0.4
"""Seconds in which an answer is taken and the next question shown."""
KEY = "rule, item, occurrence"
"""What a task is known by: see `actions.model.TaskKey`."""
SAVED = 10**9
"""In place of a step: the walk is over."""


Trouble = Callable[[], Coroutine[Any, Any, None]]
"""Something that goes wrong just after an officer has acted."""


def walk(template: Path, place: Path, kills: int, seed: int) -> Outcome:
    """One officer walks from /new to the saved case, as often as it takes to be killed that often on the way."""
    office = Office(fresh(template, place), [(OFFICER, Role.OFFICER)], seed, printed=place / "out")
    filling = Filling(office, lambda: office.kill(WITHIN), kills)
    asyncio.run(filling.fill(**FAILING))
    return filling.outcome()


class Filling:
    """An officer at the checklist, whom `trouble` strikes so many times: once after each act."""

    def __init__(self, office: Office, trouble: Trouble, times: int) -> None:
        self._office, self._trouble, self._left, self._dice = office, trouble, times, office.dice
        self._acknowledged: list[tuple[Place, Any]] = []
        self._saved = 0

    async def fill(self, **failing: float) -> None:
        """Walks until it has been struck often enough, and then to the end of the case."""
        with self._office.open(**failing):
            while self._left:
                await self._walk()
        self._office.look()

    def outcome(self) -> Outcome:
        """What is in the log, by what was acknowledged: every walk answers each place once, in this order."""
        with self._office.log() as log:
            mine = "officer_id = ? order by number"
            cases = [row["id"] for row in log.rows(f"select id from cases where {mine}", [OFFICER.id])]
            stored = [
                (row["case_id"], Place(row["question_id"], row["item"]), json.loads(row["value"]))
                for row in log.rows("select * from answers order by answered_at")
            ]
            tasks = {
                id_: [tuple(row.values()) for row in log.rows(f"select {KEY} from tasks where case_id = ?", [id_])]
                for id_ in cases
            }
        kept = [(place, value) for _, place, value in stored]
        lost = sum(answer not in kept for answer in self._acknowledged)
        doubled = len(cases) - self._saved + len(kept) - len(self._acknowledged)
        for id_ in cases:
            path = follow(PROCEDURE.checklist, {place: value for case, place, value in stored if case == id_})
            wanted = [tuple(task) for task in plan(PROCEDURE, path, utc_now().date())]
            lost += len(set(wanted) - set(tasks[id_])) + (path.next is not None)
            doubled += len(tasks[id_]) - len(wanted)
        kills, unsound = len(self._office.killed), self._office.unsound
        return Outcome(acts=len(self._acknowledged), kills=kills, lost=lost, doubled=doubled, unsound=unsound)

    async def _walk(self) -> None:
        """One case from /new to its card."""
        world = self._office.world
        start = max((message.id for message in world.messages_in(OFFICER.id)), default=0)
        await self._act(lambda: people.say(world, OFFICER.id, "/new"), 0, start)
        item, asset = 0, PROCEDURE.checklist.group_of["asset_name"]
        while (screen := self._screen(start)) and not self._has(screen, "save"):
            question = self._question(screen)
            item += question.id == "asset_name"
            place = Place(question.id, item if PROCEDURE.checklist.group_of[question.id] is asset else 0)
            text = self._answer(question, item)
            value = None if text is None else read_answer(question, text, utc_now().date())
            await self._act(partial(self._say, screen, question, text), self._step(screen), start)
            self._acknowledged.append((place, value))
        await self._act(lambda: self._press(self._screen(start), "save"), SAVED, start)
        self._saved += 1

    async def _act(self, act: Callable[[], object], step: int, start: int) -> None:
        """Acts, is struck, and waits for what comes next."""
        act()
        if self._left:
            self._left -= 1
            await self._trouble()
        else:
            self._office.app.state.faults.clear()
        await self._office.until(lambda: self._has_moved_on(step, start))

    def _has_moved_on(self, step: int, start: int) -> bool:
        """A screen of a later step, or the card of the saved case."""
        if step == SAVED:
            return any("任务：" in message.text for message in self._office.said(OFFICER.id, start))
        screen = self._screen(start)
        return screen is not None and self._step(screen) > step

    # What the officer sees and does

    def _screen(self, start: int) -> StoredMessage | None:
        """The screen of the highest step: a kill may have left an older one with its buttons."""
        screens = [message for message in self._office.said(OFFICER.id, start) if self._carried(message)]
        return max(screens, key=lambda message: (self._step(message), message.id), default=None)

    def _carried(self, message: StoredMessage) -> dict[str, str]:
        """What its buttons of a walk carry, by label."""
        rows = (message.keyboard or {}).get("inline_keyboard", [])
        return {b["text"]: b["callback_data"] for row in rows for b in row if b["callback_data"].startswith("walk:")}

    def _step(self, message: StoredMessage) -> int:
        return int(next(iter(self._carried(message).values())).split(":")[1])

    def _has(self, message: StoredMessage, act: str) -> bool:
        return any(data.split(":")[2] == act for data in self._carried(message).values())

    def _question(self, screen: StoredMessage) -> Question:
        asked = [q for q in PROCEDURE.checklist.questions.values() if f"{q.ask}\n" in f"{screen.text}\n"]
        return max(asked, key=lambda question: len(question.ask))

    def _answer(self, question: Question, item: int) -> str | None:
        """As a person would put it; None where the question is skipped."""
        passed_over = not question.required and question.id not in TYPED and self._dice.random() < 0.2
        if passed_over or question.type is Kind.file:
            return None
        if question.id == "assets_more":
            return wording.YES if item < 2 else wording.NO
        if question.type is Kind.yes_no:
            return self._dice.choice([wording.YES, wording.NO])
        if question.choices:
            return self._dice.choice(question.choices).text
        numbers = {Kind.number: str(self._dice.randint(1, 90)), Kind.money: f"{self._dice.randint(1, 900)}万"}
        return TYPED.get(question.id) or numbers.get(question.type) or f"{question.label}{self._dice.randint(1, 99)}"

    def _say(self, screen: StoredMessage, question: Question, text: str | None) -> None:
        """Presses the button that says so where there is one, half of the time."""
        label = wording.BUTTON_SKIP if text is None else text
        data = self._carried(screen).get(label)
        if data and question.type is not Kind.choices and self._dice.random() < 0.5:
            people.press(self._office.world, OFFICER.id, screen.id, data)
        else:
            people.say(self._office.world, OFFICER.id, label)

    def _press(self, screen: StoredMessage | None, act: str) -> None:
        assert screen is not None
        data = next(data for data in self._carried(screen).values() if data.split(":")[2] == act)
        people.press(self._office.world, OFFICER.id, screen.id, data)
