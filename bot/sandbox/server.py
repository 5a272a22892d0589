"""The sandbox as one ASGI application, and uvicorn in a thread around it.

app = create_app([Person(101, "王芳", "专员")])
with serve(app) as address:  # "http://127.0.0.1:49152"
    bot = telegram.Bot("1:sandbox", base_url=f"{address}/bot", base_file_url=f"{address}/file/bot")
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.sandbox.bot_api import HANG_UP, BotApi
from bot.sandbox.clock import Clock
from bot.sandbox.courier import deliver
from bot.sandbox.faults import Faults
from bot.sandbox.guard import Guard
from bot.sandbox.model import BotIdentity, Person
from bot.sandbox.page import Page
from bot.sandbox.page_api import PageApi
from bot.sandbox.world import World

__all__ = ["Person", "create_app", "serve"]

GROUP_TITLE = "停业服务组"
STOP_SECONDS = 5


def create_app(
    people: Sequence[Person],
    *,
    token: str = "1:sandbox",
    bot_name: str = "停业管家",
    bot_username: str = "closure_sandbox_bot",
    suggestions: Sequence[str] = (),
    group_title: str | None = GROUP_TITLE,
    first_id: int = 1,
    clock: Clock | None = None,
) -> Starlette:
    """The application. ``app.state.world`` and ``app.state.faults`` are for those who watch and drive it.

    `suggestions` are questions offered in an empty chat; `group_title` None leaves the group chat out.
    `first_id` is where updates and messages are counted from: a bot that remembers the ones of an earlier sandbox would
    take the same numbers for the same things. `clock` is what the page sets forward.
    """
    identity = BotIdentity(token, bot_name, bot_username)
    world = World(identity, people, group_title=group_title, clock=clock or Clock(), first_id=first_id)
    faults = Faults()
    bot_api = BotApi(world, faults)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        world.closed = False
        courier = asyncio.create_task(deliver(world, bot_api.comes_again))
        yield
        world.close()
        courier.cancel()
        with suppress(asyncio.CancelledError):
            await courier

    routes = [
        Route("/", Page().show),
        Route("/file/bot{token}/{path:path}", bot_api.download),
        Route("/bot{token}/{method}", bot_api.call, methods=["GET", "POST"]),
        *PageApi(world, faults, suggestions).routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Guard)], lifespan=lifespan)
    app.state.world = world
    app.state.faults = faults
    return app


@contextmanager
def serve(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serves the application in a thread and yields its address; port 0 takes a free one.

    OSError before anything has started where the port is in use. On leaving, long polls and event streams end, and the
    port is free again.
    """
    listener = _listen(host, port)
    shown_host = f"[{host}]" if ":" in host else host
    address = f"http://{shown_host}:{listener.getsockname()[1]}"
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_keep_alive=75,  # longer than clients keep idle connections: they must not meet a closed one
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )
    thread = threading.Thread(target=server.run, args=([listener],), name="sandbox", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the sandbox did not start; its log says why")
            time.sleep(0.005)
        yield address
    finally:
        app.state.world.close()
        server.should_exit = True
        thread.join(2 * STOP_SECONDS)
        listener.close()


class Connection(H11Protocol):
    """uvicorn's HTTP connection, lending the application a way to close it without an answer (see `HangUp`)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        served = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope[HANG_UP] = transport.close
            await served(scope, receive, send)

        self.app = app


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named TCP: of other sockets asyncio does not take Nagle's delay, 40 ms an answer
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # on Windows this option would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise OSError(errno.EADDRINUSE, f"port {port} on {host} is already in use") from None
        raise
    return listener
