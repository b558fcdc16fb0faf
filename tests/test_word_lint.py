from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from word_reading import unpacked
from word_samples import STYLES

from pipeline.model.problem import Problem
from pipeline.word import lint, package

TEMPLATE = (STYLES / "standard" / "template.docx").read_bytes()
TITLE = "{{ cover.title }}"


def problems(change: Callable[[dict[str, bytes]], None], renamed: dict[str, str] | None = None) -> tuple[Problem, ...]:
    parts = unpacked(TEMPLATE)
    change(parts)
    return lint.template("t.docx", package.packed(parts), renamed or {})


def swap(old: str, new: str, part: str = "word/document.xml") -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        assert old.encode() in parts[part], old
        parts[part] = parts[part].replace(old.encode(), new.encode())

    return change


def only(found: tuple[Problem, ...]) -> Problem:
    assert len(found) == 1, [str(p) for p in found]
    return found[0]


@pytest.mark.parametrize("name", ["standard", "ministere"])
def test_our_templates_have_no_fault_and_no_remark(name: str) -> None:
    assert lint.template("t.docx", (STYLES / name / "template.docx").read_bytes(), {}) == ()


def test_a_misspelt_name_is_named_with_the_words_around_it_and_the_right_one() -> None:
    found = only(problems(swap(TITLE, "Guidelines: {{ cover.titel }}")))
    assert found.code == "TEMPLATE-005"
    assert "cover.titel" in found.message
    assert "did you mean cover.title?" in found.fix
    assert "Guidelines" in str(found.place)
    assert "word/document.xml" in str(found.place)
    assert not found.warning


def test_an_unknown_name_in_an_alternative_text_is_found() -> None:
    found = problems(swap('descr="{{ logo.alt }}"', 'descr="{{ logo.text }}"'))
    assert {p.code for p in found} == {"TEMPLATE-005"}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("{{ cover.title", "TEMPLATE-002"),
        ("cover.title }}", "TEMPLATE-002"),
        ("{{ cover title }}", "TEMPLATE-003"),
        ("{{ }}", "TEMPLATE-003"),
        ("{{ cover.title|upper }}", "TEMPLATE-004"),
        ("{{ cover.title|safe }}", "TEMPLATE-004"),
        ("{{ lipsum(5) }}", "TEMPLATE-004"),
        ("{{ cover.__class__.__mro__ }}", "TEMPLATE-004"),
        ("{{ cover.title ~ draft.version }}", "TEMPLATE-004"),
        ("{% if cover.title %}x{% endif %}", "TEMPLATE-004"),
        ("{% set x = 1 %}", "TEMPLATE-004"),
        ("{# remark #}", "TEMPLATE-004"),
        ("{{ cover.__class__ }}", "TEMPLATE-005"),
        ("{{ cover.items }}", "TEMPLATE-005"),
        ("{{ country.name }}", "TEMPLATE-005"),
        ("{{ row.label }}", "TEMPLATE-005"),
        ("{%tr for row in control %}", "TEMPLATE-004"),
        ("{%p for row in control %}", "TEMPLATE-004"),
    ],
)
def test_whatever_is_not_a_plain_name_is_refused(typed: str, code: str) -> None:
    found = problems(swap(TITLE, typed.replace("<", "&lt;")))
    assert code in {p.code for p in found}
    assert all(p.fix for p in found)


def test_a_tag_that_word_split_is_remarked_and_still_read() -> None:
    split = "{{ cov</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>er.title }}"
    found = only(problems(swap(TITLE, split)))
    assert (found.code, found.warning) == ("TEMPLATE-001", True)


def test_curly_quotes_and_hard_spaces_around_a_name_do_no_harm() -> None:
    assert problems(swap(TITLE, "\u201c{{\u00a0cover.title\u00a0}}\u201d")) == ()


def test_a_repeated_row_without_end_is_found() -> None:
    assert "TEMPLATE-002" in {p.code for p in problems(swap("{%tr endfor %}", "x"))}
    found = problems(swap("row in control", "row in controls"))
    assert "did you mean control?" in next(p for p in found if "controls" in p.message).fix


@pytest.mark.parametrize("marker", ["[[contents]]", "[[body]]"])
def test_a_marker_that_is_missing_twice_or_not_alone_is_found(marker: str) -> None:
    assert only(problems(swap(marker, "text"))).code == "TEMPLATE-011"
    twice = f"{marker}</w:t></w:r></w:p><w:p><w:r><w:t>{marker}"
    assert only(problems(swap(marker, twice))).code == "TEMPLATE-011"
    assert only(problems(swap(marker, f"see {marker}"))).code == "TEMPLATE-012"


def test_a_marker_in_a_table_is_found() -> None:
    moved = problems(swap("{{ row.value }}", "{{ row.value }} [[body]]"))
    assert {p.code for p in moved} == {"TEMPLATE-011", "TEMPLATE-012"}


