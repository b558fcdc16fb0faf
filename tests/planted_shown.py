"""What the draft of a witness must show of each kind of planted defect, read off the decisions and the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import get_args

from planted import AS_OF, Planting

from pipeline.assess.findings import assess
from pipeline.compose.draft import compose
from pipeline.condition.evaluation import evaluate
from pipeline.library.checks import all_parts
from pipeline.model.assessment import COUNTRY, Answer
from pipeline.model.clause import STRENGTHS, Clause
from pipeline.model.condition import Condition, Grouped, Truth
from pipeline.model.draft import Heading
from pipeline.model.library import Library, clause_at
from pipeline.model.problem import Place
from pipeline.model.proof import DefectKind
from pipeline.model.question import NOT_APPLICABLE, Question
from pipeline.model.selection import CaseDecision, Selection
from pipeline.project.country import Country, decided
from pipeline.project.proving import witness_files
from pipeline.project.why import context
from pipeline.prove.claims import Claim
from pipeline.prove.clause_claims import FIRST
from pipeline.prove.expectation_claims import answering
from pipeline.prove.proof import Defect, Prover
from pipeline.prove.raised import ratings
from pipeline.prove.witness import Witness
from pipeline.select.selection import select

HERE = Place("test")


@dataclass(frozen=True)
class Found:
    """A planting as the prover reported it."""

    planting: Planting
    prover: Prover
    claim: Claim
    witness: Witness | None
    rest: tuple[Claim, ...]

    @property
    def defect(self) -> Defect:
        return Defect(self.claim, AS_OF, self.witness, None)


def written(found: Found, folder: Path) -> Path:
    """Write a defect's witness as a country folder."""
    for path, data in witness_files(found.planting.library, found.defect).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def drafted(found: Found, folder: Path) -> Country:
    """Take a defect's witness through the stages with the planted library."""
    return decided(written(found, folder), library=(found.planting.library, dict(found.planting.files)))


def breaks_facts(country: Country) -> list[str]:
    """Return the declared facts that a country breaks."""
    subjects = {
        "country": [COUNTRY], "agency": [a.slug for a in country.assessment.agencies],
        "system": [s.key for a in country.assessment.agencies for s in a.systems],
    }  # fmt: skip
    return [
        f.id for f in country.library.facts if any(truth(country, f.never, s) is Truth.IN for s in subjects[f.subject])
    ]


def again(country: Country, answers: Mapping[tuple[str, str], str], library: Library | None = None) -> Selection:
    """Return the selection with more or other answers, by subject and ref."""

    def more(subject: str, before: Mapping[str, Answer]) -> dict[str, Answer]:
        return {**before, **{ref: Answer(v, None, HERE) for (s, ref), v in answers.items() if s == subject}}

    agencies = tuple(
        replace(
            a, answers=more(a.slug, a.answers),
            systems=tuple(replace(s, answers=more(s.key, s.answers)) for s in a.systems),
        )
        for a in country.assessment.agencies
    )  # fmt: skip
    assessment = replace(country.assessment, answers=more(COUNTRY, country.assessment.answers), agencies=agencies)
    laid = library or country.library
    return select(assessment, laid, *assess(assessment, laid, country.as_of), country.as_of)


def case(selection: Selection, clause: str, subject: str) -> CaseDecision:
    """Return a clause's decision in the case that bears on a subject."""
    cases = {c.subject: c for c in selection.decisions[clause].cases}
    return next(cases[s] for s in (subject, subject.partition("/")[0], COUNTRY) if s in cases)


def stands(selection: Selection, clause: Clause, subject: str, strength: str | None, sure: bool = False) -> bool:
    """Return whether a clause may bear on a subject at a strength, or does so for sure."""
    if subject == COUNTRY or (subject.count("/") == 0 and clause.scope == "system"):
        inside = "" if subject == COUNTRY else f"{subject}/"
        cases = [c for c in selection.decisions[clause.id].cases if c.subject.startswith(inside)]
    else:
        cases = [case(selection, clause.id, subject)]
    wanted = STRENGTHS.index(strength) if strength in STRENGTHS else -1
    for c in cases:
        reached = STRENGTHS.index(c.strength) if c.strength else -1
        if sure and c.strength_open:
            reached = STRENGTHS.index(clause.strength) if clause.strength else -1
        if (c.truth is Truth.IN or (c.truth is Truth.OPEN and not sure)) and reached >= wanted:
            return True
    return False


