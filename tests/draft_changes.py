"""Changes to a composed draft by hand: each function gives a change, and `made` in `revisions` applies some in a row.

A change that names words, paragraphs or rows that are not there fails the test. After the last one everything is
counted anew, as composing would have counted it: numbers of chapters, clauses, paragraphs, points and footnotes, and
what cross-references print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count

from draft_counting import everywhere, mapped, recounted

from pipeline.model.draft import (
    Block,
    Box,
    Cell,
    Draft,
    Footnote,
    Heading,
    Inline,
    Origin,
    Paragraph,
    ParagraphRole,
    Ref,
    Run,
    Table,
    Unit,
)

Change = Callable[[Draft], Draft]
Inlines = tuple[Inline, ...]
Line = Callable[[Inlines], Inlines]

# Reading


def unit_of(draft: Draft, anchor: str) -> Unit:
    """Return a unit by its anchor."""
    return next(u for u in draft.units if u.anchor == anchor)


def clauses_of(draft: Draft) -> tuple[str, ...]:
    """Return the anchors of the clauses in order."""
    return tuple(u.anchor for u in draft.units if u.anchor.startswith("clause:"))


def lines_of(block: Block) -> tuple[Inlines, ...]:
    """Return the lines of inlines in a block, those of boxes and cells among them."""
    match block:
        case Paragraph():
            return (block.inlines,)
        case Box():
            return tuple(p.inlines for p in block.paragraphs)
        case Table():
            return tuple(line for row in block.rows for c in row for line in c.paragraphs)
        case _:
            return ()


def referring(draft: Draft, anchor: str) -> tuple[str, ...]:
    """Return the anchors of the units that refer to a unit, itself left out."""
    return tuple(
        u.anchor
        for u in draft.units
        if u.anchor != anchor
        and any(isinstance(i, Ref) and i.anchor == anchor for b in u.blocks for line in lines_of(b) for i in line)
    )


# Words


def word(anchor: str, old: str, new: str, nth: int = 1) -> Change:
    """Replace words within one run of a unit: where they stand for the nth time, from 1; footnotes are left alone."""
    return _in_runs(anchor, old, nth, lambda run: (replace(run, text=new),) if new else ())


def bold(anchor: str, words: str, nth: int = 1) -> Change:
    """Make words bold and change nothing else."""
    return _in_runs(anchor, words, nth, lambda run: (replace(run, bold=True),))


def ref_added(anchor: str, words: str, to: str) -> Change:
    """Put a cross-reference to another unit behind words of a unit."""
    return _in_runs(anchor, words, 1, lambda run: (replace(run, text=f"{run.text} "), Ref(to, "?")))


def _in_runs(anchor: str, words: str, nth: int, become: Callable[[Run], Inlines]) -> Change:
    def changed(unit: Unit) -> Unit:
        place = count(1)
        done = False

        def line(inlines: Inlines) -> Inlines:
            return tuple(i for inline in inlines for i in pieces(inline))

        def pieces(inline: Inline) -> Iterator[Inline]:
            nonlocal done
            if not isinstance(inline, Run):
                yield inline
                return
            start = 0
            while (at := inline.text.find(words, start)) >= 0:
                if next(place) == nth:
                    done = True
                    parts = (inline.text[:at], inline.text[at + len(words) :])
                    found = become(replace(inline, text=words))
                    yield from _joined((replace(inline, text=parts[0]), *found, replace(inline, text=parts[1])))
                    return
                start = at + len(words)
            yield inline

        whole = replace(unit, blocks=tuple(mapped(b, line) for b in unit.blocks))
        assert done, f"{anchor} does not hold {words!r} in one run {nth} times"
        return whole

    return _to(anchor, changed)


def _joined(inlines: Iterable[Inline]) -> list[Inline]:
    """Join neighbouring runs of one look and leave out empty ones."""
    found: list[Inline] = []
    for inline in inlines:
        last = found[-1] if found else None
        if isinstance(inline, Run) and not inline.text:
            continue
        if isinstance(inline, Run) and isinstance(last, Run) and replace(last, text="") == replace(inline, text=""):
            found[-1] = replace(last, text=last.text + inline.text)
        else:
            found.append(inline)
    return found


def heading(anchor: str, text: str) -> Change:
    """Change the words of a unit's heading."""

    def changed(unit: Unit) -> Unit:
        first = unit.blocks[0]
        assert isinstance(first, Heading)
        return replace(unit, blocks=(replace(first, text=text), *unit.blocks[1:]))

    return _to(anchor, changed)


# Footnotes


