"""What the merging of one file works with, from the terms it is done on to the marks and hunks of the unit at hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from pipeline.revise.footnotes import Compared
from pipeline.revise.grafting import Graft
from pipeline.revise.margin import Margin
from pipeline.revise.outcome import Hunk, Kind
from pipeline.word.marks import Marker


@dataclass(frozen=True, slots=True)
class Terms:
    """How a file is revised.

    Attributes:
        conflict_text: True to put ours into the text as a tracked insertion where there is a conflict; False to tell
            it in the comment alone.
        moves: True where what ours has moved is deleted and put in again; False where their order stands.
        kept_numbers: True where the numbers of their file stay as they are; False where ours count.
        words: Words for comments, by name.
    """

    conflict_text: bool
    moves: bool
    kept_numbers: bool
    words: dict[str, str]


@dataclass(slots=True)
class Desk:
    """What the merging of one file works with; hunks and marks of the unit at hand are gathered here.

    Attributes:
        terms: How it is revised.
        marker: Writes marks.
        graft: Brings things over from ours.
        margin: Writes comments.
        hunks: The changes in the unit at hand.
        marks: The marks put into the body for it.
        fresh: The paragraphs put into it, each with its original.
        notes: Which note of the unit at hand is which.
        because: Why the unit at hand changes, a line each; what the comment on a conflict ends with.
    """

    terms: Terms
    marker: Marker
    graft: Graft
    margin: Margin
    hunks: list[Hunk] = field(default_factory=list)
    marks: list[etree._Element] = field(default_factory=list)
    fresh: list[tuple[etree._Element, etree._Element]] = field(default_factory=list)
    notes: Compared = field(default_factory=Compared)
    because: tuple[str, ...] = ()

    def begin(self, notes: Compared | None = None, because: tuple[str, ...] = ()) -> None:
        """Begin with another unit."""
        self.hunks, self.marks, self.fresh, self.notes = [], [], [], notes or Compared()
        self.because = because

    def conflicts(self, kind: Kind, base: str, theirs: str, ours: str, wider: bool = False) -> tuple[str, ...]:
        """Note a conflict; return what its comment says.

        Args:
            kind: What it is about.
            base: What was drafted.
            theirs: What they say.
            ours: What ours says.
            wider: True where tracked changes of ours stand beside it that belong to the same sentence.
        """
        self.hunks.append(Hunk(kind, base, ours, theirs, True))
        words = self.terms.words
        none = words["merge_nothing"]
        return (
            words["merge_conflict"],
            f"{words['merge_base']} {base or none}",
            f"{words['merge_theirs']} {theirs or none}",
            f"{words['merge_ours']} {ours or none}",
            *([words["merge_wider"]] if wider else []),
            *self.because,
        )
