"""Release and rebuild: the text that was approved under a release's number, and any version made again byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from journeys import draft_of, paragraphs, put, run, tree
from standing_stores import (
    EARLY,
    OMNIBUS,
    STRATEGY,
    TODAY,
    drafted,
    numbers,
    older_library,
    receipt,
    store,
    strategy_clause,
)

from pipeline.compose.changes import same_text
from pipeline.compose.context import Context
from pipeline.compose.draft import compose
from pipeline.model.draft import Draft, Heading
from pipeline.model.problem import Refused
from pipeline.project import making, releasing, shelf
from pipeline.project.making import quiet
from pipeline.project.releasing import rebuild, release
from pipeline.store import history
from pipeline.store.receipt import Approval, tool_versions
from pipeline.store.version import digest

MINISTER, ON = "Minister of the Interior", "2026-11-24"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a store with Tembala's strategy as the law stood on 1 July 2026."""
    return store(tmp_path, "tembala")


def spot(out: Path, number: str, slug: str = "tembala") -> Path:
    return out / slug / "strategy" / number


def released(out: Path, number: str = "0.1", slug: str = "tembala") -> str:
    """Release a version and return the release's number."""
    return release(spot(out, number, slug), MINISTER, ON, quiet).version


def same(out: Path, number: str, slug: str = "tembala") -> None:
    """Check that a version comes out byte for byte the same."""
    found = rebuild(spot(out, number, slug), today=False, progress=quiet)
    assert (found.different, found.tools) == ((), ())
    assert set(found.same) == set(tree(spot(out, number, slug)))


def told(out: Path, number: str, anchor: str, slug: str = "tembala") -> str:
    """Return what a part of a version says, as its text and headings."""
    draft = draft_of(spot(out, number, slug))
    units = tuple(u for u in draft.units if u.anchor == anchor)
    heads = [b.text for u in units for b in u.blocks if isinstance(b, Heading)]
    return "\n".join([*heads, *paragraphs(replace(draft, units=units))])


# Releases


def test_a_release_is_the_text_that_was_approved_under_a_release_s_number(out: Path) -> None:
    before = tree(spot(out, "0.1"))
    assert released(out) == "1.0"
    assert tree(spot(out, "0.1")) == before
    made = receipt(out, "tembala", "1.0")
    assert made.approval == Approval(MINISTER, ON)
    assert (made.as_of, made.library, made.intake) == tuple(getattr(receipt(out, "tembala", "0.1"), n) for n in ("as_of", "library", "intake"))  # fmt: skip
    draft, release_ = draft_of(spot(out, "0.1")), draft_of(spot(out, "1.0"))
    assert same_text(draft, release_, releasing=True)
    assert release_.version == "1.0"
    assert MINISTER in told(out, "1.0", "part:approval") and "24 November 2026" in told(out, "1.0", "part:approval")
    assert MINISTER not in told(out, "0.1", "part:approval")
    assert release_.cover.status != draft.cover.status
    assert not any(u.anchor == "part:changes" for u in release_.units)
    assert run("verify", out).code == 0


def test_a_release_stands_in_the_history_with_the_office_that_approved_it(out: Path) -> None:
    released(out)
    last = history.read(out, "tembala", "strategy")[-1]
    kept = (spot(out, "1.0") / "receipt.json").read_bytes()
    assert (last.event, last.version, last.law, last.receipt) == ("release", "1.0", EARLY, digest(kept))
    assert MINISTER.encode() in kept


