"""`playbook.procedure`: both files are read or every fault in them is a line with file, line and remedy."""

import copy
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cli import cli
from playbook.checklist import Kind, Procedure
from playbook.errors import PlaybookInvalid
from playbook.loader import BUNDLED, Problem, load_playbook
from playbook.model import Playbook
from playbook.parts import TaskKind
from playbook.procedure import CHECKLIST, TASKS, load_procedure, read_procedure
from tests.playbook.yaml_files import SMALL_CHECKLIST, SMALL_TASKS, Spoilt, checklist, expect, put, read, tasks, write

CITED = load_playbook().entries.keys()
SHIPPED = {name: yaml.safe_load((BUNDLED / name).read_text("utf-8")) for name in (CHECKLIST, TASKS)}

SCHEMA = [
    checklist("no-ask", put("        ask: 几人\n", ""), "- id: staff", "缺少「ask」，请补上"),
    checklist("no-groups", put("groups:", "group:"), "group:", "不认识「group」这一项，请改正拼写或删去"),
    checklist(
        "no-questions",
        lambda text: text[: text.rindex("    questions:")] + "    questions: []\n",
        "questions:",
        "「questions」是空的，请至少写一项",
    ),
    checklist(
        "extra",
        put("label: 人数", "lable: 人数\n        label: 人数"),
        "lable:",
        "不认识「lable」这一项，请改正拼写或删去",
    ),
    checklist(
        "type",
        put("type: number", "type: integer"),
        "type: integer",
        "「type」的值「integer」不在可选之列：text、choice、choices、yes_no、number、money、date、phone、uscc、file",
    ),
    checklist(
        "id",
        put("id: owed", "id: Wages-Owed"),
        "- id: Wages-Owed",
        "「id」只能用小写字母、数字和下划线，现在是「Wages-Owed」",
    ),
    checklist(
        "long-id",
        put("id: owed", f"id: {'owed' * 7}"),
        "- id: owedowed",
        f"「id」太长，请缩到 24 个字符以内，现在是「{'owed' * 7}」",
    ),
    checklist("empty-text", put("ask: 几人", 'ask: "  "'), "ask:", "「ask」是空的，请至少写一项"),
    checklist("no-value", put("ask: 几人", "ask:"), "ask:", "「ask」的值「None」类型不对，请对照自带手册里的写法改正"),
    checklist(
        "number", put("ask: 几人", "ask: 2026"), "ask:", "「ask」的值「2026」类型不对，请对照自带手册里的写法改正"
    ),
    checklist("min", put("min: 0\n", "min: 没有\n"), "min:", "「min」的值「没有」类型不对，请对照自带手册里的写法改正"),
    checklist(
        "required",
        put("why: 先付", "why: 先付\n        required: 也许"),
        "required:",
        "「required」的值「也许」类型不对，请对照自带手册里的写法改正",
    ),
    checklist(
        "at-most", put("more: 还有吗", "more: 还有吗\n    at_most: 0"), "at_most:", "「at_most」最小是 1，现在是「0」"
    ),
    checklist(
        "at-most-100",
        put("more: 还有吗", "more: 还有吗\n    at_most: 100"),
        "at_most:",
        "「at_most」最大是 99，现在是「100」",
    ),
    checklist(
        "choice",
        put("[预警, 已停业]", "[预警, 2024]"),
        "- {id: stage",
        "「choices」第 2 项的值「2024」类型不对，请对照自带手册里的写法改正",
    ),
    checklist(
        "choice-key",
        put("{text: 都没有, alone: true}", "{text: 都没有, only: true}"),
        "choices: [危废",
        "不认识「only」这一项，请改正拼写或删去",
    ),
    checklist(
        "choices",
        put("[预警, 已停业]", "预警"),
        "- {id: stage",
        "「choices」的值「预警」类型不对，请对照自带手册里的写法改正",
    ),
    checklist(
        "question",
        put("      - id: plan\n", "      - 有方案吗\n      - id: plan\n"),
        "- 有方案吗",
        "「questions」第 1 项的值「有方案吗」类型不对，请对照自带手册里的写法改正",
    ),
    tasks(
        "pillar",
        put("pillar: asset\n    kind: asset", "pillar: assets\n    kind: asset"),
        "pillar: assets",
        "「pillar」的值「assets」不在可选之列：policy、asset、brand、relationship、ecology、outlook",
    ),
    tasks(
        "kind",
        put("kind: revisit", "kind: visit"),
        "kind: visit",
        "「kind」的值「visit」不在可选之列：policy、asset、disposal、brand、care、revisit、eco_liability",
    ),
    tasks(
        "rule-id",
        put("- id: revisit", "- id: re_visit"),
        "- id: re_visit",
        "「id」只能用小写字母、数字和短横线，现在是「re_visit」",
    ),
    tasks("no-due", put("    due: {from: opened, workdays: 5}\n", ""), "- id: register", "缺少「due」，请补上"),
    tasks(
        "due-key",
        put("{from: opened, workdays: 5}", "{from: opened, days: 5}"),
        "due: {from: opened, days",
        "不认识「days」这一项，请改正拼写或删去",
    ),
    tasks(
        "due-words",
        put("{from: opened, workdays: 5}", "五天内"),
        "due: 五天内",
        "「due」的值「五天内」类型不对，请对照自带手册里的写法改正",
    ),
    tasks(
        "workdays",
        put("{from: opened, workdays: 5}", "{workdays: 5.5}"),
        "due: {workdays: 5.5",
        "「workdays」的值「5.5」类型不对，请对照自带手册里的写法改正",
    ),
    tasks(
        "months",
        put("months: 3, times: 4", "months: 0, times: 4"),
        "due: {from: closure_date, months: 0",
        "「months」最小是 1，现在是「0」",
    ),
    tasks(
        "times",
        put("months: 3, times: 4", "months: 3, times: 13"),
        "due: {from: closure_date, months: 3",
        "「times」最大是 12，现在是「13」",
    ),
    tasks("gate-key", put("blocks: disposal, ", ""), "- {id: plan-first", "缺少「blocks」，请补上"),
    tasks(
        "waits",
        put("[register]", "register"),
        "waits:",
        "「waits」的值「register」类型不对，请对照自带手册里的写法改正",
    ),
    tasks(
        "no-tasks", lambda text: text[: text.index("tasks:")] + "tasks: []\n", "tasks:", "「tasks」是空的，请至少写一项"
    ),
    tasks(
        "list",
        lambda text: "- 回访\n- 登记\n",
        "- 回访",
        "文件的值「['回访', '登记']」类型不对，请对照自带手册里的写法改正",
    ),
    tasks(
        "twice", put("title: 登记", "title: 登记\n    title: 又登记"), "title: 又登记", "「title」写了两次，请删去一个"
    ),
    tasks(
        "colon", put("title: 登记", "title: 登记: 资产"), "title: 登记: 资产", "不是有效的 YAML，请检查冒号、缩进和引号"
    ),
    tasks("tab", put("    title: 登记", "\ttitle: 登记"), "title: 登记", "不是有效的 YAML，请检查冒号、缩进和引号"),
    tasks(
        "tag", put("title: 登记", "title: !!python/name:os.system"), "title:", "不是有效的 YAML，请检查冒号、缩进和引号"
    ),
    checklist(
        "no-such-day", put("label: 人数", "label: 2024-02-30"), "pollution", "不是有效的 YAML，请检查冒号、缩进和引号"
    ),
]
SYNTAX = [
    ('staff = "3"', 7),
    ("staff >", 8),
    ('company == "x" and has_assets', 16),
    ("人数 > 3.0", 1),
    ("", 1),
    ("in > 3.0", 1),
]


