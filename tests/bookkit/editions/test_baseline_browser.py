"""What readers of another state and of an older edition see: the line at the top and the table, in both themes, on phones, on paper."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bookkit.editions import compare, differences, versions
from bookkit.editions.differences import Standing
from tests.bookkit.browser import node, node_tool, serving, visiting
from tests.bookkit.editions.test_baseline import DIFFERENCE, TITLES
from tests.bookkit.editions.test_versions import zipped
from tests.bookkit.pages.test_browser import OVERFLOW, OVERHANG, WIDTHS, axe_faults
from tests.bookkit.pages.test_html import RULES

PAGES = ("differences.html", "v/index.html")


@pytest.fixture(scope="module")
def shown(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published folder of real pages: an edition kept beside the newest site, and every kind of difference in the table."""
    folder = tmp_path_factory.mktemp("shown")
    site = released / "_build/html"
    (folder / "zips").mkdir()
    zipped(site, folder / "zips/site.zip")
    target = versions.assemble(site, versions.in_folder(folder / "zips"), folder / "published")
    version = json.loads((site / "edition.json").read_text(encoding="utf-8"))["version"]
    (target / "v" / version).rename(target / "v/kept")
    page = target / "differences.html"
    before, _, rest = page.read_text(encoding="utf-8").partition('<article class="chapter">')
    after = rest.partition("</article>")[2]
    # Links of the example lead nowhere; they are not followed
    body = differences.page(Standing(DIFFERENCE, ("data",), "1.2.0"), TITLES, "cost-claims.html")
    page.write_text(f'{before}<article class="chapter">{body}</article>{after}', encoding="utf-8")
    return target


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", [*PAGES, "v/kept/cost-claims.html"])
def test_the_line_and_the_table_are_accessible_and_fit_every_width(browser, shown, path, theme):
    """In the dark theme only colors differ, so contrast alone is measured there."""
    faults = []
    with serving(shown) as base, visiting(browser, base, path, color_scheme=theme) as visit:
        faults += axe_faults(visit.page, *(["color-contrast"] if theme == "dark" else []))
        for width in WIDTHS if theme == "light" else ():
            visit.page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{width} px: {fault}" for fault in visit.page.evaluate(OVERFLOW, OVERHANG)]
        faults += visit.faults()
    assert not faults, "\n".join(faults)


def test_the_line_is_there_without_javascript_and_on_paper(browser, shown):
    with serving(shown) as base, visiting(browser, base, "v/kept/cost-claims.html", java_script_enabled=False) as visit:
        line = visit.page.locator("section.edition")
        assert "kept as it was published" in line.inner_text()
        visit.page.emulate_media(media="print")
        assert line.is_visible()


def test_these_pages_are_valid(shown, tmp_path):
    settings = tmp_path / "rules.json"
    settings.write_text(json.dumps(RULES))
    pages = [str(shown / path) for path in (*PAGES, "v/kept/cost-claims.html")]
    command = [node(), str(node_tool("html-validate/bin/html-validate.mjs")), "--config", str(settings), *pages]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stdout[-3000:]


def test_the_example_shows_every_part():
    """What the tests above look at has rows of each kind."""
    assert all((DIFFERENCE.moved, DIFFERENCE.added, DIFFERENCE.removed, DIFFERENCE.judged))
    assert compare.line(DIFFERENCE)
