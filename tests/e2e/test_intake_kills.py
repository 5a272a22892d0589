"""A hundred kills while four officers fill in checklists: nothing acknowledged is lost, nothing is there twice.

Each officer has a chat page, a process and a data directory of their own, so that all cores have work. An answer is
acknowledged once the bot shows the next question. What an officer answers is made up from the question's type, half of
it typed and half pressed.
"""

import asyncio
import json
import random
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actions.checklist import Place, follow
from actions.inputs import read_answer
from actions.officers import Officers, Role
from actions.planning import plan
from bot.messages import intake as wording
from bot.sandbox import people
from bot.sandbox.model import StoredMessage
from bot.sandbox.server import Person, create_app, serve
from bot.services import utc_now
from playbook.checklist import Kind, Question
from playbook.procedure import load_procedure
from tests.bot.transport import TOKEN, opened
from tests.cast import OFFICER
from tests.e2e.process import Process

SEEDS = (1, 2, 3, 4)
KILLS = 25
"""For each of the officers."""
PATIENCE = 60.0
"""Seconds for what takes two on an idle machine."""
PROCEDURE = load_procedure()
TYPED: Mapping[str, str] = {"uscc": "91110000600037341L", "phone": "13812342046", "closure_date": "2026-03-01"}


class Filling:
    """One officer at the checklist, with a process that is killed again and again."""

    def __init__(self, data: Path, seed: int) -> None:
        self._data, self._random = data, random.Random(seed)
        self.app = create_app([Person(OFFICER.id, OFFICER.name)], token=TOKEN)
        self.world = self.app.state.world
        self.acknowledged: list[tuple[Place, Any]] = []
        self.kills = self.saved = 0

    async def fill(self) -> None:
        """Walks until the process has been killed often enough, and then to the end of the case."""
        with serve(self.app) as self._address:
            self._process = self._start()
            try:
                while self.kills < KILLS:
                    await self._walk()
            finally:
                self._process.end()

    async def _walk(self) -> None:
        """One case from /new to its card."""
        start = max((message.id for message in self.world.messages_in(OFFICER.id)), default=0)
        await self._act(lambda: people.say(self.world, OFFICER.id, "/new"), 0, start)
        item, asset = 0, PROCEDURE.checklist.group_of["asset_name"]
        while (screen := self._screen(start)) and not self._has(screen, "save"):
            question = self._question(screen)
            item += question.id == "asset_name"
            place = Place(question.id, item if PROCEDURE.checklist.group_of[question.id] is asset else 0)
            text = self._answer(question, item)
            value = None if text is None else read_answer(question, text, utc_now().date())
            await self._act(lambda q=question, t=text, s=screen: self._say(s, q, t), self._step(screen), start)
            self.acknowledged.append((place, value))
        await self._act(lambda: self._press(self._screen(start), "save"), 10**9, start)
        self.saved += 1

    async def _act(self, act: Any, step: int, start: int) -> None:
        """Acts, kills at some moment, and waits for what comes next."""
        act()
        if self.kills < KILLS:
            await asyncio.sleep(self._random.choice([0.0, 0.02, 0.05, 0.1, 0.2, 0.4]) * self._random.random())
            await self._process.send(signal.SIGKILL)
            self.kills += 1
            self._process = self._start()
        await self.world.until(lambda: self._has_moved_on(step, start), PATIENCE)

    def _has_moved_on(self, step: int, start: int) -> bool:
        """A screen of a later step, or the card of the saved case."""
        if step == 10**9:
            return any("任务：" in message.text for message in self._said(start))
        screen = self._screen(start)
        return screen is not None and self._step(screen) > step

    def _start(self) -> Process:
        place = self._data / "out" / str(self.kills)
        token = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": self._address}
        return Process(place, "run", "--data-dir", self._data, **token)

    # What the officer sees and does

    def _said(self, start: int) -> list[StoredMessage]:
        return [m for m in self.world.messages_in(OFFICER.id) if m.id > start and m.sender_id != OFFICER.id]

    def _screen(self, start: int) -> StoredMessage | None:
        """The screen of the highest step: a kill may have left an older one with its buttons."""
        screens = [message for message in self._said(start) if self._carried(message, "walk:")]
        return max(screens, key=lambda message: (self._step(message), message.id), default=None)

    def _carried(self, message: StoredMessage, prefix: str) -> dict[str, str]:
        """What its buttons carry, by label."""
        rows = (message.keyboard or {}).get("inline_keyboard", [])
        return {b["text"]: b["callback_data"] for row in rows for b in row if b["callback_data"].startswith(prefix)}

    def _step(self, message: StoredMessage) -> int:
        return int(next(iter(self._carried(message, "walk:").values())).split(":")[1])

    def _has(self, message: StoredMessage, act: str) -> bool:
        return any(data.split(":")[2] == act for data in self._carried(message, "walk:").values())

    def _question(self, screen: StoredMessage) -> Question:
        asked = [q for q in PROCEDURE.checklist.questions.values() if f"{q.ask}\n" in f"{screen.text}\n"]
        return max(asked, key=lambda question: len(question.ask))

    def _answer(self, question: Question, item: int) -> str | None:
        """As a person would put it; None where the question is skipped."""
        passed_over = not question.required and question.id not in TYPED and self._random.random() < 0.2
        if passed_over or question.type is Kind.file:
            return None
        if question.id == "assets_more":
            return wording.YES if item < 2 else wording.NO
        if question.type is Kind.yes_no:
            return self._random.choice([wording.YES, wording.NO])
        if question.choices:
            return self._random.choice(question.choices).text
        numbers = {Kind.number: str(self._random.randint(1, 90)), Kind.money: f"{self._random.randint(1, 900)}万"}
        return TYPED.get(question.id) or numbers.get(question.type) or f"{question.label}{self._random.randint(1, 99)}"

    def _say(self, screen: StoredMessage, question: Question, text: str | None) -> None:
        """Presses the button that says so where there is one, half of the time."""
        label = wording.BUTTON_SKIP if text is None else text
        data = self._carried(screen, "walk:").get(label)
        if data and question.type is not Kind.choices and self._random.random() < 0.5:
            people.press(self.world, OFFICER.id, screen.id, data)
        else:
            people.say(self.world, OFFICER.id, label)

    def _press(self, screen: StoredMessage | None, act: str) -> None:
        assert screen is not None
        data = next(data for data in self._carried(screen, "walk:").values() if data.split(":")[2] == act)
        people.press(self.world, OFFICER.id, screen.id, data)


