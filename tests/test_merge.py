"""The merge, word by word: what both sides change in the text of a paragraph (cases 1 to 5, 24 and 26 of the reference)."""

from __future__ import annotations

import marks
import ministry
import pytest
from draft_changes import heading, word
from merging import BASIS, GATE, HEAD, LATER, LOGS, REVIEW, SCOPE, added, english, kept, merge, ours, words_of
from ministry import Document
from revisions import Pair, drawn, made
from word_parts import unpacked

from pipeline.word import anchors
from pipeline.word import package as word_package

CHECKED = (
    "For a high-risk system, and for one whose output weighs in a decision about a person, the system owner shall "
    "check the data before first use and again every {} months for:"
)
"""A sentence of the data clause, without its number."""


@pytest.fixture
def doc() -> Document:
    """Return the draft that was sent out, for the ministry to edit."""
    return Document(drawn(english()))


def test_01_what_only_they_change_stays_and_gets_no_mark(doc: Document) -> None:
    ministry.replace(doc, "every twelve months", "every six months", "clause:data-quality")
    one = merge(doc, ours(word(GATE, "data of real persons", "personal data")))
    assert one.state("clause:data-quality") == "theirs"
    assert "clause:data-quality" not in one.units()
    assert "again every six months for:" in one.text()


def test_02_one_word_is_one_deletion_and_one_insertion(doc: Document) -> None:
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    assert one.tracked() == [("-", "approval"), ("+", "consent")]
    assert one.states() == {GATE: "updated"}
    (hunk,) = one.action(GATE).hunks
    assert (hunk.kind, hunk.conflict) == ("words", False)
    assert hunk.before == "The agency shall not, without a written approval under this chapter:"
    assert hunk.after == "The agency shall not, without a written consent under this chapter:"


def test_02_the_comment_says_why_and_what_it_said_before(doc: Document) -> None:
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    ((on, said),) = one.comments()
    assert on == "approval"
    assert said.split("\n") == [
        "Because of: Regulation (EU) 2026/1744 amends the AI Act", "Provisions: EU AI Act, Art. 27",
        "Rule: approval-gate, as it reads from 27 July 2026",
        "It said: The agency shall not, without a written approval under this chapter:",
    ]  # fmt: skip


def test_03_changes_at_other_words_of_one_sentence_stand_side_by_side(doc: Document) -> None:
    ministry.replace(doc, "again every twelve months", "then every six months", "clause:data-quality")
    one = merge(doc, ours(word("clause:data-quality", "system owner shall", "system owner and the user shall")))
    assert one.state("clause:data-quality") == "merged"
    assert (
        "the system owner and the user shall check the data before first use and then every six months for:"
        in one.text()
    )
    assert one.tracked() == [("+", "and the user ")]


def test_04_in_a_conflict_theirs_stands_and_ours_stands_beside_it(doc: Document) -> None:
    ministry.replace(doc, "twelve", "six", "clause:data-quality")
    one = merge(doc, ours(word("clause:data-quality", "twelve", "nine")))
    assert one.state("clause:data-quality") == "conflict"
    assert one.tracked() == [("+", " nine")]
    assert "again every six nine months for:" in one.text()
    (conflict,) = one.conflicts()
    assert (conflict.before, conflict.theirs, conflict.after) == tuple(map(CHECKED.format, ("twelve", "six", "nine")))
    ((on, said),) = one.conflict_comments()
    assert on == "six nine"
    assert said.split("\n")[1:4] == [
        f"As drafted: {conflict.before}", f"Your text: {conflict.theirs}", f"New draft: {conflict.after}",
    ]  # fmt: skip
    assert [line.partition(":")[0] for line in said.split("\n")[4:]] == ["Because of", "Provisions", "Rule"]


def test_04_a_conflict_can_stand_in_the_comment_alone(doc: Document) -> None:
    ministry.replace(doc, "twelve", "six", "clause:data-quality")
    one = merge(doc, ours(word("clause:data-quality", "twelve", "nine")), in_text=False)
    assert one.tracked() == []
    ((on, said),) = one.conflict_comments()
    texts = [f"{name} {CHECKED.format(word)}" for name, word in (
        ("As drafted:", "twelve"), ("Your text:", "six"), ("New draft:", "nine"),
    )]  # fmt: skip
    assert (on, said.split("\nBecause of")[0]) == ("six", "\n".join([words_of()["merge_conflict"], *texts]))


