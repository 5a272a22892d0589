"""The record: every write has its event, and no change of an event goes unseen."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from actions.arrivals import Arrivals, Post
from actions.carrying_out import CarryingOut
from actions.case_errors import CaseNotPutAway, CaseStillKept
from actions.cases import Cases
from actions.conversations import Conversations
from actions.drafts import Drafts
from actions.editions import Editions
from actions.files import Files
from actions.forgetting import GONE, Forgetting
from actions.gaps import Gaps, How
from actions.handovers import Handovers
from actions.ledger import Ledger
from actions.meant import Meaning
from actions.offers import Offers
from actions.officers import Role
from actions.proposals import Move, Note
from actions.proposing import Proposals
from actions.questions import Questions
from actions.record import Chain, verify
from actions.rights import Rights
from actions.roster import Roster
from actions.sources import Sources
from actions.store import CaseLog
from actions.visits import Visits
from playbook.edition import Text
from tests.actions.taken_in import FARM, NOW, PROCEDURE, Office
from tests.cast import COLLEAGUE, LEAD, OFFICER

SECRETS = ("陈先生", "13812342046", "电话换了", "孩子叫小明", "嫌远")
OWNER = {"contact": "陈先生", "phone": "13812342046", "reach_how": "微信", "reach_when": "下午"}
OLD = NOW + relativedelta(months=37)
ON_THE_WAY = ("walks", "prompts", "updates", "notifications", "pushing", "task_waits")
"""Not what anybody did: where dialogues stand, and what is to be sent. Waits follow from the answers."""


@pytest.fixture
def office(log: CaseLog) -> Office:
    return Office(log)


@pytest.fixture
def lived(office: Office, log: CaseLog, tmp_path: Path) -> str:
    """A case with everything personal in it, put away."""
    case_id = office.take_in({**FARM, **OWNER})
    office.cases.note(case_id, "陈先生电话换了", by=OFFICER.id, now=NOW)
    Files(log, tmp_path / "files").keep(case_id, b"%PDF-1.4 x", "陈先生.pdf", by=OFFICER.id, now=NOW)
    ledger = Ledger(log)
    handovers = Handovers(log, office.cases, ledger)
    handover = handovers.ask(case_id, COLLEAGUE.id, by=OFFICER.id, now=NOW)
    handovers.decline(handover.id, "嫌远", by=COLLEAGUE.id, now=NOW)
    visits = Visits(log, PROCEDURE, office.cases, office.tasks, ledger, Roster(log))
    revisit = next(task for task in office.tasks.of_case(case_id) if task.kind == "revisit")
    visits.tell(revisit.id, "孩子叫小明", by=OFFICER.id, update_id=1, now=NOW)
    for task in office.tasks.of_case(case_id):
        if task.status in ("open", "blocked"):
            office.tasks.waive(task.id, "陈先生说不用", by=LEAD.id, now=NOW)
    office.cases.archive(case_id, by=LEAD.id, now=NOW)
    return case_id


@pytest.fixture
def forgetting(office: Office, log: CaseLog, tmp_path: Path) -> Forgetting:
    return Forgetting(log, PROCEDURE, office.cases, tmp_path / "files", 36)


# The chain


def test_an_untouched_record_holds(log: CaseLog, lived: str) -> None:
    chain = log.verify_record()
    assert chain == Chain(chain.events, chain.head)
    assert chain.events > 20


@pytest.mark.parametrize(
    "forgery",
    [
        "update events set detail = '{}' where id = 3",
        "update events set actor_id = 999 where id = 3",
        "update events set at = '2020-01-01T00:00:00.000000+00:00' where id = 3",
        "update events set verb = 'forget', subject = 'case:CM-2026-0001' where id = 3",
        "update events set salt = '', detail = '{}' where id = 3",
        "delete from events where id = 3",
        "delete from events where id = (select max(id) from events)",
        "update events set id = id + 100 where id = (select max(id) from events)",
        "insert into events (at, verb, subject) values ('2026-01-01', 'finish', 'case:CM-2026-0001')",
    ],
)
def test_any_change_of_it_is_found(log: CaseLog, lived: str, forgery: str) -> None:
    with log.transaction() as db:
        db.execute("drop trigger events_stay")
        db.execute("drop trigger events_stay_as_they_are")
        db.execute(forgery)
    assert log.verify_record().broken_at is not None


@given(st.data())
def test_no_byte_of_an_event_can_be_changed_unseen(data: st.DataObject) -> None:
    rows = data.draw(st.sampled_from([RECORD]))
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(["at", "actor_id", "verb", "subject", "detail", "digest", "hash"]))
    forged = [dict(row) for row in rows]
    forged[at][column] = data.draw(st.text().filter(lambda text: text != rows[at][column]))
    assert verify(rows, len(rows)).broken_at is None
    assert verify(forged, len(rows)).broken_at is not None


def _record() -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        log = CaseLog(Path(folder) / "case-log.db")
        Office(log).take_in(FARM)
        rows = log.rows("select * from events order by id")
        log.close()
    return rows


RECORD = _record()


# Every write has its event


@pytest.fixture
def watched(log: CaseLog, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The tables written in transactions that recorded nothing."""
    unrecorded: list[str] = []
    with log.transaction() as db:
        db.execute("create temp table written (what text)")
        for table in [row["name"] for row in log.rows("select name from sqlite_master where type = 'table'")]:
            if table not in ON_THE_WAY and not table.startswith(("sqlite_", "_sqlite", "case_words")):
                for verb in ("insert", "update", "delete"):
                    sql = f"create temp trigger {table}_{verb} after {verb} on main.{table}"
                    db.execute(f"{sql} begin insert into written values ('{table}'); end")
    real = CaseLog.transaction

    class Watch:
        def __init__(self, log: CaseLog) -> None:
            self._log, self._inner = log, real(log)

        def __enter__(self) -> object:
            self._outermost = not self._log._db.conn.in_transaction
            return self._inner.__enter__()

        def __exit__(self, *exception: object) -> bool | None:
            if self._outermost and exception[0] is None:
                written = {row["what"] for row in self._log.rows("select what from temp.written")}
                if written and "events" not in written:
                    unrecorded.extend(written)
                self._log._db.execute("delete from temp.written")
            return self._inner.__exit__(*exception)  # type: ignore[arg-type]

    monkeypatch.setattr(CaseLog, "transaction", lambda log: Watch(log))
    yield unrecorded
    monkeypatch.undo()


