"""The contents: a field that Word can update, filled beforehand with the headings and estimated page numbers.

The estimate is made from the length of the text and the measures of the template's styles. It never waits for a layout,
so the file has the same bytes whether or not a PDF is made of it; Word counts anew as soon as it is asked to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.model.draft import Block, Box, Chart, Draft, Footnote, Heading, Inline, Table
from pipeline.render.docx.body import ROLE_STYLES
from pipeline.render.docx.frame import Frame, Metric
from pipeline.render.docx.inline import Pen, Target, field_
from pipeline.render.docx.tables import spacer
from pipeline.word import runs

LETTER = 0.46
"""Mean width of a letter of running text in ems: between Calibri and Cambria, spaces and commas counted."""

WIDE_LETTER = 1.0
"""Width of a Han character in ems."""

_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the contents."""

    level: int
    label: str
    text: str
    bookmark: str
    page: int


def entries(
    draft: Draft, frame: Frame, targets: Mapping[str, Target], levels: int, given: Mapping[str, int] | None
) -> tuple[Entry, ...]:
    """Return the lines of the contents.

    Args:
        draft: The document.
        frame: Its template.
        targets: Bookmarks by anchor.
        levels: How many levels are listed.
        given: Page numbers by anchor of the heading, where they are known; the others are estimated.
    """
    headings = [b for u in draft.units for b in u.blocks if isinstance(b, Heading) and b.level <= levels]
    pages = {**estimate(draft, frame, len(headings)), **(given or {})}
    return tuple(Entry(h.level, h.label, h.text, targets[h.anchor].bookmark, pages.get(h.anchor, 1)) for h in headings)


def drawn(title: str, found: tuple[Entry, ...], levels: int, frame: Frame, pen: Pen, control: bool) -> str:
    """Return the contents as XML; `control` puts them into the control by which Word offers to update them.

    A paragraph parts that control from the first unit's: where two controls touch, LibreOffice loses the second.
    """
    ids = frame.paragraphs
    head = f'<w:p><w:pPr><w:pStyle w:val="{ids["toc heading"]}"/></w:pPr>{pen.text(title)}</w:p>' if title else ""
    if not found:
        return head
    columns = _columns(found)
    code = f'TOC \\o "1-{levels}" \\h \\z \\u'
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    lines = [_line(entry, columns, frame, pen, begin if n == 0 else "") for n, entry in enumerate(found)]
    end = f'<w:p><w:pPr><w:pStyle w:val="{ids["normal"]}"/></w:pPr><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    content = head + "".join(lines) + end
    if not control:
        return content
    return (
        '<w:sdt><w:sdtPr><w:id w:val="1977000001"/><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
        f"<w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>{spacer(20)}"
    )


def _columns(found: tuple[Entry, ...]) -> tuple[tuple[int, int], ...]:
    """Return where number and text of each level begin, in twips; the text clears the longest number."""
    columns: list[tuple[int, int]] = [(0, 0)]
    for level in (1, 2, 3):
        longest = max((len(e.label) for e in found if e.level == level), default=0)
        before = 0 if level == 1 else min(columns[-1][1], 700 * (level - 1)) or 300
        columns.append((before, before + (max(400, 125 * longest + 200) if longest else 0)))
    return tuple(columns)


def _line(entry: Entry, columns: tuple[tuple[int, int], ...], frame: Frame, pen: Pen, begin: str) -> str:
    style = frame.paragraphs[f"toc {entry.level}"]
    before, left = columns[entry.level]
    if not entry.label:
        left = before
    tab = f'<w:tab w:val="left" w:pos="{left}"/>' if entry.label else ""
    number = f"{pen.text(entry.label)}<w:r><w:tab/></w:r>" if entry.label else ""
    page = field_(f"PAGEREF {entry.bookmark} \\h", f"<w:r>{runs.content(str(entry.page))}</w:r>")
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/><w:tabs>{tab}'
        f'<w:tab w:val="right" w:leader="dot" w:pos="{frame.page.text_width}"/></w:tabs>'
        f'<w:ind w:left="{left}" w:hanging="{left - before}"/></w:pPr>{begin}'
        f'<w:hyperlink w:anchor="{entry.bookmark}" w:history="1">{number}{pen.text(entry.text)}'
        f"<w:r><w:tab/></w:r>{page}"
        "</w:hyperlink></w:p>"
    )


