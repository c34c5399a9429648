"""What `factbook.contract` needs of msgspec, in Python alone: the same types, payloads and complaints.

A payload that is as it should be is read by code generated for its type. Any other is read once more, part by part
in the order of the payload, which finds what msgspec would complain about, and where.
"""

from __future__ import annotations

import base64
import json as standard_json
import math
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, dataclass_transform

T = TypeVar("T")
# A type of C has its module in its name, as messages give it
HEAP_TYPE = 1 << 9
EMPTY = (list, dict, set)
# So many texts that fit a pattern are remembered
REMEMBERED = 50_000


class MsgspecError(Exception):
    """What all errors here have in common."""


class DecodeError(MsgspecError, ValueError):
    """A text that is no JSON."""


class ValidationError(DecodeError):
    """A value that is not of its type."""


class UnsetType:
    """The type of `UNSET`."""

    _only: ClassVar[UnsetType | None] = None

    def __new__(cls) -> UnsetType:
        """The one value."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "UNSET"


UNSET = UnsetType()


class _NoDefault:
    def __repr__(self) -> str:
        return "NODEFAULT"


NODEFAULT = _NoDefault()


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What a text has to be like, within ``Annotated``."""

    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None


# Structs


@dataclass(frozen=True)
class _Empty:
    """A default that is made anew each time."""

    kind: type[Any]

    def __repr__(self) -> str:
        return "<factory>"


@dataclass(frozen=True)
class _Plan:
    """What a struct is made of: its fields with their defaults, those given by name only, and its options."""

    defaults: dict[str, Any]
    by_name: frozenset[str]
    frozen: bool = False
    omit_defaults: bool = False
    forbid_unknown_fields: bool = False
    tag: str | None = None
    tag_field: str | None = None

    @property
    def positional(self) -> tuple[str, ...]:
        return tuple(name for name in self.defaults if name not in self.by_name)


NOTHING = _Plan({}, frozenset())


@dataclass
class _Code:
    """A function that is being written: its lines, and the values that they name."""

    names: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def name(self, value: object) -> str:
        """What the lines call a value."""
        given = f"_{len(self.names)}"
        self.names[given] = value
        return given

    def function(self, called: str) -> Callable[..., Any]:
        exec("\n".join(self.lines), self.names)
        made: Callable[..., Any] = self.names[called]
        return made


@dataclass_transform(field_specifiers=())
class StructMeta(type):
    """Makes structs: takes the fields from the annotations, and the options from the keywords and the bases."""

    __plan__: _Plan
    # Takes values although the struct is frozen; an object being made is of it until it is whole
    __draft__: type[Any]
    __as_dict__: Callable[[Any], dict[str, Any]]

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        kw_only: bool = False,
        tag: str | bool | None = None,
        **options: Any,
    ) -> StructMeta:
        """The class of a struct."""
        if unknown := options.keys() - {"frozen", "omit_defaults", "forbid_unknown_fields", "tag_field"}:
            raise TypeError(f"{min(unknown)!r} is an invalid keyword argument for StructMeta.__new__()")
        plan = _planned(bases, namespace, kw_only, {**options, "tag": name if tag is True else tag})
        inherited = {found for base in bases if isinstance(base, StructMeta) for found in base.__plan__.defaults}
        for found in plan.defaults:
            namespace.pop(found, None)
        made_up = {
            "__slots__": tuple(found for found in plan.defaults if found not in inherited),
            "__match_args__": plan.positional,
            "__struct_fields__": tuple(plan.defaults),
            "__plan__": plan,
            "__init__": _constructor(plan, "__post_init__" in namespace or any(hasattr(base, "__post_init__") for base in bases)),
            "__as_dict__": staticmethod(_as_dict(plan)),
        }
        made_up |= {"__setattr__": _refuse, "__delattr__": _refuse, "__hash__": _hash} if plan.frozen else {"__hash__": None}
        made = super().__new__(mcls, name, bases, made_up | namespace)
        free = {"__slots__": (), "__module__": made.__module__, "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
        made.__draft__ = super().__new__(mcls, name, (made,), free) if plan.frozen else made
        return made

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **_: Any) -> None:
        super().__init__(name, bases, namespace)


