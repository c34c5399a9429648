"""The whole book as one page, for print: assembled from the pages of the built site, so that nothing is executed again.

What only works on a screen is left out (code, traces, menus, sliders, the narrow drawings); links between pages
become links inside the document. Ids get the name of their page in front, since each page counts its figures and
notes from one. Pages are parsed and changed as trees, never as text.

It needs nothing but the folder of a built site: what the book is called, who made it and when is read from the home
page's own description for search engines.
"""

from __future__ import annotations

import itertools
import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html as lxml_html
from lxml.html import HtmlElement
from markupsafe import Markup

from bookkit.citing import citing
from bookkit.markup.templates import render
from bookkit.outputs import claims
from bookkit.project import commands
from factbook.contract import Verdict

HOME = "index.html"
CLAIMS_ANCHOR = "all-claims"
CLAIMS_TITLE = "Appendix: every claim, its verdict and why"
# Nothing of a chapter may run or ask for anything while it is printed
POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src file:; img-src data:"
# Stands for the site while addresses are resolved
HERE = "http://book.invalid/"
# What print cannot use: controls, code, and what stands elsewhere in the document
DROPPED_TAGS = ("script", "style", "noscript", "template", "form", "nav", "textarea", "input")
DROPPED_CLASSES = (
    *("traces", "margin-note", "headerlink", "backrefs", "chapter-head", "sections", "verify", "cell_input", "hide"),
    *("chart-menu", "chart-data", "chart-picture", "chart-narrow", "chart-controls", "chart-live"),
    *("calculator-actions", "calculator-exact", "calculator-track", "calculator-undo", "calculator-before", "calculator-formulas"),
    *("claim-hint", "claim-filters", "definitions", "permalinks", "permalinks-list"),
)
# Tables of at most so many rows stay on one page
SHORT_TABLE = 14
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Elements that a screen needs and that print knows by other names
PRINTED_AS = {"button": "span", "details": "div", "summary": "p", "label": "span", "output": "b", "fieldset": "div", "legend": "p"}
SCREEN_ONLY = ("tabindex", "open", "disabled", "for", "download", "aria-live", "data-live", "data-spec")
REFERRING = ("aria-labelledby", "aria-describedby", "headers")
FRAGMENT = re.compile(r"url\(\s*[\"']?#([^\"')]+)[\"']?\s*\)")

# What the site tells machines, as it stands in their files
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Heading:
    """A line of the contents."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Document:
    """The book as one HTML document, and what a PDF says of itself."""

    html: str
    title: str
    authors: tuple[str, ...]
    description: str
    keywords: tuple[str, ...]
    language: str
    modified: str
    name: str
    version: str
    headings: tuple[Heading, ...]
    titles: tuple[str, ...]


class NotASite(Exception):
    """The folder holds no built site. The message says what to do."""


def document(site: Path, style: str) -> Document:
    """Assemble the book.

    Args:
        site: folder of the built site.
        style: the style sheets, as one text.

    Raises:
        NotASite: there is no home page, or it does not describe the book.
    """
    about, name = _described(site)
    pages = _pages(site)
    names = {path for path, _ in pages}
    audited = _claims(site)
    bodies = [_chapter(path, tree, names, about.get("url", ""), audited) for path, tree in pages]
    if audited:
        bodies.append(_parsed(_appendix(audited)))
    headings = [heading for body in bodies for heading in _headings(body)]
    _mend_links(bodies, {heading.anchor for heading in headings})
    for body in bodies:
        _show_addresses(body)
    title, subtitle = _titles(str(about["name"]), name)
    authors = tuple(str(author["name"]) for author in about.get("author", ()))
    running = "\n".join(_running_head(body, name, index) for index, body in enumerate(bodies))
    text = render(
        "print/book.html",
        language=str(about.get("inLanguage", "en")),
        policy=POLICY,
        title=about["name"],
        style=Markup(f"{style}\n{running}"),
        cover=_cover(about, title, subtitle, authors, pages[0][1]),
        headings=headings,
        bodies=[Markup(lxml_html.tostring(body, encoding="unicode")) for body in bodies],
    )
    return Document(
        html=text,
        title=str(about["name"]),
        authors=authors,
        description=str(about.get("description", "")),
        keywords=tuple(str(word) for word in about.get("keywords", ())),
        language=str(about.get("inLanguage", "en")),
        modified=str(about.get("dateModified", "")),
        name=name,
        version=str(about.get("version", "")),
        headings=tuple(headings),
        titles=tuple(dict.fromkeys(_text(element) for body in bodies for element in body.iter("h1", "h2", "h3", "h4"))),
    )


def edition(site: Path) -> tuple[str, str]:
    """Name and version of the book that a built site shows.

    Raises:
        NotASite: there is no home page, or it does not describe the book.
    """
    about, name = _described(site)
    return name, str(about.get("version", ""))


def _described(site: Path) -> tuple[Data, str]:
    if not (site / HOME).is_file():
        raise NotASite(f"There is no built site in {site}. Build it first: {commands.BUILD}")
    tree = _tree(site / HOME)
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        about = json.loads(script.text or "{}")
        if about.get("@type") == "Book":
            bar = tree.find_class("bar-title")
            return about, _text(bar[0]) if bar else str(about["name"])
    raise NotASite(f"The home page in {site} does not describe the book. Build the site again: {commands.BUILD}")


def _tree(path: Path) -> HtmlElement:
    return lxml_html.document_fromstring(path.read_text(encoding="utf-8").encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))


def _parsed(text: str) -> HtmlElement:
    return lxml_html.fragment_fromstring(text)


def _text(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _pages(site: Path) -> list[tuple[str, HtmlElement]]:
    """The chapters in the order of the bar's list, the home page first."""
    home = _tree(site / HOME)
    listed = [str(address) for address in home.xpath("//header//nav//ol//a/@href")]
    paths = dict.fromkeys([HOME, *(urlsplit(address).path for address in listed if urlsplit(address).path)])
    return [(path, home if path == HOME else _tree(site / unquote(path))) for path in paths]


