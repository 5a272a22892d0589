"""Files that wait for a button: kept across restarts, taken up once, and gone when nobody wants them."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actions.offers import PATIENCE, Offer, Offers, shown_name, title_of
from actions.officers import Officers, Role
from actions.source_errors import OfferGone, SourceUnknown
from actions.sources import Sources
from actions.store import CaseLog
from playbook.own import own_files
from tests.cast import LEAD
from tests.killed import killed_at

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
BUS, LATER = b"# bus\n", b"# later\n"


@pytest.fixture
def sources(log: CaseLog, tmp_path: Path) -> Sources:
    Officers(log).add(LEAD.id, LEAD.name, Role.LEAD, by=None, now=NOW)
    return Sources(log, tmp_path / "sources")


@pytest.fixture
def pending(tmp_path: Path) -> Path:
    return tmp_path / "sources" / "pending"


@pytest.fixture
def offers(log: CaseLog, sources: Sources, pending: Path) -> Offers:
    return Offers(log, sources, pending)


def made(offers: Offers, data: bytes = BUS, update_id: int = 1, replaces: str = "") -> Offer:
    path = offers.keep(data, ".md")
    return offers.offer(path, "班车.md", replaces=replaces, by=LEAD.id, update_id=update_id, now=NOW)


def test_an_offer_becomes_a_source_once(offers: Offers, sources: Sources, pending: Path, tmp_path: Path) -> None:
    offer = made(offers)
    assert offers.path(offer).read_bytes() == BUS
    assert sources.all() == []
    source = offers.take(offer.id, replace=False, by=LEAD.id, now=NOW)
    assert (source.id, source.version, source.title) == ("own/0001", 1, "班车")
    assert sources.read(source) == BUS
    assert list(pending.iterdir()) == []
    assert [each.id for each in own_files(tmp_path / "sources")] == ["own/0001"]
    assert offers.take(offer.id, replace=False, by=LEAD.id, now=NOW) == source
    assert sources.all() == [source]


def test_an_offer_may_replace_a_source_and_keeps_its_name(offers: Offers, sources: Sources) -> None:
    first = sources.put("own/0001", "document", "班车时刻", BUS, ".txt", by=LEAD.id, now=NOW)
    offer = made(offers, LATER, replaces=first.id)
    second = offers.take(offer.id, replace=True, by=LEAD.id, now=NOW)
    assert (second.id, second.version, second.title) == (first.id, 2, "班车时刻")
    assert sources.read(first) == BUS
    beside = offers.take(made(offers, b"# third\n", 2, first.id).id, replace=False, by=LEAD.id, now=NOW)
    assert (beside.id, beside.version) == ("own/0002", 1)


def test_nothing_is_replaced_that_is_not_there(offers: Offers, pending: Path) -> None:
    offer = made(offers, replaces="own/0009")
    with pytest.raises(SourceUnknown):
        offers.take(offer.id, replace=True, by=LEAD.id, now=NOW)
    assert len(list(pending.iterdir())) == 1, "it can still be added"


def test_an_update_offers_once(offers: Offers) -> None:
    assert made(offers) == made(offers)
    offers.shown(1, 77, now=NOW)
    found = offers.of_update(1)
    assert found is not None
    assert found.message_id == 77


def test_what_is_declined_goes(offers: Offers, pending: Path) -> None:
    offer = made(offers)
    for _ in range(2):
        offers.decline(offer.id, by=LEAD.id, now=NOW)
    assert list(pending.iterdir()) == []
    with pytest.raises(OfferGone):
        offers.take(offer.id, replace=False, by=LEAD.id, now=NOW)


def test_bytes_stay_while_another_offer_waits_for_them(offers: Offers) -> None:
    first, second = made(offers), made(offers, update_id=2)
    offers.decline(first.id, by=LEAD.id, now=NOW)
    offers.drop(offers.path(second))
    assert offers.take(second.id, replace=False, by=LEAD.id, now=NOW).version == 1


def test_what_nobody_wants_lapses(offers: Offers, pending: Path) -> None:
    offer, long_after = made(offers), NOW + PATIENCE + timedelta(hours=1)
    left = offers.keep(b"of a killed process", ".md")
    for path in pending.iterdir():
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    offers.clear(NOW + timedelta(hours=1))
    assert len(list(pending.iterdir())) == 2
    offers.clear(long_after)
    assert not left.exists()
    assert list(pending.iterdir()) == []
    with pytest.raises(OfferGone):
        offers.take(offer.id, replace=False, by=LEAD.id, now=long_after)


def test_without_its_bytes_it_is_sent_again(offers: Offers, sources: Sources) -> None:
    offer = made(offers)
    offers.path(offer).unlink()
    with pytest.raises(OfferGone, match="再发一次"):
        offers.take(offer.id, replace=False, by=LEAD.id, now=NOW)
    assert sources.all() == []


def test_a_crash_before_the_list_is_made_good_by_the_press_handled_again(offers: Offers, tmp_path: Path) -> None:
    offer = made(offers)
    with killed_at("actions.sources.write_list"):
        offers.take(offer.id, replace=False, by=LEAD.id, now=NOW)
    assert own_files(tmp_path / "sources") == []
    assert offers.take(offer.id, replace=False, by=LEAD.id, now=NOW).version == 1
    assert len(own_files(tmp_path / "sources")) == 1


def test_a_crash_within_leaves_the_offer_as_it_was(offers: Offers, sources: Sources) -> None:
    offer = made(offers)
    with killed_at("actions.offers.Offers._settle"):
        offers.take(offer.id, replace=False, by=LEAD.id, now=NOW)
    assert sources.all() == []
    assert offers.take(offer.id, replace=False, by=LEAD.id, now=NOW).id == "own/0001"


@pytest.mark.parametrize(
    ("name", "shown", "title"),
    [
        ("班车.md", "班车.md", "班车"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\temp\\报告.pdf", "报告.pdf", "报告"),
        ("a\u202egpj.exe\n\u2028b", "agpj.exeb", "agpj"),
        (".md", ".md", "md"),
        ("", "文件", "文件"),
        ("甲" * 300 + ".pdf", "甲" * 300 + ".pdf", "甲" * 60),
    ],
)
def test_a_files_name_is_only_for_showing(name: str, shown: str, title: str) -> None:
    assert (shown_name(name), title_of(name)) == (shown, title)
