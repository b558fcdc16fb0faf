"""What changed between two states of a document, clause by clause, what made it change, and how it is printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

import pytest
from countries import HERE, answered, country
from journeys import paragraphs
from tiny import tiny_files

from pipeline.assess.findings import assess
from pipeline.compose.change_table import with_changes
from pipeline.compose.changes import CHANGE_TABLE, changed_parts, changes, same_text
from pipeline.compose.context import Context
from pipeline.compose.draft import compose
from pipeline.library.load import load
from pipeline.library.updates import law_at
from pipeline.model.assessment import Decision, System
from pipeline.model.change import Cause, Moved, Shift, Weight, by_unit, causes, days, weight
from pipeline.model.draft import Audience, Draft
from pipeline.model.library import Library
from pipeline.project import shelf
from pipeline.project.content import folder_files, root
from pipeline.project.country import decide, read_country
from pipeline.project.making import context_of
from pipeline.select.selection import select

BEFORE, AFTER = "2025-06-01", "2026-06-01"
REF = "LAW-1 1"
BINDS = {"id": "base", "title": {"en": "base"}, "ranks": ["treaty", "statute"], "binds": [{"instrument": "LAW-1", "when": "country.a is yes"}]}  # fmt: skip


def library(
    clauses: Mapping[str, str], *updates: Mapping[str, object], law: Mapping[str, object] | None = None
) -> Library:
    """Return a tiny library in which LAW-1 binds where country.a is yes, with clauses, updates and keys of LAW-1."""
    files = tiny_files(clauses)
    files["clauses/packs/base.yaml"] = json.dumps(BINDS).encode()
    path = "clauses/instruments/LAW-1.yaml"
    files[path] = json.dumps({**json.loads(files[path]), **(law or {})}).encode()
    for one in updates:
        plain = {"title": {"en": f"Event {one['id']}"}, "standing": "adopted", "date": "2026-01-01", "added": "2026-01-02", "mark": "read"}  # fmt: skip
        files[f"clauses/updates/{one['id']}.yaml"] = json.dumps({**plain, **one}).encode()
    found, problems = load(files, checked=False)
    assert found is not None, "\n".join(map(str, problems))
    return found


def state(
    known: Library, as_of: str = AFTER, decisions: tuple[Decision, ...] = (), marks: Iterable[str] = (), **answers: str
) -> Context:
    """Return what a country comes to with a library at a date, `a` answered yes where nothing else is said."""
    systems = [System(f"police/s{n}", f"System {n}", answered("system", {"mark": m})) for n, m in enumerate(marks)]
    assessment = country(country={"a": "yes", **answers}, systems=systems, packs=("base",), decisions=decisions)
    law = law_at(known, as_of)
    findings, readings = assess(assessment, law, as_of)
    selection = select(assessment, law, findings, readings, as_of)
    return Context(assessment, law, findings, selection, "guidelines", "en", "working", "0.1", as_of)


def shifted(before: Context, after: Context) -> list[Shift]:
    found = changes(before, after, {})
    assert all(s.causes and all(c.text for c in s.causes) for s in found), "a change without a cause"
    return list(found)


def one(before: Context, after: Context) -> Shift:
    found = shifted(before, after)
    assert len(found) == 1, [(s.anchor, s.kind) for s in found]
    return found[0]


def why(shift: Shift) -> list[tuple[str, str]]:
    return [(c.kind, c.id) for c in shift.causes]


# What changes, and why


def test_nothing_changed_is_told_as_nothing() -> None:
    known = library({"x": "when: country.b is yes"})
    assert shifted(state(known, b="yes"), state(known, b="yes")) == []
    assert shifted(state(known, BEFORE, b="yes"), state(known, AFTER, b="yes")) == []


def test_a_clause_enters_and_leaves_with_the_answer_that_it_hangs_on() -> None:
    known = library({"x": "when: country.b is yes"})
    no, yes = state(known, b="no"), state(known, b="yes")
    enters, leaves = one(no, yes), one(yes, no)
    assert (enters.anchor, enters.kind, enters.before, enters.after, enters.weakens) == ("clause:x", "enters", "", "should", False)  # fmt: skip
    assert (leaves.anchor, leaves.kind, leaves.before, leaves.after, leaves.weakens) == ("clause:x", "leaves", "should", "", True)  # fmt: skip
    assert why(enters) == why(leaves) == [("answer", "country country.b")]
    assert enters.causes[0].text == "answer: b"


def test_a_permission_that_leaves_weakens_no_safeguard() -> None:
    known = library({"x": "when: country.b is yes; stance: permit; strength: may"})
    assert not one(state(known, b="yes"), state(known, b="no")).weakens


def test_a_duty_grows_stronger_and_weaker_with_the_answer_that_raises_it() -> None:
    known = library({"x": "escalate: [{to: shall, when: country.b is yes}]"})
    no, yes = state(known, b="no"), state(known, b="yes")
    up, down = one(no, yes), one(yes, no)
    assert (up.kind, up.before, up.after, up.strength, up.weakens) == ("stronger", "should", "shall", "shall", False)
    assert (down.kind, down.before, down.after, down.strength, down.weakens) == ("weaker", "shall", "should", "shall", True)  # fmt: skip
    assert why(up) == why(down) == [("answer", "country country.b")]


def test_a_clause_leaves_by_decision_and_nothing_else_is_blamed() -> None:
    known = library({"x": "when: country.b is yes"})
    out = Decision("leave_out", "x", "", "Director", "2026-05-01", "Other law.", HERE)
    leaves = one(state(known, b="yes"), state(known, b="yes", decisions=(out,)))
    assert (leaves.kind, why(leaves)) == ("leaves", [("decision", "x")])
    assert leaves.causes[0].text == "decision of the Director"


def test_a_clause_leaves_with_the_update_that_ends_the_law_it_hangs_on() -> None:
    known = library({"x": "when: country.bound_by includes LAW-1"}, {"id": "gone", "changes": [{"kind": "withdrawn", "instrument": "LAW-1"}]})  # fmt: skip
    leaves = one(state(known, BEFORE), state(known))
    assert (leaves.kind, leaves.weakens, why(leaves)) == ("leaves", True, [("update", "gone")])
    assert leaves.causes[0].text == "Event gone (1 January 2026)"


def test_an_update_that_is_new_in_the_library_is_the_cause_at_the_same_date() -> None:
    clauses = {"x": "when: country.bound_by includes LAW-1"}
    gone = {"id": "gone", "changes": [{"kind": "withdrawn", "instrument": "LAW-1"}]}
    assert why(one(state(library(clauses)), state(library(clauses, gone)))) == [("update", "gone")]


def test_a_clause_enters_when_the_day_of_its_law_is_reached() -> None:
    law = {"in_force": "2026-01-01", "provisions": []}
    known = library({"x": "when: country.bound_by includes LAW-1"}, law=law)
    enters = one(state(known, BEFORE), state(known))
    assert (enters.kind, why(enters)) == ("enters", [("provision", "LAW-1")])
    assert "1 January 2026" in enters.causes[0].text


def test_a_clause_enters_with_the_membership_that_binds_the_state() -> None:
    known = library({"x": "when: country.bound_by includes LAW-1"})
    enters, leaves = (one(state(known, a=was), state(known, a=now)) for was, now in (("no", "yes"), ("yes", "no")))
    assert (enters.kind, why(enters)) == ("enters", [("answer", "country country.a")])
    assert (leaves.kind, why(leaves)) == ("leaves", [("answer", "country country.a")])


def test_another_text_of_a_newer_library_is_told_with_its_clause() -> None:
    told = one(state(library({"x": "text:  It acts."})), state(library({"x": "text:  It acts well."})))
    assert (told.kind, told.before, told.after, told.weakens) == ("wording", "", "", False)
    assert why(told) == [("clause", "x")]
    assert "the library's text of x, valid from 1 January 2025" in told.causes[0].text


def test_a_newer_state_of_a_clause_is_told_with_the_update_that_touches_what_it_cites() -> None:
    cites = f'cites: ["{REF}"]'
    older = library({"x": cites})
    read = {"id": "read", "changes": [{"kind": "wording", "provision": REF, "gist": {"en": "More."}, "mark": "read"}]}
    newer = library({"x": f"{cites}; text:  It acts well."}, read)
    later = {**newer.clauses, "x": (older.clauses["x"][0], replace(newer.clauses["x"][0], valid_from="2026-01-01"))}
    known = replace(newer, clauses=later)
    found = [s for s in shifted(state(known, BEFORE), state(known)) if s.kind == "wording"]
    assert [why(s) for s in found] == [[("update", "read")]]


def test_a_day_that_a_text_prints_moves_with_the_update_and_nothing_else_does() -> None:
    moved = {"id": "moved", "changes": [{"kind": "date", "provisions": [REF], "was": "2026-08-02", "becomes": "2027-12-02"}]}  # fmt: skip
    law = {"provisions": [{"id": "1", "gist": {"en": "It says."}, "strength": "shall", "mark": "read", "from": "2026-08-02"}]}  # fmt: skip
    known = library({"x": 'text:  From {{ applies["LAW-1 1"] }} on.'}, moved, law=law)
    told = one(state(known, BEFORE), state(known))
    assert (told.kind, told.moved) == ("date", (Moved(REF, "2026-08-02", "2027-12-02"),))
    assert why(told) == [("update", "moved")]


def test_a_day_that_is_reached_is_told_as_the_provision_s() -> None:
    law = {"provisions": [{"id": "1", "gist": {"en": "It says."}, "strength": "shall", "mark": "read", "from": "2026-01-01"}]}  # fmt: skip
    known = library({"x": f'cites: ["{REF}"]'}, law=law)
    told = one(state(known, BEFORE), state(known))
    assert (told.kind, told.moved) == ("date", (Moved(REF, "2026-01-01", ""),))
    assert why(told) == [("provision", REF)]
    assert told.causes[0].text == f"{REF} applies since 1 January 2026"


def test_law_that_ends_is_no_longer_cited_because_of_the_update() -> None:
    ends = {"id": "ends", "changes": [{"kind": "ends", "provisions": [REF]}]}
    known = library({"x": f'cites: ["{REF}"]'}, ends)
    told = one(state(known, BEFORE), state(known))
    assert (told.kind, told.gone, told.new, why(told)) == ("law", (REF,), (), [("update", "ends")])


def test_law_that_enters_is_cited_because_of_the_update() -> None:
    new = [{"id": "2", "gist": {"en": "It is new."}, "strength": "should", "mark": "read"}]
    enters = {"id": "enters", "changes": [{"kind": "enters", "instrument": "LAW-1", "new": new}]}
    known = library({"x": f'cites: ["{REF}", "LAW-1 2"]'}, enters)
    told = one(state(known, BEFORE), state(known))
    assert (told.kind, told.gone, told.new, why(told)) == ("law", (), ("LAW-1 2",), [("update", "enters")])


def test_law_that_binds_now_is_of_another_standing_because_of_the_answer() -> None:
    known = library({"x": f'cites: ["{REF}"]'})
    told = one(state(known, a="no"), state(known, a="yes"))
    assert (told.kind, told.new, why(told)) == ("law", (REF,), [("answer", "country country.a")])


def test_a_clause_concerns_other_systems_because_of_their_answers() -> None:
    known = library({"x": "scope: system; when: system.mark is yes"})
    told = one(state(known, marks=("yes", "no")), state(known, marks=("yes", "yes")))
    assert (told.kind, told.before, told.after) == ("cases", "", "")
    assert why(told) == [("answer", "police/s1 system.mark")]
    assert told.causes[0].text == "answer: mark (System 1)"


def test_a_clause_that_another_requires_enters_because_of_what_the_other_hangs_on() -> None:
    known = library({"x": "when: country.b is yes; requires: [y]", "y": "when: country.c is yes"})
    found = {s.anchor: why(s) for s in shifted(state(known, b="no", c="no"), state(known, b="yes", c="no"))}
    assert found == {"clause:x": [("answer", "country country.b")], "clause:y": [("answer", "country country.b")]}


def test_what_weakens_is_told_first_whatever_it_is_called() -> None:
    known = library({"a-new": "when: country.b is yes", "z-old": "when: country.b is no"})
    found = shifted(state(known, b="no"), state(known, b="yes"))
    assert [(s.anchor, s.kind, s.weakens) for s in found] == [
        ("clause:z-old", "leaves", True), ("clause:a-new", "enters", False),
    ]  # fmt: skip


# Weight


def shift(kind: str = "wording", strength: str | None = "shall", **keys: object) -> Shift:
    made = Shift("clause:x", "X", "1", "wording", "", "", (), (), (), None, False, (Cause("clause", "x", "x"),))
    return replace(made, kind=kind, strength=strength, **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shifts", "wanted"),
    [
        ((), "patch"),
        ((shift("enters"),), "major"),
        ((shift("leaves"),), "major"),
        ((shift("weaker"),), "major"),
        ((shift("enters", "should"),), "minor"),
        ((shift("enters", None),), "minor"),
        ((shift("wording"),), "minor"),
        ((shift("wording", None),), "patch"),
        ((shift("date"), shift("law"), shift("cases"), shift("part", None)), "patch"),
        ((shift("date"), shift("wording"), shift("leaves")), "major"),
    ],
)
def test_the_weight_is_that_of_the_heaviest_change(shifts: tuple[Shift, ...], wanted: Weight) -> None:
    assert weight(shifts) == wanted


def test_causes_are_counted_and_days_and_units_are_told_together() -> None:
    much, little = Cause("update", "u", "much"), Cause("answer", "a", "little")
    some = (shift(causes=(much,)), shift(causes=(little, much)), shift("date", moved=(Moved("A 1", "1", "2"), Moved("A 2", "1", "2"))))  # fmt: skip
    assert causes(some)[0] == much and len(causes(some)) == 3
    assert days(some[2]) == (("1", "2", ("A 1", "A 2")),)
    assert by_unit((*some, shift(anchor="clause:y"))) == (some, (shift(anchor="clause:y"),))


# What is drawn


@cache
def norland(as_of: str = "2026-11-23", left_out: str = "", audience: Audience = "working", **_: str) -> Context:
    files = dict(folder_files(root() / "intake" / "examples" / "norland"))
    if left_out:
        said = f'\n  - leave_out: {left_out}\n    owner: "Director"\n    date: 2026-10-26\n    reason: "Other law."\n'
        files["decisions.yaml"] = files["decisions.yaml"].rstrip() + said.encode()
    folder = read_country("norland", "norland", files, (shelf.built_in().library, {}))
    return context_of(decide(folder, as_of), "strategy", "en", audience, "0.1")


@cache
def drawn(as_of: str = "2026-11-23", left_out: str = "", audience: Audience = "working") -> Draft:
    return compose(norland(as_of, left_out, audience), {})


def test_texts_that_differ_in_the_printed_date_alone_are_the_same() -> None:
    assert drawn("2026-11-23") != drawn("2026-11-24")
    assert same_text(drawn("2026-11-23"), drawn("2026-11-24"))
    assert not same_text(drawn("2026-07-01"), drawn("2026-11-23"))


def test_a_number_that_moves_is_no_change_of_the_clause_that_bears_it() -> None:
    first = norland().printed()[0][1].id
    before, after = drawn(), drawn(left_out=first)
    found = changes(norland(), norland(left_out=first), {})
    assert [s.anchor for s in found] == [f"clause:{first}"]
    moved = {a for a, b in labels(before).items() if labels(after).get(a, b) != b}
    assert moved, "no number moved"
    assert not moved & {s.anchor for s in changed_parts(before, after, found[0].causes) if s.anchor.startswith("clause:")}  # fmt: skip
    assert not same_text(before, after)


def labels(draft: Draft) -> dict[str, str]:
    return {u.anchor: getattr(u.blocks[0], "label", "") for u in draft.units if u.blocks}


def test_a_generated_part_is_told_where_its_own_words_differ() -> None:
    why_ = (Cause("record", "x", "x"),)
    assert changed_parts(drawn("2026-11-23"), drawn("2026-11-23"), why_) == ()
    found = changed_parts(drawn("2026-07-01"), drawn("2026-11-23"), why_)
    assert found and all((s.kind, s.causes) == ("part", why_) and s.title for s in found)


# The table


ALL = (
    shift("leaves", before="shall", weakens=True, causes=(Cause("answer", "country country.b", "answer: Is it so?"),)),
    shift("date", anchor="clause:y", title="Y", moved=(Moved("EU-AIA 26(2)", "2026-08-02", "2027-12-02"),), causes=(Cause("update", "u", "Event u (1 January 2026)"),)),
    shift("law", anchor="clause:y", title="Y", gone=("EU-AIA 5(1)(h)",), new=("slot:police_act",), causes=(Cause("decision", "y", "decision of the Director"),)),
)  # fmt: skip


def table(audience: Audience) -> str:
    context = norland(audience=audience)
    draft = with_changes(drawn(audience=audience), context, "0.1", ALL)
    (unit,) = [u for u in draft.units if u.anchor == CHANGE_TABLE]
    return "\n".join(paragraphs(replace(draft, units=(unit,))))


def test_the_table_of_changes_names_each_cause_for_the_working_audience() -> None:
    said = table("working")
    for words in (
        "A safeguard weakens.", "No longer in the text (was shall)", "answer: Is it so?", "Event u (1 January 2026)",
        "Applies from 2 December 2027 instead of 2 August 2026: ", "No longer cited: ", "decision of the Director",
    ):  # fmt: skip
        assert words in said, said
    assert said.index("No longer in the text") < said.index("Applies from")
    assert "slot:" not in said and "EU-AIA" not in said


@pytest.mark.parametrize("audience", ["consultation", "public"])
def test_the_table_hides_answers_and_decisions_from_other_readers(audience: Audience) -> None:
    said = table(audience)
    assert "Is it so?" not in said and "Director" not in said
    assert "the state's own assessment or decision" in said
    assert "Event u (1 January 2026)" in said


def test_a_draft_without_changes_has_no_table_and_one_with_it_says_the_same() -> None:
    assert with_changes(drawn(), norland(), "0.1", ()) is drawn()
    with_table = with_changes(drawn(), norland(), "0.1", ALL)
    assert same_text(drawn(), with_table)
    anchors = [u.anchor for u in with_table.units]
    assert anchors.count(CHANGE_TABLE) == 1
    assert anchors.index(CHANGE_TABLE) < next(i for i, u in enumerate(with_table.units) if u.zone == "body")
