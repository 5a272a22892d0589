"""What officers do all day, as Locust's users: a task is one act, and which one depends on what the chat shows."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from locust import User, task
from locust.env import Environment

from bot.sandbox.model import Json
from playbook.checklist import Kind, Question
from playbook.procedure import load_procedure
from tools.load.chats import PATIENCE, Chats, buttons, shows, verb
from tools.load.desks import answer

QUESTIONS = Path(__file__).parents[2] / "tests" / "retrieval" / "questions.jsonl"
LOOKS = ("source", "page", "similar", "rate", "none", "case", "list", "card", "part", "task")
"""Buttons that show something; those that begin a dialogue are left alone."""
TYPED = 0.3
"""The share of answers that are typed though there is a button."""


class Office(Environment):
    """What the users share: the chats, who comes next, what is asked, how long one thinks."""

    def __init__(self, chats: Chats, officers: Iterator[int], thinking: float) -> None:
        super().__init__(user_classes=[Asker, Walker], stop_timeout=2 * PATIENCE)
        self.chats, self.officers, self.thinking = chats, officers, thinking
        rows = map(json.loads, QUESTIONS.read_text("utf-8").splitlines())
        # without its mark a question would be an answer where a walk asks for words
        self.questions = [row["question"] for row in rows if row["question"].endswith("？")]
        self.checklist = load_procedure().checklist.questions


class Officer(User):
    """One person in their chat."""

    abstract = True
    environment: Office

    def __init__(self, environment: Office) -> None:
        super().__init__(environment)
        self.id = next(environment.officers)
        self.random = Random(self.id)

    def wait_time(self) -> float:
        """Seconds to think."""
        return self.environment.thinking * self.random.uniform(0.5, 1.5)

    @task(2)
    def ask(self) -> None:
        """A question. The answer is there when its buttons are."""
        self.write("question", "ask", self.random.choice(self.environment.questions), "source", "none")

    def write(self, kind: str, name: str, text: str, *awaited: str) -> None:
        """Writes something, timed until there is a message with one of these buttons."""
        with self.environment.events.request.measure(kind, name):
            self.environment.chats.write(self.id, text, shows(*awaited))

    def press(self, name: str, message: Json, data: str) -> None:
        """Presses something, timed."""
        with self.environment.events.request.measure("press", name):
            self.environment.chats.press(self.id, message, data)


class Asker(Officer):
    """Asks, looks at sources and cases, rates."""

    @task(1)
    def list_cases(self) -> None:
        """One's own cases."""
        self.write("written", "/cases", "/cases", "list")

    @task(4)
    def look(self) -> None:
        """A button of what was shown last."""
        message = self.environment.chats.newest(self.id, *LOOKS)
        if message is None:
            self.list_cases()
            return
        data = self.random.choice([data for data in buttons(message) if verb(data) in LOOKS])
        self.press(verb(data), message, data)


class Walker(Officer):
    """Fills in the checklist, case after case, and now and then asks in the middle of it."""

    @task(18)
    def go_on(self) -> None:
        """The next step of the walk, whatever it is."""
        screen = self.environment.chats.newest(self.id, "walk")
        if screen is None:
            self.write("written", "/new", "/new", "walk")
            return
        ways = {data.split(":")[2]: data for data in buttons(screen)}
        for act in ("save", "go", "ok"):
            if act in ways:
                self.press(act, screen, ways[act])
                return
        self._answer(screen, ways, self._asked(screen))

    def _answer(self, screen: Json, ways: Mapping[str, str], question: Question) -> None:
        """Pressed or typed; of several choices one is ticked."""
        labels, text = buttons(screen), answer(question, self.random)
        choices = [data for data in labels if data.split(":")[2] in ("pick", "yes", "today")]
        if question.type is Kind.choices and any(labels[data].endswith("✓") for data in choices):
            self.press("chosen", screen, ways["chosen"])
        elif text is None:
            self.press("skip", screen, ways["skip"])
        elif choices and self.random.random() >= TYPED:
            self.press("choose", screen, self.random.choice(choices))
        else:
            self.write("written", "answer", text, "walk")

    def _asked(self, screen: Json) -> Question:
        """Its words end a line, perhaps after the item's name."""
        known = self.environment.checklist.values()
        asked = [question for question in known if f"{question.ask}\n" in f"{screen['text']}\n"]
        return max(asked, key=lambda question: len(question.ask))
