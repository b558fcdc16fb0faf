"""What would turn a decision: each change named does it, none of them is idle, and no smaller one is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from pipeline.assess.facts import queries
from pipeline.assess.findings import assess
from pipeline.model.assessment import Answer, Answers, Assessment, answers_of
from pipeline.model.condition import Truth
from pipeline.model.problem import Place
from pipeline.model.selection import Selection
from pipeline.project.country import Country, decided
from pipeline.project.otherwise import otherwise, settled
from pipeline.prove.counterfactual import Change, Counterfactuals
from pipeline.select.selection import select

HERE = Place("changed")


@pytest.fixture(scope="module")
def norland(root: Path) -> Country:
    return decided(root / "intake" / "examples" / "norland")


@pytest.fixture(scope="module")
def asker(norland: Country) -> Counterfactuals:
    given = norland.assessment
    vary = {"country", *(a.slug for a in given.agencies), *(s.key for a in given.agencies for s in a.systems)}
    return Counterfactuals(given, norland.library, norland.as_of, frozenset(vary), given.packs)


def changed(assessment: Assessment, changes: tuple[Change, ...]) -> Assessment:
    """Return the assessment with the first of each change's answers."""

    def new(subject: str, answers: Answers) -> Answers:
        mine = {c.ref: c.then for c in changes if c.subject == subject}
        told = {r: Answer(t[0], None, HERE) if isinstance(t, tuple) else Answer(None, t, HERE) for r, t in mine.items()}
        return {**answers, **told}

    agencies = tuple(
        replace(
            a,
            answers=new(a.slug, a.answers),
            systems=tuple(replace(s, answers=new(s.key, s.answers)) for s in a.systems),
        )
        for a in assessment.agencies
    )
    return replace(assessment, answers=new("country", assessment.answers), agencies=agencies)


def selection(country: Country, assessment: Assessment) -> Selection:
    findings, readings = assess(assessment, country.library, country.as_of)
    return select(assessment, country.library, findings, readings, country.as_of)


def untrue(country: Country, assessment: Assessment) -> bool:
    """Return whether answers cannot stand together by a declared fact, which is why a change brings another along."""
    _, readings = assess(assessment, country.library, country.as_of)
    return any(queries(assessment, country.library, readings))


def truth(found: Selection, clause: str, subject: str) -> Truth:
    return next(c.truth for c in found.decisions[clause].cases if c.subject == subject)


def settled_cases(country: Country) -> Iterator[tuple[str, str, Truth]]:
    for decision in country.selection.decisions.values():
        for case in decision.cases[:1]:
            real = not case.subject.startswith(("use:", "agency:any"))
            if real and case.truth is not Truth.OPEN and decision.ground not in ("left_out", "not_in_force"):
                yield decision.clause, case.subject, case.truth


def test_every_change_turns_the_decision_and_none_of_its_parts_is_idle(
    norland: Country, asker: Counterfactuals
) -> None:
    turned = 0
    for clause, subject, now in settled_cases(norland):
        wanted = Truth.IN if now is Truth.OUT else Truth.OUT
        for flip in asker.flips(clause, subject, wanted is Truth.IN):
            after = selection(norland, changed(norland.assessment, flip.changes))
            assert truth(after, clause, subject) is wanted, (clause, flip)
            for fewer in combinations(flip.changes, len(flip.changes) - 1):
                if fewer and not untrue(norland, changed(norland.assessment, fewer)):
                    left = selection(norland, changed(norland.assessment, fewer))
                    assert truth(left, clause, subject) is not wanted, (clause, flip, fewer)
            turned += 1
            if turned == 40:
                return
    assert turned > 20


def test_no_single_answer_is_passed_over(norland: Country, asker: Counterfactuals) -> None:
    """Where the search says two answers or none, every single change of the country's own answers is tried by hand."""
    tried = 0
    for clause, subject, now in settled_cases(norland):
        flips = asker.flips(clause, subject, now is Truth.OUT)
        if subject != "country" or (flips and len(flips[0].changes) == 1):
            continue
        for ref, answer in answers_of(norland.assessment, "country").items():
            question = norland.library.questions[ref]
            if question.scale is None or answer.value is None or ref.startswith("country.use_"):
                continue
            for code in question.scale.codes():
                if code == answer.value or tried >= 60:
                    continue
                tried += 1
                one = changed(norland.assessment, (Change(ref, "country", answer.value, (code,)),))
                wanted = Truth.IN if now is Truth.OUT else Truth.OUT
                linked = any(ref in (k for k, _ in keys) for keys in asker.linked)
                assert truth(selection(norland, one), clause, subject) is not wanted or linked, (clause, ref, code)
    assert tried


def test_what_a_country_can_change_comes_before_facts_of_the_world(norland: Country, asker: Counterfactuals) -> None:
    questions = norland.library.questions
    for clause, subject, now in settled_cases(norland):
        fixed = [
            sum(not questions[c.ref].changeable for c in flip.changes)
            for flip in asker.flips(clause, subject, now is Truth.OUT)
        ]
        assert fixed == sorted(fixed), clause


def test_a_rating_is_never_put_as_advice(norland: Country) -> None:
    told = [
        line
        for decision in norland.selection.decisions.values()
        for case in decision.cases[:1]
        for line in otherwise(norland, decision.clause, case)
    ]
    rated = [line for line in told if "a rating follows" in line]
    assert rated and all(line.endswith("is not lowered to escape a duty") for line in rated)
    assert all(line.startswith(("would be in ", "would be out ")) for line in told), (
        "told as what would be, not as what to do"
    )


def test_an_open_clause_that_nothing_moves_is_settled(norland: Country) -> None:
    known = settled(norland, norland.selection.decisions)
    assert known and set(known.values()) <= {
        "Settled either way: out whatever is answered.",
        "Settled either way: in whatever is answered.",
    }
    assert all(norland.selection.decisions[c].status == "open" for c in known)
