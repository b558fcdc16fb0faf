"""A three-way merge of plain text, written for clarity: what the accepted text of a merged file must be.

Tokens are words (letters, digits and marks, with apostrophes, hyphens and dots within them), runs of spaces, and every
other sign by itself. The changes of a side are what a minimal alignment of its tokens with those of the base leaves
unpaired; changes that only a run of spaces parts are one. Two changes conflict where their places in the base overlap,
or where one inserts at the edge of the other's place or within it, unless both are the same. In a conflict theirs
stands; all else is applied.

A minimal alignment is seldom the only one: a deleted word takes the space before it with it, or the one after.
`allowed` tells whether a result is that of any of them; `outcomes` gives them all where they are few.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

TOKEN = re.compile(
    r"\s+|(?:\w|[\u0300-\u036f\u064b-\u0655\u0670])+(?:['’\-\u2010\u2011.](?:\w|[\u064b-\u0655])+)*|.", re.DOTALL
)
INNER_DOT = re.compile(r"(?<=\d)\.(?=\d)")
LIMIT = 400
"""Alignments of one side that are looked at; a side with more of them has too many."""

ALIKE = 0.5
"""From this share of common words on, two paragraphs are versions of one another."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """One change: the tokens from `start` up to `end` of the base become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The text of a merge, and whether there was a conflict in it."""

    text: str
    conflict: bool


@dataclass(frozen=True, slots=True)
class MergedLines:
    """The paragraphs of a merge, and for each conflict the paragraph of the base."""

    lines: tuple[str, ...]
    conflicts: tuple[str, ...]


def tokens(text: str) -> list[str]:
    """Return the tokens of a text; together they are the text."""
    found: list[str] = []
    for match in TOKEN.finditer(text):
        piece = match.group()
        if "." in piece and len(piece) > 1:
            # A dot belongs to a number and to nothing else: `7.1` is one token, `end.Next` is three.
            rest = 0
            for dot in re.finditer(r"\.", piece):
                if not INNER_DOT.match(piece, dot.start()):
                    found += [piece[rest : dot.start()], "."]
                    rest = dot.end()
            piece = piece[rest:]
        found.append(piece)
    return [t for t in found if t]


def merged(base: str, theirs: str, ours: str) -> Merged:
    """Return base with the changes of both sides; of several minimal alignments the first is taken."""
    return applied(tokens(base), hunks(base, theirs), hunks(base, ours))


def outcomes(base: str, theirs: str, ours: str) -> frozenset[Merged] | None:
    """Return what the merge comes to by each pair of minimal alignments; None where there are too many."""
    one, other = alignments(base, theirs), alignments(base, ours)
    if one is None or other is None or len(one) * len(other) > LIMIT * 4:
        return None
    own = tokens(base)
    return frozenset(applied(own, a, b) for a, b in product(one, other))


def allowed(base: str, theirs: str, ours: str, found: Merged) -> bool | None:
    """Return whether a merge comes to this by some pair of minimal alignments; None where there are too many to tell.

    A word that every minimal alignment of both sides pairs with the same word parts what stands before it from what
    stands after it: changes on its two sides neither touch nor join. So the parts are looked at one by one.
    """
    own, their, our = tokens(base), tokens(theirs), tokens(ours)
    by_ours = _certain(own, our)
    sure = [(a, b, c) for a, b in _certain(own, their).items() if (c := by_ours.get(a)) is not None]
    reached = {(0, False)}
    before = (-1, -1, -1)
    for pivot in (*(p for p in sure if not own[p[0]].isspace()), (len(own), len(their), len(our))):
        part = ["".join(t[x + 1 : y]) for t, x, y in zip((own, their, our), before, pivot, strict=True)]
        found_here = outcomes(*part)
        if found_here is None:
            return None
        word = "".join(own[pivot[0] : pivot[0] + 1])
        reached = {
            (at + len(one.text) + len(word), clash or one.conflict)
            for at, clash in reached
            for one in found_here
            if found.text.startswith(one.text + word, at)
        }
        before = pivot
    return (len(found.text), found.conflict) in reached


def ambiguous(base: str, side: str) -> bool:
    """Return whether minimal alignments of a side with the base give different changes."""
    found = alignments(base, side)
    return found is None or len(found) > 1


def hunks(base: str, side: str) -> tuple[Hunk, ...]:
    """Return the changes of a side by the first of its minimal alignments."""
    own, other = tokens(base), tokens(side)
    return _hunks(own, other, next(_pairings(own, other)))


@lru_cache(maxsize=4096)
def alignments(base: str, side: str) -> tuple[tuple[Hunk, ...], ...] | None:
    """Return the changes of a side by each minimal alignment, none twice; None where there are more than `LIMIT`."""
    own, other = tokens(base), tokens(side)
    found: dict[tuple[Hunk, ...], None] = {}
    for tried, pairs in enumerate(_pairings(own, other)):
        if tried >= LIMIT * 20 or len(found) > LIMIT:
            return None
        found[_hunks(own, other, pairs)] = None
    return tuple(found)


def applied(base: Sequence[str], theirs: Sequence[Hunk], ours: Sequence[Hunk]) -> Merged:
    """Return the base with all of theirs, and with those of ours that conflict with none of theirs."""
    clash = False
    kept: list[tuple[Hunk, int]] = [(h, 0) for h in theirs]
    for hunk in ours:
        if hunk in theirs:
            continue
        if any(conflicting(hunk, other) for other in theirs):
            clash = True
        else:
            kept.append((hunk, 1))
    pieces: list[str] = []
    at = 0
    for hunk, _ in sorted(kept, key=lambda k: (k[0].start, k[0].end, k[1])):
        pieces += [*base[at : hunk.start], hunk.text]
        at = hunk.end
    return Merged("".join([*pieces, *base[at:]]), clash)


def conflicting(one: Hunk, other: Hunk) -> bool:
    """Return whether two changes of one base stand in each other's way."""
    if one == other:
        return False
    if one.start == one.end:
        return other.start <= one.start <= other.end
    if other.start == other.end:
        return one.start <= other.start <= one.end
    return one.start < other.end and other.start < one.end


