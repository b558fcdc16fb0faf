"""`comments` once more: answers that come later, files of like names, decisions however they end, a matrix typed in."""

from __future__ import annotations

import re
from pathlib import Path
from time import process_time

import ministry
import openpyxl
import pytest
from consultation import LEGAL, OFFICE, SCOPE, answer, draft, fill, matrix, says, sent, write_all
from journeys import copied, run
from lxml import etree
from test_comments import CHANGES, JUSTICE, POLICE, TWO
from word_parts import packed, unpacked, w

from pipeline.model.problem import Exit
from pipeline.project.consultation import rounds
from pipeline.project.consultation.dispositions import added
from pipeline.project.files import write_file
from pipeline.revise.matrix import Sent, rows
from pipeline.revise.places import Places
from pipeline.revise.remarks import reviewed
from pipeline.word import comments as word_comments
from pipeline.word import names
from pipeline.word.package import received
from pipeline.word.settlement import settle

NAMESPACES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ROLE = ("--to", "norland", "--role", "Legal adviser")


def said(path: Path) -> list[tuple[str, str]]:
    """Return author and text of each comment of a file."""
    return [(c.author, c.text) for c in word_comments.read_comments(unpacked(path.read_bytes()), "x")]


def test_comments_without_name_and_date_at_two_places_are_two(tmp_path: Path) -> None:
    """Word's removal of personal information leaves `Author` and no date."""
    given = []
    for name, words, clause in (("a.docx", "develops, procures", SCOPE), ("b.docx", "the policing task", LEGAL)):
        document = ministry.Document(draft())
        ministry.comment(document, words, "Please clarify.", clause, author="Author", date="")
        for comment in document.tree("word/comments.xml").iter(w("comment")):
            if comment.get(w("date")) is not None:
                del comment.attrib[w("date")]
        found = reviewed(unpacked(document.bytes()), name)
        given.append(Sent(name, name, found.remarks, found.units))
    assert [row.files for row in rows(given, 1)] == [("a.docx",), ("b.docx",)]
    assert len(rows([given[0], given[0]], 1)) == 1


# Answers that come later


def test_an_answer_to_a_change_that_was_settled_without_it_is_told_as_having_no_place(tmp_path: Path) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, *TWO)})
    fill(tmp_path / "M.xlsx", [("Replace", "", "accepted"), ("Delete", "No.", "rejected")])
    assert answer(tmp_path, "a.docx").code == 0
    fill(tmp_path / "M.xlsx", [("Replace", "Article 2 says so.", "accepted"), ("Delete", "No.", "rejected")], "2.xlsx")
    ran = answer(tmp_path, "answered.docx", matrix_="2.xlsx", output="second.docx")
    assert ran.code == Exit.INTAKE and ran.err.count("COMMENT-008") == 1
    assert "number 1 was accepted in answered.docx before, so that no place is left there for an answer" in ran.err
    assert not (tmp_path / "second.docx").exists()
    ran = answer(tmp_path, "a.docx", matrix_="2.xlsx", output="from the start.docx")
    assert ran.code == 0 and (OFFICE, "Article 2 says so.") in said(tmp_path / "from the start.docx")


def test_the_answer_to_another_change_in_the_same_words_is_not_taken_for_one(tmp_path: Path) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, *TWO)})
    first = [("Replace", "", "accepted"), ("Delete", "Agreed.", "accepted"), ("Insert", "Agreed.", "noted")]
    fill(tmp_path / "M.xlsx", first)
    assert answer(tmp_path, "a.docx").code == 0
    fill(tmp_path / "M.xlsx", [("Replace", "Agreed.", "accepted"), *first[1:]], "2.xlsx")
    ran = answer(tmp_path, "answered.docx", matrix_="2.xlsx", output="second.docx")
    assert ran.code == Exit.INTAKE and "no place is left there for an answer" in ran.err


