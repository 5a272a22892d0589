"""`playbook.loader`: what ships is whole, and whatever an officer breaks is named by file, line and remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from bot.cli import cli
from playbook.errors import PlaybookInvalid
from playbook.loader import load_playbook, read_playbook
from playbook.model import Case, Law, Pillar, Playbook, Section

SECTION = """---
id: {id}
kind: section
title: 停业企业回访机制
pillar: relationship
applies_to: [制造业]
asks: [停业企业多久回访一次]
related: []
source: 文章《崇明公司停业客户关系处理》
---
停业企业由招商部门每季度回访一次，持续一年。
"""
CASE = """---
id: {id}
kind: case
title: 案例：石棉瓦厂房拆除
pillars: [ecology, asset]
year: 2022
industry: 建材
reason: 环保不达标
figures: [处置费用80万元]
lesson: 先核对危废名录。
asks: []
related: []
source: 文章
---
建材企业停业后，拆除石棉瓦前先请区生态环境局确认。
"""
LAW = """---
id: {id}
kind: law
title: 危险废物名录HW36：石棉
pillar: ecology
articles: 《国家危险废物名录（2025年版）》
caution: 引用前请核对现行有效文本
asks: []
related: []
source: law-notes
---
石棉废物列为HW36类。
"""
TEMPLATES = {"sections": SECTION, "cases": CASE, "laws": LAW}


class Fault(NamedTuple):
    """A file with one thing wrong: its folder, what is done to its text, the line to be named, the advice."""

    name: str
    folder: str
    spoil: Callable[[str], str | bytes]
    line: int
    advice: str


def put(old: str, new: str) -> Callable[[str], str]:
    def spoil(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return spoil


FAULTS = [
    Fault("no-title", "sections", put("title: 停业企业回访机制\n", ""), 1, "缺少「title」，请补上"),
    Fault("no-year", "cases", put("year: 2022\n", ""), 1, "缺少「year」，请补上"),
    Fault("no-caution", "laws", put("caution: 引用前请核对现行有效文本\n", ""), 1, "缺少「caution」，请补上"),
    Fault("no-asks", "sections", put("asks: [停业企业多久回访一次]\n", ""), 1, "缺少「asks」，请补上"),
    Fault(
        "extra-key", "sections", put("source:", "owner: 陈晓\nsource:"), 9, "不认识「owner」这一项，请改正拼写或删去"
    ),
    Fault("key-of-a-case", "sections", put("source:", "year: 2022\nsource:"), 9, "不认识「year」"),
    Fault(
        "pillar",
        "sections",
        put("relationship", "finance"),
        5,
        "「pillar」的值「finance」不是支柱，可选：policy、asset",
    ),
    Fault("pillars", "cases", put("[ecology, asset]", "[ecology, 资产]"), 5, "不是支柱，可选：policy、asset"),
    Fault("no-pillars", "cases", put("[ecology, asset]", "[]"), 5, "「pillars」"),
    Fault(
        "kind",
        "sections",
        put("kind: section", "kind: case"),
        3,
        "「kind」的值「case」与所在文件夹不符，请改正或移动文件",
    ),
    Fault("kind-unknown", "laws", put("kind: law", "kind: 法规"), 3, "「kind」的值「法规」与所在文件夹不符"),
    Fault("Upper", "sections", lambda text: text, 2, "「id」只能用小写字母、数字和短横线，现在是「Upper」"),
    Fault("list-id", "sections", put("id: list-id", "id: [list-id]"), 2, "「id」"),
    Fault(
        "dead",
        "sections",
        put("related: []", "related: [no-such-entry]"),
        8,
        "指向的「no-such-entry」不存在，请改正或删去",
    ),
    Fault("number", "sections", put("title: 停业企业回访机制", "title: 2024"), 4, "「title」的值「2024」类型不对"),
    Fault("blank", "sections", put("title: 停业企业回访机制", "title:"), 4, "「title」"),
    Fault("year-in-words", "cases", put("year: 2022", "year: 前年"), 6, "「year」的值「前年」类型不对"),
    Fault("no-list", "sections", put("[制造业]", "制造业"), 6, "「applies_to」的值「制造业」类型不对"),
    Fault(
        "colon",
        "sections",
        put("title: 停业企业回访机制", "title: 回访: 每季度"),
        4,
        "不是有效的 YAML，请检查冒号、缩进和引号",
    ),
    Fault("tab", "sections", put("asks:", "\tasks:"), 7, "不是有效的 YAML"),
    Fault("list", "sections", lambda text: "---\n- 标题\n- 正文\n---\n正文。\n", 2, "不是有效的 YAML"),
    Fault("nothing", "sections", lambda text: "---\n---\n正文。\n", 2, "不是有效的 YAML"),
    Fault(
        "no-such-day",
        "sections",
        put("source: 文章《崇明公司停业客户关系处理》", "source: 2024-02-30"),
        2,
        "不是有效的 YAML",
    ),
    Fault("list-as-key", "sections", put("source:", "[1]: https://example.cn\nsource:"), 9, "不是有效的 YAML"),
    Fault("unopened", "sections", put("---\n", ""), 1, "缺少文件头：请以一行 --- 开头"),
    Fault("unclosed", "sections", put("---\n停业企业由", "停业企业由"), 1, "缺少文件头：请以一行 --- 开头"),
    Fault("empty-file", "sections", lambda text: "", 1, "缺少文件头"),
    Fault("gb18030", "sections", lambda text: text.encode("gb18030"), 4, "文件不是 UTF-8 编码，请用 UTF-8 另存"),
    Fault("utf-16", "sections", lambda text: text.encode("utf-16"), 1, "文件不是 UTF-8 编码，请用 UTF-8 另存"),
    Fault(
        "empty-body",
        "sections",
        put("停业企业由招商部门每季度回访一次，持续一年。\n", " \n\n"),
        1,
        "正文是空的，请在文件头之后写正文",
    ),
]


def write(playbook: Path, folder: str, name: str, content: str | bytes) -> Path:
    path = playbook / folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def write_fault(playbook: Path, fault: Fault) -> Path:
    return write(playbook, fault.folder, fault.name, fault.spoil(TEMPLATES[fault.folder].format(id=fault.name)))


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A playbook without a fault: one file in each folder."""
    write(tmp_path, "sections", "revisit", SECTION.format(id="revisit"))
    write(tmp_path, "cases", "case-asbestos", CASE.format(id="case-asbestos"))
    write(tmp_path, "laws", "law-asbestos", LAW.format(id="law-asbestos"))
    return tmp_path


