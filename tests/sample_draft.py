"""Sample drafts and a small house style for the tests of the writers; all content is invented."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Literal

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, RGBColor

from pipeline.model.draft import (
    Audience,
    Block,
    Box,
    Cell,
    Chart,
    Column,
    Cover,
    Draft,
    Footnote,
    Heading,
    Inline,
    Link,
    Numbering,
    NumberLevel,
    Origin,
    Paragraph,
    ParagraphRole,
    Ref,
    Run,
    Series,
    Shade,
    Table,
    Unit,
    Zone,
)
from pipeline.render.style import BOXES, SHADES, BoxLook, HouseStyle, TableLook

HOSTILE = 'R&D <Police> {{ x }} #let $a$ *b* _c_ `d` \\n "q" [[e]] @f ~ // %g% ---'
ARABIC = "محمد علي"
CHINESE = "王小明"

SHIELD = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><path fill="#1f3a5f" '
    b'd="M10 10h80v50q0 25-40 35q-40-10-40-35z"/><circle cx="50" cy="45" r="18" fill="#fff"/></svg>'
)

NUMBERING = Numbering(
    id="decimal",
    chapter=NumberLevel("decimal", "{chapter}"),
    clause=NumberLevel("decimal", "{chapter}.{clause}"),
    paragraph=NumberLevel("decimal", "{chapter}.{clause}.{paragraph}"),
    point=NumberLevel("lowerLetter", "({point})"),
    subpoint=NumberLevel("lowerRoman", "({sub})"),
    annex=NumberLevel("upperLetter", "Annex {annex}"),
    continuous=False,
)

WORDS = {
    "contents": "Contents",
    "page": "Page",
    "of": "of",
    "document_control": "Document control",
    "notes": "Notes",
}

LEAD = (
    "A rule works only where its readers know that they are meant. This chapter says what is asked of an agency "
    "before a system is used, who answers for it, and what the people concerned can expect."
)
DUTY = (
    "The agency shall examine each output before an officer acts on it, and shall record who examined it, what else "
    "was known at that moment, and why the output was followed or set aside."
)


def run(text: str) -> tuple[Inline, ...]:
    """Return one plain run."""
    return (Run(text),)


def para(text: str, role: ParagraphRole = "body", label: str = "", restart: bool = False) -> Paragraph:
    """Return a paragraph of plain text."""
    return Paragraph(role, run(text), label, restart)


def unit(anchor: str, *blocks: Block, zone: Zone = "body") -> Unit:
    """Return a unit of these blocks."""
    kind: Literal["clause", "template"] = "clause" if anchor.startswith("clause:") else "template"
    return Unit(anchor, anchor, Origin(kind, anchor.split(":")[1]), zone, blocks)


def cell(text: str, shade: Shade = "", heads_row: bool = False) -> Cell:
    """Return a cell of plain text."""
    return Cell((run(text),), shade, heads_row)


def _clause(chapter: int, number: int, note: int) -> Unit:
    label = f"{chapter}.{number}"
    anchor = f"clause:secret-clause-{chapter}-{number}"
    blocks: list[Block] = [Heading("clause", 2, label, f"Examination of outputs by an officer, case {label}", anchor)]
    if number % 3 == 0:
        blocks.append(
            Paragraph(
                "clause",
                (
                    Run(DUTY),
                    Footnote(
                        note,
                        (
                            Run("A note to "),
                            Run("this", italic=True),
                            Run(" clause, with "),
                            Link("an address", "https://example.org/a?b=1&c=2"),
                            Run("."),
                        ),
                    ),
                ),
            )
        )
    else:
        blocks += [
            Paragraph(
                "numbered",
                (Run(DUTY), Run(" It does so in line with clause "), Ref("clause:secret-clause-1-2", "1.2"), Run(".")),
                f"{label}.1",
            ),
            para("The record names, as far as they are known at the time:", "numbered", f"{label}.2"),
            para("the system, its version and the office that operates it;", "point", "(a)", True),
            para("the data that were used, and in particular:", "point", "(b)"),
            para("where they come from;", "subpoint", "(i)", True),
            para("how old they are; and", "subpoint", "(ii)"),
            para("the person who examined the output.", "point", "(c)"),
            Paragraph(
                "numbered",
                (
                    Run("Records are kept for "),
                    Run("[six months]", mark="choice"),
                    Run(" and then deleted. "),
                    Run("[Counsel: name the provision of national law on evidence.]", mark="counsel"),
                    Run(" "),
                    Run("Whether a court is told is open.", mark="open"),
                ),
                f"{label}.3",
            ),
        ]
    blocks.append(para("Concerns at present: Harbour camera search, Number plate reader", "concerns"))
    return unit(anchor, *blocks)


def chapter(number: int, clauses: int, first_note: int) -> list[Unit]:
    """Return a chapter's opening and its clauses."""
    opener = unit(
        f"part:chapter-{number}",
        Heading(
            "chapter",
            1,
            str(number),
            (
                "Assessment and approval before use",
                "Data, privacy and security",
                "Evidence, disclosure, complaints and redress",
            )[number % 3],
            f"part:chapter-{number}",
        ),
        para(LEAD, "lead"),
        Box(
            "principle",
            "Principles served",
            (
                para("Human control: a person decides, and can decide otherwise."),
                para("Necessity", "bullet"),
                para("Proportionality", "bullet"),
            ),
        ),
    )
    return [opener, *(_clause(number, n, first_note + n) for n in range(1, clauses + 1))]


