"""Which of a chat model's sentences the passages bear out that it was given. Code decides, without asking a model.

A sentence leaves under marks whose passages hold it: its figures and names stand there, nothing in it is denied there
or comes in another order there, and it is as like them as honest sentences are. A sentence under a wrong mark is put
under the right one; whatever is borne out by no passage is cut. `support` holds the bound and how it was found.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from playbook.masking import without_contacts
from retrieval.chunks import plain
from retrieval.embedder import Matrix
from retrieval.grounding.agents import by_others
from retrieval.grounding.conditions import misapplied
from retrieval.grounding.evidence import Evidence, covered, terms
from retrieval.grounding.figures import spelled
from retrieval.grounding.named import unnamed
from retrieval.grounding.order import turned_round
from retrieval.grounding.polarity import contrary
from retrieval.grounding.quantities import misquoted
from retrieval.grounding.support import Likeness
from retrieval.model import Passage, Statement

Similarity = Callable[[Sequence[str]], Matrix]
"""Embeds texts to unit vectors, one row a text: an embedder's `passages`."""

MOST_KEPT = 8
"""Sentences at most: more is no answer for a telephone's screen."""
SHARE_KEPT = 0.5
"""The share of the sentences that must be kept for the rest to be trusted as an answer."""
SAME = 0.8
"""A sentence that shares this many of its terms with one before it says the same."""
SHORTEST = 4
"""Characters below which something is no sentence."""

_BRACKETED = r"\s*[\[［【〔]+\s*(?:来源|出处|材料|段落)?\s*(\d{1,2}(?:\s*[,，、;；-]\s*\d{1,2})*)\s*[\]］】〕]+"
_MARK = re.compile(_BRACKETED)
_MARKED_STOP = re.compile(rf"((?:{_BRACKETED})+)\s*([。！？!?；;，,、.]+)")
_SENTENCE = re.compile(rf"(?:(?!\n)[^。！？!?])+?(?:[。！？!?]+[」』”’）)]*(?:{_BRACKETED})*|(?=\n)|\Z)", re.DOTALL)
_ENUMERATION = re.compile(
    r"^(?:#{1,6}\s+|\(?\d{1,2}[.、)）]\s*|[①-⑩]\s*|[-*•·]\s*|(?:首先|其次|最后|此外|另外|同时)[,，]\s*)+"
)
_FILLER = re.compile(
    r"^(?:根据|依据|按照|基于|从)(?:您?提供的|上述|以上|所给的?|给出的|这些|现有的?|手册的?)*(?:材料|资料|段落|内容|信息|手册)"
    r"(?:的?(?:内容|规定|记载|说明))?(?:来看|可知|显示)?[,，:：]?\s*"
)
_VOICE = re.compile(
    r"作为(?:一个|一名)?(?:ai|人工智能|语言模型|助手|模型)|语言模型|人工智能|抱歉|对不起|很遗憾|我(?:无法|不能|没法|不可以|将|会|认为|建议|们无法)"
    r"|无法(?:回答|提供|确定您)|不便回答|希望(?:以上|这些|对您)|仅供参考|如(?:有|需)(?:其他|更多|进一步)|请(?:随时|您?咨询专业)"
    r"|(?:材料|资料|段落|手册|上文|上述内容)(?:里|中|内|当中)*(?:并|均|都|也)?(?:没有?|未)(?:提|涉|包|给|说|写|明|记|直接)"
    r"|系统提示|提示词|忽略(?:以上|之前|上述)|ignore (?:all|the|previous)|i am|as an ai|i cannot|i can't|sorry",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"https?://|www\.|[a-z0-9-]+\.(?:com|cn|net|org)\b|加(?:我)?微信|扫码|二维码|点击|公众号|qq群|转账|汇款",
    re.IGNORECASE,
)


class Reason(StrEnum):
    """Why a sentence was cut; in this order they are looked for."""

    NO_MARK = "no mark"
    BAD_MARK = "no such passage"
    VOICE = "speaks of itself or of its material"
    ADDRESS = "an address that no passage has"
    FIGURE = "a figure that the passage has not"
    NAME = "a name that the passage has not"
    NEGATION = "denies what the passage says, or the reverse"
    AGENT = "has somebody else do it"
    CONDITION = "said of another case, or left open"
    ORDER = "puts first what the passage puts after"
    UNLIKE = "too little like the passage"
    REPEATED = "said before"


@dataclass(frozen=True, slots=True)
class Grounded:
    """What may leave, what was cut and why, and whether what is left is an answer."""

    kept: tuple[Statement, ...]
    cut: tuple[tuple[str, Reason], ...]
    enough: bool


