"""The merge, clause by clause: clauses that come, go, move, lose their controls or stand twice (cases 6 to 14, 21, 31 to 33)."""

from __future__ import annotations

from dataclasses import replace

import marks
import ministry
import pytest
import revisions
from draft_changes import (
    clause_added,
    clause_dropped,
    clause_split,
    clauses_joined,
    note_changed,
    paragraph_added,
    paragraph_dropped,
    ref_added,
    word,
)
from lxml import etree
from merging import (
    AGENCIES,
    BASIS,
    CONTRACT,
    GATE,
    HEAD,
    LATER,
    LOGS,
    QUALITY,
    REVIEW,
    SCOPE,
    english,
    kept,
    merge,
    ours,
)
from ministry import Document
from revisions import drawn, made
from word_parts import plain, stories, unpacked, w

from pipeline.model.problem import Faulty
from pipeline.revise.merge import AUTHOR
from pipeline.word import anchors, names, package

NEW = "clause:emergency-use"
ADDED = clause_added(NEW, "Use in an emergency", "Within one day the approval is asked for.", "Else the use ends.", after=GATE)  # fmt: skip


@pytest.fixture
def doc() -> Document:
    """Return the draft that was sent out, for the ministry to edit."""
    return Document(drawn(english()))


def controls(data: bytes) -> list[str]:
    return Document(data).anchors()


# Clauses that we drop


def test_06_an_untouched_clause_that_we_drop_goes_with_its_control(doc: Document) -> None:
    one = merge(doc, ours(clause_dropped(CONTRACT)))
    assert one.states() == {CONTRACT: "dropped", "numbers": "updated"}
    assert CONTRACT in controls(one.data)
    done = marks.packed(marks.accepted(one.data))
    assert CONTRACT not in controls(done)
    assert not any("the agency shall secure in the contract" in t or "Contract terms" in t for t in one.lines())
    assert CONTRACT in controls(marks.packed(marks.rejected(one.data)))


def test_06_nothing_is_left_of_a_dropped_clause_not_even_an_empty_paragraph(doc: Document) -> None:
    before = paragraphs(doc.bytes())
    one = merge(Document(drawn(english())), ours(clause_dropped(CONTRACT)))
    assert paragraphs(marks.packed(marks.accepted(one.data))) == before - 8


def paragraphs(data: bytes) -> int:
    return sum(1 for _ in stories(unpacked(data))[names.DOCUMENT].iter(w("p")))


def test_06_the_comment_of_a_dropped_clause_goes_with_it(doc: Document) -> None:
    one = merge(doc, ours(clause_dropped(CONTRACT)))
    ((on, said),) = one.comments()
    assert on == "Contract terms on access, change and exit"
    assert "It said: Contract terms on access, change and exit" in said
    assert marks.faults(marks.accepted(one.data)) == []
    assert "word/comments.xml" not in marks.accepted(one.data)


def test_06_first_and_last_clause_can_be_dropped(doc: Document) -> None:
    one = merge(doc, ours(clause_dropped(SCOPE), clause_dropped(LOGS)))
    assert one.states() == {SCOPE: "dropped", LOGS: "dropped", "numbers": "updated"}
    assert "Systems not covered" not in one.lines() and "Automatic logs" not in one.lines()


def test_07_a_clause_that_they_edited_and_we_drop_stays(doc: Document) -> None:
    ministry.replace(doc, "24 hours", "12 hours", CONTRACT)
    one = merge(doc, ours(clause_dropped(CONTRACT)))
    assert one.state(CONTRACT) == "conflict"
    assert one.tracked() == []
    ((on, said),) = one.conflict_comments()
    assert on == "Contract terms on access, change and exit"
    assert "New draft: (nothing)" in said and "12 hours" in said


def test_07_a_clause_whose_footnote_they_edited_and_we_drop_stays(doc: Document) -> None:
    ministry.replace(doc, "Law Enforcement Directive, Art. 22", "Police Data Act, section 9", ministry.NOTES)
    one = merge(doc, ours(clause_dropped(CONTRACT)))
    assert one.state(CONTRACT) == "conflict"


# Clauses that they delete