@pytest.fixture(scope="module")
def shipped() -> Playbook:
    return load_playbook()


def test_a_sound_playbook_is_loaded_without_a_problem(sound: Path) -> None:
    playbook, problems = read_playbook(sound)
    assert problems == []
    assert {id_: type(entry) for id_, entry in playbook.entries.items()} == {
        "revisit": Section,
        "case-asbestos": Case,
        "law-asbestos": Law,
    }
    section = playbook.entries["revisit"]
    assert section.body == "停业企业由招商部门每季度回访一次，持续一年。"
    assert section.main_pillar is Pillar.relationship


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_one_line_with_file_line_and_what_to_do(sound: Path, fault: Fault) -> None:
    path = write_fault(sound, fault)
    playbook, problems = read_playbook(sound)
    assert [(problem.file, problem.line) for problem in problems] == [(path, fault.line)]
    assert fault.advice in problems[0].advice
    assert str(problems[0]).startswith(f"{path}:{fault.line}:")
    assert len(str(problems[0]).splitlines()) == 1
    assert len(playbook.entries) >= 3, "what is sound is loaded all the same"


def test_an_id_used_twice_names_the_other_file(sound: Path) -> None:
    second = write(sound, "sections", "zweite", SECTION.format(id="revisit"))
    across = write(sound, "laws", "law-z", LAW.format(id="case-asbestos"))
    _, problems = read_playbook(sound)
    assert [str(problem) for problem in problems] == [
        f"{across}:2:编号「case-asbestos」已被 case-asbestos.md 使用，请换一个",
        f"{second}:2:编号「revisit」已被 revisit.md 使用，请换一个",
    ]


