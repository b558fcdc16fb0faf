"""Comments of ours in the margin of their file: put beside marks, and written into the comments part."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.word import names, package, relations
from pipeline.word.marks import Marker
from pipeline.word.names import XML, R, w
from pipeline.word.story import DELETED, INSERTED, PPR, ROW, RPR, RUN

INITIALS, CONFLICT = "CW", "CW?"
"""Initials of our comments; those of a conflict tell it from the others in whatever language it is written."""

START, END, REFERENCE = w("commentRangeStart"), w("commentRangeEnd"), w("commentReference")
_KIND = names.REL_TYPE + "comments"
_MARKS = (w("ins"), w("del"))


@dataclass(slots=True)
class Margin:
    """The comments of a file, ours added behind those that are there.

    Attributes:
        parts: The parts of the file.
        marker: Author and date.
        rtl: Whether the comments run from right to left.
        part: Name of the comments part.
        last: Number of the last comment.
    """

    parts: dict[str, bytes]
    marker: Marker
    rtl: bool
    part: str = ""
    last: int = -1
    _fresh: bool = False
    _root: etree._Element | None = None
    _made: list[etree._Element] = field(default_factory=list)

    def beside(
        self, first: etree._Element, last: etree._Element, lines: Sequence[str], conflict: bool
    ) -> etree._Element:
        """Put a comment on what stands from one element of a paragraph to another.

        Args:
            first: The first element, such as a mark or a run.
            last: The last one.
            lines: What the comment says, a paragraph each.
            conflict: True where it tells of a conflict.

        Returns:
            Where it begins.
        """
        number = self._comment(lines, conflict)
        first, last = _outermost(first), _outermost(last)
        start = etree.Element(START, {w("id"): number})
        first.addprevious(start)
        end = etree.Element(END, {w("id"): number})
        last.addnext(end)
        end.addnext(_reference(number))
        return start

    def reach(self, start: etree._Element, first: etree._Element) -> None:
        """Let a comment begin earlier, at another element of its paragraph.

        Args:
            start: Where it begins.
            first: Where it is to begin.
        """
        _outermost(first).addprevious(start)

    def on(self, element: etree._Element, lines: Sequence[str], conflict: bool) -> None:
        """Put a comment on a whole paragraph.

        In one that is tracked as put in or taken out as a whole, the comment is tracked likewise: it would hold the
        empty paragraph back where that is to go.

        Args:
            element: The `w:p`.
            lines: What the comment says, a paragraph each.
            conflict: True where it tells of a conflict.
        """
        number = self._comment(lines, conflict)
        tracked = "" if conflict else self._tracked(element)
        start = etree.Element(START, {w("id"): number})
        properties = element.find(PPR)
        if properties is None:
            element.insert(0, start)
        else:
            properties.addnext(start)
        element.append(etree.Element(END, {w("id"): number}))
        reference = _reference(number)
        if tracked:
            mark = self.marker.mark(tracked)
            mark.append(reference)
            reference = mark
        element.append(reference)

    def _tracked(self, element: etree._Element) -> str:
        """Return `ins` or `del` where a paragraph, or the row it stands in, is tracked so by us as a whole."""
        holders = [element.find(f"{PPR}/{RPR}"), *(row.find(w("trPr")) for row in element.iterancestors(ROW))]
        for name in ("ins", "del"):
            if any(self.marker.owns(m) for h in holders if h is not None for m in h.findall(w(name))):
                return name
        runs = [r for r in element.iter(RUN) if any(c.tag != RPR for c in r)]
        marks = [next((m for m in r.iterancestors(*_MARKS) if self.marker.owns(m)), None) for r in runs]
        found = {m.tag for m in marks if m is not None}
        return found.pop().rpartition("}")[2] if len(found) == 1 and None not in marks else ""

    def _comment(self, lines: Sequence[str], conflict: bool) -> str:
        if self._root is None:
            self._open()
        self.last += 1
        stamp = {
            w("id"): str(self.last), w("author"): self.marker.author, w("date"): f"{self.marker.date}T00:00:00Z",
            w("initials"): CONFLICT if conflict else INITIALS,
        }  # fmt: skip
        comment = etree.Element(w("comment"), stamp)
        for line in lines:
            paragraph = etree.SubElement(comment, w("p"))
            if self.rtl:
                etree.SubElement(etree.SubElement(paragraph, PPR), w("bidi"))
            run = etree.SubElement(paragraph, w("r"))
            if self.rtl:
                etree.SubElement(etree.SubElement(run, w("rPr")), w("rtl"))
            text = etree.SubElement(run, w("t"), {f"{{{XML}}}space": "preserve"})
            text.text = line
        self._made.append(comment)
        return str(self.last)

    def _open(self) -> None:
        self.part = relations.part(self.parts, _KIND)
        self._fresh = not self.part
        if self._fresh:
            free = (f"word/comments{k or ''}.xml" for k in range(len(self.parts) + 1))
            self.part = next(name for name in free if name not in self.parts)
            self._root = etree.Element(w("comments"), nsmap={"w": names.W, "r": R})
        else:
            self._root = package.parsed(self.parts[self.part], self.part, self.part)
        numbers = [str(c.get(w("id"))) for c in self._root.iter(w("comment"))]
        self.last = max((int(n) for n in numbers if n.isdigit()), default=-1)

    def close(self) -> None:
        """Write the comments part, where a comment was made."""
        if self._root is None:
            return
        self._root.extend(self._made)
        self.parts[self.part] = package.rewritten(self._root, self.parts.get(self.part, b""))
        if self._fresh:
            relations.add(self.parts, names.DOCUMENT, "rIdCwComments", _KIND, posixpath.relpath(self.part, "word"))
            relations.add_type(self.parts, self.part, names.WML_TYPE + "comments+xml")


def _reference(number: str) -> etree._Element:
    run = etree.Element(w("r"))
    etree.SubElement(run, REFERENCE, {w("id"): number})
    return run


def _outermost(element: etree._Element) -> etree._Element:
    """Return what holds an element outside of marks; a comment begins and ends beside a mark and not in it."""
    while (parent := element.getparent()) is not None and parent.tag in (*INSERTED, *DELETED):
        element = parent
    return element
