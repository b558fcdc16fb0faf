"""A tree checked against a declared shape: pydantic does the checking, places and repairs are ours.

A shape is a pydantic model that forbids unknown keys and bounds every text and list. The tree's scalars are text,
so numbers are read from text and nothing else is converted.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Fields
from itertools import islice
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.model.problem import Problem, shown
from pipeline.source.text import forbidden, name_of
from pipeline.source.tree import MOST_PROBLEMS, Mapping, Node, at, beyond, place_at, plain, scalars

LONGEST_WORD = 100
"""Characters up to which a word is compared with known ones; the names of a library are all shorter."""
LISTED_WIDTH = 160
"""Characters that a list of allowed words may take."""

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
    """Check a tree against a shape and give the value, or all problems with their places.

    A character that a YAML escape smuggles in is a problem too: the bytes of the file do not show it.
    """
    if node is None:
        return None, []
    if not isinstance(node, Mapping):
        fix = f"begin with a key such as {next(iter(shape.model_fields))}:"
        return None, [Problem(code, node.place, "keys with values are expected here", fix)]
    smuggled = list(islice(_smuggled(node, code), MOST_PROBLEMS))
    try:
        return shape.model_validate(plain(node)), smuggled
    except ValidationError as error:
        errors = error.errors(include_url=False)
        problems = [_problem(node, shape, e, code) for e in errors[:MOST_PROBLEMS]]
        return None, smuggled + problems + beyond(len(errors), node.place, code)


def nearest(word: str, known: Sequence[str]) -> str:
    """Return `; did you mean 'x'?` for the nearest known word, or nothing."""
    if len(word) > LONGEST_WORD:
        return ""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean '{shown(close[0])}'?" if close else ""


def listed(words: Iterable[str]) -> str:
    """Return words joined by commas, with `…` for those that a line has no room for."""
    found = ""
    for word in words:
        more = f"{found}, {shown(word)}" if found else shown(word)
        if len(more) > LISTED_WIDTH:
            return f"{found}, …"
        found = more
    return found


def _smuggled(node: Node, code: str) -> Iterator[Problem]:
    fix = "remove the character; it is invisible or reorders the text around it"
    for scalar in scalars(node):
        if scalar.inset and (bad := forbidden(scalar.text)) is not None:
            yield Problem(code, scalar.place, f"the character {name_of(bad)} may not stand in a text", fix)


def _problem(node: Node, shape: type[Shape], error: Any, code: str) -> Problem:
    kind: str = error["type"]
    steps = _steps(node, tuple(error["loc"]), kind)
    field = shown(".".join(str(s) for s in steps))
    place = place_at(node, steps)
    given = error.get("input")
    context: Fields[str, Any] = error.get("ctx") or {}
    holder = at(node, steps[:-1])
    if error["loc"][-1] == "[key]" and isinstance(holder, Mapping):
        place = holder.place_of(str(steps[-1]))
    if kind == "extra_forbidden" and isinstance(holder, Mapping):
        key = str(steps[-1])
        known = _keys(shape, steps[:-1])
        fix = f"remove it or use one of: {listed(known[:12])}" if known else "remove it"
        return Problem(code, holder.place_of(key), f"unknown key '{shown(key)}'{nearest(key, known)}", fix, field)
    if kind == "missing":
        place = holder.place if holder else node.place
        return Problem(code, place, f"'{steps[-1]}' is missing", f"add `{steps[-1]}:`", field)
    if kind in ("literal_error", "enum") and isinstance(given, str):
        allowed = [w.strip().strip("'") for w in str(context["expected"]).replace(" or ", ", ").split(",")]
        message = f"'{shown(given)}' is not allowed here{nearest(given, allowed)}"
        return Problem(code, place, message, f"use one of: {listed(allowed)}", field)
    if kind == "string_pattern_mismatch":
        return Problem(code, place, f"'{shown(given)}' has not the form asked for", _form(context["pattern"]), field)
    if kind == "value_error" and "day" in str(error["msg"]):
        return Problem(code, place, f"'{shown(given)}': there is no such day", "write a date that exists", field)
    return Problem(code, place, *_said(kind, given, context, str(error["msg"]), field), field)


def _said(kind: str, given: Any, context: Fields[str, Any], message: str, field: str) -> tuple[str, str]:
    """Return message and repair for a value of the wrong kind, length or size."""
    see = f"see docs/formats.md: {field}"
    match kind:
        case "string_type" | "literal_error" | "enum":
            return "one text is expected here", see
        case "dict_type" | "model_type":
            return "keys with values are expected here", see
        case "list_type" | "tuple_type":
            return "a list is expected here", "write each item after '- ', or all of them between [ and ]"
        case "too_long":
            return f"{len(given):,} items stand here", f"keep at most {context['max_length']:,}"
        case "too_short":
            return "the list is empty", f"write at least {context['min_length']:,}"
        case "string_too_long":
            return f"the text has {len(given):,} characters", f"shorten it to {context['max_length']:,}"
        case "string_too_short":
            return "the text is empty", "write it, or remove the key"
        case "int_parsing" | "int_type" | "int_parsing_size" | "int_from_float":
            return f"'{shown(given)}' is no whole number of a size that is read", "write digits only, such as 10"
        case "greater_than_equal" | "less_than_equal":
            limit, word = (context["ge"], "least") if "ge" in context else (context["le"], "most")
            return f"'{shown(given)}' is out of range", f"write at {word} {limit:,}"
        case _:
            return f"'{shown(given)}': {message[:1].lower()}{message[1:]}", see


def _steps(node: Node, loc: tuple[int | str, ...], kind: str) -> tuple[int | str, ...]:
    """Return the steps of a location that lead through the file; pydantic also names branches of its own."""
    found: list[int | str] = []
    here: Node | None = node
    for i, step in enumerate(loc):
        inner = at(here, (step,)) if here is not None else None
        if inner is not None:
            here = inner
            found.append(step)
        elif kind == "missing" and i == len(loc) - 1:
            found.append(step)
    return tuple(found)


def _form(pattern: str) -> str:
    if "(1[89]" in pattern:
        return "write a date as 2026-11-23" + ("" if "))?)?$" not in pattern else ", 2026-11 or 2026")
    if "country|agency|system" in pattern:
        return "write `country.`, `agency.` or `system.` and the id of a question or finding"
    if "a-z0-9_" in pattern:
        return "use small letters, digits and underscores, at most 64"
    if "a-z0-9-" in pattern:
        return "use small letters, digits and hyphens, at most 56"
    return "use letters, digits and hyphens"


def _keys(shape: type[Shape], path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the shape allows at a path, following nested shapes, lists and dictionaries."""
    here: Any = shape
    for step in path:
        here = _inside(here, step)
    return [field.alias or name for name, field in getattr(_model(here), "model_fields", {}).items()]


def _inside(annotation: Any, step: int | str) -> Any:
    """Return what stands one step inside an annotation, None where nothing does."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return next((f.annotation for name, f in fields if step == (f.alias or name)), None)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _inside(arguments[0], step)
    if origin is dict:
        return arguments[1]
    if origin in (tuple, list):
        return arguments[0] if isinstance(step, int) else None
    return next((found for a in arguments if (found := _inside(a, step)) is not None), None)


def _model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (dict, tuple, list):
        return None
    return next((found for a in get_args(annotation) if (found := _model(a)) is not None), None)
