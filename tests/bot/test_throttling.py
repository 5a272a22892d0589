"""How much one person may send: counted by moments that only go forward, in memory that does not grow for ever."""

import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.officers import Officers
from actions.store import CaseLog
from bot import messages
from bot.throttling import MINUTE, PEOPLE, STRANGERS_PER_MINUTE, Admission, Throttle
from tests.actions.taken_in import NOW
from tests.bot.mute import GROUP_ID, playing
from tests.bot.test_handlers import FakeLibrary, broken
from tests.bot.transport import opened
from tests.cast import COLLEAGUE, OFFICER, STRANGER

IN, TOLD, IGNORED = Admission
LIMIT = 3


def admitted(moments: Sequence[float], *, registered: bool = True, limit: int = LIMIT) -> list[Admission]:
    """What becomes of what one person sends at these moments."""
    throttle = Throttle(limit)
    return [throttle.admit(OFFICER.id, registered=registered, now=moment) for moment in moments]


@pytest.mark.parametrize(
    ("moments", "outcome"),
    [
        ([0, 0, 0], [IN, IN, IN]),
        ([0, 1, 2, 3, 4], [IN, IN, IN, TOLD, IGNORED]),
        ([0, 1, 2, 59.9, 60], [IN, IN, IN, TOLD, IN]),  # the first was a minute ago
        ([0, 1, 2, 60, 60.5, 61, 62], [IN, IN, IN, IN, TOLD, IN, IN]),
        ([0, 0, 0, 10, 30, 59], [IN, IN, IN, TOLD, IGNORED, IGNORED]),
        ([0, 30, 30, 40, 60, 99, 100, 101], [IN, IN, IN, TOLD, IN, IN, IN, TOLD]),  # told again after a minute
        ([0, 20, 40, 60, 80, 100], [IN] * 6),
        ([0, 0, 0, 3600, 3600, 3600, 3600], [IN, IN, IN, IN, IN, IN, TOLD]),
    ],
)
def test_a_minute_s_worth_goes_through_and_who_sends_more_is_told_once_a_minute(
    moments: list[float], outcome: list[Admission]
) -> None:
    assert admitted(moments) == outcome


def test_strangers_have_a_limit_of_their_own() -> None:
    outcome = admitted([0] * (STRANGERS_PER_MINUTE + 2), registered=False, limit=1000)
    assert outcome == [IN] * STRANGERS_PER_MINUTE + [TOLD, IGNORED]


def test_who_is_registered_meanwhile_has_the_rest_of_an_officer_s_minute() -> None:
    throttle = Throttle(STRANGERS_PER_MINUTE + 1)
    for _ in range(STRANGERS_PER_MINUTE):
        assert throttle.admit(1, registered=False, now=0) is IN
    assert throttle.admit(1, registered=True, now=1) is IN
    assert throttle.admit(1, registered=True, now=2) is TOLD


def test_nobody_is_shut_out_by_another() -> None:
    throttle = Throttle(LIMIT)
    outcome = {id_: [throttle.admit(id_, registered=True, now=0) for _ in range(5)] for id_ in (1, 2)}
    assert outcome[1] == outcome[2] == [IN, IN, IN, TOLD, IGNORED]


GAPS = st.lists(st.integers(0, 40), max_size=60)


def moments(gaps: Sequence[int], start: int = 0) -> list[int]:
    return [start := start + gap for gap in gaps]


@given(GAPS, st.integers(1, 5))
def test_in_no_minute_more_than_the_limit_goes_through_nor_is_anything_told_twice(gaps: list[int], limit: int) -> None:
    outcome = list(zip(moments(gaps), admitted(moments(gaps), limit=limit), strict=True))
    for kind, most in ((IN, limit), (TOLD, 1)):
        times = [moment for moment, what in outcome if what is kind]
        assert all(sum(start <= moment < start + MINUTE for moment in times) <= most for start in times)


@given(GAPS, st.integers(0, 10**9))
def test_when_the_counting_began_makes_no_difference(gaps: list[int], start: int) -> None:
    assert admitted(moments(gaps)) == admitted(moments(gaps, start))


def test_a_crowd_that_has_gone_quiet_is_forgotten() -> None:
    """Strangers come one after another, each for the last time: what is remembered of them does not pile up."""
    throttle = Throttle(LIMIT)

    def crowd(first: int, number: int) -> int:
        """What is held once they have come, in bytes."""
        for person in range(first, first + number):
            throttle.admit(person, registered=False, now=person / 100)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        few = crowd(0, PEOPLE + 1)
        many = crowd(PEOPLE + 1, 3 * PEOPLE)
    finally:
        tracemalloc.stop()
    assert many < 1.5 * few


# At the door


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db") as log:
        for member in (OFFICER, COLLEAGUE):
            Officers(log).add(member.id, member.name, by=None, now=NOW)
        yield log


class Wayward:
    """A machine's clock that is set back by a day each time that it is read."""

    def __init__(self) -> None:
        self._now = NOW

    def __call__(self) -> datetime:
        self._now -= timedelta(days=1)
        return self._now


async def test_who_sends_too_much_is_told_once_and_nobody_else_is_and_no_clock_matters(
    log: CaseLog, tmp_path: Path
) -> None:
    async with playing(log, FakeLibrary(broken), tmp_path, now=Wayward(), per_minute=2) as player:
        assert [await player.say(OFFICER, "/help") for _ in range(4)] == [
            [messages.HELP],
            [messages.HELP],
            [messages.TOO_FAST],
            [],
        ]
        assert await player.press(OFFICER, "drop") == []
        assert await player.say(COLLEAGUE, "/help") == [messages.HELP]


async def test_a_stranger_learns_their_number_ten_times_a_minute_and_no_more(log: CaseLog, tmp_path: Path) -> None:
    async with playing(log, FakeLibrary(broken), tmp_path) as player:
        said = [await player.say(STRANGER, "在吗") for _ in range(STRANGERS_PER_MINUTE + 2)]
    assert said == [[messages.stranger(STRANGER.id)]] * STRANGERS_PER_MINUTE + [[messages.TOO_FAST], []]


async def test_in_a_group_it_keeps_quiet_about_what_was_not_meant_for_it(log: CaseLog, tmp_path: Path) -> None:
    async with playing(log, FakeLibrary(broken), tmp_path, per_minute=1) as player:
        assert [await player.say(OFFICER, "大家好", GROUP_ID) for _ in range(3)] == [[], [], []]
