"""Whether a PDF says what a Word file says: every word of every paragraph, in order.

Compared are letters and digits, without regard to capitals, accents' storage, spaces, line breaks, hyphens and signs,
which a PDF does not keep. The Word file is read with its pending changes accepted. What a print adds may stand at the
end of a page: running headers and footers, page numbers, heading rows that repeat, and footnotes, which must all be
there. Before a paragraph may stand its number, the table of contents, the words of a chart or of a text box. What a
cross-reference prints may differ, since Word counts anew when it prints. Cells of one table row may be broken off and
go on in any order.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.source import pdf_words
from pipeline.word import counting, names
from pipeline.word.names import w
from pipeline.word.package import parsed
from pipeline.word.story import Paragraph, Reader, TableRow, style_names
from pipeline.word.wording import NOTE, OBJECT, PICTURE

PROBE = 14
"""Letters that must go on as expected behind what a print adds."""
MOST_STEPS = 3_000
"""Ways that are tried to explain what stands between two words before it counts as a difference."""
MOST_LISTED = 50_000
"""Likewise for a table of contents."""
QUOTED = 60
"""Characters of each side that a difference quotes."""
_LABEL = re.compile(r"\d{1,6}[^\W\d_]{0,2}|[ivxlc]{1,7}|[^\W\d_]{1,2}")
"""A label, such as those of `5.3A`, `iv` or `(a)`."""
_DIGITS = re.compile(r"[0-9]{1,12}")
_ROMAN = re.compile(r"[ivxlc]{1,7}")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where the two differ.

    Attributes:
        page: Page of the PDF, from 1.
        word: How the Word file goes on there.
        pdf: How the PDF goes on; empty at its end.
    """

    page: int
    word: str
    pdf: str


@dataclass(frozen=True, slots=True)
class _Gap:
    """What may print otherwise than it stands in the Word file: a reference, a field, the number of a note."""

    shown: str
    note: bool = False


_Atom = str | _Gap


@dataclass(frozen=True, slots=True)
class _Strand:
    """A paragraph, or what is left of it.

    Attributes:
        atoms: The letters of its words, and what stands between them.
        label: The number that Word prints before it, empty where none; None for the rest of a paragraph.
    """

    atoms: tuple[_Atom, ...]
    label: str | None = ""


@dataclass(frozen=True, slots=True)
class _Print:
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

    rows: tuple[tuple[_Strand, ...], ...]
    notes: tuple[tuple[tuple[_Atom, ...], ...], ...]
    contents: tuple[str, ...]
    running: tuple[re.Pattern[str], ...]
    boxes: tuple[str, ...]
    drawn: tuple[str, ...]
    bullets: tuple[str, ...]


def difference(parts: Mapping[str, bytes], file: str, pdf: bytes) -> Difference | None:
    """Return the first place where a PDF says something else than a Word file, None where they agree.

    Args:
        parts: The Word file's parts.
        file: Its name, for messages.
        pdf: The PDF.

    Raises:
        Unreadable: The PDF cannot be read.
        Faulty: A part of the Word file is damaged.
    """
    printed = _printed(parts, file)
    found = _Reading(printed, pdf_words.pages(pdf)).compared()
    if found is None or not any(_leftward(a) for row in printed.rows for s in row for a in s.atoms):
        return found
    return _Reading(printed, pdf_words.pages(pdf, turned=True)).compared()


def _leftward(atom: _Atom) -> bool:
    return isinstance(atom, str) and unicodedata.bidirectional(atom[0]) in ("R", "AL")


# What the Word file prints


def _printed(parts: Mapping[str, bytes], file: str) -> _Print:
    """Return what a Word file prints."""

    def root(name: str) -> etree._Element | None:
        return parsed(parts[name], name, file) if name in parts else None

    styles, document = root(names.STYLES), root(names.DOCUMENT)
    if document is None:
        raise ValueError("a Word file has a document")
    reader = Reader(style_names(styles) if styles is not None else {})
    numbers = {e: _letters(label) for e, label in counting.labels(parts, document).items()}
    rows: list[tuple[_Strand, ...]] = []
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
            contents += (_joined(s.atoms[:-1] if _ends_in_page(s) else s.atoms) for s in strands)
            rows += [()] if rows[-1:] != [()] else []
            continue
        if style.startswith("heading "):
            headings += (f"{label}{_joined(s.atoms)}" for s in strands for label in (s.label, ""))
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
            drawn += (_letters(t.text or "") for t in parsed(parts[name], name, file).iter("{*}v", "{*}t"))
    notes = tuple(
        tuple(
            _notes(root(f"word/{kind}.xml"), [r.lstrip("-") for r in references if r.startswith("-") == ends], reader)
        )
        for kind, ends in (("footnotes", False), ("endnotes", True))
    )
    return _Print(
        tuple(rows), notes, tuple(dict.fromkeys((*contents, *headings))) if contents else (), tuple(running),
        tuple(dict.fromkeys(_boxes(document, reader))), tuple(dict.fromkeys(word for word in drawn if word)),
        tuple(dict.fromkeys(_bullets(root(names.NUMBERING)))),
    )  # fmt: skip