def _claims(site: Path) -> Data:
    path = site / claims.FILE
    found: Data = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


# Ids and links


def anchor(path: str, fragment: str = "") -> str:
    """The id in the document of a page, or of a place in it: ``costs.html#figure-1`` is ``costs--figure-1``."""
    page = posixpath.splitext(unquote(path))[0].replace("/", "-")
    return f"{page}--{unquote(fragment)}" if fragment else page


def _destination(path: str, address: str, names: set[str], site: str, audited: Data) -> str:
    """Where a link of the page ``path`` leads in print; nothing where it leads nowhere."""
    target = urlsplit(urljoin(HERE + path, address))
    if not f"{target.scheme}://{target.netloc}/".startswith(HERE):
        return address
    name = unquote(target.path).lstrip("/") or HOME
    if name == CLAIMS_ANCHOR:
        return f"#{name}"
    if name in names:
        return f"#{anchor(name, target.fragment)}"
    if audited and name.startswith(f"{claims.FOLDER}/") and name.endswith(".html"):
        return f"#{_claim_anchor(posixpath.basename(name).removesuffix('.html'))}"
    return urljoin(site, name) + (f"#{target.fragment}" if target.fragment else "") if site else ""


def _claim_anchor(identifier: str) -> str:
    return f"{CLAIMS_ANCHOR}--{identifier}"


def _mend_links(bodies: Sequence[HtmlElement], kept: Iterable[str]) -> None:
    """Let links to places that print left out lead to their chapter; then drop the ids that nothing names."""
    known = {identifier for body in bodies for identifier in body.xpath("descendant-or-self::*/@id")}
    chapters = [body.get("id") for body in bodies]
    named = {*chapters, *kept}
    for body in bodies:
        for link in body.xpath(".//a[starts-with(@href, '#')]"):
            target = link.get("href")[1:]
            if target not in known:
                target = target.partition("--")[0]
                target = target if target in chapters else chapters[0]
                link.set("href", f"#{target}")
            named.add(target)
        for element in body.iter():
            for name, value in element.items() if isinstance(element.tag, str) else ():
                if name in REFERRING:
                    named.update(value.split())
                elif name == "xlink:href" or (name == "href" and element.tag != "a"):
                    named.add(value.removeprefix("#"))
                else:
                    named.update(FRAGMENT.findall(value))
    for body in bodies:
        for element in body.xpath(".//*[@id]"):
            if element.get("id") not in named:
                del element.attrib["id"]


# A chapter


