"""Days as people write them, seen from Tuesday, 24 November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.dates import read_date
from actions.input_errors import AnswerRefused, DateFar, DateImpossible, NotADate

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("2026/3/1", date(2026, 3, 1)),
        ("2026.3.1", date(2026, 3, 1)),
        ("２０２６－０３－０１", date(2026, 3, 1)),
        ("2026年3月1号", date(2026, 3, 1)),
        ("二〇二六年三月一日", date(2026, 3, 1)),
        ("20260301", date(2026, 3, 1)),
        ("3月1日", date(2026, 3, 1)),
        ("3/1", date(2026, 3, 1)),
        ("明年3月1日", date(2027, 3, 1)),
        ("今天", TODAY),
        ("昨天", date(2026, 11, 23)),
        ("后天", date(2026, 11, 26)),
        ("大后天", date(2026, 11, 27)),
        ("周五", date(2026, 11, 27)),
        ("本周五", date(2026, 11, 27)),
        ("下周三", date(2026, 12, 2)),
        ("上周一", date(2026, 11, 16)),
        ("下个月5号", date(2026, 12, 5)),
        ("三个月后", date(2027, 2, 24)),
        ("半个月后", date(2026, 12, 9)),
        ("两周后", date(2026, 12, 8)),
        ("10天后", date(2026, 12, 4)),
        ("半年后", date(2027, 5, 24)),
        ("一年前", date(2025, 11, 24)),
        ("月底", date(2026, 11, 30)),
        ("2月底", date(2026, 2, 28)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert read_date(text, TODAY) == day


def test_a_month_after_the_31st_is_its_last_day() -> None:
    assert read_date("三个月后", date(2026, 8, 31)) == date(2026, 11, 30)


@pytest.mark.parametrize("text", ["2月31日", "2026-02-30", "13月1日", "2025年2月29日"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(DateImpossible):
        read_date(text, TODAY)


@pytest.mark.parametrize("text", ["1899-01-01", "2999-01-01", "999年前"])
def test_years_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(DateFar):
        read_date(text, TODAY)


@pytest.mark.parametrize("text", ["", "100", "😀", "下周", "三月", "3月1日以后再说", "不知道", "2026-3", "月" * 5000])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(NotADate):
        read_date(text, TODAY)


@given(st.text(max_size=25) | st.text("0123456789年月日号周上下个今明后前天半-/.", max_size=12))
def test_whatever_is_written_gives_a_day_or_a_refusal(text: str) -> None:
    try:
        assert isinstance(read_date(text, TODAY), date)
    except AnswerRefused as refused:
        assert str(refused).endswith("。")  # noqa: PT017
