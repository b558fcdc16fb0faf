"""A story of a Word file (its body, a footnote, a header) as words that know where they stand.

What is read is what a reader sees once every pending change is accepted: text that is tracked as deleted or moved away
is passed over, text tracked as inserted counts. Content controls, links, smart tags and the like are looked through
(ECMA-376 part 1, 17.3, 17.5, 17.13).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipeline.word.anchors import Kept
from pipeline.word.names import MC, A, R, w
from pipeline.word.wording import FIELD, NOTE, OBJECT, PICTURE, REF, Row, Words, solid

P, TABLE, ROW, CELL, RUN, TEXT = w("p"), w("tbl"), w("tr"), w("tc"), w("r"), w("t")
INSERTED, DELETED = (w("ins"), w("moveTo")), (w("del"), w("moveFrom"))
SDT, CONTENT, PPR, RPR = w("sdt"), w("sdtContent"), w("pPr"), w("rPr")
HOLDERS = frozenset(
    (*INSERTED, w("hyperlink"), w("smartTag"), w("customXml"), w("dir"), w("bdo"), w("fldSimple"), SDT, CONTENT)
)
"""Elements within a paragraph that hold runs."""
BLOCK_HOLDERS = frozenset((SDT, CONTENT, w("customXml"), *INSERTED))
"""Elements that hold paragraphs, tables, rows or cells."""
VAL = w("val")
FIELD_CHAR, INSTRUCTION = w("fldChar"), w("instrText")
_LETTERS = {w("tab"): "\t", w("br"): "\n", w("cr"): "\n", w("noBreakHyphen"): "\u2011", w("softHyphen"): ""}
_NOTES = (w("footnoteReference"), w("endnoteReference"))
_PICTURES = (w("drawing"), w("pict"), w("object"), f"{{{MC}}}AlternateContent")


@dataclass(eq=False, slots=True)
class Leaf:
    """A stretch of text within one run, or a sign.

    Attributes:
        runs: The run it stands in; a field has several, the mark between two paragraphs that are read as one none.
        node: The element in that run that holds it; for a field, its first.
        text: Its text, or `OBJECT`.
        start: Its offset in the paragraph's text.
        look: Its emphasis.
        sign: For a sign, what it is.
        shown: For a sign, what it prints.
    """

    runs: list[etree._Element]
    node: etree._Element
    text: str
    start: int
    look: str
    sign: str = ""
    shown: str = ""

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


@dataclass(eq=False, slots=True)
class Paragraph:
    """A paragraph as read: several `w:p` where the marks between them are tracked as deleted.

    Attributes:
        elements: The `w:p` elements, the one whose mark counts last.
        leaves: Its text and signs in order, without a label that stands as text.
        words: What it says.
        notes: For each note in it, the footnote's number in the file; endnotes have a minus before it.
    """

    elements: list[etree._Element]
    leaves: list[Leaf]
    words: Words
    notes: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class TableRow:
    """A row as read: its `w:tr`, its cells, and the paragraphs of each."""

    element: etree._Element
    cells: list[etree._Element]
    paragraphs: list[list[Paragraph]]

    @property
    def words(self) -> Row:
        """What it says; blank paragraphs are left out."""
        return Row(tuple(solid(p.words for p in cell) for cell in self.paragraphs))

    @property
    def table(self) -> etree._Element:
        """The table that it is a row of."""
        return next(self.element.iterancestors(TABLE))


Line = Paragraph | TableRow


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads stories of one file.

    Attributes:
        styles: Folded name of each style by id.
        targets: What a bookmark of ours stands at, by its name.
        labels: Labels that stand as text in the file, as we wrote them.
    """

    styles: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, str] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()

    @classmethod
    def of(cls, styles: etree._Element, kept: Kept) -> Reader:
        """Return a reader for a file with these styles and these words kept in it."""
        return cls(style_names(styles), kept.targets, labels_of(kept))

    def lines(self, blocks: Iterable[etree._Element]) -> list[Line]:
        """Return the paragraphs and rows of blocks in order; rows that are tracked as deleted are left out."""
        found: list[Line] = []
        waiting: list[etree._Element] = []
        for block in laid_flat(blocks):
            if block.tag == P:
                waiting.append(block)
                if not _runs_on(block):
                    found.append(self.paragraph(waiting))
                    waiting = []
                continue
            if waiting:
                found.append(self.paragraph(waiting))
                waiting = []
            found += self._rows(block)
        if waiting and any(leaf for leaf in self._leaves(waiting)[0]):
            found.append(self.paragraph(waiting))
        return found

    def _rows(self, table: etree._Element) -> Iterator[TableRow]:
        for row in laid_flat(table, (ROW,)):
            if row.find(f"{w('trPr')}/{w('del')}") is None:
                cells = [c for c in laid_flat(row, (CELL,)) if c.find(f"{w('tcPr')}/{w('cellDel')}") is None]
                yield TableRow(row, cells, [self.paragraphs(cell) for cell in cells])

    def paragraphs(self, blocks: Iterable[etree._Element]) -> list[Paragraph]:
        """Return the paragraphs of blocks, those in tables among them, however deep."""
        found: list[Paragraph] = []
        for line in self.lines(blocks):
            if isinstance(line, Paragraph):
                found.append(line)
            else:
                found += (p for cell in line.paragraphs for p in cell)
        return found

    def paragraph(self, elements: list[etree._Element]) -> Paragraph:
        """Return `w:p` elements that read as one paragraph."""
        leaves, notes = self._leaves(elements)
        label, leaves = self._label(leaves)
        signs = [leaf for leaf in leaves if leaf.sign]
        looks: list[tuple[int, str]] = []
        look = ""
        for leaf in leaves:
            if leaf.look != look and leaf.text and leaf.sign != NOTE:
                look = leaf.look
                looks.append((leaf.start, look))
        words = Words(
            "".join([leaf.text for leaf in leaves]), tuple([s.sign for s in signs]), tuple([s.shown for s in signs]),
            tuple(looks), self.styles.get(style_of(elements[-1]), ""), label,
        )  # fmt: skip
        return Paragraph(elements, leaves, words, notes)

    def _label(self, leaves: list[Leaf]) -> tuple[str, list[Leaf]]:
        """Part a label that stands as text from the words behind it."""
        if self.labels:
            text = ""
            for place, leaf in enumerate(leaves[:6]):
                if leaf.text == "\t" and text in self.labels:
                    moved = leaf.end
                    for later in leaves[place + 1 :]:
                        later.start -= moved
                    return text, leaves[place + 1 :]
                text += leaf.text
        return "", leaves

    def _leaves(self, elements: list[etree._Element]) -> tuple[list[Leaf], tuple[str, ...]]:
        walk = _Walk(self)
        for element in elements:
            walk.through(element)
        walk.end()
        return walk.leaves, tuple(walk.notes)

    def sign(self, instruction: str) -> str:
        """Return what a field is: a reference to something of ours, or the field as such."""
        words = instruction.split()
        if words[:1] == ["REF"] and len(words) > 1 and words[1] in self.targets:
            return f"{REF} {self.targets[words[1]]}"
        return f"{FIELD} {' '.join(words[:2])}"


