"""Own documents: answers draw on exactly those of the list, at once, and a fresh index comes to the same."""

import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from playbook.errors import PlaybookInvalid
from playbook.own import OwnFile, own_files, write_list, write_whole
from retrieval import documents
from retrieval.embedder import Matrix
from retrieval.indexing import STEP
from retrieval.library import Library, LibrarySettings
from tests.retrieval.test_library import ROOT, go_on, other_process
from tests.retrieval.toy import ToyEmbedder, use_toy, write_playbook

BUS, LATE = "园区班车早上七点从南门发车。", "园区班车改到早上八点从北门发车。"
ASKED = "园区班车早上几点发车"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ToyEmbedder:
    return use_toy(monkeypatch)


@pytest.fixture
def at(tmp_path: Path, model: ToyEmbedder) -> LibrarySettings:
    """A small playbook, its index made, and a place for own sources."""
    data = tmp_path / "data"
    settings = LibrarySettings(data / "index", write_playbook(tmp_path / "playbook"), own=data / "sources")
    Library(settings).close()
    model.embedded.clear()
    return settings


@contextmanager
def opened(settings: LibrarySettings) -> Iterator[Library]:
    library = Library(settings)
    yield library
    library.close()


def keep(
    at: LibrarySettings, text: str = BUS, version: int = 1, *, active: bool = True, suffix: str = ".md", number: int = 1
) -> None:
    """Makes this the current version of a document, as the case log's register does."""
    assert at.own
    data, name = text.encode(), f"documents/{number:04d}-v{version}{suffix}"
    write_whole(at.own / name, data)
    file = OwnFile(f"own/{number:04d}", version, "document", "班车", name, sha256(data).hexdigest(), active)
    write_list(at.own, [*(each for each in own_files(at.own) if each.id != file.id), file])


def cited(library: Library, question: str = ASKED) -> list[str]:
    """The texts of documents that are found."""
    found = library.search.find(question).candidates
    return [each.passage.text for each in found if each.passage.kind == "document"]


def test_a_document_is_cited_without_a_restart(at: LibrarySettings, model: ToyEmbedder) -> None:
    with opened(at) as library:
        assert cited(library) == []
        keep(at)
        assert library.refresh()
        passage = library.ask(ASKED).citations[0].passage
        assert (passage.id, passage.title, passage.text) == ("own/0001", "班车", BUS)
        assert dict(model.embedded) == {BUS: 1}
        assert library.refresh()
        assert library.vectors.count() == library.lexical.count()
    with opened(at) as library:
        assert cited(library) == [BUS]
        assert dict(model.embedded) == {BUS: 1}, "nothing is embedded again"


def test_the_old_version_is_out_at_once_whoever_is_indexing(at: LibrarySettings) -> None:
    with opened(at) as library:
        keep(at)
        library.refresh()
        with other_process("lock", at.directory) as holder:
            keep(at, LATE, 2)
            assert not library.refresh()
            assert cited(library) == [], "the new one waits, the old one is gone"
            go_on(holder)
        assert library.refresh()
        assert cited(library) == [LATE]


def test_a_disabled_one_is_out_at_once_and_comes_back_without_being_embedded(
    at: LibrarySettings, model: ToyEmbedder
) -> None:
    with opened(at) as library:
        keep(at)
        library.refresh()
        with other_process("lock", at.directory) as holder:
            keep(at, active=False)
            library.refresh()
            assert cited(library) == library.source("own/0001") == []
            assert [each.text for each in library.text_of("own/0001")] == [BUS]
            go_on(holder)
        assert library.refresh()
        assert library.vectors.count() == library.lexical.count()
        keep(at)
        library.refresh()
        assert cited(library) == [BUS]
        assert library.search.find(ASKED).candidates[0].units.size > 0
        assert library.vectors.count() == library.lexical.count()
        assert dict(model.embedded) == {BUS: 1}


