"""Tables and boxes as WordprocessingML.

A table has one header row that repeats on each page, rows that do not break, and no colour that says what words do not.
A box is a table of one cell, ruled at the side where reading begins: Word keeps its tint and padding whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.model.draft import Cell, Inline, Table, plain
from pipeline.render.style import BoxLook, TableLook
from pipeline.word import runs

SPACER = '<w:p><w:pPr>{keep}<w:spacing w:before="0" w:after="0" w:line="{line}" w:lineRule="exact"/></w:pPr></w:p>'
"""Between two tables Word needs a paragraph, or it makes one table of them."""

SHORT = 8
"""Tables of up to this many rows stay on one page."""

PADDING = 100
"""Space in a cell at its sides, in twentieths of a point."""


BY_HAND = 567
"""Height of a row that is filled in by hand, in twentieths of a point."""

WORD_LETTER = 0.61
"""Width of a letter of a bold word in ems; a little generous, since a broken word costs more than a narrow column."""

_BREAK = re.compile(r"[\s/\u2010-\u2015-]+")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a table is set with.

    Attributes:
        look: Its colours.
        head_style: Id of the style of heads.
        text_style: Id of the style of other cells.
        size: Of the letters, in points.
        inlines: Writes the inlines of a cell.
        text: Writes plain text.
        rtl: Whether it runs from right to left.
    """

    look: TableLook
    head_style: str
    text_style: str
    size: float
    inlines: Callable[[tuple[Inline, ...]], str]
    text: Callable[..., str]
    rtl: bool


def spacer(line: int = 160, keep: bool = False) -> str:
    """Return the paragraph before or after a table, `line` twentieths of a point high; `keep` holds it to the next."""
    return SPACER.format(line=line, keep="<w:keepNext/>" if keep else "")


def drawn(table: Table, width: int, setting: Setting) -> str:
    """Return a table, `width` twentieths of a point wide."""
    columns = widths(table, width, setting.size)
    head = "" if table.look == "key" else _head(table, columns, setting)
    # A short table is not parted: each of its rows keeps to the next.
    held = len(table.rows) - 1 if len(table.rows) <= SHORT else 1
    rows = "".join([_row(row, columns, table, setting, n < held) for n, row in enumerate(table.rows)])
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in columns)
    return f"<w:tbl>{_properties(table, width, setting)}<w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>"


def boxed(content: str, width: int, indent: int, look: BoxLook, rtl: bool) -> str:
    """Return paragraphs in a box.

    Args:
        content: The paragraphs as XML; not empty.
        width: Of the box, in twentieths of a point.
        indent: How far it stands in from the edge of the text.
        look: Rule and tint.
        rtl: Whether reading begins at the right, where the rule then stands.
    """
    # In a table that runs from right to left, Word takes `left` for the side where reading begins.
    return (
        f"<w:tbl><w:tblPr>{'<w:bidiVisual/>' if rtl else ''}"
        f'<w:tblW w:w="{width}" w:type="dxa"/><w:tblInd w:w="{indent}" w:type="dxa"/>'
        f'<w:tblBorders><w:left w:val="single" w:sz="24" w:space="0" w:color="{look.rule}"/></w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="80" w:type="dxa"/><w:left w:w="200" w:type="dxa"/>'
        '<w:bottom w:w="80" w:type="dxa"/><w:right w:w="200" w:type="dxa"/></w:tblCellMar>'
        f'</w:tblPr><w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid><w:tr><w:tc><w:tcPr>'
        f'<w:tcW w:w="{width}" w:type="dxa"/><w:shd w:val="clear" w:color="auto" w:fill="{look.fill}"/></w:tcPr>'
        f"{content}</w:tc></w:tr></w:tbl>"
    )


