"""Values of a type to what JSON knows and back: for each type a function is made once, and then only called.

The types decide: a member of a union of dataclasses names its class under "@", an enum stands as its value, a tuple
as a list, and a field at its default is left out.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, cast

from pipeline.model.problem import shown

MAX_DEPTH = 60
CLASS = "@"

FIX = "take the file from the version folder again; it is written by clausewright and not edited by hand"

Writer = Callable[[Any, int], object]
"""From a value and its depth to what JSON knows; TypeError or ValueError where it does not fit."""

Reader = Callable[[Any, int], Any]
"""From what JSON gave and its depth to a value; Wrong where it does not fit."""


class Wrong(Exception):
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


def _members(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union, or nothing where the type is none."""
    return typing.get_args(hint) if typing.get_origin(hint) in (types.UnionType, typing.Union) else ()


def _is_class(hint: Any) -> bool:
    """Return whether a type is a dataclass or a named tuple."""
    if not isinstance(hint, type):
        return False
    return dataclasses.is_dataclass(hint) or (issubclass(hint, tuple) and hasattr(hint, "_fields"))


def _is_enum(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, enum.Enum)


def _repeated(hint: Any) -> Any:
    """Return the type of the members of a tuple of any length, or None where its length is fixed."""
    members = typing.get_args(hint)
    return members[0] if len(members) == 2 and members[1] is Ellipsis else None


# Out


@cache
def writer(hint: Any) -> Writer:
    """Return what writes values of a type."""
    origin, members = typing.get_origin(hint), typing.get_args(hint)
    if hint in (str, int, bool, float):
        return _scalar_writer(hint)
    if origin is Literal:
        return _plain_writer(lambda value: value in members, hint)
    if _members(hint):
        return _union_writer(hint)
    if _is_class(hint):
        return _class_writer(hint)
    if _is_enum(hint):
        named = _plain_writer(lambda value: isinstance(value, hint), hint)
        return lambda value, depth: cast("enum.Enum", named(value, depth)).value
    if origin is tuple:
        return _tuple_writer(hint)
    if origin is Mapping:
        return _mapping_writer(hint)
    raise TypeError(f"no codec for {hint}")


def _other(value: object, hint: Any) -> TypeError:
    declared = hint.__name__ if isinstance(hint, type) else hint
    return TypeError(f"{type(value).__name__} where {declared} is declared")


def _deep() -> ValueError:
    return ValueError(f"nested more than {MAX_DEPTH} deep")


def _plain_writer(fits: Callable[[Any], bool], hint: Any) -> Writer:
    def write(value: Any, _depth: int) -> object:
        if not fits(value):
            raise _other(value, hint)
        return value

    return write


def _scalar_writer(hint: type) -> Writer:
    def write(value: Any, _depth: int) -> object:
        if type(value) is hint:
            return value
        if hint is float and type(value) is int:
            return float(value)
        raise _other(value, hint)

    return write


@cache
def _fields_out(kind: type) -> tuple[tuple[str, Any, Writer], ...]:
    return tuple((f.name, f.default, writer(f.hint)) for f in _fields(kind))


def _class_writer(kind: Any) -> Writer:
    def write(value: Any, depth: int) -> object:
        actual: object = type(value)
        if actual is not kind:
            raise _other(value, kind)
        if depth > MAX_DEPTH:
            raise _deep()
        out: dict[str, object] = {}
        for name, default, inner in _fields_out(kind):  # asked for late, since a type may hold itself
            here = getattr(value, name)
            if here is not default and (here != default or type(here) is not type(default)):  # nothing equals MISSING
                out[name] = inner(here, depth + 1)
        return out

    return write


def _union_writer(hint: Any) -> Writer:
    members = _members(hint)
    classes = {m: writer(m) for m in members if _is_class(m)}
    plain = [writer(m) for m in members if m not in classes and m is not type(None)]
    tagged, optional = len(classes) > 1, type(None) in members

    def write(value: Any, depth: int) -> object:
        kind = type(value)
        if kind in classes:
            fields = classes[kind](value, depth)
            return {CLASS: kind.__name__, **cast("dict[str, object]", fields)} if tagged else fields
        if value is None and optional:
            return None
        for inner in plain:
            try:
                return inner(value, depth)
            except TypeError:
                continue
        raise _other(value, hint)

    return write


def _tuple_writer(hint: Any) -> Writer:
    repeated = _repeated(hint)
    each = None if repeated is None else writer(repeated)
    fixed = [writer(m) for m in typing.get_args(hint)] if repeated is None else []

    def write(value: Any, depth: int) -> object:
        if not isinstance(value, tuple) or (each is None and len(value) != len(fixed)):
            raise _other(value, hint)
        if depth > MAX_DEPTH:
            raise _deep()
        if each is not None:
            return [each(v, depth + 1) for v in value]
        return [inner(v, depth + 1) for v, inner in zip(value, fixed, strict=True)]

    return write


