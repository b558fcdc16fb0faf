"""`comments`: what reviewers say in one matrix, and the answers back into their files and the country folder."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import marks
import ministry
import openpyxl
import pytest
import xlsxwriter
from consultation import (
    APPROVAL,
    DAY,
    LEGAL,
    OFFICE,
    PURPOSE,
    SCOPE,
    answer,
    decimal,
    draft,
    fill,
    matrix,
    says,
    sent,
    table,
    write_all,
)
from docx import Document as PythonDocx
from journeys import Run, copied, run
from lxml import etree
from manuscript import Document
from openxml_audit import OpenXmlValidator
from word_parts import packed, unpacked, w

from pipeline.model.problem import Exit
from pipeline.word import comments as word_comments
from pipeline.word import names

JUSTICE, POLICE = "A. Reviewer", "C. Officer"
needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def row_of(rows: list[dict[str, str]], begin: str) -> dict[str, str]:
    (found,) = [r for r in rows if r["Comment"].startswith(begin)]
    return found


# The matrix


def test_a_thread_stands_under_one_number_with_place_people_and_words(tmp_path: Path) -> None:
    talk = says("every AI system", "Contractors too?", author=JUSTICE, replies=[("B. Colleague", "Yes.\nAll of them.")])
    rows = matrix(tmp_path, {"justice.docx": sent(JUSTICE, talk)}, "--body", "justice.docx=Ministry of Justice")
    assert [r["Number"] for r in rows] == ["1", "1.1"]
    first, reply = rows
    told = {h: first[h] for h in first if h not in ("Id", "Resolved", "Response", "Proposed text")}
    assert told == {
        "Number": "1", "Section": "Article 1", "Clause": "scope-life-cycle", "Clause title": "Systems and stages covered",
        "Reviewer": JUSTICE, "Body": "Ministry of Justice", "Round": "1", "Date": "2027-02-03 09:00", "Kind": "comment",
        "Text concerned": "every AI system", "Comment": "Contractors too?", "Status": "open", "File": "justice.docx",
    }  # fmt: skip
    assert (reply["Kind"], reply["Reviewer"], reply["Comment"]) == ("reply", "B. Colleague", "Yes.\nAll of them.")
    assert (reply["Section"], reply["Status"], reply["Text concerned"]) == ("Article 1", "", "")


def test_a_thread_that_was_resolved_is_told_as_such_and_stays_open_to_an_answer(tmp_path: Path) -> None:
    files = {"a.docx": sent(JUSTICE, says("every AI", "Done.", resolved=True), says("from the first", "Not done."))}
    rows = matrix(tmp_path, files)
    assert {r["Comment"]: (r["Resolved"], r["Status"]) for r in rows} == {
        "Done.": ("yes", "open"),
        "Not done.": ("", "open"),
    }


def test_a_word_replaced_is_one_row_with_both_texts_and_the_sentence_as_proposed(tmp_path: Path) -> None:
    edits = [
        lambda d: ministry.replace(d, "develops", "makes", SCOPE, tracked=True),
        lambda d: ministry.replace(d, "deleted", "erased", SCOPE, tracked=True),
    ]
    rows = matrix(tmp_path, {"a.docx": sent(JUSTICE, *edits)})
    assert [(r["Kind"], r["Comment"]) for r in rows] == [
        ("replacement", "Replace “develops” with “makes”"),
        ("replacement", "Replace “deleted” with “erased”"),
    ]
    sentence = (
        "The agency shall apply these guidelines to every AI system that it {}, procures, borrows, tests or uses for law "
        "enforcement, from the first description of the need until the last data are {}."
    )
    assert {r["Text concerned"] for r in rows} == {sentence.format("develops", "deleted")}
    assert {r["Proposed text"] for r in rows} == {sentence.format("makes", "erased")}, "the author's whole sentence"


def test_a_sentence_as_proposed_leaves_out_what_others_propose(tmp_path: Path) -> None:
    one = sent(JUSTICE, lambda d: ministry.replace(d, "develops", "makes", SCOPE, tracked=True))
    both = sent(POLICE, lambda d: ministry.delete(d, ", borrows", SCOPE, tracked=True), of=one)
    rows = matrix(tmp_path, {"a.docx": both})
    by_author = {r["Reviewer"]: r for r in rows}
    assert "it makes, procures, borrows," in by_author[JUSTICE]["Proposed text"]
    assert "it develops, procures, tests" in by_author[POLICE]["Proposed text"]
    assert {r["Text concerned"] for r in rows} == {by_author[JUSTICE]["Text concerned"]}


CHANGES: dict[str, tuple[Callable[[Document], object], str, str, str, str]] = {
    "words put in": (
        lambda d: ministry.insert(d, " or trained", SCOPE, after="switched on", tracked=True),
        "insertion", "Article 1 (a)", "Insert “ or trained”", "an AI function added to, or switched on or trained in, a tool already held;",
    ),
    "words taken away": (
        lambda d: ministry.delete(d, ", even if short or free", SCOPE, tracked=True),
        "deletion", "Article 1 (c)", "Delete “, even if short or free”", "a trial on real personal data or in real operations;",
    ),
    "a paragraph put in": (
        lambda d: ministry.add_paragraph(d, "a system lent to others.", SCOPE, after="outputs the agency relies", tracked=True),
        "insertion", "Article 1 (d)", "Insert “¶a system lent to others.”",
        "a service of another body on whose outputs the agency relies.\na system lent to others.",
    ),
    "a paragraph taken away": (
        lambda d: ministry.delete_paragraph(d, "a trial on real personal data", SCOPE, tracked=True),
        "deletion", "Article 1 (c)", "Delete “a trial on real personal data or in real operations, even if short or free;”", "[deleted]",
    ),
    "a paragraph moved": (
        lambda d: ministry.move_paragraph(d, "an AI function added", "a trial on real", SCOPE, tracked=True),
        "move", "Article 1 (a)",
        "Move “an AI function added to, or switched on in, a tool already held;” behind Article 1 (c) Systems and stages covered",
        "an AI function added to, or switched on in, a tool already held;",
    ),
    "a row put in": (
        lambda d: ministry.add_row(d, "Prepared by", ["Translated by", "Bureau", "2027", ""], APPROVAL, tracked=True),
        "row", "Approval", "Insert the table row “Translated by | Bureau | 2027”", "Translated by | Bureau | 2027",
    ),
    "a row taken away": (
        lambda d: ministry.delete_row(d, "Consulted with", APPROVAL, tracked=True),
        "row", "Approval", "Delete the table row “Consulted with”", "[deleted]",
    ),
    "words made bold": (
        lambda d: ministry.bold(d, "short or free", SCOPE, tracked=True),
        "formatting", "Article 1 (c)", "Formatting: bold on", "",
    ),
    "a paragraph in another style": (
        lambda d: ministry.restyle(d, "a trial on real", "Body Text", SCOPE, tracked=True),
        "formatting", "Article 1 (c)", "Formatting: style “point” → “body text”", "",
    ),
    "a footnote's words": (
        lambda d: ministry.replace(d, "OECD", "The OECD", ministry.NOTES, tracked=True),
        "replacement", "Chapter I, footnote 1", "Replace “OECD” with “The OECD”", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
def test_each_tracked_change_is_one_row_in_words(tmp_path: Path, case: str) -> None:
    edit, kind, section, comment, proposed = CHANGES[case]
    rows = matrix(tmp_path, {"a.docx": sent(JUSTICE, edit)})
    assert len(rows) == 1
    (row,) = rows
    told = re.sub(r"numbering changed; |; (numbering|indent) changed", "", row["Comment"])
    assert (row["Kind"], row["Section"], told, row["Reviewer"]) == (kind, section, comment.strip(), JUSTICE)
    assert row["Proposed text"].startswith(proposed.strip()) if proposed else row["Proposed text"] != "[deleted]"


def test_a_row_of_the_matrix_stands_where_its_place_was_printed_before_all_changes(tmp_path: Path) -> None:
    edits = [
        lambda d: ministry.delete_paragraph(d, "an AI function added", SCOPE, tracked=True),
        says("a trial on real", "Which data?"),
    ]
    rows = matrix(tmp_path, {"a.docx": sent(JUSTICE, *edits)})
    assert row_of(rows, "Which data?")["Section"] == "Article 1 (c)", "as in the draft that was sent out"


def test_decimal_numbers_and_notes_are_told_as_printed(tmp_path: Path) -> None:
    doc = Document(decimal())
    lines = doc.lines()
    record = next(line for line in lines if "keep a record of every search" in line)
    files = {"a.docx": sent(JUSTICE, says(record[:20], "Numbered.", None), of=decimal())}
    (row,) = matrix(tmp_path, files)
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", row["Section"]), row["Section"]


def test_rows_stand_in_the_order_of_the_document_and_then_of_the_reviewers(tmp_path: Path) -> None:
    files = {
        "z.docx": sent(
            POLICE, says("every AI system", "Mine.", author=POLICE), says("every use has", "Early.", PURPOSE)
        ),
        "b.docx": sent(
            JUSTICE,
            lambda d: ministry.insert(d, "Note well. ", SCOPE, before="The agency shall apply", tracked=True),
            says("every AI system", "Ours.", author=JUSTICE),
            says("identify in writing", "Late.", LEGAL),
        ),
    }
    rows = matrix(tmp_path, files)
    assert [r["Comment"] for r in rows] == ["Early.", "Insert “Note well. ”", "Ours.", "Mine.", "Late."]
    assert [r["Number"] for r in rows] == ["1", "2", "3", "4", "5"]


def test_what_stands_alike_in_two_files_is_one_row_of_the_first_one_sent(tmp_path: Path) -> None:
    first = sent(
        JUSTICE,
        says("every AI system", "Too wide.", author=JUSTICE),
        lambda d: ministry.delete(d, ", even if short or free", SCOPE, tracked=True),
    )
    doc = Document(first)
    ministry.comment(doc, "the policing task", "Name the tasks.", LEGAL, author=POLICE)
    rows = matrix(tmp_path, {"justice.docx": first, "police.docx": doc.bytes()})
    assert [(r["Comment"][:9], r["Body"], r["File"]) for r in rows] == [
        ("Too wide.", "justice", "justice.docx\npolice.docx"),
        ("Delete “,", "justice", "justice.docx\npolice.docx"),
        ("Name the ", "police", "police.docx"),
    ]


def test_answers_that_two_files_have_to_one_comment_all_stand_under_it(tmp_path: Path) -> None:
    def file(replies: list[tuple[str, str]]) -> bytes:
        return sent(JUSTICE, says("every AI system", "Too wide.", author=JUSTICE, replies=replies))

    rows = matrix(tmp_path, {"a.docx": file([("X", "No.")]), "b.docx": file([("X", "No."), ("Y", "Yes.")])})
    assert [(r["Number"], r["Comment"], r["File"]) for r in rows] == [
        ("1", "Too wide.", "a.docx\nb.docx"), ("1.1", "No.", "a.docx\nb.docx"), ("1.2", "Yes.", "b.docx"),
    ]  # fmt: skip


def test_two_remarks_alike_in_one_file_are_two_rows_with_keys_of_their_own(tmp_path: Path) -> None:
    edits = [
        says("every AI system", "Define.", author=JUSTICE),
        says("a trial", "Define.", author=JUSTICE),
        lambda d: ministry.insert(d, ",", SCOPE, after="an approved system", tracked=True),
        lambda d: ministry.insert(d, ",", SCOPE, after="a trial", tracked=True),
    ]
    rows = matrix(tmp_path, {"a.docx": sent(JUSTICE, *edits)})
    assert sorted(r["Comment"] for r in rows) == ["Define.", "Define.", "Insert “,”", "Insert “,”"]
    assert len({r["Id"] for r in rows}) == 4


def test_keys_outlast_another_save_a_new_neighbour_and_another_folder(tmp_path: Path) -> None:
    edits = [says("every AI system", "Too wide."), lambda d: ministry.delete(d, ", even if", SCOPE, tracked=True)]
    once = matrix(tmp_path, {"a.docx": sent(JUSTICE, *edits)})
    again = Document(sent(JUSTICE, *edits))
    ministry.rsids(again, Random(1))
    ministry.paragraph_ids(again)
    ministry.comment(again, "the policing task", "Also.", LEGAL)
    later = matrix(tmp_path / "later", {"b.docx": again.bytes()})
    assert {r["Id"] for r in once} < {r["Id"] for r in later}


def test_a_file_that_we_did_not_make_is_told_by_its_headings(tmp_path: Path) -> None:
    foreign = PythonDocx()
    foreign.add_heading("Opening", 1)
    foreign.add_paragraph("The office keeps records.")
    made = io.BytesIO()
    foreign.save(made)
    file = sent(JUSTICE, says("keeps records", "For how long?", None), of=made.getvalue())
    (row,) = matrix(tmp_path, {"foreign.docx": file})
    assert (row["Section"], row["Clause"], row["Clause title"]) == ("Opening", "", "")


def test_a_comment_that_stands_nowhere_in_the_text_is_not_lost(tmp_path: Path) -> None:
    parts = unpacked(sent(JUSTICE, says("every AI system", "Lost anchor."), says("a trial", "Kept anchor.")))
    bare = re.sub(rb'<w:comment(RangeStart|RangeEnd|Reference) w:id="0"/>', b"", parts[names.DOCUMENT])
    rows = matrix(tmp_path, {"a.docx": packed({**parts, names.DOCUMENT: bare})})
    assert [(r["Comment"], r["Section"]) for r in rows] == [("Kept anchor.", "Article 1 (c)"), ("Lost anchor.", "")]
    fill(tmp_path / "M.xlsx", [("Lost", "We cannot say where.", "")])
    ran = answer(tmp_path, "a.docx")
    assert ran.code == Exit.INTAKE and "marked nowhere" in ran.err


def test_round_and_body_are_what_was_said(tmp_path: Path) -> None:
    files = {
        "one/guidelines.docx": sent(JUSTICE, says("every AI", "A.")),
        "two/guidelines.docx": sent(POLICE, says("a trial", "B.")),
    }
    rows = matrix(tmp_path, files, "--round", "2", "--body", "two/guidelines.docx=Police")
    assert [(r["Round"], r["Body"], r["File"]) for r in rows] == [
        ("2", "one/guidelines", "one/guidelines.docx"), ("2", "Police", "two/guidelines.docx"),
    ]  # fmt: skip


def test_the_same_files_give_the_same_bytes_in_any_folder(tmp_path: Path) -> None:
    files = {"a.docx": sent(JUSTICE, says("every AI system", "Too wide."))}
    for output in ("M.xlsx", "M.docx"):
        for folder in ("one", "two"):
            matrix(tmp_path / folder, files, output=output)
        assert (tmp_path / "one" / output).read_bytes() == (tmp_path / "two" / output).read_bytes()


def test_the_workbook_is_ready_to_be_filled_in(tmp_path: Path) -> None:
    talk = says("every AI system", "Too wide.", replies=[("B", "=1+1")])
    matrix(tmp_path, {"a.docx": sent(JUSTICE, talk)})
    sheet = openpyxl.load_workbook(tmp_path / "M.xlsx")["Comments"]
    heads = [str(c.value) for c in sheet[1]]
    column = {h: openpyxl.utils.get_column_letter(n) for n, h in enumerate(heads, 1)}
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref == "A1:Q3"
    assert sheet.protection.sheet and not sheet.protection.autoFilter
    assert sheet.column_dimensions[column["Id"]].hidden
    free = {c.coordinate for r in sheet.iter_rows() for c in r if not c.protection.locked}
    assert free == {f"{column['Response']}2", f"{column['Status']}2", f"{column['Response']}3"}
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"open,accepted,accepted in part,rejected,noted"'
    assert str(choice.sqref) == f"{column['Status']}2:{column['Status']}3"
    assert sheet["K3"].value == "=1+1" and sheet["K3"].data_type == "s", "what a reviewer types is no formula"
    assert all(c.alignment.wrap_text for r in sheet.iter_rows() for c in r)


def test_the_word_matrix_is_valid_wide_and_tells_the_same(tmp_path: Path) -> None:
    talk = says("every AI system", "Too wide.\nيجب التحديد", replies=[("B", "So be it.")])
    edit: Callable[[Document], object] = lambda d: ministry.delete(d, ", even if short or free", SCOPE, tracked=True)  # noqa: E731
    files = {"a.docx": sent(JUSTICE, talk, edit)}
    rows = matrix(tmp_path, files)
    matrix(tmp_path, files, output="M.docx")
    path = tmp_path / "M.docx"
    assert OpenXmlValidator().validate(path).errors == []
    parts = unpacked(path.read_bytes())
    assert b'w:orient="landscape"' in parts[names.DOCUMENT] and b"<w:tblHeader/>" in parts[names.DOCUMENT]
    assert b"For official use" in parts["word/header1.xml"], "the country's marking stands on every page"
    (grid,) = PythonDocx(str(path)).tables
    text = [[cell.text for cell in row.cells] for row in grid.rows]
    assert len(text) == 1 + len(rows)
    for cells, row in zip(text[1:], rows, strict=True):
        whole = "\n".join(cells)
        wanted = [row[h] for h in ("Number", "Reviewer", "Body", "Comment", "Proposed text", "Status")]
        assert [v for v in wanted if v not in whole] == []
    assert b"<w:bidi/>" in parts[names.DOCUMENT] and b"<w:rtl/>" in parts[names.DOCUMENT]


@needs_libreoffice
def test_libreoffice_opens_matrix_and_answered_file(tmp_path: Path) -> None:
    talk = says("every AI system", "Too wide.", author=JUSTICE, replies=[("B", "So be it.")])
    edit: Callable[[Document], object] = lambda d: ministry.delete(d, ", even if short or free", SCOPE, tracked=True)  # noqa: E731
    files = {"a.docx": sent(JUSTICE, talk, edit)}
    matrix(tmp_path, files)
    matrix(tmp_path, files, output="M.docx")
    fill(tmp_path / "M.xlsx", [("Too wide.", "Narrowed.", "accepted in part"), ("Delete", "Kept.", "rejected")])
    assert answer(tmp_path, "a.docx").code == 0
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    for form, file in (
        ("csv:Text - txt - csv (StarCalc):44,34,76", "M.xlsx"),
        ("txt", "M.docx"),
        ("docx", "answered.docx"),
    ):
        subprocess.run(
            [*command, form, "--outdir", str(tmp_path / "made"), str(tmp_path / file)],
            check=True,
            capture_output=True,
            timeout=170,
        )
    assert "Too wide." in (tmp_path / "made" / "M.csv").read_text("utf-8")
    assert "Too wide." in (tmp_path / "made" / "M.txt").read_text("utf-8-sig")
    saved = unpacked((tmp_path / "made" / "answered.docx").read_bytes())
    told = word_comments.read_comments(saved, "saved.docx")
    assert [c.text for c in told] == ["Too wide.", "So be it.", "Narrowed.", "Kept."]
    again = matrix(tmp_path / "again", {"a.docx": (tmp_path / "made" / "answered.docx").read_bytes()})
    known = {r["Id"] for r in table(tmp_path / "M.xlsx") if r["Kind"] == "comment"}
    assert known < {r["Id"] for r in again}, "a key outlasts LibreOffice"


# Answers


def test_an_answer_stands_in_its_thread_and_the_thread_is_resolved(tmp_path: Path) -> None:
    file = sent(JUSTICE, says("every AI system", "Too wide.", replies=[("B", "Yes.")]), says("a trial", "Keep this."))
    matrix(tmp_path, {"a.docx": file})
    fill(
        tmp_path / "M.xlsx",
        [("Too wide.", "Narrowed.\nSee Article 2.", "rejected"), ("Keep", "We do.", "accepted in part")],
    )
    ran = answer(tmp_path, "a.docx")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "answered.docx\n2 answers written, 1 thread resolved, 0 changes accepted, 0 changes rejected\n"
    data = (tmp_path / "answered.docx").read_bytes()
    assert marks.faults(data) == marks.faults(file)
    found = word_comments.read_comments(unpacked(data), "answered.docx")
    assert [(c.author, c.text, c.date, c.parent, c.done) for c in found if c.author == OFFICE] == [
        (OFFICE, "Narrowed.\nSee Article 2.", f"{DAY}T00:00:00Z", "0", True),
        (OFFICE, "We do.", f"{DAY}T00:00:00Z", "2", False),
    ]
    assert [c.done for c in found] == [True, True, True, False, False]
    assert [c.author for c in PythonDocx(io.BytesIO(data)).comments][2] == OFFICE, "others read them, too"


def ours(data: bytes) -> set[bytes]:
    """Return the numbers of the comments of the drafting office."""
    return {c.id.encode() for c in word_comments.read_comments(unpacked(data), "x.docx") if c.author == OFFICE}


def without_marks(data: bytes) -> bytes:
    """Return the document part without the marks of our comments, as bytes."""
    text = unpacked(data)[names.DOCUMENT]
    for number in ours(data):
        text = re.sub(
            rb'<w:r>(<w:rPr><w:rStyle w:val="[^"]*"/></w:rPr>)?<w:commentReference w:id="%s"/></w:r>' % number,
            b"",
            text,
        )
        text = re.sub(rb'<w:commentRange(Start|End) w:id="%s"/>' % number, b"", text)
    return text


def test_everything_else_in_the_file_stays_byte_for_byte(tmp_path: Path) -> None:
    file = sent(
        JUSTICE, says("every AI system", "Too wide."), lambda d: ministry.bold(d, "a trial", SCOPE, tracked=True)
    )
    matrix(tmp_path, {"a.docx": file})
    fill(tmp_path / "M.xlsx", [("Too wide.", "Narrowed.", "noted"), ("Formatting", "Later.", "noted")])
    assert answer(tmp_path, "a.docx").code == 0
    data = (tmp_path / "answered.docx").read_bytes()
    before, after = unpacked(file), unpacked(data)
    assert {n for n in after if before.get(n) != after[n]} == {
        names.DOCUMENT,
        "word/comments.xml",
        "word/commentsExtended.xml",
    }
    assert without_marks(data) == before[names.DOCUMENT]
    start = before["word/comments.xml"].rpartition(b"</w:comments>")[0]
    assert after["word/comments.xml"].startswith(start[: start.index(b"</w:comment>")])


def test_a_file_without_threads_gets_what_a_thread_needs(tmp_path: Path) -> None:
    parts = unpacked(sent(JUSTICE, says("every AI system", "Too wide.")))
    del parts["word/commentsExtended.xml"]
    for part in (names.TYPES, names.DOCUMENT_RELS):
        parts[part] = re.sub(rb"<(Override|Relationship)[^>]*commentsExtended[^>]*/>", b"", parts[part])
    parts["word/comments.xml"] = re.sub(
        rb' (w14:paraId|mc:Ignorable|xmlns:(w14|mc))="[^"]*"', b"", parts["word/comments.xml"]
    )
    file = packed(parts)
    assert marks.faults(file) == []
    matrix(tmp_path, {"a.docx": file})
    fill(tmp_path / "M.xlsx", [("Too wide.", "Narrowed.", "accepted")])
    assert answer(tmp_path, "a.docx").code == 0
    data = (tmp_path / "answered.docx").read_bytes()
    assert marks.faults(data) == []
    assert OpenXmlValidator().validate(tmp_path / "answered.docx").errors == []
    found = word_comments.read_comments(unpacked(data), "answered.docx")
    assert [(c.text, c.parent, c.done) for c in found] == [("Too wide.", "", True), ("Narrowed.", "0", True)]


def test_a_comment_without_a_range_is_answered_at_its_point(tmp_path: Path) -> None:
    parts = unpacked(sent(JUSTICE, says("every AI system", "Too wide.")))
    parts[names.DOCUMENT] = re.sub(rb'<w:commentRange(Start|End) w:id="0"/>', b"", parts[names.DOCUMENT])
    (row,) = matrix(tmp_path, {"a.docx": packed(parts)})
    assert row["Text concerned"].startswith("The agency shall apply these guidelines to every AI system")
    fill(tmp_path / "M.xlsx", [("Too wide.", "Narrowed.", "")])
    assert answer(tmp_path, "a.docx").code == 0
    data = (tmp_path / "answered.docx").read_bytes()
    assert marks.faults(data) == []
    assert b'<w:commentReference w:id="0"/></w:r><w:r><w:commentReference w:id="1"/>' in unpacked(data)[names.DOCUMENT]


TWO = (
    lambda d: ministry.replace(d, "develops", "makes", SCOPE, tracked=True),
    lambda d: ministry.delete(d, ", even if short or free", SCOPE, tracked=True),
    lambda d: ministry.add_paragraph(
        d, "a system lent to others.", SCOPE, after="outputs the agency relies", tracked=True
    ),
)


def test_an_accepted_change_becomes_the_text_and_a_rejected_one_never_was(tmp_path: Path) -> None:
    file = sent(JUSTICE, *TWO, says("identify in writing", "By whom?", LEGAL))
    matrix(tmp_path, {"a.docx": file})
    fill(tmp_path / "M.xlsx", [("Replace", "", "accepted"), ("Delete", "", "rejected")])
    ran = answer(tmp_path, "a.docx")
    assert ran.out.endswith("0 answers written, 0 threads resolved, 1 change accepted, 1 change rejected\n")
    data = (tmp_path / "answered.docx").read_bytes()
    assert marks.faults(data) == []
    lines = marks.plain(data, "rejected")
    assert any("every AI system that it makes, procures" in line for line in lines), "no mark is left to reject"
    assert any("even if short or free;" in line for line in lines)
    assert "a system lent to others." not in lines, "the change that is open still can be"
    assert "a system lent to others." in marks.plain(data)
    assert [c.text for c in word_comments.read_comments(unpacked(data), "x")] == ["By whom?"]


def test_a_change_in_part_noted_or_open_keeps_its_marks(tmp_path: Path) -> None:
    file = sent(JUSTICE, *TWO)
    matrix(tmp_path, {"a.docx": file})
    states = [("Replace", "Half.", "accepted in part"), ("Delete", "Seen.", "noted"), ("Insert", "Later.", "open")]
    fill(tmp_path / "M.xlsx", states)
    assert answer(tmp_path, "a.docx").code == 0
    data = (tmp_path / "answered.docx").read_bytes()
    assert without_marks(data) == unpacked(file)[names.DOCUMENT]
    assert marks.faults(data) == []


@pytest.mark.parametrize("status", ["noted", "accepted", "rejected"])
@pytest.mark.parametrize("case", CHANGES)
def test_a_response_to_a_change_is_a_comment_of_ours_on_it(tmp_path: Path, case: str, status: str) -> None:
    file = sent(JUSTICE, CHANGES[case][0])
    matrix(tmp_path, {"a.docx": file})
    fill(tmp_path / "M.xlsx", [("", "So we say.", status)])
    assert answer(tmp_path, "a.docx").code == 0
    data = (tmp_path / "answered.docx").read_bytes()
    assert marks.faults(data) == []
    (found,) = word_comments.read_comments(unpacked(data), "x")
    assert (found.author, found.text, found.done) == (OFFICE, "So we say.", True)
    bare = marks.without_comments(data, OFFICE)
    wanted = {"noted": unpacked(file), "accepted": marks.accepted(file), "rejected": marks.rejected(file)}[status]
    assert marks.plain(bare, "shown") == marks.plain(wanted, "shown")
    if status != "noted":
        document = unpacked(data)[names.DOCUMENT] + unpacked(data)[names.FOOTNOTES]
        assert not re.search(rb"<w:(ins|del|moveFrom|moveTo|rPrChange|pPrChange|moveFromRangeStart) ", document)


def test_answering_twice_adds_nothing_not_even_on_another_day(tmp_path: Path) -> None:
    file = sent(JUSTICE, *TWO, says("every AI system", "Too wide.", replies=[("B", "Yes.")]))
    matrix(tmp_path, {"a.docx": file})
    filled = [
        ("Replace", "Good.", "accepted"),
        ("Delete", "No.", "rejected"),
        ("Insert", "Hm.", "noted"),
        ("Too", "Narrowed.", "noted"),
        ("Yes", "Indeed.", ""),
    ]
    fill(tmp_path / "M.xlsx", filled)
    assert answer(tmp_path, "a.docx").code == 0
    once = (tmp_path / "answered.docx").read_bytes()
    for more in ((), ("--on", "2027-04-01")):
        ran = answer(tmp_path, "answered.docx", *more, output=f"again{len(more)}.docx")
        assert (ran.code, ran.err) == (0, "")
        assert "nothing to add" in ran.out
        assert (tmp_path / f"again{len(more)}.docx").read_bytes() == once


def test_the_same_matrix_gives_the_same_bytes(tmp_path: Path) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, *TWO, says("every AI system", "Too wide."))})
    fill(tmp_path / "M.xlsx", [("Replace", "Good.", "accepted"), ("Too", "Narrowed.", "noted")])
    for output in ("one.docx", "two.docx"):
        assert answer(tmp_path, "a.docx", output=output).code == 0
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "two.docx").read_bytes()


def test_of_changes_that_are_alike_a_later_answer_meets_the_one_that_is_left(tmp_path: Path) -> None:
    edits = [
        lambda d: ministry.insert(d, ",", SCOPE, after="an approved system", tracked=True),
        lambda d: ministry.insert(d, ",", SCOPE, after="a trial", tracked=True),
        lambda d: ministry.insert(d, ",", SCOPE, after="a service", tracked=True),
    ]
    matrix(tmp_path, {"a.docx": sent(JUSTICE, *edits)})
    book = openpyxl.load_workbook(tmp_path / "M.xlsx")
    status = [c.value for c in book["Comments"][1]].index("Status") + 1
    book["Comments"].cell(2, status).value = "accepted"
    book.save(tmp_path / "first.xlsx")
    assert answer(tmp_path, "a.docx", matrix_="first.xlsx", output="one.docx").code == 0
    book["Comments"].cell(3, status).value = "rejected"
    book.save(tmp_path / "second.xlsx")
    assert answer(tmp_path, "one.docx", matrix_="second.xlsx", output="two.docx").code == 0
    data = (tmp_path / "two.docx").read_bytes()
    rejected, accepted = marks.plain(data, "rejected"), marks.plain(data)
    assert any(line.startswith("an approved system, given") for line in rejected)
    assert any(line.startswith("a trial on") for line in accepted)
    assert any(line.startswith("a service of") for line in rejected) and any(
        line.startswith("a service, of") for line in accepted
    )


def test_a_change_settled_once_is_not_settled_otherwise(tmp_path: Path) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, *TWO)})
    fill(tmp_path / "M.xlsx", [("Replace", "", "accepted")])
    assert answer(tmp_path, "a.docx").code == 0
    fill(tmp_path / "M.xlsx", [("Replace", "", "rejected")])
    ran = answer(tmp_path, "answered.docx", output="second.docx")
    assert ran.code == Exit.INTAKE and "number 1 was accepted in answered.docx before, and is rejected here" in ran.err
    assert not (tmp_path / "second.docx").exists()


def test_rows_of_other_files_are_passed_over_also_in_a_file_under_another_name(tmp_path: Path) -> None:
    files = {"a.docx": sent(JUSTICE, says("every AI", "A.")), "b.docx": sent(POLICE, says("a trial", "B."))}
    matrix(tmp_path, files)
    fill(tmp_path / "M.xlsx", [("A.", "To A.", "noted"), ("B.", "To B.", "noted")])
    shutil.copy(tmp_path / "a.docx", tmp_path / "copy of what justice sent.docx")
    for n, name in enumerate(("a.docx", "copy of what justice sent.docx")):
        ran = answer(tmp_path, name, output=f"{n}.docx")
        assert (ran.code, ran.err) == (0, "1 answered row of the matrix is about other files\n")
        assert b"To A." in unpacked((tmp_path / f"{n}.docx").read_bytes())["word/comments.xml"]
        assert b"To B." not in unpacked((tmp_path / f"{n}.docx").read_bytes())["word/comments.xml"]


def test_one_file_that_gathers_what_all_said_is_answered_whole(tmp_path: Path) -> None:
    one, other = says("every AI", "A.", author=JUSTICE), says("a trial", "B.", author=POLICE)
    matrix(tmp_path, {"a.docx": sent(JUSTICE, one), "b.docx": sent(POLICE, other)})
    write_all(tmp_path, {"all.docx": sent("X", one, other)})
    fill(tmp_path / "M.xlsx", [("A.", "To A.", "noted"), ("B.", "To B.", "noted")])
    ran = answer(tmp_path, "all.docx")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("answered.docx\n2 answers written")


def test_two_thousand_comments_take_a_few_seconds(tmp_path: Path) -> None:
    doc = Document(draft())
    ministry.comment(doc, "every AI system", "Comment 0", SCOPE)
    comments, extended = doc.tree("word/comments.xml"), doc.tree("word/commentsExtended.xml")
    paragraphs = doc.paragraphs()
    first, entry = etree.tostring(comments[0]), etree.tostring(extended[0])
    for n in range(1, 2000):
        name = b"%08X" % (0x1A000000 + n)
        one = first.replace(b'w:id="0"', b'w:id="%d"' % n).replace(b"Comment 0", b"Comment %d" % n)
        comments.append(etree.fromstring(one.replace(b"1A000000", name)))
        extended.append(etree.fromstring(entry.replace(b"1A000000", name)))
        paragraph = paragraphs[n % len(paragraphs)]
        paragraph.append(etree.Element(w("commentRangeStart"), {w("id"): str(n)}))
        paragraph.append(etree.Element(w("commentRangeEnd"), {w("id"): str(n)}))
        etree.SubElement(etree.SubElement(paragraph, w("r")), w("commentReference"), {w("id"): str(n)})
    rows = matrix(tmp_path, {"many.docx": doc.bytes()})
    assert len(rows) == 2000
    fill(tmp_path / "M.xlsx", [("Comment", "Seen.", "noted")])
    ran = answer(tmp_path, "many.docx")
    assert "2,000 answers written, 2,000 threads resolved" in ran.out


# Decisions


def decided(tmp_path: Path) -> Path:
    """Return a country folder, with a filled matrix and its file beside it."""
    matrix(
        tmp_path,
        {"a.docx": sent(JUSTICE, *TWO, says("every AI system", "Too wide."))},
        "--body",
        "a.docx=Ministry of Justice",
        "--round",
        "2",
    )
    fill(tmp_path / "M.xlsx", [("Replace", "", "accepted"), ("Too", "Narrowed:\nsee Article 2.", "accepted in part")])
    return copied("norland", tmp_path)


def test_each_disposition_is_entered_behind_the_decisions_that_stand(tmp_path: Path) -> None:
    folder = decided(tmp_path)
    before = (folder / "decisions.yaml").read_bytes()
    ran = answer(tmp_path, "a.docx", "--to", "norland", "--role", "Legal adviser of the ministry")
    assert ran.code == 0, ran.err
    assert ran.out.endswith("norland: 2 decisions entered\n")
    after = (folder / "decisions.yaml").read_bytes()
    assert after.startswith(before)
    keys = {r["Comment"][:7]: r["Id"] for r in table(tmp_path / "M.xlsx")}
    assert after[len(before) :].decode() == (
        f"""  - comment: {keys["Too wid"]}
    number: 1
    round: 2
    section: "Article 1"
    clause: scope-life-cycle
    body: "Ministry of Justice"
    status: "accepted in part"
    response: "Narrowed: see Article 2."
    owner: "Legal adviser of the ministry"
    date: 2027-03-01
  - comment: {keys["Replace"]}
    number: 2
    round: 2
    section: "Article 1"
    clause: scope-life-cycle
    body: "Ministry of Justice"
    status: accepted
    owner: "Legal adviser of the ministry"
    date: 2027-03-01
    reason: "Accepted as proposed."
