"""The units of a draft as WordprocessingML: one string, built in one pass after the numbers have been laid out."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.model.draft import Block, Box, Chart, Draft, Footnote, Heading, Paragraph, Table, Unit
from pipeline.render.docx import tables
from pipeline.render.docx.frame import Frame, going_on, wide_section
from pipeline.render.docx.inline import Pen, Target, field_, worded
from pipeline.render.style import HouseStyle
from pipeline.word import anchors, numbering, runs
from pipeline.word.anchors import Base
from pipeline.word.numbering import Hang, Kind, LevelLook, Lists, Slot
from pipeline.word.wording import FIELD, OBJECT, PICTURE, Item, Row, Words, solid

ROLE_STYLES: Mapping[str, str] = {
    "body": "body text",
    "lead": "lead",
    "clause": "clause text",
    "numbered": "clause number",
    "point": "point",
    "subpoint": "subpoint",
    "bullet": "point",
    "concerns": "concerns",
    "small": "small",
}

_HEADING_KINDS: Mapping[str, Kind] = {"chapter": "chapter", "clause": "clause", "annex": "annex"}
_KINDS: Mapping[str, Kind] = {"chapter": "chapter", "clause": "clause", "annex": "annex", "numbered": "paragraph"}
_NARROW, _BROAD = frozenset("Iijl.,:;()[]|' "), frozenset("mwMW")

_LISTED = ("point", "subpoint", "bullet")
BOLD = "<w:rPr><w:b/><w:bCs/></w:rPr>"
EMU_PER_MM = 36_000
FIRST_PICTURE = 5001
"""Numbers of drawings begin here; docxtpl and templates use lower ones."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of all labels before a word is drawn.

    Attributes:
        slots: How each labelled paragraph gets its number, in document order.
        targets: What can be referred to, by anchor.
        lists: The lists that were used.
        looks: How each level looks; wider than in the template where a label (`Article 12`) needs more room.
    """

    slots: tuple[Slot, ...]
    targets: Mapping[str, Target]
    lists: Lists
    looks: Mapping[Kind, LevelLook]


@dataclass(frozen=True, slots=True)
class Body:
    """What was drawn: the XML, the words of each unit as they stand there, and the charts."""

    xml: str
    bases: tuple[Base, ...]
    charts: tuple[Chart, ...]


def paragraphs(blocks: Sequence[Block]) -> Iterator[Heading | Paragraph]:
    """Yield the headings and paragraphs of blocks in document order, those in boxes included."""
    for block in blocks:
        if isinstance(block, (Heading, Paragraph)):
            yield block
        elif isinstance(block, Box):
            yield from block.paragraphs


def laid_out(draft: Draft, frame: Frame) -> Layout:
    """Return how Word gets every label of a draft, and what cross-references point at."""
    lists = Lists(draft.numbering)
    slots: list[Slot] = []
    widest: dict[Kind, float] = {}
    targets: dict[str, Target] = {}
    for unit in draft.units:
        for block in paragraphs(unit.blocks):
            slot = _slot(lists, block)
            slots.append(slot)
            kind = _KINDS.get(block.role)
            if kind is not None:
                widest[kind] = max(widest.get(kind, 0.0), ems(block.label))
            if isinstance(block, Heading):
                name = anchors.neutral(len(targets) + 1)
                targets.setdefault(block.anchor, Target(name, block.label, block.text, not slot.text))
            elif block.role == "numbered" and unit.anchor not in targets:
                name = anchors.neutral(len(targets) + 1)
                targets[unit.anchor] = Target(name, block.label, "", not slot.text)
    looks = {kind: widened(look, widest.get(kind, 0.0), frame) for kind, look in frame.looks.items()}
    return Layout(tuple(slots), targets, lists, looks)


@functools.lru_cache(maxsize=4096)
def ems(label: str) -> float:
    """Return about how wide a label is, in ems of its type."""
    return sum(
        0.28 if c in _NARROW else 0.88 if c in _BROAD else 0.62 if c.isupper() or not c.isascii() else 0.53
        for c in label
    )


def widened(look: LevelLook, width: float, frame: Frame) -> LevelLook:
    """Return a level with room for labels of this width in ems; as it is where they fit."""
    size = next((m.size for n, m in frame.metrics.items() if frame.paragraphs[n] == look.style), 11.0)
    need = int((width + 0.5) * size * 20) + 100  # half an em parts label and words
    if not look.hang.hanging or need <= look.hang.hanging:
        return look
    return LevelLook(look.style, Hang(look.hang.left - look.hang.hanging + need, need), look.run)


def _slot(lists: Lists, block: Heading | Paragraph) -> Slot:
    if isinstance(block, Heading):
        kind = _HEADING_KINDS.get(block.role)
        return lists.slot(kind, block.label) if kind and block.label else Slot(numbering.UNNUMBERED, 0, block.label)
    if block.role == "numbered":
        return lists.slot("paragraph", block.label)
    if block.role == "point":
        return lists.point("point", block.label, block.restart)
    if block.role == "subpoint":
        return lists.point("subpoint", block.label, block.restart)
    if block.role == "bullet":
        return Slot(numbering.BULLETS, 0)
    return Slot(None, 0, block.label)


@dataclass(slots=True)
class Drawer:
    """Draws the units of one draft; keeps count of bookmarks, pictures and captions on the way."""

    draft: Draft
    style: HouseStyle
    frame: Frame
    layout: Layout
    pen: Pen
    controls: bool
    _at: int = 0
    _bookmarks: int = 0
    _charts: list[Chart] = field(default_factory=list)
    _items: list[Item] = field(default_factory=list)
    _captions: dict[str, int] = field(default_factory=dict)
    _opening: bool = False
    _width: int = 0
    _drawn: set[str] = field(default_factory=set)
    _anchor: str = ""

    def body(self) -> Body:
        """Return all units."""
        pieces: list[str] = []
        bases: list[Base] = []
        wide = False
        first_section = True
        for unit in self.draft.units:
            now_wide = any(isinstance(b, Table) and b.landscape for b in unit.blocks)
            if now_wide != wide and (pieces or now_wide):
                pieces.append(self._section_end(wide, first_section))
                first_section = False
            wide = now_wide
            self._width = self.frame.page.wide_width if wide else self.frame.page.text_width
            self._items, self._anchor = [], unit.anchor
            notes = len(self.pen.notes)
            pieces.append(self._unit(unit))
            bases.append(self._base(unit, self.pen.notes[notes:]))
        if wide:
            pieces.append(self._section_end(True, first_section))
        return Body("".join(pieces), tuple(bases), tuple(self._charts))

    def _base(self, unit: Unit, notes: Sequence[Footnote]) -> Base:
        """Return the words of a unit just drawn, with the notes that were drawn in it."""
        label = next((b.label for b in unit.blocks if isinstance(b, (Heading, Paragraph)) and b.label), "")
        items = tuple(item for item in self._items if not item.blank)
        noted = tuple(worded(n.inlines, "footnote text") for n in notes)
        alias = unit.alias[: anchors.TAG_LIMIT]
        return Base(unit.anchor, unit.origin.id, unit.origin.valid_from, items, noted, alias, label)

    def _unit(self, unit: Unit) -> str:
        xml = self._blocks(unit.blocks)
        if not xml or self.draft.audience == "public":
            return xml
        self._bookmarks += 1
        start = f'<w:bookmarkStart w:id="{self._bookmarks}" w:name="{anchors.bookmark(unit.anchor)}"/>'
        end = f'<w:bookmarkEnd w:id="{self._bookmarks}"/>'
        if xml.startswith("<w:p>"):
            place = xml.index("</w:pPr>") + len("</w:pPr>")
            xml = xml[:place] + start + xml[place:]
        else:
            xml = start + xml
        xml = xml.removesuffix("</w:p>") + end + "</w:p>"
        if not self.controls:
            return xml
        alias = runs.attribute(unit.alias[: anchors.TAG_LIMIT])
        return (
            f'<w:sdt><w:sdtPr><w:alias w:val="{alias}"/><w:tag w:val="{runs.attribute(unit.anchor)}"/>'
            f'<w:id w:val="{anchors.control_id(unit.anchor)}"/></w:sdtPr><w:sdtContent>{xml}</w:sdtContent></w:sdt>'
        )

    def _blocks(self, blocks: Sequence[Block]) -> str:
        pieces: list[str] = []
        for place, block in enumerate(blocks):
            after = blocks[place + 1] if place + 1 < len(blocks) else None
            if isinstance(block, Paragraph):
                pieces.append(self._paragraph(block, _leads(block, after)))
            elif isinstance(block, Heading):
                pieces.append(self._heading(block))
            elif isinstance(block, Table):
                pieces.append(self._table(block))
            elif isinstance(block, Box):
                pieces.append(self._box(block))
            else:
                pieces.append(self._chart(block))
        return "".join(pieces)

    def _next_slot(self) -> Slot:
        self._at += 1
        return self.layout.slots[self._at - 1]

    def _heading(self, heading: Heading) -> str:
        slot = self._next_slot()
        level = min(max(heading.level, 1), 3)
        style = self.frame.paragraphs[f"heading {level}"]
        place = ""
        if slot.num == numbering.UNNUMBERED and not slot.text:
            # Without a number nothing stands out to the side: chapters begin at the edge, lesser ones with the text.
            left = 0 if level == 1 else self.frame.looks["clause"].hang.left
            place = f'<w:ind w:left="{left}" w:firstLine="0"/>'
        elif heading.role in _HEADING_KINDS:
            # A number that stands as text is in no list, which would give it its place.
            place = self._room(_HEADING_KINDS[heading.role], heading.label if level == 1 else "", bool(slot.text))
        target = self.layout.targets.get(heading.anchor)
        look = self._number_look(_HEADING_KINDS.get(heading.role))
        label = self._literal(slot, look)
        text = self.pen.text(heading.text)
        if target is not None and heading.anchor not in self._drawn:
            self._drawn.add(heading.anchor)
            if slot.text:
                label = self._literal(slot, look, target)
            else:
                text = self._marked(target, text)
        self._opening = level == 1
        self._items.append(Words(heading.text, style=f"heading {level}", label=slot.text))
        return f"<w:p><w:pPr>{_style(style)}{_numbered(slot)}{place}</w:pPr>{label}{text}</w:p>"

    def _room(self, kind: Kind, label: str = "", always: bool = False) -> str:
        """Return the indent of a numbered paragraph where its style's own has no room for the label.

        Numbers of one kind share a place; that of a chapter or annex, alone on its page, fits its own label.
        """
        usual = self.frame.looks[kind]
        wide = widened(usual, ems(label), self.frame) if label else self.layout.looks[kind]
        if wide.hang == usual.hang and not always:
            return ""
        return f'<w:ind w:left="{wide.hang.left}" w:hanging="{wide.hang.hanging}"/>'

    def _marked(self, target: Target, xml: str) -> str:
        self._bookmarks += 1
        number = self._bookmarks
        return f'<w:bookmarkStart w:id="{number}" w:name="{target.bookmark}"/>{xml}<w:bookmarkEnd w:id="{number}"/>'

    def _number_look(self, kind: Kind | None) -> str:
        """Return the `w:rPr` that the numbers of a kind have, as XML."""
        return self.layout.looks[kind].run if kind else ""

    def _literal(self, slot: Slot, look: str, target: Target | None = None) -> str:
        """Return a number that stands as text, in its bookmark where it is referred to."""
        if not slot.text:
            return ""
        shown = self.pen.text(slot.text)
        if look and "<w:rPr>" not in shown:
            shown = shown.replace("<w:r>", f"<w:r><w:rPr>{look}</w:rPr>")
        return (self._marked(target, shown) if target else shown) + "<w:r><w:tab/></w:r>"

    def _paragraph(self, paragraph: Paragraph, keep: bool, style: str = "", hang: Hang | None = None) -> str:
        slot = self._next_slot()
        role = paragraph.role
        if style and role == "numbered" and slot.num is None and not slot.text:
            # The style of a box counts nothing: the list is named in the paragraph.
            slot = Slot(*numbering.where(self.draft.numbering, "paragraph"))
        name = style or ("chapter opener" if role == "lead" and self._opening else ROLE_STYLES[role])
        self._opening = False
        place = ""
        if hang is not None:
            place = f'<w:ind w:left="{hang.left}" w:hanging="{hang.hanging}"/>'
        elif role == "bullet" or slot.text:
            at = self.frame.bullet if role == "bullet" else self._hang(role)
            place = f'<w:ind w:left="{at.left}" w:hanging="{at.hanging}"/>'
        elif role == "numbered":
            place = self._room("paragraph")
        inner = self.pen.write(paragraph.inlines)
        self._items.append(worded(paragraph.inlines, name, slot.text))
        look = self._number_look(_KINDS.get(role))
        label = self._literal(slot, look)
        for anchor, target in self._waiting(paragraph):
            self._drawn.add(anchor)
            if slot.text:
                label = self._literal(slot, look, target)
            else:
                inner = self._marked(target, inner)
        keeps = "<w:keepNext/>" if keep else ""
        return (
            f"<w:p><w:pPr>{_style(self.frame.paragraphs[name])}{keeps}{_numbered(slot)}{place}</w:pPr>"
            f"{label}{inner}</w:p>"
        )

    def _waiting(self, paragraph: Paragraph) -> Iterator[tuple[str, Target]]:
        """Yield the target that a numbered paragraph is, where a unit without heading begins with it."""
        if paragraph.role != "numbered":
            return
        target = self.layout.targets.get(self._anchor)
        if target is not None and self._anchor not in self._drawn and not target.text:
            yield self._anchor, target

    def _hang(self, role: str) -> Hang:
        kinds: dict[str, Kind] = {"numbered": "paragraph", "point": "point", "subpoint": "subpoint"}
        return self.layout.looks[kinds.get(role, "paragraph")].hang

    def _table(self, table: Table) -> str:
        caption = self._caption(table.label, table.caption, "Table", keep=True)
        setting = self._setting()
        xml = tables.drawn(table, self._width, setting)
        self._items += _rows(table)
        lead = "" if caption else tables.spacer(60, keep=True)
        return caption + lead + xml + tables.spacer(200)

    def _setting(self) -> tables.Setting:
        ids = self.frame.paragraphs
        return tables.Setting(
            self.style.table,
            ids["table head"],
            ids["table text"],
            self.frame.metrics["table head"].size,
            self.pen.write,
            self.pen.text,
            self.frame.rtl,
        )

    def _box(self, box: Box) -> str:
        ids = self.frame.paragraphs
        title = ""
        before, self._items = self._items, []
        if box.title:
            title = f"<w:p><w:pPr>{_style(ids['box title'])}<w:keepNext/></w:pPr>{self.pen.text(box.title)}</w:p>"
            self._items.append(Words(box.title, style="box title"))
        inner = []
        for paragraph in box.paragraphs:
            step = {"numbered": 2, "point": 1, "bullet": 1, "subpoint": 2}.get(paragraph.role, 0)
            hang = Hang(400 * step, 800 if paragraph.role == "numbered" else 400) if step else None
            inner.append(self._paragraph(paragraph, False, "box text", hang))
        self._items = [*before, Row((tuple(i for i in self._items if isinstance(i, Words)),))]
        content = title + "".join(inner) or f"<w:p><w:pPr>{_style(ids['box text'])}</w:pPr></w:p>"
        indent = self.frame.looks["clause"].hang.left
        xml = tables.boxed(content, self._width - indent - 60, indent, self.style.boxes[box.kind], self.frame.rtl)
        return xml + tables.spacer(140)

    def _chart(self, chart: Chart) -> str:
        self._charts.append(chart)
        number = len(self._charts)
        width = int(min(self._width, 9000) / 1440 * 25.4 * EMU_PER_MM)
        height = int(self.style.places["chart"]) * EMU_PER_MM
        name = runs.attribute(chart.label or f"Figure {number}")
        drawing = (
            '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{width}" cy="{height}"/>'
            f'<wp:docPr id="{FIRST_PICTURE + number - 1}" name="{name}" descr="{runs.attribute(chart.alt)}"/>'
            "<wp:cNvGraphicFramePr/><a:graphic>"
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
            f'<c:chart r:id="rIdChart{number}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
        )
        place = '<w:ind w:left="0" w:firstLine="0"/>'
        figure = f"<w:p><w:pPr>{_style(self.frame.paragraphs['normal'])}<w:keepNext/>{place}</w:pPr>{drawing}</w:p>"
        self._items.append(Words(OBJECT, (f"{PICTURE} {chart.alt}",), ("",), style="normal"))
        return figure + self._caption(chart.label, chart.caption, "Figure", keep=False)

    def _caption(self, label: str, words: str, counter: str, keep: bool) -> str:
        if not label and not words:
            return ""
        digits = label[len(label.rstrip("0123456789")) :]
        self._captions[counter] = self._captions.get(counter, 0) + 1
        if digits and int(digits) == self._captions[counter]:
            bare = label.removesuffix(digits)
            kept = Words(bare + OBJECT, (f"{FIELD} SEQ {counter}",), (digits,))
            shown = self.pen.text(bare, bold=True) + field_(
                f"SEQ {counter} \\* ARABIC", self.pen.text(digits, bold=True), BOLD
            )
        else:
            kept = Words(label)
            shown = self.pen.text(label, bold=True)
            self._captions[counter] -= 0 if digits else 1
        gap = "\u2002" if label and words else ""
        looks = ((0, "b"), (len(kept.text), ""))[: 2 if gap else 1] if label else ()
        self._items.append(replace(kept, text=kept.text + gap + words, looks=looks, style="caption"))
        keeps = "<w:keepNext/>" if keep else ""
        style = _style(self.frame.paragraphs["caption"])
        return f"<w:p><w:pPr>{style}{keeps}</w:pPr>{shown}{self.pen.text(gap + words)}</w:p>"

    def _section_end(self, wide: bool, first: bool) -> str:
        """Return a paragraph that ends a section; it takes no height, so that no empty page comes of it."""
        section = self.frame.page.section if not wide else wide_section(self.frame.page)
        if not first:
            section = going_on(section)
        small = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
        return f"<w:p><w:pPr>{small}{section}</w:pPr></w:p>"


def _rows(table: Table) -> Iterator[Row]:
    if table.look != "key":
        yield Row(tuple(solid([Words(c.title, style="table head")]) for c in table.columns))
    for row in table.rows:
        heads = [cell.heads_row or (table.look == "key" and place == 0) for place, cell in enumerate(row)]
        yield Row(
            tuple(
                solid(worded(inlines, "table head" if head else "table text") for inlines in cell.paragraphs)
                for cell, head in zip(row, heads, strict=True)
            )
        )


def _leads(paragraph: Paragraph, after: Block | None) -> bool:
    """Return whether a paragraph introduces the list or table after it, and so must keep to its first line."""
    if isinstance(after, Table):
        return not after.landscape
    return isinstance(after, Paragraph) and after.role in _LISTED and paragraph.role not in _LISTED


def _style(style: str) -> str:
    return f'<w:pStyle w:val="{style}"/>'


def _numbered(slot: Slot) -> str:
    if slot.num is None:
        return ""
    return f'<w:numPr><w:ilvl w:val="{slot.level}"/><w:numId w:val="{slot.num}"/></w:numPr>'
