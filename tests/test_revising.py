"""`redline`, `merge` and `check` of an edited file, as a ministry's drafter runs them: files in, files and words out."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import docx
import marks
import ministry
import pytest
from journeys import EXAMPLES, ROOT, copied, run, tree
from pydantic import TypeAdapter

from pipeline.project.revising.report import Report, schema
from pipeline.revise.merge import AUTHOR
from pipeline.word import anchors, package

BEFORE, AFTER = "2026-07-26", "2026-07-27"
"""The eve and the day of Regulation (EU) 2026/1744."""
CHANGED = "clause:monitoring-duty-eu"
"""A clause that it changes: it applies from 2 December 2027 instead of 2 August 2026."""
EDITED = "clause:addressees-contractors-and-seconded-staff"
LEAVES = "clause:data-bias-detection"
OURS = ("--document", "guidelines", "--format", "docx", "--audience", "consultation")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of two versions of Norland's guidelines."""
    at = tmp_path_factory.mktemp("revising")
    folder = copied("norland", at, {"country.yaml": ("as_of: 2026-11-23\n", "")})
    assert run("draft", folder, *OURS, "--as-of", BEFORE, "--out", at / "output").code == 0
    assert run("regenerate", "--all", "--as-of", AFTER, "--out", at / "output").code == 0
    return at


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Path:
    """Return a copy of it with `edited.docx`, which the ministry has changed in one word."""
    shutil.copytree(made / "output", tmp_path / "output")
    document = ministry.Document((version(tmp_path, "0.1") / FILE).read_bytes())
    ministry.replace(document, "contractor", "supplier", within=EDITED, tracked=False)
    (tmp_path / "edited.docx").write_bytes(document.bytes())
    return tmp_path


FILE = "guidelines.en.consultation.docx"


def version(at: Path, number: str) -> Path:
    return at / "output" / "norland" / "guidelines" / number


def report(at: Path, name: str = "merged") -> Report:
    found: Report = TypeAdapter(Report).validate_json((at / f"{name}.report.json").read_bytes())
    return found


def without_record(data: bytes) -> bytes:
    """Return a file as a program leaves it that drops custom XML."""
    parts = package.opened(data, "t.docx")
    del parts[anchors.place(parts)]
    return package.packed(parts)


def test_the_ministry_gets_its_own_file_back_with_the_law_marked(desk: Path) -> None:
    ran = run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    assert ran.code == 0, ran.err
    assert "version 0.1 to 0.2, law as of 2026-07-27" in ran.out
    assert "merged.report.docx" in ran.out
    merged = (desk / "merged.docx").read_bytes()
    ours_gone = marks.without_comments(marks.rejected(merged, AUTHOR), AUTHOR)
    assert marks.difference((desk / "edited.docx").read_bytes(), ours_gone) == ""
    assert "supplier" in " ".join(marks.plain(merged))
    assert "From 2 December 2027" in " ".join(marks.plain(merged))


def test_each_change_has_a_comment_with_its_cause_its_rule_and_what_it_said(desk: Path) -> None:
    run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    told = {c.text for c in docx.Document(str(desk / "merged.docx")).comments}
    one = next(t for t in told if "monitoring-duty-eu" in t)
    assert "Because of: Regulation (EU) 2026/1744" in one
    assert "Rule: Duties of deployers under Union law (monitoring-duty-eu), as it reads from" in one
    assert "It said: From 2 August 2026 the agency shall" in one
    assert "EU AI Act, Art. 26(4)" in one


def test_a_clause_that_stands_twice_is_told_as_a_copy(desk: Path) -> None:
    document = ministry.Document((desk / "edited.docx").read_bytes())
    ministry.duplicate_control(document, "clause:contract-terms")
    (desk / "edited.docx").write_bytes(document.bytes())
    ran = run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    (line,) = [x for x in ran.out.splitlines() if "copies in the file, left as they are: 1" in x]
    assert "Contract terms on access, change and exit" in line and "LibreOffice" not in ran.out


def test_the_file_that_was_handed_in_stays_as_it_is(desk: Path) -> None:
    before = tree(desk)
    run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    after = tree(desk)
    assert {k: after[k] for k in before} == before
    assert set(after) - set(before) == {"merged.docx", "merged.report.docx", "merged.report.json"}


