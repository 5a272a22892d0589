"""Request bodies are kept in memory, so they are read up to a limit and not beyond it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.requests import Request


class BodyTooLargeError(Exception):
    """The body is longer than the reader allows."""


async def limited_stream(request: Request, limit: int) -> AsyncGenerator[bytes]:
    """The body in chunks up to `limit`, then `BodyTooLargeError`.

    What exceeds the limit is read and thrown away: a client that is still sending would otherwise meet a closed
    connection and never see the answer.
    """
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            yield chunk
    if size > limit:
        raise BodyTooLargeError


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, up to the same limit."""
    return b"".join([chunk async for chunk in limited_stream(request, limit)])
