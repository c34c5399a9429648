"""``python -m deepseek_audit audit`` judges every claim; the other commands are those of `factbook`, with the checks of our models."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from factbook import __main__ as factbook
from factbook.expressions import Function
from factbook.facts import Facts, unknown


def main(arguments: list[str] | None = None) -> int:
    """Run one command."""
    return factbook.main(arguments, "deepseek_audit", _functions, {"audit": (audit, "judge every claim of the articles")})


def _functions() -> Mapping[str, Function]:
    from deepseek_audit.checks.functions import FUNCTIONS  # Models take seconds to load

    return FUNCTIONS


def audit(loaded: Facts, ids: Sequence[str]) -> int:
    """Judge every claim; say what changed data contradict, and the verdict of some."""
    from deepseek_audit.audit import claims

    try:
        audited, news = claims.audit(loaded, strict=False), claims.audit_news(loaded, strict=False)
    except claims.AuditError as error:
        print(f"{error}\n\nMend data/judgements.csv or data/claims.csv, then run the command again.", file=sys.stderr)
        return 1
    known = {claim.claim_id: claim for claim in (*audited, *news)}
    for name in ids:
        claim = known.get(name)
        if claim is None:
            print(unknown("claim", name, known), file=sys.stderr)
            return 1
        compared = f" It says {loaded.claim_text(name)}; {claim.judgement['about']}: {claim.reference}." if claim.reference else ""
        print(f"{name}: {claim.label}.{compared} {claim.judgement['reason']}")
    outdated = [claim.claim_id for claim in known.values() if claim.outdated]
    beside = f" and {len(news)} statements of the news" if news else ""
    contradicted = f"; the changed data contradict {', '.join(outdated)}" if outdated else ""
    print(f"audit      {len(audited)} claims{beside} have a verdict{contradicted}")
    return 0


if __name__ == "__main__":
    factbook.run(main)
