"""Small makers of tables and boxes, so that contents read as what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pipeline.model.draft import Box, BoxKind, Cell, Column, Inline, Paragraph, Run, Shade, Table

Content = str | tuple[Inline, ...] | Cell


def cell(content: Content, shade: Shade = "", heads_row: bool = False) -> Cell:
    """Return a cell of text, inlines, or the cell itself."""
    if isinstance(content, Cell):
        return content
    inlines: tuple[Inline, ...] = (Run(content),) if isinstance(content, str) else content
    return Cell((inlines,), shade, heads_row)


def stacked(*contents: str | tuple[Inline, ...]) -> Cell:
    """Return a cell with a paragraph for each content that is not empty."""
    found = [((Run(c),) if isinstance(c, str) else c) for c in contents if c]
    return Cell(tuple(found) or ((Run("–"),),))


def table(
    columns: Sequence[tuple[str, float]],
    rows: Iterable[Sequence[Content]],
    caption: str = "",
    look: Literal["list", "key", "matrix"] = "list",
    landscape: bool = False,
) -> Table:
    """Return a table; its first column heads each row. The label is put in when captions are counted."""
    made = tuple(
        tuple(cell(c, heads_row=i == 0) if not isinstance(c, Cell) else c for i, c in enumerate(row)) for row in rows
    )
    return Table("", caption, tuple(Column(t, s) for t, s in columns), made, look, landscape)


def box(kind: BoxKind, title: str, *texts: str | tuple[Inline, ...]) -> Box:
    """Return a box with a paragraph for each text."""
    found = tuple(Paragraph("body", (Run(t),) if isinstance(t, str) else t) for t in texts if t)
    return Box(kind, title, found)
