"""The merge in tables and footnotes: cells, rows, boxes, notes (cases 18 and 19 of the reference)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import marks
import ministry
import pytest
from draft_changes import (
    _table,
    cell,
    clause_added,
    note_added,
    note_changed,
    note_dropped,
    paragraph_dropped,
    row_added,
    row_dropped,
    word,
)
from lxml import etree
from merging import AGENCIES, BASIS, CHOICES, GATE, HEAD, LOGS, QUALITY, Merged, english, merge, ours
from ministry import Document
from revisions import drawn
from word_parts import Element, stories, text_of, unpacked, w

from pipeline.model.draft import Table
from pipeline.word import names
from pipeline.word import package as word_package

GUARD, POLICE = "Norland Border Guard", "Norland National Police"
NOTE = "CoE Framework Convention on AI, Art. 16"


@pytest.fixture
def doc() -> Document:
    """Return the draft that was sent out, for the ministry to edit."""
    return Document(drawn(english()))


def rows(one: Merged, anchor: str = AGENCIES) -> list[list[str]]:
    """Return the rows of a unit's tables once all is accepted."""
    done = Document(marks.packed(marks.accepted(one.data)))
    tables = [t for b in done.blocks(anchor) for t in b.iter(w("tbl"))]
    return [
        ["/".join(text_of(p) for p in c.iter(w("p"))) for c in r.iter(w("tc"))] for t in tables for r in t.iter(w("tr"))
    ]


# Cells


def test_18_a_word_in_a_cell(doc: Document) -> None:
    one = merge(doc, ours(cell(AGENCIES, 0, 2, "Regional")))
    assert one.tracked() == [("-", "National"), ("+", "Regional")]
    assert rows(one)[1] == [GUARD, "Border guard", "Regional", "A statute says so"]


def test_18_two_cells_of_one_row_by_one_side_each(doc: Document) -> None:
    ministry.replace(doc, "A statute says so", "The Border Act says so", AGENCIES)
    one = merge(doc, ours(cell(AGENCIES, 0, 2, "Regional")))
    assert rows(one)[1] == [GUARD, "Border guard", "Regional", "The Border Act says so"]
    assert one.state(AGENCIES) == "merged"


def test_18_the_same_word_of_a_cell_by_both_is_a_conflict(doc: Document) -> None:
    ministry.replace(doc, "A statute says so", "A decree says so", AGENCIES)
    one = merge(doc, ours(word(AGENCIES, "A statute says so", "A treaty says so")))
    assert rows(one)[1][3] == "A decree treaty says so"
    assert [said.split("\n")[1:4] for _, said in one.conflict_comments()] == [
        ["As drafted: A statute says so", "Your text: A decree says so", "New draft: A treaty says so"]
    ]


def test_18_an_emptied_cell_and_one_that_was_empty(doc: Document) -> None:
    pair = ours(cell(CHOICES, 0, 3, "Article 1"), cell(AGENCIES, 0, 3, ""))
    one = merge(doc, pair)
    assert rows(one, CHOICES)[1][3] == "Article 1"
    assert rows(one)[1][3] == ""


def test_18_a_cell_that_they_emptied_and_we_changed_is_a_conflict(doc: Document) -> None:
    ministry.delete(doc, "A statute says so", AGENCIES)
    one = merge(doc, ours(word(AGENCIES, "statute", "treaty")))
    assert rows(one)[1][3] == ""
    assert len(one.conflicts()) == 1


# Rows


def test_18_a_row_is_added_where_ours_has_it(doc: Document) -> None:
    new = ["Customs", "Customs", "National", "A statute says so"]
    one = merge(doc, ours(row_added(AGENCIES, new, 0)))
    assert [r[0] for r in rows(one)] == ["Agency", GUARD, "Customs", POLICE]
    assert one.action(AGENCIES).hunks[0].kind == "row"


