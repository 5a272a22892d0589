"""How well it answers, measured on 220 questions in officers' words with the bundled model: floors, not wishes.

`questions.jsonl` gives each question regular expressions that must all match the title and text of one citation; none
where the playbook has no answer.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import opencc
import pytest

from retrieval.library import Library
from retrieval.model import Answer, Hit

FIRST_RIGHT, RIGHT_AMONG_THREE, OUTSIDE_REFUSED, WRONGLY_REFUSED = 0.93, 0.97, 0.86, 0.04


@dataclass(frozen=True)
class Asked:
    """A question of the examination with what the library said."""

    id: str
    kind: str
    question: str
    gold: tuple[str, ...]
    answer: Answer

    @property
    def first_right(self) -> bool:
        return not self.answer.refused and self._right(self.answer.citations[0])

    @property
    def right_among_three(self) -> bool:
        return not self.answer.refused and any(map(self._right, self.answer.citations[:3]))

    def _right(self, hit: Hit) -> bool:
        text = f"{hit.passage.title}\n{hit.passage.text}"
        return all(re.search(pattern, text) for pattern in self.gold)


@pytest.fixture(scope="module")
def examination(library: Library) -> list[Asked]:
    rows = map(json.loads, Path(__file__).with_name("questions.jsonl").read_text("utf-8").splitlines())
    return [
        Asked(row["id"], row["kind"], row["question"], tuple(row["gold"]), library.ask(row["question"])) for row in rows
    ]


@pytest.fixture(scope="module")
def answerable(examination: list[Asked]) -> list[Asked]:
    return [each for each in examination if each.gold]


@pytest.fixture(scope="module")
def outside(examination: list[Asked]) -> list[Asked]:
    return [each for each in examination if not each.gold]


def wrong(asked: list[Asked]) -> str:
    """Those at fault, for the failure's message."""
    return "\n".join(
        f"{each.id} {each.question} → {[hit.passage.id for hit in each.answer.citations]} refused={each.answer.refused}"
        for each in asked
    )


def test_the_examination_is_whole(answerable: list[Asked], outside: list[Asked]) -> None:
    assert (len(answerable), len(outside)) == (170, 50)


def test_the_first_source_answers(answerable: list[Asked]) -> None:
    failed = [each for each in answerable if not each.first_right]
    assert 1 - len(failed) / len(answerable) >= FIRST_RIGHT, wrong(failed)


def test_one_of_three_sources_answers(answerable: list[Asked]) -> None:
    failed = [each for each in answerable if not each.right_among_three]
    assert 1 - len(failed) / len(answerable) >= RIGHT_AMONG_THREE, wrong(failed)


def test_what_the_playbook_has_no_answer_to_is_refused(outside: list[Asked]) -> None:
    failed = [each for each in outside if not each.answer.refused]
    assert 1 - len(failed) / len(outside) >= OUTSIDE_REFUSED, wrong(failed)


def test_what_the_playbook_answers_is_hardly_ever_refused(answerable: list[Asked]) -> None:
    failed = [each for each in answerable if each.answer.refused]
    assert len(failed) / len(answerable) <= WRONGLY_REFUSED, wrong(failed)


def test_every_answer_quotes_its_first_source_and_every_refusal_quotes_nothing(examination: list[Asked]) -> None:
    for each in examination:
        if each.answer.refused:
            assert each.answer.quotes == (), each.id
        else:
            assert each.answer.quotes[0].mark == 1, each.id


@pytest.mark.parametrize("kind", ["lang", "typo", "law", "situ", "fact"])
def test_no_kind_of_question_is_left_behind(answerable: list[Asked], kind: str) -> None:
    """Traditional characters and English, typing errors, the law, situations: each by itself."""
    asked = [each for each in answerable if each.kind == kind]
    failed = [each for each in asked if not each.right_among_three]
    assert len(failed) / len(asked) <= 0.12, wrong(failed)


@pytest.mark.parametrize("config", ["s2t", "s2tw"])
def test_traditional_characters_find_the_same_first_source(
    library: Library, answerable: list[Asked], config: str
) -> None:
    to_traditional = opencc.OpenCC(config)
    simple = [each for each in answerable if each.kind == "fact" and each.first_right]
    changed = [each for each in simple if to_traditional.convert(each.question) != each.question][:20]
    assert len(changed) == 20
    for each in changed:
        answer = library.ask(to_traditional.convert(each.question))
        assert answer.citations[0].passage.id == each.answer.citations[0].passage.id, each.question
        assert not answer.refused, each.question
