"""Where everything stands: an outline and a selection give the parts of a document, its clauses, and every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.compose.context import Context
from pipeline.compose.frozen import Circulated, Series
from pipeline.model.clause import Clause, OutlinePart
from pipeline.model.draft import Letters, Numbering, NumberLevel, Zone
from pipeline.model.labels import dressed, figure
from pipeline.model.selection import ClauseDecision


@dataclass(frozen=True, slots=True)
class Placed:
    """A clause in its place.

    Attributes:
        clause: The clause.
        decision: How it was decided.
        label: Its number as printed; empty where it has none.
        chapter: Its chapter, counted from 1.
        number: The clause, counted from 1 in its chapter, or through all of them.
        figures: Chapter and clause as they are printed, from which its paragraphs are numbered.
    """

    clause: Clause
    decision: ClauseDecision
    label: str
    chapter: int
    number: int
    figures: tuple[str, str]


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


def numbering(context: Context) -> Numbering:
    """Return the outline's numbering, else the country's choice, else the one of its legal form, else decimal."""
    library = context.library
    name = context.outline.numbering or context.assessment.form.numbering
    if name not in library.numberings:
        name = library.legal_forms.get(context.answer("country.legal_form") or "", "decimal")
    levels = library.numberings[name]
    looks = levels.get("inserted", {})
    letters: Letters = looks.get(context.lang) or looks.get("en") or "upperLetter"  # type: ignore[assignment]

    def level(key: str) -> NumberLevel:
        spec = levels[key]
        return NumberLevel(spec["format"], spec.get(context.lang) or spec["en"])  # type: ignore[arg-type]

    return Numbering(
        name, level("chapter"), level("clause"), level("paragraph"), level("point"), level("subpoint"), level("annex"),
        levels["continuous"]["value"] == "true", letters,
    )  # fmt: skip


def printed(level: NumberLevel, form: Numbering, **numbers: int | str) -> str:
    """Return a level's printed number; the other levels it names are written in their own figures.

    Args:
        level: The level.
        form: The numbering.
        numbers: The numbers that it names, as such or, where they have letters, as they are printed.
    """
    text = level.pattern
    own = {"chapter": form.chapter, "clause": form.clause, "paragraph": form.paragraph, "point": form.point,
           "sub": form.subpoint, "annex": form.annex}  # fmt: skip
    for name, number in numbers.items():
        shown = number if isinstance(number, str) else figure(number, own[name].format)
        text = text.replace("{" + name + "}", shown)
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
    parts = tuple(
        _part(part, context, by_topic, filled, counter, 1)
        for part in context.outline.parts
        if _drawn(part, context, by_topic, filled)
    )
    old = context.circulated.get(context.document)
    if old is not None and old.keeps(form):
        parts = _kept(parts, old, form)
    return Plan(parts, dict(_labels(parts)), form)


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
            return Placed(clause, decision, "", self.chapter, 0, ("", ""))
        self.clause += 1
        form = self.form
        figures = figure(self.chapter, form.chapter.format), figure(self.clause, form.clause.format)
        label = printed(form.clause, form, chapter=figures[0], clause=figures[1])
        return Placed(clause, decision, label, self.chapter, self.clause, figures)


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


def _kept(parts: tuple[PlannedPart, ...], old: Circulated, form: Numbering) -> tuple[PlannedPart, ...]:
    """Return the parts with the numbers that were circulated, and new ones around these."""
    series = Series(old, form)
    heads = {zone: [p.part.id for p in parts if p.zone == zone and p.label] for zone in ("body", "annex")}
    chapters = series.figures("chapter", "", [f"part:{i}" for i in heads["body"]])
    annexes = series.figures("annex", "", [f"part:{i}" for i in heads["annex"]])
    by_count: dict[int, list[Placed]] = {}
    for one in _numbered(parts):
        by_count.setdefault(0 if form.continuous else one.chapter, []).append(one)
    figures: dict[str, str] = {}
    for count, some in by_count.items():
        scope = "" if form.continuous else chapters[count - 1] if count else some[0].figures[0].upper()
        found = series.figures("clause", scope, [f"clause:{p.clause.id}" for p in some])
        figures.update(zip((p.clause.id for p in some), found, strict=True))

    def look(level: NumberLevel, text: str) -> str:
        return dressed(text, level.format, form.inserted)

    labels = {
        i: printed(form.chapter, form, chapter=look(form.chapter, text))
        for i, text in zip(heads["body"], chapters, strict=True)
    }
    for i, text in zip(heads["annex"], annexes, strict=True):
        labels[i] = printed(form.annex, form, annex=look(form.annex, text))

    def relabelled(one: Placed) -> Placed:
        if not one.label:
            return one
        chapter = look(form.chapter, chapters[one.chapter - 1]) if one.chapter else one.figures[0]
        clause = look(form.clause, figures[one.clause.id])
        label = printed(form.clause, form, chapter=chapter, clause=clause)
        return replace(one, label=label, figures=(chapter, clause))

    def within(some: tuple[PlannedPart, ...]) -> tuple[PlannedPart, ...]:
        return tuple(
            replace(
                p, label=labels.get(p.part.id, p.label), clauses=tuple(map(relabelled, p.clauses)),
                parts=within(p.parts),
            )
            for p in some
        )  # fmt: skip

    return within(parts)


def _numbered(parts: tuple[PlannedPart, ...]) -> Iterator[Placed]:
    for part in parts:
        yield from (p for p in part.clauses if p.label)
        yield from _numbered(part.parts)


def _labels(parts: tuple[PlannedPart, ...]) -> Iterator[tuple[str, str]]:
    for planned in parts:
        if planned.label:
            yield f"part:{planned.part.id}", planned.label
        for placed in planned.clauses:
            if placed.label:
                yield f"clause:{placed.clause.id}", placed.label
        yield from _labels(planned.parts)
