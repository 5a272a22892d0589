"""A disk that fills while an officer walks and asks: what was not saved is said, questions are answered all the same.

The data directory lies on a small file system of its own (tmpfs, which takes root), and a file takes up what is free.
"""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from actions.officers import Role
from bot.sandbox import people
from tests.cast import LEAD, OFFICER
from tools.faults.office import Office, Outcome, fresh
from tools.faults.walking import Filling

QUESTION, SOURCE = "停业企业多久回访一次？", "[1]"
NOT_SAVED = "没有保存"
LEFT = (0, 4096, 16_384, 65_536)
"""Bytes that are left free: from nothing to a few answers."""
SPARE = 12
"""Megabytes beside the index: room for all that the walk writes."""


def fill_up(template: Path, place: Path, times: int, seed: int) -> Outcome:
    """An officer walks; so many times the disk is full when an answer comes, which is given again once there is room.

    `kills` are those times. Lost: also trouble of which the lead was not told. TimeoutError where a question is not
    answered.
    """
    used = sum(path.stat().st_size for path in template.rglob("*") if path.is_file()) // 1024**2
    with _small_disk(place, used + SPARE) as disk:
        members = [(OFFICER, Role.OFFICER), (LEAD, Role.LEAD)]
        office = Office(fresh(template, disk / "data"), members, seed, printed=place.with_name(f"{place.name}-out"))
        starving = Starving(office, Ballast(disk / "ballast"), times)
        asyncio.run(starving.fill())
        walked = starving.outcome()
    return replace(walked, kills=times, lost=walked.lost + starving.untold)


@contextmanager
def _small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


class Ballast:
    """A file that takes up room."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, left: int) -> None:
        """Takes up all the room but so many bytes."""
        free = 1
        with self._path.open("wb", buffering=0) as file:
            while free:
                try:
                    free = file.write(b"\0" * 65_536)
                except OSError:
                    break
            file.truncate(max(0, file.tell() - left))

    def drop(self) -> None:
        """Gives the room back."""
        self._path.unlink()


class Starving(Filling):
    """An officer at the checklist whose answers may find no room, and a lead who asks meanwhile."""

    def __init__(self, office: Office, ballast: Ballast, times: int) -> None:
        super().__init__(office, office.settled, times)
        self._ballast = ballast
        self._refusals = 0

    @property
    def untold(self) -> int:
        """Whether the lead ought to have been told, and was not."""
        return self._refusals > 0 and not any("磁盘已满" in message.text for message in self._office.said(LEAD.id))

    async def _act(self, act: Callable[[], object], step: int, start: int) -> None:
        if self._left and step:  # not at the very first, when the bot may be starting yet
            self._left -= 1
            await self._starve(act, step, start)
        if not self._has_moved_on(step, start):
            act()
        await self._office.until(lambda: self._has_moved_on(step, start))

    async def _starve(self, act: Callable[[], object], step: int, start: int) -> None:
        """Acts and asks while the disk is full, until something was said to both."""
        seen = len(self._office.world.journal.changes)
        self._ballast.load(self._dice.choice(LEFT))
        act()
        asked = people.say(self._office.world, LEAD.id, QUESTION).id
        await self._office.until(lambda: self._has_moved_on(step, start) or self._refused(seen))
        await self._office.until(lambda: any(SOURCE in message.text for message in self._office.said(LEAD.id, asked)))
        self._refusals += self._refused(seen)
        self._ballast.drop()

    def _refused(self, seen: int) -> bool:
        """Whether the officer was told that it was not saved: in a message, or by the button."""
        world = self._office.world
        for change in world.journal.changes[seen:]:
            message = world.message(OFFICER.id, change.message_id) if change.kind == "message" else None
            told = message.text if message and message.sender_id == world.bot.id else str(change.detail.get("text", ""))
            if NOT_SAVED in told:
                return True
        return False
