"""From draft to draft: which version was circulated, whose numbers the next one keeps, and when they are told anew."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from journeys import draft_of, put, run, tree
from standing_stores import EARLY, OMNIBUS, STRATEGY, numbers, older_library, receipt, store

from pipeline.compose.changes import CONCORDANCE, same_text
from pipeline.compose.concordance import numbered_headings
from pipeline.model.draft import Heading
from pipeline.project import batching, shelf
from pipeline.project.circulation import kept_numbers, last_circulated
from pipeline.project.making import quiet
from pipeline.project.order import Order, Outcome
from pipeline.project.releasing import rebuild
from pipeline.store import codec, version
from pipeline.store.receipt import Adopted

SLUG = "tembala"
FIRST, MIDDLE, LAST = "objective-lawful-basis", "community-forum", "progress-report"
"""The first of a chapter, one within, and the last."""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a store with version 0.1 of Tembala's strategy; its folder lies in `in` beside it."""
    return store(tmp_path, SLUG)


def spot(out: Path, number: str, document: str = "strategy") -> Path:
    return out / SLUG / document / number


def folder(out: Path) -> Path:
    return out.parent / "in" / SLUG


def without(out: Path, *clauses: str) -> None:
    """Let the country leave out some clauses, and no others."""
    path = folder(out) / "decisions.yaml"
    kept = path.read_text("utf-8").partition("  - leave_out:")[0]
    told = "".join(
        f'  - leave_out: {c}\n    owner: "Head of the legal department"\n    date: 2026-06-01\n    reason: "Not now."\n'
        for c in clauses
    )
    path.write_text(kept + told, "utf-8")


def draft(out: Path, *words: str | Path) -> str:
    """Draft the strategy again and return what is told."""
    ran = run("draft", folder(out), *STRATEGY, "--as-of", EARLY, "--out", out, *words)
    assert ran.code == 0, ran.err
    return ran.out


def sent(out: Path, number: str, stage: str = "consultation") -> None:
    """Record that a version came to a stage."""
    ran = run("history", spot(out, number), "--stage", stage, "--on", "2026-12-01", "--to", "Bar Association")
    assert ran.code == 0, ran.err


def labels(out: Path, number: str, document: str = "strategy") -> dict[str, str]:
    return {a: label for a, (label, _) in numbered_headings(draft_of(spot(out, number, document))).items()}


def told(out: Path, number: str) -> tuple[dict[str, str], tuple[str, ...], dict[str, str]]:
    made = receipt(out, SLUG, number)
    return dict(made.numbers), made.renumbered, dict(made.left)


def concordance(out: Path, number: str) -> str:
    """Return the title of a version's concordance; empty where it has none."""
    unit = draft_of(spot(out, number)).units[-1]
    head = unit.blocks[0]
    return head.text if unit.anchor == CONCORDANCE and isinstance(head, Heading) else ""


def same(out: Path) -> None:
    """Check that every version comes out byte for byte the same."""
    for number in numbers(out, SLUG):
        found = rebuild(spot(out, number), today=False, progress=quiet)
        assert (number, found.different) == (number, ())


def test_what_was_never_circulated_is_numbered_anew_each_time(out: Path) -> None:
    without(out, FIRST)
    said = draft(out)
    assert "numbers" not in said
    assert told(out, "0.2") == ({}, (), {})
    assert labels(out, "0.2")["clause:objective-people-in-charge"] == "2.1"
    assert "numbers" not in json.loads((spot(out, "0.2") / "receipt.json").read_bytes())


def test_numbers_of_a_circulated_draft_stay(out: Path) -> None:
    without(out, FIRST, MIDDLE, LAST)
    draft(out)
    sent(out, "0.2")
    before = labels(out, "0.2")
    without(out, "stop-exercises")
    said = draft(out)
    assert "numbers stay as in version 0.2" in said
    now = labels(out, "0.3")
    assert [now[f"clause:{c}"] for c in (FIRST, MIDDLE, LAST)] == ["2.A1", "4.2A", "4.38"]
    assert {a: n for a, n in now.items() if a in before} == {a: n for a, n in before.items() if a in now}
    gone = before["clause:stop-exercises"]
    assert gone == "4.3" and gone not in now.values()
    assert told(out, "0.3") == ({"strategy": "0.2"}, (), {"clause 4.3": "clause:stop-exercises"})
    same(out)


def test_a_draft_that_was_not_circulated_fixes_nothing_further(out: Path) -> None:
    without(out, MIDDLE, "speak-up-channel")
    draft(out)
    sent(out, "0.2")
    without(out, "speak-up-channel")
    draft(out)
    assert labels(out, "0.3")[f"clause:{MIDDLE}"] == "4.2A"
    without(out, MIDDLE)
    draft(out)
    assert labels(out, "0.4")["clause:speak-up-channel"] == "4.1A"
    without(out)
    draft(out)
    now = labels(out, "0.5")
    assert (now["clause:speak-up-channel"], now[f"clause:{MIDDLE}"]) == ("4.1A", "4.2A")
    assert told(out, "0.5")[0] == {"strategy": "0.2"}