def _planned(bases: tuple[type, ...], namespace: dict[str, Any], kw_only: bool, options: dict[str, Any]) -> _Plan:
    defaults: dict[str, Any] = {}
    by_name: set[str] = set()
    settings: dict[str, Any] = {}
    for base in reversed(bases):
        if isinstance(base, StructMeta):
            plan = base.__plan__
            defaults |= plan.defaults
            by_name = (by_name - plan.defaults.keys()) | plan.by_name
            settings |= {name: getattr(plan, name) for name in _Plan.__dataclass_fields__ if name not in ("defaults", "by_name")}
    for name, annotation in namespace.get("__annotations__", {}).items():
        if _is_of_the_class(annotation):
            continue
        defaults[name] = _default(namespace.get(name, NODEFAULT))
        (by_name.add if kw_only else by_name.discard)(name)
    ordered = sorted(defaults, key=by_name.__contains__)
    optional = False
    for name in ordered:
        if name in by_name:
            break
        if optional and defaults[name] is NODEFAULT:
            raise TypeError(
                f"Required field {name!r} cannot follow optional fields. "
                "Either reorder the struct fields, or set `kw_only=True` in the struct definition."
            )
        optional = defaults[name] is not NODEFAULT
    settings |= {name: value for name, value in options.items() if value is not None}
    if settings.get("tag") is not None and settings.get("tag_field") is None:
        settings["tag_field"] = "type"
    elif settings.get("tag_field") is not None and settings.get("tag") is None:
        settings["tag"] = namespace["__qualname__"].rpartition(".")[2]
    return _Plan({name: defaults[name] for name in ordered}, frozenset(by_name), **settings)


def _is_of_the_class(annotation: object) -> bool:
    if isinstance(annotation, str):
        return re.match(r"(?:typing\.)?ClassVar\b", annotation) is not None
    return annotation is ClassVar or typing.get_origin(annotation) is ClassVar


def _default(value: object) -> object:
    if type(value) in EMPTY:
        if value:
            raise TypeError(
                f"Using a non-empty mutable collection ({value!r}) as a default value is unsafe. "
                "Instead configure a `default_factory` for this field."
            )
        return _Empty(type(value))
    return value


def _constructor(plan: _Plan, checked: bool) -> Callable[..., None]:
    code = _Code({"_put": object.__setattr__})
    parameters = ["self"]
    body: list[str] = []
    for name, default in plan.defaults.items():
        if name in plan.by_name and "*" not in parameters:
            parameters.append("*")
        given = "" if default is NODEFAULT else f"={code.name(default)}"
        parameters.append(f"{name}{given}")
        if isinstance(default, _Empty):
            body.append(f"if {name} is {given[1:]}: {name} = {code.name(default.kind)}()")
        body.append(f"_put(self, {name!r}, {name})" if plan.frozen else f"self.{name} = {name}")
    if checked:
        body.append("self.__post_init__()")
    code.add(0, f"def __init__({', '.join(parameters)}):")
    for line in body or ["pass"]:
        code.add(1, line)
    return code.function("__init__")


def _as_dict(plan: _Plan) -> Callable[..., Any]:
    """The function that gives the fields of a struct that JSON has."""
    code = _Code({"UNSET": UNSET})
    code.add(0, "def as_dict(self):")
    code.add(1, "made = {" + (f"{plan.tag_field!r}: {plan.tag!r}" if plan.tag is not None else "") + "}")
    for name, default in plan.defaults.items():
        code.add(1, f"value = self.{name}")
        condition = "value is not UNSET"
        if plan.omit_defaults and isinstance(default, _Empty):
            condition += f" and (value or type(value) is not {default.kind.__name__})"
        elif plan.omit_defaults and default is not NODEFAULT and default is not UNSET:
            condition += f" and value is not {code.name(default)}"  # the same object, as msgspec compares them
        code.add(1, f"if {condition}: made[{name!r}] = value")
    code.add(1, "return made")
    return code.function("as_dict")


def _refuse(self: object, *_: object) -> None:
    raise AttributeError(f"immutable type: {type(self).__name__!r}")


def _hash(self: Any) -> int:
    return hash((type(self), *(getattr(self, name) for name in self.__struct_fields__)))


def _again(kind: type[T], values: dict[str, Any]) -> T:
    return kind(**values)


