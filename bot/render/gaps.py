"""Gaps, drafts and what became of them, as HTML."""

from collections.abc import Callable, Sequence

from actions.calendar import local_day
from actions.drafts import Draft
from actions.gaps import Gap, Settled
from bot.gap_groups import Group
from bot.messages import gaps as wording
from bot.render.text import MESSAGE_LIMIT, escape, pack
from playbook.loader import Problem
from playbook.model import Pillar, Section
from retrieval.model import Hit, Passage

ASKED, SHOWN = 8, 160
"""Questions of a group that are listed, and characters of each."""
EXCERPT = 1200
"""Characters of a text that are shown: two phone screens."""
SAID = 400
PROBLEMS = 8

Name = Callable[[int], str]


def list_text(groups: Sequence[Group], first: int, total: int, questions: int, limit: int) -> str:
    """A page of groups; `total` of them with so many `questions`, of which `limit` are looked at."""
    head = [f"<b>{escape(wording.TITLE)}</b>"]
    if not groups:
        return "\n".join([*head, escape(wording.NONE_OPEN)])
    counted = wording.counts(total, questions) + (wording.at_most(limit) if questions >= limit else "")
    return "\n".join([*head, escape(counted), *(_line(n, group) for n, group in enumerate(groups, first))])


def _line(number: int, group: Group) -> str:
    refused = sum(gap.refused for gap in group.gaps)
    counts = (len(group.gaps), group.askers, refused, len(group.gaps) - refused)
    return escape(wording.group(number, short(group.typical.text), *counts, local_day(group.last)))


def group_text(group: Group, nearest: Sequence[Hit], name: Name) -> str:
    """One group: who asked what, what was answered, what lies near."""
    gaps = sorted(group.gaps, key=lambda gap: -gap.id)
    lines = [
        f"<b>{escape(short(group.typical.text))}</b>",
        escape(wording.card_title(len(gaps), group.askers)),
        *(
            escape(wording.asked(short(gap.text), name(gap.officer_id), local_day(gap.at), gap.refused))
            for gap in gaps[:ASKED]
        ),
        *([escape(wording.more(len(gaps) - ASKED))] if len(gaps) > ASKED else []),
        "",
        *_answered(next((gap for gap in gaps if not gap.refused), None)),
        escape(wording.titles([hit.passage.title for hit in nearest])),
    ]
    return pack(lines, MESSAGE_LIMIT)[0]


def _answered(gap: Gap | None) -> list[str]:
    """What somebody found to be no answer."""
    if gap is None:
        return []
    cited = "、".join(citation.title for citation in gap.cited)
    said = [escape(_cut(gap.said, SAID))] if gap.said else []
    return [escape(f"{wording.ANSWERED_WITH}{cited}"), *said, ""]


def settled_text(settled: Settled, question: str, name: Name) -> str:
    """What became of a question."""
    day = local_day(settled.at)
    return escape(wording.settled(short(question), settled.title, name(settled.by_id), day))


def candidate_text(passages: Sequence[Passage], question: str) -> str:
    """The beginning of a source, and whether it is the one."""
    text = "\n".join(passage.text for passage in passages)
    lines = [f"<b>{escape(passages[0].title)}</b>", *escape(_cut(text, EXCERPT)).split("\n"), ""]
    return pack([*lines, escape(wording.is_it(short(question)))], MESSAGE_LIMIT)[0]


def draft_text(draft: Draft, section: Section) -> str:
    """A section as it would be published."""
    body = section.body[:EXCERPT]
    rest = [escape(wording.characters(len(section.body)))] if len(section.body) > EXCERPT else []
    lines = [f"<b>{escape(section.title)}</b>", *escape(body).split("\n"), *rest, ""]
    pillar = escape(wording.filed_under(Pillar(draft.pillar).label))
    return pack([*lines, escape(wording.CHECKED), pillar], MESSAGE_LIMIT)[0]


def problems_text(problems: Sequence[Problem]) -> str:
    """What is to be mended in a draft."""
    told = [escape(wording.problem(problem.line, problem.advice)) for problem in problems[:PROBLEMS]]
    return "\n".join([escape(wording.TO_MEND), *told])


def short(text: str) -> str:
    """A question on one line."""
    return _cut(" ".join(text.split()), SHOWN)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
