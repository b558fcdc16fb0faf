"""Impact: whom an update touches in whole stores, with what and because of what; nothing is written."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from journeys import put, run, tree
from standing_stores import (
    EARLY,
    OMNIBUS,
    TODAY,
    drafted,
    numbers,
    store,
    update,
    update_file,
)

from pipeline.model.change import Cause, Shift
from pipeline.model.problem import Faulty
from pipeline.project import shelf, worklist
from pipeline.project.impact import CountryImpact, Touched, _may_touch, impact
from pipeline.project.regenerating import targets
from pipeline.store import library_zip

COE = "2026-05-eu-approves-framework-convention"
PROPOSAL = "2025-11-digital-omnibus-proposed"
HERE = (1, "")
MOVED = {"kind": "date", "provisions": ["EU-AIA 26(2)"], "was": "2027-12-02", "becomes": "2028-06-02"}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the strategies of three countries as the law stood before the events asked about."""
    return store(tmp_path_factory.mktemp("world"), "norland", "tembala", "us-federal", as_of="2025-11-01")


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return such a store of two small countries."""
    return store(tmp_path_factory.mktemp("pair"), "norland", "tembala", as_of="2025-11-01")


@pytest.fixture
def norland(tmp_path: Path) -> Path:
    """Return a store with Norland's strategy as the law stands today; its folder lies in `in/norland`."""
    return store(tmp_path, "norland", as_of=TODAY)


def looked(out: Path, *named: str | Path, as_of: str = "") -> dict[str, CountryImpact]:
    """Return what updates touch, by country; nothing must have been written."""
    before = tree(out)
    found = {c.slug: c for c in impact((out,), [str(n) for n in named], as_of, HERE)}
    assert tree(out) == before
    assert [p for c in found.values() for p in c.problems] == []
    return {slug: c for slug, c in found.items() if c.touched}


def shifts(country: CountryImpact) -> list[Shift]:
    return [s for d in country.documents for s in d.shifts]


# Shipped events


def test_the_digital_omnibus_touches_the_member_state_and_nobody_else(world: Path) -> None:
    found = looked(world, OMNIBUS)
    assert list(found) == ["norland"]
    dated = {(m.ref, m.before, m.after) for s in shifts(found["norland"]) for m in s.moved}
    assert ("EU-AIA 26(2)", "2026-08-02", "2027-12-02") in dated
    assert all(any(c.id == OMNIBUS for c in s.causes) for s in shifts(found["norland"]))
    (document,) = found["norland"].documents
    assert (document.document, document.version, document.as_of) == ("strategy", "0.1", "2025-11-01")
    assert (document.lapses, document.approved) == (False, "")


def test_the_framework_convention_touches_those_who_watch_it(world: Path) -> None:
    found = looked(world, COE)
    assert all(s.kind != "leaves" and not s.weakens for c in found.values() for s in shifts(c))
    assert not any(m.after > m.before for c in found.values() for s in shifts(c) for m in s.moved)


def test_a_proposal_changes_no_clause(world: Path) -> None:
    found = looked(world, PROPOSAL)
    assert [s for c in found.values() for s in shifts(c)] == []


def test_several_updates_are_looked_at_together(pair: Path) -> None:
    one, both = looked(pair, OMNIBUS), looked(pair, OMNIBUS, "2026-08-ai-act-general-date", OMNIBUS)
    assert {s.anchor for s in shifts(one["norland"])} <= {s.anchor for s in shifts(both["norland"])}


def test_an_event_that_a_version_has_already_touches_it_no_more(norland: Path) -> None:
    assert looked(norland, OMNIBUS) == {}


# Update files


def test_an_update_file_touches_those_whom_its_law_binds(pair: Path, tmp_path: Path) -> None:
    ended = {"kind": "ends", "provisions": ["EU-AIA 5(1)(h)"]}
    file = update_file(tmp_path, update(changes=[ended], date="2026-12-01", added="2026-12-01"))
    found = looked(pair, file)
    assert list(found) == ["norland"]
    gone = [s for s in shifts(found["norland"]) if "EU-AIA 5(1)(h)" in s.gone]
    assert gone and all(s.kind == "law" for s in gone)


