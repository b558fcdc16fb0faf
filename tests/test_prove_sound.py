"""What is proved is what happens: the literals of a world agree with the selection, and what is decided stays decided.

Out of scope here: withheld answers, which a world leaves out (a clause's own rule decides them), and in the tests of
finality what rests on such a rule, as the cases of uses expected without a system do: they vanish with the first system
that has the use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

import pytest
from generated import library_files

from pipeline.assess.findings import assess
from pipeline.assess.readings import ANY_AGENCY, PROSPECTIVE
from pipeline.library.load import load
from pipeline.model.assessment import COUNTRY, Agency, Answer, Assessment, LegalForm, System, answers_of
from pipeline.model.clause import STRENGTHS
from pipeline.model.condition import Truth
from pipeline.model.library import Library
from pipeline.model.problem import Place
from pipeline.model.question import NOT_APPLICABLE
from pipeline.model.selection import CaseDecision, Selection
from pipeline.prove.decisions import Decisions
from pipeline.prove.formula import FALSE, Formula, Model
from pipeline.prove.proof import Prover, claims_of
from pipeline.prove.readings import Readings
from pipeline.prove.three import Three
from pipeline.prove.world import Size, World
from pipeline.select.selection import select

AS_OF = "2026-11-01"
HERE = Place("random")
FINAL = ("always", "condition", "required", "superseded", "excluded")
BY_RULE = ("prospective", "withheld")
PACKS = (("un",), ("eu",), ("us",), ("au", "eu"))
KNOWN = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
"""Shares of questions that are answered."""


def intake(random: Random, library: Library, known: float) -> Assessment:
    """Return a country of two agencies with up to two systems each, answered at random, also where nothing was asked."""

    def answers(subject: str) -> dict[str, Answer]:
        found: dict[str, Answer] = {}
        for ref, question in library.questions.items():
            if not ref.startswith(f"{subject}.") or random.random() > known:
                continue
            codes = question.scale.codes() if question.scale else ()
            if question.type == "set":
                found[ref] = Answer(None, {c: random.random() < 0.5 for c in codes if random.random() < 0.8}, HERE)
            elif question.type == "number":
                found[ref] = Answer(str(random.choice((0, 400, 500, 4999, 5000, 90_000))), None, HERE)
            elif codes:
                found[ref] = Answer(random.choice((*codes, NOT_APPLICABLE)), None, HERE)
        return found

    agencies: list[Agency] = []
    for i in (1, 2):
        keys = [f"agency-{i}/system-{j}" for j in range(1, random.randint(0, 2) + 1)]
        systems = tuple(System(k, k, answers("system")) for k in keys)
        agencies.append(Agency(f"agency-{i}", "An agency", answers("agency"), systems))
    return Assessment(
        name="X", name_in_text="X", issuer="", fictional=True, demonstration="", packs=random.choice(PACKS),
        as_of=AS_OF, languages=("en",), form=LegalForm("", "", ""), law={}, answers=answers("country"),
        agencies=tuple(agencies), decisions=(), files={}, since={},
    )  # fmt: skip


def decided(assessment: Assessment, library: Library) -> Selection:
    return select(assessment, library, *assess(assessment, library, AS_OF), AS_OF)


def samples(library: Library, count: int) -> Iterator[tuple[Assessment, Selection]]:
    for seed in range(count):
        random = Random(seed)
        assessment = intake(random, library, random.choice(KNOWN))
        yield assessment, decided(assessment, library)


@pytest.fixture(scope="module")
def world(library: Library) -> Decisions:
    """Return the decisions of every clause in the world of two agencies with two systems; no fact is required."""
    formula = Formula()
    found = Decisions(Readings(formula, library, World(formula, library, Size(2, 2)), AS_OF))
    for clause_id in found.clauses:
        found.printed(clause_id)
    return found


def told(decisions: Decisions, assessment: Assessment, whole: bool) -> list[int]:
    """Return the literals of what an intake says; where it is the whole truth, also of what it does not say."""
    world, library = decisions.world, decisions.library
    subjects = {
        COUNTRY,
        *(a.slug for a in assessment.agencies),
        *(s.key for a in assessment.agencies for s in a.systems),
    }
    found = [x if p in assessment.packs else -x for p, x in world.named.items()]
    found += [world.exists(s) if s in subjects else -world.exists(s) for s in world.subjects() if s != COUNTRY]
    for ref, subject, given in world.answers():
        if subject.startswith(PROSPECTIVE) or subject == ANY_AGENCY:
            continue
        answer = answers_of(assessment, subject).get(ref) if subject in subjects else None
        value = answer.value if answer else None
        if value and library.questions[ref].type == "number" and value != NOT_APPLICABLE:
            value = str(max(n for n in world.stretches(ref) if n <= int(value)))
        members: Mapping[str, bool] = answer.members if answer and answer.members else {}
        literals = {x: value == code for code, x in given.codes.items()}
        for code, (yes, no) in given.members.items():
            literals |= {yes: members.get(code) is True, no: members.get(code) is False}
        found += [x if true else -x for x, true in literals.items() if true or whole]
    return found


def value(model: Model, one: Three) -> str:
    return "in" if model(one.holds) else "out" if model(one.fails) else "open"


def differences(decisions: Decisions, assessment: Assessment, selection: Selection) -> tuple[list[str], int]:
    """Return where a country comes out otherwise in a world than it is selected, and how many cases were compared."""
    assert decisions.formula.solve(told(decisions, assessment, whole=True))
    model = decisions.formula.model()
    found: list[str] = []
    compared = 0
    for clause_id, clause in decisions.clauses.items():
        one = selection.decisions[clause_id]
        cases = {s: value(model, decisions.case(clause_id, s)) for s, e in decisions.subjects(clause.scope) if model(e)}
        selected = {c.subject: c.truth.value for c in one.cases}
        found += [f"{clause_id} of {s}" for s in {*cases, *selected} if cases.get(s) != selected.get(s)]
        if value(model, decisions.national(clause_id)) != one.status:
            found.append(f"{clause_id} for the country")
        if model(decisions.printed(clause_id)) != one.printed:
            found.append(f"{clause_id} printed")
        compared += len(cases)
    return found, compared


def test_every_clause_comes_out_in_a_world_as_it_is_selected(library: Library, world: Decisions) -> None:
    compared = 0
    for assessment, selection in samples(library, 40):
        found, cases = differences(world, assessment, selection)
        assert found == []
        compared += cases
    assert compared > 40 * 300


def test_clauses_that_act_on_each_other_come_out_as_selected_and_stay_so() -> None:
    """Small libraries full of `requires`, `supersedes` and `excludes`, under packs that rank law differently."""
    grounds: Counter[str] = Counter()
    for seed in range(30):
        random = Random(seed)
        library, problems = load(library_files(random, clauses=14, links=1.2))
        assert library is not None, problems
        for packs in (("base",), ("south",)):
            formula = Formula()
            decisions = Decisions(Readings(formula, library, World(formula, library, Size(2, 2)), AS_OF), packs)
            for clause_id in decisions.clauses:
                decisions.printed(clause_id)
            for known in (0.3, 0.7, 1.0):
                assessment = replace(intake(random, library, known), packs=packs)
                selection = decided(assessment, library)
                assert differences(decisions, assessment, selection)[0] == [], (seed, packs, known)
                assert overturned(decisions, assessment, selection)[0] == [], (seed, packs, known)
                grounds.update(c.ground for _, c in final(selection))
    assert min(grounds[g] for g in FINAL) > 50, grounds


def test_every_strength_comes_out_in_a_world_as_it_is_selected(library: Library, world: Decisions) -> None:
    compared = 0
    escalated = [c for c in world.clauses.values() if c.escalate and c.strength]
    for clause in escalated:
        for subject, _ in world.subjects(clause.scope):
            for strength in STRENGTHS:
                world.reaches(clause, subject, strength)
    for assessment, selection in samples(library, 12):
        assert world.formula.solve(told(world, assessment, whole=True))
        model = world.formula.model()
        for clause in escalated:
            for case in selection.decisions[clause.id].cases:
                if case.truth is not Truth.OUT:
                    reached = {s: world.reaches(clause, case.subject, s) for s in STRENGTHS}
                    highest = [s for s in STRENGTHS if not model(reached[s].fails)][-1]
                    assert highest == case.strength, (clause.id, case.subject)
                    compared += 1
    assert compared > 500


def rests_on_rule(selection: Selection, case: CaseDecision) -> bool:
    """Return whether a decision was made by a clause's own rule for what cannot be known, or follows from one that was."""
    behind = [c for i in case.by for c in selection.decisions[i].cases]
    return case.ground in BY_RULE or any(rests_on_rule(selection, c) for c in behind)


