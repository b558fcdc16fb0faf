"""The units of a file as they read there: their lines and notes, also in the form in which a file keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.revise.finding import Found, found
from pipeline.revise.grafting import Story
from pipeline.word import anchors, counting, names, package, relations
from pipeline.word.anchors import Base, Kept
from pipeline.word.story import TEXT, Line, P, Paragraph, Reader
from pipeline.word.wording import Item, Row, Words

ENDNOTES = names.REL_TYPE + "endnotes"


@dataclass(eq=False, slots=True)
class Footnote:
    """A footnote in a file: its number, the paragraph with its mark, its first paragraph, and what it says."""

    number: str
    paragraph: Paragraph
    held: Paragraph | None
    words: Words


@dataclass(eq=False, slots=True)
class Standing:
    """A unit in a file: where it stands, its lines, and its notes."""

    unit: Found
    lines: list[Line]
    notes: list[Footnote]

    @property
    def noted(self) -> tuple[str, ...]:
        """The text of each footnote."""
        return tuple(n.words.text for n in self.notes)

    @property
    def words(self) -> tuple[Item, ...]:
        """Its paragraphs and rows, blank ones left out."""
        return tuple(line.words for line in self.lines if not line.words.blank)


def opened(data: bytes, file: str) -> tuple[Story, Kept | None]:
    """Return a Word file as a story, and what it tells of the units that we wrote into it.

    Raises:
        Faulty: It is no Word file, damaged, or beyond the limits.
    """
    parts = package.opened(data, file)
    kept = anchors.kept(parts)
    names_ = (names.STYLES, names.FOOTNOTES, names.NUMBERING, relations.part(parts, ENDNOTES))
    styles, notes, numbering, endnotes = (package.parsed(parts[n], n, file) if n in parts else None for n in names_)
    reader = Reader.of(styles if styles is not None else etree.Element("none"), kept or Kept({}, {}))
    document = package.parsed(parts[names.DOCUMENT], names.DOCUMENT, file)
    return Story(parts, document, notes, numbering, reader, file, endnotes, styles), kept


def read(unit: Found, story: Story) -> Standing:
    """Read a unit with its footnotes; a note that the file does not hold reads as empty."""
    found_ = story.reader.lines(unit.blocks)
    notes: list[Footnote] = []
    for paragraph in paragraphs(found_):
        for number in paragraph.notes:
            element = story.note(number)
            held = story.reader.paragraphs(element) if element is not None else []
            text = "\n".join(p.words.printed for p in held).strip()
            notes.append(Footnote(number, paragraph, held[0] if held else None, Words(text)))
    return Standing(unit, found_, notes)


def number_of(unit: Found, numbers: Mapping[etree._Element, str]) -> str:
    """Return the number that a file prints before a unit, empty where it prints none.

    Args:
        unit: Where the unit was found.
        numbers: What Word counts before paragraphs (`counting.labels`).
    """
    elements = (p for block in unit.blocks for p in block.iter(P))
    first = next((p for p in elements if any(t.text for t in p.iter(TEXT))), None)
    return "" if first is None else numbers.get(first) or counting.typed(first)


def paragraphs(some: Sequence[Line]) -> list[Paragraph]:
    """Return the paragraphs of lines, those in cells included."""
    return [
        p for line in some for p in ([line] if isinstance(line, Paragraph) else [x for c in line.paragraphs for x in c])
    ]


def as_read(data: bytes, file: str) -> Kept:
    """Return what a file says of itself, with the words of each unit as they read there now and not as we wrote them.

    Raises:
        Faulty: It is no Word file, damaged, or beyond the limits.
    """
    story, kept = opened(data, file)
    known = kept or Kept({}, {})
    units: dict[str, Base] = {}
    for unit in found(story.document, kept).units:
        there = read(unit, story)
        base = known.units.get(unit.anchor, Base(unit.anchor, "", "", ()))
        notes = tuple(n.words for n in there.notes)
        units[unit.anchor] = replace(base, items=there.words, notes=notes)
    return replace(known, units=units)


def spelled(kept: Kept) -> Kept:
    """Return what a file says of itself, with numbers that stand as text told as words like any others."""
    units = {a: replace(unit, items=tuple(_spelled(i) for i in unit.items)) for a, unit in kept.units.items()}
    return replace(kept, units=units)


def _spelled(item: Item) -> Item:
    if isinstance(item, Row):
        return Row(tuple(tuple(_words(w) for w in cell) for cell in item.cells))
    return _words(item)


def _words(words: Words) -> Words:
    if not words.label:
        return words
    front = f"{words.label}\t"
    looks = tuple((at + len(front), look) for at, look in words.looks)
    return replace(words, text=front + words.text, looks=looks, label="")
