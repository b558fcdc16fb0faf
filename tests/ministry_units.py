"""Clauses, tables and footnotes changed in Word, with change tracking on or off."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from lxml import etree
from manuscript import NOTES, OUR_BOOKMARK, Document, Element, Spot, one, properties, remove, run, runs
from ministry_paragraphs import in_control, like, mark_paragraph
from ministry_words import copied, put_after, stands_in, take_out, wrapped
from word_parts import holder_of as parent
from word_parts import text_of, w

from pipeline.word import anchors, names


def delete_clause(doc: Document, anchor: str, *, tracked: bool = False) -> None:
    """Delete a unit with its control; tracked, the control is marked as Word marks one that is deleted."""
    blocks = doc.blocks(anchor)
    holder = parent(parent(blocks[0])) if in_control(blocks[0]) else None
    if tracked:
        for block in blocks:
            for row in block.iter(w("tr")):
                mark_row(doc, row, "del")
            for paragraph in block.iter(w("p")):
                take_out(doc, [r for r in list(paragraph.iter(w("r"))) if not stands_in(r, "del")], True)
                mark_paragraph(doc, paragraph, "del")
        if holder is not None:
            _mark_control(doc, holder, "customXmlDelRange")
        return
    gone = [holder] if holder is not None else blocks
    for element in gone:
        remove(element)


def move_clause(doc: Document, anchor: str, after: str) -> None:
    """Move a unit with its control to after another."""
    control = doc.control(anchor)
    doc.control(after).addnext(control)


def remove_control(doc: Document, anchor: str) -> None:
    """Remove the control of a unit and leave what stands in it."""
    control = doc.control(anchor)
    holder = parent(control)
    at = holder.index(control)
    holder[at : at + 1] = list(one(control, "sdtContent"))


def remove_bookmark(doc: Document, anchor: str) -> None:
    """Remove the bookmark of a unit."""
    _remove_bookmarks(doc, anchors.bookmark(anchor))


def remove_anchors(doc: Document, *, custom_part: bool = False) -> None:
    """Remove all our controls and bookmarks; with `custom_part` the part that keeps the words of each unit, too."""
    for anchor in doc.anchors():
        remove_control(doc, anchor)
    _remove_bookmarks(doc, OUR_BOOKMARK)
    if custom_part:
        for relation in list(doc.tree(names.DOCUMENT_RELS)):
            target = str(relation.get("Target")).removeprefix("../")
            if target.startswith("customXml/") and anchors.NAMESPACE.encode() in doc.parts[target]:
                remove(relation)
                number = target.removeprefix("customXml/item").removesuffix(".xml")
                for name in (target, names.rels_of(target), f"customXml/itemProps{number}.xml"):
                    doc.parts.pop(name, None)
                for entry in list(doc.tree(names.TYPES)):
                    if entry.get("PartName") == f"/customXml/itemProps{number}.xml":
                        remove(entry)


def duplicate_control(doc: Document, anchor: str, after: str | None = None) -> None:
    """Copy a unit and paste it after itself or another: tag and alias are the same, number and bookmarks are not."""
    control = doc.control(anchor)
    made = copied(doc, control)
    (doc.control(after) if after else control).addnext(made)


def _mark_control(doc: Document, control: Element, kind: str) -> None:
    content = one(control, "sdtContent")
    for place, inside in ((control.addprevious, True), (content.append, False)):
        start, end = doc.mark(f"{kind}Start"), etree.Element(w(f"{kind}End"))
        end.set(w("id"), str(start.get(w("id"))))
        place(start)
        if inside:
            content.insert(0, end)
        else:
            control.addnext(end)


def _remove_bookmarks(doc: Document, prefix: str) -> None:
    for start in [b for b in doc.tree().iter(w("bookmarkStart")) if str(b.get(w("name"))).startswith(prefix)]:
        for end in [e for e in doc.tree().iter(w("bookmarkEnd")) if e.get(w("id")) == start.get(w("id"))]:
            remove(end)
        remove(start)


def add_row(
    doc: Document, after: str | Spot, cells: Sequence[str], within: str | None = None, *, tracked: bool = False
) -> None:
    """Add a row after the one in which words stand; it looks like that one."""
    row = _row(doc.find(after, within))
    made = copied(doc, row)
    for cell, text in zip(made.iter(w("tc")), cells, strict=True):
        paragraphs = list(cell.iter(w("p")))
        for extra in paragraphs[1:]:
            remove(extra)
        look = next(paragraphs[0].iter(w("r")), None)
        words = run(text, look)
        fresh = like(paragraphs[0])
        fresh.append(words)
        paragraphs[0].addprevious(fresh)
        remove(paragraphs[0])
        if tracked:
            wrapped(doc, [words], "ins")
            mark_paragraph(doc, fresh, "ins")
    row.addnext(made)
    own = made.find(w("trPr"))
    for old in () if own is None else [c for c in own if c.tag in (w("tblHeader"), w("ins"), w("del"))]:
        remove(old)
    if tracked:
        mark_row(doc, made, "ins")


def delete_row(doc: Document, words: str | Spot, within: str | None = None, *, tracked: bool = False) -> None:
    """Delete the row in which words stand; with the last row the table goes."""
    row = _row(doc.find(words, within))
    if tracked:
        mark_row(doc, row, "del")
        for paragraph in row.iter(w("p")):
            take_out(doc, [r for r in list(paragraph.iter(w("r"))) if not stands_in(r, "del")], True)
            mark_paragraph(doc, paragraph, "del")
        return
    table = next(row.iterancestors(w("tbl")))
    remove(row)
    if next(table.iter(w("tr")), None) is None:
        remove(table)


def merge_cells(doc: Document, words: str | Spot, within: str | None = None) -> None:
    """Merge the cell in which words stand with the one to its right; the paragraphs of both stand in it."""
    cell = next(doc.find(words, within).paragraph.iterancestors(w("tc")))
    other = cell.getnext()
    if other is None or other.tag != w("tc"):
        raise LookupError("there is no cell to the right")
    look, more = properties(cell, "tcPr"), properties(other, "tcPr")
    span, width = _span(look) + _span(more), look.find(w("tcW"))
    added = more.find(w("tcW"))
    if width is not None and added is not None:
        width.set(w("w"), str(int(str(width.get(w("w")))) + int(str(added.get(w("w"))))))
    for old in look.findall(w("gridSpan")):
        look.remove(old)
    merged = etree.Element(w("gridSpan"))
    merged.set(w("val"), str(span))
    look.insert(1 if width is not None else 0, merged)
    cell.extend([c for c in list(other) if c.tag != w("tcPr") and (c.tag != w("p") or text_of(c))])
    remove(other)


def _span(look: Element) -> int:
    found = look.find(w("gridSpan"))
    return 1 if found is None else int(str(found.get(w("val"))))


def _row(spot: Spot) -> Element:
    found = next(spot.paragraph.iterancestors(w("tr")), None)
    if found is None:
        raise LookupError("the words stand in no table")
    return found


def mark_row(doc: Document, row: Element, name: str) -> None:
    own = row.find(w("trPr"))
    if own is None:
        own = etree.Element(w("trPr"))
        row.insert(1 if row.find(w("tblPrEx")) is not None else 0, own)
    own.append(doc.mark(name))


def add_footnote(
    doc: Document, after: str | Spot, text: str, within: str | None = None, *, tracked: bool = False
) -> None:
    """Put a footnote after words; it looks like those that are there."""
    spot = doc.find(after, within)
    place = runs(spot)[-1]
    notes = doc.tree(names.FOOTNOTES)
    number = str(max(int(str(n.get(w("id")))) for n in notes.iter(w("footnote"))) + 1)
    model = next((n for n in notes.iter(w("footnote")) if n.get(w("type")) is None), None)
    note = etree.SubElement(notes, w("footnote"))
    note.set(w("id"), number)
    paragraph = etree.SubElement(note, w("p"))
    reference = etree.Element(w("r"))
    if model is not None:
        paragraph.extend([deepcopy(c) for c in one(model, "p") if c.tag == w("pPr")])
        paragraph.extend([deepcopy(r) for r in model.iter(w("r")) if r.find(w("footnoteRef")) is not None])
        look = next(paragraph.iter(w("rPr")), None)
        reference.extend([] if look is None else [deepcopy(look)])
    words = run(" " + text)
    paragraph.append(words)
    etree.SubElement(reference, w("footnoteReference")).set(w("id"), number)
    put_after(doc, place, reference, tracked)
    if tracked:
        wrapped(doc, [words], "ins")


def delete_footnote(doc: Document, words: str | Spot, *, tracked: bool = False) -> None:
    """Delete the footnote in which words stand: its reference, and with tracking off the note."""
    note = next(doc.find(words, NOTES).paragraph.iterancestors(w("footnote")))
    for reference in list(doc.tree().iter(w("footnoteReference"))):
        if reference.get(w("id")) == note.get(w("id")):
            take_out(doc, [parent(reference)], tracked)
