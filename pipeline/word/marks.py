"""Tracked marks: text, paragraphs, rows and controls inserted or deleted so that Word offers to accept or reject them.

Every mark has a number of its own, the author and the date (ECMA-376 part 1, 17.13.5). Elements that were there stay
the same elements; a run is split where a mark begins or ends within it, and nothing else is rewritten.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.word.names import XML, w
from pipeline.word.story import CONTENT, DELETED, INSERTED, PPR, RPR, RUN, SDT, TEXT, Leaf, Paragraph

_AFTER_RPR = (w("sectPr"), w("pPrChange"))
_PPR_END = (RPR, *_AFTER_RPR)
_WITHIN = frozenset((*INSERTED, *DELETED, SDT, CONTENT, w("hyperlink"), w("fldSimple"), w("smartTag"), w("customXml")))
"""What holds runs within a paragraph and has a beginning and an end of its own."""
_NUMBERED = (
    "ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "trPrChange",
    "tcPrChange", "tblGridChange", "numberingChange", "cellIns", "cellDel", "cellMerge", "bookmarkStart",
    "commentRangeStart", "moveFromRangeStart", "moveToRangeStart", "customXmlInsRangeStart", "customXmlDelRangeStart",
    "permStart",
)  # fmt: skip
"""Elements whose `w:id` numbers them among the annotations of a story."""


HIGHEST = 10**9
"""Numbers of annotations above this one are passed over: there is room beneath them, and Word counts to 2**31 - 1."""


def highest(roots: Iterable[etree._Element]) -> int:
    """Return the highest number that an annotation of these stories has, up to `HIGHEST`; 0 where there is none."""
    tags = [w(n) for n in _NUMBERED]
    return max(
        (number for root in roots for e in root.iter(*tags) if (number := whole(e.get(w("id")))) < HIGHEST), default=0
    )


def whole(text: str | None) -> int:
    """Return a number as a file tells it; 0 for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0


