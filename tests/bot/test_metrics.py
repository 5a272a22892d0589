"""Health and figures over real HTTP: whether all is well, and nothing about anybody."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.applications import Starlette
from telegram import Update
from telegram.ext import CallbackContext

from actions.census import Census
from actions.store import CaseLog
from bot import app as whole
from bot.errors import PortTaken
from bot.metrics import Metrics
from bot.sandbox import people
from bot.sandbox.server import Person, create_app
from bot.sandbox.world import World
from bot.settings import Settings
from bot.web import SILENCE, listening, operations, receive, serve
from tests.actions.taken_in import FARM, Office
from tests.bot.transport import TOKEN, build, echo, opened, running
from tests.cast import LEAD, OFFICER

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
def app() -> Starlette:
    return create_app([Person(member.id, member.name) for member in (OFFICER, LEAD)])


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db") as log:
        Office(log).take_in(FARM)
        yield log


@asynccontextmanager
async def watched(
    log: CaseLog, metrics: Metrics | None = None, heard_at: Callable[[], float | None] = lambda: None
) -> AsyncIterator[httpx.AsyncClient]:
    """Health and figures, served for the block."""
    listener, stop = listening("127.0.0.1:0"), asyncio.Event()
    routes = operations(Census(log), metrics or Metrics(), heard_at)
    serving = asyncio.create_task(serve(routes, listener, stop))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client:
        yield client
    stop.set()
    await serving


async def figures(client: httpx.AsyncClient) -> dict[str, float]:
    """Every sample as Prometheus reads it, under its name with what its labels say, by the alphabet."""
    response = await client.get("/metrics")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    samples = [sample for family in text_string_to_metric_families(response.text) for sample in family.samples]
    return {" ".join([sample.name, *sorted(sample.labels.values())]): sample.value for sample in samples}


# Health


@pytest.mark.parametrize(
    ("silent", "status"), [(None, 200), (0, 200), (SILENCE - 2, 200), (SILENCE + 1, 503), (10 * SILENCE, 503)]
)
async def test_it_is_well_while_telegram_is_heard_or_not_asked(log: CaseLog, silent: float | None, status: int) -> None:
    async with watched(log, heard_at=lambda: None if silent is None else time.time() - silent) as client:
        response = await client.get("/health")
    assert response.status_code == status
    assert response.json() == {"ok": status == 200, "case_log": "ok", "seconds_since_heard": silent}


async def test_it_is_not_well_while_the_log_cannot_be_read(log: CaseLog) -> None:
    log.close()
    with closing(CaseLog(log.path)) as damaged:  # and damaged while it is open
        content = await asyncio.to_thread(log.path.read_bytes)
        await asyncio.to_thread(log.path.write_bytes, content[:4096] + b"\xff" * (len(content) - 4096))
        async with watched(damaged) as client:
            health, metrics = await client.get("/health"), await client.get("/metrics")
    assert (health.status_code, metrics.status_code) == (503, 503)
    assert health.json() == {"ok": False, "case_log": "CaseLogDamaged", "seconds_since_heard": None}


async def test_there_is_nothing_else_to_be_had(log: CaseLog) -> None:
    async with watched(log) as client:
        assert [(await client.get(path)).status_code for path in ("/", "/docs", "/health/x")] == [404] * 3
        assert [(await client.post(path)).status_code for path in ("/health", "/metrics")] == [405] * 2


# Figures


async def test_the_rows_of_the_log_are_counted_and_no_state_outlives_its_last_row(log: CaseLog) -> None:
    async with watched(log) as client:
        before = await figures(client)
        with log.transaction() as db:
            db.execute("update cases set status = 'archived'")
        after = await figures(client)
    rows = {" ".join(["closure_bot_rows", *sorted([table, state])]): n for table, state, n in Census(log).by_state()}
    assert {name: value for name, value in after.items() if name.startswith("closure_bot_rows")} == rows
    assert before["closure_bot_rows cases open"] == after["closure_bot_rows archived cases"] == 1
    assert "closure_bot_rows cases open" not in after


async def test_updates_are_timed_by_their_kind_and_failures_counted_and_nobody_is_named(
    address: str, log: CaseLog, world: World
) -> None:
    async def handle(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        if update.message and update.message.text == "密语坏了":
            raise ZeroDivisionError("密语")
        await echo(update, context)

    application = build(log, handle, address=address)
    application.metrics = metrics = Metrics()
    button = {"inline_keyboard": [[{"text": "好", "callback_data": "密语"}]]}
    async with running(application), watched(log, metrics, lambda: application.heard_at) as client:
        for text in ("密语", "密语二", "/密语", "密语坏了"):
            people.say(world, OFFICER.id, text)
        people.send_file(world, LEAD.id, "密语.txt", "密语".encode())
        people.press(world, LEAD.id, world.post(LEAD.id, world.bot.id, text="问", keyboard=button).id, "密语")
        people.block(world, LEAD.id)
        kinds = {"text": 3, "command": 1, "file": 1, "press": 1, "other": 1}
        counts: dict[str, float] = {}
        async with asyncio.timeout(30):
            while counts != kinds:
                told = await figures(client)
                counts = {kind: told.get(f"closure_bot_update_seconds_count {kind}", 0) for kind in kinds}
        raw = (await client.get("/metrics")).text
        health = await client.get("/health")
    assert told["closure_bot_failures_total"] == 1
    assert health.json()["ok"]
    words = ("密语", OFFICER.name, LEAD.name, "蟹田", "CM-2026")
    assert not [word for word in words if word in raw + health.text]
    assert not [label for name in told for label in name.split() if label in (str(OFFICER.id), str(LEAD.id))]


@pytest.mark.parametrize("posted", [False, True], ids=["polling", "webhook"])
async def test_when_telegram_was_heard_last_is_told(address: str, log: CaseLog, world: World, posted: bool) -> None:
    application = build(log, echo, address=address)
    application.metrics = metrics = Metrics()
    listener, options = listening("127.0.0.1:0"), dict[str, Any]()
    if posted:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
        options["receive"] = partial(receive, application, url, listener, "secret")
    before = time.time()
    async with running(application, **options), watched(log, metrics) as client:
        people.say(world, OFFICER.id, "在吗")
        await world.until(lambda: len(world.messages_in(OFFICER.id)) == 2, 10)
        told = await figures(client)
    listener.close()
    assert before <= told["closure_bot_heard_timestamp_seconds"] <= time.time()


# Ports


def test_a_port_that_is_taken_is_one_error_and_a_stopped_server_gives_its_own_back() -> None:
    with listening("127.0.0.1:0") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            listening(f"127.0.0.1:{port}")
    listening(f"127.0.0.1:{port}").close()


@pytest.mark.parametrize("setting", ["webhook_listen", "operations_listen"])
def test_the_bot_finds_a_port_taken_before_anything_has_begun(tmp_path: Path, setting: str) -> None:
    def too_early(*_: object) -> Any:
        raise AssertionError("it has begun")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        values = {
            "telegram_bot_token": SecretStr(TOKEN),
            "telegram_api_base_url": "http://127.0.0.1:9",
            "webhook_url": "https://bot.example/hook",
            "webhook_listen": "127.0.0.1:0",
            "data_dir": tmp_path,
            setting: f"127.0.0.1:{taken.getsockname()[1]}",
        }
        with pytest.raises(PortTaken):
            whole.run(Settings.load().model_copy(update=values), too_early, too_early, too_early)
