"""Cases: numbered, found, opened once, put away, released."""

import multiprocessing
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from actions.case_errors import CaseHasOpenTasks, CaseNotArchived, CaseUnknown, TooManyDrafts
from actions.cases import OPEN_DRAFTS, Cases, case_id
from actions.model import CaseStatus
from actions.officers import Officers
from actions.store import CaseLog
from tests.cast import COLLEAGUE, LEAD, OFFICER

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
FILLED = {"industry": "化工", "reason": "破产", "stage": "已停业", "closure_date": "2026-11-20", "uscc": ""}


@pytest.fixture
def cases(log: CaseLog) -> Cases:
    for member in (OFFICER, COLLEAGUE, LEAD):
        Officers(log).add(member.id, member.name, by=None, now=NOW)
    return Cases(log)


def opened(cases: Cases, company: str, officer: int = OFFICER.id, uscc: str = "") -> str:
    id_ = cases.create_draft(officer, now=NOW).id
    cases.fill(id_, {**FILLED, "company": company, "uscc": uscc})
    cases.open(id_, opened_on=date(2026, 11, 24), by=officer, now=NOW)
    return id_


def verbs(cases: Cases, id_: str) -> list[str]:
    return [entry.verb for entry in cases.timeline(id_)]


def test_numbers_start_anew_each_year_as_shanghai_counts_it(cases: Cases) -> None:
    before, after = datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)
    ids = [cases.create_draft(OFFICER.id, now=now).id for now in (before, before, after)]
    assert ids == ["CM-2026-0001", "CM-2026-0002", "CM-2027-0001"]


def test_numbers_grow_past_four_digits(cases: Cases, log: CaseLog) -> None:
    id_ = cases.create_draft(OFFICER.id, now=NOW).id
    with log.transaction() as db:
        db.execute("update cases set id = 'CM-2026-9999' where id = ?", [id_])
    assert cases.create_draft(OFFICER.id, now=NOW).id == "CM-2026-10000"


def _create(path: Path, count: int) -> None:
    log = CaseLog(path)
    for _ in range(count):
        Cases(log).create_draft(OFFICER.id, now=NOW)
    log.close()


def test_two_processes_never_take_the_same_number(cases: Cases, log: CaseLog) -> None:
    workers = [multiprocessing.get_context("spawn").Process(target=_create, args=(log.path, 10)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    rows = log.rows("select number from cases order by number")
    assert [row["number"] for row in rows] == list(range(1, 21))


def test_nobody_has_more_drafts_than_can_be_filled_in(cases: Cases) -> None:
    for _ in range(OPEN_DRAFTS):
        cases.create_draft(OFFICER.id, now=NOW)
    with pytest.raises(TooManyDrafts, match="20 份"):
        cases.create_draft(OFFICER.id, now=NOW)
    cases.create_draft(COLLEAGUE.id, now=NOW)
    cases.give_up("CM-2026-0001", by=OFFICER.id, now=NOW)
    cases.create_draft(OFFICER.id, now=NOW)


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("CM-2026-0001", "CM-2026-0001"),
        ("cm-2026-1", "CM-2026-0001"),
        ("2026-12", "CM-2026-0012"),
        ("ＣＭ－２０２６－０００１", "CM-2026-0001"),
        ("CM-2026-100000", "CM-2026-100000"),
        ("绿源", None),
        ("", None),
    ],
)
def test_ids_as_people_write_them(text: str, id_: str | None) -> None:
    assert case_id(text) == id_


def test_a_case_is_opened_once(cases: Cases) -> None:
    id_ = opened(cases, "绿源印染")
    assert cases.open(id_, opened_on=date(2026, 12, 1), by=COLLEAGUE.id, now=NOW) is False
    assert cases.need(id_).opened_on == date(2026, 11, 24)
    assert verbs(cases, id_) == ["open", "begin"]