def test_what_is_there_already_is_not_written_over(desk: Path) -> None:
    (desk / "merged.report.docx").write_bytes(b"mine")
    ran = run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    assert (ran.code, (desk / "merged.report.docx").read_bytes()) == (6, b"mine")
    assert not (desk / "merged.docx").exists()
    assert run("merge", "edited.docx", "-o", "merged.docx", "--no-report", at=desk).code == 0


def test_same_files_same_bytes(desk: Path) -> None:
    for name in ("one", "two"):
        assert run("merge", "edited.docx", "-o", f"{name}.docx", at=desk).code == 0
    for ending in ("docx", "report.docx", "report.json"):
        assert (desk / f"one.{ending}").read_bytes() == (desk / f"two.{ending}").read_bytes()


def test_a_merged_file_is_not_merged_twice(desk: Path) -> None:
    run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    ran = run("merge", "merged.docx", "-o", "again.docx", at=desk)
    assert ran.code == 6
    assert "there is no newer one" in ran.err
    ran = run("merge", "merged.docx", "--with", version(desk, "0.2"), "-o", "again.docx", at=desk)
    assert ran.code == 0, ran.err
    assert (desk / "again.docx").read_bytes() == (desk / "merged.docx").read_bytes()


def test_check_ends_with_6_until_our_marks_are_decided(desk: Path) -> None:
    run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    ran = run("check", "merged.docx", at=desk)
    assert ran.code == 6
    assert "guidelines of Republic of Norland, version 0.2" in ran.out
    assert "neither accepted nor rejected" in ran.err
    settled = marks.accepted((desk / "merged.docx").read_bytes(), AUTHOR)
    (desk / "settled.docx").write_bytes(marks.packed(settled))
    assert run("check", "settled.docx", at=desk).code == 0


def conflict(at: Path) -> None:
    document = ministry.Document((at / "edited.docx").read_bytes())
    ministry.replace(document, "2 August 2026", "1 March 2027", within=CHANGED, tracked=False)
    (at / "edited.docx").write_bytes(document.bytes())


def test_check_names_a_clause_that_they_deleted_and_not_the_one_where_its_comment_hangs(desk: Path) -> None:
    document = ministry.Document((desk / "edited.docx").read_bytes())
    ministry.delete_clause(document, CHANGED)
    (desk / "edited.docx").write_bytes(document.bytes())
    assert run("merge", "edited.docx", "-o", "merged.docx", at=desk).code == 0
    ran = run("check", "merged.docx", at=desk)
    (line,) = [x for x in ran.err.splitlines() if "a conflict is not decided" in x]
    assert "Duties of deployers under Union law: error EDITED-002" in line


@pytest.mark.parametrize("way", ["text", "comment"])
def test_a_conflict_is_told_on_the_screen_in_the_report_and_by_check(desk: Path, way: str) -> None:
    conflict(desk)
    ran = run("merge", "edited.docx", "--conflicts", way, "-o", "merged.docx", at=desk)
    assert ran.code == 0
    assert "conflict: Article 171 Duties of deployers under Union law" in ran.out
    told = report(desk)
    assert told.conflicts == 1
    hunk = next(h for g in told.groups for e in g.entries for h in e.hunks if h.conflict)
    assert ("August 2026" in hunk.before, "March 2027" in hunk.theirs, "December 2027" in hunk.after) == (True,) * 3
    words = [c.text for r in docx.Document(str(desk / "merged.report.docx")).tables for x in r.rows for c in x.cells]
    assert any("March 2027" in w for w in words)
    text = " ".join(marks.plain((desk / "merged.docx").read_bytes()))
    assert "1 March 2027" in text
    accepted = marks.packed(marks.accepted((desk / "merged.docx").read_bytes(), AUTHOR))
    (desk / "accepted.docx").write_bytes(accepted)
    ran = run("check", "accepted.docx", at=desk)
    assert ran.code == 6
    assert "a conflict is not decided" in ran.err


def test_the_report_names_what_the_ministry_changed_and_is_silent_on_what_it_left_out(desk: Path) -> None:
    document = ministry.Document((desk / "edited.docx").read_bytes())
    ministry.delete_clause(document, "clause:contract-terms")
    ministry.replace(document, "every twelve months", "every six months", "clause:data-quality")
    (desk / "edited.docx").write_bytes(document.bytes())
    run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    told = report(desk)
    assert told.counted["stays-deleted"] == 1
    assert {o.anchor: o.state for o in told.own} == {"clause:data-quality": "theirs", EDITED: "theirs"}
    rows = [[c.text for c in r.cells] for t in docx.Document(str(desk / "merged.report.docx")).tables for r in t.rows]
    assert all([f"{o.number} {o.title}", "Changed by you alone"] in rows for o in told.own)


