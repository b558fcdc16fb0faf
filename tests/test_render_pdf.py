"""The PDF: conformant, complete, the same bytes, and nothing in it but the draft."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import page
import pikepdf
import pymupdf
import pytest
import sample_draft as sample

from pipeline.model.draft import (
    Box,
    Cell,
    Chart,
    Column,
    Draft,
    Heading,
    Link,
    Paragraph,
    Ref,
    Run,
    Series,
    Table,
    plain,
)
from pipeline.model.problem import Faulty, MachineFault
from pipeline.render import pdf, style
from pipeline.render.pdf import fonts, literal

ROOT = Path(__file__).parents[1]

reading: Any = pymupdf.open  # the package carries no types worth the name

FALSE_ALARM = "PDFA2A-STREAM-LENGTH-001"
"""The validator takes a stream whose last byte is 0x0D for one that ends a byte early."""


@cache
def whole() -> bytes:
    return pdf.write(sample.draft(), sample.house())


def written(draft: Draft) -> Any:
    return reading(stream=pdf.write(draft, sample.house()), filetype="pdf")


def opened() -> Any:
    return reading(stream=whole(), filetype="pdf")


def squeezed(text: str) -> str:
    """Return text as it can be found in a PDF: no spaces, no soft breaks, one form of each letter."""
    return re.sub(r"[\s\u00ad\u200b-\u200f\u2060]", "", unicodedata.normalize("NFKC", text))


def text_of(document: Any) -> str:
    return squeezed("".join(p.get_text() for p in document))


def streams(data: bytes) -> Iterator[bytes]:
    """Yield the file itself and every stream in it unpacked."""
    yield data
    with pikepdf.open(io.BytesIO(data)) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Stream):
                yield thing.read_bytes()
            else:
                yield thing.unparse()


def complaints(data: bytes, profile: str, folder: Path) -> list[str]:
    """Return what the validator finds, but for the one false alarm, which is checked by the bytes."""
    path = folder / "draft.pdf"
    path.write_bytes(data)
    report: Any = page.validate_pdf(str(path), profile=profile)
    found = report.to_dict()["failures"]
    ends_rightly = all(data[m.end() :].startswith(b"\nendstream") for m in stream_ends(data))
    return [str(f) for f in found if not (FALSE_ALARM in str(f) and ends_rightly)]


def stream_ends(data: bytes) -> Iterator[re.Match[bytes]]:
    for start in re.finditer(rb"/Length (\d+)[^>]*>>\s*stream\r?\n", data):
        yield re.compile(rb".{%d}" % int(start[1]), re.DOTALL).match(data, start.end()) or start


def test_stream_gate_sees_a_wrong_length() -> None:
    data = b"<< /Length 4 >>\nstream\nabc\r\nendstream"
    assert all(data[m.end() :].startswith(b"\nendstream") for m in stream_ends(data))
    short = data.replace(b"/Length 4", b"/Length 2")
    assert not all(short[m.end() :].startswith(b"\nendstream") for m in stream_ends(short))


@pytest.mark.parametrize("profile", ["2a", "ua1"])
def test_conforms(profile: str, tmp_path: Path) -> None:
    assert complaints(whole(), profile, tmp_path) == []


def test_validator_has_teeth(tmp_path: Path) -> None:
    assert complaints(whole().replace(b"/MarkInfo", b"/MarkInfx"), "ua1", tmp_path)


@pytest.mark.parametrize("profile", ["2a", "ua1"])
def test_brief_conforms_and_has_neither_cover_nor_contents(profile: str, tmp_path: Path) -> None:
    brief = replace(sample.small(sample.para(sample.LEAD)), document="brief")
    data = pdf.write(brief, sample.house())
    assert complaints(data, profile, tmp_path) == []
    document = reading(stream=data, filetype="pdf")
    assert squeezed(sample.LEAD) in squeezed(document[0].get_text())
    assert "Contents" not in text_of(document)


def test_same_bytes_in_another_process_place_zone_and_seed(tmp_path: Path) -> None:
    code = (
        "import sys, hashlib; import sample_draft as s; from pipeline.render import pdf;"
        "print(hashlib.sha256(pdf.write(s.draft(), s.house())).hexdigest())"
    )
    found = set()
    for zone, seed, folder in (("Asia/Tokyo", "1", tmp_path), ("America/Lima", "77", ROOT)):
        surroundings = {
            **os.environ,
            "TZ": zone,
            "PYTHONHASHSEED": seed,
            "LC_ALL": "C",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
            "SOURCE_DATE_EPOCH": seed,
        }
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, env=surroundings, capture_output=True, text=True, check=True
        )
        found.add(done.stdout.strip())
    assert len(found) == 1


@pytest.mark.parametrize("draft", [sample.draft(), sample.draft(chapters=1, clauses=9, marking="")])
def test_all_text_is_there(draft: Draft) -> None:
    text = text_of(written(draft))
    expected: list[str] = [draft.cover.title, draft.cover.subtitle, draft.cover.notice, draft.cover.law_date]
    for unit in draft.units:
        for block in unit.blocks:
            match block:
                case Heading():
                    expected += [block.label, block.text]
                case Paragraph():
                    expected += [block.label, plain(block.inlines[:1])]
                case Box():
                    expected += [block.title, *(plain(p.inlines) for p in block.paragraphs)]
                case Table():
                    expected += [plain(line) for row in block.rows for cell in row for line in cell.paragraphs]
                case Chart():
                    expected += [block.caption, *block.axes, *(one.name for one in block.series)]
    arabic = re.compile(r"[\u0600-\u06ff]")
    assert [t for t in expected if not arabic.search(t) and squeezed(t) not in text] == []


@pytest.mark.parametrize(
    "text",
    [
        sample.HOSTILE,
        "\\",
        '"',
        '\\"',
        "#",
        "#{1/0}",
        "$x^2$",
        "[a]",
        "*b*",
        "_c_",
        "`d`",
        "<r1>",
        "@r1",
        "~",
        "--",
        "...",
        "// gone?",
        "/* gone? */",
        "= Heading",
        "- item",
        "+ item",
        "/ term: x",
        "https://example.org",
        "'single'",
        '"double"',
        '#import "x"',
        "\\u{41}",
        "}\n{",
        "a\\\nb",
        "\ttab",
        "{{ x }}",
        "{% if %}",
        "%PDF",
        "\u201cquoted\u201d",
        "x\u00a0y",
        "ﬁ",
        "1/2",
        "e\u0301",
        sample.CHINESE,
    ],
)
def test_text_prints_as_written(text: str) -> None:
    source_text = f"start {text} end"
    document = written(sample.small(sample.para(source_text), Box("notice", text, (sample.para(text),))))
    assert squeezed(source_text) in text_of(document)


def test_arabic_name_in_english_text_keeps_its_letters() -> None:
    document = written(sample.small(sample.para(f"The officer {sample.ARABIC} signs.")))
    found = text_of(document)
    assert sorted(c for c in found if "\u0600" <= c <= "\u06ff") == sorted(sample.ARABIC.replace(" ", ""))
    assert any("Amiri" in font[3] for p in document for font in p.get_fonts())


def test_literal_reads_back_in_typst() -> None:
    import typst

    texts = [chr(n) for n in range(1, 128)] + [sample.HOSTILE, "\u2028", "\\u{41}", "a\\", '"']
    codes = ", ".join(literal.quoted(text) for text in texts)
    found = typst.eval(b"", f"({codes}).map(t => t.codepoints().map(c => c.to-unicode()))")
    assert json.loads(found) == [[ord(c) for c in text] for text in texts]


@pytest.mark.parametrize("audience", ["working", "consultation", "public"])
def test_no_anchor_in_any_stream(audience: str) -> None:
    data = pdf.write(sample.draft(audience=audience), sample.house())  # type: ignore[arg-type]
    for stream in streams(data):
        for canary in (b"secret-clause", b"part:", b"clause:", b"verania\x00"):
            assert canary not in stream
            assert canary.decode().encode("utf-16-be") not in stream
            assert canary.hex().encode() not in stream.lower()


def test_scan_sees_into_streams() -> None:
    assert any(b"Foreword" in stream or "Foreword".encode("utf-16-be") in stream for stream in streams(whole()))


def test_marking_stands_on_every_page() -> None:
    document = opened()
    assert len(document) > 10
    assert [p.number for p in document if "RESTRICTED" not in p.get_text()] == []
    unmarked = written(sample.draft(chapters=1, clauses=1, marking=""))
    assert "RESTRICTED" not in text_of(unmarked)


def test_status_and_audience_stand_on_every_page_after_the_cover() -> None:
    document = opened()
    for number in range(1, len(document)):
        words = document[number].get_text()
        assert "Draft 0.1 · Working copy: contains assessment findings" in words
        assert f"Page {number} of {len(document) - 1}" in words
    assert "Page" not in document[0].get_text()


def test_metadata_is_the_draft_and_nothing_else() -> None:
    about = opened().metadata
    assert about["title"] == sample.draft().cover.title
    assert about["author"] == "Ministry of the Interior"
    assert about["creationDate"].startswith("D:20261101")
    assert about["modDate"].startswith("D:20261101")
    with pikepdf.open(io.BytesIO(whole())) as document:
        assert str(document.Root.Lang) == "en"
        assert document.Root.ViewerPreferences.DisplayDocTitle


def test_author_is_the_state_where_no_body_issues() -> None:
    draft = sample.small(sample.para("x"))
    draft = replace(draft, cover=replace(draft.cover, issuer=""))
    assert written(draft).metadata["author"] == "Republic of Verania"


def test_contents_list_every_chapter_and_clause_with_its_page() -> None:
    document = opened()
    contents = next(p for p in document if "Contents" in p.get_text().split("\n")[2:5] or "Contents\n" in p.get_text())
    headings = [b for u in sample.draft().units for b in u.blocks if isinstance(b, Heading) and b.role != "sub"]
    text = squeezed(contents.get_text())
    for heading in headings:
        line = squeezed(f"{heading.label}{heading.text}")
        assert line in text
    targets = [link for link in contents.get_links() if link["kind"] in {pymupdf.LINK_GOTO, pymupdf.LINK_NAMED}]
    assert len({link["page"] for link in targets}) >= 8
    places = {title: number for _, title, number in document.get_toc()}
    chapter = next(number for title, number in places.items() if "Evidence" in title)
    printed = re.search(r"Evidence,disclosure,complaintsandredress\.*(\d+)2\.1Exam", text)
    assert printed
    assert int(printed[1]) == chapter - 1  # the cover counts for the reader's program, not for the page number


def test_bookmarks_are_the_headings() -> None:
    titles = [squeezed(title) for _, title, _ in opened().get_toc()]
    for unit in sample.draft().units:
        for block in unit.blocks:
            if isinstance(block, Heading):
                assert any(squeezed(block.text) in title for title in titles)


def test_cross_reference_leads_to_its_heading() -> None:
    document = opened()
    heading_page = next(n for _, title, n in document.get_toc() if "case 1.2" in title)
    inner = [
        link
        for p in document.pages(5)
        for link in p.get_links()
        if link["kind"] in {pymupdf.LINK_GOTO, pymupdf.LINK_NAMED} and link["from"].width < 30
    ]
    assert inner
    assert {link["page"] + 1 for link in inner if link["page"] > 2} >= {heading_page}


def test_reference_out_of_the_draft_prints_its_words() -> None:
    gone = Paragraph("body", (Run("see "), Ref("clause:elsewhere", "the rule on logs")))
    assert "seetheruleonlogs" in text_of(written(sample.small(gone)))


def test_web_link_is_kept_and_others_are_refused() -> None:
    links = [link["uri"] for p in opened() for link in p.get_links() if link["kind"] == pymupdf.LINK_URI]
    assert set(links) == {"https://example.org/a?b=1&c=2"}
    for url in ("http://example.org", "javascript:x", "file:///etc/passwd", "https://a b"):
        with pytest.raises(ValueError, match="neither https nor mailto"):
            pdf.source(sample.small(Paragraph("body", (Link("x", url),))), sample.house())


def test_footnotes_keep_their_numbers() -> None:
    document = opened()
    notes = squeezed("".join(p.get_text() for p in document))
    for number in (103, 203, 303):
        assert f"{number}Anotetothisclause" in notes


def test_wide_table_turns_the_page_and_takes_its_heading_along() -> None:
    document = opened()
    wide = [p for p in document if p.rect.width > p.rect.height]
    assert len(wide) == 1
    text = squeezed(wide[0].get_text())
    assert "AnnexCRegisterofrisks" in text
    assert "RESTRICTED" in text
    assert "Afterthewidepage" not in text


def test_header_row_repeats_on_every_page_of_a_table() -> None:
    document = opened()
    pages = [p for p in document if re.search(r"Measure \d+\n", p.get_text())]
    assert len(pages) >= 3
    assert all("What is done" in p.get_text() for p in pages)


def test_row_taller_than_a_page_loses_no_word() -> None:
    words = " ".join(f"w{n}." for n in range(2500))
    table = Table("Table 1", "Long", (Column("A", 0.3), Column("B", 0.7)), ((sample.cell("x"), sample.cell(words)),))
    text = text_of(written(sample.small(table)))
    assert [n for n in range(2500) if f"w{n}." not in text] == []


def test_no_heading_at_the_foot_of_a_page() -> None:
    draft = sample.draft(chapters=4, clauses=9)
    titles = {squeezed(b.text) for u in draft.units for b in u.blocks if isinstance(b, Heading) and b.level > 1}
    for number, sheet in enumerate(written(draft)):
        body = [b for b in sheet.get_text("blocks") if 75 < b[1] < sheet.rect.height - 80]
        if number > 4 and body:
            last = max(body, key=lambda b: b[3])
            assert not any(title in squeezed(last[4]) and len(squeezed(last[4])) < len(title) + 8 for title in titles)


def test_lines_of_prose_hold_60_to_75_characters() -> None:
    long = sample.DUTY * 6
    lines = [
        "".join(span["text"] for span in line["spans"]).strip()
        for sheet in written(sample.small(sample.para(long, "numbered", "1.1"), sample.para(long)))
        for block in sheet.get_text("dict")["blocks"]
        for line in block.get("lines", ())
        if abs(line["spans"][0]["size"] - 10.5) < 0.1
    ]
    full = [len(line) for line in lines if len(line) > 50]
    assert len(full) > 12
    assert 60 <= sum(full) / len(full) <= 75


def test_tags_say_what_things_are() -> None:
    with pikepdf.open(io.BytesIO(whole())) as document:
        kinds: dict[str, int] = {}
        alternatives = []
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/S" in thing and "/P" in thing:
                kinds[str(thing.S)] = kinds.get(str(thing.S), 0) + 1
                if "/Alt" in thing:
                    alternatives.append(str(thing.Alt))
    for kind in (
        "/H1",
        "/H2",
        "/P",
        "/L",
        "/LI",
        "/Lbl",
        "/LBody",
        "/Table",
        "/TH",
        "/TD",
        "/Figure",
        "/Note",
        "/TOC",
        "/Link",
        "/Caption",
    ):
        assert kinds.get(kind, 0) > 0, kind
    assert "A shield with a disc" in alternatives
    assert any("training is lowest" in alternative for alternative in alternatives)


def test_missing_value_is_a_gap_and_not_zero() -> None:
    def lines(value: int | None) -> int:
        chart = Chart("Figure 1", "F", "alt", ("a", "b", "c"), (Series("s", (2, value, 3)),), 4)
        sheet = written(sample.small(chart))
        thick = (d for p in sheet for d in p.get_drawings() if d["type"] == "s" and abs((d["width"] or 0) - 1.8) < 0.01)
        return sum(len(d["items"]) for d in thick)

    assert lines(0) - lines(None) == 2  # a point that is missing takes both of its lines with it


def test_heading_levels_never_skip() -> None:
    deep = Heading("sub", 3, "", "Deep", "part:one#1")
    data = pdf.write(sample.small(deep, sample.para("x")), sample.house())
    assert [level for level, *_ in reading(stream=data, filetype="pdf").get_toc()] == [1, 1, 1, 2]


def test_landscape_flag_does_not_leave_empty_pages() -> None:
    document = opened()
    assert [p.number for p in document if len(squeezed(p.get_text())) < 120] == []


def test_unknown_typeface_is_an_error() -> None:
    text = pdf.source(sample.small(sample.para("x")), sample.house())
    with pytest.raises(Faulty, match="unknown font family"):
        pdf.compiled(text.replace('"Noto Sans SC"', '"Calibri"'), "2026-11-01")


def test_character_without_glyph_is_an_error_and_not_a_box() -> None:
    with pytest.raises(Faulty, match="RENDER-010"):
        pdf.write(sample.small(sample.para("officer \U0001f46e")), sample.house())


def test_missing_word_is_named() -> None:
    draft = replace(sample.small(sample.para("x")), words={w: w for w in ("contents", "page", "document_control")})
    with pytest.raises(Faulty, match="'of' is missing"):
        pdf.write(draft, sample.house())


@pytest.mark.parametrize(("logo", "alt"), [(b"GIF89a", {"en": "x"}), (sample.SHIELD, {})])
def test_bad_emblem_is_an_error(logo: bytes, alt: dict[str, str]) -> None:
    with pytest.raises(Faulty, match="STYLE-030"):
        pdf.write(sample.small(sample.para("x")), replace(sample.house(), logo_svg=logo, logo_alt=alt))


def test_font_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (("fontpkg-nowhere", "fontpkg_nowhere", "files"),))
    with pytest.raises(MachineFault, match="pip install fontpkg-nowhere"):
        fonts.folders()


def test_font_packages_are_found_without_importing_them() -> None:
    code = (
        "import sys; from pipeline.render.pdf import fonts; fonts.folders();"
        "print([m for m in sys.modules if 'font' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['pipeline.render.pdf.fonts']"


def test_right_to_left_draft_conforms_and_stands_right(tmp_path: Path) -> None:
    arabic = "يفحص الموظف كل ناتج قبل التصرف"
    words = {"contents": "المحتويات", "page": "صفحة", "of": "من", "document_control": "ضبط الوثيقة"}
    draft = sample.small(
        sample.para(arabic, "numbered", "1-1"),
        sample.para("نقطة", "point", "(أ)", restart=True),
        Box("principle", "مبدأ", (sample.para(arabic),)),
        Table("جدول 1", "أعمال", (Column("عمل", 0.5), Column("جهة", 0.5)), ((Cell(((Run("س"),),)), sample.cell("ص")),)),
        lang="ar",
        rtl=True,
    )
    data = pdf.write(replace(draft, words=words), sample.house())
    for profile in ("2a", "ua1"):
        assert complaints(data, profile, tmp_path) == []
    document = reading(stream=data, filetype="pdf")
    number = next(w for p in document for w in p.get_text("words") if w[4] == "1-1")
    assert number[0] > document[0].rect.width / 2


def test_writer_adds_little_to_the_compiler() -> None:
    """Making the source takes at most 15 % of what compiling it takes (both warm, best of three)."""
    from time import perf_counter

    draft, house = sample.draft(chapters=8, clauses=12), sample.house()

    def best(work: object) -> float:
        spent = []
        for turn in range(3):
            other = replace(draft, version=f"0.{turn}", cover=replace(draft.cover, status=f"Draft 0.{turn}"))
            text = pdf.source(other, house)
            start = perf_counter()
            _ = pdf.source(other, house) if work == "source" else pdf.compiled(text, "2026-11-01")
            spent.append(perf_counter() - start)
        return min(spent)

    assert best("source") <= 0.15 * best("compile")


def test_reference_to_a_unit_without_heading_leads_to_its_first_block() -> None:
    draft = sample.small(Paragraph("body", (Run("see "), Ref("part:two", "there"))))
    document = written(replace(draft, units=(*draft.units, sample.unit("part:two", sample.para("Here.")))))
    assert [link["kind"] for link in document[3].get_links()] in ([pymupdf.LINK_GOTO], [pymupdf.LINK_NAMED])


def test_anchor_that_two_headings_share_is_no_fault() -> None:
    twice = (Heading("sub", 2, "", "One", "part:x"), Heading("sub", 2, "", "Two", "part:x"))
    linked = Paragraph("body", (Ref("part:x", "see One"),))
    assert "seeOne" in text_of(written(sample.small(*twice, linked)))


def test_subpoints_alone_stay_on_one_level() -> None:
    points = [sample.para(f"item {n}", "subpoint", f"({n})", restart=n == 1) for n in (1, 2, 3)]
    source_text = pdf.source(sample.small(*points), sample.house())
    assert '#points(("(1)", "(2)", "(3)",)' in source_text


def test_chart_and_table_without_caption_are_drawn() -> None:
    chart = Chart("", "", "what it shows", ("a", "b", "c"), (Series("s", (1, 2, 3)),), 3)
    bare = Table("", "", (Column("A", 1.0),), ((sample.cell("cell"),),))
    assert "cell" in text_of(written(sample.small(chart, bare)))


@pytest.mark.parametrize("name", ["standard", "ministere"])
def test_house_styles_conform(name: str, tmp_path: Path) -> None:
    folder = ROOT / "templates" / "styles" / name
    house = style.read(name, {path.name: path.read_bytes() for path in folder.iterdir()})
    data = pdf.write(sample.draft(chapters=2, clauses=3), house)
    for profile in ("2a", "ua1"):
        assert complaints(data, profile, tmp_path) == []
