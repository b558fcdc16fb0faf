"""The blocks of a draft as calls of the functions in `preamble.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.model.draft import (
    Block,
    Box,
    Cell,
    Chart,
    Draft,
    Footnote,
    Heading,
    Inline,
    Link,
    Paragraph,
    Ref,
    Run,
    Table,
)
from pipeline.render.address import checked
from pipeline.render.pdf.literal import quoted, run, truth

ROW_LIMIT = 1100
"""A table row of up to so many characters stays on one page; a longer one may break, lest it run off the page."""

BOLD_LETTER = 0.6
"""Width of a letter in ems, bold and on the wide side."""

CELL_PADDING = 10.0
"""Space at both sides of a cell in points."""

LIST_ROLES = {"point": "points", "subpoint": "points", "bullet": "bullets"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a block must know of the document.

    Attributes:
        labels: Name of the link target of each anchor that something refers to.
        column: Width of the column of numbers in points.
        size: Of running text, in points.
        cell: Size of text in a table, in points.
        width: Of the text on an upright page, in points.
        wide: Of the text on a wide page, in points.
    """

    labels: dict[str, str]
    column: float
    size: float
    cell: float
    width: float
    wide: float


def flow(draft: Draft, page: Setting, *, breaks: bool) -> Iterator[str]:
    """Yield the calls that draw the units; a wide table takes its heading with it onto its wide page."""
    pieces = _levelled([piece for unit in draft.units for piece in _unit(unit.anchor, unit.blocks, page)])
    for wide, stretch in groupby(_orientation([block for block, _ in pieces]), key=lambda entry: entry[1]):
        indices = [index for index, _ in stretch]
        calls = _calls([pieces[i] for i in indices], page, breaks=breaks and not wide)
        if wide:
            yield "#page(flipped: true)["
            yield from calls
            yield "]"
        else:
            yield from calls


def _unit(anchor: str, blocks: Sequence[Block], page: Setting) -> Iterator[tuple[Block, str]]:
    """Yield the blocks of a unit, each with the name of the link target to set before it, or an empty name."""
    headed = any(isinstance(block, Heading) and block.anchor == anchor for block in blocks)
    for number, block in enumerate(blocks):
        yield block, page.labels.get(anchor, "") if number == 0 and not headed else ""


def _orientation(blocks: Sequence[Block]) -> list[tuple[int, bool]]:
    """Return for each block its index and whether it stands on a wide page."""
    wide = [isinstance(block, Table) and block.landscape for block in blocks]
    for index in [i for i, flag in enumerate(wide) if flag]:
        start = index
        while start > 0 and not wide[start - 1] and index - start < 4 and _leads(blocks[start - 1]):
            start -= 1
            if isinstance(blocks[start], Heading) and _opens(blocks[start]):
                break
        while start < index and not isinstance(blocks[start], Heading):
            start += 1
        wide[start:index] = [True] * (index - start)
    return list(enumerate(wide))


def _leads(block: Block) -> bool:
    return isinstance(block, Heading) or (isinstance(block, Paragraph) and block.role in {"lead", "body", "small"})


def _opens(block: Block) -> bool:
    return isinstance(block, Heading) and block.role in {"chapter", "annex", "front"}


def _levelled(pieces: Sequence[tuple[Block, str]]) -> list[tuple[Block, str]]:
    """Return the pieces with levels that step down by one at most, as PDF/UA asks, and each anchor on one heading."""
    found: list[tuple[Block, str]] = []
    seen: set[str] = set()
    last = 0
    for block, target in pieces:
        if isinstance(block, Heading):
            last = min(block.level, last + 1, 3)
            anchor = "" if block.anchor in seen else block.anchor
            seen.add(block.anchor)
            found.append((replace(block, level=last, anchor=anchor), target))
        else:
            found.append((block, target))
    return found


def _calls(pieces: Sequence[tuple[Block, str]], page: Setting, *, breaks: bool) -> Iterator[str]:
    index = 0
    while index < len(pieces):
        block, target = pieces[index]
        if target:
            yield f"#metadata(none) <{target}>"
        following = pieces[index + 1][0] if index + 1 < len(pieces) else None
        match block:
            case Heading():
                yield from _heading(block, page, breaks=breaks)
            case Paragraph(role=role) if role in LIST_ROLES:
                end = index + 1
                while end < len(pieces) and _continues(block, pieces[end]):
                    end += 1
                yield _list([p for p, _ in pieces[index:end] if isinstance(p, Paragraph)], page)
                index = end
                continue
            case Paragraph():
                sticky = isinstance(following, Paragraph) and following.role in LIST_ROLES
                yield _paragraph(block, page, sticky=sticky)
            case Box():
                yield _box(block, page)
            case Table():
                yield _table(block, page)
            case Chart():
                yield _chart(block)
        index += 1


