"""The merge from right to left (case 20): marks, runs, comments and numbers of an Arabic draft, in both profiles."""

from __future__ import annotations

import marks
import ministry
import pytest
import revisions
from draft_changes import clause_added, clause_dropped, note_added, paragraph_added, paragraph_dropped, row_added, word
from merging import Merged, arabic, kept, merge, ours
from ministry import Document
from revisions import drawn
from word_parts import Element, plain, stories, unpacked, w
from word_reading import counted

from pipeline.render.docx import Anchors
from pipeline.revise import tokens
from pipeline.revise.merge import AUTHOR
from pipeline.word import names
from pipeline.word.wording import Words

FACES, ERASURE, SECURITY, REVIEW, FILE, REGISTER = (
    f"clause:{n}" for n in ("live-face-recognition", "erasure-and-retention", "information-security", "human-review",
                            "approval-file", "public-register")
)  # fmt: skip
PROFILES = pytest.mark.parametrize("profile", ["libre", "word"])


def inserted(one: Merged) -> list[Element]:
    """Return the runs that we put in."""
    tree = stories(unpacked(one.data))[names.DOCUMENT]
    return [
        r
        for m in tree.iter(w("ins"))
        if m.get(w("author")) == AUTHOR
        for r in m.iter(w("r"))
        if r.find(w("t")) is not None
    ]


def said(run: Element) -> str:
    return "".join(t.text or "" for t in run.iter(w("t")))


@PROFILES
def test_20_an_inserted_word_runs_from_right_to_left(profile: Anchors) -> None:
    pair = ours(word(ERASURE, "ثلاثين", "ستين"), of=arabic(), profile=profile)
    one = merge(pair.old_docx, pair)
    assert one.tracked() == [("-", "ثلاثين"), ("+", "ستين")]
    (run,) = inserted(one)
    assert run.find(f"{w('rPr')}/{w('rtl')}") is not None


@PROFILES
def test_20_scripts_are_put_in_as_runs_of_their_own(profile: Anchors) -> None:
    pair = ours(word(SECURITY, "على كل نظام", "مع ISO/IEC 42005 على كل نظام"), of=arabic(), profile=profile)
    one = merge(pair.old_docx, pair)
    runs = {said(r).strip(): r.find(f"{w('rPr')}/{w('rtl')}") is not None for r in inserted(one)}
    assert runs["مع"] is True
    assert [rtl for text, rtl in runs.items() if "ISO" in text] == [False]


def test_20_the_comment_runs_from_right_to_left() -> None:
    pair = ours(word(ERASURE, "ثلاثين", "ستين"), of=arabic(), profile="libre")
    one = merge(pair.old_docx, pair)
    tree = stories(unpacked(one.data))["word/comments.xml"]
    assert all(p.find(f"{w('pPr')}/{w('bidi')}") is not None for p in tree.iter(w("p")))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("وISO/IEC 42001:2023 على", ["وISO/IEC", " ", "42001:2023", " ", "على"]),
        ("كتابةً، قبل", ["كتابةً", "،", " ", "قبل"]),
        ("«يجب» ٣١", ["«", "يجب", "»", " ", "٣١"]),
        ("المشغِّل", ["المشغِّل"]),
    ],
)
def test_20_mixed_text_is_parted_at_words(text: str, wanted: list[str]) -> None:
    assert [t.key for t in tokens.tokens(Words(text))] == wanted


@PROFILES
def test_20_changes_of_both_in_one_sentence(profile: Anchors) -> None:
    doc = Document(drawn(arabic(), "word"))
    ministry.replace(doc, "مسؤول حماية البيانات", "مفوض حماية البيانات", ERASURE, tracked=True)
    pair = ours(word(ERASURE, "ثلاثين", "ستين"), of=arabic())
    one = merge(
        doc if profile == "word" else bookmarks_only(doc),
        pair if profile == "word" else bookmarks_only(Document(pair.new_docx)),
    )
    assert any("مفوض حماية البيانات أن يتحقق من محو الصور غير المطابقة خلال ستين يوماً" in t for t in one.lines())
    assert one.state(ERASURE) == "merged"


