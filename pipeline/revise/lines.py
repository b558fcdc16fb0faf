"""The paragraphs and rows of one unit, or of one cell, merged: theirs is marked where ours has changed the base."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from pipeline.revise import conflicts, joints, looks, placing, tokens
from pipeline.revise.desk import Desk
from pipeline.revise.outcome import Hunk, Kind
from pipeline.revise.pairing import in_order, likeness, pairs
from pipeline.revise.placing import Holder
from pipeline.word.names import w
from pipeline.word.story import ROW, TABLE, Line, P, Paragraph, TableRow
from pipeline.word.wording import NOTE, Item, Row, Words

Notes = tuple[Sequence[str], Sequence[str], Sequence[str]]


@dataclass(slots=True)
class Container:
    """Lines of the three states that belong together: a unit's, or a cell's.

    Attributes:
        base: As they were.
        theirs: As they have them; these are marked.
        ours: As they are to be.
        within: The unit or cell that holds theirs.
    """

    base: Sequence[Item]
    theirs: Sequence[Line]
    ours: Sequence[Line]
    within: Holder


@dataclass(slots=True)
class Matched:
    """Which line is which: place in theirs and in ours by place in the base, and what both have added alike."""

    theirs: dict[int, int]
    ours: dict[int, int]
    alike: dict[int, int]


def matched(some: Container, moves: bool) -> Matched:
    """Return which lines are the same thing in the three states."""
    theirs, ours = [t.words for t in some.theirs], [o.words for o in some.ours]
    bt = pairs(some.base, theirs)
    bo = pairs(some.base, ours)
    if moves:
        placed = sorted(bo)
        stay = in_order([bo[i] for i in placed])
        bo = {i: bo[i] for k, i in enumerate(placed) if k in stay}
    new_theirs = [k for k in range(len(theirs)) if k not in set(bt.values()) and not theirs[k].blank]
    alike: dict[int, int] = {}
    for j in (j for j in range(len(ours)) if j not in set(bo.values())):
        same = next((k for k in new_theirs if k not in alike.values() and _same(theirs[k], ours[j])), None)
        if same is not None:
            alike[j] = same
    return Matched(bt, bo, alike)


def _same(one: Item, other: Item) -> bool:
    if isinstance(one, Words) and isinstance(other, Words):
        return one.same(other)
    return isinstance(one, Row) and isinstance(other, Row) and one.same(other)


def merge(some: Container, found: Matched, desk: Desk) -> None:
    """Mark theirs so that it says what is new in ours, and note what was done."""
    place = {j: found.theirs[i] for i, j in found.ours.items() if i in found.theirs} | found.alike
    of_base = {j: i for i, j in found.ours.items()}
    staying = [t for k, t in enumerate(some.theirs) if k in place.values()]
    together = joints.joints(some.base, some.theirs, some.ours, found.theirs, found.ours)
    joint_of = {j: joint for joint in together for j in joint.ours}
    last: Line | None = None
    behind: etree._Element | None = None
    for j, line in enumerate(some.ours):
        if j in joint_of:
            last, behind = some.theirs[joint_of[j].theirs[-1]], None
            if j == joint_of[j].ours[0]:
                _joint(some, joint_of[j], desk)
        elif j in place:
            last, behind = some.theirs[place[j]], None
            if j in of_base:
                _line(some.base[of_base[j]], last, line, desk)
        elif line.words.blank:
            continue
        elif j in of_base:
            _gone_there(some.base[of_base[j]], line, last or _first(staying) or _first(some.theirs), some.within, desk)
        else:
            behind = _put_in(some, j, place, last, behind, desk)
    read = {i for joint in together for i in joint.base}
    left = [i for i in range(len(some.base)) if i not in found.ours and i in found.theirs and i not in read]
    gone = {found.theirs[i]: some.base[i] for i in left}
    for k in sorted(gone):
        _taken_out(gone[k], some.theirs[k], some.within, desk)


def _joint(some: Container, joint: joints.Joint, desk: Desk) -> None:
    """Merge paragraphs that they split or joined as the one that they were or are."""
    base = [b for i in joint.base if isinstance(b := some.base[i], Words)]
    theirs, ours = ([p for k in at if isinstance(p := lines[k], Paragraph)] for at, lines in (
        (joint.theirs, some.theirs), (joint.ours, some.ours),
    ))  # fmt: skip
    whole = joints.words(base)
    signs = (desk.notes.keys.get(("base", (id(b), k)), NOTE) for b in base for k in range(b.signs.count(NOTE)))
    desk.notes.keys.update({("base", (id(whole), k)): key for k, key in enumerate(signs)})
    paragraph(whole, joints.paragraph(theirs), joints.paragraph(ours), desk)


def _first(lines: Sequence[Line]) -> Line | None:
    return lines[0] if lines else None


def _line(base: Item, theirs: Line, ours: Line, desk: Desk) -> None:
    if isinstance(base, Words) and isinstance(theirs, Paragraph) and isinstance(ours, Paragraph):
        paragraph(base, theirs, ours, desk)
    elif isinstance(base, Row) and isinstance(theirs, TableRow) and isinstance(ours, TableRow):
        _row(base, theirs, ours, desk)


def _row(base: Row, theirs: TableRow, ours: TableRow, desk: Desk) -> None:
    shown = not desk.terms.kept_numbers
    if base.same(ours.words) and _looks(base, shown) == _looks(ours.words, shown):
        return
    cells = tuple(_cells(base, theirs, ours))
    if {b for b, _, _ in cells} != set(range(len(base.cells))) or {o for *_, o in cells} != set(range(len(ours.cells))):
        texts = text_of(base), text_of(theirs.words), text_of(ours.words)  # a column of ours came or left
        _disputed(theirs, "row", texts, desk)
        return
    for b, t, o in cells:
        if t is None:
            before, after = (" / ".join(w_.printed for w_ in cell) for cell in (base.cells[b], ours.words.cells[o]))
            if before != after:
                _disputed(theirs, "row", (before, "", after), desk)
            continue
        cell = Container(base.cells[b], theirs.paragraphs[t], ours.paragraphs[o], placing.cell_holder(theirs.cells[t]))
        merge(cell, matched(cell, desk.terms.moves), desk)


def _looks(row: Row, shown: bool) -> list[object]:
    """Return what a row looks like, and what its references print where that counts."""
    return [(w_.looks, w_.shown if shown else ()) for cell in row.cells for w_ in cell]


def _cells(base: Row, theirs: TableRow, ours: TableRow) -> Iterable[tuple[int, int | None, int]]:
    """Yield which cell is which: by place, or where cells were merged, split or added, by what they hold, in order."""
    whole = range(len(base.cells))
    here = dict(zip(whole, whole, strict=True))
    if len(ours.cells) != len(base.cells):
        here = _in_turn(base.cells, ours.words.cells)
    there = dict(zip(whole, whole, strict=True))
    if len(theirs.cells) != len(base.cells):
        there = _in_turn(base.cells, theirs.words.cells)
    for b in whole:
        if b in here:
            yield b, there.get(b), here[b]


def _in_turn(cells: Sequence[tuple[Words, ...]], other: Sequence[tuple[Words, ...]]) -> dict[int, int]:
    """Return for each cell the one that holds its paragraphs, none before that of the cell to its left."""
    found: dict[int, int] = {}
    least = 0
    for k, cell in enumerate(cells):
        scores = {j: _held(cell, other[j]) for j in range(least, len(other))}
        taken = set(found.values())  # of two that are as much alike, the one that is still free: columns repeat words
        best = max(scores, key=lambda j: (scores[j], j not in taken, -j), default=None)
        if best is not None and scores[best] >= SAME_CELL:
            found[k] = least = best
    return found


SAME_CELL = 60.0
"""How alike, of 100, the paragraphs of a cell must be to those of another to be taken for them."""


def _held(cell: tuple[Words, ...], other: tuple[Words, ...]) -> float:
    """Return how much of a cell another one holds, from 0 to 100."""
    if not cell:
        return 100.0 if not other else 0.0
    return sum(max((likeness(one, there) for there in other), default=0.0) for one in cell) / len(cell)


def paragraph(base: Words, theirs: Paragraph, ours: Paragraph, desk: Desk, note: Paragraph | None = None) -> None:
    """Merge one paragraph.

    Args:
        base: As it was.
        theirs: As they have it.
        ours: As it is to be.
        desk: What is worked with.
        note: For a paragraph of a footnote, the paragraph of the body with its mark, which gets the comments.
    """
    keys = _keys(base, theirs, ours, desk) if note is None else ((), (), ())
    shown = not desk.terms.kept_numbers
    there, here = theirs.words, ours.words
    if not _alike(base, here, keys[0], keys[2], shown) and not _alike(there, here, keys[1], keys[2], shown):
        before = theirs.words.printed
        edits = tokens.edits(base, there, here, keys, leading=note is None, shown=shown)
        after = tokens.applied(theirs.words, ours.words, [e for e in edits if not e.clash])
        begun: dict[tokens.Clash, etree._Element | None] = {}
        for edit in reversed(edits):
            if edit.clash:
                conflicts.of_words(edit, edit.clash, theirs, ours, desk, note, begun)
            else:
                marks = _edit(edit, theirs, ours, desk)
                desk.marks += marks if note is None else []
        if any(not e.clash for e in edits):
            desk.hunks.append(Hunk("words" if note is None else "note", before.strip(), after.strip()))
    if looks.changed(base, theirs, ours, keys, desk.marker, desk.graft, not desk.terms.kept_numbers):
        desk.hunks.append(Hunk("look", base.printed, base.printed))


def _alike(one: Words, other: Words, first: Sequence[str], second: Sequence[str], shown: bool) -> bool:
    if list(first) != list(second) or (shown and one.shown != other.shown):
        return False
    return one.text.strip() == other.text.strip() and one.signs == other.signs


def _keys(base: Words, theirs: Paragraph, ours: Paragraph, desk: Desk) -> Notes:
    """Return what the notes of a paragraph are compared by in each state."""
    told = desk.notes.keys
    return (
        [told.get(("base", (id(base), k)), NOTE) for k in range(base.signs.count(NOTE))],
        [told.get(("theirs", n), n) for n in theirs.notes],
        [told.get(("ours", n), n) for n in ours.notes],
    )


def _edit(edit: tokens.Edit, theirs: Paragraph, ours: Paragraph, desk: Desk) -> list[etree._Element]:
    runs = desk.graft.runs(ours, edit.new_start, edit.new_end, theirs, edit.start)
    put = desk.marker.inserted(theirs, edit.end, runs) if runs else None
    struck = desk.marker.deleted(theirs, edit.start, edit.end) if edit.end > edit.start else []
    return [*struck, *([put] if put is not None else [])]


def _disputed(theirs: Line, kind: Kind, texts: tuple[str, str, str], desk: Desk) -> None:
    """Note a conflict over a line with the three texts, and say so in a comment on it."""
    desk.margin.on(first_paragraph(theirs).elements[-1], desk.conflicts(kind, *texts), True)


def _gone_there(base: Item, ours: Line, where: Line | None, within: Holder, desk: Desk) -> None:
    """Tell of what ours changes where they have taken it away; it is not put back."""
    if _same(base, ours.words):
        return
    lines = desk.conflicts(_kind(ours), text_of(base), "", text_of(ours.words))
    left = next((b for b in within.blocks if b.tag == P), None)  # where all of a cell is tracked as deleted
    element = first_paragraph(where).elements[-1] if where is not None else left
    if element is not None:
        desk.margin.on(element, lines, True)


def _taken_out(base: Item, theirs: Line, within: Holder, desk: Desk) -> None:
    """Mark as deleted what ours no longer has; where they changed it or a note of it, it stays."""
    if not _same(base, theirs.words) or any(n in desk.notes.edited for p in _within(theirs) for n in p.notes):
        _disputed(theirs, _kind(theirs), (text_of(base), text_of(theirs.words), ""), desk)
        return
    if isinstance(theirs, Paragraph):
        placing.paragraph_out(theirs, within, desk.marker)
        desk.marks += theirs.elements[-1:]
    else:
        placing.row_out(theirs.element, theirs.paragraphs, desk.marker)
        desk.marks.append(theirs.element)
    desk.hunks.append(Hunk(_kind(theirs), text_of(base), ""))


def _within(line: Line) -> list[Paragraph]:
    return [line] if isinstance(line, Paragraph) else [p for cell in line.paragraphs for p in cell]


def _kind(line: Line) -> Kind:
    return "paragraph" if isinstance(line, Paragraph) else "row"


def text_of(item: Item) -> str:
    """Return the text of a paragraph or row on one line."""
    if isinstance(item, Words):
        return item.printed
    return " | ".join(" / ".join(w_.printed for w_ in cell) for cell in item.cells)


def first_paragraph(line: Line) -> Paragraph:
    """Return a paragraph, or the first of a row."""
    return line if isinstance(line, Paragraph) else next(p for cell in line.paragraphs for p in cell)


def _put_in(
    some: Container, j: int, place: dict[int, int], last: Line | None, behind: etree._Element | None, desk: Desk
) -> etree._Element:
    """Put a line of ours in, tracked; return the element behind which the next one stands."""
    line = some.ours[j]
    desk.hunks.append(Hunk(_kind(line), "", text_of(line.words)))
    if isinstance(line, TableRow):
        return _row_in(some, j, line, place, last, behind, desk)
    fresh = desk.graft.adapted(line.elements[-1])
    made = placing.paragraph_in(fresh, _after(last, behind), some.within, desk.marker)
    desk.marks.append(made)
    if made is fresh:
        desk.fresh.append((fresh, line.elements[-1]))
    return made


def _after(last: Line | None, behind: etree._Element | None) -> etree._Element | None:
    """Return the paragraph or table behind which something is put in, None for the beginning."""
    if behind is not None:
        return behind if behind.tag == P else placing.gap_behind(next(behind.iterancestors(TABLE)))
    if last is None:
        return None
    return last.elements[-1] if isinstance(last, Paragraph) else placing.gap_behind(last.table)


def _row_in(
    some: Container, j: int, line: TableRow, place: dict[int, int], last: Line | None,
    behind: etree._Element | None, desk: Desk,
) -> etree._Element:  # fmt: skip
    """Put a row in: beside rows of the same table where these are there, else with the table around it."""
    table = line.table
    fellows = [k for k, other in enumerate(some.ours) if isinstance(other, TableRow) and other.table is table]
    before = [k for k in fellows if k < j and k in place]
    after = [k for k in fellows if k > j and k in place]
    fresh = desk.graft.adapted(line.element)
    if behind is not None and behind.tag == ROW and fellows[0] < j and (j - 1) in fellows:
        behind.addnext(fresh)
    elif before or after:
        fellow = some.theirs[place[before[-1] if before else after[0]]]
        row = fellow.element if isinstance(fellow, TableRow) else fellow.elements[-1]
        if before:
            row.addnext(fresh)
        else:
            row.addprevious(fresh)
    else:
        around = etree.Element(TABLE)
        around.extend(desk.graft.adapted(c) for c in table if c.tag in (w("tblPr"), w("tblGrid")))
        around.append(fresh)
        placing.table_in(around, _after(last, behind), some.within, desk.marker)
    placing.row_in(fresh, desk.marker)
    desk.marks.append(fresh)
    return fresh