def test_a_number_that_was_circulated_and_left_is_nobody_else_s_however_long_ago(out: Path) -> None:
    without(out, MIDDLE)
    draft(out)
    sent(out, "0.2")
    without(out, LAST)
    draft(out)
    sent(out, "0.3")
    assert labels(out, "0.3")[f"clause:{MIDDLE}"] == "4.3A"
    assert told(out, "0.3")[2] == {"clause 4.38": f"clause:{LAST}"}
    without(out, MIDDLE, LAST)
    draft(out)
    assert told(out, "0.4")[2] == {"clause 4.38": f"clause:{LAST}", "clause 4.3A": f"clause:{MIDDLE}"}
    sent(out, "0.4")
    without(out)
    draft(out)
    now = labels(out, "0.5")
    assert (now[f"clause:{LAST}"], now[f"clause:{MIDDLE}"]) == ("4.38", "4.3A"), "what comes back has its number again"
    same(out)


def test_what_comes_back_does_not_take_the_place_of_what_stands(out: Path) -> None:
    without(out, MIDDLE)
    draft(out)
    sent(out, "0.2")
    without(out, "stop-exercises")
    draft(out)
    sent(out, "0.3")
    without(out)
    draft(out)
    now = labels(out, "0.4")
    assert (now["clause:stop-exercises"], now[f"clause:{MIDDLE}"]) == ("4.2ZA", "4.2A")


@pytest.mark.parametrize("how", ["stage", "consultation", "public", "release", "adopted"])
def test_what_counts_as_circulated(out: Path, how: str) -> None:
    def last() -> str:
        found = last_circulated(out, SLUG, "strategy", numbers(out, SLUG))
        return found.version if found else ""

    without(out, MIDDLE)
    assert last() == ""
    if how == "stage":
        sent(out, "0.1", "internal")
    elif how == "release":
        ran = run("release", spot(out, "0.1"), "--approved-by", "Minister", "--on", "2026-12-01")
        assert ran.code == 0, ran.err
    elif how == "adopted":
        path = spot(out, "0.1") / "receipt.json"
        path.chmod(0o644)
        path.write_bytes(codec.dump(replace(receipt(out, SLUG, "0.1"), adopted=Adopted("0.1", "0" * 64))))
    else:
        draft(out, "--audience", how)
    expected = {"stage": "0.1", "adopted": "0.1", "release": "1.0"}.get(how, "0.2")
    assert last() == expected
    kept = kept_numbers(out, SLUG, ("strategy",), {})
    assert kept["strategy"].version == expected and kept["strategy"].drafts.keys() == {"en"}


def test_a_version_that_was_circulated_is_not_drafted_again_for_that(out: Path) -> None:
    sent(out, "0.1")
    assert "nothing changed since version 0.1" in draft(out)
    assert "nothing changed since version 0.1" in draft(out, "--renumber"), "its numbers are those of a fresh count"
    without(out, MIDDLE)
    draft(out)
    sent(out, "0.2")
    assert "nothing changed since version 0.2" in draft(out)


def test_an_older_draft_that_was_circulated_late_gets_its_numbers_back(out: Path) -> None:
    without(out, MIDDLE)
    draft(out)
    assert labels(out, "0.2")["clause:no-tools-brought-along"] == "4.4"
    sent(out, "0.1")
    assert "0.3" in draft(out)
    assert labels(out, "0.3")["clause:no-tools-brought-along"] == "4.5"
    assert "nothing changed since version 0.3" in draft(out)
    same(out)


# Numbered anew


def test_a_renumbered_draft_and_those_after_it_tell_old_numbers_from_new(out: Path) -> None:
    without(out, MIDDLE)
    draft(out)
    sent(out, "0.2")
    without(out, "stop-exercises")
    draft(out)
    assert labels(out, "0.3")[f"clause:{MIDDLE}"] == "4.2A" and not concordance(out, "0.3")
    said = draft(out, "--renumber")
    assert "numbered anew; a concordance tells the numbers of version 0.2" in said
    assert labels(out, "0.4")[f"clause:{MIDDLE}"] == "4.3"
    assert told(out, "0.4") == ({"strategy": "0.2"}, ("strategy",), {})
    assert concordance(out, "0.4") == "Concordance of numbers with version 0.2"
    assert "nothing changed since version 0.4" in draft(out)
    without(out)
    draft(out)
    assert told(out, "0.5")[1] == ("strategy",) and concordance(out, "0.5")
    assert labels(out, "0.5")[f"clause:{MIDDLE}"] == "4.4"
    sent(out, "0.5")
    assert "nothing changed since version 0.5" in draft(out), "that a concordance falls away is no change"
    without(out, "stop-exercises")
    draft(out)
    assert told(out, "0.6") == ({"strategy": "0.5"}, (), {"clause 4.3": "clause:stop-exercises"})
    assert labels(out, "0.6")[f"clause:{MIDDLE}"] == "4.4" and not concordance(out, "0.6")
    same(out)


