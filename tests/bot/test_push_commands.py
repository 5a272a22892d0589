"""`push --once` and `doctor` as an administrator types them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from actions.leaving import remove_officer
from actions.ledger import Ledger
from actions.officers import Officers, Role
from actions.store import CaseLog
from bot.messages import push as wording
from bot.sandbox.server import Person, create_app, serve
from bot.services import utc_now
from tests.bot.test_cli import invoke
from tests.bot.transport import TOKEN
from tests.cast import ADMIN, LEAD, OFFICER

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
def sandbox() -> Starlette:
    return create_app([Person(member.id, member.name) for member in (OFFICER, LEAD)])


@pytest.fixture
def address(sandbox: Starlette, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve(sandbox) as address:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
        monkeypatch.setenv("TELEGRAM_API_BASE_URL", address)
        yield address


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    log = CaseLog(tmp_path / "case-log.db")
    Officers(log).add(OFFICER.id, OFFICER.name, by=None, now=utc_now())
    Officers(log).add(LEAD.id, LEAD.name, Role.LEAD, by=None, now=utc_now())
    with log.transaction() as db:
        db.execute(
            "insert into cases (id, company, officer_id, status) values ('CM-2026-0001', '绿源', ?, 'open')",
            [OFFICER.id],
        )
        db.execute(
            "insert into tasks (case_id, pillar, kind, title, due_on, status, assignee_id)"
            " values ('CM-2026-0001', 'relationship', 'revisit', '回访', '2026-11-20', 'open', ?)",
            [OFFICER.id],
        )
    yield log
    log.close()


def findings(stdout: str) -> list[str]:
    """What the doctor says below the settings and the end of the record."""
    lines = stdout.splitlines()
    return lines[next(number for number, line in enumerate(lines, 1) if line.startswith("操作记录：")) :]


def push(tmp_path: Path) -> str:
    result = invoke("--data-dir", tmp_path, "push", "--once")
    assert result.exit_code == 0
    return result.stdout


def test_it_sends_what_is_due_and_then_nothing(address: str, sandbox: Starlette, log: CaseLog, tmp_path: Path) -> None:
    said = push(tmp_path)
    assert said.startswith("到期 ")
    assert "发不到 0" in said
    assert any("该回访「绿源」" in message.text for message in sandbox.state.world.messages_in(OFFICER.id))
    assert push(tmp_path) == wording.pushed(0, 0, 0, 0, 0, 0) + "\n"


def test_it_must_be_asked_for_once(tmp_path: Path) -> None:
    assert invoke("--data-dir", tmp_path, "push").exit_code == 2


@pytest.mark.parametrize(("token", "line"), [("", "没有设置机器人令牌"), ("1:wrong", "不认这个机器人令牌")])
def test_without_a_token_that_is_good(
    token: str, line: str, address: str, log: CaseLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token)
    result = invoke("--data-dir", tmp_path, "push", "--once")
    assert (result.exit_code, line in result.stderr) == (1, True)


def test_a_start_that_fails_at_first_is_no_failure(
    address: str, sandbox: Starlette, log: CaseLog, tmp_path: Path
) -> None:
    sandbox.state.faults.set("server_error", methods=["getMe"], limit=2)
    assert "已发" in push(tmp_path)


def test_the_doctor_finds_nothing_where_nothing_is_wrong(log: CaseLog, tmp_path: Path) -> None:
    Officers(log).add(ADMIN.id, ADMIN.name, Role.ADMIN, by=None, now=utc_now())
    result = invoke("--data-dir", tmp_path, "doctor")
    assert result.exit_code == 0
    assert findings(result.stdout) == [wording.DOCTOR_FINE]


def test_the_doctor_names_a_chat_model_that_cannot_be_opened(
    log: CaseLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOSURE_BOT_CHAT_MODEL", "mistralai:small")
    result = invoke("--data-dir", tmp_path, "doctor")
    assert result.exit_code == 1
    assert any("mistralai:small" in line for line in findings(result.stdout))


def test_the_doctor_names_what_is_stuck(address: str, sandbox: Starlette, log: CaseLog, tmp_path: Path) -> None:
    sandbox.state.world.blocked.update((OFFICER.id, LEAD.id))
    push(tmp_path)
    result = invoke("--data-dir", tmp_path, "doctor")
    assert result.exit_code == 1
    assert f"发不到：{OFFICER.name}" in result.stdout
    assert wording.FAILURES["blocked"] in result.stdout


def test_the_doctor_names_cases_of_nobody_and_the_missing_lead(log: CaseLog, tmp_path: Path) -> None:
    with log.transaction() as db:
        db.execute("update officers set active = 0 where telegram_id = ?", [LEAD.id])
    remove_officer(log, OFFICER.id, by=None, now=utc_now())
    Officers(log).add(500, "新来的", by=None, now=utc_now())
    with log.transaction() as db:
        db.execute(
            "insert into pushing (id, last_round_at) values (1, ?)", [(utc_now() - timedelta(days=1)).isoformat()]
        )
    said = findings(invoke("--data-dir", tmp_path, "doctor").stdout)
    assert [line[:4] for line in said] == ["陈晓已移", "没有登记", "还没有管", "上一轮推"]
    assert Ledger(log).stuck() == []
