"""`retrieval.library`: opened once, asked many times, beside other processes that ask and index."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from playbook.errors import PlaybookInvalid
from playbook.released import write_case
from retrieval import embedder
from retrieval.errors import IndexBusy, VectorStoreUnavailable
from retrieval.indexing import STEP
from retrieval.lexical import LexicalIndex
from retrieval.library import Library, LibrarySettings
from retrieval.likeness import Traits
from tests.retrieval.chroma import chroma_server, free_port
from tests.retrieval.toy import ToyEmbedder, past, use_toy, write_entry, write_playbook

ROOT = Path(__file__).parents[2]
REVISIT = "停业企业多久回访一次"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ToyEmbedder:
    return use_toy(monkeypatch)


@pytest.fixture
def at(tmp_path: Path, model: ToyEmbedder) -> LibrarySettings:
    """A small playbook and a place for its index, which is not made yet."""
    return LibrarySettings(tmp_path / "data" / "index", write_playbook(tmp_path / "playbook"))


@contextmanager
def opened(settings: LibrarySettings) -> Iterator[Library]:
    library = Library(settings)
    yield library
    library.close()


def first(library: Library, question: str) -> str:
    return library.ask(question).citations[0].passage.source_id


@contextmanager
def other_process(*arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Another process on the library, standing still where it said that it is ready."""
    command = [sys.executable, "-m", "tests.retrieval.other_process", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def go_on(process: "subprocess.Popen[str]") -> None:
    """Lets it finish, and waits for it."""
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def test_a_first_opening_indexes_the_playbook_and_answers(at: LibrarySettings, model: ToyEmbedder) -> None:
    told: list[tuple[int, int]] = []
    library = Library(at, lambda done, total: told.append((done, total)))
    assert told == [(0, 4), (4, 4)]
    answer = library.ask(REVISIT)
    assert (answer.refused, answer.citations[0].passage.source_id) == (False, "revisit")
    assert "停业企业每季度回访一次。" in [quote.text for quote in answer.quotes]
    library.close()


def test_an_opening_without_a_change_embeds_nothing(at: LibrarySettings, model: ToyEmbedder) -> None:
    Library(at).close()
    model.embedded.clear()
    told: list[tuple[int, int]] = []
    Library(at, lambda done, total: told.append((done, total))).close()
    assert (told, dict(model.embedded)) == ([], {})


def test_a_changed_playbook_is_noticed_at_the_next_opening(at: LibrarySettings, model: ToyEmbedder) -> None:
    Library(at).close()
    model.embedded.clear()
    write_entry(at.playbook, "revisit", "停业企业回访", "停业企业每月回访一次。", asks="多久回访一次")
    write_entry(at.playbook, "archive", "停业档案", "停业档案保存三十年。")
    (at.playbook / "sections" / "soil.md").unlink()
    with opened(at) as library:
        assert sorted(model.embedded) == sorted(["停业企业每月回访一次。", "停业档案保存三十年。", "多久回访一次"])
        assert library.ask(REVISIT).quotes[0].text == "停业企业每月回访一次。"
        assert first(library, "停业档案保存多久") == "archive"
        assert library.source("soil") == []


def test_what_another_opening_takes_up_is_found_without_a_restart(at: LibrarySettings) -> None:
    with opened(at) as library:
        write_entry(at.playbook, "archive", "停业档案", "停业档案保存三十年。")
        Library(at).close()
        assert first(library, "停业档案保存多久") == "archive"


def test_a_playbook_with_a_fault_does_not_replace_what_is_there(at: LibrarySettings) -> None:
    Library(at).close()
    (at.playbook / "sections" / "soil.md").write_text("没有文件头", "utf-8")
    with pytest.raises(PlaybookInvalid, match=r"soil\.md:1"):
        Library(at)
    write_entry(at.playbook, "soil", "土壤修复验收", "土壤修复验收合格后，厂房才可以处置。")
    with opened(at) as library:
        assert first(library, "土壤修复验收") == "soil"


def test_the_glossary_of_the_playbook_is_used(at: LibrarySettings) -> None:
    (at.playbook / "glossary.yaml").write_text(
        "english:\n  soil: [土壤修复]\nchinese:\n  打电话问问: [回访]\n", "utf-8"
    )
    with opened(at) as library:
        assert first(library, "soil") == "soil"
        assert first(library, "打电话问问") == "revisit"


def test_a_passage_leads_to_the_whole_of_its_source(at: LibrarySettings) -> None:
    write_entry(
        at.playbook, "long", "长文", "第一段。\n\n" + "停业企业应当先处置危险废物。" * 30 + "\n\n" + "土壤。" * 120
    )
    with opened(at) as library:
        passages = library.source("long")
        assert len(passages) > 1
        assert [passage.id for passage in passages][:2] == ["long", "long#1"]
        for passage in passages:
            assert library.source_of(passage.id) == passages
        assert library.source_of("no-such") == library.source_of("no-such#1") == []


def test_a_refusal_names_sections_and_quotes_nothing(at: LibrarySettings) -> None:
    with opened(at) as library:
        answer = library.ask("附近哪家火锅好吃")
        assert (answer.refused, answer.quotes) == (True, ())
        assert {hit.passage.kind for hit in answer.citations} == {"section"}


def test_similar_cases_are_cases_alone(at: LibrarySettings) -> None:
    with opened(at) as library:
        assert [hit.passage.source_id for hit in library.similar_cases("土壤修复和回访")] == ["case-farm"]


@pytest.fixture
def releasing(at: LibrarySettings) -> LibrarySettings:
    """The same with a folder for released cases, which is not made yet."""
    return replace(at, released=at.directory.parent / "released")


def test_a_case_released_is_cited_without_a_restart(releasing: LibrarySettings, model: ToyEmbedder) -> None:
    assert releasing.released
    question, dyeing = "染料废水怎么处理", Traits("印染纺织")
    with opened(releasing) as library:
        assert first(library, question) != "case-dye"
        model.embedded.clear()
        write_case(releasing.released, past("case-dye", "印染纺织", body="染料废水送去处理。"))
        library.refresh()
        (citation, *_) = library.ask(question).citations
        assert (citation.passage.source_id, citation.passage.kind) == ("case-dye", "case")
        assert library.similar_cases(question)[0].passage.source_id == "case-dye"
        assert [each.hit.passage.source_id for each in library.cases_like(question, dyeing)] == ["case-dye"]
        assert list(model.embedded) == ["染料废水送去处理。"], "nothing else is embedded"
        (releasing.released / "case-dye.md").unlink()
        library.refresh()
        assert library.source("case-dye") == []
        assert library.cases_like(question, dyeing)[0].shares == ()


def test_a_released_case_with_a_fault_stops_nothing(
    releasing: LibrarySettings, caplog: pytest.LogCaptureFixture
) -> None:
    assert releasing.released
    write_case(releasing.released, past("case-dye", body="染料废水送去处理。"))
    (releasing.released / "case-bad.md").write_text("没有文件头", "utf-8")
    with opened(releasing) as library:
        assert first(library, "染料废水怎么处理") == "case-dye"
        assert "case-bad.md:1" in caplog.text
        (releasing.released / "case-bad.md").write_bytes(b"---\n\xff\n---\n")
        library.refresh()
        assert first(library, "染料废水怎么处理") == "case-dye"


def test_threads_ask_while_cases_are_taken_up(releasing: LibrarySettings) -> None:
    assert releasing.released
    with opened(releasing) as library, ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(first, library, REVISIT) for _ in range(40)]
        for n in range(5):
            write_case(releasing.released, past(f"case-{n}", body=f"第{n}家染厂。"))
            library.refresh()
        assert {each.result() for each in asking} == {"revisit"}
        assert library.vectors.count() == library.lexical.count() == 9