def test_a_release_is_numbered_as_the_draft_that_was_approved(out: Path) -> None:
    sent(out, "0.1")
    without(out, MIDDLE)
    draft(out, "--renumber")
    sent(out, "0.2", "approval")  # from now on the numbers of 0.2 count
    before = tree(spot(out, "0.2"))
    ran = run("release", spot(out, "0.2"), "--approved-by", "Minister", "--on", "2026-12-01")
    assert ran.code == 0, ran.err
    assert labels(out, "1.0") == labels(out, "0.2") and concordance(out, "1.0") == concordance(out, "0.2") != ""
    assert told(out, "1.0") == told(out, "0.2")
    assert same_text(draft_of(spot(out, "0.2")), draft_of(spot(out, "1.0")), releasing=True)
    assert tree(spot(out, "0.2")) == before
    same(out)
    without(out)
    draft(out)
    newest = numbers(out, SLUG)[-1]
    assert told(out, newest)[0] == {"strategy": "1.0"} and labels(out, newest)[f"clause:{MIDDLE}"] == "4.3A"


def test_a_copy_for_other_readers_has_the_same_numbers_and_the_concordance(out: Path, tmp_path: Path) -> None:
    without(out, MIDDLE)
    draft(out)
    sent(out, "0.2")
    without(out, "stop-exercises")
    draft(out)
    draft(out, "--renumber")
    for number, expected in (("0.3", "4.2A"), ("0.4", "4.3")):
        copy = tmp_path / f"{number}.md"
        ran = run("render", spot(out, number), "--format", "md", "--audience", "consultation", "-o", copy)
        assert ran.code == 0, ran.err
        text = copy.read_text("utf-8")
        assert f"{expected} Standing talks with communities" in text
        assert ("Concordance of numbers with version 0.2" in text) == (number == "0.4")


def test_without_a_circulated_version_there_is_nothing_to_renumber(out: Path) -> None:
    without(out, MIDDLE)
    assert "numbered anew" not in draft(out, "--renumber")
    assert told(out, "0.2") == ({}, (), {}) and not concordance(out, "0.2")


def test_a_library_of_before_concordances_is_named_where_one_is_wanted(out: Path, tmp_path: Path) -> None:
    sent(out, "0.1")
    without(out, MIDDLE)
    words = {"templates/documents/words.yaml": (b"  concordance_title:", b"  of_old:")}
    library = older_library(tmp_path / "older.zip", words)
    ran = run("draft", folder(out), *STRATEGY, "--as-of", EARLY, "--out", out, "--library", library, "--renumber")
    assert ran.code == 4 and "OUTLINE-001" in ran.err and "no words for a concordance" in ran.err
    draft(out, "--library", library)
    assert labels(out, "0.2")["clause:no-tools-brought-along"] == "4.5"


# Other commands


def test_regenerate_follows_the_circulated_version(tmp_path: Path) -> None:
    out = store(tmp_path, "norland")
    gone = "clause:objective-people-in-charge"
    before = numbered_headings(draft_of(out / "norland" / "strategy" / "0.1"))
    ran = run("history", out / "norland/strategy/0.1", "--stage", "internal", "--on", "2026-07-02", "--to", "Ministry")
    assert ran.code == 0, ran.err
    assert run("regenerate", "--all", "--out", out, "--jobs", "1").code == 0
    newest = numbers(out, "norland")[-1]
    assert newest != "0.1" and OMNIBUS
    assert dict(receipt(out, "norland", newest).numbers) == {"strategy": "0.1"}
    now = numbered_headings(draft_of(out / "norland" / "strategy" / newest))
    assert gone in now and {a: now[a] for a in now if a in before} == {a: before[a] for a in before if a in now}


