"""A tree checked against a declared shape: pydantic does the checking, places and repairs are ours.

A shape is a pydantic model that forbids unknown keys and bounds every text and list. The tree's scalars are text,
so numbers are read from text and nothing else is converted.
"""

from __future__ import annotations

import datetime
import difflib
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.model.problem import Place, Problem, shown
from pipeline.source.tree import Mapping, Node, at, place_at, plain

Line = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=6000)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,63}$", max_length=64)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", max_length=63)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,40}$", max_length=41)]


def _existing(text: str) -> str:
    """Return an ISO date that exists; months and years alone have no day to be wrong."""
    if len(text) == len("2026-11-23"):
        datetime.date.fromisoformat(text)
    return text


Date = Annotated[
    str,
    StringConstraints(pattern=r"^(1[89]|2[01])\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$", max_length=10),
]
Day = Annotated[
    str,
    StringConstraints(pattern=r"^(1[89]|2[01])\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", max_length=10),
]
ExistingDate = Annotated[Date, AfterValidator(_existing)]
ExistingDay = Annotated[Day, AfterValidator(_existing)]
Lang = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
TextByLang = Annotated[dict[Lang, Prose], Field(max_length=40)]


class Shape(BaseModel):
    """Base of all file shapes: no unknown keys, no infinities, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


S = TypeVar("S", bound=Shape)


def read(node: Node | None, shape: type[S], code: str) -> tuple[S | None, list[Problem]]:
    """Check a tree against a shape and give the value, or all problems with their places."""
    if node is None:
        return None, []
    if not isinstance(node, Mapping):
        fix = f"begin with a key such as {next(iter(shape.model_fields))}:"
        return None, [Problem(code, node.place, "keys with values are expected here", fix)]
    try:
        return shape.model_validate(plain(node)), []
    except ValidationError as error:
        return None, [_problem(node, shape, e, code) for e in error.errors(include_url=False)]


def nearest(word: str, known: list[str] | tuple[str, ...]) -> str:
    """Return `; did you mean 'x'?` for the nearest known word, or nothing."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def _problem(node: Node, shape: type[Shape], error: Any, code: str) -> Problem:
    loc = tuple(error["loc"])
    kind: str = error["type"]
    steps = tuple(s for s in loc if isinstance(s, int | str))
    field = ".".join(str(s) for s in steps)
    place: Place = place_at(node, steps)
    given = error.get("input")
    if kind == "extra_forbidden":
        holder = at(node, steps[:-1])
        key = str(steps[-1])
        if isinstance(holder, Mapping) and key in holder.keys:
            place = holder.keys[key]
        known = _keys(shape, steps[:-1])
        fix = f"remove it or use one of: {', '.join(known[:12])}" if known else "remove it"
        return Problem(code, place, f"unknown key '{shown(key)}'{nearest(key, known)}", fix, field)
    if kind == "missing":
        holder = at(node, steps[:-1])
        place = holder.place if holder else node.place
        return Problem(code, place, f"'{steps[-1]}' is missing", f"add `{steps[-1]}:`", field)
    if kind in ("literal_error", "enum"):
        allowed = [w.strip().strip("'") for w in str(error["ctx"]["expected"]).replace(" or ", ", ").split(",")]
        message = f"'{shown(given)}' is not allowed here{nearest(str(given), allowed)}"
        return Problem(code, place, message, f"use one of: {', '.join(allowed)}", field)
    if kind == "string_pattern_mismatch":
        return Problem(
            code, place, f"'{shown(given)}' has not the form asked for", _form(error["ctx"]["pattern"]), field
        )
    if kind in ("string_type", "dict_type", "list_type", "tuple_type", "model_type"):
        wanted = {"string_type": "one text", "dict_type": "keys with values", "model_type": "keys with values"}
        return Problem(
            code, place, f"{wanted.get(kind, 'a list')} is expected here", f"see docs/formats.md: {field}", field
        )
    if kind == "value_error" and "day" in str(error["msg"]):
        return Problem(code, place, f"'{shown(given)}': there is no such day", "write a date that exists", field)
    message = str(error["msg"])[:1].lower() + str(error["msg"])[1:]
    return Problem(code, place, f"'{shown(given)}': {message}", f"see docs/formats.md: {field}", field)


def _form(pattern: str) -> str:
    if "(1[89]" in pattern:
        return "write a date as 2026-11-23" + ("" if "))?)?$" not in pattern else ", 2026-11 or 2026")
    if "a-z0-9_" in pattern:
        return "use small letters, digits and underscores"
    if "a-z0-9-" in pattern:
        return "use small letters, digits and hyphens"
    return "use letters, digits and hyphens"


def _keys(shape: type[Shape], path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the shape allows at a path, following nested shapes by field name."""
    here: Any = shape
    for step in path:
        if isinstance(step, int):
            continue
        fields = getattr(here, "model_fields", {})
        if step not in fields:
            return []
        here = _inner(fields[step].annotation)
    return list(getattr(here, "model_fields", {}))


def _inner(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner(argument)
        if found is not None:
            return found
    return None
