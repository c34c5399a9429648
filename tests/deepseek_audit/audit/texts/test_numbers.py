"""Numbers as people write them, one by one and against pint."""

from __future__ import annotations

import pint
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deepseek_audit.audit.texts import load_rules
from deepseek_audit.audit.texts.numbers import Number, Reader
from deepseek_audit.audit.texts.signs import read_signs
from deepseek_audit.audit.texts.words import tokens_of

RULES = load_rules()
UNITS: pint.UnitRegistry = pint.UnitRegistry()
UNITS.define("dollar = [money] = usd")
UNITS.define("cent = 0.01 * dollar")
UNITS.define("gpu = [gpu]")
UNITS.define("gpu_hour = gpu * hour")
UNITS.define("percentage = 0.01")


def read(text: str) -> list[Number]:
    signs = read_signs(text, RULES)
    tokens = tokens_of(signs.low)
    names = RULES.name_phrases.within(tokens)
    named = {at for name in names if any(sign.isdigit() for sign in name.phrase) for at in range(name.first, name.last)}
    return Reader(signs.low, tokens, named, RULES).read()


def one(text: str) -> Number:
    [number] = read(text)
    return number


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("$5.6M", 5_600_000, "usd"),
        ("5.6 million dollars", 5_600_000, "usd"),
        ("US$5,576,000", 5_576_000, "usd"),
        ("USD 5.58m", 5_580_000, "usd"),
        ("$5.576mm", 5_576_000, "usd"),
        ("$1.6bn", 1_600_000_000, "usd"),
        ("nearly six million dollars", 6_000_000, "usd"),
        ("six million bucks", 6_000_000, "usd"),
        ("half a billion dollars", 500_000_000, "usd"),
        ("a quarter of a million dollars", 250_000, "usd"),
        ("a hundred million dollars", 100_000_000, "usd"),
        ("five point six million dollars", 5_600_000, "usd"),
        ("five-and-a-half million dollars", 5_500_000, "usd"),
        ("two hundred and ninety-four thousand dollars", 294_000, "usd"),
        ("five hundred eighty-nine billion dollars", 589_000_000_000, "usd"),
        ("three hundred grand in dollars", 300_000, ""),
        ("294 thousand dollars", 294_000, "usd"),
        ("589 thousand million dollars", 589_000_000_000, "usd"),
        ("589 Mrd. dollars", 589_000_000_000, "usd"),
        ("589 milliards of dollars", 589_000_000_000, "usd"),
        ("two dollars nineteen", 2.19, "usd"),
        ("55 cents", 0.55, "usd"),
        ("$2.19 per million output tokens", 2.19, "usd/Mtoken"),
        ("$2 an hour", 2, "usd/gpu_hour"),
        ("¥40 million", 40_000_000, "cny"),
        ("1 billion yuan", 1_000_000_000, "cny"),
        ("RMB 0.5", 0.5, "cny"),
        ("RMB0.5", 0.5, "cny"),
        ("Rs 48 crore", 480_000_000, "inr"),
        ("2.788M GPU hours", 2_788_000, "gpu_hour"),
        ("2.788 million H800 GPU-hours", 2_788_000, "gpu_hour"),
        ("2.788.000 hours of GPU", 2_788_000, "gpu_hour"),
        ("2'788'000 GPU-hours", 2_788_000, "gpu_hour"),
        ("2,048 Nvidia H800 chips", 2048, "gpu"),
        ("2,048-GPU cluster", 2048, "gpu"),
        ("50\u202f000 Hopper chips", 50_000, "gpu"),
        ("fifty thousand Hoppers", 50_000, "gpu"),
        ("93.3 per cent", 93.3, "percent"),
        ("17%", 17, "percent"),
        ("-17%", 17, "percent"),
        ("−17%", 17, "percent"),
        ("seventy-five percent", 75, "percent"),
        ("27x cheaper", 27, "ratio"),
        ("27 times less", 27, "ratio"),
        ("a factor of 27", 27, "ratio"),
        ("a twentieth", 0.05, "ratio"),
        ("one-tenth", 0.1, "ratio"),
        ("one-27th", 1 / 27, "ratio"),
        ("1/1200", 1 / 1200, "ratio"),
        ("two-thirds", 2 / 3, "ratio"),
        ("671B parameters", 671_000_000_000, "parameter"),
        ("14.8T tokens", 14_800_000_000_000, "token"),
        ("three weeks", 21, "day"),
    ],
)
def test_a_number_is_read(text: str, value: float, unit: str) -> None:
    number = one(text)
    assert abs(number.value) == pytest.approx(value)
    assert number.unit == unit


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("$5-6 million", 5e6, 6e6),
        ("$5–6 million", 5e6, 6e6),
        ("$70M–$80M", 70e6, 80e6),
        ("two to four times the compute", 2, 4),
        ("between five and six million dollars", 5e6, 6e6),
        ("tens of millions of dollars", 1e7, 1e8),
        ("hundreds of millions", 1e8, 1e9),
        ("several hundred million dollars", 1e8, 1e9),
    ],
)
def test_a_range_is_read(text: str, low: float, high: float) -> None:
    number = one(text)
    assert (number.value, number.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("text", "value", "other"),
    [
        # Alone, three digits after a sign can mean either
        ("5,576 million dollars", 5_576_000_000, 5_576_000),
        ("50.000 GPUs", 50, 50_000),
        # A text that writes 3,1 percent has a decimal comma
        ("3,1 percent; 5,576 million dollars", 5_576_000, 5_576_000_000),
    ],
)
def test_a_point_or_comma_can_mean_two_things(text: str, value: float, other: float) -> None:
    number = read(text)[-1]
    assert number.value == pytest.approx(value)
    assert number.other == pytest.approx(other)