def test_an_unknown_case_is_told(cases: Cases) -> None:
    with pytest.raises(CaseUnknown, match="CM-2026-0009"):
        cases.need("CM-2026-0009")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("绿源", ["CM-2026-0001"]),
        ("源印", ["CM-2026-0001"]),
        ("有限公司", ["CM-2026-0002", "CM-2026-0001"]),
        ("公", ["CM-2026-0002", "CM-2026-0001"]),
        ("abc12", ["CM-2026-0002"]),
        ("ＡＢＣ", ["CM-2026-0002"]),
        ("911100006", ["CM-2026-0002"]),
        ("2026-2", ["CM-2026-0002"]),
        ("印源", []),
        ('" or *', []),
        ("", []),
    ],
)
def test_search_finds_any_part_of_a_name_or_code(cases: Cases, text: str, found: Sequence[str]) -> None:
    opened(cases, "绿源印染有限公司")
    opened(cases, "Abc-12 有限公司", uscc="91110000600037341L")
    cases.create_draft(OFFICER.id, now=NOW)
    assert [case.id for case in cases.search(text).cases] == found


def test_a_new_name_is_found_and_the_old_one_is_not(cases: Cases) -> None:
    id_ = opened(cases, "绿源印染")
    cases.fill(id_, {**FILLED, "company": "青山印染"})
    assert cases.search("绿源").cases == ()
    assert [case.id for case in cases.search("青山").cases] == [id_]


def test_lists_are_paged_from_the_newest_on(cases: Cases) -> None:
    ids = [opened(cases, f"企业{n}") for n in range(20)][::-1]
    other = opened(cases, "别人的", COLLEAGUE.id)
    first = cases.page(OFFICER.id)
    second = cases.page(OFFICER.id, before=first.cases[-1].id)
    third = cases.page(OFFICER.id, before=second.cases[-1].id)
    assert [case.id for page in (first, second, third) for case in page.cases] == ids
    assert [(page.newer, page.older) for page in (first, second, third)] == [(False, True), (True, True), (True, False)]
    assert cases.page().cases[0].id == other


def test_a_draft_given_up_is_in_no_list(cases: Cases) -> None:
    id_ = cases.create_draft(OFFICER.id, now=NOW).id
    assert [case.id for case in cases.page(OFFICER.id, statuses=(CaseStatus.DRAFT,)).cases] == [id_]
    cases.give_up(id_, by=OFFICER.id, now=NOW)
    for status in CaseStatus:
        assert cases.page(OFFICER.id, statuses=(status,)).cases == ()


def test_a_case_is_archived_when_nothing_is_left_and_released_after_that(cases: Cases, log: CaseLog) -> None:
    id_ = opened(cases, "绿源印染")
    with log.transaction() as db:
        db.execute(
            "insert into tasks (case_id, pillar, kind, title, due_on, status, assignee_id, created_at)"
            " values (?, 'policy', 'policy', '甲', '2026-12-01', 'open', ?, '')",
            [id_, OFFICER.id],
        )
    with pytest.raises(CaseHasOpenTasks, match="1 项"):
        cases.archive(id_, by=OFFICER.id, now=NOW)
    with pytest.raises(CaseNotArchived):
        cases.released(id_, by=LEAD.id, now=NOW)
    with log.transaction() as db:
        db.execute("update tasks set status = 'done'")
    cases.archive(id_, by=OFFICER.id, now=NOW)
    cases.released(id_, by=LEAD.id, now=NOW)
    cases.released(id_, by=LEAD.id, now=NOW)
    assert verbs(cases, id_)[:2] == ["release", "archive"]
    cases.reopen(id_, by=OFFICER.id, now=NOW)
    assert cases.need(id_).status is CaseStatus.OPEN


def test_what_is_noted_is_not_in_the_record(cases: Cases, log: CaseLog) -> None:
    id_ = opened(cases, "绿源印染")
    cases.note(id_, "负责人电话 13812342046", by=OFFICER.id, now=NOW)
    assert [note.text for note in cases.notes(id_)] == ["负责人电话 13812342046"]
    assert not any("13812342046" in row["detail"] for row in log.rows("select detail from events"))
