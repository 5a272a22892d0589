"""What marking wrong answers does to ranking and refusal: whether it helps, and whether anything else gets worse.

Every wrong answer of the evaluation set is marked with the source that is right; then all questions are asked again,
and rewordings of the marked ones (`tests/retrieval/marked.jsonl`), which nobody has marked. After that each half of the
set is learnt whole, right answers too, and the other half asked: as many lessons as a year may bring.
"""

import json
import re
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from playbook.learned import write_learned
from retrieval.calibration import Labelled
from retrieval.library import Library, LibrarySettings
from retrieval.model import Answer, Passage

MARKED = Path(__file__).parent.parent / "tests" / "retrieval" / "marked.jsonl"
RIGHT = 3


class Asked(Protocol):
    """A question of the evaluation set; without `gold` the playbook has no answer to it."""

    id: str
    text: str
    gold: list[re.Pattern[str]]

    def matches(self, passage: Passage) -> bool:
        """Whether the passage answers."""


@dataclass(frozen=True)
class Reworded:
    """The same in other words."""

    id: str
    text: str
    of: Asked

    @property
    def gold(self) -> list[re.Pattern[str]]:
        """As of the question itself."""
        return self.of.gold

    def matches(self, passage: Passage) -> bool:
        """As the question itself."""
        return self.of.matches(passage)


def worth(asked: Asked | Reworded, answer: Answer) -> int:
    """How good an answer is: 3 where the first citation is right, or it is rightly refused; 0 where wrongly."""
    if not asked.gold:
        return RIGHT if answer.refused else 0
    if answer.refused:
        return 0
    hits = [asked.matches(hit.passage) for hit in answer.citations[:3]]
    return RIGHT if hits[0] else 2 if any(hits) else 1


def figures(questions: Sequence[Asked]) -> dict[str, float]:
    """Shares of what was marked and of what was reworded; counts of what got worse."""
    again = reworded(questions)
    labelled = Labelled.read()
    outside = [text for text, inside in zip(labelled.questions, labelled.inside, strict=True) if not inside]
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        before, before_again, refused = shelf.worth(questions), shelf.worth(again), shelf.refused(outside)
        wrong = [each for each in questions if each.gold and before[each.id] < RIGHT]
        shelf.learn(wrong)
        after, after_again = shelf.worth(questions), shelf.worth(again)
        others = [each.id for each in questions if each not in wrong]
        measured: dict[str, float] = {
            "wrong answers marked": len(wrong),
            "marked right": _share(after[each.id] == RIGHT for each in wrong),
            "reworded right before": _share(each == RIGHT for each in before_again.values()),
            "reworded right": _share(each == RIGHT for each in after_again.values()),
            "others": len(others),
            "others worse": sum(after[id_] < before[id_] for id_ in others),
            "outside": len(outside),
            "outside no longer refused": refused - shelf.refused(outside),
        }
        for half in (0, 1):
            inside = [each for each in questions if each.gold]
            shelf.learn(inside[half::2])
            rest = shelf.worth(inside[1 - half :: 2])
            name = f"half {half + 1} learnt, of the other"
            measured[f"{name}: better"] = sum(now > before[id_] for id_, now in rest.items())
            measured[f"{name}: worse"] = sum(now < before[id_] for id_, now in rest.items())
            measured[f"{name}: outside no longer refused"] = refused - shelf.refused(outside)
        shelf.close()
    return measured


def reworded(questions: Sequence[Asked]) -> list[Reworded]:
    """What stands in the set of rewordings."""
    by_id = {each.id: each for each in questions}
    rows = [json.loads(line) for line in MARKED.read_text("utf-8").splitlines()]
    return [
        Reworded(f"{row['id']}-{n}", text, by_id[row["id"]])
        for row in rows
        for n, text in enumerate(row["paraphrases"])
    ]


def _share(each: Iterable[bool]) -> float:
    return round(statistics.mean(each), 3)


class Shelf:
    """A library of its own that learns."""

    def __init__(self, folder: Path) -> None:
        self._settings = LibrarySettings(folder / "index", learned=folder / "learned.yaml")
        self._library = Library(self._settings)

    def close(self) -> None:
        """Releases the files."""
        self._library.close()

    def learn(self, questions: Iterable[Asked]) -> None:
        """These, each from the best of the sources that are right, and nothing else any more."""
        learned: dict[str, list[str]] = {}
        for each in questions:
            found = self._library.search.find(each.text).candidates
            source = next((one.passage.source_id for one in found if each.matches(one.passage)), None)
            if source:
                learned.setdefault(source, []).append(each.text)
        assert self._settings.learned is not None
        write_learned(self._settings.learned, learned)
        self._library.refresh()

    def worth(self, questions: Iterable[Asked | Reworded]) -> dict[str, int]:
        """What each answer is worth, by the question's id."""
        return {each.id: worth(each, self._library.ask(each.text)) for each in questions}

    def refused(self, questions: Iterable[str]) -> int:
        """How many of them are."""
        return sum(self._library.ask(question).refused for question in questions)