def test_every_write_of_a_case_is_recorded_in_its_transaction(
    office: Office, log: CaseLog, watched: list[str], request: pytest.FixtureRequest
) -> None:
    case_id = request.getfixturevalue("lived")
    office.cases.reopen(case_id, by=LEAD.id, now=NOW)
    roster, arrivals = Roster(log), Arrivals(log)
    roster.wish(OFFICER.id, hour=8, now=NOW)
    make_cards(log, office)
    arrivals.redeem(arrivals.first_code(now=NOW) or "", 500, "管", now=NOW)
    arrivals.invite(Post(Role.LEAD), "新", by=500, now=NOW)
    arrivals.remove(OFFICER.id, by=500, now=NOW)
    Editions(log, Ledger(log), roster).take({"revisit": Text("回访", "1")}, now=NOW)
    close_a_gap(log)
    bring_a_document(log)
    end_a_conversation(log)
    assert watched == []


def make_cards(log: CaseLog, office: Office) -> None:
    roster = Roster(log)
    visits = Visits(log, PROCEDURE, office.cases, office.tasks, Ledger(log), roster)
    meaning = Meaning(office.cases, office.tasks, roster)
    proposals = Proposals(
        log, Rights(log), meaning, CarryingOut(PROCEDURE, office.cases, office.tasks, visits, office.intake)
    )
    case_id = office.take_in(FARM)
    two = [Note(case=case_id, text="搬家了"), Move(case=case_id, task="", due_on="下周三")]
    cards = [
        proposals.propose(each, "说的话", by=OFFICER.id, update_id=n, now=NOW)[0] for n, each in enumerate(two, 70)
    ]
    task = next(task for task in office.tasks.of_case(case_id) if task.kind == "revisit")
    proposals.choose(cards[1].id, str(task.id), by=OFFICER.id, now=NOW)
    proposals.confirm(cards[0].id, by=OFFICER.id, update_id=72, now=NOW)
    proposals.cancel(cards[1].id, by=OFFICER.id, now=NOW)
    proposals.shown(cards[1].id, 7, now=NOW)
    proposals.clear(NOW + timedelta(days=9))


