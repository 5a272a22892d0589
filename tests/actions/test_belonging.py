"""To which case, or to whom, something belongs; what is not there belongs to nobody."""

from pathlib import Path

import pytest

from actions.belonging import Belonging
from actions.files import Files
from actions.handovers import Handovers
from actions.ledger import Ledger
from actions.questions import Questions
from actions.roster import Roster
from actions.store import CaseLog
from actions.visits import Visits
from tests.actions.taken_in import FARM, NOW, PROCEDURE, Office
from tests.cast import COLLEAGUE, OFFICER

NOWHERE = 999
GROUP = -100


@pytest.fixture
def office(log: CaseLog) -> Office:
    return Office(log)


@pytest.fixture
def cases(office: Office) -> tuple[str, str]:
    """Two, so that the right one has to be found."""
    return office.take_in(FARM), office.take_in({**FARM, "company": "另一家"})


@pytest.fixture
def belonging(log: CaseLog) -> Belonging:
    return Belonging(log)


def test_tasks_belong_to_their_case(belonging: Belonging, office: Office, cases: tuple[str, str]) -> None:
    for case_id in cases:
        assert {belonging.case_of_task(task.id) for task in office.tasks.of_case(case_id)} == {case_id}
    assert belonging.case_of_task(NOWHERE) is None


def test_files_belong_to_the_case_that_they_were_sent_for(
    belonging: Belonging, log: CaseLog, cases: tuple[str, str], tmp_path: Path
) -> None:
    files = Files(log, tmp_path / "files")
    for case_id in cases:  # the same bytes are two files
        kept = files.keep(case_id, b"%PDF-1.4 x", "名单.pdf", by=OFFICER.id, now=NOW)
        assert belonging.case_of_file(kept.id) == case_id
    assert belonging.case_of_file(NOWHERE) is None


def test_a_walk_belongs_to_the_case_that_is_walked_through(
    belonging: Belonging, log: CaseLog, office: Office, cases: tuple[str, str]
) -> None:
    assert belonging.case_of_walk(COLLEAGUE.id) is None
    screen = office.intake.begin(office.turn(COLLEAGUE.id))
    assert screen
    assert belonging.case_of_walk(COLLEAGUE.id) not in (None, *cases)
    assert belonging.case_of_walk(NOWHERE) is None


def test_a_visit_belongs_to_who_tells_of_it(
    belonging: Belonging, log: CaseLog, office: Office, cases: tuple[str, str]
) -> None:
    visits = Visits(log, PROCEDURE, office.cases, office.tasks, Ledger(log), Roster(log))
    revisit = next(task for task in office.tasks.of_case(cases[0]) if task.kind == "revisit")
    contact = visits.begin(revisit.id, by=COLLEAGUE.id, now=NOW)
    assert belonging.teller(contact.id) == COLLEAGUE.id
    assert belonging.teller(NOWHERE) is None


def test_a_handover_belongs_to_who_is_asked(
    belonging: Belonging, log: CaseLog, office: Office, cases: tuple[str, str]
) -> None:
    handover = Handovers(log, office.cases, Ledger(log)).ask(cases[0], COLLEAGUE.id, by=OFFICER.id, now=NOW)
    assert belonging.receiver(handover.id) == COLLEAGUE.id
    assert belonging.receiver(NOWHERE) is None


@pytest.mark.parametrize("where", [OFFICER.id, GROUP])
def test_a_question_is_everybodys_where_it_was_answered_and_the_askers_anywhere_else(
    belonging: Belonging, log: CaseLog, office: Office, where: int
) -> None:
    questions = Questions(log)
    asked = questions.record_question(OFFICER.id, "多久回访一次", refused=False, citations=[], now=NOW)
    assert belonging.asker(asked, where) == OFFICER.id  # its answer is on its way
    questions.attach_message(asked, where, 1, now=NOW)
    assert belonging.asker(asked, where) is None
    assert belonging.asker(asked, NOWHERE) == OFFICER.id
    assert belonging.asker(NOWHERE, where) is None
