"""`playbook.reaching`: a question that nobody can be asked and a task that nobody can get are found, and no others."""

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playbook.conditions import Condition, Facts
from playbook.procedure import CHECKLIST, TASKS
from tests.playbook.yaml_files import SMALL_CHECKLIST, SMALL_TASKS, checklist, expect, put, read, tasks

QUESTION_WHEN = 'when: assets.exists(a, a.buffer) || "土壤" in findings'
TASK_WHEN = "when: size(findings) > 0 && !plan"
MORE = """\
      - {{id: later, ask: 后来呢, label: 后来, type: yes_no, help: revisit, why: 试, when: '{}'}}
"""
QUESTION_LOST = "没有哪种答案能走到「方案」这一题，请改条件"
TASK_LOST = "没有哪种答案会生成「修复方案」，请改条件"

NEVER = [
    'industry == "印染" && industry == "建材"',
    'industry == "印染" && industry != "印染"',
    "has_assets && !has_assets",
    "false",
    "staff > 500.0",
    "staff < 0.0",
    "staff > 3.0 && staff < 3.0",
    "staff > 10.0 && staff < 5.0 && has_assets",
    "owed > 5.0 && staff == 0.0",
    '"都没有" in findings && "石棉" in findings',
    'findings.exists(f, f == "都没有") && size(findings) > 1',
    "size(findings) > 3",
    'findings == [] && findings.exists(f, f != "都没有")',
    'closure_date == ""',
    'closure_date > "2026-03-01" && closure_date < "2026-02-01"',
    "size(assets) > 0 && !has_assets",
    "size(assets) == 0 && has_assets",
    "size(assets) > 20",
    'assets.exists(a, a.buffer && a.land == "国有")',
    'assets.exists(a, a.buffer) && assets.all(a, a.land != "集体")',
    'assets.exists(a, a.asset_name == "")',
    'company == ""',
    'industry == "印染" && "土壤" in findings && reason == "破产" && industry == "农业"',
]
"""Of the shapes that conditions of the small checklist can have: no answers make them true."""

SOMETIMES = [
    "true",
    'industry == "印染" && reason == "破产" && stage == "预警" && "石棉" in findings && staff == 77.0',
    'industry == ""',
    "staff == 500.0",
    "staff > 3.0 && staff < 3.5",
    "owed > 0.7 * staff && owed < 0.8 * staff",
    "owed > staff && staff > 100.0",
    '"土壤" in findings && "石棉" in findings && !("危废" in findings)',
    "size(findings) == 3",
    'findings.all(f, f != "土壤") && size(findings) == 2',
    'size(findings) == 1 && findings[0] == "都没有"',
    'closure_date > "2026-02-01" && closure_date < "2026-03-01"',
    "size(assets) == 7",
    "size(assets) == 20",
    "assets.exists(a, a.buffer) && assets.exists(a, !a.buffer)",
    'assets.exists(a, a.land == "国有") && assets.exists(a, a.land == "") && size(assets) == 2',
    'assets.all(a, a.land == "集体")',
    'company == "绿源" && phone == ""',
    'company.endsWith("（集团）")',
    "staff + owed > 100.0 && staff < 60.0 && owed < 60.0",
    "size(company) > 40",
    "int(staff) % 7 == 3",
]


def after_findings(condition: str) -> str:
    """A question at the end of the first group, asked under that condition."""
    return MORE.format(condition.replace("'", "''"))


@pytest.mark.parametrize("condition", NEVER)
def test_a_question_nobody_can_reach(tmp_path: Path, condition: str) -> None:
    expect(tmp_path, checklist("q", put(QUESTION_WHEN, f"when: '{condition}'"), "when:", QUESTION_LOST))


@pytest.mark.parametrize("condition", NEVER)
def test_a_task_nobody_can_get(tmp_path: Path, condition: str) -> None:
    expect(tmp_path, tasks("t", put(TASK_WHEN, f"when: '{condition}'"), "when:", TASK_LOST))