"""
    )
    again = answer(tmp_path, "a.docx", "--to", "norland", "--role", "Another office", output="second.docx")
    assert again.out.endswith("norland: 0 decisions entered\n")
    assert (folder / "decisions.yaml").read_bytes() == after
    assert run("check", folder).code == 0


def test_a_disposition_changes_no_draft(tmp_path: Path) -> None:
    folder = decided(tmp_path)
    words = ("--document", "guidelines", "--format", "md", "--out", tmp_path / "out")
    assert run("draft", folder, *words).code == 0
    assert answer(tmp_path, "a.docx", "--to", "norland", "--role", "Legal adviser").code == 0
    assert run("draft", folder, *words).code == 0
    first, second = (
        (tmp_path / "out" / "norland" / "guidelines" / v / "guidelines.en.md").read_text("utf-8")
        for v in ("0.1", "0.2")
    )
    assert second.replace("0.2", "0.1") == first


FOLDERS: dict[str, tuple[str, str]] = {
    "no file": ("", "format: 1\ndecisions:\n@"),
    "an empty list": ("format: 1\ndecisions: []\n", "format: 1\ndecisions: \n@"),
    "a list with nothing": ("format: 1\ndecisions:\n# none yet\n", "format: 1\ndecisions:\n@# none yet\n"),
    "no list": ("# ours\nformat: 1\n", "# ours\nformat: 1\ndecisions:\n@"),
    "a key behind the list": (
        "decisions:\n- waive: country.party_crc\n  owner: x # who\n  date: 2026-01-01\n  reason: y\n\n# the format\nformat: 1\n",
        "decisions:\n- waive: country.party_crc\n  owner: x # who\n  date: 2026-01-01\n  reason: y\n@\n# the format\nformat: 1\n",
    ),
    "a block that ends like a comment": (
        "format: 1\ndecisions:\n    - waive: country.party_crc\n      owner: x\n      date: 2026-01-01\n      reason: |\n        y\n        # z",
        "format: 1\ndecisions:\n    - waive: country.party_crc\n      owner: x\n      date: 2026-01-01\n      reason: |\n        y\n        # z\n@",
    ),
    "lines of Windows": (
        "format: 1\r\ndecisions:\r\n  - {waive: country.party_crc, owner: x, date: 2026-01-01, reason: y}\r\n",
        "format: 1\r\ndecisions:\r\n  - {waive: country.party_crc, owner: x, date: 2026-01-01, reason: y}\r\n@",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLDERS)
def test_decisions_are_added_however_the_file_is_written(tmp_path: Path, case: str) -> None:
    before, after = FOLDERS[case]
    folder = decided(tmp_path)
    (folder / "decisions.yaml").write_bytes(before.encode())
    if not before:
        (folder / "decisions.yaml").unlink()
    ran = answer(tmp_path, "a.docx", "--to", "norland", "--role", "Legal adviser")
    assert ran.code == 0, ran.err
    found = (folder / "decisions.yaml").read_bytes().decode()
    head, tail = after.split("@")
    assert found.startswith(head) and found.endswith(tail)
    added = found[len(head) : len(found) - len(tail)]
    assert added.lstrip().startswith("- comment: c-") and added.count("comment:") == 2
    assert added.count("\r\n") == (added.count("\n") if "\r\n" in before else 0)


def test_decisions_in_one_line_are_left_alone(tmp_path: Path) -> None:
    folder = decided(tmp_path)
    text = "format: 1\ndecisions: [{waive: country.party_crc, owner: x, date: 2026-01-01, reason: y}]\n"
    (folder / "decisions.yaml").write_text(text, "utf-8")
    ran = answer(tmp_path, "a.docx", "--to", "norland", "--role", "Legal adviser")
    assert ran.code == Exit.INTAKE and "COMMENT-012" in ran.err
    assert (folder / "decisions.yaml").read_text("utf-8") == text
    assert not (tmp_path / "answered.docx").exists()


def test_a_rejection_needs_a_reason_and_an_entry_is_not_contradicted(tmp_path: Path) -> None:
    folder = decided(tmp_path)
    before = (folder / "decisions.yaml").read_bytes()
    fill(tmp_path / "M.xlsx", [("Delete", "", "rejected")], "bare.xlsx")
    words = ("--to", "norland", "--role", "Legal adviser")
    ran = answer(tmp_path, "a.docx", *words, matrix_="bare.xlsx")
    assert ran.code == Exit.INTAKE and "is rejected without a word of reason" in ran.err
    assert (folder / "decisions.yaml").read_bytes() == before
    assert not (tmp_path / "answered.docx").exists()
    assert answer(tmp_path, "a.docx", *words).code == 0
    fill(tmp_path / "M.xlsx", [("Too", "After all.", "accepted")], "other.xlsx")
    ran = answer(tmp_path, "a.docx", *words, matrix_="other.xlsx", output="second.docx")
    assert ran.code == Exit.INTAKE and "number 1 is entered as accepted in part at norland/decisions.yaml:" in ran.err
    assert not (tmp_path / "second.docx").exists()


def test_a_folder_that_is_not_sound_is_told_before_anything_is_written(tmp_path: Path) -> None:
    folder = decided(tmp_path)
    (folder / "country.yaml").write_text("format: 1\n", "utf-8")
    ran = answer(tmp_path, "a.docx", "--to", "norland", "--role", "Legal adviser")
    assert ran.code == Exit.INTAKE and "norland/country.yaml" in ran.err
    assert not (tmp_path / "answered.docx").exists()


# Bad input


def broken(part: str, old: bytes, new: bytes) -> bytes:
    parts = unpacked(sent(JUSTICE, says("every AI system", "Too wide.")))
    assert old in parts[part]
    return packed({**parts, part: parts[part].replace(old, new, 1)})


def with_relation(kind: str, target: str) -> bytes:
    row = f'<Relationship Id="rIdX" Type="{names.REL_TYPE}{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    return broken(names.DOCUMENT_RELS, b"</Relationships>", row.encode())


def bomb() -> bytes:
    made = io.BytesIO(sent(JUSTICE, says("every AI system", "Too wide.")))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/big.bin", bytes(60_000_000))
    return made.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:comments/>'
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "an empty file": (lambda: b"", "DOCX-001"),
    "a truncated file": (lambda: draft()[:9000], "DOCX-001"),
    "a locked file": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4000), "DOCX-005"),
    "a bomb": (bomb, "DOCX-003"),
    "an entity": (lambda: packed({**unpacked(draft()), "word/comments.xml": ENTITY}), "DOCX-006"),
    "macros": (lambda: packed({**unpacked(draft()), "word/vbaProject.bin": b"x"}), "DOCX-008"),
    "a .docm by another name": (
        lambda: broken(names.TYPES, b"openxmlformats-officedocument.wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml"),
        "DOCX-008",
    ),
    "a picture from elsewhere": (lambda: with_relation("image", "http://example.org/x.png"), "DOCX-009"),
    "a template from elsewhere": (lambda: with_relation("attachedTemplate", "file:///c:/x.dotm"), "DOCX-009"),
    "another XML": (lambda: broken(names.DOCUMENT, names.W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main"), "DOCX-010"),
    "a damaged list part": (lambda: broken(names.NUMBERING, b"</w:numbering>", b""), "DOCX-007"),
    "a damaged comments part": (lambda: broken("word/comments.xml", b"</w:comment>", b""), "DOCX-007"),
    "nothing to answer": (draft, "COMMENT-005"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_one_clear_line_and_no_output(tmp_path: Path, run: Run, case: str) -> None:
    make, code = BAD[case]
    Path("bad.docx").write_bytes(make())
    Path("good.docx").write_bytes(sent(JUSTICE, says("every AI system", "Too wide.")))
    files = ["bad.docx"] if code == "COMMENT-005" else ["good.docx", "bad.docx"]
    for output in ("M.xlsx", "M.docx"):
        ended, out, err = run("comments", *files, "-o", output)
        assert (ended, out) == (Exit.INTAKE, "")
        assert err.startswith("bad.docx") and err.count(code) == 1 and err.count("fix:") == 1, err
        assert not Path(output).exists()


def test_links_that_a_reader_may_follow_are_let_through(tmp_path: Path) -> None:
    assert len(matrix(tmp_path, {"a.docx": with_relation("hyperlink", "https://example.org/")})) == 1


def test_files_of_two_drafts_are_told_apart(tmp_path: Path) -> None:
    strategy = sent(JUSTICE, says("The", "Which?", None), of=revised_strategy())
    write_all(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A.")), "b.docx": strategy})
    ran = run("comments", "a.docx", "b.docx", "-o", "M.xlsx", at=tmp_path)
    assert ran.code == Exit.INTAKE
    assert "b.docx: error COMMENT-006: this is a draft of Republic of Norland, strategy" in ran.err


def revised_strategy() -> bytes:
    import revisions

    return revisions.strategy().old_docx


def test_files_of_two_versions_are_let_through_with_a_warning(tmp_path: Path) -> None:
    parts = unpacked(sent(JUSTICE, says("a trial", "B.")))
    item = next(n for n in parts if re.fullmatch(r"customXml/item\d\.xml", n))
    parts[item] = re.sub(rb'(<record name="version">)[^<]*', rb"\g<1>0.9", parts[item])
    write_all(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A.")), "b.docx": packed(parts)})
    ran = run("comments", "a.docx", "b.docx", "-o", "M.xlsx", at=tmp_path)
    assert ran.code == 0 and "b.docx: warning COMMENT-006: this is version 0.9, and a.docx is 0.1" in ran.err


def foreign_book(*heads: str) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet("Comments").write_row(0, 0, heads)
    return made.getvalue()


def test_a_matrix_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    write_all(
        tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A.")), "filled.xlsx": foreign_book("Number", "Answer")}
    )
    ran = answer(tmp_path, "a.docx")
    assert (
        ran.code == Exit.INTAKE
        and "COMMENT-001: this is no comment-resolution matrix: its first row has no 'Section'" in ran.err
    )
    write_all(tmp_path, {"filled.xlsx": b"PK nothing"})
    assert "INTAKE-020" in answer(tmp_path, "a.docx").err
    (tmp_path / "M.docx").write_bytes(b"x")
    assert "responses are read from a workbook" in answer(tmp_path, "a.docx", matrix_="M.docx").err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Status": "acepted"}, "COMMENT-002: status: 'acepted' is no status; did you mean 'accepted'?"),
        ({"Response": "x", "Id": "c-000000000000"}, "COMMENT-007: number 1 does not stand in a.docx"),
        ({"Response": "x", "Id": None}, "COMMENT-004: the row has an answer, and nothing tells what it answers"),
        ({"Response": "=1+1"}, "COMMENT-003: response: the cell holds a formula"),
        ({"Response": "a\u202eb"}, "COMMENT-003: response: the character U+202E"),
    ],
)  # fmt: skip
def test_a_fault_in_a_filled_matrix_is_told_with_its_cell(
    tmp_path: Path, changes: dict[str, str | None], said: str
) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A."))})
    book = openpyxl.load_workbook(tmp_path / "M.xlsx")
    sheet = book["Comments"]
    heads = [str(c.value) for c in sheet[1]]
    for heading, value in changes.items():
        sheet.cell(2, heads.index(heading) + 1).value = value
    book.save(tmp_path / "filled.xlsx")
    ran = answer(tmp_path, "a.docx")
    assert ran.code == Exit.INTAKE
    assert said in ran.err and re.match(r"filled.xlsx: 'Comments'![A-Q]2: error", ran.err), ran.err
    assert not (tmp_path / "answered.docx").exists()


def test_an_answer_in_a_thread_has_no_status_of_its_own(tmp_path: Path) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A.", replies=[("B", "Hm.")]))})
    fill(tmp_path / "M.xlsx", [("Hm.", "", "noted")])
    ran = answer(tmp_path, "a.docx")
    assert ran.code == Exit.INTAKE and "has no status of its own" in ran.err and "row of number 1," in ran.err


def test_of_many_faults_the_first_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    texts = [says("every AI", f"Remark {n}.") for n in range(30)]
    matrix(tmp_path, {"a.docx": sent(JUSTICE, *texts)})
    fill(tmp_path / "M.xlsx", [("Remark", "", "perhaps")])
    ran = answer(tmp_path, "a.docx")
    assert ran.err.count("'perhaps' is no status") == 20 and "10 more like these are not listed" in ran.err


def test_an_empty_matrix_changes_nothing(tmp_path: Path) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A."))})
    ran = answer(tmp_path, "a.docx", matrix_="M.xlsx")
    assert ran.code == Exit.INTAKE and "no row has a response or a status" in ran.err


def test_nothing_is_written_over(tmp_path: Path) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A."))})
    assert run("comments", "a.docx", "-o", "M.xlsx", at=tmp_path).code == Exit.REFUSED
    fill(tmp_path / "M.xlsx", [("A.", "B.", "")])
    assert answer(tmp_path, "a.docx", output="a.docx").code == Exit.REFUSED


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "M.csv"),
        ("-o", "M.xlsx", "--on", DAY),
        ("-o", "M.xlsx", "--body", "b.docx=X"),
        ("-o", "M.xlsx", "--body", "a.docx="),
        ("a.docx", "-o", "M.xlsx"),
        ("--reply", "M.xlsx", "-o", "F.docx"),
        ("--reply", "M.xlsx", "b.docx", "-o", "F.docx", "--on", DAY),
        ("--reply", "M.xlsx", "-o", "F.docx", "--on", DAY, "--to", "norland"),
        ("--reply", "M.xlsx", "-o", "F.pdf", "--on", DAY),
        ("--reply", "M.xlsx", "-o", "F.docx", "--on", "yesterday"),
    ],
)
def test_a_wrong_command_line_is_told(run: Run, words: tuple[str, ...]) -> None:
    Path("a.docx").write_bytes(draft())
    code, _, err = run("comments", "a.docx", *words)
    assert code == Exit.USAGE, err