def _mapping_writer(hint: Any) -> Writer:
    inner = writer(typing.get_args(hint)[1])

    def write(value: Any, depth: int) -> object:
        if not isinstance(value, Mapping) or not all(isinstance(k, str) for k in value):
            raise _other(value, hint)
        if depth > MAX_DEPTH:
            raise _deep()
        return {k: inner(v, depth + 1) for k, v in value.items()}

    return write


# In


@cache
def reader(hint: Any) -> Reader:
    """Return what reads values of a type."""
    origin = typing.get_origin(hint)
    if hint in (str, int, bool, float):
        return _scalar_reader(hint)
    if origin is Literal:
        return _choice_reader({(type(c), c): c for c in typing.get_args(hint)})
    if _members(hint):
        return _union_reader(hint)
    if _is_class(hint):
        return _class_reader(hint)
    if _is_enum(hint):
        return _choice_reader({(type(member.value), member.value): member for member in hint})
    if origin is tuple:
        return _tuple_reader(hint)
    if origin is Mapping:
        return _mapping_reader(hint)
    raise TypeError(f"no codec for {hint}")


@cache
def _fields_in(kind: type) -> tuple[tuple[str, bool, Reader], ...]:
    return tuple((f.name, f.default is dataclasses.MISSING, reader(f.hint)) for f in _fields(kind))


def _class_reader(kind: Any) -> Reader:
    def read(tree: Any, depth: int) -> Any:
        if type(tree) is not dict:
            raise Wrong(f"{kind.__name__} is expected")
        _shallow(depth)
        values: dict[str, object] = {}
        for name, needed, inner in _fields_in(kind):  # asked for late, since a type may hold itself
            if name in tree:
                values[name] = _at(name, tree[name], inner, depth)
            elif needed:
                raise Wrong(f"{kind.__name__} lacks the field '{name}'")
        if len(values) != len(tree):
            raise Wrong(f"{kind.__name__} has no field '{shown(min(tree.keys() - values.keys()))}'")
        try:
            return kind(**values)
        except ValueError as error:  # an invariant of the model
            raise Wrong(shown(error)) from None

    return read


def _shallow(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Wrong(f"nested more than {MAX_DEPTH} deep")


def _at(step: str | int, tree: object, inner: Reader, depth: int) -> Any:
    try:
        return inner(tree, depth + 1)
    except Wrong as wrong:
        wrong.steps.append(step)
        raise


def _scalar_reader(hint: Any) -> Reader:
    words = {str: "a text", int: "a whole number", bool: "true or false", float: "a number"}[hint]

    def read(tree: Any, _depth: int) -> Any:
        if type(tree) is not hint:
            if hint is float and type(tree) is int:
                return float(tree)
            raise Wrong(f"{words} is expected, not '{shown(tree)}'")
        return _sound(tree) if hint is str and not tree.isascii() else tree

    return read


def _sound(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Wrong("half a character (a lone surrogate) stands in the text") from None
    return text


def _choice_reader(choices: Mapping[tuple[type, Any], Any]) -> Reader:
    def read(tree: Any, _depth: int) -> Any:
        try:
            return choices[type(tree), tree]
        except (KeyError, TypeError):  # a list cannot be a key
            raise Wrong(f"'{shown(tree)}' is not allowed here") from None

    return read


def _union_reader(hint: Any) -> Reader:
    members = _members(hint)
    classes = {m.__name__: reader(m) for m in members if _is_class(m)}
    tagged, optional = len(classes) > 1, type(None) in members
    plain = [reader(m) for m in members if m is not type(None) and not (tagged and _is_class(m))]

    def read(tree: Any, depth: int) -> Any:
        if tree is None and optional:
            return None
        if tagged and isinstance(tree, dict):
            fields = dict(tree)
            name = fields.pop(CLASS, None)
            if not isinstance(name, str) or name not in classes:
                raise Wrong(f"one of {', '.join(sorted(classes))} is expected, not '{shown(name)}'")
            return classes[name](fields, depth)
        if len(plain) == 1:
            return plain[0](tree, depth)
        for inner in plain:
            try:
                return inner(tree, depth)
            except Wrong:
                continue
        raise Wrong(f"'{shown(tree)}' is not allowed here")

    return read


def _tuple_reader(hint: Any) -> Reader:
    repeated = _repeated(hint)
    each = None if repeated is None else reader(repeated)
    fixed = [reader(m) for m in typing.get_args(hint)] if repeated is None else []

    def read(tree: Any, depth: int) -> Any:
        if not isinstance(tree, list):
            raise Wrong("a list is expected")
        _shallow(depth)
        if each is None and len(tree) != len(fixed):
            raise Wrong(f"a list of {len(fixed)} is expected, not of {len(tree)}")
        inners = fixed if each is None else (each,) * len(tree)
        return tuple([_at(i, v, inner, depth) for i, (v, inner) in enumerate(zip(tree, inners, strict=True))])

    return read


def _mapping_reader(hint: Any) -> Reader:
    name, inner = reader(str), reader(typing.get_args(hint)[1])

    def read(tree: Any, depth: int) -> Any:
        if not isinstance(tree, dict):
            raise Wrong("names with values are expected")
        _shallow(depth)
        return {name(k, depth): _at(k, v, inner, depth) for k, v in tree.items()}

    return read
