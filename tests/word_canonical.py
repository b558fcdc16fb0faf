"""One form for Word files that say the same: for comparing two of them but for how runs and marks are cut up.

Runs, texts and tracked marks that stand side by side and agree are put together; empty properties, numbers of marks,
revision-save ids and marks of the spelling checker are left out. What is left differs only where words, formatting,
marks, controls, bookmarks or comments do.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from lxml import etree
from word_parts import Package, stories, unpacked, w

from pipeline.word import names
from pipeline.word import package as word_package

Element = etree._Element

XML_SPACE = f"{{{names.XML}}}space"
IGNORABLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"
TEXTS = tuple(w(n) for n in ("t", "delText", "instrText", "delInstrText"))
NOISE = tuple(w(n) for n in ("proofErr", "lastRenderedPageBreak"))
MARKS = tuple(w(n) for n in ("ins", "del", "moveFrom", "moveTo"))
EMPTIED = tuple(w(n) for n in ("rPr", "pPr", "trPr", "tcPr", "tblPrEx", "sdtEndPr"))
UNNUMBERED = frozenset(
    w(n)
    for n in [
        "ins",
        "del",
        "moveFrom",
        "moveTo",
        "cellIns",
        "cellDel",
        "cellMerge",
        "rPrChange",
        "pPrChange",
        "sectPrChange",
        "tblPrChange",
        "tblPrExChange",
        "trPrChange",
        "tcPrChange",
        "tblGridChange",
        "numberingChange",
    ]
)
"""Marks that stand alone; their number says nothing."""

PAIRED = re.compile(r"(bookmark|moveFromRange|moveToRange|perm|customXml(?:Ins|Del|MoveFrom|MoveTo)Range)(Start|End)")
BESIDE = re.compile(r"\[Content_Types\]\.xml|.*\.rels|word/comments\w*\.xml|word/people\.xml")
"""Parts that may gain entries without a word being touched."""


def canonical(package: Package) -> dict[str, bytes]:
    """Return the parts with text in one form, by name; notes that nothing refers to and empty parts are left out."""
    parts = unpacked(package)
    trees = stories(parts)
    used = {
        kind: {e.get(w("id")) for tree in trees.values() for e in tree.iter(w(f"{kind}Reference"))}
        for kind in ("footnote", "endnote")
    }
    found = {}
    for name, tree in trees.items():
        for kind, ids in used.items():
            for note in [n for n in tree.iter(w(kind)) if n.get(w("type")) is None and n.get(w("id")) not in ids]:
                _drop(note)
        _tidied(tree)
        if tree.tag in (w("comments"), w("footnotes"), w("endnotes")) and not _told(tree):
            continue
        found[name] = etree.tostring(tree, method="c14n", exclusive=True)
    return found


def difference(a: Package, b: Package) -> str:
    """Return where two files first differ in canonical form, with what stands around it; empty where they agree."""
    first, second = canonical(a), canonical(b)
    if first.keys() != second.keys():
        return f"only one of the files has {sorted(first.keys() ^ second.keys())}"
    for name, data in first.items():
        if data != second[name]:
            return _difference(name, data, second[name])
    return ""


def beside(given: Package, made: Package) -> list[str]:
    """Return what of the parts without text was changed in `made`, or has gone from it.

    New parts, relationships and content types are no fault, nor new comments; each that was given must be there.
    """
    before, after = unpacked(given), unpacked(made)
    texts = stories(before)
    found = [f"{name} has gone" for name in sorted(before.keys() - after.keys())]
    for name, data in sorted(before.items()):
        if name in texts or name not in after or data == after[name]:
            continue
        if not BESIDE.fullmatch(name):
            found.append(f"{name} was changed")
            continue
        gone = _entries(data, name) - _entries(after[name], name)
        found += [f"{name} no longer has {entry}" for entry in sorted(gone)]
    return found


def _entries(data: bytes, name: str) -> set[str]:
    root = word_package.parsed(data, name, "test.docx")
    return {etree.tostring(e, method="c14n", exclusive=True, with_tail=False).decode() for e in root}


def _told(tree: Element) -> bool:
    return any(c.get(w("type")) is None for c in tree)


def _drop(element: Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _tidied(root: Element) -> None:
    root.attrib.pop(IGNORABLE, "")
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    for element in root.iter("*"):
        element.tail = None
        for attribute in [a for a in element.attrib if str(a).startswith(w("rsid"))]:
            del element.attrib[attribute]
        if element.tag in UNNUMBERED:
            element.attrib.pop(w("id"), "")
        if element.tag in TEXTS:
            if element.get(XML_SPACE) != "preserve":
                element.text = (element.text or "").strip(" \t\r\n")
            element.attrib.pop(XML_SPACE, "")
        elif element.text and not element.text.strip():
            element.text = None
    for element in list(root.iter(*NOISE)):
        _drop(element)
    _numbered(root)
    for element in reversed(list(root.iter(*EMPTIED))):
        if not len(element) and not element.attrib:
            _drop(element)
    for mark in reversed(list(root.iter(*MARKS))):
        parent = mark.getparent()
        if parent is None or parent.tag in (w("rPr"), w("trPr"), w("numPr")):
            continue
        if not len(mark):
            _drop(mark)
        else:
            _joined_with_next(mark)
    for text in list(root.iter(w("t"), w("delText"))):
        if not text.text:
            _drop(text)
    for run in list(root.iter(w("r"))):
        if all(c.tag == w("rPr") for c in run):
            _drop(run)
    for run in reversed(list(root.iter(w("r")))):
        _runs_joined(run)
    etree.cleanup_namespaces(root)


def _numbered(root: Element) -> None:
    """Number marks that come in pairs by the order in which they begin."""
    numbers: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    for element in root.iter():
        found = PAIRED.fullmatch(etree.QName(element).localname)
        if found is None or element.get(w("id")) is None:
            continue
        kind, number = found[1], str(element.get(w("id")))
        if found[2] == "Start":
            counts[kind] = counts.get(kind, 0) + 1
            numbers[kind, number] = str(counts[kind])
        element.set(w("id"), numbers.get((kind, number), f"unopened {number}"))


def _joined_with_next(mark: Element) -> None:
    after = mark.getnext()
    if after is not None and after.tag == mark.tag and sorted(after.items()) == sorted(mark.items()):
        mark.extend(list(after))
        _drop(after)


def _runs_joined(run: Element) -> None:
    """Put a run together with the one after it where both look alike, and its texts with one another."""
    after = run.getnext()
    if (
        after is not None
        and after.tag == run.tag
        and sorted(after.items()) == sorted(run.items())
        and _look(run) == _look(after)
    ):
        run.extend(c for c in list(after) if c.tag != w("rPr"))
        _drop(after)
    previous: Element | None = None
    for child in list(run):
        if previous is not None and child.tag == previous.tag and child.tag in TEXTS:
            previous.text = (previous.text or "") + (child.text or "")
            run.remove(child)
        else:
            previous = child


def _look(run: Element) -> bytes:
    properties = run.find(w("rPr"))
    return b"" if properties is None else etree.tostring(properties, method="c14n", exclusive=True, with_tail=False)


def _difference(name: str, first: bytes, second: bytes) -> str:
    one, other = list(_pretty(first)), list(_pretty(second))
    at = next((n for n, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
    head = f"{name} differs from line {at + 1}, after “{_words_before(one, at)}”"
    before = [f"  {line}" for line in one[max(0, at - 6) : at]]
    parted = difflib.ndiff(one[at : at + 40], other[at : at + 40])
    return "\n".join([head, *before, *(line for line in parted if not line.startswith("?"))])


def _pretty(data: bytes) -> Iterator[str]:
    root = etree.fromstring(data)
    etree.indent(root)
    for line in etree.tostring(root, encoding="unicode").splitlines():
        yield re.sub(r' xmlns:\w+="[^"]*"', "", line).rstrip()


def _words_before(lines: list[str], at: int) -> str:
    texts = re.findall(r"<w:(?:t|delText)>([^<]*)<", "\n".join(lines[max(0, at - 400) : at]))
    return "".join(texts)[-80:]