@pytest.mark.parametrize(
    "text",
    [
        "V3, R1, V3.1, H800, A100, GPT-4, GPT-4o, o1-1217, Llama 3.1 405B, Claude 3.5 Sonnet, S&P 500",
        "on January 27, 2025 and 28 January; in 2024; 27.01.2025; 2025-01-27; 1/27/2025; at 16:00 UTC; the 1990s",
        "call 555-0294, 512-555-0148 or 0800 294 000",
        "page 17, pp. 294, No. 27, Table 3, Article 17, section 6",
        "https://example.org/2048/589 and a.b27@example.org, arXiv:2412.19437",
        "the 27th of the month and the 17th floor",
        "10^25 operations",
        "one of them, the first two, another three",
    ],
)
def test_names_dates_and_numbered_things_are_no_numbers(text: str) -> None:
    assert read(text) == []


# Against pint

SCALES = {"": 1, " thousand": 1e3, " million": 1e6, " billion": 1e9, " trillion": 1e12, "k": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9, "T": 1e12}
NOUNS = {
    " dollars": ("dollar", "usd", "dollar"),
    " cents": ("cent", "usd", "dollar"),
    " hours": ("hour", "hour", "hour"),
    " days": ("day", "day", "day"),
    " weeks": ("week", "day", "day"),
    " GPUs": ("gpu", "gpu", "gpu"),
    " GPU hours": ("gpu_hour", "gpu_hour", "gpu_hour"),
    " percent": ("percentage", "percent", "percentage"),
}
digits = st.decimals(min_value="0.1", max_value="999.9", places=1).filter(lambda number: number % 1 != 0) | st.integers(2, 999)


@given(digits, st.sampled_from(sorted(SCALES)), st.sampled_from(sorted(NOUNS)), st.sampled_from(["", "about ", "more than ", "(", "some "]))
def test_digits_scale_and_unit_are_as_pint_has_them(number: object, scale: str, noun: str, before: str) -> None:
    assume((str(number), scale) not in {("67", "B"), ("405", "B")})  # Names of models
    unit, ours, base = NOUNS[noun]
    expected = UNITS.Quantity(float(str(number)) * SCALES[scale], unit).to(base)
    found = one(f"It was {before}{number}{scale}{noun} in all.")
    assert found.unit == ours
    assert found.value == pytest.approx(expected.magnitude)


@given(st.integers(1, 999_999), st.sampled_from(["{:,}", "{}", "{:,}.0"]))
def test_whole_numbers_are_read_with_or_without_groups(number: int, form: str) -> None:
    found = one(f"They used {form.format(number)} GPUs.")
    assert UNITS.Quantity(found.value, "gpu") == UNITS.Quantity(float(number), "gpu")


ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def in_words(number: int, with_and: bool, hyphen: str) -> str:
    """A number below a thousand."""
    hundreds, rest = divmod(number, 100)
    words = [f"{ONES.split()[hundreds]} hundred"] if hundreds else []
    if rest:
        small = ONES.split()[rest] if rest < 20 else TENS.split()[rest // 10 - 2] + (hyphen + ONES.split()[rest % 10] if rest % 10 else "")
        words.append(f"and {small}" if with_and and words else small)
    return " ".join(words)


@given(st.integers(1, 999), st.sampled_from(["thousand", "million", "billion"]), st.booleans(), st.sampled_from("- "))
def test_number_words_are_read(number: int, scale: str, with_and: bool, hyphen: str) -> None:
    found = one(f"The sum of {in_words(number, with_and, hyphen)} {scale} dollars was named.")
    assert found.value == pytest.approx(number * SCALES[f" {scale}"])
    assert found.unit == "usd"


@given(st.integers(2, 400), st.integers(1, 99), st.sampled_from([" million", " billion"]))
def test_a_decimal_comma_is_read_where_the_text_has_it(whole: int, part: int, scale: str) -> None:
    written = f"{whole},{part:02d}"
    found = read(f"The rate was 3,1 percent and the sum {written}{scale} dollars.")[-1]
    assert found.value == pytest.approx(float(written.replace(",", ".")) * SCALES[scale])
