"""A bot in a process of its own, to be killed: ``python -m tests.bot.killed_bot ADDRESS CASE_LOG {wait|die}``.

It says "ready", and "handling" when a handler starts. With `wait` handlers never end; with `die` the word 毒 ends the
process at once, and anything else is answered.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import CallbackContext

from bot.polling import run
from tests.bot.transport import build, echo, opened


async def main(address: str, case_log: str, conduct: str) -> None:
    async def handler(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        print("handling", flush=True)  # noqa: T201
        if conduct == "wait":
            await asyncio.Event().wait()
        if update.message and update.message.text == "毒":
            os._exit(3)
        await echo(update, context)

    with opened(Path(case_log)) as log:
        await run(build(log, handler, address=address), on_ready=lambda: print("ready", flush=True))  # noqa: T201


asyncio.run(main(*sys.argv[1:]))
