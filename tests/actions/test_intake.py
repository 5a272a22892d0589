"""The walk: old buttons, the same update twice, two officers on one draft."""

import pytest

from actions.checklist import Place
from actions.intake_errors import ButtonOld, CaseClosed, NothingTicked, NoWalk
from actions.store import CaseLog
from actions.walks import View
from tests.actions.taken_in import DYE_WORKS, FARM, NOW, Office
from tests.cast import COLLEAGUE, OFFICER


@pytest.fixture
def office(log: CaseLog) -> Office:
    return Office(log)


def answers(office: Office, case_id: str) -> dict[Place, object]:
    return office.intake.path(case_id).answered()


def test_a_button_of_an_earlier_step_changes_nothing(office: Office) -> None:
    screen = office.begin()
    office.say(screen, "绿源")
    with pytest.raises(ButtonOld):
        office.intake.answer(office.turn(step=screen.walk.step), "别的")
    assert answers(office, screen.case.id) == {Place("company"): "绿源"}


def test_an_update_that_comes_again_changes_nothing(office: Office) -> None:
    screen = office.begin()
    turn = office.turn()
    first = office.intake.answer(turn, "绿源")
    again = office.intake.answer(turn, "绿源")
    assert (again.walk.step, again.asked) == (first.walk.step, first.asked)
    assert answers(office, screen.case.id) == {Place("company"): "绿源"}


def test_new_again_offers_to_go_on_and_another_begins_one(office: Office) -> None:
    turn = office.turn()
    screen = office.intake.begin(turn)
    assert screen is not None
    assert office.intake.begin(turn) is not None  # the same update: the same draft
    assert office.intake.begin(office.turn()) is None
    another = office.intake.another(office.turn(step=screen.walk.step))
    assert another.case.id != screen.case.id
    with pytest.raises(ButtonOld):
        office.intake.another(office.turn(step=screen.walk.step))


def test_what_a_colleague_has_answered_is_not_overwritten_unseen(office: Office) -> None:
    mine = office.begin()
    theirs = office.intake.resume(office.turn(COLLEAGUE.id), mine.case.id)
    office.say(theirs, "同事写的", COLLEAGUE.id)
    shown = office.say(mine, "我写的")
    assert shown.swapped
    assert shown.asked is not None
    assert shown.asked.value == "同事写的"
    office.say(shown, "我看过再改的")
    assert answers(office, mine.case.id) == {Place("company"): "我看过再改的"}


def test_two_officers_fill_in_one_draft_and_make_one_case(office: Office, log: CaseLog) -> None:
    screen, _ = office.walk(FARM)
    theirs = office.intake.resume(office.turn(COLLEAGUE.id), screen.case.id)
    assert theirs.walk.view is View.REVIEW
    office.intake.save(office.turn())
    office.intake.save(office.turn(COLLEAGUE.id))
    with pytest.raises(ButtonOld):
        office.intake.save(office.turn())
    assert len(log.rows("select * from cases")) == 1
    keys = [(row["rule"], row["occurrence"]) for row in log.rows("select * from tasks")]
    assert len(keys) == len(set(keys))


def test_going_back_and_giving_the_same_answer_changes_nothing(office: Office) -> None:
    screen = office.say(office.begin(), "绿源")
    back = office.intake.back(office.turn())
    assert back.asked is not None
    assert back.asked.value == "绿源"
    assert office.say(back, "绿源").walk.place == screen.walk.place


def test_an_answer_that_takes_a_branch_away_is_confirmed_or_left(office: Office) -> None:
    screen, _ = office.walk(DYE_WORKS)
    office.intake.edit(office.turn(), screen.case.id, Place("has_assets"))
    told = office.intake.answer(office.turn(), False)
    assert told.walk.view is View.CONFIRM
    assert told.changes is not None
    assert {step.question.id for step in told.changes.set_aside} >= {"asset_name", "land"}
    assert office.intake.back(office.turn()).walk.view is View.REVIEW
    assert answers(office, screen.case.id)[Place("has_assets")] is True

    office.intake.edit(office.turn(), screen.case.id, Place("has_assets"))
    office.intake.answer(office.turn(), False)
    office.intake.confirm(office.turn())
    assert Place("asset_name", 1) not in answers(office, screen.case.id)
    office.intake.edit(office.turn(), screen.case.id, Place("has_assets"))
    office.intake.answer(office.turn(), True)
    restored = office.intake.confirm(office.turn())
    assert restored.walk.view is View.REVIEW
    assert answers(office, screen.case.id)[Place("asset_name", 2)] == "定型机"


def test_cancelling_asks_once_and_closes_the_draft_for_everybody(office: Office) -> None:
    screen = office.begin()
    theirs = office.intake.resume(office.turn(COLLEAGUE.id), screen.case.id)
    assert office.intake.ask_to_cancel(office.turn()).walk.view is View.CANCEL
    assert office.intake.proceed(office.turn()).walk.view is View.ASK
    office.intake.ask_to_cancel(office.turn())
    assert office.intake.cancel(office.turn()).walk.view is View.ENDED
    with pytest.raises(CaseClosed):
        office.say(theirs, "绿源", COLLEAGUE.id)
    assert office.intake.begin(office.turn()) is not None


def test_a_pause_keeps_the_place(office: Office) -> None:
    screen = office.say(office.begin(), "绿源")
    office.intake.pause(office.turn())
    with pytest.raises(ButtonOld):
        office.intake.answer(office.turn(), None)
    assert office.intake.resume(office.turn(), screen.case.id).walk.place == screen.walk.place


def test_nothing_ticked_is_no_answer(office: Office) -> None:
    screen, _ = office.walk(FARM)
    office.intake.edit(office.turn(), screen.case.id, Place("findings"))
    office.intake.toggle(office.turn(), 5)  # 都没有, which was the answer
    with pytest.raises(NothingTicked):
        office.intake.answer_ticked(office.turn())


def test_one_that_is_alone_unticks_the_others(office: Office) -> None:
    screen, _ = office.walk(FARM)
    office.intake.edit(office.turn(), screen.case.id, Place("findings"))
    assert office.intake.toggle(office.turn(), 0).ticked == ["危险废物"]
    assert office.intake.toggle(office.turn(), 2).ticked == ["危险废物", "石棉"]
    assert office.intake.toggle(office.turn(), 5).ticked == ["都没有"]


def test_without_a_walk_a_button_is_told(office: Office) -> None:
    with pytest.raises(NoWalk):
        office.intake.answer(office.turn(), None)


def test_the_message_that_gave_an_answer_is_known(office: Office) -> None:
    screen = office.begin()
    office.intake.answer(office.turn(), "绿源", message_id=77)
    assert office.intake.answered_by(OFFICER.id, 77) == (screen.case.id, Place("company"))
    assert office.intake.answered_by(OFFICER.id, 78) is None
    assert office.cases.need(screen.case.id).created_at == NOW
