"""The tracked changes of a story as a reader tells them: an insertion, a replacement, a move, a row, a formatting.

Word writes one edit as many marks: a deleted word and the word put in its place, the runs of a paragraph and its end,
the two halves of a move. What stands together and is of one author is one change here (ECMA-376 part 1, 17.13.5).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from pipeline.word.names import w
from pipeline.word.pieces import CELL_MARKS, GONE, MARKS, WRAPPERS, Piece, Pieces, control_of

Kind = Literal["insertion", "deletion", "replacement", "move", "row", "cell", "formatting"]
Belongs = Callable[[Piece], Hashable]
"""What a piece belongs to; a change never runs from one into another."""

_FROM, _TO = w("moveFrom"), w("moveTo")
_CHANGE = "Change"
_OWN_VAL = f"0 {w('val')}"
"""The key of a property's own value among the attributes read."""
_OFF = ("0", "false", "off", "none")

_TOGGLES: Mapping[str, str] = {
    "b": "bold", "i": "italic", "caps": "capitals", "smallCaps": "small capitals", "strike": "struck through",
    "dstrike": "struck through twice", "vanish": "hidden", "rtl": "right to left",
}  # fmt: skip
_LOOKS: Mapping[str, str] = {
    "rStyle": "style", "pStyle": "style", "u": "underline", "color": "colour", "sz": "size", "rFonts": "typeface",
    "highlight": "highlighting", "shd": "shading", "vertAlign": "raised or lowered", "lang": "language",
    "jc": "alignment", "ind": "indent", "spacing": "spacing", "numPr": "numbering", "outlineLvl": "outline level",
    "keepNext": "keeping with next", "keepLines": "keeping together", "pageBreakBefore": "page break",
    "tabs": "tab stops", "pBdr": "border", "bdr": "border", "bidi": "direction",
}  # fmt: skip
_UNSAID = frozenset(("bCs", "iCs", "szCs", "rPr", "sectPr", "ins", "del", "moveFrom", "moveTo"))


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What one author did at one place.

    Attributes:
        kind: What was done.
        author: Who did it.
        date: When, as the file says it; that of the first mark.
        old: What was taken away or, for a formatting, what it covers.
        new: What was put in.
        first: The first of its pieces; for a move the first at the old place.
        last: The piece behind its last.
        marks: All marks that it consists of.
        what: For a formatting, the difference in words.
        to: For a move, the first piece at the new place.
    """

    kind: Kind
    author: str
    date: str
    old: str
    new: str
    first: int
    last: int
    marks: tuple[etree._Element, ...]
    what: str = ""
    to: int = -1


@dataclass(slots=True)
class _Group:
    """Marks of one author that stand together."""

    key: Hashable
    author: str
    first: int
    last: int
    marks: dict[etree._Element, None] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    what: str = ""

    def side(self, mark: str) -> list[Piece]:
        """Return the pieces of a move that stand at its old or its new place."""
        return [p for p in self.pieces if any(m.tag == mark and m in self.marks for m in p.marks)]


def changes(story: Pieces, belongs: Belongs, styles: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the changes of a story in the order in which they begin.

    Args:
        story: The story.
        belongs: What a piece belongs to.
        styles: Names of styles by id, for what is said of a formatting.
    """
    found = [*_edits(story, belongs), *_formats(story, belongs, styles), *_layouts(story)]
    return tuple(sorted(found, key=lambda c: (c.first, c.last)))


def author_of(mark: etree._Element) -> str:
    """Return who made a mark; empty where it does not say."""
    return str(mark.get(w("author"), ""))


def _edits(story: Pieces, belongs: Belongs) -> Iterator[Change]:
    groups = list(_grouped(story, belongs))
    yield from _controls(story, groups)
    moves: dict[tuple[str, str], list[_Group]] = {}
    for group in groups:
        name = group.pieces[0].move
        if name and any(m.tag in (_FROM, _TO) for m in group.marks):
            moves.setdefault((group.author, name), []).append(group)
    moved: set[int] = set()
    for halves in moves.values():
        gone = [g for g in halves if g.side(_FROM)]
        come = [g for g in halves if g.side(_TO)]
        if gone and come:
            moved |= {id(g) for g in halves}
            yield _move(gone, come, halves)
    yield from (_edit(g) for g in groups if id(g) not in moved)


