"""Drafts of sections: kept once, one open for each lead, published under one id whatever happens."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.drafts import Drafts
from actions.sources import Sources
from actions.store import CaseLog
from tests.actions.taken_in import NOW, Office
from tests.cast import LEAD, OFFICER

SAID = "标题\n正文。"


@pytest.fixture
def drafts(log: CaseLog) -> Drafts:
    Office(log)
    return Drafts(log)


def keep(drafts: Drafts, update: int = 1, said: str = SAID, by: int = LEAD.id) -> int:
    return drafts.keep(by, [3, 1], said, "policy", update_id=update, now=NOW).id


def test_a_draft_comes_back_as_it_was_said(drafts: Drafts) -> None:
    draft = drafts.need(keep(drafts))
    assert (draft.officer_id, draft.questions, draft.said, draft.pillar) == (LEAD.id, (3, 1), SAID, "policy")
    assert (draft.at, draft.source_id, draft.outcome) == (NOW, "", None)
    assert drafts.find(77) is None
    with pytest.raises(KeyError):
        drafts.need(77)


def test_an_update_that_is_handled_again_keeps_it_once(drafts: Drafts, log: CaseLog) -> None:
    assert keep(drafts) == keep(drafts)
    assert len(log.rows("select * from events where verb = 'draft'")) == 1


def test_what_is_written_next_takes_the_place_of_a_leads_own_open_draft(drafts: Drafts) -> None:
    first, others = keep(drafts), keep(drafts, 2, by=OFFICER.id)
    second = keep(drafts, 3)
    assert [drafts.need(each).outcome for each in (first, others, second)] == ["dropped", None, None]


def test_what_is_dropped_or_published_changes_no_more(drafts: Drafts) -> None:
    first = keep(drafts)
    drafts.choose(first, "asset", by=LEAD.id, now=NOW)
    drafts.drop(first, by=LEAD.id, now=NOW)
    drafts.choose(first, "brand", by=LEAD.id, now=NOW)
    second = keep(drafts, 2)
    drafts.publishing(second, by=LEAD.id, now=NOW)
    drafts.drop(second, by=LEAD.id, now=NOW)
    assert [(drafts.need(each).pillar, drafts.need(each).outcome) for each in (first, second)] == [
        ("asset", "dropped"),
        ("policy", "published"),
    ]


def test_a_draft_has_one_id_and_no_other_source_has_it(drafts: Drafts, log: CaseLog, tmp_path: Path) -> None:
    Sources(log, tmp_path / "sources").put("own-2025-0041", "section", "旧", b"x", ".md", by=LEAD.id, now=NOW)
    new_year = datetime(2026, 12, 31, 17, tzinfo=UTC)  # in Shanghai it is the first of January
    first = drafts.publishing(keep(drafts), by=LEAD.id, now=NOW)
    assert first == drafts.publishing(1, by=LEAD.id, now=new_year) == "own-2026-0042"
    assert drafts.publishing(keep(drafts, 2), by=LEAD.id, now=new_year) == "own-2027-0043"