def test_a_version_that_replaces_a_disabled_one_leaves_nothing_of_it(at: LibrarySettings) -> None:
    with opened(at) as library:
        keep(at)
        library.refresh()
        keep(at, active=False)
        library.refresh()
        keep(at, LATE, 2)
        library.refresh()
        assert cited(library) == [LATE]
        keep(at, LATE, 2, active=False)
        library.refresh()
        assert [each.text for each in library.text_of("own/0001")] == [LATE]


def test_a_fresh_index_and_a_moved_directory_come_to_the_same(at: LibrarySettings, tmp_path: Path) -> None:
    assert at.own
    with opened(at) as library:
        for number, active in ((1, True), (2, False)):
            keep(at, f"{BUS}第{number}线。", number=number, active=active)
        library.refresh()
        before = library.ask(ASKED).citations
    shutil.copytree(at.own, tmp_path / "elsewhere" / "sources")
    moved = replace(at, directory=tmp_path / "elsewhere" / "index", own=tmp_path / "elsewhere" / "sources")
    shutil.rmtree(at.directory)
    for settings in (at, moved):
        with opened(settings) as library:
            assert library.ask(ASKED).citations == before
            assert cited(library) == [f"{BUS}第1线。"]


def test_what_is_no_longer_listed_goes(at: LibrarySettings) -> None:
    assert at.own
    with opened(at) as library:
        keep(at)
        library.refresh()
        write_list(at.own, [])
        library.refresh()
        assert cited(library) == library.text_of("own/0001") == []


def test_one_that_cannot_be_read_stops_nothing_and_is_tried_again(
    at: LibrarySettings, caplog: pytest.LogCaptureFixture
) -> None:
    assert at.own
    with opened(at) as library:
        keep(at, "坏", suffix=".pdf")
        keep(at, LATE, number=2)
        library.refresh()
        assert cited(library) == [LATE]
        assert "own document is left out" in caplog.text
        assert library.source("own/0001") == []
        shutil.copy(at.own / "documents" / "0002-v1.md", at.own / "documents" / "0001-v2.md")
        keep(at, BUS, 2)
        library.refresh()
        assert sorted(cited(library)) == sorted([BUS, LATE])


def test_a_fault_in_the_playbook_does_not_keep_a_document_back(at: LibrarySettings) -> None:
    with opened(at) as library:
        (at.playbook / "sections" / "soil.md").write_text("没有文件头", "utf-8")
        keep(at)
        with pytest.raises(PlaybookInvalid):
            library.refresh()
        assert cited(library) == [BUS]


