"""What a merge or a redline did, unit by unit: plain values for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.revise.finding import Doubt

State = Literal[
    "kept", "theirs", "same", "updated", "merged", "conflict", "added", "dropped", "moved", "stays-deleted", "lost",
]  # fmt: skip
"""kept: neither side changed it · theirs: only they changed it · same: both made the same change · updated: only ours
changed it · merged: both did, at different words · conflict: both did, at the same words, or one changed what the other
took away · added, dropped: by ours · moved: by ours to another place · stays-deleted: they took it away and ours has
nothing new in it · lost: not found in their file, and so not touched."""

STATES: tuple[State, ...] = (
    "conflict", "dropped", "updated", "merged", "added", "moved", "same", "theirs", "lost", "stays-deleted", "kept",
)  # fmt: skip
"""In the order in which they are told."""

Kind = Literal["words", "paragraph", "row", "note", "unit", "look", "number", "cover"]


@dataclass(frozen=True, slots=True)
class Hunk:
    """One tracked change, or one conflict.

    Attributes:
        kind: What was changed: words, a paragraph, a row, a footnote, the whole unit, a look, a number, the cover.
        before: What stands struck out; in a conflict, what the base said.
        after: What was put in; in a conflict, what ours says.
        theirs: In a conflict, what they wrote, which stays; else empty.
        conflict: True for a conflict.
    """

    kind: Kind
    before: str
    after: str
    theirs: str = ""
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """What became of one unit.

    Attributes:
        anchor: `clause:<id>` or `part:<id>`; `cover` for cover, header and footer.
        title: Its name as an editor shows it.
        state: What became of it.
        hunks: The changes in it.
        how: How it was found in their file: `tag`, `alias`, `id`, `bookmark`, `text`; empty where it was not.
        sure: How sure that is, from 0 to 1.
        label: Its printed number in their file, or the one it was given.
        valid_from: Dates of the clause's state before and after.
        part_of: Anchors that a split or joined clause replaces.
    """

    anchor: str
    title: str
    state: State
    hunks: tuple[Hunk, ...] = ()
    how: str = ""
    sure: float = 0.0
    label: str = ""
    valid_from: tuple[str, str] = ("", "")
    part_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Revised:
    """A Word file with tracked changes, and what was done to it.

    Attributes:
        data: The file.
        actions: What became of each unit, in the order of their file, then what it lacks.
        dangling: References to units that are gone: where from, and the number that is printed there.
        doubts: What is odd about the file.
        record: What the file said of itself: country, document, version, ….
    """

    data: bytes
    actions: tuple[Action, ...]
    dangling: tuple[tuple[str, str], ...]
    doubts: tuple[Doubt, ...]
    record: Mapping[str, str]

    @property
    def conflicts(self) -> tuple[Action, ...]:
        """The units with a conflict."""
        return tuple(a for a in self.actions if any(h.conflict for h in a.hunks))

    @property
    def changed(self) -> tuple[Action, ...]:
        """The units in which there is a tracked change or a conflict."""
        return tuple(a for a in self.actions if a.hunks)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a unit changed, for its comment and the report.

    Attributes:
        causes: In words: updates, answers, decisions, clause edits, templates.
        provisions: Provisions as they are cited.
        rule: The clause and the date from which its state is valid, in words.
    """

    causes: tuple[str, ...] = ()
    provisions: tuple[str, ...] = ()
    rule: str = ""
