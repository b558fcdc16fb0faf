"""Draws a draft as PDF/A-2a and PDF/UA-1 with Typst; the look comes from the house style's Word template."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from pipeline.model.draft import Chart, Draft
from pipeline.model.problem import Exit, Faulty, Place, Problem
from pipeline.render.pdf import fonts
from pipeline.render.pdf.source import chart_source
from pipeline.render.pdf.source import source as typst_source

if TYPE_CHECKING:
    import typst

    from pipeline.render.style import HouseStyle


def source(draft: Draft, style: HouseStyle) -> str:
    """Return the Typst source that `write` compiles."""
    return typst_source(draft, style)


def write(draft: Draft, style: HouseStyle) -> bytes:
    """Return a draft as PDF: tagged, archivable, the same bytes for the same draft.

    Args:
        draft: What to draw.
        style: The house style: Word template, values of brand.yaml, emblem.

    Raises:
        Faulty: The template, the emblem or a character cannot be drawn, or the compiler warns of anything at all.
        MachineFault: A font package is missing.
    """
    return compiled(source(draft, style), draft.as_of)


def picture(draft: Draft, style: HouseStyle, chart: Chart, kind: Literal["svg", "png"]) -> bytes:
    """Return a chart as a picture, drawn as in the PDF.

    Args:
        draft: The draft that the chart stands in.
        style: The house style.
        chart: What to draw.
        kind: `svg` for screens; `png` at 200 dots to the inch for files that cannot hold the other.

    Raises:
        Faulty: As `write`.
    """
    return _compiled(chart_source(draft, style, chart), draft.as_of, kind)


def compiled(text: str, as_of: str) -> bytes:
    """Return the PDF of a Typst source.

    Args:
        text: Typst source that needs no other file.
        as_of: ISO date that goes into the metadata.

    Raises:
        Faulty: The compiler refuses the source or warns of it.
    """
    return _compiled(text, as_of, "pdf")


def _compiled(text: str, as_of: str, kind: Literal["pdf", "svg", "png"]) -> bytes:
    import typst  # heavy: loaded only where something is drawn

    standards: typst.PDFStandards = ["a-2a", "ua-1"] if kind == "pdf" else None
    stamp = int(datetime.fromisoformat(as_of).replace(tzinfo=UTC).timestamp())
    try:
        data, warnings = typst.compile_with_warnings(
            text.encode(),
            font_paths=fonts.book(),
            ignore_system_fonts=True,
            format=kind,
            ppi=200,
            pdf_standards=standards,
            timestamp=stamp,
        )
    except typst.TypstError as fault:
        raise _faulty([fault.message, *fault.hints]) from fault
    if warnings:
        raise _faulty([line for warning in warnings for line in (warning.message, *warning.hints)])
    return bytes(data)


def _faulty(lines: list[str]) -> Faulty:
    """Return the error for what the compiler said: a character without glyph, a typeface, a picture, a bug of ours."""
    message = "the PDF cannot be drawn: " + "; ".join(dict.fromkeys(lines))
    fix = "replace the character or picture it names; if it names none, send the draft's version to the maintainers"
    return Faulty((Problem("RENDER-010", Place("PDF"), message, fix),), Exit.LIBRARY)
