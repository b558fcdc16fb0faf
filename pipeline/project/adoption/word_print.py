"""What a Word file prints: the letters of its paragraphs in order, to be found in a PDF that was exported from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from pipeline.word import counting, names
from pipeline.word.names import w
from pipeline.word.package import parsed
from pipeline.word.story import Paragraph, Reader, TableRow, style_names
from pipeline.word.wording import NOTE, OBJECT, PICTURE


@dataclass(frozen=True, slots=True)
class Gap:
    """What may print otherwise than it stands in the Word file: a reference, a field, the number of a note."""

    shown: str
    note: bool = False


Atom = str | Gap


@dataclass(frozen=True, slots=True)
class Strand:
    """A paragraph, or what is left of it.

    Attributes:
        atoms: The letters of its words, and what stands between them.
        label: The number that Word prints before it, empty where none; None for the rest of a paragraph.
    """

    atoms: tuple[Atom, ...]
    label: str | None = ""


@dataclass(frozen=True, slots=True)
class Print:
    """What a Word file prints.

    Attributes:
        rows: Its paragraphs in order, those of one table row together; none where the table of contents stands.
        notes: Its footnotes and its endnotes in the order of their references.
        contents: What the table of contents may list, each line once; nothing where there is none.
        running: What may stand at the beginning or end of any page.
        boxes: What stands in text boxes, each of which must be found somewhere.
        drawn: The words of charts.
        bullets: Letters that serve as bullets.
    """

    rows: tuple[tuple[Strand, ...], ...]
    notes: tuple[tuple[tuple[Atom, ...], ...], ...]
    contents: tuple[str, ...]
    running: tuple[re.Pattern[str], ...]
    boxes: tuple[str, ...]
    drawn: tuple[str, ...]
    bullets: tuple[str, ...]


def printed(parts: Mapping[str, bytes], file: str) -> Print:
    """Return what a Word file prints.

    Args:
        parts: The file's parts.
        file: Its name, for messages.

    Raises:
        Faulty: A part is damaged.
    """

    def root(name: str) -> etree._Element | None:
        return parsed(parts[name], name, file) if name in parts else None

    styles, document = root(names.STYLES), root(names.DOCUMENT)
    if document is None:
        raise ValueError("a Word file has a document")
    reader = Reader(style_names(styles) if styles is not None else {})
    numbers = {e: letters_of(label) for e, label in counting.labels(parts, document).items()}
    rows: list[tuple[Strand, ...]] = []
    contents: list[str] = []
    headings: list[str] = []
    running: list[re.Pattern[str]] = []
    references: list[str] = []
    for line in reader.lines(document.iterfind(f"{w('body')}/*")):
        paragraphs = [line] if isinstance(line, Paragraph) else [p for cell in line.paragraphs for p in cell]
        references += (n for p in paragraphs for n in p.notes)
        strands = tuple(s for p in paragraphs if (s := _strand(p, numbers)).atoms)
        style = line.words.style if isinstance(line, Paragraph) else ""
        if re.fullmatch(r"toc [1-9]", style):
            contents += (joined(s.atoms[:-1] if _ends_in_page(s) else s.atoms) for s in strands)
            rows += [()] if rows[-1:] != [()] else []
            continue
        if style.startswith("heading "):
            headings += (f"{label}{joined(s.atoms)}" for s in strands for label in (s.label, ""))
        if isinstance(line, TableRow) and line.element.find(f"{w('trPr')}/{w('tblHeader')}") is not None:
            running += (_pattern(s.atoms) for s in strands)
        rows += [strands] if strands else []
    drawn: list[str] = []
    for name in sorted(parts):
        if re.fullmatch(r"word/(header|footer)\d*\.xml", name):
            story = parsed(parts[name], name, file)
            running += (_pattern(s.atoms) for p in reader.paragraphs(story) if (s := _strand(p, {})).atoms)
            running += (_pattern((text,)) for text in _boxes(story, reader))
        elif name.startswith("word/charts/chart"):
            drawn += (letters_of(t.text or "") for t in parsed(parts[name], name, file).iter("{*}v", "{*}t"))
    notes = tuple(
        tuple(
            _notes(root(f"word/{kind}.xml"), [r.lstrip("-") for r in references if r.startswith("-") == ends], reader)
        )
        for kind, ends in (("footnotes", False), ("endnotes", True))
    )
    return Print(
        tuple(rows), notes, tuple(dict.fromkeys((*contents, *headings))) if contents else (), tuple(running),
        tuple(dict.fromkeys(_boxes(document, reader))), tuple(dict.fromkeys(word for word in drawn if word)),
        tuple(dict.fromkeys(_bullets(root(names.NUMBERING)))),
    )  # fmt: skip


def _strand(paragraph: Paragraph, numbers: Mapping[etree._Element, str]) -> Strand:
    words = paragraph.words
    found: list[Atom] = []
    signs = iter(zip(words.signs, words.shown, strict=True))
    for place, piece in enumerate(words.text.split(OBJECT)):
        if place:
            sign, shown = next(signs)
            if not sign.startswith(PICTURE):
                found.append(Gap(letters_of(shown), sign == NOTE))
        found += (letters for word in piece.split() if (letters := letters_of(word)))
    label = next((numbers[e] for e in paragraph.elements if e in numbers), "")
    return Strand(tuple(found) if any(isinstance(a, str) or a.shown for a in found) else (), label)


def _ends_in_page(strand: Strand) -> bool:
    last = strand.atoms[-1]
    return isinstance(last, Gap) or last.isdigit()


def letters_of(text: str) -> str:
    """Return the letters and digits of a text in the one form in which they are compared."""
    if text.isascii():
        return "".join([c for c in text.lower() if c.isalnum()])
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join([c for c in folded if c.isalnum() or unicodedata.category(c)[0] == "M"])


def joined(atoms: Iterable[Atom]) -> str:
    """Return atoms as one run of letters."""
    return "".join(a if isinstance(a, str) else a.shown for a in atoms)


_FIELDS = r"\w{0,160}?"
"""What fields print that stand beside each other."""


def _pattern(atoms: Sequence[Atom]) -> re.Pattern[str]:
    """Return what finds a line that stands on each page: its first words and, whatever fields print, the rest."""
    pieces: list[str] = []
    for atom in atoms:
        if isinstance(atom, str):
            pieces.append(re.escape(atom))
        elif pieces[-1:] != [_FIELDS]:  # tried apart, each would be tried at every length of those beside it
            pieces.append(_FIELDS)
    if pieces[-1:] == [_FIELDS]:
        pieces.pop()  # a number at the end is explained as one
    return re.compile("".join(pieces))


def _boxes(story: etree._Element | None, reader: Reader) -> Iterator[str]:
    """Yield the paragraphs of text boxes; a box is written twice in a file, for older readers as well."""
    for box in story.iter(w("txbxContent")) if story is not None else ():
        yield from (joined(s.atoms) for p in reader.paragraphs(box) if (s := _strand(p, {})).atoms)


def _bullets(numbering: etree._Element | None) -> Iterator[str]:
    """Yield the letters that serve as bullets: some typefaces draw a sign for a letter."""
    for level in numbering.iter(w("lvl")) if numbering is not None else ():
        form, text = level.find(w("numFmt")), level.find(w("lvlText"))
        if form is not None and text is not None and form.get(w("val")) == "bullet":
            yield from (letters for c in str(text.get(w("val"), "")) if (letters := letters_of(c)))


def _notes(story: etree._Element | None, order: Sequence[str], reader: Reader) -> Iterator[tuple[Atom, ...]]:
    if story is None:
        return
    by_id = {str(n.get(w("id"))): n for n in story}
    for number in dict.fromkeys(order):
        if number in by_id:
            yield tuple(a for p in reader.paragraphs(by_id[number]) for a in _strand(p, {}).atoms)
