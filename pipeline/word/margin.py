"""The places of comments in the text: where they stand, and where new ones are put.

A comment has a range, from one mark to another, and a run that refers to it; a range may be missing. An answer has the
range of what it answers (ECMA-376 part 1, 17.13.4.3 to 17.13.4.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from pipeline.word.names import w
from pipeline.word.pieces import MARKS, RANGE_END, RANGE_START, REFERENCE, Pieces
from pipeline.word.story import RPR, RUN, P


@dataclass(slots=True)
class Margin:
    """Where the comments of a file stand in its stories, while new ones are put beside them.

    Attributes:
        starts: The element with which the range of each comment begins, by the comment's number.
        ends: The one with which it ends.
        references: The reference of each comment.
        style: Id of the character style of references, or empty.
    """

    starts: dict[str, etree._Element]
    ends: dict[str, etree._Element]
    references: dict[str, etree._Element]
    style: str = ""

    def beside(self, number: str, thread: Sequence[str]) -> bool:
        """Mark the place of a new comment as that of its thread; return whether the thread has one.

        Args:
            number: The new comment's number.
            thread: Numbers of the thread's comments, in order.
        """
        known = [n for n in thread if n in self.references]
        if not known:
            return False
        place = _outermost(self.references[known[-1]])
        ranged = [n for n in known if n in self.starts and n in self.ends]
        if ranged:
            self.starts[ranged[-1]].addnext(self._mark(RANGE_START, number))
            place.addnext(self._mark(RANGE_END, number))
            place = self.ends[number]
        place.addnext(self._reference(number))
        return True

    def around(self, number: str, pieces: Pieces, first: int, last: int) -> None:
        """Mark the place of a new comment around pieces of a story, outside of any tracked mark.

        Args:
            number: The new comment's number.
            pieces: The story.
            first: Its first piece.
            last: The piece behind its last; the end of a paragraph is marked within the paragraph.
        """
        highest = len(pieces.pieces) - 1
        begin, end = pieces.pieces[min(first, highest)], pieces.pieces[min(max(last - 1, first), highest)]
        start, stop = self._mark(RANGE_START, number), self._mark(RANGE_END, number)
        if begin.ends:
            begin.paragraph.append(start)
        else:
            _outermost(begin.node).addprevious(start)
        if end.ends:
            end.paragraph.append(stop)
        else:
            _outermost(end.node).addnext(stop)
        stop.addnext(self._reference(number))

    def _mark(self, tag: str, number: str) -> etree._Element:
        mark = etree.Element(tag, {w("id"): number})
        (self.starts if tag == RANGE_START else self.ends)[number] = mark
        return mark

    def _reference(self, number: str) -> etree._Element:
        run = etree.Element(RUN)
        if self.style:
            etree.SubElement(etree.SubElement(run, RPR), w("rStyle")).set(w("val"), self.style)
        self.references[number] = etree.SubElement(run, REFERENCE, {w("id"): number})
        return run


def margin(roots: Iterable[etree._Element], style: str) -> Margin:
    """Return where the comments of a file stand.

    Args:
        roots: Its stories.
        style: Id of the character style of references, or empty.
    """
    found = Margin({}, {}, {}, style)
    for root in roots:
        for element in root.iter(RANGE_START, RANGE_END, REFERENCE):
            held = {RANGE_START: found.starts, RANGE_END: found.ends, REFERENCE: found.references}[element.tag]
            held.setdefault(str(element.get(w("id"), "")), element)
    return found


def span(pieces: Pieces, first: int, last: int) -> tuple[int, int]:
    """Return the range of a comment that `Margin.around` puts around pieces of a story, as it is read again.

    Args:
        pieces: The story.
        first: Its first piece.
        last: The piece behind its last.
    """
    held = pieces.pieces
    begin, end = min(first, len(held) - 1), min(max(last - 1, first), len(held) - 1)
    if not held[begin].ends:
        place = _outermost(held[begin].node)
        while begin and _within(held[begin - 1].node, place):
            begin -= 1
    if held[end].ends:
        return begin, end
    place = _outermost(held[end].node)
    while end + 1 < len(held) and _within(held[end + 1].node, place):
        end += 1
    return begin, end + 1


def _within(node: etree._Element, place: etree._Element) -> bool:
    return node is place or any(up is place for up in node.iterancestors())


def _outermost(node: etree._Element) -> etree._Element:
    """Return the run that holds a node, or the outermost tracked mark around that run."""
    place = node
    while place.tag != RUN and (parent := place.getparent()) is not None and parent.tag != P:
        place = parent
    for parent in place.iterancestors():
        if parent.tag == P:
            break
        if parent.tag in MARKS:
            place = parent
    return place
