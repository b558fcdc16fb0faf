"""Word packages for the tests of the merge: parts, stories, and the lines of text that a reader sees."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from lxml import etree

from pipeline.word import names
from pipeline.word import package as word_package

Element = etree._Element
Package = bytes | Mapping[str, bytes]
"""A Word file, or its parts by name."""

View = Literal["accepted", "rejected", "shown"]
"""With tracked changes accepted; with them rejected; with inserted and deleted words both."""

W = f"{{{names.W}}}"


def w(name: str) -> str:
    """Return a WordprocessingML name as lxml spells it."""
    return W + name


STORIES = tuple(w(n) for n in ("document", "footnotes", "endnotes", "hdr", "ftr", "comments"))
"""Roots of the parts that hold text."""

MARKERS = tuple(
    w(n)
    for n in (
        "bookmarkStart",
        "bookmarkEnd",
        "commentRangeStart",
        "commentRangeEnd",
        "moveFromRangeStart",
        "moveFromRangeEnd",
        "moveToRangeStart",
        "moveToRangeEnd",
        "customXmlInsRangeStart",
        "customXmlInsRangeEnd",
        "customXmlDelRangeStart",
        "customXmlDelRangeEnd",
        "customXmlMoveFromRangeStart",
        "customXmlMoveFromRangeEnd",
        "customXmlMoveToRangeStart",
        "customXmlMoveToRangeEnd",
        "permStart",
        "permEnd",
        "proofErr",
    )
)
"""Elements that mark a spot between runs or blocks and print nothing."""

SIGNS = {
    w("tab"): "\t",
    w("ptab"): "\t",
    w("br"): "\n",
    w("cr"): "\n",
    w("noBreakHyphen"): "\u2011",
    w("softHyphen"): "\u00ad",
}
"""What stands in a run beside text and prints as one character."""

INSERTED = frozenset({w("ins"), w("moveTo")})
DELETED = frozenset({w("del"), w("moveFrom")})


def unpacked(package: Package) -> dict[str, bytes]:
    """Return the parts of a file; a mapping of parts is copied."""
    return word_package.opened(package, "test.docx") if isinstance(package, bytes) else dict(package)


def packed(package: Package) -> bytes:
    """Return parts as a file; a file as it is."""
    return package if isinstance(package, bytes) else word_package.packed(package)


def stories(parts: Mapping[str, bytes]) -> dict[str, Element]:
    """Return the parts that hold text as trees, the document first, then by name."""
    trees = {
        name: word_package.parsed(data, name, "test.docx")
        for name, data in sorted(parts.items())
        if name.startswith("word/") and name.endswith(".xml") and "/glossary/" not in name
    }
    found = {name: tree for name, tree in trees.items() if tree.tag in STORIES}
    return dict(sorted(found.items(), key=lambda item: (STORIES.index(str(item[1].tag)), item[0])))


def holder_of(element: Element) -> Element:
    """Return what an element stands in."""
    parent = element.getparent()
    assert parent is not None
    return parent


def bare(run: Element) -> bool:
    """Return whether a run holds nothing but its properties and marks of where lines broke when it was last printed."""
    return all(c.tag in (w("rPr"), w("lastRenderedPageBreak")) for c in run)


def without_parts(parts: Mapping[str, bytes], kinds: Collection[str]) -> dict[str, bytes]:
    """Return parts without those that the document relates to by these kinds, nor the relationships and types of them."""
    left = dict(parts)
    relations = word_package.parsed(parts[names.DOCUMENT_RELS], names.DOCUMENT_RELS, "test.docx")
    types = word_package.parsed(parts[names.TYPES], names.TYPES, "test.docx")
    for relation in list(relations):
        if str(relation.get("Type")).rpartition("/")[2] in kinds:
            target = posixpath.normpath(posixpath.join("/word", str(relation.get("Target"))))
            relations.remove(relation)
            left.pop(target[1:], None)
            left.pop(names.rels_of(target[1:]), None)
            for entry in [e for e in types if str(e.get("PartName")) == target]:
                types.remove(entry)
    left[names.DOCUMENT_RELS] = word_package.serialised(relations)
    left[names.TYPES] = word_package.serialised(types)
    return left


def plain(package: Package, view: View = "accepted") -> list[str]:
    """Return the text of every paragraph: the document's, cells and boxes included, then each footnote's and endnote's.

    Tracked paragraph marks and rows count, so that joined paragraphs are one line; empty lines are left out, and notes
    come in the order in which the text refers to them. In the view `shown` nothing is joined.
    """
    from marks import accepted, rejected

    parts = unpacked(package)
    if view != "shown":
        parts = accepted(parts) if view == "accepted" else rejected(parts)
    trees = list(stories(parts).values())
    found = [line for p in trees[0].iter(w("p")) if (line := text_of(p, shown=True)).strip()]
    for kind in ("footnote", "endnote"):
        notes = {note.get(w("id")): note for tree in trees for note in tree.iter(w(kind))}
        for reference in trees[0].iter(w(f"{kind}Reference")):
            note = notes.get(reference.get(w("id")))
            if note is not None:
                found += [line for p in note.iter(w("p")) if (line := text_of(p, shown=True)).strip()]
    return found


def text_of(element: Element, *, shown: bool = False) -> str:
    """Return the text in a paragraph or run, as accepted: what is deleted is left out unless it is to be `shown`."""
    return "".join(sign for _, sign in signs(element, shown=shown))


def signs(element: Element, *, shown: bool = False) -> Iterator[tuple[Element, str]]:
    """Yield what prints in an element with the text of each; paragraphs within paragraphs (text boxes) are left out."""
    for child in element:
        tag = child.tag
        if tag in (w("t"), w("delText")):
            yield child, child.text or ""
        elif tag in SIGNS:
            yield child, SIGNS[str(tag)]
        elif tag in DELETED and not shown:
            continue
        elif tag not in (w("p"), w("pPr"), w("rPr"), w("instrText"), w("delInstrText"), w("drawing"), w("pict")):
            yield from signs(child, shown=shown)
