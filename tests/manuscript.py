"""A Word file opened for editing, as the simulated ministry does it: finds words, cuts runs, knows its units."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree
from word_parts import DELETED, MARKERS, Package, signs, stories, text_of, unpacked, w
from word_parts import holder_of as parent

from pipeline.word import anchors, names
from pipeline.word import package as word_package

Element = etree._Element

AUTHOR = "Ministry reviewer"
DATE = "2027-02-03T09:00:00Z"
XML_SPACE = f"{{{names.XML}}}space"
COMMENTS = "word/comments.xml"
EXTENDED = "word/commentsExtended.xml"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
PARA_ID = "{http://schemas.microsoft.com/office/word/2010/wordml}paraId"
NOTES = "footnotes"
"""In place of a unit's anchor: look in the footnotes."""

OUR_BOOKMARK = "_Cw"
CONTROL_PREFIXES = ("clause:", "part:")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where words stand: a paragraph, and the first and the last character in its text as accepted."""

    paragraph: Element
    start: int
    end: int


class Document:
    """A Word file with its parts as trees; the parts that were looked at are written anew."""

    def __init__(self, package: Package) -> None:
        self.parts = unpacked(package)
        self._trees: dict[str, Element] = {}
        self._number = 0

    def bytes(self) -> bytes:
        """Return the file as it now is: notes, comments and marks that lost their counterpart are dropped, as Word does."""
        settle(self)
        for name, tree in self._trees.items():
            self.parts[name] = word_package.serialised(tree)
        return word_package.packed(self.parts)

    def tree(self, name: str = names.DOCUMENT) -> Element:
        """Return a part as a tree; what is changed in it is in `bytes`."""
        if name not in self._trees:
            self._trees[name] = word_package.parsed(self.parts[name], name, "test.docx")
        return self._trees[name]

    def put(self, name: str, root: Element) -> None:
        """Take another tree for a part."""
        self._trees[name] = root

    @property
    def body(self) -> Element:
        """The body of the document."""
        return one(self.tree(), "body")

    # -- units -------------------------------------------------------------------------------------------------

    def anchors(self) -> list[str]:
        """Return the anchors of the units that have a control, in the order of the document."""
        tags = (str(t.get(w("val"))) for t in self.tree().iter(w("tag")))
        return list(dict.fromkeys(t for t in tags if t.startswith(CONTROL_PREFIXES)))

    def control(self, anchor: str) -> Element:
        """Return the first content control of a unit.

        Raises:
            LookupError: It has none.
        """
        for tag in self.tree().iter(w("tag")):
            if tag.get(w("val")) == anchor:
                return next(tag.iterancestors(w("sdt")))
        raise LookupError(f"no control for {anchor}")

    def blocks(self, anchor: str) -> list[Element]:
        """Return the paragraphs, tables and controls of a unit, by its control or else by its bookmark."""
        try:
            content = one(self.control(anchor), "sdtContent")
        except LookupError:
            return self._bookmarked(anchor)
        return [c for c in content if c.tag not in MARKERS]

    def _bookmarked(self, anchor: str) -> list[Element]:
        wanted = anchors.bookmark(anchor)
        start = next((b for b in self.tree().iter(w("bookmarkStart")) if b.get(w("name")) == wanted), None)
        if start is None:
            raise LookupError(f"neither control nor bookmark for {anchor}")
        end = next(b for b in self.tree().iter(w("bookmarkEnd")) if b.get(w("id")) == start.get(w("id")))
        within = False
        found = []
        for block in self.body:
            if start in (block, *block.iter(w("bookmarkStart"))):
                within = True
            if within and block.tag not in MARKERS:
                found.append(block)
            if end in (block, *block.iter(w("bookmarkEnd"))):
                break
        return found

    def paragraphs(self, within: str | None = None) -> list[Element]:
        """Return the paragraphs of a unit, cells included; of the footnotes for `NOTES`; of the document for None."""
        if within == NOTES:
            notes = self.tree(names.FOOTNOTES).iter(w("footnote"))
            return [p for n in notes if n.get(w("type")) is None for p in n.iter(w("p"))]
        roots = [self.body] if within is None else self.blocks(within)
        return [p for root in roots for p in root.iter(w("p")) if not _deleted_row(p)]

    def lines(self, within: str | None = None) -> list[str]:
        """Return the text of the paragraphs, as accepted; those with nothing in them are left out."""
        return [t for p in self.paragraphs(within) if (t := text_of(p)).strip()]

    def find(self, words: str | Spot, within: str | None = None) -> Spot:
        """Return where words first stand; a spot is returned as it is.

        Raises:
            LookupError: Nowhere.
        """
        if isinstance(words, Spot):
            return words
        for paragraph in self.paragraphs(within):
            at = text_of(paragraph).find(words)
            if at >= 0:
                return Spot(paragraph, at, at + len(words))
        raise LookupError(f"{words!r} does not stand in {within or 'the document'}")

    # -- pieces ------------------------------------------------------------------------------------------------

    def number(self) -> str:
        """Return a number that no mark and no bookmark has."""
        if not self._number:
            trees = {name: self._trees.get(name, tree) for name, tree in stories(self.parts).items()}
            used = [str(e.get(w("id"), "")) for tree in trees.values() for e in tree.iter("*")]
            self._number = max((int(n) for n in used if n.lstrip("-").isdigit() and len(n) < 7), default=0)
        self._number += 1
        return str(self._number)

    def mark(self, name: str, author: str = AUTHOR, date: str = DATE) -> Element:
        """Return a new tracked mark, such as `ins`."""
        element = etree.Element(w(name))
        element.set(w("id"), self.number())
        element.set(w("author"), author)
        element.set(w("date"), date)
        return element

    def style(self, name: str) -> str:
        """Return the id of a paragraph style by its name in any case."""
        for style in self.tree(names.STYLES).iter(w("style")):
            label = style.find(w("name"))
            if label is not None and str(label.get(w("val"))).lower() == name.lower():
                return str(style.get(w("styleId")))
        raise LookupError(f"no style {name}")

    def related(self, kind: str, name: str, content: str, root: str) -> Element:
        """Return a part that the document relates to; it is made with `root` where there is none."""
        if name not in self.parts:
            self.parts[name] = root.encode()
            relations = self.tree(names.DOCUMENT_RELS)
            row = etree.SubElement(relations, f"{{{names.REL}}}Relationship")
            row.set("Id", f"rIdMinistry{len(relations)}")
            row.set("Type", kind)
            row.set("Target", name.removeprefix("word/"))
            types = self.tree(names.TYPES)
            etree.SubElement(types, f"{{{names.CT}}}Override", PartName=f"/{name}", ContentType=content)
        return self.tree(name)


def settle(doc: Document) -> None:
    """Drop notes and comments that nothing refers to any more, and what stands alone of a range; number marks anew."""
    root = doc.tree()
    if names.FOOTNOTES in doc.parts:
        used = {e.get(w("id")) for e in root.iter(w("footnoteReference"))}
        notes = doc.tree(names.FOOTNOTES)
        for note in [n for n in notes if n.get(w("type")) is None and n.get(w("id")) not in used]:
            notes.remove(note)
    if COMMENTS in doc.parts:
        used = {e.get(w("id")) for e in root.iter(w("commentReference"))}
        threads: set[str] = set()
        for comment in [c for c in doc.tree(COMMENTS) if c.get(w("id")) not in used]:
            threads.update(str(p.get(PARA_ID)) for p in comment.iter(w("p")))
            remove(comment)
        for entry in list(doc.tree(EXTENDED)) if EXTENDED in doc.parts else ():
            if entry.get(f"{W15}paraId") in threads:
                remove(entry)
            elif entry.get(f"{W15}paraIdParent") in threads:
                del entry.attrib[f"{W15}paraIdParent"]
        for mark in [e for e in root.iter(w("commentRangeStart"), w("commentRangeEnd")) if e.get(w("id")) not in used]:
            remove(mark)
    for kind in ("bookmark", "commentRange", "moveFromRange", "moveToRange"):
        starts = {e.get(w("id")): e for e in root.iter(w(f"{kind}Start"))}
        ends = {e.get(w("id")): e for e in root.iter(w(f"{kind}End"))}
        for number, mark in {**starts, **ends}.items():
            if number not in starts or number not in ends:
                remove(mark)
    for tree in (root, *((doc.tree(names.FOOTNOTES),) if names.FOOTNOTES in doc.parts else ())):
        seen: set[str] = set()
        for mark in [e for e in tree.iter("*") if e.get(w("author")) is not None]:
            if str(mark.get(w("id"))) in seen:
                mark.set(w("id"), doc.number())  # a run was cut whose formatting had been changed, or a note was copied
            seen.add(str(mark.get(w("id"))))


def one(element: Element, name: str) -> Element:
    """Return the child of this name; there must be one."""
    found = element.find(w(name))
    assert found is not None, f"no w:{name}"
    return found


def remove(element: Element) -> None:
    """Take an element out."""
    parent(element).remove(element)


def properties(element: Element, name: str) -> Element:
    """Return the properties of a paragraph, run, row or cell; they are made where there are none."""
    found = element.find(w(name))
    if found is None:
        found = etree.Element(w(name))
        element.insert(0, found)
    return found


def run(text: str, like: Element | None = None, tag: str = "t") -> Element:
    """Return a run with a text that looks like another run."""
    made = etree.Element(w("r"))
    look = None if like is None else like.find(w("rPr"))
    if look is not None and look.find(w("rPrChange")) is not None:
        look = deepcopy(look)
        look.remove(one(look, "rPrChange"))
    if look is not None:
        made.append(deepcopy(look))
    words = etree.SubElement(made, w(tag))
    words.set(XML_SPACE, "preserve")
    words.text = text
    return made


def runs(spot: Spot) -> list[Element]:
    """Return runs that hold the words of a spot and nothing else; runs are cut where need be.

    Notes and other things without text that stand between the words are among them.

    Raises:
        LookupError: The words begin or end within a field.
    """
    cut(spot.paragraph, spot.start)
    cut(spot.paragraph, spot.end)
    found: list[Element] = []
    at = 0
    for element, text in signs(spot.paragraph):
        if spot.start <= at and at + len(text) <= spot.end and text:
            holder = parent(element)
            if holder not in found:
                found.append(holder)
        at += len(text)
    if not found:
        return []
    every = [r for r in spot.paragraph.iter(w("r")) if not any(up.tag in DELETED for up in r.iterancestors())]
    chosen = every[every.index(found[0]) : every.index(found[-1]) + 1]
    kinds = [str(c.get(w("fldCharType"))) for r in chosen for c in r.iter(w("fldChar"))]
    if kinds.count("begin") != kinds.count("end") or (kinds and kinds[0] != "begin"):
        raise LookupError("the words run across the edge of a field")
    return chosen


def cut(paragraph: Element, at: int) -> None:
    """Make a run end before the character `at` of a paragraph's text."""
    place = 0
    for element, text in list(signs(paragraph)):
        holder = parent(element)
        if place < at < place + len(text):
            after = deepcopy(element)
            element.text, after.text = text[: at - place], text[at - place :]
            element.set(XML_SPACE, "preserve")
            after.set(XML_SPACE, "preserve")
            element.addnext(after)
            _parted(holder, after)
            return
        if place == at and text and element is not _first(holder):
            _parted(holder, element)
            return
        place += len(text)


