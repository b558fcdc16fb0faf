"""Where something stands in a draft that people have edited: the section as printed, the clause, and how far into it.

The place within a clause is told in the former text, as it was before all pending changes, so that the same place is
told alike in the files of several reviewers.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.revise.finding import Finding
from pipeline.word.anchors import Kept
from pipeline.word.counting import labels, typed
from pipeline.word.names import w
from pipeline.word.pieces import Piece, Pieces
from pipeline.word.settlement import settle
from pipeline.word.story import TABLE, P, style_of

NOTES = ("footnote", "endnote")
_HEADING = re.compile(r"heading (\d)")
_POINT = re.compile(r"\W*\(.+|\w{1,4}\)")
"""A label of a point or subpoint: `(a)`, `a)`."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands.

    Attributes:
        section: The number of the section as printed, with that of the paragraph and the point; where nothing is
            numbered, the heading before it.
        anchor: `clause:<id>` or `part:<id>` of the unit it stands in, or empty.
        title: What the unit is called.
        after: The anchor of the last unit that begins at or before it.
        offset: How many characters of the former text stand between the beginning of that unit and it.
        within: For a note, how far into the notes.
    """

    section: str = ""
    anchor: str = ""
    title: str = ""
    after: str = ""
    offset: int = 0
    within: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one file.

    Attributes:
        document: Its main story.
        sections: The section of each paragraph.
        anchors: The unit that each paragraph stands in.
        titles: What each unit is called.
        afters: For each piece the last unit that begins at or before it.
        offsets: For each piece how many characters of former text stand between that and it.
        notes: For each note the place of its reference, by kind and number.
        units: The units in the order in which they begin.
    """

    document: Pieces
    sections: Mapping[etree._Element, str]
    anchors: Mapping[etree._Element, str]
    titles: Mapping[str, str]
    afters: Sequence[str]
    offsets: Sequence[int]
    notes: Mapping[tuple[str, str], tuple[int, int]]
    units: tuple[str, ...]

    def unit_of(self, piece: Piece) -> str:
        """Return the anchor of the unit that a piece stands in, or empty."""
        return self.anchors.get(piece.paragraph, "")

    def at(self, story: Pieces, place: int) -> Spot:
        """Return where a piece of a story stands; one behind the last counts as the last."""
        if not story.pieces:
            return Spot()
        piece = story.pieces[min(place, len(story.pieces) - 1)]
        if story is self.document:
            return self._in_document(min(place, len(story.pieces) - 1))
        for kind in NOTES:
            note = next(piece.node.iterancestors(w(kind)), None)
            if note is not None:
                return self._in_note(kind, str(note.get(w("id"))), place)
        where = "header" if story.root.tag == w("hdr") else "footer"
        end = self._in_document(len(self.document.pieces) - 1) if self.document.pieces else Spot()
        return Spot(where, "", "", end.after, end.offset + 1, place)

    def _in_document(self, place: int) -> Spot:
        paragraph = self.document.pieces[place].paragraph
        anchor = self.anchors.get(paragraph, "")
        section, title = self.sections.get(paragraph, ""), self.titles.get(anchor, "")
        return Spot(section, anchor, title, self.afters[place], self.offsets[place])

    def _in_note(self, kind: str, number: str, place: int) -> Spot:
        found = self.notes.get((kind, number))
        if found is None:
            return Spot(kind, within=place)
        count, reference = found
        spot = self._in_document(reference)
        section = ", ".join(s for s in (spot.section, f"{kind} {count}") if s)
        return replace(spot, section=section, within=place + 1)


def places(
    document: Pieces,
    finding: Finding,
    kept: Kept | None,
    numbers: Mapping[etree._Element, str],
    styles: Mapping[str, str],
) -> Places:
    """Return the places of a file.

    Args:
        document: Its main story.
        finding: Which elements belong to which unit.
        kept: What the file keeps of its units, or None where we did not make it.
        numbers: The printed number of each paragraph.
        styles: Folded names of styles by id.
    """
    anchors = {
        paragraph: unit.anchor
        for unit in finding.units
        for block in unit.blocks
        for paragraph in (block.iter(P) if block.tag == TABLE else (block,))
    }
    texts = _texts(document)
    headings = {p: text for p, text in texts.items() if _HEADING.fullmatch(styles.get(style_of(p), ""))}
    titles = _titles(anchors, headings, finding, kept)
    afters: list[str] = []
    offsets: list[int] = []
    after, offset = "", 0
    notes: dict[tuple[str, str], tuple[int, int]] = {}
    counts = dict.fromkeys(NOTES, 0)
    for place, piece in enumerate(document.pieces):
        anchor = anchors.get(piece.paragraph, "")
        if anchor and anchor != after:
            after, offset = anchor, 0
        afters.append(after)
        offsets.append(offset)
        offset += len(piece.text) if piece.before else 0
        if piece.thing in NOTES:
            counts[piece.thing] += 1 if piece.after else 0
            notes[piece.thing, str(piece.node.get(w("id")))] = (counts[piece.thing], place)
    units = tuple(dict.fromkeys(a for a in afters if a))
    return Places(document, _sections(texts, headings, numbers), anchors, titles, afters, offsets, notes, units)


