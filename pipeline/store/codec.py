"""Frozen values to canonical JSON and back: `dump` gives bytes, `load` gives the value or says what is wrong.

Canonical means: keys sorted, UTF-8, LF, a newline at the end, a field at its default left out, one layout.
Equal values give equal bytes, and `dump(load(data, kind)) == data` for all bytes that `dump` made. The types
decide: a member of a union of dataclasses names its class under "@", an enum stands as its value, a tuple as
a list. A mapping comes back in the order of its keys, since sorting makes two dumps comparable; an order that
matters is a tuple in the model.

What is read is not trusted: NaN and infinities, duplicate names, lone surrogates, unknown or missing fields,
wrong types, other classes, and anything beyond the limits is refused with the field's path. The first fault
ends it, since no person mends such a file field by field.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar, cast

from pipeline.model.problem import Faulty, Place, Problem, shown

T = TypeVar("T")

FORMAT = 1
"""Raised when the types can no longer read an old file; older ones are then translated on reading."""

MAX_BYTES = 64_000_000
MAX_DEPTH = 60
MAX_DIGITS = 15
"""Longer whole numbers occur nowhere in the model; reading one of a million digits takes minutes."""

OPEN_DEPTH = 5
"""Down to here what does not fit into a line has a line for each member (in a draft: for each block), so that
two files can be compared."""

LINE = 110

CLASS = "@"
VERSION = "@format"

CODE = "STORE-010"
FIX = "take the file from the version folder again; it is written by clausewright and not edited by hand"


def dump(value: object) -> bytes:
    """Return a frozen dataclass as canonical JSON.

    Raises:
        TypeError: The value, or something in it, is not of the type that its class declares.
        ValueError: A number is not finite, or a text holds a lone surrogate.
    """
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"not a dataclass: {type(value).__name__}")
    kind = type(value)
    tree = {CLASS: kind.__name__, VERSION: FORMAT, **_fields_out(value, kind, 0)}
    return (_text(tree, 0) + "\n").encode("utf-8")


def load(data: bytes, kind: type[T], file: str = "") -> T:
    """Read what `dump` wrote.

    Args:
        data: The bytes.
        kind: The dataclass expected.
        file: Its name, for messages.

    Raises:
        Faulty: The bytes are not such a value; the problem names the field.
    """
    try:
        return _read(data, kind)
    except _Wrong as wrong:
        place = Place(file or f"{kind.__name__.lower()}.json")
        raise Faulty([Problem(CODE, place, wrong.message, wrong.fix, wrong.path())]) from None


def _read(data: bytes, kind: type[T]) -> T:
    tree = _parse(data)
    if not isinstance(tree, dict):
        raise _Wrong("a value with named fields is expected")
    fields = dict(tree)
    name, version = fields.pop(CLASS, None), fields.pop(VERSION, None)
    if name != kind.__name__:
        raise _Wrong(f"{kind.__name__} is expected, not {shown(name)}")
    if type(version) is not int or version < 1:
        raise _Wrong("the format number is missing")
    if version > FORMAT:
        message = f"written by a newer version (format {version}; this one reads up to {FORMAT})"
        raise _Wrong(message, "install the newer version of clausewright, then try again")
    return typing.cast(T, _fields_in(fields, kind, 0))


class _Wrong(Exception):
    """Ends reading; the steps to the field are added on the way out."""

    def __init__(self, message: str, fix: str = FIX) -> None:
        self.message = message
        self.fix = fix
        self.steps: list[str | int] = []
        super().__init__(message)

    def path(self) -> str:
        """Return the steps as `units[3].blocks[0].level`."""
        parts = (f"[{s}]" if isinstance(s, int) else f".{s}" for s in reversed(self.steps))
        return shown("".join(parts).lstrip("."))


# Types


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    name: str
    hint: Any
    default: Any


@cache
def _fields(kind: type) -> tuple[_Field, ...]:
    """Return the fields of a class of ours with their types and defaults (MISSING where there is none)."""
    hints = typing.get_type_hints(kind)
    if issubclass(kind, tuple):
        given: Mapping[str, Any] = getattr(kind, "_field_defaults", {})
        return tuple(_Field(n, hints[n], given.get(n, dataclasses.MISSING)) for n in getattr(kind, "_fields", ()))
    return tuple(_Field(f.name, hints[f.name], _default(f)) for f in dataclasses.fields(cast("Any", kind)))


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


@cache
def _members(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union, or nothing where the type is none."""
    return typing.get_args(hint) if typing.get_origin(hint) in (types.UnionType, typing.Union) else ()


