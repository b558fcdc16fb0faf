"""The theme of the PDF: what a Word template says, read back as numbers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sample_draft as sample

from pipeline.model.problem import Exit, Faulty
from pipeline.render import style, theme

STYLES = Path(__file__).parents[1] / "templates" / "styles"
FONTS = {"Calibri": "Noto Sans"}


def changed(part: str, change: Callable[[str], str], data: bytes | None = None) -> bytes:
    """Return the sample template with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data or sample.template())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()).encode() if name == part else content)
    return out.getvalue()


def in_style(name: str, properties: str) -> Callable[[str], str]:
    """Return a change that gives a style these properties and no others of its own."""

    def change(styles: str) -> str:
        own = r"(<w:pPr>.*?</w:pPr>)?\s*(<w:rPr>.*?</w:rPr>)?\s*"
        pattern = rf'(<w:style\b[^>]*>\s*<w:name w:val="{name}"/>.*?){own}(</w:style>)'
        found, count = re.subn(pattern, lambda m: m[1] + properties + m[4], styles, count=1, flags=re.DOTALL)
        assert count == 1
        return found

    return change


def read(properties: str, name: str = "Clause Text") -> theme.Look:
    template = changed("word/styles.xml", in_style(name, properties))
    return theme.read(template, FONTS).looks[name.lower()]


def test_paper_and_margins_in_points() -> None:
    paper = theme.read(sample.template(left=30), FONTS).paper
    assert (paper.width, paper.height) == pytest.approx((595.3, 841.9), abs=0.2)
    assert (paper.left, paper.right) == pytest.approx((85.05, 85.05), abs=0.1)
    assert (paper.top, paper.bottom) == pytest.approx((73.7, 68.05), abs=0.1)


def test_landscape_template_gives_the_upright_page() -> None:
    turned = changed("word/document.xml", lambda text: re.sub(r'w:w="(\d+)" w:h="(\d+)"', r'w:w="\2" w:h="\1"', text))
    paper = theme.read(turned, FONTS).paper
    assert paper.width < paper.height


def test_looks_of_headings_and_text() -> None:
    looks = theme.read(sample.template(accent="7A1F2B"), FONTS).looks
    assert looks["heading 1"].size == 20
    assert looks["heading 1"].colour == "#7a1f2b"
    assert looks["heading 1"].bold
    assert looks["heading 2"].before == 16
    assert looks["heading 2"].after == 5
    assert looks["normal"].font == "Noto Sans"
    assert looks["normal"].size == 10.5


def test_clause_text_inherits_from_normal() -> None:
    looks = theme.read(sample.template(), FONTS).looks
    assert looks["clause text"].size == looks["normal"].size
    assert looks["clause text"].after == 6


def test_attributes_are_inherited_one_by_one() -> None:
    look = read('<w:pPr><w:spacing w:before="100"/></w:pPr>')
    assert (look.before, look.after) == (5, 6)


@pytest.mark.parametrize(
    ("value", "bold"), [("", True), (' w:val="1"', True), (' w:val="0"', False), (' w:val="false"', False)]
)
def test_toggles(value: str, bold: bool) -> None:
    assert read(f"<w:rPr><w:b{value}/></w:rPr>").bold is bold


def test_a_switched_off_toggle_goes_before_an_inherited_one() -> None:
    def on_heading(styles: str) -> str:
        based = '<w:name w:val="Clause Text"/><w:basedOn w:val="'
        assert based + "Normal" in styles
        return styles.replace(based + "Normal", based + "Heading1")

    bold = changed("word/styles.xml", on_heading)
    assert theme.read(bold, FONTS).looks["clause text"].bold
    off = changed("word/styles.xml", in_style("Clause Text", '<w:rPr><w:b w:val="0"/></w:rPr>'))
    assert not theme.read(changed("word/styles.xml", on_heading, off), FONTS).looks["clause text"].bold


def test_automatic_colour_is_black() -> None:
    assert read('<w:rPr><w:color w:val="auto"/></w:rPr>').colour == "#000000"


@pytest.mark.parametrize(
    ("spacing", "pitch"),
    [
        ('w:line="240" w:lineRule="auto"', 1.221),
        ('w:line="360" w:lineRule="auto"', 1.8315),
        ('w:line="280" w:lineRule="exact"', 14 / 10.5),
        ('w:line="120" w:lineRule="atLeast"', 1.221),
        ('w:line="420" w:lineRule="atLeast"', 2.0),
    ],
)
def test_line_pitch_counts_in_lines_of_the_typeface_that_word_uses(spacing: str, pitch: float) -> None:
    assert read(f"<w:pPr><w:spacing {spacing}/></w:pPr>").pitch == pytest.approx(pitch, abs=0.001)