def truth(country: Country, condition: Condition | None, subject: str) -> Truth:
    return evaluate(condition, country.readings.case(subject).read, country.readings.rank).truth


def planted_clause(country: Country, clause_id: str) -> Clause:
    found = clause_at(country.library, clause_id, country.as_of)
    assert found is not None
    return found


def shows_unreachable(found: Found, country: Country) -> None:
    clause = planted_clause(country, found.claim.at)
    assert isinstance(clause.when, Grouped)
    parts = [truth(country, part, FIRST[clause.scope]) for part in clause.when.of]
    assert parts.count(Truth.IN) == len(parts) - 1, "but for one part its condition holds"
    assert case(country.selection, clause.id, FIRST[clause.scope]).truth is not Truth.IN


def shows_always_defeated(found: Found, country: Country) -> None:
    clause = planted_clause(country, found.claim.at)
    assert truth(country, clause.when, FIRST[clause.scope]) is Truth.IN
    decision = country.selection.decisions[clause.id]
    assert (decision.status, decision.ground, decision.printed) == ("out", "superseded", False)


def shows_dead_branch(found: Found, country: Country) -> None:
    assert found.planting.without is not None
    subject = FIRST[planted_clause(country, "planted").scope]
    shorter = again(country, {}, found.planting.without)
    assert case(country.selection, "planted", subject).truth is Truth.IN
    whole, rest = (
        [(c.subject, c.truth, c.strength) for c in s.decisions["planted"].cases] for s in (country.selection, shorter)
    )
    assert whole == rest


def shows_required_but_defeated(found: Found, country: Country) -> None:
    at, other = found.claim.at, found.claim.other
    assert case(country.selection, at, FIRST[planted_clause(country, at).scope]).truth is Truth.IN
    lost = country.selection.decisions[other]
    assert lost.status == "out" and lost.ground in ("superseded", "excluded", "not_in_force")


def shows_contradiction(found: Found, country: Country) -> None:
    """Both are in. A permission for systems is printed only once the country has decided on every use."""
    for clause_id in (found.claim.at, found.claim.other):
        clause, decision = planted_clause(country, clause_id), country.selection.decisions[clause_id]
        assert case(country.selection, clause_id, FIRST[clause.scope]).truth is Truth.IN
        if clause.stance == "permit" and clause.scope == "system":
            assert all(ref.startswith("country.use_") for ref, _ in decision.asks)
        else:
            assert decision.status == "in" and decision.printed


def shows_permission_over_open_prohibition(found: Found, country: Country) -> None:
    permission, prohibition = (country.selection.decisions[i] for i in (found.claim.at, found.claim.other))
    assert permission.printed and permission.status == "in"
    assert prohibition.printed and prohibition.status == "open"


def shows_empty_chapter(found: Found, country: Country) -> None:
    outline = country.library.outlines[found.claim.other]
    chapter = next(p for p in outline.parts if p.id == found.claim.at)
    draft = compose(context(country, outline.id))
    inside = {f"part:{p.id}" for p in all_parts((chapter,))}
    assert draft.units
    assert not inside & {u.anchor for u in draft.units if any(isinstance(b, Heading) for b in u.blocks)}


def shows_absent_target(found: Found, country: Country) -> None:
    at, other = found.claim.at, found.claim.other
    assert country.selection.decisions[at].printed
    if other in country.library.clauses:
        assert not country.selection.decisions[other].printed
    elif other in country.library.provisions:
        assert country.library.provisions[other].until <= country.as_of
    else:
        law = country.findings.get(COUNTRY, "country.bound_by")
        assert law is not None and law.members is not None
        cited = {c.partition(" ")[0] for c in planted_clause(country, at).cites}
        assert all(law.members.get(i) is False for i in cited)


def shows_unread(found: Found, country: Country) -> None:
    ref = found.claim.at
    variable = country.library.variables[ref]
    if isinstance(variable, Question):
        assert variable.scale is not None
        for code in variable.scale.codes():
            assert again(country, {(COUNTRY, ref): code}) == country.selection
    else:
        rules = tuple(r for r in country.library.rules if r.ref != ref)
        assert again(country, {}, replace(country.library, rules=rules)) == country.selection