@pytest.mark.parametrize("after", [-1, 1])
def test_18_a_row_at_the_beginning_and_at_the_end(doc: Document, after: int) -> None:
    one = merge(doc, ours(row_added(AGENCIES, ["Customs", "Customs", "National", "Law"], after)))
    order = ["Agency", GUARD, POLICE]
    order.insert(after + 2, "Customs")
    assert [r[0] for r in rows(one)] == order


def test_18_rows_added_by_both_stand_there_both(doc: Document) -> None:
    ministry.add_row(doc, GUARD, ["Coast guard", "Coast guard", "National", "Law"], AGENCIES)
    one = merge(doc, ours(row_added(AGENCIES, ["Customs", "Customs", "National", "Law"], 0)))
    assert sorted(r[0] for r in rows(one)) == sorted(["Agency", GUARD, POLICE, "Coast guard", "Customs"])
    assert one.conflicts() == []


def test_18_the_same_row_added_by_both_stands_there_once(doc: Document) -> None:
    new = ["Customs", "Customs", "National", "Law"]
    ministry.add_row(doc, GUARD, new, AGENCIES)
    one = merge(doc, ours(row_added(AGENCIES, new, 0)))
    assert [r[0] for r in rows(one)].count("Customs") == 1
    assert one.state(AGENCIES) == "same"


def test_18_a_row_is_dropped(doc: Document) -> None:
    one = merge(doc, ours(row_dropped(AGENCIES, 0)))
    assert [r[0] for r in rows(one)] == ["Agency", POLICE]


def test_18_a_row_that_they_edited_and_we_drop_is_a_conflict(doc: Document) -> None:
    ministry.replace(doc, "A statute says so", "A decree says so", AGENCIES)
    one = merge(doc, ours(row_dropped(AGENCIES, 0)))
    assert [r[0] for r in rows(one)] == ["Agency", GUARD, POLICE]
    ((on, said),) = one.conflict_comments()
    assert on == GUARD
    assert "A decree says so" in said and "New draft: (nothing)" in said


@pytest.mark.parametrize("tracked", [False, True])
def test_18_a_row_that_they_deleted_and_we_changed_is_a_conflict(doc: Document, tracked: bool) -> None:
    ministry.delete_row(doc, GUARD, AGENCIES, tracked=tracked)
    one = merge(doc, ours(cell(AGENCIES, 0, 2, "Regional")))
    assert [r[0] for r in rows(one)] == ["Agency", POLICE]
    assert one.state(AGENCIES) == "conflict"


def test_18_a_row_that_they_moved_is_changed_where_it_stands(doc: Document) -> None:
    row = next(doc.find(GUARD, AGENCIES).paragraph.iterancestors(w("tr")))
    table = next(row.iterancestors(w("tbl")))
    table.append(row)
    one = merge(doc, ours(cell(AGENCIES, 0, 2, "Regional")))
    assert rows(one)[2] == [GUARD, "Border guard", "Regional", "A statute says so"]


def test_a_table_that_they_deleted_does_not_come_back(doc: Document) -> None:
    table = next(doc.find(GUARD, AGENCIES).paragraph.iterancestors(w("tbl")))
    table.getparent().remove(table)  # type: ignore[union-attr]
    one = merge(
        doc, ours(cell(AGENCIES, 0, 2, "Regional"), row_added(AGENCIES, ["Customs", "Customs", "National", "Law"], 0))
    )
    assert one.state(AGENCIES) == "conflict"


def test_all_rows_of_ours_dropped_take_the_table_with_them(doc: Document) -> None:
    one = merge(doc, ours(row_dropped(CHOICES, 1), row_dropped(CHOICES, 0)))
    assert (
        len(rows(one, CHOICES))
        == len(rows(merge(Document(drawn(english())), ours(word(HEAD, "money", "funds"))), CHOICES)) - 2
    )


def test_merged_cells_take_the_change_of_the_cell_that_went_into_them(doc: Document) -> None:
    ministry.merge_cells(doc, "National", AGENCIES)
    one = merge(doc, ours(cell(AGENCIES, 0, 2, "Regional")))
    assert rows(one)[1] == [GUARD, "Border guard", "Regional/A statute says so"]


