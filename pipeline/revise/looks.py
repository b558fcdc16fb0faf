"""Changes of look by ours, tracked: emphasis of words that stay, style and list of a paragraph that stays."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from lxml import etree
from rapidfuzz.distance import Indel

from pipeline.revise.grafting import Graft
from pipeline.revise.tokens import Token, tokens
from pipeline.word.marks import Marker
from pipeline.word.names import w
from pipeline.word.story import PPR, RPR, VAL, Paragraph, style_of
from pipeline.word.wording import NOTE, Words

_FIRST = (w("rStyle"), w("rFonts"))
_EMPHASIS = {"b": ("b", "bCs"), "i": ("i", "iCs")}


def changed(
    base: Words, theirs: Paragraph, ours: Paragraph, notes: tuple[Sequence[str], ...], marker: Marker, graft: Graft,
    lists: bool,
) -> bool:  # fmt: skip
    """Mark what ours changes in the look of words and of the paragraph; return whether there was anything.

    Args:
        base: The paragraph as it was.
        theirs: As they have it.
        ours: As it is to be.
        notes: What the notes of each of the three are compared by.
        marker: Writes the marks.
        graft: Says which style and list of theirs is which of ours.
        lists: True where the list that numbers the paragraph counts too.
    """
    some = _paragraph(base, theirs, ours, marker, graft, lists)
    if base.looks == ours.words.looks:
        return some
    for start, end, look in _stretches(base, theirs, ours, notes):
        for run in marker.part(theirs, start, end):
            some = marker.properties(run, "rPr", _emphasised(run, look)) or some
    return some


def look_at(words: Words, place: int) -> str:
    """Return the look of a paragraph's text at an offset."""
    found = ""
    for start, look in words.looks:
        if start > place:
            break
        found = look
    return found


def _stretches(
    base: Words, theirs: Paragraph, ours: Paragraph, notes: tuple[Sequence[str], ...]
) -> list[tuple[int, int, str]]:
    """Return where theirs has words that all three share and that ours has in another look, and that look."""
    b, t, o = (tokens(x, n) for x, n in zip((base, theirs.words, ours.words), notes, strict=True))
    in_theirs, in_ours = _places(b, t), _places(b, o)
    found: list[tuple[int, int, str]] = []
    for i, token in enumerate(b):
        if i not in in_theirs or i not in in_ours or token.key.endswith(NOTE):
            continue
        look = look_at(ours.words, o[in_ours[i]].start)
        there = t[in_theirs[i]]
        if look != look_at(base, token.start) and look != look_at(theirs.words, there.start):
            if found and found[-1][1] == there.start and found[-1][2] == look:
                found[-1] = (found[-1][0], there.end, look)
            else:
                found.append((there.start, there.end, look))
    return found


def _places(base: Sequence[Token], side: Sequence[Token]) -> dict[int, int]:
    """Return for each token of the base that a side still has its place there."""
    found: dict[int, int] = {}
    for op in Indel.opcodes([x.key for x in base], [x.key for x in side]):
        if op.tag == "equal":
            found |= {op.src_start + k: op.dest_start + k for k in range(op.src_end - op.src_start)}
    return found


def _emphasised(run: etree._Element, look: str) -> etree._Element:
    """Return the properties of a run with the emphasis of a look instead of its own."""
    own = run.find(RPR)
    properties = copy.deepcopy(own) if own is not None else etree.Element(RPR)
    for change in properties.findall(w("rPrChange")):
        properties.remove(change)
    for letter, names in _EMPHASIS.items():
        for name in names:
            mark = properties.find(w(name))
            if mark is not None:
                properties.remove(mark)
        if letter in look:
            place = sum(c.tag in (*_FIRST, *(w(n) for n in _EMPHASIS["b"])) for c in properties)
            for k, name in enumerate(names):
                properties.insert(place + k, etree.Element(w(name)))
    return properties


def _paragraph(base: Words, theirs: Paragraph, ours: Paragraph, marker: Marker, graft: Graft, lists: bool) -> bool:
    """Mark another style of a paragraph, and where lists count another list."""
    there, here = theirs.elements[-1], ours.elements[-1]
    styled = base.style and ours.words.style != base.style and theirs.words.style == base.style
    own = here.find(PPR)
    if own is None:
        return False
    if not styled and not (lists and _list(there, None) != _list(here, graft)):
        return False
    fresh = graft.adapted(own)
    if not lists:
        # Only the style is ours to change: what they have set by hand stays.
        there_own = there.find(PPR)
        fresh = copy.deepcopy(there_own) if there_own is not None else etree.Element(PPR)
        style = fresh.find(w("pStyle"))
        if style is None:
            style = etree.Element(w("pStyle"))
            fresh.insert(0, style)
        style.set(VAL, style_of(graft.adapted(here)))
    return marker.properties(there, "pPr", fresh)


def _list(paragraph: etree._Element, graft: Graft | None) -> tuple[str, str]:
    """Return the list and level that a paragraph names itself."""
    number = paragraph.find(f"{PPR}/{w('numPr')}/{w('numId')}")
    level = paragraph.find(f"{PPR}/{w('numPr')}/{w('ilvl')}")
    told = "" if number is None else str(number.get(VAL))
    return graft.lists.of(told) if graft is not None and told else told, "0" if level is None else str(level.get(VAL))