def test_indent_alignment_capitals_tracking_and_rules() -> None:
    look = read(
        '<w:pPr><w:pBdr><w:top w:val="single" w:sz="24"/><w:bottom w:val="nil" w:sz="8"/></w:pBdr>'
        '<w:ind w:left="850" w:hanging="850"/><w:jc w:val="both"/></w:pPr>'
        '<w:rPr><w:caps/><w:spacing w:val="30"/></w:rPr>'
    )
    assert (look.indent, look.hanging) == (42.5, 42.5)
    assert look.align == "justify"
    assert look.capitals
    assert look.tracking == 1.5
    assert look.rules == {"top": 3.0}


def test_style_is_found_by_the_name_that_the_house_uses() -> None:
    renamed = changed("word/styles.xml", lambda text: text.replace('w:val="Clause Text"', 'w:val="Artikeltext"'))
    assert "clause text" not in theme.read(renamed, FONTS).looks
    assert "clause text" in theme.read(renamed, FONTS, {"clause text": "Artikeltext"}).looks


def test_theme_typeface_is_resolved() -> None:
    properties = '<w:rPr><w:rFonts w:asciiTheme="majorHAnsi"/></w:rPr>'
    named = changed(
        "word/theme/theme1.xml", lambda text: re.sub(r'(<a:majorFont>\s*<a:latin typeface=")[^"]*', r"\1Georgia", text)
    )
    template = changed("word/styles.xml", in_style("Clause Text", properties), named)
    with pytest.raises(Faulty, match="'Georgia'"):
        theme.read(template, FONTS)
    assert theme.read(template, {**FONTS, "Georgia": "Amiri"}).looks["clause text"].font == "Amiri"


def test_typeface_that_is_not_mapped_is_an_error_with_its_repair() -> None:
    with pytest.raises(Faulty) as fault:
        theme.read(sample.template(font="Garamond"), FONTS, file="ministry/template.docx")
    problem = fault.value.problems[0]
    assert fault.value.exit_code == Exit.LIBRARY
    assert problem.code == "TEMPLATE-041"
    assert "'Garamond'" in problem.message
    assert "Noto Sans" in problem.fix
    assert problem.place.file == "ministry/template.docx"


def test_typeface_mapped_to_one_that_is_not_shipped_is_an_error() -> None:
    with pytest.raises(Faulty, match="'Helvetica', which is to stand for 'Calibri'"):
        theme.read(sample.template(), {"Calibri": "Helvetica"})


def test_shipped_typeface_needs_no_mapping() -> None:
    assert theme.read(sample.template(font="Noto Sans"), {}).looks["normal"].font == "Noto Sans"


def test_typeface_in_a_style_that_is_not_drawn_does_not_matter() -> None:
    template = changed(
        "word/styles.xml", in_style("Intense Quote", '<w:rPr><w:rFonts w:ascii="Comic Sans MS"/></w:rPr>')
    )
    assert theme.read(template, FONTS).looks["normal"].font == "Noto Sans"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.7"])
def test_what_is_no_word_file_is_refused(data: bytes) -> None:
    with pytest.raises(Faulty, match="not a Word file"):
        theme.read(data, FONTS)


def test_style_without_a_look_falls_back() -> None:
    found = theme.read(sample.template(), FONTS)
    assert found.look("no such style", "heading 1") == found.looks["heading 1"]
    assert found.look("no such style") == found.looks["normal"]
    assert found.lesser(0.8, "no such style").size == pytest.approx(8.4)


@pytest.mark.parametrize("name", ["standard", "ministere"])
def test_house_styles_that_travel_with_the_program(name: str) -> None:
    files = {path.name: path.read_bytes() for path in (STYLES / name).iterdir()}
    house = style.read(name, files)
    found = theme.of(house)
    assert {look.font for look in found.looks.values()} <= set(theme.SHIPPED)
    assert found.looks["heading 1"].size > found.looks["heading 2"].size > found.looks["normal"].size
    assert found.paper.width - found.paper.left - found.paper.right > 300
    assert theme.of(house) is found
