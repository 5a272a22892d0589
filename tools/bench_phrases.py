"""Free words read by grammar alone: the share of phrases of which act, arguments and day are right.

And how many questions to the playbook are taken for an act.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from actions.ahead import read_ahead
from actions.phrases import read_phrase
from actions.proposals import Act, arguments

TESTS = Path(__file__).parent.parent / "tests"
TODAY, DUE_ON = date(2026, 3, 2), date(2026, 3, 4)
"""The day of the phrases, and that on which the tasks that are moved in them are due."""


@dataclass(frozen=True)
class Said:
    """A phrase; `act` is None where it is none. `day` is the one meant.

    `set` is dev or held, which were written before the grammar, none, or later: batches that were each written when all
    before were read, and mended for only then. `first`: whether one of these was right at its first reading.
    """

    text: str
    act: str | None
    wanted: Mapping[str, Any]
    day: date | None
    set: str = "dev"
    first: bool = True


def read_set() -> list[Said]:
    """All phrases."""
    rows = map(json.loads, (TESTS / "actions" / "phrases.jsonl").read_text("utf-8").splitlines())
    return [
        Said(
            row["text"],
            row.get("act"),
            row.get("arguments", {}),
            date.fromisoformat(row["day"]) if row.get("day") else None,
            row["set"],
            row.get("first", True),
        )
        for row in rows
    ]


def right(said: Said) -> bool:
    """Whether a phrase is read as what it says, in every argument."""
    phrase = read_phrase(said.text)
    if phrase is None or said.act is None:
        return phrase is None and said.act is None
    if phrase.arguments != arguments(said.act, said.wanted):
        return False
    if said.day is None:
        return True
    day = next(filter(None, (getattr(phrase.arguments, name, "") for name in ("until", "due_on", "closure_date"))))
    return read_ahead(day, TODAY, DUE_ON if said.act == Act.MOVE else None) == said.day


def taken(text: str) -> bool:
    """Whether a text is taken for an act even where no case has the name in it."""
    phrase = read_phrase(text)
    return phrase is not None and phrase.certain


def questions() -> list[str]:
    """Everything that is asked in the project's own sets."""
    paths = (TESTS / "retrieval" / "questions.jsonl", TESTS.parent / "retrieval" / "calibration.jsonl")
    asked = [json.loads(line)["question"] for path in paths for line in path.read_text("utf-8").splitlines()]
    dialogues = (TESTS / "retrieval" / "dialogues.jsonl").read_text("utf-8").splitlines()
    return [*asked, *(turn for line in dialogues for turn in json.loads(line)["turns"])]


def phrase_figures() -> dict[str, float]:
    """Phrases, the share read right, also at first reading, and of how many questions how many are taken for an act."""
    acts = [said for said in read_set() if said.act]
    later, asked = [said for said in acts if said.set == "later"], questions()
    return {
        "phrases": len(acts),
        "right": round(sum(map(right, acts)) / len(acts), 3),
        "later phrases": len(later),
        "right at first reading": round(sum(said.first for said in later) / len(later), 3),
        "questions": len(asked),
        "questions taken": sum(map(taken, asked)),
    }
