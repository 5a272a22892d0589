"""Updates made wrong: values of other types, out of all bounds, left out, put in twice, in places where none belong."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tools.fuzz.texts import ODD

Json = dict[str, Any]
EDGES = (0, -1, 1, 2**31, -(2**31), 2**52, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**30, 101, 103, 999, -100)
DEPTH = 60
"""How deep an update may be nested: far deeper than any of Telegram's."""
ACTS = ("replace", "replace", "replace", "delete", "wrap", "add", "swap", "deepen")
ADDED = ("text", "photo", "document", "reply_to_message", "sender_chat", "via_bot")

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(EDGES),
    st.integers(),
    st.floats(),
    st.sampled_from(ODD),
    st.text(max_size=20),
    st.recursive(
        st.integers() | st.text(max_size=5) | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One thing to be made wrong: `pick` says where."""

    act: str
    pick: int
    value: Any


_mutation = st.builds(Mutation, act=st.sampled_from(ACTS), pick=st.integers(0, 2**16), value=junk)
mutations = st.lists(_mutation, min_size=1, max_size=3).map(tuple)


def mutated(body: Json, each: Sequence[Mutation]) -> Json:
    """A copy of an update with these things wrong in it."""
    copy = deepcopy(body)
    for one in each:
        _mutate(copy, one)
    return copy


def _mutate(body: Json, each: Mutation) -> None:
    places = list(_places(body))
    if not places:
        return
    holder, key = places[each.pick % len(places)]
    if each.act == "delete":
        del holder[key]
    elif each.act == "wrap":
        holder[key] = [holder[key]]
    elif each.act == "add" and isinstance(holder, dict):
        holder[ADDED[each.pick % len(ADDED)]] = each.value
    elif each.act == "swap":
        other, name = places[each.pick * 31 % len(places)]
        holder[key] = deepcopy(other[name])
    elif each.act == "deepen":
        for _ in range(DEPTH):
            holder[key] = {"reply_to_message": holder[key]}
    else:
        holder[key] = each.value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in an update that holds something: what holds it, and under which key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
