"""Random updates into the whole application: nothing breaks, leaks or is overstepped. If it were, it would be seen."""

import asyncio

import pytest

from actions.prompts import Wanted
from actions.rights import Right, Rights
from bot.acts import BUTTONS
from bot.handlers.ask import Ask
from bot.handlers.cards import Cards
from tools.fuzz import made
from tools.fuzz.findings import Sort
from tools.fuzz.plans import plans
from tools.fuzz.report import BY_OTHERS, MALFORMED, PRESSES, Report
from tools.fuzz.run import run

A_TENTH = 10_000
FEW = 400
"""Updates in which something that is always wrong shows."""
DONE = {
    "answer", "add_task", "begin", "finish", "hand_over", "invite", "move", "note", "open", "tell", "unreached",
    "visit",
}  # fmt: skip
"""What the record tells of at least once."""


@pytest.fixture(scope="module")
def report() -> Report:
    return run(A_TENTH, seed=1)


def test_a_tenth_of_the_fuzz_finds_nothing(report: Report) -> None:
    found = [f"{row['sort']}: {row['what']} (seed {row['seed']}, {row['number']})" for row in report.findings.rows()]
    assert found == []


def test_of_all_sorts_of_updates_there_are_many(report: Report) -> None:
    assert report.done[MALFORMED] > A_TENTH / 10
    assert report.done[PRESSES] > A_TENTH / 5
    assert report.done[BY_OTHERS] > A_TENTH / 50
    assert report.verbs.keys() >= DONE


def test_where_everybody_may_do_everything_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rights, "of", lambda *_, **__: frozenset(Right))
    findings = run(3 * FEW, seed=2).findings
    assert findings.count(Sort.RIGHT)
    assert findings.count(Sort.LEAK)


def test_an_exception_is_found_once_with_the_smallest_update_that_raises_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Cards, "shown", broken)
    rows = [row for row in run(FEW, seed=3).findings.rows() if "ZeroDivisionError" in row["what"]]
    assert rows
    assert len({row["what"] for row in rows}) == len(rows)
    assert all(row["update"]["update_id"] and "ZeroDivisionError" in row["detail"] for row in rows)


def test_a_press_that_is_left_spinning_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object, **__: object) -> bool:
        return True

    monkeypatch.setattr("bot.handlers.gate.acknowledge", silent)
    assert run(FEW, seed=4).findings.count(Sort.SILENCE)


def test_a_handler_that_never_ends_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Ask, "answer", endless)
    monkeypatch.setattr("tools.fuzz.round.PATIENCE", 0.2)
    assert run(FEW // 4, seed=5).findings.count(Sort.HANG)


def test_the_same_seed_plans_the_same() -> None:
    few, more = plans(7, 60), plans(7, 120)
    assert [(plan.kind, plan.text, plan.later, plan.mutations) for plan in few] == [
        (plan.kind, plan.text, plan.later, plan.mutations) for plan in more[:60]
    ]
    assert plans(8, 60)[0].dice.random() != few[0].dice.random()


def test_every_verb_has_a_shape_or_is_about_a_case() -> None:
    assert set(made.SHAPES) <= set(BUTTONS)
    of_cases = {verb for verb in BUTTONS if verb not in made.SHAPES}
    assert of_cases >= {f"ask:{wanted}" for wanted in (Wanted.NOTE, Wanted.TASK, Wanted.CASE_FILE)} | {"card", "goon"}
