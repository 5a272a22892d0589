"""Coming in by a code, once; roles changed and taken away; there is always an admin."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.arrivals import LENGTH, LETTERS, VALID, Arrivals, Post, new_code, read_code
from actions.cases import Cases
from actions.officers import Officers, Role
from actions.right_errors import LastAdmin, NameMissing
from actions.store import CaseLog
from tests.actions.taken_in import NOW
from tests.cast import ADMIN, COLLEAGUE, LEAD, OFFICER, STRANGER


@pytest.fixture
def arrivals(log: CaseLog) -> Arrivals:
    return Arrivals(log)


@pytest.fixture
def admin(arrivals: Arrivals) -> int:
    arrivals.redeem(arrivals.first_code(now=NOW) or "", ADMIN.id, ADMIN.name, now=NOW)
    return ADMIN.id


def test_the_first_code_makes_an_admin_once(arrivals: Arrivals, log: CaseLog) -> None:
    code = arrivals.first_code(now=NOW)
    assert code
    assert read_code(new_code())
    assert code not in "".join(map(str, log.rows("select * from invitations")))
    admin = arrivals.redeem(code, ADMIN.id, ADMIN.name, now=NOW + timedelta(days=400))
    assert admin
    assert (admin.name, admin.role, admin.leads) == (ADMIN.name, Role.ADMIN, False)
    assert arrivals.redeem(code, STRANGER.id, "x", now=NOW) is None
    assert arrivals.first_code(now=NOW) is None


def test_a_new_start_prints_a_new_code_and_the_old_one_is_none_any_more(arrivals: Arrivals) -> None:
    old, new = arrivals.first_code(now=NOW), arrivals.first_code(now=NOW)
    assert old
    assert new
    assert arrivals.redeem(old, STRANGER.id, "x", now=NOW) is None
    assert arrivals.redeem(new, ADMIN.id, "x", now=NOW)


def test_the_first_code_is_none_once_there_is_an_admin(arrivals: Arrivals, log: CaseLog) -> None:
    code = arrivals.first_code(now=NOW) or ""
    Officers(log).add(ADMIN.id, ADMIN.name, Role.ADMIN, by=None, now=NOW)
    assert arrivals.redeem(code, STRANGER.id, "x", now=NOW) is None
    assert Officers(log).find(STRANGER.id) is None


def test_a_lead_who_sends_the_first_code_leads_on(arrivals: Arrivals, log: CaseLog) -> None:
    Officers(log).add(LEAD.id, LEAD.name, Role.LEAD, by=None, now=NOW)
    admin = arrivals.redeem(arrivals.first_code(now=NOW) or "", LEAD.id, "x", now=NOW)
    assert admin
    assert (admin.name, admin.role, admin.leads) == (LEAD.name, Role.ADMIN, True)


def test_an_invitation_holds_role_and_name_and_ends(arrivals: Arrivals, admin: int) -> None:
    code = arrivals.invite(Post(Role.LEAD), " 王 建国 ", by=admin, now=NOW)
    late = arrivals.invite(Post(Role.OFFICER), "陈晓", by=admin, now=NOW)
    came = arrivals.redeem(code, LEAD.id, "tg-name", now=NOW + VALID)
    assert came
    assert (came.name, came.role) == ("王 建国", Role.LEAD)
    assert arrivals.redeem(code, COLLEAGUE.id, "x", now=NOW) is None
    assert arrivals.redeem(late, OFFICER.id, "x", now=NOW + VALID + timedelta(seconds=1)) is None


def test_a_colleagues_invitation_is_not_used_up_by_one_who_is_in(arrivals: Arrivals, admin: int, log: CaseLog) -> None:
    code = arrivals.invite(Post(Role.LEAD), "王建国", by=admin, now=NOW)
    assert arrivals.redeem(code, admin, "x", now=NOW) == Officers(log).find(admin)
    assert arrivals.redeem(code, LEAD.id, "x", now=NOW)


@pytest.mark.parametrize("name", ["", "  ", "甲" * 21])
def test_nobody_is_invited_without_a_name(arrivals: Arrivals, admin: int, name: str) -> None:
    with pytest.raises(NameMissing):
        arrivals.invite(Post(Role.OFFICER), name, by=admin, now=NOW)


def test_there_is_always_an_admin(arrivals: Arrivals, admin: int) -> None:
    with pytest.raises(LastAdmin):
        arrivals.change(admin, Post(Role.OFFICER), by=admin, now=NOW)
    with pytest.raises(LastAdmin):
        arrivals.remove(admin, by=admin, now=NOW)
    arrivals.change(admin, Post(Role.ADMIN, also_leads=True), by=admin, now=NOW)
    other = arrivals.invite(Post(Role.ADMIN), "林二", by=admin, now=NOW)
    arrivals.redeem(other, 300, "x", now=NOW)
    arrivals.remove(admin, by=300, now=NOW)


def test_one_who_becomes_an_admin_hands_all_cases_to_the_lead(arrivals: Arrivals, admin: int, log: CaseLog) -> None:
    Officers(log).add(OFFICER.id, OFFICER.name, by=None, now=NOW)
    Officers(log).add(LEAD.id, LEAD.name, Role.LEAD, by=None, now=NOW)
    case = Cases(log).create_draft(OFFICER.id, now=NOW)
    arrivals.change(OFFICER.id, Post(Role.ADMIN), by=admin, now=NOW)
    assert Cases(log).need(case.id).officer_id == LEAD.id


@given(st.text(LETTERS, min_size=LENGTH, max_size=LENGTH))
def test_a_code_is_read_however_it_is_written(letters: str) -> None:
    code = f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
    for written in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')}\n", code.replace("-", "_")):
        assert read_code(written) == code


@pytest.mark.parametrize(
    "text", ["", "/start", "停业企业多久回访一次？", "CM-2026-0001", "0000-0000-0000", "ABCD-EFGH"]
)
def test_nothing_else_is_a_code(text: str) -> None:
    assert read_code(text) is None