def test_a_laws_caution_is_due_under_its_mark(at: LibrarySettings) -> None:
    with opened(at) as library:
        answer = library.ask("土壤污染责任由谁承担")
        mark = [hit.passage.source_id for hit in answer.citations].index("law-soil") + 1
        assert answer.notices == {"引用前请核对现行有效文本": [mark]}


def test_another_model_embeds_everything_again_and_the_first_is_kept(
    at: LibrarySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = {"one": ToyEmbedder("one"), "two": ToyEmbedder("two")}
    monkeypatch.setattr(embedder, "load_embedder", lambda name, threads=1: models[name])
    engines = []
    for name in ("one", "two", "one"):
        with opened(replace(at, embedding_model=name)) as library:
            engines.append(library.ask(REVISIT).engine)
            assert first(library, REVISIT) == "revisit"
    assert engines == ["one+quote", "two+quote", "one+quote"]
    assert models["one"].embedded == models["two"].embedded
    assert set(models["one"].embedded.values()) == {1}


def test_several_threads_may_ask_at_once(at: LibrarySettings) -> None:
    questions = [(REVISIT, "revisit"), ("土壤修复验收合格后", "soil")] * 20
    with opened(at) as library, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda each: first(library, each[0]), questions)) == [id_ for _, id_ in questions]


