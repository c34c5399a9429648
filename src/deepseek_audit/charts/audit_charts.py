"""The chart of the audit: the family tree of a figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Unpack

import altair as alt

from deepseek_audit.audit.provenance import Branch
from factbook.charts import INK, MUTED, VERMILION, WIDTH, Drawing, Words, finish, inline

# Steps that fit beside each other, with room for the names
STEPS = 16
TREE_MEASURE = (
    "Each text stands below the one it took the figure from. Solid: named or linked. Dashed: inferred from wording. Orange: the articles."
)
TREE_SOURCE = "The steps of citations.csv, read from the texts themselves."
TREE_COLUMNS = {"name": "Text", "parent": "Took it from", "how": "Known by"}


def family_tree(branches: Sequence[Branch], names: Mapping[str, str], marked: Collection[str], **words: Unpack[Words]) -> Drawing:
    """Who took a figure from whom: a line for each text, set in below the text that it took it from.

    Args:
        branches: the texts, each after its parent.
        names: what a text is called.
        marked: keys of texts to set off.
    """
    words.setdefault("source", TREE_SOURCE)
    rows: list[dict[str, Any]] = []
    for place, branch in enumerate(branches):
        besides = f" (and {', '.join(names.get(key, key) for key in branch.besides)})" if branch.besides else ""
        rows.append(
            {
                "name": names.get(branch.source, branch.source) + besides,
                "depth": branch.depth,
                "place": place,
                "marked": branch.source in marked,
                "parent": "" if branch.parent is None else names.get(branches[branch.parent].source, branches[branch.parent].source),
                "how": "its own" if branch.parent is None else "named or linked" if branch.sure else "inferred from wording",
                "stem": branch.depth - 1,
                "above": branch.parent,
            }
        )
    x, y = alt.Scale(domain=[-0.2, STEPS], nice=False), alt.Scale(domain=[-0.6, len(rows) - 0.4], reverse=True, nice=False, zero=False)
    level = alt.Y("place:Q", scale=y, axis=None)
    base = alt.Chart(inline(rows)).encode(y=level)
    taken = base.transform_filter("isValid(datum.above)")
    dash = alt.condition("datum.how == 'named or linked'", alt.value([1, 0]), alt.value([4, 3]))
    color = alt.condition("datum.marked", alt.value(VERMILION), alt.value(INK))
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in TREE_COLUMNS.items()]
    chart = alt.layer(
        taken.mark_rule(color=MUTED).encode(x=alt.X("stem:Q", scale=x, axis=None), y=alt.Y("above:Q", scale=y, axis=None), y2="place:Q"),
        taken.mark_rule(color=MUTED).encode(x=alt.X("stem:Q", scale=x, axis=None), x2="depth:Q", strokeDash=dash),
        base.mark_point(filled=True, size=45, opacity=1).encode(x=alt.X("depth:Q", scale=x, axis=None), color=color, tooltip=tooltip),
        base.mark_text(align="left", dx=8).encode(x=alt.X("depth:Q", scale=x, axis=None), text="name:N", color=color),
    ).properties(width=WIDTH, height=len(rows) * 25)
    return finish(chart, words, TREE_COLUMNS)
