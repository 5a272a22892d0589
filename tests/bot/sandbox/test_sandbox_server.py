"""Starting, stopping, the webhook, and who is let in."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from telegram import Bot
from telegram.error import Conflict

from bot.sandbox import people
from bot.sandbox.faults import Faults
from bot.sandbox.guard import is_loopback
from bot.sandbox.page import content_security_policy
from bot.sandbox.server import create_app, serve
from bot.sandbox.world import World

from .conftest import WANG, bot_at


def test_a_port_in_use_is_an_error_before_anything_starts(app: Starlette, address: str) -> None:
    port = int(address.rpartition(":")[2])
    before = threading.active_count()
    with pytest.raises(OSError, match=f"port {port} on 127.0.0.1 is already in use"), serve(create_app([]), port=port):
        pytest.fail("two servers on one port")
    assert threading.active_count() == before


async def test_stopping_ends_polls_and_streams_and_frees_the_port(app: Starlette, world: World) -> None:
    loop = asyncio.get_running_loop()
    with serve(app) as address:
        async with bot_at(address) as bot, httpx.AsyncClient(trust_env=False) as web:
            poll = asyncio.create_task(bot.get_updates(timeout=50))
            await world.updates.bell.until(lambda: world.updates.polled, 5)
            async with web.stream("GET", f"{address}/sandbox/events") as stream:
                lines = stream.aiter_lines()
                assert await anext(lines) == "retry: 1000"
                started = loop.time()
                stopped = asyncio.create_task(asyncio.to_thread(app.state.world.close))
                assert await poll == ()
                async for _ in lines:
                    pass
                await stopped
                assert loop.time() - started < 2
    with serve(app, port=int(address.rpartition(":")[2])) as again:  # and it comes back with what was said
        people.say(world, WANG, "还在")
        async with bot_at(again) as bot:
            assert len(await bot.get_updates(timeout=1)) == 1


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1:8080", True),
        ("localhost", True),
        ("LOCALHOST:1", True),
        ("[::1]:8080", True),
        ("127.9.9.9", True),
        ("example.com", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com:80", False),
        ("192.168.1.5", False),
        ("0.0.0.0", False),
        ("", False),
        ("[", False),
    ],
)
def test_loopback_names(host: str, inside: bool) -> None:
    assert is_loopback(host) is inside


@pytest.mark.parametrize("path", ["/", "/sandbox/events", "/bot1:sandbox/getMe", "/sandbox/file/x"])
async def test_a_foreign_host_name_is_refused(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert "loopback" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/sandbox/say", "/sandbox/faults", "/bot1:sandbox/sendMessage"])
async def test_a_request_from_another_origin_is_refused(
    web: httpx.AsyncClient, world: World, path: str, headers: dict[str, str]
) -> None:
    answer = await web.post(path, json={"as": WANG, "chat_id": WANG, "text": "x"}, headers=headers)
    assert answer.status_code == 403
    assert world.messages_in(WANG) == []


async def test_the_page_s_own_requests_pass(web: httpx.AsyncClient, address: str, world: World) -> None:
    headers = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    assert (await web.post("/sandbox/say", json={"as": WANG, "text": "x"}, headers=headers)).status_code == 200
    assert len(world.messages_in(WANG)) == 1


async def test_the_page_comes_with_a_strict_policy(web: httpx.AsyncClient) -> None:
    page = await web.get("/", headers={"Sec-Fetch-Site": "cross-site"})  # a link from elsewhere may lead to it
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert policy == content_security_policy(page.text)
    assert policy.count("'sha256-") == 2
    assert page.headers["x-content-type-options"] == "nosniff"
    assert '<html lang="zh-CN">' in page.text
    assert "innerHTML" not in page.text


class _Hook(BaseHTTPRequestHandler):
    """A bot's own web server: keeps what it is sent, and fails as often as it is told."""

    received: Queue[tuple[str | None, dict[str, Any]]]
    failures: int

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        cls = type(self)
        if cls.failures:
            cls.failures -= 1
            self.send_error(500)
            return
        cls.received.put((self.headers["X-Telegram-Bot-Api-Secret-Token"], body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def _hook(failures: int = 0) -> Iterator[tuple[str, Queue[tuple[str | None, dict[str, Any]]]]]:
    handler = type("Hook", (_Hook,), {"received": Queue(), "failures": failures})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", handler.received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_a_webhook_gets_the_updates_in_order(bot: Bot, world: World) -> None:
    with _hook(failures=1) as (url, received):
        people.say(world, WANG, "一")
        await bot.set_webhook(url, secret_token="s3cret")
        people.say(world, WANG, "二")
        for text in ("一", "二"):
            secret, update = await asyncio.to_thread(received.get, timeout=5)
            assert (secret, update["message"]["text"]) == ("s3cret", text)
        info = await bot.get_webhook_info()
        assert info.url == url
        assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        people.say(world, WANG, "三")
        assert len(await bot.get_updates(timeout=2)) == 1
        assert received.empty()


async def test_a_webhook_can_be_given_an_update_twice(bot: Bot, world: World, faults: Faults) -> None:
    faults.set("duplicate_updates", limit=1)
    with _hook() as (url, received):
        await bot.set_webhook(url)
        people.say(world, WANG, "一")
        first, second = [await asyncio.to_thread(received.get, timeout=5) for _ in range(2)]
        assert first == second


async def test_pending_updates_can_be_dropped(bot: Bot, world: World) -> None:
    people.say(world, WANG, "一")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()
