"""The pages as documents: valid HTML, by html-validate, and links that lead somewhere, by following every one of them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import pytest

from tests.bookkit.browser import node, node_tool

RULES = {
    "extends": ["html-validate:recommended"],
    "rules": {
        # Style, not validity; Sphinx and docutils write it so
        "no-trailing-whitespace": "off",
        "void-style": "off",
        "attribute-boolean-style": "off",
        "attribute-empty-style": "off",
        "no-inline-style": "off",
        "long-title": "off",
        "doctype-style": "off",
        "no-implicit-button-type": "error",
        # Ids that start with a digit or repeat a word are valid
        "valid-id": ["error", {"relaxed": True}],
        # What a reader sets in a chart shows at once; nothing is submitted
        "wcag/h32": "off",
        # Safari forgets the roles of a table whose rows become cards
        "no-redundant-role": "off",
        # Files are fingerprinted and served by this site itself
        "require-sri": "off",
        # Browsers without the popover attribute are no reason not to use it
        "prefer-native-element": "off",
        # The link of a heading is named by its title, so that its mark is no text; axe sees that each link has a name
        "wcag/h30": "off",
    },
}


@pytest.fixture(scope="session")
def output(built: Path) -> Path:
    return built / "_build/html"


def test_html_is_valid(output, tmp_path):
    settings = tmp_path / "rules.json"
    settings.write_text(json.dumps(RULES))
    command = [node(), str(node_tool("html-validate/bin/html-validate.mjs")), "--config", str(settings), "--formatter", "json", str(output)]
    # Into a file: on a pipe the validator ends before its last lines are through
    with (tmp_path / "report.json").open("w") as report:
        result = subprocess.run(command, stdout=report, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path)
    reports = json.loads((tmp_path / "report.json").read_text(encoding="utf-8") or "[]")
    assert result.returncode == 0 or reports, result.stderr
    faults = [
        f"{Path(report['filePath']).name}:{message['line']}:{message['column']} {message['ruleId']}: {message['message']}"
        for report in reports
        for message in report["messages"]
    ]
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults[:40])


CSS_ADDRESS = re.compile(r"""url\(["']?([^)"'#][^)"']*)["']?\)""")


class Anchors(HTMLParser):
    """The ids of a page, and every address it names."""

    NAMING = ("href", "src", "data-live", "data-spec", "data-calculator", "poster", "action", "formaction")
    IN_CONTENT = ("og:image", "twitter:image")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.base = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if named.get("id"):
            self.ids.append(str(named["id"]))
        self.addresses += [str(named[name]) for name in self.NAMING if named.get(name)]
        if tag == "use":
            self.addresses.pop()
        self.addresses += [part.split()[0] for part in str(named.get("srcset") or "").split(",") if part.strip()]
        content = str(named.get("content") or "")
        if tag == "meta" and named.get("property", named.get("name")) in self.IN_CONTENT:
            self.addresses.append(content)
        if tag == "meta" and str(named.get("http-equiv")).lower() == "refresh":
            self.addresses.append(re.sub(r"^[\d.]+;\s*url=", "", content, flags=re.IGNORECASE))
        self.addresses += CSS_ADDRESS.findall(str(named.get("style") or ""))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self.addresses += CSS_ADDRESS.findall(data)


def addresses_in_files(output: Path) -> Iterator[tuple[str, str]]:
    """File and address of what machines follow: the feed, the sitemap, and the lists of numbers and claims."""
    for name, entries in (("numbers.json", "numbers"), ("claims.json", "claims")):
        for entry in json.loads((output / name).read_text(encoding="utf-8"))[entries]:
            yield name, entry["address"]
    for path in [*output.glob("feed.xml"), *output.glob("sitemap.xml")]:
        for element in ElementTree.parse(path).iter():
            if element.tag.endswith("}link"):
                yield path.name, element.attrib["href"]
            elif element.tag.endswith("}loc"):
                yield path.name, str(element.text)


def test_every_internal_link_leads_somewhere(output):
    """To a file of the site and, where it names one, to an id of that page. Ids occur once.

    Followed are links, pictures, scripts, fonts of style sheets, cards of link previews, and the addresses in files for machines.
    """
    pages = {path.relative_to(output).as_posix(): Anchors(path.read_text(encoding="utf-8")) for path in sorted(output.rglob("*.html"))}
    faults = [f"{name}: id “{found}” occurs twice" for name, page in pages.items() for found in page.ids if page.ids.count(found) > 1]
    followed = 0
    named = [(name, address) for name, page in pages.items() for address in page.addresses]
    for name, address in [*named, *addresses_in_files(output)]:
        target = urlsplit(urljoin(f"http://site/{name}", address))
        if target.netloc != "site":
            continue
        followed += 1
        path = unquote(target.path).lstrip("/") or "index.html"
        if not (output / path).is_file():
            faults.append(f"{name}: {address}: no such file")
        elif target.fragment and path in pages and unquote(target.fragment) not in pages[path].ids:
            faults.append(f"{name}: {address}: no such id")
    assert followed > 100
    assert not faults, f"{len(faults)} of {followed} links\n" + "\n".join(sorted(set(faults))[:40])