def test_the_next_release_tells_what_changed_since_the_last_and_is_numbered_by_its_weight(tmp_path: Path) -> None:
    out = store(tmp_path, "norland")
    assert released(out, slug="norland") == "1.0"
    assert run("regenerate", "--all", "--out", out, "--jobs", "1").code == 0
    draft = numbers(out, "norland")[-1]
    made = receipt(out, "norland", draft)
    aim = {"major": "2.0", "minor": "1.1", "patch": "1.0.1"}[str(made.weight)]
    assert draft == f"{aim}-draft.1"
    assert "version 1.0" in told(out, draft, "part:changes", "norland")
    assert released(out, draft, "norland") == aim
    assert "version 1.0" in told(out, aim, "part:changes", "norland")
    assert any("Digital Omnibus" in r for r in receipt(out, "norland", aim).reasons)
    for number in numbers(out, "norland"):
        same(out, number, "norland")


def test_a_release_tells_all_that_changed_since_the_last_release_and_not_since_the_last_draft(tmp_path: Path) -> None:
    out = store(tmp_path, "norland")
    released(out, slug="norland")
    for day in ("2026-08-01", TODAY):
        assert run("regenerate", "--all", "--as-of", day, "--out", out, "--jobs", "1").code == 0
    first, second = numbers(out, "norland")[2:]
    assert any("Digital Omnibus" in r for r in receipt(out, "norland", first).reasons)
    assert not any("Digital Omnibus" in r for r in receipt(out, "norland", second).reasons)
    aim = released(out, second, "norland")
    assert any("Digital Omnibus" in r for r in receipt(out, "norland", aim).reasons)
    same(out, aim, "norland")


def test_only_the_newest_draft_can_be_released(out: Path) -> None:
    assert run("regenerate", "--all", "--out", out, "--jobs", "1").code == 0
    before = tree(out)
    for number, message in (("0.1", "0.1 is not the newest version of tembala/strategy, which is 0.2"),):
        with pytest.raises(Refused, match=message):
            released(out, number)
        assert tree(out) == before
    released(out, "0.2")
    ran = run("release", spot(out, "1.0"), "--approved-by", MINISTER, "--on", ON)
    assert ran.code == 6 and "1.0 is released already; a new draft comes first" in ran.err


