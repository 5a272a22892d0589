"""The file of what was learnt: whole or not at all, and no reason not to answer."""

from pathlib import Path

import pytest

from playbook.learned import EACH, read_learned, write_learned

LEARNED = {"revisit": ("多久回访一次？", "- 怪: [问题] #\n第二行"), "own-2026-0001": ("锅炉",)}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "data" / "learned.yaml"
    assert write_learned(path, LEARNED)
    assert read_learned(path) == LEARNED
    assert [each.name for each in path.parent.iterdir()] == ["learned.yaml"]


def test_the_same_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "learned.yaml"
    write_learned(path, LEARNED)
    before = path.stat().st_mtime_ns
    assert not write_learned(path, dict(reversed(LEARNED.items())))
    assert path.stat().st_mtime_ns == before
    assert write_learned(path, {})
    assert read_learned(path) == {}


def test_a_source_learns_so_many_questions_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "learned.yaml"
    write_learned(path, {"revisit": [str(n) for n in range(EACH + 5)] * 2})
    assert read_learned(path)["revisit"] == tuple(str(n) for n in range(5, EACH + 5))


@pytest.mark.parametrize(
    "content", [b"\xff", b"a: [", b"- a\n- b", b"a: b", b"42", b"a: {b: c}", b"!!python/name:os.system"]
)
def test_a_file_that_cannot_be_used_counts_as_empty_and_is_logged(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "learned.yaml"
    path.write_bytes(content)
    assert read_learned(path) == {}
    assert "what was learnt is left out" in caplog.text


def test_no_file_is_nothing_learnt(tmp_path: Path) -> None:
    assert read_learned(None) == read_learned(tmp_path / "nosuch.yaml") == {}
