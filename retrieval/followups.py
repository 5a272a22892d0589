"""Follow-up questions: what a short question means when it is asked in a conversation, without a chat model.

A question is read with the last turn alone. It stands by itself; or it is about what that turn was answered from, and
the source's title goes before it (「谁来做」, 「那如果是破产的呢」); or it puts another matter in that one's place, and
what was asked goes behind it (「那社保呢」 after 「公积金多久注销」). Its names tell which: those that the source has
stay with it, others lead away. To drag an old matter into a new question is worse than to overlook a follow-up, so in
doubt a question stands by itself.

A turn's question is the one that was meant, so a topic lives on from turn to turn. One that was refused is carried as
well: what follows on from it is refused again rather than answered from something else. Questions in English stand by
themselves. `make bench` prints how often this comes right; the bounds are read off the dialogues for development.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from retrieval.asking import asks, content, core, is_condition, is_what_of, numbered, points_back, tail
from retrieval.model import Passage
from retrieval.normalise import has_han, normalise, nouns, pairs
from retrieval.search import Found

LONG, LONG_TIED = 16, 28
"""Characters above which a question says itself what it is about; where its wording points back, the second."""
SHORT = 10
"""Characters up to which words that find nothing by themselves may be asked of a source which has not got them."""
FEW, COMMON = 2, 2
"""Names at most, and at least words without a name, for that."""
SPECIFIC = 1.0
"""The rarity (inverse document frequency) from which on a word names something."""
HELD = 0.5
"""The share of its names' weight that the source must have for a question to be about it."""
OUTSIDE, FAR_OUTSIDE = -2.5, -4.0
"""The margins of refusal under which a question is none for the playbook: with a name in it, and without."""
UNSURE, CLEAR, SURE = 0.5, 1.5, 4.0
"""The margins of refusal from which on a question finds something, finds it clearly, and finds it for certain."""
TITLES = 5
"""Passages that a question finds whose titles tell which of its words name something."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation as it was meant, and the titles of what its answer cited, best first.

    No titles where it was refused.
    """

    question: str
    titles: tuple[str, ...]


def carried(
    question: str, earlier: Sequence[Turn], find: Callable[[str], Found], margin: Callable[[Found], float]
) -> str:
    """`question` as it stands by itself after these turns, the newest last; itself where it follows on from none.

    `find` finds what answers a question, and `margin` tells how clearly that does (negative: not at all).
    """
    asked = core(question)
    if not earlier or not asked or not has_han(question) or not asks(question):
        return question
    turn, tied = earlier[-1], points_back(question)
    number = numbered(question)
    if number and number <= len(turn.titles):
        return f"{turn.titles[number - 1]}，{asked}"
    if len(question) > (LONG_TIED if tied else LONG):
        return question
    found = find(asked)
    if found.taught or not found.candidates:
        return question
    names, clear = _names(asked, found), margin(found)
    if content(asked) and clear < (OUTSIDE if names else FAR_OUTSIDE):
        return question
    source = _source(find(turn.question), turn)
    held = not names or is_condition(question) or _held(names, turn, source) >= HELD
    if not held and is_what_of(question):
        return f"{asked}{tail(turn.question)}"
    if tied or is_condition(question):
        alone = not held and clear >= UNSURE
    else:
        alone = _stands_alone(asked, names, held, clear, [source, found.candidates[0].passage])
    return question if alone else f"{_topic(turn, source)}，{asked}"


def _stands_alone(
    asked: str, names: Mapping[str, float], held: bool, clear: float, sources: Sequence[Passage | None]
) -> bool:
    """Whether a question whose wording does not point back follows on from nothing.

    `sources`: what the turn before was answered from, and what answers this question by itself.
    """
    if not names:
        return len(asked) > SHORT or (len(content(asked)) >= COMMON and clear >= CLEAR)
    if held:
        return clear >= SURE or any(_says(names, source) for source in sources)
    return clear >= UNSURE or len(asked) > SHORT or len(names) > FEW or _says(names, sources[-1])


def _names(asked: str, found: Found) -> dict[str, float]:
    """The words that name something, each with how rare it is in the playbook.

    A noun does, and of other words those that a title has which the question finds: 「裁员」 does, 「避免」 does not.
    """
    titles = frozenset(pair for each in found.candidates[:TITLES] for pair in pairs(normalise(each.passage.title)))
    things, names = nouns(normalise(asked)), dict[str, float]()
    for word in content(asked):
        weight = max((found.rarity.get(pair, 0.0) for pair in pairs(word)), default=0.0)
        if weight >= SPECIFIC and (word in things or not titles.isdisjoint(pairs(word))):
            names[word] = weight
    return names


def _source(found: Found, turn: Turn) -> Passage | None:
    """What the turn was answered from; None where it was refused, or nothing is there any more."""
    passages = [candidate.passage for candidate in found.candidates]
    if not turn.titles or not passages:
        return None
    return next((passage for passage in passages if passage.title == turn.titles[0]), passages[0])


def _topic(turn: Turn, source: Passage | None) -> str:
    """What goes before a question: a source's title, of a law or a case what follows 「第260条：」 or 「案例：」."""
    if source is None:
        topic = core(turn.question)
        return topic if len(topic) <= LONG_TIED else topic.partition("，")[0]  # what was carried is not carried on
    return source.title.rpartition("：")[2] if source.kind in ("law", "case") else source.title


def _held(names: Mapping[str, float], turn: Turn, source: Passage | None) -> float:
    """The share of the names' weight that stands in what the turn asked and was answered from."""
    told = [source.title, source.text, *source.asks] if source else []
    text = normalise("\n".join([turn.question, *told]))
    return sum(weight for name, weight in names.items() if name in text) / sum(names.values())


def _says(names: Mapping[str, float], source: Passage | None) -> bool:
    """Whether a source's title has one of the names."""
    title = frozenset(pairs(normalise(source.title))) if source else frozenset()
    return any(not title.isdisjoint(pairs(name)) for name in names)
