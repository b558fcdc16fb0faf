"""The words of a unit as a reader meets them: paragraphs and table rows, with notes, references and objects as signs.

What we wrote (kept in the custom XML part), what a ministry's file says and what a new draft says are all told in
these types, so that they can be compared without regard to runs, tracked marks or the editor that saved the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

OBJECT = "\ufffc"
"""Stands in a text for what is no text: a note, a cross-reference, a caption's number, a picture."""

NOTE, REF, FIELD, PICTURE = "note", "ref", "field", "object"


@dataclass(frozen=True, slots=True)
class Words:
    """One paragraph.

    Attributes:
        text: Its text with one `OBJECT` for each sign; without a label that stands as text.
        signs: What each `OBJECT` is, in order: a kind and what it points at (`ref clause:scope`, `field SEQ Table`);
            all notes are `note`, for they are compared by their own words.
        shown: What each of these prints.
        looks: Where emphasis changes: offset in the text and the look from there on (`b`, `i`, `bi`, a mark's style, or
            empty); the first is at 0 unless that look is empty.
        style: Folded name of the paragraph's style.
        label: A number that stands as text before the words, such as `5.3A`.
    """

    text: str
    signs: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    looks: tuple[tuple[int, str], ...] = ()
    style: str = ""
    label: str = ""

    @property
    def printed(self) -> str:
        """The text as printed, notes left out."""
        return filled(self.text, self.shown)

    @property
    def line(self) -> str:
        """The text as printed, after its label."""
        return f"{self.label}\t{self.printed}" if self.label else self.printed

    @property
    def blank(self) -> bool:
        """Whether nothing is printed and no sign stands in it."""
        return not self.signs and not self.text.strip()

    def same(self, other: Words) -> bool:
        """Tell whether two paragraphs say the same; a number that counting gives is not what they say."""
        return self.text == other.text and self.signs == other.signs


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, or a box, which is a table of one cell: the paragraphs of each cell, none of them blank."""

    cells: tuple[tuple[Words, ...], ...]

    @property
    def key(self) -> str:
        """What tells it from other rows: the text of its first cell that has one."""
        return next((text for cell in self.cells if (text := " ".join(w.printed for w in cell).strip())), "")

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(self.cells)

    def same(self, other: Row) -> bool:
        """Tell whether two rows say the same."""
        return len(self.cells) == len(other.cells) and all(
            len(a) == len(b) and all(x.same(y) for x, y in zip(a, b, strict=True))
            for a, b in zip(self.cells, other.cells, strict=True)
        )


Item = Words | Row


def filled(text: str, shown: Iterable[str]) -> str:
    """Return a text with what its signs print in their places."""
    if OBJECT not in text:
        return text
    pieces = text.split(OBJECT)
    prints = iter(shown)
    return pieces[0] + "".join(next(prints, "") + piece for piece in pieces[1:])


def solid(words: Iterable[Words]) -> tuple[Words, ...]:
    """Return the paragraphs that hold anything."""
    return tuple(w for w in words if not w.blank)


def lines(items: Iterable[Item]) -> Iterator[str]:
    """Yield the text of each paragraph that has one, cells included, in document order."""
    for item in items:
        if isinstance(item, Words):
            if item.line.strip():
                yield item.line
        else:
            yield from (w.line for cell in item.cells for w in cell if w.line.strip())


def same(one: Iterable[Item], other: Iterable[Item]) -> bool:
    """Tell whether two runs of paragraphs and rows say the same; blank ones do not count."""
    first, second = (tuple(i for i in items if not i.blank) for items in (one, other))
    return len(first) == len(second) and all(
        a.same(b) if isinstance(a, Words) and isinstance(b, Words) else
        a.same(b) if isinstance(a, Row) and isinstance(b, Row) else False
        for a, b in zip(first, second, strict=True)
    )  # fmt: skip


def unlabelled(item: Item) -> Item:
    """Return a paragraph without the label that stands as text before it; a row as it is."""
    return replace(item, label="") if isinstance(item, Words) else item
