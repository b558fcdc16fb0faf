"""What changed between two states of a document, clause by clause, and what made it change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pipeline.model.clause import Strength

ChangeKind = Literal["enters", "leaves", "stronger", "weaker", "wording", "date", "law", "cases", "part"]
"""enters, leaves: the clause · stronger, weaker: its duty · wording: its text beyond dates · date: a day of the law it
prints · law: what it cites · cases: whom it concerns · part: generated content, such as a table."""

KINDS: tuple[ChangeKind, ...] = ("leaves", "weaker", "enters", "stronger", "wording", "date", "law", "cases", "part")
"""In the order in which they are told: what a reader must not miss comes first."""

CauseKind = Literal["update", "provision", "answer", "decision", "clause", "template", "tool", "record"]

Weight = Literal["major", "minor", "patch"]
WEIGHTS: tuple[Weight, ...] = ("patch", "minor", "major")
"""From lightest to heaviest."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something changed: the update, provision, answer, decision, clause text, template or tool, by name.

    Attributes:
        kind: What it is.
        id: Its id, ref or name.
        text: In words, for tables and the terminal.
    """

    kind: CauseKind
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A provision that a clause cites, or whose day it prints.

    Attributes:
        ref: The provision.
        before: Its ISO day to come as it was printed; empty where none was.
        after: As it is printed now, likewise.
    """

    ref: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Shift:
    """One change of one clause or part.

    Attributes:
        anchor: `clause:<id>` or `part:<id>`.
        title: Its title.
        label: Its number in the newer document, the older one's where it left; empty where it has none.
        kind: What changed.
        before: Its strengths as it stood; empty where it did not, or where these are the same.
        after: As it stands now, likewise.
        moved: For `date`: the provisions with their days.
        gone: For `law`: provisions no longer cited.
        new: For `law`: provisions cited now; in both lists, what is something else to the state.
        strength: The higher of the strengths before and after; None where it binds nobody.
        weakens: True where a safeguard leaves or weakens, which is always told first.
        causes: What made it change, at least one.
    """

    anchor: str
    title: str
    label: str
    kind: ChangeKind
    before: str
    after: str
    moved: tuple[Moved, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    strength: Strength | None
    weakens: bool
    causes: tuple[Cause, ...]


def days(shift: Shift) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the days of a change, each pair of days once: before, after, and the provisions that moved so."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in shift.moved:
        found.setdefault((one.before, one.after), []).append(one.ref)
    return tuple((*key, tuple(refs)) for key, refs in found.items())


def by_unit(shifts: Iterable[Shift]) -> tuple[tuple[Shift, ...], ...]:
    """Return the changes of each clause or part together, in the order in which its first is told."""
    found: dict[str, list[Shift]] = {}
    for shift in shifts:
        found.setdefault(shift.anchor, []).append(shift)
    return tuple(tuple(some) for some in found.values())


def weight(shifts: tuple[Shift, ...]) -> Weight:
    """Return how much a document changed.

    Major: a duty enters, leaves or changes strength. Minor: other binding wording, a recommendation, or structure.
    Patch: the rest, such as dates, citations, notes on standing and tables.
    """
    found: Weight = "patch"
    for shift in shifts:
        if shift.kind in ("enters", "leaves", "stronger", "weaker"):
            if shift.strength == "shall":
                return "major"
            found = "minor"
        elif shift.kind == "wording" and shift.strength is not None:
            found = "minor"
    return found


def causes(shifts: tuple[Shift, ...]) -> tuple[Cause, ...]:
    """Return the causes of all changes without repeats, those that changed most first."""
    counted: dict[Cause, int] = {}
    for shift in shifts:
        for cause in shift.causes:
            counted[cause] = counted.get(cause, 0) + 1
    return tuple(sorted(counted, key=lambda c: (-counted[c], c.kind, c.id)))
