"""Paragraphs changed in Word, with change tracking on or off: split, joined, added, deleted, moved, restyled."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree
from manuscript import AUTHOR, Document, Element, Spot, one, properties, remove, run, runs
from ministry_words import copied, stands_in, take_out, wrapped
from word_parts import MARKERS, w
from word_parts import holder_of as parent


def split(doc: Document, before: str | Spot, within: str | None = None, *, tracked: bool = False) -> None:
    """Press Enter before words: what stands before them becomes a paragraph of its own that looks the same."""
    spot = doc.find(before, within)
    place = runs(spot)[0]
    while parent(place) is not spot.paragraph:
        holder = parent(place)
        assert holder.tag in (w("ins"), w("hyperlink")), "only tracked insertions and links are split"
        if place.getprevious() is None:
            place = holder
            continue
        after = etree.Element(holder.tag, {str(k): str(v) for k, v in holder.items()})
        if holder.tag == w("ins"):
            after.set(w("id"), doc.number())
        after.extend(list(holder)[holder.index(place) :])
        holder.addnext(after)
        place = after
    paragraph = spot.paragraph
    first = like(paragraph)
    first.extend([c for c in list(paragraph)[: paragraph.index(place)] if c.tag != w("pPr")])
    paragraph.addprevious(first)
    if tracked:
        mark_paragraph(doc, first, "ins")


def join(doc: Document, words: str | Spot, within: str | None = None, *, tracked: bool = False) -> None:
    """Press Delete at the end of the paragraph in which words stand; the one after it is joined with it."""
    paragraph = doc.find(words, within).paragraph
    after = _next_paragraph(paragraph)
    if tracked:
        mark_paragraph(doc, paragraph, "del")
        return
    between = []
    while paragraph.getnext() is not after:
        marker = paragraph.getnext()
        assert marker is not None
        remove(marker)
        between.append(marker)
    paragraph.extend([*between, *(c for c in list(after) if c.tag != w("pPr"))])
    remove(after)


def add_paragraph(
    doc: Document,
    text: str,
    within: str | None = None,
    *,
    after: str | Spot = "",
    before: str | Spot = "",
    tracked: bool = False,
) -> None:
    """Type a paragraph after or before the one in which words stand; it looks like that one.

    Tracked and after: as Word writes it, the mark of the paragraph before is the inserted one, and the new text stands
    before the old mark.
    """
    paragraph = doc.find(after or before, within).paragraph
    model = next((r for r in paragraph.iter(w("r")) if r.find(w("t")) is not None), None)
    words = run(text, model)
    made = like(paragraph)
    made.append(words)
    if tracked:
        wrapped(doc, [words], "ins")
    if before:
        paragraph.addprevious(made)
        if tracked:
            mark_paragraph(doc, made, "ins")
        return
    paragraph.addnext(made)
    own = paragraph.find(w("pPr"))
    if own is not None and own.find(w("sectPr")) is not None:
        properties(made, "pPr").append(one(own, "sectPr"))
    if tracked:
        mark_paragraph(doc, paragraph, "ins")


def add_paragraph_between(doc: Document, text: str, after: str, *, tracked: bool = False) -> None:
    """Type a paragraph after a whole unit, outside its control."""
    blocks = doc.blocks(after)
    last = next(up for up in blocks[-1].iterancestors() if up.tag == w("sdt")) if in_control(blocks[-1]) else blocks[-1]
    made = etree.Element(w("p"))
    words = run(text)
    made.append(words)
    last.addnext(made)
    if tracked:
        wrapped(doc, [words], "ins")
        mark_paragraph(doc, made, "ins")


def delete_paragraph(doc: Document, words: str | Spot, within: str | None = None, *, tracked: bool = False) -> None:
    """Delete the paragraph in which words stand; the only one of a cell or a control is left empty."""
    erase(doc, doc.find(words, within).paragraph, tracked)


def erase(doc: Document, paragraph: Element, tracked: bool) -> None:
    """Delete a paragraph."""
    take_out(doc, [r for r in list(paragraph.iter(w("r"))) if not stands_in(r, "del")], tracked)
    after, before = _beside(paragraph, True), _beside(paragraph, False)
    ends_cell = after is None and parent(paragraph).tag == w("tc")
    if (after is None and before is None) or (ends_cell and (before is None or before.tag != w("p"))):
        return
    if ends_cell and before is not None:
        if tracked:
            mark_paragraph(doc, before, "del")
            return
    elif tracked:
        if not _mark_is_mine(paragraph):
            mark_paragraph(doc, paragraph, "del")
            return
        if any(c.tag not in (w("pPr"), *MARKERS) for c in paragraph):
            return
    left = [c for c in paragraph if c.tag in MARKERS]
    if after is not None and after.tag == w("p"):
        at = 1 if after.find(w("pPr")) is not None else 0
        after[at:at] = left
    elif before is not None and before.tag == w("p"):
        before.extend(left)
    else:
        for marker in left:
            paragraph.addprevious(marker)
    remove(paragraph)


def move_paragraph(
    doc: Document,
    words: str | Spot,
    after: str | Spot,
    within: str | None = None,
    to: str | None = None,
    *,
    tracked: bool = False,
) -> None:
    """Move the paragraph in which words stand to after another; tracked, as Word marks what was cut and pasted."""
    paragraph, place = doc.find(words, within).paragraph, doc.find(after, to or within).paragraph
    made = copied(doc, paragraph)
    if not tracked:
        place.addnext(made)
        erase(doc, paragraph, False)
        return
    name = f"move{doc.number()}"
    place.addnext(made)
    for target, kind in ((paragraph, "moveFrom"), (made, "moveTo")):
        _moved(doc, target, kind, name)


def restyle(doc: Document, words: str | Spot, style: str, within: str | None = None, *, tracked: bool = False) -> None:
    """Give the paragraph in which words stand another style, named as in Word."""
    own = properties(doc.find(words, within).paragraph, "pPr")
    former = etree.Element(w("pPr"))
    former.extend([deepcopy(c) for c in own if c.tag not in (w("rPr"), w("sectPr"), w("pPrChange"))])
    for old in own.findall(w("pStyle")):
        own.remove(old)
    chosen = etree.Element(w("pStyle"))
    chosen.set(w("val"), doc.style(style))
    own.insert(0, chosen)
    if tracked and own.find(w("pPrChange")) is None:
        change = doc.mark("pPrChange")
        change.append(former)
        own.append(change)


def like(paragraph: Element) -> Element:
    """Return a new paragraph with the properties of another, but for its section, its tracked mark and its ids."""
    made = etree.Element(w("p"))
    own = paragraph.find(w("pPr"))
    if own is not None:
        look = deepcopy(own)
        for child in list(look):
            if child.tag in (w("sectPr"), w("pPrChange")):
                look.remove(child)
        mark = look.find(w("rPr"))
        for child in list(mark) if mark is not None else ():
            if child.tag in (w("ins"), w("del"), w("moveFrom"), w("moveTo"), w("rPrChange")):
                remove(child)
        if mark is not None and not len(mark):
            look.remove(mark)
        made.append(look)
    return made


def mark_paragraph(doc: Document, paragraph: Element, name: str) -> None:
    own = properties(paragraph, "pPr")
    holder = own.find(w("rPr"))
    if holder is None:
        holder = etree.Element(w("rPr"))
        at = next((n for n, c in enumerate(own) if c.tag in (w("sectPr"), w("pPrChange"))), len(own))
        own.insert(at, holder)
    if holder.find(w(name)) is None:
        at = sum(1 for c in holder if c.tag in (w("ins"), w("del")))
        holder.insert(at, doc.mark(name))


def _mark_is_mine(paragraph: Element) -> bool:
    mark = paragraph.find(f"{w('pPr')}/{w('rPr')}/{w('ins')}")
    return mark is not None and mark.get(w("author")) == AUTHOR


def _moved(doc: Document, paragraph: Element, kind: str, name: str) -> None:
    for each in [r for r in list(paragraph.iter(w("r"))) if not stands_in(r, "del")]:
        wrapped(doc, [each], kind)
    start, end = doc.mark(f"{kind}RangeStart"), etree.Element(w(f"{kind}RangeEnd"))
    start.set(w("name"), name)
    end.set(w("id"), str(start.get(w("id"))))
    at = 1 if paragraph.find(w("pPr")) is not None else 0
    paragraph.insert(at, start)
    paragraph.addnext(end)
    mark_paragraph(doc, paragraph, kind)


def _beside(element: Element, after: bool) -> Element | None:
    found = element.getnext() if after else element.getprevious()
    while found is not None and (found.tag in MARKERS or found.tag == w("tcPr")):
        found = found.getnext() if after else found.getprevious()
    return found


def _next_paragraph(paragraph: Element) -> Element:
    after = _beside(paragraph, True)
    if after is None or after.tag != w("p"):
        raise LookupError("no paragraph follows that it could be joined with")
    return after


def in_control(block: Element) -> bool:
    return parent(block).tag == w("sdtContent")