def test_batch_finds_what_stands_and_follows_what_was_circulated(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("batch", out.parent / "in", *STRATEGY, "--as-of", EARLY, "--out", out, "--jobs", "1")
    sent(out, "0.1")

    def never(order: Order) -> Outcome:
        raise AssertionError("what stands is found without making it")

    with monkeypatch.context() as patch:
        patch.setattr(batching, "attempted", never)
        assert "nothing changed" in run(*words).out
    without(out, MIDDLE)
    assert "strategy 0.2" in run(*words).out
    assert labels(out, "0.2")["clause:no-tools-brought-along"] == "4.5"
    with monkeypatch.context() as patch:
        patch.setattr(batching, "attempted", never)
        assert "nothing changed" in run(*words).out


def test_batch_looks_again_where_an_older_version_was_circulated_late(out: Path) -> None:
    without(out, MIDDLE)
    draft(out)
    sent(out, "0.1")
    words = ("batch", out.parent / "in", *STRATEGY, "--as-of", EARLY, "--out", out, "--jobs", "1")
    assert "strategy 0.3" in run(*words).out
    assert labels(out, "0.3")["clause:no-tools-brought-along"] == "4.5"
    assert "nothing changed" in run(*words).out


def test_the_explanatory_note_follows_the_guidelines_that_were_circulated(out: Path) -> None:
    both = ("--document", "guidelines", "--document", "explanatory", "--format", "md", "--as-of", EARLY, "--out", out)
    assert run("draft", folder(out), *both).code == 0
    ran = run("history", spot(out, "0.1", "guidelines"), "--stage", "consultation", "--on", "2026-12-01", "--to", "Bar")
    assert ran.code == 0, ran.err
    gone = next(a for a, n in labels(out, "0.1", "guidelines").items() if n == "5.2").removeprefix("clause:")
    without(out, gone)
    assert run("draft", folder(out), *both).code == 0
    now = numbered_headings(draft_of(spot(out, "0.2", "guidelines")))
    assert "5.2" not in {label for label, _ in now.values()}
    note = (spot(out, "0.2", "explanatory") / "explanatory.en.md").read_text("utf-8")
    assert [f"{n} {t}" for n, t in now.values() if n.startswith("5.") and f"{n} {t}" not in note] == []
    assert dict(receipt(out, SLUG, "0.2", "explanatory").numbers) == {"guidelines": "0.1"}
    found = rebuild(spot(out, "0.2", "explanatory"), today=False, progress=quiet)
    assert found.different == ()


def test_why_goes_by_the_numbers_that_were_printed(out: Path) -> None:
    without(out, MIDDLE)
    draft(out)
    sent(out, "0.2")
    without(out, "stop-exercises")
    draft(out)
    asked = ("why", folder(out), "--as-of", EARLY, "--out", out)
    assert f"[{MIDDLE}] (strategy): IN" in run(*asked, "4.2A").out
    assert "[stop-exercises] (strategy 0.2): OUT" in run(*asked, "4.3").out
    assert "[no-tools-brought-along] (strategy): IN" in run(*asked, "4.4").out
    fresh = run("why", folder(out), "--as-of", EARLY, "--out", out.parent / "none", "4.3").out
    assert f"[{MIDDLE}] (strategy): IN" in fresh
    assert run(*asked, "4.3B").code == 3


def test_versions_of_another_state_say_nothing_of_numbers(out: Path) -> None:
    path = folder(out) / "country.yaml"
    text = path.read_text("utf-8")
    name = next(line for line in text.splitlines() if line.startswith("name:"))
    path.write_text(text.replace(name, 'name: "Elsewhere"', 1), "utf-8")
    without(out, MIDDLE)
    asked = run("why", folder(out), "--as-of", EARLY, "--out", out, "4.4")
    assert "[no-tools-brought-along] (strategy): IN" in asked.out, asked.err


def test_receipts_of_before_are_followed(out: Path) -> None:
    """A store in which nobody knew of numbers that stay: its receipts have none of the fields."""
    assert not {"numbers", "renumbered", "left"} & json.loads((spot(out, "0.1") / "receipt.json").read_bytes()).keys()
    old = Path(__file__).resolve().parent / "data" / "stores" / "format-1"
    assert last_circulated(old, "tinyland", "guidelines", version.versions(old, "tinyland", "guidelines")) is None
    copy = out.parent / "copy"
    shutil.copytree(old, copy)
    ran = run(
        "history", copy / "tinyland/guidelines/0.2", "--stage", "internal", "--on", "2026-12-01", "--to", "Office"
    )
    assert ran.code == 0, ran.err
    kept = kept_numbers(copy, "tinyland", ("guidelines",), {})["guidelines"]
    assert (kept.version, dict(kept.left), kept.renumbered) == ("0.2", {}, False)


def test_a_stored_draft_that_is_damaged_is_named(out: Path) -> None:
    sent(out, "0.1")
    without(out, MIDDLE)
    path = spot(out, "0.1") / "draft.json"
    path.chmod(0o644)
    put(path.parent, {"draft.json": b'{"units": 1}'})
    ran = run("draft", folder(out), *STRATEGY, "--as-of", EARLY, "--out", out)
    assert ran.code == 3 and "STORE-010" in ran.err
    assert shelf.built_in().library.words