@dataclass(slots=True)
class Marker:
    """Writes marks of one author and date.

    Attributes:
        author: Whose marks they are.
        date: ISO day; marks carry its midnight.
        last: The number given last; numbers go on from here.
        made: How many marks were written.
    """

    author: str
    date: str
    last: int
    made: int = 0
    _own: set[int] = field(default_factory=set)

    def number(self) -> str:
        """Return a number that no annotation has."""
        self.last += 1
        return str(self.last)

    def mark(self, name: str) -> etree._Element:
        """Return a new mark, such as `ins`."""
        self.made += 1
        stamp = {w("id"): self.number(), w("author"): self.author, w("date"): f"{self.date}T00:00:00Z"}
        return etree.Element(w(name), stamp)

    def owns(self, mark: etree._Element) -> bool:
        """Tell whether a mark has this author and date."""
        return mark.get(w("author")) == self.author and mark.get(w("date")) == f"{self.date}T00:00:00Z"

    def deleted(self, paragraph: Paragraph, start: int, end: int) -> list[etree._Element]:
        """Mark the text from `start` to `end` of a paragraph as deleted; return the marks in order."""
        self._part(paragraph, end)
        self._part(paragraph, start)
        runs: list[etree._Element] = []
        for leaf in paragraph.leaves:
            if start <= leaf.start and leaf.end <= end and leaf.text:
                runs += (r for r in leaf.runs if not runs or r is not runs[-1])
        return self.struck(runs)

    def struck(self, runs: Sequence[etree._Element]) -> list[etree._Element]:
        """Wrap runs in marks of deletion, one for those that stand together."""
        marks: list[etree._Element] = []
        for run in runs:
            parent = run.getparent()
            if parent is None or parent.tag in (w("del"), w("moveFrom")):
                continue
            if marks and run.getprevious() is marks[-1]:
                mark = marks[-1]
            else:
                mark = self.mark("del")
                run.addprevious(mark)
                marks.append(mark)
            mark.tail, tail = None, run.tail
            mark.append(run)
            run.tail = None
            mark.tail = tail
            _as_deleted(run)
        return marks

    def inserted(self, paragraph: Paragraph, at: int, runs: Sequence[etree._Element]) -> etree._Element:
        """Put runs into a paragraph at an offset, marked as inserted; return the mark.

        Within an insertion of another author the mark stands beside it, not in it: the insertion is split.
        """
        mark = self.mark("ins")
        mark.extend(runs)
        before, behind_mark = self._run_ending(paragraph, at)
        if behind_mark is not None:  # it begins a paragraph of those that are read as one
            _ahead(_whole(behind_mark, last=False), mark)
        elif before is not None:
            _behind(_whole(before, last=True), mark, self)
        else:
            after = next((leaf.runs[0] for leaf in paragraph.leaves if leaf.text and leaf.runs), None)
            if after is None:
                paragraph.elements[-1].append(mark)
            else:
                _ahead(_whole(after, last=False), mark)
        return mark

    def behind(self, element: etree._Element, runs: Sequence[etree._Element]) -> etree._Element:
        """Put runs behind an element of a paragraph, marked as inserted; return the mark."""
        mark = self.mark("ins")
        mark.extend(runs)
        element.addnext(mark)
        return mark

    def _run_ending(self, paragraph: Paragraph, at: int) -> tuple[etree._Element | None, etree._Element | None]:
        """Return the last run that ends at an offset, split there if need be, and the first of a paragraph begun there.

        The first is None at the beginning; the second where no mark between paragraphs stands right before the offset.
        """
        self._part(paragraph, at)
        found, begun = None, False
        for leaf in paragraph.leaves:
            if leaf.end > at:
                return found, leaf.runs[0] if begun and leaf.runs else None
            if leaf.text:
                begun = not leaf.runs
                found = leaf.runs[-1] if leaf.runs else found
        return found, None

    def _part(self, paragraph: Paragraph, at: int) -> None:
        """Split the run at an offset, so that no run stands on both sides of it."""
        leaves = paragraph.leaves
        for place, leaf in enumerate(leaves):
            if leaf.start < at < leaf.end:
                behind = Leaf([leaf.runs[0]], _split_text(leaf, at - leaf.start), leaf.text[at - leaf.start :], at,
                              leaf.look)  # fmt: skip
                leaf.text = leaf.text[: at - leaf.start]
                leaves.insert(place + 1, behind)
            elif leaf.end != at or place + 1 == len(leaves):
                continue
            after = leaves[place + 1]
            if len(after.runs) == 1 and len(leaf.runs) == 1 and after.runs[0] is leaf.runs[0]:
                fresh = _split_run(after.runs[0], after.node)
                for change in fresh.iterfind(f"{RPR}/{w('rPrChange')}"):
                    change.set(w("id"), self.number())  # a change of its look that is pending holds for both halves
                for later in leaves[place + 1 :]:
                    if len(later.runs) == 1 and later.node.getparent() is fresh:
                        later.runs = [fresh]
            return

    def paragraph_inserted(self, element: etree._Element) -> None:
        """Mark a paragraph that was put in: its content and its mark."""
        self.wrap(element)
        self.mark_inserted(element)

    def wrap(self, element: etree._Element) -> None:
        """Mark all runs of a paragraph that was put in as inserted."""
        for holder in (element, *element.iter(w("hyperlink"))):
            mark: etree._Element | None = None
            for child in list(holder):
                if child.tag != RUN:
                    mark = None
                    continue
                if mark is None:
                    mark = self.mark("ins")
                    child.addprevious(mark)
                mark.append(child)

    def paragraph_deleted(
        self, paragraph: Paragraph, keep_mark: bool = False, begun: set[str | None] | None = None
    ) -> None:
        """Mark a paragraph as deleted.

        A comment goes with its words, as it does in Word, but stays where it also stands on words that stay.

        Args:
            paragraph: The paragraph.
            keep_mark: True where its content goes and its mark stays, as that of the last in a cell.
            begun: Numbers of the comments that begin in what is deleted; those that begin here are added.
        """
        begun = set() if begun is None else begun
        begun |= {s.get(w("id")) for e in paragraph.elements for s in e.iter(w("commentRangeStart"))}
        for element in paragraph.elements:
            runs = [r for r in element.iter(RUN) if not _passed_over(r, element)]
            self.struck([r for r in runs if not _only_marks(r, begun)])
        if not keep_mark:
            self.mark_deleted(paragraph.elements[-1])

    def mark_deleted(self, element: etree._Element) -> None:
        """Mark the mark of a paragraph as deleted, so that it runs on into the next; once only."""
        properties = _mark_of(element)
        if any(c.tag in DELETED for c in properties):
            return
        # The marks on a paragraph's mark come first among its properties, `ins` before `del`.
        place = 1 if len(properties) and properties[0].tag in INSERTED else 0
        properties.insert(place, self.mark("del"))

    def mark_inserted(self, element: etree._Element) -> None:
        """Mark the mark of a paragraph as inserted."""
        _mark_of(element).insert(0, self.mark("ins"))

    def part(self, paragraph: Paragraph, start: int, end: int) -> list[etree._Element]:
        """Split runs where a stretch of a paragraph begins and ends; return the runs of plain text within it."""
        self._part(paragraph, end)
        self._part(paragraph, start)
        inside = [x for x in paragraph.leaves if start <= x.start and x.end <= end and x.text and not x.sign]
        return list(dict.fromkeys(run for leaf in inside for run in leaf.runs))

    def row(self, row: etree._Element, name: str) -> None:
        """Mark a row as inserted (`ins`) or deleted (`del`)."""
        properties = row.find(w("trPr"))
        if properties is None:
            properties = etree.Element(w("trPr"))
            before = row.find(w("tblPrEx"))
            if before is None:
                row.insert(0, properties)
            else:
                before.addnext(properties)
        change = properties.find(w("trPrChange"))
        mark = self.mark(name)
        if change is None:
            properties.append(mark)
        else:
            change.addprevious(mark)

    def control(self, control: etree._Element, name: str) -> None:
        """Mark the two ends of a content control as put in (`Ins`) or taken away (`Del`); its content is not meant.

        A range around each of its tags says so (ECMA-376 part 1, 17.13.5.4 to 17.13.5.7).
        """
        content = control.find(w("sdtContent"))
        if content is None:
            return
        first, second = self.mark(f"customXml{name}RangeStart"), self.mark(f"customXml{name}RangeStart")
        ends = [etree.Element(w(f"customXml{name}RangeEnd"), {w("id"): str(m.get(w("id")))}) for m in (first, second)]
        control.addprevious(first)
        content.insert(0, ends[0])
        content.append(second)
        tail, control.tail = control.tail, None
        control.addnext(ends[1])
        ends[1].tail = tail

    def properties(self, element: etree._Element, name: str, new: etree._Element | None) -> bool:
        """Replace the properties of a run or paragraph (`rPr`, `pPr`), the former ones kept for rejection.

        Returns:
            Whether it was done: where a change of them is pending already, there is no room for a second one.
        """
        old = element.find(w(name))
        if old is not None and old.find(w(f"{name}Change")) is not None:
            return False
        former = etree.Element(w(name))
        for child in () if old is None else old:
            if child.tag not in (RPR, *_AFTER_RPR, w("rPrChange"), *INSERTED, *DELETED) or name == "rPr":
                former.append(copy.deepcopy(child))
        if old is None:
            old = etree.Element(w(name))
            element.insert(0, old)
        kept = [c for c in old if name == "pPr" and c.tag in _PPR_END]
        for child in list(old):
            if child not in kept:
                old.remove(child)
        for place, child in enumerate(() if new is None else [c for c in new if c.tag not in _PPR_END]):
            old.insert(place, copy.deepcopy(child))
        change = self.mark(f"{name}Change")
        change.append(former)
        old.append(change)
        return True

    def properties_like(self, element: etree._Element, wanted: etree._Element | None) -> bool:
        """Give a paragraph other properties, tracked, where they differ; return whether it has them now."""
        return _said(element.find(PPR)) == _said(wanted) or self.properties(element, "pPr", wanted)