def _controls(story: Pieces, groups: Sequence[_Group]) -> Iterator[Change]:
    """Add the marks on the edges of a control to what its author did within; yield those that stand alone."""
    edges: dict[tuple[str, etree._Element], _Group] = {}
    for place, mark in story.controls:
        author, control = author_of(mark), control_of(mark)
        whole = (author, mark if control is None else control)
        if whole not in edges:
            around = next((g for g in groups if g.author == author and g.first <= place < g.last), None)
            edges[whole] = around or _Group(None, author, place, place)
        edges[whole].marks[mark] = None
    for group in [g for g in edges.values() if not g.pieces]:
        gone = WRAPPERS[next(iter(group.marks)).tag]
        yield _made("formatting", group, "", "", "block taken off its text" if gone else "block put around its text")


def _grouped(story: Pieces, belongs: Belongs) -> Iterator[_Group]:
    open_groups: dict[str, _Group] = {}
    for place, piece in enumerate(story.pieces):
        if not piece.marks:
            if open_groups:
                yield from open_groups.values()
                open_groups = {}
            continue
        by_author: dict[str, list[etree._Element]] = {}
        for mark in piece.marks:
            by_author.setdefault(author_of(mark), []).append(mark)
        for author in [a for a in open_groups if a not in by_author]:
            yield open_groups.pop(author)
        of = belongs(piece)
        for author, marks in by_author.items():
            moving = any(m.tag in (_FROM, _TO) for m in marks)
            cell = next((m for m in marks if m.tag in CELL_MARKS), None)
            row = next((m.getparent() for m in marks if _holder(m) == "trPr"), None)
            key = (of, piece.move if moving else None, marks[0].tag if moving else None, row, cell)
            group = open_groups.get(author)
            if group is None or group.key != key:
                if group is not None:
                    yield group
                group = open_groups[author] = _Group(key, author, place, place)
            group.last = place + 1
            group.marks.update(dict.fromkeys(marks))
            group.pieces.append(piece)
    yield from open_groups.values()


def _holder(mark: etree._Element) -> str:
    parent = mark.getparent()
    return "" if parent is None else etree.QName(parent).localname


def _edit(group: _Group) -> Change:
    own = group.marks
    gone = [p for p in group.pieces if any(m in own and m.tag in GONE for m in p.marks)]
    taken = {id(p) for p in gone}
    come = [p for p in group.pieces if id(p) not in taken]
    kind: Kind = "replacement" if gone and come else "deletion" if gone else "insertion"
    if any(_holder(m) == "trPr" for m in own):
        kind = "row"
    elif any(m.tag in CELL_MARKS for m in own):
        kind = "cell"
    return _made(kind, group, told(gone), told(come))


def _move(gone: Sequence[_Group], come: Sequence[_Group], halves: Sequence[_Group]) -> Change:
    whole = _Group(None, gone[0].author, gone[0].first, gone[-1].last)
    for group in halves:
        whole.marks.update(group.marks)
    old = told([p for g in gone for p in g.pieces])
    new = told([p for g in come for p in g.pieces])
    return _made("move", whole, old, new, to=come[0].first)


def told(pieces: Sequence[Piece]) -> str:
    """Return pieces as text on which no mark is lost: a footnote or picture as its name in brackets."""
    return "".join([f"[{p.thing}]" if p.thing else p.text for p in pieces])


def _made(kind: Kind, group: _Group, old: str, new: str, what: str = "", to: int = -1) -> Change:
    marks = tuple(group.marks)
    date = str(marks[0].get(w("date"), ""))
    return Change(kind, group.author, date, old, new, group.first, group.last, marks, what, to)


# Formatting


