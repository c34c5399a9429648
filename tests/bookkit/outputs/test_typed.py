"""The page reads numbers by the same rule as the chapters: its script and Python get the same cases."""

import json
import subprocess

from bookkit.outputs import calculators
from factbook import typed
from tests.bookkit.browser import ROOT, node

CASES = json.loads((ROOT / "tests/typed_numbers.json").read_text(encoding="utf-8"))
READ = """
import { readNumber } from %s;
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
console.log(JSON.stringify(JSON.parse(Buffer.concat(chunks)).map(({ typed }) => readNumber(typed))));
"""
SAYS = {"rule": "is not read as a number", "large": "is too large to compute with", "near to zero": "is too near to zero to compute with"}


def read_in_javascript(cases):
    script = READ % json.dumps((ROOT / "src/bookkit/scripts/typed.js").as_uri())
    command = [node(), "--input-type=module", "--eval", script]
    result = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True, timeout=60)
    return json.loads(result.stdout)


def test_the_page_reads_what_python_reads():
    """A field has one unit and takes the number alone: what has a unit behind it in a parameter is refused here."""
    expected = [
        {"value": case["value"]} if case.keys() == {"typed", "value"} else {"problem": SAYS["rule" if "unit" in case else case["refused"]]}
        for case in CASES
    ]
    found = [{key: answer[key] for key in ("value", "problem") if key in answer} for answer in read_in_javascript(CASES)]
    different = [line for line in zip(CASES, found, expected, strict=True) if line[1] != line[2]]
    assert not different


def test_the_rule_has_one_wording():
    assert calculators.RULE == typed.RULE
    assert all(example in (ROOT / "README.md").read_text(encoding="utf-8") for example in ("`3.5`", "`2788000`"))
