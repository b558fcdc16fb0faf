"""The report of a redline or merge: what changed, by what made it change; strengths first, conflicts before all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.model.change import Cause, CauseKind, Shift
from pipeline.project.revising.marking import Kind, Marked
from pipeline.project.revising.sources import Source
from pipeline.revise.outcome import STATES, Action, Hunk

FORMAT = "1"
ORDER: tuple[CauseKind, ...] = (
    "update", "provision", "answer", "decision", "clause", "template", "record", "tool",
)  # fmt: skip
"""In which order causes are told."""
STRENGTH = ("weaker", "leaves", "stronger", "enters", "cases")
"""Kinds of change of a duty; these come first under each cause."""
GENERATED, COVER, NUMBERS = "part:", "cover", "numbers"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: its number, its date of the law, and the file or folder it was read from."""

    version: str
    as_of: str
    file: str


@dataclass(frozen=True, slots=True)
class Strength:
    """How a duty changed: `weaker`, `leaves`, `stronger`, `enters` or `cases`; from and to what."""

    kind: str
    before: str
    after: str
    weakens_safeguard: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One unit that was changed.

    Attributes:
        anchor: `clause:<id>` or `part:<id>`; `cover`, `numbers`.
        number: Its printed number.
        title: Its title.
        state: What became of it (see `docs/formats.md`).
        strength: Changes of its duty.
        hunks: What was marked, or is in conflict.
        replaces: Anchors of the units that it replaces, where a clause was split or joined.
        valid_from: Dates of the clause's state before and after.
        found_by: How it was found in the file: `tag`, `alias`, `id`, `bookmark`, `text`; empty where it was not.
        sure: How sure that is, from 0 to 1.
    """

    anchor: str
    number: str
    title: str
    state: str
    strength: tuple[Strength, ...]
    hunks: tuple[Hunk, ...]
    replaces: tuple[str, ...]
    valid_from: tuple[str, str]
    found_by: str
    sure: float


@dataclass(frozen=True, slots=True)
class Group:
    """What one cause has changed: the kind of cause, its id and words, and the units, changes of strength first."""

    cause: CauseKind | Literal["unknown"]
    id: str
    text: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A unit that was found without its own mark, or not at all: how, and how sure."""

    anchor: str
    title: str
    found_by: str
    sure: float


@dataclass(frozen=True, slots=True)
class Own:
    """A unit that they changed and in which nothing was marked: `theirs`, or `same` where ours made the same change."""

    anchor: str
    number: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was done to a file and why.

    Attributes:
        format: Of this report.
        kind: `redline` or `merge`.
        state: Name of the state.
        document: Kind of document.
        language: BCP 47 tag.
        older: The version that was the base.
        newer: The version that is new.
        conflicts: How many units have a conflict that someone has to decide.
        counted: How many units are in each state.
        groups: The changes by cause; a unit with several causes stands under the first.
        own: Units that they changed and that were left as they are.
        doubtful: Units that were found otherwise than by their own mark, or not found.
        dangling: References to clauses that leave: the unit that refers, and the number printed there.
        remarks: What is odd about the file: what, where, how often.
    """

    format: str
    kind: Kind
    state: str
    document: str
    language: str
    older: Side
    newer: Side
    conflicts: int
    counted: Mapping[str, int]
    groups: tuple[Group, ...]
    own: tuple[Own, ...]
    doubtful: tuple[Doubtful, ...]
    dangling: tuple[tuple[str, str], ...]
    remarks: tuple[tuple[str, str, int], ...]


def report(marked: Marked) -> Report:
    """Return the report of a redline or merge."""
    revised, record = marked.revised, marked.newer.record
    shifts: dict[str, list[Shift]] = {}
    for shift in marked.known.shifts:
        shifts.setdefault(shift.anchor, []).append(shift)
    counted = {s: sum(a.state == s for a in revised.actions) for s in STATES}
    doubtful = [
        Doubtful(a.anchor, a.title, a.how, round(a.sure, 3))
        for a in revised.actions
        if a.anchor not in (COVER, NUMBERS) and a.how != "tag" and (a.how or a.state == "lost")
    ]
    own = [
        Own(a.anchor, a.label, a.title.removeprefix(a.label).strip(), a.state)
        for state in OWN for a in revised.actions if a.state == state and a.anchor != NUMBERS
    ]  # fmt: skip
    return Report(
        FORMAT, marked.kind, record.get("country", ""), record.get("document", ""), record.get("lang", ""),
        _side(marked.older), _side(marked.newer), len(revised.conflicts), {s: n for s, n in counted.items() if n},
        tuple(_groups(revised.changed, shifts)), tuple(own), tuple(doubtful), revised.dangling,
        tuple((d.kind, d.anchor, d.count) for d in revised.doubts),
    )  # fmt: skip


def _side(one: Source) -> Side:
    return Side(one.record.get("version", ""), one.record.get("as_of", ""), one.shown)


def _groups(changed: Sequence[Action], shifts: Mapping[str, Sequence[Shift]]) -> Iterator[Group]:
    """Yield the changes by cause: updates first; what has no cause of its own at the end."""
    found: dict[tuple[str, str, str], list[Entry]] = {}
    for action in changed:
        some = shifts.get(action.anchor, ())
        cause = _first(c for s in some for c in s.causes)
        key = (cause.kind, cause.id, cause.text) if cause is not None else ("unknown", "", "")
        found.setdefault(key, []).append(_entry(action, some))
    ranks = {kind: n for n, kind in enumerate(ORDER)}
    for (kind, id_, text), entries in sorted(found.items(), key=lambda x: (ranks.get(x[0][0], len(ranks)), x[0])):  # type: ignore[call-overload]
        yield Group(kind, id_, text, tuple(sorted(entries, key=_weight)))  # type: ignore[arg-type]


def _first(causes: Iterable[Cause]) -> Cause | None:
    return min(causes, key=lambda c: ORDER.index(c.kind), default=None)


OWN = ("theirs", "same")
"""States of units in which words are theirs and nothing is marked; what they took out is not told again and again."""

LIGHT = ("note", "look", "number")
"""Changes that leave the words of a text as they were."""


def _weight(entry: Entry) -> tuple[bool, ...]:
    """Return by what entries are sorted: conflicts, weaker safeguards, strength, clauses; no words changed, last."""
    return (
        not any(h.conflict for h in entry.hunks),
        not any(s.weakens_safeguard for s in entry.strength),
        not entry.strength,
        not entry.anchor.startswith("clause:"),
        all(h.kind in LIGHT for h in entry.hunks),
    )


def _entry(action: Action, shifts: Sequence[Shift]) -> Entry:
    strength = tuple(Strength(s.kind, s.before, s.after, s.weakens) for s in shifts if s.kind in STRENGTH)
    title = next((s.title for s in shifts), action.title.removeprefix(action.label).strip())
    return Entry(
        action.anchor, action.label, title, action.state, strength, action.hunks, action.part_of, action.valid_from,
        action.how, round(action.sure, 3),
    )  # fmt: skip


def as_json(one: Report) -> bytes:
    """Return a report as JSON; `docs/change-report.schema.json` says what is in it."""
    return (json.dumps(dataclasses.asdict(one), ensure_ascii=False, indent=1) + "\n").encode()


def schema() -> dict[str, object]:
    """Return the JSON schema of a report (draft 2020-12)."""
    from pydantic import TypeAdapter

    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **TypeAdapter(Report).json_schema()}