def test_a_back_filled_update_is_told_against_the_law_of_the_version(norland: Path, tmp_path: Path) -> None:
    """What came between its day and the version's is not told backwards."""
    file = update_file(tmp_path, update(changes=[{**MOVED, "was": "2027-12-02"}], date="2026-07-30", added=TODAY))
    found = looked(norland, file)
    assert [(m.ref, m.before, m.after) for s in shifts(found["norland"]) for m in s.moved] == [
        ("EU-AIA 26(2)", "2027-12-02", "2028-06-02")
    ] * len(shifts(found["norland"]))
    assert [d.others for d in found["norland"].documents] == [0]


def test_questions_of_a_new_capability_are_to_be_asked_again_until_the_country_confirms(
    pair: Path, norland: Path, tmp_path: Path
) -> None:
    tree_ = update("2026-11-new-capability", asks=["country.use_live_face_recognition"], date="2026-11-01", added="2026-11-01")  # fmt: skip
    file = update_file(tmp_path, tree_)
    found = looked(pair, file)
    assert list(found) == ["norland", "tembala"]
    assert all([why for _, why in c.asks] == ["Something happens"] and not shifts(c) for c in found.values())
    tasks = list(worklist.tasks(found["norland"]))
    assert [t[0] for t in tasks] == ["ask again"] and tasks[0][1]

    folder = norland.parent / "in" / "norland"
    said = '\n  - confirm: 2026-11-new-capability\n    owner: "Director"\n    date: 2026-11-20\n    reason: "Asked again."\n'
    put(folder, {"decisions.yaml": (folder / "decisions.yaml").read_text("utf-8").rstrip() + said})
    put(folder, {f"clauses/updates/{file.name}": file.read_bytes()})
    drafted(folder, norland, "--as-of", TODAY)
    assert looked(norland, file) == {}


def test_slots_are_to_be_read_again_until_they_were(norland: Path, tmp_path: Path) -> None:
    """Norland read its constitution on 14 September 2026, and its law on equality on 5 October."""
    file = update_file(tmp_path, update("2026-10-own-law", slots=["constitution", "equality"], date="2026-10-01", added="2026-10-01"))  # fmt: skip
    found = looked(norland, file)
    assert [slot for slot, _ in found["norland"].slots] == ["constitution"]


def test_an_update_for_another_state_touches_nobody(pair: Path, tmp_path: Path) -> None:
    file = update_file(tmp_path, update("2026-10-own-law", states=["KR"], slots=["constitution"], date="2026-10-01", added="2026-10-01"))  # fmt: skip
    assert looked(pair, file) == {}


def citing(ref: str) -> str:
    """Return a clause of the strategy that cites a provision."""
    library = shelf.built_in().library
    return next(i for i, states in sorted(library.clauses.items()) if ref in states[-1].cites and "strategy" in states[-1].documents)  # fmt: skip


def test_a_national_wording_whose_law_changed_is_to_be_looked_at(norland: Path, tmp_path: Path) -> None:
    clause = citing("EU-AIA 26(2)")
    state = shelf.built_in().library.clauses[clause][-1]
    source = state.place.file.rpartition("/")[0]
    files = {p: d for p, d in shelf.built_in().files.items() if p.startswith(source)}
    folder = norland.parent / "in" / "norland"
    put(folder, files)
    drafted(folder, norland, "--as-of", TODAY)
    found = looked(norland, update_file(tmp_path, update(changes=[MOVED])))
    assert found["norland"].national == ((clause, "the law it rests on changed: Something happens"),)
    assert found["norland"].left_out == ()


