"""What follows from answers, and when: working days around the long holidays of 2026, months, waits, gates, items."""

from datetime import date
from typing import Any

import pytest

from actions.checklist import Place, follow
from actions.model import TaskKey
from actions.planning import Plan, Progress, plan
from playbook.checklist import Procedure
from playbook.procedure import load_procedure

OPENED = date(2026, 3, 2)  # a Monday; the first holiday after it is Qingming, 4 to 6 April


def question(id_: str, type_: str = "text", **more: Any) -> dict[str, Any]:
    return {"id": id_, "ask": id_, "label": id_, "help": "x", "why": "x", "type": type_, **more}


CHECKLIST: dict[str, Any] = {
    "groups": [
        {
            "id": "site",
            "title": "场地",
            "questions": [question("dirty", "yes_no"), question("closed", "date"), question("brand")],
        },
        {
            "id": "assets",
            "title": "资产",
            "item": "资产",
            "names": "asset",
            "more": "还有吗",
            "questions": [question("asset"), question("cheap", "yes_no")],
        },
    ]
}
TWO_ASSETS: dict[Place, Any] = {
    Place("asset", 1): "厂房",
    Place("assets_more", 1): True,
    Place("asset", 2): "设备",
    Place("cheap", 2): True,
    Place("assets_more", 2): False,
}


def rule(id_: str, workdays: int | None = None, **more: Any) -> dict[str, Any]:
    due = more.pop("due", {}) | ({} if workdays is None else {"workdays": workdays})
    title, kind = more.pop("title", id_), more.pop("kind", "policy")
    return {"id": id_, "title": title, "pillar": "policy", "kind": kind, "source": "x", "due": due, **more}


def plan_of(
    *rules: dict[str, Any],
    answers: dict[Place, Any] | None = None,
    opened_on: date = OPENED,
    gates: tuple[dict[str, Any], ...] = (),
    progress: Progress | None = None,
) -> Plan:
    procedure = Procedure.model_validate({"checklist": CHECKLIST, "rules": {"tasks": rules, "gates": gates}})
    return plan(procedure, follow(procedure.checklist, answers or {}), opened_on, progress or Progress())


def key(id_: str, item: int = 0, occurrence: int = 1) -> TaskKey:
    return TaskKey(id_, item, occurrence)


def dates(planned: Plan) -> dict[str, str]:
    """Due dates, month and day, by rule; with the item, where there is one."""
    return {f"{at.rule} {at.item}" if at.item else at.rule: f"{each.due_on:%m-%d}" for at, each in planned.items()}


@pytest.mark.parametrize(
    ("opened_on", "workdays", "due_on"),
    [
        pytest.param("2026-03-02", 5, "2026-03-09", id="an ordinary week"),
        pytest.param("2026-03-02", 0, "2026-03-02", id="at once"),
        pytest.param("2026-03-07", 0, "2026-03-09", id="at once, on a Saturday"),
        pytest.param("2026-02-13", 1, "2026-02-14", id="Spring Festival: the Saturday before is worked"),
        pytest.param("2026-02-13", 2, "2026-02-24", id="Spring Festival: nine days off"),
        pytest.param("2026-02-13", 6, "2026-02-28", id="Spring Festival: the Saturday after is worked"),
        pytest.param("2026-02-17", 1, "2026-02-24", id="opened on New Year's Day"),
        pytest.param("2026-09-30", 1, "2026-10-08", id="National Day: a week off"),
        pytest.param("2026-09-30", 3, "2026-10-10", id="National Day: the Saturday after is worked"),
        pytest.param("2026-09-30", 4, "2026-10-12", id="National Day: that Sunday is free"),
        pytest.param("2026-09-18", 1, "2026-09-20", id="National Day: a Sunday before it is worked"),
        pytest.param("2026-09-24", 1, "2026-09-28", id="Mid-Autumn"),
    ],
)
def test_working_days(opened_on: str, workdays: int, due_on: str) -> None:
    planned = plan_of(rule("a", workdays), opened_on=date.fromisoformat(opened_on))
    assert planned[key("a")].due_on == date.fromisoformat(due_on)


@pytest.mark.parametrize(
    ("closed", "due_on"),
    [
        ("2026-08-31", ["2026-11-30", "2027-02-28", "2027-05-31", "2027-08-31"]),
        ("2027-11-30", ["2028-02-29", "2028-05-30", "2028-08-30", "2028-11-30"]),
        ("2026-07-01", ["2026-10-01", "2027-01-01", "2027-04-01", "2027-07-01"]),
        (None, ["2026-06-02", "2026-09-02", "2026-12-02", "2027-03-02"]),
    ],
    ids=["31 August", "a leap year", "holidays do not move months", "skipped: from the opening"],
)
def test_months(closed: str | None, due_on: list[str]) -> None:
    visits = rule("visit", due={"from": "closed", "months": 3, "times": 4}, title="第{n}次，共{times}次")
    planned = plan_of(visits, answers={Place("closed"): closed})
    assert [each.due_on.isoformat() for each in planned.values()] == due_on
    assert [each.title for each in planned.values()] == [f"第{n}次，共4次" for n in (1, 2, 3, 4)]
    assert list(planned) == [key("visit", occurrence=n) for n in (1, 2, 3, 4)]


def test_working_days_from_a_stated_date() -> None:
    planned = plan_of(rule("a", 1, due={"from": "closed"}), answers={Place("closed"): "2026-09-30"})
    assert planned[key("a")].due_on == date(2026, 10, 8)