def add_column(doc: Document) -> None:
    """Add a column behind the last one of the agencies, as Word does."""
    table = next(doc.find(GUARD, AGENCIES).paragraph.iterancestors(w("tbl")))
    for row in table.iter(w("tr")):
        last = row.findall(w("tc"))[-1]
        fresh = deepcopy(last)
        next(fresh.iter(w("t"))).text = "Own remark"
        last.addnext(fresh)
    grid = table.find(w("tblGrid"))
    assert grid is not None
    grid.append(deepcopy(grid[-1]))


def test_a_column_that_they_added_is_left_alone(doc: Document) -> None:
    add_column(doc)
    one = merge(doc, ours(cell(AGENCIES, 1, 2, "Regional")))
    assert rows(one)[2] == [
        POLICE,
        "National police",
        "Regional",
        "The issuing authority commands the agency",
        "Own remark",
    ]


def test_a_column_that_they_added_beside_cells_of_the_same_words_is_left_alone() -> None:
    old = cell(AGENCIES, 0, 1, "yes")(cell(AGENCIES, 0, 2, "yes")(english()))
    pair = ours(cell(AGENCIES, 0, 2, "no"), of=old)
    doc = Document(pair.old_docx)
    add_column(doc)
    one = merge(doc, pair)
    assert rows(one)[1][1:3] == ["yes", "no"]


@pytest.mark.parametrize("more", [True, False])
def test_a_column_of_ours_that_came_or_left_is_told_as_a_conflict(doc: Document, more: bool) -> None:
    def change(table: Table) -> Table:
        if more:
            columns, found = (*table.columns, table.columns[-1]), [(*row, row[-1]) for row in table.rows]
        else:
            columns, found = table.columns[:-1], [row[:-1] for row in table.rows]
        return replace(table, columns=columns, rows=tuple(found))

    one = merge(doc, ours(_table(AGENCIES, change)))
    assert one.state(AGENCIES) == "conflict" and one.tracked() == []
    assert len(one.conflict_comments()) == len(one.conflicts()) > 1


def test_a_cell_whose_only_paragraph_they_struck_out_has_its_conflict_in_a_comment(doc: Document) -> None:
    struck = doc.find("A statute says so", AGENCIES).paragraph
    ministry.delete_paragraph(doc, "A statute says so", AGENCIES, tracked=True)
    properties = struck.find(w("pPr"))
    assert properties is not None
    mark = etree.SubElement(properties, w("rPr"))
    etree.SubElement(mark, w("del"), {w("id"): "9901", w("author"): ministry.AUTHOR, w("date"): "2026-03-01T00:00:00Z"})
    one = merge(doc, ours(word(AGENCIES, "A statute says so", "A treaty says so")))
    assert len(one.conflicts()) == len(one.conflict_comments()) == 1


def test_a_row_moved_away_by_tracked_moves_is_gone(doc: Document) -> None:
    row = next(doc.find(GUARD, AGENCIES).paragraph.iterancestors(w("tr")))
    moved = deepcopy(row)
    table = next(row.iterancestors(w("tbl")))
    table.append(moved)
    for each, name in ((row, "moveFrom"), (moved, "moveTo")):
        for paragraph in each.iter(w("p")):
            for run in list(paragraph.iter(w("r"))):
                mark = doc.mark(name)
                run.addprevious(mark)
                mark.append(run)
    ministry_row(doc, row, "del")
    ministry_row(doc, moved, "ins")
    one = merge(doc, ours(cell(AGENCIES, 0, 2, "Regional")))
    assert rows(one)[-1][2] == "Regional"


def ministry_row(doc: Document, row: Element, name: str) -> None:
    from ministry_units import mark_row

    mark_row(doc, row, name)


def test_a_cell_of_several_paragraphs_gains_and_loses_one(doc: Document) -> None:
    import revisions

    old = revisions.english().old
    pair = ours(row_dropped("part:instruments", 2), cell("part:instruments", 3, 0, "One alone."), of=old)
    one = merge(pair.old_docx, pair)
    assert ["One alone." in r[0] for r in rows(one, "part:instruments")].count(True) == 1


