"""A story of a Word file as pieces: each stretch of text with the tracked marks around it and the comments on it.

`story` reads what stands once every pending change is accepted; here nothing is passed over, so that each mark and
each comment can be told apart, with its author and its place (ECMA-376 part 1, 17.13).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.word.names import MC, w
from pipeline.word.story import CONTENT, DELETED, INSERTED, PPR, ROW, RPR, RUN, SDT, TEXT, P

MARKS = frozenset((*INSERTED, *DELETED))
CELL_MARKS = (w("cellIns"), w("cellDel"), w("cellMerge"))
GONE = frozenset((*DELETED, w("cellDel")))
"""Marks that say that something is to go; the others say that it has come."""

WRAPPERS: Mapping[str, bool] = {
    w("customXmlInsRangeStart"): False, w("customXmlMoveToRangeStart"): False,
    w("customXmlDelRangeStart"): True, w("customXmlMoveFromRangeStart"): True,
}  # fmt: skip
"""Marks on the edges of a content control that came, or (True) is to go."""

REFERENCE = w("commentReference")
RANGE_START, RANGE_END = w("commentRangeStart"), w("commentRangeEnd")
_MOVE_STARTS = (w("moveFromRangeStart"), w("moveToRangeStart"))
_MOVE_ENDS = (w("moveFromRangeEnd"), w("moveToRangeEnd"))
_LAYOUTS = frozenset(w(n) for n in ("tblPrChange", "tblGridChange", "tblPrExChange", "trPrChange", "tcPrChange",
                                    "sectPrChange"))  # fmt: skip
_PROPERTIES = frozenset(w(n) for n in ("tblPr", "tblGrid", "tblPrEx", "trPr", "tcPr", "sectPr"))
_SILENT = frozenset((PPR, RPR, w("sdtPr"), w("sdtEndPr"), w("customXmlPr"), w("smartTagPr"), f"{{{MC}}}Fallback"))
"""Elements that hold no text of the story; what a fallback says is said by the choice beside it."""

_SIGNS: Mapping[str, str] = {
    w("tab"): "\t", w("ptab"): "\t", w("br"): "\n", w("cr"): "\n", w("noBreakHyphen"): "\u2011",
}  # fmt: skip
_THINGS: Mapping[str, str] = {
    w("footnoteReference"): "footnote", w("endnoteReference"): "endnote", w("drawing"): "picture",
    w("pict"): "picture", w("object"): "object", w("sym"): "symbol",
}  # fmt: skip
_TEXTS = frozenset((TEXT, w("delText")))


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of text, a thing that is no text, or the end of a paragraph; a tracked run without text is empty.

    Attributes:
        text: The text; a line feed for the end of a paragraph; empty for a thing.
        node: The element that holds it; for the end of a paragraph the `w:p`.
        paragraph: The paragraph it stands in.
        marks: The tracked insertions, deletions and moves around it, those of its row and cell first.
        changed: Records of a former formatting: of its run, or of the paragraph that ends here.
        move: The name of the move it belongs to, or empty.
        thing: What it is where it is no text: `footnote`, `endnote`, `picture`, `object`, `symbol`.
    """

    text: str
    node: etree._Element
    paragraph: etree._Element
    marks: tuple[etree._Element, ...] = ()
    changed: tuple[etree._Element, ...] = ()
    move: str = ""
    thing: str = ""

    @property
    def ends(self) -> bool:
        """Whether it is the end of a paragraph."""
        return self.node is self.paragraph

    @property
    def before(self) -> bool:
        """Whether it stood there before all pending changes."""
        return all(m.tag in GONE or m.tag == w("cellMerge") for m in self.marks)

    @property
    def after(self) -> bool:
        """Whether it stands there once all pending changes are accepted."""
        return not any(m.tag in GONE for m in self.marks)


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """One story part, read.

    Attributes:
        root: The part.
        pieces: What stands in it, in order.
        ranges: For each comment that spans something, its first piece and the one behind its last, by the comment's id.
        references: The piece at which the reference of each comment stands, with the reference, by the comment's id.
        layouts: Records of a former layout of a table or section, each with the piece at which it stands.
        controls: Marks on the edges of a content control that came or is to go, each with a piece within the control.
    """

    root: etree._Element
    pieces: Sequence[Piece]
    ranges: Mapping[str, tuple[int, int]]
    references: Mapping[str, tuple[int, etree._Element]]
    layouts: Sequence[tuple[int, etree._Element]]
    controls: Sequence[tuple[int, etree._Element]]


def read(root: etree._Element) -> Pieces:
    """Return a story part as pieces; paragraphs of a text box stand where the box is anchored."""
    walk = _Walk()
    walk.through(root, (), None)
    return Pieces(root, walk.pieces, walk.ranges, walk.references, walk.layouts, walk.controls)