def shows_principle_without_clause(found: Found, country: Country) -> None:
    printed = (planted_clause(country, d.clause) for d in country.selection.printed())
    norms = [c for c in printed if c.kind == "norm" and "guidelines" in c.documents]
    assert norms
    assert not [c.id for c in norms if found.claim.at in c.principles]


def shows_unmet_expectation(found: Found, country: Country) -> None:
    e = next(e for e in country.library.expectations if e.id == found.claim.at)
    assert truth(country, e.when, FIRST[e.subject]) is Truth.IN
    valid = tuple(c for i in country.library.clauses if (c := clause_at(country.library, i, country.as_of)))
    answers = [planted_clause(country, i) for i in answering(e, valid)]
    assert not [c.id for c in answers if stands(country.selection, c, FIRST[e.subject], e.at_least)]


def shows_beyond_expectation(found: Found, country: Country) -> None:
    e = next(e for e in country.library.expectations if e.id == found.claim.at)
    assert truth(country, e.when, FIRST[e.subject]) is Truth.OUT
    valid = tuple(c for i in country.library.clauses if (c := clause_at(country.library, i, country.as_of)))
    answers = [planted_clause(country, i) for i in answering(e, valid)]
    assert [c.id for c in answers if stands(country.selection, c, FIRST[e.subject], None, sure=True)]


def raised(country: Country, subject: str) -> Iterator[dict[tuple[str, str], str]]:
    """Yield every way to rate a system higher, or as before, in what is answered."""
    given = next(s.answers for a in country.assessment.agencies for s in a.systems if s.key == subject)
    rated: dict[str, tuple[str, ...]] = {}
    for ref in ratings(country.library):
        scale = country.library.questions[ref].scale
        if ref in given and scale is not None and (now := given[ref].value) and now != NOT_APPLICABLE:
            rated[ref] = scale.codes()[scale.codes().index(now) :]
    for codes in product(*rated.values()):
        yield {(subject, ref): code for ref, code in zip(rated, codes, strict=True)}


def shows_weaker_with_risk(found: Found, country: Country) -> None:
    system = FIRST["system"]
    if found.claim.at not in country.library.clauses:
        return shows_falling_table(found, country, system)
    clause, strength = planted_clause(country, found.claim.at), found.claim.other
    assert stands(country.selection, clause, system, strength, sure=True)
    peers = [planted_clause(country, i) for i in found.claim.clauses if i != clause.id]
    for answers in raised(country, system):
        after = again(country, answers)
        if not stands(after, clause, system, strength):
            replaced = [
                p.id for p in peers
                if stands(after, p, system, strength) and not stands(country.selection, p, system, strength, sure=True)
            ]  # fmt: skip
            if not replaced:
                return None
    raise AssertionError("no way of rating the system higher drops the clause")


def shows_falling_table(found: Found, country: Country, system: str) -> None:
    """The witness is any system: two ratings of it show the fall."""
    rule = next(r for r in country.library.rules if r.ref == found.claim.at)
    rows, columns = (country.library.variables[r].scale for r in rule.of)
    assert rows is not None and columns is not None
    levels = rule.scale.codes()
    drawn: dict[tuple[int, int], int] = {}
    for (i, row), (j, column) in product(enumerate(rows.codes()), enumerate(columns.codes())):
        given = {rule.of[0]: Answer(row, None, HERE), rule.of[1]: Answer(column, None, HERE)}
        agency = country.assessment.agencies[0]
        rated = replace(agency, systems=(replace(agency.systems[0], answers=given),))
        findings, _ = assess(replace(country.assessment, agencies=(rated,)), country.library, country.as_of)
        level = findings.get(system, rule.ref)
        assert level is not None and level.value is not None
        drawn[i, j] = levels.index(level.value)
    pairs = product(drawn, drawn)
    assert any(a[0] <= b[0] and a[1] <= b[1] and drawn[a] > drawn[b] for a, b in pairs)


def shows_untied_special_case(found: Found, country: Country) -> None:
    for clause_id in (found.claim.at, found.claim.other):
        assert case(country.selection, clause_id, FIRST[planted_clause(country, clause_id).scope]).truth is Truth.IN


SHOWS: Mapping[str, Callable[[Found, Country], None]] = {
    kind: globals()[f"shows_{kind}"] for kind in get_args(DefectKind)
}
