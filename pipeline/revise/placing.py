"""Paragraphs and rows put into a unit or a cell of theirs and taken out of it, at the edges as Word does it.

The mark of the last paragraph of a cell, of a content control or of what a bookmark holds stays where it is: what is
put behind that paragraph takes its mark over, and where it is taken out, the mark of the one before goes instead. So a
cell keeps its last paragraph, and a control and a bookmark still end where they ended.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from pipeline.word.comments import W14
from pipeline.word.marks import Marker
from pipeline.word.names import w
from pipeline.word.story import CONTENT, DELETED, INSERTED, PPR, RPR, RUN, SDT, Line, P, Paragraph, TableRow, laid_flat

_RANGES = ("bookmark", "commentRange", "perm", "moveFromRange", "moveToRange", "customXmlInsRange",
           "customXmlDelRange", "customXmlMoveFromRange", "customXmlMoveToRange")  # fmt: skip
_ENDS = frozenset(w(f"{name}End") for name in _RANGES)
_SPOTS = frozenset((*_ENDS, *(w(f"{name}Start") for name in _RANGES), w("proofErr")))
_CHANGE, _SECTION = w("pPrChange"), w("sectPr")
_IDS = {f"{{{W14}}}{name}" for name in ("paraId", "textId")}


@dataclass(slots=True)
class Holder:
    """What holds some lines of theirs: a unit or a cell.

    Attributes:
        blocks: Its paragraphs and tables.
        control: The unit's control, None where it has none.
        cell: The cell, None for a unit.
        end: The paragraph that ends it, None where it ends with a table.
        former: Where that is one of ours, the properties of the mark that it took over.
        last: Its last block, one of ours included.
    """

    blocks: Sequence[etree._Element]
    control: etree._Element | None = None
    cell: etree._Element | None = None
    end: etree._Element | None = None
    former: etree._Element | None = None
    last: etree._Element | None = None


def holder(blocks: Sequence[etree._Element], control: etree._Element | None) -> Holder:
    """Return a unit as what holds its lines."""
    last = blocks[-1] if blocks else None
    return Holder(blocks, control, None, last if last is not None and last.tag == P else None, None, last)


def cell_holder(cell: etree._Element) -> Holder:
    """Return a cell as what holds its lines."""
    blocks = list(laid_flat(cell))
    return Holder(blocks, None, cell, blocks[-1] if blocks and blocks[-1].tag == P else None)


def paragraph_in(fresh: etree._Element, after: etree._Element | None, within: Holder, marker: Marker) -> etree._Element:
    """Put a paragraph in, tracked.

    Args:
        fresh: The paragraph.
        after: The paragraph or table behind which it comes; None for the beginning.
        within: What holds it.
        marker: Writes the marks.

    Returns:
        The paragraph in which it now stands: in an empty cell the one that was there.
    """
    if after is None:
        return _first_in(fresh, within, marker)
    if after is within.end and _hands_over(after, within):
        _last_in(fresh, after, within, marker)
        return fresh
    behind(after, within.control).addnext(fresh)
    marker.paragraph_inserted(fresh)
    if after is within.last:
        within.last = fresh
    return fresh


def _first_in(fresh: etree._Element, within: Holder, marker: Marker) -> etree._Element:
    first = within.blocks[0]
    if within.cell is not None and len(within.blocks) == 1 and first.tag == P and _empty(first):
        first.extend([c for c in fresh if c.tag != PPR])
        marker.wrap(first)
        return first
    before(first, within.control).addprevious(fresh)
    marker.paragraph_inserted(fresh)
    if first.tag == P:  # a bookmark that began with the first paragraph begins with the new one
        at = 1 if fresh.find(PPR) is not None else 0
        fresh[at:at] = list(_leading(first))
    return fresh


def _leading(paragraph: etree._Element) -> Iterator[etree._Element]:
    for child in paragraph:
        if child.tag == w("bookmarkStart"):
            yield child
        elif child.tag != PPR:
            return


def _empty(paragraph: etree._Element) -> bool:
    return next(paragraph.iter(RUN), None) is None


def _hands_over(end: etree._Element, within: Holder) -> bool:
    """Return whether what is put behind a paragraph can take its mark over: it is not tracked, and ends no section."""
    properties = end.find(PPR)
    if properties is None or within.former is not None:
        return True
    mark = properties.find(RPR)
    tracked = mark is not None and any(c.tag in (*INSERTED, *DELETED) for c in mark)
    return not tracked and properties.find(_SECTION) is None


def _last_in(fresh: etree._Element, end: etree._Element, within: Holder, marker: Marker) -> None:
    """Put a paragraph behind the last: its mark is the old one, that of the old last paragraph is new."""
    own = end.find(PPR)
    if within.former is None:
        within.former = etree.Element(PPR) if own is None else copy.deepcopy(own)
    elif own is not None:  # one of ours hands on what it took over
        for change in own.findall(_CHANGE):
            own.remove(change)
    marker.wrap(fresh)
    wanted = fresh.find(PPR)
    if wanted is not None:
        fresh.remove(wanted)
    taken = copy.deepcopy(within.former)
    pending = taken.find(_CHANGE)
    if pending is not None:
        pending.set(w("id"), marker.number())
    fresh.insert(0, taken)
    marker.properties_like(fresh, wanted)
    for name in _IDS & {str(key) for key in end.attrib}:
        fresh.set(name, end.attrib.pop(name))  # they belong to the mark
    after = list(_trailing(end))
    end.addnext(fresh)
    fresh.extend(after)
    marker.mark_inserted(end)
    within.end = within.last = fresh


def _trailing(paragraph: etree._Element) -> Iterator[etree._Element]:
    """Yield the ends of bookmarks with which a paragraph ends."""
    found: list[etree._Element] = []
    for child in reversed(paragraph):
        if child.tag not in (w("bookmarkEnd"), w("proofErr")):
            break
        found.append(child)
    yield from reversed(found)


def paragraph_out(paragraph: Paragraph, within: Holder, marker: Marker) -> None:
    """Mark a paragraph as deleted; what holds it keeps its last mark."""
    last = paragraph.elements[-1]
    at_end = last is within.end
    other = _previous(paragraph.elements[0]) if at_end else None
    marker.paragraph_deleted(paragraph, keep_mark=at_end)
    if other is not None and _is_ours(other, marker):
        if _folded(other, last, marker):
            return
    elif other is not None and marker.properties_like(last, other.find(PPR)):
        marker.mark_deleted(other)
        return
    if at_end and within.cell is None:
        marker.mark_deleted(last)


def _previous(first: etree._Element) -> etree._Element | None:
    """Return the paragraph before that is not deleted, None where anything else stands there."""
    place = first.getprevious()
    while place is not None and (place.tag in _SPOTS or (place.tag == P and _struck(place))):
        place = place.getprevious()
    if place is None or place.tag != P:
        return None
    properties = place.find(PPR)
    ends_section = properties is not None and properties.find(_SECTION) is not None
    return None if ends_section else place


def _struck(element: etree._Element) -> bool:
    """Return whether a paragraph is deleted: its mark, and all that stands in it."""
    mark = element.find(f"{PPR}/{RPR}")
    gone = mark is not None and any(c.tag in DELETED for c in mark)
    return gone and all(next(r.iterancestors(*DELETED), None) is not None for r in element.iter(RUN))


def _is_ours(element: etree._Element, marker: Marker) -> bool:
    mark = element.find(f"{PPR}/{RPR}")
    return mark is not None and any(marker.owns(c) for c in mark.findall(w("ins")))


def _folded(new: etree._Element, last: etree._Element, marker: Marker) -> bool:
    """Put the words of a paragraph that was put in before those of the last one, which go."""
    if not marker.properties_like(last, new.find(PPR)):
        return False
    at = 1 if last.find(PPR) is not None else 0
    last[at:at] = [c for c in new if c.tag != PPR]
    parent = new.getparent()
    if parent is not None:
        parent.remove(new)
    return True


def behind(block: etree._Element, control: etree._Element | None) -> etree._Element:
    """Return the element behind which something is put that comes after a block.

    Args:
        block: The block.
        control: The control that is not to be left; those of others are, where the block is the last in them.
    """
    return _past_ends(_outermost(block, control, last=True))


def before(block: etree._Element, control: etree._Element | None) -> etree._Element:
    """Return the element before which something is put that comes ahead of a block."""
    return _outermost(block, control, last=False)


def _outermost(block: etree._Element, control: etree._Element | None, *, last: bool) -> etree._Element:
    place = block
    while (inner := place.getparent()) is not None and inner.tag == CONTENT:
        outer = inner.getparent()
        beyond = place.itersiblings(preceding=not last)
        if outer is None or outer is control or outer.tag != SDT or any(e.tag not in _SPOTS for e in beyond):
            break
        place = outer
    return place


def _past_ends(place: etree._Element) -> etree._Element:
    """Return the last of the marks of ends that follow an element, so that nothing is put into what they end."""
    after = place.getnext()
    while after is not None and after.tag in _ENDS:
        place, after = after, after.getnext()
    return place


def row_in(fresh: etree._Element, marker: Marker) -> None:
    """Mark a row that was put in, and the paragraphs in it."""
    marker.row(fresh, "ins")
    for element in fresh.iter(P):
        marker.paragraph_inserted(element)


def row_out(
    row: etree._Element, cells: Sequence[Sequence[Paragraph]], marker: Marker, begun: set[str | None] | None = None
) -> None:
    """Mark a row as deleted, and the paragraphs in it.

    Args:
        row: The row.
        cells: The paragraphs of its cells.
        marker: Writes the marks.
        begun: Numbers of the comments that begin in what is taken out with it.
    """
    begun = set() if begun is None else begun
    marker.row(row, "del")
    for cell in cells:
        for paragraph in cell:
            marker.paragraph_deleted(paragraph, begun=begun)


def unit_out(lines: Sequence[Line], control: etree._Element | None, marker: Marker) -> None:
    """Mark a whole unit as deleted, with its control; comments on its words go with it."""
    begun: set[str | None] = set()
    for line in lines:
        if isinstance(line, TableRow):
            row_out(line.element, line.paragraphs, marker, begun)
        else:
            marker.paragraph_deleted(line, begun=begun)
    if control is not None:
        marker.control(control, "Del")


def table_in(table: etree._Element, after: etree._Element | None, within: Holder, marker: Marker) -> None:
    """Put a table in whose rows are marked, and behind it the paragraph that keeps it from the next one.

    Args:
        table: The table.
        after: The paragraph or table behind which it comes; None for the beginning.
        within: What holds it.
        marker: Writes the marks.
    """
    gap = etree.Element(P)
    if after is not None and after is within.end and _hands_over(after, within):
        _last_in(gap, after, within, marker)
        after.addnext(table)
        return
    if after is None:
        before(within.blocks[0], within.control).addprevious(table)
    else:
        behind(after, within.control).addnext(table)
        within.last = gap if after is within.last else within.last
    table.addnext(gap)
    marker.paragraph_inserted(gap)


def gap_behind(table: etree._Element) -> etree._Element:
    """Return the empty paragraph behind a table, the table itself where there is none."""
    after = table.getnext()
    return after if after is not None and after.tag == P and _empty(after) else table
