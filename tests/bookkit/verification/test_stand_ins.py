"""What chapters import in the browser says and does what the packages do that it stands for: payloads, complaints, structs."""

import copy
import importlib.util
import json
import math
import os
import pickle
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import msgspec
import pytest

from bookkit.verification.stand_ins import IPython, multiprocess
from bookkit.verification.stand_ins import msgspec as stand_in
from bookkit.verification.stand_ins.IPython import display
from factbook import contract

ROOT = Path(__file__).parents[3]
COPY = "contract_with_stand_in"
KINDS = {kind.MIME_TYPE: kind.__name__ for kind in contract.OUTPUTS} | {contract.NUMBER_RECORD: "Number"}
# What is put in place of a part
WRONG_VALUES = (None, True, 3, 2.5, math.nan, 10**400, "", "x", "no name!", "slider", "line\n")
WRONG = (*WRONG_VALUES, [], ["x"], [[1], {}], {}, {"x": 1}, {"id": "x"}, {1: "x"})
SPOILED_TWICE = 20_000 if os.environ.get("THOROUGH") == "1" else 1_500
# The way to a part
Steps = tuple[str | int, ...]


@pytest.fixture(scope="module")
def again():
    """The contract once more, over the stand-in."""
    spec = importlib.util.spec_from_file_location(COPY, contract.__file__)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, COPY, module)
        with pytest.MonkeyPatch.context() as importing:
            importing.setitem(sys.modules, "msgspec", stand_in)
            spec.loader.exec_module(module)
        assert module.msgspec is stand_in and sys.modules["msgspec"] is msgspec
        yield module


@pytest.fixture(scope="module")
def stored() -> list[tuple[str, Any]]:
    """The outputs and records of all chapters, each with the name of its kind."""
    return [
        (KINDS[kind], payload)
        for notebook in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        for kind, payload in output.get("data", {}).items()
        if kind in KINDS
    ]


@pytest.fixture(scope="module")
def samples(stored) -> list[tuple[str, Any]]:
    """Payloads that have together whatever any has, and as little else as may be."""
    shorter = sorted(((kind, smaller(kind, payload)) for kind, payload in stored), key=lambda one: len(str(one[1])))
    chosen = unlike([{"kind": kind, "payload": payload} for kind, payload in shorter])
    return [(one["kind"], one["payload"]) for one in chosen]


def unlike(given: list[Any]) -> list[Any]:
    """Those that have anything that none before them has."""
    known: set[tuple[str, ...]] = set()
    found = []
    for one in given:
        shapes = {(one["kind"] if "payload" in one else "", *place(path, part)) for path, part in parts(one)}
        if shapes - known:
            known |= shapes
            found.append(one)
    return found


def smaller(kind: str, payload: Any) -> Any:
    """A payload without what no contract reads, and without what is as something else of it is."""
    if kind == "Chart":
        return {name: payload[name] for name in ("title", "description", "usermeta") if name in payload}
    if kind == "TextRules":
        return {**payload, "rules": {name: payload["rules"][name] for name in ("verdicts", "example", "languages_note")}}
    if kind == "Sources":
        return {**payload, "sources": unlike(payload["sources"])}
    if "claims" in payload:
        claims = unlike(payload["claims"])
        ids = {row for claim in claims for row in claim["rows"]}
        return {**payload, "claims": claims, "rows": {name: row for name, row in payload["rows"].items() if name in ids}}
    return payload


