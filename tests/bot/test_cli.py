"""The command line as those who type it meet it: what it prints, where, and with which exit code.

Most of it runs in this process; what matters to a shell (one line on stderr, no traceback) in one of its own.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from actions.officers import Officers, Role
from actions.store import CaseLog
from bot import messages
from bot.cli import cli
from bot.messages import command_line
from bot.messages.editions import edition
from bot.render.answers import answer_text
from bot.sandbox.server import Person, create_app, serve
from playbook.own import OwnFile, write_list
from retrieval.library import Library
from tests.cast import COLLEAGUE, LEAD, OFFICER
from tests.scripted_model import scripted_model

ASKED = "稳岗补贴怎么申请？"
REFUSED = "食堂今天中午吃什么？"
KEYS = ["id", "question", "refused", "answer", "citations", "engine", "ms", "edition"]
CITATION_KEYS = ["id", "title", "kind", "pillar", "text", "score"]
CLOSURE_BOT = Path(sys.executable).with_name("closure-bot")


def invoke(*arguments: object) -> Result:
    """Runs a command in this process. Whatever is not meant for people gets through, and fails the test."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="closure-bot")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def execute(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command as a shell does."""
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(
        [CLOSURE_BOT, *map(str, arguments)],
        env=inherited | {"NO_COLOR": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def one_line(text: str) -> str:
    """The only line there is."""
    [line] = text.splitlines()
    return line


@pytest.fixture(scope="module")
def indexed(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the playbook indexed, to read from."""
    return Path(shutil.copytree(data_dir, tmp_path_factory.mktemp("cli") / "data"))


@pytest.fixture
def own(data_dir: Path, tmp_path: Path) -> Path:
    """A data directory with the playbook indexed, to write to."""
    return Path(shutil.copytree(data_dir, tmp_path / "data"))


# ask


def test_ask_prints_the_answer(indexed: Path, library: Library) -> None:
    result = invoke("ask", ASKED, "--data-dir", indexed)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == answer_text(library.ask(ASKED)) + "\n"
    assert "[1]" in result.stdout


@pytest.mark.parametrize(("question", "refused"), [(ASKED, False), (REFUSED, True)])
def test_ask_json_has_exactly_the_promised_shape(indexed: Path, library: Library, question: str, refused: bool) -> None:
    result = invoke("ask", "--json", question, "--data-dir", indexed)
    told = json.loads(one_line(result.stdout))
    expected = library.ask(question)
    assert list(told) == KEYS
    assert (told["id"], told["question"], told["refused"]) == (None, question, refused)
    assert told["answer"] == answer_text(expected)
    assert told["engine"] == expected.engine
    assert 0 < told["ms"] < 60_000
    assert [list(citation) for citation in told["citations"]] == [CITATION_KEYS] * len(expected.citations)
    assert [(citation["id"], citation["text"]) for citation in told["citations"]] == [
        (hit.passage.id, hit.passage.text) for hit in expected.citations
    ]
    assert {citation["kind"] for citation in told["citations"]} <= {"section", "case", "law"}
    scores = [citation["score"] for citation in told["citations"]]
    assert scores == sorted(scores, reverse=True)
    assert "\\u" not in result.stdout


def test_a_batch_is_answered_line_by_line_in_its_order(indexed: Path, tmp_path: Path) -> None:
    questions = [ASKED, REFUSED, messages.SUGGESTIONS[0], ASKED]
    rows = [{"id": id_, "question": question} for id_, question in zip(["乙", 7, None, "甲"], questions, strict=True)]
    file = tmp_path / "批.jsonl"
    file.write_text("\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", "utf-8")
    result = invoke("--data-dir", indexed, "ask", "--batch", file)
    assert (result.exit_code, result.stderr) == (0, "")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [{"id": each["id"], "question": each["question"]} for each in told] == rows
    assert [each["refused"] for each in told] == [False, True, False, False]
    assert all(list(each) == KEYS for each in told)


def test_a_model_says_every_answer_of_a_batch(indexed: Path, library: Library, tmp_path: Path) -> None:
    sentence = library.ask(ASKED).citations[0].passage.text.partition("。")[0]
    file = tmp_path / "批.jsonl"
    file.write_text("".join(json.dumps({"id": n, "question": ASKED}) + "\n" for n in range(4)), "utf-8")
    with scripted_model(f"{sentence}。[1]") as model:
        named = {"CLOSURE_BOT_CHAT_MODEL": "openai:scripted", "CLOSURE_BOT_CHAT_BASE_URL": model.base_url}
        result = execute("--data-dir", indexed, "ask", "--batch", file, **named)
    assert (result.returncode, result.stderr) == (0, "")
    engines = [json.loads(line)["engine"] for line in result.stdout.splitlines()]
    assert engines == [f"{library.ask(ASKED).engine}+openai:scripted"] * 4


def test_a_batch_may_begin_with_the_mark_that_windows_writes(indexed: Path, tmp_path: Path) -> None:
    (tmp_path / "批.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps({"id": 1, "question": ASKED}).encode())
    result = invoke("--data-dir", indexed, "ask", "--batch", tmp_path / "批.jsonl")
    assert (result.exit_code, json.loads(one_line(result.stdout))["question"]) == (0, ASKED)


@pytest.mark.parametrize(
    "bad",
    [
        b"not json",
        b'{"id": 2}',
        b'{"question": "x"}',
        b'[2, "x"]',
        b"2",
        b'{"id": 2, "question": null}',
        '{"id": 2, "question": "回访"}'.encode("gb18030"),
    ],
)
def test_a_bad_line_of_a_batch_is_named_and_wrong_usage(indexed: Path, tmp_path: Path, bad: bytes) -> None:
    file = tmp_path / "批.jsonl"
    file.write_bytes(json.dumps({"id": 1, "question": ASKED}).encode() + b"\n" + bad + b"\n")
    result = invoke("--data-dir", indexed, "ask", "--batch", file)
    assert result.exit_code == 2
    assert "第 2 行" in result.stderr
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [1]


@pytest.mark.parametrize("arguments", [[], [""], ["  "], ["--json"], ["稳岗补贴", "--batch", __file__], ["甲", "乙"]])
def test_not_exactly_one_thing_to_answer_is_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    result = invoke("--data-dir", tmp_path, "ask", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert list(tmp_path.iterdir()) == []  # no model was waited for


def test_a_batch_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert invoke("--data-dir", tmp_path, "ask", "--batch", tmp_path / "没有.jsonl").exit_code == 2


# index


def test_index_adds_documents_that_answers_then_cite_and_again_is_a_no_op(own: Path, tmp_path: Path) -> None:
    (tmp_path / "锅炉台账.txt").write_text("三号退役锅炉的铭牌编号是 GL-4471，存放在北仓库第七排货架。", "gb18030")
    first = invoke("index", tmp_path / "锅炉台账.txt", "--data-dir", own)
    assert (first.exit_code, first.stdout) == (0, "收录完成：1 个文件有变化，新建 1 段索引。\n")
    again = invoke("index", tmp_path / "锅炉台账.txt", "--data-dir", own)
    assert (again.exit_code, again.stdout, again.stderr) == (0, "收录完成：0 个文件有变化，新建 0 段索引。\n", "")
    told = json.loads(invoke("ask", "--json", "三号退役锅炉的铭牌编号是多少？", "--data-dir", own).stdout)
    best = told["citations"][0]
    assert (told["refused"], best["kind"], best["title"], best["pillar"]) == (False, "document", "锅炉台账", "")
    assert best["id"] == str(tmp_path / "锅炉台账.txt")
    assert "GL-4471" in told["answer"]


def test_index_names_each_file_that_it_cannot_read_once_and_takes_the_rest(own: Path, tmp_path: Path) -> None:
    (tmp_path / "好.md").write_text("# 台账\n\n三号退役锅炉存放在北仓库。", "utf-8")
    (tmp_path / "表.xlsx").write_bytes(b"PK")
    (tmp_path / "坏.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "空.txt").write_text(" \n", "utf-8")
    names = ["没有.md", "表.xlsx", "坏.pdf", "空.txt"]
    result = execute("index", *(tmp_path / name for name in ["好.md", *names]), CLOSURE_BOT_DATA_DIR=str(own))
    assert result.returncode == 1
    assert result.stdout == "收录完成：1 个文件有变化，新建 1 段索引。\n"
    told = [line for line in result.stderr.splitlines() if "没有收录" in line]
    assert [line.partition("没有收录")[0] for line in told] == [f"「{name}」" for name in names]
    assert "Traceback" not in result.stderr


def test_index_without_a_path_is_wrong_usage(tmp_path: Path) -> None:
    assert invoke("--data-dir", tmp_path, "index").exit_code == 2


# check


def test_check_is_content_with_the_playbook_that_comes_along(tmp_path: Path) -> None:
    result = invoke("check", "--data-dir", tmp_path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "没有问题" in result.stdout
    assert "（还没有收进索引" in result.stdout.splitlines()[-1]


def test_check_and_the_doctor_name_the_edition_that_answers_name(indexed: Path, library: Library) -> None:
    named = library.ask(ASKED).edition
    assert named
    line = edition(named.digest, named.on)
    assert invoke("check", "--data-dir", indexed).stdout.splitlines()[-1] == line
    assert line in invoke("doctor", "--data-dir", indexed).stdout.splitlines()


def test_check_reads_the_sections_that_leads_have_written(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    (sources / "sections").mkdir(parents=True)
    (sources / "sections" / "x.md").write_text("没有文件头", "utf-8")
    write_list(sources, [OwnFile("own-2026-0001", 1, "section", "锅炉", "sections/x.md", "0", active=True)])
    result = invoke("check", "--data-dir", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{sources / 'sections' / 'x.md'}:1:缺少文件头")


def test_check_names_file_line_and_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sections = tmp_path / "手册" / "sections"
    sections.mkdir(parents=True)
    (sections / "a.md").write_text("没有文件头", "utf-8")
    (sections / "b.md").write_text(
        "---\nid: b\nkind: section\ntitle: 回访\npillar: people\napplies_to: [全部]\nasks: [多久回访]\n"
        "related: []\nsource: 经验\n---\n正文。\n",
        "utf-8",
    )
    monkeypatch.setenv("CLOSURE_BOT_PLAYBOOK_DIR", str(tmp_path / "手册"))
    result = invoke("check")
    assert (result.exit_code, result.stdout) == (1, "")
    first, second, last = result.stderr.splitlines()
    assert first.startswith(f"{sections / 'a.md'}:1:缺少文件头")
    assert second.startswith(f"{sections / 'b.md'}:5:「pillar」的值「people」不是支柱")
    assert last == "共 2 处需要改。"


def test_a_playbook_that_is_broken_is_one_line_for_those_who_ask(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLOSURE_BOT_PLAYBOOK_DIR", str(tmp_path / "没有"))
    result = invoke("--data-dir", tmp_path, "ask", ASKED)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "closure-bot check" in one_line(result.stderr)


# officers


def test_officers_are_added_listed_and_removed(tmp_path: Path) -> None:
    def officers(*arguments: object) -> str:
        result = invoke("--data-dir", tmp_path, "officers", *arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    assert officers("list") == command_line.NO_OFFICERS + "\n"
    assert officers("add", OFFICER.id, "--name", OFFICER.name) == "已登记：陈晓（101，officer）。\n"
    officers("add", LEAD.id, "--name", LEAD.name, "--role", "lead")
    assert officers("list") == "103\t王建国\tlead\t在用\n101\t陈晓\tofficer\t在用\n"
    assert officers("remove", OFFICER.id) == "已移除：101。\n"
    assert officers("list") == "103\t王建国\tlead\t在用\n101\t陈晓\tofficer\t已移除\n"
    officers("add", OFFICER.id, "--name", "陈晓晓", "--role", "admin")
    assert officers("list") == "101\t陈晓晓\tadmin\t在用\n103\t王建国\tlead\t在用\n"


def test_officers_added_here_may_use_the_bot(tmp_path: Path) -> None:
    invoke("officers", "add", COLLEAGUE.id, "--name", COLLEAGUE.name, "--data-dir", tmp_path)
    log = CaseLog(tmp_path / "case-log.db")
    officer = Officers(log).find(COLLEAGUE.id)
    log.close()
    assert officer
    assert (officer.name, officer.role) == (COLLEAGUE.name, Role.OFFICER)


def test_removing_somebody_unknown_is_one_line(tmp_path: Path) -> None:
    result = invoke("--data-dir", tmp_path, "officers", "remove", 999)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "999" in one_line(result.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "abc", "--name", "陈晓"],
        ["add", "0", "--name", "陈晓"],
        ["add", "-5", "--name", "陈晓"],
        ["add", str(2**70), "--name", "陈晓"],
        ["add", "101"],
        ["add", "101", "--name", ""],
        ["add", "101", "--name", "  "],
        ["add", "101", "--name", "陈晓", "--role", "chief"],
        ["remove", "abc"],
        ["remove", str(2**70)],
    ],
)
def test_what_makes_no_sense_is_wrong_usage_and_nothing_is_kept(tmp_path: Path, arguments: list[str]) -> None:
    assert invoke("--data-dir", tmp_path, "officers", *arguments).exit_code == 2
    assert invoke("--data-dir", tmp_path, "officers", "list").stdout == command_line.NO_OFFICERS + "\n"


# run and demo


@pytest.fixture
def sandbox() -> Iterator[str]:
    with serve(create_app([Person(OFFICER.id, OFFICER.name)])) as address:
        yield address


def test_run_without_a_token_is_one_line_before_anything_is_indexed(tmp_path: Path) -> None:
    result = execute("run", "--data-dir", tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert "TELEGRAM_BOT_TOKEN" in one_line(result.stderr)
    assert not (tmp_path / "index").exists()


def test_run_with_an_empty_token_file_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    result = execute("run", "--data-dir", tmp_path / "data", TELEGRAM_BOT_TOKEN_FILE=str(tmp_path / "token"))
    assert result.returncode == 1
    assert one_line(result.stderr).startswith("没有设置机器人令牌。")


def test_run_with_a_bad_token_is_one_line_that_does_not_tell_it(indexed: Path, sandbox: str) -> None:
    result = execute("run", "--data-dir", indexed, TELEGRAM_BOT_TOKEN="7:wrong-secret", TELEGRAM_API_BASE_URL=sandbox)
    assert (result.returncode, result.stdout) == (1, "")
    assert one_line(result.stderr).startswith("Telegram 不认这个机器人令牌。")
    assert "secret" not in result.stderr


def test_demo_on_a_port_that_is_taken_is_one_line_before_anything_is_indexed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = execute("demo", "--port", port, "--data-dir", tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert one_line(result.stderr).startswith(f"端口 {port} 已被占用。")
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("port", ["-1", "65536", "abc"])
def test_a_port_that_is_none_is_wrong_usage(tmp_path: Path, port: str) -> None:
    assert invoke("demo", "--port", port, "--data-dir", tmp_path).exit_code == 2


# All commands


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_the_data_directory_is_named_before_or_after_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, before: bool
) -> None:
    monkeypatch.setenv("CLOSURE_BOT_DATA_DIR", str(tmp_path / "elsewhere"))
    place = ["--data-dir", tmp_path / "here"]
    command = ["officers", "add", OFFICER.id, "--name", OFFICER.name]
    assert invoke(*(place + command if before else command + place)).exit_code == 0
    assert (tmp_path / "here" / "case-log.db").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_of_two_data_directories_the_one_nearest_to_the_command_counts(tmp_path: Path) -> None:
    invoke("--data-dir", tmp_path / "far", "officers", "list", "--data-dir", tmp_path / "near")
    assert [path.name for path in tmp_path.iterdir()] == ["near"]


def test_the_data_directory_of_the_environment_counts_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLOSURE_BOT_DATA_DIR", str(tmp_path / "here"))
    invoke("officers", "list")
    assert (tmp_path / "here" / "case-log.db").exists()


@pytest.mark.parametrize("arguments", [["officers", "list"], ["check"], ["run"], ["ask", ASKED]], ids=str)
def test_a_wrong_setting_is_one_line_for_every_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]
) -> None:
    monkeypatch.setenv("CLOSURE_BOT_LOG_LEVEL", "LOUD")
    result = invoke("--data-dir", tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert one_line(result.stderr).startswith("设置 CLOSURE_BOT_LOG_LEVEL 的值不对")


@pytest.mark.parametrize(
    "arguments",
    [
        ["officers", "list"],
        ["demo", "--port", "0"],
        ["ask", ASKED],
    ],
    ids=str,
)
def test_a_data_directory_that_cannot_be_one_is_one_line(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "文件").write_text("不是目录")
    result = invoke("--data-dir", tmp_path / "文件", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert str(tmp_path / "文件") in one_line(result.stderr)


def test_an_unknown_command_is_wrong_usage() -> None:
    assert invoke("nosuch").exit_code == 2


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command_in_chinese(flag: str) -> None:
    result = invoke(flag)
    assert result.exit_code == 0
    for name, command in cli.commands.items():
        assert name in result.stdout
        assert command.help
        assert any("\u4e00" <= character <= "\u9fff" for character in command.help)


def test_the_version_is_told() -> None:
    assert "0.1.0" in invoke("--version").stdout
