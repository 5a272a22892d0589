"""The record as files: complete, harmless in a spreadsheet, and a chain that its reader can check."""

import csv
import hashlib
import io
import json
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from actions.audit import COLUMNS, write_audit
from actions.forgetting import Forgetting
from actions.officers import Officers, Role
from actions.store import CaseLog
from tests.actions.taken_in import FARM, NOW, PROCEDURE, Office
from tests.cast import COLLEAGUE, LEAD, OFFICER

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


@pytest.fixture
def office(log: CaseLog) -> Office:
    return Office(log)


@pytest.fixture
def case(office: Office) -> str:
    return office.take_in(FARM)


def exported(log: CaseLog, form: str, case_id: str | None = None) -> str:
    target = io.StringIO(newline="")
    write_audit(log, target, form, case_id)
    return target.getvalue()


def lines(log: CaseLog, case_id: str | None = None) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exported(log, "jsonl", case_id).splitlines()]


def table(log: CaseLog, case_id: str | None = None) -> list[dict[str, str]]:
    text = exported(log, "csv", case_id).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def recomputed(events: list[dict[str, Any]]) -> list[str]:
    """The hashes as whoever has the lines alone works them out."""
    hashes = ["0" * 64]
    for event in events:
        told = [event[name] for name in ("id", "at", "actor_id", "verb", "subject", "digest")]
        hashes.append(hashlib.sha256(json.dumps([hashes[-1], *told], ensure_ascii=False).encode()).hexdigest())
    return hashes[1:]


def test_its_reader_can_check_the_chain_from_the_lines_alone(log: CaseLog, case: str) -> None:
    events = lines(log)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert [event["hash"] for event in events] == recomputed(events)
    assert events[-1]["hash"] == log.verify_record().head
    events[3]["actor_id"] = COLLEAGUE.id
    assert [event["hash"] for event in events] != recomputed(events)


def test_the_chain_holds_for_its_reader_when_a_case_was_forgotten(log: CaseLog, office: Office, case: str) -> None:
    for task in office.tasks.of_case(case):
        office.tasks.waive(task.id, "陈先生说不用", by=LEAD.id, now=NOW)
    office.cases.archive(case, by=LEAD.id, now=NOW)
    assert "陈先生" in exported(log, "jsonl")
    forgetting = Forgetting(log, PROCEDURE, office.cases, log.path.parent / "files", months=36)
    forgetting.forget(case, by=LEAD.id, now=NOW + relativedelta(months=37))
    events = lines(log)
    assert [event["hash"] for event in events] == recomputed(events)
    assert "陈先生" not in exported(log, "jsonl") + exported(log, "csv")


def test_both_forms_tell_the_same(log: CaseLog, case: str) -> None:
    for event, row in zip(lines(log), table(log), strict=True):
        assert event.keys() == row.keys() == set(COLUMNS)
        for name, value in event.items():
            as_text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
            assert row[name] == ("" if as_text is None else str(as_text))


def test_who_did_what_before_and_after_and_why(log: CaseLog, office: Office, case: str) -> None:
    Officers(log).add(COLLEAGUE.id, COLLEAGUE.name, Role.LEAD, by=LEAD.id, now=NOW)
    task = next(task for task in office.tasks.of_case(case) if task.status == "open")
    office.tasks.waive(task.id, "当天已办", by=LEAD.id, now=NOW)
    promoted, waived = lines(log)[-2:]
    assert (promoted["actor_id"], promoted["actor"], promoted["subject"]) == (LEAD.id, LEAD.name, "officer:102")
    assert (promoted["before"]["role"], promoted["after"]["role"]) == ("officer", "lead")
    assert (waived["verb"], waived["reason"], waived["at"]) == ("waive", "当天已办", "2026-03-02T02:00:00.000000+00:00")
    assert {"before", "after", "reason"}.isdisjoint(waived["detail"])


def test_what_the_command_line_did_is_nobodys_by_name(log: CaseLog, office: Office) -> None:
    first = lines(log)[0]
    assert (first["actor_id"], first["actor"], first["verb"]) == (None, "", "add")


def test_one_case_alone(log: CaseLog, office: Office, case: str) -> None:
    other = office.take_in({**FARM, "company": "另一家"})
    of_one = lines(log, case)
    assert {event["subject"] for event in of_one} == {f"case:{case}"}
    assert of_one == [event for event in lines(log) if event["subject"] == f"case:{case}"]
    assert {row["subject"] for row in table(log, other)} == {f"case:{other}"}
    assert lines(log, "CM-2026-0999") == []


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(log: CaseLog, office: Office, case: str, formula: str) -> None:
    Officers(log).add(OFFICER.id, formula, by=None, now=NOW)
    with log.transaction():
        log.record(NOW, OFFICER.id, formula, formula, {"before": formula, "after": [formula], "reason": formula})
    last = table(log)[-1]
    assert last["reason"] == f"'{formula}"
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in table(log) for cell in row.values())
    assert lines(log)[-1]["reason"] == formula  # for programs it is what it is


def test_a_spreadsheet_reads_it_as_chinese_and_quotes_hold(log: CaseLog, office: Office) -> None:
    with log.transaction():
        log.record(NOW, OFFICER.id, "note", "case:1", {"reason": '他说"好",\n再议'})
    text = exported(log, "csv")
    assert text.encode().startswith(b"\xef\xbb\xbfid,at,actor_id,actor,")
    assert table(log)[-1]["reason"] == '他说"好",\n再议'
    assert not exported(log, "jsonl").startswith("\ufeff")
