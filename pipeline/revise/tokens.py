"""Three states of one paragraph, word by word: what to change in theirs so that it says what is new in ours.

Words, punctuation and spaces are compared one by one with the shortest list of insertions and deletions that leads from
the base to each side (an alignment by longest common subsequence). Two changes conflict where they touch the same
words, or where one inserts at the edge of what the other changes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Indel

from pipeline.revise.sentences import sentence_ends
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


@dataclass(frozen=True, slots=True, eq=False)
class Clash:
    """A sentence in which both sides have changed the same words, or some that are read as one because of them.

    Attributes:
        base: What it said.
        theirs: What they say in its place.
        ours: What ours says.
        wider: Whether ours changes more in it than the words in conflict.
    """

    base: str
    theirs: str
    ours: str
    wider: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """What to do at one place of theirs, in offsets of the texts.

    Attributes:
        start: Where it begins in theirs.
        end: Where it ends in theirs.
        new_start: Where the new words begin in ours.
        new_end: Where they end in ours.
        clash: Where theirs has changed the same words, and so stays: the sentence; all conflicts in it share it.
    """

    start: int
    end: int
    new_start: int
    new_end: int
    clash: Clash | None = None


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
    found: list[_Spot] = []
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
            place = (_offset(t, first), _offset(t, last), _offset(o, new_first), _offset(o, new_last))
            found.append(_Spot(start, end, bool(met), place))
    if not any(spot.conflict for spot in found):
        return [Edit(*spot.place) for spot in found]
    return _told(found, (base, b, []), (theirs, t, yours), (ours, o, mine))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place that ours changes: tokens of the base, whether theirs changed them too, and offsets as in `Edit`."""

    start: int
    end: int
    conflict: bool
    place: tuple[int, int, int, int]


_Side = tuple[Words, Sequence[Token], Sequence[Hunk]]
"""A paragraph, its tokens and what it changes."""


def _told(spots: Sequence[_Spot], base: _Side, theirs: _Side, ours: _Side) -> list[Edit]:
    """Return the edits; those in conflict with the sentence that they stand in."""
    bounds = _sentences(base[0].text, base[1], (*theirs[2], *ours[2], *spots))
    clashes: dict[tuple[int, int], Clash] = {}
    within = {s: _around(s, bounds) for s in spots}
    for at in dict.fromkeys(within[s] for s in spots if s.conflict):
        here = [s for s in spots if within[s] == at]
        hard = [s for s in here if s.conflict]
        ends = min(s.start for s in hard), max(s.end for s in hard)
        was, there, new = (_said(side, at, ends) for side in (base, theirs, ours))
        clashes[at] = Clash(was, there, new, wider=len(hard) < len(here))
    return [Edit(*s.place, clashes[within[s]] if s.conflict else None) for s in spots]


def _sentences(text: str, some: Sequence[Token], changes: Sequence[Hunk | _Spot]) -> list[int]:
    """Return at which tokens a sentence of the base begins that is one in all three states, and the end."""
    ends = sentence_ends(text)
    begins = (
        k for k, (last, token) in enumerate(pairwise(some), 1) if any(last.start < e <= token.start for e in ends)
    )
    return [0, *(k for k in begins if not any(h.start < k < h.end for h in changes)), len(some)]


def _around(spot: _Spot, bounds: Sequence[int]) -> tuple[int, int]:
    """Return the sentence that a place stands in; one put in between two stands in the latter."""
    low = bisect_right(bounds, spot.start, hi=len(bounds) - 1) - 1
    return bounds[low], next(x for x in bounds[low + 1 :] if x >= spot.end)


def _said(side: _Side, at: tuple[int, int], ends: tuple[int, int]) -> str:
    """Return what a side says in a sentence of the base; what it puts in beside it only where that is in conflict."""
    words, some, changes = side
    first = _through(at[0], changes, closing=ends[0] > at[0])
    last = _through(at[1], changes, closing=ends[1] == at[1])
    return printed(words, _offset(some, first), _offset(some, last)).strip()


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
