"""Questions while the process is killed: each is answered, and no answer comes twice without a reason."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from actions.officers import Role
from bot.render.answers import answer_messages
from bot.sandbox import people
from bot.sandbox.entities import parse_html
from bot.sandbox.model import StoredMessage
from retrieval.asking import numbered, points_back
from retrieval.followups import LONG
from retrieval.library import Library
from retrieval.settings import LibrarySettings
from tests.cast import COLLEAGUE, LEAD, OFFICER
from tools.bench import read_questions
from tools.faults.office import FAILING, Office, Outcome, fresh

ASKERS = ((OFFICER, Role.OFFICER), (COLLEAGUE, Role.OFFICER), (LEAD, Role.LEAD))
WITHIN = 1.5
"""Seconds in which three answers are made and sent."""


def ask(template: Path, place: Path, kills: int, seed: int) -> Outcome:
    """Three officers ask at once, the process is killed, they wait for their answers; again and again."""
    data = fresh(template, place)
    answers = dict(_answers(data, kills * len(ASKERS)))
    return asyncio.run(_ask(Office(data, ASKERS, seed, printed=data / "out"), answers, kills))


async def _ask(office: Office, answers: dict[str, str], kills: int) -> Outcome:
    asked: Counter[str] = Counter()
    questions = (question for _ in range(kills) for question in answers)
    with office.open(**FAILING):
        for _ in range(kills):
            for member, _ in ASKERS:
                question = next(questions)
                people.say(office.world, member.id, question)
                asked[answers[question]] += 1
            await office.kill(WITHIN)
            await office.until(lambda: not asked - Counter(message.text for message in _said(office)))
        office.app.state.faults.clear()
        await office.settled()
        office.look()
    return Outcome(
        acts=asked.total(),
        kills=kills,
        lost=(asked - Counter(message.text for message in _said(office))).total(),
        doubled=_unexplained(office, asked),
        unsound=office.unsound,
    )


def _said(office: Office) -> list[StoredMessage]:
    return [message for member, _ in ASKERS for message in office.said(member.id)]


def _unexplained(office: Office, asked: Counter[str]) -> int:
    """Answers beyond those asked for, less those whose first copies may have been taken for lost."""
    copies: defaultdict[str, list[StoredMessage]] = defaultdict(list)
    for message in _said(office):
        copies[message.text].append(message)
    extra = {text: len(copies[text]) - number for text, number in asked.items()}
    return sum(max(0, number - sum(map(office.explained, copies[text]))) for text, number in extra.items())


def _answers(data: Path, enough: int) -> Iterator[tuple[str, str]]:
    """Questions with answers of one message that no other question has, so that each answer tells what it is for.

    None that would be read in the light of another: who asks what before it hangs on the kills.
    """
    library, known = Library(LibrarySettings(data / "index")), set[str]()
    for question in read_questions():
        if len(question.text) <= LONG or points_back(question.text) or numbered(question.text):
            continue
        parts = answer_messages(library.ask(question.text))
        text = parse_html(parts[0])[0].strip()
        if len(parts) == 1 and text not in known and len(known) < enough:
            known.add(text)
            yield question.text, text
    library.close()
