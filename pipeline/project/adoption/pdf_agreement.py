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

from pipeline.project.adoption.word_print import Atom, Gap, Print, Strand, letters_of, printed
from pipeline.source import pdf_words

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
    whole = printed(parts, file)
    found = _Reading(whole, pdf_words.pages(pdf)).compared()
    if found is None or not any(_leftward(a) for row in whole.rows for s in row for a in s.atoms):
        return found
    return _Reading(whole, pdf_words.pages(pdf, turned=True)).compared()


def _leftward(atom: Atom) -> bool:
    return isinstance(atom, str) and unicodedata.bidirectional(atom[0]) in ("R", "AL")


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

    def __init__(self, printed: Print, pages: Sequence[str]) -> None:
        self.printed = printed
        self.pages = pages
        folded = [letters_of(page) for page in pages]
        self.text = "".join(folded)
        ends = [0]
        for page in folded:
            ends.append(ends[-1] + len(page))
        self.ends = ends
        self.state = _State(0, tuple((0, 0) for _ in printed.notes))
        self.found: set[str] = set()
        self.expected: tuple[Atom, ...] = ()

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

    def _row(self, row: tuple[Strand, ...]) -> bool:
        """Read the paragraphs of one row: each as far as it goes, then the next, until all are read."""
        waiting = row
        while waiting:
            left = tuple(self._strand(strand) for strand in waiting)
            if all(len(rest) == len(strand.atoms) for rest, strand in zip(left, waiting, strict=True)):
                self.expected = left[0]
                return False
            labels = (s.label if len(rest) == len(s.atoms) else None for rest, s in zip(left, waiting, strict=True))
            waiting = tuple(Strand(rest, label) for rest, label in zip(left, labels, strict=True) if rest)
        return True

    def _strand(self, strand: Strand) -> tuple[Atom, ...]:
        """Read a paragraph; return what of it does not follow here."""
        atoms, label = strand.atoms, strand.label
        while atoms:
            atom = atoms[0]
            if isinstance(atom, Gap):
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

    def _broken(self, atom: str, rest: tuple[Atom, ...]) -> int:
        """Read the part of a word that stands before the end of a page; return how many letters that are, else 0."""
        before = self.state
        held = next((n for n in range(len(atom) - 1, 0, -1) if self.text.startswith(atom[:n], before.at)), 0)
        if held:
            self.state = replace(before, at=before.at + held)
            if self._through((atom[held:], *rest), None):
                return held
            self.state = before
        return 0

    def _gap(self, gap: Gap, rest: Sequence[Atom], label: str | None) -> None:
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
            figures = _DIGITS.match(self.text, start)
            ends += [figures.end()] if figures else []  # first, for the next word's letters may look like a part of it
            if figures or gap.shown.isalpha():
                ends += [end for begin in (start, at) for end in self._labels(begin)]
        ends.append(at)
        end = next((end for end in ends if self._follows(rest, end)), at)
        self.state = replace(self.state, at=end)

    def _follows(self, rest: Sequence[Atom], at: int) -> bool:
        """Tell whether the PDF goes on with some atoms; at the end of a paragraph whatever follows is right."""
        probe = ""
        for atom in rest:
            if isinstance(atom, Gap) or len(probe) >= PROBE:
                break
            probe += atom
        return self.text.startswith(probe, at)

    def _through(self, rest: Sequence[Atom], label: str | None) -> bool:
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

    def _noted(self, notes: tuple[tuple[Atom, ...], ...], note: int, atom: int, at: int) -> tuple[int, int, int] | None:
        """Return the places behind as much of the next note as stands here; None where it does not."""
        if note >= len(notes):
            return None
        start = at
        for place in range(atom, len(notes[note])):
            one = notes[note][place]
            if isinstance(one, Gap):
                at += len(one.shown) if self.text.startswith(one.shown, at) else 0
            elif self.text.startswith(one, at):
                at += len(one)
            else:
                return (at, note, place) if at > start else None
        return at, note + 1, 0

    # Telling

    def _difference(self, expected: Iterable[Atom]) -> Difference:
        at = self.state.at
        number = next((n for n, end in enumerate(self.ends[1:], 1) if at < end), len(self.pages))
        page = self.pages[number - 1] if self.pages else ""
        left, place = at - self.ends[number - 1], 0
        while place < len(page) and (left > 0 or not letters_of(page[place])):
            left -= len(letters_of(page[place]))
            place += 1
        told = " ".join(a if isinstance(a, str) else a.shown for a in expected)
        return Difference(number, told[:QUOTED], " ".join(page[place:].split())[:QUOTED])
