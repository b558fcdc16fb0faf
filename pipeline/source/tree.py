"""YAML text to a tree whose every value knows its line and column.

Every scalar stays text, so `no` is "no" and `1.10` is "1.10". Aliases, anchors, tags, duplicate keys and documents
beyond the limits are refused while the events are read, before anything is built (reference: reliability, row 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from pipeline.model.problem import Place, Problem, shown
from pipeline.source.text import decode

try:  # the C parser gives the same events about eight times faster
    from yaml import CBaseLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML without libyaml
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 2_000_000
MAX_DEPTH = 30
MAX_NODES = 50_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text value and where it begins."""

    text: str
    place: Place


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    items: list[Node]
    place: Place


@dataclass(slots=True)
class Mapping:
    """Keys with their values, in the order written."""

    entries: dict[str, Node]
    keys: dict[str, Place]
    place: Place

    def get(self, key: str) -> Node | None:
        """Return the value under a key, or None."""
        return self.entries.get(key)


Node = Scalar | Sequence | Mapping
Plain = str | list["Plain"] | dict[str, "Plain"]


@dataclass(slots=True)
class _Open:
    node: Sequence | Mapping
    key: Scalar | None = None


def parse(data: bytes, file: str, code: str) -> tuple[Node | None, list[Problem]]:
    """Read one YAML document.

    Args:
        data: UTF-8 bytes.
        file: Its name for places.
        code: Code of the problems found.

    Returns:
        The tree, or None with the problems that prevented it; an empty document gives an empty mapping.
    """
    start = Place(file, 1, 1)
    if len(data) > MAX_BYTES:
        return None, [Problem(code, start, f"the file has {len(data):,} bytes", f"split it; at most {MAX_BYTES:,}")]
    text, problems = decode(data, file, code)
    if problems:
        return None, problems
    try:
        return _build(text, file, code)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(file, mark.line + 1, mark.column + 1) if mark else start
        what = getattr(error, "problem", None) or "not readable as YAML"
        fix = "check indentation, colons and quotes here; quote a text that holds ': ' or begins with a sign"
        return None, [Problem(code, place, str(what), fix)]
    except _Refusal as refusal:
        return None, [refusal.problem]


class _Refusal(Exception):
    """Ends reading at once: a limit or a construct that is not allowed."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


_VALUES = frozenset((yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent))
_ENDS = frozenset((yaml.SequenceEndEvent, yaml.MappingEndEvent))


def _build(text: str, file: str, code: str) -> tuple[Node | None, list[Problem]]:
    problems: list[Problem] = []
    stack: list[_Open] = []
    root: Node | None = None
    count = 0

    def refuse(event: yaml.Event, message: str, fix: str) -> _Refusal:
        return _Refusal(Problem(code, _place(file, event), message, fix))

    def attach(node: Node) -> None:
        nonlocal root
        if not stack:
            root = node
            return
        top = stack[-1]
        if isinstance(top.node, Sequence):
            top.node.items.append(node)
        elif top.key is None:
            if not isinstance(node, Scalar):
                raise _Refusal(Problem(code, node.place, "a key must be plain text", "write a word before the colon"))
            top.key = node
        else:
            key = top.key
            top.key = None
            if key.text in top.node.entries:
                problems.append(
                    Problem(code, key.place, f"{shown(key.text)!r} is given twice", "keep one of the two", key.text)
                )
                return
            top.node.entries[key.text] = node
            top.node.keys[key.text] = key.place

    events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
    for event in events:
        kind = event.__class__
        if kind in _VALUES:
            count += 1
            if count > MAX_NODES:
                raise refuse(event, f"more than {MAX_NODES:,} values", "split the file")
            if event.anchor:
                raise refuse(
                    event, "YAML anchors and aliases are not allowed", "write the value out where it is needed"
                )
            if event.tag:
                raise refuse(event, "YAML tags are not allowed", "remove the tag; every value is read as text")
            if kind is yaml.ScalarEvent:
                attach(Scalar(event.value, _place(file, event)))
                continue
            if len(stack) >= MAX_DEPTH:
                raise refuse(event, f"nested more than {MAX_DEPTH} deep", "flatten the structure")
            place = _place(file, event)
            node: Sequence | Mapping = (
                Sequence([], place) if kind is yaml.SequenceStartEvent else Mapping({}, {}, place)
            )
            attach(node)
            stack.append(_Open(node))
        elif kind in _ENDS:
            stack.pop()
        elif kind is yaml.AliasEvent:
            raise refuse(event, "YAML anchors and aliases are not allowed", "write the value out where it is needed")
        elif kind is yaml.DocumentStartEvent and root is not None:
            raise refuse(event, "a second document begins here", "keep one document in a file")
    if root is None:
        root = Mapping({}, {}, Place(file, 1, 1))
    return (None if problems else root), problems


def _place(file: str, event: yaml.Event) -> Place:
    mark = event.start_mark
    if mark is None:  # pragma: no cover - libyaml marks every event
        return Place(file, 1, 1)
    return Place(file, mark.line + 1, mark.column + 1)


def plain(node: Node) -> Plain:
    """Return the tree as plain text, lists and dictionaries."""
    match node:
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            return [plain(i) for i in items]
        case Mapping(entries=entries):
            return {k: plain(v) for k, v in entries.items()}


def at(node: Node, path: tuple[str | int, ...]) -> Node | None:
    """Return the node under a path of keys and indexes, or None where it does not exist."""
    here: Node | None = node
    for step in path:
        if isinstance(here, Mapping) and isinstance(step, str):
            here = here.entries.get(step)
        elif isinstance(here, Sequence) and isinstance(step, int) and step < len(here.items):
            here = here.items[step]
        else:
            return None
    return here


def place_at(node: Node, path: tuple[str | int, ...]) -> Place:
    """Return the place of the deepest node that exists along a path; of the key where the last step is a key."""
    place = node.place
    here: Node = node
    for step in path:
        if isinstance(here, Mapping) and isinstance(step, str) and step in here.entries:
            here = here.entries[step]
        elif isinstance(here, Sequence) and isinstance(step, int) and step < len(here.items):
            here = here.items[step]
        else:
            break
        place = here.place
    return place


def scalars(node: Node) -> Iterator[Scalar]:
    """Yield every scalar of a tree in order."""
    match node:
        case Scalar():
            yield node
        case Sequence(items=items):
            for item in items:
                yield from scalars(item)
        case Mapping(entries=entries):
            for value in entries.values():
                yield from scalars(value)