def note_changed(anchor: str, old: str, new: str) -> Change:
    """Replace words in a footnote of a unit."""

    def changed(note: Footnote) -> Inlines:
        inlines = tuple(replace(i, text=i.text.replace(old, new)) if isinstance(i, Run) else i for i in note.inlines)
        return (replace(note, inlines=inlines),)

    return _in_notes(anchor, old, changed)


def note_dropped(anchor: str, words: str = "") -> Change:
    """Drop the first footnote of a unit that holds words."""
    return _in_notes(anchor, words, lambda note: ())


def note_added(anchor: str, text: str, paragraph: int = 0) -> Change:
    """Put a footnote at the end of a paragraph of a unit, counted from 0."""
    return _paragraph(anchor, paragraph, lambda p: (replace(p, inlines=(*p.inlines, Footnote(0, (Run(text),)))),))


def _in_notes(anchor: str, words: str, become: Callable[[Footnote], Inlines]) -> Change:
    def changed(unit: Unit) -> Unit:
        done = False

        def line(inlines: Inlines) -> Inlines:
            nonlocal done
            found: list[Inline] = []
            for inline in inlines:
                held = isinstance(inline, Footnote) and any(words in getattr(i, "text", "") for i in inline.inlines)
                if done or not held:
                    found.append(inline)
                    continue
                assert isinstance(inline, Footnote)
                done = True
                found += become(inline)
            return tuple(found)

        whole = replace(unit, blocks=tuple(mapped(b, line) for b in unit.blocks))
        assert done, f"{anchor} has no footnote with {words!r}"
        return whole

    return _to(anchor, changed)


# Paragraphs and points


def paragraph_added(anchor: str, text: str, after: int, role: ParagraphRole | None = None) -> Change:
    """Add a paragraph behind one of a unit, counted from 0; of the same role unless one is named."""
    return _paragraph(anchor, after, lambda p: (p, Paragraph(role or p.role, (Run(text),))))


def paragraph_dropped(anchor: str, at: int) -> Change:
    """Drop a paragraph or point of a unit, counted from 0."""
    return _paragraph(anchor, at, lambda p: ())


def paragraph_styled(anchor: str, at: int, role: ParagraphRole) -> Change:
    """Give a paragraph another role and change no word."""
    return _paragraph(anchor, at, lambda p: (replace(p, role=role),))


def _paragraph(anchor: str, at: int, become: Callable[[Paragraph], tuple[Paragraph, ...]]) -> Change:
    def changed(unit: Unit) -> Unit:
        places = [i for i, b in enumerate(unit.blocks) if isinstance(b, Paragraph)]
        assert at < len(places), f"{anchor} has {len(places)} paragraphs"
        place = places[at]
        held = unit.blocks[place]
        assert isinstance(held, Paragraph)
        return replace(unit, blocks=(*unit.blocks[:place], *become(held), *unit.blocks[place + 1 :]))

    return _to(anchor, changed)


# Tables


def cell(anchor: str, row: int, column: int, text: str) -> Change:
    """Change a cell of the first table of a unit."""

    def changed(table: Table) -> Table:
        kept = list(table.rows[row])
        kept[column] = replace(kept[column], paragraphs=((Run(text),),))
        return replace(table, rows=(*table.rows[:row], tuple(kept), *table.rows[row + 1 :]))

    return _table(anchor, changed)


def row_added(anchor: str, texts: Iterable[str], after: int) -> Change:
    """Add a row to the first table of a unit behind one counted from 0; -1 puts it first."""
    cells = tuple(Cell(((Run(t),),)) for t in texts)

    def changed(table: Table) -> Table:
        assert len(cells) == len(table.columns)
        return replace(table, rows=(*table.rows[: after + 1], cells, *table.rows[after + 1 :]))

    return _table(anchor, changed)


def row_dropped(anchor: str, row: int) -> Change:
    """Drop a row of the first table of a unit."""
    return _table(anchor, lambda t: replace(t, rows=tuple(r for i, r in enumerate(t.rows) if i != row)))


def _table(anchor: str, change: Callable[[Table], Table]) -> Change:
    def changed(unit: Unit) -> Unit:
        place = next(i for i, b in enumerate(unit.blocks) if isinstance(b, Table))
        table = unit.blocks[place]
        assert isinstance(table, Table)
        return replace(unit, blocks=(*unit.blocks[:place], change(table), *unit.blocks[place + 1 :]))

    return _to(anchor, changed)


# Clauses


