"""The list of own sources: whole or as it was, and none where it cannot be read."""

from pathlib import Path

import pytest

from playbook.own import CURRENT, OwnFile, active_files, own_files, write_list
from tests.killed import killed_at

BUS = OwnFile("own/0001", 2, "document", "班车", "documents/0001-v2.md", "0" * 64, active=True)
OLD = OwnFile("own/0002", 1, "document", "旧制度", "documents/0002-v1.md", "1" * 64, active=False)
SECTION = OwnFile("own-2026-0001", 1, "section", "回访", "sections/own-2026-0001-v1.md", "2" * 64, active=True)


def test_what_is_written_is_read_by_id(tmp_path: Path) -> None:
    write_list(tmp_path, [OLD, BUS, SECTION])
    assert own_files(tmp_path) == [SECTION, BUS, OLD]
    assert active_files(tmp_path, "document") == [BUS]
    assert active_files(tmp_path, "section") == [SECTION]


def test_one_that_is_killed_while_writing_leaves_what_was_there(tmp_path: Path) -> None:
    write_list(tmp_path, [BUS])
    with killed_at("playbook.own.os.fsync"):
        write_list(tmp_path, [OLD])
    assert own_files(tmp_path) == [BUS]
    assert [path.name for path in tmp_path.iterdir()] == [CURRENT]


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[{}]", b"[1]", b'[{"id": "x", "kind": "law"}]'])
def test_one_that_cannot_be_read_is_none_and_logged(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / CURRENT).write_bytes(content)
    assert own_files(tmp_path) == []
    assert "list of own sources" in caplog.text


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert own_files(None) == own_files(tmp_path / "no") == []
