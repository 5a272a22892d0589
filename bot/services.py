"""What handlers are given: the library, the case log's registers and a clock. Built once, in `bot.app`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from actions.arrivals import Arrivals
from actions.belonging import Belonging
from actions.briefings import Briefings
from actions.carrying_out import CarryingOut
from actions.cases import Cases
from actions.contacts import Contacts
from actions.conversations import Conversations
from actions.deeds import Deeds
from actions.dossier import Dossiers
from actions.drafts import Drafts
from actions.duties import DueLists
from actions.editions import Editions
from actions.errors import CaseLogUnavailable
from actions.files import Files
from actions.forgetting import Forgetting
from actions.gaps import Gaps
from actions.gates import Gates
from actions.handovers import Handovers
from actions.intake import Intake
from actions.ledger import Ledger
from actions.meant import Meaning
from actions.offers import Offers
from actions.officers import Officers
from actions.prompts import Prompts
from actions.proposing import Proposals
from actions.questions import Questions
from actions.rights import Rights
from actions.roster import Roster
from actions.rounds import Rounds
from actions.sources import Sources
from actions.store import CaseLog
from actions.tasks import Tasks
from actions.visits import Visits
from bot.acts import Door
from bot.agent import Agent
from bot.settings import Settings
from playbook.checklist import Procedure
from playbook.loader import load_playbook
from playbook.procedure import load_procedure

if TYPE_CHECKING:
    from retrieval.library import Library  # takes half a second to import, which pushing can do without
    from retrieval.rewording import Rewording

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]

_LOGGER = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The moment, in UTC: the one clock that is handed to `actions`."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Registers:
    """What is there without the library: the case log's registers, the procedure, the playbook's titles, a clock."""

    officers: Officers
    questions: Questions
    conversations: Conversations
    procedure: Procedure
    titles: Mapping[str, str]
    cases: Cases
    tasks: Tasks
    files: Files
    intake: Intake
    prompts: Prompts
    deeds: Deeds
    dossiers: Dossiers
    ledger: Ledger
    roster: Roster
    rounds: Rounds
    visits: Visits
    meaning: Meaning
    proposals: Proposals
    contacts: Contacts
    briefings: Briefings
    handovers: Handovers
    due: DueLists
    editions: Editions
    rights: Rights
    door: Door
    arrivals: Arrivals
    gaps: Gaps
    drafts: Drafts
    forgetting: Forgetting
    sources: Sources
    offers: Offers
    now: Clock = utc_now

    @classmethod
    def of(cls, log: CaseLog, settings: Settings, now: Clock = utc_now) -> Registers:
        """All registers over one case log."""
        return cls(**_registers(log, settings), now=now)


@dataclass(frozen=True, kw_only=True)
class Services(Registers):
    """Everything a handler may call. All of it blocks, so handlers call it through `aside`."""

    library: Library
    rewording: Rewording | None
    agent: Agent | None
    playbook: Path
    released: Path
    learned: Path

    @classmethod
    def with_library(cls, log: CaseLog, settings: Settings, library: Library, now: Clock = utc_now) -> Services:
        """All services over one case log and one library. Raises ChatModelUnusable."""
        from retrieval.chat import ChatModel
        from retrieval.rewording import Rewording

        chat = ChatModel(settings.chat).open() if settings.chat else None
        return cls(
            **_registers(log, settings),
            library=library,
            rewording=Rewording(chat, library.embed) if chat else None,
            agent=Agent(chat) if chat else None,
            playbook=settings.playbook_dir,
            released=settings.released,
            learned=settings.learned,
            now=now,
        )


def _registers(log: CaseLog, settings: Settings) -> dict[str, Any]:
    playbook = load_playbook(settings.playbook_dir)
    procedure = load_procedure(settings.playbook_dir, playbook)
    cases, gates, officers, prompts = Cases(log), Gates(log, procedure), Officers(log), Prompts(log)
    tasks, files, ledger, roster = Tasks(log, cases, gates), Files(log, settings.files), Ledger(log), Roster(log)
    dossiers = Dossiers(log, procedure, cases, tasks, officers)
    visits = Visits(log, procedure, cases, tasks, ledger, roster)
    contacts, rights, meaning = Contacts(log), Rights(log), Meaning(cases, tasks, roster)
    intake = Intake(log, procedure, cases, gates)
    handovers, sources = Handovers(log, cases, ledger), Sources(log, settings.sources)
    return {
        "officers": officers,
        "questions": Questions(log),
        "conversations": Conversations(log, settings.conversation_minutes),
        "procedure": procedure,
        "titles": {id_: entry.title for id_, entry in playbook.entries.items()},
        "cases": cases,
        "tasks": tasks,
        "files": files,
        "intake": intake,
        "prompts": prompts,
        "deeds": Deeds(log, cases, tasks, files, prompts, handovers),
        "dossiers": dossiers,
        "ledger": ledger,
        "roster": roster,
        "rounds": Rounds(log, ledger, roster),
        "visits": visits,
        "meaning": meaning,
        "proposals": Proposals(log, rights, meaning, CarryingOut(procedure, cases, tasks, visits, intake)),
        "contacts": contacts,
        "briefings": Briefings(procedure, dossiers, tasks, gates, contacts),
        "handovers": handovers,
        "due": DueLists(log, procedure, tasks),
        "editions": Editions(log, ledger, roster),
        "rights": rights,
        "door": Door(Belonging(log), rights),
        "arrivals": Arrivals(log),
        "gaps": Gaps(log, ledger),
        "drafts": Drafts(log),
        "sources": sources,
        "offers": Offers(log, sources, settings.sources / "pending"),
        "forgetting": Forgetting(log, procedure, cases, settings.files, settings.retention_months),
    }


async def noted(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """`aside`, for what is noted after an act is done. That the log could not be written then is logged, and no more:

    to be told that something was not saved would have people do again what was.
    """
    try:
        return await aside(call, *args, **kwargs)
    except CaseLogUnavailable as error:
        _LOGGER.error("not noted: %s", error)
        return None


async def aside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs blocking work off the event loop: a slow disk must not delay everyone's buttons."""
    return await asyncio.to_thread(call, *args, **kwargs)
