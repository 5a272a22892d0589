"""A small checklist with its tasks, sound as it is, for tests to spoil."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from playbook.checklist import Procedure
from playbook.loader import Problem
from playbook.procedure import CHECKLIST, TASKS, read_procedure

SOURCES = frozenset({"revisit", "disposal"})
SMALL_CHECKLIST = """\
pollution: size(findings) > 0
groups:
  - id: basics
    title: 基本
    questions:
      - {id: company, ask: 叫什么, label: 名称, type: text, help: revisit, why: 建档, required: true}
      - {id: uscc, ask: 代码, label: 代码, type: uscc, help: revisit, why: 建档}
      - {id: industry, ask: 行业, label: 行业, type: choice, help: revisit, why: 分类, choices: [印染, 建材, 农业]}
      - {id: reason, ask: 原因, label: 原因, type: choice, help: revisit, why: 分类, choices: [破产, 转移]}
      - {id: stage, ask: 阶段, label: 阶段, type: choice, help: revisit, why: 分类, choices: [预警, 已停业]}
      - {id: closure_date, ask: 哪天, label: 停业日期, type: date, help: revisit, why: 回访, required: true}
      - {id: phone, ask: 电话, label: 电话, type: phone, help: revisit, why: 联系, personal: true}
      - id: staff
        ask: 几人
        label: 人数
        type: number
        help: revisit
        why: 稳岗
        min: 0
        max: 500
      - id: owed
        ask: 欠薪多少
        label: 欠薪
        type: money
        help: revisit
        why: 先付
        when: staff > 0.0
      - {id: has_assets, ask: 有资产吗, label: 有资产, type: yes_no, help: disposal, why: 登记, required: true}
      - id: findings
        ask: 查出什么
        label: 污染
        type: choices
        help: revisit
        why: 谁停业谁治理
        choices: [危废, 土壤, 石棉, {text: 都没有, alone: true}]
  - id: assets
    title: 资产
    when: has_assets
    item: 资产
    names: asset_name
    more: 还有吗
    questions:
      - {id: asset_name, ask: 叫什么, label: 名称, type: text, help: disposal, why: 区分, required: true}
      - {id: land, ask: 哪类地, label: 土地, type: choice, help: disposal, why: 集体, choices: [国有, 集体]}
      - id: buffer
        ask: 在缓冲区吗
        label: 缓冲区
        type: yes_no
        help: disposal
        why: 评估
        when: land == "集体"
      - {id: sold_on, ask: 哪天成交, label: 成交日, type: date, help: disposal, why: 备案}
  - id: after
    title: 以后
    questions:
      - id: plan
        ask: 有方案吗
        label: 方案
        type: yes_no
        help: disposal
        why: 没有就先停
        when: assets.exists(a, a.buffer) || "土壤" in findings
"""
SMALL_TASKS = """\
gates:
  - {id: plan-first, title: 先有方案, blocks: disposal, until: make-plan, source: disposal}
tasks:
  - id: make-plan
    title: 修复方案
    pillar: ecology
    kind: eco_liability
    source: disposal
    when: size(findings) > 0 && !plan
    due: {from: opened, workdays: 20}
    evidence: 方案
  - id: sell
    title: 处置：{asset_name}
    pillar: asset
    kind: disposal
    source: disposal
    each: assets
    when: land == "集体" || buffer
    due: {from: opened, workdays: 10}
    waits: [register]
  - id: register
    title: 登记
    pillar: asset
    kind: asset
    source: disposal
    due: {from: opened, workdays: 5}
  - id: revisit
    title: 第{n}次回访，共{times}次
    pillar: relationship
    kind: revisit
    source: revisit
    due: {from: closure_date, months: 3, times: 4}
"""
Spoil = Callable[[str], str]


class Spoilt(NamedTuple):
    """One thing wrong: in which file, how it comes about, the line that is to be named, and the advice."""

    name: str
    file: str
    spoil: Spoil
    line: str
    advice: str


def put(*changes: str) -> Spoil:
    """Puts the second text in place of the first, the fourth in place of the third, and so on."""

    def spoil(text: str) -> str:
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
            text = text.replace(old, new)
        return text

    return spoil


def checklist(name: str, spoil: Spoil, line: str, advice: str) -> Spoilt:
    return Spoilt(name, CHECKLIST, spoil, line, advice)


def tasks(name: str, spoil: Spoil, line: str, advice: str) -> Spoilt:
    return Spoilt(name, TASKS, spoil, line, advice)


def write(directory: Path, spoilt: Spoilt | None = None) -> dict[str, str]:
    """Writes the small files, one of them spoilt; their texts by name."""
    texts = {CHECKLIST: SMALL_CHECKLIST, TASKS: SMALL_TASKS}
    if spoilt:
        texts[spoilt.file] = spoilt.spoil(texts[spoilt.file])
    for name, text in texts.items():
        (directory / name).write_text(text, "utf-8")
    return texts


def read(directory: Path) -> tuple[Procedure | None, list[Problem]]:
    return read_procedure(directory, SOURCES)


def expect(directory: Path, spoilt: Spoilt) -> None:
    """Asserts that the fault is the only one found, in its file, on its line, with its advice, in one line."""
    lines = write(directory, spoilt)[spoilt.file].splitlines()
    _, problems = read(directory)
    assert [problem.advice for problem in problems] == [spoilt.advice]
    [problem] = problems
    assert problem.file == directory / spoilt.file
    assert lines[problem.line - 1].strip().startswith(spoilt.line), f"{problem.line}: {lines[problem.line - 1]}"
    assert len(str(problem).splitlines()) == 1
