"""What is wrong with task rules and gates: what they refer to, their dates, their titles, and whom they wait for."""

from collections.abc import Iterator, Mapping
from string import Formatter

from playbook.checklist import OPENED, Group, Kind, Procedure, Question, TaskRule
from playbook.faults import Fault, Location
from playbook.parts import TaskKind

COUNTED = frozenset({"n", "times"})
"""What a title may name besides answers."""
MOST_WORKDAYS, MOST_MONTHS = 1000, 120


def rule_faults(procedure: Procedure, sources: frozenset[str]) -> Iterator[Fault]:
    """Faults of `tasks.yaml`, conditions apart. `sources` are the ids that may be cited."""
    rules = procedure.rules
    groups = {group.id: group for group in procedure.checklist.groups if group.repeats}
    for r, rule in enumerate(rules.tasks):
        here: Location = ("tasks", r)
        group = groups.get(rule.each or "")
        if rule.source not in sources:
            yield Fault((*here, "source"), f"「source」指的「{rule.source}」手册里没有，请改正")
        if rule.each and group is None:
            yield Fault((*here, "each"), f"「each」指的「{rule.each}」不是重复的组，请改正")
        if rule.kind is TaskKind.eco_liability and not rule.evidence:
            yield Fault((*here, "kind"), "生态责任任务要写「evidence」：凭什么办结")
        known = _in_scope(procedure, group)
        yield from _due(rule, here, known)
        yield from _title(rule, here, known)
        for w, awaited in enumerate(rule.waits):
            if awaited not in rules.by_id:
                yield Fault((*here, "waits", w), f"「waits」里的「{awaited}」不是任务编号，请改正")
    for g, gate in enumerate(rules.gates):
        if gate.until not in rules.by_id:
            yield Fault(("gates", g, "until"), f"「until」指的「{gate.until}」不是任务编号，请改正")
        if gate.source not in sources:
            yield Fault(("gates", g, "source"), f"「source」指的「{gate.source}」手册里没有，请改正")
    yield from _circles(procedure)


def _in_scope(procedure: Procedure, group: Group | None) -> dict[str, Question]:
    """The questions that a rule may name: those outside repeating groups, and those of the item that it is for."""
    groups = [each for each in procedure.checklist.groups if not each.repeats or each is group]
    return {question.id: question for each in groups for question in each.questions}


def _due(rule: TaskRule, here: Location, known: Mapping[str, Question]) -> Iterator[Fault]:
    due = rule.due
    if due.start != OPENED and (due.start not in known or known[due.start].type is not Kind.date):
        yield Fault((*here, "due", "from"), f"「from」只能是 {OPENED} 或一道日期题的编号，现在是「{due.start}」")
    if (due.workdays is None) == (due.months is None):
        yield Fault((*here, "due"), "「due」里「workdays」和「months」要写一个，只写一个")
    if due.times > 1 and due.months is None:
        yield Fault((*here, "due", "times"), "「times」要和「months」一起用，请补上「months」或删去「times」")
    if due.grace is not None and due.months is None:
        yield Fault((*here, "due", "grace"), "「grace」要和「months」一起用，请补上「months」或删去「grace」")
    if abs(due.workdays or 0) > MOST_WORKDAYS:
        yield Fault((*here, "due", "workdays"), f"「workdays」最多{MOST_WORKDAYS}，现在是 {due.workdays}")
    if (due.months or 0) * due.times > MOST_MONTHS:
        yield Fault((*here, "due", "months"), f"「months」乘「times」最多{MOST_MONTHS}个月，请改小")


def _title(rule: TaskRule, here: Location, known: Mapping[str, Question]) -> Iterator[Fault]:
    """Braces in a title: each names an answer, and none that says how to reach somebody, since titles are recorded."""
    here = (*here, "title")
    try:
        fields = [(name, spec, how) for _, name, spec, how in Formatter().parse(rule.title) if name is not None]
    except ValueError:
        yield Fault(here, "「title」里的花括号不成对，请改正")
        return
    for name, spec, how in dict.fromkeys(fields):
        if spec or how:
            yield Fault(here, f"「title」里的花括号只写题目编号，请改成 {{{name}}}")
        elif name not in known and name not in COUNTED:
            yield Fault(here, f"「title」里的「{{{name}}}」不是这里能用的题目编号，请改正")
        elif name in known and known[name].personal:
            yield Fault(here, f"「title」里的「{{{name}}}」是联系方式或私事，不写进标题，请删去")


def _circles(procedure: Procedure) -> Iterator[Fault]:
    """Tasks that wait for each other in a circle, gates included."""
    rules = procedure.rules
    gated = {kind: [gate.until for gate in rules.gates if gate.blocks is kind] for kind in TaskKind}
    ahead = {rule.id: [id_ for id_ in (*rule.waits, *gated[rule.kind]) if id_ in rules.by_id] for rule in rules.tasks}
    for r, rule in enumerate(rules.tasks):
        circle = _circle(ahead, rule.id)
        if circle and rule.id == min(circle):
            where = "waits" if (circle[1:] or circle)[0] in rule.waits else "kind"
            yield Fault(("tasks", r, where), f"任务互相等待，谁也办不成：{' → '.join([*circle, rule.id])}")


def _circle(ahead: Mapping[str, list[str]], start: str) -> list[str]:
    """The shortest way from a task back to itself; empty where there is none."""
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop(0)
        for awaited in ahead[way[-1]]:
            if awaited == start:
                return way
            if awaited not in seen:
                seen.add(awaited)
                ways.append([*way, awaited])
    return []
