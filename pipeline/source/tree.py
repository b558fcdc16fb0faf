"""YAML text to a tree whose every value knows its line and column.

Every scalar stays text, so `no` is "no" and `1.10` is "1.10". Aliases, anchors, tags, duplicate keys and documents
beyond the limits are refused while the events are read, before anything is built (reference: reliability, row 6).
"""

from __future__ import annotations

from collections.abc import Iterator
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
SHORT = 30
"""Characters of a plain value up to which nobody breaks it over lines."""
MOST_PROBLEMS = 50
"""How many problems of one kind of check are listed for one file; the rest are counted."""


Spot = Place | tuple[str, int, int]
"""A place, or the file, line and column that one is made of when somebody asks; most values are never complained of."""


def _placed(spot: Spot) -> Place:
    return Place(*spot) if isinstance(spot, tuple) else spot


class Scalar:
    """A text value and where it begins; `inset` is how far behind that its first character stands, -1 if unknown."""

    __slots__ = ("inset", "spot", "text")

    def __init__(self, text: str, spot: Spot, inset: int = 0) -> None:
        self.text = text
        self.spot = spot
        self.inset = inset

    @property
    def place(self) -> Place:
        """Where the value begins."""
        return _placed(self.spot)

    def place_of(self, offset: int) -> Place:
        """Where a character of the text stands; where the value begins if it runs over lines."""
        place = self.place
        return Place(place.file, place.line, place.column + self.inset + offset) if self.inset >= 0 else place


class Sequence:
    """A list of nodes."""

    __slots__ = ("items", "spot")

    def __init__(self, items: list[Node], spot: Spot) -> None:
        self.items = items
        self.spot = spot

    @property
    def place(self) -> Place:
        """Where the list begins."""
        return _placed(self.spot)


class Mapping:
    """Keys with their values, in the order written."""

    __slots__ = ("_key_spots", "entries", "spot")

    def __init__(self, entries: dict[str, Node], keys: dict[str, Place], spot: Spot) -> None:
        self.entries = entries
        self._key_spots: dict[str, Spot] = dict(keys)
        self.spot = spot

    @property
    def place(self) -> Place:
        """Where the mapping begins."""
        return _placed(self.spot)

    @property
    def keys(self) -> dict[str, Place]:
        """Where each key stands."""
        return {key: _placed(spot) for key, spot in self._key_spots.items()}

    def place_of(self, key: str) -> Place:
        """Where one key stands."""
        return _placed(self._key_spots[key])

    def get(self, key: str) -> Node | None:
        """Return the value under a key, or None."""
        return self.entries.get(key)

    def put(self, key: Scalar, value: Node) -> bool:
        """Add a key with its value; say whether it is new."""
        if key.text in self.entries:
            return False
        self.entries[key.text] = value
        self._key_spots[key.text] = key.spot
        return True


Node = Scalar | Sequence | Mapping
Plain = str | list["Plain"] | dict[str, "Plain"]


def parse(data: bytes, file: str, code: str) -> tuple[Node | None, list[Problem]]:
    """Read one YAML document.

    Args:
        data: UTF-8 bytes.
        file: Its name for places.
        code: Code of the problems found.

    Returns:
        The tree, or None with the problems that prevented it; an empty document gives an empty mapping. A key given
        twice is a problem, and the tree goes on with the first, so that all else in the file is checked as well.
    """
    start = Place(file, 1, 1)
    if len(data) > MAX_BYTES:
        return None, [Problem(code, start, f"the file has {len(data):,} bytes", f"split it; at most {MAX_BYTES:,}")]
    text, problems = decode(data, file, code)
    if problems:
        return None, problems
    try:
        tree, problems = _build(text, file, code)
        return tree, problems[:MOST_PROBLEMS] + beyond(len(problems), start, code)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(file, mark.line + 1, mark.column + 1) if mark else start
        what = getattr(error, "problem", None) or "not readable as YAML"
        fix = "check indentation, colons and quotes here; quote a text that holds ': ' or begins with a sign"
        return None, [Problem(code, place, str(what), fix)]
    except _Refusal as refusal:
        return None, [refusal.problem]