# Boxes


def test_a_box_is_merged_as_a_table_of_one_cell(doc: Document) -> None:
    unit = "part:legal-and-human-rights-basis"
    ministry.replace(doc, "necessity", "need", unit)
    one = merge(doc, ours(word(unit, "legitimacy", "lawfulness")))
    assert "lawfulness, need, proportionality" in one.lines()


# Footnotes


def test_19_words_of_a_footnote(doc: Document) -> None:
    one = merge(doc, ours(note_changed(GATE, "Art. 16", "Art. 17")))
    assert one.tracked() == [("-", "16"), ("+", "17")]
    assert one.action(GATE).hunks[0].kind == "note"
    assert any("Art. 17 (not yet in force)" in t for t in one.lines())


def test_19_a_footnote_changed_by_both(doc: Document) -> None:
    ministry.replace(doc, "Resolution 78/265, OP 5", "Resolution 78/265, paragraph 5", ministry.NOTES)
    one = merge(doc, ours(note_changed(GATE, "Art. 16", "Art. 17")))
    assert one.state(GATE) == "merged"
    assert any("Art. 17 (not yet in force); Resolution 78/265, paragraph 5" in t for t in one.lines())


def test_19_the_same_words_of_a_footnote_changed_by_both(doc: Document) -> None:
    ministry.replace(doc, "Art. 16", "Art. 15", ministry.NOTES)
    one = merge(doc, ours(note_changed(GATE, "Art. 16", "Art. 17")))
    ((on, said),) = one.conflict_comments()
    assert on == "The agency shall not, without a written approval under this chapter:"
    assert "16" in said and "15" in said and "17" in said


def test_19_a_footnote_is_added(doc: Document) -> None:
    one = merge(doc, ours(note_added(LOGS, "Police Data Act, section 30.", 3)))
    assert "Police Data Act, section 30." in [t.strip() for t in one.lines()]
    assert one.state(LOGS) == "updated"


def test_19_a_footnote_comes_with_a_new_clause(doc: Document) -> None:
    new = clause_added("clause:new", "New", "It is new.", after=GATE)
    one = merge(doc, ours(new, note_added("clause:new", "Act 5 of 2026.")))
    assert "Act 5 of 2026." in [t.strip() for t in one.lines()]


def test_19_a_footnote_is_dropped(doc: Document) -> None:
    one = merge(doc, ours(note_dropped(GATE)))
    assert not any(NOTE in t for t in one.lines())
    assert one.state(GATE) == "updated"


def test_19_a_footnote_that_they_deleted_stays_deleted(doc: Document) -> None:
    ministry.delete_footnote(doc, NOTE)
    one = merge(doc, ours(word(GATE, "written approval", "written consent")))
    assert not any(NOTE in t for t in one.lines())
    assert "without a written consent under" in one.text()
    assert one.conflicts() == []


def test_19_a_footnote_that_they_deleted_and_we_changed_is_a_conflict(doc: Document) -> None:
    ministry.delete_footnote(doc, NOTE)
    one = merge(doc, ours(note_changed(GATE, "Art. 16", "Art. 17")))
    ((on, said),) = one.conflict_comments()
    assert on.startswith("The agency shall not, without a written approval")
    assert "Art. 17" in said and "Your text: (nothing)" in said


def test_19_a_footnote_that_they_changed_and_we_drop_stays(doc: Document) -> None:
    ministry.replace(doc, "Art. 16", "Art. 15", ministry.NOTES)
    one = merge(doc, ours(note_dropped(GATE)))
    assert any("Art. 15 (not yet in force)" in t for t in one.lines())
    assert one.state(GATE) == "conflict"


