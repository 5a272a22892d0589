"""The chat page: one HTML file with its style and its script inside, allowed by hash and nothing else.

The Content-Security-Policy (https://www.w3.org/TR/CSP3/) names the SHA-256 of the inline style and script, so that no
text of a person or a bot can ever become code.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


class Page:
    """The page and its policy, read from the package once."""

    def __init__(self) -> None:
        # text mode gives "\n" line ends whatever git has made of the file: the hashes are over those
        self._html = files("bot.sandbox").joinpath("page.html").read_text("utf-8")
        self._headers = {"Content-Security-Policy": content_security_policy(self._html), "Cache-Control": "no-cache"}

    async def show(self, request: Request) -> Response:
        """`GET /`."""
        return HTMLResponse(self._html, headers=self._headers)


def content_security_policy(html: str) -> str:
    """Everything from this server alone, inline code by its hash."""
    hashes: dict[str, list[str]] = {"style": [], "script": []}
    for tag, content in _INLINE.findall(html):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        hashes[tag].append(f"'sha256-{digest}'")
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {' '.join(hashes['script'])}",
            f"style-src {' '.join(hashes['style'])}",
            "img-src 'self' blob: data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