def test_04_a_conflict_is_told_by_its_sentence_and_not_by_its_paragraph(doc: Document) -> None:
    ministry.replace(doc, "one hour", "two hours", REVIEW)
    ministry.replace(doc, "are not used", "are discarded", REVIEW)
    one = merge(doc, ours(word(REVIEW, "one hour", "forty minutes")))
    (conflict,) = one.conflicts()
    assert conflict.before.startswith("The agency shall test") and conflict.before.endswith("review to one hour.")
    assert conflict.theirs == conflict.before.replace("one hour", "two hours")
    assert conflict.after == conflict.before.replace("one hour", "forty minutes")


@pytest.mark.parametrize("in_text", [True, False])
def test_04_all_conflicts_of_a_sentence_are_one_comment_over_all_of_them(doc: Document, in_text: bool) -> None:
    ministry.replace(doc, "every month", "every week", REVIEW)
    ministry.replace(doc, "one hour", "two hours", REVIEW)
    changes = word(REVIEW, "every month", "every quarter"), word(REVIEW, "one hour", "forty minutes")
    one = merge(doc, ours(*changes), in_text=in_text)
    (conflict,) = one.conflicts()
    assert conflict.theirs.endswith("known cases every week and limit unbroken review to two hours.")
    assert conflict.after.endswith("known cases every quarter and limit unbroken review to forty minutes.")
    ((on, said),) = one.conflict_comments()
    assert on.startswith("week") and " and limit unbroken review to two hours" in on
    assert words_of()["merge_wider"] not in said


def test_04_what_else_we_change_in_a_sentence_in_conflict_is_tracked_and_said_to_belong_to_it(doc: Document) -> None:
    ministry.replace(doc, "one hour", "two hours", REVIEW)
    changes = word(REVIEW, "every month", "every quarter"), word(REVIEW, "one hour", "forty minutes")
    one = merge(doc, ours(*changes, word(REVIEW, "not used", "erased")))
    (conflict,) = one.conflicts()
    assert conflict.theirs.endswith("every month and limit unbroken review to two hours.")
    assert conflict.after.endswith("every quarter and limit unbroken review to forty minutes.")
    ((on, said),) = one.conflict_comments()
    assert on.startswith("two hours") and "month" not in on
    assert words_of()["merge_wider"] in said.split("\n")
    assert ("+", "quarter") in one.tracked()


def test_04_a_new_sentence_beside_one_in_conflict_is_no_part_of_it(doc: Document) -> None:
    ministry.replace(doc, "one hour", "two hours", REVIEW)
    changes = word(REVIEW, "one hour", "forty minutes"), word(REVIEW, "are not used.", "are not used. They are erased.")
    one = merge(doc, ours(*changes))
    ((_, said),) = one.conflict_comments()
    assert "erased" not in said and words_of()["merge_wider"] not in said
    assert "They are erased." in one.text()


def test_04_sentences_that_they_joined_are_told_as_the_one_that_they_are(doc: Document) -> None:
    ministry.replace(doc, "one hour. Outputs", "two hours; outputs", REVIEW)
    one = merge(doc, ours(word(REVIEW, "one hour", "forty minutes")))
    (conflict,) = one.conflicts()
    assert conflict.theirs.endswith("review to two hours; outputs beyond the capacity for review are not used.")
    assert conflict.before.endswith("are not used.") and conflict.after.endswith("are not used.")


def test_04_what_they_delete_and_we_change_is_a_conflict_too(doc: Document) -> None:
    ministry.delete(doc, " unbroken", REVIEW)
    one = merge(doc, ours(word(REVIEW, "unbroken review", "continuous review")))
    (conflict,) = one.conflicts()
    assert "unbroken" in conflict.before and "unbroken" not in conflict.theirs and "continuous" in conflict.after


def test_04_what_they_change_and_we_delete_stays_as_theirs(doc: Document) -> None:
    ministry.replace(doc, "screen itself", "screen of the device", REVIEW)
    one = merge(doc, ours(word(REVIEW, ", and warn them of automation bias on the screen itself", "")))
    assert "on the screen of the device" in one.text()
    assert len(one.conflict_comments()) == 1


def test_05_the_same_change_by_both_is_no_change(doc: Document) -> None:
    ministry.replace(doc, "written approval", "written consent", GATE)
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    assert one.state(GATE) == "same"
    assert one.tracked() == [] and one.comments() == []


def test_05_the_same_change_tracked_by_them_is_no_change_either(doc: Document) -> None:
    ministry.replace(doc, "written approval", "written consent", GATE, tracked=True)
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    assert one.state(GATE) == "same"
    assert one.tracked() == []
    assert one.tracked(ministry.AUTHOR) == [("-", "written approval"), ("+", "written consent")]


