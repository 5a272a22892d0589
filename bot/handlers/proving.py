"""After a gap is closed: the library takes it up, the question is asked again, and what came of it is said."""

import asyncio
from datetime import timedelta
from typing import Any

from telegram.ext import ContextTypes, JobQueue

from bot.closing import Closed, Closing
from bot.messages import gaps as wording
from bot.render.gaps import short
from bot.render.text import escape
from bot.services import aside

TRIES, PAUSE = 10, 1.0
"""Times, and seconds between them, while another process is indexing."""
LATER = timedelta(seconds=30)
"""After that it is tried again, until it is done: a start does it too."""

Queue = JobQueue[Any] | None


async def told_of(closing: Closing, closed: Closed, head: str, queue: Queue) -> str:
    """What was done, who is told, and whether the question is answered as was meant; as HTML."""
    lines = [head]
    if await _taken_up(closing):
        proof = await aside(closing.prove, closed)
        question = short(closed.question)
        lines.append(wording.proven(question) if proof.right else wording.not_proven(question, proof.first))
    else:
        lines.append(wording.NOT_INDEXED)
        take_up_later(closing, queue)
    return escape("\n".join([*lines, wording.told(closed.told)]))


def take_up_later(closing: Closing, queue: Queue) -> None:
    """Tries until another process is done with indexing."""

    async def again(context: ContextTypes.DEFAULT_TYPE) -> None:
        if not await aside(closing.take_up):
            take_up_later(closing, context.job_queue)

    if queue is not None:
        queue.run_once(again, LATER)


async def _taken_up(closing: Closing) -> bool:
    for _ in range(TRIES):
        if await aside(closing.take_up):
            return True
        await asyncio.sleep(PAUSE)
    return False
