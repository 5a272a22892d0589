"""What `closure-bot check` finds wrong with a checklist and its task rules, once each key by itself is right.

Here the ids, questions and groups; task rules in `playbook.duties`, conditions in `playbook.scopes`, and whether they
can ever hold in `playbook.reaching`.
"""

from collections import Counter
from collections.abc import Iterator

from playbook.checklist import OPENED, REQUIRED_QUESTIONS, Kind, Procedure, Question
from playbook.duties import COUNTED, rule_faults
from playbook.faults import Fault, Location, each_question
from playbook.parts import Choice
from playbook.reaching import Reach
from playbook.scopes import condition_faults

BOUNDED = (Kind.text, Kind.number, Kind.money)
RESERVED = COUNTED | {OPENED}
_SYNTAX = "true false null in as break const continue else for function if import let loop package namespace return"
_TYPES = "bool bytes double dyn int list map null_type string type uint var void while"
CEL_WORDS = frozenset(f"{_SYNTAX} {_TYPES}".split())
"""Names that conditions cannot use for a question."""
LONGEST_LIST_ID = 19
"""With `_more` after it, it is the id of a question."""


def faults(procedure: Procedure, sources: frozenset[str]) -> Iterator[Fault]:
    """Every fault, in no particular order. `sources` are the ids that may be cited.

    Conditions are looked into where the groups are whole, and what can be reached where nothing else is wrong that
    could make it seem unreachable.
    """
    groups = list(_groups(procedure))
    found = [*groups, *_ids(procedure), *_questions(procedure)]
    if not groups:
        found += condition_faults(procedure)
    yield from found
    yield from _helps(procedure, sources)
    yield from rule_faults(procedure, sources)
    if not found:
        yield from Reach(procedure).unreachable()


def _ids(procedure: Procedure) -> Iterator[Fault]:
    """Ids that are taken, reserved, or missing."""
    groups = procedure.checklist.groups
    group_ids = Counter(group.id for group in groups)
    taken = Counter(question.id for _, _, question in each_question(procedure))
    others = group_ids.keys() | {group.more_id for group in groups if group.repeats}
    for location, _, question in each_question(procedure):
        where = (*location, "id")
        if taken[question.id] > 1:
            yield Fault(where, f"题目编号「{question.id}」重复了，请换一个")
        if question.id in others:
            yield Fault(where, f"题目编号「{question.id}」和组的编号相同，请换一个")
        if question.id in RESERVED | CEL_WORDS:
            yield Fault(where, f"编号「{question.id}」另有用途，请换一个")
    for g, group in enumerate(groups):
        if group_ids[group.id] > 1:
            yield Fault(("groups", g, "id"), f"组的编号「{group.id}」重复了，请换一个")
        if group.id in RESERVED | CEL_WORDS:
            yield Fault(("groups", g, "id"), f"编号「{group.id}」另有用途，请换一个")
    rules = procedure.rules
    for key, ids in (("tasks", [rule.id for rule in rules.tasks]), ("gates", [gate.id for gate in rules.gates])):
        yield from (
            Fault((key, n, "id"), f"编号「{id_}」重复了，请换一个") for n, id_ in enumerate(ids) if ids.count(id_) > 1
        )
    yield from _missing(procedure)


def _missing(procedure: Procedure) -> Iterator[Fault]:
    """Questions that every checklist has."""
    found = {question.id: (location, group, question) for location, group, question in each_question(procedure)}
    for id_, kind in REQUIRED_QUESTIONS.items():
        if id_ not in found:
            yield Fault(("groups",), f"缺少编号为「{id_}」、类型为 {kind} 的题，请补上")
            continue
        location, group, question = found[id_]
        if question.type is not kind:
            yield Fault((*location, "type"), f"「{id_}」这一题的类型要是 {kind}，现在是 {question.type}")
        if group.repeats:
            yield Fault((*location, "id"), f"「{id_}」这一题不能在重复的组里，请移到别的组")


def _helps(procedure: Procedure, sources: frozenset[str]) -> Iterator[Fault]:
    for location, _, question in each_question(procedure):
        if question.help not in sources:
            yield Fault((*location, "help"), f"「help」指的「{question.help}」手册里没有，请改正")


def _questions(procedure: Procedure) -> Iterator[Fault]:
    for location, _, question in each_question(procedure):
        yield from _choices(location, question)
        low, high = question.min, question.max
        if low is not None and high is not None and low > high:
            yield Fault((*location, "min"), "「min」大于「max」，请改正")
        if question.type not in BOUNDED:
            for key in (key for key, bound in (("min", low), ("max", high)) if bound is not None):
                yield Fault((*location, key), f"类型为 {question.type} 的题不能有「{key}」，请删去")


def _choices(location: Location, question: Question) -> Iterator[Fault]:
    offers = question.type in (Kind.choice, Kind.choices)
    if offers and not question.choices:
        yield Fault((*location, "type"), f"类型为 {question.type} 的题要有「choices」，请列出选项")
    if question.choices and not offers:
        yield Fault((*location, "choices"), f"类型为 {question.type} 的题不能有「choices」，请删去")
    seen = dict[str, Choice]()
    for c, choice in enumerate(question.choices):
        if choice.text in {earlier.text for earlier in question.choices[:c]}:
            yield Fault((*location, "choices", c), f"选项「{choice.text}」重复了，请删去一个")
            continue
        for word in dict.fromkeys((choice.text, *choice.also)):
            if word in seen:
                advice = f"「{word}」既指「{seen[word].text}」又指「{choice.text}」，请只留一处"
                yield Fault((*location, "choices", c), advice)
            seen.setdefault(word, choice)


def _groups(procedure: Procedure) -> Iterator[Fault]:
    """Groups that repeat by halves."""
    for g, group in enumerate(procedure.checklist.groups):
        keys = {"item": group.item, "names": group.names, "more": group.more}
        missing = "".join(f"「{key}」" for key, value in keys.items() if value is None)
        if missing and any(keys.values()):
            yield Fault(("groups", g), f"重复的组要写全「item」「names」「more」，还缺{missing}；不重复的组一个也不写")
        if group.names and group.names not in {question.id for question in group.questions}:
            yield Fault(("groups", g, "names"), f"「names」指的「{group.names}」不是这一组的题，请改正")
        if group.repeats and len(group.id) > LONGEST_LIST_ID:
            advice = f"重复的组的编号最多{LONGEST_LIST_ID}个字符，现在是「{group.id}」"
            yield Fault(("groups", g, "id"), advice)