def test_a_reply_to_a_comment_around_a_change_is_no_answer_to_the_change(tmp_path: Path) -> None:
    file = sent(JUSTICE, says("every AI system that it develops", "Too wide."), *TWO)
    matrix(tmp_path, {"a.docx": file})
    fill(tmp_path / "M.xlsx", [("Too", "Agreed.", "noted")])
    assert answer(tmp_path, "a.docx").code == 0
    fill(tmp_path / "M.xlsx", [("Too", "Agreed.", "noted"), ("Replace", "Agreed.", "accepted in part")])
    ran = answer(tmp_path, "answered.docx", output="second.docx")
    assert ran.out.startswith("second.docx\n1 answer written")
    assert said(tmp_path / "second.docx") == [(JUSTICE, "Too wide."), (OFFICE, "Agreed."), (OFFICE, "Agreed.")]
    ran = answer(tmp_path, "second.docx", output="third.docx")
    assert "nothing to add" in ran.out
    assert (tmp_path / "third.docx").read_bytes() == (tmp_path / "second.docx").read_bytes()


def test_a_comment_of_ours_on_more_than_a_change_is_no_answer_to_it(tmp_path: Path) -> None:
    around = says("shall apply these guidelines to every AI system that it develops", "Agreed.", author=OFFICE)
    matrix(tmp_path, {"a.docx": sent(JUSTICE, around, *TWO)})
    fill(tmp_path / "M.xlsx", [("Replace", "Agreed.", "accepted in part")])
    assert answer(tmp_path, "a.docx").out.startswith("answered.docx\n1 answer written")


@pytest.mark.parametrize("status", ["noted", "accepted", "rejected"])
@pytest.mark.parametrize("case", CHANGES)
def test_each_kind_of_change_is_answered_once(tmp_path: Path, case: str, status: str) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, CHANGES[case][0])})
    fill(tmp_path / "M.xlsx", [("", "So we say.", status)])
    assert answer(tmp_path, "a.docx").code == 0
    ran = answer(tmp_path, "answered.docx", output="second.docx")
    assert (ran.code, ran.err) == (0, "") and "nothing to add" in ran.out


@pytest.mark.parametrize("outer", ["accepted", "noted"])
def test_a_change_within_the_change_of_another_is_answered_once(tmp_path: Path, outer: str) -> None:
    parts = unpacked(sent(JUSTICE, CHANGES["words put in"][0]))
    mark = re.search(rb"<w:ins [^>]*>(<w:r>.*?)<w:t[^>]*> or trained</w:t></w:r></w:ins>", parts[names.DOCUMENT])
    assert mark is not None
    begin, end = mark.group(0).split(b" or trained")
    run_ = mark.group(1)
    inner = (
        begin + b' or</w:t></w:r><w:del w:id="990" w:author="C. Officer" w:date="2026-11-23T10:00:00Z">' + run_
        + b'<w:delText xml:space="preserve"> trained</w:delText></w:r></w:del></w:ins>'
    )  # fmt: skip
    assert end == b"</w:t></w:r></w:ins>"
    parts[names.DOCUMENT] = parts[names.DOCUMENT].replace(mark.group(0), inner)
    matrix(tmp_path, {"a.docx": packed(parts)})
    fill(tmp_path / "M.xlsx", [("Insert", "Agreed.", outer), ("Delete", "Agreed.", "noted")])
    assert answer(tmp_path, "a.docx").out.startswith("answered.docx\n2 answers written")
    ran = answer(tmp_path, "answered.docx", output="second.docx")
    assert (ran.code, ran.err) == (0, "") and "nothing to add" in ran.out


# Files and matrices


def test_a_file_is_told_from_one_whose_label_is_the_tail_of_its_path(tmp_path: Path) -> None:
    files = {
        "draft.docx": sent(JUSTICE, says("every AI", "A.")),
        "police/draft.docx": sent(POLICE, says("a trial", "B.")),
    }
    assert [r["File"] for r in matrix(tmp_path, files)] == list(files)
    fill(tmp_path / "M.xlsx", [("A.", "To A.", "noted"), ("B.", "To B.", "noted")])
    for number, (name, text) in enumerate(zip(files, ("To A.", "To B."), strict=True)):
        ran = answer(tmp_path, name, output=f"{number}.docx")
        assert (ran.code, ran.err) == (0, "1 answered row of the matrix is about other files\n")
        assert said(tmp_path / f"{number}.docx")[1:] == [(OFFICE, text)]