class Struct(metaclass=StructMeta):
    """A class whose annotations are its fields."""

    __struct_fields__: ClassVar[tuple[str, ...]]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__struct_fields__)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__struct_fields__)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), {name: getattr(self, name) for name in self.__struct_fields__})


# Reading


class _Unsure(Exception):
    """The quick way cannot tell; the thorough one can."""


class _Fault(Exception):
    """What is wrong, and the way to it, from the inside out."""

    def __init__(self, what: str, *way: str) -> None:
        self.what = what
        self.way = list(way)

    def within(self, step: str) -> _Fault:
        self.way.append(step)
        return self

    def __str__(self) -> str:
        if not self.way:
            return self.what
        at, way = ("`key` in ", self.way[1:]) if self.way[0] == "key" else ("", self.way)
        return f"{self.what} - at {at}`${''.join(reversed(way))}`"


@dataclass(eq=False)
class _Text:
    """What a text has to be like."""

    meta: tuple[Meta, ...] = ()
    among: frozenset[str] | None = None
    fits: set[str] = field(default_factory=set)

    def read(self, value: str) -> str:
        if self.among is not None and value not in self.among:
            raise _Fault(f"Invalid enum value {value!r}")
        for meta in self.meta:
            if meta.min_length is not None and len(value) < meta.min_length:
                raise _Fault(f"Expected `str` of length >= {meta.min_length}")
            if meta.max_length is not None and len(value) > meta.max_length:
                raise _Fault(f"Expected `str` of length <= {meta.max_length}")
            if meta.pattern is not None and re.search(meta.pattern, value) is None:
                raise _Fault(f"Expected `str` matching regex {meta.pattern!r}")
        return value

    def check(self, value: str) -> None:
        """Complain of a text, or remember it."""
        self.read(value)
        if len(self.fits) < REMEMBERED:
            self.fits.add(value)


