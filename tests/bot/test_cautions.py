"""A law is never shown without its caution: in a task made from it, and as it was cited once it is gone."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from actions.questions import Citation, Questions
from actions.store import CaseLog
from bot import messages
from retrieval.library import Library
from tests.actions.taken_in import FARM, NOW, Office
from tests.bot.mute import Player, playing
from tests.bot.transport import opened
from tests.cast import OFFICER

LAW = "law-soil-liability"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db") as log:
        yield log


@pytest.fixture
def case_id(log: CaseLog) -> str:
    return Office(log).take_in(FARM)


@pytest.fixture
async def player(log: CaseLog, case_id: str, library: Library, tmp_path: Path) -> AsyncIterator[Player]:
    async with playing(log, library, tmp_path, now=lambda: NOW) as player:
        yield player


def asked(log: CaseLog, *cited: Citation) -> int:
    """A question that was answered with these passages."""
    questions = Questions(log)
    return questions.record_question(OFFICER.id, "谁来修复", refused=False, citations=list(cited), now=NOW, update_id=1)


async def test_a_task_that_is_made_from_a_law_has_its_caution(
    player: Player, log: CaseLog, case_id: str, library: Library
) -> None:
    law = library.source(LAW)[0]
    question = asked(log, Citation(law.id, law.title, law.kind, law.text))
    await player.press(OFFICER, f"join:{question}:1:{case_id}")
    row = log.row("select id from tasks where source = ?", [LAW])
    assert row
    [card] = await player.press(OFFICER, f"task:{row['id']}")
    assert card.index(law.text[:20]) < card.index(f"⚠️ {law.notice}")


async def test_a_second_press_makes_no_second_task(
    player: Player, log: CaseLog, case_id: str, library: Library
) -> None:
    law = library.source(LAW)[0]
    question = asked(log, Citation(law.id, law.title, law.kind, law.text))
    for _ in range(2):
        await player.press(OFFICER, f"join:{question}:1:{case_id}")
    assert len(log.rows("select id from tasks where source = ?", [LAW])) == 1


@pytest.mark.parametrize("id_", ["law-gone", LAW])
async def test_a_law_that_was_cited_and_is_gone_or_changed_is_shown_with_one(
    player: Player, log: CaseLog, id_: str
) -> None:
    question = asked(log, Citation(id_, "旧法", "law", "旧条文如此。"))
    [page] = await player.press(OFFICER, f"source:{question}:1")
    assert page.index("旧条文如此。") < page.index(messages.CHECK_LAW)


async def test_of_a_section_no_law_is_spoken_of(player: Player, log: CaseLog) -> None:
    question = asked(log, Citation("gone", "旧的一节", "section", "旧内容。"))
    [page] = await player.press(OFFICER, f"source:{question}:1")
    assert messages.CHECK_LAW not in page