def _front() -> list[Unit]:
    return [
        unit(
            "part:approval",
            Heading("front", 1, "", "Approval", "part:approval"),
            para("This text has no effect until the authority named here has approved it."),
            Table(
                "",
                "",
                (Column("Office", 0.4), Column("Date", 0.3), Column("Signature", 0.3)),
                (
                    (cell("Prepared by", heads_row=True), cell(""), cell("")),
                    (cell("Legal review by", heads_row=True), cell(""), cell("")),
                ),
            ),
            zone="front",
        ),
        unit(
            "part:foreword",
            Heading("front", 1, "", "Foreword", "part:foreword"),
            para(f"Names print as they are written: {HOSTILE}; {ARABIC} and {CHINESE} among them."),
            para("See also the annexes.", "small"),
            zone="front",
        ),
    ]


def _annexes() -> list[Unit]:
    shades: tuple[Shade, ...] = ("none", "low", "moderate", "high", "very_high")
    words = ("None", "Low", "Moderate", "High", "Very high")
    matrix = tuple(
        (
            cell(words[r], heads_row=True),
            *(cell(words[min(4, max(r, c))], shades[min(4, max(r, c))]) for c in range(5)),
        )
        for r in range(5)
    )
    long = tuple(
        (cell(f"Measure {n}", heads_row=True), cell(LEAD), cell("Head of agency"), cell("1, 2")) for n in range(1, 25)
    )
    wide = tuple(
        (
            cell(f"System {n}", heads_row=True),
            *(cell(f"{words[n % 5]} for {w.lower()}", shades[n % 5]) for w in words),
        )
        for n in range(1, 9)
    )
    return [
        unit(
            "part:annex-a",
            Heading("annex", 1, "Annex A", "Readiness of the agencies", "part:annex-a"),
            para("The numbers of the figure stand in the table."),
            Chart(
                "Figure 1",
                "Readiness by area",
                "A radar of six areas; training is lowest at 1 of 5, one area has no answer.",
                ("Culture", "People and expertise", "Process", "Data and infrastructure", "Law", "Training"),
                (Series("National police", (3, 2, 4, None, 5, 1)), Series("Border guard", (2, 3, 3, 2, 4, 2))),
                5,
            ),
            Table(
                "Table 1",
                "Severity and likelihood",
                (Column("", 0.2), *(Column(w, 0.16) for w in words)),
                matrix,
                "matrix",
            ),
            Table(
                "Table 2",
                "Facts",
                (Column("Fact", 0.3), Column("Value", 0.7)),
                ((cell("Staff"), cell("4,200")), (cell("Ground"), cell("Statute"))),
                "key",
            ),
            zone="annex",
        ),
        unit(
            "part:annex-b",
            Heading("annex", 1, "Annex B", "Action plan", "part:annex-b"),
            Table(
                "Table 3",
                "Measures by year",
                (Column("Measure", 0.2), Column("What is done", 0.45), Column("Lead", 0.2), Column("Years", 0.15)),
                long,
            ),
            Heading("sub", 2, "", "Remarks", "part:annex-b#1"),
            Box("reason", "Why this is here", (para("The agencies asked for it."),)),
            Box(
                "choice",
                "Choice still to make",
                (
                    para("How long are records kept?"),
                    para("six months;", "point", "(a)", True),
                    para("one year.", "point", "(b)"),
                ),
            ),
            Box("counsel", "Note to counsel", (para("Name the provision."),)),
            Box("notice", "Notice", (para("Fictional country."),)),
            zone="annex",
        ),
        unit(
            "part:annex-c",
            Heading("annex", 1, "Annex C", "Register of risks", "part:annex-c"),
            para("Each system of the agencies, with the level that the assessment gave it.", "body"),
            Table(
                "Table 4",
                "Risk of each system",
                (Column("System", 0.2), *(Column(w, 0.16) for w in words)),
                wide,
                "matrix",
                landscape=True,
            ),
            Heading("sub", 2, "", "After the wide page", "part:annex-c#1"),
            para("Text goes on upright."),
            zone="annex",
        ),
    ]


