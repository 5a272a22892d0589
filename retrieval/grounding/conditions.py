"""Under which condition something is so, and what the source leaves open. Pure.

「因市场淘汰停业的，重点对接绿色转型扶持」 takes its halves from two sentences of the source that speak of
different companies.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from retrieval.grounding.agents import actors, without
from retrieval.grounding.evidence import Evidence, clauses, covered, near, terms

_CONDITION = re.compile(
    r"(?:的|的企业|的公司|的单位|时|之前|以前|之后|以后|停业|关停|破产|解散)$|^(?:如果|若|因|对于|对)"
)
_OPEN = re.compile(r"没有写明|没有列|没有写|未写明|没写|未见|没有注明|由谁")
_ASKED = re.compile("多少|什么|谁|何时|是否|哪|几")
_UNCERTAIN = re.compile(r"没|未|不|核实|核对|为准|谁|是否|约定")
_PINNED, _ELSEWHERE = 0.7, 0.35
"""How much of a condition a sentence of the source must say to be the one; how much less it may be elsewhere."""
_OPEN_NEAR = 0.5


def misapplied(sentence: str, evidence: Evidence) -> bool:
    """Whether the sentence says something under a condition under which its source says something else, or nothing."""
    parts = clauses(sentence)
    if not _OPEN.search(sentence) and any(_left_open(part, evidence) for part in parts):
        return True
    for condition, told in pairwise(parts):
        if _CONDITION.search(condition) and _elsewhere(condition, told, evidence.sentences):
            return True
    return False


def _elsewhere(condition: str, told: str, sources: Sequence[str]) -> bool:
    claim, said = terms(without(condition)), terms(told)
    if len(claim) < 3 or not said:
        return False
    pinned = max(covered(claim, terms(each)) for each in sources)
    if pinned < _PINNED:
        return False
    under = [each for each in sources if covered(claim, terms(each)) > pinned - _ELSEWHERE]
    here = max(covered(said, terms(each)) for each in under)
    there = max(covered(said, terms(each)) for each in sources)
    if there > 0.8 and here < there - 0.45:
        return any(covered(said, terms(each)) > here + 0.45 and _own(each, claim) for each in sources)
    whose = frozenset(actor for each in under for actor in actors(each))
    return "由" in told and bool(whose) and not actors(told) <= whose


def _own(sentence: str, claim: frozenset[str]) -> bool:
    """Whether a sentence has a condition of its own, which is not the one that is claimed."""
    return any(_CONDITION.search(part) and covered(claim, terms(part)) < _PINNED for part in clauses(sentence))


def _left_open(clause: str, evidence: Evidence) -> bool:
    """Whether the clause tells what its source says is not told."""
    if _UNCERTAIN.search(clause) or len(terms(clause)) < 3:
        return False
    unknown = known = 0.0
    for sentence in evidence.sentences:
        parts = clauses(sentence)
        for place, part in enumerate(parts):
            nearness = near(clause, part, sentence)
            following = "".join(parts[place + 1 : place + 2])
            if _OPEN.search(part) or (_OPEN.search(following) and _ASKED.search(part)):
                unknown = max(unknown, nearness)
            else:
                known = max(known, nearness)
    return unknown >= _OPEN_NEAR and unknown > known + 0.05
