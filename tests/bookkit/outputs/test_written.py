"""The page writes numbers as Python does: one file of numbers and texts for both, and many more that must only be the same."""

import json
import math
import random
import subprocess

import pytest

from factbook.calculators.calculator import _Format
from factbook.quantity import unit
from tests.bookkit.browser import ROOT, node

CASES = json.loads((ROOT / "tests/written_numbers.json").read_text(encoding="utf-8"))
UNITS = ("usd", "ratio", "gpu", "flop", "percent", "usd/Mtoken", "day", "token")
MANY = 4000
WRITE = """
import { written } from %s;
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
console.log(JSON.stringify(JSON.parse(Buffer.concat(chunks)).map(([number, format]) => written(number, format))));
"""


def written_in_javascript(numbers: list[tuple[float, _Format]]) -> list[str]:
    script = WRITE % json.dumps((ROOT / "src/bookkit/scripts/calculator.js").as_uri())
    given = json.dumps([(number, form.describe()) for number, form in numbers])
    command = [node(), "--input-type=module", "--eval", script]
    result = subprocess.run(command, input=given, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(result.stdout)


@pytest.mark.parametrize(("number", "unit_name", "digits", "text"), CASES)
def test_python_writes_numbers_so(number, unit_name, digits, text):
    assert _Format(unit(unit_name), digits, None).text(number) == text


def test_the_page_writes_numbers_so():
    found = written_in_javascript([(number, _Format(unit(name), digits, None)) for number, name, digits, _ in CASES])
    assert [(case, text) for case, text in zip(CASES, found, strict=True) if text != case[3]] == []


def drawn(generator: random.Random) -> float:
    """A number near to where rounding changes its mind: halves, binary fractions, and just below powers of ten."""
    kind = generator.randrange(4)
    power = 10.0 ** generator.randint(-9, 14)
    if kind == 0:
        number = (generator.randint(1, 10**6) + 0.5) * power
    elif kind == 1:
        number = generator.randint(1, 4096) / 2 ** generator.randint(0, 20)
    elif kind == 2:
        number = math.nextafter(power, 0)
    else:
        number = generator.lognormvariate(0, 15)
    return generator.choice((1, -1)) * number


def test_both_write_the_same_where_rounding_changes_its_mind():
    generator = random.Random(14)
    forms = [_Format(unit(name), digits, suffix) for name in UNITS for digits in range(1, 8) for suffix in (None, " times")]
    numbers = [(drawn(generator), generator.choice(forms)) for _ in range(MANY)]
    pairs = zip(numbers, written_in_javascript(numbers), strict=True)
    different = [(number, form, form.text(number), text) for (number, form), text in pairs if form.text(number) != text]
    assert not different, f"{len(different)} of {MANY}: {different[:5]}"
