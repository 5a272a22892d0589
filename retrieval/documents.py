"""The one door to document converters: an officer's file in, passages with their page or heading out.

PDF goes through PDFium page by page, since a citation needs the page; DOCX and HTML through MarkItDown, which keeps
headings; Markdown and text as they are. Converters are imported when the first file of their kind comes.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from retrieval.chunks import Chunk, chunk_markdown, chunk_text
from retrieval.errors import DocumentUnreadable
from retrieval.model import Passage, Source

DOCUMENT_PREFIX = "document:"
"""Marks the digests of documents; see `sources.PLAYBOOK_PREFIX`."""


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
    """Changes when the file's bytes do; raises DocumentUnreadable where there are none to read."""
    try:
        return DOCUMENT_PREFIX + hashlib.sha256(path.read_bytes()).hexdigest()[:24]
    except OSError as error:
        raise DocumentUnreadable(name=path.name, reason=_trouble(error)) from error


def read_document(path: Path) -> Source:
    """The document as passages; raises DocumentUnreadable for a kind, an encoding or a content that cannot be read."""
    digest = document_digest(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DocumentUnreadable(
            name=path.name, reason=f"不支持 {path.suffix or '没有后缀的'} 文件，可用 {' '.join(READERS)}"
        )
    chunks = reader(path)
    if not chunks:
        raise DocumentUnreadable(name=path.name, reason="里面没有文字（扫描件需先识别文字）")
    id_, title = document_id(path), path.stem
    passages = (
        Passage(id_, position, title, "document", "", chunk.text, chunk.locator)
        for position, chunk in enumerate(chunks)
    )
    return Source(id_, digest, tuple(passages))


def _text(path: Path) -> list[Chunk]:
    return chunk_markdown(_decoded(path))


def _plain_text(path: Path) -> list[Chunk]:
    return chunk_text(_decoded(path))


def _decoded(path: Path) -> str:
    """UTF-8, with or without a mark, else GB18030, in which older office files are written."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentUnreadable(name=path.name, reason="文字编码认不出来，请用 UTF-8 另存")


def _office(path: Path) -> list[Chunk]:
    """DOCX and HTML, through Markdown."""
    from markitdown import MarkItDown, MarkItDownException, StreamInfo
    from markitdown.converters import DocxConverter, HtmlConverter

    converters = MarkItDown(enable_builtins=False)  # the others would read a broken DOCX as plain text or as a ZIP
    for converter in (DocxConverter(), HtmlConverter()):  # type: ignore[no-untyped-call]
        converters.register_converter(converter)
    data = path.read_bytes() if path.suffix.lower() == ".docx" else _decoded(path).encode()
    try:
        converted = converters.convert_stream(
            io.BytesIO(data), stream_info=StreamInfo(extension=path.suffix.lower(), charset="utf-8")
        )
    except (MarkItDownException, ValueError, KeyError, OSError) as error:
        raise DocumentUnreadable(name=path.name, reason="文件损坏或不是它后缀所说的格式") from error
    return chunk_markdown(converted.text_content)


def _pdf(path: Path) -> list[Chunk]:
    """Page by page; a page's number is the locator. Lines that PDF breaks in mid-sentence are joined again."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as document:
            pages = [page.get_textpage().get_text_bounded() for page in document]
    except pypdfium2.PdfiumError as error:
        raise DocumentUnreadable(name=path.name, reason="PDF 打不开（损坏或有密码）") from error
    return [chunk for number, text in enumerate(pages, 1) for chunk in chunk_text(_joined(text), f"第{number}页")]


def _joined(text: str) -> str:
    """One paragraph a line: a line that does not end a sentence goes on in the next."""
    joined = ""
    for line in map(str.strip, text.splitlines()):
        joined += line
        if not line or line.endswith(tuple("。！？!?；;：:.”」")):
            joined += "\n"
        elif line[-1:].isascii():
            joined += " "
    return joined


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in file.relative_to(root).parts)


def _trouble(error: OSError) -> str:
    return "文件不存在" if isinstance(error, FileNotFoundError) else f"读不了（{error.strerror}）"


READERS: dict[str, Callable[[Path], list[Chunk]]] = {
    ".md": _text,
    ".markdown": _text,
    ".txt": _plain_text,
    ".html": _office,
    ".htm": _office,
    ".docx": _office,
    ".pdf": _pdf,
}
"""What can be read, by suffix."""
