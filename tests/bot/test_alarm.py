"""Trouble that leads and admins can mend reaches them: once an hour for each kind, also when the log cannot be read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from telegram import Bot
from telegram.request import RequestData

from actions.backup_errors import BackupUnwritable
from actions.errors import CaseLogDamaged, CaseLogFull, CaseLogLocked
from actions.leaving import remove_officer
from actions.officers import Officers, Role
from actions.roster import Roster
from actions.store import CaseLog
from bot import messages
from bot.alarm import Alarm
from tests.actions.taken_in import NOW
from tests.bot.mute import Mute, playing
from tests.bot.test_handlers import FakeLibrary, broken
from tests.bot.transport import TOKEN, opened
from tests.cast import ADMIN, COLLEAGUE, HEAD, LEAD, OFFICER, REMOVED

LOCKED, FULL = CaseLogLocked(where="case-log.db"), CaseLogFull(where="case-log.db")
UNWRITABLE = BackupUnwritable(where="/srv/backups", reason="No space left on device")


class Telephone(Mute):
    """Keeps who was told what; with some there is no talking."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked_by: set[int] = set()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: object, **__: object
    ) -> tuple[int, bytes]:
        answer = await super().do_request(url, method, request_data)
        if self.calls[-1][1].get("chat_id") in self.blocked_by:
            self.calls.pop()
            return 403, b'{"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}'
        return answer

    def told(self) -> list[tuple[int, str]]:
        """Who was told what since this was last looked at."""
        told = [(sent["chat_id"], sent["text"]) for name, sent in self.calls if name == "sendMessage"]
        self.calls.clear()
        return told


class Illegible(Roster):
    """A roster over a log that may be damaged."""

    damaged = False

    def leads(self) -> list[int]:
        if self.damaged:
            raise CaseLogDamaged(where="case-log.db", reason="malformed")
        return super().leads()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db", busy_timeout=0.05) as log:
        officers = Officers(log)
        for member, role in ((OFFICER, Role.OFFICER), (LEAD, Role.LEAD), (REMOVED, Role.LEAD), (ADMIN, Role.ADMIN)):
            officers.add(member.id, member.name, role, by=None, now=NOW)
        officers.add(HEAD.id, HEAD.name, Role.ADMIN, also_leads=True, by=None, now=NOW)
        remove_officer(log, REMOVED.id, by=None, now=NOW)
        yield log


@pytest.fixture
def telephone() -> Telephone:
    return Telephone()


@pytest.fixture
async def bot(telephone: Telephone) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, request=telephone, get_updates_request=telephone) as bot:
        telephone.calls.clear()
        yield bot


@pytest.fixture
def clock() -> list[datetime]:
    """What the clock shows, as its last item."""
    return [NOW]


@pytest.fixture
def roster(log: CaseLog) -> Illegible:
    return Illegible(log)


@pytest.fixture
def alarm(bot: Bot, roster: Illegible, clock: list[datetime]) -> Alarm:
    return Alarm(bot, roster, lambda: clock[-1])


def people(told: list[tuple[int, str]]) -> list[int]:
    return sorted(person for person, _ in told)


LISTED = [LEAD.id, ADMIN.id, HEAD.id]


async def test_leads_and_admins_are_told_each_once_and_nobody_else(alarm: Alarm, telephone: Telephone) -> None:
    assert await alarm.sound(LOCKED, "E-4F2A")
    told = telephone.told()
    assert people(told) == LISTED
    assert {text for _, text in told} == {messages.alarm(str(LOCKED), "E-4F2A", answering=True)}


async def test_that_questions_are_answered_is_said_where_it_is_the_log(alarm: Alarm, telephone: Telephone) -> None:
    await alarm.sound(UNWRITABLE)
    assert {text for _, text in telephone.told()} == {f"⚠️ {UNWRITABLE}"}
    await alarm.sound(FULL)
    assert all("提问照常回答" in text for _, text in telephone.told())


async def test_each_kind_is_told_once_an_hour(alarm: Alarm, telephone: Telephone, clock: list[datetime]) -> None:
    for minutes, error, heard in [
        (0, LOCKED, LISTED),
        (0, LOCKED, []),
        (1, CaseLogLocked(where="elsewhere"), []),
        (1, FULL, LISTED),
        (59, LOCKED, []),
        (60, LOCKED, LISTED),
        (60.5, FULL, []),
        (61, FULL, LISTED),
    ]:
        clock.append(NOW + timedelta(minutes=minutes))
        assert await alarm.sound(error)  # also who comes after knows that they are told
        assert people(telephone.told()) == heard, minutes


async def test_what_befalls_many_at_once_is_told_once(alarm: Alarm, telephone: Telephone) -> None:
    assert all(await asyncio.gather(*(alarm.sound(LOCKED) for _ in range(5))))
    assert people(telephone.told()) == LISTED


async def test_who_leads_since_is_told_too(alarm: Alarm, telephone: Telephone, log: CaseLog) -> None:
    Officers(log).add(COLLEAGUE.id, COLLEAGUE.name, Role.LEAD, by=None, now=NOW)
    await alarm.sound(LOCKED)
    assert people(telephone.told()) == [COLLEAGUE.id, *LISTED]


async def test_while_the_log_cannot_be_read_it_is_those_known_before(
    alarm: Alarm, telephone: Telephone, log: CaseLog, roster: Illegible
) -> None:
    Officers(log).add(COLLEAGUE.id, COLLEAGUE.name, Role.LEAD, by=None, now=NOW)
    roster.damaged = True
    assert await alarm.sound(CaseLogDamaged(where="case-log.db", reason="malformed"))
    assert people(telephone.told()) == LISTED


async def test_one_who_cannot_be_reached_keeps_it_from_nobody(alarm: Alarm, telephone: Telephone) -> None:
    telephone.blocked_by = {LEAD.id}
    assert await alarm.sound(LOCKED)
    assert people(telephone.told()) == [ADMIN.id, HEAD.id]


async def test_nobody_is_said_to_know_where_nobody_could_be_told(
    alarm: Alarm, telephone: Telephone, log: CaseLog
) -> None:
    telephone.blocked_by = {LEAD.id, ADMIN.id, HEAD.id}
    assert not await alarm.sound(LOCKED)
    telephone.blocked_by = set()
    assert await alarm.sound(LOCKED)
    assert people(telephone.told()) == LISTED


async def test_where_there_is_nobody_to_tell_it_says_so(bot: Bot, log: CaseLog) -> None:
    for member in (LEAD, ADMIN, HEAD):
        remove_officer(log, member.id, by=None, now=NOW)
    alarm = Alarm(bot, Roster(log), lambda: NOW)
    assert not await alarm.sound(LOCKED)
    assert not await alarm.sound(LOCKED)


async def test_who_could_not_save_something_reads_whether_anybody_knows(log: CaseLog, tmp_path: Path) -> None:
    async def answered() -> list[str]:
        async with playing(log, FakeLibrary(broken), tmp_path) as player:
            with opened(tmp_path / "case-log.db") as other, other.transaction():
                return await player.say(OFFICER, "/new")

    *alarms, line = await answered()
    assert len(alarms) == 3
    assert "这一步没有保存" in line
    assert line.endswith("已通知科长和管理员。")
    for member in (LEAD, ADMIN, HEAD):
        remove_officer(log, member.id, by=None, now=NOW)
    [line] = await answered()
    assert "已通知" not in line