def test_only_what_the_answers_call_for_with_titles_from_answers() -> None:
    rules = rule("a", 1, when="dirty"), rule("b", 1, title="授权：{brand}", when='brand != ""')
    assert plan_of(*rules) == {}
    assert [each.title for each in plan_of(*rules, answers={Place("brand"): "绿源{n}"}).values()] == ["授权：绿源{n}"]
    assert list(plan_of(*rules, answers={Place("dirty"): True})) == [key("a")]


CHAIN = rule("a", 5), rule("b", 2, waits=["a"]), rule("c", 1, waits=["b", "x"]), rule("x", 1)


@pytest.mark.parametrize(
    ("progress", "due"),
    [
        pytest.param({}, {"a": "03-09", "b": "03-11", "c": "03-12"}, id="from the day on which the other is due"),
        pytest.param(
            {"done": {key("a"): date(2026, 3, 3)}}, {"a": "03-09", "b": "03-05", "c": "03-06"}, id="done early"
        ),
        pytest.param(
            {"done": {key("a"): date(2026, 3, 20)}}, {"a": "03-09", "b": "03-24", "c": "03-25"}, id="done late"
        ),
        pytest.param({"waived": {key("b"): date(2026, 3, 4)}}, {"a": "03-09", "b": "03-11", "c": "03-05"}, id="waived"),
        pytest.param(
            {"done": {key("a"): date(2026, 1, 5)}},
            {"a": "03-09", "b": "03-04", "c": "03-05"},
            id="never before its own start",
        ),
    ],
)
def test_what_waits_counts_from_what_it_waits_for(progress: dict[str, Any], due: dict[str, str]) -> None:
    assert dates(plan_of(*CHAIN, progress=Progress(**progress))) == {**due, "x": "03-03"}


def test_what_is_not_there_is_not_waited_for() -> None:
    planned = plan_of(rule("a", 5, when="dirty"), rule("b", 2, waits=["a"]))
    assert (planned[key("b")].waits, dates(planned)) == ((), {"b": "03-04"})


def test_each_item_has_its_own() -> None:
    rules = (
        rule("look", 1, each="assets", title="登记：{asset}"),
        rule("check", 3, each="assets", when="cheap"),
        rule("sell", 2, each="assets", waits=["look", "check"]),
        rule("close", 1, waits=["sell"]),
        rule("seal", 1, each="assets", waits=["close"]),
    )
    planned = plan_of(*rules, answers=TWO_ASSETS)
    assert [planned[key("look", item)].title for item in (1, 2)] == ["登记：厂房", "登记：设备"]
    assert key("check", 1) not in planned
    assert planned[key("sell", 1)].waits == (key("look", 1),)
    assert set(planned[key("sell", 2)].waits) == {key("look", 2), key("check", 2)}
    assert planned[key("close")].waits == (key("sell", 1), key("sell", 2))
    assert planned[key("seal", 2)].waits == (key("close"),)
    assert dates(planned) == {
        "look 1": "03-03",
        "look 2": "03-03",
        "check 2": "03-05",
        "sell 1": "03-05",
        "sell 2": "03-09",
        "close": "03-10",
        "seal 1": "03-11",
        "seal 2": "03-11",
    }


GATE = {"id": "first", "title": "先定方案", "blocks": "disposal", "until": "plan", "source": "x"}
HELD = rule("plan", 5, when="dirty"), rule("sell", 2, kind="disposal", each="assets"), rule("other", 1)


@pytest.mark.parametrize(
    ("progress", "due", "held"),
    [
        pytest.param({}, "03-11", True, id="open"),
        pytest.param({"done": {key("plan"): date(2026, 3, 4)}}, "03-06", False, id="done"),
        pytest.param({"waived": {key("plan"): date(2026, 3, 4)}}, "03-06", True, id="waived: the gate stays shut"),
    ],
)
def test_a_gate_holds_back_every_task_of_its_kind(progress: dict[str, Any], due: str, held: bool) -> None:
    reached = Progress(**progress)
    planned = plan_of(*HELD, answers={**TWO_ASSETS, Place("dirty"): True}, gates=(GATE,), progress=reached)
    assert [planned[key("sell", item)].gates for item in (1, 2)] == [(key("plan"),)] * 2
    assert (planned[key("other")].gates, planned[key("plan")].gates) == ((), ())
    assert dates(planned)["sell 1"] == due
    assert bool(reached.holders(planned[key("sell", 1)])) is held


def test_a_gate_without_its_task_holds_nothing_back() -> None:
    planned = plan_of(*HELD, answers=TWO_ASSETS, gates=(GATE,))
    assert planned[key("sell", 1)].gates == ()
    assert dates(planned)["sell 1"] == "03-04"


@pytest.mark.parametrize(
    ("days", "held"),
    [
        ({}, True),
        ({"done": {key("a"): OPENED}}, False),
        ({"waived": {key("a"): OPENED}}, False),
    ],
)
def test_a_wait_ends_with_a_task_that_is_done_or_waived(days: dict[str, Any], held: bool) -> None:
    planned = plan_of(rule("a", 5), rule("b", 2, waits=["a"]))
    assert bool(Progress(**days).holders(planned[key("b")])) is held


def test_the_shipped_rules_for_unanswered_questions_are_the_four_revisits() -> None:
    shipped = load_procedure()
    planned = plan(shipped, follow(shipped.checklist, {}), OPENED)
    assert [at.rule for at in planned] == ["revisit"] * 4
