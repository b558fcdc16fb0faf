"""What in a Word file names a unit of ours: controls by tag, name and number, and bookmarks.

LibreOffice drops the tags, ends a control at the first table, and writes a bookmark over several paragraphs as one that
begins at the first and another of the same name at the last.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from pipeline.revise.blocks import CONTROL, END, START, TABLE, VAL, Body, P, Point, body
from pipeline.word import anchors
from pipeline.word.anchors import Base
from pipeline.word.names import w

How = Literal["tag", "alias", "id", "bookmark", "text"]
"""By what a unit is found, the surest way first."""

WAYS: tuple[How, ...] = ("tag", "alias", "id", "bookmark", "text")


@dataclass(frozen=True, slots=True)
class Lead:
    """Where something leads to a unit.

    Attributes:
        unit: Number of the unit.
        how: What leads there.
        first: First block.
        last: Last block that it holds.
        control: The control, where it is one.
        ends: Whether the unit ends there, too.
    """

    unit: int
    how: How
    first: int
    last: int
    control: etree._Element | None = None
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Marked:
    """A document as blocks, and what leads to units in it, in document order for each way."""

    body: Body
    controls: tuple[Lead, ...]
    bookmarks: tuple[Lead, ...]


def marked(document: etree._Element, units: Sequence[Base], opened: Iterable[etree._Element] = ()) -> Marked:
    """Return what leads to units by name.

    Args:
        document: The `w:document` tree.
        units: The units as they were written.
        opened: Tables that are no block themselves, since units were put into their cells.
    """
    controls = list(_controls(document, units))
    names = {anchors.bookmark(unit.anchor): number for number, unit in enumerate(units)}
    starts = [(e, names[name]) for e in document.iter(START) if (name := e.get(w("name"), "")) in names]
    ids = {start.get(w("id"), ""): number for start, number in starts}
    made = body(document, ids, _opened(controls, starts).union(opened))
    ends = {mark.get(w("id"), ""): point for mark, point in made.points.items() if mark.tag == END}
    pairs: dict[int, list[tuple[Point, Point | None]]] = defaultdict(list)
    for start, number in starts:
        if start in made.points:
            pairs[number].append((made.points[start], ends.get(start.get(w("id"), ""))))
    leads = []
    for control, number, how in controls:
        if control in made.spans:
            first, last = made.spans[control]
            whole = how == "tag" and control not in made.inline
            if first <= last:
                leads.append(Lead(number, how, first, last, control, whole))
    ranges = [lead for number, found in pairs.items() for lead in _ranges(number, found, made)]
    return Marked(made, tuple(leads), tuple(ranges))


def said(control: etree._Element, name: str) -> str:
    """Return a property of a content control, or an empty text."""
    properties = control.find(w("sdtPr"))
    value = properties.find(w(name)) if properties is not None else None
    return "" if value is None else value.get(VAL, "")


def _controls(document: etree._Element, units: Sequence[Base]) -> Iterator[tuple[etree._Element, int, How]]:
    """Yield the controls that name a unit, with the surest name of each."""
    tags = {unit.anchor: number for number, unit in enumerate(units)}
    shown = [unit.alias[: anchors.TAG_LIMIT] for unit in units]
    times = Counter(shown)
    aliases = {alias: number for number, alias in enumerate(shown) if alias and times[alias] == 1}
    numbers = {str(anchors.control_id(unit.anchor)): number for number, unit in enumerate(units)}
    for control in document.iter(CONTROL):
        tag = said(control, "tag")
        if tag in tags:
            yield control, tags[tag], "tag"
        elif tag:  # a control of others; Google Docs puts its own around almost anything
            continue
        elif (alias := said(control, "alias")) in aliases:
            yield control, aliases[alias], "alias"
        elif (number := said(control, "id")) in numbers:
            yield control, numbers[number], "id"


def _opened(
    controls: Sequence[tuple[etree._Element, int, How]], starts: Sequence[tuple[etree._Element, int]]
) -> frozenset[etree._Element]:
    """Return the tables in whose cells units stand, so that they are no block of one unit."""
    tables: set[etree._Element] = set()
    for control, _, _ in controls:
        if next(control.iterancestors(P), None) is None:
            tables.update(control.iterancestors(TABLE))
    inside: dict[etree._Element, set[int]] = defaultdict(set)
    for start, number in starts:
        for table in start.iterancestors(TABLE):
            inside[table].add(number)
    return frozenset(tables | {table for table, numbers in inside.items() if len(numbers) > 1})


def _ranges(number: int, pairs: Sequence[tuple[Point, Point | None]], made: Body) -> Iterator[Lead]:
    """Yield the stretches that the bookmarks of one unit mark; one that holds no text marks nothing."""
    whole = [(start, end) for start, end in pairs if end is not None and _holds(start, end, made)]
    if len(pairs) > 1 and len(whole) < len(pairs):
        points = [point for pair in pairs for point in pair if point is not None]
        start = min(points, key=lambda p: (p.block, p.before))
        end = max(points, key=lambda p: (p.block, p.before))
        if _holds(start, end, made):
            yield _range(number, start, end, made)
            return
    for start, end in whole:
        yield _range(number, start, end, made)
    if not whole and len(pairs) == 1 and pairs[0][1] is None and made.elements:
        first = _first(pairs[0][0], made)
        yield Lead(number, "bookmark", first, first, None, ends=False)


def _range(number: int, start: Point, end: Point, made: Body) -> Lead:
    first = _first(start, made)
    last = end.block if end.before or not end.after else end.block - 1
    return Lead(number, "bookmark", first, max(first, last))


def _first(start: Point, made: Body) -> int:
    """Return the block at which a bookmark begins: the next one, where it stands at the end of a paragraph."""
    behind = start.before and not start.after and start.block + 1 < len(made.elements)
    return start.block + 1 if behind else start.block


def _holds(start: Point, end: Point, made: Body) -> bool:
    """Tell whether there is text between two points."""
    if start.block == end.block:
        return start.before < end.before
    between = any(made.lines(block) for block in range(start.block + 1, end.block))
    return between or (end.block > start.block and (start.after > 0 or end.before > 0))
