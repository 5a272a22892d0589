"""What all sentences of the bot have in common."""

import re
from collections.abc import Iterator

import opencc
import pytest

import actions.errors
import bot.errors
import retrieval.errors
from bot import messages
from bot.handlers.ask import QUESTION_CHARACTERS
from bot.messages import command_line
from bot.sandbox.sending import ANSWER_LIMIT
from playbook.errors import ClosureBotError

LARGEST_ID = 2**52 - 1
"""Telegram: an id has at most 52 significant bits."""
REFERENCE = "E-1A2B"
TO_SIMPLIFIED = opencc.OpenCC("t2s")
WORDING = (messages, command_line)
FILLED = {
    "stranger": messages.stranger(LARGEST_ID),
    "refusal": messages.refusal("食堂几点开饭"),
    "understood_as": messages.understood_as("稳岗补贴，多少钱"),
    "nearest": messages.nearest(["个性化需求", "回访问什么"]),
    "look_at": messages.look_at("[1]"),
    "caution": messages.caution([1, 3], "引用前请核对现行有效文本"),
    "page": messages.page(2, 3),
    "failed": messages.failed(REFERENCE),
    "refused_with": messages.refused_with("磁盘已满。", REFERENCE),
    "role": messages.role("admin", True),
    "arrived": messages.arrived("陈晓", "officer", False),
    "first_code": messages.first_code("2345-6789-ABCD"),
    "alarm": messages.alarm("磁盘已满。", REFERENCE, True),
    "alarmed": messages.alarmed("磁盘已满。"),
    "batch_line": command_line.batch_line(7),
    "demo_ready": command_line.demo_ready("http://127.0.0.1:8765"),
    "indexed": command_line.indexed(2, 9),
    "checked": command_line.checked(98, 47, 30),
    "problems": command_line.problems(3),
    "officer_added": command_line.officer_added("陈晓", 101, "officer"),
    "officer_line": command_line.officer_line(101, "陈晓", "officer", True),
    "backed_up": command_line.backed_up("a.backup", 3, True),
    "backup_missing": command_line.backup_missing("files/ab/abc"),
    "restored": command_line.restored("2026-11-27T00:00:00+00:00", 3, "/srv/replaced"),
    "setting_line": command_line.setting_line("CLOSURE_BOT_PER_MINUTE", "120", "默认"),
    "officer_removed": command_line.officer_removed(101),
}
ALERTS = ["BUTTON_EXPIRED", "NOT_YOUR_BUTTON", "RATED_GOOD", "RATED_BAD", "NONE_OF_THESE", "stranger", "failed"]


def kinds(of: type[ClosureBotError] = ClosureBotError) -> Iterator[type[ClosureBotError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def every_sentence() -> dict[str, str]:
    constants = {name: value for of in WORDING for name, value in vars(of).items() if name.isupper()}
    texts = {name: str(value) for name, value in constants.items()}  # of tuples and dictionaries, all that is in them
    errors = {kind.__name__: kind.sentence + kind.remedy for kind in kinds()}
    return texts | FILLED | errors


def test_every_function_is_looked_at_here() -> None:
    functions = {
        name for of in WORDING for name, value in vars(of).items() if getattr(value, "__module__", "") == of.__name__
    }
    assert functions == set(FILLED)


def test_every_room_has_its_errors_looked_at_here() -> None:
    assert {kind.__module__ for kind in kinds()} >= {
        each.__name__ for each in (bot.errors, actions.errors, retrieval.errors)
    }


@pytest.mark.parametrize(("name", "sentence"), every_sentence().items())
def test_the_bot_speaks_simplified_chinese(name: str, sentence: str) -> None:
    assert TO_SIMPLIFIED.convert(sentence) == sentence


@pytest.mark.parametrize("name", ALERTS)
def test_what_is_told_by_a_button_fits_into_an_alert(name: str) -> None:
    assert len(every_sentence()[name]) <= ANSWER_LIMIT


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)
def test_an_error_is_a_sentence_and_a_remedy_on_one_line(kind: type[ClosureBotError]) -> None:
    for part in (kind.sentence, kind.remedy):
        assert part.endswith("。")
        assert "\n" not in part
    assert kind.remedy.startswith("请")


def test_a_stranger_is_told_their_own_id_on_one_line() -> None:
    assert str(LARGEST_ID) in FILLED["stranger"]
    assert "\n" not in FILLED["stranger"]


def test_the_limit_on_questions_is_the_one_that_is_told() -> None:
    assert f"{QUESTION_CHARACTERS} 字" in messages.QUESTION_TOO_LONG


def test_commands_are_as_telegram_wants_them() -> None:
    for name, description in messages.COMMANDS:
        assert re.fullmatch(r"[a-z0-9_]{1,32}", name)
        assert 1 <= len(description) <= 256


def test_three_questions_are_suggested_and_each_is_short_enough_to_ask() -> None:
    assert len(set(messages.SUGGESTIONS)) == 3
    assert all(len(question) <= QUESTION_CHARACTERS for question in messages.SUGGESTIONS)
