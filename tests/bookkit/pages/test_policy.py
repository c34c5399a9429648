"""What pages may load and run: the policy stands first in every page, is strict, and fits what the page holds.

That it also holds in a browser, on every page and through everything that the browser tests do there, is checked by
`visiting` in browser.py; that it stops what it has to stop, by test_hostile.py.
"""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from bookkit.markup import refusing
from bookkit.pages import policy

STRICT = {"default-src": "'none'", "base-uri": "'none'"}


class Page(HTMLParser):
    """The elements of a page in their order, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.programs: list[str] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag == "script" and "src" not in dict(attrs) and bool(refusing.PROGRAMS.fullmatch(dict(attrs).get("type") or ""))
        if self.inside:
            self.programs.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.programs[-1] += data

    @property
    def policies(self) -> list[dict[str, str]]:
        return [
            dict(rule.strip().split(" ", 1) for rule in str(attributes["content"]).split(";"))
            for tag, attributes in self.elements
            if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
        ]


def test_every_page_begins_with_a_strict_policy_that_fits_it(built):
    """Before anything that could load; no unsafe-inline, no unsafe-eval, no other host; each script that stands in the page by its hash."""
    output = built / "_build/html"
    pages = sorted(output.rglob("*.html"))
    assert len(pages) > 100
    for path in pages:
        name = path.relative_to(output).as_posix()
        page = Page(path.read_text(encoding="utf-8"))
        start = [tag for tag, _ in page.elements].index("head")
        (first, charset), (second, equivalent) = page.elements[start + 1 : start + 3]
        assert (first, list(charset)) == ("meta", ["charset"]), name
        assert (second, equivalent.get("http-equiv")) == ("meta", "Content-Security-Policy"), name
        (rules,) = page.policies
        assert STRICT.items() <= rules.items(), name
        script = rules.get("script-src", "'none'").split()
        hashes = {word.strip("'") for word in script if word.startswith("'sha256-")}
        assert hashes == {policy.integrity(text) for text in page.programs}, name
        assert set(script) - {f"'{value}'" for value in hashes} <= {"'self'", "'none'"}, name
        assert all(
            word in ("'none'", "'self'", "data:")
            for key, value in rules.items()
            if key.endswith("-src")
            for word in value.split()
            if key not in ("script-src", "style-src")
        ), name
        assert rules["style-src"] == "'unsafe-inline'", name
        if name != "404.html":
            assert rules["require-trusted-types-for"] == "'script'", name
        assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")], name


@pytest.mark.parametrize(
    ("markup", "named"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<SCRIPT type='text/JavaScript'>1</SCRIPT>", "<script>"),
        ("<script type=module>1</script>", "<script>"),
        ("<img src=x onerror=alert(1)>", "onerror=“alert(1)”"),
        ("<svg/onload=alert(1)>", "onload"),
        ("<details open ontoggle = 'go()'>", "ontoggle"),
        ("<a href='javascript:alert(1)'>", "“javascript:alert(1)”"),
        ("<a href=' JaVa\tScript&colon;alert(1)'>", "address"),
        ("<a href='&#106;avascript:alert(1)'>", "address"),
        ("<svg><a xlink:href='javascript:1'></a></svg>", "address"),
        ("<form action='javascript:1'><button formaction='javascript:2'>", "javascript:2"),
        ("<iframe srcdoc='x'></iframe>", "<iframe>"),
        ("<object data='x'></object>", "<object>"),
        ("<embed src='x'>", "<embed>"),
        ("<base href='https://example.org/'>", "<base>"),
        ("<meta http-equiv=refresh content='0;url=x'>", "<meta>"),
        ("<a href='data:text/html,<script>1</script>'>", "address"),
    ],
)
def test_what_would_run_in_a_page_is_named(markup, named):
    found = refusing.refused(f"<p>Text</p>{markup}")
    assert found
    assert named in " ".join(found)


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Conversion = 3; one = two</p>",
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; javascript: onerror=</p>",
        '<script type="application/json">{"onclick=": "javascript:"}</script>',
        '<script type="application/ld+json">{}</script>',
        '<a href="cost.html#onload=1">a</a><button popovertarget="x">b</button><svg><use href="#a"/></svg>',
        '<code>&lt;img onerror=1&gt;</code><textarea>&lt;a href="javascript:1"&gt;</textarea>',
    ],
)
def test_words_about_scripts_are_not_scripts(markup):
    assert refusing.refused(markup) == []