class Slow(ToyEmbedder):
    """Stands still in its second step, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.let_go, self.broken = threading.Event(), threading.Event(), False

    def passages(self, texts: Sequence[str]) -> Matrix:
        if self.embedded:
            self.reached.set()
            assert self.let_go.wait(30)
            if self.broken:
                raise KeyboardInterrupt
        return super().passages(texts)


LONG = "\n\n".join(f"## 第{n}站\n\n班车第{n}站停{'很' * n}久。" for n in range(STEP + 5))


@pytest.fixture
def slow(at: LibrarySettings, monkeypatch: pytest.MonkeyPatch) -> Slow:
    slow = Slow()
    monkeypatch.setattr("retrieval.embedder.load_embedder", lambda name, threads=1: slow)
    return slow


def test_questions_are_answered_and_documents_disabled_while_one_is_embedded(at: LibrarySettings, slow: Slow) -> None:
    with opened(at) as library:
        keep(at, LONG)
        taking_up = threading.Thread(target=library.refresh)
        taking_up.start()
        assert slow.reached.wait(30)
        assert library.ask("停业企业多久回访一次").citations[0].passage.source_id == "revisit"
        assert "班车第3站" in cited(library, "班车第3站停多久")[0]
        keep(at, LONG, active=False)
        disabling = threading.Thread(target=library.refresh)
        disabling.start()
        disabling.join(0.5)
        assert cited(library, "班车第3站停多久") == [], "it does not wait for the other"
        slow.let_go.set()
        for thread in (taking_up, disabling):
            thread.join(60)
        assert cited(library, "班车第3站停多久") == []
        assert library.vectors.count() == library.lexical.count()


def test_what_was_cut_off_is_gone_on_with(at: LibrarySettings, slow: Slow) -> None:
    slow.broken = True
    slow.let_go.set()
    with opened(at) as library:
        keep(at, LONG)
        with pytest.raises(KeyboardInterrupt):
            library.refresh()
        assert library.ask("停业企业多久回访一次").citations[0].passage.source_id == "revisit"
    done = Counter(slow.embedded)
    assert sum(done.values()) == STEP
    slow.broken = False
    with opened(at) as library:
        assert sum(slow.embedded.values()) == STEP + 5
        assert library.lexical.pending("toy") == []
        assert library.vectors.count() == library.lexical.count()


def test_a_process_that_is_to_end_does_not_wait_for_a_long_document(at: LibrarySettings, slow: Slow) -> None:
    with opened(at) as library:
        keep(at, LONG)
        taken_up: list[bool] = []
        taking_up = threading.Thread(target=lambda: taken_up.append(library.refresh()))
        taking_up.start()
        assert slow.reached.wait(30)
        assert not library.refresh(wait=False), "another thread is at it"
        library.interrupt()
        slow.let_go.set()
        taking_up.join(60)
        assert taken_up == [False]
    with opened(at) as library:
        assert library.lexical.pending("toy") == []
        assert len(cited(library, "班车第3站停多久")) > 0


# Documents that `index` has added


@pytest.fixture
def document(tmp_path: Path) -> Path:
    document = tmp_path / "资料" / "班车.txt"
    document.parent.mkdir()
    document.write_text(BUS, "utf-8")
    return document


def test_a_document_of_the_command_line_can_be_put_out_and_back(
    at: LibrarySettings, document: Path, model: ToyEmbedder
) -> None:
    id_ = documents.document_id(document)
    with opened(at) as library:
        library.add([document])
        [listed] = library.documents()
        assert (listed.id, listed.title, listed.passages, listed.active) == (id_, "班车", 1, True)
        library.shelve(id_, off=True)
        assert cited(library) == []
        library.refresh()
        assert library.vectors.count() == library.lexical.count()
        [listed] = library.documents()
        assert (listed.title, listed.passages, listed.active) == ("班车", 1, False)
        added = library.add([document.parent])
        assert (added.changed, added.embedded) == (0, 0)
        assert cited(library) == [], "adding it again leaves it out"
        library.shelve(id_, off=False)
        assert cited(library) == [BUS]
        library.refresh()
        assert library.vectors.count() == library.lexical.count()
        assert dict(model.embedded) == {BUS: 1}


def test_one_that_changes_while_it_is_out_stays_out(at: LibrarySettings, document: Path) -> None:
    id_ = documents.document_id(document)
    with opened(at) as library:
        library.add([document])
        library.shelve(id_, off=True)
        document.write_text(LATE, "utf-8")
        assert library.add([document]).changed == 1
        assert cited(library) == []
        library.shelve(id_, off=False)
        assert cited(library) == [LATE]
        library.shelve(id_, off=True)
        document.unlink()
        library.add([document.parent])
        assert library.documents() == []


def test_another_process_sees_what_is_out(at: LibrarySettings, document: Path) -> None:
    with opened(at) as library:
        library.add([document])
        library.shelve(documents.document_id(document), off=True)
        command = ["ask", str(at.directory), str(at.playbook), ASKED]
        python = [sys.executable, "-m", "tests.retrieval.other_process"]
        answer = subprocess.run([*python, *command], capture_output=True, text=True, check=True, cwd=ROOT)
        assert answer.stdout.strip() != documents.document_id(document)
