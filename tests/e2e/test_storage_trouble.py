"""`closure-bot run` over a case log that is locked, damaged, too new or not its own to write: a real process each."""

import os
import shutil
import signal
import sqlite3
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from actions.officers import Officers, Role
from bot import messages
from bot.sandbox import people
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.world import World
from bot.services import utc_now
from tests.bot.test_cli import one_line
from tests.bot.transport import TOKEN, eventually, opened
from tests.cast import COLLEAGUE, LEAD, OFFICER, Member
from tests.e2e.process import CLOSURE_BOT, Process

ASKED = "停业企业多久回访一次？"
ROOT_WITHOUT_ITS_RIGHTS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
"""Modes of files bind it as they bind anybody else."""
LIMITED = ROOT_WITHOUT_ITS_RIGHTS if os.geteuid() == 0 else []
PATIENCE = 90.0
"""Seconds for what takes twenty on an idle machine: each write waits five for the lock."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with two officers and a lead."""
    data = tmp_path / "data"
    with opened(data / "case-log.db") as log:
        for member, role in ((OFFICER, Role.OFFICER), (COLLEAGUE, Role.OFFICER), (LEAD, Role.LEAD)):
            Officers(log).add(member.id, member.name, role, by=None, now=utc_now())
    return data


class Town:
    """The officers' chats with the bot."""

    def __init__(self) -> None:
        self.app = create_app([Person(each.id, each.name) for each in (OFFICER, COLLEAGUE, LEAD)], token=TOKEN)
        self.world: World = self.app.state.world

    async def say(self, who: Member, text: str) -> str:
        """What the bot answers."""
        asked = people.say(self.world, who.id, text)
        return await self.hears(who, asked.id)

    async def hears(self, who: Member, after: int = 0) -> str:
        """The first thing that the bot has said to somebody since."""

        def said() -> list[str]:
            chat = self.world.messages_in(who.id)
            return [each.text for each in chat if each.id > after and each.sender_id == self.world.bot.id]

        await self.world.until(said, PATIENCE)
        return said()[0]


def unfinished(data: Path) -> list[dict[str, object]]:
    """Updates that are not marked as handled."""
    with opened(data / "case-log.db") as log:
        return log.rows("select update_id from updates where handled_at is null")


def run(data: Path, address: str) -> Process:
    return Process(data / "out", "run", "--data-dir", data, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_BASE_URL=address)


async def test_while_the_log_is_locked_questions_are_answered_and_what_is_not_saved_is_said_and_told(
    data: Path, data_dir: Path
) -> None:
    shutil.copytree(data_dir, data, dirs_exist_ok=True)
    town = Town()
    with serve(town.app) as address, ExitStack() as stack:
        bot = run(data, address)
        stack.callback(bot.end)
        usual = await town.say(OFFICER, ASKED)
        await eventually(lambda: not unfinished(data), PATIENCE)
        with opened(data / "case-log.db") as other, other.transaction():
            people.say(town.world, COLLEAGUE.id, "/new")
            assert await town.say(OFFICER, ASKED) == f"{usual}\n\n{messages.NOT_KEPT}"
            act, alarm = await town.hears(COLLEAGUE), await town.hears(LEAD)
        assert "这一步没有保存" in act
        assert act.endswith("已通知科长和管理员。")
        assert alarm.startswith("⚠️ 另一个程序正在写案件记录")
        assert alarm.endswith("提问照常回答；登记、办结、提醒要等它恢复。")
        assert await town.say(OFFICER, ASKED) == usual
        assert "企业全称" in await town.say(COLLEAGUE, "/new")
        assert await bot.send(signal.SIGTERM, PATIENCE) == 0
    assert unfinished(data) == []
    with opened(data / "case-log.db") as log:
        log.check()
        assert log.verify_record().broken_at is None


# At the start


def refusal(data: Path, *before: str) -> str:
    """The one line that the bot ends with, exit code 1; `before` stands before the command."""
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": "http://127.0.0.1:9"}
    command = [*before, CLOSURE_BOT, "run", "--data-dir", data]
    done = subprocess.run(command, env=inherited | environment, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (1, "")
    return one_line(done.stderr)


@pytest.mark.parametrize("first", [0, 4096])
def test_a_damaged_log_is_one_line_that_says_what_to_do(data: Path, first: int) -> None:
    log = data / "case-log.db"
    content = log.read_bytes()
    log.write_bytes(content[:first] + b"\xff" * (len(content) - first))
    line = refusal(data)
    assert line.startswith(f"案件记录（{log}）已损坏：")
    assert line.endswith("换上 closure-bot backup 最近一次的备份。")
    assert log.read_bytes()[first:] == b"\xff" * (len(content) - first)


def test_damage_to_one_page_that_would_be_read_much_later_is_found_at_the_start(data: Path) -> None:
    log = data / "case-log.db"
    with closing(sqlite3.connect(log)) as connection:
        [(page,)] = connection.execute("select rootpage from sqlite_master where name = 'handovers'")
    content = log.read_bytes()
    log.write_bytes(content[: (page - 1) * 4096] + b"\xff" * 4096 + content[page * 4096 :])
    assert refusal(data).startswith(f"案件记录（{log}）已损坏：")


def test_a_log_of_a_newer_version_is_one_line_and_stays_as_it_is(data: Path) -> None:
    log = data / "case-log.db"
    with closing(sqlite3.connect(log)) as connection, connection:
        sql = "insert into _sqlite_migrations (migration_set, name, applied_at) values ('case-log', 'm999_dreams', '')"
        connection.execute(sql)
    before = log.read_bytes()
    line = refusal(data)
    assert "是更新版本的 closure-bot 写的（m999_dreams）" in line
    assert line.endswith("请升级 closure-bot 后再打开。")
    assert log.read_bytes() == before


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv, where it runs as root")
@pytest.mark.parametrize("what", ["the whole directory", "all but the lock"])
def test_data_that_may_only_be_read_is_one_line(data: Path, what: str) -> None:
    (data / "run.lock").touch()
    for path in data.rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    (data / "run.lock").chmod(0o600 if what == "all but the lock" else 0o400)
    data.chmod(0o500)
    try:
        line = refusal(data, *LIMITED)
    finally:
        data.chmod(0o700)
    assert str(data) in line
    assert "权限" in line
