"""The bot's own web server: the webhook, and health with figures. Each listens where it is told, and nowhere else."""

import asyncio
import errno
import hmac
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from telegram import Update
from telegram.error import InvalidToken, RetryAfter, TelegramError

from actions.census import Census
from actions.errors import CaseLogUnavailable
from bot.delivery import pause_asked
from bot.errors import AddressUnusable, PortTaken, TokenRejected
from bot.inbox import InboxApplication
from bot.listening import ALLOWED_UPDATES, readable, unless
from bot.metrics import Metrics
from bot.pacing import Backoff
from bot.services import aside

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1024 * 1024
"""Bytes of an update: texts are 4096 characters, files come by themselves."""
SILENCE = 120.0
"""Seconds without a poll that ended well, after which a poller is deaf: six polls."""

_LOGGER = logging.getLogger(__name__)


def webhook(application: InboxApplication, url: str, secret: str) -> Sequence[Route]:
    """Takes updates at the path of `url` from whoever knows the secret; says that one has arrived once it is kept."""

    async def take(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            _LOGGER.warning("a post to the webhook without the secret was refused")
            return Response(status_code=403)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return Response(status_code=413)
        try:
            update = Update.de_json(readable(json.loads(body)), application.bot)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return Response(status_code=400)
        application.hear()
        await application.take(update)
        return Response()

    return [Route(urlsplit(url).path or "/", take, methods=["POST"])]


def operations(census: Census, metrics: Metrics, heard_at: Callable[[], float | None]) -> Sequence[Route]:
    """Whether all is well, and figures. `heard_at`: when Telegram was last heard; None where it is not asked."""

    async def health(_: Request) -> Response:
        heard = heard_at()
        silent = None if heard is None else round(time.time() - heard)
        try:
            await aside(census.readable)
            trouble = None
        except CaseLogUnavailable as error:
            trouble = type(error).__name__
        well = trouble is None and (silent is None or silent < SILENCE)
        state = {"ok": well, "case_log": trouble or "ok", "seconds_since_heard": silent}
        return JSONResponse(state, 200 if well else 503)

    async def figures(_: Request) -> Response:
        try:
            text = await aside(metrics.text, census)
        except CaseLogUnavailable:
            return Response(status_code=503)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    return [Route("/health", health), Route("/metrics", figures)]


async def receive(
    application: InboxApplication, url: str, listener: socket.socket, secret: str, stop: asyncio.Event
) -> None:
    """Has updates posted to `url`, and takes them at `listener`, until `stop` is set. TokenRejected.

    The address stays with Telegram afterwards: what comes meanwhile is posted at the next start.
    """
    serving = asyncio.create_task(serve(webhook(application, url, secret), listener, stop))
    try:
        await _ask_for_posts(application, url, secret, stop)
    except InvalidToken:
        stop.set()
        raise TokenRejected from None
    finally:
        await serving


async def _ask_for_posts(application: InboxApplication, url: str, secret: str, stop: asyncio.Event) -> None:
    backoff = Backoff()
    while not stop.is_set():
        try:
            await application.bot.set_webhook(url, allowed_updates=ALLOWED_UPDATES, secret_token=secret)
            return
        except InvalidToken:
            raise
        except TelegramError as error:
            seconds = pause_asked(error) if isinstance(error, RetryAfter) else backoff.next()
            _LOGGER.warning("the webhook could not be set: %r; again in %.1f s", error, seconds)
            await unless(stop, asyncio.sleep(seconds))


def listening(address: str) -> socket.socket:
    """Takes `host:port`, so that trouble with it is known before anything has begun. PortTaken, AddressUnusable."""
    host, _, port = address.rpartition(":")
    try:
        return socket.create_server(
            (host.strip("[]"), int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port=port) from error
        raise AddressUnusable(where=address, reason=error.strerror or error) from error


async def serve(routes: Sequence[Route], listener: socket.socket, stop: asyncio.Event) -> None:
    """Serves until `stop` is set."""
    config = uvicorn.Config(
        Starlette(routes=list(routes)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    halt = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, halt}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    halt.cancel()
    await serving


class Server(uvicorn.Server):
    """uvicorn with its hands off the signals: they are `bot.polling`'s."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing to do."""
        yield
