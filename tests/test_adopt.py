"""The ministry's own file as text of record: kept byte for byte, told clause by clause, released, and never drawn over."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from zipfile import ZipFile

import marks
import ministry
import pytest
import revisions
from crashes import at_call, die, full, held, steps
from journeys import Ran, draft_of, inlines, put, run, tree
from standing_stores import (
    EARLY,
    OMNIBUS,
    STRATEGY,
    drafted,
    numbers,
    older_library,
    receipt,
    store,
    strategy_clause,
)
from store_samples import in_child

from pipeline.cli import main
from pipeline.model.adoption import Adoption
from pipeline.model.draft import Paragraph, Ref, Table, plain
from pipeline.model.problem import Refused
from pipeline.model.version import Entry
from pipeline.project import portfolio, shelf
from pipeline.project.adoption import adopted_version, adopting
from pipeline.project.making import quiet
from pipeline.project.releasing import release
from pipeline.project.text_of_record import adoption_of, texts_of_record
from pipeline.store import history
from pipeline.store.verify import verify
from pipeline.store.version import digest

MINISTER, ON = "Minister of the Interior", "2026-11-24"
UNION, READY = "clause:legal-context-european-union", "clause:eu-readiness"
"""The two clauses of Norland's strategy that the Digital Omnibus touches."""
TRUST = "clause:objective-public-trust"
OWN = "The ministry shall publish this strategy on its own pages."
needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
LIBRARY = next((Path(__file__).resolve().parent / "data" / "stores" / "format-1" / "library").glob("*.zip"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return store(tmp_path, "norland")


def spot(out: Path, number: str) -> Path:
    return out / "norland" / "strategy" / number


def document(out: Path, number: str = "0.1") -> ministry.Document:
    """Return the Word file of a version, opened for editing."""
    return ministry.Document((spot(out, number) / "strategy.en.docx").read_bytes())


def saved(out: Path, made: ministry.Document, name: str = "edited.docx") -> Path:
    """Return a file beside the store, as the ministry would send it."""
    path = out.parent / name
    path.write_bytes(made.bytes())
    return path


def edited(out: Path) -> Path:
    """Return Norland's strategy with one clause edited, one deleted and a paragraph added."""
    made = document(out)
    ministry.replace(made, "quarterly list", "monthly list", READY)
    ministry.delete_clause(made, UNION)
    ministry.add_paragraph_between(made, OWN, after=READY)
    return saved(out, made)


def adopt(out: Path, file: Path, *words: str | Path) -> Ran:
    return run("adopt", file, "--out", out, *words)


def adopted(out: Path, file: Path, *words: str | Path) -> Adoption:
    """Adopt a file; return the record of the newest version."""
    ran = adopt(out, file, *words)
    assert ran.code == 0, ran.err
    return adoption_of(out, "norland", "strategy", numbers(out, "norland")[-1])


def states(adoption: Adoption) -> dict[str, str]:
    return {u.anchor: u.state for u in adoption.units}


def told(ran: Ran) -> str:
    """Return what was printed, as one line."""
    return " ".join(ran.out.split())


# The version


def test_the_file_is_kept_byte_for_byte_and_told_clause_by_clause(out: Path) -> None:
    file = edited(out)
    before = tree(out)
    adoption = adopted(out, file)
    assert (spot(out, "0.2") / "strategy.en.docx").read_bytes() == file.read_bytes()
    assert {n: d for n, d in tree(out).items() if n in before and not n.endswith("history.jsonl")} == {
        n: d for n, d in before.items() if not n.endswith("history.jsonl")
    }
    found = states(adoption)
    assert found.pop(READY) == "edited" and found.pop(UNION) == "deleted"
    assert set(found.values()) == {"kept"} and len(found) > 100
    assert [a.after for a in adoption.added] == [READY] and len(adoption.added[0].digests) == 1
    assert (adoption.document, adoption.lang, adoption.audience, adoption.version) == ("strategy", "en", "working", "0.1")  # fmt: skip
    made = receipt(out, "norland", "0.2")
    assert made.adopted is not None
    assert (made.adopted.version, made.adopted.file) == ("0.1", digest(file.read_bytes()))
    for name in ("draft.json", "selection.json", "findings.json", "intake/country.yaml"):
        assert (spot(out, "0.2") / name).read_bytes() == (spot(out, "0.1") / name).read_bytes()
    assert [e.event for e in history.read(out, "norland", "strategy")] == ["version", "adopted"]
    assert verify(out) == []


def test_digests_tell_kept_words_from_edited_ones(out: Path) -> None:
    first = {u.anchor: u for u in adopted(out, saved(out, document(out))).units}
    assert {u.state for u in first.values()} == {"kept"}
    second = {u.anchor: u for u in adopted(out, edited(out)).units}
    differing = {a for a in first if first[a].digest != second[a].digest}
    assert differing == {READY, UNION} and second[UNION].digest == ""


def test_the_terminal_tells_it_in_words(out: Path) -> None:
    ran = adopt(out, edited(out))
    said = told(ran)
    assert "strategy: version 0.2, the ministry's own file" in said
    assert "Made from version 0.1: " in said
    assert "In your own words (1): " in said and "Not in your file, and not offered again (1): The law of the European Union" in said  # fmt: skip
    assert "Added by you (1 paragraph), behind: " in said
    assert not [word for word in said.split() if len(word) == 64]
    listed = told(run("history", out))
    assert "ministry's own" in listed and "clauses: " in listed and "1 edited, 1 deleted, 1 paragraph added" in listed


def test_json_tells_every_unit(out: Path) -> None:
    ran = adopt(out, edited(out), "--json")
    found = json.loads(ran.out)
    assert (found["version"], found["new"], found["made_from"], found["language"]) == ("0.2", True, "0.1", "en")
    units = {u["anchor"]: u for u in found["units"]}
    assert (units[READY]["state"], units[READY]["found_by"], units[READY]["sure"]) == ("edited", "tag", 1.0)
    assert units[UNION]["found_by"] is None
    assert found["added"] == [{"after": READY, "paragraphs": 1}]


def test_the_very_same_file_is_adopted_once(out: Path) -> None:
    file = edited(out)
    adopted(out, file)
    before = tree(out)
    ran = adopt(out, file)
    assert ran.code == 0 and "this very file is version 0.2 already" in told(ran)
    assert tree(out) == before


def test_what_the_ministry_left_pending_counts_as_accepted_and_is_warned_of(out: Path) -> None:
    made = document(out)
    ministry.replace(made, "quarterly list", "monthly list", READY, tracked=True)
    ministry.delete_clause(made, UNION, tracked=True)
    ministry.comment(made, "monthly list", "Is this settled?", READY)
    ran = adopt(out, saved(out, made))
    assert ran.code == 0
    assert "still holds 2 tracked changes and 1 comment of your own" in ran.err
    found = states(adoption_of(out, "norland", "strategy", "0.2"))
    assert (found[READY], found[UNION]) == ("edited", "deleted")


def test_looks_moves_and_runs_are_no_edit_of_words(out: Path) -> None:
    made = document(out)
    ministry.bold(made, "quarterly list", READY)
    ministry.move_clause(made, UNION, READY)
    ministry.scattered(made, Random(1))
    assert set(states(adopted(out, saved(out, made))).values()) == {"kept"}


def test_a_footnote_a_row_and_a_paragraph_within_a_clause_are_edits(out: Path) -> None:
    made = document(out)
    ministry.add_footnote(made, "quarterly list", "As the ministry reads it.", READY)
    ministry.add_paragraph(made, "A sentence of ours.", UNION, after="The Law Enforcement Directive")
    found = states(adopted(out, saved(out, made)))
    assert (found[READY], found[UNION]) == ("edited", "edited")


def test_clauses_are_found_by_their_words_where_all_marks_are_gone(out: Path) -> None:
    made = document(out)
    ministry.delete_clause(made, UNION)
    ministry.remove_anchors(made)
    ran = adopt(out, saved(out, made))
    adoption = adoption_of(out, "norland", "strategy", "0.2")
    assert states(adoption)[UNION] == "deleted"
    assert Counter(u.state for u in adoption.units)["deleted"] == 1
    assert {u.by for u in adoption.units if u.state != "deleted"} == {"text"}
    assert "found by their words" in ran.err and "The law of the European Union" in ran.err


def test_a_clause_that_stands_twice_is_told(out: Path) -> None:
    made = document(out)
    ministry.duplicate_control(made, READY)
    ran = adopt(out, saved(out, made))
    assert ran.code == 0 and "stands in the file more than once" in ran.err


def test_a_file_without_its_record_needs_the_version_that_was_sent_out(out: Path) -> None:
    made = document(out)
    ministry.delete_clause(made, UNION)
    ministry.remove_anchors(made, custom_part=True)
    file = saved(out, made)
    ran = adopt(out, file)
    assert ran.code == 3 and "ADOPT-001" in ran.err and "--base" in ran.err
    ran = adopt(out, file, "--base", spot(out, "0.1"))
    assert ran.code == 0, ran.err
    assert states(adoption_of(out, "norland", "strategy", "0.2"))[UNION] == "deleted"
    assert "come out byte for byte the same" in run("rebuild", spot(out, "0.2")).out


# What follows from it


def test_an_adopted_version_is_made_again_and_compared(out: Path) -> None:
    adopted(out, edited(out))
    before = tree(out)
    ran = run("rebuild", spot(out, "0.2"))
    assert ran.code == 0 and "come out byte for byte the same" in ran.out, ran.out + ran.err
    assert tree(out) == before
    path = spot(out, "0.2") / "adopted.json"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b'"edited"', b'"kept"'))
    ran = run("rebuild", spot(out, "0.2"))
    assert ran.code == 7 and "adopted.json: differs" in ran.out
    assert [p for p in verify(out) if "adopted.json" in str(p)]


