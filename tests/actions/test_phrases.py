"""What officers say in free words, read by grammar: the set that was written before it, and what must not be taken."""

import json
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.ahead import read_ahead
from actions.input_errors import AnswerRefused, DateImpossible, NotADate
from actions.phrases import LONGEST, read_phrase
from actions.proposals import Act, arguments
from bot import messages
from tools.bench_phrases import Said, questions, read_set, right, taken

WEDNESDAY = date(2026, 3, 4)
RIGHT, TAKEN = 0.95, 0.01
"""The share read right, and of questions that are taken for an act which no case bears out."""
SECONDS = 0.5


@dataclass(frozen=True)
class Day:
    text: str
    day: date
    due_on: date | None = None


@pytest.mark.parametrize("each", [each for each in read_set() if each.set != "later"], ids=lambda each: each.text)
def test_each_phrase_is_read(each: Said) -> None:
    assert right(each), read_phrase(each.text)


def test_there_are_ten_forms_and_sixty_phrases_and_more() -> None:
    before = [each for each in read_set() if each.act and each.set != "later"]
    acts = [(each.act, each.wanted.get("reached", True)) for each in before]
    assert len(acts) >= 60
    assert len(set(acts)) == 10
    assert all(acts.count(form) >= 6 for form in set(acts))


def test_questions_are_left_to_the_playbook() -> None:
    asked = questions()
    assert len(asked) > 1800
    wrong = [text for text in asked if taken(text)]
    assert wrong == []
    doubtful = [text for text in asked if read_phrase(text)]
    assert len(doubtful) <= TAKEN * len(asked)
    assert {phrase.arguments.act for text in doubtful if (phrase := read_phrase(text))} <= {Act.FIND}


@pytest.mark.parametrize(
    "text",
    [
        "在吗", "好的，谢谢", "你好", "绿源是家好企业", "回访记录放哪儿", "稳岗补贴", "👍", "？", "。", "1", "下周三",
        "绿源", "今天天气不错", "转发：关于做好停业企业回访工作的通知", "把握好政策窗口", "改革", "记得吃饭",
        "提醒事项在哪看", "推迟退休", "登记机关是市场监管局", "完成了", "联系不上怎么算", "看看", "给我讲个笑话",
        *messages.SUGGESTIONS,
    ],
)  # fmt: skip
def test_what_is_no_act_is_none(text: str) -> None:
    phrase = read_phrase(text)
    assert phrase is None or not phrase.certain, phrase


@given(st.text(max_size=LONGEST + 20))
def test_any_text_is_read_or_left(text: str) -> None:
    phrase = read_phrase(text)
    assert phrase is None or arguments(phrase.arguments.act, phrase.arguments.model_dump()) == phrase.arguments


UNITS = (
    "的", "把", "，", "今天", "绿", "一", "帮我", "再", "回访", "1", "吗", "了吧", "了过", "给记", "先", "能", "请",
    "我", "，先", "三天后",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_long(unit: str) -> None:
    """Backtracking would take minutes, or for ever."""
    whole = unit * (LONGEST // len(unit))
    for text in (whole, f"把绿源的回访{whole[:160]}改到下周三{whole[:90]}", f"{whole[:140]}绿源{whole[:140]}"):
        started = time.perf_counter()
        read_phrase(text)
        assert time.perf_counter() - started < SECONDS, text


def test_in_traditional_characters_and_full_width() -> None:
    expected = read_phrase("把绿源的回访改到3月11日")
    assert expected
    assert read_phrase("把綠源的回訪改到３月１１日") == expected


# Days


@pytest.mark.parametrize(
    "each",
    [
        Day("下周三", date(2026, 3, 11)),
        Day("周三", date(2026, 3, 11)),
        Day("周五", date(2026, 3, 6)),
        Day("下下周一", date(2026, 3, 16)),
        Day("月底", date(2026, 3, 31)),
        Day("下月底", date(2026, 4, 30)),
        Day("年底", date(2026, 12, 31)),
        Day("15号", date(2026, 3, 15)),
        Day("2号", date(2026, 4, 2)),
        Day("1月5日", date(2027, 1, 5)),
        Day("三天后", date(2026, 3, 7)),
        Day("过三天", date(2026, 3, 7)),
        Day("三个工作日后", date(2026, 3, 9)),
        Day("推迟三天", date(2026, 3, 13), date(2026, 3, 10)),
        Day("推迟三天", date(2026, 3, 7), date(2026, 3, 1)),
        Day("推迟三天", date(2026, 3, 7)),
        Day("提前一周", date(2026, 3, 3), date(2026, 3, 10)),
        Day("2026-03-11", date(2026, 3, 11)),
        Day("3月11日前", date(2026, 3, 11)),
    ],
    ids=lambda each: f"{each.text} {each.due_on or ''}",
)
def test_a_day_that_lies_ahead(each: Day) -> None:
    assert read_ahead(each.text, WEDNESDAY, each.due_on) == each.day


@pytest.mark.parametrize("text", ["下周", "节后", "月中", "改天", "过几天", "", "三", "下周八", "推迟"])
def test_what_is_no_one_day_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        read_ahead(text, WEDNESDAY)


def test_a_day_that_no_month_has() -> None:
    with pytest.raises(DateImpossible):
        read_ahead("2月30日", WEDNESDAY)


@given(st.text(max_size=24))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        day: Any = read_ahead(text, WEDNESDAY)
    except AnswerRefused:
        return
    assert isinstance(day, date)


def test_the_set_was_halved_before_tuning() -> None:
    rows = [json.loads(line) for line in (Path(__file__).parent / "phrases.jsonl").read_text("utf-8").splitlines()]
    assert {row["set"] for row in rows} == {"dev", "held", "none", "later"}


def test_phrases_that_were_written_later_are_read_as_well() -> None:
    later = [each for each in read_set() if each.set == "later"]
    assert len(later) > 200
    wrong = [each.text for each in later if not right(each)]
    assert len(wrong) <= (1 - RIGHT) * len(later), wrong
