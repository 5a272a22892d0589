"""Officers' own documents: which files they are, and each as passages with their page or heading.

No document is opened by a converter in this process: see `retrieval.confinement`.
"""

import hashlib
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from retrieval.confinement import convert_apart
from retrieval.converters import READERS, Reason
from retrieval.errors import DocumentUnreadable
from retrieval.model import Passage, Source

DOCUMENT_PREFIX = "document:"
"""Marks the digests of documents; see `sources.PLAYBOOK_PREFIX`."""
DOCUMENT_BYTES = 50_000_000
"""What is larger is not read at all."""


def document_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to index: those named, and in folders all of a kind that can be read, sorted."""
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob("*"))
            yield from (
                file for file in inside if file.is_file() and file.suffix.lower() in READERS and not _hidden(file, path)
            )
        else:
            yield path


def document_id(path: Path) -> str:
    """A document is its absolute path."""
    return str(path.resolve())


def document_digest(path: Path) -> str:
    """Changes when the file's bytes do; raises DocumentUnreadable where there are none to read, or too many."""
    with _opened(path) as document:
        return _digest(document)


def read_document(path: Path, id_: str | None = None, title: str | None = None) -> Source:
    """The document as passages; raises DocumentUnreadable for a kind, an encoding or a content that cannot be read.

    It goes by its path and its file's name, unless it has an id and a title of its own.
    """
    suffix = path.suffix.lower()
    with _opened(path) as document:
        if suffix not in READERS:
            reason = f"不支持 {path.suffix or '没有后缀的'} 文件，可用 {' '.join(READERS)}"
            raise DocumentUnreadable(name=path.name, reason=reason)
        digest = _digest(document)
        document.seek(0)
        conversion = convert_apart(document, suffix)
    if conversion.refused:
        raise DocumentUnreadable(name=path.name, reason=conversion.refused)
    id_, title = id_ or document_id(path), title or path.stem
    passages = (
        Passage(id_, position, title, "document", "", chunk.text, chunk.locator)
        for position, chunk in enumerate(conversion.chunks)
    )
    return Source(id_, digest, tuple(passages))


@contextmanager
def _opened(path: Path) -> Iterator[FileIO]:
    """The file, if it is one and not too large; any trouble with it, now or while it is used, is the document's."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):  # a pipe would have us wait for ever
            raise DocumentUnreadable(name=path.name, reason="读不了（不是文件）")
        if state.st_size > DOCUMENT_BYTES:
            raise DocumentUnreadable(name=path.name, reason=Reason.TOO_LARGE)
        with path.open("rb", buffering=0) as document:
            yield document
    except OSError as error:
        raise DocumentUnreadable(name=path.name, reason=_trouble(error)) from error


def _digest(document: FileIO) -> str:
    return DOCUMENT_PREFIX + hashlib.file_digest(document, "sha256").hexdigest()[:24]


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in file.relative_to(root).parts)


def _trouble(error: OSError) -> str:
    return "文件不存在" if isinstance(error, FileNotFoundError) else f"读不了（{error.strerror}）"