def test_08_what_they_deleted_and_we_changed_does_not_come_back(doc: Document) -> None:
    ministry.delete_clause(doc, GATE)
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    assert one.state(GATE) == "conflict"
    assert "sign a contract for an AI system" not in one.text()
    ((on, said),) = one.conflict_comments()
    assert on == english_line("part:assessment-and-approval", 1)
    assert "New draft: No use or change without approval" in said and "written consent" in said
    assert "Your text: (nothing)" in said
    about, *why = said.split("\n")[1], *said.split("\n")[-3:]
    assert about.endswith("No use or change without approval"), "the comment hangs on another clause"
    assert [line.partition(":")[0] for line in why] == ["Because of", "Provisions", "Rule"]


def test_08_of_what_they_deleted_a_footnote_that_changed_is_not_spoken_of(doc: Document) -> None:
    ministry.delete_clause(doc, CONTRACT)
    one = merge(doc, ours(note_changed(CONTRACT, "Art. 22", "Art. 23")))
    assert one.states() == {CONTRACT: "stays-deleted"}
    assert one.tracked() == [] and one.comments() == []


def english_line(anchor: str, at: int) -> str:
    return kept(drawn(english())).units[anchor].lines[at]


@pytest.mark.parametrize("tracked", [False, True])
def test_09_what_they_deleted_and_we_left_alone_stays_deleted_without_a_word(doc: Document, tracked: bool) -> None:
    ministry.delete_clause(doc, GATE, tracked=tracked)
    first = ours(word(LOGS, "acceptance", "approval"))
    one = merge(doc, first)
    assert one.states() == {GATE: "stays-deleted", LOGS: "updated"}
    assert one.conflict_comments() == []
    two = merge(one.data, made(word(LOGS, "approval", "consent"), of=first.new), day=LATER)
    assert two.states() == {GATE: "stays-deleted", LOGS: "updated"}


def test_09_what_both_have_deleted_is_not_spoken_of(doc: Document) -> None:
    ministry.delete_clause(doc, GATE)
    one = merge(doc, ours(clause_dropped(GATE)))
    assert one.states() == {GATE: "stays-deleted"}
    assert one.tracked() == [] and one.comments() == []


def test_09_a_tracked_deletion_of_theirs_that_we_drop_too_stays_theirs(doc: Document) -> None:
    ministry.delete_clause(doc, GATE, tracked=True)
    one = merge(doc, ours(clause_dropped(GATE)))
    assert one.states() == {GATE: "stays-deleted"}
    assert one.tracked() == []


def test_a_clause_that_they_emptied_is_one_that_they_deleted(doc: Document) -> None:
    for line in doc.lines(GATE):
        ministry.delete(doc, line, GATE)
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    assert one.state(GATE) == "conflict"
    assert "written consent" not in one.text()


# Order


def test_10_a_clause_that_they_moved_is_changed_where_it_now_stands(doc: Document) -> None:
    ministry.move_clause(doc, LOGS, after=SCOPE)
    one = merge(doc, ours(word(LOGS, "acceptance", "approval")))
    assert one.states() == {LOGS: "updated"}
    lines = one.lines()
    assert lines.index("Automatic logs") < lines.index("Legal basis before any step")
    assert controls(one.data) == controls(one.theirs)


def test_10_a_new_clause_follows_its_predecessor_to_where_they_moved_it(doc: Document) -> None:
    ministry.move_clause(doc, GATE, after=SCOPE)
    one = merge(doc, ours(ADDED))
    at = controls(one.data)
    assert at.index(NEW) == at.index(GATE) + 1 == at.index(SCOPE) + 2


# Clauses found otherwise


@pytest.mark.parametrize("how", ["bookmark", "text"])
def test_11_a_clause_without_its_control_is_found_and_changed(doc: Document, how: str) -> None:
    ministry.remove_control(doc, GATE)
    if how == "text":
        ministry.remove_bookmark(doc, GATE)
    ministry.replace(doc, "free of charge", "for nothing", GATE) if how == "bookmark" else None
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    action = one.action(GATE)
    assert (action.how, action.state) == (how, "merged" if how == "bookmark" else "updated")
    assert 0.5 < action.sure <= 1
    assert one.tracked() == [("-", "approval"), ("+", "consent")]


