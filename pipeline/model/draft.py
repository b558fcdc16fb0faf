"""The composed draft: one numbered list of anchored blocks that every writer draws.

All decisions are made when a `Draft` exists. Writers choose no words and count no numbers: labels are already in the
tree (a DOCX writer lets Word count them again, by the same `Numbering`, and a test holds the two together).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Audience = Literal["working", "consultation", "public"]

RunMark = Literal["", "choice", "counsel", "open"]
"""Why a run stands out: a choice still to make, a note to counsel, or an open question."""


@dataclass(frozen=True, slots=True)
class Run:
    """Plain text with its emphasis and mark."""

    text: str
    bold: bool = False
    italic: bool = False
    mark: RunMark = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """A cross-reference to another unit or heading; `text` is what it prints, such as `5.3` or `Annex B`."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A web address with the text that stands for it (https and mailto only)."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note at this point; numbered through the document from 1."""

    number: int
    inlines: tuple[Inline, ...]


Inline = Run | Ref | Link | Footnote

ParagraphRole = Literal["body", "lead", "clause", "numbered", "point", "subpoint", "bullet", "concerns", "small"]
"""body: running text · lead: opening paragraph of a chapter · clause: sole paragraph of a clause · numbered: one of
several, with a number of its own · point, subpoint: (a), (i) · bullet · concerns: the line that says which systems a
clause concerns at present (working audience) · small: notices and remarks."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `label` is its number as printed (`5.3.1`, `(a)`), empty where the role has none.

    Attributes:
        role: What it is.
        inlines: Its content.
        label: Its number.
        restart: For a point or subpoint: True where its list begins anew.
    """

    role: ParagraphRole
    inlines: tuple[Inline, ...]
    label: str = ""
    restart: bool = False


HeadingRole = Literal["chapter", "clause", "annex", "front", "sub"]
"""chapter: numbered, level 1 · clause: numbered, level 2 · annex: `Annex A`, level 1 · front: unnumbered, level 1 ·
sub: unnumbered, level 2 or 3 within a chapter or annex."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `anchor` is what cross-references and the contents point at.

    Attributes:
        role: What it heads.
        level: Outline level from 1.
        label: Its number as printed (`5`, `5.3`, `Annex A`, `Article 12`), or empty.
        text: The words.
        anchor: The unit's anchor, or `<anchor>#n` for a heading within a unit.
    """

    role: HeadingRole
    level: int
    label: str
    text: str
    anchor: str


Shade = Literal["", "none", "low", "moderate", "high", "very_high", "accent"]
"""A cell's tint; the word stands in the cell as well, so that nothing rests on colour alone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: paragraphs of inlines, a tint, and whether it heads its row."""

    paragraphs: tuple[tuple[Inline, ...], ...]
    shade: Shade = ""
    heads_row: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and its share of the text width (shares sum to 1)."""

    title: str
    share: float


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header row that repeats on each page.

    Attributes:
        label: `Table 3`, or empty for one without a caption.
        caption: Words after the label.
        columns: Headings and widths.
        rows: Cells by row; each row has as many cells as there are columns.
        look: `list` (ruled rows), `key` (two columns, label and value, no header row), `matrix` (tinted cells).
        landscape: True where the table wants a wide page.
    """

    label: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    look: Literal["list", "key", "matrix"] = "list"
    landscape: bool = False


BoxKind = Literal["principle", "reason", "evidence", "choice", "counsel", "notice", "summary"]


@dataclass(frozen=True, slots=True)
class Box:
    """A set-off box: the principle served, a reason, evidence, a choice to make, a note, a notice or a summary."""

    kind: BoxKind
    title: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart; None where there is no value, which is drawn as a gap and never as zero."""

    name: str
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A radar chart; the numbers also stand in a table beside it.

    Attributes:
        label: `Figure 1`.
        caption: Words after the label.
        alt: What the figure shows, in words.
        axes: Names of the axes.
        series: The lines.
        maximum: Top of the scale (the bottom is 0).
    """

    label: str
    caption: str
    alt: str
    axes: tuple[str, ...]
    series: tuple[Series, ...]
    maximum: int


Block = Heading | Paragraph | Table | Box | Chart