def test_a_release_is_the_very_same_file(out: Path) -> None:
    file = edited(out)
    adopted(out, file)
    ran = run("release", spot(out, "0.2"), "--approved-by", MINISTER, "--on", ON)
    assert ran.code == 0, ran.err
    assert (spot(out, "1.0") / "strategy.en.docx").read_bytes() == file.read_bytes()
    made = receipt(out, "norland", "1.0")
    assert made.approval is not None and (made.approval.by, made.approval.on) == (MINISTER, ON)
    assert made.adopted == receipt(out, "norland", "0.2").adopted
    assert [e.event for e in history.read(out, "norland", "strategy")] == ["version", "adopted", "release"]
    assert MINISTER in told(run("history", out))
    assert verify(out) == []
    for number in ("0.1", "0.2", "1.0"):
        ran = run("rebuild", spot(out, number))
        assert ran.code == 0, ran.out + ran.err
    assert texts_of_record(out, "norland", "strategy")["en"].receipt.version == "1.0"
    before = tree(out)
    assert run("release", spot(out, "1.0"), "--approved-by", MINISTER, "--on", ON).code == 6
    assert tree(out) == before


def told_of(out: Path) -> dict[str, dict[str, object]]:
    """Return what an update touches in the strategy, by anchor and kind."""
    ran = run("impact", OMNIBUS, "--out", out, "--json")
    return {d["document"]: d for c in json.loads(ran.out) for d in c["documents"]}


