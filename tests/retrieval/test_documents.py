"""`retrieval.documents`: officers' own files of every kind, with the page or the heading kept for the citation."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from retrieval.converters import READERS
from retrieval.documents import document_files, document_id, read_document
from retrieval.errors import DocumentUnreadable
from retrieval.library import Library, LibrarySettings
from tests.retrieval.toy import ToyEmbedder, use_toy, write_playbook

MARKDOWN = """# 石棉瓦拆除须知

前言一句。

## 报批

拆除石棉瓦前十五日报区生态环境局。

## 费用

拆除费用由停业企业承担。
"""
WORD_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>
</Types>"""
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="{type}" Target="{target}"/>
</Relationships>"""
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STYLES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="{WORD}"><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>"""


def docx(*paragraphs: tuple[str, bool]) -> bytes:
    """A Word file of these paragraphs; True makes one a heading, as Chinese Word writes it (style id «1»)."""
    heading = '<w:pPr><w:pStyle w:val="1"/></w:pPr>'
    body = "".join(
        f"<w:p>{heading * is_heading}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text, is_heading in paragraphs
    )
    return word_file(body)


def word_file(body: str) -> bytes:
    """A Word file with this body."""
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", WORD_TYPES)
        file.writestr("_rels/.rels", RELATIONS.format(type=f"{RELATION}/officeDocument", target="word/document.xml"))
        file.writestr("word/_rels/document.xml.rels", RELATIONS.format(type=f"{RELATION}/styles", target="styles.xml"))
        file.writestr("word/document.xml", document)
        file.writestr("word/styles.xml", STYLES)
    return out.getvalue()


def pdf(*pages: list[str], missing: bool = False) -> bytes:
    """A PDF with these lines on its pages, in a Chinese font that is not embedded; or with a page that is not there."""
    first = 5
    numbers = [first + 2 * n for n in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in [*numbers, *([99] if missing else [])])
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages) + missing} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
    ]
    for number, lines in zip(numbers, pages, strict=True):
        shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td\n" for line in lines)
        content = f"BT /F1 12 Tf 72 720 Td\n{shown}ET"
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {number + 1} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    out, offsets = "%PDF-1.4\n", list[int]()
    for number, each in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")


HTML = """<!doctype html><html><head><meta charset="{charset}"><title>须知</title><style>p {{ color: red }}</style>
<script>alert("不是正文")</script></head>
<body><h1>石棉瓦拆除须知</h1><p>拆除石棉瓦前十五日报区生态环境局。</p><h2>费用</h2><p>拆除费用由停业企业承担。</p></body></html>"""
SENTENCES = ["拆除石棉瓦前十五日报区生态环境局。", "拆除费用由停业企业承担。"]


def passages(path: Path, content: bytes) -> list[tuple[str, str]]:
    """The locators and texts of a document with this content."""
    path.write_bytes(content)
    source = read_document(path)
    assert source.id == str(path.resolve())
    assert {(each.source_id, each.kind, each.title, each.pillar) for each in source.passages} == {
        (source.id, "document", path.stem, "")
    }
    assert [each.position for each in source.passages] == list(range(len(source.passages)))
    return [(each.locator, each.text) for each in source.passages]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("须知.md", MARKDOWN.replace("# 石棉瓦拆除须知\n\n前言一句。\n\n", "").encode()),
        ("须知.MARKDOWN", MARKDOWN.replace("# 石棉瓦拆除须知\n\n前言一句。\n\n", "").encode()),
        ("须知.docx", docx(("报批", True), (SENTENCES[0], False), ("费用", True), (SENTENCES[1], False))),
        ("须知.html", HTML.replace("石棉瓦拆除须知</h1>", "报批</h1>").format(charset="utf-8").encode()),
        ("须知.htm", HTML.replace("石棉瓦拆除须知</h1>", "报批</h1>").format(charset="gbk").encode("gbk")),
        (
            "须知.HTML",
            b"\xef\xbb\xbf" + HTML.replace("石棉瓦拆除须知</h1>", "报批</h1>").format(charset="gb2312").encode(),
        ),
    ],
)
def test_a_passages_heading_is_its_locator(tmp_path: Path, name: str, content: bytes) -> None:
    assert passages(tmp_path / name, content) == [("报批", SENTENCES[0]), ("费用", SENTENCES[1])]


