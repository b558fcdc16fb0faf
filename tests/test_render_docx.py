"""The Word file: whole, numbered as the draft is, merged back by its anchors, and silent where it must be."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import word_samples as sample
from docx.document import Document as WordDocument
from docx.text.paragraph import Paragraph as WordParagraph
from openxml_audit import OpenXmlValidator
from word_reading import W, counted, lines, shown, tree, unpacked

from pipeline.model.draft import (
    Box,
    Cell,
    Column,
    Cover,
    Draft,
    Footnote,
    Heading,
    Link,
    Paragraph,
    Ref,
    Run,
    Table,
    Unit,
    plain,
)
from pipeline.render.docx import body, fill, frame, tables, write
from pipeline.render.style import HouseStyle
from pipeline.word import anchors, package, picture

ROOT = Path(__file__).parents[1]
SECRET = "Zq7 secret finding"
EVERY: list[tuple[str, Callable[[], Draft]]] = [
    ("full", sample.full),
    ("articles", sample.articles),
    ("arabic", sample.arabic),
    ("chinese", sample.chinese),
]

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def document(data: bytes) -> str:
    return unpacked(data)["word/document.xml"].decode()


def labels(draft: Draft) -> list[tuple[str, str]]:
    """Return number and text of all headings and numbered paragraphs, boxes left out: their points stand as text."""
    found = []
    for unit in draft.units:
        for block in unit.blocks:
            if isinstance(block, Heading):
                found.append((block.label, block.text))
            elif isinstance(block, Paragraph) and block.role in ("numbered", "point", "subpoint"):
                found.append((block.label, plain(block.inlines)))
    return found


@pytest.mark.parametrize("name", ["standard", "ministere"])
@pytest.mark.parametrize(("case", "made"), EVERY)
def test_the_file_is_valid(name: str, case: str, made: Callable[[], Draft], tmp_path: Path) -> None:
    for audience in ("working", "public"):
        path = tmp_path / f"{case}-{audience}.docx"
        path.write_bytes(write(replace(made(), audience=audience), sample.style(name)))
        result = OpenXmlValidator().validate(path)
        assert result.errors == []


def test_the_validator_has_teeth(tmp_path: Path) -> None:
    parts = unpacked(write(sample.full(), sample.style()))
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:alias ", b"<w:bogus ", 1)
    path = tmp_path / "broken.docx"
    path.write_bytes(package.packed(parts))
    assert OpenXmlValidator().validate(path).errors


@pytest.mark.parametrize("name", ["standard", "ministere"])
@pytest.mark.parametrize(("case", "made"), [*EVERY, ("large", lambda: sample.large(36))])
def test_word_counts_the_labels_of_the_draft(name: str, case: str, made: Callable[[], Draft]) -> None:
    draft = made()
    printed = list(counted(write(draft, sample.style(name))))
    as_text = {text for number, text in printed if not number}
    missing = [
        (label, text)
        for label, text in labels(draft)
        if (label, text) not in printed and f"{label}\t{text}" not in as_text
    ]
    assert missing == [], case


def test_a_numbered_paragraph_in_a_box_is_counted_with_the_others() -> None:
    box = Box("notice", "", (sample.text("in a box", "numbered", "1.1.2"),))
    made = write(
        sample.draft(
            sample.unit("part:c", "c", Heading("chapter", 1, "1", "Chapter", "part:c")),
            sample.unit(
                "clause:a",
                "a",
                Heading("clause", 2, "1.1", "Clause", "clause:a"),
                sample.text("before", "numbered", "1.1.1"),
                box,
                sample.text("after", "numbered", "1.1.3"),
            ),
        ),
        sample.style(),
    )
    assert {("1.1.1", "before"), ("1.1.2", "in a box"), ("1.1.3", "after")} <= set(counted(made))


def test_numbers_that_word_counts_are_live_and_only_an_inserted_one_is_text() -> None:
    texts = lines(write(sample.articles(), sample.style()))
    text = texts[texts.index("General provisions") :]
    assert [t for t in text if t.startswith("Article 2A")] == ["Article 2AA later thought"]
    assert [t for t in text if t in ("Subject matter", "Entry into force")] == ["Subject matter", "Entry into force"]


def test_headings_have_the_heading_styles_whatever_their_ids_are() -> None:
    for name in ("standard", "ministere"):
        opened = docx.Document(io.BytesIO(write(sample.full(), sample.style(name))))
        styled = [(p.style.name, p.text) for p in _paragraphs(opened) if p.style and p.style.name.startswith("Heading")]
        assert ("Heading 1", "Purpose and scope") in styled
        assert ("Heading 2", "Records of use") in styled
        assert len(styled) == sum(isinstance(b, Heading) for u in sample.full().units for b in u.blocks)
    assert b'w:styleId="Titre1"' in unpacked(write(sample.full(), sample.style("ministere")))["word/styles.xml"]


def _paragraphs(opened: WordDocument) -> list[WordParagraph]:
    return [WordParagraph(p, opened._body) for p in opened.element.body.iter(f"{W}p")]


def test_every_word_of_the_draft_is_there_once_and_in_order() -> None:
    draft = sample.full()
    said = lines(write(draft, sample.style()))
    place = said.index("How to read this document", said.index("How to read this document4") + 1)
    for unit in draft.units:
        for block in body.paragraphs(unit.blocks):
            words = block.text if isinstance(block, Heading) else plain(block.inlines)
            place = next(n for n in range(place, len(said)) if said[n].endswith(words)) + 0
    assert said.count(sample.SENTENCE * 2) == 1


@pytest.mark.parametrize(
    "value", [sample.HOSTILE, 'a "quoted" value', "<w:p/>", "{{ cover.title }}", "{_{ x }}", "a  b", "\\a \\n", "&amp;"]
)
def test_values_stand_in_cover_header_table_and_properties_as_they_were_given(value: str) -> None:
    cover = Cover(value, value, value, value, value, value, value, value, value, ((value, value),))
    made = write(replace(sample.chinese(), cover=cover), sample.style())
    assert lines(made).count(value) == 10
    assert lines(made, "word/header1.xml").count(value) == 2
    assert value in lines(made, "word/footer2.xml")
    core = docx.Document(io.BytesIO(made)).core_properties
    assert (core.title, core.author, core.subject) == (value, value, value)


def test_hostile_text_of_the_body_stays_text() -> None:
    assert sample.HOSTILE in lines(write(sample.full(), sample.style()))


def test_an_empty_value_leaves_no_empty_line_and_an_empty_control_table_no_table() -> None:
    bare = replace(sample.COVER, notice="", marking="", control=())
    made = write(replace(sample.full(), cover=bare), sample.style())
    whole = write(sample.full(), sample.style())
    assert len(lines(whole)) - len(lines(made)) == 2 + 2 * len(sample.COVER.control)
    assert all(table.find(f"{W}tr") is not None for table in tree(made).iter(f"{W}tbl"))


@pytest.mark.parametrize("bad", ["a\x0bb", "a\x07b", "a\nb", "a\ufffeb", "a\ud800b"])
def test_a_control_character_is_an_error_and_never_a_loss(bad: str) -> None:
    with pytest.raises(ValueError, match="character"):
        write(replace(sample.full(), cover=replace(sample.COVER, title=bad)), sample.style())
    if bad != "a\nb":
        with pytest.raises(ValueError, match="character"):
            write(sample.draft(sample.unit("clause:a", "a", sample.text(bad))), sample.style())


def test_a_value_that_does_not_arrive_whole_is_an_error() -> None:
    form = next(f for f in _frame().forms if f.part == "word/document.xml")
    given = fill.values(sample.full(), "alt")
    broken = replace(form, template=fill.environment().from_string("<w:p xmlns:w='x'><w:t>cut</w:t></w:p>"))
    with pytest.raises(ValueError, match="did not arrive whole"):
        fill.filled(broken, given, "latin")


def _frame(public: bool = False) -> frame.Frame:
    return frame.framed(sample.style().template, (), "en", False, False, public)


def test_the_sandbox_has_nothing_to_call() -> None:
    sandbox = fill.environment()
    assert not sandbox.globals
    assert not sandbox.filters
    with pytest.raises(Exception, match=r"unsafe|undefined|No filter"):
        sandbox.from_string("{{ cover.__class__.__mro__ }}").render(cover={"title": "x"})


def test_footnotes_are_true_notes_in_order() -> None:
    made = write(sample.full(), sample.style())
    notes = [n for n in tree(made, "word/footnotes.xml") if n.get(f"{W}type") is None]
    assert [n.get(f"{W}id") for n in notes] == ["1", "2"]
    assert shown(notes[0]).strip() == "Police Act, section 12; see also the register of acts."
    assert b"https://example.org/acts" in unpacked(made)["word/_rels/footnotes.xml.rels"]
    assert [r.get(f"{W}id") for r in tree(made).iter(f"{W}footnoteReference")] == ["1", "2"]


def test_every_cross_reference_is_a_field_to_a_bookmark_that_stands_there() -> None:
    text = document(write(sample.full(), sample.style()))
    pointed = set(re.findall(r"(?:PAGEREF|REF) (\S+) ", text)) | set(re.findall(r'w:anchor="([^"]+)"', text))
    there = re.findall(r'<w:bookmarkStart w:id="\d+" w:name="([^"]+)"', text)
    assert pointed <= set(there)
    assert len(there) == len(set(there))
    assert r" \r \h " in text
    ids = re.findall(r'<w:bookmarkStart w:id="(\d+)"', text)
    assert sorted(ids) == sorted(re.findall(r'<w:bookmarkEnd w:id="(\d+)"', text))
    assert len(ids) == len(set(ids))


def test_a_reference_to_nothing_and_a_link_of_another_kind_are_plain_words() -> None:
    paragraph = Paragraph(
        "clause",
        (
            Ref("clause:gone", "9.9"),
            Link("old page", "http://example.org"),
            Link("mail", "mailto:a@example.org"),
            Link("run", "javascript:x"),
        ),
    )
    made = write(sample.draft(sample.unit("clause:a", "a", paragraph)), sample.style())
    text = document(made)
    assert "9.9old pagemailrun" in lines(made)
    assert " REF " not in text
    rels = unpacked(made)["word/_rels/document.xml.rels"].decode()
    assert re.findall(r'Target="([^"]+)" TargetMode="External"', rels) == ["mailto:a@example.org"]


def test_only_fields_that_count_or_repeat_are_written() -> None:
    for part, data in unpacked(write(sample.full(), sample.style())).items():
        for code in re.findall(rb"<w:instrText[^>]*> *(\w+)", data):
            assert code in (b"PAGE", b"NUMPAGES", b"REF", b"PAGEREF", b"TOC", b"SEQ"), part


def test_contents_are_filled_with_every_heading_and_marked_for_update() -> None:
    draft = sample.full()
    text = document(write(draft, sample.style()))
    start = text.index('w:fldCharType="begin" w:dirty="true"')
    assert r'TOC \o "1-2" \h \z \u' in text
    listed = re.findall(r"PAGEREF (\S+) \\h </w:instrText>.*?<w:t[^>]*>(\d+)</w:t>", text[start:])
    headings = [b for u in draft.units for b in u.blocks if isinstance(b, Heading) and b.level <= 2]
    assert len(listed) == len(headings)
    pages = [int(page) for _, page in listed]
    assert pages == sorted(pages)
    assert pages[0] == 4


def test_known_page_numbers_take_the_place_of_estimates() -> None:
    known = write(sample.full(), sample.style(), pages={"clause:record": 77})
    assert '<w:t xml:space="preserve">77</w:t>' in document(known)
    assert known != write(sample.full(), sample.style())


def test_tables_repeat_their_head_keep_rows_whole_and_wide_ones_turn_the_page() -> None:
    draft = sample.full()
    made = tree(write(draft, sample.style()))
    tables = [b for u in draft.units for b in u.blocks if isinstance(b, Table)]
    assert len(list(made.iter(f"{W}tblHeader"))) == sum(t.look != "key" for t in tables)
    turned = [s.find(f"{W}pgSz").get(f"{W}orient") for s in made.iter(f"{W}sectPr")]  # type: ignore[union-attr]
    assert turned == [None, None, "landscape", None]
    assert all(
        row.find(f"{W}trPr/{W}cantSplit") is not None for row in made.iter(f"{W}tr") if row.find(f"{W}trPr") is not None
    )
    for section in made.iter(f"{W}sectPr"):
        assert section.find(f"{W}headerReference") is not None


def test_a_column_is_never_narrower_than_its_longest_word_and_widths_sum() -> None:
    columns = (Column("System", 0.6), Column("Minimisation", 0.08), Column("Privacy", 0.32))
    table = Table("", "", columns, ((Cell(((Run("Face search"),),)), Cell(()), Cell(())),))
    found = tables.widths(table, 8503, 9.0)
    assert sum(found) == 8503
    assert found[1] > 12 * 9 * 0.5 * 20
    assert found[0] < 0.6 * 8503
    kept = tables.widths(replace(table, columns=(columns[0], Column("Law", 0.08), columns[2])), 8503, 9.0)
    assert kept == [int(8503 * 0.6), int(8503 * 0.08), 8503 - int(8503 * 0.6) - int(8503 * 0.08)]


def test_rows_to_be_filled_in_by_hand_have_room() -> None:
    blank = Cell(((Run(""),),))
    table = Table("", "", (Column("", 0.5), Column("", 0.5)), ((Cell(((Run("Approved by"),),)), blank),))
    made = tree(write(sample.draft(sample.unit("part:a", "a", table)), sample.style()))
    assert [h.get(f"{W}val") for h in made.iter(f"{W}trHeight")] == [str(tables.BY_HAND)]


def test_a_house_may_call_our_styles_by_names_of_its_own() -> None:
    parts = unpacked(sample.style().template)
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(b'w:val="Clause Text"', b'w:val="Alin\xc3\xa9a"')
    style = replace(sample.style(), template=package.packed(parts), styles={"clause text": "alinéa"})
    styles = tree(write(sample.full(), style), "word/styles.xml")
    names = [str(e.get(f"{W}val")) for e in styles.iter(f"{W}name")]
    assert "Alinéa" in names
    assert "Clause Text" not in names


def test_pictures_and_charts_say_what_they_show() -> None:
    made = write(sample.full(), sample.style())
    told = [e.get("descr") for e in tree(made).iter() if str(e.tag).endswith("}docPr")]
    assert told[0] == "Shield within a laurel wreath"
    assert "Radar of five areas" in str(told[1])
    ids = [e.get("id") for e in tree(made).iter() if str(e.tag).endswith("}docPr")]
    assert len(ids) == len(set(ids))


def test_each_unit_has_control_bookmark_and_its_words_kept() -> None:
    draft = sample.full()
    made = write(draft, sample.style())
    kept = anchors.kept(unpacked(made))
    assert kept is not None
    assert kept.record["library"] == "2026-11"
    controls = {
        str(s.find(f"{W}sdtPr/{W}tag").get(f"{W}val")): s  # type: ignore[union-attr]
        for s in tree(made).iter(f"{W}sdt")
        if s.find(f"{W}sdtPr/{W}tag") is not None
    }
    assert list(controls) == [u.anchor for u in draft.units] == list(kept.units)
    for unit in draft.units:
        control = controls[unit.anchor]
        number = control.find(f"{W}sdtPr/{W}id")
        assert number is not None
        assert int(str(number.get(f"{W}val"))) == anchors.control_id(unit.anchor)
        names = [b.get(f"{W}name") for b in control.iter(f"{W}bookmarkStart")]
        assert names[0] == anchors.bookmark(unit.anchor)
        said = [shown(p) for p in control.iter(f"{W}p")]
        assert tuple(line for line in said if line.strip()) == tuple(
            x.replace("\t", "") for x in kept.units[unit.anchor].lines
        )
    assert kept.units["clause:record"].noted == ("Data Protection Act, article 25.",)


def test_a_heading_belongs_to_its_unit() -> None:
    made = tree(write(sample.full(), sample.style()))
    for control in made.iter(f"{W}sdt"):
        tag = control.find(f"{W}sdtPr/{W}tag")
        if tag is not None and tag.get(f"{W}val") == "clause:scope":
            assert shown(next(control.iter(f"{W}p"))) == "Systems to which these guidelines apply"


def test_libre_anchors_are_bookmarks_alone() -> None:
    text = document(write(sample.full(), sample.style(), anchors="libre"))
    assert "<w:tag " not in text
    assert all(anchors.bookmark(u.anchor) in text for u in sample.full().units)


def test_two_units_with_one_bookmark_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "control_id", lambda anchor: 7)
    with pytest.raises(ValueError, match="share a bookmark"):
        write(sample.full(), sample.style())


def _marked(draft: Draft) -> Draft:
    """Return a draft with canaries in all that the public must not learn."""
    units = tuple(
        replace(u, alias=f"{SECRET} {u.anchor}", origin=replace(u.origin, reason=SECRET)) for u in draft.units
    )
    return replace(draft, units=units, record={"digest": SECRET, "library": "clausewright 2026"})


def test_a_public_file_tells_nothing_but_its_text() -> None:
    draft = replace(_marked(sample.full()), audience="public")
    made = write(draft, sample.style())
    names = {u.anchor for u in draft.units} | {u.origin.id for u in draft.units if "-" in u.origin.id}
    canaries = {SECRET, "clausewright", "customXml", "_Cw", *names}
    canaries |= {anchors.bookmark(u.anchor)[3:] for u in draft.units}
    canaries |= {str(anchors.control_id(u.anchor)) for u in draft.units}
    for part, data in _deep(made):
        for canary in canaries:
            for encoded in (canary.encode(), canary.encode("utf-16-le"), canary.encode().hex().encode()):
                assert encoded.lower() not in data.lower(), (part, canary)
    assert "<w:sdt>" not in document(made)
    assert set(re.findall(r'w:name="(_[^"]+)"', document(made))) <= {f"_Ref{n:09d}" for n in range(1, 100)}
    working = b"".join(data for _, data in _deep(write(_marked(sample.full()), sample.style())))
    assert SECRET.encode() in working


def _deep(data: bytes, prefix: str = "") -> list[tuple[str, bytes]]:
    found = []
    for name, part in unpacked(data).items():
        found.append((prefix + name, name.encode() + b"\n" + part))
        if part.startswith(b"PK"):
            found += _deep(part, prefix + name + "/")
    return found


def _soiled() -> HouseStyle:
    """Return a house style whose template carries what templates carry along."""
    parts = unpacked(sample.style().template)
    parts["docProps/core.xml"] = b"<c>" + SECRET.encode() + b"</c>"
    parts["docProps/custom.xml"] = parts["docProps/thumbnail.jpeg"] = parts["word/comments.xml"] = SECRET.encode()
    parts["customXml/item1.xml"] = b"<x>" + SECRET.encode() + b"</x>"
    parts["word/people.xml"] = parts["word/glossary/document.xml"] = b"<x>" + SECRET.encode() + b"</x>"
    logo = parts["word/media/image1.png"]
    chunk = b"tEXtAuthor\0" + SECRET.encode()
    parts["word/media/image1.png"] = logo[:33] + (len(chunk) - 4).to_bytes(4) + chunk + b"\0\0\0\0" + logo[33:]
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:p>", b'<w:p w:rsidR="00ABCDEF">')
    parts["word/settings.xml"] = parts["word/settings.xml"].replace(
        b"<w:themeFontLang", b'<w:rsids><w:rsidRoot w:val="00ABCDEF"/></w:rsids><w:themeFontLang'
    )
    types = parts["[Content_Types].xml"].replace(
        b"</Types>", b'<Override PartName="/docProps/core.xml" ContentType="x/y"/></Types>'
    )
    return replace(sample.style(), template=package.packed({**parts, "[Content_Types].xml": types}))


def test_leftovers_of_a_template_stay_behind() -> None:
    public = dict(_deep(write(replace(sample.full(), audience="public"), _soiled())))
    assert not [part for part, data in public.items() if SECRET.encode() in data or b"00ABCDEF" in data]
    assert not any(part.startswith(("customXml", "word/people", "word/glossary")) for part in public)
    working = dict(_deep(write(sample.full(), _soiled())))
    assert "customXml/item2.xml" in working  # the template's own item1 is not overwritten
    assert not any("00ABCDEF" in data.decode("latin-1") for data in working.values())
    assert "docProps/thumbnail.jpeg" not in working


def test_a_bared_picture_is_the_same_picture() -> None:
    from PIL import Image

    logo = sample.style().logo
    with Image.open(io.BytesIO(logo)) as before, Image.open(io.BytesIO(picture.bared(logo))) as after:
        assert before.convert("RGBA").tobytes() == after.convert("RGBA").tobytes()
    jpeg = io.BytesIO()
    Image.new("RGB", (4, 4), "navy").save(jpeg, "JPEG", exif=b"Exif\0\0" + SECRET.encode(), comment=SECRET.encode())
    bare = picture.bared(jpeg.getvalue())
    assert SECRET.encode() in jpeg.getvalue()
    assert SECRET.encode() not in bare
    with Image.open(io.BytesIO(bare)) as again:
        assert again.size == (4, 4)


def test_arabic_and_chinese_names_are_exact_and_stand_in_runs_of_their_own() -> None:
    for part in (sample.ARABIC_NAME, sample.CHINESE_NAME):
        made = tree(write(sample.full(), sample.style()))
        run = next(r for r in made.iter(f"{W}r") if "".join(t.text or "" for t in r.iter(f"{W}t")) == part)
        assert (run.find(f"{W}rPr/{W}rtl") is not None) == (part == sample.ARABIC_NAME)
        fonts = run.find(f"{W}rPr/{W}rFonts")
        assert (fonts is not None and fonts.get(f"{W}hint") == "eastAsia") == (part == sample.CHINESE_NAME)
    cover = replace(sample.COVER, issuer=f"Ministry ({sample.ARABIC_NAME})")
    whole = write(replace(sample.full(), cover=cover), sample.style())
    assert f"Ministry ({sample.ARABIC_NAME})" in lines(whole)
    rtl = [shown(r) for r in tree(whole).iter(f"{W}r") if r.find(f"{W}rPr/{W}rtl") is not None]
    assert sample.ARABIC_NAME in rtl


def test_an_arabic_file_runs_from_right_to_left_throughout() -> None:
    made = write(sample.arabic(), sample.style("ministere"))
    parts = unpacked(made)
    assert all(s.find(f"{W}bidi") is not None for s in tree(made).iter(f"{W}sectPr"))
    assert all(t.find(f"{W}bidiVisual") is not None for t in tree(made).iter(f"{W}tblPr"))
    styles = tree(made, "word/styles.xml")
    based = [s for s in styles.iter(f"{W}style") if s.get(f"{W}type") == "paragraph" and s.find(f"{W}basedOn") is None]
    assert based
    assert all(s.find(f"{W}pPr/{W}bidi") is not None for s in based)
    assert re.findall(rb"<w:lang [^>]*>", parts["word/styles.xml"]) == [
        b'<w:lang w:val="en-GB" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    ]
    for run in tree(made).iter(f"{W}r"):
        words = "".join(t.text or "" for t in run.iter(f"{W}t"))
        if re.search("[\u0600-\u06ff]", words):
            assert run.find(f"{W}rPr/{W}rtl") is not None, words
        if re.search("[A-Za-z]", words):
            assert run.find(f"{W}rPr/{W}rtl") is None, words


def test_the_language_is_the_drafts_and_not_the_templates() -> None:
    for lang, expected in (("fr", 'w:val="fr-FR"'), ("zh", 'w:eastAsia="zh-CN"'), ("es", 'w:val="es-ES"')):
        styles = unpacked(write(replace(sample.full(), lang=lang), sample.style("ministere")))[
            "word/styles.xml"
        ].decode()
        assert re.findall(r"<w:lang [^>]*>", styles)[0].count(expected) == 1


def test_the_laws_date_is_the_only_date() -> None:
    made = write(sample.full(), sample.style())
    core = docx.Document(io.BytesIO(made)).core_properties
    assert str(core.created) == str(core.modified) == "2026-11-01 00:00:00+00:00"
    assert core.language == "en"
    assert core.last_modified_by == ""


def test_a_bare_template_gets_the_styles_and_lists_it_lacks(tmp_path: Path) -> None:
    parts = unpacked(sample.style().template)
    styles = parts["word/styles.xml"].decode()
    for name in ("toc 1", "footnote text", "footnote reference", "caption", "Clause Number", "Box Text", "Hyperlink"):
        styles = re.sub(rf'<w:style (?:(?!</w:style>).)*?<w:name w:val="{name}"/>.*?</w:style>', "", styles)
    parts["word/styles.xml"] = styles.encode()
    parts["word/_rels/document.xml.rels"] = re.sub(
        rb'<Relationship Id="rIdN"[^>]*>', b"", parts["word/_rels/document.xml.rels"]
    )
    parts["[Content_Types].xml"] = re.sub(
        rb'<Override PartName="/word/numbering.xml"[^>]*>', b"", parts["[Content_Types].xml"]
    )
    del parts["word/numbering.xml"]
    made = write(sample.full(), replace(sample.style(), template=package.packed(parts)))
    path = tmp_path / "bare.docx"
    path.write_bytes(made)
    assert OpenXmlValidator().validate(path).errors == []
    first = next(text for label, text in counted(made) if label == "1.1.1")
    assert first.startswith("These guidelines apply to every system")


def test_the_same_bytes_whatever_the_seed_zone_locale_and_umask(tmp_path: Path) -> None:
    code = (
        "import os,hashlib,word_samples as s; os.umask(int(os.environ['MASK'],8))\n"
        "from pipeline.render.docx import write\n"
        "print(*(hashlib.sha256(write(d, s.style())).hexdigest() for d in (s.full(), s.arabic())))"
    )
    seen = set()
    for number, (seed, zone, locale, mask) in enumerate(
        (("0", "UTC", "C", "022"), ("1", "Asia/Tokyo", "C.UTF-8", "077"), ("77", "America/Lima", "C", "000"))
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        env = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": locale,
            "MASK": mask,
            "PYTHONUTF8": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        }
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=True
        )
        seen.add(done.stdout)
    here = (hashlib.sha256(write(made, sample.style())).hexdigest() for made in (sample.full(), sample.arabic()))
    assert seen == {" ".join(here) + "\n"}


def test_units_before_do_not_depend_on_units_after() -> None:
    """The same clause in a longer draft has the same words in its record: nothing leaks from one unit to the next."""
    whole = anchors.kept(unpacked(write(sample.full(), sample.style())))
    short = anchors.kept(unpacked(write(replace(sample.full(), units=sample.full().units[:3]), sample.style())))
    assert whole is not None
    assert short is not None
    assert short.units["clause:scope"] == whole.units["clause:scope"]


def test_a_draft_without_units_is_a_cover_and_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "empty.docx"
    path.write_bytes(write(sample.draft(), sample.style()))
    assert OpenXmlValidator().validate(path).errors == []


def test_it_is_many_times_faster_than_building_objects() -> None:
    draft, style = sample.large(), sample.style()
    write(draft, style)

    def seconds(work: Callable[[], object]) -> float:
        best = 1e9
        for _ in range(3):
            start = time.process_time()
            work()
            best = min(best, time.process_time() - start)
        return best

    ratio = seconds(lambda: _objects(draft)) / seconds(lambda: write(draft, style))
    assert ratio > 5, ratio


def _objects(draft: Draft) -> bytes:
    """Build the same text through python-docx: no notes, controls, fields or lists, and so less than ours."""
    made = docx.Document()
    for unit in draft.units:
        for block in unit.blocks:
            if isinstance(block, Heading):
                made.add_heading(f"{block.label} {block.text}", block.level)
            elif isinstance(block, Paragraph):
                paragraph = made.add_paragraph()
                for inline in block.inlines:
                    if not isinstance(inline, Footnote):
                        paragraph.add_run(inline.text).bold = isinstance(inline, Run) and inline.bold
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def saved_by_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what LibreOffice makes of our files: saved again, and as text with the numbers it counts."""
    folder = tmp_path_factory.mktemp("libre")
    for name, made in (("full", sample.full()), ("articles", sample.articles())):
        (folder / f"{name}.docx").write_bytes(write(made, sample.style("ministere" if name == "full" else "standard")))
    out = folder / "out"
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"]
    for form, suffix in (("docx", "docx"), ("txt:Text (encoded):UTF8", "txt")):
        inputs = [str(p) for p in sorted(folder.glob("*.docx"))]
        subprocess.run([*command, form, "--outdir", str(out), *inputs], check=True, capture_output=True, timeout=180)
        assert len(list(out.glob(f"*.{suffix}"))) == len(inputs)
    return {p.name: p.read_bytes() for p in out.iterdir()}


