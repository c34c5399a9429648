"""What became of verdicts: every change as a row of ``data/verdict_changes.csv``, and verdicts before and after as a matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from deepseek_audit.audit.claims import RELAYED, RIGHT, VERDICTS, WRONG, AuditedClaim, label_of
from factbook import quantity
from factbook.facts import Facts
from factbook.publish import Cell
from factbook.quantity import Quantity
from factbook.tables import Row

NEW = "new"
# The edition that judged every claim anew
JUDGED_ANEW = "0.7.0"
KIND = {verdict: kind for kind, verdicts in (("holds", (*RIGHT, *RELAYED)), ("misleads", WRONG)) for verdict in verdicts}


def changes(facts: Facts, claim_id: str) -> list[Row]:
    """The changes of one claim’s verdict, the newest first."""
    return sorted(facts.where("verdict_changes", claim_id=claim_id), key=lambda row: row["date"], reverse=True)


def before_and_after(facts: Facts, audited: Iterable[AuditedClaim], edition: str) -> dict[tuple[str, str], list[str]]:
    """The claims by the verdict before an edition and the one that stands: (before, after) to their ids.

    ``before`` is ``NEW`` for a claim that the edition added.
    """
    changed = {row["claim_id"]: row for row in facts.rows("verdict_changes") if row["edition"] == edition}
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for claim in audited:
        row = changed.get(claim.claim_id)
        before = (row["before"] or NEW) if row else claim.verdict
        found[before, claim.verdict].append(claim.claim_id)
    return dict(found)


def matrix(facts: Facts, audited: Iterable[AuditedClaim], edition: str) -> tuple[list[str], list[list[Cell]]]:
    """Verdicts before an edition in lines, those that stand in columns: the heads and the lines; empty ones are left out."""
    counted = before_and_after(facts, audited, edition)
    old = [name for name in (*VERDICTS, NEW) if any(before == name for before, _ in counted)]
    new = [name for name in VERDICTS if any(after == name for _, after in counted)]
    labels = {**VERDICTS, NEW: "Not there"}
    lines: list[list[Cell]] = [
        [labels[before], *(_count(counted.get((before, after), []), f"claims from {before} to {after}") for after in new)] for before in old
    ]
    return ["Before", *(VERDICTS[after] for after in new)], lines


def _count(ids: list[str], of: str) -> Cell:
    return quantity.count(ids, of) if ids else "–"


def count_changed(facts: Facts, edition: str) -> Quantity:
    """How many verdicts an edition changed."""
    ids = [row["claim_id"] for row in facts.rows("verdict_changes") if row["edition"] == edition and row["before"]]
    return quantity.count(ids, "changed verdicts")


def count_reversed(facts: Facts, edition: str) -> Quantity:
    """How many of them went from holding to misleading, or back."""
    ids = [row["claim_id"] for row in facts.rows("verdict_changes") if row["edition"] == edition and _is_reversal(row)]
    return quantity.count(ids, "reversed verdicts")


def lines(facts: Facts, edition: str, *, reversals: bool) -> list[list[str]]:
    """Lines of a table: a claim with its verdict before and after, and why it changed.

    Args:
        facts: the tables.
        edition: a version such as ``0.7.0``.
        reversals: those that went from holding to misleading or back, or the others.
    """
    return [
        [
            f"{facts.claim_row(row['claim_id'])['paraphrase']} ({row['claim_id']})",
            f"{' → '.join(label_of(row[name], facts.claim_row(row['claim_id'])) for name in ('before', 'after'))}. {row['because']}",
        ]
        for row in facts.rows("verdict_changes")
        if row["edition"] == edition and row["before"] and _is_reversal(row) == reversals
    ]


def _is_reversal(row: Row) -> bool:
    return {KIND.get(row["before"]), KIND.get(row["after"])} == {"holds", "misleads"}