def _formats(story: Pieces, belongs: Belongs, styles: Mapping[str, str]) -> Iterator[Change]:
    """Yield changes of runs and of paragraphs; neighbours that were changed alike are one."""
    runs: list[_Group] = []
    paragraphs: list[_Group] = []
    begins = 0
    for place, piece in enumerate(story.pieces):
        for author, marks in _by_author(piece.changed):
            of_run = [m for m in marks if m.tag == w("rPrChange")]
            of_paragraph = [m for m in marks if m.tag != w("rPrChange")]
            if of_run:
                _add(runs, _Group(belongs(piece), author, place, place + 1), of_run, styles)
            if of_paragraph:
                _add(paragraphs, _Group(belongs(piece), author, begins, place + 1), of_paragraph, styles)
        if piece.ends:
            begins = place + 1
    for group in (*runs, *paragraphs):
        covered = told(story.pieces[group.first : group.last])
        yield _made("formatting", group, covered, "", group.what)


def _by_author(marks: Sequence[etree._Element]) -> Iterator[tuple[str, list[etree._Element]]]:
    found: dict[str, list[etree._Element]] = {}
    for mark in marks:
        found.setdefault(author_of(mark), []).append(mark)
    yield from found.items()


def _add(groups: list[_Group], group: _Group, marks: Sequence[etree._Element], styles: Mapping[str, str]) -> None:
    """Add a changed formatting to the group that it continues, or as a new one."""
    group.what = "; ".join(dict.fromkeys(_what(m, styles) for m in marks))
    for last in reversed(groups):
        if last.last < group.first:
            break
        if (last.author, last.what, last.key, last.last) == (group.author, group.what, group.key, group.first):
            last.last = group.last
            last.marks.update(dict.fromkeys(marks))
            return
    group.marks.update(dict.fromkeys(marks))
    groups.append(group)


def _layouts(story: Pieces) -> Iterator[Change]:
    """Yield changes to the layout of tables and sections; those of one author to one table or section are one."""
    found: dict[tuple[str, etree._Element], _Group] = {}
    for place, mark in story.layouts:
        holder = next(mark.iterancestors(w("tbl")), None)
        section = next(mark.iterancestors(w("sectPr")), None)
        group = found.setdefault(
            (author_of(mark), mark if holder is None else holder), _Group(None, author_of(mark), place, place)
        )
        group.marks[mark] = None
        what = "page layout" if section is not None else "layout of the table"
        group.what = f"{what} changed"
    for group in found.values():
        yield _made("formatting", group, "", "", group.what)


def _what(mark: etree._Element, styles: Mapping[str, str]) -> str:
    """Return in words what differs between the former properties that a mark keeps and those that stand there."""
    holder = mark.getparent()
    if mark.tag in MARKS:
        return "numbering added" if mark.tag not in GONE else "numbering removed"
    if holder is None:
        return "formatting changed"
    former = _told(mark[0] if len(mark) else None)
    now = _told(holder)
    names = [n for n in dict.fromkeys((*now, *former)) if former.get(n) != now.get(n)]
    words = [_difference(n, former.get(n), now.get(n), styles) for n in names]
    return "; ".join(dict.fromkeys(words)) or "formatting changed"


def _told(properties: etree._Element | None) -> dict[str, dict[str, str]]:
    """Return the attributes of each property by its name; those of inner elements are joined to them."""
    found: dict[str, dict[str, str]] = {}
    for child in () if properties is None else properties.iterchildren("*"):
        name = etree.QName(child).localname
        if not name.endswith(_CHANGE) and name not in _UNSAID:
            found[name] = {f"{n} {k!s}": str(v) for n, e in enumerate(child.iter("*")) for k, v in e.attrib.items()}
    return found


def _difference(
    name: str, former: Mapping[str, str] | None, now: Mapping[str, str] | None, styles: Mapping[str, str]
) -> str:
    if name in _TOGGLES:
        return f"{_TOGGLES[name]} {'on' if now is not None and now.get(_OWN_VAL) not in _OFF else 'off'}"
    words = _LOOKS.get(name, name)
    if name in ("pStyle", "rStyle"):
        old, new = (styles.get(p.get(_OWN_VAL, ""), "") if p else "" for p in (former, now))
        return f"{words} “{old or 'none'}” → “{new or 'none'}”"
    return f"{words} changed"
