"""Tracked changes settled one by one: accepted, so that they become the text, or rejected, so that they never were.

What is not settled stays as it is: other marks, and every comment, also one that stands in what goes. What the standard
leaves open is done as Word does it: a paragraph whose end goes is joined with the one behind it and takes over that
one's properties; a bookmark goes with the last of what it held (ECMA-376 part 1, 17.13.5).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from pipeline.word.names import w
from pipeline.word.pieces import CELL_MARKS, MARKS, RANGE_END, RANGE_START, REFERENCE, WRAPPERS, control_of
from pipeline.word.story import DELETED, PPR, ROW, RPR, RUN, SDT, TABLE, P

_RANGES = tuple(
    w(f"{name}{side}")
    for name in ("bookmark", "moveFromRange", "moveToRange", "perm", "customXmlInsRange", "customXmlDelRange",
                 "customXmlMoveFromRange", "customXmlMoveToRange")
    for side in ("Start", "End")
)  # fmt: skip
MARKERS: Final = frozenset((*_RANGES, RANGE_START, RANGE_END, w("proofErr")))
"""Elements that mark a spot and print nothing."""

_BOX = w("txbxContent")
_MOVES = (w("moveFromRangeStart"), w("moveToRangeStart"))
_HOLDERS = frozenset(w(n) for n in ("hyperlink", "smartTag", "fldSimple", "ins", "del", "moveFrom", "moveTo"))
"""Elements within a paragraph that go when nothing is left in them."""

_OPTIONAL = frozenset(w(n) for n in ("rPr", "pPr", "trPr", "tcPr", "tblPrEx", "numPr"))
_STAYING: Final[Mapping[str, frozenset[str]]] = {
    RPR: frozenset(MARKS), PPR: frozenset((RPR, w("sectPr"))),
    w("sectPr"): frozenset((w("headerReference"), w("footerReference"))),
    w("trPr"): frozenset((w("ins"), w("del"))), w("tcPr"): frozenset(CELL_MARKS),
}  # fmt: skip
"""What the record of former properties does not tell, and what stays when they are restored."""

_LEADING = (RPR, w("sectPr"))
"""Properties in which that stands first; in the others it stands last."""

_AGAIN = {w("delText"): w("t"), w("delInstrText"): w("instrText")}
_MERGED = {"cont": "continue", "rest": "restart"}


def settle(root: etree._Element, verdicts: Mapping[etree._Element, bool]) -> None:
    """Settle marks of a story, in place.

    Args:
        root: The story part.
        verdicts: For each mark whether it is accepted (True) or rejected.
    """
    if verdicts:
        _Settling(root, verdicts).run()


@dataclass(slots=True)
class _Settling:
    """One story while marks in it are settled."""

    root: etree._Element
    verdicts: Mapping[etree._Element, bool]

    def run(self) -> None:
        held = _held(self.root)
        marks = [e for e in self.root.iter("*") if e in self.verdicts]
        self._controls([m for m in marks if m.tag in WRAPPERS])
        for mark in marks:
            if mark.tag in MARKS and not _in_properties(mark):
                self._content(mark)
        for mark in marks:
            if self._stands(mark) and (mark.tag.endswith("Change") or _holder(mark) == w("numPr")):
                self._formatting(mark)
        for mark in marks:
            if self._stands(mark) and (mark.tag in CELL_MARKS or _holder(mark) == w("trPr")):
                self._cell_or_row(mark)
        for mark in marks:
            if self._stands(mark) and mark.tag in MARKS and _holder(mark) == RPR:
                self._end(mark)
        if any(m.tag in (w("moveFrom"), w("moveTo")) for m in marks):
            self._moves()
        self._bookmarks(held)

    def _stands(self, element: etree._Element) -> bool:
        """Return whether an element still stands in the story."""
        return any(up is self.root for up in element.iterancestors())

    def _goes(self, mark: etree._Element) -> bool:
        """Return whether what a mark holds goes: a deletion accepted, an insertion rejected."""
        return (mark.tag in DELETED) == self.verdicts[mark]

    # Controls

    def _controls(self, starts: Sequence[etree._Element]) -> None:
        gone = [control_of(s) for s in starts if WRAPPERS[s.tag] == self.verdicts[s]]
        for control in dict.fromkeys(c for c in gone if c is not None):
            _unwrapped(control)
        numbers = {(s.tag.removesuffix("Start"), s.get(w("id"))) for s in starts}
        for end in list(self.root.iter(*(s.replace("Start", "End") for s in WRAPPERS))):
            if (end.tag.removesuffix("End"), end.get(w("id"))) in numbers:
                _drop(end)
        for start in starts:
            _drop(start)

    # Text

    def _content(self, mark: etree._Element) -> None:
        parent = mark.getparent()
        if parent is None or not self._stands(mark):
            return
        if self._goes(mark):
            self._cut(mark)
            return
        inner = list(mark)
        _replaced(mark, inner)
        if mark.tag == w("del") and not any(up.tag == w("del") for up in (parent, *parent.iterancestors())):
            for element in inner:
                for node in element.iter(*_AGAIN):
                    if not any(up.tag == w("del") for up in node.iterancestors()):
                        node.tag = _AGAIN[node.tag]

    def _cut(self, element: etree._Element) -> None:
        """Take out an element within a paragraph, and what held nothing else; markers and comments stay."""
        parent = element.getparent()
        _replaced(element, _lasting(element))
        if parent is not None and parent.tag in _HOLDERS and all(_light(c) for c in parent):
            self._cut(parent)

    # Properties

    def _formatting(self, mark: etree._Element) -> None:
        holder = mark.getparent()
        if holder is None:
            return
        if mark.tag in MARKS:
            _drop(holder if self._goes(mark) else mark)
            return
        former = next(mark.iterchildren("*"), None)
        holder.remove(mark)
        if not self.verdicts[mark] and mark.tag != w("numberingChange"):
            kept = [c for c in holder if c.tag in _STAYING.get(holder.tag, ())]
            old = [copy.deepcopy(c) for c in former] if former is not None else []
            holder[:] = [*kept, *old] if holder.tag in _LEADING else [*old, *kept]
        _tidied(holder)

    def _cell_or_row(self, mark: etree._Element) -> None:
        properties = mark.getparent()
        block = None if properties is None else properties.getparent()
        if properties is None or block is None:
            return
        if mark.tag == w("cellMerge"):
            self._merged(mark, properties)
        elif (mark.tag in (w("del"), w("cellDel"))) == self.verdicts[mark]:
            self._removed(block)
            return
        properties.remove(mark)
        _tidied(properties)

    def _merged(self, mark: etree._Element, properties: etree._Element) -> None:
        value = _MERGED.get(str(mark.get(w("vMerge") if self.verdicts[mark] else w("vMergeOrig"))))
        for old in properties.findall(w("vMerge")):
            properties.remove(old)
        if value:
            merge = etree.Element(w("vMerge"), {w("val"): value})
            mark.addprevious(merge)

    def _removed(self, block: etree._Element) -> None:
        """Take out a cell or row, with its row or table where nothing else is left there."""
        holder = block.getparent()
        _cleared(block, [block])
        while holder is not None:
            child = {ROW: w("tc"), TABLE: ROW}.get(holder.tag)
            emptied = (
                next(holder.iter(child), None) is None
                if child
                else holder.tag in (SDT, w("sdtContent")) and (next(holder.iter(P, ROW, w("tc")), None) is None)
            )
            if not emptied:
                return
            block, holder = holder, holder.getparent()
            _replaced(block, list(block.iter(*MARKERS)))

    # Ends of paragraphs

    def _end(self, mark: etree._Element) -> None:
        paragraph = next(mark.iterancestors(P), None)
        properties = mark.getparent()
        if paragraph is None or properties is None:
            return
        properties.remove(mark)
        _tidied(properties)
        if not self._goes(mark):
            return
        between: list[etree._Element] = []
        after = paragraph.getnext()
        while after is not None and after.tag in MARKERS:
            between.append(after)
            after = after.getnext()
        content = [c for c in paragraph if c.tag != PPR]
        if after is not None and after.tag == P:
            place = 1 if after.find(PPR) is not None else 0
            after[place:place] = [*content, *between]
            _drop(paragraph)
        elif all(_light(c) for c in content) and _may_go(paragraph, after):
            _cleared(paragraph, content)

    # What hangs on the text

    def _moves(self) -> None:
        """Take away the ranges of moves in which no mark of a move is left."""
        opened: dict[tuple[str, str], etree._Element] = {}
        idle: dict[tuple[str, str], etree._Element] = {}
        for element in self.root.iter(*_MOVES, w("moveFromRangeEnd"), w("moveToRangeEnd"), w("moveFrom"), w("moveTo")):
            key = (element.tag[: element.tag.rfind("Range")], str(element.get(w("id"))))
            if element.tag in _MOVES:
                opened[key] = idle[key] = element
            elif element.tag in MARKERS:
                opened.pop(key, None)
            else:
                for name in [k for k in opened if k[0] == element.tag]:
                    idle.pop(name, None)
        if idle:
            ends = self._ends(w("moveFromRangeEnd"), w("moveToRangeEnd"))
            for start in idle.values():
                _unranged(start, ends)

    def _bookmarks(self, before: Mapping[str, int]) -> None:
        after = _held(self.root)
        ends = self._ends(w("bookmarkEnd"))
        for start in list(self.root.iter(w("bookmarkStart"))):
            number = str(start.get(w("id")))
            if before.get(number, 0) > 0 and after.get(number) == 0:
                _unranged(start, ends)

    def _ends(self, *tags: str) -> dict[tuple[str, str | None], list[etree._Element]]:
        """Return the ends of ranges by their element and number."""
        found: dict[tuple[str, str | None], list[etree._Element]] = {}
        for end in self.root.iter(*tags):
            found.setdefault((end.tag, end.get(w("id"))), []).append(end)
        return found


def _unranged(start: etree._Element, ends: Mapping[tuple[str, str | None], Sequence[etree._Element]]) -> None:
    """Take out the beginning of a range and its ends."""
    for end in ends.get((start.tag.replace("Start", "End"), start.get(w("id"))), ()):
        _drop(end)
    _drop(start)


def _holder(element: etree._Element) -> str:
    parent = element.getparent()
    return "" if parent is None else parent.tag


def _in_properties(mark: etree._Element) -> bool:
    return _holder(mark) in (RPR, w("trPr"), w("numPr"))


def _drop(element: etree._Element) -> None:
    """Take out an element."""
    parent = element.getparent()
    if parent is not None:
        _replaced(element, [])


def _replaced(element: etree._Element, new: Iterable[etree._Element]) -> None:
    parent = element.getparent()
    if parent is not None:
        place = parent.index(element)
        parent[place : place + 1] = list(new)


def _unwrapped(control: etree._Element) -> None:
    content = control.find(w("sdtContent"))
    beside = [c for c in control if c.tag in MARKERS]
    _replaced(control, [*(() if content is None else content), *beside])


def _light(element: etree._Element) -> bool:
    """Return whether an element prints nothing: a marker, properties, a run with nothing but a comment's reference."""
    if element.tag == RUN:
        return all(c.tag in (RPR, REFERENCE, w("lastRenderedPageBreak")) for c in element)
    return element.tag in MARKERS or element.tag in (PPR, RPR) or not isinstance(element.tag, str)


