"""What is said of pushing: simplified Chinese, short enough, and no figure without its unit."""

from collections.abc import Callable, Iterator
from datetime import date
from inspect import signature
from typing import Any

import opencc
import pytest

from bot.messages import editions, push, roster, visits

TO_SIMPLIFIED = opencc.OpenCC("t2s")
FILLING: dict[str, Any] = {
    "date": date(2026, 11, 25),
    "int": 3,
    "str": "绿源印染",
    "bool": True,
    "Sequence[str]": ["危废处置", "修复方案"],
}
MODULES = (push, roster, visits, editions)
OTHERWISE = {"agenda_title": ("2026-12",), "list_title": ("today", 3, date(2026, 11, 25)), "edition": ("a3f9c2", None)}


def functions() -> Iterator[tuple[str, Callable[..., str]]]:
    for module in MODULES:
        for name, value in vars(module).items():
            if callable(value) and getattr(value, "__module__", "") == module.__name__:
                yield f"{module.__name__}.{name}", value


def filled(function: Callable[..., str]) -> str:
    if function.__name__ in OTHERWISE:
        return function(*OTHERWISE[function.__name__])
    return function(*(FILLING[_kind(each.annotation)] for each in signature(function).parameters.values()))


def _kind(annotation: Any) -> str:
    return str(annotation.__name__ if isinstance(annotation, type) else str(annotation).rpartition(".")[2])


def sentences() -> dict[str, str]:
    constants = {
        f"{module.__name__}.{name}": str(value)
        for module in MODULES
        for name, value in vars(module).items()
        if name.isupper()
    }
    return constants | {name: filled(function) for name, function in functions()}


@pytest.mark.parametrize(("name", "sentence"), sentences().items())
def test_it_is_simplified_chinese_and_says_something(name: str, sentence: str) -> None:
    assert TO_SIMPLIFIED.convert(sentence) == sentence
    assert sentence.strip()
    assert "None" not in sentence


def test_what_is_nought_is_left_out() -> None:
    assert push.digest_title(date(2026, 11, 25), 1, 0, 2) == "⏰ 11月25日 周三：今天 1 件，本周还有 2 件"
    assert push.counts(0, 0, 0) == "眼下没有到期的"
    assert push.agenda_task("危废处置", date(2026, 11, 25), "", 0, []) == "· 危废处置：11月25日前"


def test_after_three_times_one_is_told_that_the_lead_will_hear() -> None:
    assert "报科长" not in push.snoozed(date(2026, 11, 25), 2)
    assert "报科长" in push.snoozed(date(2026, 11, 25), 3)
