"""Citing: each format is read back by a library that isn't ours, all agree, hostile titles included.

pybtex reads BibTeX, rispy RIS, citeproc-py CSL-JSON, Beautiful Soup the box.
"""

import datetime
import html
import json
import re
import warnings
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
import rispy
from bs4 import BeautifulSoup, SoupStrainer
from pybtex.database import parse_string

from bookkit.citing import box as boxes
from bookkit.citing import citing, formats
from bookkit.citing.citing import Author, Book, Commit, Work

HOSTILE = 'What “is” 50% of $5 & a_b #1 ~x^2 {or} "c\\d"? </script><b>'
BOOK = Book(
    title="A Book about Costs: & more",
    name="A Book",
    authors=(Author("Doe", "Jane Mary"), Author("The makers of “A, B & C”")),
    version="1.2.0",
    published=datetime.date(2026, 3, 9),
    modified=datetime.date(2026, 4, 1),
    license="CC-BY-4.0",
    keywords=("cost", "audit"),
    site="https://example.org/b/",
    repository="https://github.com/o/r",
    commit=Commit("0123456789abcdef", datetime.date(2026, 4, 1), clean=True),
    data_hash="ab" * 32,
)
CHAPTER = Work(BOOK, "What did it cost?", "costs.html", "book/costs.md")
WHOLE = Work(BOOK, BOOK.title, "index.html", "book/index.md", whole=True)
WORKS = [CHAPTER, WHOLE, Work(BOOK, HOSTILE, "part/costs.html", "book/part/costs.md")]
BARE = Work(Book("T", "T", ()), "T", "t.html")


def read_bibtex(work):
    (key, entry), *others = parse_string(formats.bibtex(work), "bibtex").entries.items()
    assert not others
    return key, entry


def read_ris(work):
    (entry,) = rispy.loads(formats.ris(work))
    return entry


def read_csl(work):
    (item,) = json.loads(formats.csl(work))
    return item


@pytest.mark.parametrize("work", WORKS)
def test_the_formats_agree(work):
    key, bib = read_bibtex(work)
    ris, csl = read_ris(work), read_csl(work)
    assert key == csl["id"]
    assert bib.type == ("book" if work.whole else "incollection")
    assert (ris["type_of_reference"], csl["type"]) == (("BOOK", "book") if work.whole else ("CHAP", "chapter"))
    assert ris["title"] == csl["title"] == work.title
    assert bib.fields["year"] == ris["year"] == str(csl["issued"]["date-parts"][0][0]) == "2026"
    assert ris["date"] == "2026/03/09"
    assert bib.fields["url"] == ris["urls"][0] == csl["URL"] == work.address
    assert bib.fields["note"] == ris["edition"] == csl["note"] == "Version 1.2.0, commit 0123456"
    if not work.whole:
        assert ris["secondary_title"] == csl["container-title"] == BOOK.title
        assert bib.fields["booktitle"] == r"{A Book about Costs: \& more}"
    assert ris["authors"] == ["Doe, Jane Mary", "The makers of “A, B & C”"]
    assert csl["author"] == [{"family": "Doe", "given": "Jane Mary"}, {"literal": "The makers of “A, B & C”"}]
    person, group = bib.persons["author"]
    assert (person.last_names, person.first_names, person.middle_names) == (["Doe"], ["Jane"], ["Mary"])
    assert str(group) == r"{The makers of “A, B \& C”}"


def test_latex_is_escaped_and_braces_stay_balanced():
    _, entry = read_bibtex(WORKS[2])
    title = entry.fields["title"]
    assert title.count("{") == title.count("}")
    assert r"50\% of \$5 \& a\_b \#1 \textasciitilde{}x\textasciicircum{}2 \textbraceleft{}or\textbraceright{}" in title
    assert r"c\textbackslash{}d" in title


def test_ris_has_one_line_for_each_field_whatever_the_title():
    work = Work(BOOK, "One\r\nER  - \r\ntwo", "x.html")
    (entry,) = rispy.loads(formats.ris(work))
    assert entry["title"] == "One ER - two"
    assert formats.ris(work).count("\r\n") == formats.ris(work).count("\n")


STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>Test</title><id>test</id><updated>2026-01-01T00:00:00Z</updated></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout delimiter=", "><group delimiter="; ">
<names variable="author"><name delimiter=" / "/></names><date variable="issued"><date-part name="year"/></date>
<text variable="title"/><text variable="container-title"/><text variable="URL"/>
</group></layout></bibliography></style>"""


def test_csl_json_is_rendered_by_a_citation_processor(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
        from citeproc.source.json import CiteProcJSON

        (tmp_path / "test.csl").write_text(STYLE)
        source = CiteProcJSON(json.loads(formats.csl(CHAPTER)))
        style = CitationStylesStyle(str(tmp_path / "test.csl"), validate=False)
        bibliography = CitationStylesBibliography(style, source, formatter.plain)
        bibliography.register(Citation([CitationItem(CHAPTER.key)]))
        (rendered,) = map(str, bibliography.bibliography())
    assert "Jane Mary Doe / The makers of “A, B & C”; 2026; What did it cost?; A Book about Costs: & more; https" in rendered


def test_a_citation_processor_renders_every_page_of_the_site(built, tmp_path):
    """All of them in one bibliography, as a reader who exports the whole book would have it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
        from citeproc.source.json import CiteProcJSON

        (tmp_path / "test.csl").write_text(STYLE)
        files = sorted((built / "_build/html").rglob("*.csl.json"))
        items = [item for path in files for item in json.loads(path.read_text(encoding="utf-8"))]
        style = CitationStylesStyle(str(tmp_path / "test.csl"), validate=False)
        bibliography = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
        for item in items:
            bibliography.register(Citation([CitationItem(item["id"])]))
        rendered = list(map(str, bibliography.bibliography()))
    assert len(rendered) == len(items) > 200
    for item, text in zip(items, rendered, strict=True):
        assert item["title"].partition(" ")[0] in text
        assert str(item["issued"]["date-parts"][0][0]) in text


@pytest.mark.parametrize(
    ("work", "text"),
    [
        (
            CHAPTER,
            "Doe, J. M., & The makers of “A, B & C”. (2026). What did it cost? "
            "In A Book about Costs: & more (Version 1.2.0, commit 0123456). https://example.org/b/costs.html",
        ),
        (
            WHOLE,
            "Doe, J. M., & The makers of “A, B & C”. (2026). A Book about Costs: & more (Version 1.2.0, commit 0123456). "
            "https://example.org/b/",
        ),
        (BARE, "T. In T. (n.d.)."),
    ],
)
def test_apa(work, text):
    found = BeautifulSoup(formats.apa(work), "html.parser").get_text()
    assert found == text


def test_the_box_opens_without_javascript_and_names_the_state_of_the_sources():
    soup = BeautifulSoup(boxes.box(CHAPTER), "html.parser")
    box = soup.find("details", id="cite")
    assert box.summary.get_text() == "Cite this chapter"
    facts = {term.get_text(): term.find_next_sibling("dd") for term in box.find_all("dt")}
    assert list(facts) == ["Version", "Commit", "Commit date", "Data", "Permalink", "History", "License"]
    assert facts["Commit"].a["href"] == "https://github.com/o/r/commit/0123456789abcdef"
    assert facts["Commit date"].time["datetime"] == "2026-04-01"
    assert facts["Data"].code.get_text() == "ab" * 6
    assert facts["Permalink"].a["href"] == "https://example.org/b/costs.html"
    assert facts["History"].a["href"] == "https://github.com/o/r/commits/HEAD/book/costs.md"
    assert facts["License"].get_text() == "CC BY 4.0"
    assert [link["href"] for link in box.select(".cite-formats a")] == ["costs.bib", "costs.ris", "costs.csl.json"]
    assert not soup.find_all("script")


def test_hostile_titles_are_text_in_the_box():
    soup = BeautifulSoup(boxes.box(WORKS[2]), "html.parser")
    assert soup.select_one(".cite-text").get_text().count(HOSTILE) == 1
    assert not soup.find_all(["script", "b"])
    assert html.escape(HOSTILE, quote=False)[-15:] in boxes.box(WORKS[2])


