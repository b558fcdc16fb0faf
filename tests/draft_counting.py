"""Numbers of a draft counted as composing counts them, for drafts that were changed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count

from pipeline.compose.frozen import KINDS, Kind, Line, Series, circulated
from pipeline.compose.frozen_points import DEPTHS, kept
from pipeline.compose.plan import printed
from pipeline.model.draft import (
    Block,
    Box,
    Draft,
    Footnote,
    Heading,
    Inline,
    Numbering,
    NumberLevel,
    Paragraph,
    Ref,
    Table,
    Unit,
    plain,
)
from pipeline.model.labels import dressed, figure

Inlines = tuple[Inline, ...]


def mapped(block: Block, change: Callable[[Inlines], Inlines]) -> Block:
    """Return a block with a change made to each line of inlines in it."""
    match block:
        case Paragraph():
            return replace(block, inlines=change(block.inlines))
        case Box():
            return replace(block, paragraphs=tuple(replace(p, inlines=change(p.inlines)) for p in block.paragraphs))
        case Table():
            rows = tuple(
                tuple(replace(c, paragraphs=tuple(change(line) for line in c.paragraphs)) for c in row)
                for row in block.rows
            )
            return replace(block, rows=rows)
        case _:
            return block


def everywhere(draft: Draft, change: Callable[[Inline], Inline]) -> Draft:
    """Return a draft with a change made to each inline in reading order, those within footnotes among them."""

    def line(inlines: Inlines) -> Inlines:
        found: list[Inline] = []
        for inline in inlines:
            now = change(inline)
            found.append(replace(now, inlines=line(now.inlines)) if isinstance(now, Footnote) else now)
        return tuple(found)

    units = tuple(replace(u, blocks=tuple(mapped(b, line) for b in u.blocks)) for u in draft.units)
    return replace(draft, units=units)


def recounted(draft: Draft, old: Draft | None = None) -> Draft:
    """Return a draft with everything counted as composing counts it.

    Args:
        draft: The draft.
        old: A circulated version whose numbers stay; without it all are counted from the first on.
    """
    counter = _Counter(draft.numbering, _kept(draft, old) if old else {})
    units = tuple(counter.unit(u) for u in draft.units)
    if old:
        stood = {u.anchor: u for u in old.units if u.anchor.startswith("clause:")}
        units = tuple(_inner(u, stood[u.anchor], old, counter) if u.anchor in stood else u for u in units)
    notes = count(1)

    def told(inline: Inline) -> Inline:
        if isinstance(inline, Ref) and inline.anchor in counter.labels:
            return replace(inline, text=counter.labels[inline.anchor])
        return replace(inline, number=next(notes)) if isinstance(inline, Footnote) else inline

    return everywhere(replace(draft, units=units), told)


def _headings(draft: Draft) -> list[Heading]:
    return [b for u in draft.units for b in u.blocks if isinstance(b, Heading) and b.role in KINDS]


def _kept(draft: Draft, old: Draft) -> dict[str, str]:
    """Return the figures by anchor with which the numbers of a circulated version stay, and new ones stand around them."""
    form = draft.numbering
    series = Series(circulated(old.version, old.numbering, _headings(old), {}, renumbered=False, lines={}), form)
    heads = _headings(draft)
    found: dict[str, str] = {}

    def give(kind: Kind, scope: str, anchors: list[str], level: NumberLevel) -> list[str]:
        figures = series.figures(kind, scope, anchors)
        found.update((a, dressed(f, level.format, form.inserted)) for a, f in zip(anchors, figures, strict=True))
        return figures

    chapters = give("chapter", "", [h.anchor for h in heads if h.role == "chapter"], form.chapter)
    give("annex", "", [h.anchor for h in heads if h.role == "annex"], form.annex)
    by_chapter: dict[int, list[str]] = {}
    chapter = 0
    for head in heads:
        chapter += head.role == "chapter"
        if head.role == "clause":
            by_chapter.setdefault(0 if form.continuous else chapter, []).append(head.anchor)
    for chapter, anchors in by_chapter.items():
        give("clause", chapters[chapter - 1] if chapter else "", anchors, form.clause)
    return found


def _inner(unit: Unit, was: Unit, old: Draft, counter: _Counter) -> Unit:
    """Return a clause whose paragraphs and points keep their numbers."""
    lines = [
        Line(b.role, b.label, plain(b.inlines), b.restart)
        for b in was.blocks
        if isinstance(b, Paragraph) and b.role in DEPTHS
    ]
    body = [b for b in unit.blocks if isinstance(b, Paragraph)]
    figures = counter.clauses.get(unit.anchor, ("", ""))
    now = iter(kept(body, lines, old.numbering, counter.form, figures))
    return replace(unit, blocks=tuple(next(now) if isinstance(b, Paragraph) else b for b in unit.blocks))


class _Counter:
    """Counts chapters, clauses and annexes through a draft, and paragraphs and points in each unit."""

    def __init__(self, form: Numbering, kept: Mapping[str, str]) -> None:
        self.form = form
        self.kept = kept
        self.counts = {"chapter": 0, "clause": 0, "annex": 0}
        self.figures = {"chapter": "", "clause": "", "annex": ""}
        self.labels: dict[str, str] = {}
        self.clauses: dict[str, tuple[str, str]] = {}

    def unit(self, unit: Unit) -> Unit:
        """Return a unit with its numbers."""
        several = sum(1 for b in unit.blocks if isinstance(b, Paragraph) and b.role in ("clause", "numbered")) > 1
        counts = {"paragraph": 0, "point": 0, "sub": 0}
        blocks: list[Block] = []
        last = ""
        for block in unit.blocks:
            if isinstance(block, Heading):
                blocks.append(self._heading(block))
            elif isinstance(block, Paragraph):
                blocks.append(self._paragraph(block, several, last, counts))
                last = block.role
            else:
                blocks.append(block)
        head = next((b for b in blocks if isinstance(b, Heading) and b.anchor == unit.anchor), None)
        alias = f"{head.label} {head.text}".strip() if head else unit.alias
        return replace(unit, alias=alias, blocks=tuple(blocks))

    def _heading(self, heading: Heading) -> Heading:
        form, role = self.form, heading.role
        if role not in KINDS:
            return heading
        level: NumberLevel = getattr(form, role)
        self.counts[role] += 1
        if role == "chapter" and not form.continuous:
            self.counts["clause"] = 0
        self.figures[role] = self.kept.get(heading.anchor) or figure(self.counts[role], level.format)
        label = printed(level, form, **self.figures)
        if role == "clause":
            self.clauses[heading.anchor] = self.figures["chapter"], self.figures["clause"]
        self.labels[heading.anchor] = label
        return replace(heading, label=label)

    def _paragraph(self, paragraph: Paragraph, several: bool, last: str, counts: dict[str, int]) -> Paragraph:
        form = self.form
        match paragraph.role:
            case "clause" | "numbered":
                counts["paragraph"] += 1
                label = printed(form.paragraph, form, paragraph=counts["paragraph"], **self.figures) if several else ""
                return replace(paragraph, role="numbered" if several else "clause", label=label)
            case "point":
                counts["point"] = counts["point"] + 1 if last in ("point", "subpoint") else 1
                label = printed(form.point, form, point=counts["point"])
                return replace(paragraph, label=label, restart=counts["point"] == 1)
            case "subpoint":
                counts["sub"] = counts["sub"] + 1 if last == "subpoint" else 1
                return replace(
                    paragraph, label=printed(form.subpoint, form, sub=counts["sub"]), restart=counts["sub"] == 1
                )
            case _:
                return paragraph