def test_missing_styles_are_remarked_with_the_near_name_and_faulty_only_where_brand_names_them() -> None:
    found = only(problems(swap('w:name w:val="Clause Text"', 'w:name w:val="Claus Text"', "word/styles.xml")))
    assert (found.code, found.warning) == ("TEMPLATE-010", True)
    assert "did you mean claus text?" in found.message
    named = problems(lambda parts: None, {"clause text": "Alinéa"})
    assert [(p.code, p.warning) for p in named] == [("TEMPLATE-010", False)]


def test_styles_are_found_by_name_alias_and_any_case() -> None:
    assert problems(swap('w:name w:val="heading 1"', 'w:name w:val="Heading  1"', "word/styles.xml")) == ()
    alias = '<w:name w:val="Alinea"/><w:aliases w:val="Absatz,Clause Text"/>'
    assert problems(swap('<w:name w:val="Clause Text"/>', alias, "word/styles.xml")) == ()


def test_headings_outside_a_list_or_numbered_otherwise_are_remarked() -> None:
    assert {(p.code, p.warning) for p in problems(swap('<w:pStyle w:val="Heading2"/>', "", "word/numbering.xml"))} == {
        ("TEMPLATE-013", True)
    }
    assert only(problems(swap('w:lvlText w:val="%1.%2"', 'w:lvlText w:val="%1-%2"', "word/numbering.xml"))).code == (
        "TEMPLATE-014"
    )


@pytest.mark.parametrize(
    ("part", "warning"),
    [
        ("word/vbaProject.bin", False),
        ("word/embeddings/oleObject1.bin", False),
        ("word/activeX/activeX1.xml", False),
        ("customXml/item1.xml", True),
        ("docProps/thumbnail.jpeg", True),
        ("word/comments.xml", True),
    ],
)
def test_macros_and_leftovers_are_found(part: str, warning: bool) -> None:
    found = only(problems(lambda parts: parts.update({part: b"<a/>"})))
    assert (found.code, found.warning) == ("TEMPLATE-020", warning)
    assert part in str(found.place)


def test_what_fetches_from_elsewhere_is_refused() -> None:
    link = (
        '<Relationship Id="rIdX" Type="http://x/attachedTemplate" Target="http://host/t.dotx" TargetMode="External"/>'
    )
    rels = "word/_rels/document.xml.rels"
    assert only(problems(swap("</Relationships>", link + "</Relationships>", rels))).code == "TEMPLATE-021"
    fetched = '<w:r><w:instrText> INCLUDETEXT "c:\\\\x" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    assert only(problems(swap("[[body]]", "[[body]]</w:t></w:r></w:p><w:p>" + fetched + "<w:r><w:t>"))).code == (
        "TEMPLATE-021"
    )
    field = '<w:fldSimple w:instr="DDEAUTO c:\\\\cmd"><w:r><w:t>x</w:t></w:r></w:fldSimple>'
    dde = f"</w:t></w:r></w:p><w:p>{field}<w:r><w:t>"
    assert only(problems(swap("[[body]]", "[[body]]" + dde))).code == "TEMPLATE-021"


def test_protection_tracked_changes_and_notes_are_refused() -> None:
    lock = '<w:documentProtection w:edit="readOnly" w:enforcement="1"/><w:defaultTabStop'
    assert only(problems(swap("<w:defaultTabStop", lock, "word/settings.xml"))).code == "TEMPLATE-022"
    tracked = f'</w:t></w:r><w:ins w:id="1" w:author="a"><w:r><w:t>{TITLE}</w:t></w:r></w:ins><w:r><w:t>'
    assert only(problems(swap(TITLE, tracked))).code == "TEMPLATE-015"
    noted = f'{TITLE}</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:t>'
    assert only(problems(swap(TITLE, noted))).code == "TEMPLATE-016"


def test_a_damaged_template_is_one_problem_and_no_traceback() -> None:
    assert only(lint.template("t.docx", b"PK", {})).code == "DOCX-001"
    assert only(problems(swap("</w:body>", ""))).code == "DOCX-007"
    bomb = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
    found = problems(lambda parts: parts.update({"word/styles.xml": bomb.encode() + b"<a>&b;</a>"}))
    assert only(found).code == "DOCX-006"


def test_problems_come_in_order_of_place() -> None:
    def change(parts: dict[str, bytes]) -> None:
        swap(TITLE, "{{ cover.titel }}")(parts)
        swap("[[body]]", "text")(parts)
        swap('<w:pStyle w:val="Heading1"/>', "", "word/numbering.xml")(parts)

    found = problems(change)
    assert len(found) == 3
    assert all(a.place <= b.place for a, b in pairwise(found))
    assert all(re.fullmatch(r"TEMPLATE-\d{3}", p.code) for p in found)
