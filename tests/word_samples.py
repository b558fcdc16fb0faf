"""Drafts for the tests of the Word writer: small, invented, with one of everything a draft can hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

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
    Table,
    Unit,
    Zone,
)
from pipeline.render.style import HouseStyle, read

STYLES = Path(__file__).parents[1] / "templates" / "styles"

ARABIC_NAME = "وزارة الداخلية"
CHINESE_NAME = "公安部"
HOSTILE = "R&D <Police> {{ x }} #let $a$ {% raw %} \\begin"

DECIMAL = Numbering(
    id="decimal",
    chapter=NumberLevel("decimal", "{chapter}"),
    clause=NumberLevel("decimal", "{chapter}.{clause}"),
    paragraph=NumberLevel("decimal", "{chapter}.{clause}.{paragraph}"),
    point=NumberLevel("lowerLetter", "({point})"),
    subpoint=NumberLevel("lowerRoman", "({sub})"),
    annex=NumberLevel("upperLetter", "Annex {annex}"),
    continuous=False,
)

ARTICLES = Numbering(
    id="articles",
    chapter=NumberLevel("upperRoman", "Chapter {chapter}"),
    clause=NumberLevel("decimal", "Article {clause}"),
    paragraph=NumberLevel("decimal", "{paragraph}."),
    point=NumberLevel("lowerLetter", "({point})"),
    subpoint=NumberLevel("lowerRoman", "({sub})"),
    annex=NumberLevel("upperLetter", "Annex {annex}"),
    continuous=True,
)

WORDS = {
    "contents": "Contents",
    "document_control": "Document control",
    "table": "Table",
    "figure": "Figure",
    "page": "Page",
    "of": "of",
    "annex": "Annex",
    "note_to_editors": "Please edit inside the blocks and keep them.",
}

COVER = Cover(
    state="Republic of Valdera",
    issuer="Ministry of the Interior",
    title="Guidelines on the responsible use of artificial intelligence by the police",
    subtitle="Draft for consultation with the authorities concerned",
    status="Draft 0.1 for internal work",
    law_date="Law as of 1 November 2026",
    marking="RESTRICTED",
    audience="Working copy: contains assessment findings",
    notice="Valdera is a fictional country. Names, laws and figures serve the demonstration only.",
    control=(
        ("Document", "Guidelines, draft 0.1"),
        ("Law as of", "1 November 2026"),
        ("Marking", "Restricted"),
        ("Responsible", "Directorate for legal affairs"),
        ("Next step", "Comments from the authorities concerned by 15 December 2026"),
    ),
)

SENTENCE = (
    "The agency shall keep a record of every search that an officer runs in the system, with the time, the purpose and "
    "the number of the case for which it was run, and shall keep that record for as long as the case is open. "
)


def text(words: str, role: ParagraphRole = "body", label: str = "", restart: bool = False) -> Paragraph:
    """Return a paragraph of plain words."""
    return Paragraph(role, (Run(words),), label, restart)


def unit(anchor: str, alias: str, *blocks: Block, zone: Zone = "body") -> Unit:
    """Return a unit that comes from a clause of the same name."""
    return Unit(anchor, alias, Origin("clause", anchor.split(":")[1], "2026-01-01"), zone, blocks)


def note(number: int, *inlines: Inline) -> Footnote:
    """Return a footnote."""
    return Footnote(number, inlines)


def draft(
    *units: Unit,
    audience: Audience = "working",
    lang: str = "en",
    rtl: bool = False,
    numbering: Numbering = DECIMAL,
    cover: Cover = COVER,
) -> Draft:
    """Return a draft of these units."""
    return Draft(
        document="guidelines",
        lang=lang,
        rtl=rtl,
        audience=audience,
        version="0.1",
        as_of="2026-11-01",
        cover=cover,
        numbering=numbering,
        words=WORDS,
        units=units,
        record={"country": "valdera", "library": "2026-11"},
    )


def full(audience: Audience = "working") -> Draft:
    """Return a draft with one of everything."""
    return draft(*_front(), *_chapter_one(), *_chapter_two(), *_annexes(), audience=audience)


def _front() -> tuple[Unit, ...]:
    return (
        unit(
            "part:foreword",
            "How to read this document",
            Heading("front", 1, "", "How to read this document", "part:foreword"),
            text(
                "This text sets out how the police may use systems that learn from data. It binds every agency named "
                "in Annex A, and is to be read together with the Police Act.",
                "lead",
            ),
            text(
                "Words such as “shall” and “should” are used with care. What an agency shall do, it is bound to do; "
                "what it should do, it does unless it can give a reason on the record. " * 2
            ),
            Box(
                "summary",
                "In short",
                (
                    text("Four things matter most."),
                    text("No use without a basis in law.", "point", "(a)", True),
                    text("No decision about a person by a system alone.", "point", "(b)"),
                    text("Every use leaves a record.", "point", "(c)"),
                    text("Every person concerned can complain.", "point", "(d)"),
                ),
            ),
            Chart(
                "Figure 1",
                "Readiness by area, on a scale from 0 to 5",
                "Radar of five areas: law 3, people 2, data 4, "
                "oversight 1, technology not answered; the target is 4 in each.",
                ("Law", "People", "Data", "Oversight", "Technology"),
                (Series("Today", (3, 2, 4, 1, None)), Series("Target", (4, 4, 4, 4, 4))),
                5,
            ),
            zone="front",
        ),
    )


def _chapter_one() -> tuple[Unit, ...]:
    return (
        unit(
            "part:chapter-1",
            "1 Purpose and scope",
            Heading("chapter", 1, "1", "Purpose and scope", "part:chapter-1"),
            text(
                "These guidelines say for what the police may use such systems, who answers for them, and how a person "
                "concerned can have their use reviewed.",
                "lead",
            ),
        ),
        unit(
            "clause:scope",
            "1.1 Scope",
            Heading("clause", 2, "1.1", "Systems to which these guidelines apply", "clause:scope"),
            Paragraph(
                "numbered",
                (
                    Run("These guidelines apply to every system that the agencies use to "),
                    Run("identify", bold=True),
                    Run(" a person, to "),
                    Run("assess", italic=True),
                    Run(" a risk or to sort material for an investigation."),
                    note(
                        1,
                        Run("Police Act, section 12; see also "),
                        Link("the register of acts", "https://example.org/acts"),
                        Run("."),
                    ),
                ),
                "1.1.1",
            ),
            Paragraph("numbered", (Run("They do not apply to:"),), "1.1.2"),
            text("office software that drafts, translates or looks for words;", "point", "(a)", True),
            text("systems that are tried out on invented data only, provided that", "point", "(b)"),
            text("no record of a living person is in them; and", "subpoint", "(i)"),
            text("no decision rests on what they show.", "subpoint", "(ii)"),
            Paragraph(
                "numbered",
                (
                    Run("A system that is changed so much that it serves a new purpose is treated as a new system; "),
                    Ref("clause:record", "1.2"),
                    Run(" applies from the day of the change."),
                ),
                "1.1.3",
            ),
            Box(
                "reason", "Why this is here", (text("A clear scope spares the agencies a question for each new tool."),)
            ),
        ),
        unit(
            "clause:record",
            "1.2 Records",
            Heading("clause", 2, "1.2", "Records of use", "clause:record"),
            Paragraph(
                "clause",
                (
                    Run(SENTENCE.rstrip()),
                    note(2, Run("Data Protection Act, article 25.")),
                    Run(" The period is "),
                    Run("[six months]", mark="choice"),
                    Run(" unless a court orders otherwise."),
                ),
            ),
            text("Concerns at present: plate reader, face search.", "concerns"),
            text("The log names:", "clause"),
            text("the officer;", "point", "(a)", True),
            text("the purpose;", "point", "(b)"),
            text("a first mark", "bullet"),
            text("a second mark", "bullet"),
            Table(
                "Table 1",
                "Periods for which records are kept",
                (Column("Kind of record", 0.5), Column("Period", 0.2), Column("Who decides", 0.3)),
                (
                    (_cell("Search in a register"), _cell("six months"), _cell("Head of agency")),
                    (
                        _cell("Live comparison of faces, with every alarm and what became of it"),
                        _cell("two years"),
                        _cell("Oversight body"),
                    ),
                    (_cell("Training data"), _cell("as long as the system is used"), _cell("Head of agency")),
                ),
            ),
        ),
    )


def _chapter_two() -> tuple[Unit, ...]:
    return (
        unit(
            "part:chapter-2",
            "2 Safeguards",
            Heading("chapter", 1, "2", "Safeguards", "part:chapter-2"),
            text("What follows holds for every system, whoever built it.", "lead"),
        ),
        unit(
            "clause:oversight",
            "2.1 Human oversight",
            Heading("clause", 2, "2.1", "Decisions are taken by people", "clause:oversight"),
            text(SENTENCE * 2, "numbered", "2.1.1"),
            Paragraph(
                "numbered",
                (
                    Run("A letter from "),
                    Run(ARABIC_NAME),
                    Run(" and one from "),
                    Run(CHINESE_NAME),
                    Run(" (received in 2026) confirm this; see "),
                    Ref("part:annex-a", "Annex A"),
                    Run(" and "),
                    Ref("clause:scope", "1.1"),
                    Run("."),
                ),
                "2.1.2",
            ),
            text(HOSTILE, "numbered", "2.1.3"),
            Box(
                "counsel",
                "Note to counsel",
                (text("The Police Act has no provision on deletion; add one or name another act."),),
            ),
            Box("choice", "To decide", (text("Who hears complaints: the inspectorate or the ombudsperson?"),)),
        ),
        unit(
            "clause:ratings",
            "2.2 Ratings",
            Heading("clause", 2, "2.2", "Risk by system and principle", "clause:ratings"),
            text("The table shows the highest risk found for each principle.", "clause"),
            Table(
                "Table 2",
                "Risk by system",
                (Column("System", 0.34), Column("Privacy", 0.22), Column("Equality", 0.22), Column("Liberty", 0.22)),
                (
                    (
                        _cell("Plate reader", head=True),
                        Cell(((Run("low"),),), "low"),
                        Cell(((Run("moderate"),),), "moderate"),
                        Cell(((Run("none"),),), "none"),
                    ),
                    (
                        _cell("Face search", head=True),
                        Cell(((Run("very high"),),), "very_high"),
                        Cell(((Run("high"),),), "high"),
                        Cell(((Run("not assessed"),),)),
                    ),
                ),
                look="matrix",
            ),
        ),
    )


def _annexes() -> tuple[Unit, ...]:
    return (
        unit(
            "part:annex-a",
            "Annex A",
            Heading("annex", 1, "Annex A", "Agencies bound", "part:annex-a"),
            text("The following agencies are bound."),
            Table(
                "",
                "",
                (Column("", 0.3), Column("", 0.7)),
                ((_cell("State Police"), _cell("Police Act, section 1")), (_cell("Border Guard"), _cell("Border Act"))),
                look="key",
            ),
            Heading("sub", 2, "", "How the list is kept", "part:annex-a#1"),
            text("The ministry publishes the list and every change to it.", "small"),
            zone="annex",
        ),
        unit(
            "part:annex-b",
            "Annex B",
            Heading("annex", 1, "Annex B", "Register of systems", "part:annex-b"),
            Table(
                "Table 3",
                "Systems in use or planned",
                tuple(Column(name, 1 / 6) for name in ("System", "Purpose", "Data", "Legal ground", "Since", "Review")),
                tuple(tuple(_cell(f"Entry {row}, {place}") for place in range(6)) for row in range(6)),
                landscape=True,
            ),
            zone="annex",
        ),
        unit(
            "part:annex-c",
            "Annex C",
            Heading("annex", 1, "Annex C", "Sources", "part:annex-c"),
            text("United Nations instruments come first."),
            zone="annex",
        ),
    )


def articles() -> Draft:
    """Return a draft whose articles count on through the chapters, with one put in between and one left out."""

    def article(number: str, title: str) -> Unit:
        anchor = f"clause:article-{number.lower()}"
        return unit(
            anchor,
            f"Article {number}",
            Heading("clause", 2, f"Article {number}", title, anchor),
            text(SENTENCE, "numbered", "1."),
            Paragraph("numbered", (Run("Article 1 is "), Ref("clause:article-1", "Article 1"), Run(".")), "2."),
            Paragraph("numbered", (Run("Put in later: "), Ref("clause:article-2a", "Article 2A"), Run(".")), "3."),
            text("first;", "point", "(a)", True),
            text("second.", "point", "(b)"),
        )

    def chapter(number: str, title: str) -> Unit:
        anchor = f"part:chapter-{number.lower()}"
        return unit(anchor, title, Heading("chapter", 1, f"Chapter {number}", title, anchor))

    return draft(
        chapter("I", "General provisions"),
        article("1", "Subject matter"),
        article("2", "Definitions"),
        article("2A", "A later thought"),
        chapter("II", "Duties of the agencies"),
        article("3", "Records"),
        article("5", "Oversight, after an article was left out"),
        article("6", "Entry into force"),
        numbering=ARTICLES,
    )


def _cell(words: str, head: bool = False) -> Cell:
    return Cell(((Run(words),),), heads_row=head)


def arabic() -> Draft:
    """Return a small draft in Arabic."""
    cover = Cover(
        "جمهورية فالديرا",
        "وزارة الداخلية",
        "مبادئ توجيهية بشأن استخدام الشرطة للذكاء الاصطناعي",
        "مسودة للتشاور",
        "المسودة 0.1",
        "القانون في 1 نوفمبر 2026",
        "مقيّد",
        "نسخة عمل: تتضمن نتائج التقييم",
        "",
        (("الوثيقة", "المبادئ التوجيهية"), ("القانون في", "1 نوفمبر 2026")),
    )
    numbering = replace(
        DECIMAL, point=NumberLevel("decimal", "({point})"), annex=NumberLevel("decimal", "الملحق {annex}")
    )
    made = draft(
        unit(
            "part:chapter-1",
            "1",
            Heading("chapter", 1, "1", "الغرض والنطاق", "part:chapter-1"),
            text("تحدد هذه المبادئ الأغراض التي يجوز للشرطة أن تستخدم فيها هذه النظم.", "lead"),
        ),
        unit(
            "clause:scope",
            "1.1",
            Heading("clause", 2, "1.1", "نطاق التطبيق", "clause:scope"),
            Paragraph(
                "numbered",
                (
                    Run("تسري هذه المبادئ على كل نظام تستخدمه الأجهزة، ومنها نظام "),
                    Run("Face Search", bold=True),
                    Run(" (الإصدار 2.1)."),
                    note(1, Run("قانون الشرطة، المادة 12.")),
                ),
                "1.1.1",
            ),
            text("تحتفظ الجهة بسجل لكل بحث:", "numbered", "1.1.2"),
            text("اسم الموظف؛", "point", "(1)", True),
            text("الغرض من البحث.", "point", "(2)"),
            Paragraph(
                "numbered",
                (Run("انظر "), Ref("clause:scope", "1.1"), Run(" و"), Ref("part:annex-1", "الملحق 1"), Run(".")),
                "1.1.3",
            ),
            Box("reason", "سبب هذا الحكم", (text("وضوح النطاق يجنّب الأجهزة السؤال عن كل أداة جديدة."),)),
            Table(
                "الجدول 1",
                "مدد حفظ السجلات",
                (Column("نوع السجل", 0.6), Column("المدة", 0.4)),
                ((_cell("بحث في سجل"), _cell("6 أشهر")), (_cell("مقارنة الوجوه"), _cell("سنتان"))),
            ),
        ),
        unit(
            "part:annex-1",
            "1",
            Heading("annex", 1, "الملحق 1", "الأجهزة المعنية", "part:annex-1"),
            text("الشرطة وحرس الحدود."),
            zone="annex",
        ),
        lang="ar",
        rtl=True,
        numbering=numbering,
        cover=cover,
    )
    return replace(made, words={**WORDS, "contents": "المحتويات", "document_control": "بيانات الوثيقة"})


def chinese() -> Draft:
    """Return a small draft in Chinese."""
    cover = Cover(
        "瓦尔德拉共和国",
        "内政部",
        "警察负责任使用人工智能指南",
        "征求意见稿",
        "草案 0.1",
        "法律截至 2026年11月1日",
        "限制",
        "工作稿：含评估结论",
        "",
        (("文件", "指南"), ("法律截至", "2026年11月1日")),
    )
    made = draft(
        unit(
            "part:chapter-1",
            "1",
            Heading("chapter", 1, "1", "目的和范围", "part:chapter-1"),
            text("本指南规定警察可以将此类系统用于何种目的，由谁负责，以及当事人如何要求复核。", "lead"),
        ),
        unit(
            "clause:scope",
            "1.1",
            Heading("clause", 2, "1.1", "适用范围", "clause:scope"),
            Paragraph(
                "numbered",
                (
                    Run("本指南适用于各机构使用的每一个系统，包括"),
                    Run("Face Search", bold=True),
                    Run("（第2.1版）。", italic=True),
                    note(1, Run("《警察法》第12条。")),
                ),
                "1.1.1",
            ),
        ),
        lang="zh",
        cover=cover,
    )
    return replace(made, words={**WORDS, "contents": "目录", "document_control": "文件信息"})


def large(clauses: int = 156) -> Draft:
    """Return a draft of 12 chapters with this many clauses, for measuring."""
    units: list[Unit] = []
    notes = 0
    for chapter in range(1, 13):
        anchor = f"part:chapter-{chapter}"
        units.append(
            unit(
                anchor,
                f"{chapter} Chapter",
                Heading("chapter", 1, str(chapter), f"Chapter on subject {chapter}", anchor),
            )
        )
        for clause in range(1, clauses // 12 + 1):
            name, label = f"clause:c-{chapter}-{clause}", f"{chapter}.{clause}"
            notes += 1
            units.append(
                unit(
                    name,
                    label,
                    Heading("clause", 2, label, f"Duty {clause} of the agencies", name),
                    Paragraph(
                        "numbered",
                        (Run(SENTENCE), note(notes, Run("Police Act, section 12.")), Run(SENTENCE)),
                        f"{label}.1",
                    ),
                    Paragraph(
                        "numbered",
                        (Run(SENTENCE), Ref(f"clause:c-{chapter}-1", f"{chapter}.1"), Run(" applies.")),
                        f"{label}.2",
                    ),
                    text("first;", "point", "(a)", True),
                    text("second.", "point", "(b)"),
                )
            )
    return draft(*units)


@cache
def style(name: str = "standard") -> HouseStyle:
    """Return a house style of the project."""
    return read(name, {f.name: f.read_bytes() for f in (STYLES / name).iterdir()})