def test_a_warning_does_not_make_a_matrix_of_nothing(tmp_path: Path) -> None:
    parts = unpacked(draft())
    item = next(n for n in parts if re.fullmatch(r"customXml/item\d\.xml", n))
    parts[item] = re.sub(rb'(<record name="version">)[^<]*', rb"\g<1>0.9", parts[item])
    write_all(tmp_path, {"a.docx": draft(), "b.docx": packed(parts)})
    ran = run("comments", "a.docx", "b.docx", "-o", "M.xlsx", at=tmp_path)
    assert ran.code == Exit.INTAKE
    assert "COMMENT-005: there is no comment and no tracked change in these files" in ran.err
    assert not (tmp_path / "M.xlsx").exists()


def test_what_is_typed_into_a_response_stays_text(tmp_path: Path) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A."))})
    sheet = openpyxl.load_workbook(tmp_path / "M.xlsx")["Comments"]
    formats = {str(sheet.cell(1, c.column).value): c.number_format for c in sheet[2]}
    assert (formats["Response"], formats["Status"], formats["Comment"]) == ("@", "@", "General")


def test_a_fault_names_the_sheet_as_it_is_now_called(tmp_path: Path) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A."))})
    book = openpyxl.load_workbook(tmp_path / "M.xlsx")
    book["Comments"].title = "Replies"
    heads = [str(c.value) for c in book["Replies"][1]]
    book["Replies"].cell(2, heads.index("Status") + 1).value = "perhaps"
    book["Replies"].cell(2, heads.index("Response") + 1).value = "=1+1"
    book.save(tmp_path / "filled.xlsx")
    ran = answer(tmp_path, "a.docx")
    assert ran.code == Exit.INTAKE and ran.err.count("filled.xlsx: 'Replies'!") == 2, ran.err


@pytest.mark.parametrize("written", ["two", "0", "100", ""])
def test_a_round_that_cannot_be_read_is_told_with_its_cell(tmp_path: Path, written: str) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A."), says("a trial", "B."))})
    fill(tmp_path / "M.xlsx", [("A.", "To A.", "noted")])
    book = openpyxl.load_workbook(tmp_path / "filled.xlsx")
    for row in (2, 3):
        book["Comments"].cell(row, 7).value = written
    book.save(tmp_path / "filled.xlsx")
    folder = copied("norland", tmp_path)
    before = (folder / "decisions.yaml").read_bytes()
    ran = answer(tmp_path, "a.docx", *ROLE)
    assert ran.code == Exit.INTAKE
    assert f"'Comments'!G2: error COMMENT-003: round: '{written}' is no round of consultation" in ran.err
    assert "G3" not in ran.err, "a row without an answer is not read further"
    assert (folder / "decisions.yaml").read_bytes() == before


# Decisions


ROWS = [{"comment": "c-1", "status": "noted"}]
ENDS = {
    "a line that ends the document": ("decisions:\n  - x: 1\n...\n", "decisions:\n  - x: 1\n@...\n"),
    "such a line with words, and nothing entered": (
        "format: 1\n... # end\n\n",
        "format: 1\ndecisions:\n@... # end\n\n",
    ),
    "such a line behind an empty list": ("decisions: []\n...\n", "decisions: \n@...\n"),
    "a byte order mark": ("\ufeffdecisions: []\nformat: 1\n", "\ufeffdecisions: \n@format: 1\n"),
    "lines of an old Macintosh": ("format: 1\rdecisions:\r  - x: 1\r", "format: 1\rdecisions:\r  - x: 1\r@"),
}


@pytest.mark.parametrize("case", ENDS)
def test_a_decision_is_added_whatever_stands_around_the_list(case: str) -> None:
    before, after = ENDS[case]
    end = "\r" if "\r" in before else "\n"
    block = f"  - comment: c-1{end}    status: noted{end}"
    assert added(before.encode(), ROWS, "decisions.yaml").decode() == after.replace("@", block)


def test_a_stop_between_the_two_files_leaves_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix(tmp_path, {"a.docx": sent(JUSTICE, says("every AI", "A."))})
    fill(tmp_path / "M.xlsx", [("A.", "To A.", "noted")])
    folder = copied("norland", tmp_path)
    before = (folder / "decisions.yaml").read_bytes()

    def stopped(target: Path, data: bytes) -> None:
        if target.name == "decisions.yaml":
            raise KeyboardInterrupt
        write_file(target, data)

    monkeypatch.setattr("pipeline.project.consultation.rounds.write_file", stopped)
    signed = rounds.Signed(OFFICE, "2027-03-01")
    output = tmp_path / "answered.docx"
    with pytest.raises(KeyboardInterrupt):
        rounds.reply(tmp_path / "filled.xlsx", tmp_path / "a.docx", output, signed, folder, "Legal adviser")
    assert not output.exists() and (folder / "decisions.yaml").read_bytes() == before