def test_a_clause_left_out_whose_law_changed_is_to_be_looked_at(norland: Path, tmp_path: Path) -> None:
    clause = citing("EU-AIA 26(2)")
    folder = norland.parent / "in" / "norland"
    said = (
        f'\n  - leave_out: {clause}\n    owner: "Director"\n    date: 2026-10-26\n    reason: "Other law meets it."\n'
    )
    put(folder, {"decisions.yaml": (folder / "decisions.yaml").read_text("utf-8").rstrip() + said})
    drafted(folder, norland, "--as-of", TODAY)
    found = looked(norland, update_file(tmp_path, update(changes=[MOVED])))
    assert found["norland"].left_out == ((clause, "the law it rests on changed: Something happens"),)
    assert f"clause:{clause}" not in {s.anchor for s in shifts(found["norland"])}


def test_an_approval_lapses_where_the_text_under_it_changes(norland: Path, tmp_path: Path) -> None:
    assert run("release", norland / "norland/strategy/0.1", "--approved-by", "Minister", "--on", TODAY).code == 0
    found = looked(norland, update_file(tmp_path, update(changes=[MOVED])))
    (document,) = found["norland"].documents
    assert (document.version, document.lapses, document.approved) == ("1.0", True, f"Minister, {TODAY}")
    assert ("approve again", f"strategy (Minister, {TODAY})", "the text under it changes") in worklist.tasks(found["norland"])  # fmt: skip
    asked = update_file(tmp_path, update("2026-11-new-capability", asks=["country.federal_structure"]))
    assert not any(d.lapses for d in looked(norland, asked)["norland"].documents)


def test_an_update_that_the_version_s_library_did_not_have_may_concern_it(norland: Path, tmp_path: Path) -> None:
    """Whom it concerns is told by the answers, for no receipt of that day could name it."""
    files = {p: d for p, d in shelf.built_in().files.items() if PROPOSAL not in p}
    library = put(tmp_path, {"older.zip": library_zip.pack(files)}) / "older.zip"
    shutil.rmtree(norland)
    drafted(norland.parent / "in" / "norland", norland, "--as-of", TODAY, "--library", library)
    (target,) = targets(norland, ())
    assert PROPOSAL not in target.receipt.updates
    known = shelf.built_in().library
    assert _may_touch(target.receipt, (PROPOSAL,), known, norland)
    assert not _may_touch(replace(target.receipt, library=shelf.built_in().digest), (PROPOSAL,), known, norland)
    assert _may_touch(replace(target.receipt, law=()), ("2025-01-executive-order-14179",), known, norland)


# What is handed in


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2026-07-digital-omnibus-in-forse", "did you mean '2026-07-digital-omnibus-in-force'?"),
        ("no-such-file.yaml", "and no file of that name"),
    ],
)
def test_an_unknown_update_is_refused_with_the_nearest_name(tmp_path: Path, name: str, words: str) -> None:
    ran = run("impact", name, "--out", tmp_path)
    assert ran.code == 4 and "IMPACT-001" in ran.err and words in ran.err
    assert "impact --list" in ran.err


def test_a_wrong_update_file_is_refused_at_its_place(tmp_path: Path) -> None:
    file = update_file(tmp_path, update(changes=[{**MOVED, "provisions": ["EU-AIA 2666"]}]))
    with pytest.raises(Faulty) as caught:
        list(impact((tmp_path,), [str(file)], "", HERE))
    assert [p.code for p in caught.value.problems] == ["UPDATE-002"]
    bad = put(tmp_path, {"bad.yaml": "id: [\n"}) / "bad.yaml"
    ran = run("impact", bad, "--out", tmp_path)
    assert ran.code == 4 and f"{bad}:" in ran.err


def test_an_update_is_named_or_listed(tmp_path: Path) -> None:
    assert run("impact", "--out", tmp_path).code == 2
    ran = run("impact", "--list")
    assert ran.code == 0 and OMNIBUS in ran.out.replace("\n", "") and "adopted" in ran.out


def test_a_store_without_versions_is_touched_by_nothing(tmp_path: Path) -> None:
    ran = run("impact", OMNIBUS, "--out", tmp_path / "none")
    assert (ran.code, ran.out.split(" touched")[0]) == (0, "0 countries")


