"""What is wrong with `visits.yaml`: what it refers to, and conditions that nobody's answer can meet."""

import re
from collections.abc import Iterator

from playbook.checklist import Checklist
from playbook.conditions import ConditionInvalid, Facts
from playbook.faults import Fault, Location
from playbook.visits import FollowUp, Point, VisitGuide

_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")


def visit_faults(guide: VisitGuide, checklist: Checklist, sources: frozenset[str]) -> Iterator[Fault]:
    """Everything wrong with a guide, once each key by itself is right. `sources` are the ids that may be cited."""
    asked = [question.id for question in guide.questions]
    for q, question in enumerate(guide.questions):
        if asked.index(question.id) != q:
            yield Fault(("questions", q, "id"), f"题目编号「{question.id}」重复了，请换一个")
        if question.help not in sources:
            yield Fault(("questions", q, "help"), f"「help」指的「{question.help}」手册里没有，请改正")
    known = checklist.questions.keys()
    lists = [group.id for group in checklist.groups if group.repeats]
    cited: list[tuple[Location, FollowUp | Point, set[str]]] = []
    cited.extend((("follow_ups", f), rule, set(asked)) for f, rule in enumerate(guide.follow_ups))
    cited.extend((("points", p), point, {*known, *lists}) for p, point in enumerate(guide.points))
    for here, part, names in cited:
        if part.source not in sources:
            yield Fault((*here, "source"), f"「source」指的「{part.source}」手册里没有，请改正")
        if part.when and (strange := sorted(part.when.names - names)):
            yield Fault((*here, "when"), f"条件里的「{strange[0]}」不是题目编号，请改正")
    for f, rule in enumerate(guide.follow_ups):
        if [each.id for each in guide.follow_ups].index(rule.id) != f:
            yield Fault(("follow_ups", f, "id"), f"编号「{rule.id}」重复了，请换一个")
        yield from _unanswerable(guide, rule, ("follow_ups", f, "when"))


def _unanswerable(guide: VisitGuide, rule: FollowUp, here: Location) -> Iterator[Fault]:
    """A condition on what nobody can choose, or one that is neither true nor false."""
    offered = {choice.text for question in guide.questions for choice in question.choices}
    for quoted in _QUOTED.findall(rule.when.source):
        if quoted not in offered:
            yield Fault(here, f"条件里的「{quoted}」不是哪一题的选项，请改正")
    empty: dict[str, list[str]] = {question.id: [] for question in guide.questions}
    if rule.when.names <= empty.keys():
        try:
            Facts(empty).holds(rule.when)
        except ConditionInvalid as error:
            yield Fault(here, f"{error}，请改正")
