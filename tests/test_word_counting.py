"""Numbers counted as Word counts them: held against an independent reader on whole drafts, and rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import ministry
import pytest
import revisions
import word_samples
from lxml import etree
from ministry import Document
from word_parts import text_of, w
from word_reading import counted

from pipeline.model.problem import Faulty
from pipeline.render.docx import write
from pipeline.word import names, package
from pipeline.word.counting import labels, typed, written

BULLET = "–"

DRAFTS: dict[str, Callable[[], bytes]] = {
    "decimal": lambda: revisions.us_federal().old_docx,
    "articles": lambda: revisions.english().old_docx,
    "Arabic": lambda: revisions.arabic().old_docx,
    "articles with one put in": lambda: write(word_samples.articles(), word_samples.style()),
    "Arabic sample": lambda: write(word_samples.arabic(), word_samples.style()),
    "Chinese": lambda: write(word_samples.chinese(), word_samples.style()),
    "one of everything": lambda: write(word_samples.full(), word_samples.style()),
}


@cache
def drawn(name: str) -> bytes:
    return DRAFTS[name]()


def numbers(doc: Document) -> list[str]:
    found = labels(doc.parts, doc.tree())
    return [found.get(paragraph, "") for paragraph in doc.tree().iter(w("p"))]


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_is_counted_as_an_independent_reader_counts_it(name: str) -> None:
    expected = [number for number, _ in counted(drawn(name))]
    assert sum(map(bool, expected)) > 2
    assert numbers(Document(drawn(name))) == ["" if number == BULLET else number for number in expected]


@pytest.mark.parametrize("name", ["decimal", "articles", "Arabic"])
def test_it_is_so_after_styles_were_renamed_and_clauses_moved(name: str) -> None:
    doc = Document(drawn(name))
    ministry.renamed_styles(doc)
    ministry.google(doc)
    clauses = [anchor for anchor in doc.anchors() if anchor.startswith("clause:")]
    for one, other in zip(clauses[1::5], clauses[3::5], strict=False):
        ministry.move_clause(doc, one, other)
    if clauses:
        ministry.delete_clause(doc, clauses[0])
    data = doc.bytes()
    expected = [number for number, _ in counted(data)]
    assert numbers(Document(data)) == ["" if number == BULLET else number for number in expected]


def test_a_clause_tracked_as_deleted_is_passed_over_and_an_inserted_paragraph_counts() -> None:
    doc = Document(drawn("decimal"))
    before = {text_of(p): n for p, n in labels(doc.parts, doc.tree()).items()}
    assert before["Systems not covered"] == "1.2"
    ministry.delete_clause(doc, "clause:scope-life-cycle", tracked=True)
    words = next(t for p, t in _numbered(doc) if labels(doc.parts, doc.tree())[p].count(".") == 2)
    ministry.add_paragraph(doc, "One more.", after=words, tracked=True)
    after = {text_of(p): n for p, n in labels(doc.parts, doc.tree()).items()}
    assert after["Systems not covered"] == "1.1"
    assert "Systems and stages covered" not in after
    assert after["One more."] == f"{after[words].rpartition('.')[0]}.{int(after[words].rpartition('.')[2]) + 1}"


def _numbered(doc: Document) -> list[tuple[etree._Element, str]]:
    return [(p, text_of(p)) for p in labels(doc.parts, doc.tree()) if text_of(p)]


# Rule by rule


def level(at: int, text: str, form: str = "decimal", start: int | None = 1, style: str = "", more: str = "") -> str:
    begins = "" if start is None else f'<w:start w:val="{start}"/>'
    linked = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f'<w:lvl w:ilvl="{at}">{begins}<w:numFmt w:val="{form}"/>{more}{linked}<w:lvlText w:val="{text}"/></w:lvl>'


OUTLINE = (level(0, "%1."), level(1, "%1.%2"), level(2, "%1.%2.%3"))


def abstract(number: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{number}">{"".join(levels)}</w:abstractNum>'


def num(number: int, of: int, *overrides: str) -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{of}"/>{"".join(overrides)}</w:num>'


def begin(at: int, value: int) -> str:
    return f'<w:lvlOverride w:ilvl="{at}"><w:startOverride w:val="{value}"/></w:lvlOverride>'


def style(name: str, inner: str = "", based: str = "", default: bool = False, kind: str = "paragraph") -> str:
    given = f'<w:basedOn w:val="{based}"/>' if based else ""
    first = ' w:default="1"' if default else ""
    return f'<w:style w:type="{kind}"{first} w:styleId="{name}">{given}<w:pPr>{inner}</w:pPr></w:style>'


def listed(number: int | None, at: int | None = None) -> str:
    given = "" if at is None else f'<w:ilvl w:val="{at}"/>'
    given += "" if number is None else f'<w:numId w:val="{number}"/>'
    return f"<w:numPr>{given}</w:numPr>"


def para(properties: str = "", content: str = "<w:r><w:t>x</w:t></w:r>") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def styled(name: str, more: str = "") -> str:
    return para(f'<w:pStyle w:val="{name}"/>{more}')


def at(number: int, *levels: int) -> list[str]:
    return [para(listed(number, one)) for one in levels]


def printed(paragraphs: Sequence[str], lists: Sequence[str], styles: Sequence[str] = ()) -> list[str]:
    def part(root: str, inner: str) -> bytes:
        space = f'xmlns:w="{names.W}" xmlns:mc="{names.MC}"'
        return f"<w:{root} {space}>{inner}</w:{root}>".encode()

    tree = package.parsed(part("document", f"<w:body>{''.join(paragraphs)}</w:body>"), names.DOCUMENT, "test.docx")
    parts = {names.NUMBERING: part("numbering", "".join(lists)), names.STYLES: part("styles", "".join(styles))}
    found = labels(parts, tree)
    return [found.get(p, "") for p in tree.iter(w("p"))]


def test_a_level_counts_and_begins_those_below_anew() -> None:
    lists = [abstract(1, *OUTLINE), num(1, 1)]
    assert printed(at(1, 0, 1, 1, 2, 1, 2, 0, 1), lists) == ["1.", "1.1", "1.2", "1.2.1", "1.3", "1.3.1", "2.", "2.1"]


def test_a_level_above_that_has_not_begun_shows_its_start() -> None:
    lists = [abstract(1, level(0, "%1.", start=4), level(1, "%1.%2")), num(1, 1)]
    assert printed(at(1, 1, 1, 0), lists) == ["4.1", "4.2", "4."]


def test_a_level_without_a_start_begins_at_nought() -> None:
    assert printed(at(1, 0, 0), [abstract(1, level(0, "%1", start=None)), num(1, 1)]) == ["0", "1"]


def test_lists_of_one_abstract_list_count_together_and_a_start_of_their_own_is_taken_once_at_its_level() -> None:
    lists = [abstract(1, *OUTLINE), num(1, 1), num(2, 1), num(3, 1, begin(0, 7)), num(4, 1, begin(1, 5))]
    paragraphs = at(1, 0) + at(2, 0) + at(3, 0, 0) + at(1, 0) + at(4, 1, 1) + at(1, 1, 0) + at(4, 1)
    assert printed(paragraphs, lists) == ["1.", "2.", "7.", "8.", "9.", "9.5", "9.6", "9.7", "10.", "10.5"]


def test_a_start_of_one_level_does_not_begin_another_anew() -> None:
    lists = [abstract(1, *OUTLINE), num(1, 1), num(2, 1, begin(0, 1))]
    assert printed(at(1, 0, 1, 1) + at(2, 1), lists)[-1] == "1.3"


def test_a_level_of_a_list_may_be_replaced_in_it() -> None:
    own = f'<w:lvlOverride w:ilvl="0">{level(0, "§ %1", "upperRoman")}</w:lvlOverride>'
    lists = [abstract(1, *OUTLINE), num(1, 1), num(2, 1, own)]
    assert printed(at(1, 0) + at(2, 0), lists) == ["1.", "§ II"]


@pytest.mark.parametrize(
    ("restart", "expected"),
    [
        ("", ["1.1.1", "1.2.1", "2.1.1"]),
        ('<w:lvlRestart w:val="0"/>', ["1.1.1", "1.2.2", "2.1.3"]),
        ('<w:lvlRestart w:val="1"/>', ["1.1.1", "1.2.2", "2.1.1"]),
        ('<w:lvlRestart w:val="9"/>', ["1.1.1", "1.2.1", "2.1.1"]),
    ],
    ids=["by default", "never", "after the first level", "after one that is not above"],
)
def test_when_a_level_begins_anew_can_be_told(restart: str, expected: list[str]) -> None:
    lists = [abstract(1, level(0, "%1."), level(1, "%1.%2"), level(2, "%1.%2.%3", more=restart)), num(1, 1)]
    assert [n for n in printed(at(1, 0, 1, 2, 1, 2, 0, 1, 2), lists) if n.count(".") == 2] == expected


def test_legal_numbering_writes_all_levels_in_figures() -> None:
    lists = [abstract(1, level(0, "%1", "upperRoman"), level(1, "%1.%2", more="<w:isLgl/>")), num(1, 1)]
    assert printed(at(1, 0, 0, 1), lists) == ["I", "II", "2.1"]


def test_bullets_have_no_number_and_give_none_to_the_levels_below() -> None:
    lists = [abstract(1, level(0, "%1."), level(1, "—", "bullet"), level(2, "%1.%2%3.")), num(1, 1)]
    assert printed(at(1, 0, 1, 2), lists) == ["1.", "", "1.1."]


def test_a_level_without_figures_prints_its_words() -> None:
    assert printed(at(1, 0), [abstract(1, level(0, "Note", "none")), num(1, 1)]) == ["Note"]


def test_a_numbering_style_leads_to_the_list_that_it_names() -> None:
    link, own = '<w:numStyleLink w:val="Legal"/>', '<w:styleLink w:val="Legal"/>'
    lists = [abstract(1, link), abstract(2, own, *OUTLINE), num(1, 1), num(2, 2)]
    styles = [style("Legal", listed(2), kind="numbering")]
    assert printed(at(1, 0, 1) + at(2, 1), lists, styles) == ["1.", "1.1", "1.2"]


STYLES = (
    style("Normal", default=True),
    style("Heading1", listed(1), "Normal"),
    style("Heading2", listed(1, 5), "Normal"),
    style("Part", based="Heading2"),
    style("Deeper", listed(None, 2), "Heading1"),
    style("Plain", listed(0), "Heading1"),
    style("Subtitle", listed(None, 1), "Normal"),
    style("Loop", based="Pool"),
    style("Pool", based="Loop"),
)
LINKED = (
    abstract(1, level(0, "%1.", style="Heading1"), level(1, "%1.%2", style="Heading2"), level(2, "%1.%2.%3")),
    num(1, 1),
    abstract(2, level(0, "(%1)", "lowerLetter")),
    num(2, 2),
)


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (styled("Heading1"), "2."),
        (styled("Heading2"), "1.1"),
        (styled("Part"), "1.1"),
        (styled("Deeper"), "1.1.1"),
        (styled("Plain"), ""),
        (styled("Subtitle"), ""),
        (styled("Loop"), ""),
        (styled("Unknown"), ""),
        (styled("Heading2", listed(0)), ""),
        (styled("Heading2", listed(2, 0)), "(a)"),
        (styled("Heading1", listed(None, 1)), "1.1"),
        (styled("Heading2", listed(99)), ""),
        (para(), ""),
    ],
    ids=[
        "named by a level", "the level of the list goes before the style's own", "built on such a style",
        "level and list from two styles", "nought in a style", "a level without a list", "styles in a circle",
        "unknown style", "nought in the paragraph", "another list in the paragraph", "a level in the paragraph",
        "unknown list", "no style",
    ],
)  # fmt: skip
def test_list_and_level_come_from_the_paragraph_or_its_style(paragraph: str, expected: str) -> None:
    assert printed([styled("Heading1"), paragraph], LINKED, STYLES) == ["1.", expected]


def test_the_default_style_is_that_of_paragraphs_that_name_none() -> None:
    styles = [style("Normal", listed(2), default=True)]
    assert printed([para(), para()], LINKED, styles) == ["(a)", "(b)"]


GONE = '<w:rPr><w:del w:id="1" w:author="x"/></w:rPr>'
STRUCK = '<w:del w:id="2" w:author="x"><w:r><w:delText>x</w:delText></w:r></w:del>'


def test_paragraphs_whose_marks_are_deleted_count_as_one() -> None:
    lists = [abstract(1, *OUTLINE), num(1, 1)]
    first, joined, struck = (
        para(listed(1, 0)),
        para(listed(1, 0) + GONE),
        para(listed(1, 0) + GONE, STRUCK),
    )
    assert printed([first, struck, first], lists) == ["1.", "", "2."]
    assert printed([joined, first, first], lists) == ["1.", "", "2."]
    assert printed([struck, joined, para(), first], lists) == ["", "", "", "1."]
    kept = para(listed(1, 0) + GONE, STRUCK + "<w:r><w:footnoteReference/></w:r>")
    assert printed([kept, first, first], lists) == ["1.", "", "2."]


def test_a_cell_ends_what_runs_on_and_a_deleted_row_does_not_count() -> None:
    lists = [abstract(1, *OUTLINE), num(1, 1)]
    first, joined = para(listed(1, 0)), para(listed(1, 0) + GONE)
    table = f"<w:tbl><w:tr><w:tc>{joined}</w:tc><w:tc>{first}</w:tc></w:tr></w:tbl>"
    assert printed([table, first], lists) == ["1.", "2.", "3."]
    gone = f'<w:tbl><w:tr><w:trPr><w:del w:id="1" w:author="x"/></w:trPr><w:tc>{first}</w:tc></w:tr></w:tbl>'
    assert printed([gone, first], lists) == ["", "1."]


def test_what_is_moved_counts_where_it_went() -> None:
    lists = [abstract(1, *OUTLINE), num(1, 1)]
    left = para(
        listed(1, 0) + '<w:rPr><w:moveFrom w:id="1" w:author="x"/></w:rPr>',
        '<w:moveFrom w:id="2" w:author="x"><w:r><w:t>x</w:t></w:r></w:moveFrom>',
    )
    assert printed([left, *at(1, 0, 0)], lists) == ["", "1.", "2."]


def test_text_boxes_are_not_counted_with_the_text() -> None:
    lists = [abstract(1, *OUTLINE), num(1, 1)]
    inner = f"<w:txbxContent>{para(listed(1, 0))}</w:txbxContent>"
    box = f"<w:r><mc:AlternateContent><mc:Choice>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback></mc:AlternateContent></w:r>"
    assert printed([para(listed(1, 0), box), *at(1, 0)], lists) == ["1.", "", "", "2."]


@pytest.mark.parametrize("value", ["99999999999999999999", "-4", "x", "9" * 5000])
def test_a_damaged_number_harms_nothing(value: str) -> None:
    lists = [
        abstract(1, f'<w:lvl w:ilvl="{value}"><w:start w:val="{value}"/><w:lvlText w:val="%1"/></w:lvl>'),
        f'<w:num w:numId="1"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="{value}"><w:startOverride w:val="{value}"/></w:lvlOverride></w:num>',
    ]
    odd = para(f'<w:numPr><w:ilvl w:val="{value}"/><w:numId w:val="1"/></w:numPr>')
    assert len(printed([odd, odd], lists)) == 2


def test_a_damaged_part_is_refused_and_a_file_without_lists_has_no_numbers() -> None:
    tree = package.parsed(f'<w:document xmlns:w="{names.W}"/>'.encode(), names.DOCUMENT, "test.docx")
    assert labels({}, tree) == {}
    with pytest.raises(Faulty, match="DOCX-007"):
        labels({names.NUMBERING: b"<w:numbering"}, tree)


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (4, "decimal", "4"),
        (28, "lowerLetter", "bb"),
        (14, "upperRoman", "XIV"),
        (32_767, "lowerLetter", "32767"),
        (0, "upperRoman", "0"),
        (7, "decimalZero", "07"),
        (3, "ordinal", "3rd"),
        (12, "ordinal", "12th"),
        (3, "arabicAlpha", "ت"),
        (3, "arabicAbjad", "ج"),
        (29, "arabicAlpha", "أأ"),
        (21, "chineseCounting", "二十一"),
        (10, "chineseCounting", "十"),
        (5, "chineseCounting", "五"),
        (12, "hindiNumbers", "١٢"),
        (2, "numberInDash", "- 2 -"),
        (5, "somethingNew", "5"),
        (5, "bullet", ""),
    ],
)
def test_figures_are_written_as_word_writes_them(value: int, form: str, expected: str) -> None:
    assert written(value, form) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("5.3A", "5.3A"),
        ("Article 12a", "Article 12a"),
        ("Annex B", "Annex B"),
        ("(iv)", "(iv)"),
        ("§ 4", "§ 4"),
        ("الملحق 2", "الملحق 2"),
        ("第三", "第三"),
        ("第3条", "第3条"),
        ("Name:", ""),
        ("The agency keeps a list of all the systems in use 1", ""),
        ("", ""),
    ],
)
def test_a_label_that_stands_as_text_is_read(before: str, expected: str) -> None:
    inner = f"<w:r><w:t>{before}</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t>words</w:t></w:r>"
    tabs = '<w:tabs><w:tab w:val="left" w:pos="400"/></w:tabs>'
    document = f'<w:document xmlns:w="{names.W}">{para(tabs, inner)}</w:document>'
    (paragraph,) = package.parsed(document.encode(), names.DOCUMENT, "test.docx").iter(w("p"))
    assert typed(paragraph) == expected


def test_labels_that_our_writer_types_are_read() -> None:
    doc = Document(drawn("articles with one put in"))
    assert "Article 2A" in [typed(p) for p in doc.tree().iter(w("p"))]
    assert typed(etree.Element(w("p"))) == ""
