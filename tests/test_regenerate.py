"""Regenerate: the versions that law, library, template or tools call for, each with its reason, and no others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest
from journeys import draft_of, put, run, tree
from standing_stores import (
    EARLY,
    STRATEGY,
    TODAY,
    drafted,
    numbers,
    older_library,
    receipt,
    store,
    strategy_clause,
    update,
    update_file,
)

from pipeline.model.problem import Faulty
from pipeline.project import drawing, making, regenerating, shelf
from pipeline.project.content import style_files
from pipeline.project.drafting import Done
from pipeline.project.making import quiet
from pipeline.project.regenerating import regenerate, targets
from pipeline.store import version
from pipeline.store.receipt import tool_versions

NOTE = update(note={"en": "It is to come."}, published="2026-08-15", date="2027-03-01")
HERE = (1, "")


def regenerated(out: Path, *paths: Path, as_of: str = "", updates: Mapping[str, bytes] | None = None) -> list[Done]:
    """Regenerate in this process, and return what became of each country that was looked into."""
    return list(regenerate(out, targets(out, paths), as_of, updates or {}, HERE, quiet))


def new(found: list[Done]) -> list[tuple[str, str]]:
    """Return country and number of the versions made."""
    assert [p for one in found for p in one.problems] == []
    return [(one.slug, m.version) for one in found for m in one.made if m.new]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a store with the strategies of Norland and Tembala as the law stood on 1 July 2026."""
    return store(tmp_path, "norland", "tembala")


@pytest.fixture
def settled(tmp_path: Path) -> Path:
    """Return such a store as the law stands today."""
    return store(tmp_path, "norland", "tembala", as_of=TODAY)


def test_nothing_is_called_for_where_nothing_moved(settled: Path) -> None:
    before = tree(settled)
    assert regenerated(settled) == []
    assert tree(settled) == before


def test_what_the_law_calls_for_is_made_once_with_its_reasons(out: Path) -> None:
    assert new(regenerated(out)) == [("norland", "0.2"), ("tembala", "0.2")]
    made = receipt(out, "norland", "0.2")
    assert made.as_of == TODAY
    assert any("Digital Omnibus on AI, amends the AI Act (27 July 2026)" in r for r in made.reasons)
    assert not any("Omnibus" in r for r in receipt(out, "tembala", "0.2").reasons)
    assert any(u.anchor == "part:changes" for u in draft_of(out / "norland/strategy/0.2").units)
    assert new(regenerated(out)) == []
    assert numbers(out, "norland") == ("0.1", "0.2")


def test_a_date_between_which_nothing_concerns_a_country_leaves_its_version_alone(out: Path) -> None:
    found = regenerated(out, as_of="2026-08-01")
    assert new(found) == [("norland", "0.2")]
    assert numbers(out, "tembala") == ("0.1",)
    assert receipt(out, "norland", "0.2").as_of == "2026-08-01"


def test_a_version_that_would_differ_in_the_printed_date_alone_is_not_called_for(out: Path) -> None:
    found = regenerated(out, out / "tembala", as_of="2026-09-20")
    assert not any(m.new for one in found for m in one.made)
    assert new(found) == [] and numbers(out, "tembala") == ("0.1",)


def test_versions_are_named_by_country_by_document_or_by_number(out: Path) -> None:
    assert new(regenerated(out, out / "tembala")) == [("tembala", "0.2")]
    assert new(regenerated(out, out / "norland/strategy/0.1", out / "norland")) == [("norland", "0.2")]


WRONG = (
    ("norland/strategy/0.1", "not the newest version, which is 0.2"),
    ("norland/strategy/9.9", "not the newest version, which is 0.2"),
    ("norland/guidelines", "no version of this output folder"),
    ("nowhere", "no version of this output folder"),
    ("../in/norland", "no version of this output folder"),
    ("norland/strategy/0.2/strategy.en.docx", "no version of this output folder"),
    ("", "no version of this output folder"),
)


def test_a_path_that_is_no_newest_version_is_refused(out: Path) -> None:
    regenerated(out, out / "norland")
    before = tree(out)
    for path, message in WRONG:
        with pytest.raises(Faulty) as caught:
            targets(out, (out / path,))
        assert [p.code for p in caught.value.problems] == ["REGENERATE-001"], path
        assert message in caught.value.problems[0].message and caught.value.problems[0].fix
        ran = run("regenerate", out / path, "--out", out, "--jobs", "1")
        assert (ran.code, tree(out)) == (3, before), path


def test_either_versions_are_named_or_all(out: Path) -> None:
    assert run("regenerate", "--out", out).code == 2
    assert run("regenerate", "--all", out / "norland", "--out", out).code == 2


def test_a_store_without_versions_has_nothing_to_regenerate(tmp_path: Path) -> None:
    ran = run("regenerate", "--all", "--out", tmp_path / "none")
    assert (ran.code, ran.out) == (0, "0 new versions; 0 looked into\n")