def draft(*, chapters: int = 3, clauses: int = 5, audience: Audience = "working", marking: str = "RESTRICTED") -> Draft:
    """Return a draft with every kind of block in it."""
    body = [u for n in range(1, chapters + 1) for u in chapter(n, clauses, n * 100)]
    cover = Cover(
        state="Republic of Verania",
        issuer="Ministry of the Interior",
        title="National guidelines on the responsible use of artificial intelligence in law enforcement",
        subtitle="Rules for the agencies that prevent, investigate and prosecute crime and guard public safety",
        status="Draft 0.1",
        law_date="Law as of 1 November 2026",
        marking=marking,
        audience="Working copy: contains assessment findings",
        notice="Fictional country: an example, not the law or policy of any state",
        control=(
            ("Document", "Guidelines"),
            ("Version", "0.1"),
            ("Issued by", "Ministry of the Interior"),
            ("Legal form", "Ministerial regulation"),
            ("Marking", marking or "none"),
        ),
    )
    return Draft(
        document="guidelines",
        lang="en",
        rtl=False,
        audience=audience,
        version="0.1",
        as_of="2026-11-01",
        cover=cover,
        numbering=NUMBERING,
        words=WORDS,
        units=(*_front(), *body, *_annexes()),
        record={"country": "verania", "document": "guidelines"},
    )


def small(*blocks: Block, lang: str = "en", rtl: bool = False) -> Draft:
    """Return a draft of one chapter that holds these blocks."""
    whole = draft(chapters=0)
    opener = Heading("chapter", 1, "1", "Chapter", "part:one")
    return replace(whole, lang=lang, rtl=rtl, units=(unit("part:one", opener, *blocks),))


def house(*, font: str = "Calibri", accent: str = "1F3A5F", left: float = 25.0) -> HouseStyle:
    """Return a house style with a template of its own."""
    shades = dict(zip(SHADES, ("FFFFFF", "E6EBF2", "C3CEDD", "A9B8CC", "92A5BF", "D5DDE8"), strict=True))
    return HouseStyle(
        name="sample",
        template=template(font=font, accent=accent, left=left),
        accent=f"#{accent.lower()}",
        fonts={"Calibri": "Noto Sans"},
        logo=b"",
        logo_svg=SHIELD,
        logo_alt={"en": "A shield with a disc"},
        table=TableLook("E9EDF3", "C8CDD4", accent, shades),
        boxes={kind: BoxLook(accent, "F1F4F8") for kind in BOXES},
        places={"contents": "2", "chart": "95"},
        styles={},
    )


def template(*, font: str = "Calibri", accent: str = "1F3A5F", left: float = 25.0) -> bytes:
    """Return the bytes of a Word template with a house style of its own."""
    word = Document()
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(left)
    section.top_margin, section.bottom_margin = Mm(26), Mm(24)
    styles = word.styles
    clause = styles.add_style("Clause Text", WD_STYLE_TYPE.PARAGRAPH)
    clause.base_style = styles["Normal"]
    sizes = {
        "Normal": 10.5,
        "Title": 28,
        "Subtitle": 14,
        "Heading 1": 20,
        "Heading 2": 12.5,
        "Heading 3": 11,
        "Caption": 9,
        "Header": 8,
        "Footer": 8,
    }
    for name, size in sizes.items():
        style = styles[name]
        style.font.name, style.font.size = font, Pt(size)
        style.font.italic = False
        style.element.rPr.rFonts.attrib.clear()
        style.font.name = font
        if name in {"Title", "Heading 1", "Heading 2", "Heading 3"}:
            style.font.bold = True
            style.font.color.rgb = RGBColor.from_string(accent)
    normal = styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing, normal.alignment = Pt(6), 1.15, WD_ALIGN_PARAGRAPH.LEFT
    styles["Heading 1"].paragraph_format.space_after = Pt(12)
    styles["Heading 2"].paragraph_format.space_before, styles["Heading 2"].paragraph_format.space_after = (
        Pt(16),
        Pt(5),
    )
    out = BytesIO()
    word.save(out)
    return out.getvalue()
