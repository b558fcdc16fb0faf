"""Which paragraph, row or note of one state is which of another: by equality first, then by likeness."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import fuzz

from pipeline.word.wording import Item, Row, Words

ALIKE = 45.0
"""How alike two texts must be, of 100, to be taken for two states of one."""
KEYED = 30.0
"""How alike two rows must be whose first cells are equal."""
NEAR = 12.0
"""What likeness counts less, at most, the further apart two stand: of two that are equally alike, the nearer counts."""

MANY, REACH = 40_000, 100
"""Above so many pairs to compare, each is compared with so many on either side of where it is expected."""


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
    texts = [_text(other[j]) for j in free]
    likely: list[tuple[float, int, int]] = []
    scale = NEAR / max(len(base), len(other), 1)
    for i, expected in _expected(left, found, len(other)):
        one, text = base[i], _text(base[i])
        for at, j in _in_reach(free, expected, len(left)):
            two = other[j]
            if isinstance(one, Row) is not isinstance(two, Row):
                continue
            least = KEYED if _keyed(one, two) else ALIKE
            score = fuzz.ratio(text, texts[at], score_cutoff=least) if text or texts[at] else 100.0
            if score >= least:
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
    """Pair what is equal; where one side has more of the same, those that stand nearest to where they are expected."""
    here, there = _places(base), _places(other)
    found: dict[int, int] = {}
    uneven: list[tuple[list[int], list[int]]] = []
    for key, own in here.items():
        its = there.get(key, [])
        if len(own) == len(its) or len(own) * len(its) > MANY:
            found |= dict(zip(own, its, strict=False))
        elif its:
            uneven.append((own, its))
    for own, its in uneven:
        expected = dict(_expected(own, found, len(other)))
        taken: set[int] = set()
        for _, i, j in sorted((abs(expected[i] - j), i, j) for i in own for j in its):
            if i not in found and j not in taken:
                found[i] = j
                taken.add(j)
    return found


def _places(some: Sequence[Item]) -> dict[object, list[int]]:
    """Return where each thing stands; blank ones are left out."""
    places: dict[object, list[int]] = {}
    for i, item in enumerate(some):
        if not item.blank:
            places.setdefault(_told(item), []).append(i)
    return places


def _told(item: Item) -> object:
    if isinstance(item, Words):
        return item.text, item.signs
    return tuple(tuple((w.text, w.signs) for w in cell) for cell in item.cells)


def _expected(left: Sequence[int], found: Mapping[int, int], length: int) -> Iterator[tuple[int, int]]:
    """Yield places of the base with where each would stand in the other, going by what stands before it."""
    before, at = -1, 0
    for i in left:
        for k in range(at, i):
            before = k if k in found else before
        at = i
        yield i, min(found[before] + i - before, length) if before >= 0 else i


def _in_reach(free: Sequence[int], expected: int, left: int) -> Iterator[tuple[int, int]]:
    """Yield what is free, by its place and number; of very many only what stands near where it is expected."""
    if left * len(free) <= MANY:
        yield from enumerate(free)
        return
    middle = bisect_left(free, expected)
    first = max(middle - REACH, 0)
    yield from enumerate(free[first : middle + REACH], first)


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
    if isinstance(one, Row) is not isinstance(other, Row):
        return 0.0
    texts = _text(one), _text(other)
    return fuzz.ratio(*texts) if any(texts) else 100.0


def _text(item: Item) -> str:
    """Return what a paragraph or row is compared by."""
    if isinstance(item, Words):
        return item.printed
    return " \u2502 ".join(" ".join(w.printed for w in cell) for cell in item.cells)


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
