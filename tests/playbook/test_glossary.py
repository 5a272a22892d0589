"""`playbook.glossary`: what is searched for is widened, in the words of the playbook itself."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.errors import PlaybookInvalid
from playbook.glossary import LONGEST_PHRASE, Glossary
from playbook.loader import BUNDLED, load_playbook, read_playbook

PATIENTLY = settings(deadline=None)  # other work shares these cores
SMALL = Glossary(
    english={
        "clean up": ("土壤修复",),
        "soil": ("土壤",),
        "soil survey report": ("土壤调查",),
        "boss": ("企业负责人", "股东"),
    },
    chinese={"老板": ("企业负责人",), "老板娘": ("股东",), "关门": ("停业", "关停")},
    ignored=frozenset({"the", "who"}),
)
EMPTY = Glossary({}, {}, frozenset())


@pytest.fixture(scope="module")
def shipped() -> Glossary:
    return Glossary.load(BUNDLED)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("老板跑了怎么办", "老板跑了怎么办 企业负责人"),
        ("关门以后老板找谁", "关门以后老板找谁 停业 关停 企业负责人"),
        ("老板娘说要关门", "老板娘说要关门 股东 停业 关停"),
        ("老板和老板都关门", "老板和老板都关门 企业负责人 停业 关停"),
        ("关门就是停业吗", "关门就是停业吗 关停"),
        ("停业后多久回访", "停业后多久回访"),
        ("who will clean up the soil", "will 土壤修复 土壤"),
        ("the soil survey report", "土壤调查"),
        ("soil survey", "土壤 survey"),
        ("boss跑了", "企业负责人 股东 跑了"),
        ("iso14001证书", "iso 14001证书"),
        ("", ""),
    ],
)
def test_words_of_the_playbook_are_added_or_put_in_their_place(question: str, words: str) -> None:
    assert SMALL.widen(question).split() == words.split()


@PATIENTLY
@given(st.text("停业老板娘关门soil the-'12%。 "))
def test_nothing_chinese_that_was_asked_is_lost(question: str) -> None:
    for run in re.findall(r"[停业老板娘关门12%。]+", question):
        assert run in SMALL.widen(question)


@PATIENTLY
@given(st.text("停业老板 soilABCthe-'12%。"))
def test_an_empty_glossary_changes_nothing_but_gaps(question: str) -> None:
    assert "".join(EMPTY.widen(question).split()) == "".join(question.split())


def test_a_playbook_without_a_glossary_has_an_empty_one(tmp_path: Path) -> None:
    assert Glossary.load(tmp_path) == EMPTY


@pytest.mark.parametrize("content", ["", "# 暂时没有\n", "chinese: {}\n"])
def test_a_glossary_with_nothing_in_it_is_an_empty_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "glossary.yaml").write_text(content, "utf-8")
    assert Glossary.load(tmp_path) == EMPTY


@pytest.mark.parametrize(
    "content",
    [
        b"chinese: [\n",
        b"- a\n- b\n",
        "停业".encode(),
        "chinese:\n  老板: [负责人]\n 关门: [停业]\n".encode(),
        "老板".encode("gb18030"),
    ],
)
def test_a_glossary_that_cannot_be_read_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "glossary.yaml"
    path.write_bytes(content)
    with pytest.raises(PlaybookInvalid) as raised:
        Glossary.load(tmp_path)
    assert str(path) in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    _, problems = read_playbook(tmp_path)
    assert [problem.file for problem in problems] == [path]


def test_a_glossary_is_read_from_the_playbooks_folder(tmp_path: Path) -> None:
    (tmp_path / "glossary.yaml").write_text(
        "english:\n  soil: [土壤]\nchinese:\n  老板: [企业负责人]\nignored: [the, on, no]\n", "utf-8"
    )
    assert Glossary.load(tmp_path) == Glossary(
        {"soil": ("土壤",)}, {"老板": ("企业负责人",)}, frozenset({"the", "on", "no"})
    )


def test_every_word_that_the_shipped_glossary_gives_stands_in_the_playbook(shipped: Glossary) -> None:
    text = "\n".join(
        "\n".join([entry.title, entry.body, *entry.asks, *getattr(entry, "applies_to", ())])
        for entry in load_playbook().entries.values()
    )
    given_words = {word for words in (*shipped.english.values(), *shipped.chinese.values()) for word in words}
    assert {word for word in given_words if word not in text} == set()


def test_every_line_of_the_shipped_glossary_can_take_effect(shipped: Glossary) -> None:
    latin = re.compile(r"[a-z]+(?:[ '-][a-z]+)*")
    for phrase in (*shipped.english, *shipped.ignored):
        assert latin.fullmatch(phrase), phrase
        assert len(phrase.split()) <= LONGEST_PHRASE, phrase
    assert shipped.ignored.isdisjoint(shipped.english)
    for words in (*shipped.english.values(), *shipped.chinese.values()):
        assert 1 <= len(words) <= 3, words


def test_no_line_of_the_shipped_glossary_is_written_twice() -> None:
    node = yaml.compose((BUNDLED / "glossary.yaml").read_text("utf-8"), Loader=yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    for name, table in node.value:
        keys = (
            [key.value for key, _ in table.value]
            if isinstance(table, yaml.MappingNode)
            else [item.value for item in table.value]
        )
        assert [key for key, count in Counter(keys).items() if count > 1] == [], name.value