def test_impact_leaves_out_what_was_deleted_and_marks_what_was_edited(out: Path) -> None:
    before = told_of(out)["strategy"]
    assert {s["anchor"] for s in before["shifts"]} == {UNION, READY}  # type: ignore[attr-defined]
    adopted(out, edited(out))
    now = told_of(out)["strategy"]
    assert {s["anchor"] for s in now["shifts"]} == {READY}  # type: ignore[attr-defined]
    assert (now["record"], now["own"], now["version"]) == (True, [READY], "0.2")
    ran = run("impact", OMNIBUS, "--out", out)
    assert "strategy 0.2, the ministry's own file" in told(ran) and "(the ministry's own words)" in told(ran)
    sheet = out.parent / "list.xlsx"
    assert run("impact", OMNIBUS, "--out", out, "-o", sheet).code == 0
    with ZipFile(sheet) as book:
        assert b"own words" in b"".join(book.read(n) for n in book.namelist())


def test_impact_is_told_of_the_text_of_record_even_where_a_newer_draft_of_ours_stands(out: Path) -> None:
    adopted(out, edited(out))
    ran = run("regenerate", "--all", "--out", out, "--jobs", "1")
    assert ran.code == 0 and numbers(out, "norland")[-1] == "0.3"
    assert "The text of record is the ministry's own file" in told(ran)
    assert f"clausewright merge {spot(out, '0.2')}/strategy.en.docx --with {spot(out, '0.3')}" in ran.out
    now = told_of(out)["strategy"]
    assert (now["version"], {s["anchor"] for s in now["shifts"]}) == ("0.2", {READY})  # type: ignore[attr-defined]
    ran = run("regenerate", "--all", "--out", out, "--jobs", "1")
    assert "0 new versions" in ran.out


def changes(out: Path, number: str) -> str:
    """Return the first column of a version's table of changes."""
    table = next(u for u in draft_of(spot(out, number)).units if u.anchor == "part:changes")
    rows = [row for block in table.blocks if isinstance(block, Table) for row in block.rows]
    return "; ".join(plain(line) for row in rows for line in row[0].paragraphs)


def test_our_next_draft_does_not_list_what_the_ministry_deleted(out: Path) -> None:
    other = Path(shutil.copytree(out, out.parent / "other"))
    assert run("regenerate", "--all", "--out", other, "--jobs", "1").code == 0
    assert "The law of the European Union" in changes(other, "0.2") and "Ready for the duties" in changes(other, "0.2")
    adopted(out, edited(out))
    assert run("regenerate", "--all", "--out", out, "--jobs", "1").code == 0
    assert "The law of the European Union" not in changes(out, "0.3") and "Ready for the duties" in changes(out, "0.3")
    assert UNION in {u.anchor for u in draft_of(spot(out, "0.3")).units}  # it is our draft; merging decides


