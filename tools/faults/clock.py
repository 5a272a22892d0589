"""A clock that jumps months ahead and back while an officer walks and revisits fall due.

The process's clock is libfaketime's (Debian's package `faketime`); only the time of day jumps, as it does on a machine.
"""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

from actions.officers import Role
from bot.sandbox import people
from bot.sandbox.server import Person
from tests.cast import OFFICER, Member
from tools.faults.office import Office, Outcome, fresh
from tools.faults.walking import Filling
from tools.push_load import fill

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
DAYS = (-400, -40, -1, 0, 1, 40, 130, 400)
"""How far the clock may be off."""
VISITED, VISITS = Member(1000, "专员0"), 5
"""Whose visits are due today."""


def jump(template: Path, place: Path, jumps: int, seed: int) -> Outcome:
    """An officer walks to the end of a case while the clock jumps and five visits of another one are due.

    In the end the clock is right, and each visit must have been told of. Doubled: also a reminder that came twice.
    """
    if LIBRARY is None:
        raise SystemExit("the clock is moved by libfaketime: install Debian's package faketime")
    offset = place.with_name(f"{place.name}.offset")
    offset.write_text("+0")
    moved = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1"}
    moved["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
    members = [(OFFICER, Role.OFFICER), (VISITED, Role.OFFICER)]
    office = Office(fresh(template, place), members, seed, printed=place / "out", **moved)
    with office.log() as log:
        fill(log, [Person(VISITED.id, VISITED.name)], VISITS)

    def move(days: int) -> None:
        offset.write_text(f"{days * 86_400:+d}")
        people.say(office.world, VISITED.id, "/help")  # whatever anybody says lets the bot look at what is due

    async def trouble() -> None:
        move(office.dice.choice(DAYS))

    async def work() -> None:
        await filling.fill()
        with office.open():
            move(0)
            await office.until(lambda: len({_company(line) for line in _told(office)}) == VISITS)

    filling = Filling(office, trouble, jumps)
    asyncio.run(work())
    walked, told = filling.outcome(), _told(office)
    return replace(walked, kills=jumps, doubled=walked.doubled + told.total() - len(told))


def _told(office: Office) -> Counter[str]:
    """What was said of visits; each names its company."""
    firsts = [message.text.partition("\n")[0] for message in office.said(VISITED.id)]
    return Counter(line for line in firsts if "回访「" in line)


def _company(line: str) -> str:
    return line.partition("「")[2].partition("」")[0]