def test_19_a_paragraph_whose_footnote_they_changed_and_we_drop_stays(doc: Document) -> None:
    ministry.replace(doc, "Law Enforcement Directive, Art. 4", "Police Data Act, section 4", ministry.NOTES)
    one = merge(doc, ours(paragraph_dropped(QUALITY, 0)))
    assert one.state(QUALITY) == "conflict"
    assert any(t.startswith("For a high-risk system, and for one whose output") for t in one.lines())


def test_19_footnotes_of_both_at_one_place(doc: Document) -> None:
    ministry.add_footnote(doc, "the technical method", "Circular 7.", BASIS)
    one = merge(doc, ours(note_added(BASIS, "Act 9.", 3)))
    notes = [t.strip() for t in one.lines()]
    assert "Circular 7." in notes and "Act 9." in notes


def test_19_the_same_footnote_added_by_both_stands_once(doc: Document) -> None:
    ministry.add_footnote(doc, "where the law regulates it;", "Circular 7.", BASIS)
    one = merge(doc, ours(note_added(BASIS, "Circular 7.", 3)))
    assert [t.strip() for t in one.lines()].count("Circular 7.") == 1


def test_19_a_footnote_that_they_made_an_endnote_is_changed_there(doc: Document) -> None:
    endnote(doc, NOTE)
    one = merge(doc, ours(note_changed(GATE, "Art. 16", "Art. 17")))
    assert one.state(GATE) in ("updated", "merged")
    assert one.conflicts() == []
    tree = stories(unpacked(one.data))["word/endnotes.xml"]
    assert any(m.get(w("author")) == "Clausewright" for m in tree.iter(w("ins")))


def endnote(doc: Document, words: str) -> None:
    """Turn a footnote into an endnote, as Word's command does."""
    note = next(doc.find(words, ministry.NOTES).paragraph.iterancestors(w("footnote")))
    root = f'<w:endnotes xmlns:w="{names.W}"/>'
    notes = doc.related(names.REL_TYPE + "endnotes", "word/endnotes.xml", names.WML_TYPE + "endnotes+xml", root)
    number = str(note.get(w("id")))
    note.getparent().remove(note)  # type: ignore[union-attr]
    for number_, kind in (("-1", "separator"), ("0", "continuationSeparator")):
        rule = etree.SubElement(notes, w("endnote"), {w("type"): kind, w("id"): number_})
        etree.SubElement(etree.SubElement(etree.SubElement(rule, w("p")), w("r")), w(kind))
    note.tag = w("endnote")
    for sign in note.iter(w("footnoteRef")):
        sign.tag = w("endnoteRef")
    notes.append(note)
    for reference in doc.tree().iter(w("footnoteReference")):
        if reference.get(w("id")) == number:
            reference.tag = w("endnoteReference")


def test_19_a_footnote_in_a_file_that_has_none(doc: Document) -> None:
    data = without_footnotes(doc)
    one = merge(data, ours(note_added(LOGS, "Police Data Act, section 30.", 3)))
    assert "Police Data Act, section 30." in [t.strip() for t in one.lines()]


def without_footnotes(doc: Document) -> bytes:
    for reference in list(doc.tree().iter(w("footnoteReference"))):
        run = reference.getparent()
        assert run is not None
        run.getparent().remove(run)  # type: ignore[union-attr]
    parts = unpacked(doc.bytes())
    relations = word_package.parsed(parts[names.DOCUMENT_RELS], names.DOCUMENT_RELS, "test.docx")
    types = word_package.parsed(parts[names.TYPES], names.TYPES, "test.docx")
    for tree, key, value in ((relations, "Target", "footnotes.xml"), (types, "PartName", "/word/footnotes.xml")):
        for element in [e for e in tree if e.get(key) == value]:
            tree.remove(element)
    parts[names.DOCUMENT_RELS], parts[names.TYPES] = word_package.serialised(relations), word_package.serialised(types)
    del parts[names.FOOTNOTES]
    settings = word_package.parsed(parts[names.SETTINGS], names.SETTINGS, "test.docx")
    for element in settings.findall(w("footnotePr")):
        settings.remove(element)
    parts[names.SETTINGS] = word_package.serialised(settings)
    return word_package.packed(parts)