def test_nothing_leads_nowhere_when_no_address_is_known():
    soup = BeautifulSoup(boxes.box(BARE), "html.parser")
    assert [link["href"] for link in soup.find_all("a")] == ["t.bib", "t.ris", "t.csl.json"]
    assert not soup.find_all("dt")
    assert "http" not in formats.bibtex(BARE) + formats.ris(BARE) + formats.csl(BARE)
    assert read_ris(BARE)["title"] == read_csl(BARE)["title"] == "T"
    assert read_bibtex(BARE)[1].fields["title"] == "{T}"


def test_without_a_repository_the_changelog_is_the_history():
    soup = BeautifulSoup(boxes.box(Work(BARE.book, "T", "part/t.html"), "changelog.html"), "html.parser")
    assert soup.dl.a["href"] == "../changelog.html"


def test_changes_after_the_commit_are_told():
    book = Book("T", "T", (), commit=Commit("f" * 40, datetime.date(2026, 1, 2), clean=False))
    assert "not committed" in boxes.box(Work(book, "T", "t.html"))


@pytest.mark.parametrize(
    ("repository", "address"),
    [
        ("https://github.com/o/r", "https://github.com/o/r/commit/abc"),
        ("https://gitlab.com/o/r", "https://gitlab.com/o/r/-/commit/abc"),
        ("", ""),
    ],
)
def test_repository_addresses(repository, address):
    assert citing.repository_address(repository, "commit", "abc") == address


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("BSD-3-Clause", "https://spdx.org/licenses/BSD-3-Clause.html"),
    ],
)
def test_license_addresses(name, address):
    assert citing.license_address(name) == address


def test_the_data_hash_changes_with_names_and_values_and_with_nothing_else(tmp_path):
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "datapackage.json").write_text('{"resources": [{"path": "a.csv"}, {"path": "b.csv"}]}')
    first = citing.data_hash(tmp_path)
    for name in ("README.md", "a - Copy.csv", ".~lock.a.csv#", "c.csv"):
        (tmp_path / name).write_text("changed")
        assert citing.data_hash(tmp_path) == first
    (tmp_path / "a.csv").rename(tmp_path / "b.csv")
    second = citing.data_hash(tmp_path)
    (tmp_path / "b.csv").write_text("x\n2\n")
    assert len({first, second, citing.data_hash(tmp_path)}) == 3
    assert citing.data_hash(tmp_path / "nowhere") == ""


def test_citation_files_are_read(tmp_path):
    path = tmp_path / "CITATION.cff"
    path.write_text(
        'title: "T: & t"\nauthors:\n  - family-names: Berg\n    name-particle: van den\n    given-names: Ada\n  - name: "G"\n'
        "version: 1.10\ndate-released: 2026-01-02\nlicense: [CC-BY-4.0, MIT]\n"
    )
    book = citing.describe(citing.read_citation(path), name="N")
    assert book.title == "T: & t"
    assert [author.inverted for author in book.authors] == ["van den Berg, Ada", "G"]
    assert (book.published, book.license) == (datetime.date(2026, 1, 2), "CC-BY-4.0")
    assert citing.describe(citing.read_citation(tmp_path / "none"), name="N", author="A").authors == (Author("A"),)


def test_a_date_that_is_none_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match=r"CITATION.cff: date-released is “soon”. Write it as 2026-11-29."):
        citing.describe({"date-released": "soon"}, name="N")