def least_marked(base: str, side: str) -> int:
    """Return how many characters must at least be marked, deleted and inserted ones together, by whole tokens."""
    own, other = tokens(base), tokens(side)
    row = [0] * (len(other) + 1)
    for token in own:
        before, row = row, [0]
        for n, sign in enumerate(other, 1):
            row.append(before[n - 1] + len(token) if token == sign else max(before[n], row[n - 1]))
    return len(base) + len(side) - 2 * row[-1]


def merged_lines(base: Sequence[str], theirs: Sequence[str], ours: Sequence[str]) -> MergedLines:
    """Return the paragraphs of a unit with the changes of both sides.

    Paragraphs are paired in order, for the greatest likeness. One that a side deleted goes unless the other side
    changed it: then theirs stands, and it is a conflict. New ones stand where they were put, theirs before ours; one
    that both have put at the same place stands there once.
    """
    by_theirs, new_theirs = _paired(base, theirs)
    by_ours, new_ours = _paired(base, ours)
    lines: list[str] = []
    conflicts: list[str] = []
    for at in range(len(base) + 1):
        own = new_theirs.get(at, [])
        lines += [*own, *(line for line in new_ours.get(at, []) if line not in own)]
        if at == len(base):
            break
        line, their, our = base[at], by_theirs.get(at), by_ours.get(at)
        if their is None:
            conflicts += [line] if our not in (None, line) else []
        elif our is None:
            lines += [their] if their != line else []
            conflicts += [line] if their != line else []
        else:
            one = merged(line, their, our)
            lines.append(one.text)
            conflicts += [line] if one.conflict else []
    return MergedLines(tuple(lines), tuple(conflicts))


def likeness(one: str, other: str) -> float:
    """Return the share of words that two texts have in common in order, from 0 to 1."""
    a, b = ([t for t in tokens(text) if not t.isspace()] for text in (one, other))
    return 2 * _lengths(a, b)[0][0] / (len(a) + len(b)) if a or b else 1.0