@needs_libreoffice
def test_libreoffice_keeps_aliases_bookmarks_notes_and_the_record(saved_by_libreoffice: dict[str, bytes]) -> None:
    draft = sample.full()
    again = saved_by_libreoffice["full.docx"]
    made = tree(again)
    aliases = {str(e.get(f"{W}val")) for e in made.iter(f"{W}alias")}
    assert {u.alias for u in draft.units} <= aliases
    names = {str(e.get(f"{W}name")) for e in made.iter(f"{W}bookmarkStart")}
    assert {anchors.bookmark(u.anchor) for u in draft.units} <= names
    notes = [n for n in tree(again, "word/footnotes.xml") if n.get(f"{W}type") is None]
    assert len(notes) == 2
    kept = anchors.kept(unpacked(again))
    assert kept is not None
    assert kept == anchors.kept(unpacked(write(draft, sample.style("ministere"))))


@needs_libreoffice
@pytest.mark.parametrize("case", ["full", "articles"])
def test_libreoffice_counts_the_labels_of_the_draft(saved_by_libreoffice: dict[str, bytes], case: str) -> None:
    draft = {"full": sample.full, "articles": sample.articles}[case]()
    printed = [" ".join(line.split()) for line in saved_by_libreoffice[f"{case}.txt"].decode("utf-8-sig").splitlines()]
    for label, text in labels(draft):
        wanted = " ".join(f"{label} {text}".split())
        assert any(line.startswith(wanted[:60]) for line in printed), wanted


def _unit_texts(units: tuple[Unit, ...]) -> list[str]:
    return [plain(b.inlines) for u in units for b in u.blocks if isinstance(b, Paragraph)]


@needs_libreoffice
def test_libreoffice_finds_every_paragraph(saved_by_libreoffice: dict[str, bytes]) -> None:
    said = re.sub(r"\s+", " ", saved_by_libreoffice["full.txt"].decode("utf-8-sig"))
    for words in _unit_texts(sample.full().units):
        first = re.split(r"[.;,(]", words)[0]
        assert re.sub(r"\s+", " ", first).strip() in said
