"""What is recorded does not depend on the processor.

Each case runs all chapters in a process of its own and finds every stored output unchanged: with functions that are off
by one unit in the last place, with other random signs each time (`perturbation`); and with the vector units of this
machine switched off one after the other, other kernels for linear algebra, one thread and two.
"""

import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest

from bookkit.outputs import calculators
from factbook.contract import Calculator

from . import perturbation
from .execution import NOTEBOOKS, ROOT, enabled_features

THOROUGH = os.environ.get("THOROUGH") == "1"
# Once a week each disturbance is tried alone, and many seeds; else all of them together
SEEDS = range(1, 13) if THOROUGH else (1,)
ALONE = SEEDS if THOROUGH else ()
TOGETHER = () if THOROUGH else ("--seed", "2")
FEATURES = enabled_features()
# From the vector units that every processor of this kind has upwards; a kernel that the machine cannot run is never named
LEVELS = [FEATURES[number:] for number in range(len(FEATURES) + 1)]
KERNELS = ("Prescott", "Nehalem", "Sandybridge", "Haswell", "SkylakeX", "Cooperlake", "Sapphirerapids")
NEEDED = {"Haswell": "X86_V3", "SkylakeX": "X86_V4", "Cooperlake": "AVX512_ICL", "Sapphirerapids": "AVX512_SPR"}
# Far above what processors differ by (1e-15), far below what would happen by chance
LEAST_DISTANCE = 5e-15


def run(*arguments: str, check: bool = True, **variables: str) -> dict[str, object]:
    line = [sys.executable, "-m", "tests.book.execution", *arguments]
    environment = {**os.environ, "PYTHONHASHSEED": "random", **variables}
    result = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert result.stdout, result.stderr
    found = json.loads(result.stdout)
    assert not check or not found["differences"], json.dumps(found["differences"], ensure_ascii=False, indent=1)
    return found


@pytest.mark.parametrize("seed", ALONE)
def test_outputs_do_not_hang_on_the_last_bit(seed):
    run("--seed", str(seed))


def processors() -> list[tuple[str, str, str]]:
    """Which vector units are off, which kernel computes, how many threads: every level and every kernel once."""
    kernels = [name for name in KERNELS if NEEDED.get(name, "") in ("", *FEATURES)]
    cases = [
        (" ".join(LEVELS[number % len(LEVELS)]), kernels[number % len(kernels)], str(1 + number % 2))
        for number in range(max(len(LEVELS), len(kernels)))
    ]
    return cases if THOROUGH else cases[:1]


@pytest.mark.parametrize(("switched_off", "kernel", "threads"), processors())
def test_outputs_do_not_hang_on_the_vector_units(switched_off, kernel, threads):
    """Nor could one that is rounded have gone the other way: none stands near its edge."""
    settings = {"NPY_DISABLE_CPU_FEATURES": switched_off, "OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": threads}
    found = run("--edges", "1", *TOGETHER, **settings)
    assert found["features"] == [name for name in FEATURES if name not in switched_off.split()]
    assert found["roundings"] > 10_000
    [nearest] = found["edges"]
    assert nearest["distance"] > LEAST_DISTANCE, (
        f"{nearest['number']!r} is rounded to {nearest['digits']} digits, and stands so close to the edge that another processor may "
        "round it the other way. Show or record it with one digit less."
    )


def test_without_recorded_digits_the_noise_would_show():
    """The proof proves something: with all digits kept, the same run differs."""
    all_digits = "from factbook import rounding; rounding.SETTLED_DIGITS = rounding.RECORDED_DIGITS = 17"
    code = f"{all_digits}; from tests.book import execution; execution.main(['hidden-costs', '--seed', '1'])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    places = [place for cell in json.loads(result.stdout)["differences"] for place in cell["places"]]
    assert any("number+json.value: " in place for place in places), places


def test_pages_of_calculators_do_not_hang_on_the_last_bit(monkeypatch):
    """Their bars stand where logarithms say."""
    notebooks = [json.loads(path.read_text(encoding="utf-8")) for path in NOTEBOOKS.glob("*.ipynb")]
    outputs = (output.get("data", {}) for notebook in notebooks for cell in notebook["cells"] for output in cell.get("outputs", []))
    found = [Calculator.from_payload(data[Calculator.MIME_TYPE]) for data in outputs if Calculator.MIME_TYPE in data]
    written = [calculators.markup(data, 1, "calculator.js") for data in found]
    for seed in SEEDS:
        noise = perturbation.noise_of(seed)
        for name in ("log", "log10", "sqrt", "exp"):
            exact = getattr(math, name)
            monkeypatch.setattr(math, name, lambda *given, exact=exact, noise=noise: noise(exact(*given)))
        assert [calculators.markup(data, 1, "calculator.js") for data in found] == written
        monkeypatch.undo()
    assert len(found) >= 6


def test_perturbed_results_are_one_unit_off_at_most():
    noise = perturbation.noise_of(1)
    numbers = np.exp(np.linspace(-20, 20, 1000))
    moved = noise(numbers.copy())
    assert {-1, 0, 1} == set(np.round((moved - numbers) / np.spacing(numbers)).astype(int))
    assert noise(0.0) == 0 and noise(math.inf) == math.inf and noise(7) == 7 and noise("a") == "a"
    assert {noise(2.5) for _ in range(50)} == {math.nextafter(2.5, 0), 2.5, math.nextafter(2.5, 3)}
    assert noise(np.float32(1)).dtype == np.float32 and isinstance(noise((1.5, np.ones(3))), tuple)


def test_perturbed_sorting_keeps_the_order_of_different_keys():
    code = (
        "from tests.book import perturbation; perturbation.install(3); import numpy as np; keys = np.array([2., 1., 2., 1., 2., 3.]);"
        "orders = {tuple(np.argsort(keys)) for _ in range(40)};"
        "assert len(orders) > 5 and all((np.diff(keys[list(order)]) >= 0).all() for order in orders);"
        "assert tuple(np.argsort(keys, kind='stable')) == (1, 3, 0, 2, 4, 5)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