def test_every_fault_is_found_in_one_run(sound: Path) -> None:
    expected = {(write_fault(sound, fault), fault.line) for fault in FAULTS}
    expected.add((write(sound, "sections", "zweite", SECTION.format(id="revisit")), 2))
    _, problems = read_playbook(sound)
    assert {(problem.file, problem.line) for problem in problems} == expected
    assert len(problems) == len(FAULTS) + 1
    assert problems == sorted(problems)


def test_several_faults_of_one_file_are_a_line_each(sound: Path) -> None:
    text = SECTION.format(id="twice").replace("title: 停业企业回访机制\n", "").replace("relationship", "sales")
    path = write(sound, "sections", "twice", text.replace("related: []", "related: []\nowner: 陈晓"))
    _, problems = read_playbook(sound)
    assert [(problem.file, problem.line) for problem in problems] == [(path, 1), (path, 4), (path, 8)]


def test_check_prints_every_problem_and_fails(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = {write_fault(sound, fault): fault for fault in FAULTS}
    monkeypatch.setenv("CLOSURE_BOT_PLAYBOOK_DIR", str(sound))
    result = CliRunner().invoke(cli, ["check", "--data-dir", str(sound / "data")])
    assert result.exit_code == 1
    assert result.stdout == ""
    *lines, total = result.stderr.splitlines()
    assert len(lines) == len(FAULTS)
    for path, fault in paths.items():
        assert any(line.startswith(f"{path}:{fault.line}:") and fault.advice in line for line in lines)
    assert str(len(FAULTS)) in total


def test_check_is_content_with_the_shipped_playbook(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["check", "--data-dir", str(tmp_path)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "98" in result.stdout


@pytest.mark.parametrize("folders", [[], ["sections"], ["sections", "cases", "laws"]])
def test_an_empty_folder_is_a_problem_of_the_folder(tmp_path: Path, folders: list[str]) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir()
    playbook, problems = read_playbook(tmp_path)
    assert [str(problem) for problem in problems] == [f"{tmp_path}:1:这里没有手册文件，请检查手册目录的设置"]
    assert playbook.entries == {}


def test_loading_insists_on_there_being_no_problem(sound: Path) -> None:
    first = write_fault(sound, FAULTS[0])
    write_fault(sound, FAULTS[4])
    with pytest.raises(PlaybookInvalid) as raised:
        load_playbook(sound)
    assert raised.value.details["count"] == 2
    assert "手册有2处问题" in str(raised.value)
    assert "closure-bot check" in str(raised.value)
    assert str(first.parent) in str(raised.value)


@pytest.mark.parametrize(
    "change", [lambda text: "\ufeff" + text, put("---\n", "--- \n"), lambda t: t.replace("\n", "\r\n")]
)
def test_what_windows_editors_do_to_a_file_does_no_harm(sound: Path, change: Callable[[str], str]) -> None:
    write(sound, "sections", "revisit", change(SECTION.format(id="revisit")))
    playbook, problems = read_playbook(sound)
    assert problems == []
    assert playbook.entries["revisit"].title == "停业企业回访机制"


def test_a_rule_in_the_body_does_not_end_the_front_matter_again(sound: Path) -> None:
    write(sound, "sections", "revisit", SECTION.format(id="revisit") + "\n---\n\n回访结果记入档案。\n")
    playbook, problems = read_playbook(sound)
    assert problems == []
    assert playbook.entries["revisit"].body.endswith("---\n\n回访结果记入档案。")


def test_the_shipped_playbook_has_no_problem() -> None:
    assert read_playbook()[1] == []


@pytest.mark.parametrize(("kind", "number"), [(Section, 51), (Case, 18), (Law, 29)])
def test_the_shipped_playbook_is_complete(shipped: Playbook, kind: type[Section | Case | Law], number: int) -> None:
    assert sum(isinstance(entry, kind) for entry in shipped.entries.values()) == number


@pytest.mark.parametrize("pillar", Pillar)
def test_each_pillar_and_the_outlook_have_sections(shipped: Playbook, pillar: Pillar) -> None:
    sections = [entry for entry in shipped.entries.values() if isinstance(entry, Section) and entry.pillar is pillar]
    assert len(sections) >= 6
    assert pillar.label


@pytest.mark.parametrize(
    ("mechanism", "id_"),
    [
        ("停业预警-政策预审-动态跟踪", "early-warning"),
        ("3-6个月窗口", "warning-signals"),
        ("政策回头看", "policy-look-back"),
        ("投资协议", "investment-agreement"),
        ("政策适配性评估", "policy-fit-assessment"),
        ("稳岗补贴", "job-subsidy"),
        ("按停业原因", "differentiated-by-cause"),
        ("按行业", "differentiated-by-industry"),
        ("绿色转型专项扶持", "green-transition-fund"),
        ("产业链对接", "supply-chain-matching"),
        ("资产处置专班", "disposal-taskforce"),
        ("生态价值评估", "eco-value-assessment"),
        ("合规区域与限制区域", "zone-division"),
        ("停业企业资产信息库", "asset-database"),
        ("成效数据", "asset-database-figures"),
        ("中介打包服务", "intermediary-package"),
        ("虚假转让与低价处置", "hidden-risks"),
        ("核查", "disposal-check"),
        ("集体经营性建设用地入市", "collective-land"),
        ("区域公共品牌授权", "public-brand-licence"),
        ("生态溢价与认证", "eco-premium"),
        ("品牌经验复用", "brand-experience-reuse"),
        ("情感连接与老字号", "emotional-heritage"),
        ("停业企业回访机制", "revisit-mechanism"),
        ("回访问什么", "revisit-questions"),
        ("个性化需求", "personal-needs"),
        ("社会声誉", "need-reputation"),
        ("二次创业", "need-restart"),
        ("员工未来", "need-staff"),
        ("子女教育", "need-children"),
        ("顾问聘任", "advisor-appointment"),
        ("生态责任倒逼机制", "eco-forcing"),
        ("联席会议", "joint-meeting"),
        ("生态责任保险", "eco-insurance"),
        ("代际公平与功能转换", "intergenerational"),
        ("停业客户数据库", "client-database"),
        ("转型联盟", "transition-alliance"),
        ("全流程档案", "full-archive"),
        ("长三角协同", "delta-cooperation"),
    ],
)
def test_every_mechanism_has_its_section(shipped: Playbook, mechanism: str, id_: str) -> None:
    section = shipped.entries[id_]
    assert isinstance(section, Section)
    assert mechanism in section.title


def test_every_law_warns_that_its_text_must_be_checked(shipped: Playbook) -> None:
    laws = [entry for entry in shipped.entries.values() if isinstance(entry, Law)]
    assert laws
    assert all("引用前请核对现行有效文本" in (law.notice or "") for law in laws)


def test_nothing_but_laws_has_a_caution(shipped: Playbook) -> None:
    assert all(entry.notice is None for entry in shipped.entries.values() if not isinstance(entry, Law))


def test_every_shipped_entry_says_what_it_answers_and_where_it_is_from(shipped: Playbook) -> None:
    for entry in shipped.entries.values():
        assert entry.asks, entry.id
        assert entry.source, entry.id
        assert entry.id not in entry.related, entry.id


def test_a_reference_to_a_file_with_a_fault_is_not_called_dead(sound: Path) -> None:
    write(sound, "sections", "revisit", SECTION.format(id="revisit").replace("related: []", "related: [early]"))
    fault = write(sound, "sections", "early", SECTION.format(id="early").replace("relationship", "finance"))
    _, problems = read_playbook(sound)
    assert [problem.file for problem in problems] == [fault]