def _first(holder: Element) -> Element | None:
    return next((c for c in holder if c.tag != w("rPr")), None)


def _parted(holder: Element, first: Element) -> None:
    """Put what stands in a run from `first` on into a run of its own after it."""
    after = etree.Element(w("r"), {str(k): str(v) for k, v in holder.items()})
    look = holder.find(w("rPr"))
    if look is not None:
        after.append(deepcopy(look))
    after.extend(list(holder)[holder.index(first) :])
    holder.addnext(after)


def plain_runs(paragraph: Element) -> Iterator[Element]:
    """Yield the runs of a paragraph that hold text, are not deleted, and stand in no field, link or inner control."""
    depth = 0
    for element in paragraph.iter(w("r")):
        signs_in = [str(c.get(w("fldCharType"))) for c in element.iter(w("fldChar"))]
        depth += signs_in.count("begin") - signs_in.count("end")
        holder = parent(element)
        if depth or signs_in or holder.tag not in (w("p"), w("ins")) or element.find(w("t")) is None:
            continue
        if holder.tag == w("ins") and parent(holder).tag != w("p"):
            continue
        yield element


def _deleted_row(paragraph: Element) -> bool:
    row = next(paragraph.iterancestors(w("tr")), None)
    return row is not None and row.find(f"{w('trPr')}/{w('del')}") is not None
