"""The buttons: what they say, what they carry, and that the bot understands what they carry."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, TypeAdapter, ValidationError
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import InlineKeyboardButtonLimit
from telegram.ext import CallbackQueryHandler

from actions.store import CaseLog
from bot import messages
from bot.app import build
from bot.handlers.answers import expired
from bot.keyboards.answers import answer_keyboard, cases_keyboard, rated_keyboard, suggestions_keyboard
from bot.keyboards.buttons import LABEL_CHARACTERS, page_keyboard
from bot.settings import Settings
from playbook.model import Id
from retrieval.library import Library
from retrieval.model import Answer, Hit, Passage

LARGEST = 2**63 - 1
"""The largest id that SQLite gives."""
QUESTION_IDS = st.integers(1, 10**18 - 1)


def hits(*titles: str) -> list[Hit]:
    return [
        Hit(Passage(f"case-{number}", 0, title, "case", "asset", "正文。"), 1.0) for number, title in enumerate(titles)
    ]


def answer(*titles: str, refused: bool = False) -> Answer:
    return Answer("多久回访一次", refused, (), tuple(hits(*titles)), "测试", 1.0)


def buttons(keyboard: InlineKeyboardMarkup | None) -> list[InlineKeyboardButton]:
    assert keyboard is not None
    return [button for row in keyboard.inline_keyboard for button in row]


def rows(keyboard: InlineKeyboardMarkup | None) -> list[list[tuple[str, object]]]:
    assert keyboard is not None
    return [[(button.text, button.callback_data) for button in row] for row in keyboard.inline_keyboard]


def carried(keyboard: InlineKeyboardMarkup | None) -> list[str]:
    return [str(button.callback_data) for button in buttons(keyboard)]


# What they say


def test_under_an_answer_are_its_sources_similar_cases_and_ratings() -> None:
    assert rows(answer_keyboard(7, answer("甲", "乙", "丙"))) == [
        [("看[1]", "source:7:1"), ("看[2]", "source:7:2"), ("看[3]", "source:7:3")],
        [("相似案例", "similar:7"), ("加入案件", "join:7")],
        [("👍", "rate:7:1"), ("👎", "rate:7:-1")],
    ]


@pytest.mark.parametrize(
    ("rating", "labels"), [(None, ["👍", "👎"]), (1, ["👍 ✓", "👎"]), (-1, ["👍", "👎 ✓"])], ids=str
)
def test_the_rating_given_is_ticked_and_nothing_else_changes(rating: int | None, labels: list[str]) -> None:
    keyboard = rated_keyboard(7, 3, rating)
    assert [button.text for button in buttons(keyboard)][-2:] == labels
    assert carried(keyboard) == carried(answer_keyboard(7, answer("甲", "乙", "丙")))


def test_under_a_refusal_are_the_two_nearest_by_name_and_none_of_them() -> None:
    assert rows(answer_keyboard(7, answer("个性化需求", "回访问什么", "转岗培训", refused=True))) == [
        [("看个性化需求", "source:7:1")],
        [("看回访问什么", "source:7:2")],
        [("都不是", "none:7")],
    ]


def test_under_a_refusal_with_nothing_near_one_can_still_say_none() -> None:
    assert rows(answer_keyboard(7, answer(refused=True))) == [[("都不是", "none:7")]]


@pytest.mark.parametrize(
    ("at", "pages", "expected"),
    [
        (0, 3, [[("下一页 ›", "page:7:1:1")]]),
        (1, 3, [[("‹ 上一页", "page:7:1:0"), ("下一页 ›", "page:7:1:2")]]),
        (2, 3, [[("‹ 上一页", "page:7:1:1")]]),
    ],
)
def test_pages_turn_both_ways_but_not_over_the_ends(at: int, pages: int, expected: object) -> None:
    assert rows(page_keyboard("page", (7, 1), at, pages)) == expected


def test_one_page_needs_no_buttons() -> None:
    assert page_keyboard("page", (7, 1), 0, 1) is None


def test_each_similar_case_opens_and_none_need_no_buttons() -> None:
    assert rows(cases_keyboard(hits("案例：民宿", "案例：印染"))) == [
        [("看案例：民宿", "case:case-0:0")],
        [("看案例：印染", "case:case-1:0")],
    ]
    assert cases_keyboard([]) is None


def test_the_suggested_questions_stand_in_full_one_a_row() -> None:
    assert rows(suggestions_keyboard()) == [
        [(question, f"try:{number}")] for number, question in enumerate(messages.SUGGESTIONS)
    ]


@pytest.mark.parametrize(
    ("title", "label"),
    [("停" * 23, "看" + "停" * 23), ("停" * 24, "看" + "停" * 22 + "…")],
    ids=["fits", "too long"],
)
def test_a_long_title_is_cut_to_what_a_phone_shows(title: str, label: str) -> None:
    assert len(label) == LABEL_CHARACTERS
    assert buttons(cases_keyboard(hits(title)))[0].text == label


# What they carry

KEYBOARDS: list[Callable[[int, int], InlineKeyboardMarkup | None]] = [
    lambda question_id, pages: answer_keyboard(question_id, answer("甲", "乙", "丙")),
    lambda question_id, pages: answer_keyboard(question_id, answer("甲", "乙", refused=True)),
    lambda question_id, pages: rated_keyboard(question_id, 3, -1),
    lambda question_id, pages: page_keyboard("page", (question_id, 3), pages - 2, pages),
    lambda question_id, pages: cases_keyboard(hits("甲", "乙")),
    lambda question_id, pages: suggestions_keyboard(),
]


@pytest.fixture(scope="module")
def understood(tmp_path_factory: pytest.TempPathFactory) -> list[re.Pattern[str]]:
    """What the real application has handlers for."""
    token = {"telegram_bot_token": SecretStr("1:sandbox")}
    directory = tmp_path_factory.mktemp("keyboards")
    case_log = CaseLog(Path(directory) / "case-log.db")
    application = build(Settings.load().model_copy(update=token), case_log, object.__new__(Library))
    case_log.close()
    handlers = [each for each in application.handlers[0] if isinstance(each, CallbackQueryHandler)]
    assert handlers[-1].callback is expired
    assert handlers[-1].pattern is None
    patterns = [each.pattern for each in handlers[:-1]]
    assert all(isinstance(pattern, re.Pattern) for pattern in patterns)
    return patterns  # type: ignore[return-value]


@given(QUESTION_IDS, st.integers(2, 10**4))
def test_every_button_carries_what_telegram_takes_and_exactly_one_handler_understands(
    understood: list[re.Pattern[str]], question_id: int, pages: int
) -> None:
    for keyboard in KEYBOARDS:
        for data in carried(keyboard(question_id, pages)):
            assert 1 <= len(data.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
            assert sum(bool(pattern.match(data)) for pattern in understood) == 1


def test_every_verb_has_a_button(understood: list[re.Pattern[str]]) -> None:
    everything = [data for keyboard in KEYBOARDS for data in carried(keyboard(7, 3))]
    of_answers = re.compile(r"\^(try|source|page|similar|case|rate|none)\b|\^join:\(\\d\+\)\$")
    for pattern in filter(lambda pattern: of_answers.match(pattern.pattern), understood):
        if pattern.pattern.startswith("^case:"):
            everything += carried(page_keyboard("case", ("case-0",), 1, 3))
        assert any(pattern.match(data) for data in everything)


@given(st.integers(1, 120), st.integers(2, 1000))
def test_a_case_opens_however_long_the_id_that_the_playbook_lets_it_have(length: int, pages: int) -> None:
    case_id = ("case-2023-" * 12)[:length].rstrip("-")
    try:
        TypeAdapter(Id).validate_python(case_id)
    except ValidationError:
        return
    for data in carried(page_keyboard("case", (case_id,), pages - 2, pages)):
        assert len(data.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
