"""Where a round is played: a log with people and cases of every sort, and the application over it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from telegram.constants import ParseMode

from actions.gates import LIVE
from actions.handovers import give
from actions.inbox import Inbox
from actions.leaving import remove_officer
from actions.officers import Officers, Role
from actions.store import CaseLog
from bot.inbox import InboxApplication
from bot.letters import Letters
from bot.services import Registers
from bot.settings import Settings
from retrieval.library import Library
from tests.actions.taken_in import DYE_WORKS, FARM, NOW, Office
from tests.bot.mute import playing
from tests.cast import ADMIN, COLLEAGUE, HEAD, LEAD, OFFICER, REMOVED, Member
from tools.fuzz.bot_api import BotApi
from tools.fuzz.canaries import Canaries

POSTS = {
    OFFICER: (Role.OFFICER, False),
    COLLEAGUE: (Role.OFFICER, False),
    LEAD: (Role.LEAD, False),
    ADMIN: (Role.ADMIN, False),
    HEAD: (Role.ADMIN, True),
}
SECTION = "班车\n园区班车每天早上七点从南门开出。\n停业的企业仍可乘坐，由窗口登记。"
LETTERS = 20
"""That are pushed at a time, at most: after a leap of years there are thousands."""


class Clock:
    """The bot's time, which the round moves."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        """Now."""
        return self.moment

    def wait(self, seconds: int) -> None:
        """Some time passes."""
        self.moment += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Stage:
    """All that a round needs. `at` are registers of the stage's own, over the same log."""

    log: CaseLog
    application: InboxApplication
    api: BotApi
    clock: Clock
    canaries: Canaries
    at: Registers
    inbox: Inbox

    def cast_back(self) -> None:
        """By the command line, everybody is what they were, newcomers leave, and each officer has some of the cases."""
        officers, now = Officers(self.log), self.clock()
        for member, (role, leads) in POSTS.items():
            known = officers.find(member.id)
            if known is None or (known.role, known.also_leads) != (role, leads):
                officers.add(member.id, member.name, role, also_leads=leads, by=None, now=now)
        for each in officers.everyone():
            if each.active and each.telegram_id not in [member.id for member in POSTS]:
                remove_officer(self.log, each.telegram_id, by=None, now=now)
        for member in (OFFICER, COLLEAGUE):
            self._share_out(member)

    def _share_out(self, member: Member) -> None:
        """Some of what has come to the leads goes to an officer who has nothing left."""
        sql = "select id from cases where officer_id = ? and status <> 'archived' limit 3"
        if not self.log.rows(sql, [member.id]):
            for lead in (LEAD, HEAD):
                for row in self.log.rows(sql, [lead.id]):
                    give(self.log, row["id"], member.id, by=None, now=self.clock())

    def put_away(self) -> None:
        """One of the last cases is done with."""
        sql = "select id, officer_id from cases where status in ('open', 'follow_up') order by id desc limit 1 offset 3"
        for case in self.log.rows(sql):
            for task in self.at.tasks.of_case(case["id"]):
                if task.status in LIVE:
                    self.at.tasks.waive(task.id, self.canaries.matter(), by=LEAD.id, now=self.clock())
            self.at.cases.archive(case["id"], by=case["officer_id"], now=self.clock())

    async def push(self) -> AsyncIterator[str]:
        """Sends what is due, as `bot.pushing` does but without its waits; yields what each was, once it is out."""
        now, ledger, letters = self.clock(), self.at.ledger, Letters(self.at)
        self.at.rounds.plan(now)
        for notification in ledger.pending(now)[-LETTERS:]:
            self.api.calls.clear()
            ledger.claim(notification.id, "fuzz", now=now)
            letter = letters.compose(notification)
            if letter is None:
                if letters.astray(notification):
                    self.at.rounds.forward(notification, now)
                ledger.dropped(notification.id)
                continue
            sent = await self.application.bot.send_message(
                notification.officer_id, letter.text, parse_mode=ParseMode.HTML, reply_markup=letter.keyboard
            )
            ledger.sent(notification.id, sent.message_id, doubtful=False, now=now)
            yield notification.occasion.partition(":")[0]


@asynccontextmanager
async def staged(folder: Path, library: Library) -> AsyncIterator[Stage]:
    """A log in `folder`, and the application as `bot.app` builds it."""
    clock, canaries = Clock(), Canaries()
    with closing(CaseLog(folder / "case-log.db")) as log, patch("tests.bot.mute.Mute", BotApi):
        at = Registers.of(log, Settings.load().model_copy(update={"data_dir": folder}), clock)
        _furnish(log, at, canaries)
        async with playing(log, library, folder, now=clock) as player:
            assert isinstance(player.request, BotApi)
            yield Stage(log, player.application, player.request, clock, canaries, at, Inbox(log))


def _furnish(log: CaseLog, at: Registers, canaries: Canaries) -> None:
    """People, and cases as they may be: of an officer, of a colleague, put away, half taken in."""
    office, officers = Office(log), Officers(log)
    for member, (role, leads) in POSTS.items():
        officers.add(member.id, member.name, role, also_leads=leads, by=None, now=NOW)
    officers.add(REMOVED.id, REMOVED.name, by=None, now=NOW)
    remove_officer(log, REMOVED.id, by=None, now=NOW)
    cases = [office.take_in(_answers(answers, canaries)) for answers in (FARM, DYE_WORKS, FARM, DYE_WORKS, FARM)]
    for case_id in cases:
        at.files.keep(case_id, b"%PDF-1.4 x", "名单.pdf", by=OFFICER.id, now=NOW)
        at.cases.note(case_id, canaries.matter(), by=OFFICER.id, now=NOW)
    for number, data in enumerate((b"# 1\n", b"# 2\n", b"# 3\n"), 1):
        kept = at.offers.keep(data, ".md")
        at.offers.offer(kept, "班车.md", replaces="own/0001", by=LEAD.id, update_id=-number, now=NOW)
    at.sources.put("own/0001", "document", "班车", "# 班车七点开\n".encode(), ".md", by=LEAD.id, now=NOW)
    gaps = [at.questions.record_question(OFFICER.id, "班车几点开", refused=True, citations=(), now=NOW) for _ in "123"]
    for number, member in enumerate((LEAD, HEAD), 4):
        at.drafts.keep(member.id, gaps[:1], SECTION, "policy", update_id=-number, now=NOW)
    for case_id in cases[2:4]:
        give(log, case_id, COLLEAGUE.id, by=None, now=NOW)
    for task in at.tasks.of_case(cases[4]):
        at.tasks.waive(task.id, canaries.matter(), by=LEAD.id, now=NOW)
    at.cases.archive(cases[4], by=OFFICER.id, now=NOW)
    office.begin()


def _answers(answers: Mapping[str, str], canaries: Canaries) -> dict[str, str]:
    owner = {"contact": canaries.owner(), "phone": canaries.phone(), "reach_how": "微信", "reach_when": "下午"}
    return {**answers, **owner, "company": canaries.company(), "place": "港沿镇", "concerns": "子女教育"}
