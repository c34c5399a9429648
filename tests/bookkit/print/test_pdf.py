"""The printed book: told apart from a screenshot by its tags, bookmarks, links and page numbers, read back with another library."""

import io
import json
import re
import unicodedata
from pathlib import Path

import pytest
from lxml import html as lxml_html
from pypdf import PdfReader

from bookkit.print import chromium, onepage, pdf
from bookkit.project import commands, locks
from tests.bookkit.browser import ROOT, required_browser

# One process prints the book, for all
pytestmark = pytest.mark.xdist_group("pdf")


def squeezed(text: str) -> str:
    """The text without spaces, ligatures and kinds of apostrophe, which a PDF sets as it likes."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("\u02bc", "\u2019")


def charts_of(built: Path) -> int:
    """How many charts the chapters of the site show."""
    pages = (path.read_text(encoding="utf-8") for path in (built / "_build/html").glob("*.html"))
    return sum(page.count('class="chart-wide"') for page in pages)


@pytest.fixture(scope="session")
def content(built: Path) -> bytes:
    """The built book, printed once for all workers; the built site itself stays as it was."""
    required_browser()
    work = built / "_build/printed"
    work.mkdir(exist_ok=True)
    with locks.held(work / "lock"):
        target = work / "book.pdf"
        if not target.is_file():
            target.write_bytes(pdf.printed(built / "_build/html", work))
        return target.read_bytes()


@pytest.fixture(scope="session")
def reader(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


@pytest.fixture(scope="session")
def texts(reader: PdfReader) -> list[str]:
    return [squeezed(page.extract_text()) for page in reader.pages]


@pytest.fixture(scope="session")
def book(built: Path) -> onepage.Document:
    return onepage.document(built / "_build/html", "")


def test_it_says_what_it_is(reader, book):
    root = reader.trailer["/Root"]
    assert reader.metadata.title == book.title
    assert "maintainers" in reader.metadata.author
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert re.fullmatch(r"D:\d{8}000000Z", reader.metadata["/CreationDate"])
    assert reader.metadata["/CreationDate"] == reader.metadata["/ModDate"]


def test_it_is_tagged(built, reader):
    """Headings, tables, lists, links and figures with their text alternatives are there for a screen reader."""
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    kinds: dict[str, int] = {}
    alternatives = 0
    stack = [root["/StructTreeRoot"].get_object()]
    while stack:
        element = stack.pop()
        if "/S" in element:
            kinds[element["/S"]] = kinds.get(element["/S"], 0) + 1
            alternatives += "/Alt" in element
        children = element.get("/K", [])
        children = children if isinstance(children, list) else [children]
        stack += [child for child in (child.get_object() for child in children) if isinstance(child, dict)]
    for kind in ("/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/L", "/Link"):
        assert kinds.get(kind, 0) > 10, (kind, kinds)
    assert alternatives == charts_of(built)


def test_every_chapter_is_bookmarked(reader, book):
    bookmarks = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    chapters = [heading.text for heading in book.headings if heading.level == 1]
    # The home page, the chapters of the contents, and the appendix
    assert len(chapters) == 1 + (ROOT / "_toc.yml").read_text(encoding="utf-8").count("- file:") + 1
    assert [title for title in bookmarks if title in chapters] == chapters


def test_the_contents_name_the_right_pages(reader, texts, book):
    """The number printed beside each heading is that of the page where its text stands."""
    last = next(index for index, text in enumerate(texts) if re.search(rf"{squeezed(onepage.CLAIMS_TITLE)}\d", text))
    contents = "".join(texts[1 : last + 1])
    numbers = pdf.page_numbers(_bytes(reader), book)
    for heading in book.headings:
        words = squeezed(heading.text)
        assert f"{words}{numbers[heading.anchor]}" in contents, heading
        assert words in texts[int(numbers[heading.anchor]) - 1], heading
    pages = [int(numbers[heading.anchor]) for heading in book.headings]
    assert pages == sorted(pages)
    assert pages[0] == last + 2


def _bytes(reader: PdfReader) -> bytes:
    reader.stream.seek(0)
    return reader.stream.read()


def test_every_page_is_numbered_and_none_is_empty(reader, texts):
    assert 80 < len(texts) < 300
    for number, text in enumerate(texts[1:], start=2):
        assert str(number) in text, number
        assert len(text) > 60, number


def test_links_lead_somewhere_and_nothing_names_this_machine(reader, content):
    places, inside, outside = reader.named_destinations, 0, 0
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            if "/A" in link:
                address = str(link["/A"].get("/URI", ""))
                assert address.startswith(("https://", "http://", "mailto:")), address
                outside += 1
            else:
                assert str(link["/Dest"]).removeprefix("/") in {name.removeprefix("/") for name in places}, link["/Dest"]
                inside += 1
    assert inside > 300
    assert outside > 200
    for path in (b"/tmp", b"file:", str(Path.cwd()).encode()):
        assert path not in content


def test_fonts_are_embedded(reader):
    """Each is a program inside the file, or drawn by procedures (Type 3)."""
    seen = 0
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            if font["/Subtype"] == "/Type3":
                continue
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            descriptor = inner["/FontDescriptor"].get_object()
            assert any(f"/FontFile{ending}" in descriptor for ending in ("", "2", "3")), font["/BaseFont"]
            seen += 1
    assert seen > 20


def test_every_claim_is_in_it_with_its_verdict(built, texts):
    claims = json.loads((built / "_build/html/claims.json").read_text(encoding="utf-8"))["claims"]
    text = "".join(texts)
    for claim in claims:
        assert squeezed(f"{claim['label']}{claim['paraphrase']}") in text or claim["outcome"], claim["id"]
        assert squeezed(claim["reason"]) in text, claim["id"]


def test_the_page_that_is_printed_holds_nothing_for_screens(built, book):
    """No script, control, code cell or popover; ids occur once; every link in the document has its place."""
    tree = lxml_html.document_fromstring(book.html)
    for tag in ("script", "button", "input", "select", "textarea", "details", "form"):
        assert not list(tree.iter(tag)), tag
    for name in ("trace", "margin-note", "chart-narrow", "chart-menu", "chart-picture", "hide"):
        assert not tree.find_class(name), name
    assert {number.tag for number in tree.find_class("traced")} == {"span"}
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link.get("href")[1:] for link in tree.xpath("//a[starts-with(@href, '#')]")} <= set(ids)
    used = set(re.findall(r"url\(#([^)\"']+)\)", book.html))
    assert used
    assert used <= set(ids)
    assert len(tree.find_class("chart-wide")) == charts_of(built)


def test_a_link_to_what_is_not_printed_goes_to_the_site_or_is_text():
    names = {"costs.html", "index.html"}
    go = onepage._destination
    assert go("costs.html", "index.html#top", names, "", {}) == "#index--top"
    assert go("costs.html", "#figure-1", names, "", {}) == "#costs--figure-1"
    assert go("costs.html", "claims/one.html", names, "", {"claims": []}) == "#all-claims--one"
    assert go("costs.html", "downloads.html#data", names, "https://example.org/b/", {}) == "https://example.org/b/downloads.html#data"
    assert go("costs.html", "downloads.html", names, "", {}) == ""
    assert go("costs.html", "https://example.org/x", names, "", {}) == "https://example.org/x"


def test_a_title_cannot_leave_its_style_sheet():
    assert "<" not in onepage._css('A "title" </style>')


def test_without_a_browser_one_sentence_says_how_to_get_one(built, tmp_path, monkeypatch):
    monkeypatch.setattr(chromium, "find_browser", lambda: None)
    with pytest.raises(pdf.PdfError, match=r"Install Chromium \(Debian: apt-get install chromium\)"):
        pdf.printed(built / "_build/html", tmp_path)


def test_without_a_site_one_sentence_says_what_to_run(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert pdf.main([]) == 1
    assert f"Build it first: {commands.BUILD}" in capsys.readouterr().err


def test_a_browser_that_fails_is_named(built, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/bin/false")
    with pytest.raises(pdf.PdfError, match=r"/bin/false could not print book\.html"):
        pdf.printed(built / "_build/html", tmp_path)


def test_the_summary_is_one_page_with_its_charts_and_how_to_cite(built):
    found = PdfReader(io.BytesIO(pdf.printed_page(built / "_build/html", pdf.SUMMARY)))
    assert len(found.pages) == 1
    assert found.metadata.title.startswith("On one page")
    assert found.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = squeezed(found.pages[0].extract_text())
    for part in (
        "The run.",
        "The research.",
        "The fleet.",
        "From the chapter Hidden costs",
        "Cite and check",
        "An executable audit",
        "CC BY 4.0",
    ):
        assert squeezed(part) in text, part