def _chapter(path: str, tree: HtmlElement, names: set[str], site: str, audited: Data) -> HtmlElement:
    """The article of a page as it is printed."""
    article = tree.find(".//article")
    _drop(article)
    if audited:
        for table in article.find_class("claim-scroll"):
            table.getparent().replace(table, _parsed(f'<p><a href="{HERE}{CLAIMS_ANCHOR}">{CLAIMS_TITLE}</a></p>'))
    for number in article.find_class("traced"):
        number.tag = "span"
        del number.attrib["href"]
    _rename(article, anchor(path))
    for link in list(article.iter("a")):
        where = _destination(path, link.get("href", ""), names, site, audited) if link.get("href") else ""
        if where:
            link.set("href", where)
        else:
            link.drop_tag()
    for fold in article.find_class("appendix-fold"):
        fold.find("summary").drop_tag()
        fold.drop_tag()
    for element in list(article.iter(*PRINTED_AS)):
        element.tag = PRINTED_AS[element.tag]
    for select in list(article.iter("select")):
        chosen = select.xpath(".//option[@selected]") or select.xpath(".//option")
        text = _text(chosen[0]) if chosen else ""
        for option in list(select):
            select.remove(option)
        select.tag, select.text = "b", text
    for element in article.iter():
        for name in SCREEN_ONLY:
            if isinstance(element.tag, str) and name in element.attrib:
                del element.attrib[name]
    for cell in [*article.find_class("cell_output"), *article.find_class("cell")]:
        if not len(cell) and not _text(cell):
            cell.drop_tree()
    for table in article.iter("table"):
        if len(table.findall("tbody/tr")) <= SHORT_TABLE:
            table.set("class", f"{table.get('class', '')} short-table".strip())
    _join_names_with_headings(article)
    _regroup_figures(article)
    article.tag = "section"
    article.set("id", anchor(path))
    article.set("class", f"part {article.get('class', '')}".strip())
    return article


def _join_names_with_headings(article: HtmlElement) -> None:
    """A further name of a section stands before its heading; alone, it would be left at the end of the page before."""
    for section in article.iter("section"):
        names = list(itertools.takewhile(lambda child: child.tag == "span" and child.get("id") and not _text(child), section))
        heading = section[len(names)] if len(section) > len(names) else None
        if heading is not None and heading.tag in HEADINGS:
            for name in reversed(names):
                name.tail, heading.text = heading.text, None
                heading.insert(0, name)


def _regroup_figures(article: HtmlElement) -> None:
    """What a PDF calls a figure is the drawing with its text alternative; words and calculators around it are text."""
    for figure in list(article.iter("figure")):
        figure.set("role", "group")
    for drawing in article.find_class("chart-drawing"):
        for svg in drawing.iter("svg"):
            svg.set("role", "img")
            svg.set("aria-label", drawing.get("aria-label", ""))
            svg.attrib.pop("aria-hidden", None)
        drawing.attrib.pop("role", None)
        drawing.attrib.pop("aria-label", None)


def _drop(article: HtmlElement) -> None:
    for element in list(article.iter()):
        if (
            not isinstance(element.tag, str)
            or element.tag in DROPPED_TAGS
            or "hidden" in element.attrib
            or not set(element.get("class", "").split()).isdisjoint(DROPPED_CLASSES)
        ):
            element.drop_tree()


def _rename(article: HtmlElement, prefix: str) -> None:
    """Put the page's name before every id, and before every mention of one."""
    for element in article.iter():
        for name, value in list(element.items()):
            if name == "id":
                element.set(name, f"{prefix}--{value}")
            elif name in REFERRING:
                element.set(name, " ".join(f"{prefix}--{part}" for part in value.split()))
            elif value.startswith("#") and (name == "xlink:href" or (name == "href" and element.tag != "a")):
                element.set(name, f"#{prefix}--{value[1:]}")
            elif "url(" in value:
                element.set(name, FRAGMENT.sub(lambda match: f"url(#{prefix}--{match[1]})", value))


def _show_addresses(body: HtmlElement) -> None:
    """Print the address of a link to the web after its text, unless the text is the address."""
    for link in body.xpath(".//a[starts-with(@href, 'http')]"):
        shown = re.sub(r"^https?://(www\.)?|/$", "", link.get("href"))
        if shown not in _text(link) and _text(link.getparent()).count(shown) == 0:
            address = lxml_html.Element("span")
            address.set("class", "address")
            address.text = f" {shown}"
            link.append(address)


