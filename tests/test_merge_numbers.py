"""Numbers of a circulated file stay: insertions get letters, what follows keeps its number, in every kind of numbering."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache

import marks
import ministry
import pytest
import revisions
from draft_changes import (
    Change,
    clause_added,
    clause_dropped,
    clauses_of,
    excerpt,
    paragraph_added,
    paragraph_dropped,
    ref_added,
    unit_of,
    word,
)
from draft_counting import recounted
from merging import BASIS, CONTRACT, GATE, HEAD, LATER, LOGS, QUALITY, REVIEW, SCOPE, Merged, kept, merge, ours
from ministry import Document
from revisions import Pair, drawn, made
from word_parts import stories, unpacked, w
from word_reading import counted

from pipeline.model.draft import Draft, Heading, NumberLevel, Paragraph, plain
from pipeline.word import counting, names
from pipeline.word import package as word_package

NEW = "clause:emergency-use"
ADDED = clause_added(NEW, "Use in an emergency", "It is asked for.", "Else the use ends.", after=GATE)


@cache
def articles() -> Draft:
    """Return clauses of Norland's guidelines, two of them in one chapter, numbered as articles."""
    clauses = (SCOPE, BASIS, HEAD, GATE, "clause:eu-database-registration", QUALITY, CONTRACT, REVIEW, LOGS)
    return excerpt(*clauses)(revisions.dozen().old)


@cache
def decimal() -> Draft:
    """Return them with decimal numbers, 4.1 and 4.1.1, instead of articles."""
    old = articles()
    levels = {
        "chapter": NumberLevel("decimal", "{chapter}"), "clause": NumberLevel("decimal", "{chapter}.{clause}"),
        "paragraph": NumberLevel("decimal", "{chapter}.{clause}.{paragraph}"),
    }  # fmt: skip
    return recounted(replace(old, numbering=replace(old.numbering, continuous=False, **levels)))  # type: ignore[arg-type]


DRAFTS = {"articles": articles, "decimal": decimal}
each = pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)


def numbers(one: Merged | bytes) -> dict[str, str]:
    """Return the numbers that are printed before paragraphs, by their text, once all is accepted."""
    data = one if isinstance(one, bytes) else marks.packed(marks.accepted(one.data))
    found: dict[str, str] = {}
    for label, text in counted(data):
        number, tab, rest = text.partition("\t")
        if label:
            found[text] = label
        elif tab and len(number) < 14 and not rest.split("\t")[-1].isdigit():
            found[rest] = number
    parts = unpacked(data)
    tree = word_package.parsed(parts[names.DOCUMENT], names.DOCUMENT, "test.docx")
    said = {"".join(t.text or "" for t in p.iter(w("t"))): label for p, label in counting.labels(parts, tree).items()}
    assert {t: n for t, n in said.items() if t in found and found[t] != n} == {}  # both count alike
    return found


def kept_numbers(pair: Pair, one: Merged, *, theirs: bool = False) -> None:
    """Hold that no paragraph of theirs that stays has another number, and a new one that which our next draft prints.

    Args:
        pair: The two drafts.
        one: The merge.
        theirs: True where their own numbers leave no room for those of ours.
    """
    before, after = numbers(one.theirs), numbers(one)
    assert {t: (n, after[t]) for t, n in before.items() if t in after and after[t] != n} == {}
    ours = numbers(pair.new_docx)
    assert theirs or {t: (n, ours[t]) for t, n in after.items() if t in ours and ours[t] != n} == {}