def _said(properties: etree._Element | None) -> list[bytes]:
    """Return what properties of a paragraph say, those of its mark left out."""
    some = () if properties is None else [c for c in properties if c.tag not in _PPR_END]
    return [etree.tostring(c, method="c14n", exclusive=True, with_tail=False) for c in some]


def _split_text(leaf: Leaf, at: int) -> etree._Element:
    """Split the text element of a leaf; return the new second half, which stands behind it."""
    node = leaf.node
    text = node.text or ""
    fresh = etree.Element(TEXT)
    for half, words in ((node, text[:at]), (fresh, text[at:])):
        half.text = words
        half.set(f"{{{XML}}}space", "preserve")
    node.addnext(fresh)
    return fresh


def _split_run(run: etree._Element, node: etree._Element) -> etree._Element:
    """Split a run before one of its elements; return the second half."""
    fresh = etree.Element(RUN)
    fresh.attrib.update(run.attrib)
    properties = run.find(RPR)
    if properties is not None:
        fresh.append(copy.deepcopy(properties))
    moving = [node, *node.itersiblings()]
    fresh.extend(moving)
    tail, run.tail = run.tail, None
    run.addnext(fresh)
    fresh.tail = tail
    return fresh


def _as_deleted(run: etree._Element) -> None:
    for text in run.iter(TEXT):
        text.tag = w("delText")
    for code in run.iter(w("instrText")):
        code.tag = w("delInstrText")


