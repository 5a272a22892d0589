"""Sections that leads write in use: read as they come, checked as files are, taken up beside the playbook."""

from pathlib import Path

import pytest

from playbook.front_matter import file_text
from playbook.loader import load_playbook
from playbook.model import Pillar, Section
from playbook.own import OwnFile, write_list
from playbook.written import (
    ASKS,
    LONGEST,
    SHORTEST,
    TITLE_CHARACTERS,
    Frame,
    given_pillar,
    read_section,
    read_written,
    written_sections,
)

FRAME = Frame("own-2026-0001", Pillar.asset, ("锅炉停用要不要报备", "停用的锅炉\n去哪里报备"), "科长王建国补写")
BODY = "停用锅炉由企业在停用后三十天内向市场监管部门报备。"
FRONT = f"---\ntitle: 锅炉停用报备\nasks: [锅炉不用了怎么办]\npillar: ecology\n---\n{BODY}\n"
PLAYBOOK = load_playbook()


def read(said: str, frame: Frame = FRAME) -> Section:
    section, problems = read_section(said, frame, PLAYBOOK.entries)
    assert section is not None, problems
    assert problems == []
    return section


def advice(said: str) -> list[tuple[int, str]]:
    section, problems = read_section(said, FRAME, PLAYBOOK.entries)
    assert section is None
    return [(problem.line, problem.advice) for problem in problems]


@pytest.mark.parametrize("first", ["锅炉停用报备", "# 锅炉停用报备", "  《锅炉停用报备》 ", "**锅炉停用报备**"])
def test_a_title_and_a_text_are_a_section(first: str) -> None:
    section = read(f"\n{first}\n\n{BODY}\n- 由企业办。\n")
    assert (section.id, section.title, section.pillar) == ("own-2026-0001", "锅炉停用报备", Pillar.asset)
    assert section.body == f"{BODY}\n- 由企业办。"
    assert section.asks == ("锅炉停用要不要报备", "停用的锅炉 去哪里报备")
    assert (section.source, section.related) == ("科长王建国补写", ())


def test_a_front_matter_keeps_what_it_says_but_for_what_the_bot_knows_better() -> None:
    section = read(FRONT.replace("title:", "id: revisit-mechanism\nkind: case\nsource: 内部规定\ntitle:"))
    assert (section.id, section.kind, section.source) == ("own-2026-0001", "section", "内部规定")
    assert section.asks == ("锅炉不用了怎么办", *read(f"标题\n{BODY}").asks)
    assert given_pillar(FRONT) is Pillar.ecology


@pytest.mark.parametrize("said", ["标题\n正文", "---\npillar: nosuch\n---\n正文", "---\npillar: [\n---\n", "---", ""])
def test_no_pillar_is_made_up(said: str) -> None:
    assert given_pillar(said) is None


@pytest.mark.parametrize(
    "said",
    [
        f"标题\n{BODY}",
        f"冒号: 和 # 号 '引号\"\n{BODY}\n---\n第二段：--- 也在。",
        f"- 减号开头\n{BODY}",
        f"<b>&</b>\n{BODY}\u2028另一行",
        FRONT,
    ],
)
def test_what_is_written_to_the_disk_is_read_back_the_same(said: str, tmp_path: Path) -> None:
    section = read(said)
    (tmp_path / "sections").mkdir()
    (tmp_path / "sections" / "x.md").write_text(file_text(section), "utf-8")
    write_list(tmp_path, [OwnFile(section.id, 1, "section", section.title, "sections/x.md", "0", active=True)])
    [again], problems = read_written(tmp_path, PLAYBOOK)
    assert problems == []
    assert again.model_copy(update={"body": ""}) == section.model_copy(update={"body": ""})
    assert again.body.splitlines() == section.body.splitlines()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", (1, "第一行写标题")),
        ("只有标题", (1, "第一行写标题")),
        ("###\n正文" + BODY, (1, "第一行写标题")),
        (f"{'长' * (TITLE_CHARACTERS + 1)}\n{BODY}", (1, f"标题有 {TITLE_CHARACTERS + 1} 个字")),
        (f"标题\n{'短' * (SHORTEST - 1)}", (1, "正文太短")),
        (f"标题\n{'长' * (LONGEST + 1)}", (1, f"正文有 {LONGEST + 1} 个字")),
        (FRONT.replace("title: 锅炉停用报备\n", ""), (1, "缺少「title」")),
        (FRONT.replace("asks: [锅炉不用了怎么办]", "asks: 锅炉不用了怎么办"), (3, "「asks」的值")),
        (FRONT.replace("asks:", "ask:"), (3, "不认识「ask」")),
        (FRONT.replace("pillar", "related: [nosuch]\npillar"), (4, "「related」指向的「nosuch」")),
        (FRONT.replace("title: 锅炉", "title: [锅炉"), (3, "不是有效的 YAML")),
        (FRONT.replace("\n---\n", "\n"), (1, "缺少文件头")),
    ],
)
def test_what_is_to_be_mended_is_said_with_its_line(said: str, expected: tuple[int, str]) -> None:
    line, start = expected
    found = advice(said)
    assert any(at == line and start in what for at, what in found), found


def test_of_many_questions_the_shortest_are_kept_and_each_once() -> None:
    many = tuple(f"问题{'长' * (n % 60)}{n}" for n in range(90))
    section = read(f"标题\n{BODY}", Frame("own-2026-0001", Pillar.asset, (*many, *many, " "), "来源"))
    assert len(section.asks) == ASKS == len(set(section.asks))


def test_what_cannot_be_used_is_told_and_the_others_are_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "sections").mkdir()
    files = {
        "good": file_text(read(f"标题\n{BODY}")),
        "bad": "没有文件头",
        "taken": file_text(read(f"标题\n{BODY}").model_copy(update={"id": "revisit-mechanism"})),
        "off": file_text(read(f"标题\n{BODY}").model_copy(update={"id": "own-2026-0009"})),
    }
    for name, text in files.items():
        (tmp_path / "sections" / f"{name}.md").write_text(text, "utf-8")
    listed = [
        OwnFile(name, 1, "section", "标题", f"sections/{name}.md", "0", active=name != "off")
        for name in (*files, "gone")
    ]
    write_list(tmp_path, listed)
    assert [section.id for section in written_sections(tmp_path, PLAYBOOK)] == ["own-2026-0001"]
    for what in ("gone.md:1:文件不在了", "bad.md:1:缺少文件头", "taken.md:2:编号「revisit-mechanism」已被使用"):
        assert what in caplog.text
    assert written_sections(None, PLAYBOOK) == written_sections(tmp_path / "nosuch", PLAYBOOK) == []