def estimate(draft: Draft, frame: Frame, contents: int) -> dict[str, int]:
    """Return the page on which each heading falls, by anchor, estimated from the length of the text.

    Args:
        draft: The document.
        frame: Its template, for measures.
        contents: How many lines the contents have.
    """
    flow = _Flow(frame)
    toc = frame.metrics["toc 2"]
    flow.add(contents * (toc.line + toc.before + toc.after) + 40)
    pages: dict[str, int] = {}
    wide = False
    for unit in draft.units:
        now_wide = any(isinstance(b, Table) and b.landscape for b in unit.blocks)
        if now_wide != wide:
            flow.turn()
        wide = now_wide
        for block in unit.blocks:
            if isinstance(block, Heading):
                if block.level == 1:
                    flow.turn()
                flow.keep(60)
                pages[block.anchor] = flow.page
            flow.block(block)
    return pages


class _Flow:
    """Fills pages with heights in points."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._height = frame.page.text_height / 20
        self._width = frame.page.text_width / 20
        self.page = frame.pages_before + 1
        self._used = 0.0
        self._gap = 0.0
        """Space after the last paragraph; the next one's space before counts only as far as it is larger."""

    def turn(self) -> None:
        """Begin a new page, unless one has just begun."""
        if self._used:
            self.page += 1
            self._used = 0.0

    def keep(self, height: float) -> None:
        """Turn the page where less than this height is left."""
        if self._used + height > self._height:
            self.turn()

    def add(self, height: float) -> None:
        """Fill this height, over as many pages as it takes."""
        self._used += height
        while self._used > self._height:
            self.page += 1
            self._used -= self._height

    def block(self, block: Block) -> None:
        """Fill the height of a block, the notes in it included."""
        metrics = self._frame.metrics
        if isinstance(block, Heading):
            self._set(_ems(block.text), metrics[f"heading {min(max(block.level, 1), 3)}"], self._width)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Box):
            for paragraph in block.paragraphs:
                self._text(paragraph.inlines, metrics["box text"], 65)
            self.add(metrics["box title"].line + 30)
        elif isinstance(block, Chart):
            self.keep(300)
            self.add(95 * _MM + 30)
        else:
            self._text(block.inlines, metrics[ROLE_STYLES[block.role]], 0)

    def _table(self, table: Table) -> None:
        metric = self._frame.metrics["table text"]
        widths = [max(c.share * self._width - 10, 20) for c in table.columns]
        for row in table.rows:
            cells = (
                sum(_lines(_ems(_words(p)), metric, width) * metric.line for p in cell.paragraphs)
                for cell, width in zip(row, widths, strict=True)
            )
            height = max(cells, default=0.0) + metric.before + metric.after + 5
            self.keep(height)
            self.add(height)
        self.add(50)
        self._gap = 0.0

    def _text(self, inlines: tuple[Inline, ...], metric: Metric, narrower: float) -> None:
        words, notes = "", []
        for inline in inlines:
            if isinstance(inline, Footnote):
                notes.append(inline)
            else:
                words += inline.text
        self._set(_ems(words), metric, self._width - narrower)
        note = self._frame.metrics["footnote text"]
        for inline in notes:
            self.add(_lines(_ems(_words(inline.inlines)), note, self._width) * note.line + note.after)

    def _set(self, ems: float, metric: Metric, width: float) -> None:
        self.add(_lines(ems, metric, width) * metric.line + max(metric.before - self._gap, 0) + metric.after)
        self._gap = metric.after


def _words(inlines: tuple[Inline, ...]) -> str:
    return "".join(i.text for i in inlines if not isinstance(i, Footnote))


def _ems(text: str) -> float:
    if text.isascii():
        return LETTER * len(text)
    return sum(WIDE_LETTER if "\u2e80" <= letter <= "\uffef" else LETTER for letter in text)


def _lines(ems: float, metric: Metric, width: float) -> int:
    return max(1, math.ceil(ems * metric.size / max(width - metric.left, 20)))