def bookmarks_only(doc: Document) -> bytes:
    for anchor in doc.anchors():
        ministry.remove_control(doc, anchor)
    return doc.bytes()


@PROFILES
def test_20_a_conflict(profile: Anchors) -> None:
    doc = Document(drawn(arabic(), "word"))
    ministry.replace(doc, "ثلاثين", "عشرين", ERASURE)
    file = doc.bytes() if profile == "word" else bookmarks_only(doc)
    one = merge(file, ours(word(ERASURE, "ثلاثين", "ستين"), of=arabic(), profile=profile))
    (conflict,) = one.conflicts()
    sentence = "يجب على مسؤول حماية البيانات أن يتحقق من محو الصور غير المطابقة خلال {} يوماً من تاريخ التقاطها."
    texts = conflict.before, conflict.theirs, conflict.after
    assert texts == tuple(map(sentence.format, ("ثلاثين", "عشرين", "ستين")))
    assert any("خلال عشرين ستين يوماً" in t for t in one.lines())


@PROFILES
def test_20_paragraphs_points_notes_and_rows(profile: Anchors) -> None:
    pair = ours(
        paragraph_added(FACES, "حماية الأطفال؛", 2), paragraph_dropped(FILE, 2), paragraph_added(REVIEW, "ويُخطر الشخص.", 1),
        note_added(REGISTER, "قانون 9."), row_added("part:agencies", ("الجمارك", "جمارك", "وطني", "القانون"), 0),
        of=arabic(), profile=profile,
    )  # fmt: skip
    one = merge(pair.old_docx, pair)
    for text in ("حماية الأطفال؛", "ويُخطر الشخص.", "الجمارك"):
        assert any(text in t for t in one.lines())
    numbers = {t.split("\t")[-1]: n for n, t in counted(marks.packed(marks.accepted(one.data))) if n}
    assert numbers["قرار رئيس الجهة مؤرخاً وموقعاً."] == "(4)"


@PROFILES
def test_20_a_clause_comes_and_one_goes(profile: Anchors) -> None:
    new = clause_added("clause:new", "حكم جديد", "يجب على الجهة أن تبلغ الوزارة.", after=REVIEW)
    pair = ours(new, clause_dropped(ERASURE), of=arabic(), profile=profile)
    one = merge(pair.old_docx, pair)
    assert {a: s for a, s in one.states().items() if a.startswith("clause:") and s != "updated"} == {
        "clause:new": "added",
        ERASURE: "dropped",
    }
    assert one.action("clause:new").label == kept(pair.new_docx).units["clause:new"].label
    assert not any("ثلاثين يوماً" in t for t in one.lines())


@pytest.mark.parametrize("profile", ["libre", "word"])
def test_20_a_paragraph_at_the_end_of_a_clause_is_in_it_for_the_next_merge(profile: Anchors) -> None:
    first = ours(paragraph_added(ERASURE, "ويُخطر الشخص.", 0), of=arabic(), profile=profile)
    one = merge(first.old_docx, first)
    accepted = marks.packed(marks.accepted(one.data))
    second = revisions.made(word(ERASURE, "ويُخطر", "ويُعلم"), of=first.new, anchors=profile)
    two = merge(accepted, second, day="2026-12-01")
    assert two.tracked() == [("-", "ويُخطر"), ("+", "ويُعلم")]


@PROFILES
def test_20_the_real_update_accepted_is_the_new_draft(profile: Anchors) -> None:
    pair = revisions.arabic("consultation", profile)
    one = merge(pair.old_docx, pair)
    assert one.lines() == [t for t in plain(pair.new_docx) if not t.rpartition("\t")[2].isdigit() or "\t" not in t]
    assert one.conflicts() == []