def end_a_conversation(log: CaseLog) -> None:
    Questions(log).record_question(COLLEAGUE.id, "多久回访一次", refused=False, citations=[], now=NOW, asked_in=1)
    assert Conversations(log, 30).reset(COLLEAGUE.id, 1, now=NOW)


def bring_a_document(log: CaseLog) -> None:
    place = log.path.parent / "sources"
    sources = Sources(log, place)
    offers = Offers(log, sources, place / "pending")
    for update, data in enumerate((b"# 1\n", b"# 2\n", b"# 3\n", b"# 4\n"), 1):
        offer = offers.offer(offers.keep(data, ".md"), "班车.md", replaces="", by=LEAD.id, update_id=update, now=NOW)
        offers.shown(offer.id, 7, now=NOW)
    source = offers.take(1, replace=False, by=LEAD.id, now=NOW)
    offers.decline(2, by=LEAD.id, now=NOW)
    offers.clear(NOW + timedelta(days=3))
    sources.put(source.id, "document", "班车", b"# 5\n", ".md", by=LEAD.id, now=NOW)
    sources.disable(source.id, by=LEAD.id, now=NOW)
    sources.enable(source.id, by=LEAD.id, now=NOW)


def close_a_gap(log: CaseLog) -> None:
    gaps, drafts = Gaps(log, Ledger(log)), Drafts(log)
    asked = Questions(log).record_question(COLLEAGUE.id, "食堂几点开", refused=True, citations=[], now=NOW)
    for update in (1, 2):
        draft = drafts.keep(LEAD.id, [asked], "标题\n正文。", "policy", update_id=update, now=NOW)
        drafts.choose(draft.id, "asset", by=LEAD.id, now=NOW)
    drafts.drop(draft.id, by=LEAD.id, now=NOW)
    drafts.publishing(1, by=LEAD.id, now=NOW)
    gaps.settle([asked], How.MARKED, source_id="revisit", title="回访", by=LEAD.id, now=NOW)
    gaps.take_back(asked, by=LEAD.id, now=NOW)


def test_the_watch_sees_a_write_without_an_event(log: CaseLog, office: Office, watched: list[str]) -> None:
    with log.transaction() as db:
        db.execute("update officers set name = 'x' where telegram_id = ?", [OFFICER.id])
    assert watched == ["officers"]


# Forgetting


def test_what_is_personal_goes_and_the_figures_stay(
    office: Office, log: CaseLog, lived: str, forgetting: Forgetting, tmp_path: Path
) -> None:
    before = log.rows("select id, status, due_on, done_at from tasks")
    forgetting.forget(lived, by=LEAD.id, now=OLD)
    log.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in SECRETS:
        assert secret.encode() not in kept, secret
    assert not any((tmp_path / "files").rglob("*/*"))
    again = CaseLog(tmp_path / "case-log.db")
    assert again.rows("select id, status, due_on, done_at from tasks") == before
    assert again.row("select company from cases") == {"company": "蟹田农业合作社"}
    assert again.row("select value from answers where question_id = 'staff'") == {"value": "0"}
    assert {row["text"] for row in again.rows("select text from notes")} == {GONE}
    assert again.verify_record().broken_at is None
    again.close()


def test_what_is_worked_on_or_not_old_enough_is_not_forgotten(
    office: Office, lived: str, forgetting: Forgetting
) -> None:
    with pytest.raises(CaseStillKept, match="36 个月"):
        forgetting.forget(lived, by=LEAD.id, now=OLD - timedelta(days=60))
    office.cases.reopen(lived, by=LEAD.id, now=NOW)
    with pytest.raises(CaseNotPutAway):
        forgetting.forget(lived, by=LEAD.id, now=OLD)


def test_a_file_that_another_case_has_too_stays(
    office: Office, log: CaseLog, lived: str, forgetting: Forgetting, tmp_path: Path
) -> None:
    other, files = Cases(log).create_draft(OFFICER.id, now=NOW).id, Files(log, tmp_path / "files")
    kept = files.keep(other, b"%PDF-1.4 x", "同一份.pdf", by=OFFICER.id, now=NOW)
    forgetting.forget(lived, by=LEAD.id, now=OLD)
    assert files.read(kept) == b"%PDF-1.4 x"