def test_a_hundred_kills_lose_nothing_and_double_nothing(data_dir: Path, tmp_path: Path) -> None:
    fillings = []
    for seed in SEEDS:
        data = Path(shutil.copytree(data_dir, tmp_path / str(seed)))
        with opened(data / "case-log.db") as log:
            Officers(log).add(OFFICER.id, OFFICER.name, Role.OFFICER, by=None, now=utc_now())
        fillings.append(Filling(data, seed))

    async def fill_all() -> None:
        await asyncio.gather(*(filling.fill() for filling in fillings))

    asyncio.run(fill_all())
    lost, doubled = 0, 0
    for filling, seed in zip(fillings, SEEDS, strict=True):
        with opened(tmp_path / str(seed) / "case-log.db") as log:
            cases = log.rows("select * from cases order by number")
            doubled += len(cases) - filling.saved
            stored = [
                (row["case_id"], Place(row["question_id"], row["item"]), json.loads(row["value"]))
                for row in log.rows("select * from answers order by answered_at")
            ]
            # Every walk answers each place once, so the answers in their order are those acknowledged in theirs.
            kept = [(place, value) for _, place, value in stored]
            lost += sum(answer not in kept for answer in filling.acknowledged)
            doubled += len(kept) - len(filling.acknowledged)
            for case in cases:
                answers = {place: value for id_, place, value in stored if id_ == case["id"]}
                path = follow(PROCEDURE.checklist, answers)
                assert path.next is None
                tasks = log.rows("select rule, item, occurrence from tasks where case_id = ?", [case["id"]])
                wanted = plan(PROCEDURE, path, utc_now().date())
                assert sorted(map(tuple, (row.values() for row in tasks))) == sorted(map(tuple, wanted))
            assert log.rows("pragma integrity_check") == [{"integrity_check": "ok"}]
    assert sum(filling.kills for filling in fillings) == 100
    assert (lost, doubled) == (0, 0)
