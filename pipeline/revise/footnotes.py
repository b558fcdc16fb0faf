"""Which footnote of a unit is which in the three states, and by what each is compared where its sign stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.revise.pairing import pairs
from pipeline.revise.reading import Footnote, Standing
from pipeline.word.anchors import Base
from pipeline.word.wording import NOTE, Item, Words

Noted = dict[tuple[str, object], str]
"""What a note is compared by: by side (`theirs`, `ours`) and number in the file, or `base` and its paragraph."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The footnotes of a unit.

    Attributes:
        keys: What each is compared by.
        both: The notes that stand in all three: as they were, as they have it, as it is to be.
        gone: Those that they took away and ours changes: as they were, as they are to be.
        edited: Numbers of the notes that they have changed.
    """

    keys: Noted = field(default_factory=dict)
    both: tuple[tuple[Words, Footnote, Footnote], ...] = ()
    gone: tuple[tuple[Words, Footnote], ...] = ()
    edited: frozenset[str] = frozenset()


def compared(base: Base, there: Standing, here: Standing | None) -> Compared:
    """Return which footnote is which.

    Args:
        base: The unit as it was.
        there: As they have it.
        here: As it is to be; None where ours has it no longer.
    """
    notes = here.notes if here is not None else []
    in_theirs = pairs(base.notes, [n.words for n in there.notes])
    in_ours = pairs(base.notes, [n.words for n in notes])
    keys: Noted = {}
    at = 0
    for words in _words(base.items):
        for k in range(words.signs.count(NOTE)):
            keys["base", (id(words), k)] = f"{NOTE} {at}"
            at += 1
    edited = {b for b, t in in_theirs.items() if there.notes[t].words.printed != base.notes[b].printed.strip()}
    for b, t in in_theirs.items():
        # One that they have changed and ours takes away is not the one that ours knew.
        changed = b in edited and b not in in_ours
        keys["theirs", there.notes[t].number] = f"{NOTE} {b} changed" if changed else f"{NOTE} {b}"
    keys |= {("ours", notes[o].number): f"{NOTE} {b}" for b, o in in_ours.items()}
    added = {n.words.printed: n.number for n in there.notes if ("theirs", n.number) not in keys}
    for note in notes:
        if ("ours", note.number) not in keys:
            same = added.get(note.words.printed)
            keys["ours", note.number] = same if same is not None else f"{NOTE} new {note.number}"
    both = tuple((base.notes[b], there.notes[in_theirs[b]], notes[o]) for b, o in in_ours.items() if b in in_theirs)
    gone = tuple(
        (base.notes[b], notes[o]) for b, o in in_ours.items()
        if b not in in_theirs and notes[o].words.printed != base.notes[b].printed.strip()
    )  # fmt: skip
    return Compared(keys, both, gone, frozenset(there.notes[in_theirs[b]].number for b in edited))


def _words(items: Sequence[Item]) -> Iterator[Words]:
    for item in items:
        if isinstance(item, Words):
            yield item
        else:
            yield from (words for cell in item.cells for words in cell)