def test_several_stores_are_told_together(norland: Path, tmp_path: Path) -> None:
    other = shutil.copytree(norland, tmp_path / "other")
    file = update_file(tmp_path, update(changes=[MOVED]))
    ran = run("impact", file, "--out", norland, "--out", other, "--jobs", "1")
    assert ran.code == 0 and "2 countries touched" in ran.out
    assert run("impact", file, "--out", norland, "--out", other, "--jobs", "2").out == ran.out


# Forms of the work list


def test_the_work_list_as_values_names_clause_change_and_cause(pair: Path) -> None:
    before = tree(pair)
    ran = run("impact", OMNIBUS, "--out", pair, "--json", "--jobs", "1")
    assert ran.code == 0 and tree(pair) == before
    (country,) = json.loads(ran.out)
    assert (country["slug"], country["state"]) == ("norland", "Republic of Norland")
    one = country["documents"][0]["shifts"][0]
    assert one["anchor"].startswith("clause:") and one["causes"][0]["kind"] == "update"
    assert "answers" not in ran.out


def hostile() -> CountryImpact:
    words = '=HYPERLINK("http://example.org")'
    shift = Shift(
        "clause:a", words, "+1", "leaves", "shall", "", (), (), (), "shall", True, (Cause("update", "u", "@SUM(1)"),)
    )
    document = Touched("strategy", "1.0", EARLY, (shift,), 0, True, "=cmd|' /C calc'!A0")
    return CountryImpact("x", "-2+3", "out", (document,), (("=1+1", "\t=2"),))


def test_the_work_list_as_a_workbook_holds_text_only() -> None:
    data = worklist.workbook([hostile()])
    assert data == worklist.workbook([hostile()])
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        sheets = [packed.read(n) for n in packed.namelist() if n.startswith("xl/worksheets/")]
        assert not any(b"<f>" in s or b"<hyperlink" in s for s in sheets)
        assert not any("externalLink" in n for n in packed.namelist())
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Changes", "Tasks"]
    rows = [[c.value for c in row] for row in book["Changes"].iter_rows()]
    assert tuple(rows[0]) == worklist.HEADINGS
    assert rows[1][0] == "-2+3" and rows[1][4] == '=HYPERLINK("http://example.org")' and rows[1][5] == "weakens: leaves the text"  # fmt: skip
    assert all(c.data_type in ("s", "n") for name in book.sheetnames for row in book[name].iter_rows() for c in row)
    tasks = [[c.value for c in row] for row in book["Tasks"].iter_rows()]
    assert tuple(tasks[0]) == worklist.TASKS
    assert [row[1] for row in tasks[1:]] == ["ask again", "approve again"]


def test_the_workbook_is_written_where_asked_and_never_over_another(pair: Path, tmp_path: Path) -> None:
    file = tmp_path / "work.xlsx"
    ran = run("impact", OMNIBUS, "--out", pair, "--jobs", "1", "-o", file)
    assert ran.code == 0 and file.read_bytes()[:2] == b"PK"
    ran = run("impact", OMNIBUS, "--out", pair, "--jobs", "1", "-o", file)
    assert ran.code in (2, 6) and "exists" in ran.err


def test_what_a_country_keeps_that_cannot_be_read_is_told_and_the_others_go_on(pair: Path, tmp_path: Path) -> None:
    out = shutil.copytree(pair, tmp_path / "out")
    path = out / "norland/strategy/0.1/intake/country.yaml"
    path.write_text(path.read_text("utf-8").replace("legal_form: ministerial_regulation", "legal_form: no_such"), "utf-8")  # fmt: skip
    file = update_file(tmp_path, update("2026-11-new-capability", asks=["country.federal_structure"]))
    ran = run("impact", file, "--out", out, "--jobs", "1")
    assert ran.code == 7 and "Tembala" in ran.out and "legal_form" in ran.err
    assert numbers(out, "norland") == ("0.1",)