def test_a_text_that_would_come_out_otherwise_is_not_released(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def now(context: Context, record: Mapping[str, str]) -> Draft:
        found = compose(context, record)
        return replace(found, units=found.units[:-1])

    monkeypatch.setattr(making, "compose", now)
    before = tree(out)
    with pytest.raises(Refused, match=r"the text of 0\.1 would not come out as it was approved"):
        released(out)
    assert tree(out) == before


@pytest.mark.parametrize(
    ("role", "day", "code"),
    [("", ON, 3), (" ", ON, 3), ("Minister\u202e", ON, 3), ("M" * 201, ON, 3), (MINISTER, "tomorrow", 2), (MINISTER, "2026-02-30", 2)],
)  # fmt: skip
def test_office_and_day_are_checked(out: Path, role: str, day: str, code: int) -> None:
    before = tree(out)
    ran = run("release", spot(out, "0.1"), "--approved-by", role, "--on", day)
    assert (ran.code, tree(out)) == (code, before), ran.err
    assert "Traceback" not in ran.err


def test_a_version_outside_a_store_is_not_released(out: Path, tmp_path: Path) -> None:
    lost = shutil.copytree(spot(out, "0.1"), tmp_path / "lost")
    for command in (("release", lost, "--approved-by", MINISTER, "--on", ON), ("rebuild", lost)):
        ran = run(*command)
        assert ran.code == 6 and "lies outside a store" in ran.err
    ran = run("rebuild", tmp_path / "in")
    assert ran.code == 3 and "STORE-030" in ran.err


# Rebuild


def test_drafts_are_made_again_byte_for_byte_whatever_came_after_them(out: Path) -> None:
    assert run("regenerate", "--all", "--out", out, "--jobs", "1").code == 0
    released(out, "0.2")
    before = tree(out)
    for number in numbers(out, "tembala"):
        same(out, number)
    assert tree(out) == before
    ran = run("rebuild", spot(out, "0.2"))
    assert ran.code == 0 and "files come out byte for byte the same" in ran.out


def test_all_formats_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    store(tmp_path, "tembala")
    formats = [w for f in ("pdf", "html", "odt", "md") for w in ("--format", f)]
    ran = run("draft", tmp_path / "in/tembala", *STRATEGY, *formats, "--as-of", EARLY, "--out", tmp_path / "all")
    assert ran.code == 0, ran.err
    same(tmp_path / "all", "0.1")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a store made with a library in which one clause still read otherwise."""
    _, path = strategy_clause()
    words = shelf.built_in().files[path].split(b"\n", 1)[0]
    library = older_library(tmp_path / "older.zip", {path: (words, words + b" as it was")})
    store(tmp_path, "tembala")
    shutil.rmtree(tmp_path / "out")
    drafted(tmp_path / "in" / "tembala", tmp_path / "out", "--as-of", EARLY, "--library", library)
    return tmp_path / "out"


def test_a_version_is_made_again_from_the_library_of_its_day(old: Path) -> None:
    same(old, "0.1")
    assert run("regenerate", "--all", "--out", old, "--jobs", "1").code == 0
    for number in ("0.1", "0.2"):
        same(old, number)


def test_a_release_is_the_text_of_the_library_of_its_day(old: Path) -> None:
    assert released(old) == "1.0"
    assert receipt(old, "tembala", "1.0").library == receipt(old, "tembala", "0.1").library
    same(old, "1.0")


def test_today_s_library_is_told_apart_clause_by_clause(old: Path) -> None:
    clause, _ = strategy_clause()
    before = tree(old)
    ran = run("rebuild", spot(old, "0.1"), "--today")
    assert ran.code == 7, ran.err
    assert f"the library's text of {clause}" in ran.out.replace("\n    ", " ") and "changes with today's library" in ran.out.replace("1 change ", "1 changes ")  # fmt: skip
    assert tree(old) == before


def test_today_s_library_that_says_the_same_holds(out: Path) -> None:
    ran = run("rebuild", spot(out, "0.1"), "--today")
    assert ran.code == 0 and "today's library gives the same text" in ran.out


def test_what_was_changed_by_hand_does_not_come_out_again(out: Path) -> None:
    path = spot(out, "0.1") / "strategy.en.docx"
    path.write_bytes(path.read_bytes() + b" ")
    ran = run("rebuild", spot(out, "0.1"))
    assert ran.code == 7
    assert "strategy.en.docx: differs" in ran.out and "1 differ" in ran.out


def test_tools_of_another_version_are_named(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = {**tool_versions(), "Babel": "99.0"}
    monkeypatch.setattr(releasing, "tool_versions", lambda: now)
    ran = run("rebuild", spot(out, "0.1"))
    assert f"Babel: {tool_versions()['Babel']} then, 99.0 now" in ran.err


def test_a_version_whose_answers_were_taken_out_cannot_be_made_again(out: Path) -> None:
    (spot(out, "0.1") / "intake/country.yaml").unlink()
    ran = run("rebuild", spot(out, "0.1"))
    assert ran.code in (3, 6) and "Traceback" not in ran.err


# Reasons


def test_a_receipt_names_its_reasons_and_no_answer(tmp_path: Path) -> None:
    out = store(tmp_path, "norland")
    folder = tmp_path / "in" / "norland"
    text = (folder / "country.yaml").read_text("utf-8")
    assert 'cross_border_sharing: "yes"' in text and "review_interval: two_years" in text
    put(folder, {"country.yaml": text.replace("review_interval: two_years", "review_interval: one_year")})
    drafted(folder, out, "--as-of", TODAY)
    made = receipt(out, "norland", "0.2")
    assert receipt(out, "norland", "0.1").reasons == ()
    assert OMNIBUS in made.updates and any("Digital Omnibus" in r for r in made.reasons)
    assert len(made.reasons) <= making.MOST_REASONS
    assert not any("one_year" in r or "two_years" in r for r in made.reasons)