def test_11_a_clause_without_control_grows_and_shrinks_and_goes_as_others_do(doc: Document) -> None:
    for anchor in (GATE, QUALITY, REVIEW):
        ministry.remove_control(doc, anchor)
    changes = (paragraph_added(GATE, "or sell it.", 4), paragraph_dropped(QUALITY, 4), clause_dropped(REVIEW))
    one = merge(doc, ours(*changes))
    assert {a: s for a, s in one.states().items() if a != "numbers"} == {
        GATE: "updated",
        QUALITY: "updated",
        REVIEW: "dropped",
    }
    assert "or sell it." in one.lines()
    assert not any("unreliable" in t for t in one.lines())
    assert "Power to review, override and stop" not in one.lines()


def test_12_without_any_control_in_the_manner_of_google_docs_all_is_found(doc: Document) -> None:
    ministry.remove_anchors(doc)
    ministry.google(doc)
    one = merge(doc, ours(word(GATE, "approval", "consent"), word(LOGS, "acceptance", "approval"), ADDED))
    assert {a.anchor for a in one.revised.actions if not a.how} == {NEW}
    assert {a.how for a in one.revised.actions if a.how} == {"text"}
    assert one.states() == {GATE: "updated", LOGS: "updated", NEW: "added"}
    assert "without a written consent under" in one.text()


def test_12_no_paragraph_or_clause_of_ours_is_put_into_the_controls_of_others(doc: Document) -> None:
    ministry.google(doc)
    one = merge(doc, ours(paragraph_added(QUALITY, "It keeps a list of them.", 4), ADDED))
    tree = stories(unpacked(one.data))[names.DOCUMENT]
    for control in tree.iter(w("sdt")):
        tag = control.find(f"{w('sdtPr')}/{w('tag')}")
        if tag is not None and str(tag.get(w("val"))).startswith("goog_rdk"):
            assert not any(m.get(w("author")) == AUTHOR for m in control.iter(w("ins")))


def test_12_nothing_at_all_to_be_found_is_refused() -> None:
    doc = Document(drawn(english()))
    ministry.remove_anchors(doc)
    for element in [e for e in doc.body if e.tag != w("sectPr")]:
        doc.body.remove(element)
    doc.body.insert(0, etree.Element(w("p")))
    with pytest.raises(Faulty, match="MERGE-001"):
        merge(doc, ours(ADDED))


def test_13_of_two_copies_one_is_the_clause_and_a_doubt_says_so(doc: Document) -> None:
    ministry.duplicate_control(doc, GATE)
    ministry.replace(doc, "one free of charge", "another", GATE)
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    assert [(d.kind, d.anchor, d.count) for d in one.revised.doubts] == [("copied", GATE, 1)]
    assert one.tracked() == [("-", "approval"), ("+", "consent")]
    lines = one.lines()
    assert sum("written consent" in t for t in lines) == 1 and sum("written approval" in t for t in lines) == 1


# Their own paragraphs


def test_14_paragraphs_of_their_own_stay_where_they_put_them(doc: Document) -> None:
    ministry.add_paragraph(doc, "The ministry keeps the form.", GATE, after="data of real persons")
    ministry.add_paragraph_between(doc, "Note of the ministry.", GATE)
    one = merge(doc, ours(word(GATE, "free of charge", "at no cost"), word(GATE, "police work", "its work")))
    lines = one.lines()
    at = lines.index("The ministry keeps the form.")
    assert lines[at - 1] == "test it on data of real persons;" and "its work" in lines[at + 1]
    assert lines[lines.index("Note of the ministry.") + 1] == "Data, privacy and security"


def test_14_a_paragraph_of_ours_goes_behind_its_neighbour_and_theirs_stays(doc: Document) -> None:
    ministry.add_paragraph(doc, "theirs;", GATE, after="data of real persons")
    one = merge(doc, ours(paragraph_added(GATE, "ours;", 2)))
    lines = one.lines()
    at = lines.index("test it on data of real persons;")
    assert {lines[at + 1].split("\t")[-1], lines[at + 2].split("\t")[-1]} == {"ours;", "theirs;"}


def test_14_the_same_paragraph_added_by_both_stands_once(doc: Document) -> None:
    ministry.add_paragraph(doc, "lend it to others;", GATE, after="data of real persons")
    one = merge(doc, ours(paragraph_added(GATE, "lend it to others;", 2)))
    assert one.state(GATE) == "same"
    assert sum("lend it to others" in t for t in one.lines()) == 1


