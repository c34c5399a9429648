"""List every number that the five audited articles print, and every paragraph they have.

The articles are not ours to publish, so the repository keeps only what this script finds in them: the numbers
(``article_numbers.csv``) and the paragraph numbers (``article_statements.csv``). ``test_audit_complete.py`` holds
both against the claims.

Usage::

    python tests/deepseek_audit/audit/read_articles.py DIRECTORY

where DIRECTORY holds one text file per article, such as ``arthnova.txt``. Paragraphs are the lines of a file,
counted from 1 with blank lines. The numbers are written anew; in the list of paragraphs, new ones are added and
what is there stays.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

HERE = Path(__file__).parent
NUMBERS = HERE / "article_numbers.csv"
STATEMENTS = HERE / "article_statements.csv"
STATEMENT_COLUMNS = ["article", "paragraph", "claim_ids", "reason"]
# The one article that writes 1.000,5 where the others write 1,000.5
DECIMAL_COMMA = frozenset({"article_vtcnews"})

# Names with digits. What is not on this list is a number.
NAMES = (
    r"GPT-\d(?:\.\d)?[A-Za-z]*|(?<![A-Za-z])o[1-4](?:-mini)?|DeepSeek-?(?:R1|V3|V2|MoE)|R1(?:-Zero)?|V[23]|Claude \d(?:\.\d)?(?: Sonnet)?"
    r"|Gemini \d(?:\.\d)?|LLaMA2-7B|Llama-3\.1-405B|[AH]\d{2,3}0?s?(?![A-Za-z\d])|FP\d{1,2}|BF16|TPU v5|AIME 2024|MATH-500|S&P 500|36Kr"
)
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
SUFFIXES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
CURRENCIES = {"$": "usd", "¥": "cny", "€": "eur"}
CARDINALS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORDS = {word: float(value) for value, word in enumerate(CARDINALS)} | {
    "half": 0.5,
    "twice": 2.0,
    "double": 2.0,
    "doubles": 2.0,
    "doubled": 2.0,
    "triple": 3.0,
    "tripled": 3.0,
    "tens": 10.0,
    "dozen": 12.0,
    "dozens": 12.0,
    "twenty": 20.0,
    "fifty": 50.0,
    "hundred": 100.0,
    "hundreds": 100.0,
}

_SCALE = r"thousand|million|billion|trillion"
_DIGITS = r"\d[\d.,]*\d|\d"
_RANGE = re.compile(
    rf"(?P<sign>[-−](?=\d))?(?P<currency>[$¥€])?(?P<first>{_DIGITS})(?:/(?P<divisor>{_DIGITS})(?:th)?)?"
    rf"(?:\s?[-–]\s?(?P<second>{_DIGITS}))?"
    rf"(?:(?P<suffix>[KMBT])(?![A-Za-z])|[\s-]?(?P<scale>{_SCALE})s?\b)?\+?"
    rf"(?P<sort>\s?%|x\b)?"
    r"(?:[\s-]+(?P<next>[A-Za-z]+))?",
    re.IGNORECASE,
)
_WORDED = re.compile(
    rf"\b(?:(?P<count>{'|'.join(sorted(WORDS, key=len, reverse=True))})(?:\s(?:of\s)?(?P<scale>{_SCALE})s?\b)?"
    rf"|(?:multi-|single-digit\s)?(?P<alone>{_SCALE})s?)\b(?:[\s-]+(?P<next>[A-Za-z]+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Number:
    """A number in an article.

    Attributes:
        article: its key.
        paragraph: such as ``L12``.
        number: as printed, without currency and unit.
        value: what it says, as a plain number; a currency, percent or factor is in the unit.
        unit: the currency, ``percent``, ``times``, or the word that follows.
    """

    article: str
    paragraph: str
    number: str
    value: float
    unit: str


def main() -> int:
    """Read the articles of a directory and write both lists."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    paths = sorted(Path(sys.argv[1]).glob("*.txt"))
    texts = {f"article_{path.stem}": path.read_text(encoding="utf-8").splitlines() for path in paths}
    paragraphs = [(article, f"L{line}", text) for article, lines in texts.items() for line, text in enumerate(lines, 1) if text.strip()]
    numbers = [number for article, paragraph, text in paragraphs for number in numbers_in(article, paragraph, text)]
    with NUMBERS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Number)])
        writer.writerows([*astuple(number)[:3], f"{number.value:.10g}", number.unit] for number in numbers)
    known = {(row["article"], row["paragraph"]): row for row in _statements()}
    rows = [
        known.get((article, paragraph), {"article": article, "paragraph": paragraph, "claim_ids": "", "reason": ""})
        for article, paragraph, _ in paragraphs
    ]
    with STATEMENTS.open("w", encoding="utf-8", newline="") as file:
        dict_writer = csv.DictWriter(file, STATEMENT_COLUMNS, lineterminator="\n")
        dict_writer.writeheader()
        dict_writer.writerows(rows)
    print(f"{len(numbers)} numbers and {len(paragraphs)} paragraphs in {len(paths)} articles.")
    return 0


def numbers_in(article: str, paragraph: str, text: str) -> Iterator[Number]:
    """Every number in a text: digits with their scale, number words, both ends of a range. Not names, not ordinals."""
    text = re.sub(NAMES, lambda name: "_" * len(name[0]), text)
    found: list[tuple[int, Number]] = []

    def note(match: re.Match[str], number: str, value: float, unit: str) -> None:
        found.append((match.start(), Number(article, paragraph, number, value, unit)))

    for match in _RANGE.finditer(text):
        scale = SUFFIXES.get((match["suffix"] or "").upper(), 1.0) * SCALES.get((match["scale"] or "").lower(), 1.0)
        divisor = _value(match["divisor"], article) if match["divisor"] else 1.0
        sort = (match["sort"] or "").strip().lower()
        unit = CURRENCIES.get(match["currency"] or "") or {"%": "percent", "x": "times"}.get(sort) or (match["next"] or "").lower()
        for digits in filter(None, (match["first"], match["second"])):
            printed = digits + (f"/{match['divisor']}" if match["divisor"] else "") + (match["suffix"] or "")
            printed += f" {match['scale'].lower()}" if match["scale"] else ""
            note(match, printed, _value(digits, article) * scale / divisor, unit)
    for match in _WORDED.finditer(_RANGE.sub(_blank, text)):
        count = WORDS[match["count"].lower()] if match["count"] else 1.0
        scale_word = match["scale"] or match["alone"]
        scale = SCALES[scale_word.lower()] if scale_word else 1.0
        words = match[0].removesuffix(match["next"] or "").strip(" -").lower()
        note(match, words, count * scale, (match["next"] or "").lower())
    return iter([number for _, number in sorted(found, key=lambda place: place[0])])


def _blank(match: re.Match[str]) -> str:
    """Take out a number in digits, but not the word after it, which may be a number itself."""
    kept = len(match["next"] or "")
    length = len(match[0])
    return "_" * (length - kept) + match[0][length - kept :]


def _value(digits: str, article: str) -> float:
    digits = digits.translate(str.maketrans(".,", ",.")) if article in DECIMAL_COMMA else digits
    return float(digits.replace(",", ""))


def _statements() -> list[dict[str, str]]:
    if not STATEMENTS.exists():
        return []
    with STATEMENTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main())
