"""Which paragraph, row or note of one state is which of another: by equality first, then by likeness."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from pipeline.word.wording import Item, Row, Words

ALIKE = 45.0
"""How alike two texts must be, of 100, to be taken for two states of one."""
KEYED = 30.0
"""How alike two rows must be whose first cells are equal."""
NEAR = 12.0
"""What likeness counts less, at most, the further apart two stand: of two that are equally alike, the nearer counts."""


def pairs(base: Sequence[Item], other: Sequence[Item]) -> dict[int, int]:
    """Return for places in the base the places of the same thing in another state; order may differ.

    Args:
        base: Paragraphs and rows of the one.
        other: Those of the other.
    """
    found = _equal(base, other)
    taken = set(found.values())
    left = [i for i in range(len(base)) if i not in found and not base[i].blank]
    free = [j for j in range(len(other)) if j not in taken and not other[j].blank]
    likely: list[tuple[float, int, int]] = []
    scale = NEAR / max(len(base), len(other), 1)
    for i in left:
        expected = _expected(i, found, len(other))
        for j in free:
            score = likeness(base[i], other[j])
            if score >= ALIKE or (score >= KEYED and _keyed(base[i], other[j])):
                likely.append((score - scale * abs(j - expected), i, j))
    for _, i, j in sorted(likely, key=lambda x: (-x[0], x[1], x[2])):
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    for i in left:
        if i not in found and (only := _between(i, found, base, other, taken)) is not None:
            found[i] = only
            taken.add(only)
    return found


def _equal(base: Sequence[Item], other: Sequence[Item]) -> dict[int, int]:
    """Pair what is equal; of several, in order."""
    places: dict[object, list[int]] = {}
    for j, item in enumerate(other):
        if not item.blank:
            places.setdefault(_told(item), []).append(j)
    found: dict[int, int] = {}
    for i, item in enumerate(base):
        some = places.get(_told(item)) if not item.blank else None
        if some:
            found[i] = some.pop(0)
    return found


def _told(item: Item) -> object:
    if isinstance(item, Words):
        return item.text, item.signs
    return tuple(tuple((w.text, w.signs) for w in cell) for cell in item.cells)


def _expected(i: int, found: Mapping[int, int], length: int) -> int:
    """Return where the base's i-th would stand in the other, going by what stands before it."""
    before = next((k for k in range(i - 1, -1, -1) if k in found), None)
    return min(found[before] + i - before, length) if before is not None else i


def _between(
    i: int, found: Mapping[int, int], base: Sequence[Item], other: Sequence[Item], taken: set[int]
) -> int | None:
    """Return the only thing left of the same kind and style where the base's i-th would stand."""
    if not ((i == 0 or i - 1 in found) and (i + 1 == len(base) or i + 1 in found)):
        return None
    first = found[i - 1] + 1 if i else 0
    last = found[i + 1] if i + 1 < len(base) else len(other)
    some = [j for j in range(first, last) if j not in taken and not other[j].blank]
    if len(some) != 1 or last - first != 1:
        return None
    one, two = base[i], other[some[0]]
    if isinstance(one, Words) and isinstance(two, Words) and one.style == two.style:
        return some[0]
    return None


def _keyed(one: Item, other: Item) -> bool:
    return isinstance(one, Row) and isinstance(other, Row) and bool(one.key) and one.key == other.key


def likeness(one: Item, other: Item) -> float:
    """Return how alike two paragraphs or two rows are, from 0 to 100; a paragraph is never like a row."""
    if isinstance(one, Words) and isinstance(other, Words):
        return fuzz.ratio(one.printed, other.printed) if one.printed or other.printed else 100.0
    if isinstance(one, Row) and isinstance(other, Row):
        texts = [" \u2502 ".join(" ".join(w.printed for w in cell) for cell in row.cells) for row in (one, other)]
        return fuzz.ratio(texts[0], texts[1])
    return 0.0


def in_order(places: Sequence[int]) -> set[int]:
    """Return which entries of a list stand in rising order, as many as can be: the others have moved.

    Returns:
        Places in the list (a longest increasing subsequence).
    """
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        k = bisect_left(ends, place)
        before.append(last[k - 1] if k else -1)
        ends[k : k + 1] = [place]
        last[k : k + 1] = [at]
    kept: set[int] = set()
    step = last[-1] if last else -1
    while step >= 0:
        kept.add(step)
        step = before[step]
    return kept