@dataclass(eq=False)
class _Form:
    """What a value may be: any of the kinds that are there."""

    plain: set[type] = field(default_factory=set)
    anything: bool = False
    nothing: bool = False
    text: _Text | None = None
    array: type[Any] | None = None
    items: _Form | None = None
    places: list[_Form] | None = None
    mapping: tuple[_Form, _Form] | None = None
    structs: list[StructMeta] = field(default_factory=list)

    @property
    def called(self) -> str:
        """Its kinds, in the order of msgspec."""
        known = {
            "bool": bool in self.plain,
            "int": int in self.plain,
            "float": float in self.plain,
            "str": self.text,
            "object": self.structs or self.mapping,
            "array": self.array,
            "null": self.nothing,
        }
        return " | ".join(name for name, there in known.items() if there)

    def read(self, value: Any) -> Any:
        """The value as its type has it.

        Raises:
            _Fault: it is none of these kinds.
        """
        kind = type(value)
        if self.anything or kind in self.plain or (value is None and self.nothing):
            return value
        if kind is int and float in self.plain:
            try:
                return float(value)
            except OverflowError:
                raise _Fault("Number out of range") from None
        if self.text and isinstance(value, str):
            return self.text.read(value)
        if self.array and isinstance(value, list | tuple if self.places is not None else list | tuple | set | frozenset):
            return self.array(self._read_items(value))
        if isinstance(value, Mapping):
            if self.structs:
                return self._read_struct(value)
            if self.mapping:
                return dict(self._read_pairs(value))
        elif kind in self.structs:
            return value
        raise _Fault(f"Expected `{self.called}`, got `{_called(value)}`")

    def _read_items(self, values: Any) -> Iterator[Any]:
        if self.places is not None and len(values) != len(self.places):
            raise _Fault(f"Expected `array` of length {len(self.places)}, got {len(values)}")
        for index, value in enumerate(values):
            form = self.places[index] if self.places is not None else self.items
            try:
                yield form.read(value) if form else value
            except _Fault as fault:
                raise fault.within(f"[{index}]") from None

    def _read_pairs(self, values: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
        assert self.mapping
        for key, value in values.items():
            step = "key"
            try:
                read = self.mapping[0].read(key)
                step = "[...]"
                yield read, self.mapping[1].read(value)
            except _Fault as fault:
                raise fault.within(step) from None

    def _read_struct(self, values: Mapping[Any, Any]) -> Any:
        if len(self.structs) == 1:
            return _shape(self.structs[0]).read(values)
        tags = {struct.__plan__.tag: struct for struct in self.structs}
        place = str(self.structs[0].__plan__.tag_field)
        if place not in values:
            raise _Fault(f"Object missing required field `{place}`")
        return _shape(tags[_tag(values[place], place, tags)]).read(values)


def _tag(value: object, place: str, known: Mapping[str | None, object]) -> str:
    if not isinstance(value, str):
        raise _Fault(f"Expected `str`, got `{_type_name(value)}`", f".{place}")  # as Python calls it, in msgspec, too
    if value not in known:
        raise _Fault(f"Invalid value {value!r}", f".{place}")
    return value


def _called(value: object) -> str:
    if value is None:
        return "null"
    names = {"array": list | tuple, "object": dict, "str": str}
    return next((name for name, kinds in names.items() if isinstance(value, kinds)), _type_name(value))


def _type_name(value: object) -> str:
    kind = type(value)
    if kind is UnsetType:
        return "msgspec.UnsetType"
    return kind.__name__ if kind.__module__ == "builtins" or kind.__flags__ & HEAP_TYPE else f"{kind.__module__}.{kind.__name__}"


@dataclass(eq=False)
class _Shape:
    """How a struct is read."""

    kind: StructMeta
    forms: dict[str, _Form]

    def read(self, values: Mapping[Any, Any]) -> Any:
        """The struct, part by part."""
        plan = self.kind.__plan__
        given: dict[str, Any] = {}
        for name, value in values.items():
            if not isinstance(name, str):
                raise _Fault("Expected `str`", "key")
            if form := self.forms.get(name):
                try:
                    given[name] = form.read(value)
                except _Fault as fault:
                    raise fault.within(f".{name}") from None
            elif plan.tag_field is not None and name == plan.tag_field:
                _tag(value, name, {plan.tag: None})
            elif plan.forbid_unknown_fields:
                raise _Fault(f"Object contains unknown field `{name}`")
        for name, default in plan.defaults.items():
            if name not in given and default is NODEFAULT:
                raise _Fault(f"Object missing required field `{name}`")
        try:
            return self._made(given)
        except (ValueError, TypeError) as error:
            raise _Fault(str(error)) from error

    def _made(self, given: dict[str, Any]) -> Any:
        kind: Any = self.kind
        made = object.__new__(kind)
        for name, default in self.kind.__plan__.defaults.items():
            object.__setattr__(made, name, given[name] if name in given else default.kind() if isinstance(default, _Empty) else default)
        if check := getattr(made, "__post_init__", None):
            check()
        return made


_forms: dict[Any, _Form] = {}
_shapes: dict[StructMeta, _Shape] = {}
_quick: dict[Any, Callable[[Any], Any]] = {}


def _shape(kind: StructMeta) -> _Shape:
    if kind not in _shapes:
        hints: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            annotations = {name: given for name, given in vars(base).get("__annotations__", {}).items() if name in kind.__plan__.defaults}
            module = sys.modules.get(base.__module__)
            own = types.SimpleNamespace(__annotations__=annotations)
            hints |= typing.get_type_hints(own, globalns=vars(module) if module else {}, include_extras=True)
        _shapes[kind] = _Shape(kind, {name: _form(hints[name]) for name in kind.__plan__.defaults})
    return _shapes[kind]


def _form(kind: Any) -> _Form:
    if kind not in _forms:
        form = _Form()
        _include(form, kind, ())
        if len(form.structs) > 1 and any(struct.__plan__.tag is None for struct in form.structs):
            raise TypeError("If a type union contains multiple Struct types, all Struct types must be tagged")
        _forms[kind] = form
    return _forms[kind]


def _include(form: _Form, kind: Any, meta: tuple[Meta, ...]) -> None:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        for one in arguments:
            _include(form, one, meta)
    elif origin is Annotated:
        _include(form, arguments[0], (*meta, *(given for given in arguments[1:] if isinstance(given, Meta))))
    elif origin is Literal:
        form.nothing |= None in arguments
        form.text = _Text(among=frozenset(given for given in arguments if given is not None))
    elif kind is Any:
        form.anything = True
    elif kind in (None, type(None)):
        form.nothing = True
    elif kind in (bool, int, float):
        form.plain.add(kind)
    elif kind is str:
        form.text = _Text(meta)
    elif (origin or kind) in (list, tuple, set, frozenset):
        form.array = origin or kind
        if form.array is tuple and arguments and arguments[-1] is not Ellipsis:
            form.places = [_form(one) for one in arguments]
        else:
            form.items = _form(arguments[0] if arguments else Any)
    elif (origin or kind) in (dict, Mapping):
        key, value = arguments or (Any, Any)
        form.mapping = (_form(key), _form(value))
    elif isinstance(kind, StructMeta):
        form.structs.append(kind)
    elif kind is not UnsetType:
        raise TypeError(f"Type {kind!r} is not supported")


def _function(form: _Form) -> Callable[[Any], Any]:
    """The quick way to read a value."""
    code = _Code({"unsure": _Unsure})
    code.add(0, "def read(value):")
    _write(code, 1, form, "value")
    code.add(1, "return value")
    return code.function("read")


def _write(code: _Code, depth: int, form: _Form, value: str) -> None:
    """Write what reads a value of a variable, and leaves in it what was read."""
    if form.anything:
        return
    branches: list[tuple[str, Callable[[int], object]]] = []
    if text := form.text:
        branches.append((f"type({value}) is str", lambda depth: _write_text(code, depth, text, value)))
    if form.nothing:
        branches.append((f"{value} is None", lambda depth: None))
    branches += [(f"type({value}) is {kind.__name__}", lambda depth: None) for kind in (float, int, bool) if kind in form.plain]
    if float in form.plain and int not in form.plain:
        branches.append((f"type({value}) is int", lambda depth: code.add(depth, f"{value} = float({value})")))
    if form.array:
        branches.append((f"type({value}) is list", lambda depth: _write_array(code, depth, form, value)))
    if form.mapping:
        branches.append((f"type({value}) is dict", lambda depth: _write_mapping(code, depth, form, value)))
    for index, (condition, write) in enumerate(branches):
        code.add(depth, f"{'elif' if index else 'if'} {condition}:")
        code.add(depth + 1, "pass")
        write(depth + 1)
    last = f"{value} = {code.name(_reader(form.structs))}({value})" if form.structs else "raise unsure"
    if branches:
        code.add(depth, "else:")
    code.add(depth + bool(branches), last)


def _write_text(code: _Code, depth: int, text: _Text, value: str) -> None:
    if text.among is not None:
        code.add(depth, f"if {value} not in {code.name(text.among)}: raise unsure")
    elif text.meta:
        code.add(depth, f"if {value} not in {code.name(text.fits)}: {code.name(text.check)}({value})")


def _write_array(code: _Code, depth: int, form: _Form, value: str) -> None:
    assert form.array
    into = form.array.__name__
    if form.places is not None:
        parts = [f"{value}_{index}" for index in range(len(form.places))]
        code.add(depth, f"if len({value}) != {len(parts)}: raise unsure")
        if parts:
            code.add(depth, f"{', '.join(parts)}, = {value}")
        for part, place in zip(parts, form.places, strict=True):
            _write(code, depth, place, part)
        code.add(depth, f"{value} = ({''.join(f'{part}, ' for part in parts)})")
        return
    assert form.items
    if _is_struct(form.items):
        code.add(depth, f"{value} = {into}(map({code.name(_reader(form.items.structs))}, {value}))")
    elif form.items.anything:
        code.add(depth, f"{value} = {into}({value})")
    else:
        code.add(depth, f"{value}_all = []")
        code.add(depth, f"for {value}_one in {value}:")
        _write(code, depth + 1, form.items, f"{value}_one")
        code.add(depth + 1, f"{value}_all.append({value}_one)")
        code.add(depth, f"{value} = {into}({value}_all)")


def _write_mapping(code: _Code, depth: int, form: _Form, value: str) -> None:
    assert form.mapping
    code.add(depth, f"{value}_all = {{}}")
    code.add(depth, f"for {value}_key, {value}_one in {value}.items():")
    _write(code, depth + 1, form.mapping[0], f"{value}_key")
    _write(code, depth + 1, form.mapping[1], f"{value}_one")
    code.add(depth + 1, f"{value}_all[{value}_key] = {value}_one")
    code.add(depth, f"{value} = {value}_all")


def _is_struct(form: _Form) -> bool:
    return bool(form.structs) and not (form.text or form.nothing or form.plain or form.array or form.mapping)


def _reader(structs: list[StructMeta]) -> Callable[[Any], Any]:
    """The quick way to read one of some structs."""
    if len(structs) > 1:
        place = str(structs[0].__plan__.tag_field)
        tags = {struct.__plan__.tag: _reader([struct]) for struct in structs}

        def read_tagged(values: Any) -> Any:
            return tags[values[place]](values)

        return read_tagged
    kind = structs[0]
    if kind not in _quick:
        _quick[kind] = lambda values: _quick[kind](values)  # For a struct within itself, while it is being written
        _quick[kind] = _struct_function(kind)
    return _quick[kind]


def _struct_function(kind: StructMeta) -> Callable[[Any], Any]:
    plan, shape = kind.__plan__, _shape(kind)
    code = _Code({"unsure": _Unsure, "new": object.__new__, "draft": kind.__draft__, "kind": kind})
    code.add(0, "def read(values):")
    code.add(1, "if type(values) is not dict: raise unsure")
    code.add(1, "made = new(draft)")
    code.add(1, f"known = {sum(default is NODEFAULT for default in plan.defaults.values())}")
    if plan.tag_field is not None:
        code.add(1, f"if {plan.tag_field!r} in values:")
        code.add(2, "known += 1")
        code.add(2, f"if values[{plan.tag_field!r}] != {plan.tag!r}: raise unsure")
    for name, default in plan.defaults.items():
        if default is NODEFAULT:
            code.add(1, f"value = values[{name!r}]")
            _write(code, 1, shape.forms[name], "value")
            code.add(1, f"made.{name} = value")
        else:
            code.add(1, f"if {name!r} in values:")
            code.add(2, "known += 1")
            code.add(2, f"value = values[{name!r}]")
            _write(code, 2, shape.forms[name], "value")
            code.add(2, f"made.{name} = value")
            fallback = f"{default.kind.__name__}()" if isinstance(default, _Empty) else code.name(default)
            code.add(1, f"else: made.{name} = {fallback}")
    code.add(1, "if known != len(values): raise unsure")
    if kind.__draft__ is not kind:
        code.add(1, "made.__class__ = kind")
    if hasattr(kind, "__post_init__"):
        code.add(1, "made.__post_init__()")
    code.add(1, "return made")
    return code.function("read")


def convert(obj: Any, type: type[T] | Any) -> T:
    """A value, such as JSON has it, as a type.

    Raises:
        ValidationError: it cannot be of this type.
    """
    form = _form(type)
    if form not in _quick:
        _quick[form] = _function(form)
    try:
        made: T = _quick[form](obj)
        return made
    except Exception:  # Whatever is wrong, the other way says it in order
        pass
    try:
        read: T = form.read(obj)
    except _Fault as fault:
        raise ValidationError(str(fault)) from fault.__cause__
    return read


# JSON


def _encode(value: object) -> bytes:
    """A value as JSON. What is no number is null."""
    try:
        text = _written(value)
    except ValueError:
        text = _written(_plain(value))
    return text.encode()


def _written(value: object) -> str:
    return standard_json.dumps(value, default=_part, ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)


def _part(value: Any) -> Any:
    kind = type(value)
    if isinstance(kind, StructMeta):
        return kind.__as_dict__(value)
    if isinstance(value, set | frozenset):
        return list(value)
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"Encoding objects of type {_type_name(value)} is unsupported")


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return _plain(_part(value))


def _decode(given: bytes | str) -> Any:
    """The value of a JSON text."""
    try:
        return standard_json.loads(given, parse_constant=_no_constant)
    except ValueError as error:
        raise DecodeError(f"JSON is malformed: {error}") from None


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def _schema_components(*_: object, **__: object) -> None:
    raise NotImplementedError("There are no schemas here.")


def _replace(struct: Any, /, **changes: Any) -> Any:
    """A struct with other values in some fields."""
    for name in changes:
        if name not in struct.__struct_fields__:
            raise TypeError(f"`{type(struct).__name__}` has no field {name!r}")
    return type(struct)(**{name: getattr(struct, name) for name in struct.__struct_fields__} | changes)


json = types.SimpleNamespace(encode=_encode, decode=_decode, schema_components=_schema_components)
structs = types.SimpleNamespace(replace=_replace)
