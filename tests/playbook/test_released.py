"""`playbook.released`: what is written is read back as it was; what cannot be used is named and left out."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.loader import load_playbook, read_cases
from playbook.model import Case, Pillar, Playbook
from playbook.procedure import load_procedure
from playbook.released import read_released, released_cases, released_files, write_case

NOTHING = Playbook.of([])
DYE_WORKS = Case(
    id="case-cm-2026-0001",
    kind="case",
    title="案例：2026年印染纺织企业停业",
    pillars=(Pillar.ecology, Pillar.asset),
    year=2026,
    industry="印染纺织",
    reason="环保不达标",
    industries=("印染纺织",),
    reasons=("环保不达标",),
    pollution=True,
    figures=("员工 40 人",),
    lesson="先定修复方案，再谈处置。",
    asks=("印染企业停业怎么办",),
    related=("eco-forcing",),
    source="本区案件",
    body="2026年，一家印染企业停业。\n\n- 修复方案先行。",
)

texts = st.text(st.characters(exclude_categories=["Cs"])).map(str.strip).filter(bool)
bodies = texts.map(lambda text: "\n".join(text.splitlines()).strip()).filter(bool)
several = st.lists(texts, max_size=3).map(tuple)
cases = st.builds(
    Case,
    id=st.from_regex(r"\Acase-[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,3}\Z"),
    kind=st.just("case"),
    title=texts,
    pillars=st.lists(st.sampled_from(Pillar), min_size=1, max_size=3).map(tuple),
    year=st.none() | st.integers(1980, 2100),
    industry=texts,
    reason=texts,
    industries=several,
    reasons=several,
    pollution=st.none() | st.booleans(),
    figures=several,
    lesson=texts,
    asks=several,
    related=st.just(()),
    source=texts | st.sampled_from(["---", "null", "2026-03-01", "- a", "a: b", "x\n---\ny", "甲\u2028乙", "是", "no"]),
    body=bodies,
)


@given(case=cases)
def test_a_case_that_is_written_is_read_as_it_was(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = tmp_path_factory.mktemp("released")
    path = write_case(directory, case)
    assert read_cases([path]) == ([case], [])
    assert list(directory.iterdir()) == [path]


def test_a_case_written_again_takes_its_own_place(tmp_path: Path) -> None:
    directory = tmp_path / "data" / "released"
    first = write_case(directory, DYE_WORKS)
    again = DYE_WORKS.model_copy(update={"lesson": "早预警。"})
    assert write_case(directory, again) == first == directory / "case-cm-2026-0001.md"
    assert released_cases(directory, NOTHING) == [again]


def test_what_officers_read_in_the_file_is_plain(tmp_path: Path) -> None:
    text = write_case(tmp_path, DYE_WORKS).read_text("utf-8")
    assert "title: 案例：2026年印染纺织企业停业\n" in text
    assert "pollution: true\n" in text


@pytest.mark.parametrize("directory", [None, Path("no-such-folder"), Path(__file__)])
def test_no_folder_is_no_cases(directory: Path | None) -> None:
    assert released_files(directory) == []
    assert released_cases(directory, NOTHING) == []


@pytest.mark.parametrize(
    ("right", "wrong", "line", "advice"),
    [
        ("---\n", "", "", "缺少文件头"),
        ("lesson:", "lessen:", "", "缺少「lesson」，请补上"),
        ("lesson:", "lessen:", "lessen", "不认识「lessen」这一项"),
        ("year: 2026", "year: 今年", "year", "「year」的值「今年」类型不对"),
        ("pollution: true", "pollution: 有", "pollution", "「pollution」的值「有」类型不对"),
        (DYE_WORKS.id, "case-cm-2026-0002", "id", "编号「case-cm-2026-0002」已被使用，请换一个"),
        (DYE_WORKS.id, "case-2023-dye-works", "id", "编号「case-2023-dye-works」已被使用，请换一个"),
        ("title: 案例", "title: \udcb0\udcb8", "title", "不是 UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_left_out(
    tmp_path: Path, right: str, wrong: str, line: str, advice: str, caplog: pytest.LogCaptureFixture
) -> None:
    """`line` is the key on whose line the problem stands; none for the first line."""
    other = DYE_WORKS.model_copy(update={"id": "case-cm-2026-0002"})
    write_case(tmp_path, other)
    path = write_case(tmp_path, DYE_WORKS).rename(tmp_path / "case-zz.md")
    spoilt = path.read_text("utf-8").replace(right, wrong, 1)
    path.write_bytes(spoilt.encode("utf-8", "surrogateescape"))
    number = next((n for n, each in enumerate(spoilt.splitlines(), 1) if each.startswith(f"{line}:")), 1)
    (tmp_path / "folder.md").mkdir()
    playbook = load_playbook()
    cases, problems = read_released(tmp_path, playbook)
    assert cases == [other]
    assert [(problem.file, problem.line) for problem in problems if advice in problem.advice] == [(path, number)]
    with caplog.at_level(logging.WARNING):
        assert released_cases(tmp_path, playbook) == [other]
    assert str(path) in caplog.text


def test_the_playbooks_own_cases_are_filtered_by_choices_of_the_checklist() -> None:
    questions = {question.id: question for question in load_procedure().checklist.questions.values()}
    industries, reasons = ({choice.text for choice in questions[id_].choices} for id_ in ("industry", "reason"))
    past = [entry for entry in load_playbook().entries.values() if isinstance(entry, Case)]
    assert {industry for case in past for industry in case.industries} <= industries
    assert {reason for case in past for reason in case.reasons} <= reasons
    for case in past:
        assert not case.industries or case.industry != "文章未写明", case.id
        assert not case.reasons or case.reason != "文章未写明", case.id