def widths(table: Table, width: int, size: float) -> list[int]:
    """Return whole column widths that sum to the table's, none narrower than its longest word.

    Args:
        table: The table; its shares are kept as far as the words allow.
        width: Of the table, in twentieths of a point.
        size: Of the letters, in points.
    """
    total = sum(c.share for c in table.columns) or 1.0
    wished = [width * c.share / total for c in table.columns]
    needed = [
        min(_longest(table, n) * size * WORD_LETTER * 20 + 2 * PADDING + 40, 0.4 * width) for n in range(len(wished))
    ]
    spare = sum(max(wish - need, 0) for wish, need in zip(wished, needed, strict=True))
    short = sum(max(need - wish, 0) for wish, need in zip(wished, needed, strict=True))
    if short and spare >= short:
        wished = [
            need if need >= wish else wish - (wish - need) * short / spare
            for wish, need in zip(wished, needed, strict=True)
        ]
    whole = [int(wish) for wish in wished]
    whole[-1] += width - sum(whole)
    return whole


def _longest(table: Table, column: int) -> int:
    """Return the letters of the longest word in a column; East Asian text breaks anywhere and counts for none."""
    texts = [table.columns[column].title]
    texts += [
        i.text for row in table.rows for paragraph in row[column].paragraphs for i in paragraph if hasattr(i, "text")
    ]
    words = (word for text in texts if not runs.mixed(text) for word in _BREAK.split(text))
    return max(map(len, words), default=0)


def _properties(table: Table, width: int, setting: Setting) -> str:
    look = setting.look
    edge = f'w:val="single" w:sz="8" w:space="0" w:color="{look.edge}"'
    rule = f'w:val="single" w:sz="4" w:space="0" w:color="{look.rule}"'
    cells = f"<w:insideV {rule}/>" if table.look == "matrix" else ""
    caption = f'<w:tblCaption w:val="{runs.attribute(table.caption[:250])}"/>' if table.caption else ""
    first_row = "0" if table.look == "key" else "1"
    return (
        f"<w:tblPr>{'<w:bidiVisual/>' if setting.rtl else ''}"
        f'<w:tblW w:w="{width}" w:type="dxa"/>'
        f"<w:tblBorders><w:top {edge}/><w:bottom {edge}/><w:insideH {rule}/>{cells}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="{PADDING}" w:type="dxa"/>'
        f'<w:bottom w:w="40" w:type="dxa"/><w:right w:w="{PADDING}" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblLook w:val="0000" w:firstRow="{first_row}" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" '
        f'w:noHBand="1" w:noVBand="1"/>{caption}</w:tblPr>'
    )


def _head(table: Table, columns: list[int], setting: Setting) -> str:
    look = setting.look
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:shd w:val="clear" w:color="auto" w:fill="{look.head}"/>'
        f'<w:vAlign w:val="bottom"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{setting.head_style}"/><w:keepNext/>'
        f"{_centre(table, place)}</w:pPr>{setting.text(column.title)}</w:p></w:tc>"
        for place, (column, width) in enumerate(zip(table.columns, columns, strict=True))
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _centre(table: Table, place: int) -> str:
    return '<w:jc w:val="center"/>' if table.look == "matrix" and place else ""


def _row(row: tuple[Cell, ...], columns: list[int], table: Table, setting: Setting, keep: bool) -> str:
    pairs = enumerate(zip(row, columns, strict=True))
    cells = "".join([_cell(cell, place, width, table, setting, keep) for place, (cell, width) in pairs])
    by_hand = len(row) > 1 and not any(plain(p).strip() for cell in row[1:] for p in cell.paragraphs)
    room = f'<w:trHeight w:val="{BY_HAND}" w:hRule="atLeast"/>' if by_hand else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{room}</w:trPr>{cells}</w:tr>"


def _cell(cell: Cell, place: int, width: int, table: Table, setting: Setting, keep: bool) -> str:
    fill = setting.look.shades.get(cell.shade, "") if cell.shade else ""
    heads = cell.heads_row or (table.look == "key" and place == 0)
    if not fill and table.look == "key" and place == 0:
        fill = setting.look.head
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    style = setting.head_style if heads else setting.text_style
    keeps = "<w:keepNext/>" if keep else '<w:keepNext w:val="0"/>' if heads else ""
    start = f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keeps}{_centre(table, place)}</w:pPr>'
    inner = "".join([f"{start}{setting.inlines(inlines)}</w:p>" for inlines in cell.paragraphs or ((),)])
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{inner}</w:tc>'
