"""What handlers are given: the library, the case log's registers and a clock. Built once, in `bot.app`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

from actions.cases import Cases
from actions.deeds import Deeds
from actions.dossier import Dossiers
from actions.files import Files
from actions.gates import Gates
from actions.intake import Intake
from actions.officers import Officers
from actions.prompts import Prompts
from actions.questions import Questions
from actions.store import CaseLog
from actions.tasks import Tasks
from playbook.checklist import Procedure
from retrieval.library import Library

P = ParamSpec("P")
T = TypeVar("T")


def utc_now() -> datetime:
    """The moment, in UTC: the one clock that is handed to `actions`."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Services:
    """Everything a handler may call. All of it blocks, so handlers call it through `aside`."""

    library: Library
    officers: Officers
    questions: Questions
    procedure: Procedure
    cases: Cases
    tasks: Tasks
    files: Files
    intake: Intake
    prompts: Prompts
    deeds: Deeds
    dossiers: Dossiers
    released: Path
    now: Callable[[], datetime] = utc_now

    @classmethod
    def of(cls, library: Library, log: CaseLog, procedure: Procedure, *, files: Path, released: Path) -> "Services":
        """All services over one case log. `files` and `released` are folders in the data directory."""
        cases, gates, officers = Cases(log), Gates(log, procedure), Officers(log)
        tasks, kept, prompts = Tasks(log, cases, gates), Files(log, files), Prompts(log)
        return cls(
            library=library,
            officers=officers,
            questions=Questions(log),
            procedure=procedure,
            cases=cases,
            tasks=tasks,
            files=kept,
            intake=Intake(log, procedure, cases, gates),
            prompts=prompts,
            deeds=Deeds(log, cases, tasks, kept, prompts),
            dossiers=Dossiers(log, procedure, cases, tasks, officers),
            released=released,
        )


async def aside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs blocking work off the event loop: a slow disk must not delay everyone's buttons."""
    return await asyncio.to_thread(call, *args, **kwargs)
