"""The webhook over real HTTP: who gets in, what is taken, and that it is kept before Telegram is told so."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from actions.inbox import Inbox
from actions.store import CaseLog
from bot.errors import TokenRejected
from bot.inbox import DurableQueue, InboxApplication
from bot.pacing import Backoff
from bot.sandbox import people
from bot.sandbox.faults import Faults
from bot.sandbox.server import Person, create_app
from bot.sandbox.world import World
from bot.web import LARGEST, SECRET_HEADER, listening, receive
from tests.bot.test_inbox import body, ids
from tests.bot.test_polling import Slow
from tests.bot.transport import build, echo, eventually, opened, running

SECRET, PATH = "a-long-secret", "/telegram/a-long-random-path"
WANG = 101

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
def app() -> Starlette:
    return create_app([Person(WANG, "王芳")])


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db", busy_timeout=0.1) as log:
        yield log


class Telegram(httpx.AsyncClient):
    """Posts as Telegram does, or as somebody who would like to be taken for it."""

    def __init__(self, url: str) -> None:
        super().__init__(trust_env=False, timeout=30)
        self.url = url

    async def send_update(self, content: object, headers: Mapping[str, str | bytes] | None = None) -> int:
        """The status that comes back."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        known = {SECRET_HEADER: SECRET} if headers is None else headers
        return (await self.post(self.url, content=raw, headers=known)).status_code


@asynccontextmanager
async def hooked(application: InboxApplication, *, drain_seconds: float = 30.0) -> AsyncIterator[Telegram]:
    """The bot, taking posts for the block."""
    listener = listening("127.0.0.1:0")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
    receiver = partial(receive, application, url, listener, SECRET)
    async with running(application, receive=receiver, drain_seconds=drain_seconds), Telegram(url) as telegram:
        yield telegram


def answers(world: World) -> list[str]:
    return [message.text for message in world.messages_in(WANG) if message.sender_id == world.bot.id]


# Who gets in, and with what


async def test_who_does_not_know_the_secret_is_refused(address: str, log: CaseLog, world: World) -> None:
    async with hooked(build(log, echo, address=address)) as telegram:
        for guess in ("", SECRET[:-1], f"{SECRET}s", SECRET.upper(), "\u00e9"):
            assert await telegram.send_update(body(7, text="冒充"), {SECRET_HEADER: guess.encode()}) == 403
        assert await telegram.send_update(body(7, text="冒充"), {"Authorization": SECRET}) == 403
        assert log.rows("select * from updates") == []
        assert await telegram.send_update(body(8, text="在吗")) == 200
        await world.until(lambda: answers(world), 10)
    assert answers(world) == ["回:在吗"]


async def test_there_is_nothing_anywhere_else_and_nothing_to_read(address: str, log: CaseLog) -> None:
    async with hooked(build(log, echo, address=address)) as telegram:
        for method in ("GET", "PUT", "DELETE"):
            assert (await telegram.request(method, telegram.url, headers={SECRET_HEADER: SECRET})).status_code == 405
        root = telegram.url.removesuffix(PATH)
        for path in ("/", "/telegram", f"{PATH}x", "/health", "/metrics"):
            telegram.url = root + path
            assert await telegram.send_update(body(7)) == 404
    assert log.rows("select * from updates") == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b"7", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"update_id": "seven"}', 400),
        (b'{"update_id": 1180591620717411303424}', 400),
        (b"[" * 100_000, 400),
        (b'{"update_id": 7, "message": {"text": "' + b"x" * LARGEST + b'"}}', 413),
        (b'{"update_id": 7, "message": {"text": "no chat"}}', 200),  # as when polling: passed over, once
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_is_no_update_is_turned_away_and_the_next_one_taken(
    address: str, log: CaseLog, world: World, content: bytes, status: int
) -> None:
    async with hooked(build(log, echo, address=address)) as telegram:
        assert await telegram.send_update(content) == status
        assert await telegram.send_update(body(8, text="在吗")) == 200
        await world.until(lambda: answers(world), 10)


# Kept first


class HeldInbox(Inbox):
    """Keeps an update once `door` is open."""

    def __init__(self, log: CaseLog) -> None:
        super().__init__(log)
        self.door, self.begun = threading.Event(), threading.Event()

    def keep(self, update_id: int, body: Mapping[str, object], now: datetime) -> bool:
        self.begun.set()
        assert self.door.wait(30)
        return super().keep(update_id, body, now)


async def test_telegram_hears_that_an_update_has_come_once_it_is_on_the_disk(
    address: str, log: CaseLog, world: World, tmp_path: Path
) -> None:
    slow, held = Slow(), HeldInbox(log)
    application = build(log, slow.__call__, address=address)
    assert isinstance(application.update_queue, DurableQueue)
    application.update_queue.inbox = held
    async with hooked(application, drain_seconds=0.1) as telegram:
        posted = asyncio.create_task(telegram.send_update(body(7, text="在吗")))
        await eventually(held.begun.is_set)
        assert not posted.done()
        held.door.set()
        assert await posted == 200
        await slow.begun.wait()
        with opened(tmp_path / "case-log.db") as other:
            assert ids(Inbox(other)) == [7]
    async with hooked(build(log, echo, address=address)):  # the first one was stopped before it had answered
        await world.until(lambda: answers(world), 10)
    assert answers(world) == ["回:在吗"]


async def test_an_update_that_comes_again_is_handled_once(address: str, log: CaseLog, world: World) -> None:
    async with hooked(build(log, echo, address=address)) as telegram:
        both = await asyncio.gather(*(telegram.send_update(body(7, text="一")) for _ in range(5)))
        assert await telegram.send_update(body(7, text="一")) == 200
        assert both == [200] * 5
        await telegram.send_update(body(8, text="二"))
        await world.until(lambda: len(answers(world)) == 2, 10)
    assert answers(world) == ["回:一", "回:二"]


# With Telegram


async def test_telegram_is_asked_to_post_and_does(address: str, log: CaseLog, world: World, faults: Faults) -> None:
    faults.set("duplicate_updates")
    async with hooked(build(log, echo, address=address)) as telegram:
        for text in ("一", "二"):
            people.say(world, WANG, text)
            await world.until(lambda text=text: f"回:{text}" in answers(world), 20)
        webhook = world.settings.webhook
        assert (webhook.url, webhook.secret, webhook.last_error) == (telegram.url, SECRET, "")
    assert answers(world) == ["回:一", "回:二"]
    assert world.settings.webhook.url == telegram.url  # what comes meanwhile is posted at the next start


async def test_telegram_is_asked_until_it_agrees_and_a_token_that_it_refuses_ends_it(
    address: str, log: CaseLog, world: World, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Backoff, "next", lambda backoff: 0.01)
    faults.set("server_error", methods=["setWebhook"], limit=3)
    async with hooked(build(log, echo, address=address)) as telegram:
        await eventually(lambda: world.settings.webhook.url == telegram.url)
    faults.set("unauthorized", methods=["setWebhook"])
    with pytest.raises(ExceptionGroup) as raised:
        async with hooked(build(log, echo, address=address)):
            await asyncio.Event().wait()
    assert raised.group_contains(TokenRejected)
