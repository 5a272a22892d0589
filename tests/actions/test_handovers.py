"""A case passes to a colleague: offered, taken or declined, and never in nobody's hands."""

import pytest

from actions.case_errors import ReasonMissing
from actions.handovers import Handovers
from actions.roster_errors import DeputyUnfit, HandoverGone, HandoverPending, NotYourCase
from actions.store import CaseLog
from tests.actions.pushed import Desk, at
from tests.cast import COLLEAGUE, LEAD, OFFICER, STRANGER

DAY = "2026-11-25"
NOW = at(DAY)


@pytest.fixture
def desk(log: CaseLog) -> Desk:
    return Desk(log)


@pytest.fixture
def handovers(desk: Desk) -> Handovers:
    return Handovers(desk.log, desk.cases, desk.ledger)


def told(desk: Desk) -> list[tuple[int, str]]:
    return [(each.officer_id, each.occasion.partition(":")[0]) for each in desk.ledger.pending(NOW)]


def test_taken_it_goes_with_its_tasks_and_what_is_about_to_be_said(desk: Desk, handovers: Handovers) -> None:
    task = desk.task(DAY)
    case_id = desk.tasks.need(task).case_id
    desk.round(NOW)
    offered = handovers.ask(case_id, COLLEAGUE.id, by=OFFICER.id, now=NOW)
    assert handovers.ask(case_id, COLLEAGUE.id, by=OFFICER.id, now=NOW) == offered
    assert desk.tasks.need(task).assignee_id == OFFICER.id
    assert (OFFICER.id, "due") in told(desk)
    handovers.accept(offered.id, by=COLLEAGUE.id, now=NOW)
    handovers.accept(offered.id, by=COLLEAGUE.id, now=NOW)
    assert (desk.tasks.need(task).assignee_id, desk.cases.need(case_id).officer_id) == (COLLEAGUE.id, COLLEAGUE.id)
    assert {(COLLEAGUE.id, "due"), (OFFICER.id, "handover-taken")} <= set(told(desk))
    assert (OFFICER.id, "due") not in told(desk)
    assert [entry.verb for entry in desk.cases.timeline(case_id)] == ["hand_over", "offer"]


def test_a_draft_goes_too(desk: Desk, handovers: Handovers) -> None:
    draft = desk.cases.create_draft(OFFICER.id, now=NOW)
    offered = handovers.ask(draft.id, COLLEAGUE.id, by=OFFICER.id, now=NOW)
    handovers.accept(offered.id, by=COLLEAGUE.id, now=NOW)
    assert desk.cases.need(draft.id).officer_id == COLLEAGUE.id


def test_declined_with_a_reason_it_stays(desk: Desk, handovers: Handovers) -> None:
    case_id = desk.case()
    offered = handovers.ask(case_id, COLLEAGUE.id, by=OFFICER.id, now=NOW)
    with pytest.raises(ReasonMissing):
        handovers.decline(offered.id, " ", by=COLLEAGUE.id, now=NOW)
    handovers.decline(offered.id, "手上已有十家", by=COLLEAGUE.id, now=NOW)
    assert desk.cases.need(case_id).officer_id == OFFICER.id
    assert (OFFICER.id, "handover-declined") in told(desk)
    with pytest.raises(HandoverGone):
        handovers.accept(offered.id, by=COLLEAGUE.id, now=NOW)
    handovers.ask(case_id, LEAD.id, by=OFFICER.id, now=NOW)


def test_who_may_hand_over_and_to_whom(desk: Desk, handovers: Handovers) -> None:
    case_id = desk.case()
    with pytest.raises(NotYourCase):
        handovers.ask(case_id, LEAD.id, by=COLLEAGUE.id, now=NOW)
    for nobody in (OFFICER.id, STRANGER.id):
        with pytest.raises(DeputyUnfit):
            handovers.ask(case_id, nobody, by=OFFICER.id, now=NOW)
    offered = handovers.ask(case_id, COLLEAGUE.id, by=LEAD.id, now=NOW)
    with pytest.raises(HandoverPending):
        handovers.ask(case_id, LEAD.id, by=OFFICER.id, now=NOW)
    with pytest.raises(HandoverGone):
        handovers.accept(offered.id, by=LEAD.id, now=NOW)
