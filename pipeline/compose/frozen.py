"""Numbers that stay: what a circulated version numbered keeps its number, and what is new is numbered around it.

Chapters, annexes and clauses are found again by their anchors; what is numbered within a clause, by its words
(`frozen_points`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from pipeline.model.draft import Heading, NumberFormat, Numbering, NumberLevel, ParagraphRole
from pipeline.model.labels import Numeral, between, capitals, figure, numeral

Kind = Literal["chapter", "clause", "annex"]
KINDS: tuple[Kind, ...] = ("chapter", "clause", "annex")
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number without the words of any language.

    Attributes:
        kind: What it numbers.
        scope: The chapter's figure where clauses begin anew in each chapter; else empty.
        figure: Its own figure with its letters, in capitals.
    """

    kind: Kind
    scope: str
    figure: str

    def __str__(self) -> str:
        """Return it as receipts keep it: `clause 5.3A`, `clause 12`, `annex B`."""
        return f"{self.kind} {self.scope}.{self.figure}" if self.scope else f"{self.kind} {self.figure}"


def number(text: str) -> Number | None:
    """Return the number that a receipt keeps, None where the text is none."""
    name, _, figures = text.partition(" ")
    scope, _, own = figures.rpartition(".")
    kind = next((k for k in KINDS if k == name), None)
    return Number(kind, scope, own) if kind and own else None


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a circulated clause, as far as its number matters.

    Attributes:
        role: What it is.
        label: Its number as printed, empty where it has none.
        text: Its words, without footnotes.
        restart: For a point or subpoint: True where its list begins anew.
    """

    role: ParagraphRole
    label: str
    text: str
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Circulated:
    """A circulated version, as far as its numbers matter to the next one.

    Attributes:
        version: Its number.
        numbering: How it is numbered, in the language of `headings`.
        headings: Number as printed, and title, of all that is numbered, by anchor in its order.
        left: Numbers that were circulated before and stood in it no more, each with the anchor that had it.
        renumbered: True where the next version is numbered anew all the same.
        lines: What stands in each clause, by anchor; nothing where the version was not drawn in the language.
    """

    version: str
    numbering: Numbering
    headings: Mapping[str, tuple[str, str]]
    left: Mapping[Number, str] = field(default_factory=dict)
    renumbered: bool = False
    lines: Mapping[str, Sequence[Line]] = field(default_factory=dict)

    def keeps(self, form: Numbering) -> bool:
        """Tell whether its numbers can stay in a numbering, and are to."""
        return not self.renumbered and _figures(self.numbering) == _figures(form)


def circulated(
    version: str,
    form: Numbering,
    headings: Iterable[Heading],
    left: Mapping[str, str],
    renumbered: bool,
    lines: Mapping[str, Sequence[Line]],
) -> Circulated:
    """Return a circulated version by its headings.

    Args:
        version: Its number.
        form: Its numbering.
        headings: The headings of its units in order; those without a number do not count.
        left: What its receipt says of numbers given up before.
        renumbered: True where the next version is numbered anew.
        lines: What stands in each clause, by anchor.
    """
    printed = {h.anchor: (h.label, h.text) for h in headings if h.label and h.role in KINDS}
    gone = {known: anchor for text, anchor in left.items() if (known := number(text)) is not None}
    return Circulated(version, form, printed, gone, renumbered, lines)


def _figures(form: Numbering) -> tuple[object, ...]:
    return (form.id, form.continuous, form.chapter.format, form.clause.format, form.annex.format)


def numbers(headings: Mapping[str, tuple[str, str]], form: Numbering) -> dict[str, Number]:
    """Return the numbers behind printed ones, by anchor; what is printed otherwise than the numbering says is left out.

    Args:
        headings: Printed number and title by anchor.
        form: The numbering, in the language of the printed numbers.
    """
    shapes = {kind: shape(getattr(form, kind)) for kind in KINDS}
    found: dict[str, Number] = {}
    for anchor, (label, _) in headings.items():
        kinds: tuple[Kind, ...] = ("clause",) if anchor.startswith("clause:") else ("chapter", "annex")
        for kind in kinds:
            match = shapes[kind].fullmatch(label)
            if match is not None:
                parts = {name: text.upper() for name, text in match.groupdict().items()}
                scope = parts.get("chapter", "") if kind == "clause" and not form.continuous else ""
                found[anchor] = Number(kind, scope, parts[kind])
                break
    return found


@cache
def shape(level: NumberLevel) -> re.Pattern[str]:
    """Return what the printed numbers of a level look like, each figure a group with the name of its field."""
    pieces = _FIELD.split(level.pattern)
    return re.compile("".join(re.escape(p) if i % 2 == 0 else f"(?P<{p}>[0-9A-Za-z]+)" for i, p in enumerate(pieces)))


def given_up(old: Circulated, headings: Mapping[str, tuple[str, str]], form: Numbering) -> dict[str, str]:
    """Return the circulated numbers that a new version has no more, each with what had it; nothing where all are fresh.

    Args:
        old: The circulated version.
        headings: Printed number and title of the new version, by anchor.
        form: The new version's numbering.
    """
    if not old.keeps(form):
        return {}
    used = set(numbers(headings, form).values())
    known = {**old.left, **{n: a for a, n in numbers(old.headings, old.numbering).items()}}
    return {str(n): anchor for n, anchor in sorted(known.items(), key=lambda item: str(item[0])) if n not in used}


class Series:
    """Gives out the figures of one circulated version: those that stay, and new ones that were never used."""

    def __init__(self, old: Circulated, form: Numbering) -> None:
        self.form = form
        self._stood: dict[tuple[Kind, str], dict[str, str]] = {}
        self._left: dict[tuple[Kind, str], dict[str, str]] = {}
        for anchor, one in numbers(old.headings, old.numbering).items():
            self._stood.setdefault((one.kind, one.scope), {})[anchor] = one.figure
        for one, anchor in old.left.items():
            self._left.setdefault((one.kind, one.scope), {})[one.figure] = anchor

    def figures(self, kind: Kind, scope: str, anchors: Sequence[str]) -> list[str]:
        """Return the figures of one series, in capitals.

        Args:
            kind: What is numbered.
            scope: The chapter's figure, in capitals, where clauses begin anew in each; else empty.
            anchors: All that stands in the series now, in order.
        """
        form = getattr(self.form, kind).format
        return figures(form, self._stood.get((kind, scope), {}), self._left.get((kind, scope), {}), anchors)


def figures(form: NumberFormat, stood: Mapping[str, str], left: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Return the figures of one series, in capitals.

    Args:
        form: Its format.
        stood: The figures that were circulated, by the name of what has them.
        left: Figures given up before, each with the name of what had it.
        names: All that stands in the series now, in order.
    """
    taken = {*stood.values(), *left}
    kept = _longest_rising([numeral(stood[a], form) if a in stood else None for a in names])
    if left:
        before = {a: text for text, a in left.items() if a not in stood}
        kept = _with_returned(kept, [numeral(before[a], form) if a in before else None for a in names])
    highest = max((n.value for f in taken if (n := numeral(f, form)) is not None), default=0)
    found: list[str] = []
    following = _following(kept)
    last: Numeral | None = None
    for here, ahead in zip(kept, following, strict=True):
        if here is not None:
            text = capitals(here, form)
        elif ahead is None:  # at the end of a series it is counted on
            highest += 1
            text = figure(highest, form).upper()
            if numeral(text, form) != Numeral((), highest, ()):  # AA, the 27th, reads as what is put behind A
                text = between(last, None, form, taken)
        else:
            text = between(last, ahead, form, taken)
        taken.add(text)
        last = numeral(text, form)
        found.append(text)
    return found