def test_it_opens_and_answers_while_another_process_holds_the_lock(at: LibrarySettings, model: ToyEmbedder) -> None:
    Library(at).close()
    write_entry(at.playbook, "archive", "停业档案", "停业档案保存三十年。")
    model.embedded.clear()
    with other_process("lock", at.directory) as holder, opened(at) as library:
        assert first(library, REVISIT) == "revisit"
        assert library.source("archive") == [], "the change waits"
        assert not model.embedded
        go_on(holder)
        Library(at).close()
        assert first(library, "停业档案保存多久") == "archive"


def test_adding_while_another_process_writes_is_one_clear_line(at: LibrarySettings, tmp_path: Path) -> None:
    document = tmp_path / "石棉.md"
    document.write_text("拆除石棉瓦前十五日报区生态环境局。", "utf-8")
    with opened(at) as library, other_process("lock", at.directory) as holder:
        with pytest.raises(IndexBusy) as raised:
            library.add([document])
        assert str(at.directory / "index.lock") in str(raised.value)
        assert len(str(raised.value).splitlines()) == 1
        go_on(holder)
        assert library.add([document]).changed == 1


def test_a_killed_writer_leaves_no_lock(at: LibrarySettings, tmp_path: Path) -> None:
    document = tmp_path / "石棉.md"
    document.write_text("拆除石棉瓦前十五日报区生态环境局。", "utf-8")
    with opened(at) as library:
        with other_process("lock", at.directory) as holder:
            holder.kill()
            holder.wait()
        assert library.add([document]).changed == 1