def labels_of(kept: Kept) -> frozenset[str]:
    """Return the numbers that stand as text in what a file says of itself."""
    words = (
        w_ for unit in kept.units.values() for i in unit.items
        for w_ in ([i] if isinstance(i, Words) else (x for cell in i.cells for x in cell))
    )  # fmt: skip
    return frozenset(x.label for x in words if x.label)


class _Walk:
    """Goes through the runs of a paragraph and gathers leaves; a field from its beginning to its end is one."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.leaves: list[Leaf] = []
        self.notes: list[str] = []
        self.at = 0
        self.depth = 0
        self.runs: list[etree._Element] = []
        self.code = ""
        self.result: list[Leaf] = []
        self.showing = False

    def through(self, holder: etree._Element) -> None:
        for child in holder:
            if child.tag == RUN:
                self.run(child)
            elif child.tag in HOLDERS:
                sign = self._sign_of(child) if not self.depth else ""
                if sign:
                    self._whole(child, sign)
                else:
                    self.through(child)

    def _sign_of(self, holder: etree._Element) -> str:
        """Return the sign that a simple field is, or a link to something of ours; empty for anything else."""
        if holder.tag == w("fldSimple"):
            return self.reader.sign(holder.get(w("instr"), ""))
        to = self.reader.targets.get(holder.get(w("anchor"), "")) if holder.tag == w("hyperlink") else None
        return f"{REF} {to}" if to else ""

    def _whole(self, holder: etree._Element, sign: str) -> None:
        """Take what an element holds for one sign."""
        self.depth, self.runs, self.result, self.showing = 1, [], [], True
        self.through(holder)
        self.depth, self.showing = 0, False
        shown = self.result
        self.result = []
        if self.runs:
            look = shown[0].look if shown else ""
            text = "".join(leaf.shown if leaf.sign else leaf.text for leaf in shown)
            self._add(Leaf(self.runs, holder, OBJECT, self.at, look, sign, text))

    def run(self, run: etree._Element) -> None:
        if self.depth:
            self.runs.append(run)
        look: str | None = None
        for node in run:
            tag = node.tag
            if tag == TEXT:
                text = node.text or ""
                if not text:
                    continue
            elif tag in _LETTERS:
                text = _LETTERS[tag]
            elif tag == FIELD_CHAR:
                self._turn(run, node)
                continue
            elif tag == INSTRUCTION:
                self.code += node.text or "" if self.depth == 1 and not self.showing else ""
                continue
            elif tag in _NOTES or tag in _PICTURES or tag == w("sym"):
                self._add(Leaf([run], node, OBJECT, self.at, "", self._what(node)))
                continue
            else:
                continue
            if look is None:
                look = look_of(run, self.reader.styles)
            self._add(Leaf([run], node, text, self.at, look))

    def _add(self, leaf: Leaf) -> None:
        if self.depth:
            if self.showing:
                self.result.append(leaf)
            return
        self.leaves.append(leaf)
        self.at += len(leaf.text)

    def _what(self, node: etree._Element) -> str:
        if node.tag in _NOTES:
            number = str(node.get(w("id")))
            self.notes.append(number if node.tag == _NOTES[0] else f"-{number}")
            return NOTE
        if node.tag == w("sym"):
            return f"{PICTURE} {node.get(w('font'))} {node.get(w('char'))}"
        told = next((e.get("descr") or e.get("name") for e in node.iter("{*}docPr")), None)
        return f"{PICTURE} {told or _pointed(node)}"

    def _turn(self, run: etree._Element, node: etree._Element) -> None:
        kind = node.get(w("fldCharType"))
        if kind == "begin":
            self.depth += 1
            if self.depth == 1:
                self.runs, self.code, self.result, self.showing = [run], "", [], False
        elif kind == "separate" and self.depth == 1:
            self.showing = True
        elif kind == "end" and self.depth:
            self.depth -= 1
            if self.depth == 0:
                shown = "".join(leaf.text for leaf in self.result)
                look = self.result[0].look if self.result else ""
                self.result, self.showing = [], False
                self._add(Leaf(self.runs, node, OBJECT, self.at, look, self.reader.sign(self.code), shown))

    def end(self) -> None:
        """Take a field that goes on in the next paragraph, as a table of contents does, for what it shows."""
        self.depth = 0
        for leaf in self.result if self.showing else ():
            if not self.leaves or leaf.node is not self.leaves[-1].node:
                leaf.start = self.at
                self._add(leaf)
        self.result = []


def _pointed(node: etree._Element) -> str:
    return " ".join(
        str(v) for e in node.iter(f"{{{A}}}blip") for k, v in e.attrib.items() if str(k).startswith(f"{{{R}}}")
    )


def laid_flat(blocks: Iterable[etree._Element], tags: tuple[str, ...] = (P, TABLE)) -> Iterator[etree._Element]:
    """Yield the paragraphs and tables (or rows, or cells) among blocks, those in content controls included."""
    for block in blocks:
        if block.tag in tags:
            yield block
        elif block.tag in BLOCK_HOLDERS:
            yield from laid_flat(block, tags)


def _runs_on(paragraph: etree._Element) -> bool:
    """Return whether the mark of a paragraph is tracked as deleted, so that it runs on into the next."""
    mark = paragraph.find(f"{PPR}/{RPR}")
    return mark is not None and any(mark.find(tag) is not None for tag in DELETED)


def style_of(paragraph: etree._Element) -> str:
    """Return the id of a paragraph's style, empty where it names none."""
    found = paragraph.find(f"{PPR}/{w('pStyle')}")
    return "" if found is None else str(found.get(VAL))


def look_of(run: etree._Element, styles: Mapping[str, str]) -> str:
    """Return the emphasis of a run as the words kept in a file tell it."""
    properties = run.find(RPR)
    if properties is None:
        return ""
    look = ("b" if _on(properties, "b") else "") + ("i" if _on(properties, "i") or _on(properties, "em") else "")
    style = properties.find(w("rStyle"))
    name = styles.get(str(style.get(VAL)), "") if style is not None else ""
    return look + (name.removesuffix(" mark") if name.endswith(" mark") else "")


def _on(properties: etree._Element, name: str) -> bool:
    found = properties.find(w(name))
    return found is not None and found.get(VAL) not in ("0", "false", "off", "none")


def style_names(styles: etree._Element) -> dict[str, str]:
    """Return the folded name of each style by its id."""
    return {
        str(s.get(w("styleId"))): str(name.get(VAL)).casefold()
        for s in styles.iter(w("style"))
        if (name := s.find(w("name"))) is not None
    }
