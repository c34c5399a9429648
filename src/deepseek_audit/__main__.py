"""``python -m deepseek_audit audit`` judges every claim; the other commands are those of `factbook`, with the checks of our models."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from factbook import __main__ as factbook
from factbook.expressions import Function
from factbook.facts import Facts


def main(arguments: list[str] | None = None) -> int:
    """Run one command."""
    return factbook.main(arguments, "deepseek_audit", _functions, {"audit": (audit, "judge every claim of the articles")})


def _functions() -> Mapping[str, Function]:
    from deepseek_audit.checks.functions import FUNCTIONS  # Models take seconds to load

    return FUNCTIONS


def audit(loaded: Facts) -> int:
    """Judge every claim; say what changed data contradict."""
    from deepseek_audit.audit import claims

    try:
        audited = claims.audit(loaded, strict=False)
    except claims.AuditError as error:
        print(f"{error}\n\nMend data/judgements.csv or data/claims.csv, then run the command again.", file=sys.stderr)
        return 1
    outdated = [claim.claim_id for claim in audited if claim.outdated]
    print(f"audit      {len(audited)} claims have a verdict" + (f"; the changed data contradict {', '.join(outdated)}" if outdated else ""))
    return 0


if __name__ == "__main__":
    factbook.run(main)
