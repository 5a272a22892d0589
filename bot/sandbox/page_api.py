"""The browser's door: the page, its event stream, what people do in it, and the controls for tests.

==========================  ============================================================================
``GET /``                   the page
``GET /sandbox/events``     Server-Sent Events: ``state`` once, then ``change`` (see `bot.sandbox.page_view`)
``GET /sandbox/file/ID``    a file; pictures are shown, everything else is offered for saving
``POST /sandbox/say``       ``{as, text, chat?, reply_to?}``
``POST /sandbox/edit``      ``{as, message_id, text, chat?}``
``POST /sandbox/press``     ``{as, message_id, data, chat?}`` → ``{query_id}``
``POST /sandbox/upload``    ``?as=&name=&kind=&caption=&chat=&reply_to=`` with the bytes as the body
``POST /sandbox/location``  ``{as, latitude, longitude, chat?}``
``POST /sandbox/block``     ``{as, blocked}``
``POST /sandbox/read``      ``{as, chat, message_id}``
``POST /sandbox/clock``     ``{days}``, ``{hours}`` or ``{until: "2026-11-25T09:00"}``, forward only → ``{now}``
``GET/POST /sandbox/faults``  see `bot.sandbox.faults`
``GET /sandbox/log``        ``{"sends": [{chat_id, at, method, message_id}]}``
==========================  ============================================================================

An act that is impossible is 409 ``{"error": reason}``, a request that makes no sense 400.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast, get_args
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import people
from bot.sandbox.body import BodyTooLargeError, read_body
from bot.sandbox.faults import Faults
from bot.sandbox.files import MEGABYTE, known_file
from bot.sandbox.model import FileKind, Json
from bot.sandbox.page_acts import ACTS, Act
from bot.sandbox.page_view import change_json, state_json
from bot.sandbox.params import whole_number
from bot.sandbox.people import ActRefusedError
from bot.sandbox.world import World

UPLOAD_LIMIT = 60 * MEGABYTE
"""More than a bot may fetch (20 MB), so that a bot can be seen to refuse; less than fills the memory."""
REQUEST_LIMIT = MEGABYTE
HEARTBEAT_SECONDS = 15.0

_SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "audio/ogg", "audio/mpeg"})


class PageApi:
    """The endpoints over one world and its faults."""

    def __init__(self, world: World, faults: Faults, suggestions: Sequence[str]) -> None:
        self._world = world
        self._faults = faults
        self._suggestions = tuple(suggestions)

    def routes(self) -> list[Route]:
        """All routes but the page itself."""
        return [
            Route("/sandbox/events", self.events),
            Route("/sandbox/file/{file_id}", self.file),
            Route("/sandbox/upload", self.upload, methods=["POST"]),
            Route("/sandbox/faults", self.faults, methods=["GET", "POST"]),
            Route("/sandbox/log", self.log),
            *(Route(f"/sandbox/{name}", self._endpoint(act), methods=["POST"]) for name, act in ACTS.items()),
        ]

    def _endpoint(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that does one act with the JSON object it is sent."""

        async def endpoint(request: Request) -> Response:
            try:
                return JSONResponse(act(self._world, await _json_body(request)))
            except ActRefusedError as refusal:
                return JSONResponse({"error": refusal.reason}, 409)
            except (KeyError, TypeError, ValueError, BodyTooLargeError) as error:
                return _bad_request(error)

        return endpoint

    async def events(self, request: Request) -> Response:
        """The event stream. Each connection starts with the whole state, so a page that was away misses nothing."""
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def _stream(self) -> AsyncIterator[str]:
        world, journal = self._world, self._world.journal
        done = len(journal.changes)
        yield "retry: 1000\n" + _event("state", state_json(world, self._suggestions))
        while not world.closed:
            heard = journal.bell.listen()
            changes = journal.changes[done:]
            done += len(changes)
            for change in changes:
                if body := change_json(world, change):
                    yield _event("change", body)
            if not changes and not world.closed:
                await asyncio.wait({heard}, timeout=HEARTBEAT_SECONDS)
                if not heard.done():
                    yield ": still here\n\n"

    async def upload(self, request: Request) -> Response:
        """A file as the raw body, described in the query: simpler and no slower than multipart."""
        query = request.query_params
        try:
            data = await read_body(request, UPLOAD_LIMIT)
        except BodyTooLargeError:
            return JSONResponse({"error": "too_big"}, 413)
        try:
            message = people.send_file(
                self._world,
                int(query["as"]),
                query["name"],
                data,
                kind=_file_kind(query.get("kind", "document")),
                caption=query.get("caption", ""),
                mime=request.headers.get("content-type", ""),
                chat_id=whole_number(query.get("chat")),
                reply_to=whole_number(query.get("reply_to")),
            )
        except ActRefusedError as refusal:
            return JSONResponse({"error": refusal.reason}, 409)
        except (KeyError, ValueError) as error:
            return _bad_request(error)
        return JSONResponse({"message_id": message.id})

    async def file(self, request: Request) -> Response:
        """A file that someone sent. What a browser might run is never shown in it, only saved."""
        file = known_file(self._world, request.path_params["file_id"])
        if file is None:
            return JSONResponse({"error": "not_found"}, 404)
        inline = file.mime in _SHOWN_INLINE
        disposition = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}"
        media_type = file.mime if inline else "application/octet-stream"
        headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox", "Cache-Control": "private"}
        return Response(file.data, media_type=media_type, headers=headers)

    async def faults(self, request: Request) -> Response:
        """Sets and clears faults (POST), and reports them."""
        if request.method == "POST":
            try:
                self._faults.apply(await _json_body(request))
            except (AttributeError, TypeError, ValueError, BodyTooLargeError) as error:
                return _bad_request(error)
        return JSONResponse(self._faults.report())

    async def log(self, request: Request) -> Response:
        """Every message the bot has put into a chat, in order."""
        return JSONResponse({"sends": [asdict(record) for record in self._world.sends]})


def _file_kind(word: str) -> FileKind:
    if word not in get_args(FileKind):
        raise ValueError(f"unknown kind of file {word!r}")
    return cast(FileKind, word)


async def _json_body(request: Request) -> Json:
    body = json.loads(await read_body(request, REQUEST_LIMIT))
    if not isinstance(body, dict):
        raise ValueError("expected a JSON object")
    return body


def _bad_request(error: Exception) -> Response:
    return JSONResponse({"error": "bad_request", "detail": str(error)}, 400)


def _event(name: str, body: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"
