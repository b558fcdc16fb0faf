"""The merge on files that are large, odd or hostile: it holds, in time, or refuses in one line."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import ministry
import pytest
import revisions
from draft_changes import Change, cell, clause_added, note_added, paragraph_added, unit_of, word
from lxml import etree
from merging import AGENCIES, DAY, GATE, HEAD, LOGS, english, merge, ours, words_of
from ministry import Document
from revisions import drawn
from word_parts import stories, unpacked, w

from pipeline.model.draft import Draft, Inline, Link, Paragraph, Run
from pipeline.model.problem import Faulty
from pipeline.revise.desk import Terms
from pipeline.revise.merge import Asked, merged
from pipeline.revise.pairing import pairs
from pipeline.word import marks as word_marks
from pipeline.word import names
from pipeline.word import package as word_package
from pipeline.word.wording import Row, Words

ADDRESS = "https://example.org/act"


@pytest.fixture
def doc() -> Document:
    """Return the draft that was sent out, for the ministry to edit."""
    return Document(drawn(english()))


def codes(data: bytes) -> list[str]:
    return [(c.text or "").strip() for c in stories(unpacked(data))[names.DOCUMENT].iter(w("instrText"))]


# Links of ours


def linked(anchor: str, at: int) -> Change:
    """Return a change that puts a link at the end of a paragraph."""

    def changed(draft: Draft) -> Draft:
        unit = unit_of(draft, anchor)
        place = [i for i, b in enumerate(unit.blocks) if isinstance(b, Paragraph)][at]
        held = unit.blocks[place]
        assert isinstance(held, Paragraph)
        more: tuple[Inline, ...] = (Run(" See "), Link("the act", ADDRESS), Run("."))
        blocks = (*unit.blocks[:place], replace(held, inlines=(*held.inlines, *more)), *unit.blocks[place + 1 :])
        return replace(draft, units=tuple(replace(u, blocks=blocks) if u is unit else u for u in draft.units))

    return changed


def test_a_link_in_new_words_leads_where_ours_leads(doc: Document) -> None:
    one = merge(doc, ours(linked(HEAD, 1)))
    assert any(t.endswith("shall not delegate: See the act.") for t in one.lines())
    assert f'HYPERLINK "{ADDRESS}"' in codes(one.data)


def test_a_link_in_a_new_clause_leads_where_ours_leads(doc: Document) -> None:
    new = clause_added("clause:new", "New", "It is new.", after=GATE)
    one = merge(doc, ours(new, linked("clause:new", 0)))
    assert "It is new. See the act." in one.lines()
    assert f'HYPERLINK "{ADDRESS}"' in codes(one.data)


# Numbers of others


def test_marks_are_numbered_beneath_the_highest_that_word_reads(doc: Document) -> None:
    ministry.insert(doc, " and signed", GATE, after="written approval", tracked=True)
    for mark in doc.tree().iter(w("ins")):
        mark.set(w("id"), str(2**31 - 1))
    one = merge(doc, ours(word(GATE, "data of real", "data about real")))
    ids = [int(str(m.get(w("id")))) for m in stories(unpacked(one.data))[names.DOCUMENT].iter(w("ins"), w("del"))]
    assert max(ids) == 2**31 - 1 and len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("", 0), (None, 0), ("x", 0), ("-3", 0), ("²", 0), ("9" * 30, 0)]
)
def test_what_is_no_number_counts_as_none(text: str | None, number: int) -> None:
    assert word_marks.whole(text) == number


def test_numbers_of_notes_lists_and_pictures_may_be_anything(doc: Document) -> None:
    for note in doc.tree(names.FOOTNOTES).iter(w("footnote")):
        if note.get(w("type")) is None:
            old = note.get(w("id"))
            note.set(w("id"), f"n{old}")
            for reference in doc.tree().iter(w("footnoteReference")):
                if reference.get(w("id")) == old:
                    reference.set(w("id"), f"n{old}")
    for properties in doc.tree().iter("{*}docPr"):
        properties.set("id", "first")
    merge(doc, ours(note_added(LOGS, "Act 9.", 3), paragraph_added(GATE, "lend it;", 1)))


# Sizes


def test_a_long_table_changed_in_every_row_is_paired() -> None:
    base = [Row(((Words(f"Term {n} of the act"),), (Words(f"It means thing {n} and no other."),))) for n in range(1500)]
    other = [
        Row(((Words(f"Term {n} of the law"),), (Words(f"It meant thing {n} and no other."),))) for n in range(1500)
    ]
    found = pairs(base, other)
    assert sum(found.get(n) == n for n in range(1500)) > 1400


@pytest.mark.slow
def test_220_clauses_are_merged_with_anchors_and_without() -> None:
    pair = revisions.large()
    kinds = ("replace words", "delete words", "insert a sentence", "edit a cell", "split a paragraph", "comment")
    edited, made = ministry.edited(
        pair.old_docx, 5, 75, (*kinds * 3, "add a paragraph", "delete a paragraph", "cut runs")
    )
    assert len({e.anchor for e in made}) > 50
    bare = Document(edited)
    ministry.remove_anchors(bare)
    for file in (edited, bare.bytes()):
        assert quick(file, pair) > 60


def quick(file: bytes, pair: revisions.Pair) -> int:
    """Return how many units a merge changes, and look no further."""
    terms = Terms(conflict_text=True, moves=False, kept_numbers=True, words=words_of())
    return len(merged(Asked(file, pair.new_docx, None, "edited.docx", DAY, terms, {}, {}, "latin")).changed)


# What is no Word file of ours


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"no Word file", b"PK\x03\x04" + b"\0" * 400], ids=["empty", "PK", "text", "zeros"]
)
def test_what_is_no_word_file_is_refused(data: bytes) -> None:
    with pytest.raises(Faulty, match="DOCX-001"):
        merge(data, ours(word(GATE, "approval", "consent")))


def test_a_damaged_part_is_refused(doc: Document) -> None:
    parts = unpacked(doc.bytes())
    parts[names.DOCUMENT] = parts[names.DOCUMENT][:-200]
    with pytest.raises(Faulty, match="DOCX-007"):
        merge(word_package.packed(parts), ours(word(GATE, "approval", "consent")))


def test_an_entity_is_refused(doc: Document) -> None:
    parts = unpacked(doc.bytes())
    text = parts[names.DOCUMENT].decode()
    parts[names.DOCUMENT] = text.replace(
        "<w:document", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document', 1
    ).encode()
    with pytest.raises(Faulty, match="DOCX-006"):
        merge(word_package.packed(parts), ours(word(GATE, "approval", "consent")))


def test_a_file_without_styles_lists_or_settings_is_merged(doc: Document) -> None:
    parts = unpacked(doc.bytes())
    for name in (names.STYLES, names.NUMBERING, names.SETTINGS):
        del parts[name]
        for part, key in ((names.DOCUMENT_RELS, "Target"), (names.TYPES, "PartName")):
            tree = word_package.parsed(parts[part], part, "test.docx")
            for element in [e for e in tree if str(e.get(key, "")).endswith(name.rpartition("/")[2])]:
                tree.remove(element)
            parts[part] = word_package.serialised(tree)
    changes = (
        word(GATE, "written approval", "written consent"),
        paragraph_added(LOGS, "One more.", 3),
        cell(AGENCIES, 0, 2, "Regional"),
    )
    one = merge(word_package.packed(parts), ours(*changes))
    assert "without a written consent under" in one.text() and "(ca)\tOne more." in one.lines()


def test_a_control_that_names_a_unit_within_another_unit(doc: Document) -> None:
    inner = deepcopy(doc.control(LOGS))
    holder = doc.control(LOGS).getparent()
    assert holder is not None
    holder.remove(doc.control(LOGS))
    content = doc.control(GATE).find(w("sdtContent"))
    assert content is not None
    content.append(inner)
    one = merge(doc, ours(word(LOGS, "acceptance", "approval"), word(GATE, "written approval", "written consent")))
    assert "approval, change or rejection" in one.text() and "written consent under" in one.text()


def test_comments_and_processing_instructions_of_xml_are_passed_over(doc: Document) -> None:
    for paragraph in list(doc.body.iter(w("p")))[::7]:
        paragraph.append(etree.Comment("left by a tool"))
        paragraph.addnext(etree.ProcessingInstruction("tool", "left"))
    merge(doc, ours(word(GATE, "written approval", "written consent"), paragraph_added(LOGS, "One more.", 3)))
