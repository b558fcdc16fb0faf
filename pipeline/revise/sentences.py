"""The sentence that a tracked change stands in: as it was, and as the author of the change would have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.word.changes import Change, author_of
from pipeline.word.pieces import GONE, Piece, Pieces

_END = re.compile(
    r"[.!?\u061f\u06d4](?=[\"'\u201d\u2019\u00bb)\]]*\s)[\"'\u201d\u2019\u00bb)\]]*\s+(?=[^\W\d_a-z])|[\u3002\uff01\uff1f]|\n+"
)
"""Where a sentence ends: a mark before a space and a letter that is no small Latin one, so that `Art. 5` is no end."""

_STOPS = ".!?\u061f\u06d4\u3002\uff01\uff1f\n"


@dataclass(frozen=True, slots=True)
class _Sign:
    """One character: whether it stood there before, stands there after, and belongs to the change itself."""

    text: str
    before: bool
    after: bool
    own: bool


def sentence_ends(text: str) -> list[int]:
    """Return where in a text a sentence ends, behind the space that follows it; the end of the text is none."""
    return [m.end() for m in _END.finditer(text)]


def sentences(story: Pieces, change: Change) -> tuple[str, str]:
    """Return the sentence that a change stands in, before it and with it.

    All other changes of its author in that sentence are taken with it, since a recast sentence is read as a whole;
    those of others are left out, but for an insertion that this author has changed.

    Args:
        story: The story.
        change: A change of its text.
    """
    signs = list(_signs(story, change))
    own = [n for n, sign in enumerate(signs) if sign.own]
    if not own:
        return "", ""
    first, last = own[0], own[-1] + 1
    former = [n for n, sign in enumerate(signs) if sign.before]
    text = "".join([signs[n].text for n in former])
    at = next((k for k, n in enumerate(former) if n >= first), len(former))
    end = next((k for k, n in enumerate(former) if n >= last), len(former))
    if at == end and at and _closed(signs, own):
        at = end = at - 1  # a new sentence put behind another is told with it
    ends = sentence_ends(text)
    begin = max((e for e in ends if e <= at), default=0)
    stop = min((e for e in ends if e >= max(end, at + 1)), default=len(text))
    low = min(first, former[begin] if begin < len(former) else first)
    high = max(last, former[stop - 1] + 1 if stop else last)
    part = signs[low:high]
    return _said(s.text for s in part if s.before), _said(s.text for s in part if s.after)


def _closed(signs: list[_Sign], own: list[int]) -> bool:
    """Return whether what is put in ends a sentence, or stands at the end of its paragraph."""
    new = "".join([signs[n].text for n in own if signs[n].after]).rstrip(" ")
    behind = next((s for s in signs[own[-1] + 1 :] if s.before), None)
    return (bool(new) and new[-1] in _STOPS) or behind is None or behind.text == "\n"


def _said(texts: Iterator[str]) -> str:
    return "".join(texts).strip()


def _signs(story: Pieces, change: Change) -> Iterator[_Sign]:
    """Yield the characters of the paragraphs that a change touches."""
    first, last = change.first, max(change.last, change.first + 1)
    while first > 0 and not story.pieces[first - 1].ends:
        first -= 1
    while last < len(story.pieces) and not story.pieces[last - 1].ends:
        last += 1
    for place in range(first, min(last, len(story.pieces))):
        piece = story.pieces[place]
        own = change.first <= place < change.last
        before, after = _views(piece, change.author, own)
        yield from (_Sign(c, before, after, own) for c in piece.text)


def _views(piece: Piece, author: str, own: bool) -> tuple[bool, bool]:
    """Return whether a piece stands there before and after the changes of an author."""
    before = after = True
    for mark in piece.marks:
        gone = mark.tag in GONE
        if author_of(mark) == author:
            before, after = before and gone, after and not gone
        elif not gone and not own:
            return False, False
    return before, after
