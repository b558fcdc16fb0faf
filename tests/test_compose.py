"""Composing: each clause once, every number and reference right, nothing empty, and nothing for the wrong eyes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from countries import country, system
from hypothesis import given
from hypothesis import strategies as st

from pipeline.compose.draft import compose
from pipeline.compose.prose import _lines
from pipeline.model.assessment import LegalForm
from pipeline.model.draft import (
    Box,
    Chart,
    Draft,
    Footnote,
    Heading,
    Inline,
    Paragraph,
    Ref,
    Run,
    Table,
    footnotes,
    plain,
)
from pipeline.model.labels import figure
from pipeline.project.content import examples
from pipeline.project.country import Country, decided
from pipeline.project.why import _clause, _part, context, why

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("guidelines", "strategy", "brief", "explanatory")
NASTY = "R&D <Police> {{ x }} #let $a$ *b* [c](d)"


@cache
def example(name: str) -> Country:
    return decided(ROOT / "intake" / "examples" / name)


@cache
def draft(name: str, document: str, audience: str = "working") -> Draft:
    return compose(context(example(name), document, "en", audience, "0.1"))


ALL = [(n, d) for n in examples() for d in DOCUMENTS]


def inlines(found: Draft) -> list[tuple[Inline, ...]]:
    lines: list[tuple[Inline, ...]] = []
    for unit in found.units:
        for block in unit.blocks:
            if isinstance(block, Paragraph):
                lines.append(block.inlines)
            elif isinstance(block, Box):
                lines += [p.inlines for p in block.paragraphs]
            elif isinstance(block, Table):
                lines += [line for row in block.rows for cell in row for line in cell.paragraphs]
    return lines


def words(found: Draft) -> str:
    heads = [b.text for u in found.units for b in u.blocks if isinstance(b, Heading)]
    notes = [plain(f.inlines) for f in footnotes(found)]
    return "\n".join([*heads, *(plain(i) for i in inlines(found)), *notes])


@pytest.mark.parametrize(("name", "document"), ALL)
def test_each_clause_that_is_printed_stands_exactly_once(name: str, document: str) -> None:
    found = draft(name, document)
    anchors = [u.anchor for u in found.units]
    assert len(anchors) == len(set(anchors))
    if document in ("guidelines", "strategy"):
        printed = {f"clause:{d.clause}" for d, _ in context(example(name), document).printed()}
        assert {a for a in anchors if a.startswith("clause:")} == printed


@pytest.mark.parametrize(("name", "document"), ALL)
def test_no_heading_is_empty_and_no_chapter_stands_alone(name: str, document: str) -> None:
    units = draft(name, document).units
    for unit, after in zip(units, (*units[1:], None), strict=True):
        heads = [b for b in unit.blocks if isinstance(b, Heading)]
        assert all(h.text.strip() for h in heads)
        if len(heads) == len(unit.blocks):
            first = next((b for b in after.blocks if isinstance(b, Heading)), None) if after else None
            assert after is not None, unit.anchor
            assert first is None or first.level > heads[-1].level or first.role == "clause", unit.anchor


@pytest.mark.parametrize(("name", "document"), ALL)
def test_every_cross_reference_has_its_target_and_prints_its_number(name: str, document: str) -> None:
    found = draft(name, document)
    labels = {b.anchor: b.label for u in found.units for b in u.blocks if isinstance(b, Heading)}
    refs = [i for line in inlines(found) for i in line if isinstance(i, Ref)]
    for ref in refs:
        assert labels.get(ref.anchor) == ref.text


@pytest.mark.parametrize(("name", "document"), ALL)
def test_footnotes_count_through_the_document(name: str, document: str) -> None:
    numbers = [f.number for f in footnotes(draft(name, document))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(("name", "document"), ALL)
def test_no_placeholder_or_private_character_is_left(name: str, document: str) -> None:
    said = words(draft(name, document))
    assert "{{" not in said and "[[" not in said
    assert not re.search("[\ue000-\uf8ff]", said)
    assert not re.search(r"\{[a-z_]+\}", said)


@pytest.mark.parametrize(("name", "document"), ALL)
def test_captions_tables_and_charts_are_whole(name: str, document: str) -> None:
    for unit in draft(name, document).units:
        for block in unit.blocks:
            if isinstance(block, Table):
                assert abs(sum(c.share for c in block.columns) - 1) < 0.011, unit.anchor
                assert block.rows and all(len(r) == len(block.columns) for r in block.rows)
                assert bool(block.caption) == bool(block.label)
            if isinstance(block, Chart):
                assert block.alt and all(len(s.values) == len(block.axes) for s in block.series)


@pytest.mark.parametrize("name", examples())
def test_every_block_answers_why(name: str) -> None:
    found = example(name)
    for document in ("guidelines", "strategy"):
        for unit in draft(name, document).units:
            if unit.anchor.startswith("clause:"):
                assert unit.origin.reason
    clause = next(u for u in draft(name, "guidelines").units if u.anchor.startswith("clause:"))
    head = (
        next(b for b in clause.blocks if isinstance(b, Heading) and b.label)
        if any(isinstance(b, Heading) for b in clause.blocks)
        else None
    )
    told = why(found, clause.anchor)
    assert told[0].text and len(told) >= 3
    if head is not None:
        assert any(clause.origin.id in line.text for line in why(found, head.label))


@pytest.mark.parametrize("name", examples())
def test_the_bodies_have_the_size_of_a_national_document(name: str) -> None:
    def count(document: str) -> int:
        body = [u for u in draft(name, document).units if u.zone == "body"]
        return sum(len(plain(b.inlines).split()) for u in body for b in u.blocks if isinstance(b, Paragraph))

    assert 6_000 <= count("guidelines") <= 17_000
    assert 3_000 <= count("strategy") <= 9_000


@pytest.mark.parametrize("name", [n for n in examples() if n != "tembala"])
@pytest.mark.parametrize("audience", ["consultation", "public"])
@pytest.mark.parametrize("document", ["guidelines", "strategy"])
def test_outside_readers_see_no_system_answer_or_rating(name: str, audience: str, document: str) -> None:
    said = words(draft(name, document, audience))
    for agency in example(name).assessment.agencies:
        for one in agency.systems:
            if len(one.name) > 12:
                assert one.name not in said
    assert "Concerns at present" not in said
    assert all(not u.origin.reason for u in draft(name, document, audience).units)


def test_public_readers_get_no_working_annexes() -> None:
    anchors = {u.anchor for u in draft("norland", "guidelines", "public").units}
    for part in ("assessment-summary", "open-questions", "counsel-notes", "open-choices"):
        assert f"part:{part}" not in anchors
    assert "part:glossary" in anchors


def test_the_explanatory_note_numbers_clauses_as_the_guidelines_do() -> None:
    guidelines = draft("norland", "guidelines")
    labels = {
        f"{b.label} {b.text}"
        for u in guidelines.units
        for b in u.blocks
        if isinstance(b, Heading) and b.role == "clause"
    }
    note = {
        b.text
        for u in draft("norland", "explanatory").units
        for b in u.blocks
        if isinstance(b, Heading) and b.level == 3
    }
    assert note == labels


def test_63_systems_are_grouped_in_the_body() -> None:
    found = draft("us-federal", "guidelines")
    lines = [
        plain(b.inlines) for u in found.units for b in u.blocks if isinstance(b, Paragraph) and b.role == "concerns"
    ]
    assert lines
    assert max(len(line) for line in lines) < 600


@pytest.mark.parametrize(
    ("numbering", "first"), [("decimal", r"\d+\.\d+"), ("article", r"Article \d+"), ("paragraph_sign", r"§ \d+")]
)
def test_the_legal_form_numbers_the_clauses(numbering: str, first: str) -> None:
    from dataclasses import replace

    base = example("tembala")
    form = LegalForm(numbering, "standard", "")
    other = replace(base, assessment=replace(base.assessment, form=form))
    found = compose(context(other, "guidelines", "en", "working", "0.1"))
    labels = [b.label for u in found.units for b in u.blocks if isinstance(b, Heading) and b.role == "clause"]
    assert labels and all(re.fullmatch(first, label) for label in labels)
    assert len(labels) == len(set(labels))


def test_values_are_printed_as_typed_and_never_read_as_markup(library) -> None:  # type: ignore[no-untyped-def]
    from pipeline.assess.findings import assess
    from pipeline.compose.context import Context
    from pipeline.select.selection import select

    for name in (NASTY, "وزارة الداخلية", "内政部和公安"):
        made = country(name=name, systems=[system()], country={"ministry_name": name, "oversight_body_name": name})
        findings, readings = assess(made, library, "2026-11-01")
        selection = select(made, library, findings, readings, "2026-11-01")
        found = compose(Context(made, library, findings, selection, "guidelines", "en", "working", "0.1", "2026-11-01"))
        assert name in words(found)
        assert found.cover.state == name


def test_a_draft_is_the_same_made_twice() -> None:
    assert compose(context(example("norland"), "strategy", "en", "working", "0.1")) == draft("norland", "strategy")


def test_citations_say_what_is_not_in_force_not_binding_or_not_read() -> None:
    notes = [plain(f.inlines) for f in footnotes(draft("norland", "guidelines"))]
    assert any("applies from 2 December 2027" in n for n in notes)
    tembala = " ".join(plain(f.inlines) for f in footnotes(draft("tembala", "guidelines")))
    assert "EU AI Act" not in tembala


def test_a_citation_gives_each_provision_the_day_of_its_own() -> None:
    """Registration under Article 49 applies since 2 August 2026, the duties of Article 26 from 2 December 2027."""
    notes = [plain(n.inlines) for n in footnotes(draft("norland", "strategy"))]
    told = next(n for n in notes if "Art. 49(3)" in n)
    assert told == (
        "EU AI Act, Art. 26(2), Art. 26(6), Art. 27(1) (applies from 2 December 2027); EU AI Act, Art. 49(3)."
    )


def test_the_state_s_own_law_is_named_once_with_all_its_provisions() -> None:
    notes = [plain(n.inlines) for n in footnotes(draft("norland", "strategy"))]
    told = next(n for n in notes if "sections 140" in n)
    assert told.endswith("Code of Criminal Procedure, sections 88 to 104, sections 140 to 152.")
    assert max(n.count("Code of Criminal Procedure") for n in notes) == 1


def test_an_abbreviation_keeps_its_capitals_within_a_sentence() -> None:
    said = " ".join(plain(i) for i in inlines(draft("norland", "strategy")))
    assert "AI on drones" in said and "aI on" not in said


def test_lists_become_points_and_subpoints() -> None:
    found = _lines("The agency shall keep:\n\n1. one;\n2. two:\n   1. inner;\n3. three.\n\nAnd *so* **on**.")
    assert [line.role for line in found] == ["p", "point", "point", "sub", "point", "p"]
    assert next(i for i in found[-1].inlines if isinstance(i, Run) and i.italic).text == "so"


@given(st.integers(min_value=1, max_value=3000))
def test_figures_are_unique_and_of_their_form(number: int) -> None:
    assert figure(number, "upperRoman") == figure(number, "lowerRoman").upper()
    assert re.fullmatch("[a-z]+", figure(number, "lowerLetter"))
    assert figure(number, "lowerLetter") != figure(number + 1, "lowerLetter")


def test_footnotes_are_not_part_of_the_plain_text() -> None:
    assert plain((Run("a"), Footnote(1, (Run("b"),)), Run("c"))) == "ac"


@pytest.mark.parametrize("document", ["guidelines", "strategy"])
@pytest.mark.parametrize("name", examples())
def test_every_block_of_every_example_answers_why_by_its_anchor(name: str, document: str) -> None:
    found = example(name)
    for unit in draft(name, document).units:
        kind, _, ident = unit.anchor.partition(":")
        told = list(_clause(found, ident, "")) if kind == "clause" else list(_part(found, ident, ""))
        assert len(told) >= 2, unit.anchor
        assert all(line.text.strip() for line in told)
