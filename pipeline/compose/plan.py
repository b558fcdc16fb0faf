"""Where everything stands: an outline and a selection give the parts of a document, its clauses, and every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.compose.context import Context
from pipeline.model.clause import Clause, OutlinePart
from pipeline.model.draft import Numbering, NumberLevel, Zone
from pipeline.model.selection import ClauseDecision

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A clause in its place: its decision, its number, and how its paragraphs are numbered from it."""

    clause: Clause
    decision: ClauseDecision
    label: str
    chapter: int
    number: int


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A part of the outline that is drawn: its zone, depth (1 for a chapter), number, clauses and inner parts."""

    part: OutlinePart
    zone: Zone
    depth: int
    label: str
    clauses: tuple[Placed, ...]
    parts: tuple[PlannedPart, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of a document in order, and the number of every anchor."""

    parts: tuple[PlannedPart, ...]
    labels: Mapping[str, str]
    numbering: Numbering

    def label(self, anchor: str) -> tuple[str, str] | None:
        """Return an anchor with its printed number, None where it does not stand here."""
        return (anchor, self.labels[anchor]) if anchor in self.labels else None


def figure(number: int, form: str) -> str:
    """Return a number in a format of the numbering: `4`, `IV`, `iv`, `D`, `d`."""
    if form == "decimal":
        return str(number)
    if form.endswith("Letter"):
        letters = ""
        rest = number
        while rest:
            rest, place = divmod(rest - 1, 26)
            letters = chr(ord("a") + place) + letters
    else:
        letters = ""
        rest = number
        for value, sign in _ROMAN:
            while rest >= value:
                letters += sign
                rest -= value
    return letters.upper() if form.startswith("upper") else letters


def numbering(context: Context) -> Numbering:
    """Return the outline's numbering, else the country's choice, else the one of its legal form, else decimal."""
    library = context.library
    name = context.outline.numbering or context.assessment.form.numbering
    if name not in library.numberings:
        name = library.legal_forms.get(context.answer("country.legal_form") or "", "decimal")
    levels = library.numberings[name]

    def level(key: str) -> NumberLevel:
        spec = levels[key]
        return NumberLevel(spec["format"], spec.get(context.lang) or spec["en"])  # type: ignore[arg-type]

    return Numbering(
        name, level("chapter"), level("clause"), level("paragraph"), level("point"), level("subpoint"), level("annex"),
        levels["continuous"]["value"] == "true",
    )  # fmt: skip


def printed(level: NumberLevel, form: Numbering, **numbers: int) -> str:
    """Return a level's printed number; the other levels it names are written in their own figures."""
    text = level.pattern
    own = {"chapter": form.chapter, "clause": form.clause, "paragraph": form.paragraph, "point": form.point,
           "sub": form.subpoint, "annex": form.annex}  # fmt: skip
    for name, number in numbers.items():
        text = text.replace("{" + name + "}", figure(number, own[name].format))
    return text


def plan(context: Context, filled: frozenset[str]) -> Plan:
    """Lay out a document.

    Args:
        context: What is composed.
        filled: Ids of outline parts whose generated content is not empty; an empty part is not drawn.

    Returns:
        The parts that are drawn, with all numbers.
    """
    form = numbering(context)
    by_topic: dict[str, list[tuple[ClauseDecision, Clause]]] = {}
    for decision, clause in context.printed():
        by_topic.setdefault(clause.topic, []).append((decision, clause))
    for found in by_topic.values():
        found.sort(key=lambda pair: (pair[1].order, pair[1].id))
    counter = _Counter(form)
    parts = [
        _part(part, context, by_topic, filled, counter, 1)
        for part in context.outline.parts
        if _drawn(part, context, by_topic, filled)
    ]
    labels = dict(_labels(tuple(parts)))
    return Plan(tuple(parts), labels, form)


class _Counter:
    """Counts chapters, clauses and annexes while parts are laid out."""

    def __init__(self, form: Numbering) -> None:
        self.form = form
        self.chapter = self.clause = self.annex = 0

    def part(self, zone: Zone, depth: int) -> str:
        if depth > 1 or zone == "front":
            return ""
        if zone == "annex":
            self.annex += 1
            return printed(self.form.annex, self.form, annex=self.annex)
        self.chapter += 1
        if not self.form.continuous:
            self.clause = 0
        return printed(self.form.chapter, self.form, chapter=self.chapter)

    def place(self, decision: ClauseDecision, clause: Clause) -> Placed:
        if clause.kind not in NUMBERED:
            return Placed(clause, decision, "", self.chapter, 0)
        self.clause += 1
        label = printed(self.form.clause, self.form, chapter=self.chapter, clause=self.clause)
        return Placed(clause, decision, label, self.chapter, self.clause)


NUMBERED = ("norm", "measure")
"""Kinds of clause that have a number; narrative runs on under its chapter's heading."""

_ZONES: Mapping[str, Zone] = {"front": "front", "parts": "body", "annexes": "annex"}


def _drawn(
    part: OutlinePart,
    context: Context,
    by_topic: Mapping[str, list[tuple[ClauseDecision, Clause]]],
    filled: frozenset[str],
) -> bool:
    """Return whether a part has anything for this audience: clauses, generated content, an inner part, or words."""
    if part.audiences and context.audience not in part.audiences:
        return False
    if any(by_topic.get(t) for t in part.topics) or part.id in filled:
        return True
    if part.parts:
        return any(_drawn(p, context, by_topic, filled) for p in part.parts)
    return not part.topics and not part.make and bool(part.intro)


def _part(
    part: OutlinePart,
    context: Context,
    by_topic: Mapping[str, list[tuple[ClauseDecision, Clause]]],
    filled: frozenset[str],
    counter: _Counter,
    depth: int,
) -> PlannedPart:
    zone = _ZONES[part.zone]
    label = counter.part(zone, depth)
    clauses = tuple(counter.place(d, c) for t in part.topics for d, c in by_topic.get(t, ()))
    inner = tuple(
        _part(p, context, by_topic, filled, counter, depth + 1)
        for p in part.parts
        if _drawn(p, context, by_topic, filled)
    )
    return PlannedPart(part, zone, depth, label, clauses, inner)


def _labels(parts: tuple[PlannedPart, ...]) -> Iterator[tuple[str, str]]:
    for planned in parts:
        if planned.label:
            yield f"part:{planned.part.id}", planned.label
        for placed in planned.clauses:
            if placed.label:
                yield f"clause:{placed.clause.id}", placed.label
        yield from _labels(planned.parts)