def _heading(block: Heading, page: Setting, *, breaks: bool) -> Iterator[str]:
    if breaks and block.level == 1:
        yield "#pagebreak(weak: true)"
    label = page.labels.get(block.anchor)
    numbering = f"(..n) => {quoted(block.label)}" if block.label else "none"
    outlined = truth(block.role != "sub")
    group = "supplement: [group], " if block.role == "sub" and block.level == 2 else ""
    yield (
        f"#heading(level: {block.level}, numbering: {numbering}, {group}outlined: {outlined}, bookmarked: true, "
        f"{quoted(block.text)}){f' <{label}>' if label else ''}"
    )


def _continues(first: Paragraph, piece: tuple[Block, str]) -> bool:
    """Whether a block goes on with the list that a paragraph began."""
    block, target = piece
    if target or not isinstance(block, Paragraph):
        return False
    if first.role == "bullet":
        return block.role == "bullet"
    return block.role == "subpoint" or (block.role == "point" and not block.restart)


def _list(items: Sequence[Paragraph], page: Setting, at: str = "") -> str:
    if items[0].role == "bullet":
        return f"#bullets({at}{', '.join(f'[{_inlines(item.inlines, page)}]' for item in items)})"
    labels: list[str] = []
    bodies: list[str] = []
    under: list[Paragraph] = []

    def close() -> None:
        if under:
            names = ", ".join(quoted(item.label) for item in under)
            inner = ", ".join(f"[{_inlines(item.inlines, page)}]" for item in under)
            bodies[-1] += f"#subpoints(({names},), {inner})"
            under.clear()

    for item in items:
        if item.role == "subpoint" and items[0].role != "subpoint":
            under.append(item)
            continue
        close()
        labels.append(item.label)
        bodies.append(_inlines(item.inlines, page))
    close()
    return f"#points({at}({', '.join(map(quoted, labels))},), {', '.join(f'[{body}]' for body in bodies)})"


def _paragraph(block: Paragraph, page: Setting, *, sticky: bool = False, at: str = "") -> str:
    words = _inlines(block.inlines, page)
    held = f"{at}sticky: true, " if sticky else at
    match block.role:
        case "clause" | "numbered" if block.label:
            # Figures and stops are about half an em wide, letters more: a label too wide for its column runs in.
            width = sum(0.58 if c.isalnum() else 0.32 for c in block.label) * page.size
            wide = "wide: true, " if width > page.column - 3 or at else ""
            return f"#numbered({quoted(block.label)}, {held}{wide}[{words}])"
        case "lead" | "concerns" | "small" as role:
            return f"#{role}({held}[{words}])"
        case _:
            return f"#body({held}[{words}])"


def _box(block: Box, page: Setting) -> str:
    at = "at: 0pt, "
    inner: list[str] = []
    index = 0
    paragraphs = block.paragraphs
    while index < len(paragraphs):
        end = index + 1
        if paragraphs[index].role in LIST_ROLES:
            while end < len(paragraphs) and _continues(paragraphs[index], (paragraphs[end], "")):
                end += 1
            inner.append(_list(paragraphs[index:end], page, at))
        else:
            sticky = end < len(paragraphs) and paragraphs[end].role in LIST_ROLES
            inner.append(_paragraph(paragraphs[index], page, sticky=sticky, at=at))
        index = end
    return f"#callout({quoted(block.kind)}, {quoted(block.title)}, [{''.join(inner)}])"