def final(selection: Selection) -> Iterator[tuple[str, CaseDecision]]:
    """Yield the decisions of real subjects that no further answer may change."""
    for clause_id, decision in selection.decisions.items():
        for case in decision.cases:
            real = not case.subject.startswith(PROSPECTIVE) and case.subject != ANY_AGENCY
            if real and case.truth is not Truth.OPEN and case.ground in FINAL and not rests_on_rule(selection, case):
                yield clause_id, case


def overturned(decisions: Decisions, assessment: Assessment, selection: Selection) -> tuple[list[str], int]:
    """Return the final decisions that some completion of a country overturns, and how many hang on answers.

    What is answered is assumed, all else is free, and the solver is asked for a completion in which any one of the
    decisions, or a strength that is settled, comes out otherwise.
    """
    formula = decisions.formula
    upset: dict[int, str] = {}
    count = 0
    for clause_id, case in final(selection):
        clause = decisions.clauses[clause_id]
        outcome = decisions.case(clause_id, case.subject)
        upset[-outcome.holds if case.truth is Truth.IN else -outcome.fails] = f"{clause_id} of {case.subject}"
        count += case.ground != "always"
        if case.truth is Truth.IN and case.strength and not case.strength_open:
            for strength in STRENGTHS:
                reached = decisions.reaches(clause, case.subject, strength)
                enough = STRENGTHS.index(strength) <= STRENGTHS.index(case.strength)
                upset[-reached.holds if enough else -reached.fails] = f"{clause_id} of {case.subject} at {strength}"
    upset.pop(FALSE, None)
    if formula.solve([*told(decisions, assessment, whole=False), formula.either(upset)]) is False:
        return [], count
    model = formula.model()
    return [said for literal, said in upset.items() if model(literal)], count


def test_ten_thousand_decisions_stay_under_every_completion(library: Library, world: Decisions) -> None:
    count = 0
    for assessment, selection in samples(library, 100):
        found, hanging = overturned(world, assessment, selection)
        assert found == []
        count += hanging
    assert count >= 10_000


def test_what_is_settled_holds_in_a_larger_country_too() -> None:
    """Of small libraries full of findings that count, each claim is asked again of three agencies with three systems."""
    settled: Counter[str] = Counter()
    for seed in range(60):
        library, problems = load(library_files(Random(seed), clauses=6, findings=6, states=1, links=0.8))
        assert library is not None, problems
        prover = Prover(library, AS_OF)
        claims = list(claims_of(prover.world(Size(1, 1)), frozenset()))
        broken = {c for c, _ in prover.settle(claims)}
        larger = prover.possible(Size(3, 3), claims)
        for claim in claims:
            shown = (claim.wanted == "never") == (claim in broken)
            assert shown or larger[claim] is False, (seed, claim.name)
            settled[f"{claim.wanted} {shown}"] += 1
    assert min(settled[f"{wanted} {shown}"] for wanted in ("never", "sometimes") for shown in (True, False)) > 20, (
        settled
    )