def test_a_new_version_is_not_called_for_by_a_clause_that_was_deleted(tmp_path: Path) -> None:
    clause, path = strategy_clause()
    words = shelf.built_in().files[path].split(b"\n", 1)[0]
    library = older_library(tmp_path / "older.zip", {path: (words, words + b" as it was")})
    store(tmp_path, "norland")
    shutil.rmtree(tmp_path / "out")
    drafted(tmp_path / "in" / "norland", tmp_path / "out", "--as-of", EARLY, "--library", library)
    other = Path(shutil.copytree(tmp_path / "out", tmp_path / "other"))
    for out, gone in ((tmp_path / "out", f"clause:{clause}"), (other, UNION)):
        made = document(out)
        ministry.delete_clause(made, gone)
        adopted(out, saved(out, made))
        ran = run("regenerate", "--all", "--out", out, "--jobs", "1", "--as-of", EARLY)
        assert ran.code == 0, ran.err
        assert ("0 new versions" in ran.out) == (gone != UNION)


def test_a_draft_after_it_compares_with_our_last_draft_and_names_the_text_of_record(out: Path) -> None:
    adopted(out, edited(out))
    folder = out.parent / "in" / "norland"
    before = tree(out)
    ran = run("draft", folder, *STRATEGY, "--as-of", EARLY, "--out", out)
    assert "nothing changed since version 0.1" in ran.out and "text of record" not in ran.out
    assert tree(out) == before
    ran = run("draft", folder, *STRATEGY, "--as-of", "2026-11-23", "--out", out)
    assert ran.code == 0 and numbers(out, "norland")[-1] == "0.3"
    assert "clausewright merge" in ran.out
    assert receipt(out, "norland", "0.3").previous == digest((spot(out, "0.2") / "receipt.json").read_bytes())
    assert run("rebuild", spot(out, "0.3")).code == 0
    assert verify(out) == []


def test_our_draft_is_not_released_over_the_ministry_s_words_until_it_is_adopted_itself(out: Path) -> None:
    adopted(out, edited(out))
    drafted(out.parent / "in" / "norland", out, "--as-of", "2026-11-23")
    before = tree(out)
    ran = run("release", spot(out, "0.3"), "--approved-by", MINISTER, "--on", ON)
    assert ran.code == 6 and "the text of record is the ministry's own file, version 0.2" in ran.err
    assert tree(out) == before
    back = adopted(out, spot(out, "0.3") / "strategy.en.docx")
    assert (set(states(back).values()), back.version) == ({"kept"}, "0.3")
    assert run("release", spot(out, "0.4"), "--approved-by", MINISTER, "--on", ON).code == 0


def test_it_is_not_drawn_in_another_format(out: Path, tmp_path: Path) -> None:
    adopted(out, edited(out))
    ran = run("render", spot(out, "0.2"), "--format", "md", "-o", tmp_path / "x.md")
    assert ran.code == 6 and "is the ministry's own file" in ran.err and not (tmp_path / "x.md").exists()


def test_merge_starts_from_it_and_what_was_deleted_is_not_offered_again(out: Path) -> None:
    adopted(out, edited(out))
    assert run("regenerate", "--all", "--out", out, "--jobs", "1").code == 0
    merged = out.parent / "merged.docx"
    ran = run("merge", spot(out, "0.2") / "strategy.en.docx", "--out", out, "-o", merged)
    assert ran.code == 0, ran.err
    report = (out.parent / "merged.report.json").read_text("utf-8")
    assert json.loads(report)["conflicts"] == 0 and UNION not in report
    comments = marks.unpacked(merged.read_bytes()).get("word/comments.xml", b"")
    assert b"The law of the European Union" not in comments
    assert adopt(out, merged).code == 6  # our changes are still open in it
    assert numbers(out, "norland")[-1] == "0.3"
    settled = out.parent / "settled.docx"
    settled.write_bytes(marks.packed(marks.without_comments(marks.accepted(merged.read_bytes(), "Clausewright"))))
    again = adopted(out, settled)
    assert again.version == "0.3"
    assert states(again)[UNION] == "deleted" and states(again)[READY] == "edited"
    assert told_of(out) == {} or not told_of(out)["strategy"]["shifts"]
    assert "0 new versions" in run("regenerate", "--all", "--out", out, "--jobs", "1").out
    assert run("rebuild", spot(out, "0.4")).code == 0
    assert verify(out) == []