def _behind(run: etree._Element, mark: etree._Element, marker: Marker) -> None:
    """Put a mark behind a run, outside of an insertion or deletion that it stands in."""
    place = run
    while (parent := place.getparent()) is not None and parent.tag in (*INSERTED, *DELETED):
        rest = list(place.itersiblings())
        if rest:
            second = etree.Element(parent.tag)
            second.attrib.update(parent.attrib)
            second.set(w("id"), marker.number())
            second.extend(rest)
            tail, parent.tail = parent.tail, None
            parent.addnext(second)
            second.tail = tail
        place = parent
    tail, place.tail = place.tail, None
    place.addnext(mark)
    mark.tail = tail


def _ahead(run: etree._Element, mark: etree._Element) -> None:
    place = run
    while (parent := place.getparent()) is not None and parent.tag in (*INSERTED, *DELETED):
        place = parent  # it is the first run that is seen; what stands before it in there is not
    place.addprevious(mark)


def _mark_of(paragraph: etree._Element) -> etree._Element:
    """Return the properties of a paragraph's mark, made where there are none."""
    properties = paragraph.find(PPR)
    if properties is None:
        properties = etree.Element(PPR)
        paragraph.insert(0, properties)
    mark = properties.find(RPR)
    if mark is None:
        mark = etree.Element(RPR)
        after = next((c for c in properties if c.tag in _AFTER_RPR), None)
        if after is None:
            properties.append(mark)
        else:
            after.addprevious(mark)
    return mark


def _passed_over(run: etree._Element, paragraph: etree._Element) -> bool:
    """Return whether a run is tracked as deleted already, or belongs to a paragraph within this one (a text box)."""
    for parent in run.iterancestors():
        if parent is paragraph:
            return False
        if parent.tag in DELETED or parent.tag == paragraph.tag:
            return True
    return False


def _only_marks(run: etree._Element, begun: Collection[str | None]) -> bool:
    """Return whether a run holds nothing but the reference of a comment that is not among those begun."""
    held = [c for c in run if c.tag != RPR]
    return bool(held) and all(
        c.tag in (w("annotationRef"), w("footnoteRef"))
        or (c.tag == w("commentReference") and c.get(w("id")) not in begun)
        for c in held
    )


def _whole(run: etree._Element, *, last: bool) -> etree._Element:
    """Return a run, or what it ends (or begins) as a whole: a link, a simple field, a control within a paragraph.

    What is put beside it is not to become part of that.
    """
    place, found = run, run
    while (parent := place.getparent()) is not None and parent.tag in _WITHIN:
        beyond = place.itersiblings(preceding=not last)
        if any(e.tag == RUN or e.tag in _WITHIN for e in beyond):
            break
        place = parent
        if parent.tag not in (*INSERTED, *DELETED):
            found = parent
    return found
