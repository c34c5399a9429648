"""What the articles say, what it is compared with, and the verdict; and the same for any text, by `check_text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepseek_audit.audit.texts import Finding, Rules

__all__ = ["check_text"]


def check_text(text: str, rules: Rules | None = None) -> list[Finding]:
    """Every figure of a text that concerns the subject; see `deepseek_audit.audit.texts.check_text`."""
    from deepseek_audit.audit import texts  # The models behind its figures take a second to load

    return texts.check_text(text, rules)
