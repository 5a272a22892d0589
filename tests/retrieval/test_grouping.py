"""`retrieval.grouping`: measured on 99 questions in known groups, and exact on a few made-up vectors."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random

import numpy as np
import pytest

from retrieval.grouping import ALIKE, FLOOR, grouped
from retrieval.library import Library

ROWS = [json.loads(line) for line in Path(__file__).with_name("groups.jsonl").read_text("utf-8").splitlines()]
QUESTIONS = [row["question"] for row in ROWS]
PRECISION, RECALL = 0.97, 0.88
"""Floors; measured: 1.00 and .91."""


def even(terms: Iterable[str]) -> Mapping[str, float]:
    return dict.fromkeys(terms, 1.0)


def pairs_of(groups: Iterable[Iterable[object]]) -> set[frozenset[object]]:
    return {frozenset((one, other)) for group in map(list, groups) for one in group for other in group if one != other}


def known() -> set[frozenset[object]]:
    by_name: dict[str, list[object]] = {}
    for row in ROWS:
        by_name.setdefault(row["group"], []).append(row["question"])
    return pairs_of(by_name.values())


def found(library: Library, questions: list[str]) -> list[list[str]]:
    return [[questions[at] for at in group] for group in library.grouped(questions)]


def test_the_examination_is_whole() -> None:
    names = [row["group"] for row in ROWS]
    assert len(set(QUESTIONS)) == len(ROWS) == 99
    assert sorted({names.count(name) for name in names}) == [1, 3, 4]
    assert (len(set(names)), names.count("boiler")) == (45, 3)


def test_questions_that_ask_the_same_are_together_and_others_apart(library: Library) -> None:
    pairs = pairs_of(found(library, QUESTIONS))
    right = pairs & known()
    assert len(right) / len(pairs) >= PRECISION, sorted(map(sorted, pairs - known()))  # type: ignore[type-var]
    assert len(right) / len(known()) >= RECALL, sorted(map(sorted, known() - pairs))  # type: ignore[type-var]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_in_which_they_come_makes_no_difference(library: Library, seed: int) -> None:
    shuffled = Random(seed).sample(QUESTIONS, len(QUESTIONS))
    assert pairs_of(found(library, shuffled)) == pairs_of(found(library, QUESTIONS))


def test_half_of_the_questions_are_grouped_about_as_well(library: Library) -> None:
    """The likeness of two does not hang on what else there is: groups stay as others are settled."""
    half = QUESTIONS[::2]
    pairs = pairs_of(found(library, half))
    assert len(pairs - known()) <= 1


def test_the_same_question_asked_often_is_one_group(library: Library) -> None:
    groups = library.grouped(["锅炉停用要不要报备"] * 5 + ["食堂今天中午吃什么", "锅炉停用要不要报备？"])
    assert sorted(map(sorted, groups)) == [[0, 1, 2, 3, 4, 6], [5]]


def test_the_first_of_a_group_is_the_most_typical() -> None:
    angle = np.array([0.0, 0.1, 0.2])
    vectors = np.c_[np.cos(angle), np.sin(angle)].astype(np.float32)
    assert grouped(["甲乙", "甲乙", "甲乙"], vectors, even) == [[1, 0, 2]]


def test_groups_are_no_more_alike_than_the_bound_says() -> None:
    nothing_shared = ["甲乙", "丙丁"]
    for margin, groups in ((0.01, [[0, 1]]), (-0.01, [[0], [1]])):
        cosine = FLOOR + (1 - FLOOR) * 2 * (ALIKE + margin)
        vectors = np.array([[1, 0], [cosine, (1 - cosine**2) ** 0.5]], np.float32)
        assert sorted(map(sorted, grouped(nothing_shared, vectors, even))) == groups


@pytest.mark.parametrize("texts", [[], ["？"], ["", ""], ["🏭", "a", "a" * 500]])
def test_odd_questions_are_grouped_too(library: Library, texts: list[str]) -> None:
    groups = library.grouped(texts)
    assert sorted(at for group in groups for at in group) == list(range(len(texts)))
