"""The dye works and the farm: which tasks follow, when they are due, what holds them back and what opens them."""

from datetime import date
from typing import Any

import pytest

from actions.case_errors import EvidenceMissing, ReasonMissing, TaskBlocked, TaskSettled
from actions.checklist import Place
from actions.handovers import give
from actions.model import TaskStatus
from actions.store import CaseLog
from actions.walks import View
from playbook.model import Pillar
from playbook.parts import TaskKind
from tests.actions.taken_in import DYE_WORKS, FARM, NOW, Office
from tests.cast import COLLEAGUE, OFFICER

BY: dict[str, Any] = {"by": OFFICER.id, "now": NOW}


@pytest.fixture
def office(log: CaseLog) -> Office:
    return Office(log)


@pytest.fixture
def dye_works(office: Office) -> str:
    return office.take_in(DYE_WORKS)


def test_a_polluting_dye_works_with_two_assets(office: Office, dye_works: str) -> None:
    tasks = office.by_rule(dye_works)
    assert tasks["low-price-check", 2, 1].due_on == date(2026, 3, 9)
    assert ("low-price-check", 1, 1) not in tasks
    assert [tasks["revisit", 0, n].due_on for n in (1, 2, 3, 4)] == [
        date(2026, 5, 27),
        date(2026, 8, 27),
        date(2026, 11, 27),
        date(2027, 3, 1),  # the first workday after 27 February
    ]
    assert tasks["brand-licence", 0, 1].due_on == date(2026, 3, 30)
    assert tasks["taskforce", 0, 1].status is TaskStatus.OPEN
    disposal = [task for task in tasks.values() if task.kind is TaskKind.disposal]
    assert {task.status for task in disposal} == {TaskStatus.BLOCKED}
    plan = tasks["remediation-plan", 0, 1]
    waits = office.tasks.waits(dye_works)
    assert all(waits[task.id][0] == plan for task in disposal)


def test_a_farm_with_a_brand_sees_no_pollution_question_beyond_the_first(office: Office) -> None:
    screen, asked = office.walk(FARM)
    ecology = [step.question.id for step in screen.path.steps if step.group.id == "ecology"]
    assert ecology == ["findings"]
    assert asked[-1] == Place("findings")
    case_id = office.intake.save(office.turn()).case.id
    assert not any(task.status is TaskStatus.BLOCKED for task in office.tasks.of_case(case_id))


def test_the_plan_opens_what_it_held_back_and_dates_count_from_then(office: Office, dye_works: str) -> None:
    before = office.by_rule(dye_works)
    plan = before["remediation-plan", 0, 1]
    with pytest.raises(TaskBlocked, match="修复方案"):
        office.tasks.finish(before["asset-database", 1, 1].id, **BY)
    with pytest.raises(EvidenceMissing):
        office.tasks.finish(plan.id, note="编好了", **BY)
    settled = office.tasks.finish(plan.id, note="方案编号 2026-17", **BY)
    after = office.by_rule(dye_works)
    assert {task.rule for task in settled.opened} == {"asset-database", "collective-decision"}
    assert after["asset-database", 1, 1].due_on == date(2026, 3, 16)
    assert after["asset-database", 1, 1].due_on < before["asset-database", 1, 1].due_on
    assert after["asset-sale", 2, 1].status is TaskStatus.BLOCKED


def test_a_plan_that_is_waived_opens_nothing_and_reopened_work_holds_again(office: Office, dye_works: str) -> None:
    plan = office.by_rule(dye_works)["remediation-plan", 0, 1]
    with pytest.raises(ReasonMissing):
        office.tasks.waive(plan.id, " ", **BY)
    assert office.tasks.waive(plan.id, "并入邻厂的方案", **BY).opened == ()
    office.tasks.reopen(plan.id, **BY)
    office.tasks.finish(plan.id, note="编号 1", **BY)
    assert {task.rule for task in office.tasks.reopen(plan.id, **BY).blocked} >= {"asset-database"}


def test_a_disposal_that_an_officer_adds_is_held_back_too(office: Office, dye_works: str) -> None:
    day = date(2026, 4, 1)
    added = office.tasks.add(dye_works, "卖边角料", pillar=Pillar.asset, kind=TaskKind.disposal, due_on=day, **BY)
    assert added.status is TaskStatus.BLOCKED
    plan = office.by_rule(dye_works)["remediation-plan", 0, 1]
    opened = office.tasks.finish(plan.id, note="编号 1", **BY).opened
    assert added.id in {task.id for task in opened}


