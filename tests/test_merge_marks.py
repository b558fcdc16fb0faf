"""The merge beside what they have left in the file: tracked changes, comments, formatting, objects (cases 15 to 17, 22, 23)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from random import Random

import marks
import ministry
import pytest
from draft_changes import (
    bold,
    clause_dropped,
    note_added,
    paragraph_added,
    paragraph_dropped,
    paragraph_styled,
    ref_added,
    row_dropped,
    word,
)
from lxml import etree
from merging import (
    AGENCIES,
    BASIS,
    CONTRACT,
    GATE,
    LATER,
    LOGS,
    QUALITY,
    SCOPE,
    english,
    merge,
    ours,
)
from ministry import Document
from revisions import drawn, made
from word_parts import Element, stories, text_of, unpacked, w

from pipeline.model.draft import Draft
from pipeline.revise.merge import AUTHOR
from pipeline.word import names
from pipeline.word import package as word_package

THEM = ministry.AUTHOR


@pytest.fixture
def doc() -> Document:
    """Return the draft that was sent out, for the ministry to edit."""
    return Document(drawn(english()))


def run_of(data: bytes, words: str) -> Element:
    """Return the run that holds words."""
    tree = stories(unpacked(data))[names.DOCUMENT]
    return next(r for r in tree.iter(w("r")) if words in "".join(t.text or "" for t in r.iter(w("t"), w("delText"))))


# Tracked changes of theirs


def test_15_marks_of_both_stand_in_one_sentence(doc: Document) -> None:
    ministry.insert(doc, " and the user", QUALITY, after="the system owner", tracked=True)
    ministry.delete(doc, " again", QUALITY, tracked=True)
    one = merge(doc, ours(word(QUALITY, "twelve months", "nine months")))
    assert one.tracked() == [("-", "twelve"), ("+", "nine")]
    assert one.tracked(THEM) == [("+", " and the user"), ("-", " again")]
    assert (
        "the system owner and the user shall check the data before first use and every nine months for:" in one.text()
    )


def test_15_their_pending_paragraph_and_ours_stand_side_by_side(doc: Document) -> None:
    ministry.add_paragraph(doc, "theirs;", GATE, after="data of real persons", tracked=True)
    one = merge(doc, ours(paragraph_added(GATE, "ours;", 1)))
    assert "theirs;" in one.lines() and any(t.endswith("ours;") for t in one.lines())
    assert ("+", "theirs;") in one.tracked(THEM)


def test_15_a_paragraph_mark_that_they_deleted_joins_what_we_change(doc: Document) -> None:
    ministry.join(doc, "sign a contract", GATE, tracked=True)
    one = merge(doc, ours(word(GATE, "real persons", "living persons")))
    assert any("free of charge;test it on data of living persons;" in t for t in one.lines())


def test_15_a_tracked_move_of_theirs_is_changed_where_it_went(doc: Document) -> None:
    ministry.move_paragraph(doc, "test it on data", "use its output", GATE, tracked=True)
    one = merge(doc, ours(word(GATE, "real persons", "living persons")))
    lines = one.lines()
    at = next(n for n, t in enumerate(lines) if "living persons" in t)
    assert "police work" in lines[at - 1]
    assert not any("real persons" in t for t in lines)


def test_17_our_deletion_in_their_insertion_is_nested(doc: Document) -> None:
    first = ours(word(GATE, "written approval", "written and signed approval"))
    ministry.replace(doc, "written approval", "written and signed approval", GATE, tracked=True)
    one = merge(doc, first)
    two = merge(one.data, made(word(GATE, "written and signed approval", "signed approval"), of=first.new), day=LATER)
    mark = next(m for m in stories(unpacked(two.data))[names.DOCUMENT].iter(w("del")) if m.get(w("author")) == AUTHOR)
    holder = mark.getparent()
    assert holder is not None and holder.tag == w("ins") and holder.get(w("author")) == THEM
    assert "without a signed approval under" in two.text()
    theirs_back = marks.plain(marks.rejected(marks.packed(marks.accepted(two.data, AUTHOR)), THEM))
    assert any("without a written approval under" in t for t in theirs_back)


def test_17_our_insertion_in_their_insertion_parts_it(doc: Document) -> None:
    first = ours(word(GATE, "written approval", "written and signed approval"))
    ministry.insert(doc, " and signed", GATE, after="without a written", tracked=True)
    one = merge(doc, first)
    assert one.state(GATE) == "same"
    two = merge(one.data, made(word(GATE, "and signed approval", "and duly signed approval"), of=first.new), day=LATER)
    assert two.tracked() == [("+", "duly ")]
    assert two.tracked(THEM)[0][0] == "+"
    tree = stories(unpacked(two.data))[names.DOCUMENT]
    assert not any(up.tag == w("ins") for m in tree.iter(w("ins")) for up in m.iterancestors())


# Comments of theirs


def test_16_their_threads_stay_with_their_words(doc: Document) -> None:
    ministry.comment(
        doc, "written approval", "By whom?", GATE, replies=(("Legal department", "By the head."),), resolved=True
    )
    ministry.comment(doc, "real persons", "Also dead ones?", GATE)
    before = doc.bytes()
    one = merge(before, ours(word(GATE, "approval", "consent"), word(GATE, "data of real", "data about real")))
    assert one.comments(THEM) == [
        ("written approvalconsent", "By whom?"),
        ("real persons", "Also dead ones?"),
    ] or [said for _, said in one.comments(THEM)] == ["By whom?", "Also dead ones?"]
    parts, was = unpacked(one.data), unpacked(before)
    assert parts["word/commentsExtended.xml"] == was["word/commentsExtended.xml"]
    there = word_package.parsed(parts["word/comments.xml"], "", "")
    assert [text_of(p) for p in there.iter(w("p"))][:3] == ["By whom?", "By the head.", "Also dead ones?"]


def test_16_a_comment_on_words_that_we_delete_stays_until_these_are_gone(doc: Document) -> None:
    ministry.comment(doc, "free of charge", "What of gifts?", GATE)
    one = merge(doc, ours(word(GATE, " or accept one free of charge", "")))
    assert one.comments(THEM) == [("free of charge", "What of gifts?")]
    done = marks.accepted(one.data)
    assert marks.faults(done) == []


@pytest.mark.parametrize("how", ["paragraph", "clause"])
def test_16_a_comment_goes_with_the_paragraph_or_clause_that_goes(doc: Document, how: str) -> None:
    ministry.comment(doc, "access for tests", "Which ones?", CONTRACT)
    one = merge(doc, ours(paragraph_dropped(CONTRACT, 2) if how == "paragraph" else clause_dropped(CONTRACT)))
    assert [said for _, said in one.comments(THEM)] == ["Which ones?"]
    done = marks.packed(marks.accepted(one.data))
    assert "access for tests" not in "\n".join(marks.plain(done))
    assert paragraphs(done) == paragraphs(one.theirs) - (1 if how == "paragraph" else 8)


def paragraphs(data: bytes) -> int:
    return sum(1 for _ in stories(unpacked(data))[names.DOCUMENT].iter(w("p")))


def test_16_a_comment_in_the_last_paragraph_of_a_cell_and_in_a_row_that_goes(doc: Document) -> None:
    ministry.comment(doc, "A statute says so", "Which statute?", AGENCIES)
    one = merge(doc, ours(row_dropped(AGENCIES, 0)))
    assert [said for _, said in one.comments(THEM)] == ["Which statute?"]
    assert "Which statute?" not in str(unpacked(marks.packed(marks.accepted(one.data))).get("word/comments.xml", b""))


def test_16_comments_in_a_part_with_other_prefixes_are_kept(doc: Document) -> None:
    ministry.comment(doc, "real persons", "Also dead ones?", GATE)
    parts = unpacked(doc.bytes())
    text = parts["word/comments.xml"].decode()
    parts["word/comments.xml"] = text.replace("w:", "ns0:").replace("xmlns:w=", "xmlns:ns0=").encode()
    one = merge(word_package.packed(parts), ours(word(GATE, "approval", "consent")))
    assert {said for _, said in one.comments(THEM)} == {"Also dead ones?"}
    assert len(one.comments()) == 1


def test_16_two_thousand_comments_are_no_burden(doc: Document) -> None:
    ids = ministry.comment(doc, "real persons", "One", GATE, replies=[("A B", f"Reply {n}") for n in range(1999)])
    assert len(ids) == 2000
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    assert len(one.comments(THEM)) == 1 and len(one.comments()) == 1


# Formatting


def test_22_what_we_put_in_looks_like_what_they_made_of_the_words(doc: Document) -> None:
    ministry.bold(doc, "written approval", GATE)
    one = merge(doc, ours(word(GATE, "written approval", "signed consent")))
    look = run_of(one.data, "signed").find(w("rPr"))
    assert look is not None and look.find(w("b")) is not None


def test_22_a_paragraph_that_they_restyled_keeps_its_style(doc: Document) -> None:
    ministry.restyle(doc, "The agency shall not, without", "heading 3", GATE)
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    paragraph = next(run_of(one.data, "consent").iterancestors(w("p")))
    style = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
    assert style is not None and style.get(w("val")) == doc.style("heading 3")


def test_22_a_tracked_change_of_their_formatting_is_not_copied(doc: Document) -> None:
    ministry.bold(doc, "written approval", GATE, tracked=True)
    one = merge(doc, ours(word(GATE, "written approval", "signed consent")))
    run = run_of(one.data, "signed")
    assert run.find(f"{w('rPr')}/{w('b')}") is not None
    assert run.find(f"{w('rPr')}/{w('rPrChange')}") is None


def test_22_words_within_a_tracked_change_of_their_formatting(doc: Document) -> None:
    ministry.bold(doc, "The agency shall not, without a written approval under this chapter", GATE, tracked=True)
    one = merge(doc, ours(word(GATE, "written approval", "written consent")))
    changes = [
        m for m in stories(unpacked(one.data))[names.DOCUMENT].iter(w("rPrChange")) if m.get(w("author")) == THEM
    ]
    assert len(changes) == len({m.get(w("id")) for m in changes}) == 3


def test_23_a_change_of_look_alone_can_be_rejected(doc: Document) -> None:
    one = merge(doc, ours(bold(GATE, "written approval")))
    assert one.tracked() == []
    assert [h.kind for h in one.action(GATE).hunks] == ["look"]
    run = run_of(one.data, "written approval")
    assert run.find(f"{w('rPr')}/{w('b')}") is not None
    change = run.find(f"{w('rPr')}/{w('rPrChange')}")
    assert change is not None and change.get(w("author")) == AUTHOR


def test_23_a_change_of_paragraph_style_can_be_rejected(doc: Document) -> None:
    at = "clause:transition-eu-calendar"
    import revisions

    old = revisions.dozen().old
    one = merge(drawn(old), made(paragraph_styled(at, 0, "small"), of=old))
    assert [h.kind for h in one.action(at).hunks] == ["look"]
    tree = stories(unpacked(one.data))[names.DOCUMENT]
    assert sum(m.get(w("author")) == AUTHOR for m in tree.iter(w("pPrChange"))) == 1


def test_23_a_look_that_they_change_too_stays_theirs(doc: Document) -> None:
    ministry.bold(doc, "written approval", GATE, tracked=True)
    one = merge(doc, ours(bold(GATE, "a written approval")))
    assert run_of(one.data, "written approval").find(f"{w('rPr')}/{w('rPrChange')}").get(w("author")) == THEM  # type: ignore[union-attr]


def test_23_look_and_words_of_one_sentence(doc: Document) -> None:
    one = merge(doc, ours(bold(GATE, "shall not"), word(GATE, "written approval", "written consent")))
    assert {h.kind for h in one.action(GATE).hunks} == {"words", "look"}
    assert one.tracked() == [("-", "approval"), ("+", "consent")]


# What editors do without being asked


@pytest.mark.parametrize("habit", ["rsids", "scattered", "languages", "renamed_styles", "paragraph_ids", "google"])
def test_what_an_editor_does_to_the_whole_file_is_no_edit(doc: Document, habit: str) -> None:
    edit = getattr(ministry, habit)
    edit(doc, Random(3)) if habit in ("rsids", "scattered", "languages") else edit(doc)
    one = merge(
        doc,
        ours(
            word(GATE, "approval", "consent"),
            paragraph_added(QUALITY, "It keeps a list.", 4),
            paragraph_dropped(LOGS, 1),
        ),
    )
    assert {a: s for a, s in one.states().items() if a != "numbers"} == {
        GATE: "updated",
        QUALITY: "updated",
        LOGS: "updated",
    }
    assert ("+", "consent") in one.tracked()


def test_styles_by_other_ids_are_found_by_name(doc: Document) -> None:
    ministry.renamed_styles(doc)
    one = merge(doc, ours(note_added(LOGS, "Act 9.", 3), paragraph_added(QUALITY, "It keeps a list.", 4)))
    style = next(run_of(one.data, "It keeps a list.").iterancestors(w("p"))).find(f"{w('pPr')}/{w('pStyle')}")
    assert style is not None and style.get(w("val")) == doc.style("clause number")


# Fields, links, objects


def test_a_field_that_they_put_in_is_left_alone(doc: Document) -> None:
    spot = doc.find("real persons", GATE)
    simple = etree.Element(w("fldSimple"))
    simple.set(w("instr"), " DATE ")
    run = etree.SubElement(simple, w("r"))
    etree.SubElement(run, w("t")).text = "1 May 2027"
    list(spot.paragraph.iter(w("r")))[-1].addnext(simple)
    one = merge(doc, ours(word(GATE, "data of real persons;", "data about people;")))
    assert any("test it on data about people;1 May 2027" in t for t in one.lines())


def test_what_stands_behind_a_link_does_not_become_part_of_it(doc: Document) -> None:
    paragraph = doc.find("serves military tasks alone", SCOPE).paragraph
    run = next(paragraph.iter(w("r")))
    link = etree.Element(w("hyperlink"))
    link.set(w("anchor"), "somewhere")
    run.addprevious(link)
    link.append(run)
    one = merge(doc, ours(word(SCOPE, "military tasks alone.", "military tasks alone. It says so.")))
    tree = stories(unpacked(one.data))[names.DOCUMENT]
    (there,) = [h for h in tree.iter(w("hyperlink")) if h.get(w("anchor")) == "somewhere"]
    assert not list(there.iter(w("ins")))
    assert "serves military tasks alone. It says so." in one.text()


def test_a_picture_that_they_put_in_stays_where_it_is(doc: Document) -> None:
    drawing = next(doc.tree().iter(w("drawing")))
    made_run = etree.Element(w("r"))
    made_run.append(deepcopy(drawing))
    for properties in made_run.iter("{*}docPr"):
        properties.set("id", "99")
    paragraph = doc.find("real persons", GATE).paragraph
    list(paragraph.iter(w("r")))[-1].addnext(made_run)
    one = merge(doc, ours(word(GATE, "on data of real persons", "on real data")))
    assert any("test it on real data;" in t for t in one.lines())
    there = next(run_of(one.data, "test it on").iterancestors(w("p")))
    assert len(list(there.iter(w("drawing")))) == 1


def test_a_text_box_of_theirs_is_not_struck_with_its_paragraph(doc: Document) -> None:
    paragraph = doc.find("real persons", GATE).paragraph
    run = etree.Element(w("r"))
    box = etree.SubElement(etree.SubElement(run, w("pict")), "{urn:schemas-microsoft-com:vml}textbox")
    inner = etree.SubElement(etree.SubElement(box, w("txbxContent")), w("p"))
    etree.SubElement(etree.SubElement(inner, w("r")), w("t")).text = "In the margin"
    list(paragraph.iter(w("r")))[-1].addnext(run)
    one = merge(doc, ours(word(GATE, "real persons", "living persons")))
    assert any("data of living persons" in t for t in one.lines())
    tree = stories(unpacked(one.data))[names.DOCUMENT]
    assert [t.text for t in tree.iter(w("t")) if t.text == "In the margin"] == ["In the margin"]


def test_a_reference_that_we_put_in_is_a_field_of_theirs(doc: Document) -> None:
    one = merge(doc, ours(ref_added(GATE, "real persons", LOGS)))
    assert "test it on data of real persons Article 8;" in one.text()
    two = merge(
        one.data,
        made(word(BASIS, "policing task", "task"), of=ours(ref_added(GATE, "real persons", LOGS)).new),
        day=LATER,
    )
    assert GATE not in two.states()


def test_a_control_of_theirs_around_words_is_looked_through(doc: Document) -> None:
    spot = doc.find("written approval", GATE)
    (run,) = ministry_runs(spot)
    control = etree.Element(w("sdt"))
    own = etree.SubElement(control, w("sdtPr"))
    etree.SubElement(own, w("id")).set(w("val"), "77")
    etree.SubElement(own, w("tag")).set(w("val"), "theirs")
    run.addprevious(control)
    etree.SubElement(control, w("sdtContent")).append(run)
    one = merge(doc, ours(word(GATE, "approval", "consent")))
    assert "without a written consent under" in one.text()
    assert one.state(GATE) == "updated"


def ministry_runs(spot: object) -> list[Element]:
    from manuscript import runs

    return runs(spot)  # type: ignore[arg-type]


def test_a_clause_nested_in_a_control_of_theirs(doc: Document) -> None:
    control = doc.control(GATE)
    outer = etree.Element(w("sdt"))
    own = etree.SubElement(outer, w("sdtPr"))
    etree.SubElement(own, w("id")).set(w("val"), "78")
    control.addprevious(outer)
    etree.SubElement(outer, w("sdtContent")).append(control)
    from draft_changes import clause_added

    one = merge(
        doc, ours(word(GATE, "approval", "consent"), clause_added("clause:new", "New", "It is new.", after=GATE))
    )
    assert one.state(GATE) == "updated"
    fresh = Document(one.data).control("clause:new")
    assert not any(up.tag == w("sdt") for up in fresh.iterancestors())


# Cover and headers


def test_cover_control_table_and_headers_name_the_new_version() -> None:
    import revisions

    pair = revisions.dozen()
    one = merge(pair.old_docx, pair)
    assert one.state("cover") == "updated"
    assert ("Draft 0.1", "Draft 0.2") in {(h.before, h.after) for h in one.action("cover").hunks}


def test_a_new_marking_is_put_into_headers_and_footers(doc: Document) -> None:
    def marking(draft: Draft) -> Draft:
        return replace(draft, cover=replace(draft.cover, marking="For general release"))

    one = merge(doc, ours(marking))
    heads = {n: tree for n, tree in stories(unpacked(one.data)).items() if n.startswith(("word/header", "word/footer"))}
    changed = [n for n, tree in heads.items() if any(m.get(w("author")) == AUTHOR for m in tree.iter(w("ins")))]
    assert changed == ["word/header1.xml", "word/header2.xml"]
    assert "For general release" in one.lines()


def test_a_cover_that_they_wrote_anew_is_left_alone() -> None:
    import revisions

    pair = revisions.dozen()
    doc = Document(pair.old_docx)
    for words in ("Draft 0.1", "Law as of 26 July 2026"):
        ministry.replace(doc, words, "Text for the cabinet")
    one = merge(doc, pair)
    cover = next((a for a in one.revised.actions if a.anchor == "cover"), None)
    body = stories(unpacked(one.data))[names.DOCUMENT]
    assert sum("Text for the cabinet" in (t.text or "") for t in body.iter(w("t"))) == 2
    assert cover is None or not any(h.conflict for h in cover.hunks)


def test_footnotes_that_were_put_in_stand_in_the_order_of_their_signs(doc: Document) -> None:
    """LibreOffice takes footnotes by their order and not by their numbers."""
    one = merge(doc, ours(note_added(GATE, "Act 9."), note_added(LOGS, "Act 10.", 3)))
    told = stories(unpacked(one.data))
    signs = [r.get(w("id")) for r in told[names.DOCUMENT].iter(w("footnoteReference"))]
    notes = [n.get(w("id")) for n in told[names.FOOTNOTES].iter(w("footnote")) if not n.get(w("type"))]
    assert notes == signs and signs != sorted(signs, key=lambda number: int(number or 0))


def test_a_page_colour_does_not_keep_the_cover_from_being_brought_up_to_date() -> None:
    def change(draft: Draft) -> Draft:
        return replace(draft, cover=replace(draft.cover, status="Second consultation draft"))

    pair = ours(change)
    coloured = Document(pair.old_docx)
    coloured.tree().insert(0, etree.Element(w("background"), {w("color"): "FFFFFF"}))
    for doc in (Document(pair.old_docx), coloured):
        assert "Second consultation draft" in merge(doc, pair).text()