SPLITS = {
    "first half": (("every month", "every week"), "test reviewers with known cases every week and limit"),
    "second half": (("are not used", "are left aside"), "Outputs beyond the capacity for review are left aside."),
    "beginning of the second": (("Outputs beyond", "All outputs beyond"), "All outputs beyond the capacity"),
    "later in the first": (("limit unbroken", "limit all unbroken"), "and limit all unbroken review to one hour."),
    "word at the joint": (("Outputs beyond", "Results beyond"), "Results beyond the capacity"),
}


@pytest.mark.parametrize(("change", "said"), SPLITS.values(), ids=SPLITS)
@pytest.mark.parametrize("tracked", [False, True])
def test_a_paragraph_that_they_split_is_changed_in_either_half(
    doc: Document, change: tuple[str, str], said: str, tracked: bool
) -> None:
    ministry.split(doc, "Outputs beyond", REVIEW, tracked=tracked)
    one = merge(doc, ours(word(REVIEW, *change)))
    assert one.state(REVIEW) in ("merged", "conflict")
    lines = [t for t in one.lines() if t.startswith(("The agency shall test", "Outputs", "All outputs", "Results"))]
    assert len(lines) == 2
    if one.state(REVIEW) == "merged":
        assert any(said in t for t in lines)
    else:
        assert any(change[1].split()[0] in t for t in lines)


@pytest.mark.parametrize("tracked", [False, True])
def test_two_paragraphs_that_they_joined_are_changed_as_one(doc: Document, tracked: bool) -> None:
    ministry.join(doc, "The agency shall test reviewers", REVIEW, tracked=tracked)
    one = merge(doc, ours(word(REVIEW, "every month", "every week"), word(REVIEW, "reject or correct", "correct")))
    assert one.state(REVIEW) == "merged"
    (line,) = [t for t in one.lines() if t.startswith("The agency shall test reviewers")]
    assert "every week" in line and "let users correct an output" in line


def test_two_paragraphs_that_they_joined_and_of_which_we_drop_one_stay(doc: Document) -> None:
    ministry.join(doc, "The agency shall test reviewers", REVIEW)
    one = merge(doc, ours(paragraph_dropped(REVIEW, 2)))
    assert one.state(REVIEW) == "conflict"
    assert any("let users reject or correct" in t for t in one.lines())


@pytest.mark.parametrize("tracked", [False, True])
def test_a_paragraph_that_they_deleted_and_we_changed_is_a_conflict(doc: Document, tracked: bool) -> None:
    ministry.delete_paragraph(doc, "test it on data", GATE, tracked=tracked)
    one = merge(doc, ours(word(GATE, "real persons", "living persons")))
    assert one.state(GATE) == "conflict"
    assert "living persons" not in one.text()
    ((on, said),) = one.conflict_comments()
    assert on == "sign a contract for an AI system or accept one free of charge;"
    assert "New draft: test it on data of living persons;" in said


def test_a_paragraph_that_they_changed_and_we_dropped_is_a_conflict(doc: Document) -> None:
    ministry.replace(doc, "real persons", "living persons", GATE)
    one = merge(doc, ours(paragraph_dropped(GATE, 2)))
    assert one.state(GATE) == "conflict"
    assert "test it on data of living persons;" in one.lines()


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_of_several_paragraphs_that_say_the_same_the_one_that_is_meant_is_changed(nth: int) -> None:
    same = "test it on data of real persons;"
    old = ours(paragraph_added(GATE, same, 2), paragraph_added(GATE, same, 2)).new
    one = merge(Document(drawn(old)), made(word(GATE, "real persons", "living persons", nth=nth), of=old))
    at = [t for t in one.lines() if "test it on data of" in t]
    assert [n for n, t in enumerate(at, 1) if "living" in t] == [nth]


# New clauses


def test_21_a_new_clause_comes_with_its_control_and_bookmarks(doc: Document) -> None:
    one = merge(doc, ours(ADDED))
    assert one.states() == {NEW: "added"}
    at = controls(one.data)
    assert at.index(NEW) == at.index(GATE) + 1
    assert anchors.bookmark(NEW) in marked(one.data)
    assert NEW not in controls(marks.packed(marks.rejected(one.data)))
    assert kept(one.data).units[NEW].lines[-1] == "Else the use ends."


def marked(data: bytes) -> set[str]:
    return {str(b.get(w("name"))) for b in stories(unpacked(data))[names.DOCUMENT].iter(w("bookmarkStart"))}