def clause_added(anchor: str, title: str, *texts: str, after: str) -> Change:
    """Add a clause of some paragraphs behind a unit."""
    paragraphs = tuple(Paragraph("clause", (Run(t),)) for t in texts)
    blocks: tuple[Block, ...] = (Heading("clause", 2, "", title, anchor), *paragraphs)
    origin = Origin("clause", anchor.removeprefix("clause:"), "2026-07-27")

    def changed(draft: Draft) -> Draft:
        zone = unit_of(draft, after).zone
        return _behind(draft, after, Unit(anchor, title, origin, zone, blocks))

    return changed


def clause_dropped(anchor: str) -> Change:
    """Drop a clause; what referred to it names its title instead, as composing does."""

    def changed(draft: Draft) -> Draft:
        gone = unit_of(draft, anchor)
        title = next(b.text for b in gone.blocks if isinstance(b, Heading))
        left = replace(draft, units=tuple(u for u in draft.units if u is not gone))
        return _unreferred(left, {anchor: f"“{title}”"})

    return changed


def clause_moved(anchor: str, after: str) -> Change:
    """Move a clause behind another unit."""

    def changed(draft: Draft) -> Draft:
        moved = unit_of(draft, anchor)
        return _behind(replace(draft, units=tuple(u for u in draft.units if u is not moved)), after, moved)

    return changed


def clause_split(anchor: str, at: int, *new: tuple[str, str]) -> Change:
    """Split a clause into two others, each an anchor with its title: the second has the paragraphs from `at` on.

    What referred to the clause refers to the first of the two.
    """
    (first, first_title), (second, second_title) = new

    def changed(draft: Draft) -> Draft:
        old = unit_of(draft, anchor)
        body = old.blocks[1:]
        halves = ((first, first_title, body[:at]), (second, second_title, body[at:]))
        made = [
            replace(
                old, anchor=name, origin=replace(old.origin, id=name.removeprefix("clause:")),
                blocks=(Heading("clause", 2, "", title, name), *blocks),
            )
            for name, title, blocks in halves
        ]  # fmt: skip
        units = tuple(n for u in draft.units for n in (made if u is old else (u,)))
        return _redirected(replace(draft, units=units), (anchor,), first)

    return changed


def clauses_joined(first: str, second: str, anchor: str, title: str) -> Change:
    """Join two clauses into another that stands in the place of the first."""

    def changed(draft: Draft) -> Draft:
        one, two = unit_of(draft, first), unit_of(draft, second)
        head = Heading("clause", 2, "", title, anchor)
        origin = replace(one.origin, id=anchor.removeprefix("clause:"))
        whole = replace(one, anchor=anchor, origin=origin, blocks=(head, *one.blocks[1:], *two.blocks[1:]))
        units = tuple(whole if u is one else u for u in draft.units if u is not two)
        return _redirected(replace(draft, units=units), (first, second), anchor)

    return changed


def _redirected(draft: Draft, old: tuple[str, ...], new: str) -> Draft:
    """Return a draft in which references to some units go to another."""
    return everywhere(draft, lambda i: replace(i, anchor=new) if isinstance(i, Ref) and i.anchor in old else i)


def excerpt(*anchors: str) -> Change:
    """Keep some units and the chapters in which they stand; what referred to others prints as words."""

    def changed(draft: Draft) -> Draft:
        kept: list[Unit] = []
        opener: Unit | None = None
        for unit in draft.units:
            if isinstance(unit.blocks[0], Heading) and unit.blocks[0].role == "chapter":
                opener = unit
            if unit.anchor in anchors:
                if opener is not None and unit.zone == "body" and opener not in kept:
                    kept.append(opener)
                kept.append(unit)
        names = {u.anchor for u in kept}
        assert names >= set(anchors), f"no such units: {sorted(set(anchors) - names)}"
        gone = {u.anchor: "" for u in draft.units if u.anchor not in names}
        return recounted(_unreferred(replace(draft, units=tuple(kept)), gone))

    return changed


def _unreferred(draft: Draft, gone: dict[str, str]) -> Draft:
    """Return a draft in which references to units that are gone print words: those given, else what they printed."""
    return everywhere(draft, lambda i: Run(gone[i.anchor] or i.text) if isinstance(i, Ref) and i.anchor in gone else i)


def _to(anchor: str, change: Callable[[Unit], Unit]) -> Change:
    def changed(draft: Draft) -> Draft:
        unit = unit_of(draft, anchor)
        return replace(draft, units=tuple(change(u) if u is unit else u for u in draft.units))

    return changed


def _behind(draft: Draft, after: str, unit: Unit) -> Draft:
    at = draft.units.index(unit_of(draft, after)) + 1
    return replace(draft, units=(*draft.units[:at], unit, *draft.units[at:]))
