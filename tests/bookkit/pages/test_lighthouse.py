"""Lighthouse's four scores.

It loads pages from the compressing server as on a slow phone and on a desktop. Three of its scores are a matter of the
page alone and must be 100. Its performance score depends on the machine as well: a busy one loses points that the page
has not lost, so the best of up to three runs counts. Not run in parallel with other tests, for the same reason.
"""

from __future__ import annotations

import pytest

from tests.bookkit.browser import THOROUGH
from tests.bookkit.lighthouse import CATEGORIES, lighthouse

# The bar is 95 on a phone and 100 on a desktop: `make bench` prints both. Here a margin for busy machines.
PERFORMANCE = {"mobile": 90, "desktop": 95}
ATTEMPTS = 3


# The heavier page where it is harder, the home page where it is easier; the others with THOROUGH=1
TRIED = [("cost-claims.html", "mobile"), ("index.html", "desktop")]
OTHERS = [("index.html", "mobile"), ("cost-claims.html", "desktop")]


@pytest.mark.parametrize(("path", "form"), [*TRIED, *(OTHERS if THOROUGH else [])])
def test_lighthouse(site, tmp_path, path, form):
    """Accessibility, best practices and search engines 100; performance, best of three, near the bar."""
    best = 0
    for attempt in range(ATTEMPTS):
        report = lighthouse(f"{site}/{path}", form, tmp_path / f"{attempt}.json")
        others = {name: report.scores[name] for name in CATEGORIES if name != "performance" and report.scores[name] < 100}
        assert not others, f"{others}: {report.failed}"
        best = max(best, report.scores["performance"])
        if best >= PERFORMANCE[form]:
            break
    assert best >= PERFORMANCE[form], f"performance {best}, largest contentful paint {report.paint:.0f} ms: {report.failed}"