def ground(text: str, passages: Sequence[Passage], similarity: Similarity) -> Grounded:
    """The sentences of `text` that the passages bear out; `passages` as they were numbered for the model, from 1."""
    kept, cut = list[Statement](), list[tuple[str, Reason]]()
    statements = list(read(text))
    judge = _Judge(passages, similarity, [statement.text for statement in statements])
    for statement in statements:
        verdict = judge.verdict(statement)
        if isinstance(verdict, Statement) and any(_same(verdict.text, other.text) for other in kept):
            verdict = Reason.REPEATED
        if isinstance(verdict, Statement) and len(kept) < MOST_KEPT:
            kept.append(verdict)
        elif isinstance(verdict, Reason):
            cut.append((statement.text, verdict))
    return Grounded(tuple(kept), tuple(cut), _enough(kept, cut))


def read(text: str) -> Iterator[Statement]:
    """The sentences of a model's text with the marks that stand at their end; Markdown's marks are taken off."""
    text = plain(re.sub(r"^\s*#{1,6}\s+", "", text, flags=re.MULTILINE))
    pending: Statement | None = None
    for match in _SENTENCE.finditer(_MARKED_STOP.sub(r"\3\1", text)):
        marks = tuple(dict.fromkeys(number for mark in _MARK.finditer(match.group()) for number in _numbers(mark[1])))
        bare = _FILLER.sub("", _ENUMERATION.sub("", _MARK.sub("", match.group()).strip())).strip()
        if pending and marks and len(bare) < SHORTEST:  # a mark on a line of its own
            pending = Statement(pending.text, tuple(dict.fromkeys((*pending.marks, *marks))))
            continue
        if pending:
            yield pending
        pending = Statement(bare, marks) if len(bare) >= SHORTEST else None
    if pending:
        yield pending


def _numbers(listed: str) -> list[int]:
    found = list[int]()
    for part in re.split(r"[,，、;；]", listed):
        low, *high = (int(number) for number in part.split("-"))
        found += range(low, min(high[0], low + 9) + 1) if high else [low]
    return found


class _Judge:
    """Holds the sentences of one answer against its passages; all that is to be embedded is embedded at once."""

    def __init__(self, passages: Sequence[Passage], similarity: Similarity, texts: Sequence[str]) -> None:
        self._passages = passages
        self._evidence = [Evidence.of([passage]) for passage in passages]
        self._likeness = Likeness(self._evidence, similarity, texts)

    def verdict(self, statement: Statement) -> Statement | Reason:
        """The statement under the marks that bear it out, or why none does."""
        if _VOICE.search(statement.text):
            return Reason.VOICE
        if not statement.marks:
            return Reason.NO_MARK
        marks = tuple(mark for mark in statement.marks if 1 <= mark <= len(self._passages))
        others = tuple(mark for mark in range(1, len(self._passages) + 1) if mark not in marks)
        first: Reason | None = None
        for chosen in self._choices(marks, others):
            reason = self._against(statement.text, chosen)
            if reason is None:
                return Statement(statement.text, chosen)
            first = first or reason
        return first if first and marks else Reason.BAD_MARK

    def _choices(self, marks: tuple[int, ...], others: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """The marks to be tried: all that were given, then each of the other passages."""
        if marks:
            yield marks
        yield from ((mark,) for mark in others)

    def _against(self, text: str, marks: tuple[int, ...]) -> Reason | None:
        evidence = Evidence.of([self._passages[mark - 1] for mark in marks])
        checks: tuple[tuple[Reason, bool], ...] = (
            (Reason.ADDRESS, _foreign_address(text, evidence)),
            (Reason.FIGURE, misquoted(text, evidence)),
            (Reason.NAME, unnamed(text, evidence)),
            (Reason.NEGATION, contrary(text, evidence)),
            (Reason.AGENT, by_others(text, evidence)),
            (Reason.CONDITION, misapplied(text, evidence)),
            (Reason.ORDER, turned_round(text, evidence)),
            (Reason.UNLIKE, not self._likeness.borne_out(text, [mark - 1 for mark in marks])),
        )
        return next((reason for reason, holds in checks if holds), None)


def _foreign_address(text: str, evidence: Evidence) -> bool:
    sources = evidence.text
    if any(spelled(match.group()) not in sources for match in _ADDRESS.finditer(text)):
        return True
    return without_contacts(text) != text and spelled(text) not in sources


def _same(text: str, other: str) -> bool:
    mine = terms(text)
    return covered(mine, terms(other)) > SAME


def _enough(kept: Sequence[Statement], cut: Sequence[tuple[str, Reason]]) -> bool:
    """Whether what is left answers: at least half of what was said, and something of it from the best passage."""
    counted = [reason for _, reason in cut if reason is not Reason.REPEATED]
    return bool(kept) and len(kept) >= SHARE_KEPT * (len(kept) + len(counted)) and any(1 in each.marks for each in kept)