def test_every_page_of_the_site_has_its_files(built):
    """Chapters and claims alike: each format is read by its library, and all agree with the page, its tags and its COinS."""
    site = built / "_build/html"
    citable = [path for path in site.rglob("*.html") if 'id="cite"' in path.read_text(encoding="utf-8")]
    assert {"index.html", "cost-claims.html"} <= {path.name for path in citable}
    assert len([path for path in citable if path.parent.name == "claims"]) == len(json.loads((site / "claims.json").read_text())["claims"])
    keys = []
    for page in citable:
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "lxml", parse_only=SoupStrainer(["head", "h1", "details"]))
        (box,) = soup.find_all(id="cite")
        (ris,) = rispy.loads(page.with_suffix(".ris").read_text(encoding="utf-8"))
        (item,) = json.loads(page.with_suffix(".csl.json").read_text(encoding="utf-8"))
        ((key, entry),) = parse_string(page.with_suffix(".bib").read_text(encoding="utf-8"), "bibtex").entries.items()
        keys.append(key)
        assert key == item["id"]
        assert ris["title"] == item["title"]
        assert re.sub(r"[\\{}]", "", entry.fields["title"]) == re.sub(r"[\\{}]", "", ris["title"])
        title = " ".join(soup.h1.get_text().rstrip("#¶").split())
        whole = page.name == "index.html"
        assert (ris["title"].startswith if whole else ris["title"].endswith)(title)
        tags = embedded_metadata(soup)
        found = coins_read(soup)
        assert found["itemType"] == ("book" if whole else "bookSection")
        assert whole or tags["itemType"] == "bookSection"
        assert tags["title"] == found["title"] == ris["title"]
        assert tags.get("bookTitle") == found.get("bookTitle") == item.get("container-title")
        assert found["creators"] == [author.get("literal") or (author["family"], author["given"]) for author in item["author"]]
        assert found["date"] == "-".join(f"{part:02}" for part in item["issued"]["date-parts"][0])
        assert all((page.parent / link["href"]).is_file() for link in box.select(".cite-formats a"))
    assert len(keys) == len(set(keys))


def embedded_metadata(soup):
    """What Zotero's “Embedded Metadata” makes of the tags in a page's head, by the rules of its source.

    The kind: the last of the tags that name a container decides (a book's title makes a book section); a title alone
    is taken for an article in a journal. Each field: the first tag that ends in its name. The address is that of OpenGraph,
    else the fulltext's.
    """
    kinds = {
        "citation_journal_title": "journalArticle",
        "citation_technical_report_institution": "report",
        "citation_conference_title": "conferencePaper",
        "citation_conference": "conferencePaper",
        "citation_book_title": "bookSection",
        "citation_inbook_title": "bookSection",
        "citation_dissertation_institution": "thesis",
    }
    pairs = [(tag.get("name") or tag.get("property") or "", tag.get("content", "")) for tag in soup.head.find_all("meta")]
    decided = [kinds[name] for name, content in pairs if name in kinds and content]

    def first(name):
        return next((" ".join(content.split()) for key, content in pairs if key.endswith(name) and content.strip()), None)

    fields = {
        "itemType": decided[-1] if decided else "journalArticle",
        "title": first("citation_title"),
        "bookTitle": first("citation_inbook_title"),
        "date": first("citation_publication_date"),
        "language": first("citation_language"),
        "url": first("og:url") or first("citation_fulltext_html_url"),
    }
    return {name: value for name, value in fields.items() if value}


def coins_read(soup):
    """What Zotero reads from the one COinS of a page, by the rules of its OpenURL parser."""
    (span,) = soup.select("span.Z3988[title]")
    assert span["aria-hidden"] == "true"
    assert not span.get_text()
    pairs = parse_qsl(span["title"], strict_parsing=True)
    values = dict(pairs)
    assert values["ctx_ver"] == "Z39.88-2004"
    assert values["rft_val_fmt"] == "info:ofi/fmt:kev:mtx:book"
    part = values["rft.genre"] == "bookitem"
    creators = []
    for name, value in pairs:
        if name in ("rft.aucorp", "rft.aulast"):
            creators.append(value if name == "rft.aucorp" else (value, values["rft.aufirst"]))
        elif name == "rft.au":
            creators.append(tuple(value.split(", ", 1)))
    fields = {
        "itemType": "bookSection" if part else "book",
        "title": values["rft.atitle" if part else "rft.btitle"],
        "bookTitle": values["rft.btitle"] if part else None,
        "creators": creators,
        "date": values["rft.date"],
        "edition": values.get("rft.edition"),
        "url": values.get("rft_id"),
    }
    return {name: value for name, value in fields.items() if value}