def _strand(paragraph: Paragraph, numbers: Mapping[etree._Element, str]) -> _Strand:
    words = paragraph.words
    found: list[_Atom] = []
    signs = iter(zip(words.signs, words.shown, strict=True))
    for place, piece in enumerate(words.text.split(OBJECT)):
        if place:
            sign, shown = next(signs)
            if not sign.startswith(PICTURE):
                found.append(_Gap(_letters(shown), sign == NOTE))
        found += (letters for word in piece.split() if (letters := _letters(word)))
    label = next((numbers[e] for e in paragraph.elements if e in numbers), "")
    return _Strand(tuple(found) if any(isinstance(a, str) or a.shown for a in found) else (), label)


def _ends_in_page(strand: _Strand) -> bool:
    last = strand.atoms[-1]
    return isinstance(last, _Gap) or last.isdigit()


def _letters(text: str) -> str:
    """Return the letters and digits of a text in the one form in which they are compared."""
    if text.isascii():
        return "".join([c for c in text.lower() if c.isalnum()])
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join([c for c in folded if c.isalnum() or unicodedata.category(c)[0] == "M"])


def _joined(atoms: Iterable[_Atom]) -> str:
    return "".join(a if isinstance(a, str) else a.shown for a in atoms)


def _pattern(atoms: Sequence[_Atom]) -> re.Pattern[str]:
    """Return what finds a line that stands on each page: its first words and, whatever fields print, the rest."""
    pieces = [re.escape(a) if isinstance(a, str) else r"\w{0,80}?" for a in atoms]
    while pieces and not isinstance(atoms[len(pieces) - 1], str):
        pieces.pop()  # a number at the end is explained as one
    return re.compile("".join(pieces))


def _boxes(story: etree._Element | None, reader: Reader) -> Iterator[str]:
    """Yield the paragraphs of text boxes; a box is written twice in a file, for older readers as well."""
    for box in story.iter(w("txbxContent")) if story is not None else ():
        yield from (_joined(s.atoms) for p in reader.paragraphs(box) if (s := _strand(p, {})).atoms)


def _bullets(numbering: etree._Element | None) -> Iterator[str]:
    """Yield the letters that serve as bullets: some typefaces draw a sign for a letter."""
    for level in numbering.iter(w("lvl")) if numbering is not None else ():
        form, text = level.find(w("numFmt")), level.find(w("lvlText"))
        if form is not None and text is not None and form.get(w("val")) == "bullet":
            yield from (letters for c in str(text.get(w("val"), "")) if (letters := _letters(c)))


def _notes(story: etree._Element | None, order: Sequence[str], reader: Reader) -> Iterator[tuple[_Atom, ...]]:
    if story is None:
        return
    by_id = {str(n.get(w("id"))): n for n in story}
    for number in dict.fromkeys(order):
        if number in by_id:
            yield tuple(a for p in reader.paragraphs(by_id[number]) for a in _strand(p, {}).atoms)


# Reading along


@dataclass(frozen=True, slots=True)
class _State:
    """How far both files are read.

    Attributes:
        at: The place in the PDF.
        notes: The note and its atom that come next, of footnotes and of endnotes.
        listed: Which lines of the table of contents were met, a bit for each.
        beside: True where a running line, or the words of a text box or chart, were met.
    """

    at: int
    notes: tuple[tuple[int, int], ...]
    listed: int = 0
    beside: bool = False