def _following(kept: Sequence[Numeral | None]) -> list[Numeral | None]:
    """Return for each place the next number that stays, behind that place."""
    found: list[Numeral | None] = []
    ahead: Numeral | None = None
    for one in reversed(kept):
        found.append(ahead)
        ahead = one or ahead
    return found[::-1]


def _with_returned(kept: Sequence[Numeral | None], old: Sequence[Numeral | None]) -> list[Numeral | None]:
    """Return the numbers that stay with those of what comes back, where these still fit in between."""
    found: list[Numeral | None] = []
    last: Numeral | None = None
    for here, ahead, own in zip(kept, _following(kept), old, strict=True):
        fits = own is not None and (last is None or last.key < own.key) and (ahead is None or own.key < ahead.key)
        found.append(here or (own if fits else None))
        last = found[-1] or last
    return found


def _longest_rising(old: Sequence[Numeral | None]) -> list[Numeral | None]:
    """Return the numbers with those of what was moved left out: as few as make the others rise."""
    ends: list[tuple[object, ...]] = []
    chains: list[int] = []
    before: dict[int, int] = {}
    for i, one in enumerate(old):
        if one is None:
            continue
        place = bisect_left(ends, one.key)
        if place:
            before[i] = chains[place - 1]
        ends[place : place + 1] = [one.key]
        chains[place : place + 1] = [i]
    stays: set[int] = set()
    i = chains[-1] if chains else -1
    while i >= 0:
        stays.add(i)
        i = before.get(i, -1)
    return [one if i in stays else None for i, one in enumerate(old)]
