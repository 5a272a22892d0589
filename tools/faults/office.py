"""An office under faults: officers on the sandbox's Bot API, and the real bot in a process that is killed and started.

Of all calls to the Bot API a tenth fails, in four ways.
"""

import asyncio
import random
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from actions.officers import Officers, Role
from actions.store import CaseLog
from bot.sandbox import people
from bot.sandbox.model import StoredMessage
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.world import World
from bot.services import utc_now
from retrieval.library import Library
from retrieval.settings import LibrarySettings
from tests.cast import Member
from tests.e2e.process import Process

TOKEN = "1:sandbox"
FAILING = {"server_error": 0.04, "rate_limited": 0.02, "drop_before": 0.02, "drop_after": 0.02}
"""Shares of the calls: one in ten."""
PATIENCE = 90.0
"""Seconds for what takes two on an idle machine without faults."""
IN_FLIGHT = 1.5
"""Seconds before a kill in which Telegram may have taken a message without the process having noted it."""


@dataclass(frozen=True)
class Outcome:
    """What came of one activity. `acts`: what was acknowledged. `kills`: how often it was struck, whatever strikes it.

    `unsound`: integrity checks and chains that failed.
    """

    acts: int
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    unsound: int = 0


class Office:
    """One data directory, one Bot API, one process at a time; what it prints goes to `printed`."""

    def __init__(
        self, data: Path, members: Sequence[tuple[Member, Role]], seed: int, *, printed: Path, **environment: str
    ) -> None:
        self.data, self.dice, self._printed = data, random.Random(seed), printed
        self.app: Starlette = create_app([Person(each.id, each.name) for each, _ in members], token=TOKEN)
        self.world: World = self.app.state.world
        self.app.state.faults.seed(seed)
        self.killed: list[float] = []
        self.unsound = 0
        self._environment = environment
        with self.log() as log:
            for member, role in members:
                Officers(log).add(member.id, member.name, role, by=None, now=utc_now())

    @contextmanager
    def open(self, **failing: float) -> Iterator[None]:
        """Within the block the Bot API is there and fails by these shares, and the bot runs."""
        for kind, share in failing.items():
            self.app.state.faults.set(kind, share=share)
        with serve(self.app) as self._address:
            self.process = self._start()
            try:
                yield
            finally:
                self.process.end()

    @contextmanager
    def log(self) -> Iterator[CaseLog]:
        """The case log, for looking into."""
        log = CaseLog(self.data / "case-log.db")
        try:
            yield log
        finally:
            log.close()

    async def kill(self, within: float) -> None:
        """Kills the process at some moment of the next seconds, looks whether the log is sound, and starts anew."""
        await asyncio.sleep(self.dice.random() * within)
        await self.process.send(signal.SIGKILL)
        self.killed.append(self.world.clock())
        self.look()
        self.process = self._start()

    def look(self) -> None:
        """Reads the whole log, and the chain of its record."""
        with self.log() as log:
            self.unsound += log.rows("pragma integrity_check") != [{"integrity_check": "ok"}]
            self.unsound += log.verify_record().broken_at is not None

    async def until(self, look: Callable[[], object]) -> None:
        """Waits for what people would see; TimeoutError, with what the process has logged, where it does not come."""
        try:
            await self.world.until(look, PATIENCE)
        except TimeoutError as error:
            raise TimeoutError(self.process.stderr[-2000:]) from error

    async def settled(self) -> None:
        """Once all that came before is dealt with: the updates of a chat keep their order."""
        last = {chat: people.say(self.world, chat, "/help").id for chat in self.world.people}
        await self.until(lambda: all(self.said(chat, after) for chat, after in last.items()))

    def said(self, chat: int, after: int = 0) -> list[StoredMessage]:
        """What the bot has said in a chat since a message."""
        return [each for each in self.world.messages_in(chat) if each.id > after and each.sender_id != chat]

    def explained(self, message: StoredMessage) -> bool:
        """Whether a message may have come again: its answer was cut off, or the process died over it."""
        if (message.chat_id, message.id) in self.world.unanswered:
            return True
        return any(-1 <= moment - message.date < IN_FLIGHT for moment in self.killed)

    def _start(self) -> Process:
        place = self._printed / str(len(self.killed))
        reach = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": self._address}
        return Process(place, "run", "--data-dir", self.data, **reach, **self._environment)


def indexed(folder: Path) -> Path:
    """A data directory with the playbook indexed, to be copied: indexing takes longer than what is tried."""
    data = folder / "indexed"
    if not data.exists():
        Library(LibrarySettings(data / "index")).close()
    return data


def fresh(template: Path, place: Path) -> Path:
    """A copy of a data directory."""
    return Path(shutil.copytree(template, place))