def _paired(base: Sequence[str], side: Sequence[str]) -> tuple[dict[int, str], dict[int, list[str]]]:
    """Return the side's paragraph for each of the base, and the new ones by the base paragraph that they stand before."""
    worth = [[0.0] * (len(side) + 1) for _ in range(len(base) + 1)]
    alike = [[_worth(a, b) for b in side] for a in base]
    for i in reversed(range(len(base))):
        for j in reversed(range(len(side))):
            worth[i][j] = max(worth[i + 1][j], worth[i][j + 1], worth[i + 1][j + 1] + alike[i][j])
    pairs: dict[int, str] = {}
    new: dict[int, list[str]] = {}
    i = j = 0
    while i < len(base) or j < len(side):
        if i < len(base) and j < len(side) and alike[i][j] and worth[i][j] == worth[i + 1][j + 1] + alike[i][j]:
            pairs[i] = side[j]
            i, j = i + 1, j + 1
        elif j < len(side) and (i == len(base) or worth[i][j] == worth[i][j + 1]):
            new.setdefault(i, []).append(side[j])
            j += 1
        else:
            i += 1
    return pairs, new


def _worth(one: str, other: str) -> float:
    if one == other:
        return 2.0
    share = likeness(one, other)
    return share if share >= ALIKE else 0.0


def _lengths(own: Sequence[str], other: Sequence[str]) -> list[list[int]]:
    """Return how many tokens can be paired from each pair of places on."""
    table = [[0] * (len(other) + 1) for _ in range(len(own) + 1)]
    for i in reversed(range(len(own))):
        row, below, token = table[i], table[i + 1], own[i]
        for j in reversed(range(len(other))):
            row[j] = below[j + 1] + 1 if token == other[j] else max(below[j], row[j + 1])
    return table


def _certain(own: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Return the pairs that stand in every greatest set of pairs."""
    after = _lengths(own, other)
    before = _lengths(own[::-1], other[::-1])
    n, m, most = len(own), len(other), after[0][0]
    by_rank: dict[int, list[tuple[int, int]]] = {}
    for i, token in enumerate(own):
        for j, sign in enumerate(other):
            rank = before[n - i][m - j]
            if token == sign and rank + 1 + after[i + 1][j + 1] == most:
                by_rank.setdefault(rank, []).append((i, j))
    return dict(pairs[0] for _, pairs in sorted(by_rank.items()) if len(pairs) == 1)


def _pairings(own: Sequence[str], other: Sequence[str]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield every greatest set of pairs of equal tokens in order, none twice."""
    table = _lengths(own, other)
    waiting: list[tuple[int, int, tuple[tuple[int, int], ...]]] = [(0, 0, ())]
    while waiting:
        i, j, pairs = waiting.pop()
        left = table[i][j]
        if not left:
            yield pairs
            continue
        following = []
        last = len(other)
        for a in range(i, len(own)):
            if table[a][j] < left:
                break
            for b in range(j, last):
                if table[a][b] < left:
                    last = b
                    break
                if own[a] == other[b] and table[a + 1][b + 1] == left - 1:
                    following.append((a + 1, b + 1, (*pairs, (a, b))))
        waiting += reversed(following)


def _hunks(own: Sequence[str], other: Sequence[str], pairs: Sequence[tuple[int, int]]) -> tuple[Hunk, ...]:
    gaps: list[list[int]] = []
    i = j = 0
    for a, b in (*pairs, (len(own), len(other))):
        if a > i or b > j:
            gaps.append([i, a, j, b])
        i, j = a + 1, b + 1
    joined: list[list[int]] = []
    for gap in gaps:
        if joined and gap[0] - joined[-1][1] == 1 and own[joined[-1][1]].isspace():
            joined[-1][1], joined[-1][3] = gap[1], gap[3]
        else:
            joined.append(gap)
    return tuple(Hunk(a, b, "".join(other[c:d])) for a, b, c, d in joined)