def test_the_report_shows_in_bold_what_each_side_made_of_a_sentence(desk: Path) -> None:
    conflict(desk)
    run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    tables = docx.Document(str(desk / "merged.report.docx")).tables
    row = next(r for t in tables for r in t.rows if any("March 2027" in c.text for c in r.cells))
    bold = ["".join(r.text for p in c.paragraphs for r in p.runs if r.bold) for c in row.cells]
    assert bold[1] == "" and bold[2] == "1 March 2027" and "December 2027" in bold[3]


def test_the_report_tells_strengths_first_and_follows_its_schema(desk: Path) -> None:
    run("merge", "edited.docx", "-o", "merged.docx", at=desk)
    told = report(desk)
    assert told.groups[0].cause == "update"
    assert told.groups[0].id == "2026-07-digital-omnibus-in-force"
    first = told.groups[0].entries[0]
    assert (first.anchor, first.strength[0].kind) in {(LEAVES, "leaves"), ("clause:data-bias-detection-eu", "enters")}
    strong = [bool(e.strength) for e in told.groups[0].entries]
    assert strong == sorted(strong, reverse=True)
    assert json.loads((ROOT / "docs" / "change-report.schema.json").read_bytes()) == schema()


def test_a_file_that_does_not_tell_its_base_needs_one(desk: Path) -> None:
    (desk / "bare.docx").write_bytes(without_record((desk / "edited.docx").read_bytes()))
    ran = run("merge", "bare.docx", "-o", "merged.docx", at=desk)
    assert ran.code == 3
    assert "tells nothing of the draft that it came from" in ran.err
    assert "--base" in ran.err
    assert not list(desk.glob("merged*"))
    ran = run("merge", "bare.docx", "--base", version(desk, "0.1"), "-o", "merged.docx", at=desk)
    assert ran.code == 0, ran.err
    assert "From 2 December 2027" in " ".join(marks.plain((desk / "merged.docx").read_bytes()))


def test_without_a_store_the_new_version_must_be_named(desk: Path) -> None:
    ran = run("merge", "edited.docx", "-o", "merged.docx", "--out", "elsewhere", at=desk)
    assert ran.code == 3
    assert "--with" in ran.err


def test_another_documents_version_is_refused(desk: Path) -> None:
    drafted = run("draft", EXAMPLES / "norland", "--document", "strategy", "--format", "docx", at=desk)
    assert drafted.code == 0, drafted.err
    ran = run("merge", "edited.docx", "--with", "output/norland/strategy/0.1", "-o", "merged.docx", at=desk)
    assert ran.code == 3
    assert "its document is guidelines, not strategy" in ran.err
    assert not list(desk.glob("merged*"))


@pytest.mark.parametrize("files", [False, True])
def test_a_redline_accepted_is_the_newer_and_rejected_the_older(desk: Path, files: bool) -> None:
    ends = [version(desk, n) / FILE if files else version(desk, n) for n in ("0.1", "0.2")]
    ran = run("redline", *ends, "-o", "redline.docx", at=desk)
    assert ran.code == 0, ran.err
    data = (desk / "redline.docx").read_bytes()
    old, new = (docx_of(desk, n) for n in ("0.1", "0.2"))
    assert marks.difference(old, marks.rejected(data)) == ""
    assert without_contents(marks.accepted(data)) == without_contents(new)
    assert report(desk, "redline").groups[0].cause == "update"


def test_versions_named_the_wrong_way_round_are_told(desk: Path) -> None:
    right = run("redline", version(desk, "0.1"), version(desk, "0.2"), "-o", "right.docx", at=desk)
    wrong = run("redline", version(desk, "0.2"), version(desk, "0.1"), "-o", "wrong.docx", at=desk)
    assert (right.code, wrong.code) == (0, 0)
    assert "version 0.1 is older than 0.2" in wrong.out and "name the older one first" in wrong.out
    assert "older than" not in right.out