@pytest.mark.parametrize("condition", SOMETIMES)
@pytest.mark.parametrize("file", [CHECKLIST, TASKS])
def test_what_can_be_reached_is_not_complained_of(tmp_path: Path, condition: str, file: str) -> None:
    place = QUESTION_WHEN if file == CHECKLIST else TASK_WHEN
    for name, text in ((CHECKLIST, SMALL_CHECKLIST), (TASKS, SMALL_TASKS)):
        changed = text.replace(place, f"when: '{condition}'") if name == file else text
        (tmp_path / name).write_text(changed, "utf-8")
    assert read(tmp_path)[1] == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("staff > 100.0", "later && staff < 50.0"),
        ('industry == "印染"', 'later && industry in ["建材", "农业"]'),
        ('"都没有" in findings', "later && size(findings) > 1"),
        ("has_assets", "later && size(assets) == 0"),
    ],
)
def test_what_hangs_on_a_question_can_only_follow_from_its_answers(tmp_path: Path, first: str, second: str) -> None:
    change = put("  - id: assets\n", f"{after_findings(first)}  - id: assets\n", QUESTION_WHEN, f"when: '{second}'")
    expect(tmp_path, checklist("hangs", change, f"when: '{second}'", QUESTION_LOST))


def test_a_group_nobody_can_reach_is_named_once(tmp_path: Path) -> None:
    change = put("when: has_assets", "when: has_assets && staff < 0.0", QUESTION_WHEN, "when: has_assets")
    advice = "没有哪种答案能走到「资产」这一组，请改条件"
    expect(tmp_path, checklist("group", change, "when: has_assets && staff", advice))


@pytest.mark.parametrize(
    ("when", "line"),
    [
        ('land == "国有" && buffer', "when:"),
        ('buffer && land != "集体"', "when:"),
        ('asset_name == ""', "when:"),
        ("!has_assets", "when:"),
    ],
)
def test_a_task_for_each_item_needs_an_item_that_can_be(tmp_path: Path, when: str, line: str) -> None:
    advice = "没有哪种答案会生成「处置：{asset_name}」，请改条件"
    expect(tmp_path, tasks("each", put('when: land == "集体" || buffer', f"when: '{when}'"), line, advice))


@pytest.mark.parametrize("when", ["buffer", 'land == "集体" && !buffer', 'sold_on > "2026-01-01" && staff > 3.0'])
def test_a_task_for_some_items_is_not_complained_of(tmp_path: Path, when: str) -> None:
    changed = put('when: land == "集体" || buffer', f"when: '{when}'")(SMALL_TASKS)
    (tmp_path / CHECKLIST).write_text(SMALL_CHECKLIST, "utf-8")
    (tmp_path / TASKS).write_text(changed, "utf-8")
    assert read(tmp_path)[1] == []


def test_pollution_that_no_answers_have(tmp_path: Path) -> None:
    change = put("pollution: size(findings) > 0", "pollution: size(findings) > 3")
    expect(tmp_path, checklist("pollution", change, "pollution:", "没有哪种答案算得上有污染，请改条件"))


ATOMS = [
    'industry == "印染"',
    'industry == "建材"',
    'reason in ["破产", "转移"]',
    "has_assets",
    "staff > 3.0",
    "staff < 2.0",
    "owed > 1.0",
    '"土壤" in findings',
    '"都没有" in findings',
    "size(findings) > 1",
]
STAFF, OWED = (0.0, 1.5, 3.0, 200.0), (0.0, 1.0, 7.0)
FINDINGS = [list(some) for size in range(4) for some in itertools.combinations(["危废", "土壤", "石棉"], size)] + [
    ["都没有"]
]
formulas = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} && {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} || {two[1]})"),
    ),
    max_leaves=7,
)


def holds_for_somebody(formula: str) -> bool:
    """By brute force over answers that are told apart by nothing in ATOMS but themselves."""
    condition, facts = Condition(formula), Facts({})
    everyone = itertools.product(("印染", "建材", "农业", ""), ("破产", ""), (True, False), STAFF, OWED, FINDINGS)
    for industry, reason, has_assets, staff, owed, findings in everyone:
        if owed and not staff:
            continue  # who has no staff is not asked
        for name, value in {
            "industry": industry,
            "reason": reason,
            "has_assets": has_assets,
            "staff": staff,
            "owed": owed,
            "findings": findings,
        }.items():
            facts.put(name, value)
        if facts.holds(condition):
            return True
    return False


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(formula=formulas)
def test_the_search_agrees_with_brute_force(tmp_path: Path, formula: str) -> None:
    (tmp_path / CHECKLIST).write_text(SMALL_CHECKLIST, "utf-8")
    (tmp_path / TASKS).write_text(SMALL_TASKS.replace(TASK_WHEN, f"when: '{formula}'"), "utf-8")
    problems = [problem.advice for problem in read(tmp_path)[1]]
    assert problems == ([] if holds_for_somebody(formula) else [TASK_LOST])
