"""Paragraphs that they have split or joined, read as one, so that ours finds its words in either half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from pipeline.word.story import Leaf, Line, Paragraph
from pipeline.word.wording import Item, Words

GAIN = 8.0
"""How much more alike, of 100, two halves must be to a whole than one of them alone."""

LIKE = 75.0
"""How alike they must be."""

MARK = "\n"
"""Stands for the mark between two paragraphs that are read as one."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Paragraphs that belong together, by their places among the lines of each state."""

    base: tuple[int, ...]
    theirs: tuple[int, ...]
    ours: tuple[int, ...]


def joints(
    base: Sequence[Item],
    theirs: Sequence[Line],
    ours: Sequence[Line],
    there: Mapping[int, int],
    here: Mapping[int, int],
) -> list[Joint]:
    """Return where they split or joined paragraphs that ours has changed.

    Args:
        base: The lines as they were.
        theirs: As they have them.
        ours: As they are to be.
        there: Place in theirs by place in the base.
        here: Place in ours by place in the base.
    """
    found: list[Joint] = []
    taken = set(there.values())
    used: set[int] = set()
    for i, j in sorted(there.items()):
        one, other = base[i], theirs[j]
        if i in used or not isinstance(one, Words) or not isinstance(other, Paragraph) or one.text == other.words.text:
            continue
        parts: tuple[int, ...] = (i,)
        states = _grown(one.text, [_text(t) for t in theirs], j, taken)
        if len(states) == 1:
            lines = [b.text if isinstance(b, Words) else "" for b in base]
            parts = _grown(other.words.text, lines, i, set(there))
        mine = tuple(here[k] for k in parts if k in here)
        in_row = mine == tuple(range(mine[0], mine[0] + len(mine))) if mine else False
        if len(parts) + len(states) > 2 and in_row and any(not _same(base[k], ours, here.get(k)) for k in parts):
            found.append(Joint(parts, states, mine))
            used |= set(parts)
            taken |= set(states)
    return found


def _grown(whole: str, texts: Sequence[str], at: int, taken: set[int]) -> tuple[int, ...]:
    """Return the places of texts beside one that together are more like a whole than that one is."""
    first = last = at
    best = fuzz.ratio(whole, texts[at])
    while True:
        near = [(a, b) for a, b in ((first - 1, last), (first, last + 1)) if a >= 0 and b < len(texts)]
        free = [
            (a, b) for a, b in near if (a if a < first else b) not in taken and texts[a if a < first else b].strip()
        ]
        scores = [(fuzz.ratio(whole, " ".join(texts[a : b + 1])), a, b) for a, b in free]
        if not scores or max(scores)[0] < max(LIKE, best + GAIN):
            return tuple(range(first, last + 1))
        best, first, last = max(scores)


def _text(line: Line) -> str:
    return line.words.text if isinstance(line, Paragraph) else ""


def _same(one: Item, ours: Sequence[Line], at: int | None) -> bool:
    other = ours[at].words if at is not None else None
    return isinstance(one, Words) and isinstance(other, Words) and one.same(other) and one.looks == other.looks


def words(some: Sequence[Words]) -> Words:
    """Return paragraphs as one, with the marks between them."""
    looks: list[tuple[int, str]] = []
    at, look = 0, ""
    for one in some:
        own = one.looks if one.looks and one.looks[0][0] == 0 else ((0, ""), *one.looks)
        looks += [(at + start, new) for start, new in own]
        at += len(one.text) + 1
    changes: list[tuple[int, str]] = []
    for start, new in looks:
        if new != look:
            changes.append((start, new))
            look = new
    return Words(
        MARK.join([one.text for one in some]), tuple(s for one in some for s in one.signs),
        tuple(s for one in some for s in one.shown), tuple(changes), some[-1].style,
    )  # fmt: skip


def paragraph(some: Sequence[Paragraph]) -> Paragraph:
    """Return paragraphs of a file as one; the mark between two of them is text that stands in no run."""
    leaves: list[Leaf] = []
    at = 0
    for place, one in enumerate(some):
        if place:
            leaves.append(Leaf([], one.elements[0], MARK, at, ""))
            at += 1
        leaves += [replace(leaf, start=leaf.start + at) for leaf in one.leaves]
        at += len(one.words.text)
    notes = tuple(n for one in some for n in one.notes)
    return Paragraph([e for one in some for e in one.elements], leaves, words([one.words for one in some]), notes)
