"""`closure-bot demo`: the real bot on a local Bot API, with a chat page. No token, no network.

The demo's people are registered in a case log of its own; nothing else is put there. Its clock is the page's, which can
be set forward: what falls due by then is pushed at once.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

from pydantic import SecretStr

from actions.ledger import Ledger
from actions.officers import Officers, Role
from actions.roster import Roster
from actions.rounds import Rounds
from actions.store import CaseLog
from bot import app, messages
from bot.errors import PortTaken
from bot.messages import command_line
from bot.sandbox.clock import Clock
from bot.sandbox.model import Person
from bot.sandbox.server import create_app, serve
from bot.settings import Settings
from retrieval.library import Library

TOKEN = "1:sandbox"
EVERY = timedelta(seconds=1)
"""How soon a clock that was set forward is noticed."""
CAST: tuple[tuple[Person, Role | None], ...] = (
    (Person(1001, *messages.DEMO_OFFICER), Role.OFFICER),
    (Person(1002, *messages.DEMO_COLLEAGUE), Role.OFFICER),
    (Person(1003, *messages.DEMO_LEAD), Role.LEAD),
    (Person(1004, *messages.DEMO_ADMIN), Role.ADMIN),
    (Person(1009, *messages.DEMO_STRANGER), None),
)


def run(settings: Settings, open_library: Callable[[], Library], port: int, say: Callable[[str], None]) -> None:
    """Serves until told to stop; raises PortTaken before anything heavy is loaded."""
    clock = Clock()
    first_id = int(clock())  # chats begin anew, the case log does not
    sandbox = create_app(
        [person for person, _ in CAST], token=TOKEN, suggestions=messages.SUGGESTIONS, first_id=first_id, clock=clock
    )
    with ExitStack() as stack:
        try:
            address = stack.enter_context(serve(sandbox, port=port))
        except OSError as error:
            raise PortTaken(port=port) from error
        prepare(settings, clock)
        on_sandbox = {"telegram_bot_token": SecretStr(TOKEN), "telegram_api_base_url": address}
        on_ready = partial(say, command_line.demo_ready(address))

        def jump(to: datetime) -> None:
            sandbox.state.world.journal.add("clock", now=clock.move_to(to))

        settings = settings.model_copy(update=on_sandbox)
        app.run(settings, open_library, on_ready, say, now=lambda: moment(clock), every=EVERY, jump=jump)


def moment(clock: Clock) -> datetime:
    """What the page's clock shows."""
    return datetime.fromtimestamp(clock(), UTC)


def prepare(settings: Settings, clock: Clock) -> None:
    """Registers the demo's officers (the stranger stays one), and goes on from the day that the log has come to."""
    case_log = CaseLog(settings.case_log)
    officers, ledger, roster = Officers(case_log), Ledger(case_log), Roster(case_log)
    for person, role in CAST:
        if role and officers.find(person.id) is None:
            officers.add(person.id, person.name, role, by=None, now=moment(clock))
    last = Rounds(case_log, ledger, roster).last()
    if last and last > moment(clock):
        clock.move_to(last)
    case_log.close()
