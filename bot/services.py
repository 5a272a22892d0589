"""What handlers are given: the library, the case log's registers and a clock. Built once, in `bot.app`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from actions.officers import Officers
from actions.questions import Questions
from retrieval.library import Library

P = ParamSpec("P")
T = TypeVar("T")


def utc_now() -> datetime:
    """The moment, in UTC: the one clock that is handed to `actions`."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Services:
    """Everything a handler may call. All of it blocks, so handlers call it through `aside`."""

    library: Library
    officers: Officers
    questions: Questions
    now: Callable[[], datetime] = utc_now


async def aside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs blocking work off the event loop: a slow disk must not delay everyone's buttons."""
    return await asyncio.to_thread(call, *args, **kwargs)