def _headings(body: HtmlElement) -> Iterator[Heading]:
    """The chapter and its sections; the chapter's own id stands for its title."""
    for element in body.iter("h1", "h2"):
        if element.tag == "h1":
            yield Heading(1, _text(element), body.get("id"))
        else:
            holder = element if element.get("id") else element.getparent()
            if holder.get("id"):
                yield Heading(2, _text(element), holder.get("id"))


# The first pages


def _titles(full: str, name: str) -> tuple[str, str]:
    """Title and subtitle: what follows the book's short name is its subtitle."""
    rest = full.removeprefix(name).lstrip(" :–—-") if full.startswith(name) else ""
    return (name, rest) if rest else (full, "")


def _cover(about: Data, title: str, subtitle: str, authors: Sequence[str], home: HtmlElement) -> Markup:
    day, license, address = (str(about.get(name) or "") for name in ("dateModified", "license", "url"))
    day = day or str(about.get("datePublished") or "")
    stated = _stated(home)
    licenses = [_text(link) for link in home.xpath("//a[@rel='license']") if link.get("href") == license]
    facts = {
        "Version": about.get("version"),
        "Date": Markup('<time datetime="{}">{}</time>').format(day, _long_day(day)) if day else "",
        **{name: stated.get(name) for name in ("Commit", "Data")},
        "License": citing.link(license, licenses[0] if licenses else license) if license else "",
        "Address": citing.link(address, address) if address else "",
    }
    return render(
        "print/cover.html",
        title=title,
        subtitle=subtitle,
        authors=", ".join(authors),
        facts={name: value for name, value in facts.items() if value},
        cite=next((_text(element) for element in home.find_class("cite-text")), ""),
        where="the address above" if address else "its website",
    )


def _stated(home: HtmlElement) -> dict[str, str]:
    """What the home page's box for citing says of the edition."""
    found = {}
    for facts in home.find_class("cite-facts"):
        for name, value in zip(facts.iter("dt"), facts.iter("dd"), strict=True):
            found[_text(name)] = _text(value)
    return found


def _long_day(day: str) -> str:
    year, month, number = day.split("-")
    return f"{int(number)} {citing.MONTHS[int(month) - 1]} {year}"


def _running_head(body: HtmlElement, name: str, index: int) -> str:
    """The rules that put the chapter's title at the head of its pages."""
    title = next((_text(element) for element in body.iter("h1")), "")
    short = title.partition(":")[0]
    left = _css(name) if short != name else '""'
    return (
        f"#{body.get('id')} {{ page: part-{index}; }}\n"
        f"@page part-{index} {{ @top-left {{ content: {left}; }} @top-right {{ content: {_css(short)}; }} }}"
    )


def _css(text: str) -> str:
    """The text as a string of a style sheet inside HTML."""
    return '"' + "".join(f"\\{ord(character):x} " if character in '"\\<>\n' else character for character in text) + '"'


# The appendix


def _appendix(document: Data) -> Markup:
    """Every audited claim in a few lines, by article, in the order of the audit."""
    groups = [
        {
            **article,
            "about": ", ".join(filter(None, (article["title"], article["publisher"].replace("unknown", ""), article["year"]))),
            "is_web": article["url"].startswith(("https://", "http://")),
            "claims": [
                {**claim, "badge": _badge(claim), "place": claims.places(claim["lines"]).capitalize()}
                for claim in document["claims"]
                if claim["article"] == article["key"]
            ],
        }
        for article in [*document["articles"], *_news(document)]
    ]
    marks = [claims.badge(Verdict(key=key, label=label)) for key, label in document["verdicts"].items()]
    return render("print/claims.html", anchor=CLAIMS_ANCHOR, title=CLAIMS_TITLE, marks=marks, groups=groups)


def _news(document: Data) -> list[Data]:
    """The statements of the news as a group of their own, by outlet; none where there are none."""
    told = [claim for claim in document["claims"] if claim.get("news")]
    keys = dict.fromkeys((claim["article"], claim["article_name"]) for claim in told)
    return [{"key": key, "name": name, "title": "A statement of the news", "publisher": "", "year": "", "url": ""} for key, name in keys]


def _badge(claim: Data) -> Markup:
    return claims.badge(Verdict(key=claim["verdict"], label=claim["label"]), outcome=claim["outcome"])
