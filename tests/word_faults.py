"""What is wrong with a Word file, as a list of lines: its package, tracked marks, comments, notes and controls.

As strict as the files that Word itself writes, which is stricter than what Word opens. Faults of a file that was handed
in can be taken from those of what was made of it.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from lxml import etree
from word_parts import MARKERS, Package, bare, stories, text_of, unpacked, w

from pipeline.model.problem import Faulty
from pipeline.word import names
from pipeline.word import package as word_package

Element = etree._Element

R = f"{{{names.R}}}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?")
RANGES = ["bookmark", "commentRange", "moveFromRange", "moveToRange", "customXmlInsRange", "customXmlDelRange"]
REVISIONS = frozenset(
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
        "moveFromRangeStart",
        "moveToRangeStart",
        "customXmlInsRangeStart",
        "customXmlDelRangeStart",
        "customXmlMoveFromRangeStart",
        "customXmlMoveToRangeStart",
    ]
)
"""Marks that say who made them and when."""

WITHIN = {
    w("t"): (w("del"), "w:t stands in w:del"),
    w("instrText"): (w("del"), "w:instrText stands in w:del"),
}
OUTSIDE = {
    w("delText"): "w:delText stands outside w:del",
    w("delInstrText"): "w:delInstrText stands outside w:del",
}


def faults(package: Package) -> list[str]:
    """Return what is wrong with a file; empty where nothing is."""
    try:
        parts = unpacked(package)
    except Faulty as refused:
        return [str(p) for p in refused.problems]
    broken = list(_broken(parts))
    if broken:
        return broken
    trees = stories(parts)
    return [
        *_types(parts),
        *_relations(parts),
        *(f"{name}: {fault}" for name, tree in trees.items() for fault in _story(tree)),
        *_across(trees),
        *_comments(parts, trees),
        *_notes(trees),
    ]


def lasting(package: Package) -> list[str]:
    """Return tracked paragraph marks that end a cell, a note or the document, with the words of the paragraph.

    Word keeps such a mark whatever becomes of the change (a cell and a document end in a paragraph), so that an
    empty paragraph may stay behind. A cell of a tracked row is none: it goes as a whole.
    """
    found = []
    for name, tree in stories(unpacked(package)).items():
        for mark in tree.iter(w("ins"), w("del")):
            paragraph = next(mark.iterancestors(w("p")), None)
            holder = mark.getparent()
            if paragraph is None or holder is None or holder.tag != w("rPr") or _followed(paragraph):
                continue
            row = next(paragraph.iterancestors(w("tr")), None)
            if row is None or row.find(f"{w('trPr')}/{mark.tag}") is None:
                found.append(f"{name}: {text_of(paragraph, shown=True)[:60]}")
    return found


def _followed(paragraph: Element) -> bool:
    place = paragraph
    while True:
        after = place.getnext()
        while after is not None and (after.tag in MARKERS or after.tag == w("sectPr")):
            after = after.getnext()
        holder = place.getparent()
        if after is not None:
            return True
        if holder is None or holder.tag not in (w("sdt"), w("sdtContent")):
            return False
        place = holder


def _broken(parts: Mapping[str, bytes]) -> Iterator[str]:
    for name, data in sorted(parts.items()):
        if name.endswith((".xml", ".rels")):
            try:
                word_package.parsed(data, name, "test.docx")
            except Faulty as refused:
                yield f"{name}: {refused.problems[0].message}"


def _types(parts: Mapping[str, bytes]) -> Iterator[str]:
    types = word_package.parsed(parts[names.TYPES], names.TYPES, "test.docx")
    defaults = {str(e.get("Extension")).lower() for e in types if e.get("Extension")}
    named = Counter(str(e.get("PartName")) for e in types if e.get("PartName"))
    for name, times in named.items():
        if times > 1:
            yield f"{names.TYPES}: {name} stands there {times} times"
        if name[1:] not in parts:
            yield f"{names.TYPES}: {name} is not in the file"
    for name in sorted(parts):
        plain_xml = name.endswith(".xml") and not name.startswith("customXml/")
        if name == names.TYPES or f"/{name}" in named:
            continue
        if plain_xml or name.rpartition(".")[2].lower() not in defaults:
            yield f"{names.TYPES}: no type for {name}"


def _relations(parts: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted(n for n in parts if n.endswith(".rels")):
        folder, _, file = name.rpartition("/")
        source = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        if source not in parts and name != names.ROOT_RELS:
            yield f"{name}: there is no {source}"
            continue
        ids: Counter[str] = Counter()
        for relation in word_package.parsed(parts[name], name, "test.docx"):
            ids[str(relation.get("Id"))] += 1
            if relation.get("TargetMode") == "External":
                continue
            target = str(relation.get("Target"))
            path = posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target))[1:]
            if path not in parts:
                yield f"{name}: {relation.get('Id')} leads to {path}, which is not in the file"
        yield from (f"{name}: the id {i} stands there {n} times" for i, n in ids.items() if n > 1)
    for name in sorted(n for n in parts if n.startswith("word/") and n.endswith(".xml")):
        used = {
            str(value)
            for element in word_package.parsed(parts[name], name, "test.docx").iter("*")
            for attribute, value in element.attrib.items()
            if str(attribute).startswith(R) and value
        }
        rels = names.rels_of(name)
        known = (
            {str(e.get("Id")) for e in word_package.parsed(parts[rels], rels, "test.docx")} if rels in parts else set()
        )
        yield from (f"{name}: no relationship {i}" for i in sorted(used - known))


def _story(root: Element) -> Iterator[str]:
    yield from _marks(root)
    yield from _ranges(root)
    yield from _fields(root)
    for element in root.iter(*WITHIN):
        if next(element.iterancestors(WITHIN[str(element.tag)][0]), None) is not None:
            yield f"{WITHIN[str(element.tag)][1]}: {element.text}"
    for element in root.iter(*OUTSIDE):
        if next(element.iterancestors(w("del")), None) is None:
            yield f"{OUTSIDE[str(element.tag)]}: {element.text}"
    for content in root.iter(w("sdtContent")):
        if not any(c.tag not in MARKERS for c in content):
            yield f"a control is empty: {_tag(content)}"
    for cell in root.iter(w("tc")):
        inner = [c for c in cell if c.tag not in MARKERS]
        if not inner or inner[-1].tag not in (w("p"), w("sdt")):
            yield "a cell does not end in a paragraph"
    for table in root.iter(w("tbl")):
        if next(table.iter(w("tr")), None) is None:
            yield "a table has no rows"
    for row in root.iter(w("tr")):
        yield from _row(row)
    for paragraph in root.iter(w("p")):
        yield from ("a paragraph stands in a paragraph" for c in paragraph if c.tag in (w("p"), w("tbl")))
        places = [n for n, c in enumerate(paragraph) if c.tag == w("pPr")]
        if places not in ([], [0]):
            yield "properties of a paragraph do not stand first in it"
    for run in root.iter(w("r")):
        holder = run.getparent()
        if holder is not None and holder.tag in (w("body"), w("tc"), w("footnote"), w("comment")):
            yield "a run stands outside a paragraph"
        if bare(run) and not any(c.tag == w("lastRenderedPageBreak") for c in run):
            yield "a run is empty"


def _row(row: Element) -> Iterator[str]:
    if next(row.iter(w("tc")), None) is None:
        yield "a row has no cells"
    table = next(row.iterancestors(w("tbl")), None)
    grid = [] if table is None else table.findall(f"{w('tblGrid')}/{w('gridCol')}")
    spans = 0
    for cell in row.iter(w("tc")):
        if next(cell.iterancestors(w("tr"))) is row and cell.find(f"{w('tcPr')}/{w('cellDel')}") is None:
            span = cell.find(f"{w('tcPr')}/{w('gridSpan')}")
            spans += 1 if span is None else int(str(span.get(w("val"))))
    if grid and spans > len(grid):
        yield f"a row spans {spans} columns of {len(grid)}"


def _marks(root: Element) -> Iterator[str]:
    ids: Counter[str] = Counter()
    for element in root.iter(*REVISIONS, w("bookmarkStart"), w("permStart")):
        name = etree.QName(element).localname
        number = element.get(w("id"))
        if number is None or not re.fullmatch(r"-?\d+", str(number)):
            yield f"w:{name} has no number: {number}"
        else:
            ids[str(number)] += 1
        if element.tag not in REVISIONS:
            continue
        if not element.get(w("author")):
            yield f"w:{name} {number} does not say who made it"
        if not DATE.fullmatch(str(element.get(w("date"), ""))):
            yield f"w:{name} {number} does not say when it was made"
        if any(up.tag == element.tag for up in element.iterancestors(w("ins"), w("del"))):
            yield f"w:{name} {number} stands in another"
        holder = element.getparent()
        inner = holder is not None and holder.tag in (w("rPr"), w("trPr"), w("numPr"))
        if element.tag in (w("ins"), w("del"), w("moveFrom"), w("moveTo")) and not inner:
            if not len(element):
                yield f"w:{name} {number} is empty"
            if any(c.tag in (w("p"), w("tbl")) for c in element):
                yield f"w:{name} {number} holds a paragraph or table"
    yield from (f"the number {i} stands on {n} marks" for i, n in ids.items() if n > 1)


def _ranges(root: Element) -> Iterator[str]:
    for kind in RANGES:
        state: dict[str, str] = {}
        for element in root.iter(w(f"{kind}Start"), w(f"{kind}End")):
            number = str(element.get(w("id")))
            begins = str(element.tag).endswith("Start")
            if begins and number in state:
                yield f"w:{kind}Start {number} stands there twice"
            elif not begins and state.get(number) != "open":
                yield f"w:{kind}End {number} ends nothing"
            state[number] = "open" if begins else "closed"
        yield from (f"w:{kind}Start {number} has no end" for number, now in state.items() if now == "open")
    for one, other in (("moveFrom", "moveTo"), ("moveTo", "moveFrom")):
        known = {e.get(w("name")) for e in root.iter(w(f"{other}RangeStart"))}
        for start in root.iter(w(f"{one}RangeStart")):
            if start.get(w("name")) not in known:
                yield f"w:{one}RangeStart {start.get(w('name'))} has no counterpart"


def _fields(root: Element) -> Iterator[str]:
    """Yield fields that are not begun, parted and ended in turn; one that is deleted is looked at like any other."""
    depth: list[str] = []
    for sign in root.iter(w("fldChar")):
        kind = str(sign.get(w("fldCharType")))
        if kind == "begin":
            depth.append("begin")
        elif not depth or (kind == "separate" and depth[-1] != "begin"):
            yield f"a field is {kind} without a beginning"
        elif kind == "separate":
            depth[-1] = "separate"
        else:
            depth.pop()
    if depth:
        yield f"{len(depth)} fields have no end"


def _tag(content: Element) -> str:
    holder = content.getparent()
    tag = None if holder is None else holder.find(f"{w('sdtPr')}/{w('tag')}")
    return "" if tag is None else str(tag.get(w("val")))


def _across(trees: Mapping[str, Element]) -> Iterator[str]:
    """Yield what must be there once in the whole file and is not."""
    for tag, attribute, what in (
        (w("bookmarkStart"), w("name"), "bookmark"),
        (w("p"), f"{W14}paraId", "paragraph id"),
    ):
        seen = Counter(str(e.get(attribute)) for tree in trees.values() for e in tree.iter(tag) if e.get(attribute))
        yield from (f"the {what} {name} stands there {n} times" for name, n in seen.items() if n > 1)
    controls = Counter(
        str(e.get(w("val")))
        for tree in trees.values()
        for properties in tree.iter(w("sdtPr"))
        for e in properties.findall(w("id"))
    )
    yield from (f"the control number {i} stands there {n} times" for i, n in controls.items() if n > 1)


def _comments(parts: Mapping[str, bytes], trees: Mapping[str, Element]) -> Iterator[str]:
    comments = [c for tree in trees.values() for c in tree.iter(w("comment"))]
    ids = Counter(str(c.get(w("id"))) for c in comments)
    yield from (f"the comment {i} stands there {n} times" for i, n in ids.items() if n > 1)
    for comment in comments:
        if not comment.get(w("author")) or not DATE.fullmatch(str(comment.get(w("date"), ""))):
            yield f"the comment {comment.get(w('id'))} does not say who made it and when"
        if next(comment.iter(w("p")), None) is None:
            yield f"the comment {comment.get(w('id'))} has no paragraph"
    references = Counter(str(e.get(w("id"))) for t in trees.values() for e in t.iter(w("commentReference")))
    yield from (f"the comment {i} is referred to {n} times" for i, n in references.items() if n > 1)
    yield from (f"there is no comment {i}" for i in references.keys() - ids.keys())
    yield from (f"the comment {i} is not referred to" for i in ids.keys() - references.keys())
    for tree in trees.values():
        for start in tree.iter(w("commentRangeStart")):
            if str(start.get(w("id"))) not in references:
                yield f"the range of comment {start.get(w('id'))} has no reference"
    threads = {str(p.get(f"{W14}paraId")) for c in comments for p in c.iter(w("p"))}
    for name in (n for n in parts if n.startswith("word/comments") and n not in trees):
        for entry in word_package.parsed(parts[name], name, "test.docx"):
            for value in (entry.get(f"{W15}paraId"), entry.get(f"{W15}paraIdParent")):
                if value is not None and value not in threads:
                    yield f"{name}: no comment has the paragraph {value}"


def _notes(trees: Mapping[str, Element]) -> Iterator[str]:
    for kind in ("footnote", "endnote"):
        made = Counter(str(e.get(w("id"))) for t in trees.values() for e in t.iter(w(kind)) if _in_notes(e))
        yield from (f"the {kind} {i} stands there {n} times" for i, n in made.items() if n > 1)
        used = Counter(str(e.get(w("id"))) for t in trees.values() for e in t.iter(w(f"{kind}Reference")))
        yield from (f"the {kind} {i} is referred to {n} times" for i, n in used.items() if n > 1)
        yield from (f"there is no {kind} {i}" for i in sorted(used.keys() - made.keys()))


def _in_notes(element: Element) -> bool:
    holder = element.getparent()
    return holder is not None and holder.tag in (w("footnotes"), w("endnotes"))