@pytest.fixture(scope="module")
def shipped() -> Procedure:
    return load_procedure()


def put_both(directory: Path, texts: dict[str, Any]) -> None:
    for name, content in texts.items():
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (directory / name).write_text(text, "utf-8")


# What is read


def test_the_small_files_are_read_without_a_problem(tmp_path: Path) -> None:
    write(tmp_path)
    procedure, problems = read(tmp_path)
    assert problems == []
    assert procedure is not None
    assert [group.id for group in procedure.checklist.groups] == ["basics", "assets", "after"]
    assert procedure.checklist.questions["staff"].type is Kind.number
    assert procedure.rules.by_id["sell"].kind is TaskKind.disposal
    again = load_procedure(tmp_path, load_playbook_of(tmp_path))
    assert again.checklist.digest == procedure.checklist.digest


def load_playbook_of(directory: Path) -> Playbook:
    """A playbook that has what the small files cite."""
    for id_ in ("revisit", "disposal"):
        (directory / "sections").mkdir(exist_ok=True)
        (directory / "sections" / f"{id_}.md").write_text(
            f"---\nid: {id_}\nkind: section\ntitle: 回访\npillar: asset\napplies_to: []\nasks: []\nrelated: []\n"
            "source: 经验\n---\n正文。\n",
            "utf-8",
        )
    return load_playbook(directory)


