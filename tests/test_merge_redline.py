"""Two versions as one marked file: to accept all gives the newer, to reject all the older (case 25), moves among it."""

from __future__ import annotations

from collections.abc import Callable

import marks
import pytest
import revisions
from draft_changes import (
    bold,
    cell,
    clause_added,
    clause_dropped,
    clause_moved,
    heading,
    note_added,
    note_changed,
    paragraph_added,
    paragraph_dropped,
    ref_added,
    row_added,
    row_dropped,
    word,
)
from merging import AGENCIES, BASIS, CONTRACT, GATE, HEAD, LOGS, PAGE, QUALITY, REVIEW, SCOPE, Merged, ours, redline
from ministry import Document
from revisions import Pair
from word_parts import plain
from word_reading import counted

PAIRS = {"dozen": revisions.dozen, "strategy": revisions.strategy, "arabic": revisions.arabic}


def lines(data: bytes | dict[str, bytes]) -> list[str]:
    return [t for t in plain(data) if not PAGE.search(t)]


def printed(data: bytes) -> list[tuple[str, str]]:
    """Return the paragraphs with what Word prints before them, contents left out."""
    return [(n, t) for n, t in counted(data) if t.strip() and not PAGE.search(t)]


def both_ways(pair: Pair, one: Merged) -> None:
    """Hold that a redline leads to either version, with every number and every reference as printed there."""
    accepted, rejected = (marks.packed(f(one.data)) for f in (marks.accepted, marks.rejected))
    assert lines(accepted) == lines(pair.new_docx)
    assert lines(rejected) == lines(pair.old_docx)
    assert printed(accepted) == printed(pair.new_docx)
    assert marks.difference(rejected, pair.old_docx) == ""


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_25_accept_gives_the_newer_and_reject_the_older(pair: Callable[[], Pair]) -> None:
    made = pair()
    one = redline(made, script="rtl" if made.new.rtl else "latin")
    both_ways(made, one)
    assert one.conflicts() == []
    assert {a.state for a in one.revised.actions} <= {"kept", "updated", "added", "dropped", "moved"}


def test_25_one_of_everything() -> None:
    new = clause_added("clause:new", "New", "It is new.", "And so on.", after=GATE)
    pair = ours(
        word(HEAD, "money", "funds"), heading(LOGS, "Logs"), paragraph_added(GATE, "lend it;", 1), paragraph_dropped(QUALITY, 4),
        note_changed(BASIS, "Art. 8", "Art. 9"), note_added(REVIEW, "Act 9.", 1), cell(AGENCIES, 0, 2, "Regional"),
        row_dropped(AGENCIES, 1), row_added(AGENCIES, ("Customs", "Customs", "National", "Law"), 0), clause_dropped(CONTRACT),
        bold(SCOPE, "outside these guidelines"), new, ref_added("clause:new", "It is", LOGS), renumbered=True,
    )  # fmt: skip
    one = redline(pair)
    both_ways(pair, one)
    kinds = {h.kind for a in one.revised.actions for h in a.hunks}
    assert kinds == {"words", "paragraph", "row", "note", "unit", "look"}


def test_a_moved_clause_is_taken_away_and_put_in_elsewhere() -> None:
    pair = ours(clause_moved(LOGS, after=SCOPE), renumbered=True)
    one = redline(pair)
    both_ways(pair, one)
    assert [a.anchor for a in one.revised.actions if a.state == "moved"] == [LOGS]
    at = Document(marks.packed(marks.accepted(one.data))).anchors()
    assert at.index(LOGS) == at.index(SCOPE) + 1


def test_a_moved_and_changed_clause() -> None:
    pair = ours(clause_moved(GATE, after=LOGS), word(GATE, "approval", "consent"), renumbered=True)
    both_ways(pair, redline(pair))


def test_two_clauses_that_changed_places() -> None:
    pair = ours(clause_moved(HEAD, after=GATE), clause_moved(SCOPE, after=QUALITY), renumbered=True)
    both_ways(pair, redline(pair))


def test_numbers_count_where_clauses_are_counted_anew() -> None:
    pair = ours(clause_dropped(BASIS), ref_added(GATE, "real persons", LOGS), renumbered=True)
    both_ways(pair, redline(pair))


def test_a_reference_whose_number_changed_is_marked() -> None:
    old = ours(ref_added(GATE, "real persons", LOGS)).new
    pair = ours(clause_dropped(BASIS), of=old, renumbered=True)
    one = redline(pair)
    both_ways(pair, one)
    assert one.state(GATE) == "updated"


def test_points_counted_anew_and_points_that_have_letters() -> None:
    pair = ours(paragraph_added(GATE, "lend it;", 1), paragraph_dropped(CONTRACT, 2), renumbered=True)
    both_ways(pair, redline(pair))


def test_versions_that_agree_come_back_as_they_are() -> None:
    pair = ours()
    one = redline(Pair(pair.old, pair.old, pair.old_docx, pair.old_docx))
    assert one.data == pair.old_docx
