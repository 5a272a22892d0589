"""Lessons: a question that is the very one that a source was said to answer is answered by that source.

What was learnt is among a passage's `asks` as well, which helps other questions of the kind; here is only what must
come right whatever the ranking finds. A question counts as the same one where its words and figures are and its meaning
is too. Among 1,919 labelled questions no two of which the playbook answers one and not the other come nearer than a
cosine of .977; what is beyond .98 asks for the same.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from playbook.learned import Learned
from retrieval.embedder import Matrix
from retrieval.normalise import FUNCTION_WORDS, normalise, words

SAME_MEANING = 0.98
"""Cosine of two questions from which on they are one."""
SAME_WORDS = 0.7
"""What they share of their words (Dice), those left out that every question has."""

_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class _Lesson:
    source_id: str
    text: str
    wording: str
    words: frozenset[str]
    figures: frozenset[str]


class Lessons:
    """What was learnt, for one model whose `question` gives a text's vector. Nothing is embedded until it may match."""

    def __init__(self, learned: Learned, question: Callable[[str], Matrix]) -> None:
        self._question = question
        self._lessons = [_lesson(id_, text) for id_, texts in learned.items() for text in texts]
        self._vectors: dict[str, Matrix] = {}

    def source_of(self, question: str, vector: Matrix) -> str | None:
        """The source that was said to answer this very question, which has this vector; None where none was."""
        if not self._lessons:
            return None
        asked = _lesson("", question)
        alike = [(_shared(asked, lesson), lesson) for lesson in self._lessons if lesson.figures == asked.figures]
        for shared, lesson in sorted(alike, key=lambda each: -each[0]):
            if shared < SAME_WORDS:
                return None
            if lesson.wording == asked.wording or float(self._vector(lesson) @ vector) >= SAME_MEANING:
                return lesson.source_id
        return None

    def _vector(self, lesson: _Lesson) -> Matrix:
        if lesson.text not in self._vectors:
            self._vectors[lesson.text] = self._question(lesson.text)
        return self._vectors[lesson.text]


def learnt_asks(own: Iterable[str], learnt: Iterable[str]) -> tuple[str, ...]:
    """The questions that a passage answers: its own, then what was learnt beyond them."""
    return tuple(dict.fromkeys((*own, *learnt)))


def _lesson(source_id: str, text: str) -> _Lesson:
    normalised = normalise(text)
    content = frozenset(word for word in words(normalised) if word not in FUNCTION_WORDS)
    return _Lesson(source_id, text, _MARKS.sub("", normalised), content, frozenset(_FIGURES.findall(normalised)))


def _shared(one: _Lesson, other: _Lesson) -> float:
    if one.wording == other.wording:
        return 2.0
    return 2 * len(one.words & other.words) / max(1, len(one.words) + len(other.words))