ACTS: dict[str, tuple[Callable[[ministry.Document], None], str]] = {
    "a text that informs": (lambda d: ministry.replace(d, "Many police uses", "Most police uses", UNION), "1.0.1-draft.1"),
    "a table": (lambda d: ministry.replace(d, "Measures on which", "Those on which", "part:roadmap"), "1.0.1-draft.1"),
    "a recommendation": (lambda d: ministry.replace(d, "Nine in ten", "Eight in ten", TRUST), "1.1-draft.1"),
    "a recommendation made a duty": (lambda d: ministry.replace(d, "should show", "shall show", TRUST), "2.0-draft.1"),
    "a paragraph that informs": (lambda d: ministry.add_paragraph_between(d, "As of today.", TRUST), "1.1-draft.1"),
    "a duty": (lambda d: ministry.delete_clause(d, "clause:speak-up-channel"), "2.0-draft.1"),
    "a duty of its own": (lambda d: ministry.add_paragraph_between(d, "The police shall report.", TRUST), "2.0-draft.1"),
}  # fmt: skip


def test_the_number_tells_how_the_text_differs_from_the_last_release(out: Path, tmp_path: Path) -> None:
    adopted(out, edited_otherwise(out))
    release(spot(out, "0.2"), MINISTER, ON, quiet)
    for name, (act, number) in ACTS.items():
        copy = Path(shutil.copytree(out, tmp_path / name.replace(" ", "-") / "out"))
        made = document(copy, "1.0")
        act(made)
        adopted(copy, saved(copy, made))
        assert numbers(copy, "norland")[-1] == number, name


def edited_otherwise(out: Path) -> Path:
    """Return Norland's strategy with a recommendation edited and a paragraph added."""
    made = document(out)
    ministry.replace(made, "repeated survey", "yearly survey", TRUST)
    ministry.add_paragraph_between(made, OWN, after=UNION)
    return saved(out, made)


def test_the_portfolio_shows_whose_text_counts_and_whether_its_approval_stands(out: Path) -> None:
    def row() -> portfolio.Row:
        return portfolio.portfolio([out]).rows[0]

    assert row().record == ""
    adopted(out, edited(out))
    assert (row().version, row().record) == ("0.2", "0.2")
    release(spot(out, "0.2"), MINISTER, ON, quiet)
    assert (row().record, row().lapsed) == ("1.0", False)
    made = document(out, "1.0")
    ministry.replace(made, "Nine in ten", "Eight in ten", TRUST)
    adopted(out, saved(out, made))
    assert row().lapsed and row().record == row().version != "1.0"
    assert "ministry's: 1." in run("portfolio", "--out", out).out
    page = out.parent / "page.html"
    assert run("portfolio", "--out", out, "-o", page).code == 0 and "ministry’s own: 1." in page.read_text("utf-8")
    assert json.loads(run("portfolio", "--out", out, "--json").out)[0]["text_of_record"] == row().record


def test_a_packed_version_brings_the_file_and_its_history(out: Path, tmp_path: Path) -> None:
    file = edited(out)
    adopted(out, file)
    assert run("pack", spot(out, "0.2"), "-o", tmp_path / "packed").code == 0
    assert (tmp_path / "packed" / "strategy.en.docx").read_bytes() == file.read_bytes()
    assert verify(tmp_path / "packed") == []


# The PDF


def exported(file: Path) -> Path:
    """Return the PDF that LibreOffice exports of a Word file."""
    folder = file.parent / "pdf"
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    words = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file)]
    subprocess.run(words, check=True, capture_output=True, timeout=170)
    return folder / f"{file.stem}.pdf"


@needs_libreoffice
def test_a_pdf_of_the_file_is_kept_with_it_and_goes_with_the_release(out: Path) -> None:
    file = edited(out)
    pdf = exported(file)
    other = document(out)
    ministry.replace(other, "quarterly list", "yearly list", READY)
    ministry.delete_clause(other, UNION)
    ministry.add_paragraph_between(other, OWN, after=READY)
    before = tree(out)
    ran = adopt(out, saved(out, other, "other.docx"), "--pdf", pdf)
    assert ran.code == 3 and "ADOPT-003" in ran.err and "where the Word file has 'yearly list shows" in ran.err
    assert re.search(r"edited\.pdf: page \d+: error", ran.err) and "it goes on with 'monthly list shows" in ran.err
    assert tree(out) == before
    assert adopted(out, file).version == "0.1"
    adopted(out, file, "--pdf", pdf)
    assert (spot(out, "0.3") / "strategy.en.pdf").read_bytes() == pdf.read_bytes()
    assert "this very file is version 0.3 already" in told(adopt(out, file, "--pdf", pdf))
    release(spot(out, "0.3"), MINISTER, ON, quiet)
    assert {p.name for p in spot(out, "1.0").glob("strategy.*")} == {"strategy.en.docx", "strategy.en.pdf"}
    assert (spot(out, "1.0") / "strategy.en.pdf").read_bytes() == pdf.read_bytes()
    for number in ("0.3", "1.0"):
        assert run("rebuild", spot(out, number)).code == 0
    assert verify(out) == []