@dataclass(slots=True)
class _Walk:
    """Goes through a story and gathers pieces."""

    pieces: list[Piece] = field(default_factory=list)
    ranges: dict[str, tuple[int, int]] = field(default_factory=dict)
    references: dict[str, tuple[int, etree._Element]] = field(default_factory=dict)
    layouts: list[tuple[int, etree._Element]] = field(default_factory=list)
    controls: list[tuple[int, etree._Element]] = field(default_factory=list)
    _opened: dict[str, int] = field(default_factory=dict)
    _moves: dict[str, str] = field(default_factory=dict)

    def through(
        self, holder: etree._Element, marks: tuple[etree._Element, ...], paragraph: etree._Element | None
    ) -> None:
        """Gather what stands in an element, within marks and a paragraph."""
        for child in holder:
            tag = child.tag
            if tag == RUN:
                if paragraph is not None:
                    self._run(child, marks, paragraph)
            elif tag == P:
                self._paragraph(child, marks)
            elif tag == ROW:
                self.through(child, (*marks, *_told(child, "trPr", MARKS)), None)
            elif tag == w("tc"):
                self.through(child, (*marks, *_told(child, "tcPr", CELL_MARKS)), None)
            elif tag in MARKS:
                self.through(child, (*marks, child), paragraph)
            elif tag == RANGE_START:
                self._opened[str(child.get(w("id")))] = len(self.pieces)
            elif tag == RANGE_END:
                number = str(child.get(w("id")))
                if number in self._opened:
                    self.ranges[number] = (self._opened.pop(number), len(self.pieces))
            elif tag in _MOVE_STARTS:
                self._moves[str(child.get(w("id")))] = str(child.get(w("name"), ""))
            elif tag in _MOVE_ENDS:
                self._moves.pop(str(child.get(w("id"))), None)
            elif tag in WRAPPERS:
                control = control_of(child)
                inside = 0 if control is None or control is not holder.getparent() else -1
                self.controls.append((len(self.pieces) + inside, child))
            elif tag in _PROPERTIES:
                self.layouts += [(len(self.pieces), e) for e in child if e.tag in _LAYOUTS]
            elif tag not in _SILENT and isinstance(tag, str):
                self.through(child, marks, paragraph)

    def _paragraph(self, paragraph: etree._Element, marks: tuple[etree._Element, ...]) -> None:
        self.through(paragraph, marks, paragraph)
        properties = paragraph.find(PPR)
        own: tuple[etree._Element, ...] = ()
        changed: tuple[etree._Element, ...] = ()
        if properties is not None:
            own = _told(properties, "rPr", MARKS)
            changed = (
                *_told(properties, "numPr", MARKS), *_told(properties, "rPr", (w("rPrChange"),)),
                *properties.findall(w("pPrChange")),
            )  # fmt: skip
            section = properties.find(w("sectPr"))
            if section is not None:
                self.layouts += [(len(self.pieces), e) for e in section if e.tag in _LAYOUTS]
        self._add("\n", paragraph, paragraph, (*marks, *own), changed)

    def _run(self, run: etree._Element, marks: tuple[etree._Element, ...], paragraph: etree._Element) -> None:
        changed: tuple[etree._Element, ...] = ()
        count = len(self.pieces)
        for node in run:
            tag = node.tag
            if tag in _TEXTS:
                if node.text:
                    self._add(node.text, node, paragraph, marks, changed)
            elif tag == RPR:
                changed = tuple(node.findall(w("rPrChange")))
            elif tag in _SIGNS:
                self._add(_SIGNS[tag], node, paragraph, marks, changed)
            elif tag == REFERENCE:
                self.references[str(node.get(w("id")))] = (len(self.pieces), node)
            else:
                thing = _THINGS.get(tag) or ("picture" if tag == f"{{{MC}}}AlternateContent" else "")
                if thing:
                    self._add("", node, paragraph, marks, changed, thing)
                    for box in _boxes(node):
                        self.through(box, marks, None)
        if marks and len(self.pieces) == count:  # such as the code of a field: the mark around it must not be lost
            self._add("", run, paragraph, marks, changed)

    def _add(
        self,
        text: str,
        node: etree._Element,
        paragraph: etree._Element,
        marks: tuple[etree._Element, ...],
        changed: tuple[etree._Element, ...],
        thing: str = "",
    ) -> None:
        move = next(reversed(self._moves.values()), "") if self._moves else ""
        self.pieces.append(Piece(text, node, paragraph, marks, changed, move, thing))


def control_of(mark: etree._Element) -> etree._Element | None:
    """Return the content control whose edge a mark stands at: before its beginning, or at the end of its content."""
    after = mark.getnext()
    while after is not None and after.tag != SDT and not len(after):
        after = after.getnext()
    if after is not None and after.tag == SDT:
        return after
    holder = mark.getparent()
    return holder.getparent() if holder is not None and holder.tag == CONTENT else None


def _told(element: etree._Element, properties: str, tags: Sequence[str] | frozenset[str]) -> tuple[etree._Element, ...]:
    found = element.find(w(properties))
    return () if found is None else tuple(e for e in found if e.tag in tags)


def _boxes(node: etree._Element) -> Iterator[etree._Element]:
    """Yield the text boxes within a drawing, those of a fallback and those within another box left out."""
    for child in node:
        if child.tag == w("txbxContent"):
            yield child
        elif child.tag != f"{{{MC}}}Fallback":
            yield from _boxes(child)