def test_text_under_no_heading_has_no_locator(tmp_path: Path) -> None:
    found = passages(tmp_path / "须知.md", MARKDOWN.encode())
    assert found[0] == ("石棉瓦拆除须知", "前言一句。")
    assert passages(tmp_path / "无标题.md", "没有标题的一段。".encode()) == [("", "没有标题的一段。")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_text_is_read_in_the_encodings_of_chinese_offices(tmp_path: Path, encoding: str) -> None:
    text = "# 不是标题\n停业企业每季度回访一次。"
    assert passages(tmp_path / "说明.txt", text.encode(encoding)) == [("", text)]


def test_a_pdfs_pages_are_locators_and_broken_lines_are_joined(tmp_path: Path) -> None:
    content = pdf(
        ["停业企业由招商部门", "每季度回访一次。", "回访持续", "一年。"], [], ["土壤修复验收合格后，", "厂房方可处置。"]
    )
    assert passages(tmp_path / "办法.pdf", content) == [
        ("第1页", "停业企业由招商部门每季度回访一次。\n回访持续一年。"),
        ("第3页", "土壤修复验收合格后，厂房方可处置。"),
    ]


def test_lines_that_end_with_a_latin_letter_are_joined_with_a_gap(tmp_path: Path) -> None:
    content = pdf(["remediation of", "soil comes first;", "then the plant."])
    assert passages(tmp_path / "en.pdf", content) == [("第1页", "remediation of soil comes first;\nthen the plant.")]


def test_what_is_no_text_of_a_page_is_left_out(tmp_path: Path) -> None:
    text = "\n".join(text for _, text in passages(tmp_path / "网页.html", HTML.format(charset="utf-8").encode()))
    assert "不是正文" not in text
    assert "color" not in text


def test_a_docx_with_a_table_keeps_its_figures(tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>' for cell in cells)}</w:tr>"

    content = word_file(f"<w:tbl>{row('项目', '金额')}{row('土壤修复', '300万元')}</w:tbl>")
    ((_, text),) = passages(tmp_path / "表.docx", content)
    assert "土壤修复" in text
    assert "300万元" in text


def zipped(name: str, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, text)
    return out.getvalue()


UNREADABLE = [
    ("坏.pdf", b"%PDF-1.4\nrubbish", "PDF 打不开"),
    ("截断.pdf", pdf(["停业企业。"])[:300], "PDF 打不开"),
    ("缺页.pdf", pdf(["停业企业。"], missing=True), "PDF 打不开"),
    ("空.pdf", b"", "PDF 打不开"),
    ("扫描件.pdf", pdf([]), "里面没有文字"),
    ("坏.docx", b"PK\x03\x04rubbish", "文件损坏"),
    ("截断.docx", docx(("停业企业每季度回访一次。", False))[:-200], "文件损坏"),
    ("旧版.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "停业".encode("utf-16-le") * 100, "文件损坏"),
    ("压缩包.docx", zipped("说明.txt", "停业企业每季度回访一次。"), "文件损坏"),
    ("空.docx", b"", "文件损坏"),
    ("无字.docx", docx(("", False)), "里面没有文字"),
    ("空.html", b"", "里面没有文字"),
    ("无字.html", b"<html><body><p> </p></body></html>", "里面没有文字"),
    ("空.txt", b"", "里面没有文字"),
    ("空白.md", b" \n\n\t\n", "里面没有文字"),
    ("乱码.txt", b"\xff\xff\xff\xff", "文字编码认不出来，请用 UTF-8 另存"),
    ("统一码.txt", "停业企业".encode("utf-16"), "文字编码认不出来，请用 UTF-8 另存"),
    ("表格.xlsx", b"PK\x03\x04", "不支持 .xlsx 文件，可用 .md"),
    ("图片.JPG", b"\xff\xd8\xff", "不支持 .JPG 文件"),
    ("无后缀", "停业".encode(), "不支持 没有后缀的 文件"),
]


@pytest.mark.parametrize(("name", "content", "reason"), UNREADABLE, ids=[name for name, _, _ in UNREADABLE])
def test_what_cannot_be_read_is_one_clear_line_with_the_files_name(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DocumentUnreadable) as raised:
        read_document(path)
    line = str(raised.value)
    assert line.startswith(f"「{name}」没有收录：")
    assert reason in line
    assert len(line.splitlines()) == 1


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match=r"「没有\.md」没有收录：文件不存在。"):
        read_document(tmp_path / "没有.md")
    with pytest.raises(DocumentUnreadable, match="读不了"):
        read_document(tmp_path)


def test_a_folder_gives_what_can_be_read_in_order_and_nothing_hidden(tmp_path: Path) -> None:
    for name in ("b.md", "a/x.TXT", "a/y.pdf", ".git/z.md", "a/.draft.md", "~$b.docx", "photo.jpg", "c.docx"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    found = [str(path.relative_to(tmp_path)) for path in document_files([tmp_path])]
    assert found == ["a/x.TXT", "a/y.pdf", "b.md", "c.docx"]
    named = [tmp_path / "photo.jpg", tmp_path / "no-such"]
    assert list(document_files(named)) == named, "what is named is tried, so that it is reported"


def test_every_kind_is_known_by_its_lower_case_suffix() -> None:
    assert READERS.keys() == {".md", ".markdown", ".txt", ".html", ".htm", ".docx", ".pdf"}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ToyEmbedder:
    return use_toy(monkeypatch)


@pytest.fixture
def library(tmp_path: Path, model: ToyEmbedder) -> Iterator[Library]:
    opened = Library(LibrarySettings(tmp_path / "index", write_playbook(tmp_path / "playbook")))
    model.embedded.clear()
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An officer's folder: one document of each kind, and two that cannot be read."""
    folder = tmp_path / "资料"
    folder.mkdir()
    (folder / "石棉.md").write_text("## 报批\n\n拆除石棉瓦前十五日报区生态环境局。\n", "utf-8")
    (folder / "档案.txt").write_bytes("停业档案保存三十年。".encode("gb18030"))
    (folder / "班车.docx").write_bytes(docx(("班车", True), ("园区班车七点发车。", False)))
    (folder / "食堂.html").write_text("<h1>食堂</h1><p>园区食堂十一点开门。</p>", "utf-8")
    (folder / "宿舍.pdf").write_bytes(pdf(["第一页没有什么。"], ["宿舍押金", "五百元。"]))
    (folder / "坏.pdf").write_bytes(b"rubbish")
    (folder / "空.txt").write_bytes(b"")
    return folder


def test_a_folder_is_added_and_bad_files_are_named_while_the_rest_go_in(library: Library, folder: Path) -> None:
    added = library.add([folder])
    assert (added.changed, added.embedded) == (5, 6)
    assert sorted(str(error.details["name"]) for error in added.unreadable) == ["坏.pdf", "空.txt"]


@pytest.mark.parametrize(
    ("question", "name", "locator", "quote"),
    [
        ("拆除石棉瓦前几日报区生态环境局", "石棉", "报批", "拆除石棉瓦前十五日报区生态环境局。"),
        ("停業檔案保存多久", "档案", "", "停业档案保存三十年。"),
        ("园区班车几点发车", "班车", "班车", "园区班车七点发车。"),
        ("园区食堂几点开门", "食堂", "食堂", "园区食堂十一点开门。"),
        ("宿舍押金多少", "宿舍", "第2页", "宿舍押金五百元。"),
    ],
)
def test_a_document_answers_and_is_cited_with_its_place(
    library: Library, folder: Path, question: str, name: str, locator: str, quote: str
) -> None:
    library.add([folder])
    answer = library.ask(question)
    assert not answer.refused
    cited = answer.citations[0].passage
    assert (cited.title, cited.locator, cited.kind) == (name, locator, "document")
    assert answer.quotes[0].text == quote
    assert library.source_of(cited.id)[cited.position] == cited


def test_again_is_a_no_op(library: Library, folder: Path, model: ToyEmbedder) -> None:
    library.add([folder])
    model.embedded.clear()
    again = library.add([folder])
    assert (again.changed, again.embedded) == (0, 0)
    assert not model.embedded
    touched = library.add([folder / "石棉.md"])
    assert (touched.changed, touched.embedded) == (0, 0), "the same file by its own name"
    assert not library.ask("园区班车几点发车").refused, "what is not named stays"


def test_only_what_changed_is_converted_and_embedded_again(library: Library, folder: Path, model: ToyEmbedder) -> None:
    library.add([folder])
    model.embedded.clear()
    (folder / "班车.docx").write_bytes(docx(("班车", True), ("园区班车八点发车。", False)))
    again = library.add([folder])
    assert (again.changed, again.embedded) == (1, 1)
    assert list(model.embedded) == ["园区班车八点发车。"]
    assert library.ask("园区班车几点发车").quotes[0].text == "园区班车八点发车。"


def test_a_deleted_file_vanishes_when_its_folder_is_named_again(library: Library, folder: Path) -> None:
    library.add([folder])
    (folder / "班车.docx").unlink()
    assert library.add([folder / "石棉.md"]).changed == 0, "another file says nothing about it"
    assert library.ask("园区班车几点发车").citations[0].passage.title == "班车"
    again = library.add([folder])
    assert (again.changed, again.embedded) == (1, 0)
    assert library.source(document_id(folder / "班车.docx")) == []
    assert "班车" not in {hit.passage.title for hit in library.ask("园区班车几点发车").citations}


def test_a_deleted_file_vanishes_when_it_is_named_itself(library: Library, folder: Path) -> None:
    library.add([folder])
    gone = folder / "石棉.md"
    gone.unlink()
    again = library.add([gone])
    assert again.changed == 1
    assert [error.details["name"] for error in again.unreadable] == ["石棉.md"]
    assert library.source(document_id(gone)) == []


def test_a_folder_whose_name_begins_alike_is_another_one(library: Library, folder: Path) -> None:
    library.add([folder])
    other = folder.with_name("资料二")
    other.mkdir()
    (other / "车位.md").write_text("园区车位免费。", "utf-8")
    library.add([other])
    assert library.add([folder]).changed == 0
    assert library.source(document_id(other / "车位.md"))


def test_documents_leave_the_playbook_alone_and_outlive_its_changes(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    library.add([folder])
    (tmp_path / "playbook" / "sections" / "soil.md").unlink()
    Library(LibrarySettings(tmp_path / "index", tmp_path / "playbook")).close()
    assert library.source("soil") == []
    assert library.source("revisit")
    assert library.add([folder]).changed == 0
    library.add([tmp_path])
    assert library.source("revisit")[0].kind == "section", "a folder that holds the playbook does not replace it"


def test_a_file_may_hold_the_same_words_as_another(library: Library, folder: Path) -> None:
    library.add([folder])
    (folder / "副本.md").write_text((folder / "石棉.md").read_text("utf-8"), "utf-8")
    assert library.add([folder]).embedded == 0
    (folder / "石棉.md").unlink()
    library.add([folder])
    assert library.ask("拆除石棉瓦前几日报区生态环境局").citations[0].passage.title == "副本"