def docx_of(at: Path, number: str) -> bytes:
    return (version(at, number) / FILE).read_bytes()


def without_contents(given: marks.Package) -> list[str]:
    """Return the lines of a file but for those of its contents, which Word counts again."""
    return [line for line in marks.plain(given) if not line.rpartition("\t")[2].isdigit()]


def test_an_edited_file_can_be_one_side_of_a_redline(desk: Path) -> None:
    ran = run("redline", version(desk, "0.1"), "edited.docx", "-o", "redline.docx", at=desk)
    assert ran.code == 0, ran.err
    told = report(desk, "redline")
    assert [e.anchor for g in told.groups for e in g.entries] == [EDITED]
    accepted = without_contents(marks.accepted((desk / "redline.docx").read_bytes()))
    assert accepted == without_contents((desk / "edited.docx").read_bytes())


def test_a_version_with_itself_shows_no_mark(desk: Path) -> None:
    assert run("redline", version(desk, "0.1"), version(desk, "0.1"), "-o", "redline.docx", at=desk).code == 0
    assert marks.authors((desk / "redline.docx").read_bytes()) == set()
    assert report(desk, "redline").groups == ()
    words = "\n".join(p.text for p in docx.Document(io.BytesIO((desk / "redline.report.docx").read_bytes())).paragraphs)
    assert "Nothing differs" in words


def test_public_versions_can_be_compared_though_they_have_no_marks(desk: Path) -> None:
    for number, day in (("0.1", BEFORE), ("0.2", AFTER)):
        folder = copied("norland", desk / number, {"country.yaml": ("as_of: 2026-11-23\n", "")})
        ran = run("draft", folder, *OURS[:4], "--audience", "public", "--as-of", day, "--out", "public", at=desk)
        assert ran.code == 0, ran.err
    ends = [desk / "public" / "norland" / "guidelines" / n for n in ("0.1", "0.2")]
    ran = run("redline", *ends, "-o", "redline.docx", "--out", "public", at=desk)
    assert ran.code == 0, ran.err
    assert CHANGED in [e.anchor for g in report(desk, "redline").groups for e in g.entries]


@pytest.mark.parametrize("name", ["empty.docx", "text.docx", "folder"])
def test_what_is_no_draft_gives_one_clear_line_and_no_file(desk: Path, name: str) -> None:
    (desk / "empty.docx").write_bytes(b"")
    (desk / "text.docx").write_text("not a Word file")
    (desk / "folder").mkdir()
    ran = run("redline", name, version(desk, "0.2"), "-o", "redline.docx", at=desk)
    assert ran.code == 3
    assert ran.err.count("error") == 1
    assert "Traceback" not in ran.err
    assert not list(desk.glob("redline*"))


def test_files_without_our_blocks_are_compared_as_text(tmp_path: Path) -> None:
    for name, words in (("old", "The agency keeps five logs."), ("new", "The agency keeps seven logs.")):
        document = docx.Document()
        document.add_paragraph(words)
        document.save(str(tmp_path / f"{name}.docx"))
    ran = run("redline", "old.docx", "new.docx", "-o", "redline.docx", at=tmp_path)
    assert ran.code == 0, ran.err
    assert "compared as mere text" in ran.out
    data = (tmp_path / "redline.docx").read_bytes()
    assert marks.plain(marks.rejected(data)) == ["The agency keeps five logs."]
    assert marks.plain(marks.accepted(data)) == ["The agency keeps seven logs."]
    assert not list(tmp_path.glob("*.report.*"))


def test_a_base_that_tells_nothing_is_the_one_that_is_named(desk: Path) -> None:
    (desk / "bare.docx").write_bytes(without_record((desk / "edited.docx").read_bytes()))
    ran = run("merge", "edited.docx", "--base", "bare.docx", "-o", "merged.docx", at=desk)
    assert ran.code == 3 and "bare.docx" in ran.err and "edited.docx" not in ran.err
    ran = run("redline", "bare.docx", "edited.docx", "-o", "redline.docx", at=desk)
    assert ran.code == 3 and "bare.docx" in ran.err and "--base" not in ran.err


def test_check_does_not_look_into_a_store_around_it(desk: Path) -> None:
    (version(desk, "0.1") / "receipt.json").unlink()
    ran = run("check", "../edited.docx", at=desk / "output")
    assert ran.code == 0, ran.err
