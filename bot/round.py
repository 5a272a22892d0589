"""`closure-bot push --once`: one round of pushing, by a process of its own."""

import asyncio

from telegram.error import InvalidToken, NetworkError, RetryAfter
from telegram.ext import ExtBot

from actions.store import CaseLog
from bot.delivery import Care, Delivery, pause_asked
from bot.errors import BotApiUnreachable, TokenMissing, TokenRejected
from bot.pacing import Backoff
from bot.pushing import Counts, Pusher
from bot.services import Clock, Registers, utc_now
from bot.settings import Settings

TRIES = 6
"""How often the Bot API is asked who we are: half a minute in all."""


def push_once(settings: Settings, now: Clock = utc_now) -> Counts:
    """Sends what is due now. Raises TokenMissing, TokenRejected, BotApiUnreachable, CaseLogUnavailable."""
    if settings.telegram_bot_token is None:
        raise TokenMissing
    log = CaseLog(settings.case_log)
    try:
        return asyncio.run(_push(settings, Registers.of(log, settings, now)))
    finally:
        log.close()


async def _push(settings: Settings, registers: Registers) -> Counts:
    assert settings.telegram_bot_token is not None
    bot: ExtBot[Care] = ExtBot(
        settings.telegram_bot_token.get_secret_value(),
        base_url=f"{settings.telegram_api_base_url}/bot",
        rate_limiter=Delivery(),
    )
    await _introduce(bot, settings.telegram_api_base_url)
    try:
        return await Pusher(bot, registers, settings.push_lock).round()
    finally:
        await bot.shutdown()


async def _introduce(bot: ExtBot[Care], where: str) -> None:
    backoff = Backoff(first=1.0, cap=8.0)
    while True:
        try:
            await bot.initialize()
            return
        except InvalidToken:
            raise TokenRejected from None  # PTB's error quotes the token
        except RetryAfter as error:
            await asyncio.sleep(pause_asked(error))
        except NetworkError as error:
            seconds = backoff.next()
            if backoff.failures >= TRIES:
                raise BotApiUnreachable(where=where, reason=type(error).__name__) from error
            await asyncio.sleep(seconds)
