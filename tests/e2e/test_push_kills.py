"""Pushing through a failing Bot API, kill -9 and a second process: nothing lost, nothing twice without a reason."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from actions.store import CaseLog
from bot.sandbox.model import Person
from bot.sandbox.server import create_app, serve
from tests.e2e.process import CLOSURE_BOT
from tools.push_load import fill, left, run

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


def test_three_kills_lose_nothing_and_double_nothing_without_a_reason(tmp_path: Path) -> None:
    outcome = run(tmp_path, officers=45, visits=7, kills=3)
    assert (outcome.due, outcome.kills) == (45 * 7, 3)
    assert (outcome.lost, outcome.unexplained) == (0, 0)
    assert outcome.fastest_second <= 30
    assert outcome.fastest_chat == 1


async def test_two_processes_send_each_message_once(tmp_path: Path) -> None:
    people = [Person(1000 + number, f"专员{number}") for number in range(12)]
    log = CaseLog(tmp_path / "case-log.db")
    fill(log, people, 5)
    app = create_app(people, token="1:sandbox")
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with serve(app) as address:
        settings = {"TELEGRAM_BOT_TOKEN": "1:sandbox", "TELEGRAM_API_BASE_URL": address}

        def push() -> str:
            command = [CLOSURE_BOT, "--data-dir", str(tmp_path), "push", "--once"]
            done = subprocess.run(
                command, env=inherited | settings, capture_output=True, text=True, check=True, timeout=120
            )
            return done.stdout

        said = await asyncio.gather(*(asyncio.to_thread(push) for _ in range(3)))
        assert "已发 0" in await asyncio.to_thread(push)
    texts = [(chat, message.text) for chat in app.state.world.messages for message in app.state.world.messages_in(chat)]
    assert len(texts) == len(set(texts)) == 12 * 5
    assert sum("已发" in line for line in said) >= 1
    assert not left(log)
    log.close()
