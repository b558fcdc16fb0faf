"""Accepts and rejects tracked changes in a Word file, and takes comments away: a second opinion on what the merge writes.

Written from ECMA-376 part 1, 17.13.5, and held against pandoc; it shares no code with the merge. `canonical`,
`difference`, `plain`, `faults` and their like are in modules of their own and can be had from here.

What the standard leaves to the reader is done as Word does it:

- A paragraph whose mark goes is joined with the one after it and takes over that one's properties.
- A paragraph whose mark goes and that holds nothing disappears, also before a table or a content control; if nothing
  follows it in its cell, note or document, it goes only where another paragraph or control stands before it.
- A paragraph with words is not joined with a table, nor across the edge of a content control: it keeps its mark.
- A control is taken off or put on where its start and its end lie in ranges of one kind; its content stays.
- A bookmark goes with the last of what it held; a comment and a footnote go with their reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree
from word_canonical import beside, canonical, difference
from word_comments import Whose, drop_comments, without_comments
from word_faults import faults, lasting
from word_parts import MARKERS, Package, bare, holder_of, packed, plain, stories, unpacked, w

from pipeline.word import package as word_package

__all__ = [
    "Package",
    "accepted",
    "authors",
    "beside",
    "canonical",
    "difference",
    "faults",
    "lasting",
    "packed",
    "plain",
    "rejected",
    "unpacked",
    "without_comments",
]

Element = etree._Element

CONTENT = (w("ins"), w("del"), w("moveFrom"), w("moveTo"))
GONE = {True: frozenset({w("del"), w("moveFrom")}), False: frozenset({w("ins"), w("moveTo")})}
"""What accepting (True) and rejecting (False) take out; the others are unwrapped."""

WRAPPER_GONE = {True: frozenset({"Del", "MoveFrom"}), False: frozenset({"Ins", "MoveTo"})}
WRAPPERS = (
    w("sdt"),
    w("customXml"),
    *(w(f"customXml{kind}Range{end}") for kind in ("Ins", "Del", "MoveFrom", "MoveTo") for end in ("Start", "End")),
)
MOVES = (w("moveFromRangeStart"), w("moveToRangeStart"))
CHANGES = (
    "rPrChange",
    "pPrChange",
    "sectPrChange",
    "tblPrChange",
    "tblPrExChange",
    "trPrChange",
    "tcPrChange",
    "tblGridChange",
    "numberingChange",
)
KEPT = {
    w("rPr"): {*CONTENT},
    w("pPr"): {w("rPr"), w("sectPr")},
    w("sectPr"): {w("headerReference"), w("footerReference")},
    w("trPr"): {w("ins"), w("del")},
    w("tcPr"): {w("cellIns"), w("cellDel"), w("cellMerge")},
}
"""Children of properties that the record of their former state leaves out, and that stay when it is restored."""

OPTIONAL = tuple(w(n) for n in ("rPr", "pPr", "trPr", "tcPr", "tblPrEx", "numPr"))
"""Properties that need not stand there when they say nothing."""

HOLDERS = tuple(
    w(n) for n in ("hyperlink", "ins", "del", "moveFrom", "moveTo", "smartTag", "customXml", "sdtContent", "fldSimple")
)
"""What goes when nothing is left in it."""

DELETED = {w("delText"): w("t"), w("delInstrText"): w("instrText")}


def accepted(package: Package, author: str | None = None, date: str | None = None) -> dict[str, bytes]:
    """Return the parts with the tracked changes of an author, or of an author and a time, accepted; None stands for all."""
    return _resolved(package, True, Whose(author, date))


def rejected(package: Package, author: str | None = None, date: str | None = None) -> dict[str, bytes]:
    """Return the parts with the tracked changes of an author, or of an author and a time, rejected; None stands for all."""
    return _resolved(package, False, Whose(author, date))


def authors(package: Package) -> set[str]:
    """Return who has tracked changes or comments in a file."""
    return {
        str(e.get(w("author")))
        for tree in stories(unpacked(package)).values()
        for e in tree.iter()
        if e.get(w("author"))
    }


def _resolved(package: Package, accept: bool, whose: Whose) -> dict[str, bytes]:
    parts = unpacked(package)
    trees = stories(parts)
    before = {kind: _references(trees, kind) for kind in ("comment", "footnote", "endnote")}
    for name, tree in trees.items():
        as_was = etree.tostring(tree)
        _Story(tree, accept, whose).resolve()
        if etree.tostring(tree) != as_was:
            parts[name] = word_package.serialised(tree)
    for kind in ("footnote", "endnote"):
        lost = before[kind] - _references(trees, kind)
        for name, tree in trees.items():
            for note in [n for n in tree.iter(w(kind)) if n.get(w("id")) in lost]:
                holder_of(note).remove(note)
                parts[name] = word_package.serialised(tree)
    lost = before["comment"] - _references(trees, "comment")
    return drop_comments(parts, trees, lost) if lost else parts


def _references(trees: Mapping[str, Element], kind: str) -> set[str]:
    return {str(e.get(w("id"))) for tree in trees.values() for e in tree.iter(w(f"{kind}Reference"))}


class _Story:
    """One story part while its tracked changes are resolved."""

    def __init__(self, root: Element, accept: bool, whose: Whose) -> None:
        self.root, self.accept, self.whose = root, accept, whose
        self.gone = GONE[accept]
        self.torn: set[Element] = set()
        """Markers that stood in something that went."""

    def resolve(self) -> None:
        """Resolve all marks of the author."""
        held = _held(self.root)
        self._wrappers()
        self._content()
        for element in list(self.root.iter(*(w(name) for name in CHANGES))):
            self._change(element)
        self._cells_and_rows()
        self._paragraphs()
        for start in MOVES:
            for element in [e for e in self.root.iter(start) if self.whose.made(e)]:
                self._unrange(element)
        self._bookmarks(held)

    # -- controls ----------------------------------------------------------------------------------------------

    def _wrappers(self) -> None:
        open_ranges: dict[str, tuple[str, str]] = {}
        started: dict[Element, set[tuple[str, str]]] = {}
        ended: list[tuple[Element, set[tuple[str, str]]]] = []
        ranges: list[Element] = []
        for event, element in etree.iterwalk(self.root, events=("start", "end"), tag=WRAPPERS):
            name = etree.QName(element).localname
            if event == "start" and name.startswith("customXml") and name.endswith("RangeStart"):
                kind = name.removeprefix("customXml").removesuffix("RangeStart")
                if self.whose.made(element):
                    open_ranges[str(element.get(w("id")))] = (kind, str(element.get(w("author"))))
                    ranges.append(element)
            elif event == "start" and name.startswith("customXml") and name.endswith("RangeEnd"):
                if open_ranges.pop(str(element.get(w("id"))), None) is not None:
                    ranges.append(element)
            elif element.tag == w("sdt") or element.tag == w("customXml"):
                if event == "start":
                    started[element] = set(open_ranges.values())
                else:
                    ended.append((element, set(open_ranges.values())))
        for wrapper, at_end in ended:
            kinds = {kind for kind, _ in started[wrapper] & at_end}
            if kinds & WRAPPER_GONE[self.accept]:
                self._unwrap_control(wrapper)
        for element in ranges:
            holder_of(element).remove(element)

    def _unwrap_control(self, wrapper: Element) -> None:
        parent = holder_of(wrapper)
        at = parent.index(wrapper)
        content = wrapper.find(w("sdtContent")) if wrapper.tag == w("sdt") else wrapper
        inner = [] if content is None else [c for c in content if c.tag != w("customXmlPr")]
        beside_content = [c for c in wrapper if c.tag in MARKERS] if wrapper.tag == w("sdt") else []
        parent[at : at + 1] = [*inner, *beside_content]

    # -- runs --------------------------------------------------------------------------------------------------

    def _content(self) -> None:
        for mark in list(self.root.iter(*CONTENT)):
            parent = mark.getparent()
            if parent is None or parent.tag in (w("rPr"), w("trPr"), w("numPr")) or not self.whose.made(mark):
                continue
            if self.root not in (*mark.iterancestors(),):
                continue  # it stood in a mark that has gone
            if mark.tag in self.gone:
                self._remove(mark)
            else:
                inner = list(mark)
                at = parent.index(mark)
                parent[at : at + 1] = inner
                if mark.tag == w("del") and not _within_deletion(parent):
                    for element in [e for child in inner for e in child.iter(*DELETED) if not _within_deletion(e)]:
                        element.tag = DELETED[str(element.tag)]
                if not inner:
                    self._tidy(parent)

    def _remove(self, element: Element) -> None:
        """Take an element out and leave the markers that stood in it."""
        parent = holder_of(element)
        left = [e for e in element.iter(*MARKERS) if not (e.tag in MOVES and self.whose.made(e))]
        self.torn.update(left)
        at = parent.index(element)
        parent[at : at + 1] = left
        self._tidy(parent)

    def _tidy(self, holder: Element) -> None:
        if holder.tag not in HOLDERS or any(c.tag not in MARKERS and not _properties(c) for c in holder):
            return
        self._remove(holder_of(holder) if holder.tag == w("sdtContent") else holder)

    # -- properties --------------------------------------------------------------------------------------------

    def _change(self, change: Element) -> None:
        holder = change.getparent()
        if holder is None or not self.whose.made(change):
            return
        former = change[0] if len(change) else None
        holder.remove(change)
        if not self.accept and change.tag != w("numberingChange"):
            kept = KEPT.get(str(holder.tag), set())
            stay = [c for c in holder if c.tag in kept]
            old = [deepcopy(c) for c in former] if former is not None else []
            before = holder.tag in (w("rPr"), w("sectPr"))
            holder[:] = [*stay, *old] if before else [*old, *stay]
        if not len(holder) and not holder.attrib and holder.tag in OPTIONAL:
            _drop_empty(holder)

    def _cells_and_rows(self) -> None:
        for mark in list(self.root.iter(w("cellIns"), w("cellDel"), w("cellMerge"))):
            if not self.whose.made(mark):
                continue
            properties = holder_of(mark)
            cell = holder_of(properties)
            if mark.tag == w("cellMerge"):
                self._cell_merge(mark, properties)
            elif (mark.tag == w("cellDel")) is self.accept:
                self._remove_block(cell)
                continue
            properties.remove(mark)
        for mark in list(self.root.iter(w("ins"), w("del"))):
            properties = holder_of(mark)
            if not self.whose.made(mark):
                continue
            if properties.tag == w("trPr"):
                row = holder_of(properties)
                properties.remove(mark)
                if mark.tag in self.gone:
                    self._remove_block(row)
                elif not len(properties):
                    row.remove(properties)
            elif properties.tag == w("numPr"):
                if mark.tag in self.gone:
                    _drop_empty(properties)
                else:
                    properties.remove(mark)

    def _cell_merge(self, mark: Element, properties: Element) -> None:
        words = {"cont": "continue", "rest": "restart"}
        value = mark.get(w("vMerge") if self.accept else w("vMergeOrig"))
        for old in properties.findall(w("vMerge")):
            properties.remove(old)
        if value in words:
            new = etree.Element(w("vMerge"))
            new.set(w("val"), words[value])
            mark.addprevious(new)

    def _remove_block(self, element: Element) -> None:
        """Take out a cell or a row; a row without cells goes, too, and a table without rows."""
        holder = holder_of(element)
        if element.tag == w("tbl") or holder.tag in (w("tr"), w("tbl"), w("sdtContent")):
            left = list(element.iter(*MARKERS))
            self.torn.update(left)
            at = holder.index(element)
            holder[at : at + 1] = left
        while holder.tag in (w("sdtContent"), w("sdt")):
            if any(c.tag not in MARKERS for c in holder if holder.tag == w("sdtContent")):
                return
            if holder.tag == w("sdt"):
                self._remove_block_control(holder)
                return
            holder = holder_of(holder)
        lasting_child = {w("tr"): w("tc"), w("tbl"): w("tr")}.get(str(holder.tag))
        if lasting_child and next(holder.iter(lasting_child), None) is None:
            self._remove_block(holder)

    def _remove_block_control(self, control: Element) -> None:
        holder = holder_of(control)
        left = list(control.iter(*MARKERS))
        at = holder.index(control)
        holder[at : at + 1] = left
        child = {w("tr"): w("tc"), w("tbl"): w("tr")}.get(str(holder.tag))
        if child and next(holder.iter(child), None) is None:
            self._remove_block(holder)

    # -- paragraphs --------------------------------------------------------------------------------------------

    def _paragraphs(self) -> None:
        for paragraph in list(self.root.iter(w("p"))):
            properties = paragraph.find(f"{w('pPr')}/{w('rPr')}")
            if properties is None:
                continue
            marks = [m for m in properties if m.tag in CONTENT and self.whose.made(m)]
            for mark in marks:
                properties.remove(mark)
            if marks and not len(properties):
                _drop_empty(properties)
            if any(m.tag in self.gone for m in marks):
                self._join(paragraph)

    def _join(self, paragraph: Element) -> None:
        parent = holder_of(paragraph)
        between: list[Element] = []
        after = paragraph.getnext()
        while after is not None and after.tag in MARKERS:
            between.append(after)
            after = after.getnext()
        moved = [c for c in paragraph if c.tag != w("pPr")]
        if after is not None and after.tag == w("p"):
            at = 1 if after.find(w("pPr")) is not None else 0
            if all(c.tag in MARKERS for c in moved):
                self.torn.update(moved)
            after[at:at] = [*moved, *between]
            parent.remove(paragraph)
        elif all(c.tag in MARKERS for c in moved) and _may_go(paragraph, after):
            self.torn.update(moved)
            at = parent.index(paragraph)
            parent[at : at + 1] = moved

    # -- what hangs on the words -------------------------------------------------------------------------------

    def _unrange(self, start: Element) -> None:
        number = start.get(w("id"))
        end_tag = str(start.tag).replace("Start", "End")
        for end in [e for e in self.root.iter(end_tag) if e.get(w("id")) == number]:
            holder_of(end).remove(end)
        holder_of(start).remove(start)

    def _bookmarks(self, before: Mapping[str, int]) -> None:
        after = _held(self.root)
        for start in list(self.root.iter(w("bookmarkStart"))):
            number = str(start.get(w("id")))
            if after.get(number) == 0 and (before.get(number, 0) > 0 or start in self.torn):
                self._unrange(start)


def _may_go(paragraph: Element, after: Element | None) -> bool:
    """Return whether an empty paragraph whose mark goes can go as a whole, with `after` behind it."""
    parent = holder_of(paragraph)
    if after is not None and after.tag != w("sectPr"):
        return True
    before = paragraph.getprevious()
    while before is not None and before.tag in MARKERS:
        before = before.getprevious()
    if parent.tag == w("sdtContent"):
        return before is not None
    return before is not None and before.tag in (w("p"), w("sdt"))


def _within_deletion(element: Element) -> bool:
    return element.tag == w("del") or next(element.iterancestors(w("del")), None) is not None


def _properties(element: Element) -> bool:
    return str(element.tag).endswith("Pr")


def _drop_empty(element: Element) -> None:
    """Take out properties, and what holds them where it is left with nothing."""
    parent = element.getparent()
    if parent is None:
        return
    parent.remove(element)
    if parent.tag in OPTIONAL and not len(parent) and not parent.attrib:
        _drop_empty(parent)


def _held(root: Element) -> dict[str, int]:
    """Return how many runs and paragraph marks stand within each bookmark, by its id."""
    count = 0
    starts: dict[str, int] = {}
    held: dict[str, int] = {}
    start, end, paragraph, run, number = w("bookmarkStart"), w("bookmarkEnd"), w("p"), w("r"), w("id")
    for event, element in etree.iterwalk(root, events=("start", "end"), tag=(start, end, paragraph, run)):
        if event == "start" and element.tag == start:
            starts[str(element.get(number))] = count
        elif event == "start" and element.tag == end:
            if (own := str(element.get(number))) in starts:
                held[own] = count - starts[own]
        elif event == "end" and (element.tag == paragraph or (element.tag == run and not bare(element))):
            count += 1
    return held
