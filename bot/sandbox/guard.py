"""Who may talk to the sandbox: programs on this machine, and its own page.

A web page from elsewhere can make a browser send requests to loopback. Two ways are closed here: DNS rebinding, where a
foreign name resolves to 127.0.0.1 (the Host header gives it away), and plain cross-origin requests (Origin and
Sec-Fetch-Site give them away). Programs send neither header and pass.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Guard:
    """ASGI middleware: 403 for what comes from elsewhere, strict headers on everything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        reason = _objection(headers, is_page=scope["path"] == "/" and scope["method"] in ("GET", "HEAD"))
        app = PlainTextResponse(f"Forbidden: {reason}\n", 403) if reason else self._app
        await app(scope, receive, guarded_send)


def _objection(headers: Headers, *, is_page: bool) -> str:
    """Why a request is refused, or ''. The page itself may be reached by a link from anywhere."""
    host = headers.get("host", "")
    if not is_loopback(host):
        return "this sandbox answers to loopback names only"
    if is_page:
        return ""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "cross-origin request"
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return "cross-site request"
    return ""


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine: localhost or a loopback address, with any port."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