@cache
def _classes(hint: Any) -> Mapping[str, type]:
    """Return a union's classes of ours by name."""
    return {m.__name__: m for m in _members(hint) if _is_class(m)}


def _is_class(hint: Any) -> bool:
    """Return whether a type is a dataclass or a named tuple."""
    if not isinstance(hint, type):
        return False
    return dataclasses.is_dataclass(hint) or (issubclass(hint, tuple) and hasattr(hint, "_fields"))


# Out


def _text(tree: object, depth: int) -> str:
    line = _compact(tree)
    if depth == OPEN_DEPTH or len(line) <= LINE or not isinstance(tree, (dict, list)):
        return line
    pad, end = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(tree, dict):
        members = (f"{pad}{_compact(k)}: {_text(tree[k], depth + 1)}" for k in sorted(tree))
        return "{" + ",".join(members) + end + "}"
    return "[" + ",".join(pad + _text(item, depth + 1) for item in tree) + end + "]"


def _compact(tree: object) -> str:
    return json.dumps(tree, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _fields_out(value: object, kind: type, depth: int) -> dict[str, object]:
    out: dict[str, object] = {}
    for field in _fields(kind):
        here = getattr(value, field.name)
        if here != field.default or type(here) is not type(field.default):  # nothing equals MISSING
            out[field.name] = _out(here, field.hint, depth + 1)
    return out


def _out(value: Any, hint: Any, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise ValueError(f"nested more than {MAX_DEPTH} deep")
    if hint in (str, int, bool, float):
        return _scalar_out(value, hint)
    origin = typing.get_origin(hint)
    if origin is Literal and value in typing.get_args(hint):
        return value
    if _members(hint):
        return _union_out(value, hint, depth)
    if _is_class(hint) and type(value) is hint:
        return _fields_out(value, hint, depth)
    if isinstance(hint, type) and issubclass(hint, enum.Enum) and isinstance(value, hint):
        return value.value
    if origin is tuple and isinstance(value, tuple):
        items = _items(hint, len(value))
        if items is not None:
            return [_out(v, h, depth + 1) for v, h in zip(value, items, strict=True)]
    if origin is Mapping and isinstance(value, Mapping) and all(isinstance(k, str) for k in value):
        return {k: _out(v, typing.get_args(hint)[1], depth + 1) for k, v in value.items()}
    raise TypeError(f"{type(value).__name__} where {hint} is declared")


def _scalar_out(value: Any, hint: type) -> object:
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        raise TypeError(f"{type(value).__name__} where {hint.__name__} is declared")
    return value


def _union_out(value: Any, hint: Any, depth: int) -> object:
    if value is None and type(None) in _members(hint):
        return None
    name, classes = type(value).__name__, _classes(hint)
    if classes.get(name) is type(value):
        fields = _fields_out(value, classes[name], depth)
        return {CLASS: name, **fields} if len(classes) > 1 else fields
    for member in _members(hint):
        if member is not type(None) and not _is_class(member):
            try:
                return _out(value, member, depth)
            except TypeError:
                continue
    raise TypeError(f"{type(value).__name__} where {hint} is declared")


def _items(hint: Any, count: int) -> tuple[Any, ...] | None:
    """Return the type of each of `count` members of a tuple type, or None where it has another length."""
    members = typing.get_args(hint)
    if len(members) == 2 and members[1] is Ellipsis:
        return (members[0],) * count
    return members if len(members) == count else None


# In


def _parse(data: bytes) -> object:
    if len(data) > MAX_BYTES:
        raise _Wrong(f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_fraction,
        )
    except UnicodeDecodeError as error:
        raise _Wrong(f"byte {error.start + 1} is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise _Wrong(f"line {error.lineno}, column {error.colno} is not JSON") from None
    except RecursionError:
        raise _Wrong(f"nested more than {MAX_DEPTH} deep") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(n for n in names if names.count(n) > 1)
        raise _Wrong(f"the name '{shown(twice)}' is given twice")
    return fields


def _constant(name: str) -> object:
    raise _Wrong(f"{name} is not a number")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _Wrong(f"'{shown(digits)}' has too many digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Wrong(f"'{shown(digits)}' is too large a number")
    return number


def _fields_in(tree: Mapping[str, object], kind: type, depth: int) -> object:
    fields = _fields(kind)
    unknown = tree.keys() - {f.name for f in fields}
    if unknown:
        raise _Wrong(f"{kind.__name__} has no field '{shown(min(unknown))}'")
    values: dict[str, object] = {}
    for field in fields:
        if field.name in tree:
            values[field.name] = _at(field.name, tree[field.name], field.hint, depth)
        elif field.default is dataclasses.MISSING:
            raise _Wrong(f"{kind.__name__} lacks the field '{field.name}'")
    try:
        return kind(**values)
    except ValueError as error:  # an invariant of the model
        raise _Wrong(shown(error)) from None


def _at(step: str | int, tree: object, hint: Any, depth: int) -> object:
    try:
        return _in(tree, hint, depth + 1)
    except _Wrong as wrong:
        wrong.steps.append(step)
        raise


def _in(tree: object, hint: Any, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise _Wrong(f"nested more than {MAX_DEPTH} deep")
    if hint in (str, int, bool, float):
        return _scalar_in(tree, hint)
    origin = typing.get_origin(hint)
    if origin is Literal:
        for choice in typing.get_args(hint):
            if type(choice) is type(tree) and choice == tree:
                return choice
        raise _Wrong(f"'{shown(tree)}' is not allowed here")
    if _members(hint):
        return _union_in(tree, hint, depth)
    if _is_class(hint):
        if not isinstance(tree, dict):
            raise _Wrong(f"{hint.__name__} is expected")
        return _fields_in(tree, hint, depth)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        try:
            return hint(tree)
        except ValueError:
            raise _Wrong(f"'{shown(tree)}' is not allowed here") from None
    if origin is tuple:
        return _tuple_in(tree, hint, depth)
    if origin is Mapping:
        if not isinstance(tree, dict):
            raise _Wrong("names with values are expected")
        inner = typing.get_args(hint)[1]
        return {_scalar_in(k, str): _at(k, v, inner, depth) for k, v in tree.items()}
    raise TypeError(f"no codec for {hint}")


def _scalar_in(tree: object, hint: type) -> object:
    if hint is float and type(tree) is int:
        return float(tree)
    if type(tree) is not hint:
        words = {str: "a text", int: "a whole number", bool: "true or false", float: "a number"}
        raise _Wrong(f"{words[hint]} is expected, not '{shown(tree)}'")
    if isinstance(tree, str) and not tree.isascii():
        try:
            tree.encode("utf-8")
        except UnicodeEncodeError:
            raise _Wrong("half a character (a lone surrogate) stands in the text") from None
    return tree


def _tuple_in(tree: object, hint: Any, depth: int) -> object:
    if not isinstance(tree, list):
        raise _Wrong("a list is expected")
    items = _items(hint, len(tree))
    if items is None:
        raise _Wrong(f"a list of {len(typing.get_args(hint))} is expected, not of {len(tree)}")
    return tuple(_at(i, v, h, depth) for i, (v, h) in enumerate(zip(tree, items, strict=True)))


def _union_in(tree: object, hint: Any, depth: int) -> object:
    members, classes = _members(hint), _classes(hint)
    if tree is None and type(None) in members:
        return None
    if isinstance(tree, dict) and len(classes) > 1:
        name = tree.get(CLASS)
        if not isinstance(name, str) or name not in classes:
            raise _Wrong(f"one of {', '.join(sorted(classes))} is expected, not '{shown(name)}'")
        return _fields_in({k: v for k, v in tree.items() if k != CLASS}, classes[name], depth)
    rest = [m for m in members if m is not type(None)]
    if len(rest) == 1:
        return _in(tree, rest[0], depth)
    for member in rest:
        if not (_is_class(member) and len(classes) > 1):
            try:
                return _in(tree, member, depth)
            except _Wrong:
                continue
    raise _Wrong(f"'{shown(tree)}' is not allowed here")
