"""What the READMEs say is what the code does."""

import json
import re
from pathlib import Path

import pytest

from actions.rights import Right
from bot.settings import SECRETS, Settings
from tools.bench import RESULTS
from tools.docs import READMES, RIGHTS_TOLD, rendered
from tools.figures import read

KILLED = ("asking", "intake", "push", "indexing", "backup")
ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("language", READMES)
def test_settings_commands_and_figures_are_those_of_the_code_and_the_last_bench(language: str) -> None:
    text = READMES[language].read_text("utf-8")
    assert text.count("<!-- /") == 8
    assert rendered(text, language) == text, "run `make docs`"


@pytest.mark.parametrize("language", READMES)
def test_every_variable_that_a_readme_names_exists(language: str) -> None:
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    known |= {f"{name}_FILE" for name in SECRETS}
    text = READMES[language].read_text("utf-8")
    named = set(re.findall(r"\b(?:CLOSURE_BOT|TELEGRAM_BOT|TELEGRAM_API)_[A-Z_]+\b", text))
    assert named <= known


@pytest.mark.parametrize("language", READMES)
def test_every_make_target_and_file_that_a_readme_names_exists(language: str) -> None:
    text = READMES[language].read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([a-z]+)\b", text):
        assert f"\n{target}:" in makefile
    for path in re.findall(r"\]\(([^)#:]+)\)|`((?:playbook|retrieval|docs)/[\w./-]*)`", text):
        assert (ROOT / "".join(path)).exists()


def test_the_figures_reach_what_was_promised() -> None:
    figures = json.loads(RESULTS.read_text("utf-8"))
    assert figures["memory, MB"] <= 450
    assert figures["cold ask, times the bare imports"] <= 2.5
    assert figures["indexing, of the bare model's passages a second"] >= 0.9
    for size in (500, 20_000):
        assert figures[f"warm ask at {size} passages, p95, times an embedding call"] <= 3
    assert all(ratio <= 2 for ratio in figures["cases"].values())
    assert figures["learning"]["marked right"] == 1
    assert figures["learning"]["others worse"] == figures["learning"]["outside no longer refused"] == 0


def test_nothing_was_lost_or_let_through() -> None:
    assert all(not each["lost"] + each["doubled"] + each["unsound"] for each in read("faults").values())
    assert sum(each["kills"] for name, each in read("faults").items() if name in KILLED) >= 200
    fuzz = read("fuzz")
    assert fuzz["updates"] >= 100_000
    assert fuzz["exception"] == fuzz["right exceeded"] == fuzz["leak"] == fuzz["damage"] == 0


def test_every_right_of_a_case_or_of_all_stands_in_the_readme() -> None:
    assert set(RIGHTS_TOLD) == set(Right) - {Right.CASES}  # to have any case at all: it goes with the others
