"""``deepseek-audit audit`` judges every claim, ``check-text`` a text; the other commands are those of `factbook`, with our models' checks.

The same without the script: ``python -m deepseek_audit``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from deepseek_audit import commands
from factbook import __main__ as factbook
from factbook.expressions import Function
from factbook.facts import Facts, unknown


def main(arguments: list[str] | None = None) -> int:
    """Run one command."""
    own = {
        "audit": factbook.Command(audit, "judge every claim of the articles"),
        "check-text": factbook.Command(commands.check_text, "check the figures of a text", commands.options, unfit=commands.NOT_READ),
    }
    return factbook.main(arguments, "deepseek_audit", _functions, own)


def start() -> None:
    """Run the command that the terminal names, and end with its status."""
    factbook.run(main)


def _functions() -> Mapping[str, Function]:
    from deepseek_audit.checks.functions import FUNCTIONS  # Models take seconds to load

    return FUNCTIONS


def audit(loaded: Facts, options: argparse.Namespace) -> int:
    """Judge every claim; say what changed data contradict, and the verdict of some."""
    from deepseek_audit.audit import claims

    try:
        audited, news = claims.audit(loaded, strict=False), claims.audit_news(loaded, strict=False)
    except claims.AuditError as error:
        print(f"{error}\n\nMend data/judgements.csv or data/claims.csv, then run the command again.", file=sys.stderr)
        return 1
    known = {claim.claim_id: claim for claim in (*audited, *news)}
    for name in options.ids:
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
    start()
