"""The one door to document converters: a document's bytes in, passages with their page or heading out.

PDF goes through PDFium page by page, since a citation needs the page; DOCX and HTML through MarkItDown's converters,
which keep headings; Markdown and text as they are. None of them is proof against what a stranger may send: they run in
a process of their own, see `retrieval.conversion`.
"""

import io
import re
import zipfile
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from retrieval.chunks import Chunk, chunk_markdown, chunk_text

if TYPE_CHECKING:
    from markitdown import DocumentConverter

EXPANDED_BYTES = 200_000_000
"""What a DOCX may unpack to, as its directory declares. One whose directory lies is left to the limit of memory."""
MEMBERS = 10_000


class Reason(StrEnum):
    """Why a document is refused, as an officer reads it."""

    TOO_LARGE = "太大（最多 50 MB）"
    EXPANDS = "展开后太大"
    TOO_MUCH_TEXT = "文字太多（最多 200 万字）"
    NESTED = "里面一层套一层，太深了"
    TOO_LONG = "读了太久"
    MEMORY = "占用太多内存"
    CRASHED = "占用太多内存，或文件损坏"
    DAMAGED = "文件损坏或不是它后缀所说的格式"
    PDF = "PDF 打不开（损坏或有密码）"
    ENCODING = "文字编码认不出来，请用 UTF-8 另存"
    EMPTY = "里面没有文字（扫描件需先识别文字）"
    NOT_STARTED = "转换程序没有启动"


class Refused(Exception):
    """A converter has found why the document cannot be read. What else it raises is its library's own."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


Reader = Callable[[bytes], list[Chunk]]


def _markdown() -> Reader:
    return lambda data: chunk_markdown(_decoded(data))


def _text() -> Reader:
    return lambda data: chunk_text(_decoded(data))


def _html() -> Reader:
    from markitdown.converters import HtmlConverter

    return lambda data: _through_markdown(HtmlConverter(), _decoded(data).encode())


def _docx() -> Reader:
    from markitdown.converters import DocxConverter

    def read(data: bytes) -> list[Chunk]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
        if len(members) > MEMBERS or sum(member.file_size for member in members) > EXPANDED_BYTES:
            raise Refused(Reason.EXPANDS)
        return _through_markdown(DocxConverter(), data)  # type: ignore[no-untyped-call]

    return read


def _through_markdown(converter: "DocumentConverter", data: bytes) -> list[Chunk]:
    """`strict`: nesting too deep is an error, where the converter would go on without the headings."""
    from markitdown import StreamInfo

    markdown = converter.convert(io.BytesIO(data), StreamInfo(charset="utf-8"), strict=True).markdown
    lines = "\n".join(map(str.rstrip, markdown.splitlines()))
    return chunk_markdown(re.sub(r"\n{3,}", "\n\n", lines))


def _pdf() -> Reader:
    import pypdfium2

    def read(data: bytes) -> list[Chunk]:
        try:
            with pypdfium2.PdfDocument(data) as document:
                pages = [page.get_textpage().get_text_bounded() for page in document]
        except pypdfium2.PdfiumError as error:
            raise Refused(Reason.PDF) from error
        return [chunk for number, text in enumerate(pages, 1) for chunk in chunk_text(_joined(text), f"第{number}页")]

    return read


def _decoded(data: bytes) -> str:
    """UTF-8, with or without a mark, else GB18030, in which older office files are written."""
    if b"\0" in data or data.startswith(b"%PDF-"):
        raise Refused(Reason.DAMAGED)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(Reason.ENCODING)


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


READERS: dict[str, Callable[[], Reader]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _text,
    ".html": _html,
    ".htm": _html,
    ".docx": _docx,
    ".pdf": _pdf,
}
"""What can be read, by suffix; each imports its converter, and gives what reads with it."""
