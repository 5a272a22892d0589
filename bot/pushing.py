"""Sends what the ledger says is due: claims a row, writes its letter, sends it, records what became of it.

One process at a time pushes over one case log: the lock is the operating system's, and gone with the process, so that
the next one knows every claim that it finds to be a dead process's. Rows are independent: each officer's go out in
order, a second apart; one that fails is put off and holds up no other.
"""

import asyncio
import logging
import os
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ExtBot

from actions.calendar import SHANGHAI
from actions.errors import CaseLogUnavailable
from actions.ledger import Notification
from bot.delivery import Care
from bot.letters import Letter, Letters
from bot.services import Registers, aside
from bot.undelivered import Undelivered

AT_ONCE = 24
"""Rows that are claimed at a time: enough for slow answers, few enough that a killed process leaves few in doubt."""
BEAT = 1 / 30
"""Seconds between two first tries: sent in bunches they would be slower, each waiting for the others' answers."""
CHAT_SECONDS = 1.05
"""Between two messages to a chat: Telegram's limit is one a second, without the bursts that answers may take."""
LOOK_AGAIN_SECONDS = 5.0
"""How often, while sending, to look for what is new: an announcement must not wait behind ten thousand reminders."""
PATIENCE, LONGEST_PAUSE = 20.0, 5.0
"""Seconds to try a row for, and the longest 429 to wait out, before it is put off for others."""
SOON = timedelta(seconds=45)
"""A round does not end while a row is to be tried again so soon: at its end nothing would wait for it."""
NIGHT = (21, 7)
"""Hours between which a message makes no sound."""

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class Counts:
    """What one round did; `doubtful` messages may have arrived twice. `elsewhere`: another process is at it."""

    planned: int = 0
    sent: int = 0
    later: int = 0
    failed: int = 0
    dropped: int = 0
    doubtful: int = 0
    elsewhere: bool = False


class Pusher:
    """Pushes over one case log. `lock` is a file beside it; two rounds of one process wait for each other."""

    def __init__(self, bot: ExtBot[Care], registers: Registers, lock: Path) -> None:
        self._bot, self._at, self._letters = bot, registers, Letters(registers)
        self._undelivered = Undelivered(registers)
        self._lock = FileLock(lock, timeout=0)
        self._me = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._turn = asyncio.Lock()
        self._ready: dict[int, float] = {}
        self._next = 0.0
        self._stopping = False

    def stop(self) -> None:
        """What is on its way is finished; nothing more is claimed."""
        self._stopping = True

    async def round(self) -> Counts:
        """Plans, then sends until nothing is left that is due now."""
        async with self._turn:
            try:
                with self._lock:
                    return await self._round()
            except Timeout:
                return Counts(elsewhere=True)

    async def _round(self) -> Counts:
        counts, now = Counts(), self._at.now()
        if claims := await aside(self._at.ledger.reclaim):
            _LOGGER.warning("%d messages were being sent when a process ended; they may arrive twice", len(claims))
            counts.doubtful += len(claims)
            await asyncio.sleep(_still_counting(max(claims), now))
        await aside(self._at.rounds.plan, now)
        await self._send_all(counts)
        counts.planned = counts.sent + counts.later + counts.failed + counts.dropped
        return counts

    async def _send_all(self, counts: Counts) -> None:
        """Each officer's in order, officers side by side, until nothing is left; what is new meanwhile joins in."""
        lines: dict[int, deque[Notification]] = {}
        queued: set[int] = set()
        places = asyncio.Semaphore(AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                while not self._stopping:
                    pending = await aside(self._at.ledger.pending, self._at.now())
                    fresh = [notification for notification in pending if notification.id not in queued]
                    if not fresh and not lines:
                        if not await aside(self._at.ledger.retried_by, self._at.now() + SOON):
                            return
                        await asyncio.sleep(1)
                        continue
                    for notification in fresh:
                        queued.add(notification.id)
                        if line := lines.get(notification.officer_id):
                            line.append(notification)
                            continue
                        line = lines[notification.officer_id] = deque([notification])
                        group.create_task(self._send_in_order(line, lines, queued, places, counts))
                    await self._while_busy(lines)
        except* CaseLogUnavailable as failures:
            raise failures.exceptions[0] from None

    async def _while_busy(self, lines: Mapping[int, object]) -> None:
        """Until all is sent, and not longer than it takes until one should look again at what is due."""
        until = _time() + LOOK_AGAIN_SECONDS
        while lines and _time() < until:  # noqa: ASYNC110 - a second's tick is all that is wanted
            await asyncio.sleep(0.1)

    async def _send_in_order(
        self,
        line: deque[Notification],
        lines: dict[int, deque[Notification]],
        queued: set[int],
        places: asyncio.Semaphore,
        counts: Counts,
    ) -> None:
        officer_id = line[0].officer_id
        while line:
            await asyncio.sleep(self._ready.get(officer_id, 0.0) - _time())
            async with places:
                if not self._stopping and await self._deliver(line[0], counts):
                    self._ready[officer_id] = _time() + CHAT_SECONDS
            queued.discard(line.popleft().id)
        del lines[officer_id]

    async def _deliver(self, notification: Notification, counts: Counts) -> bool:
        """Sends one; True where Telegram was asked to. Whatever happens is recorded."""
        letter = await aside(self._prepare, notification, counts)
        if letter is None:
            return False
        care = Care(PATIENCE, LONGEST_PAUSE, apart=CHAT_SECONDS)
        await self._beat()
        try:
            sent = await self._send(notification.officer_id, letter, care)
        except TelegramError as error:
            again = await aside(self._undelivered.refused, notification, error, care)
            counts.later, counts.failed = counts.later + again, counts.failed + (not again)
            counts.doubtful += again and care.doubtful
            return True
        counts.doubtful += care.doubtful
        ledger, now = self._at.ledger, self._at.now()
        await aside(ledger.sent, notification.id, sent, doubtful=care.doubtful, now=now)
        counts.sent += 1
        return True

    def _prepare(self, notification: Notification, counts: Counts) -> Letter | None:
        """Claims a row and writes its letter; None where it is another's, or there is nothing to send. Blocks."""
        if not self._at.ledger.claim(notification.id, self._me, now=self._at.now()):
            return None
        try:
            letter = self._letters.compose(notification)
        except Exception:
            _LOGGER.exception("notification %d (%s) cannot be written", notification.id, notification.occasion)
            counts.later += self._undelivered.unwritten(notification)
            return None
        if letter is None:
            if self._letters.astray(notification):
                self._at.rounds.forward(notification, self._at.now())
            self._at.ledger.dropped(notification.id)
            counts.dropped += 1
        return letter

    async def _beat(self) -> None:
        now = _time()
        self._next = max(now, self._next + BEAT)
        await asyncio.sleep(self._next - now)

    async def _send(self, chat_id: int, letter: Letter, care: Care) -> int:
        message = await self._bot.send_message(
            chat_id,
            letter.text,
            parse_mode=ParseMode.HTML,
            reply_markup=letter.keyboard,
            disable_notification=_at_night(self._at.now()),
            rate_limit_args=care,
        )
        return message.message_id


def _still_counting(claimed: datetime, now: datetime) -> float:
    """Seconds for which what a dead process sent last still counts at Telegram: it claimed rows until it died."""
    left = claimed + timedelta(seconds=CHAT_SECONDS) - now
    return min(max(left.total_seconds(), 0.0), CHAT_SECONDS)


def _time() -> float:
    return asyncio.get_running_loop().time()


def _at_night(now: datetime) -> bool:
    evening, morning = NIGHT
    return not morning <= now.astimezone(SHANGHAI).hour < evening