def test_the_date_that_a_folder_fixes_counts_unless_another_is_asked_for(tmp_path: Path) -> None:
    out = store(tmp_path, "norland")
    folder = tmp_path / "in" / "norland"
    put(folder, {"country.yaml": (folder / "country.yaml").read_text("utf-8") + f"\nas_of: {EARLY}\n"})
    shutil.rmtree(out)
    drafted(folder, out)
    assert receipt(out, "norland", "0.1").dated == EARLY
    assert new(regenerated(out)) == []
    assert new(regenerated(out, as_of=TODAY)) == [("norland", "0.2")]
    assert new(regenerated(out, as_of=TODAY)) == []


# A newer library


@pytest.fixture
def old(tmp_path: Path) -> tuple[Path, str]:
    """Return a store made with a library in which one clause still read otherwise, and the clause."""
    clause, path = strategy_clause()
    words = shelf.built_in().files[path].split(b"\n", 1)[0]
    library = older_library(tmp_path / "older.zip", {path: (words, words + b" as it was")})
    store(tmp_path, "tembala", as_of=TODAY)
    shutil.rmtree(tmp_path / "out")
    drafted(tmp_path / "in" / "tembala", tmp_path / "out", "--as-of", TODAY, "--library", library)
    return tmp_path / "out", clause


def test_a_newer_text_of_a_clause_calls_for_a_version_and_is_its_reason(old: tuple[Path, str]) -> None:
    out, clause = old
    assert new(regenerated(out)) == [("tembala", "0.2")]
    made = receipt(out, "tembala", "0.2")
    assert [r for r in made.reasons if f"the library's text of {clause}" in r]
    assert made.library != receipt(out, "tembala", "0.1").library
    assert made.library == shelf.built_in().digest
    assert new(regenerated(out)) == []


def test_a_newer_text_of_a_clause_that_the_document_does_not_have_calls_for_nothing(tmp_path: Path) -> None:
    library = shelf.built_in().library
    clause = next(c[-1] for _, c in sorted(library.clauses.items()) if c[-1].documents == ("guidelines",) and c[-1].kind == "norm")  # fmt: skip
    path = clause.texts["en"].place.file
    words = shelf.built_in().files[path].split(b"\n", 1)[0]
    older = older_library(tmp_path / "older.zip", {path: (words, words + b" as it was")})
    store(tmp_path, "tembala", as_of=TODAY)
    shutil.rmtree(tmp_path / "out")
    drafted(tmp_path / "in" / "tembala", tmp_path / "out", "--as-of", TODAY, "--library", older)
    assert new(regenerated(tmp_path / "out")) == []


# Answers, decisions, templates, tools


def test_answers_are_told_as_the_cause_when_they_are_drafted(tmp_path: Path) -> None:
    out = store(tmp_path, "tembala", as_of=TODAY)
    folder = tmp_path / "in" / "tembala"
    text = (folder / "country.yaml").read_text("utf-8")
    line = next(n for n in text.split("\n") if n.strip().startswith("shared_procurement:"))
    swapped = line.replace('"no"', '"yes"') if '"no"' in line else line.replace('"yes"', '"no"')
    put(folder, {"country.yaml": text.replace(line, swapped)})
    drafted(folder, out, "--as-of", TODAY)
    found = receipt(out, "tembala", "0.2").reasons
    assert [r for r in found if r.startswith("answer: ")], found
    assert not [r for r in found if "(2026" in r]
    assert new(regenerated(out)) == []


