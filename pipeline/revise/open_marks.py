"""What of ours is still open in a file: tracked changes neither accepted nor rejected, and conflicts not settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from lxml import etree

from pipeline.revise.finding import KINDS, found
from pipeline.revise.margin import CONFLICT
from pipeline.revise.merge import AUTHOR
from pipeline.word import anchors, names, package, relations
from pipeline.word.comments import number_of, read_comments
from pipeline.word.names import w
from pipeline.word.story import P

STORIES = ("word/document", "word/footnotes", "word/endnotes", "word/header", "word/footer")
_TRACKED = tuple(
    w(n) for n in ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "tblPrChange", "trPrChange",
                   "tcPrChange", "cellIns", "cellDel", "customXmlInsRangeStart", "customXmlDelRangeStart")
)  # fmt: skip
LONGEST = 80
"""Characters of the words by which a mark is told."""


@dataclass(frozen=True, slots=True)
class OpenMark:
    """Marks of ours in one unit, or one conflict, that someone has still to decide on.

    Attributes:
        kind: `change`: tracked changes · `conflict`: a comment that tells of a conflict and is not resolved.
        part: The part of the file.
        anchor: The unit they stand in; empty on the cover, in headers and footers, and in footnotes.
        words: The paragraph of the first, shortened.
        count: How many there are.
    """

    kind: Literal["change", "conflict"]
    part: str
    anchor: str
    words: str
    count: int = 1


def open_marks(parts: Mapping[str, bytes], file: str) -> tuple[OpenMark, ...]:
    """Return what of ours is still open, conflicts first; the changes of one unit are one entry.

    Args:
        parts: The parts of the file.
        file: What messages call it.

    Raises:
        Faulty: A part is damaged.
    """
    document = package.parsed(parts[names.DOCUMENT], names.DOCUMENT, file)
    kept = anchors.kept(parts)
    units = {b: u.anchor for u in found(document, kept).units for b in u.blocks}
    told = kept.units.values() if kept is not None else ()
    titles = {u.title: u.anchor for u in told if u.title}
    return (*_conflicts(parts, document, units, titles, file), *_changes(parts, document, units, file))


def _conflicts(
    parts: Mapping[str, bytes],
    document: etree._Element,
    units: Mapping[etree._Element, str],
    titles: Mapping[str, str],
    file: str,
) -> Iterator[OpenMark]:
    place = relations.part(parts, names.REL_TYPE + "comments")
    if not place:
        return
    done = {c.id for c in read_comments(parts, file) if c.done}
    where = {str(e.get(w("id"))): e for e in document.iter(w("commentReference"))}
    for comment in package.parsed(parts[place], place, file).iter(w("comment")):
        number = number_of(comment)
        ours = comment.get(w("author")) == AUTHOR and comment.get(w("initials")) == CONFLICT
        if ours and number not in done and number in where:
            # One about a clause that they deleted hangs on another, and names its own in its second line.
            about = "".join(t.text or "" for p in list(comment.iter(P))[1:2] for t in p.iter(w("t")))
            anchor = next((a for title, a in titles.items() if about.endswith(f" {title}")), "")
            yield OpenMark("conflict", names.DOCUMENT, anchor or _unit(where[number], units), _words(where[number]))


def _changes(
    parts: Mapping[str, bytes], document: etree._Element, units: Mapping[etree._Element, str], file: str
) -> Iterator[OpenMark]:
    for name in sorted(n for n in parts if n.startswith(STORIES) and n.endswith(".xml")):
        root = document if name == names.DOCUMENT else package.parsed(parts[name], name, file)
        told: dict[str, OpenMark] = {}
        for mark in root.iter(*_TRACKED):
            if mark.get(w("author")) != AUTHOR:
                continue
            anchor = _unit(mark, units)
            before = told.get(anchor)
            told[anchor] = (
                replace(before, count=before.count + 1) if before else OpenMark("change", name, anchor, _words(mark))
            )
        yield from told.values()


def _unit(element: etree._Element, units: Mapping[etree._Element, str]) -> str:
    """Return the unit that an element stands in, or that a range before a control is the beginning of."""
    holders = [element, *element.iterancestors()]
    after = element.getnext()
    if after is not None:
        holders += after.iter(P)
    tags = (t for h in holders if (t := h.find(f"{w('sdtPr')}/{w('tag')}")) is not None)
    tagged = next((v for t in tags if (v := str(t.get(w("val"), ""))).startswith(KINDS)), "")  # one that leaves
    return next((units[h] for h in holders if h in units), tagged)


def _words(element: etree._Element) -> str:
    """Return the text of the paragraph, or of the row or control, that a mark stands in."""
    holder = next(element.iterancestors(P, w("tr")), None)
    if holder is None:
        after = element.getnext()
        holder = after if after is not None else element
    texts = (
        "".join(" " if t.tag == w("tab") else t.text or "" for t in holder.iter(w(name), w("tab")))
        for name in ("t", "delText")
    )
    text = " ".join((next(texts).strip() or next(texts)).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
