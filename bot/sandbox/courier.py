"""Webhook delivery: updates go by POST to the bot's own server instead of waiting for getUpdates.

Source: https://core.telegram.org/bots/api#setwebhook. One update at a time, in order; any answer but 2xx is tried again
until it succeeds, as Telegram does for a reasonable while.
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable

from bot.sandbox.model import Json
from bot.sandbox.settings import Webhook
from bot.sandbox.world import World

DELIVERY_TIMEOUT = 10.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


async def deliver(world: World, again: Callable[[], bool]) -> None:
    """Runs for as long as the server does. `again` is the fault of double delivery, asked once for each update."""
    pause = FIRST_PAUSE
    while True:
        heard = world.updates.bell.listen()
        webhook = world.settings.webhook
        batch = world.updates.first(1)
        if not webhook.url or not batch:
            await heard
            continue
        error = await asyncio.to_thread(_post, webhook, batch[0])
        if not error:
            world.updates.confirm(batch[0]["update_id"] + 1, again)
            pause = FIRST_PAUSE
            continue
        webhook.last_error, webhook.last_error_at = error, int(world.clock())
        await asyncio.wait({heard}, timeout=pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _post(webhook: Webhook, update: Json) -> str:
    """Delivers one update; '' or what went wrong."""
    headers = {"Content-Type": "application/json"}
    if webhook.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
    request = urllib.request.Request(webhook.url, json.dumps(update).encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # this machine only, never by a proxy
    try:
        with opener.open(request, timeout=DELIVERY_TIMEOUT):
            return ""
    except urllib.error.HTTPError as error:
        return f"Wrong response from the webhook: {error.code} {error.reason}"
    except OSError as error:
        return f"Connection failed: {error}"