def beyond(count: int, place: Place, code: str) -> list[Problem]:
    """Return the problem that says how many more there are than are listed of one file; nothing where all are."""
    if count <= MOST_PROBLEMS:
        return []
    message = f"{count - MOST_PROBLEMS:,} more problems of this file are not listed"
    return [Problem(code, place, message, "mend the listed ones first")]


class _Refusal(Exception):
    """Ends reading at once: a limit or a construct that is not allowed."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


_VALUES = frozenset((yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent))
_ENDS = frozenset((yaml.SequenceEndEvent, yaml.MappingEndEvent))


def _build(text: str, file: str, code: str) -> tuple[Node | None, list[Problem]]:
    problems: list[Problem] = []
    stack: list[Sequence | Mapping] = []
    keys: list[Scalar | None] = []
    root: Node | None = None
    count = 0
    events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
    for event in events:
        kind = event.__class__
        if kind in _VALUES:
            mark = event.start_mark
            spot = (file, mark.line + 1, mark.column + 1)
            count += 1
            fault = _refused(event, count, len(stack))
            if fault is not None:
                raise _Refusal(Problem(code, Place(*spot), *fault))
            node: Node
            if kind is yaml.ScalarEvent:
                node = Scalar(event.value, spot, _inset(event))
            else:
                node = Sequence([], spot) if kind is yaml.SequenceStartEvent else Mapping({}, {}, spot)
            if not stack:
                root = node
            else:
                top = stack[-1]
                if top.__class__ is Sequence:
                    top.items.append(node)
                elif keys[-1] is None:
                    if kind is not yaml.ScalarEvent:
                        problem = Problem(code, node.place, "a key must be plain text", "write a word before the colon")
                        raise _Refusal(problem)
                    keys[-1] = node  # type: ignore[assignment]
                else:
                    key, keys[-1] = keys[-1], None
                    if not top.put(key, node):  # type: ignore[union-attr]
                        message = f"'{shown(key.text)}' is given twice"
                        problems.append(Problem(code, key.place, message, "keep one of the two", shown(key.text)))
            if kind is not yaml.ScalarEvent:
                stack.append(node)  # type: ignore[arg-type]
                keys.append(None)
        elif kind in _ENDS:
            stack.pop()
            keys.pop()
        elif kind is yaml.AliasEvent:
            raise _Refusal(Problem(code, _place(file, event), *_ALIAS))
        elif kind is yaml.DocumentStartEvent and root is not None:
            message, fix = "a second document begins here", "keep one document in a file"
            raise _Refusal(Problem(code, _place(file, event), message, fix))
    if root is None:
        root = Mapping({}, {}, Place(file, 1, 1))
    return root, problems


_ALIAS = ("YAML anchors and aliases are not allowed", "write the value out where it is needed")


def _refused(event: Any, count: int, depth: int) -> tuple[str, str] | None:
    """Return what is wrong with a value before it is built, and the repair; None where nothing is."""
    if event.anchor:
        return _ALIAS
    if event.tag:
        return "YAML tags are not allowed", "remove the tag; every value is read as text"
    if count > MAX_NODES:
        return f"more than {MAX_NODES:,} values", "split the file"
    if depth >= MAX_DEPTH and event.__class__ is not yaml.ScalarEvent:
        return f"nested more than {MAX_DEPTH} deep", "flatten the structure"
    return None


def _inset(event: yaml.ScalarEvent) -> int:
    """Return how far the first character stands behind the value's beginning; -1 where the value runs over lines.

    A short plain word is taken to stand on one line: marks are costly, and nearly all values are such.
    """
    style = event.style
    if not style and len(event.value) <= SHORT:
        return 0
    if style in ("|", ">") or event.end_mark is None or event.end_mark.line != event.start_mark.line:  # type: ignore[union-attr]
        return -1
    return 1 if style else 0


def _place(file: str, event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)


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
