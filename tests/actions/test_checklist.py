"""The path through tiny checklists, question by question: what is asked, in which order, and what conditions see."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.checklist import Path, Place, follow
from playbook.checklist import Checklist, Kind
from playbook.conditions import Condition


def question(id_: str, type_: str = "text", **more: Any) -> dict[str, Any]:
    return {"id": id_, "ask": id_, "label": id_, "help": "x", "why": "x", "type": type_, **more}


def checklist(*groups: dict[str, Any], **more: Any) -> Checklist:
    return Checklist.model_validate({"groups": groups, **more})


SITE: dict[str, Any] = {
    "id": "site",
    "title": "场地",
    "questions": [
        question("name", required=True),
        question("dirty", "yes_no"),
        question("tons", "number", when="dirty"),
        question("plan", "choice", when="tons > 5.0", choices=["有", "没有"]),
    ],
}
ASSETS: dict[str, Any] = {
    "id": "assets",
    "title": "资产",
    "when": "dirty",
    "item": "资产",
    "names": "asset",
    "more": "还有吗",
    "at_most": 3,
    "questions": [question("asset", required=True), question("value", "money", when='asset == "厂房"')],
}
END: dict[str, Any] = {
    "id": "end",
    "title": "其他",
    "questions": [question("check", "yes_no", when="assets.exists(a, a.value > 100.0)"), question("rest")],
}
BRANCHES = checklist(SITE)
REPEATING = checklist(SITE, ASSETS, END)
DIRTY: dict[str, Any] = {"name": "甲", "dirty": True, "tons": 1}


def places(answers: dict[str, Any]) -> dict[Place, Any]:
    """«value 2» is the question `value` of the second item."""
    return {Place(key.split()[0], int([*key.split(), "0"][1])): value for key, value in answers.items()}


def names(path: Path) -> str:
    """The path; a star marks what is answered."""
    shown = (f"{step.question.id}{step.item or ''}{'*' if step.answered else ''}" for step in path.steps)
    return " ".join(shown)


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        pytest.param({}, "name dirty", id="nothing"),
        pytest.param({"name": "甲", "dirty": False}, "name* dirty*", id="no branch"),
        pytest.param({"name": "甲", "dirty": True}, "name* dirty* tons", id="a branch"),
        pytest.param({"dirty": True, "tons": 5}, "name dirty* tons*", id="on the bound"),
        pytest.param({"dirty": True, "tons": 5.1}, "name dirty* tons* plan", id="a branch of a branch"),
        pytest.param({"dirty": False, "tons": 9, "plan": "有"}, "name dirty*", id="set aside"),
        pytest.param({"dirty": True, "tons": 9, "plan": "有"}, "name dirty* tons* plan*", id="restored"),
        pytest.param({"name": "甲", "dirty": None}, "name* dirty*", id="skipped"),
        pytest.param({"name": None}, "name dirty", id="what is required cannot be skipped"),
        pytest.param({"dirty": True, "tons": None}, "name dirty* tons*", id="skipped stands for nought"),
        pytest.param({"gone": "甲", "name": "乙"}, "name* dirty", id="a question that is no more"),
    ],
)
def test_branches(answers: dict[str, Any], path: str) -> None:
    assert names(follow(BRANCHES, places(answers))) == path


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        pytest.param({}, "asset1 assets_more1 rest", id="the first item is asked for"),
        pytest.param(
            {"asset 1": "厂房", "assets_more 1": False}, "asset1* value1 assets_more1* rest", id="a branch in an item"
        ),
        pytest.param(
            {"asset 1": "厂房", "value 1": 200, "assets_more 1": True, "asset 2": "设备"},
            "asset1* value1* assets_more1* asset2* assets_more2 check rest",
            id="two items",
        ),
        pytest.param(
            {"asset 1": "车", "assets_more 1": False, "asset 2": "设备", "assets_more 2": True, "asset 3": "厂房"},
            "asset1* assets_more1* rest",
            id="later items are set aside",
        ),
        pytest.param(
            {"asset 1": "车", "value 1": 200, "assets_more 1": False},
            "asset1* assets_more1* rest",
            id="a value that is off the path is not seen",
        ),
        pytest.param(
            {"asset 3": "丙", "assets_more 1": True, "assets_more 2": True, "assets_more 3": True},
            "asset1 assets_more1* asset2 assets_more2* asset3* rest",
            id="no more than at most",
        ),
        pytest.param({"assets_more 1": None}, "asset1 assets_more1 rest", id="whether there is more is required"),
    ],
)
def test_a_repeating_group(answers: dict[str, Any], path: str) -> None:
    assert names(follow(REPEATING, places({**DIRTY, **answers}))) == f"name* dirty* tons* {path}"


def test_a_group_off_the_path_has_no_items() -> None:
    path = follow(REPEATING, places({"name": "甲", "dirty": False, "asset 1": "厂房", "value 1": 200}))
    assert names(path) == "name* dirty* rest"
    assert (path.items, path.facts.values["assets"]) == ({}, [])


def test_facts_of_items_and_of_what_stands_outside() -> None:
    answers = {
        **DIRTY,
        "asset 1": "厂房",
        "value 1": 200,
        "assets_more 1": True,
        "asset 2": "车",
        "assets_more 2": False,
    }
    path = follow(REPEATING, places(answers))
    assert path.facts.values["assets"] == [{"asset": "厂房", "value": 200.0}, {"asset": "车", "value": 0.0}]
    assert [facts.values["asset"] for facts in path.items["assets"]] == ["厂房", "车"]
    assert [facts.values["name"] for facts in path.items["assets"]] == ["甲", "甲"]
    assert path.facts.values["asset"] == ""
    assert path.facts.holds(Condition('tons == 1.0 && assets.size() == 2 && check == false && rest == ""'))


def test_moving_along_a_path() -> None:
    path = follow(BRANCHES, places({"name": "甲", "dirty": True}))
    first, dirty, tons = path.steps
    assert (path.next, path.last, path.at(Place("dirty")), path.at(Place("plan"))) == (tons, tons, dirty, None)
    assert (path.before(dirty.place), path.before(first.place), path.before(None)) == (first, None, tons)
    assert path.number(tons.place) == 3
    assert path.answered() == places({"name": "甲", "dirty": True})


def test_the_end() -> None:
    assert follow(BRANCHES, places({"name": "甲", "dirty": None})).next is None


@pytest.mark.parametrize(("dirty", "polluted"), [(True, True), (False, False), (None, False)])
def test_pollution(dirty: bool | None, polluted: bool) -> None:
    assert follow(checklist(SITE, pollution="dirty"), places({"dirty": dirty})).polluted is polluted


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        (Kind.text, "甲", True),
        (Kind.text, "", False),
        (Kind.text, True, False),
        (Kind.choice, "有", True),
        (Kind.choice, "也许", False),
        (Kind.choice, ["有"], False),
        (Kind.choices, ["有", "没有"], True),
        (Kind.choices, ["有", "也许"], False),
        (Kind.choices, [], False),
        (Kind.choices, "有", False),
        (Kind.yes_no, False, True),
        (Kind.yes_no, 0, False),
        (Kind.yes_no, "是", False),
        (Kind.number, 3, True),
        (Kind.money, 0.5, True),
        (Kind.number, True, False),
        (Kind.money, "3", False),
        (Kind.date, "2026-02-28", True),
        (Kind.phone, "13812342046", True),
        (Kind.file, {"sha256": "0" * 64, "name": "a.pdf"}, True),
        (Kind.file, {"name": "a.pdf"}, False),
        (Kind.file, "a.pdf", False),
    ],
)
def test_an_answer_that_does_not_fit_the_question_any_more_is_asked_again(kind: Kind, value: Any, fits: bool) -> None:
    asked = question("q", kind.value, choices=["有", "没有"] if kind in (Kind.choice, Kind.choices) else [])
    path = follow(checklist({"id": "g", "title": "g", "questions": [asked]}), {Place("q"): value})
    assert [step.answered for step in path.steps] == [fits]
    if not fits:
        assert path.facts.values["q"] == kind.empty


@pytest.mark.parametrize("kind", list(Kind))
def test_skipped_stands_for_the_empty_value_of_its_type(kind: Kind) -> None:
    group = {"id": "g", "title": "g", "questions": [question("q", kind.value, choices=["有"])]}
    path = follow(checklist(group), {Place("q"): None})
    assert path.next is None
    assert path.facts.values["q"] == kind.empty


VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 300), st.sampled_from(["厂房", "有", "x"]))
KEYS = [Place(id_, item) for id_ in REPEATING.questions for item in range(5)]


@given(st.lists(st.tuples(st.sampled_from(KEYS), VALUES), unique_by=lambda pair: pair[0]), st.randoms())
def test_the_order_in_which_answers_were_given_does_not_matter(answers: list[tuple[Place, Any]], random: Any) -> None:
    mixed = random.sample(answers, len(answers))
    assert follow(REPEATING, dict(answers)).steps == follow(REPEATING, dict(mixed)).steps


@given(st.lists(st.tuples(st.sampled_from(KEYS), VALUES), unique_by=lambda pair: pair[0]))
def test_what_is_set_aside_counts_for_nothing(answers: list[tuple[Place, Any]]) -> None:
    path = follow(REPEATING, dict(answers))
    again = follow(REPEATING, path.answered())
    assert (again.steps, again.facts.values) == (path.steps, path.facts.values)
