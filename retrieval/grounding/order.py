"""What a sentence says comes first, and whether its source has it the other way round. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from retrieval.grounding.evidence import Evidence, terms
from retrieval.grounding.figures import spelled
from retrieval.normalise import CACHED

_THEN = re.compile(
    r"先(?!行|后|生|从)(?P<earlier>[^;。]{2,30}?)(?:[,;]?(?:然后|随后|之后|以后|接着)?[才再](?!就业|利用|开发|次)|[,;](?:之后|然后|后)|,(?=最后)"
    r"|后(?=[^,]))(?P<later>[^;。]{2,30})"
)
_PRECEDES = re.compile(r"([^,;:。]{2,16}?)(?:优先于|先于|早于)([^,;:。]{2,16})")
_AHEAD = re.compile(r"([^,;:。]{2,16}?)[应须要]?提前\d+(?:日|天|个月|个工作日)([^;。]{2,30})")
_FIRST = re.compile(r"先(?!行|后|生|从)(?!.*(?:再|然后))")
_NEXT = re.compile(r"再(?!就业|利用|开发|次)|然后|随后")
_STEP = re.compile(r"第[一二三四五六七八九十\d]+步")
_LEADING = re.compile(r"[,;。]")
_MARK = re.compile(r"之前|以前|之后|以后|(?<![先落前背])前(?![提往期车景])|(?<![先落前背])后(?![来续果悔])")
_FORBIDDEN = re.compile(r"不得|不能|不可|不要|不宜")
_NEEDED = 2
"""Terms on both sides together that two sentences must share to be about the same two things."""

Pair = tuple[frozenset[str], frozenset[str]]


def turned_round(sentence: str, evidence: Evidence) -> bool:
    """Whether the sentence puts first what its source puts after."""
    others = told(evidence.sentences) if precedences(sentence) else []
    for earlier, later in precedences(sentence):
        agreeing = max((_shared(earlier, later, *pair) for pair in others), default=0)
        turned = max((_shared(later, earlier, *pair) for pair in others), default=0)
        if turned > agreeing:
            return True
    return False


def told(sentences: Sequence[str]) -> list[Pair]:
    """The precedences of a passage: in its sentences, and between neighbours that count its steps."""
    found = [pair for sentence in sentences for pair in precedences(sentence)]
    for one, other in pairwise(sentences):
        if (_FIRST.search(one) and _NEXT.search(other)) or (_STEP.match(one) and _STEP.match(other)):
            found.append((terms(one) - terms(other), terms(other) - terms(one)))
    return found


@lru_cache(maxsize=CACHED)
def precedences(sentence: str) -> tuple[Pair, ...]:
    """Pairs of what comes first and what comes after, by their terms."""
    text = spelled(sentence)
    found = [(terms(match["earlier"]), terms(match["later"])) for match in _THEN.finditer(text)]
    found += [(terms(match[1]), terms(match[2])) for match in _PRECEDES.finditer(text)]
    found += [(terms(match[2]), terms(match[1])) for match in _AHEAD.finditer(text)]
    found += [pair for match in _MARK.finditer(text) for pair in _around(text, match)]
    return tuple((earlier - later, later - earlier) for earlier, later in found)


def _around(text: str, mark: re.Match[str]) -> list[Pair]:
    """「A之前B」, 「B应在A之前」: what is marked and what happens before or after it."""
    start = max((match.end() for match in _LEADING.finditer(text[: mark.start()])), default=0)
    head, _, marked = text[start : mark.start()].rpartition("在")
    rest = text[mark.end() :].lstrip(",")
    if (end := _LEADING.search(rest)) and not rest.startswith(("最后", "然后", "再"), end.end()):
        rest = rest[: end.start()]
    if not head and mark.group().endswith("后"):  # 「完成修复,达到标准后再谈处置」: all that went before comes first
        marked = text[: mark.start()] if len(marked) < 10 else marked
    told = terms(f"{head},{rest}")
    before = mark.group().endswith("前") != bool(_FORBIDDEN.search(head + rest))
    return [(told, terms(marked))] if before else [(terms(marked), told)]


def _shared(
    earlier: frozenset[str], later: frozenset[str], its_earlier: frozenset[str], its_later: frozenset[str]
) -> int:
    one, other = len(earlier & its_earlier), len(later & its_later)
    return one + other if one and other and one + other >= _NEEDED else 0
