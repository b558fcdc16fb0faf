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
import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pipeline.model.problem import Faulty, Place, Problem, shown
from pipeline.store.canonical import compact, text
from pipeline.store.typed import CLASS, MAX_DEPTH, Wrong, reader, writer

T = TypeVar("T")

FORMAT = 2
"""Raised when the types can no longer read an old file; older ones are then translated on reading."""

_GONE: Mapping[str, tuple[str, ...]] = {"Receipt": ("library_files",)}
"""What format 1 said that is told no more, by class: it is passed over."""

MAX_BYTES = 64_000_000
MAX_DIGITS = 15
"""Longer whole numbers occur nowhere in the model; reading one of a million digits takes minutes."""

VERSION = "@format"

CODE = "STORE-010"


def dump(value: object) -> bytes:
    """Return a frozen dataclass as canonical JSON.

    Raises:
        TypeError: The value, or something in it, is not of the type that its class declares.
        ValueError: A number is not finite, or a text holds a lone surrogate.
    """
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"not a dataclass: {type(value).__name__}")
    kind: Any = type(value)
    fields = cast("dict[str, object]", writer(kind)(value, 0))
    tree = {CLASS: kind.__name__, VERSION: FORMAT, **fields}
    return (text(tree) + "\n").encode("utf-8")


def canonical(tree: object) -> bytes:
    """Return plain texts, numbers, lists and mappings as canonical JSON in one line, to be compared or digested."""
    return compact(tree).encode("utf-8")


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
    except Wrong as wrong:
        place = Place(file or f"{kind.__name__.lower()}.json")
        raise Faulty([Problem(CODE, place, wrong.message, wrong.fix, wrong.path())]) from None


def format_of(data: bytes) -> int:
    """Return the format number of what `dump` wrote, or 0 where there is none to be read."""
    try:
        tree = _parse(data)
    except Wrong:
        return 0
    number = tree.get(VERSION) if isinstance(tree, dict) else None
    return number if type(number) is int else 0


def _read(data: bytes, kind: type[T]) -> T:
    tree = _parse(data)
    if not isinstance(tree, dict):
        raise Wrong("a value with named fields is expected")
    fields = dict(tree)
    name, version = fields.pop(CLASS, None), fields.pop(VERSION, None)
    if name != kind.__name__:
        raise Wrong(f"{kind.__name__} is expected, not {shown(name)}")
    if type(version) is not int or version < 1:
        raise Wrong("the format number is missing")
    if version > FORMAT:
        message = f"written by a newer version (format {version}; this one reads up to {FORMAT})"
        raise Wrong(message, "install the newer version of clausewright, then try again")
    if version == 1:
        for gone in _GONE.get(kind.__name__, ()):
            fields.pop(gone, None)
    return cast("T", reader(cast("Any", kind))(fields, 0))


def _parse(data: bytes) -> object:
    if len(data) > MAX_BYTES:
        raise Wrong(f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_fraction,
        )
    except UnicodeDecodeError as error:
        raise Wrong(f"byte {error.start + 1} is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise Wrong(f"line {error.lineno}, column {error.colno} is not JSON") from None
    except RecursionError:
        raise Wrong(f"nested more than {MAX_DEPTH} deep") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(n for n in names if names.count(n) > 1)
        raise Wrong(f"the name '{shown(twice)}' is given twice")
    return fields


def _constant(name: str) -> object:
    raise Wrong(f"{name} is not a number")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Wrong(f"'{shown(digits)}' has too many digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Wrong(f"'{shown(digits)}' is too large a number")
    return number