@each
def test_a_new_clause_between_two_has_a_letter_and_the_next_keeps_its_number(draft: Callable[[], Draft]) -> None:
    pair = ours(ADDED, of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    assert numbers(one)["Use in an emergency"] == label(pair.new, NEW) == label(pair.new, GATE) + "A"
    assert one.action(NEW).label == label(pair.new, NEW)


def label(draft: Draft, anchor: str) -> str:
    return next(b.label for b in unit_of(draft, anchor).blocks if isinstance(b, Heading | Paragraph) and b.label)


@each
def test_a_dropped_clause_leaves_a_gap(draft: Callable[[], Draft]) -> None:
    pair = ours(clause_dropped(GATE), clause_dropped(SCOPE), of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    assert "No use or change without approval" not in numbers(one)


@each
def test_numbers_stay_after_rejection_as_after_acceptance(draft: Callable[[], Draft]) -> None:
    pair = ours(clause_dropped(QUALITY), ADDED, of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    assert numbers(marks.packed(marks.rejected(one.data))) == numbers(one.theirs)


@each
def test_several_new_clauses_in_a_row(draft: Callable[[], Draft]) -> None:
    more = clause_added("clause:second", "Second", "It is.", after=NEW)
    pair = ours(ADDED, more, clause_added("clause:third", "Third", "It is.", after=LOGS), of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    found = numbers(one)
    first = label(pair.new, GATE)
    assert [found["Use in an emergency"], found["Second"]] == [f"{first}A", f"{first}B"]
    assert found["Third"] == label(pair.new, "clause:third")


@each
def test_a_new_clause_behind_all_others_is_counted_by_word(draft: Callable[[], Draft]) -> None:
    old = draft()
    last = clauses_of(old)[-1]
    pair = ours(clause_added("clause:last", "Last", "One.", "Two.", after=last), of=old)
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    assert {t: n for n, t in counted(marks.packed(marks.accepted(one.data)))}["Last"] == label(pair.new, "clause:last")


# Their own numbers


@each
def test_a_number_that_they_gave_to_a_clause_of_their_own_is_not_given_again(draft: Callable[[], Draft]) -> None:
    old = draft()
    doc = Document(drawn(old))
    heading = doc.paragraphs(GATE)[0]
    ministry.add_paragraph(doc, "A clause of the ministry", after=doc.find("change its purpose", GATE))
    mine = doc.find("A clause of the ministry").paragraph
    mine.remove(mine[0])
    mine.insert(0, deepcopy(heading[0]))
    pair = ours(ADDED, of=old)
    one = merge(doc, pair)
    found = numbers(one)
    theirs = numbers(one.theirs)
    assert found["A clause of the ministry"] == theirs["A clause of the ministry"]
    assert list(found.values()).count(found["Use in an emergency"]) == 1
    kept_numbers(pair, one, theirs=True)


@each
def test_where_they_moved_a_clause_a_new_one_is_numbered_beside_it(draft: Callable[[], Draft]) -> None:
    old = draft()
    doc = Document(drawn(old))
    ministry.move_clause(doc, GATE, after=SCOPE)
    pair = ours(ADDED, of=old)
    one = merge(doc, pair)
    found, theirs = numbers(one), numbers(one.theirs)
    assert found["Use in an emergency"] == theirs["No use or change without approval"] + "A"
    kept_numbers(pair, one, theirs=True)


@each
def test_a_number_that_a_new_clause_was_given_is_remembered(draft: Callable[[], Draft]) -> None:
    old = draft()
    doc = Document(drawn(old))
    ministry.move_clause(doc, GATE, after=SCOPE)
    first = ours(ADDED, of=old)
    one = merge(doc, first)
    given = numbers(one)["Use in an emergency"]
    assert kept(one.data).units[NEW].label == given
    accepted = marks.packed(marks.accepted(one.data))
    two = merge(accepted, made(word(NEW, "asked for", "requested"), of=first.new), day=LATER)
    assert two.states() == {NEW: "updated"}
    assert numbers(two)["Use in an emergency"] == given


# Paragraphs and points


@each
def test_a_point_between_two_has_a_letter_of_its_own(draft: Callable[[], Draft]) -> None:
    pair = ours(paragraph_added(GATE, "lend it to others;", 1), of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    found = numbers(one)
    assert found["lend it to others;"] == "(aa)"
    assert found["test it on data of real persons;"] == "(b)"


@each
def test_two_points_between_two_and_one_at_the_end(draft: Callable[[], Draft]) -> None:
    changes = (
        paragraph_added(GATE, "one more;", 1),
        paragraph_added(GATE, "and another;", 2),
        paragraph_added(GATE, "the last.", 6),
    )
    pair = ours(*changes, of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    found = numbers(one)
    assert (found["one more;"], found["and another;"], found["the last."]) == ("(aa)", "(ab)", "(e)")


@each
def test_a_point_before_the_first(draft: Callable[[], Draft]) -> None:
    pair = ours(paragraph_added(GATE, "before all else;", 0, "point"), of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    assert numbers(one)["before all else;"] not in ("(a)", "")


@each
def test_a_dropped_point_leaves_a_gap(draft: Callable[[], Draft]) -> None:
    pair = ours(paragraph_dropped(GATE, 2), paragraph_dropped(QUALITY, 1), of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    assert numbers(one)["use its output in police work, or base a measure on it; or"] == "(c)"


@each
def test_points_of_other_clauses_begin_anew(draft: Callable[[], Draft]) -> None:
    pair = ours(paragraph_added(BASIS, "their own;", 2), paragraph_dropped(GATE, 1), of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    found = numbers(one)
    assert found["the policing task;"] == found["origin, errors, duplicates and gaps;"] == "(a)"


@each
def test_a_numbered_paragraph_between_two_and_one_at_the_end(draft: Callable[[], Draft]) -> None:
    pair = ours(paragraph_added(REVIEW, "It says so.", 1), paragraph_added(REVIEW, "And so on.", 3), of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    found, before = numbers(one), numbers(one.theirs)
    second = next(n for t, n in before.items() if t.startswith("The agency shall test reviewers"))
    third = next(n for t, n in before.items() if t.startswith("For any other system"))
    assert found["It says so."] == second.replace("2", "2A")
    assert found["And so on."] == third.replace("3", "4")


@each
def test_a_dropped_numbered_paragraph_leaves_a_gap(draft: Callable[[], Draft]) -> None:
    pair = ours(paragraph_dropped(REVIEW, 1), paragraph_dropped(HEAD, 0), of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)


@each
def test_the_paragraphs_of_a_new_clause_are_numbered_as_ours_are(draft: Callable[[], Draft]) -> None:
    def numbered(d: Draft) -> Draft:
        unit = unit_of(d, NEW)
        blocks = tuple(replace(b, role="numbered") if isinstance(b, Paragraph) else b for b in unit.blocks)
        return replace(d, units=tuple(replace(u, blocks=blocks) if u is unit else u for u in d.units))

    pair = ours(ADDED, numbered, of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
    found = numbers(one)
    wanted = {plain(b.inlines): b.label for b in unit_of(pair.new, NEW).blocks if isinstance(b, Paragraph)}
    assert {t: found[t] for t in wanted} == wanted


@each
def test_an_inserted_point_keeps_its_letter_when_points_follow_later(draft: Callable[[], Draft]) -> None:
    first = ours(paragraph_added(GATE, "lend it to others;", 1), of=draft())
    one = merge(first.old_docx, first)
    accepted = marks.packed(marks.accepted(one.data))
    second = made(paragraph_added(GATE, "sell it;", 2), of=first.new)
    two = merge(accepted, second, day=LATER)
    found = numbers(two)
    assert (found["lend it to others;"], found["sell it;"]) == ("(aa)", "(ab)")
    kept_numbers(second, two)


# References to them


@each
def test_a_reference_to_a_new_clause_prints_the_number_that_it_was_given(draft: Callable[[], Draft]) -> None:
    old = draft()
    doc = Document(drawn(old))
    ministry.move_clause(doc, GATE, after=SCOPE)
    pair = ours(ADDED, ref_added(LOGS, "acceptance", NEW), of=old)
    one = merge(doc, pair)
    given = numbers(one)["Use in an emergency"]
    assert f"acceptance {given}, change or rejection" in one.text()
    codes = [t.text or "" for t in stories(unpacked(one.data))[names.DOCUMENT].iter(w("instrText"))]
    name = next(n for n, a in kept(one.data).targets.items() if a == NEW)
    assert [c.split() for c in codes if name in c.split()] == [["REF", name, "\\h"]]  # the number stands as text


def test_many_changes_at_once_hold_every_number() -> None:
    pair = revisions.english()
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)


CHANGES: dict[str, tuple[Change, ...]] = {
    "two points go": (paragraph_dropped(CONTRACT, 2), paragraph_dropped(CONTRACT, 3)),
    "the last point goes": (paragraph_dropped(GATE, 4),),
    "the last paragraph goes": (paragraph_dropped(SCOPE, 5),),
    "a point comes and one goes": (paragraph_added(GATE, "lend it to others;", 1), paragraph_dropped(GATE, 4)),
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
@each
def test_points_come_and_go(draft: Callable[[], Draft], changes: tuple[Change, ...]) -> None:
    pair = ours(*changes, of=draft())
    one = merge(pair.old_docx, pair)
    kept_numbers(pair, one)