def _table(block: Table, page: Setting) -> str:
    caption = _caption(block.label, block.caption)
    shares = ", ".join(f"{column.share:g}" for column in block.columns)
    if block.look == "key":
        rows = "".join(
            f", ([{_lines(row[0].paragraphs, page)}], [{''.join(_lines(cell.paragraphs, page) for cell in row[1:])}])"
            for row in block.rows
        )
        return f"#key-table({caption}, ({shares},){rows})"
    heads = ", ".join(f"[{run(column.title)}]" for column in block.columns)
    cells: list[str] = []
    width = page.wide if block.landscape else page.width
    for row in block.rows:
        length = sum(len(i.text) for c in row for line in c.paragraphs for i in line if not isinstance(i, Footnote))
        solid = "" if length <= ROW_LIMIT else "solid: false, "
        for cell, column in zip(row, block.columns, strict=True):
            breaks = "breaks: true, " if _too_long(cell, column.share * width, page.cell) else ""
            shade = f"shade: {quoted(cell.shade)}, " if cell.shade else ""
            head = "heads: true, " if cell.heads_row else ""
            cells.append(f"cell({shade}{head}{solid}{breaks}[{_lines(cell.paragraphs, page)}])")
    matrix = "matrix: true, " if block.look == "matrix" else ""
    return f"#grid-table({caption}, ({shares},), ({heads},), {matrix}{', '.join(cells)})"


def _too_long(cell: Cell, width: float, size: float) -> bool:
    """Whether a word of a cell may be too long for its column, so that it has to be broken; widths in points."""
    words = (word for line in cell.paragraphs for i in line if not isinstance(i, Footnote) for word in i.text.split())
    return max((len(word) for word in words), default=0) * BOLD_LETTER * size > width - CELL_PADDING


def _lines(paragraphs: Sequence[tuple[Inline, ...]], page: Setting) -> str:
    if len(paragraphs) == 1:
        return _inlines(paragraphs[0], page)
    return "".join(f"#par[{_inlines(line, page)}]" for line in paragraphs)


def _chart(block: Chart) -> str:
    return f"#radar({_caption(block.label, block.caption)}, {quoted(block.alt)}, {spider(block)})"


def spider(block: Chart) -> str:
    """Return the axes, series and maximum of a chart as arguments of `spider`."""
    axes = ", ".join(quoted(axis) for axis in block.axes)
    series = ", ".join(
        f"(name: {quoted(one.name)}, values: ({', '.join('none' if v is None else str(v) for v in one.values)},))"
        for one in block.series
    )
    return f"({axes},), ({series},), {block.maximum}"


def _caption(label: str, words: str) -> str:
    if not label and not words:
        return '""'
    head = f"#strong({quoted(label)})" if label else ""
    gap = run("\u2002") if label and words else ""
    return f"[{head}{gap}{run(words)}]"


# ---- inlines ----


def _inlines(inlines: Sequence[Inline], page: Setting) -> str:
    return "".join(_inline(inline, page) for inline in inlines)


def _inline(inline: Inline, page: Setting) -> str:
    match inline:
        case Run():
            words = run(inline.text)
            if inline.italic:
                words = f"#emph[{words}]"
            if inline.bold:
                words = f"#strong[{words}]"
            return f"#{inline.mark}[{words}]" if inline.mark else words
        case Ref(anchor=anchor, text=text):
            label = page.labels.get(anchor)
            return f"#xr(<{label}>, {quoted(text)})" if label else run(text)
        case Link(text=text, url=url):
            return f"#ext({quoted(checked(url))}, {quoted(text)})"
        case Footnote(number=number, inlines=inner):
            return f"#fn({quoted(str(number))})[{_inlines(inner, page)}]"


def labels(draft: Draft) -> dict[str, str]:
    """Return a neutral name for each anchor that something refers to; a target that is not in the draft has none."""
    targets = {anchor for unit in draft.units for block in unit.blocks for anchor in _targets(block)}
    anchors = (a for u in draft.units for a in (u.anchor, *(b.anchor for b in u.blocks if isinstance(b, Heading))))
    ordered = [anchor for anchor in dict.fromkeys(anchors) if anchor in targets]
    return {anchor: f"r{number}" for number, anchor in enumerate(ordered, 1)}


def _targets(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(inlines=inlines):
            yield from _refs(inlines)
        case Box(paragraphs=paragraphs):
            for paragraph in paragraphs:
                yield from _refs(paragraph.inlines)
        case Table(rows=rows):
            for row in rows:
                for cell in row:
                    for line in cell.paragraphs:
                        yield from _refs(line)
        case _:
            return


def _refs(inlines: Sequence[Inline]) -> Iterator[str]:
    for inline in inlines:
        if isinstance(inline, Ref):
            yield inline.anchor
        elif isinstance(inline, Footnote):
            yield from _refs(inline.inlines)