def test_24_without_a_change_of_ours_theirs_comes_back_byte_for_byte(doc: Document) -> None:
    ministry.replace(doc, "written approval", "written consent", GATE)
    one = merge(doc, Pair(english(), english(), drawn(english()), drawn(english())))
    assert one.data == one.theirs
    assert one.states() == {}


def test_26_a_change_that_they_rejected_is_not_offered_again_with_the_next_one(doc: Document) -> None:
    first = ours(word(GATE, "approval", "consent"))
    one = merge(doc, first)
    rejected = marks.packed(marks.without_comments(marks.rejected(one.data)))
    third = made(word(LOGS, "acceptance", "approval"), of=first.new)
    two = merge(rejected, third, day=LATER)
    assert two.states() == {LOGS: "updated"}
    assert "without a written approval under" in two.text()


def test_26_a_change_that_they_accepted_is_changed_again_by_the_next_one(doc: Document) -> None:
    first = ours(word(GATE, "approval", "consent"))
    accepted = marks.packed(marks.accepted(merge(doc, first).data))
    two = merge(accepted, made(word(GATE, "consent", "permission"), of=first.new), day=LATER)
    assert two.tracked() == [("-", "consent"), ("+", "permission")]


def test_26_a_change_still_open_is_changed_again_by_the_next_one(doc: Document) -> None:
    first = ours(word(GATE, "approval", "consent"))
    one = merge(doc, first)
    two = merge(one.data, made(word(GATE, "consent", "permission"), of=first.new), day=LATER)
    assert "without a written permission under" in two.text()


def test_the_file_keeps_what_ours_says_for_the_next_merge(doc: Document) -> None:
    pair = ours(word(GATE, "approval", "consent"))
    one = merge(doc, pair)
    assert kept(one.data).units == kept(pair.new_docx).units
    assert kept(one.data).record["version"] == "0.2"


def test_headings_are_merged_as_words_are(doc: Document) -> None:
    ministry.replace(doc, "Automatic", "Automated", LOGS)
    one = merge(doc, ours(heading(LOGS, "Automatic logs of each system"), heading(GATE, "No use without approval")))
    assert "Automated logs of each system" in one.lines()
    assert "No use without approval" in one.lines()
    assert one.states() == {LOGS: "merged", GATE: "updated"}


def test_words_at_the_very_beginning_and_at_the_very_end(doc: Document) -> None:
    one = merge(doc, ours(
        word(REVIEW, "For any other system", "Also for any other system"), word(REVIEW, "the screen itself.", "the screen itself, daily."),
        word(HEAD, "The head of the agency shall not", "In no case the head of the agency shall"),
    ))  # fmt: skip
    gone, new = added([*_lines(english())], one.lines())
    assert [n.split("\t")[-1] for n in new] == [
        "In no case the head of the agency shall delegate:",
        "Also for any other system, the agency should let users reject or correct an output, and warn them of automation bias on the screen itself, daily.",
    ]  # fmt: skip
    assert len(gone) == 2


def _lines(draft: object) -> list[str]:
    from merging import PAGE
    from word_parts import plain

    return [t for t in plain(drawn(english())) if not PAGE.search(t)]


def test_words_at_both_edges_of_what_they_typed(doc: Document) -> None:
    ministry.insert(doc, " and counsel", SCOPE, after="its reason")
    ministry.insert(doc, "At once, ", BASIS, before="The agency shall not begin")
    one = merge(
        doc, ours(word(SCOPE, "before the first use", "before any use"), word(BASIS, "not begin", "neither begin"))
    )
    assert "record the exclusion and its reason and counsel before any use" in one.text()
    assert "At once, The agency shall neither begin" in one.text()
    assert one.conflicts() == []


def test_a_part_of_ours_that_an_editor_wrote_anew_is_the_base_and_is_written_over(doc: Document) -> None:
    parts = unpacked(doc.bytes())
    place = anchors.place(parts)
    text = (
        parts[place]
        .decode()
        .replace("<", "<a:")
        .replace("<a:/", "</a:")
        .replace("<a:?", "<?")
        .replace("xmlns=", "xmlns:a=")
    )
    pair = ours(word(GATE, "approval", "consent"))
    one = merge(word_package.packed({**parts, place: text.encode()}), pair)
    assert one.states() == {GATE: "updated"}
    there = unpacked(one.data)
    assert anchors.place(there) == place
    assert [n for n in there if n.startswith("customXml/item") and "Props" not in n] == [place]
