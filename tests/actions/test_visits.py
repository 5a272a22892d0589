"""Visits: asked one thing after another, done once, followed by what they call for; and nobody at home."""

from datetime import UTC, date, datetime, timedelta

import pytest

from actions.briefings import Briefings
from actions.contacts import Contact, Contacts
from actions.dossier import Dossiers
from actions.ledger import Ledger
from actions.model import Task, TaskStatus
from actions.officers import Officers
from actions.revisits import SetBy
from actions.roster import Roster
from actions.store import CaseLog
from actions.visit_errors import VisitBegun, VisitGone
from actions.visits import Visited, Visits, read_visit_answer
from playbook.parts import TaskKind
from tests.actions.taken_in import FARM, PROCEDURE, Office
from tests.cast import COLLEAGUE, LEAD, OFFICER

QUESTIONS = {question.id: question for question in PROCEDURE.visits.questions}
WELL = {"owner": "安顿好了", "staff": "都安置好了", "needs": "没有要帮的", "ideas": "暂时没有", "mood": "平稳"}
NOW = datetime(2026, 6, 10, 3, tzinfo=UTC)


TICKS = [
    (0, ["子女入学"]),
    (3, ["子女入学", "政策兑现"]),
    (0, ["政策兑现"]),
    (5, ["没有要帮的"]),
    (1, ["家人就业"]),
]


@pytest.fixture
def office(log: CaseLog) -> Office:
    return Office(log)


@pytest.fixture
def visits(office: Office, log: CaseLog) -> Visits:
    return Visits(log, PROCEDURE, office.cases, office.tasks, Ledger(log), Roster(log))


@pytest.fixture
def farm(office: Office) -> str:
    return office.take_in({**FARM, "concerns": "子女教育", "phone": "13812342046"})


def visit(office: Office, case_id: str, number: int = 1) -> Task:
    task: Task = office.by_rule(case_id)["revisit", 0, number]
    return task


def tell(visits: Visits, task: Task, answers: dict[str, str], now: datetime = NOW) -> Visited:
    contact: Contact | Visited = visits.begin(task.id, by=OFFICER.id, now=now)
    while isinstance(contact, Contact):
        question = visits.asked(contact)
        assert question is not None
        values = read_visit_answer(question, answers[question.id])
        contact = visits.answer(contact.id, question.id, values, now=now)
    return contact


def test_five_answers_make_a_visit_and_move_the_next_one(office: Office, visits: Visits, farm: str) -> None:
    first = visit(office, farm)
    assert first.due_on == date(2026, 6, 30)
    told = tell(visits, first, WELL)
    assert (told.added, told.over) == ((), False)
    assert office.tasks.need(first.id).status is TaskStatus.DONE
    assert visit(office, farm, 2).due_on == date(2026, 9, 10)  # three months from 10 June, not from 31 March
    last = Contacts(office.log).last(farm)
    assert last is not None
    assert last.answers == {key: [value] for key, value in WELL.items()}


def test_what_is_in_need_becomes_a_task_once(office: Office, visits: Visits, farm: str) -> None:
    answers = {**WELL, "needs": "孩子上学、债务", "ideas": "想再创业", "mood": "低落"}
    told = tell(visits, visit(office, farm), answers)
    assert [task.source for task in told.added] == [
        "need-children",
        "need-reputation",
        "need-restart",
        "relationship-principle",
    ]
    assert {task.kind for task in told.added} == {TaskKind.care}
    again = tell(visits, visit(office, farm, 2), answers, NOW + timedelta(days=80))
    assert again.added == ()


def test_answers_may_be_ticked_and_written(visits: Visits, office: Office, farm: str) -> None:
    contact = visits.begin(visit(office, farm).id, by=OFFICER.id, now=NOW)
    for question_id in ("owner", "staff"):
        visits.answer(contact.id, question_id, [WELL[question_id]], now=NOW)
    for update, (number, ticked) in enumerate(TICKS):
        assert visits.tick(contact.id, "needs", number, update_id=update).ticked == ticked
        assert visits.tick(contact.id, "needs", number, update_id=update).ticked == ticked  # handled again
    assert visits.tick(contact.id, "mood", 1, update_id=99).ticked == ["家人就业"]  # not what is being asked


@pytest.mark.parametrize(
    ("question", "text", "values"),
    [
        ("owner", "住院", ["身体不好"]),
        ("owner", "去了外地女儿家", ["去了外地女儿家"]),
        ("needs", "入学，官司", ["子女入学", "债务或官司"]),
        ("needs", "入学、想借个仓库", ["入学、想借个仓库"]),
        ("mood", "不错", ["平稳"]),
    ],
)
def test_words_are_read_as_choices_where_they_are_meant(question: str, text: str, values: list[str]) -> None:
    assert read_visit_answer(QUESTIONS[question], text) == values


