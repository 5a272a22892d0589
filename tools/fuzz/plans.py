"""What people want to do: the same for the same seed, whatever the bot does.

What is written, and what is made wrong, is drawn by Hypothesis, which has a nose for edges. Who does what, and when, is
drawn evenly: Hypothesis would have one person do one thing for ever.
"""

from dataclasses import dataclass
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.fuzz.mutations import Mutation, mutations
from tools.fuzz.texts import anything

KINDS = {
    "tap": 20,
    "forwarded": 8,
    "made": 13,
    "work": 32,
    "apt": 24,
    "say": 8,
    "command": 9,
    "file": 6,
    "reply": 6,
    "edit": 3,
    "thing": 2,
    "service": 3,
    "twice": 2,
}
"""How often each is done. A «tap» is on a button that one was shown, «forwarded» is anybody's, «made» nobody's."""
MUTATED = {"tap": 0.35, "work": 0.3, "apt": 0.2}
"""How many are made wrong, of those by which anything gets done."""
MUTATED_ELSE = 0.6
IN_GROUPS = 0.08
MINUTE, DAY = 60, 86_400
PAUSES = {
    20: 0.9,
    29 * MINUTE: 0.04,
    35 * MINUTE: 0.04,
    DAY: 0.008,
    9 * DAY: 0.003,
    95 * DAY: 0.0015,
    1100 * DAY: 0.0004,
}
"""Seconds before an update, at most, and how often: prompts and visits wait for half an hour, cases for years."""
TOGETHER = 50
"""Drawn at a time: one by one each would cost four times as much."""
BYTES = 16_384
"""Of randomness for so many: where they run out, Hypothesis draws the simplest."""

Drawn = tuple[str, tuple[Mutation, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """One thing that somebody wants to do; `dice` choose among what there is to do it to. `later`: in seconds."""

    kind: str
    text: str
    group: bool
    later: int
    mutations: tuple[Mutation, ...]
    dice: Random


def plans(number: int, count: int) -> list[Plan]:
    """So many plans, from a seed: the first ones are the same, however many there are."""
    dice, drawn = Random(number), _drawn(Random(f"drawn {number}"), count)
    return [_plan(text, wrong, Random(dice.random())) for text, wrong in drawn]


def _plan(text: str, wrong: tuple[Mutation, ...], dice: Random) -> Plan:
    (kind,) = dice.choices(tuple(KINDS), tuple(KINDS.values()))
    (pause,) = dice.choices(tuple(PAUSES), tuple(PAUSES.values()))
    wild = dice.random() < MUTATED.get(kind, MUTATED_ELSE)
    return Plan(kind, text, dice.random() < IN_GROUPS, dice.randint(pause // 2, pause), wrong if wild else (), dice)


def _drawn(dice: Random, count: int) -> list[Drawn]:
    drawn: list[Drawn] = []

    @settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(anything, mutations), min_size=TOGETHER, max_size=TOGETHER))
    def draw(together: list[Drawn]) -> None:
        drawn.extend(together)

    while len(drawn) < count:  # from bytes of ours: left to itself it would vary a few examples over and over
        draw.hypothesis.fuzz_one_input(dice.randbytes(BYTES))  # type: ignore[attr-defined]
    return drawn[:count]