def test_a_date_set_by_hand_is_left_alone(office: Office, dye_works: str) -> None:
    task = office.by_rule(dye_works)["asset-database", 1, 1]
    office.tasks.move(task.id, date(2026, 12, 1), "等评估", **BY)
    office.tasks.finish(office.by_rule(dye_works)["remediation-plan", 0, 1].id, note="编号 1", **BY)
    assert office.by_rule(dye_works)["asset-database", 1, 1].due_on == date(2026, 12, 1)
    office.tasks.finish(task.id, **BY)
    with pytest.raises(TaskSettled):
        office.tasks.move(task.id, date(2026, 12, 2), "再等", **BY)


def test_a_changed_answer_withdraws_tasks_and_brings_them_back(office: Office, dye_works: str) -> None:
    plan = office.by_rule(dye_works)["remediation-plan", 0, 1]
    office.intake.edit(office.turn(), dye_works, Place("findings"))
    screen = office.intake.answer(office.turn(), ["都没有"])
    assert screen.walk.view is View.CONFIRM
    assert screen.changes is not None
    assert {duty.kind for duty in screen.changes.freed} == {TaskKind.disposal}
    assert "修复方案" in "".join(duty.title for duty in screen.changes.go)
    office.intake.confirm(office.turn())
    assert office.tasks.need(plan.id).withdrawn
    assert ("remediation-plan", 0, 1) not in office.by_rule(dye_works)

    office.intake.edit(office.turn(), dye_works, Place("findings"))
    office.intake.answer(office.turn(), ["危险废物", "土壤或地下水"])
    office.intake.confirm(office.turn())
    assert office.by_rule(dye_works)["remediation-plan", 0, 1].id == plan.id


def test_a_task_that_comes_to_life_again_is_of_who_has_the_case_by_then(office: Office, dye_works: str) -> None:
    plan = office.by_rule(dye_works)["remediation-plan", 0, 1]
    day = date(2026, 4, 1)
    done = office.tasks.add(dye_works, "问近况", pillar=Pillar.relationship, kind=TaskKind.care, due_on=day, **BY)
    office.tasks.finish(done.id, **BY)
    office.intake.edit(office.turn(), dye_works, Place("findings"))
    office.intake.answer(office.turn(), ["都没有"])
    office.intake.confirm(office.turn())
    give(office.log, dye_works, COLLEAGUE.id, **BY)
    office.intake.edit(office.turn(COLLEAGUE.id), dye_works, Place("findings"))
    office.intake.answer(office.turn(COLLEAGUE.id), ["危险废物", "土壤或地下水"])
    office.intake.confirm(office.turn(COLLEAGUE.id))
    office.tasks.reopen(done.id, by=COLLEAGUE.id, now=NOW)
    assert [office.tasks.need(id_).assignee_id for id_ in (plan.id, done.id)] == [COLLEAGUE.id, COLLEAGUE.id]


@pytest.mark.parametrize("drop", [False, True])
def test_a_task_that_is_worked_on_goes_only_when_that_is_asked_for(office: Office, dye_works: str, drop: bool) -> None:
    plan = office.by_rule(dye_works)["remediation-plan", 0, 1]
    office.cases.note(dye_works, "已约第三方", task_id=plan.id, **BY)
    office.intake.edit(office.turn(), dye_works, Place("findings"))
    screen = office.intake.answer(office.turn(), ["都没有"])
    assert screen.changes is not None
    assert [duty.title for duty in screen.changes.worked] == [plan.title]
    office.intake.confirm(office.turn(), drop_worked=drop)
    assert office.tasks.need(plan.id).withdrawn is drop


def test_a_case_with_only_revisits_left_is_followed_up(office: Office) -> None:
    case_id = office.take_in(FARM)
    for task in office.tasks.of_case(case_id):
        if task.kind is not TaskKind.revisit:
            office.tasks.finish(task.id, **BY)
    assert office.cases.need(case_id).status == "follow_up"
    first = office.tasks.of_case(case_id)[0]
    office.tasks.reopen(first.id, **BY)
    assert office.cases.need(case_id).status == "open"


def test_contact_data_is_not_in_the_record(office: Office, log: CaseLog) -> None:
    office.take_in({**DYE_WORKS, "contact": "陈先生", "phone": "13812342046", "reach_when": "下午三点"})
    record = "".join(row["detail"] for row in log.rows("select detail from events"))
    assert not any(secret in record for secret in ("13812342046", "陈先生", "下午三点"))