def _lasting(element: etree._Element) -> list[etree._Element]:
    """Return what of an element that goes is to stay: markers, and the references of comments, each in its run."""
    found: list[etree._Element] = []
    for node in element.iter(*MARKERS, REFERENCE):
        if node.tag in MARKERS:
            found.append(node)
            continue
        run = etree.Element(RUN)
        look = None if (holder := node.getparent()) is None else holder.find(RPR)
        if look is not None:
            run.append(copy.deepcopy(look))
        run.append(copy.deepcopy(node))
        found.append(run)
    return found


def _cleared(block: etree._Element, content: Sequence[etree._Element]) -> None:
    """Take out a block; markers in its content stay in its place, comments go to the paragraph beside it."""
    lasting = [e for c in content for e in _lasting(c)]
    aside = [e for e in lasting if e.tag in (RUN, RANGE_START, RANGE_END)]
    if any(e.tag == RUN for e in aside):
        _lodged(aside, block)
        lasting = [e for e in lasting if e not in aside]
    _replaced(block, lasting)


def _lodged(lasting: Sequence[etree._Element], block: etree._Element) -> None:
    """Put what stays of a block that goes at the end of the paragraph before it, else at the beginning of the next."""
    if any(up.tag == _BOX for up in block.iterancestors()) or _outer(block, last=False) is None:
        return
    before = _next(block, back=True)
    if before is not None:
        before.extend(lasting)
        return
    after = _next(block, back=False)
    if after is not None:
        place = 1 if after.find(PPR) is not None else 0
        after[place:place] = list(lasting)


