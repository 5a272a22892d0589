"""A section is changed while the bot is down: started again, it names the cases that rest on it to their officer."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from actions.officers import Officers, Role
from bot.messages import editions as wording
from bot.sandbox.model import StoredMessage
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.world import World
from bot.services import utc_now
from playbook.loader import BUNDLED
from tests.actions.taken_in import DYE_WORKS, Office
from tests.bot.transport import TOKEN, eventually, opened
from tests.cast import ADMIN, LEAD, OFFICER
from tests.e2e.process import Process

PATIENCE = 90.0
ADDED = "经办人另把签收单拍照存档。"


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    """A playbook of the officers' own, to be edited."""
    return Path(shutil.copytree(BUNDLED, tmp_path / "playbook", ignore=shutil.ignore_patterns("*.py", "__pycache__")))


@pytest.fixture
def data(data_dir: Path, tmp_path: Path) -> Path:
    """A data directory with a case in it, whose tasks were opened today."""
    data = Path(shutil.copytree(data_dir, tmp_path / "data"))
    with opened(data / "case-log.db") as log:
        Office(log).take_in(DYE_WORKS)
        Officers(log).add(ADMIN.id, ADMIN.name, Role.ADMIN, by=None, now=utc_now())
    return data


class Town:
    """The chats, and the bot when it is there."""

    def __init__(self, data: Path, playbook: Path, address: str, world: World) -> None:
        self.data, self.world = data, world
        self._environment = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": address,
            "CLOSURE_BOT_PLAYBOOK_DIR": str(playbook),
        }

    @contextmanager
    def bot(self) -> Iterator[Process]:
        process = Process(self.data / "out", "run", "--data-dir", self.data, **self._environment)
        with ExitStack() as stack:
            stack.callback(process.end)
            yield process

    def looks(self) -> int:
        """How often what is there was found to differ from what was."""
        with opened(self.data / "case-log.db") as log:
            return len(log.rows("select 1 from events where verb = 'take_edition'"))

    def occasions(self) -> int:
        """How many messages of changes were sent, or are to be."""
        with opened(self.data / "case-log.db") as log:
            return len(log.rows("select 1 from notifications where occasion like 'changed:%'"))

    def told(self) -> list[StoredMessage]:
        """What was said of changes, to anybody."""
        people = (OFFICER.id, LEAD.id, ADMIN.id)
        return [each for chat in people for each in self.world.messages_in(chat) if each.text.startswith("⚠️ 依据")]


def add_to(section: Path, line: str) -> None:
    section.write_text(f"{section.read_text('utf-8').rstrip()}\n\n{line}\n", "utf-8")


async def test_after_a_restart_the_officer_is_shown_the_cases_with_tasks_from_it(data: Path, playbook: Path) -> None:
    app = create_app([Person(member.id, member.name) for member in (OFFICER, LEAD, ADMIN)], token=TOKEN)
    with opened(data / "case-log.db") as log:
        row = log.row(
            "select t.source, t.title, c.id as case_id from tasks t join cases c on c.id = t.case_id"
            " where t.status = 'open' and t.source <> '' order by t.id"
        )
    assert row
    section = playbook / "sections" / f"{row['source']}.md"
    with serve(app) as address:
        town = Town(data, playbook, address, app.state.world)
        with town.bot():
            await eventually(lambda: town.looks() == 1, PATIENCE)
        assert town.told() == [], "the first look tells nobody"
        add_to(section, ADDED)
        with town.bot():
            [letter] = await town.world.until(town.told, PATIENCE)
        add_to(playbook / "cases" / "case-2018-solar.md", ADDED)  # on which nothing rests
        with town.bot():
            await eventually(lambda: town.looks() == 3, PATIENCE)
        assert town.occasions() == 1
        assert [each.id for each in town.told()] == [letter.id]
    assert letter.chat_id == OFFICER.id
    assert wording.RESTING in letter.text
    assert row["title"] in letter.text
    carried = [b["callback_data"] for line in (letter.keyboard or {})["inline_keyboard"] for b in line]
    assert carried == [f"case:{row['source']}:0", f"card:{row['case_id']}"]
