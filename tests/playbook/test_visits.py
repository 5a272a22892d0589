"""`visits.yaml`: the shipped one is sound, and what is wrong with one is a line that says where."""

from pathlib import Path

import pytest

from playbook.conditions import Facts
from playbook.loader import BUNDLED, load_playbook
from playbook.procedure import VISITS, load_procedure, read_procedure
from tests.playbook.yaml_files import SMALL_CHECKLIST, SMALL_TASKS, SOURCES

GUIDE = load_procedure().visits
SMALL = """\
questions:
  - {id: mood, ask: 情绪怎样, label: 情绪, help: revisit, choices: [平稳, 低落]}
follow_ups:
  - {id: call, title: 再打一次, pillar: relationship, kind: care, source: revisit, when: '"低落" in mood', workdays: 5}
points:
  - {text: 员工去向, source: revisit, when: staff > 0.0}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    for name, content in (("checklist.yaml", SMALL_CHECKLIST), ("tasks.yaml", SMALL_TASKS), (VISITS, text)):
        (tmp_path / name).write_text(content, "utf-8")
    found = read_procedure(tmp_path, SOURCES)[1]
    return [f"{problem.line} {problem.advice}" for problem in found if problem.file.name == VISITS]


def test_the_shipped_one_is_sound() -> None:
    assert read_procedure(BUNDLED, load_playbook().entries.keys())[1] == []
    assert len(GUIDE.questions) == 5


def test_every_shipped_follow_up_can_follow() -> None:
    for rule in GUIDE.follow_ups:
        asked = [question for question in GUIDE.questions if question.id in rule.when.names]
        empty = {question.id: list[str]() for question in GUIDE.questions}
        chosen = [{**empty, question.id: [choice.text]} for question in asked for choice in question.choices]
        assert any(Facts(answers).holds(rule.when) for answers in chosen), rule.id
        assert not Facts(empty).holds(rule.when), rule.id


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        ("help: revisit", "help: nowhere", 2, "「help」指的「nowhere」手册里没有"),
        ("source: revisit, when", "source: nowhere, when", 4, "「source」指的「nowhere」手册里没有"),
        ("in mood'", "in moods'", 4, "条件里的「moods」不是题目编号"),
        ('"低落" in', '"沮丧" in', 4, "条件里的「沮丧」不是哪一题的选项"),
        ("'\"低落\" in mood'", "mood", 4, "算出来的不是「是」或「否」"),
        ("staff > 0.0", "workers > 0.0", 6, "条件里的「workers」不是题目编号"),
        ("workdays: 5", "workdays: -1", 4, "「workdays」最小是 0"),
        ("choices: [平稳, 低落]", "choices: []", 2, "「choices」是空的"),
        ("text: 员工去向", "texts: 员工去向", 6, "不认识「texts」这一项"),
    ],
)
def test_a_fault_is_a_line_that_says_where(tmp_path: Path, old: str, new: str, line: int, advice: str) -> None:
    assert old in SMALL
    found = problems(tmp_path, SMALL.replace(old, new, 1))
    assert any(each.startswith(f"{line} ") and advice in each for each in found), found


def test_a_sound_one_has_none_and_one_may_do_without(tmp_path: Path) -> None:
    assert problems(tmp_path, SMALL) == []
    (tmp_path / VISITS).unlink()
    procedure, _ = read_procedure(tmp_path, SOURCES)
    assert procedure is not None
    assert (procedure.visits.questions, procedure.visits.points) == (GUIDE.questions, ())