def parts(value: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """A payload and all within it that is read, with the way to each; what holds anything is read as a whole."""
    yield path, value
    if isinstance(value, dict | list) and not {"tree", "definitions", "narrow"} & set(path):
        for step, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from parts(part, (*path, step))


def place(path: Steps, part: Any) -> tuple[str, ...]:
    """A path without what differs from one payload to another, such as indices and names, and what is there."""
    free = {"rows", "tally", "evidence", "settings", "texts", "columns", "data"}
    steps = ("0" if isinstance(step, int) or path[depth - 1] in free else step for depth, step in enumerate(path))
    return (*steps, type(part).__name__)


def with_part(value: Any, path: Steps, part: Any) -> Any:
    """A payload with another part at a path; only what holds it is copied."""
    if not path:
        return part
    held = value.copy()
    held[path[0]] = with_part(value[path[0]], path[1:], part)
    return held


def spoiled(part: Any) -> Iterator[Any]:
    """What might stand in place of a part."""
    yield from WRONG
    if isinstance(part, dict):
        yield {**part, "unheard of": 1}
        yield {"unheard of": 1, **part}
        yield {**part, 1: 1}
        for name in part:
            yield {key: value for key, value in part.items() if key != name}
        if len(part) > 1:
            yield dict(reversed(part.items()))
    if isinstance(part, list):
        yield [*part, None]
        yield [*part, *part[:1]]
        yield part[1:]
    if isinstance(part, float | int) and abs(part) < 1e300:
        yield str(part)
        yield int(part)
        yield float(part) + 0.5


def outcome(module: Any, kind: str, payload: Any) -> tuple[str, ...]:
    """What becomes of a payload: what was read and how it is written again, or the complaint."""
    try:
        read = getattr(module, kind).from_payload(payload)
        return repr(read), json.dumps(read.to_payload())
    except Exception as error:
        return type(error).__name__, str(error)


def test_every_stored_payload_is_read_and_written_alike(stored, again):
    assert {kind for kind, _ in stored} == set(KINDS.values())
    for kind, payload in stored:
        theirs, ours = (getattr(module, kind).from_payload(payload) for module in (contract, again))
        assert repr(ours) == repr(theirs)
        assert ours.to_payload() == payload
        assert json.dumps(json.loads(stand_in.json.encode(ours))) == json.dumps(json.loads(msgspec.json.encode(theirs)))


def test_stored_payloads_are_read_the_quick_way(stored, again, monkeypatch):
    monkeypatch.setattr(stand_in._Form, "read", None)
    for kind, payload in stored:
        getattr(again, kind).from_payload(payload)


def test_payloads_with_a_wrong_part_are_refused_alike(samples, again):
    known = set()
    outcomes = set()
    for kind, payload in samples:
        for path, part in parts(payload):
            where = (kind, *place(path, part))
            if where in known:
                continue
            known.add(where)
            for wrong in spoiled(part):
                given = with_part(payload, path, wrong)
                theirs, ours = outcome(contract, kind, given), outcome(again, kind, given)
                assert ours == theirs
                outcomes.add(theirs)
    complaints = {found for found in outcomes if found[0].endswith("Error")}
    assert len(complaints) > 1_000 and len(outcomes - complaints) > 1_000
    assert {name for name, _ in complaints} == {"ContractError"}


def test_of_several_wrong_parts_the_same_one_is_named(samples, again):
    chosen = random.Random(1)
    for _ in range(SPOILED_TWICE):
        kind, payload = chosen.choice(samples)
        given = payload
        for _ in range(chosen.choice((2, 3))):
            path, part = chosen.choice(list(parts(given)))
            given = with_part(given, path, chosen.choice(list(spoiled(part))))
        assert outcome(again, kind, given) == outcome(contract, kind, given)


# Types that no chapter uses so far, structs and JSON

M = Any


def kinds(m: M) -> dict[str, Any]:
    """Structs of a module."""

    class Part(m.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
        pass

    class Row(Part, frozen=True):
        KIND: ClassVar[str] = "row"

        id: str
        text: str | m.UnsetType = m.UNSET
        many: dict[str, int] = {}  # noqa: RUF012
        pair: tuple[float, str] | None = None
        scale: float = 1.5
        dict: list[int] = []  # noqa: RUF012

    class Named(Row, frozen=True, kw_only=True):
        name: str
        id: str = "given"

    class Circle(Part, frozen=True, tag="circle", tag_field="kind"):
        radius: float = 1.0

        def __post_init__(self) -> None:
            if self.radius < 0:
                raise ValueError("too small")
            if self.radius > 9:
                raise TypeError("too large")
            if self.radius == 9:
                raise KeyError("nine")

    class Square(Part, frozen=True, tag="square", tag_field="kind"):
        side: float

    class Ring(Circle, frozen=True):
        hole: bool = False

    class Loose(m.Struct):
        a: int = 0
        b: Any = None

    return {found.__name__: found for found in (Row, Named, Circle, Square, Ring, Loose)}


def types_of(m: M) -> list[Any]:
    k = kinds(m)
    circle, square, loose, row = k["Circle"], k["Square"], k["Loose"], k["Row"]
    plain = [int, float, str, bool, None, Any, list, tuple, dict, list[int], tuple[int, ...], tuple[float, float], dict[str, int], set[int]]
    unions = [float | None, str | float, int | float | bool, int | str | list[int], str | list[str] | loose | None, circle | square]
    unions += [
        circle | str,
        circle | square | None,
        tuple[circle | square, ...],
        dict[str, tuple[circle, ...]],
        list[dict[str, row]],
        str | m.UnsetType,
    ]
    words = [Literal["a", "it's"], Literal["a", None], Annotated[str, m.Meta(pattern="^a|'")]]
    words += [
        Annotated[str, m.Meta(min_length=1, max_length=2)],
        dict[Annotated[str, m.Meta(pattern="^a")], int],
        Annotated[str, m.Meta(pattern="^a")] | None,
    ]
    return plain + unions + words + [k["Named"], loose, row, k["Ring"], circle]


def values(m: M) -> list[Any]:
    plain = [1, 1.0, 1.5, 2**70, 10**400, True, None, "a", "", "abc", 'i"t', "1", [1], [1, "x"], [1.0, 2], (1, 2), [1, 2, 3], b"x", {1}]
    objects = [{}, m.UNSET, {"a": 1}, {"b": "c"}, {1: 1}, {"a": {"b": "x"}}, {"a": True, 5: 1}, {"kind": "z"}, {"kind": 1}, {"radius": 2}]
    more = ({}, {"text": None}, {"many": {"a": "b"}}, {"dict": [1.0]}, {"pair": [1]}, {"pair": [1, "x"], "zz": 2})
    objects += [{"id": "x", **fields} for fields in more]
    objects += [{"kind": "circle", "radius": radius} for radius in (1, -1, 10, 9, "x", True)]
    objects += [{"side": 1, "kind": "square"}, {"kind": "circle", "zz": 1}, {"name": "n", "many": {"a": 1}}]
    objects += [{"id": 1, "zz": 1}, {"zz": 1, "id": 1}]
    objects += [[one] for one in objects[-8:]] + [{"a": [one]} for one in objects[-8:]] + [{"a": one} for one in plain]
    return plain + objects + [kinds(m)["Loose"](1), object, 1j]


def told(what: Any) -> str:
    """A value or a complaint as text, without the module."""
    try:
        made = what()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return repr(made)


def test_any_type_is_converted_alike():
    for theirs, ours in zip(types_of(msgspec), types_of(stand_in), strict=True):
        for value, again in zip(values(msgspec), values(stand_in), strict=True):
            expected = told(lambda value=value, kind=theirs: msgspec.convert(value, kind))
            assert told(lambda value=again, kind=ours: stand_in.convert(value, kind)) == expected, (theirs, value)


def test_a_struct_within_itself():
    assert stand_in.convert({"parts": [{"parts": []}]}, Within) == Within(parts=(Within(),))
    with pytest.raises(stand_in.ValidationError, match=r"Expected `object`, got `int` - at `\$\.parts\[0\]\.parts\[1\]`"):
        stand_in.convert({"parts": [{"parts": [{}, 1]}]}, Within)


class Within(stand_in.Struct, frozen=True):
    parts: "tuple[Within, ...]" = ()


def test_structs_behave_alike():
    def seen(m: M) -> list[str]:
        k = kinds(m)
        row, named, circle, ring, loose = (k[name] for name in ("Row", "Named", "Circle", "Ring", "Loose"))
        one = row("a")
        changing = loose(1)
        changing.a = 2
        tries = [
            lambda: (one, row("a", "b", {}, None, 1, []), named(name="n"), named("t", name="n"), circle(2), ring(1, True), changing),
            lambda: (one == row(id="a"), one != row("b"), one == named(name="n"), one == "a", loose(1) == loose(1), circle(1) == ring(1)),
            lambda: (row.__match_args__, named.__match_args__, named.__struct_fields__, row.KIND),
            lambda: (hash(circle(2)) == hash(circle(2)), len({circle(2), circle(2.0), circle(3)})),
            lambda: hash(one),
            lambda: hash(loose()),
            lambda: setattr(one, "id", "b"),
            lambda: setattr(one, "other", "b"),
            lambda: delattr(one, "id"),
            lambda: setattr(loose(), "other", "b"),
            lambda: (row("a").many is row("a").many, row("a").dict is row("a").dict),
            lambda: (m.structs.replace(one, id="c"), m.structs.replace(named(name="n"), name="m"), m.structs.replace(changing, b=1)),
            lambda: m.structs.replace(one, other=1),
            lambda: m.structs.replace(circle(), radius=-1),
            lambda: circle(-1),
            lambda: (copy.copy(one), copy.deepcopy(one), copy.copy(named(name="n")), copy.copy(one) == one),
            lambda: (m.UNSET, bool(m.UNSET), m.UnsetType() is m.UNSET, pickle.loads(pickle.dumps(m.UNSET)) is m.UNSET),
            lambda: type("Unsafe", (m.Struct,), {"__annotations__": {"a": list}, "a": [1]}),
            lambda: type("Late", (m.Struct,), {"__annotations__": {"a": int, "b": int}, "a": 1}),
            lambda: [kind.__name__ for kind in m.ValidationError.__mro__[-4:]],
        ]
        return [told(what) for what in tries]

    assert seen(stand_in) == seen(msgspec)


def test_json_is_written_alike():
    def seen(m: M) -> list[str]:
        k = kinds(m)
        row, circle, ring, named, square, loose = (k[name] for name in ("Row", "Circle", "Ring", "Named", "Square", "Loose"))
        given = [row("a"), row("a", "t"), row("a", many={"x": 1}, dict=[1], pair=(1.0, "x")), row("a", scale=1), row(5)]
        given += [
            named(name="n", id="x"),
            circle(),
            circle(2.0),
            ring(),
            ring(1.5, True),
            square(2),
            loose(),
            loose(1, circle()),
            [circle()],
        ]
        given += [math.nan, [math.inf], {"a": -math.inf}, loose(b=math.nan), loose(b=(math.nan, circle(), {"x"})), {"a": (square(1), {})}]
        given += [
            m.UNSET,
            [m.UNSET],
            {"a": m.UNSET},
            1e22,
            1e-7,
            -0.0,
            0.1 + 0.2,
            5e-324,
            1.7976931348623157e308,
            2**70,
            True,
            None,
            (1, 2),
            {1: 2},
            {1.5: 2},
        ]
        given += [b"abc", object(), 1j, '\x00\x1f"\\\x7f\u2028é😀', {"é": ""}]
        return [told(lambda one=one: json.loads(m.json.encode(one))) for one in given]

    assert seen(stand_in) == seen(msgspec)
    assert stand_in.json.encode("é–😀") == msgspec.json.encode("é–😀")
    numbers = [random.Random(1).uniform(-1, 1) * 10.0**power for power in range(-300, 300)]
    assert stand_in.json.decode(stand_in.json.encode(numbers)) == numbers


@pytest.mark.parametrize("text", [b"", b"[1,]", b"NaN", b"{", b"1 x", b'"\xff"'])
def test_what_is_no_json_is_refused(text):
    for module in (msgspec, stand_in):
        with pytest.raises(module.DecodeError):
            module.json.decode(text)


def test_there_are_no_schemas(again):
    with pytest.raises(NotImplementedError):
        again.schema()


# The other stand-ins


def test_what_is_displayed_goes_to_the_sink(monkeypatch):
    display.display("lost")
    seen = []
    monkeypatch.setattr(display, "sink", lambda *given: seen.append(given))
    display.display("a", {"text/plain": "b"}, raw=True, metadata={"x": 1}, display_id="c")
    display.display(3)
    assert seen == [("a", True, {"x": 1}), ({"text/plain": "b"}, True, {"x": 1}), (3, False, None)]
    assert IPython.display is display and IPython.get_ipython() is None


def test_there_is_one_process():
    assert multiprocess.cpu_count() == 1
    with pytest.raises(OSError, match="no processes"):
        multiprocess.Pool(2)
