"""Own sources: every version is kept, one counts, and the list of those says what the rows say."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.officers import Officers, Role
from actions.source_errors import SourceDamaged, SourcesUnwritable, SourceUnknown
from actions.sources import OwnSource, Sources
from actions.store import CaseLog
from playbook.own import CURRENT, OwnFile, own_files
from tests.cast import LEAD
from tests.killed import killed_at

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
BUS, LATER = b"# \xe7\x8f\xad\xe8\xbd\xa6\n", b"# later\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "sources"


@pytest.fixture
def sources(log: CaseLog, place: Path) -> Sources:
    Officers(log).add(LEAD.id, LEAD.name, Role.LEAD, by=None, now=NOW)
    return Sources(log, place)


def put(sources: Sources, id_: str = "own/0001", data: bytes = BUS, title: str = "班车") -> OwnSource:
    return sources.put(id_, "document", title, data, ".md", by=LEAD.id, now=NOW)


def verbs(log: CaseLog) -> list[str]:
    return [row["verb"] for row in log.rows("select verb from events where subject like 'source:%' order by id")]


def on_disk(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def test_a_source_is_kept_and_listed(sources: Sources, log: CaseLog, place: Path) -> None:
    kept = put(sources)
    assert (kept.id, kept.version, kept.title, kept.state, kept.by_id) == ("own/0001", 1, "班车", "active", LEAD.id)
    assert sources.read(kept) == BUS
    assert sources.path(kept).suffix == ".md"
    assert stat.S_IMODE(sources.path(kept).stat().st_mode) & 0o077 == 0
    assert own_files(place) == [OwnFile("own/0001", 1, "document", "班车", kept.file, kept.sha256, active=True)]
    assert sources.active_files("document") == sources.all() == [kept]
    assert sources.active_files("section") == []
    assert verbs(log) == ["put_source"]


def test_the_same_bytes_again_are_no_version(sources: Sources, log: CaseLog, place: Path) -> None:
    first, before = put(sources), on_disk(place)
    assert put(sources) == first
    assert on_disk(place) == before
    assert verbs(log) == ["put_source"]


def test_a_later_version_counts_and_the_one_before_stays(sources: Sources, place: Path) -> None:
    first, second = put(sources), put(sources, data=LATER)
    assert [(each.version, each.state) for each in sources.versions("own/0001")] == [(2, "active"), (1, "replaced")]
    assert sources.read(first) == BUS
    assert sources.read(second) == LATER
    assert [each.version for each in own_files(place)] == [2]
    assert put(sources, data=BUS).version == 3, "what was there before may come again"


def test_what_is_disabled_is_not_active_until_it_is_enabled(sources: Sources, log: CaseLog, place: Path) -> None:
    put(sources)
    for _ in range(2):
        assert sources.disable("own/0001", by=LEAD.id, now=NOW).state == "disabled"
    assert [each.active for each in own_files(place)] == [False]
    assert sources.active_files("document") == []
    assert put(sources).state == "disabled", "the same bytes change nothing"
    for _ in range(2):
        assert sources.enable("own/0001", by=LEAD.id, now=NOW).active
    assert [each.active for each in own_files(place)] == [True]
    assert verbs(log) == ["put_source", "disable_source", "enable_source"]
    sources.disable("own/0001", by=LEAD.id, now=NOW)
    assert put(sources, data=LATER).active, "a new version is there to be used"


def test_what_is_not_there_cannot_be_switched(sources: Sources) -> None:
    for act in (sources.disable, sources.enable):
        with pytest.raises(SourceUnknown):
            act("own/0009", by=LEAD.id, now=NOW)


def test_a_document_gets_an_id_that_none_has_had(sources: Sources) -> None:
    assert sources.new_document_id() == "own/0001"
    put(sources, "own/0041")
    sources.disable("own/0041", by=LEAD.id, now=NOW)
    sources.put("own-2026-0099", "section", "回访", BUS, ".md", by=LEAD.id, now=NOW)
    assert sources.new_document_id() == "own/0042"


def test_the_list_is_made_anew_of_the_rows(sources: Sources, place: Path) -> None:
    put(sources)
    listed = (place / CURRENT).read_bytes()
    for wrong in (None, b"[]", b"{", b"\xff"):
        (place / CURRENT).unlink() if wrong is None else (place / CURRENT).write_bytes(wrong)
        assert own_files(place) == []
        sources.publish()
        assert (place / CURRENT).read_bytes() == listed
    written = (place / CURRENT).stat().st_ino
    sources.publish()
    assert (place / CURRENT).stat().st_ino == written, "nothing to write"


def test_a_crash_between_file_and_row_is_made_good_by_doing_it_again(sources: Sources, place: Path) -> None:
    first = put(sources)
    with killed_at("actions.store.CaseLog.record"):
        put(sources, data=LATER)
    assert sources.all() == [first]
    assert [each.version for each in own_files(place)] == [1]
    assert put(sources, data=b"# another\n").version == 2, "what the crash has left is not taken for it"
    assert sources.read(sources.all()[0]) == b"# another\n"


def test_a_crash_between_row_and_list_is_made_good_at_the_next_start(sources: Sources, place: Path) -> None:
    put(sources)
    with killed_at("actions.sources.write_list"):
        put(sources, data=LATER)
    assert [each.version for each in own_files(place)] == [1]
    sources.publish()
    assert [each.version for each in own_files(place)] == [2]


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_recorded(
    sources: Sources, log: CaseLog, place: Path
) -> None:
    place.write_text("a file stands in the way")
    with pytest.raises(SourcesUnwritable):
        put(sources)
    assert sources.all() == []
    assert verbs(log) == []


def test_damage_is_told(sources: Sources) -> None:
    kept = put(sources)
    os.truncate(sources.path(kept), 1)
    with pytest.raises(SourceDamaged, match="班车"):
        sources.read(kept)
    sources.path(kept).unlink()
    with pytest.raises(SourceDamaged):
        sources.read(kept)
    assert sources.missing() == [kept.file]


@pytest.mark.parametrize(("id_", "suffix"), [("../evil", ".md"), ("/etc", ".md"), ("own/..", ".md"), ("a", "/../x")])
def test_an_id_names_no_other_place(sources: Sources, place: Path, id_: str, suffix: str) -> None:
    with pytest.raises(ValueError, match="names no file"):
        sources.put(id_, "document", "x", BUS, suffix, by=LEAD.id, now=NOW)
    assert not place.exists()
