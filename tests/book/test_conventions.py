"""Operations and peaks are counted by one convention: a peak has its number format, and a share of it counts attention."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from factbook.facts import load

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "book"
CHAPTERS = sorted(path.stem for path in BOOK.glob("*.md"))
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "src" / "deepseek_audit").rglob("*.py"))
CELL = re.compile(r"^```\{code-cell\}.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
ROLE = re.compile(r"\{(?:glue:|fact)\}`[^`]*`")
# Hours of the day, prices and shares have peaks, too
OTHER_PEAKS = re.compile(r"off-peak|peak (?:hours|price|of the day|size|nodes)|at peak|(?:V4|V4\.1)[^.]*peak", re.IGNORECASE)
FORMAT = re.compile(r"BF16|FP16|FP8|format|\bmix\b", re.IGNORECASE)
# They divide operations by time or by a peak
SHARES = {"model_flops_utilization", "implied_gpu_hours", "delivered_speed"}
WITHOUT_ATTENTION = "training_flops"


def _spoken(text: str) -> Iterator[str]:
    """Sentences of a chapter, and the texts in its cells, without what they read by role."""
    yield from (ROLE.sub("…", line) for line in CELL.sub("", text).splitlines())
    for cell in CELL.findall(text):
        code = re.sub(r"\A(?::[^\n]*\n|\n)+", "", cell)
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _without_format(text: str) -> list[str]:
    return [said for said in _spoken(text) if re.search(r"\bpeaks?\b", OTHER_PEAKS.sub("", said)) and not FORMAT.search(said)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_peak_names_its_number_format(chapter: str) -> None:
    assert _without_format((BOOK / f"{chapter}.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("said", "faulty"),
    [
        ("The chips delivered {glue:}`use` of their peak.", True),
        ("The chips delivered {glue:}`use` of their BF16 peak.", False),
        ("It costs more at peak hours.", False),
        ('```{code-cell} ipython3\n:tags: [x]\n\nf"{use} of the chip’s peak"\n```', True),
        ('```{code-cell} ipython3\nf"{use} of the {FP8} peak"\n```', True),
    ],
)
def test_a_peak_without_its_format_is_found(said: str, faulty: bool) -> None:
    assert bool(_without_format(said)) == faulty


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_rate_of_chips_stands_beside_its_format(chapter: str) -> None:
    """A fact in a sentence that is the peak of a chip names the format, as the row does."""
    facts = load()
    for line in (BOOK / f"{chapter}.md").read_text(encoding="utf-8").splitlines():
        for written in re.findall(r"\{fact\}`([a-z0-9_]+)", line):
            if facts.holds("chips", written) and facts.row(written)["unit"] == "Tflop/second":
                assert FORMAT.search(ROLE.sub("…", line)), line


def test_utilization_in_the_data_names_its_peak() -> None:
    rows = [row for row in load().rows("training_runs") if "mfu" in row["metric"]]
    assert rows
    assert [row["fact_id"] for row in rows if not re.search(r"bf16|fp8", row["metric"])] == []


def _counted_without_attention(code: str) -> list[str]:
    """Shares of a peak, hours and speeds that code takes from operations by 6ND, directly or through a name."""
    tree = ast.parse(code)
    names = {WITHOUT_ATTENTION}

    def tells(node: ast.AST) -> bool:
        return any(ast.unparse(each) in names for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute)) or any(
            isinstance(each, ast.Call) and ast.unparse(each.func).endswith(WITHOUT_ATTENTION) for each in ast.walk(node)
        )

    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and tells(node.value) and not any(isinstance(target, ast.Tuple) for target in node.targets):
            names |= {ast.unparse(target) for target in node.targets}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in SHARES]
    return [ast.unparse(call) for call in calls if any(tells(argument) for argument in call.args)]


def _code(text: str) -> str:
    return "\n".join(re.sub(r"\A(?::[^\n]*\n|\n)+", "", cell) for cell in CELL.findall(text))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_share_of_a_peak_counts_attention_in_chapters(chapter: str) -> None:
    assert _counted_without_attention(_code((BOOK / f"{chapter}.md").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("module", MODULES)
def test_a_share_of_a_peak_counts_attention_in_models(module: str) -> None:
    assert _counted_without_attention((ROOT / module).read_text(encoding="utf-8")) == []


def test_a_share_without_attention_is_found() -> None:
    assert _counted_without_attention("n.flops = a.training_flops(n, d)\nn.use = a.model_flops_utilization(n.flops, hours, peak)")
    assert _counted_without_attention("implied_gpu_hours(training_flops(n, d), peak, 0.4)")
    assert not _counted_without_attention("work = v3.work(s) * tokens\nmodel_flops_utilization(work, hours, peak)")
