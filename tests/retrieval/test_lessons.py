"""`retrieval.lessons`: what was learnt answers the very question it was learnt for, and no other."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from playbook.learned import write_learned
from playbook.own import OwnFile, write_list
from retrieval.lessons import Lessons
from retrieval.library import Library, LibrarySettings
from tests.retrieval.toy import ToyEmbedder, use_toy, write_playbook

LESSON = "清算组几天内要成立"
LEARNED = {"liquidation": (LESSON,), "cases": ("2019年有哪些停业案例",), "insurance": ("生态责任保险有什么用",)}
QUESTIONS = Path(__file__).with_name("questions.jsonl")


@pytest.fixture
def lessons(library: Library) -> Lessons:
    return Lessons(LEARNED, library.search.vector)


def source_of(lessons: Lessons, library: Library, question: str) -> str | None:
    return lessons.source_of(question, library.search.vector(question))


@pytest.mark.parametrize(
    "question", [LESSON, f"{LESSON}？", " 清算组 几天内要成立?", "清算組幾天內要成立", "清算组要在几天内成立?"]
)
def test_the_same_question_is_known_again(lessons: Lessons, library: Library, question: str) -> None:
    assert source_of(lessons, library, question) == "liquidation"


@pytest.mark.parametrize(
    "question",
    [
        "清算组由谁组成",
        "15天内成立清算组 从啥时候起算",
        "2023年有哪些停业案例",
        "承保生态责任险的是哪家保险公司",
        "",
        "？",
        "停业",
    ],
)
def test_another_question_is_not_taken_for_it(lessons: Lessons, library: Library, question: str) -> None:
    assert source_of(lessons, library, question) is None


def test_no_labelled_question_is_taken_for_another(library: Library) -> None:
    """Each question of the examination that is to be refused, against lessons made of all that are to be answered."""
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    lessons = Lessons({row["id"]: (row["question"],) for row in rows if row["gold"]}, library.search.vector)
    outside = [row["question"] for row in rows if not row["gold"]]
    assert [question for question in outside if source_of(lessons, library, question)] == []


def test_nothing_is_embedded_that_shares_too_few_words(library: Library) -> None:
    asked: list[str] = []

    def watched(text: str) -> object:
        asked.append(text)
        return library.search.vector(text)

    lessons = Lessons(LEARNED, watched)  # type: ignore[arg-type]
    assert source_of(lessons, library, "食堂中午吃什么") is None
    assert source_of(lessons, library, LESSON) == "liquidation"
    assert asked == []


# In a library


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ToyEmbedder:
    return use_toy(monkeypatch)


@pytest.fixture
def at(tmp_path: Path, model: ToyEmbedder) -> LibrarySettings:
    data = tmp_path / "data"
    playbook = write_playbook(tmp_path / "playbook")
    return LibrarySettings(data / "index", playbook, learned=data / "learned.yaml", own=data / "sources")


@contextmanager
def opened(settings: LibrarySettings) -> Iterator[Library]:
    library = Library(settings)
    yield library
    library.close()


def learn(at: LibrarySettings, **learned: str) -> None:
    assert at.learned is not None
    write_learned(at.learned, {id_.replace("_", "-"): [question] for id_, question in learned.items()})


def first(library: Library, question: str) -> str:
    answer = library.ask(question)
    return "" if answer.refused else answer.citations[0].passage.source_id


def test_what_is_learnt_is_answered_from_there_without_a_restart_and_forgotten_again(at: LibrarySettings) -> None:
    question = "多久回访一次"
    with opened(at) as library:
        assert first(library, question) == "revisit"
        learn(at, case_farm=question)
        assert library.refresh()
        assert first(library, question) == "case-farm"
        assert first(library, "停业企业的回访由哪里负责") == "revisit"
        learn(at)
        library.refresh()
        assert first(library, question) == "revisit"


def test_a_question_that_was_refused_is_answered_once_it_is_learnt(at: LibrarySettings) -> None:
    with opened(at) as library:
        assert first(library, "zzz") == ""
        learn(at, soil="zzz")
        library.refresh()
        assert first(library, "zzz") == "soil"
        assert first(library, "yyy") == ""


def test_only_the_passage_that_learns_is_embedded_again(at: LibrarySettings, model: ToyEmbedder) -> None:
    with opened(at) as library:
        model.embedded.clear()
        learn(at, soil="厂房何时能卖")
        library.refresh()
        texts = [*library.source("soil")[0].text.replace("\n", "").split("。")[:-1]]
        assert set(model.embedded) == {*(f"{text}。" for text in texts), "厂房何时能卖"}


def test_what_another_process_learns_is_known_at_the_next_question(at: LibrarySettings) -> None:
    with opened(at) as library:
        learn(at, soil="zzz")
        Library(at).close()
        assert first(library, "zzz") == "soil"


def test_a_lesson_of_a_source_that_is_gone_changes_nothing(at: LibrarySettings) -> None:
    learn(at, no_such="多久回访一次")
    with opened(at) as library:
        assert first(library, "多久回访一次") == "revisit"


def test_a_document_learns_as_well(at: LibrarySettings, tmp_path: Path) -> None:
    (tmp_path / "食堂.txt").write_text("食堂十一点半开门。" * 3, "utf-8")
    with opened(at) as library:
        library.add([tmp_path / "食堂.txt"], lambda done, total: None)
        document = str(tmp_path / "食堂.txt")
        assert at.learned is not None
        write_learned(at.learned, {document: ["多久回访一次"]})
        library.refresh()
        assert first(library, "多久回访一次") == document


def test_a_damaged_file_of_lessons_does_not_keep_the_library_from_answering(at: LibrarySettings) -> None:
    assert at.learned is not None
    at.learned.parent.mkdir(parents=True)
    at.learned.write_bytes(b"\xff: [")
    with opened(at) as library:
        assert first(library, "多久回访一次") == "revisit"


# Sections that were written in use


def publish(at: LibrarySettings, body: str, *, active: bool = True, version: int = 1, text: str = "") -> None:
    assert at.own is not None
    name = f"sections/own-2026-0001-v{version}.md"
    path = at.own / name
    path.parent.mkdir(parents=True, exist_ok=True)
    front = "id: own-2026-0001\nkind: section\ntitle: 食堂\npillar: policy\napplies_to: []\nasks: []\nrelated: []"
    path.write_text(text or f"---\n{front}\nsource: 测试\n---\n{body}\n", "utf-8")
    write_list(at.own, [OwnFile("own-2026-0001", version, "section", "食堂", name, f"{version}", active=active)])


def test_a_written_section_is_answered_from_replaced_and_taken_out_without_a_restart(at: LibrarySettings) -> None:
    with opened(at) as library:
        publish(at, "食堂十一点半开门。")
        library.refresh()
        assert library.ask("食堂几点开门").quotes[0].text == "食堂十一点半开门。"
        publish(at, "食堂改在十二点开门。", version=2)
        library.refresh()
        assert library.ask("食堂几点开门").quotes[0].text == "食堂改在十二点开门。"
        publish(at, "食堂改在十二点开门。", version=2, active=False)
        library.refresh()
        assert library.source("own-2026-0001") == []
        publish(at, "食堂改在十二点开门。", version=2)
        library.refresh()
        assert first(library, "食堂几点开门") == "own-2026-0001"


def test_a_written_section_with_a_fault_is_left_out_and_the_others_are_cited(
    at: LibrarySettings, caplog: pytest.LogCaptureFixture
) -> None:
    publish(at, "", text="没有文件头")
    with opened(at) as library:
        assert first(library, "多久回访一次") == "revisit"
        assert library.source("own-2026-0001") == []
    assert "a written section is left out" in caplog.text


def test_a_fresh_index_is_the_same(at: LibrarySettings, tmp_path: Path) -> None:
    publish(at, "食堂十一点半开门。")
    learn(at, own_2026_0001="zzz")
    for directory in (at.directory, tmp_path / "anew"):
        with opened(replace(at, directory=directory)) as library:
            assert first(library, "zzz") == "own-2026-0001"
