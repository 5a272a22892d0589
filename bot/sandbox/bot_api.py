"""The bot's door: `/bot<token>/<method>` and `/file/bot<token>/<path>`.

Source: https://core.telegram.org/bots/api#making-requests: answers are ``{"ok": true, "result": …}`` or
``{"ok": false, "error_code": …, "description": …}`` with the code as the HTTP status, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.body import BodyTooLargeError
from bot.sandbox.faults import Faults
from bot.sandbox.files import DOWNLOAD_LIMIT, MEGABYTE, UPLOAD_LIMIT
from bot.sandbox.methods import METHODS, NAMES, SENDING
from bot.sandbox.model import BotApiError, Json, SendRecord
from bot.sandbox.params import Params, read_params
from bot.sandbox.polling import Poller
from bot.sandbox.world import World

BODY_LIMIT = UPLOAD_LIMIT + MEGABYTE
HANG_UP = "sandbox.hang_up"
"""Key in the ASGI scope of the function that closes the connection (see `bot.sandbox.server.Connection`)."""

_BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    "<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


class BotApi:
    """The two endpoints, over one world and its faults."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._poller = Poller(world)

    async def call(self, request: Request) -> Response:
        """One method call. A bot's mistakes are answered in Telegram's shapes; the sandbox's own would be a 500."""
        return await _answered(self._call(request))

    async def download(self, request: Request) -> Response:
        """The bytes of a file by the path that getFile gave; faults know it as the method ``download``."""
        return await _answered(self._download(request))

    def comes_again(self) -> bool:
        """Whether an update that is confirmed now is delivered once more (the fault ``duplicate_updates``)."""
        return self._faults.strikes("duplicate_updates", "getUpdates") is not None

    async def _call(self, request: Request) -> Response:
        self._check_token(request)
        method = NAMES.get(request.path_params["method"].lower())
        if method is None:
            raise BotApiError(404, "Not Found")
        params = await _params(request)
        if obstacle := await self._obstacle(method, params.integer("chat_id")):
            return obstacle
        result = await self._result(method, params, request)
        if self._faults.strikes("drop_after", method):
            if method in SENDING:
                self._world.unanswered.add((result["chat"]["id"], result["message_id"]))
            return HangUp()
        return JSONResponse({"ok": True, "result": result})

    async def _download(self, request: Request) -> Response:
        self._check_token(request)
        path = request.path_params["path"]
        file = next((file for file in list(self._world.files.values()) if file.path == path), None)
        if file is None or len(file.data) > DOWNLOAD_LIMIT:
            raise BotApiError(404, "Not Found")
        return await self._obstacle("download", None) or Response(file.data, media_type=file.mime)

    def _check_token(self, request: Request) -> None:
        if request.path_params["token"] != self._world.bot.token:
            raise BotApiError(401, "Unauthorized")

    async def _result(self, method: str, params: Params, request: Request) -> Any:
        if method == "getUpdates":
            return await self._poller.poll(params, self.comes_again, partial(_disconnected, request))
        result = METHODS[method](self._world, params)
        if method in SENDING:
            record = SendRecord(result["chat"]["id"], self._world.clock(), method, result["message_id"])
            self._world.sends.append(record)
        return result

    async def _obstacle(self, method: str, chat_id: int | None) -> Response | None:
        """What stands before the call: None, another answer, or an error raised."""
        strikes = self._faults.strikes
        if delay := strikes("delay", method):
            await asyncio.sleep(delay.seconds)
        if strikes("unauthorized", method):
            raise BotApiError(401, "Unauthorized")
        if strikes("drop_before", method):
            return HangUp()
        if strikes("server_error", method):
            return HTMLResponse(_BAD_GATEWAY, 502)
        if limited := strikes("rate_limited", method):
            raise _too_many_requests(limited.retry_after)
        if strikes("blocked_by", method, chat_id):
            raise BotApiError(403, "Forbidden: bot was blocked by the user")
        if self._faults.enforce_limits and method in SENDING and chat_id in self._world.chats:
            self._respect_limits(chat_id)
        return None

    def _respect_limits(self, chat_id: int) -> None:
        if wait := self._faults.send_limits.retry_after(chat_id):
            self._faults.counts["enforce_limits"] += 1
            raise _too_many_requests(wait)


class HangUp(Response):
    """No answer: the connection is closed. Needs a server that lends its transport, as `serve` does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Closes the connection and waits until the server has noticed, so that it misses no answer."""
        if HANG_UP not in scope:
            raise RuntimeError("this server cannot close connections: use bot.sandbox.server.serve")
        scope[HANG_UP]()
        while (await receive())["type"] != "http.disconnect":
            pass


async def _answered(work: Awaitable[Response]) -> Response:
    """What the work gives, or its refusal in Telegram's shape."""
    try:
        return await work
    except BotApiError as error:
        return JSONResponse(_error_json(error), error.code)


async def _params(request: Request) -> Params:
    try:
        return await read_params(request, BODY_LIMIT)
    except BodyTooLargeError:
        raise BotApiError(413, "Request Entity Too Large") from None
    except ClientDisconnect:  # a bot that was killed while it wrote: there is nobody to answer
        raise BotApiError(400, "Bad Request") from None


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _too_many_requests(seconds: int) -> BotApiError:
    return BotApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def _error_json(error: BotApiError) -> Json:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after is not None:
        body["parameters"] = {"retry_after": error.retry_after}
    return body
