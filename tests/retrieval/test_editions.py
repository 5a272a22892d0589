"""The edition that answers name: the text that is there, the same to whoever asks, and since when it is."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest

from playbook.edition import Edition
from playbook.learned import write_learned
from playbook.loader import load_playbook
from playbook.released import write_case
from retrieval import upkeep
from retrieval.editions import edition_of_files, texts_kept
from retrieval.library import Library, LibrarySettings
from tests.retrieval.test_owned import BUS, LATE, keep
from tests.retrieval.toy import past, use_toy, write_entry, write_playbook

ASKED = "停业企业多久回访一次"
FIRST, LATER = date(2026, 3, 2), date(2026, 4, 7)


class Day(datetime):
    """The day on which texts are taken up."""

    today_is = FIRST

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime.combine(cls.today_is, datetime.min.time())


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> type[Day]:
    monkeypatch.setattr(Day, "today_is", FIRST)
    monkeypatch.setattr(upkeep, "datetime", Day)
    return Day


@pytest.fixture
def at(tmp_path: Path, day: type[Day], monkeypatch: pytest.MonkeyPatch) -> LibrarySettings:
    use_toy(monkeypatch)
    data = tmp_path / "data"
    playbook = write_playbook(tmp_path / "playbook")
    places = {"released": data / "released", "learned": data / "learned.yaml", "own": data / "sources"}
    return LibrarySettings(data / "index", playbook, **places)  # type: ignore[arg-type]


@contextmanager
def opened(settings: LibrarySettings) -> Iterator[Library]:
    library = Library(settings)
    yield library
    library.close()


def edition(settings: LibrarySettings) -> Edition:
    """What an answer names, to somebody who opens the library anew."""
    with opened(settings) as library:
        named = library.ask(ASKED).edition
    assert named is not None
    return named


def test_an_answer_and_a_refusal_name_the_edition_and_the_day_it_was_taken_up(at: LibrarySettings) -> None:
    with opened(at) as library:
        answer, refusal = library.ask(ASKED), library.ask("食堂")
    assert (answer.refused, refusal.refused) == (False, True)
    assert answer.edition == refusal.edition
    assert answer.edition is not None
    assert answer.edition.on == FIRST


def test_it_outlives_restarts_and_its_day_stays(at: LibrarySettings, day: type[Day]) -> None:
    first = edition(at)
    day.today_is = LATER
    assert edition(at) == first


def test_another_text_is_another_edition_from_the_day_on_which_it_is_taken_up(
    at: LibrarySettings, day: type[Day]
) -> None:
    first = edition(at)
    day.today_is = LATER
    write_entry(at.playbook, "soil", "土壤修复验收", "土壤修复验收合格满一年后，厂房才可以处置。")
    second = edition(at)
    assert second.digest != first.digest
    assert second.on == LATER


def test_a_released_case_and_a_file_taken_away_make_other_editions(at: LibrarySettings) -> None:
    assert at.released
    editions = [edition(at)]
    path = write_case(at.released, past("case-2026-0001"))
    editions.append(edition(at))
    path.unlink()
    editions.append(edition(at))
    (at.playbook / "laws" / "law-soil.md").unlink()
    editions.append(edition(at))
    assert editions[2].digest == editions[0].digest
    assert len({each.digest for each in editions}) == 3


def test_what_only_search_reads_makes_none(at: LibrarySettings, day: type[Day]) -> None:
    first = edition(at)
    day.today_is = LATER
    write_entry(at.playbook, "soil", "土壤修复验收", BODY, asks="厂房能先处置吗")
    assert at.learned
    write_learned(at.learned, {"revisit": ["隔多久要再去看一次企业"]})
    with opened(at) as library:
        assert "厂房能先处置吗" in library.source("soil")[0].asks
        assert library.ask(ASKED).edition == first


BODY = "土壤修复验收合格后，厂房才可以处置。\n\n修复费用由污染责任人承担。"


def test_whoever_asks_while_the_bot_runs_gets_the_bot_s(at: LibrarySettings) -> None:
    with opened(at) as bot:
        write_entry(at.playbook, "more", "联席会议", "联席会议由招商部门召集。")
        there = edition(at)
        assert bot.ask(ASKED).edition == there


def test_an_index_that_is_made_anew_knows_the_day_and_a_new_one_the_name(
    at: LibrarySettings, day: type[Day], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = edition(at)
    day.today_is = LATER
    monkeypatch.setattr("retrieval.schema.FORMAT", 99)
    assert edition(at) == first
    shutil.rmtree(at.directory)
    assert edition(at) == Edition(first.digest, LATER)


def test_the_files_alone_name_the_same_edition_before_anything_is_indexed(at: LibrarySettings) -> None:
    playbook = load_playbook(at.playbook)
    digest, since = edition_of_files(at, playbook)
    assert since is None
    assert not at.directory.exists()
    assert edition(at) == Edition(digest, FIRST)
    assert edition_of_files(at, playbook) == (digest, FIRST)
    write_entry(at.playbook, "soil", "土壤修复验收", "另一句话。")
    assert edition_of_files(at, load_playbook(at.playbook))[1] is None


# The texts


def test_there_is_a_text_for_every_source_in_use(at: LibrarySettings, tmp_path: Path) -> None:
    note = tmp_path / "班车.md"
    note.write_text("班车七点发车。", "utf-8")
    with opened(at) as library:
        assert set(library.texts()) == {"revisit", "soil", "case-farm", "law-soil"}
        library.add([note])
        keep(at)
        library.refresh()
        added = next(id_ for id_ in library.texts() if id_.endswith("班车.md"))
        assert library.texts()["own/0001"].title == "班车"
        library.shelve(added, off=True)
        assert added not in library.texts()
        keep(at, active=False)
        assert set(library.texts()) == {"revisit", "soil", "case-farm", "law-soil"}


def test_a_document_that_is_replaced_is_never_missing(at: LibrarySettings) -> None:
    with opened(at) as library:
        keep(at, BUS)
        library.refresh()
        before = library.texts()
        keep(at, LATE, 2)
        meanwhile = library.texts()
        library.refresh()
        assert meanwhile == library.texts()
        assert {id_ for id_ in before if before[id_] != meanwhile[id_]} == {"own/0001"}


def test_while_the_index_is_being_made_there_are_none(at: LibrarySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    edition(at)
    monkeypatch.setattr("retrieval.schema.FORMAT", 99)
    seen = []

    def look(self: upkeep.Upkeep) -> None:
        seen.append(dict(texts_kept(self.lexical, at.own)))
        real(self)

    real = upkeep.Upkeep._take_up_playbook
    monkeypatch.setattr(upkeep.Upkeep, "_take_up_playbook", look)
    with opened(at) as library:
        assert seen == [{}]
        assert len(library.texts()) == 4
