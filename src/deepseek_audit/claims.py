"""What the five audited articles say, and which thing each of their figures belongs to."""

from __future__ import annotations

from collections import Counter
from typing import Any

from deepseek_audit.facts import Facts

# Two of the articles have no title of their own; these names are ours.
ARTICLE_NAMES = {
    "article_294k": "R1-bill article (untitled)",
    "article_arthnova": "Arthnova",
    "article_economics": "Economics explainer",
    "article_giganectar": "GigaNectar",
    "article_vtcnews": "VTC News",
}
VERDICTS = ("right", "conflated", "unsupported")


def attributions(facts: Facts) -> list[dict[str, Any]]:
    """Each cost or hardware figure of an article and what it belongs to (``data/attributions.csv``).

    Returns:
        The rows with the article's name, and ``beside``: how many rows of the same article and thing stand before.
    """
    articles = {row["claim_id"]: ARTICLE_NAMES[row["article"]] for row in facts.rows("claims")}
    seen: Counter[tuple[str, str]] = Counter()
    rows = []
    for row in facts.rows("attributions"):
        place = (articles[row["claim_id"]], row["belongs_to"])
        rows.append({**row, "article": place[0], "beside": seen[place]})
        seen[place] += 1
    return rows