def test_a_first_opening_waits_for_another_process_that_is_indexing(at: LibrarySettings) -> None:
    at.directory.mkdir(parents=True)
    libraries: list[Library] = []
    with other_process("lock", at.directory) as holder:
        opening = threading.Thread(target=lambda: libraries.append(Library(at)))
        opening.start()
        opening.join(0.5)
        assert opening.is_alive(), "there is nothing yet that it could answer from"
        go_on(holder)
        opening.join(60)
    (library,) = libraries
    assert first(library, REVISIT) == "revisit"
    library.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Documents enough for two steps of indexing."""
    folder = tmp_path / "资料"
    folder.mkdir()
    for n in range(STEP + 5):
        (folder / f"{n:02}.txt").write_text(f"第{n}号园区班车{'早' * n}七点发车。", "utf-8")
    return folder


def test_it_answers_while_another_process_indexes_and_finds_all_when_that_is_done(
    at: LibrarySettings, folder: Path
) -> None:
    def units(library: Library, number: int) -> tuple[str, bool]:
        found = library.search.find(f"第{number}号园区班车{'早' * number}七点发车").candidates[0]
        return found.passage.title, found.units.size > 0

    with opened(at) as library, other_process("add", at.directory, at.playbook, folder) as writer:
        assert first(library, REVISIT) == "revisit"
        assert units(library, 0) == ("00", True), "the first step can be found"
        late = [hit.passage.title for hit in library.ask(f"第36号园区班车{'早' * 36}七点发车").citations]
        assert late, "the second step is not embedded, and nothing breaks"
        with opened(at) as second:
            assert first(second, REVISIT) == "revisit", "nor for one who comes now"
        go_on(writer)
        library.ask(REVISIT)
        for number in (0, STEP, STEP + 4):
            assert units(library, number) == (f"{number:02}", True)


def test_a_killed_process_is_continued_by_the_next_opening(
    at: LibrarySettings, folder: Path, model: ToyEmbedder
) -> None:
    Library(at).close()
    model.embedded.clear()
    with other_process("add", at.directory, at.playbook, folder) as writer:
        writer.kill()
        writer.wait()
    with opened(at) as library:
        assert sum(model.embedded.values()) == 5, "what the other had embedded is not embedded again"
        assert library.lexical.pending(model.fingerprint) == []
        assert library.vectors.count() == library.lexical.count() == STEP + 5 + 4
        added = library.add([folder])
        assert (added.changed, added.embedded) == (0, 0)


def test_what_the_command_line_adds_is_found_by_a_library_that_is_open(tmp_path: Path) -> None:
    """The real model, a real process, and no restart."""
    settings = LibrarySettings(tmp_path / "index", write_playbook(tmp_path / "playbook"))
    document = tmp_path / "班车.md"
    document.write_text("## 时刻\n\n园区班车早上七点从南门发车。\n", "utf-8")
    command = [sys.executable, "-m", "bot", "index", "--data-dir", str(tmp_path), str(document)]
    environment = {**os.environ, "CLOSURE_BOT_PLAYBOOK_DIR": str(settings.playbook)}
    question = "园区班车早上几点从南门发车"

    def run() -> None:
        subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True)

    with opened(settings) as library:
        assert all(hit.passage.kind != "document" for hit in library.ask(question).citations)
        run()
        answer = library.ask(question)
        assert not answer.refused
        assert answer.citations[0].passage.source_id == str(document)
        assert answer.citations[0].passage.locator == "时刻"
        assert answer.quotes[0].text == "园区班车早上七点从南门发车。"
        assert library.search.find(question).candidates[0].units.size == 1
        document.unlink()
        run()
        assert all(hit.passage.kind != "document" for hit in library.ask(question).citations)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server") / "chroma") as (url, _):
        yield url


def test_a_library_may_keep_its_vectors_on_a_chroma_server(
    at: LibrarySettings, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ToyEmbedder("kept-on-a-server")
    monkeypatch.setattr(embedder, "load_embedder", lambda name, threads=1: model)
    settings = replace(at, chroma_url=server)
    for _ in range(2):
        with opened(settings) as library:
            assert first(library, REVISIT) == "revisit"
            assert library.vectors.count() == 4
    assert set(model.embedded.values()) == {1}
    assert not (at.directory / "chroma").exists()


@pytest.mark.parametrize("lost", ["moved to a server", "folder deleted"])
def test_an_empty_chroma_is_filled_from_what_is_kept(
    at: LibrarySettings, server: str, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ToyEmbedder("moved")
    monkeypatch.setattr(embedder, "load_embedder", lambda name, threads=1: model)
    Library(at).close()
    settings = replace(at, chroma_url=server) if lost == "moved to a server" else at
    if settings is at:
        shutil.rmtree(at.directory / "chroma")
    with opened(settings) as library:
        assert library.vectors.count() == 4
    assert set(model.embedded.values()) == {1}


def test_a_chroma_server_that_is_not_there_is_one_clear_line(at: LibrarySettings) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(VectorStoreUnavailable, match=url) as raised:
        Library(replace(at, chroma_url=url))
    assert len(str(raised.value).splitlines()) == 1


def test_a_library_has_a_name_of_its_own_that_lasts(tmp_path: Path) -> None:
    """On one Chroma server it is what keeps two data directories' vectors apart."""
    names = []
    for directory in (tmp_path / "a", tmp_path / "b", tmp_path / "a"):
        index = LexicalIndex(directory / "index.db")
        names.append(index.identity())
        index.close()
    assert names[0] == names[2] != names[1]
    assert all(len(name) == 16 for name in names)


def test_half_a_character_is_passed_over(library: Library) -> None:
    assert library.ask("停业企业多久回访一次\ud800").citations[0].passage.id == "revisit-mechanism"