class _Reading:
    """Reads along in both files, and explains what the PDF has between."""

    def __init__(self, printed: _Print, pages: Sequence[str]) -> None:
        self.printed = printed
        self.pages = pages
        folded = [_letters(page) for page in pages]
        self.text = "".join(folded)
        ends = [0]
        for page in folded:
            ends.append(ends[-1] + len(page))
        self.ends = ends
        self.state = _State(0, tuple((0, 0) for _ in printed.notes))
        self.found: set[str] = set()
        self.expected: tuple[_Atom, ...] = ()

    def compared(self) -> Difference | None:
        for row in self.printed.rows:
            if not row:
                self._contents()
            elif not self._row(row):
                return self._difference(self.expected)
        if not self._through((), None):
            return self._difference(())
        for notes, (note, atom) in zip(self.printed.notes, self.state.notes, strict=True):
            if note < len(notes):
                return self._difference(notes[note][atom:])
        lost = next((b for b in self.printed.boxes if b not in self.found), None)
        return None if lost is None else self._difference((lost,))

    def _contents(self) -> None:
        """Pass over the table of contents: as many of its lines as follow here, each once, with numbers and pages."""
        seen = {(self.state.at, self.state.notes)}
        waiting = [self.state]
        while waiting and len(seen) < MOST_LISTED:
            state = waiting.pop()
            if state.listed.bit_count() > self.state.listed.bit_count():
                self.state = state
            for one in self._added(state):
                if (one.at, one.notes) not in seen:
                    seen.add((one.at, one.notes))
                    waiting.append(one)

    def _row(self, row: tuple[_Strand, ...]) -> bool:
        """Read the paragraphs of one row: each as far as it goes, then the next, until all are read."""
        waiting = row
        while waiting:
            left = tuple(self._strand(strand) for strand in waiting)
            if all(len(rest) == len(strand.atoms) for rest, strand in zip(left, waiting, strict=True)):
                self.expected = left[0]
                return False
            labels = (s.label if len(rest) == len(s.atoms) else None for rest, s in zip(left, waiting, strict=True))
            waiting = tuple(_Strand(rest, label) for rest, label in zip(left, labels, strict=True) if rest)
        return True

    def _strand(self, strand: _Strand) -> tuple[_Atom, ...]:
        """Read a paragraph; return what of it does not follow here."""
        atoms, label = strand.atoms, strand.label
        while atoms:
            atom = atoms[0]
            if isinstance(atom, _Gap):
                atoms = atoms[1:]
                self._gap(atom, atoms, label)
            elif self._follows((atom,) if label is None else atoms, self.state.at) or self._through(atoms, label):
                self.state = replace(self.state, at=self.state.at + len(atom))
                atoms = atoms[1:]
            elif (held := self._broken(atom, atoms[1:])) > 0:
                atoms = (atom[held:], *atoms[1:])
            else:
                return atoms
            label = None
        return ()

    def _broken(self, atom: str, rest: tuple[_Atom, ...]) -> int:
        """Read the part of a word that stands before the end of a page; return how many letters that are, else 0."""
        before = self.state
        held = next((n for n in range(len(atom) - 1, 0, -1) if self.text.startswith(atom[:n], before.at)), 0)
        if held:
            self.state = replace(before, at=before.at + held)
            if self._through((atom[held:], *rest), None):
                return held
            self.state = before
        return 0

    def _gap(self, gap: _Gap, rest: Sequence[_Atom], label: str | None) -> None:
        """Pass over what a reference prints: as the Word file has it, or counted anew."""
        at = self.state.at
        ends: list[int] = []
        if gap.note:
            found = _DIGITS.match(self.text, at)
            ends += range(found.end(), at, -1) if found else []
        elif self.text.startswith(gap.shown, at):
            ends.append(at + len(gap.shown))
        elif gap.shown and self._through((gap.shown,), label):
            ends.append(self.state.at + len(gap.shown))
        else:
            words = re.match(r"\D*", gap.shown)
            start = at + (words.end() if words and self.text.startswith(words[0], at) else 0)
            ends += [end for begin in (start, at) for end in self._labels(begin)]
        ends.append(at)
        end = next((end for end in ends if self._follows(rest, end)), ends[0])
        self.state = replace(self.state, at=end)

    def _follows(self, rest: Sequence[_Atom], at: int) -> bool:
        """Tell whether the PDF goes on with some atoms; at the end of a paragraph whatever follows is right."""
        probe = ""
        for atom in rest:
            if isinstance(atom, _Gap) or len(probe) >= PROBE:
                break
            probe += atom
        return self.text.startswith(probe, at)

    def _through(self, rest: Sequence[_Atom], label: str | None) -> bool:
        """Pass over what a print adds, up to where some atoms follow or, where there are none, up to the end.

        Args:
            rest: What is to follow.
            label: The number before it, empty where none; None within a paragraph, where nothing is added but at the
                end of a page.
        """
        start = replace(self.state, beside=False)
        seen = {(start.at, start.notes)}  # one way to a place is enough
        level = [start]
        while level and len(seen) < MOST_STEPS:
            following: list[_State] = []
            for state in level:
                if not rest and state.at == len(self.text):
                    self.state = state
                    return True
                if rest and self._may(start, state, label):
                    at = next((at for at in self._starts(state.at, label) if self._follows(rest, at)), -1)
                    if at >= 0:
                        self.state = replace(state, at=at)
                        return True
                for one in self._added(state):
                    if (one.at, one.notes) not in seen:
                        seen.add((one.at, one.notes))
                        following.append(one)
            level = following
        return False

    def _may(self, start: _State, state: _State, label: str | None) -> bool:
        """Tell whether what lies between two places may stand there: a page ends in it, or it is known by its words."""
        if state.at == start.at:
            return True
        end = self.ends[bisect_left(self.ends, start.at)]
        return end <= state.at or (label is not None and state.beside)

    def _starts(self, at: int, label: str | None) -> Iterator[int]:
        """Yield where a paragraph may begin: here, behind its number, or behind its bullet."""
        yield at
        if label:
            if self.text.startswith(label, at):
                yield at + len(label)
            yield from self._labels(at)
        if label is not None:
            yield from (at + len(b) for b in self.printed.bullets if self.text.startswith(b, at))

    def _added(self, state: _State) -> Iterator[_State]:
        """Yield the states behind each thing that a print may have added here."""
        at = state.at
        for number, notes in enumerate(self.printed.notes):
            after = self._noted(notes, *state.notes[number], at)
            if after is not None:
                end, note, atom = after
                yield replace(state, at=end, notes=(*state.notes[:number], (note, atom), *state.notes[number + 1 :]))
        for pattern in self.printed.running:
            if (found := pattern.match(self.text, at)) and found.end() > at:
                yield replace(state, at=found.end(), beside=True)
                if roman := _ROMAN.match(self.text, found.end()):  # its last letters may be those of the next word
                    ends = range(found.end() + 1, roman.end() + 1)
                    yield from (replace(state, at=end, beside=True) for end in ends)
        for place, line in enumerate(self.printed.contents):
            if not state.listed >> place & 1 and self.text.startswith(line, at):
                yield replace(state, at=at + len(line), listed=state.listed | 1 << place)
        for box in self.printed.boxes:
            if self.text.startswith(box, at):
                self.found.add(box)
                yield replace(state, at=at + len(box), beside=True)
        for word in self.printed.drawn:
            if self.text.startswith(word, at):
                yield replace(state, at=at + len(word), beside=True)
        if digits := _DIGITS.match(self.text, at):
            yield from (replace(state, at=end) for end in range(at + 1, digits.end() + 1))

    def _labels(self, at: int) -> Iterator[int]:
        """Yield the ends of what may be a label."""
        found = _LABEL.match(self.text, at)
        yield from range(at + 1, found.end() + 1) if found else ()

    def _noted(
        self, notes: tuple[tuple[_Atom, ...], ...], note: int, atom: int, at: int
    ) -> tuple[int, int, int] | None:
        """Return the places behind as much of the next note as stands here; None where it does not."""
        if note >= len(notes):
            return None
        start = at
        for place in range(atom, len(notes[note])):
            one = notes[note][place]
            if isinstance(one, _Gap):
                at += len(one.shown) if self.text.startswith(one.shown, at) else 0
            elif self.text.startswith(one, at):
                at += len(one)
            else:
                return (at, note, place) if at > start else None
        return at, note + 1, 0

    # Telling

    def _difference(self, expected: Iterable[_Atom]) -> Difference:
        at = self.state.at
        number = next((n for n, end in enumerate(self.ends[1:], 1) if at < end), len(self.pages))
        page = self.pages[number - 1] if self.pages else ""
        left, place = at - self.ends[number - 1], 0
        while place < len(page) and (left > 0 or not _letters(page[place])):
            left -= len(_letters(page[place]))
            place += 1
        told = " ".join(a if isinstance(a, str) else a.shown for a in expected)
        return Difference(number, told[:QUOTED], " ".join(page[place:].split())[:QUOTED])
