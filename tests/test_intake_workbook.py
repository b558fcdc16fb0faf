"""The first workbook: made the same each time, read back to codes, and never trusted."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_samples import COUNTRY, PROFILE, faults, library, refilled, rows_by_ref

from pipeline.intake import codes, package
from pipeline.intake.folder import read
from pipeline.intake.forms import MAX_FIRST, first_questions, first_workbook, labels_of
from pipeline.intake.package import column_letters, column_number, open_package
from pipeline.intake.workbook import read_workbook

BLANK = first_workbook(library(), "Republic of Norland", "en")
ROWS = rows_by_ref(BLANK)


def cell(ref: str) -> str:
    """Return the answer cell of a question."""
    return f"B{ROWS[ref]}"


def parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {n: archive.read(n) for n in archive.namelist()}


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a package of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_same_bytes_each_time_and_no_clock() -> None:
    assert first_workbook(library(), "Republic of Norland", "en") == BLANK
    assert b"2026-01-01T00:00:00Z" in parts(BLANK)["docProps/core.xml"]


def test_at_most_thirty_questions_one_row_each() -> None:
    assert len(first_questions(library())) <= MAX_FIRST
    assert set(ROWS) == {q.ref for q in first_questions(library())}
    assert len(set(ROWS.values())) == len(ROWS)


def test_layout_is_guarded() -> None:
    sheet = parts(BLANK)["xl/worksheets/sheet1.xml"].decode()
    assert "<sheetProtection" in sheet
    assert 'state="frozen"' in sheet
    assert re.search(r'<col min="4" max="4"[^>]*hidden="1"', sheet)
    assert sheet.count("<dataValidation ") == len(ROWS)
    assert 'name="lists" sheetId="2" state="hidden"' in parts(BLANK)["xl/workbook.xml"].decode()


def test_blank_stays_blank() -> None:
    assert read_workbook(BLANK, "first.xlsx", library(), "en") == ({}, [])


def test_every_label_offered_comes_back_as_its_code() -> None:
    questions = [q for q in first_questions(library()) if q.scale is not None]
    longest = max(len(labels_of(q, library(), "en")) for q in questions)
    for turn in range(longest):
        picked = {
            q.ref: list(labels_of(q, library(), "en").items())[turn % len(labels_of(q, library(), "en"))]
            for q in questions
        }
        data = refilled(BLANK, {cell(ref): label for ref, (_, label) in picked.items()})
        found, problems = read_workbook(data, "first.xlsx", library(), "en")
        assert problems == []
        assert {r: a.value for one in found.values() for r, a in one.items()} == {r: c for r, (c, _) in picked.items()}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_codes_round_trip_through_the_workbook(data: st.DataObject) -> None:
    questions = [q for q in first_questions(library()) if q.scale is not None]
    chosen = data.draw(st.lists(st.sampled_from(questions), unique_by=lambda q: q.ref, max_size=8))
    given_codes = {q.ref: data.draw(st.sampled_from(list(labels_of(q, library(), "en")))) for q in chosen}
    by_label = data.draw(st.booleans())
    texts = {
        cell(q.ref): f"  {labels_of(q, library(), 'en')[given_codes[q.ref]].upper()} "
        if by_label
        else given_codes[q.ref]
        for q in chosen
    }
    found, problems = read_workbook(refilled(BLANK, texts), "first.xlsx", library(), "en")
    assert problems == []
    assert {r: a.value for one in found.values() for r, a in one.items()} == given_codes


def test_a_text_outside_the_list_names_its_cell_and_the_likely_answer() -> None:
    data = refilled(BLANK, {cell("country.legal_form"): "Decre of the goverment"})
    found, problems = read_workbook(data, "in/first.xlsx", library(), "en")
    assert found == {}
    assert [p.code for p in problems] == [codes.CELL]
    assert str(problems[0].place) == f"in/first.xlsx: 'Questions'!{cell('country.legal_form')}"
    assert "did you mean 'Decree or order of the government'?" in problems[0].message
    assert "Regulation of a minister" in problems[0].fix


def test_formulas_errors_and_booleans_are_no_answers() -> None:
    raw = {
        cell("country.member_eu"): "><f>IF(1,&quot;Yes&quot;)</f><v>Yes</v></c>",
        cell("country.member_coe"): ' t="e"><v>#REF!</v></c>',
        cell("country.member_au"): ' t="b"><v>1</v></c>',
    }
    found, problems = read_workbook(refilled(BLANK, {}, raw), "f.xlsx", library(), "en")
    assert found == {}
    assert [p.code for p in problems] == [codes.FORMULA, codes.FORMULA, codes.CELL]
    assert "#REF!" in problems[1].message


def test_an_answer_beside_no_question_is_reported() -> None:
    sheet = parts(BLANK)
    last = max(ROWS.values()) + 1
    row = f'<row r="{last}"><c r="B{last}" t="inlineStr"><is><t>Yes</t></is></c></row></sheetData>'
    sheet["xl/worksheets/sheet1.xml"] = sheet["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", row.encode())
    _, problems = read_workbook(packed(sheet), "f.xlsx", library(), "en")
    assert [p.code for p in problems] == [codes.FORM]
    assert f"B{last}" in problems[0].place.spot


def test_a_question_that_is_gone_is_an_error_only_where_it_was_answered() -> None:
    content = parts(BLANK)
    content["xl/sharedStrings.xml"] = content["xl/sharedStrings.xml"].replace(b"country.member_eu", b"country.membr_eu")
    _, problems = read_workbook(packed(content), "f.xlsx", library(), "en")
    assert [(p.code, p.warning) for p in problems] == [(codes.QUESTION, True)]
    filled = refilled(packed(content), {cell("country.member_eu"): "Yes"})
    _, problems = read_workbook(filled, "f.xlsx", library(), "en")
    assert [(p.code, p.warning) for p in problems] == [(codes.QUESTION, False)]
    assert "country.member_eu" in problems[0].message


def test_a_question_answered_in_two_rows_is_reported() -> None:
    content = parts(BLANK)
    content["xl/sharedStrings.xml"] = content["xl/sharedStrings.xml"].replace(
        b">country.member_coe<", b">country.member_eu<"
    )
    data = refilled(packed(content), {cell("country.member_eu"): "Yes", cell("country.member_coe"): "No"})
    found, problems = read_workbook(data, "f.xlsx", library(), "en")
    assert [p.code for p in problems] == [codes.FORM]
    assert found["country"]["country.member_eu"].value == "yes"
    assert cell("country.member_eu") in problems[0].message


def test_a_foreign_workbook_is_told_apart() -> None:
    content = parts(BLANK)
    content["xl/sharedStrings.xml"] = content["xl/sharedStrings.xml"].replace(b"#answer", b"answer")
    _, problems = read_workbook(packed(content), "f.xlsx", library(), "en")
    assert [p.code for p in problems] == [codes.FORM]
    assert "fresh form" in problems[0].fix


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04rubbish", b"name,answer\n", BLANK[:-40], packed({"a.txt": b"x"})])
def test_what_is_no_workbook_is_a_problem_and_no_crash(data: bytes) -> None:
    found, problems = read_workbook(data, "f.xlsx", library(), "en")
    assert found == {}
    assert [p.code for p in problems] == [codes.PACKAGE]


def test_a_part_that_unpacks_too_far_is_refused() -> None:
    bomb = packed({**parts(BLANK), "xl/media/zeros.bin": bytes(3_000_000)})
    _, problems = open_package(bomb, "f.xlsx")
    assert "200 to 1" in problems[0].message


def test_too_many_parts_and_too_much_in_all_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = packed({**parts(BLANK), **{f"x/{i}": b"" for i in range(package.MAX_PARTS)}})
    assert "parts" in open_package(many, "f.xlsx")[1][0].message
    monkeypatch.setattr(package, "MAX_UNPACKED", 10_000)
    assert "10,000 bytes" in open_package(BLANK, "f.xlsx")[1][0].message


@pytest.mark.parametrize("declaration", [b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!DOCTYPE worksheet>"])
def test_document_types_are_refused(declaration: bytes) -> None:
    content = parts(BLANK)
    sheet = content["xl/worksheets/sheet1.xml"]
    content["xl/worksheets/sheet1.xml"] = sheet.replace(b"<worksheet", declaration + b"<worksheet", 1)
    assert "document type" in open_package(packed(content), "f.xlsx")[1][0].message
    content["xl/worksheets/sheet1.xml"] = sheet.decode().encode("utf-16")
    assert "UTF-8" in open_package(packed(content), "f.xlsx")[1][0].message


def test_cells_in_opposite_corners_are_refused_before_a_table_is_built() -> None:
    content = parts(BLANK)
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    content["xl/worksheets/sheet1.xml"] = content["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", far)
    _, problems = read_workbook(packed(content), "f.xlsx", library(), "en")
    assert [p.code for p in problems] == [codes.PACKAGE]
    assert "XFD1048576" in problems[0].message


def test_a_false_size_in_the_directory_is_noticed() -> None:
    data = bytearray(BLANK)
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    _, problems = open_package(bytes(data), "f.xlsx")
    assert [p.code for p in problems] == [codes.PACKAGE]


@given(st.integers(1, 16384))
def test_column_letters_and_numbers_agree(number: int) -> None:
    assert column_number(column_letters(number)) == number


def test_a_root_workbook_fills_country_and_agency() -> None:
    data = refilled(
        BLANK,
        {
            cell("country.member_eu"): "Yes",
            cell("agency.name"): "Norland National Police",
            cell("agency.tier"): "National",
        },
    )
    found, problems = read({"country.yaml": COUNTRY, "first.xlsx": data}, library())
    assert problems == []
    assert found is not None
    assert found.answers["country.member_eu"].value == "yes"
    assert [(a.slug, a.name) for a in found.agencies] == [("norland-national-police", "Norland National Police")]
    assert "first.xlsx" in found.files


def test_a_root_workbook_joins_the_agency_of_the_same_name() -> None:
    data = refilled(BLANK, {cell("agency.name"): "norland national police", cell("agency.tier"): "National"})
    found, problems = read({"country.yaml": COUNTRY, "agencies/nnp/profile.yaml": PROFILE, "f.xlsx": data}, library())
    assert problems == []
    assert found is not None
    assert [a.slug for a in found.agencies] == ["nnp"]
    assert found.agencies[0].answers["agency.tier"].value == "national"


def test_an_agency_without_a_name_prints_a_blank_and_warns() -> None:
    data = refilled(BLANK, {cell("agency.tier"): "National"})
    found, problems = read({"country.yaml": COUNTRY, "f.xlsx": data}, library())
    assert found is not None
    assert found.agencies[0].name.startswith("[")
    assert [p.warning for p in problems] == [True]


def test_a_withheld_name_is_no_name() -> None:
    data = refilled(BLANK, {cell("agency.name"): "withheld", cell("agency.tier"): "National"})
    found, _ = read({"country.yaml": COUNTRY, "f.xlsx": data}, library())
    assert found is not None
    assert found.agencies[0].name.startswith("[")


def test_workbook_and_yaml_that_differ_name_both_places() -> None:
    data = refilled(BLANK, {cell("country.member_eu"): "No"})
    files = {"country.yaml": COUNTRY + b"answers: {member_eu: yes}\n", "first.xlsx": data}
    _, problems = read(files, library())
    assert [p.code for p in problems] == [codes.DIFFERENT]
    assert str(problems[0].place).startswith("country.yaml:4")
    assert cell("country.member_eu") in problems[0].message
    files["country.yaml"] = COUNTRY + b"answers: {member_eu: no}\n"
    assert read(files, library())[1] == []


def test_country_answers_in_an_agencys_workbook_are_refused() -> None:
    data = refilled(BLANK, {cell("country.member_eu"): "Yes"})
    files = {"country.yaml": COUNTRY, "agencies/nnp/profile.yaml": PROFILE, "agencies/nnp/f.xlsx": data}
    _, problems = read(files, library())
    assert [p.code for p in faults(problems)] == [codes.PATH]