def test_the_playbook_beside_the_files_is_read_where_none_is_given(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(PlaybookInvalid) as raised:
        load_procedure(tmp_path)
    assert "「help」指的「revisit」手册里没有" in str(raised.value)
    load_playbook_of(tmp_path)
    assert load_procedure(tmp_path).checklist.groups[0].id == "basics"


def test_editions_differ_by_digest_and_by_nothing_else(tmp_path: Path) -> None:
    digests = set[str]()
    for checklist_text, tasks_text in [
        (SMALL_CHECKLIST, SMALL_TASKS),
        (SMALL_CHECKLIST.replace("几人", "多少人"), SMALL_TASKS),
        (SMALL_CHECKLIST, SMALL_TASKS.replace("workdays: 20", "workdays: 21")),
        (SMALL_CHECKLIST, SMALL_TASKS),
    ]:
        put_both(tmp_path, {CHECKLIST: checklist_text, TASKS: tasks_text})
        procedure, problems = read(tmp_path)
        assert procedure is not None
        assert problems == []
        assert len(procedure.checklist.digest) == 12
        digests.add(procedure.checklist.digest)
    assert len(digests) == 3


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    for name, text in ((CHECKLIST, SMALL_CHECKLIST), (TASKS, SMALL_TASKS)):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read(tmp_path)[1] == []


# What is wrong


@pytest.mark.parametrize("spoilt", SCHEMA, ids=lambda spoilt: f"{spoilt.file}-{spoilt.name}")
def test_each_fault_of_a_key_is_one_line(tmp_path: Path, spoilt: Spoilt) -> None:
    if spoilt.name == "no-groups":
        write(tmp_path, spoilt)
        assert [problem.advice for problem in read(tmp_path)[1]] == ["缺少「groups」，请补上", spoilt.advice]
    else:
        expect(tmp_path, spoilt)


@pytest.mark.parametrize(("condition", "column"), SYNTAX)
@pytest.mark.parametrize("file", [CHECKLIST, TASKS])
def test_a_condition_that_cannot_be_read(tmp_path: Path, condition: str, column: int, file: str) -> None:
    old = "when: staff > 0.0" if file == CHECKLIST else "when: size(findings) > 0 && !plan"
    new = f"when: '{condition}'"
    how = "相等写 ==，并且写 &&，或者写 ||，文字加英文引号"
    expect(
        tmp_path,
        Spoilt("cel", file, put(old, new), new, f"条件「{condition}」写法不对，从第 {column} 个字符看起：{how}"),
    )


def test_a_condition_of_several_lines_is_quoted_in_one(tmp_path: Path) -> None:
    change = put("when: size(findings) > 0 && !plan", "when: |\n      !plan &&\n      >")
    how = "相等写 ==，并且写 &&，或者写 ||，文字加英文引号"
    expect(tmp_path, tasks("lines", change, "when: |", f"条件「!plan && > 」写法不对：{how}"))


def test_several_faults_of_both_files_are_a_line_each_in_order(tmp_path: Path) -> None:
    put_both(
        tmp_path,
        {
            CHECKLIST: put("label: 人数", "lable: 人数", "type: money", "type: euro")(SMALL_CHECKLIST),
            TASKS: put("kind: revisit", "kind: visit", "{from: opened, workdays: 5}", "{from: 1}")(SMALL_TASKS),
        },
    )
    procedure, problems = read(tmp_path)
    assert procedure is None
    assert [problem.file.name for problem in problems] == [CHECKLIST] * 3 + [TASKS] * 2
    assert problems == sorted(problems)


@pytest.mark.parametrize(
    ("content", "line", "advice"),
    [
        (None, 1, "缺少这个文件，请补上（可以从自带手册里复制一份）"),
        (b"", 1, "文件的值「None」类型不对，请对照自带手册里的写法改正"),
        ("停业".encode(), 1, "文件的值「停业」类型不对，请对照自带手册里的写法改正"),
        ("groups: []\n停业: 是\n".encode("gb18030"), 2, "文件不是 UTF-8 编码，请用 UTF-8 另存"),
        (b"groups: [\n", 2, "不是有效的 YAML，请检查冒号、缩进和引号"),
        (b"a: 1\n---\nb: 2\n", 2, "不是有效的 YAML，请检查冒号、缩进和引号"),
        (b"? [a]\n: 1\n", 1, "不是有效的 YAML，请检查冒号、缩进和引号"),
        (b"a: \x00\n", 1, "不是有效的 YAML，请检查冒号、缩进和引号"),
    ],
    ids=["missing", "empty", "text", "gb18030", "unclosed", "two", "list-as-key", "nul"],
)
@pytest.mark.parametrize("file", [CHECKLIST, TASKS])
def test_a_file_that_is_none_is_one_line(
    tmp_path: Path, content: bytes | None, line: int, advice: str, file: str
) -> None:
    write(tmp_path)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    procedure, problems = read(tmp_path)
    assert procedure is None
    assert problems == [Problem(tmp_path / file, line, advice)]


def test_a_folder_in_place_of_a_file_is_one_line(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / TASKS).unlink()
    (tmp_path / TASKS).mkdir()
    assert [problem.advice for problem in read(tmp_path)[1]] == ["这个文件读不出来，请检查它是不是文件、有没有权限"]


def test_a_playbook_of_ones_own_without_either_file_asks_the_bundled_questions(
    tmp_path: Path, shipped: Procedure
) -> None:
    assert load_procedure(tmp_path).checklist.digest == shipped.checklist.digest
    assert read_procedure(tmp_path, frozenset())[1] == []


def test_one_file_without_the_other_is_refused(tmp_path: Path) -> None:
    (tmp_path / TASKS).write_text(SMALL_TASKS, "utf-8")
    with pytest.raises(PlaybookInvalid) as raised:
        load_procedure(tmp_path)
    assert raised.value.details["count"] == 1
    assert f"{tmp_path / CHECKLIST}:1:缺少这个文件" in str(raised.value)


def test_aliases_that_lead_back_to_themselves_do_no_harm(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / TASKS).write_text("tasks: &all\n  - *all\n", "utf-8")
    procedure, problems = read(tmp_path)
    assert procedure is None
    assert problems


# What ships


def test_what_ships_is_sound(shipped: Procedure) -> None:
    procedure, problems = read_procedure(BUNDLED, CITED)
    assert problems == []
    assert procedure is not None
    assert procedure.checklist.digest == shipped.checklist.digest


def test_check_says_how_much_it_has_read(shipped: Procedure) -> None:
    result = CliRunner().invoke(cli, ["check"])
    questions, rules = len(shipped.checklist.questions), len(shipped.rules.tasks)
    assert (result.exit_code, result.stderr) == (0, "")
    assert all(f"{count} " in result.stdout for count in (len(CITED), questions, rules))
    assert "没有问题" in result.stdout


def test_check_reads_both_files_of_the_playbook_in_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load_playbook_of(tmp_path)
    write(tmp_path, checklist("unknown", put("when: staff > 0.0", "when: staf > 0.0"), "", ""))
    (tmp_path / TASKS).unlink()
    fault = tmp_path / "sections" / "revisit.md"
    fault.write_text(fault.read_text("utf-8").replace("pillar: asset", "pillar: 资产"), "utf-8")
    monkeypatch.setenv("CLOSURE_BOT_PLAYBOOK_DIR", str(tmp_path))
    result = CliRunner().invoke(cli, ["check"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        str(fault),
        str(tmp_path / TASKS),
        "共 2 处需要改。",
    ]
    (tmp_path / TASKS).write_text(SMALL_TASKS, "utf-8")
    lines = CliRunner().invoke(cli, ["check"]).stderr.splitlines()
    assert len(lines) == 3, "what cites a section that has a fault is not complained of as well"
    assert "条件里的「staf」不是题目编号" in lines[1]


def test_reading_what_ships_is_quick() -> None:
    started = time.process_time()
    read_procedure(BUNDLED, CITED)
    assert time.process_time() - started < 1.0


# Whatever is done to what ships


def places(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every key and list position in a file, from the top."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [place for key in keys for place in ((*at, key), *places(node[key], (*at, key)))]


def parent(node: Any, place: tuple[Any, ...]) -> Any:
    for part in place[:-1]:
        node = node[part]
    return node


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """What ships, after a few parts were dropped, swapped, or put in place of others."""
    files = copy.deepcopy(SHIPPED)
    for _ in range(draw(st.integers(1, 3))):
        content = files[draw(st.sampled_from([CHECKLIST, TASKS]))]
        if not places(content):
            continue
        one, other = draw(st.sampled_from(places(content))), draw(st.sampled_from(places(content)))
        here, there = parent(content, one), parent(content, other)
        match draw(st.sampled_from(["drop", "swap", "copy", "odd"])):
            case "drop":
                del here[one[-1]]
            case "swap" if one[: len(other)] != other and other[: len(one)] != one:
                here[one[-1]], there[other[-1]] = there[other[-1]], here[one[-1]]
            case "copy" if one[: len(other)] != other and other[: len(one)] != one:
                here[one[-1]] = copy.deepcopy(there[other[-1]])
            case _:
                here[one[-1]] = draw(st.sampled_from([None, True, 0, -1, 1e300, "", "{", "in", [], {}, [[]], {"a": 1}]))
    return files


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(files=mutations())
def test_whatever_is_done_to_what_ships_gives_problems_or_a_procedure(tmp_path: Path, files: dict[str, Any]) -> None:
    put_both(tmp_path, files)
    procedure, problems = read_procedure(tmp_path, CITED)
    assert procedure is not None or problems
    for problem in problems:
        assert len(str(problem).splitlines()) == 1
        assert 1 <= problem.line <= len(problem.file.read_text("utf-8").splitlines()) or problem.line == 1


NAMES = ["staff", "industry", "findings", "has_assets", "assets", "closure_date", "x", "size", "停业", "😀"]
VALUES = ["1.0", "1", "0", '"石棉"', "true", "null", "[]", "'", '"', "\\", "\n"]
SIGNS = ["==", "<", "in", "&&", "||", "!", "+", "*", "/", "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "-"]
CALLS = ["exists(a, a.buffer)", ".all(f, f)", "size(", "matches(", "timestamp("]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=st.lists(st.sampled_from([*NAMES, *VALUES, *SIGNS, *CALLS]), max_size=9).map(" ".join))
def test_whatever_is_written_for_a_condition_gives_problems_or_a_procedure(tmp_path: Path, condition: str) -> None:
    rules = yaml.safe_load(SMALL_TASKS)
    rules["tasks"][1]["when"] = rules["tasks"][0]["when"] = condition
    put_both(tmp_path, {CHECKLIST: SMALL_CHECKLIST, TASKS: rules})
    procedure, problems = read(tmp_path)
    assert procedure is not None or problems
    assert all(len(str(problem).splitlines()) == 1 for problem in problems)
