"""Photos and documents, kept by what they are."""

import hashlib
import io
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.case_errors import FileDamaged, FilesUnwritable, FileTooBig, FileTypeRefused
from actions.cases import Cases
from actions.files import LIMIT, Files
from actions.officers import Officers
from actions.store import CaseLog
from tests.cast import OFFICER

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 64
PDF = b"%PDF-1.7\n" + b"\0" * 64


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.fixture
def case(log: CaseLog) -> str:
    Officers(log).add(OFFICER.id, OFFICER.name, by=None, now=NOW)
    return Cases(log).create_draft(OFFICER.id, now=NOW).id


@pytest.fixture
def files(log: CaseLog, tmp_path: Path) -> Files:
    return Files(log, tmp_path / "files")


@pytest.mark.parametrize(
    ("data", "kind"),
    [(JPEG, "image/jpeg"), (PDF, "application/pdf"), ("转移联单 12".encode(), "text/plain")],
)
def test_a_file_is_kept_under_its_hash(files: Files, case: str, tmp_path: Path, data: bytes, kind: str) -> None:
    kept = files.keep(case, data, "凭据", by=OFFICER.id, now=NOW)
    assert (kept.sha256, kept.media_type, kept.size) == (hashlib.sha256(data).hexdigest(), kind, len(data))
    path = tmp_path / "files" / kept.sha256[:2] / kept.sha256
    assert path.read_bytes() == data
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert files.read(kept) == data
    assert files.of_case(case) == [kept]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n",
        b"MZ" + b"\0" * 64,
        b"\x7fELF" + b"\0" * 64,
        b"<html><script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"#!/bin/sh\nrm",
        b"\0\1\2\3" * 20,
        zipped("a.txt"),
    ],
)
def test_what_is_neither_photo_nor_document_is_refused(files: Files, case: str, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(FileTypeRefused):
        files.keep(case, data, "照片.jpg", by=OFFICER.id, now=NOW)
    assert not list(tmp_path.glob("files/*/*"))


def test_the_limit_is_20_mb(files: Files, case: str) -> None:
    assert files.keep(case, JPEG + b"\0" * (LIMIT - len(JPEG)), "大", by=OFFICER.id, now=NOW).size == LIMIT
    with pytest.raises(FileTooBig, match="20 MB"):
        files.keep(case, JPEG + b"\0" * (LIMIT - len(JPEG) + 1), "太大", by=OFFICER.id, now=NOW)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\报告.pdf", "报告.pdf"),
        ("a\u202egpj.exe\n", "agpj.exe"),
        ("", "文件"),
        ("甲" * 300, "甲" * 100),
    ],
)
def test_a_name_is_only_for_showing(files: Files, case: str, tmp_path: Path, sent: str, shown: str) -> None:
    kept = files.keep(case, JPEG, sent, by=OFFICER.id, now=NOW)
    assert kept.name == shown
    assert [path.name for path in tmp_path.glob("files/*/*")] == [kept.sha256]


def test_the_same_bytes_are_kept_once(files: Files, case: str, tmp_path: Path) -> None:
    for name in ("一.jpg", "二.jpg"):
        files.keep(case, JPEG, name, by=OFFICER.id, now=NOW)
    assert [file.name for file in files.of_case(case)] == ["一.jpg", "二.jpg"]
    assert len(list(tmp_path.glob("files/*/*"))) == 1


def test_damage_is_told(files: Files, case: str, tmp_path: Path) -> None:
    kept = files.keep(case, JPEG, "一.jpg", by=OFFICER.id, now=NOW)
    path = tmp_path / "files" / kept.sha256[:2] / kept.sha256
    path.write_bytes(b"other")
    with pytest.raises(FileDamaged):
        files.read(kept)
    path.unlink()
    with pytest.raises(FileDamaged):
        files.read(kept)


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_recorded(
    log: CaseLog, case: str, tmp_path: Path
) -> None:
    (tmp_path / "files").write_text("a file stands in the way")
    files = Files(log, tmp_path / "files")
    with pytest.raises(FilesUnwritable):
        files.keep(case, JPEG, "一.jpg", by=OFFICER.id, now=NOW)
    assert files.of_case(case) == []