def test_another_template_calls_for_a_version_and_is_its_reason(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def now(name: str) -> dict[str, bytes]:
        files = style_files(name)
        path = next(p for p in files if p.endswith("brand.yaml"))
        return {**files, path: files[path] + b"\n# as it is now\n"}

    monkeypatch.setattr(making, "style_files", now)
    monkeypatch.setattr(regenerating, "style_files", now)
    assert new(regenerated(settled)) == [("norland", "0.2"), ("tembala", "0.2")]
    assert [r for r in receipt(settled, "norland", "0.2").reasons if r.startswith("template standard: ")]
    assert new(regenerated(settled)) == []


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run under another version of one of the packages."""
    now = {**tool_versions(), "Babel": "99.0"}
    monkeypatch.setattr(making, "tools", lambda: now)
    monkeypatch.setattr(regenerating, "tool_versions", lambda: now)


@pytest.mark.usefixtures("tomorrow")
def test_tools_that_draw_the_same_bytes_call_for_nothing(settled: Path) -> None:
    found = regenerated(settled)
    assert [one.slug for one in found] == ["norland", "tembala"]
    assert new(found) == [] and numbers(settled, "norland") == ("0.1",)


@pytest.mark.usefixtures("tomorrow")
def test_tools_that_draw_otherwise_call_for_a_version_and_are_its_reason(
    settled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "rendition", lambda *given: drawing.rendition(*given) + b" ")
    assert new(regenerated(settled)) == [("norland", "0.2"), ("tembala", "0.2")]
    assert [r for r in receipt(settled, "norland", "0.2").reasons if r.startswith("Babel 99.0")]
    assert new(regenerated(settled)) == []


# Update files


def test_an_update_file_is_kept_in_the_version_that_it_calls_for(settled: Path, tmp_path: Path) -> None:
    moved = {"kind": "date", "provisions": ["EU-AIA 26(2)"], "was": "2027-12-02", "becomes": "2028-06-02"}
    file = update_file(
        tmp_path, update(changes=[moved], note={"en": "The day moved."}, when="country.member_eu is yes")
    )
    ran = run("regenerate", "--all", "--with", file, "--out", settled, "--jobs", "1", "--json")
    assert ran.code == 0, ran.err
    assert [(r["country"], r["version"]) for r in json.loads(ran.out)] == [("norland", "0.2")]
    made = receipt(settled, "norland", "0.2")
    path = "clauses/updates/2026-08-ministry-event.yaml"
    assert version.read(settled, "norland", "strategy", "0.2", f"intake/{path}") == file.read_bytes()
    assert path in made.intake and "2026-08-ministry-event" in made.updates
    assert any("Something happens (15 August 2026)" in r for r in made.reasons)
    assert new(regenerated(settled)) == []
    again = run("regenerate", "--all", "--with", file, "--out", settled, "--jobs", "1")
    assert (again.code, again.out) == (0, "0 new versions; 2 looked into\n")


def test_an_update_file_that_only_prints_a_note_or_asks_calls_for_a_version_too(settled: Path, tmp_path: Path) -> None:
    for tree_ in (NOTE, update("2026-08-new-capability", asks=["country.federal_structure"])):
        file = update_file(tmp_path, tree_)
        ran = run("regenerate", settled / "tembala", "--with", file, "--out", settled, "--jobs", "1")
        assert ran.code == 0, ran.err
        assert "tembala, strategy: version 0." in ran.out, tree_["id"]


def test_a_wrong_update_file_makes_nothing(settled: Path, tmp_path: Path) -> None:
    moved = {"kind": "date", "provisions": ["EU-AIA 26(5)"], "was": "2020-01-01", "becomes": "2028-06-02"}
    before = tree(settled)
    ran = run("regenerate", "--all", "--with", update_file(tmp_path, update(changes=[moved])), "--out", settled, "--jobs", "1")  # fmt: skip
    assert (ran.code, tree(settled)) == (4, before)
    assert "UPDATE-002" in ran.err and "2027-12-02" in ran.err


def test_two_update_files_of_one_name_are_refused(settled: Path, tmp_path: Path) -> None:
    one, two = (update_file(put(tmp_path / n, {"README": "x"}), NOTE) for n in ("one", "two"))
    ran = run("regenerate", "--all", "--with", one, "--with", two, "--out", settled)
    assert ran.code == 4 and "two update files have this name" in ran.err


# Stopped, and wrong


def test_a_run_that_was_stopped_goes_on_where_it_was(out: Path) -> None:
    going = regenerate(out, targets(out, ()), "", {}, HERE, quiet)
    first = next(going)
    assert isinstance(going, Generator)
    going.close()
    made = new([first])
    assert len(made) == 1
    rest = new(regenerated(out))
    assert sorted([*made, *rest]) == [("norland", "0.2"), ("tembala", "0.2")]
    assert run("verify", out).code == 0
    assert [numbers(out, slug) for slug in ("norland", "tembala")] == [("0.1", "0.2")] * 2


def test_one_country_that_cannot_be_made_does_not_stop_the_others(out: Path) -> None:
    """What a version keeps of its country was changed by hand."""
    path = out / "norland/strategy/0.1/intake/country.yaml"
    path.write_text(path.read_text("utf-8").replace("legal_form: ministerial_regulation", "legal_form: no_such_form"), "utf-8")  # fmt: skip
    found = {one.slug: one for one in regenerated(out)}
    assert found["norland"].problems and not found["norland"].made
    assert new([found["tembala"]]) == [("tembala", "0.2")]
    ran = run("regenerate", "--all", "--out", out, "--jobs", "1")
    assert ran.code == 7 and "legal_form" in ran.err


def test_several_processes_make_what_one_makes(out: Path, tmp_path: Path) -> None:
    other = shutil.copytree(out, tmp_path / "other")
    assert run("regenerate", "--all", "--out", out, "--jobs", "1").code == 0
    assert run("regenerate", "--all", "--out", other, "--jobs", "2").code == 0
    assert without_history(tree(out)) == without_history(tree(other))


def without_history(found: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files but for the journal, whose lines stand in the order in which countries were done."""
    return {p: d for p, d in found.items() if not p.endswith((".lock", "history.jsonl"))}


def test_formats_and_audience_stay_those_of_the_version(tmp_path: Path) -> None:
    out = store(tmp_path, "tembala")
    shutil.rmtree(out)
    ran = run("draft", tmp_path / "in/tembala", *STRATEGY, "--audience", "consultation", "--as-of", EARLY, "--out", out)
    assert ran.code == 0, ran.err
    assert new(regenerated(out)) == [("tembala", "0.2")]
    assert list(receipt(out, "tembala", "0.2").renditions) == ["strategy.en.consultation.docx"]