OriginKind = Literal["clause", "finding", "glossary", "instrument", "template", "national", "decision"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Why a unit is there.

    Attributes:
        kind: What it comes from.
        id: Id of the clause, finding, term list, … it comes from.
        valid_from: For a clause, the date of its state.
        reason: The reason in words, for the explanatory note and for `why`; empty for template text.
    """

    kind: OriginKind
    id: str
    valid_from: str = ""
    reason: str = ""


Zone = Literal["front", "body", "annex"]


@dataclass(frozen=True, slots=True)
class Unit:
    """An anchored run of blocks: the smallest thing that is merged, explained and counted.

    Attributes:
        anchor: `clause:<id>` or `part:<id>`; unique in the draft, no version in it.
        alias: A short name that an editor shows (`5.3 Live face recognition`).
        origin: Where it comes from.
        zone: Front matter, body or annex.
        blocks: What is drawn.
    """

    anchor: str
    alias: str
    origin: Origin
    zone: Zone
    blocks: tuple[Block, ...]


NumberFormat = Literal["decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter"]
Letters = Literal["upperLetter", "lowerLetter"]


@dataclass(frozen=True, slots=True)
class NumberLevel:
    """How one level is numbered: its figures, and a pattern.

    The pattern is over {chapter}, {clause}, {paragraph}, {point}, {sub} and {annex}.
    """

    format: NumberFormat
    pattern: str


@dataclass(frozen=True, slots=True)
class Numbering:
    """A legal form's numbering; `continuous` lets clauses count on through the chapters (Article 1 to Article 140).

    `inserted` is how letters look that stand beside a decimal figure, where something was put between two numbers.
    """

    id: str
    chapter: NumberLevel
    clause: NumberLevel
    paragraph: NumberLevel
    point: NumberLevel
    subpoint: NumberLevel
    annex: NumberLevel
    continuous: bool
    inserted: Letters = "upperLetter"


@dataclass(frozen=True, slots=True)
class Cover:
    """What the cover, header, footer and control table print; plain values for the Word template as well.

    Attributes:
        state: Name of the state.
        issuer: The ministry or body that issues the document.
        title: Title of the document.
        subtitle: Line beneath it.
        status: Such as `Draft 0.1 for internal work`.
        law_date: `Law as of 1 November 2026`, written out in the language.
        marking: The country's marking, or empty.
        audience: What the audience may be told of it, such as `Working copy: contains assessment findings`.
        notice: `Fictional country` or `Demonstration from public data …`, or empty.
        control: Rows of the control table: label and value.
    """

    state: str
    issuer: str
    title: str
    subtitle: str
    status: str
    law_date: str
    marking: str
    audience: str
    notice: str
    control: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole document, numbered and worded.

    Attributes:
        document: `guidelines`, `strategy`, `brief` or `explanatory`.
        lang: BCP 47 tag.
        rtl: True where the language runs from right to left.
        audience: For whom this file is made.
        version: `0.1`, …
        as_of: ISO date of the law: the only date printed and the one in metadata.
        cover: Cover and control table.
        numbering: The legal form's numbering.
        words: Words that writers print themselves: contents, table, figure, page, of, annex, note_to_editors, ….
        units: Front, body and annex, in order.
        record: Facts embedded for a later merge (country, document, library, dates); no answers.
    """

    document: str
    lang: str
    rtl: bool
    audience: Audience
    version: str
    as_of: str
    cover: Cover
    numbering: Numbering
    words: Mapping[str, str]
    units: tuple[Unit, ...]
    record: Mapping[str, str]


def made_from(draft: Draft) -> str:
    """Return version, date of the law and, but for the public, the release of the library, for a file's properties."""
    facts = [draft.cover.status, draft.cover.law_date]
    release = draft.record.get("library_release", "")
    if release and draft.audience != "public":
        facts.append(f"{draft.words['library_state']} {release}")
    return "; ".join(f for f in facts if f)


def plain(inlines: tuple[Inline, ...]) -> str:
    """Return the text of inlines without footnotes."""
    return "".join(i.text for i in inlines if not isinstance(i, Footnote))


def footnotes(draft: Draft) -> Iterator[Footnote]:
    """Yield the footnotes of a draft in reading order."""
    for inlines in _inlines(draft):
        for inline in inlines:
            if isinstance(inline, Footnote):
                yield inline


def _inlines(draft: Draft) -> Iterator[tuple[Inline, ...]]:
    for unit in draft.units:
        for block in unit.blocks:
            match block:
                case Paragraph(inlines=inlines):
                    yield inlines
                case Box(paragraphs=paragraphs):
                    yield from (p.inlines for p in paragraphs)
                case Table(rows=rows):
                    yield from (line for row in rows for cell in row for line in cell.paragraphs)
                case _:
                    continue
