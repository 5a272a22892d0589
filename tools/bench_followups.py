"""How well follow-ups are understood without a chat model: dialogues, unrelated questions, questions outside.

`dialogues.jsonl` gives turns and, as `questions.jsonl` does, expressions that must all match the first citation of the
last; none where that is to be refused. `dev` is what the rules were made on. `held` was written before they were, and
measured once, at .90; its faults then led to one more rule, so it holds out nothing any more. `fresh` was written after
that, and nothing was changed by what it showed.
"""

import json
import re
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from retrieval.followups import Turn
from retrieval.library import Library
from retrieval.model import Answer

FOLDER = Path(__file__).parent.parent / "tests" / "retrieval"
SETS = ("dev", "held", "fresh")
APART = (1, 37)
"""Places between two questions of the evaluation set: neighbours have little to do with each other, the others nothing.
"""
Row = dict[str, Any]


def shares(library: Library) -> dict[str, float]:
    """By set: first citation right with and without the conversation, questions outside that are refused.

    Then, of unrelated questions, those that the conversation answers otherwise: new questions, and ones outside.
    """
    rows, found = read("dialogues"), dict[str, float]()
    for name in SETS:
        inside = [row for row in rows if row["set"] == name and row["gold"]]
        outside = [row for row in rows if row["set"] == name and not row["gold"]]
        found[f"{name}: first citation right"] = statistics.mean(
            right(row, converse(library, row["turns"])) for row in inside
        )
        found[f"{name}: without the conversation"] = statistics.mean(
            right(row, library.ask(row["turns"][-1])) for row in inside
        )
        found[f"{name}: outside refused"] = statistics.mean(converse(library, row["turns"]).refused for row in outside)
    questions = read("questions")
    asked = [row["question"] for row in questions if row["gold"]]
    pairs = [(asked[at - places], asked[at]) for places in APART for at in range(len(asked))]
    found["unrelated: changed"] = statistics.mean(changed(library, *pair) for pair in pairs)
    refused = [row["question"] for row in questions if not row["gold"]]
    found["outside: changed"] = statistics.mean(
        changed(library, *pair) for pair in zip(asked[: len(refused)], refused, strict=True)
    )
    return found


def read(name: str) -> list[Row]:
    """The rows of a set of questions or dialogues."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


def converse(library: Library, turns: Sequence[str]) -> Answer:
    """What the last of the turns gets, each having been understood from those before it."""
    earlier = list[Turn]()
    for question in turns:
        answer = library.ask(library.understood(question, earlier))
        earlier.append(turn(answer))
    return answer


def turn(answer: Answer) -> Turn:
    """An answer as those that follow see it."""
    return Turn(answer.question, () if answer.refused else tuple(hit.passage.title for hit in answer.citations))


def right(row: Row, answer: Answer) -> bool:
    """Whether the first citation answers."""
    if answer.refused or not answer.citations:
        return False
    passage = answer.citations[0].passage
    return all(re.search(pattern, f"{passage.title}\n{passage.text}") for pattern in row["gold"])


def changed(library: Library, before: str, question: str) -> bool:
    """Whether a question is answered otherwise after another one than by itself: another first citation, or refused."""
    alone, after = library.ask(question), converse(library, [before, question])
    return (alone.refused, _first(alone)) != (after.refused, _first(after))


def _first(answer: Answer) -> str:
    return answer.citations[0].passage.id if answer.citations else ""