@pytest.mark.parametrize("work", WORKS)
def test_coins_name_a_section_of_a_book_with_its_version_and_survive_hostile_titles(work):
    found = coins_read(BeautifulSoup(boxes.box(work), "html.parser"))
    assert found == {
        "itemType": "book" if work.whole else "bookSection",
        "title": " ".join(work.title.split()),
        **({} if work.whole else {"bookTitle": BOOK.title}),
        "creators": [("Doe", "Jane Mary"), "The makers of “A, B & C”"],
        "date": "2026-03-09",
        "edition": "Version 1.2.0, commit 0123456",
        "url": work.address,
    }
    assert "+" not in formats.coins(Work(BOOK, "a + b", "x.html")).partition("rft.atitle=")[2].partition("&amp;")[0]


def test_an_edition_that_is_kept_is_cited_where_it_stays():
    """Every format names the address of the version; the box names the newest one beside it."""
    work = Work(replace(BOOK, kept="v/1.2.0/"), "What did it cost?", "costs.html")
    permalink = "https://example.org/b/v/1.2.0/costs.html"
    assert work.permalink == permalink
    assert work.address == "https://example.org/b/costs.html"
    assert read_bibtex(work)[1].fields["url"] == read_ris(work)["urls"][0] == read_csl(work)["URL"] == permalink
    assert coins_read(BeautifulSoup(formats.coins(work), "html.parser"))["url"] == permalink
    soup = BeautifulSoup(boxes.box(work), "html.parser")
    facts = {term.get_text(): term.find_next_sibling("dd").get_text() for term in soup.find_all("dt")}
    assert (facts["Permalink"], facts["Newest version"]) == (permalink, work.address)
    assert replace(work, path="index.html").permalink == "https://example.org/b/v/1.2.0/"


def test_zotero_reads_a_chapter_as_a_section_of_the_book():
    """The rules above see a fault: without the book's title, or with another container after it, it is something else."""
    head = f"<html><head>{boxes.head_tags(CHAPTER)}</head></html>"
    found = embedded_metadata(BeautifulSoup(head, "lxml"))
    assert found == {
        "itemType": "bookSection",
        "title": CHAPTER.title,
        "bookTitle": BOOK.title,
        "date": "2026/03/09",
        "language": "en",
        "url": "https://example.org/b/costs.html",
    }
    assert embedded_metadata(BeautifulSoup(head.replace("inbook_title", "other"), "lxml"))["itemType"] == "journalArticle"
    later = head.replace("</head>", '<meta name="citation_journal_title" content="J"></head>')
    assert embedded_metadata(BeautifulSoup(later, "lxml"))["itemType"] == "journalArticle"


@pytest.mark.parametrize(
    ("known", "start"),
    [
        (
            {"repository": "https://github.com/o/r", "contact": "mailto:a@example.org"},
            "https://github.com/o/r/issues/new?title=Problem%20with%20x&body=y",
        ),
        ({"contact": "mailto:a@example.org"}, "mailto:a@example.org?subject=Problem%20with%20x&body=y"),
        ({"contact": "https://example.org/contact"}, "https://example.org/contact"),
        ({"contact": "javascript:alert(1)"}, ""),
        ({}, ""),
    ],
)
def test_problems_are_reported_where_somebody_listens(known, start):
    """In the repository, else to the contact of the citation file, else nowhere; never to a script."""
    assert citing.report_address(Book("T", "N", (), **known), "x", "y") == start


@pytest.mark.parametrize(
    ("citation", "contact"),
    [
        ({"contact": [{"name": "A"}, {"email": "a@example.org"}]}, "mailto:a@example.org"),
        ({"contact": [{"website": "https://example.org/a"}], "url": "https://example.org"}, "https://example.org/a"),
        ({"url": "https://example.org"}, "https://example.org"),
        ({}, ""),
    ],
)
def test_the_contact_comes_from_the_citation_file(citation, contact):
    assert citing.describe(citation, name="N").contact == contact
