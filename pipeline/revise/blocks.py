"""The body of a Word file as one row of blocks: paragraphs and tables, with what stands around and between them.

Content controls, of whomever, and custom XML are looked through. What a reader sees counts: text that is tracked as
deleted or moved away is passed over, inserted text is read (ECMA-376 part 1, 17.13.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipeline.word.names import MC, w

P, TABLE, CONTROL = w("p"), w("tbl"), w("sdt")
START, END = w("bookmarkStart"), w("bookmarkEnd")
VAL = w("val")

_TEXT, _RUN = w("t"), w("r")
_SIGNS = {w("tab"): "\t", w("br"): "\n", w("cr"): "\n", w("noBreakHyphen"): "\u2011"}
_HIDDEN = (w("del"), w("moveFrom"), w("txbxContent"), f"{{{MC}}}Fallback")
_ENTRY = re.compile(r"\t\d+$")
_CONTENTS = re.compile(r"\s*TOC\b")


@dataclass(frozen=True, slots=True)
class Point:
    """Where a mark stands: the block, and the characters of that block before and after it.

    A mark between blocks stands at the beginning of the next.
    """

    block: int
    before: int
    after: int


@dataclass(slots=True)
class Body:
    """The blocks of a document in order.

    Attributes:
        elements: The `w:p` and `w:tbl` elements.
        spans: First and last block of each control; one that stands within a block has that block twice.
        inline: The controls that stand within a paragraph or within a table that is one block.
        points: Where the bookmarks stand that were asked for.
    """

    elements: list[etree._Element] = field(default_factory=list)
    spans: dict[etree._Element, tuple[int, int]] = field(default_factory=dict)
    inline: set[etree._Element] = field(default_factory=set)
    points: dict[etree._Element, Point] = field(default_factory=dict)
    _lines: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _listed: set[int] | None = None

    def lines(self, block: int) -> tuple[str, ...]:
        """Return the text of each paragraph of a block that has any."""
        if block not in self._lines:
            element = self.elements[block]
            inner = (element,) if element.tag == P else element.iter(P)
            self._lines[block] = tuple(text for p in inner if (text := visible(p)).strip())
        return self._lines[block]

    def listed(self) -> set[int]:
        """Return the blocks that are entries of a table of contents."""
        if self._listed is None:
            self._listed = set(self._entries())
        return self._listed

    def _entries(self) -> Iterator[int]:
        galleries = {
            control
            for control in self.spans
            if any("contents" in e.get(VAL, "").lower() for e in control.iterfind(_GALLERY))
        }
        inside = {n for control in galleries for n in range(self.spans[control][0], self.spans[control][1] + 1)}
        depth, contents = 0, 0
        for n, element in enumerate(self.elements):
            entry = n in inside or contents > 0
            for node in element.iter(w("fldChar"), w("instrText")):
                if node.tag == w("instrText"):
                    if not contents and depth and _CONTENTS.match(node.text or ""):
                        contents, entry = depth, True
                elif node.get(w("fldCharType")) == "begin":
                    depth += 1
                elif node.get(w("fldCharType")) == "end":
                    depth -= 1
                    contents = 0 if depth < contents else contents
            if entry or (element.tag == P and any(_ENTRY.search(line) for line in self.lines(n))):
                yield n


_GALLERY = f"{w('sdtPr')}/{w('docPartObj')}/{w('docPartGallery')}"


def body(document: etree._Element, marks: Mapping[str, object], opened: frozenset[etree._Element]) -> Body:
    """Return the blocks of the main story.

    Args:
        document: The `w:document` tree.
        marks: Ids of the bookmarks whose places are wanted.
        opened: Tables that are no block themselves: what their cells hold are blocks.
    """
    found = Body()
    story = document.find(w("body"))
    if story is not None:
        _walk(story, found, marks, opened)
    last = len(found.elements) - 1
    for mark, point in found.points.items():
        if point.block > last >= 0:
            length = sum(map(len, found.lines(last)))
            found.points[mark] = Point(last, length, 0)
    return found


def _walk(holder: etree._Element, found: Body, marks: Mapping[str, object], opened: frozenset[etree._Element]) -> None:
    for child in holder:
        if child.tag == P or (child.tag == TABLE and child not in opened):
            _within(child, found, marks)
            found.elements.append(child)
        elif child.tag in (START, END):
            if child.get(w("id")) in marks:
                found.points[child] = Point(len(found.elements), 0, 1)
        elif child.tag == CONTROL:
            first = len(found.elements)
            _walk(child, found, marks, opened)
            found.spans[child] = (first, len(found.elements) - 1)
        elif isinstance(child.tag, str):
            _walk(child, found, marks, opened)


def _within(block: etree._Element, found: Body, marks: Mapping[str, object]) -> None:
    """Take note of the controls and marks inside a block."""
    here = len(found.elements)
    ours = False
    for node in block.iter(CONTROL, START, END):
        if node.tag == CONTROL:
            found.spans[node] = (here, here)
            found.inline.add(node)
        else:
            ours = ours or node.get(w("id")) in marks
    if not ours:
        return
    before = 0
    places: list[tuple[etree._Element, int]] = []
    gone = _unseen(block)
    for node in block.iter(START, END, _TEXT, *_SIGNS):
        if node.tag in (START, END):
            if node.get(w("id")) in marks:
                places.append((node, before))
        elif node not in gone:
            before += len(_said(node))
    for node, at in places:
        found.points[node] = Point(here, at, before - at)


def visible(paragraph: etree._Element) -> str:
    """Return the text of a paragraph as it reads once its changes are accepted."""
    gone = _unseen(paragraph)
    return "".join([_said(node) for node in paragraph.iter(_TEXT, *_SIGNS) if node not in gone])


def _unseen(block: etree._Element) -> set[etree._Element]:
    return {node for holder in block.iter(*_HIDDEN) for node in holder.iter()}


def _said(node: etree._Element) -> str:
    if node.tag == _TEXT:
        return node.text or ""
    holder = node.getparent()
    return _SIGNS[str(node.tag)] if holder is not None and holder.tag == _RUN else ""
