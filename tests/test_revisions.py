"""The pairs of versions that the tests of redline and merge share are what they say: drafted, drawn, and different."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from draft_changes import (
    Change,
    bold,
    cell,
    clause_added,
    clause_dropped,
    clause_moved,
    clause_split,
    clauses_joined,
    clauses_of,
    heading,
    lines_of,
    note_added,
    note_changed,
    note_dropped,
    paragraph_added,
    paragraph_dropped,
    paragraph_styled,
    ref_added,
    referring,
    row_added,
    row_dropped,
    unit_of,
    word,
)
from draft_counting import mapped, recounted
from journeys import notes, paragraphs, titles
from revisions import ARABIC_DAYS, Pair, arabic, dozen, drawn, english, large, made, strategy, us_federal
from word_reading import W, lines, tree, unpacked

from pipeline.compose.changes import same_text
from pipeline.model.draft import Block, Draft, Footnote, Heading, Inline, Paragraph, Ref, Run, Table, plain
from pipeline.render.docx import Anchors
from pipeline.word import anchors

PAIRS = {"english": english, "dozen": dozen, "strategy": strategy, "us-federal": us_federal, "arabic": arabic, "large": large}  # fmt: skip
needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
each = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)


def differing(pair: Pair) -> set[str]:
    """Return the anchors of units that stand in one draft only, or say or look something else, numbers left out."""
    old, new = ({u.anchor: [_bare(b) for b in u.blocks] for u in d.units} for d in (pair.old, pair.new))
    return {a for a in {*old, *new} if old.get(a) != new.get(a)}


def _bare(block: Block) -> Block:
    """Return a block without its number, those of its footnotes, and what its cross-references print."""
    if isinstance(block, Heading | Paragraph):
        block = replace(block, label="")
    return mapped(block, lambda line: tuple(_numberless(i) for i in line))


def _numberless(inline: Inline) -> Inline:
    if isinstance(inline, Ref):
        return replace(inline, text="")
    return replace(inline, number=0) if isinstance(inline, Footnote) else inline


# Real updates


@each
def test_both_versions_are_drafted_and_differ(pair: Callable[[], Pair]) -> None:
    old, new = pair().old, pair().new
    assert (old.version, new.version) == ("0.1", "0.2")
    assert old.as_of < new.as_of
    assert not same_text(old, new)
    assert differing(pair())


@each
def test_a_file_has_the_units_of_its_draft(pair: Callable[[], Pair]) -> None:
    one = pair()
    for draft, data in ((one.old, one.old_docx), (one.new, one.new_docx)):
        kept = anchors.kept(unpacked(data))
        assert kept is not None
        assert list(kept.units) == [u.anchor for u in draft.units]
        names = {e.get(f"{W}name") for e in tree(data).iter(f"{W}bookmarkStart")}
        assert {anchors.bookmark(u.anchor) for u in draft.units} <= names
        assert {draft.version, draft.as_of} <= {kept.record["version"], kept.record["as_of"]}


@each
def test_the_profile_decides_whether_there_are_controls(pair: Callable[[], Pair]) -> None:
    one = pair()
    tags = [str(e.get(f"{W}val")) for e in tree(one.new_docx).iter(f"{W}tag")]
    wanted = [] if one.new.rtl else [u.anchor for u in one.new.units]
    assert [t for t in tags if ":" in t] == wanted


@pytest.mark.parametrize("pair", [english, strategy, arabic])
def test_counting_by_hand_is_counting_as_composing_counts(pair: Callable[[], Pair]) -> None:
    one = pair()
    assert recounted(one.old) == one.old
    assert recounted(one.new, one.old) == one.new


def test_the_regulation_moves_dates_and_changes_clauses_of_norland() -> None:
    kinds = {s.kind for s in english().shifts}
    assert {"date", "enters", "leaves", "wording", "law"} <= kinds
    assert differing(english()) & differing(dozen()) >= {"clause:impact-assessment-content-eu", "part:instruments"}
    assert any(isinstance(b, Table) for a in differing(strategy()) for b in unit_of(strategy().new, a).blocks)


def test_the_memorandum_changes_clauses_of_the_united_states() -> None:
    assert {s.kind for s in us_federal().shifts} >= {"date", "enters", "leaves", "wording", "law"}


def test_the_working_copy_differs_too() -> None:
    one = english("working")
    assert one.old.audience == "working"
    assert "part:open-questions" in {u.anchor for u in one.old.units}


# Arabic


def test_the_arabic_update_changes_one_thing_of_each_kind() -> None:
    pair = arabic()
    assert (pair.old.as_of, pair.new.as_of) == ARABIC_DAYS
    assert len(clauses_of(pair.old)) == 12
    assert {(s.anchor.removeprefix("clause:"), s.kind) for s in pair.shifts} == {
        ("printed-signs", "leaves"), ("incident-report", "enters"), ("human-review", "stronger"),
        ("erasure-and-retention", "wording"), ("public-register", "date"), ("information-security", "law"),
        ("part:instruments", "part"),
    }  # fmt: skip
    changed = {s.anchor for s in pair.shifts} | {"part:changes", "part:glossary", "part:counsel-notes"}
    assert differing(pair) <= changed
    was, now = ("".join(paragraphs(_only(d, "clause:erasure-and-retention"))) for d in (pair.old, pair.new))
    assert now == was.replace("ثلاثين", "ستين") != was


def _only(draft: Draft, anchor: str) -> Draft:
    return replace(draft, units=(unit_of(draft, anchor),))


NAMES = ("ISO/IEC", "INTERPOL", "UNICRI", "ICSE")
"""What the Arabic texts name in Latin letters."""


def test_arabic_drafts_are_in_arabic_but_for_names_and_the_table_of_changes() -> None:
    for draft in (arabic("working").old, arabic("working").new):
        told = replace(draft, units=tuple(u for u in draft.units if u.anchor != "part:changes"))
        heads = [t for u in told.units for b in u.blocks for t in titles(b)]
        said = [*paragraphs(told), *notes(told), *heads, *(v for row in draft.cover.control for v in row)]
        foreign = {w for text in said for w in re.findall(r"[A-Za-z][A-Za-z/]{2,}", text)}
        assert foreign <= set(NAMES)


def test_arabic_texts_mix_scripts_figures_points_notes_and_tables() -> None:
    draft = arabic().new
    text = " ".join(paragraphs(draft))
    assert "وISO/IEC 42001:2023" in text
    assert "I-24/7" in text
    blocks = [b for u in draft.units for b in u.blocks]
    assert {"point", "subpoint", "numbered", "clause"} <= {b.role for b in blocks if isinstance(b, Paragraph)}
    assert sum(isinstance(b, Table) for b in blocks) >= 5
    assert len([*notes(draft)]) == 11
    assert any(isinstance(i, Ref) for b in blocks for line in lines_of(b) for i in line)
    assert any(isinstance(i, Run) and i.mark == "choice" for b in blocks for line in lines_of(b) for i in line)


@pytest.mark.parametrize("profile", ["libre", "word"])
@needs_libreoffice
def test_libreoffice_keeps_every_word_and_unit_of_the_arabic_file(profile: Anchors, tmp_path: Path) -> None:
    pair = arabic("consultation", profile)
    (tmp_path / "a.docx").write_bytes(pair.new_docx)
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    subprocess.run(
        [*command, "docx", "--outdir", str(tmp_path / "again"), str(tmp_path / "a.docx")],
        check=True, capture_output=True, timeout=170,
    )  # fmt: skip
    saved = (tmp_path / "again" / "a.docx").read_bytes()
    assert [_plain(t) for t in lines(saved) if _plain(t)] == [_plain(t) for t in lines(pair.new_docx) if _plain(t)]
    names = {e.get(f"{W}name") for e in tree(saved).iter(f"{W}bookmarkStart")}
    assert {anchors.bookmark(u.anchor) for u in pair.new.units} <= names


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)


# Changes by hand

A, B, C = "clause:scope-exclusions", "clause:legal-basis-before-any-step", "clause:approval-gate"
CHANGES: dict[str, tuple[tuple[Change, ...], set[str]]] = {
    "word": ((word(C, "approval", "consent"),), {C}),
    "bold": ((bold(C, "approval"),), {C}),
    "heading": ((heading(C, "The gate"),), {C}),
    "paragraph added": ((paragraph_added(A, "One more sentence.", 0),), {A}),
    "point added": ((paragraph_added(C, "one more point;", 2),), {C}),
    "point dropped": ((paragraph_dropped(C, 2),), {C}),
    "paragraph styled": ((paragraph_styled("clause:transition-eu-calendar", 0, "small"),), {"clause:transition-eu-calendar"}),
    "note changed": ((note_changed(C, "Art.", "Article"),), {C}),
    "note dropped": ((note_dropped(C),), {C}),
    "note added": ((note_added(C, "A note of its own."),), {C}),
    "cell": ((cell("part:glossary", 1, 1, "Another meaning."),), {"part:glossary"}),
    "row added": ((row_added("part:glossary", ("aaa", "A new term."), -1),), {"part:glossary"}),
    "row dropped": ((row_dropped("part:glossary", 2),), {"part:glossary"}),
    "clause added": ((clause_added("clause:new", "New", "One.", "Two.", after=A),), {"clause:new"}),
    "clause dropped": ((clause_dropped(C),), {C, "part:instruments"}),
    "clause split": ((clause_split(A, 2, ("clause:one", "One"), ("clause:two", "Two")),), {A, "clause:one", "clause:two", "part:instruments"}),
    "clauses joined": ((clauses_joined(A, B, "clause:both", "Both"),), {A, B, "clause:both", "part:instruments"}),
    "ref": ((ref_added(A, "person", C),), {A}),
    "two": ((word(C, "approval", "consent"), heading(A, "Out of scope")), {A, C}),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "touched"), CHANGES.values(), ids=CHANGES)
def test_a_change_by_hand_changes_what_it_names(changes: tuple[Change, ...], touched: set[str]) -> None:
    pair = made(*changes, of=dozen().old)
    assert differing(pair) == touched
    kept = anchors.kept(unpacked(pair.new_docx))
    assert kept is not None
    assert list(kept.units) == [u.anchor for u in pair.new.units]


def test_no_change_changes_nothing() -> None:
    pair = made(of=dozen().old)
    assert differing(pair) == set()
    assert pair.old_docx == drawn(dozen().old)


def test_a_moved_clause_says_the_same_elsewhere() -> None:
    pair = made(clause_moved(C, after=A), of=dozen().old)
    assert {u.anchor: _words(pair.old, u.anchor) for u in pair.old.units} == {
        u.anchor: _words(pair.new, u.anchor) for u in pair.new.units
    }
    names = [u.anchor for u in pair.new.units]
    assert names.index(C) == names.index(A) + 1
    assert names != [u.anchor for u in pair.old.units]


def _words(draft: Draft, anchor: str) -> tuple[str, ...]:
    return tuple(plain(line) for b in unit_of(draft, anchor).blocks if isinstance(b, Paragraph) for line in lines_of(b))


def test_numbers_of_a_circulated_draft_stay_and_can_be_counted_anew() -> None:
    change = clause_added("clause:new", "New", "It stands.", after=A)
    behind = [a for a in clauses_of(dozen().old) if a != A]
    kept, anew = made(change, of=dozen().old).new, made(change, of=dozen().old, renumbered=True).new
    assert _label(kept, "clause:new") == _label(kept, A) + "A"
    assert [_label(kept, a) for a in behind] == [_label(dozen().old, a) for a in behind]
    assert [_label(anew, a) for a in behind] != [_label(dozen().old, a) for a in behind]


def _label(draft: Draft, anchor: str) -> str:
    first = unit_of(draft, anchor).blocks[0]
    return first.label if isinstance(first, Heading) else ""


def test_what_referred_to_a_dropped_clause_names_its_title() -> None:
    linked = made(ref_added(A, "person", C), of=dozen().old).new
    assert A in referring(linked, C)
    pair = made(clause_dropped(C), of=linked)
    title = unit_of(linked, C).blocks[0]
    assert isinstance(title, Heading)
    assert referring(pair.new, C) == ()
    assert f"“{title.text}”" in "".join(_words(pair.new, A))


@pytest.mark.parametrize(
    "change",
    [word(A, "not in there", "x"), word(A, "the", "x", nth=99), note_changed(A, "not in there", "x"), paragraph_dropped(A, 99)],
)  # fmt: skip
def test_a_change_that_finds_nothing_fails(change: Change) -> None:
    with pytest.raises(AssertionError):
        made(change, of=dozen().old)


def test_footnotes_are_counted_through_after_a_change() -> None:
    new = made(note_added(A, "A note of its own."), clause_dropped(C), of=dozen().old).new
    numbers = [i.number for u in new.units for b in u.blocks for line in lines_of(b) for i in line if isinstance(i, Footnote)]  # fmt: skip
    assert numbers == list(range(1, len(numbers) + 1))


# A long draft


def test_the_long_draft_is_as_long_as_asked_and_a_third_of_it_changes() -> None:
    pair = large()
    assert len(clauses_of(pair.old)) == 220
    assert 20_000 < sum(len(t.split()) for t in paragraphs(pair.old)) < 40_000
    assert len([*notes(pair.old)]) > 100
    touched = {a for a in differing(pair) if a.startswith("clause:")}
    assert 60 <= len(touched) <= 90
    assert differing(pair) >= {"part:registry", "part:measures"}


def test_clauses_of_the_long_draft_share_no_sentence() -> None:
    said = [s for u in large().old.units for b in u.blocks if isinstance(b, Paragraph) and b.role in ("clause", "numbered") for s in plain(b.inlines).split(". ")]  # fmt: skip
    long = [s for s in said if len(s.split()) > 9]
    assert len(long) > 800
    assert len(set(long)) > 0.99 * len(long)


def test_a_seed_gives_the_same_long_draft_and_another_seed_another() -> None:
    assert large(30, 10, 5).new == large.__wrapped__(30, 10, 5).new
    assert large(30, 10, 5).old != large(30, 10, 6).old