# Places and settlement


def test_the_units_of_a_file_are_gathered_once(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(
        sent(JUSTICE, *(says("every AI", f"Remark {n}.") for n in range(3)), says("identify", "B.", LEGAL))
    )
    found = reviewed(received(file.read_bytes(), "a.docx"), "a.docx")
    assert [r.spot.after for r in found.remarks] == [SCOPE] * 3 + [LEGAL]
    assert not isinstance(vars(Places).get("units"), property), "a property is worked out for every remark"
    assert found.units.index(SCOPE) < found.units.index(LEGAL) and len(set(found.units)) == len(found.units)


def story(body: str) -> etree._Element:
    return etree.fromstring(f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")


def line(text: str, more: str = "") -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r>{more}</w:p>"


def gone(number: int, text: str = "row") -> str:
    """Return a row that is to go, with a comment in it."""
    noted = f'<w:r><w:commentReference w:id="{number}"/></w:r>'
    mark = f'<w:trPr><w:del w:id="{number}" w:author="A"/></w:trPr>'
    return f"<w:tr>{mark}<w:tc>{line(text, noted)}</w:tc></w:tr>"


BOX = f"<w:r><w:pict><w:txbxContent>{line('boxed')}</w:txbxContent></w:pict></w:r>"
KEPT = f"<w:tr><w:tc>{line('kept')}</w:tc></w:tr>"
LODGINGS = {
    "in the row before": (f"{line('a')}<w:tbl>{KEPT}{gone(7)}</w:tbl>{line('z')}", "kept"),
    "before the table": (f"{line('a')}<w:tbl>{gone(7)}{KEPT}</w:tbl>{line('z')}", "a"),
    "around a text box": (f"{line('a', BOX)}<w:tbl>{gone(7)}</w:tbl>{line('z')}", "a"),
    "in the last row of a table before": (f"<w:tbl>{KEPT}</w:tbl><w:tbl>{gone(7)}</w:tbl>{line('z')}", "kept"),
    "in a control before": (
        f"<w:sdt><w:sdtContent>{line('a')}{line('b')}</w:sdtContent></w:sdt><w:tbl>{gone(7)}</w:tbl>{line('z')}", "b",
    ),
    "behind, where nothing stands before": (f"<w:tbl>{gone(7)}{KEPT}</w:tbl>{line('z')}", "kept"),
    "behind the table": (f"<w:tbl>{gone(7)}</w:tbl>{line('z')}", "z"),
}  # fmt: skip


@pytest.mark.parametrize("case", LODGINGS)
def test_a_comment_in_a_row_that_goes_is_lodged_in_the_paragraph_beside_it(case: str) -> None:
    body, host = LODGINGS[case]
    root = story(body)
    settle(root, dict.fromkeys(root.iter(w("del")), True))
    (reference,) = root.iter(w("commentReference"))
    paragraph = next(reference.iterancestors(w("p")))
    assert paragraph.findtext(f"{w('r')}/{w('t')}") == host


def rows_that_go(count: int) -> str:
    return f"{line('a')}<w:tbl>{KEPT}{''.join(gone(n) for n in range(count))}</w:tbl>"


def bookmarks_that_go(count: int) -> str:
    held = '<w:del w:id="{0}" w:author="A"><w:r><w:delText>x</w:delText></w:r></w:del>'
    one = f'<w:p><w:bookmarkStart w:id="{{0}}" w:name="b{{0}}"/>{held}<w:bookmarkEnd w:id="{{0}}"/></w:p>'
    return "".join(one.format(n) for n in range(count))


@pytest.mark.parametrize("body", [rows_that_go(3000), bookmarks_that_go(6000)], ids=["rows", "bookmarks"])
def test_thousands_of_marks_are_settled_in_a_moment(body: str) -> None:
    """About 0.2 s; where each row or bookmark goes through the whole file, about 7 s."""
    root = story(body)
    begun = process_time()
    settle(root, dict.fromkeys(root.iter(w("del")), True))
    assert process_time() - begun < 3
    assert not list(root.iter(w("del"), w("bookmarkStart"), w("bookmarkEnd")))
