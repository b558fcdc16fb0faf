"""Three states of one paragraph, word by word: what to change in theirs so that it says what is new in ours.

Words, punctuation and spaces are compared one by one with the shortest list of insertions and deletions that leads from
the base to each side (an alignment by longest common subsequence). Two changes conflict where they touch the same
words, or where one inserts at the edge of what the other changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from pipeline.word.wording import NOTE, OBJECT, REF, Words, filled

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u094f"
)
_EAST = "\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = rf"(?:(?![{_EAST}_])[\w{_MARKS}\u200c\u200d])"
_TOKEN = re.compile(rf"{OBJECT}|\s+|{_LETTER}+(?:[-'\u2019\u2011.,/:](?={_LETTER}){_LETTER}+)*|.", re.DOTALL)
"""A sign, a run of spaces, a word (with hyphens, apostrophes, points and strokes within it), or one other character:
an ideograph is a word of its own."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a space or a sign: where it stands in the paragraph's text, and what it is compared by."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """A stretch of tokens of the base and what one side has in its place, as places in the two lists."""

    start: int
    end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """What to do at one place of theirs, in offsets of the texts.

    Attributes:
        start: Where it begins in theirs.
        end: Where it ends in theirs.
        new_start: Where the new words begin in ours.
        new_end: Where they end in ours.
        base: What the base says there.
        conflict: True where theirs has changed the same words; then theirs stays.
    """

    start: int
    end: int
    new_start: int
    new_end: int
    base: str
    conflict: bool


def tokens(words: Words, notes: Sequence[str] = (), shown: bool = False) -> list[Token]:
    """Return the tokens of a paragraph.

    Args:
        words: The paragraph.
        notes: What each of its notes is compared by, in order; else all notes are alike.
        shown: True where a reference is also compared by what it prints.
    """
    signs, noted = iter(zip(words.signs, words.shown, strict=True)), iter(notes)
    found: list[Token] = []
    for match in _TOKEN.finditer(words.text):
        key = match.group()
        if key == OBJECT:
            sign, prints = next(signs, ("", ""))
            key = OBJECT + (next(noted, NOTE) if sign == NOTE else sign)
            key += prints if shown and sign.startswith(REF) else ""
        found.append(Token(match.start(), match.end(), key))
    return found


def hunks(base: Sequence[Token], side: Sequence[Token]) -> list[Hunk]:
    """Return what a side changes, in order; two changes with nothing but space between them are one."""
    found: list[Hunk] = []
    for op in Indel.opcodes([t.key for t in base], [t.key for t in side]):
        if op.tag == "equal":
            continue
        last = found[-1] if found else None
        if last is not None and all(t.key.isspace() for t in base[last.end : op.src_start]):
            found[-1] = Hunk(last.start, op.src_end, last.new_start, op.dest_end)
        else:
            found.append(Hunk(op.src_start, op.src_end, op.dest_start, op.dest_end))
    return found


def clash(one: Hunk, other: Hunk) -> bool:
    """Tell whether two hunks touch the same words of the base, or one inserts at the edge of the other."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return max(one.start, other.start) < min(one.end, other.end)


def edits(
    base: Words,
    theirs: Words,
    ours: Words,
    notes: tuple[Sequence[str], ...] = ((), (), ()),
    leading: bool = True,
    shown: bool = False,
) -> list[Edit]:
    """Return what to do to theirs, in order.

    Args:
        base: The paragraph as it was.
        theirs: As they have it.
        ours: As it is to be.
        notes: What the notes of each of the three are compared by.
        leading: False where space at the beginning does not count, as in a footnote, where editors put it as they like.
        shown: True where a reference is also compared by what it prints.
    """
    b, t, o = (tokens(words, some, shown) for words, some in zip((base, theirs, ours), notes, strict=True))
    if not leading:
        b, t, o = (some[1:] if some and some[0].key.isspace() else some for some in (b, t, o))
    mine, yours = hunks(b, o), hunks(b, t)
    found: list[Edit] = []
    waiting = list(mine)
    while waiting:
        group = [waiting.pop(0)]
        met: list[Hunk] = []
        grown = True
        while grown:  # what clashes with one of the group joins it, on either side
            fresh = [h for h in yours if h not in met and any(clash(h, g) for g in group)]
            met += fresh
            more = [h for h in waiting if any(clash(h, g) for g in met)]
            group += more
            waiting = [h for h in waiting if h not in more]
            grown = bool(fresh or more)
        start, end = min(h.start for h in (*group, *met)), max(h.end for h in (*group, *met))
        first, last = _through(start, yours, False), _through(end, yours, True)
        new_first, new_last = _through(start, mine, False), _through(end, mine, True)
        same = [x.key for x in t[first:last]] == [x.key for x in o[new_first:new_last]]
        if not (met and same):
            told = printed(base, _offset(b, start), _offset(b, end))
            found.append(Edit(_offset(t, first), _offset(t, last), _offset(o, new_first), _offset(o, new_last), told,
                              bool(met)))  # fmt: skip
    return found


def printed(words: Words, start: int, end: int) -> str:
    """Return what a stretch of a paragraph prints."""
    return filled(words.text[start:end], words.shown[words.text.count(OBJECT, 0, start) :])


def applied(theirs: Words, ours: Words, some: Sequence[Edit]) -> str:
    """Return what a paragraph prints once these edits are accepted."""
    pieces: list[str] = []
    at = 0
    for edit in some:
        pieces += [printed(theirs, at, edit.start), printed(ours, edit.new_start, edit.new_end)]
        at = edit.end
    return "".join([*pieces, printed(theirs, at, len(theirs.text))])


def _through(at: int, some: Sequence[Hunk], closing: bool) -> int:
    """Return the place in a side that a place of the base comes to.

    Args:
        at: The place in the base; no hunk reaches over it.
        some: The side's hunks.
        closing: True for the end of a stretch, within which lies what is inserted there.
    """
    before = [h for h in some if h.end <= at and (closing or h.start < at)]
    return at + before[-1].new_end - before[-1].end if before else at


def _offset(some: Sequence[Token], place: int) -> int:
    return some[place].start if place < len(some) else (some[-1].end if some else 0)