def test_21_a_new_clause_whose_predecessor_they_deleted_follows_the_one_before(doc: Document) -> None:
    ministry.delete_clause(doc, GATE)
    one = merge(doc, ours(ADDED))
    at = controls(one.data)
    assert at.index(NEW) == at.index("part:assessment-and-approval") + 1


def test_21_several_new_clauses_keep_their_order(doc: Document) -> None:
    second = clause_added("clause:second", "Second", "It comes second.", after=NEW)
    one = merge(doc, ours(ADDED, second))
    at = controls(one.data)
    assert at[at.index(GATE) : at.index(GATE) + 3] == [GATE, NEW, "clause:second"]


def test_new_clauses_at_the_very_beginning_and_the_very_end(doc: Document) -> None:
    first, last = english().units[0].anchor, english().units[-1].anchor
    at_end = clause_added("clause:at-end", "At the end", "It is last.", after=last)
    at_top = clause_added("clause:at-top", "At the top", "It is first.", after=first)
    one = merge(doc, ours(at_end, at_top, lambda d: replace(d, units=(d.units[1], d.units[0], *d.units[2:]))))
    assert controls(one.data)[0] == "clause:at-top"
    assert controls(one.data)[-1] == "clause:at-end"


def test_a_part_that_only_the_new_version_has_stands_first(doc: Document) -> None:
    one = merge(Document(revisions.dozen().old_docx), revisions.dozen())
    assert controls(one.data)[0] == "part:changes"
    assert one.state("part:changes") == "added"


def test_a_new_clause_with_a_reference_leads_to_theirs(doc: Document) -> None:
    one = merge(doc, ours(ADDED, ref_added(NEW, "approval", LOGS)))
    target = next(n for n, a in kept(one.data).targets.items() if a == LOGS)
    codes = [t.text or "" for t in stories(unpacked(one.data))[names.DOCUMENT].iter(w("instrText"))]
    assert any(target in code.split() and code.split()[0] == "REF" for code in codes)
    assert "Within one day the approval Article 8 is asked for." in one.lines()


def test_a_reference_to_a_new_clause_leads_there(doc: Document) -> None:
    one = merge(doc, ours(ADDED, ref_added(LOGS, "acceptance", NEW)))
    name = next(n for n, a in kept(one.data).targets.items() if a == NEW)
    assert name in marked(one.data)
    assert "acceptance Article 4A, change or rejection" in one.text()


# Clauses split and joined


def test_31_a_split_clause_is_one_deletion_and_two_insertions_in_its_place(doc: Document) -> None:
    first, second = "clause:gate-contracts", "clause:gate-use"
    pair = ours(clause_split(GATE, 2, (first, "No contract without approval"), (second, "No use without approval")))
    one = merge(doc, pair, replaces={first: (GATE,), second: (GATE,)})
    assert {a: s for a, s in one.states().items() if a != "numbers"} == {
        GATE: "dropped",
        first: "added",
        second: "added",
    }
    assert one.action(first).part_of == one.action(second).part_of == (GATE,)
    at = controls(one.data)
    assert at[at.index(GATE) : at.index(GATE) + 3] == [GATE, first, second]


def test_31_a_clause_that_they_edited_stays_beside_those_it_was_split_into(doc: Document) -> None:
    ministry.replace(doc, "free of charge", "for nothing", GATE)
    first, second = "clause:gate-contracts", "clause:gate-use"
    pair = ours(clause_split(GATE, 2, (first, "No contract without approval"), (second, "No use without approval")))
    one = merge(doc, pair, replaces={first: (GATE,), second: (GATE,)})
    assert one.state(GATE) == "conflict"
    assert {one.state(first), one.state(second)} == {"added"}


def test_31_joined_clauses_are_two_deletions_and_one_insertion(doc: Document) -> None:
    both = "clause:data-and-contract"
    pair = ours(clauses_joined(QUALITY, CONTRACT, both, "Data and contracts"))
    one = merge(doc, pair, replaces={both: (QUALITY, CONTRACT)})
    assert {a: s for a, s in one.states().items() if a != "numbers"} == {
        QUALITY: "dropped",
        CONTRACT: "dropped",
        both: "added",
    }
    assert one.action(both).part_of == (QUALITY, CONTRACT)


# References that lead nowhere


