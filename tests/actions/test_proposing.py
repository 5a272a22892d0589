"""Proposals: found out what is meant, written as rows, done once by their button with the rights of who presses."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from actions.calendar import local_day
from actions.carrying_out import CarryingOut
from actions.case_errors import EvidenceMissing, SnoozeTooEarly, TaskSettled
from actions.forgetting import Forgetting
from actions.input_errors import NotADate
from actions.intake import Turn
from actions.ledger import Ledger
from actions.meant import Meaning
from actions.model import Task, TaskStatus
from actions.proposal_errors import (
    CaseNotLive,
    DayAlready,
    DayPassed,
    NoCaseNamed,
    NoSuchCase,
    NoSuchTask,
    ProposalCancelled,
    ProposalChanged,
    ProposalDone,
    ProposalExpired,
)
from actions.proposals import AddTask, Arguments, Due, Finish, Intake, Move, Note, Snooze, Visit
from actions.proposing import PATIENCE, Proposals
from actions.right_errors import OthersCase
from actions.rights import Rights
from actions.roster import Roster
from actions.store import CaseLog
from actions.visits import Visits
from tests.actions.taken_in import DYE_WORKS, FARM, NOW, PROCEDURE, Office
from tests.cast import COLLEAGUE, LEAD, OFFICER

SAID = "把蟹田的回访改到下周三"
TODAY = local_day(NOW)


@pytest.fixture
def office(log: CaseLog) -> Office:
    return Office(log)


@pytest.fixture
def farm(office: Office) -> str:
    return office.take_in(FARM)


@pytest.fixture
def proposals(office: Office, log: CaseLog) -> Proposals:
    roster = Roster(log)
    visits = Visits(log, PROCEDURE, office.cases, office.tasks, Ledger(log), roster)
    meaning = Meaning(office.cases, office.tasks, roster)
    return Proposals(
        log, Rights(log), meaning, CarryingOut(PROCEDURE, office.cases, office.tasks, visits, office.intake)
    )


def visit_of(office: Office, case_id: str, number: int = 1) -> Task:
    return next(task for task in office.tasks.of_case(case_id) if f"第{number}次" in task.title)


Propose = Callable[..., int]


@pytest.fixture
def propose(proposals: Proposals) -> Propose:
    def propose(wanted: Arguments, *, by: int = OFFICER.id, update: int = 900, said: str = SAID) -> int:
        return proposals.propose(wanted, said, by=by, update_id=update, now=NOW)[0].id

    return propose


def confirm(proposals: Proposals, id_: int, *, by: int = OFFICER.id, update: int = 901, later: int = 0) -> object:
    return proposals.confirm(id_, by=by, update_id=update, now=NOW + timedelta(hours=later))


# Each act


def test_nothing_is_done_before_the_button(proposals: Proposals, office: Office, farm: str, propose: Propose) -> None:
    before = visit_of(office, farm)
    id_ = propose(Move(case="蟹田", task="回访", due_on="下周三"))
    assert visit_of(office, farm) == before
    confirm(proposals, id_)
    assert visit_of(office, farm).due_on == date(2026, 3, 11)


def test_the_officers_own_sentence_is_the_reason_where_none_was_given(
    proposals: Proposals, farm: str, propose: Propose, log: CaseLog
) -> None:
    confirm(proposals, propose(Move(case="蟹田", task="回访", due_on="下周三")))
    confirm(
        proposals, propose(Move(case="蟹田", task="回访", due_on="下周四", reason="陈总出差"), update=902), update=903
    )
    rows = log.rows("select detail from events where verb = 'move' order by id")
    assert [SAID in rows[0]["detail"], "陈总出差" in rows[1]["detail"]] == [True, True]


def test_a_reminder_is_put_off_and_the_day_stays(
    proposals: Proposals, office: Office, farm: str, propose: Propose
) -> None:
    before = visit_of(office, farm)
    confirm(proposals, propose(Snooze(case="蟹田", task="第一次回访", until="三天后")))
    after = visit_of(office, farm)
    assert (after.due_on, after.snoozed_until) == (before.due_on, date(2026, 3, 5))


def test_a_note_and_a_task(proposals: Proposals, office: Office, farm: str, propose: Propose) -> None:
    confirm(proposals, propose(Note(case="蟹田", text="设备卖了")))
    assert [note.text for note in office.cases.notes(farm)] == ["设备卖了"]
    confirm(proposals, propose(AddTask(case="蟹田", title="交设备清单", due_on="月底"), update=902), update=903)
    confirm(proposals, propose(AddTask(case="蟹田", title="交名单"), update=904), update=905)
    added = {task.title: task.due_on for task in office.tasks.of_case(farm) if task.by_hand}
    assert added == {"交设备清单": date(2026, 3, 31), "交名单": date(2026, 3, 16)}


def test_a_visit_that_was_made_and_one_in_vain(
    proposals: Proposals, office: Office, farm: str, propose: Propose, log: CaseLog
) -> None:
    confirm(proposals, propose(Visit.model_validate({"case": "蟹田", "reached": False})))
    confirm(proposals, propose(Visit(task="", case="蟹田", reached=True, note="都安置好了"), update=902), update=903)
    assert [(row["reached"], row["note"]) for row in log.rows("select * from contacts order by id")] == [
        (0, ""),
        (1, "都安置好了"),
    ]
    assert visit_of(office, farm).status is TaskStatus.DONE


def test_a_task_is_finished_and_evidence_is_asked_for_all_the_same(
    proposals: Proposals, office: Office, propose: Propose
) -> None:
    works = office.take_in(DYE_WORKS)
    id_ = propose(Finish(case="绿源", task="修复方案", note=""))
    with pytest.raises(EvidenceMissing):
        confirm(proposals, id_)
    assert proposals.need(id_).outcome is None
    confirm(proposals, propose(Finish(case="绿源", task="修复方案", note="编号 2026-17"), update=902), update=903)
    done = [task.title for task in office.tasks.of_case(works) if task.status is TaskStatus.DONE]
    assert done == ["修复方案：委托第三方编制"]


def test_an_intake_begins_with_what_was_said_and_asks_the_rest(
    proposals: Proposals, office: Office, propose: Propose
) -> None:
    wanted = Intake(company="绿源农业", industry="养殖", reason="环保", closure_date="不知道", phone="13812342046")
    fields, unread = proposals.carrying_out.read_fields(wanted, NOW)
    assert (fields["company"], unread) == ("绿源农业", ["closure_date"])
    confirm(proposals, propose(wanted))
    screen = office.intake.screen(OFFICER.id)
    assert screen
    assert screen.asked
    assert screen.asked.place.question_id == "uscc"
    answered = {step.question.id for step in office.intake.path(screen.case.id).steps if step.answered}
    assert answered == {"company", "industry", "reason", "phone"}


# Once


def test_a_message_that_is_handled_again_has_one_card_and_a_button_pressed_twice_does_once(
    proposals: Proposals, office: Office, farm: str, propose: Propose
) -> None:
    wanted = Note(case="蟹田", text="设备卖了")
    id_ = propose(wanted)
    assert propose(wanted) == id_
    assert [each.id for each in proposals.of_update(900)] == [id_]
    confirm(proposals, id_)
    with pytest.raises(ProposalDone):
        confirm(proposals, id_)
    with pytest.raises(ProposalDone):
        proposals.cancel(id_, by=OFFICER.id, now=NOW)
    assert len(office.cases.notes(farm)) == 1


def test_what_was_cancelled_is_not_done(proposals: Proposals, office: Office, farm: str, propose: Propose) -> None:
    id_ = propose(Note(case="蟹田", text="设备卖了"))
    proposals.cancel(id_, by=OFFICER.id, now=NOW)
    with pytest.raises(ProposalCancelled):
        confirm(proposals, id_)
    assert office.cases.notes(farm) == []


def test_an_old_card_does_nothing_and_is_forgotten(proposals: Proposals, farm: str, propose: Propose) -> None:
    id_ = propose(Note(case="蟹田", text="设备卖了"))
    hours = int(PATIENCE.total_seconds() // 3600) + 1
    with pytest.raises(ProposalExpired):
        confirm(proposals, id_, later=hours)
    proposals.clear(NOW + timedelta(days=9))
    with pytest.raises(ProposalExpired):
        confirm(proposals, id_)


def test_a_task_that_was_moved_since_is_left_alone(
    proposals: Proposals, office: Office, farm: str, propose: Propose
) -> None:
    id_ = propose(Move(case="蟹田", task="回访", due_on="下周三"))
    task = visit_of(office, farm)
    office.tasks.move(task.id, date(2026, 5, 6), "另有安排", by=LEAD.id, now=NOW)
    with pytest.raises(ProposalChanged):
        confirm(proposals, id_)
    assert visit_of(office, farm).due_on == date(2026, 5, 6)


def test_a_task_that_is_done_by_now_is_not_moved(
    proposals: Proposals, office: Office, farm: str, propose: Propose
) -> None:
    id_ = propose(Move(case="蟹田", task="回访", due_on="下周三"))
    office.tasks.finish(visit_of(office, farm).id, by=LEAD.id, now=NOW)
    with pytest.raises(TaskSettled):
        confirm(proposals, id_)


@pytest.mark.parametrize("how", ["done", "waived"])
def test_what_somebody_else_has_settled_is_not_finished_over_it(
    proposals: Proposals, office: Office, propose: Propose, how: str
) -> None:
    works = office.take_in(DYE_WORKS)
    id_ = propose(Finish(case="绿源", task="修复方案", note="编号 2026-17"))
    task = next(task for task in office.tasks.of_case(works) if task.title.startswith("修复方案"))
    if how == "done":
        office.tasks.finish(task.id, note="编号 1", by=LEAD.id, now=NOW)
    else:
        office.tasks.waive(task.id, "不用", by=LEAD.id, now=NOW)
    before = office.tasks.need(task.id), office.cases.notes(works)
    with pytest.raises(TaskSettled):
        confirm(proposals, id_)
    assert (office.tasks.need(task.id), office.cases.notes(works)) == before
    assert proposals.need(id_).outcome is None


def test_what_a_press_did_is_known_when_it_is_handled_again(
    proposals: Proposals, office: Office, farm: str, propose: Propose
) -> None:
    walk, visit, note = (
        Intake(company="绿源农业"),
        Visit(case="蟹田", reached=True, note="都安置好了"),
        Note(case="蟹田", text="甲"),
    )
    for update, wanted in ((910, walk), (920, visit), (930, note)):
        confirm(proposals, propose(wanted, update=update), update=update + 1)
    again = proposals.carrying_out.again
    begun, told = again(walk, Turn(OFFICER.id, NOW, 911)), again(visit, Turn(OFFICER.id, NOW, 921))
    assert begun is not None
    assert begun.screen is not None
    assert begun.screen.asked is not None
    assert begun.screen.asked.place.question_id == "uscc"
    assert told is not None
    assert told.visited is not None
    assert told.visited.contact.note == "都安置好了"
    others = [(walk, 912), (visit, 922), (note, 931)]
    assert [again(wanted, Turn(OFFICER.id, NOW, update)) for wanted, update in others] == [None, None, None]
    office.intake.shown(begun.screen, 7)
    assert again(walk, Turn(OFFICER.id, NOW, 911)) is None


def test_a_day_that_was_said_stays_that_day(proposals: Proposals, office: Office, farm: str, propose: Propose) -> None:
    id_ = propose(Move(case="蟹田", task="回访", due_on="三天后"))
    confirm(proposals, id_, later=23)
    assert visit_of(office, farm).due_on == date(2026, 3, 5)


# Rights


def test_a_colleagues_case_is_not_touched(proposals: Proposals, farm: str, propose: Propose) -> None:
    with pytest.raises(OthersCase):
        propose(Note(case="蟹田", text="设备卖了"), by=COLLEAGUE.id)
    assert proposals.of_update(900) == []
    assert propose(Note(case="蟹田", text="设备卖了"), by=LEAD.id)


def test_rights_are_asked_again_when_the_button_is_pressed(
    proposals: Proposals, office: Office, farm: str, propose: Propose, log: CaseLog
) -> None:
    id_ = propose(Note(case="蟹田", text="设备卖了"))
    with log.transaction() as db:
        db.execute("update cases set officer_id = ? where id = ?", [COLLEAGUE.id, farm])
    with pytest.raises(OthersCase):
        confirm(proposals, id_)
    assert office.cases.notes(farm) == []


# What is meant


def test_ones_own_case_comes_before_a_colleagues(proposals: Proposals, office: Office, farm: str, log: CaseLog) -> None:
    other = office.take_in({**FARM, "company": "蟹田食品有限公司"})
    with log.transaction() as db:
        db.execute("update cases set officer_id = ? where id = ?", [COLLEAGUE.id, other])
    _, meant = proposals.propose(Note(case="蟹田", text="甲"), SAID, by=OFFICER.id, update_id=900, now=NOW)
    assert meant.case
    assert meant.case.id == farm


def test_several_that_fit_are_to_be_chosen_from(proposals: Proposals, office: Office, farm: str) -> None:
    other = office.take_in({**FARM, "company": "蟹田食品有限公司"})
    wanted = Move(case="蟹田", task="", due_on="下周三")
    proposal, meant = proposals.propose(wanted, SAID, by=OFFICER.id, update_id=900, now=NOW)
    assert {case.id for case in meant.cases} == {farm, other}
    with pytest.raises(ProposalChanged):
        confirm(proposals, proposal.id)
    proposal, meant = proposals.choose(proposal.id, farm, by=OFFICER.id, now=NOW)
    assert len(meant.tasks) > 1
    task = visit_of(office, farm, 2)
    proposal, meant = proposals.choose(proposal.id, str(task.id), by=OFFICER.id, now=NOW)
    assert not meant.open
    confirm(proposals, proposal.id)
    assert visit_of(office, farm, 2).due_on == date(2026, 3, 11)
    with pytest.raises(ProposalDone):
        proposals.choose(proposal.id, other, by=OFFICER.id, now=NOW)


def test_an_old_button_of_another_case_takes_no_task_along(proposals: Proposals, office: Office, farm: str) -> None:
    other = office.take_in({**FARM, "company": "蟹田食品有限公司"})
    wanted = Move(case="蟹田", task="回访", due_on="下周三")
    proposal, _ = proposals.propose(wanted, SAID, by=OFFICER.id, update_id=900, now=NOW)
    chosen, _ = proposals.choose(proposal.id, farm, by=OFFICER.id, now=NOW)
    with pytest.raises(NoSuchTask) as refused:
        proposals.choose(proposal.id, other, by=OFFICER.id, now=NOW)
    assert "#" not in str(refused.value)
    assert proposals.need(proposal.id) == chosen


@pytest.mark.parametrize("words", ["蟹田合作社", "蟹田农业合作社", "蟹田公司", "蟹田", "蟹田企业"])
def test_a_short_name_may_have_what_companies_are_called(proposals: Proposals, farm: str, words: str) -> None:
    _, meant = proposals.propose(Note(case=words, text="x"), SAID, by=OFFICER.id, update_id=900, now=NOW)
    assert meant.case is not None
    assert meant.case.id == farm


@pytest.mark.parametrize("words", ["蟹塘合作社", "合作社公司", "厂"])
def test_what_companies_are_called_names_none(proposals: Proposals, office: Office, words: str) -> None:
    office.take_in(DYE_WORKS)
    with pytest.raises(NoSuchCase):
        proposals.propose(Note(case=words, text="x"), SAID, by=OFFICER.id, update_id=900, now=NOW)


@pytest.mark.parametrize("wanted", [Note(case="蟹田", text="x"), AddTask(case="蟹田", title="交设备清单")])
def test_nothing_is_put_into_a_case_that_was_put_away_since(
    proposals: Proposals, office: Office, farm: str, propose: Propose, wanted: Arguments
) -> None:
    id_ = propose(wanted)
    for task in office.tasks.of_case(farm):
        office.tasks.waive(task.id, "不用", by=LEAD.id, now=NOW)
    office.cases.archive(farm, by=LEAD.id, now=NOW)
    before = office.tasks.of_case(farm), office.cases.notes(farm)
    with pytest.raises(CaseNotLive):
        confirm(proposals, id_)
    assert (office.tasks.of_case(farm), office.cases.notes(farm)) == before
    with pytest.raises(CaseNotLive):
        propose(Note(case=farm, text="x"), update=902)


@pytest.mark.parametrize("day", ["提前两年", "2026-03-01", "昨天"])
@pytest.mark.parametrize("act", ["move", "task"])
def test_nothing_is_to_be_due_on_a_day_that_has_passed(proposals: Proposals, farm: str, day: str, act: str) -> None:
    move, task = Move(case="蟹田", task="回访", due_on=day), AddTask(case="蟹田", title="交清单", due_on=day)
    with pytest.raises(DayPassed):
        proposals.propose(move if act == "move" else task, SAID, by=OFFICER.id, update_id=900, now=NOW)


def test_there_is_no_card_for_the_day_it_is_anyway(proposals: Proposals, office: Office, farm: str) -> None:
    day = visit_of(office, farm).due_on.isoformat()
    with pytest.raises(DayAlready):
        proposals.propose(Move(case="蟹田", task="回访", due_on=day), SAID, by=OFFICER.id, update_id=900, now=NOW)
    assert proposals.of_update(900) == []


@pytest.mark.parametrize("day", ["今天", "2026-03-01"])
def test_there_is_no_card_for_a_reminder_on_a_day_that_is_not_ahead(proposals: Proposals, farm: str, day: str) -> None:
    with pytest.raises(SnoozeTooEarly):
        proposals.propose(Snooze(case="蟹田", task="回访", until=day), SAID, by=OFFICER.id, update_id=900, now=NOW)
    assert proposals.of_update(900) == []


def test_a_visit_that_is_called_done_is_told_as_one(
    proposals: Proposals, office: Office, farm: str, propose: Propose, log: CaseLog
) -> None:
    visit = visit_of(office, farm)
    confirm(proposals, propose(Finish(case="蟹田", task="回访"), said="蟹田的回访办完了"))
    assert office.tasks.need(visit.id).status is TaskStatus.DONE
    assert log.rows("select task_id, reached, note from contacts") == [
        {"task_id": visit.id, "reached": 1, "note": "蟹田的回访办完了"}
    ]


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Note(case="没有这家", text="甲"), NoSuchCase),
        (Move(case="蟹田", task="石棉拆除", due_on="下周三"), NoSuchTask),
        (Move(case="蟹田", task="第九次回访", due_on="下周三"), NoSuchTask),
        (Move(case="蟹田", task="回访", due_on="节后"), NotADate),
        (AddTask(case="蟹田", title="甲", due_on="改天"), NotADate),
    ],
)
def test_what_cannot_be_told_is_said_and_nothing_is_written(
    proposals: Proposals, farm: str, propose: Propose, wanted: Arguments, error: type[Exception]
) -> None:
    with pytest.raises(error):
        propose(wanted)
    assert proposals.of_update(900) == []


def test_without_a_name_one_s_own_only_case_is_meant(proposals: Proposals, farm: str, propose: Propose) -> None:
    assert propose(Note(case="", text="甲"))
    with pytest.raises(NoCaseNamed):
        propose(Note(case="", text="甲"), by=COLLEAGUE.id, update=902)


def test_looking_needs_no_case(proposals: Proposals) -> None:
    assert proposals.propose(Due(when="week"), SAID, by=OFFICER.id, update_id=900, now=NOW)[1].case is None


# What is kept


def test_words_stand_in_the_row_alone_and_go_with_the_case(
    proposals: Proposals, office: Office, farm: str, propose: Propose, log: CaseLog, tmp_path: object
) -> None:
    confirm(proposals, propose(Note(case="蟹田", text="陈先生电话换了"), said="给蟹田记一笔：陈先生电话换了"))
    propose(Note(case="蟹田", text="陈先生搬家了"), update=902, said="给蟹田记一笔：陈先生搬家了")
    told = log.rows("select detail from events where subject glob 'proposal:*'")
    assert len(told) == 3
    assert not any("陈先生" in row["detail"] for row in told)
    with log.transaction() as db:
        db.execute("update cases set status = 'archived', archived_at = '2020-01-01T00:00:00+00:00'")
    Forgetting(log, PROCEDURE, office.cases, log.path.parent / "files", 36).forget(farm, by=LEAD.id, now=NOW)
    assert log.rows("select * from proposals") == []