def test_told_in_one_go_it_proposes_and_adds_nothing(office: Office, visits: Visits, farm: str) -> None:
    task = visit(office, farm)
    before = len(office.tasks.of_case(farm))
    note = "电话，孩子下学期想转学，员工还有两人没着落"
    told = visits.tell(task.id, note, by=OFFICER.id, update_id=9, now=NOW)
    assert [rule.id for rule in told.proposed] == ["visit-children", "visit-staff"]
    assert len(office.tasks.of_case(farm)) == before
    assert visits.tell(task.id, note, by=OFFICER.id, update_id=9, now=NOW).contact.id == told.contact.id
    added = visits.follow_up(farm, "visit-children", by=OFFICER.id, now=NOW)
    assert added is not None
    assert visits.follow_up(farm, "visit-children", by=OFFICER.id, now=NOW) == added
    assert visits.follow_up(farm, "nothing", by=OFFICER.id, now=NOW) is None


def test_a_visit_is_told_once(office: Office, visits: Visits, farm: str) -> None:
    task = visit(office, farm)
    begun = visits.begin(task.id, by=OFFICER.id, now=NOW)
    assert visits.begin(task.id, by=OFFICER.id, now=NOW).id == begun.id
    told = tell(visits, task, WELL)
    with pytest.raises(VisitBegun):
        visits.answer(told.contact.id, "owner", ["身体不好"], now=NOW)
    with pytest.raises(VisitGone):
        visits.begin(task.id, by=COLLEAGUE.id, now=NOW)


def test_left_half_told_it_is_still_due(office: Office, visits: Visits, farm: str) -> None:
    task = visit(office, farm)
    contact = visits.begin(task.id, by=OFFICER.id, now=NOW)
    assert Contacts(office.log).current(OFFICER.id, NOW) == contact
    assert Contacts(office.log).current(OFFICER.id, NOW + timedelta(hours=1)) is None
    visits.drop(contact.id, by=OFFICER.id, now=NOW)
    assert Contacts(office.log).current(OFFICER.id, NOW) is None
    assert office.tasks.need(task.id).status is TaskStatus.OPEN


def test_nobody_there_twice_in_a_row_is_told_to_the_lead(
    office: Office, visits: Visits, farm: str, log: CaseLog
) -> None:
    task = visit(office, farm)
    pressed = {"by": OFFICER.id, "now": NOW}
    assert visits.unreached(task.id, update_id=1, **pressed) == 1
    assert visits.unreached(task.id, update_id=1, **pressed) == 1  # the same press, handled again
    assert Ledger(log).pending(NOW) == []
    assert visits.unreached(task.id, update_id=2, by=OFFICER.id, now=NOW + timedelta(days=1)) == 2
    (told,) = Ledger(log).pending(NOW + timedelta(days=1))
    assert (told.officer_id, told.task_id) == (LEAD.id, task.id)
    assert office.tasks.need(task.id).snoozed_until == date(2026, 6, 12)
    tell(visits, task, WELL, NOW + timedelta(days=2))
    assert Contacts(office.log).in_vain(farm) == 0


def test_after_the_last_visit_the_lead_is_asked_and_it_may_go_on(
    office: Office, visits: Visits, farm: str, log: CaseLog
) -> None:
    now = NOW
    for number in (1, 2, 3, 4):
        told = tell(visits, visit(office, farm, number), WELL, now)
        assert told.over is (number == 4)
        now += timedelta(days=90)
    asked = [each for each in Ledger(log).pending(now) if each.occasion.startswith("year-over")]
    assert [(each.officer_id, each.case_id) for each in asked] == [(LEAD.id, farm)]
    more = visits.go_on(farm, "一年后的回访", by=LEAD.id, now=now)
    assert visits.go_on(farm, "一年后的回访", by=LEAD.id, now=now) == more
    assert (more.kind, more.due_on >= now.date() + timedelta(days=89)) == (TaskKind.revisit, True)


def test_a_briefing_says_what_one_should_know(office: Office, visits: Visits, farm: str, log: CaseLog) -> None:
    dossiers = Dossiers(log, PROCEDURE, office.cases, office.tasks, Officers(log))
    briefings = Briefings(PROCEDURE, dossiers, office.tasks, office.gates, Contacts(log))
    first = briefings.of(visit(office, farm).id)
    assert (first.number, first.times, first.last, first.concerns) == (1, 4, None, ("子女教育",))
    assert {point.source for point in first.points} >= {"revisit-questions", "need-children", "brand-licence-income"}
    assert first.reason is not None
    assert first.reason.set_by is SetBy.CLOSING
    tell(visits, visit(office, farm), {**WELL, "staff": "还有人没着落"})
    second = briefings.of(visit(office, farm, 2).id)
    assert second.last is not None
    assert [task.source for task in second.promises][:1] == ["need-children"] or "need-staff" in [
        t.source for t in second.promises
    ]
    assert second.reason is not None
    assert second.reason.set_by is SetBy.CONTACT
    office.tasks.move(visit(office, farm, 2).id, date(2026, 9, 1), "约好的", by=OFFICER.id, now=NOW)
    assert briefings.of(visit(office, farm, 2).id).reason is None
