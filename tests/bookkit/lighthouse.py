"""One run of Lighthouse, as scores and the audits that cost points."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bookkit.browser import FLAGS, node, node_tool, required_browser

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TIMEOUT = 120  # seconds


@dataclass(frozen=True)
class Report:
    """What one run found. Times are in milliseconds, on the simulated connection; ``shift`` is how much of the window moves."""

    scores: dict[str, int]
    failed: list[str]
    paint: float
    shift: float
    bytes: int
    requests: int


def lighthouse(address: str, form: str, target: Path) -> Report:
    """Load a page as a phone on slow 4G (``mobile``) or as a desktop computer."""
    flags = " ".join(f'"{flag}"' if " " in flag else flag for flag in ("--headless=new", *FLAGS))
    command = [node(), str(node_tool("lighthouse/cli/index.js")), address, "--output=json", f"--output-path={target}", "--quiet"]
    command += [f"--chrome-flags={flags}", "--no-enable-error-reporting", f"--only-categories={','.join(CATEGORIES)}"]
    if form == "desktop":
        command.append("--preset=desktop")
    environment = {**os.environ, "CHROME_PATH": required_browser()}
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT, env=environment)
    assert target.is_file(), f"Lighthouse wrote no report of {address}:\n{result.stderr[-2000:]}"
    return read(json.loads(target.read_text(encoding="utf-8")))


def read(result: dict[str, Any]) -> Report:
    """The report from Lighthouse's JSON."""
    audits = result["audits"]
    weighty = {item["id"] for name in CATEGORIES for item in result["categories"][name]["auditRefs"] if item["weight"]}
    failed = [
        f"{name} {audit['score']:.2f} ({audit['title']}) {audit.get('displayValue', '')}".strip()
        for name, audit in audits.items()
        if name in weighty and audit["score"] is not None and audit["score"] < 1
    ]
    requests = audits["network-requests"]["details"]["items"]
    return Report(
        scores={name: round(100 * (result["categories"][name]["score"] or 0)) for name in CATEGORIES},
        failed=failed,
        paint=audits["largest-contentful-paint"]["numericValue"],
        shift=audits["cumulative-layout-shift"]["numericValue"],
        bytes=sum(item.get("transferSize", 0) for item in requests),
        requests=len(requests),
    )