def printed(parts: Mapping[str, bytes], document: Pieces) -> dict[etree._Element, str]:
    """Return the number of each paragraph as it was printed in the draft that was sent out, before all pending changes.

    Args:
        parts: The parts of the file.
        document: Its main story.
    """
    marks = {m for p in document.pieces for m in (*p.marks, *p.changed)}
    if not marks:
        return labels(parts, document.root)
    former = copy.deepcopy(document.root)
    verdicts: dict[etree._Element, bool] = {}
    twins: dict[etree._Element, etree._Element] = {}
    for twin, element in zip(former.iter("*"), document.root.iter("*"), strict=True):
        if element in marks:
            verdicts[twin] = False
        elif element.tag == P:
            twins[twin] = element
    settle(former, verdicts)
    found = {twins[twin]: label for twin, label in labels(parts, former).items()}
    waiting: dict[etree._Element, None] = {}
    for piece in document.pieces:
        if piece.before and not piece.ends:
            waiting[piece.paragraph] = None
        elif piece.before:  # one that ran on to here had the number of this one
            label = found.get(piece.paragraph)
            found.update({p: label for p in waiting if label and p not in found})
            waiting = {}
    return found


def _texts(document: Pieces) -> dict[etree._Element, str]:
    """Return what each paragraph says, in order; one that is deleted, what it said."""
    now: dict[etree._Element, list[str]] = {}
    former: dict[etree._Element, list[str]] = {}
    for piece in document.pieces:
        for said, stands in ((now, piece.after), (former, piece.before)):
            lines = said.setdefault(piece.paragraph, [])
            if stands and not piece.ends:
                lines.append(piece.text)
    ended = [p.paragraph for p in document.pieces if p.ends]
    return {p: _line("".join(now[p])) or _line("".join(former[p])) for p in ended}


def _line(text: str) -> str:
    return " ".join(text.split())


def _titles(
    anchors: Mapping[etree._Element, str], headings: Mapping[etree._Element, str], finding: Finding, kept: Kept | None
) -> dict[str, str]:
    """Return what each unit is called: its heading as it now reads, else its name as we wrote it or editors show it."""
    found: dict[str, str] = {}
    for paragraph, text in headings.items():
        anchor = anchors.get(paragraph, "")
        if anchor and text and anchor not in found:
            found[anchor] = text.removeprefix(typed(paragraph)).strip()
    for anchor, base in (kept.units if kept else {}).items():
        if anchor not in found and base.alias:
            found[anchor] = base.title
    for unit in finding.units:
        alias = None if unit.control is None else unit.control.find(f"{w('sdtPr')}/{w('alias')}")
        if alias is not None:
            found.setdefault(unit.anchor, str(alias.get(w("val"), "")))
    return found


def _sections(
    texts: Mapping[etree._Element, str], headings: Mapping[etree._Element, str], numbers: Mapping[etree._Element, str]
) -> dict[etree._Element, str]:
    """Return the section of each paragraph, as a lawyer would cite it: `5.3`, `Article 12, 2 (a)`, or a heading."""
    found: dict[etree._Element, str] = {}
    heading, number, paragraph = "", "", ""
    for element, text in texts.items():
        label = numbers.get(element, "").strip() or (typed(element) if element in headings else "")
        if not any(c.isalnum() for c in label):
            label = ""
        if element in headings:
            if text or label:
                heading, number, paragraph = text, label, ""
            found[element] = label or heading
            continue
        if label and not _POINT.fullmatch(label):
            own = label.rstrip(".")
            paragraph = own if not number or own.startswith(number) else f"{number}, {own}"
            found[element] = paragraph
            continue
        found[element] = " ".join(s for s in (paragraph or number or heading, label) if s)
    return found
