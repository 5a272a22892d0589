"""`retrieval.schema`: an index of another format is made anew, and officers' documents come through."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval import schema
from retrieval.errors import IndexUnavailable
from retrieval.lexical import LexicalIndex
from retrieval.library import Library, LibrarySettings
from tests.retrieval.toy import ToyEmbedder, use_toy, write_entry, write_playbook

REVISIT, BUS = "停业企业多久回访一次", "园区班车早上几点从南门发车"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ToyEmbedder:
    return use_toy(monkeypatch)


@pytest.fixture
def at(tmp_path: Path, model: ToyEmbedder) -> LibrarySettings:
    """An index of a small playbook and a document, which itself is gone."""
    settings = LibrarySettings(tmp_path / "index", write_playbook(tmp_path / "playbook"))
    document = tmp_path / "班车.md"
    document.write_text("## 时刻\n\n园区班车早上七点从南门发车。\n\n## 线路\n\n经过管委会。\n", "utf-8")
    library = Library(settings)
    library.add([document])
    library.close()
    document.unlink()
    model.embedded.clear()
    return settings


def change(at: LibrarySettings, script: str) -> None:
    """What another version of the program would have left."""
    connection = sqlite3.connect(at.directory / "index.db")
    connection.executescript(script)
    connection.close()


OTHERS: dict[str, str] = {
    "a later one, nothing else": "",
    "more columns": "alter table passages add column traits text not null default '';",
    "fewer tables": "drop table vectors; drop table term_counts; drop table terms;",
    "more tables": "create table more (x); create index y on more(x); create virtual table ends using fts5(x);",
    "no facts": "drop table facts;",
}


@pytest.mark.parametrize("script", OTHERS.values(), ids=OTHERS)
def test_an_index_of_another_format_is_made_anew_with_its_documents(
    at: LibrarySettings, script: str, model: ToyEmbedder
) -> None:
    change(at, f"{script} pragma user_version = 99;")
    library = Library(at)
    assert library.ask(REVISIT).citations[0].passage.source_id == "revisit"
    passage = library.ask(BUS).citations[0].passage
    assert (passage.title, passage.kind, passage.locator) == ("班车", "document", "时刻")
    assert [each.locator for each in library.source_of(passage.id)] == ["时刻", "线路"]
    assert set(model.embedded.values()) == {1}, "everything was embedded, once"
    assert library.vectors.count() == library.lexical.count() == 6
    library.close()
    model.embedded.clear()
    Library(at).close()
    assert not model.embedded, "and that was that"


def test_what_is_indexed_under_other_words_since_leaves_nothing_in_chroma(at: LibrarySettings) -> None:
    change(at, "pragma user_version = 99;")
    write_entry(at.playbook, "revisit", "停业企业回访", "停业企业每月回访一次。")
    library = Library(at)
    assert library.vectors.count() == library.lexical.count()
    assert library.vectors.keys() == set(library.lexical.embedded("toy"))
    library.close()


def test_an_index_keeps_its_name_on_a_server(at: LibrarySettings) -> None:
    names = set()
    for version in (0, 99, 0):
        change(at, f"pragma user_version = {version};")
        index = LexicalIndex(at.directory / "index.db")
        names.add(index.identity())
        index.close()
    assert len(names) == 1


def test_texts_that_cannot_be_read_are_said_to_be_lost(at: LibrarySettings, caplog: pytest.LogCaptureFixture) -> None:
    change(at, "alter table passages rename column text to content; pragma user_version = 99;")
    library = Library(at)
    assert "index the documents again" in caplog.text
    assert library.ask(REVISIT).citations[0].passage.source_id == "revisit"
    assert library.lexical.count() == 4
    library.close()


@pytest.mark.parametrize("fails", ["_documents", "make_anew"])
def test_a_failure_half_way_leaves_all_as_it_was(
    at: LibrarySettings, fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(at, "pragma user_version = 99;")
    whole: Callable[..., object] = getattr(schema, fails)

    def fail(connection: sqlite3.Connection) -> object:
        whole(connection)
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(schema, fails, fail)
        with pytest.raises(IndexUnavailable, match="disk I/O error"):
            LexicalIndex(at.directory / "index.db")
    library = Library(at)
    assert library.ask(BUS).citations[0].passage.title == "班车"
    library.close()


def test_a_new_file_is_of_this_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in (schema.FORMAT, schema.FORMAT + 1):
        monkeypatch.setattr(schema, "FORMAT", version)
        index = LexicalIndex(tmp_path / f"{version}.db")
        assert index.digests() == {}
        index.close()
        connection = sqlite3.connect(tmp_path / f"{version}.db")
        assert not schema.is_other(connection)
        connection.close()
