"""The brief for the minister: a letter of two pages in both formats, drawn with a template of its own."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pymupdf
import pytest
import word_samples as sample
from openxml_audit import OpenXmlValidator
from test_render_pdf import complaints
from word_reading import unpacked
from word_samples import STYLES

from pipeline.model.draft import Draft
from pipeline.model.problem import Faulty
from pipeline.project.content import examples
from pipeline.project.country import decided
from pipeline.project.why import drafts
from pipeline.render import docx, pandoc, pdf, theme
from pipeline.render.style import HouseStyle, read, warnings
from pipeline.word import lint, package

EXAMPLES = Path(__file__).parents[1] / "intake" / "examples"
HOUSES = ("standard", "ministere")

reading: Any = pymupdf.open  # the package carries no types worth the name


@cache
def brief(country: str) -> Draft:
    return drafts(decided(EXAMPLES / country), ("brief",))["brief"]


def small() -> Draft:
    opening = sample.unit("clause:what", "What", sample.text("It proposes two documents.", "lead"))
    return replace(sample.draft(opening), document="brief")


def files(name: str = "standard") -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in (STYLES / name).iterdir()}


def without_template() -> HouseStyle:
    return read("plain", {name: data for name, data in files().items() if name != "brief.docx"})


def document(data: bytes) -> str:
    return unpacked(data)["word/document.xml"].decode()


def said(data: bytes) -> str:
    return " ".join(" ".join(page.get_text() for page in reading(stream=data, filetype="pdf")).split())


@pytest.mark.parametrize("house", HOUSES)
@pytest.mark.parametrize("country", examples())
def test_the_pdf_has_two_pages(country: str, house: str) -> None:
    assert reading(stream=pdf.write(brief(country), sample.style(house)), filetype="pdf").page_count == 2


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_word_file_has_two_pages(tmp_path: Path) -> None:
    for country in examples():
        for house in HOUSES:
            (tmp_path / f"{country}-{house}.docx").write_bytes(docx.write(brief(country), sample.style(house)))
    inputs = sorted(map(str, tmp_path.glob("*.docx")))
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    subprocess.run([*command, "--outdir", str(tmp_path), *inputs], check=True, capture_output=True, timeout=180)
    counted = {p.stem: reading(str(p)).page_count for p in tmp_path.glob("*.pdf")}
    assert len(counted) == len(inputs) == len(examples()) * len(HOUSES)
    assert counted == dict.fromkeys(counted, 2)


@pytest.mark.parametrize("house", HOUSES)
def test_both_files_are_valid(house: str, tmp_path: Path) -> None:
    path = tmp_path / "brief.docx"
    for audience in ("working", "public"):
        path.write_bytes(docx.write(replace(small(), audience=audience), sample.style(house)))
        assert OpenXmlValidator().validate(path).errors == []
    data = pdf.write(small(), sample.style(house))
    assert [found for profile in ("2a", "ua1") for found in complaints(data, profile, tmp_path)] == []


@pytest.mark.parametrize("house", HOUSES)
def test_a_brief_is_drawn_with_its_own_template_and_others_are_not(house: str) -> None:
    style, letter = sample.style(house), small()
    written, other = (document(docx.write(d, style)) for d in (letter, replace(letter, document="guidelines")))
    assert " TOC " not in written and " TOC " in document(docx.write(sample.full(), style))
    assert written.count("<w:sectPr") == 1 and other.count("<w:sectPr") == 2
    sheet = unpacked(docx.write(letter, style))["word/styles.xml"].decode()
    assert "pageBreakBefore" not in sheet and "pageBreakBefore" in unpacked(style.template)["word/styles.xml"].decode()
    large, compact = (theme.of(style, kind).looks["heading 1"].size for kind in ("guidelines", "brief"))
    assert compact < 0.7 * large


def test_a_house_style_without_one_draws_briefs_with_its_only_template() -> None:
    style = without_template()
    assert style.brief == b"" and style.word_template("brief") == style.word_template("guidelines")
    assert document(docx.write(small(), style)).count("<w:sectPr") == 2
    assert theme.of(style, "brief") is theme.of(style)
    assert said(pdf.write(small(), style)).count("It proposes two documents.") == 1


@pytest.mark.parametrize("house", HOUSES)
def test_our_templates_for_briefs_have_no_fault_and_no_remark(house: str) -> None:
    assert lint.template("brief.docx", files(house)["brief.docx"], {}, contents=False) == ()
    assert warnings(sample.style(house)) == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[[body]]", "[[body]] and more", "TEMPLATE-012"),
        ("[[body]]", "nothing", "TEMPLATE-011"),
        ("{{ cover.subtitle }}", "[[contents]]", "TEMPLATE-011"),
        ("{{ cover.subtitle }}", "{{ cover.sub }}", "TEMPLATE-005"),
    ],
)
def test_a_fault_of_it_is_told_with_its_name(old: str, new: str, code: str) -> None:
    parts = unpacked(files()["brief.docx"])
    assert old.encode() in parts["word/document.xml"]
    parts["word/document.xml"] = parts["word/document.xml"].replace(old.encode(), new.encode())
    with pytest.raises(Faulty) as caught:
        read("house", {**files(), "brief.docx": package.packed(parts)})
    assert [p.code for p in caught.value.problems] == [code]
    assert "house/brief.docx" in str(caught.value)


def test_an_empty_file_of_that_name_is_no_word_file() -> None:
    with pytest.raises(Faulty, match=r"house/brief\.docx"):
        read("house", {**files(), "brief.docx": b""})


@pytest.mark.parametrize("house", HOUSES)
def test_the_masthead_says_state_issuer_title_status_and_notice(house: str) -> None:
    letter = small()
    cover = replace(letter.cover, marking="RESTRICTED", audience="Working copy", notice="Fictional country")
    letter = replace(letter, cover=cover)
    words = said(pdf.write(letter, sample.style(house)))
    text = document(docx.write(letter, sample.style(house)))
    for value in (cover.subtitle, cover.status, cover.law_date, cover.notice):
        assert value in words and value in text
    assert words.count("RESTRICTED") >= 1
    heads = [d.decode() for n, d in unpacked(docx.write(letter, sample.style(house))).items() if "/header" in n]
    assert len(heads) == 2 and all("RESTRICTED" in head for head in heads)


def test_the_opendocument_text_runs_on_without_contents() -> None:
    letter, other = (
        unpacked(pandoc.write(draft, sample.style(), "odt"))
        for draft in (small(), replace(small(), document="guidelines"))
    )
    assert b"table-of-content" not in letter["content.xml"] and b"table-of-content" in other["content.xml"]
    assert b'fo:break-before="page"' not in letter["styles.xml"].split(b'"Heading_20_1"')[1].split(b"</style:style>")[0]


def test_a_control_row_is_printed_where_the_masthead_does_not_say_it() -> None:
    letter = small()
    cover = replace(letter.cover, status="Draft 0.1", control=(("Version", "0.1"), ("File", "IV-17")))
    words = said(pdf.write(replace(letter, cover=cover), sample.style()))
    assert "File: IV-17" in words and "Version: 0.1" not in words