def _next(block: etree._Element, *, back: bool) -> etree._Element | None:
    """Return the nearest paragraph behind a block, or before it, that is not in a text box."""
    for place in (block, *block.iterancestors()):
        for sibling in place.itersiblings(preceding=back):
            paragraph = _outer(sibling, last=back)
            if paragraph is not None:
                return paragraph
    return None


def _outer(element: etree._Element, *, last: bool) -> etree._Element | None:
    """Return the first or last paragraph of an element, or the element if it is one; those in text boxes left out."""
    if element.tag == P:
        return element
    if element.tag == _BOX:
        return None
    found = (_outer(child, last=last) for child in element.iterchildren(reversed=last))
    return next((p for p in found if p is not None), None)


def _may_go(paragraph: etree._Element, after: etree._Element | None) -> bool:
    """Return whether a paragraph that holds nothing can go: something else must be left where it stands."""
    if after is not None and after.tag != w("sectPr"):
        return True
    before = paragraph.getprevious()
    while before is not None and before.tag in MARKERS:
        before = before.getprevious()
    parent = paragraph.getparent()
    if parent is not None and parent.tag == w("sdtContent"):
        return before is not None
    return before is not None and before.tag in (P, SDT)


def _tidied(properties: etree._Element) -> None:
    """Take out properties that say nothing any more, and those around them."""
    parent = properties.getparent()
    if parent is not None and properties.tag in _OPTIONAL and not len(properties) and not properties.attrib:
        parent.remove(properties)
        _tidied(parent)


def _held(root: etree._Element) -> dict[str, int]:
    """Return how much each bookmark holds: runs that print something, and ends of paragraphs; by its number."""
    count = 0
    starts: dict[str, int] = {}
    held: dict[str, int] = {}
    start, end = w("bookmarkStart"), w("bookmarkEnd")
    for _, element in etree.iterwalk(root, events=("end",), tag=(start, end, P, RUN)):
        if element.tag == start:
            starts[str(element.get(w("id")))] = count
        elif element.tag == end:
            number = str(element.get(w("id")))
            if number in starts:
                held[number] = count - starts[number]
        elif element.tag == P or not _light(element):
            count += 1
    return held