def test_32_a_reference_that_goes_with_our_change_is_not_told() -> None:
    linked = made(ref_added(LOGS, "acceptance", CONTRACT), of=english())
    one = merge(linked.new_docx, made(clause_dropped(CONTRACT), of=linked.new))
    assert one.revised.dangling == ()  # ours names the title instead
    assert "acceptance “Contract terms on access, change and exit”, change or rejection" in one.text()


def test_32_a_reference_that_stays_because_of_a_conflict_is_told() -> None:
    linked = made(ref_added(LOGS, "acceptance", CONTRACT), of=english())
    doc = Document(linked.new_docx)
    ministry.insert(doc, "under ", LOGS, after="acceptance ")
    one = merge(doc, made(clause_dropped(CONTRACT), of=linked.new))
    assert one.state(LOGS) == "conflict"
    assert one.revised.dangling == ((LOGS, "Article 6"),)


def test_32_a_reference_of_their_own_to_a_dropped_clause_is_told(doc: Document) -> None:
    spot = doc.find("its output in police work", GATE)
    target = next(n for n, a in kept(drawn(english())).targets.items() if a == CONTRACT)
    run = ministry_field(target, "Article 6")
    runs = list(spot.paragraph.iter(w("r")))
    for made_run in reversed(run):
        runs[-1].addnext(made_run)
    one = merge(doc, ours(clause_dropped(CONTRACT)))
    assert one.revised.dangling == ((GATE, "Article 6"),)


def ministry_field(target: str, shown: str) -> list[etree._Element]:
    made_runs = []
    for kind, text in (("begin", ""), ("", f" REF {target} \\r \\h "), ("separate", ""), ("t", shown), ("end", "")):
        run = etree.Element(w("r"))
        if kind in ("", "t"):
            node = etree.SubElement(run, w("instrText" if not kind else "t"))
            node.text = text
        else:
            etree.SubElement(run, w("fldChar")).set(w("fldCharType"), kind)
        made_runs.append(run)
    return made_runs


def test_32_a_reference_of_ours_to_a_clause_that_they_deleted_is_text_and_told(doc: Document) -> None:
    ministry.delete_clause(doc, LOGS)
    one = merge(doc, ours(ADDED, ref_added(NEW, "approval", LOGS)))
    assert "Within one day the approval Article 8 is asked for." in one.lines()
    assert one.revised.dangling == ((NEW, "Article 8"),)


# Refusals


def test_33_a_file_of_another_draft_is_refused(doc: Document) -> None:
    with pytest.raises(Faulty, match="of another draft: its country"):
        merge(doc, revisions.us_federal())


def test_33_another_kind_of_document_is_refused(doc: Document) -> None:
    with pytest.raises(Faulty, match="of another draft: its document"):
        merge(doc, revisions.strategy())


def test_33_a_file_without_its_base_is_refused_and_taken_with_one(doc: Document) -> None:
    ministry.remove_anchors(doc, custom_part=True)
    file = doc.bytes()
    pair = ours(word(GATE, "approval", "consent"), ADDED)
    with pytest.raises(Faulty, match="tells nothing of the draft that it came from"):
        merge(file, pair)
    one = merge(file, pair, base=kept(drawn(english())))
    assert one.state(GATE) == "updated" and one.state(NEW) == "added"
    assert kept(one.data).record["version"] == "0.2"


def test_33_a_broken_file_and_one_with_macros_are_refused() -> None:
    whole = drawn(english())
    with pytest.raises(Faulty, match="DOCX-001"):
        merge(whole[: len(whole) // 2], ours(ADDED))
    with pytest.raises(Faulty, match="DOCX-008"):
        package.received(package.packed({**unpacked(whole), "word/vbaProject.bin": b"x"}), "edited.docm")


# The whole of it on real updates


@pytest.mark.parametrize("pair", [revisions.dozen, revisions.strategy], ids=["dozen", "strategy"])
def test_a_real_update_accepted_is_the_new_draft(pair: object) -> None:
    one = merge(pair().old_docx, pair())  # type: ignore[operator]
    assert one.lines() == [t for t in plain(one.ours) if not t.rpartition("\t")[2].isdigit() or "\t" not in t]


def test_tables_and_parts_are_merged_too(doc: Document) -> None:
    ministry.replace(doc, "Norland Border Guard", "Border Guard of Norland", AGENCIES)
    one = merge(
        doc, ours(word(HEAD, "money", "funds"), word(BASIS, "task", "mission"), word(AGENCIES, "tier", "level"))
    )
    assert one.state(AGENCIES) == "merged"