def referred(out: Path) -> str:
    """Return a clause to which another one refers by its number."""
    lines = [(u.anchor, line) for u in draft_of(spot(out, "0.1")).units for b in u.blocks for _, line in inlines(b)]
    found = ((anchor, one.anchor) for anchor, line in lines for one in line if isinstance(one, Ref))
    return next(to for anchor, to in found if to.startswith("clause:") and to != anchor)


@needs_libreoffice
def test_a_pdf_that_prints_a_reference_to_nowhere_is_told(out: Path) -> None:
    made = document(out)
    ministry.delete_clause(made, referred(out))
    file = saved(out, made)
    ran = adopt(out, file, "--pdf", exported(file))
    assert ran.code == 3 and "it goes on with 'Error: Reference source not found" in ran.err
    assert "a cross-reference leads to what was deleted" in ran.err


def test_a_pdf_that_cannot_be_read_is_refused(out: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "x.pdf"
    pdf.write_bytes(b"no PDF")
    file, before = edited(out), tree(out)
    ran = adopt(out, file, "--pdf", pdf)
    assert ran.code == 3 and "the PDF cannot be read: it is no PDF" in ran.err
    assert tree(out) == before


# Another language


def test_an_arabic_draft_is_adopted_with_its_own_paragraphs(tmp_path: Path) -> None:
    (tmp_path / "library.zip").write_bytes(revisions.arabic_library())
    out = tmp_path / "out"
    folder = revisions.ARABIC / "manara"
    words = ("--document", "guidelines", "--format", "docx", "--audience", "consultation", "--library")
    ran = run("draft", folder, *words, tmp_path / "library.zip", "--as-of", revisions.ARABIC_DAYS[0], "--out", out)
    assert ran.code == 0, ran.err
    made = ministry.Document((out / "manara/guidelines/0.1/guidelines.ar.consultation.docx").read_bytes())
    units = draft_of(out / "manara/guidelines/0.1").units
    clauses = [u.anchor for u in units if u.anchor.startswith("clause:")]
    ministry.delete_clause(made, clauses[2])
    ministry.add_paragraph_between(made, "تنشر الوزارة هذا النص.", clauses[5])
    (tmp_path / "edited.docx").write_bytes(made.bytes())
    ran = run("adopt", tmp_path / "edited.docx", "--out", out, "--national", tmp_path / "mine")
    assert ran.code == 0, ran.err
    adoption = adoption_of(out, "manara", "guidelines", "0.2")
    assert [u.anchor for u in adoption.units if u.state != "kept"] == [clauses[2]]
    assert [a.after for a in adoption.added] == [clauses[5]]
    (text,) = (tmp_path / "mine").rglob("ar.md")
    assert text.read_text("utf-8").endswith("## text\nتنشر الوزارة هذا النص.\n")
    assert run("rebuild", out / "manara/guidelines/0.2").code == 0


# National clauses


def test_a_paragraph_of_its_own_becomes_a_national_clause_at_the_same_place(out: Path, tmp_path: Path) -> None:
    made = document(out)
    ministry.add_paragraph_between(
        made, "The police shall give every officer *one* day {{ off }} [[a]] & 1. rest.", TRUST
    )
    ministry.add_paragraph_between(made, "# This state is small.", UNION)
    ministry.add_paragraph_between(made, "Nobody reads annexes.", "part:glossary")
    target = tmp_path / "mine"
    ran = adopt(out, saved(out, made), "--national", target)
    assert ran.code == 0, ran.err
    assert "'Nobody reads annexes. …' stands where no clause can stand" in ran.err
    found = {p.parent.parent.name: p.parent for p in target.rglob("clause.yaml")}
    assert len(found) == 2 and all(name.startswith("national-strategy-") for name in found)
    duty = next(p for name, p in found.items() if "police-shall" in name)
    assert (
        "kind: norm\n" in (duty / "clause.yaml").read_text()
        and "strength: shall\n" in (duty / "clause.yaml").read_text()
    )
    small = next(p for name, p in found.items() if "small" in name)
    assert "kind: narrative\n" in (small / "clause.yaml").read_text()
    folder = out.parent / "in" / "norland"
    shutil.copytree(target / "clauses", folder / "clauses")
    checked = run("check", folder)
    assert checked.code == 0, checked.err
    drafted(folder, out, "--as-of", EARLY)
    units = draft_of(spot(out, "0.3")).units
    order = [u.anchor for u in units]
    for path, before in ((duty, TRUST), (small, UNION)):
        anchor = f"clause:{path.parent.name}"
        assert order.index(anchor) == order.index(before) + 1
    said = " ".join(plain(b.inlines) for u in units for b in u.blocks if isinstance(b, Paragraph))
    assert "The police shall give every officer *one* day {{ off }} [[a]] & 1. rest." in said
    assert "# This state is small." in said


def test_a_national_clause_is_not_merged_into_the_file_that_it_came_from(out: Path, tmp_path: Path) -> None:
    made = document(out)
    ministry.add_paragraph_between(made, OWN, TRUST)
    adopted(out, saved(out, made), "--national", tmp_path / "mine")
    folder = out.parent / "in" / "norland"
    shutil.copytree(tmp_path / "mine" / "clauses", folder / "clauses")
    drafted(folder, out, "--as-of", EARLY)
    merged = tmp_path / "merged.docx"
    ran = run("merge", spot(out, "0.2") / "strategy.en.docx", "--out", out, "-o", merged)
    assert ran.code == 0, ran.err
    assert marks.plain(merged.read_bytes(), "accepted").count(OWN) == 1
    settled = tmp_path / "settled.docx"
    settled.write_bytes(marks.packed(marks.without_comments(marks.accepted(merged.read_bytes(), "Clausewright"))))
    again = adopted(out, settled)
    (own,) = [u for u in again.units if u.anchor.startswith("clause:national-strategy-")]
    assert (own.state, own.by) == ("edited", "text") and again.added == ()  # it lacks the title that we gave it


def test_national_clauses_are_not_written_over_anything(out: Path, tmp_path: Path) -> None:
    put(tmp_path / "mine", {"notes.txt": "mine"})
    file, before = edited(out), tree(tmp_path)
    ran = adopt(out, file, "--national", tmp_path / "mine")
    assert ran.code == 6 and "exists already" in ran.err
    assert tree(tmp_path) == before


# Bad input


def foreign(out: Path) -> Path:
    """Return the consultation copy of another country's strategy."""
    store(out.parent / "other", "tembala")
    return out.parent / "other" / "out" / "tembala" / "strategy" / "0.1" / "strategy.en.docx"


def of_another_store(out: Path) -> Path:
    """Return a file of the same number and state, drafted at another date of the law."""
    store(out.parent / "later", "norland", as_of="2026-11-23")
    return out.parent / "later" / "out" / "norland" / "strategy" / "0.1" / "strategy.en.docx"


def of_a_version_that_is_gone(out: Path) -> Path:
    drafted(out.parent / "in" / "norland", out.parent / "more", "--as-of", EARLY)
    drafted(out.parent / "in" / "norland", out.parent / "more", "--as-of", "2026-11-23")
    return out.parent / "more" / "norland" / "strategy" / "0.2" / "strategy.en.docx"


def without_record(out: Path) -> Path:
    made = document(out)
    ministry.remove_anchors(made, custom_part=True)
    return saved(out, made)


def cut_off(out: Path) -> Path:
    path = saved(out, document(out))
    path.write_bytes(path.read_bytes()[:20_000])
    return path


def with_macros(out: Path) -> Path:
    parts = marks.unpacked(document(out).bytes())
    path = out.parent / "macros.docx"
    path.write_bytes(marks.packed({**parts, "word/vbaProject.bin": b"\x00"}))
    return path


def with_words_of_ours_changed(out: Path) -> Path:
    """Return a file whose record of what we wrote was changed by hand."""
    parts = marks.unpacked(document(out).bytes())
    name = next(n for n in parts if n.startswith("customXml/item") and b"urn:clausewright" in parts[n])
    path = out.parent / "changed.docx"
    path.write_bytes(marks.packed({**parts, name: parts[name].replace(b"quarterly list", b"weekly list")}))
    return path


BAD: dict[str, tuple[Callable[[Path], Path], int, str]] = {
    "another country": (foreign, 3, "which is not in the folder"),
    "another store": (of_another_store, 3, "is another one than that from which the file was made"),
    "a version that is gone": (of_a_version_that_is_gone, 3, "the strategy 0.2 of Republic of Norland, which is not in"),
    "no record": (without_record, 3, "tells nothing of the draft"),
    "cut off": (cut_off, 3, "damaged"),
    "macros": (with_macros, 3, "macros"),
    "a record changed by hand": (with_words_of_ours_changed, 3, "is another one than that"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line_and_nothing_is_written(out: Path, name: str) -> None:
    make, code, message = BAD[name]
    file, before = make(out), tree(out)
    ran = adopt(out, file)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err and "Traceback" not in ran.err and "fix:" in ran.err
    assert tree(out) == before


def test_a_base_that_is_another_version_is_refused(out: Path) -> None:
    adopted(out, edited(out))
    drafted(out.parent / "in" / "norland", out, "--as-of", "2026-11-23")
    file = saved(out, document(out, "0.1"), "again.docx")
    ran = adopt(out, file, "--base", spot(out, "0.3"))
    assert ran.code == 3 and "not from what --base names" in ran.err
    other = foreign(out)
    parts = marks.unpacked(other.read_bytes())
    bare = {n: d for n, d in parts.items() if not n.startswith("customXml/")}
    path = out.parent / "bare.docx"
    path.write_bytes(marks.packed(bare))
    made = ministry.Document(path.read_bytes())
    ministry.remove_anchors(made)
    ran = adopt(out, saved(out, made, "bare.docx"), "--base", spot(out, "0.1"))
    assert ran.code == 3 and "it does not name Republic of Norland" in ran.err
    few = document(out, "0.1")
    for anchor in few.anchors()[:-9]:
        ministry.delete_clause(few, anchor)
    ministry.remove_anchors(few, custom_part=True)
    ran = adopt(out, saved(out, few, "few.docx"), "--base", spot(out, "0.1"))
    assert ran.code == 3 and "most of its clauses are not in it" in ran.err


def test_a_run_that_wrote_in_the_meantime_is_not_written_over(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, real = edited(out), adopted_version.laid

    def late(*given: object) -> object:
        made = real(*given)  # type: ignore[arg-type]
        monkeypatch.setattr(adopting, "laid", real)
        other = document(out)
        ministry.delete_clause(other, READY)
        adopted(out, saved(out, other, "other.docx"))
        return made

    monkeypatch.setattr(adopting, "laid", late)
    with pytest.raises(Refused, match=r"version 0\.2 of norland/strategy already exists"):
        adopting.adopt(adopting.Request(file, out), quiet)
    assert numbers(out, "norland") == ("0.1", "0.2") and verify(out) == []


# However a run ends


def tiny(to: Path) -> tuple[Path, Path]:
    """Return a store with a small draft in it, and that draft edited."""
    folder, out = to / "tinyland", to / "out"
    put(folder, {"country.yaml": "format: 1\nname: Tinyland\nissuer: Office\n"})
    ran = run("draft", folder, "--document", "guidelines", "--library", LIBRARY, "--format", "docx", "--out", out)
    assert ran.code == 0, ran.err
    made = ministry.Document((out / "tinyland/guidelines/0.1/guidelines.en.docx").read_bytes())
    clause = next(a for a in made.anchors() if a.startswith("clause:"))
    ministry.delete_clause(made, clause)
    (to / "edited.docx").write_bytes(made.bytes())
    return out, to / "edited.docx"


def command(out: Path, file: Path) -> Callable[[], None]:
    def act() -> None:
        sys.argv = ["clausewright", "adopt", str(file), "--out", str(out)]
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        main()

    return act


@pytest.mark.slow
@pytest.mark.parametrize("ending", [die, full], ids=["killed", "disk full"])
def test_adopting_that_ends_at_any_step_leaves_a_whole_store(tmp_path: Path, ending: Callable[[], None]) -> None:
    whole, file = tiny(tmp_path)
    before = held(whole, {})
    counted = Path(shutil.copytree(whole, tmp_path / "count"))
    count = steps(lambda: adopting.adopt(adopting.Request(file, counted), quiet))
    assert count > 20
    ends: Counter[int] = Counter()
    for nth in range(1, count + 1):
        out = Path(shutil.copytree(whole, tmp_path / f"at {nth}"))

        def failing(nth: int = nth, out: Path = out) -> None:
            with at_call(nth, ending):
                adopting.adopt(adopting.Request(file, out), quiet)

        in_child(failing)
        held(out, before)
        ends[len(numbers(out, "tinyland", "guidelines"))] += 1
        assert in_child(command(out, file)) == 0
        held(out, before)
        assert all(p.warning for p in verify(out))  # what a run left that had all but ended, the next writer finishes
        stage = Entry("stage", "0.2", stage="internal", on="2026-12-01", to="Legal Department")
        history.record(out, "tinyland", "guidelines", stage)
        assert [e.event for e in history.read(out, "tinyland", "guidelines")] == ["version", "adopted", "stage"]
        assert verify(out) == []
        shutil.rmtree(out)
    assert set(ends) == {1, 2}


def test_a_receipt_and_a_record_that_do_not_agree_are_found(out: Path) -> None:
    adopted(out, edited(out))
    place = spot(out, "0.2")
    for path in (place / "receipt.json", place / "SHA256SUMS"):
        path.chmod(0o644)
    told_there = json.loads((place / "receipt.json").read_text("utf-8"))
    for changed, message in (
        ({**told_there, "adopted": {**told_there["adopted"], "file": "0" * 64}}, "is not among the files"),
        (
            {n: v for n, v in told_there.items() if n != "adopted"},
            "do not agree whether this is the ministry's own file",
        ),
    ):
        (place / "receipt.json").write_text(json.dumps(changed), "utf-8")
        assert any(message in p.message for p in verify(place))
