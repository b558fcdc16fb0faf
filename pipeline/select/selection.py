"""Decide every clause: `select(assessment, library, findings, readings, as_of) -> Selection`.

A clause is decided case by case (the country; each agency; each system, and each use that is expected without a system
yet) and then for the national document: a safeguard comes in if any case needs it; a permission only if no case is
open, and one for agencies only if every agency qualifies. What is open is kept or held as the clause says, and names
the questions that would settle it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pipeline.assess.findings import uses
from pipeline.assess.readings import ANY_AGENCY, PROSPECTIVE, Readings
from pipeline.condition.evaluation import evaluate
from pipeline.model.assessment import COUNTRY, Assessment
from pipeline.model.clause import STRENGTHS, Clause, Strength
from pipeline.model.condition import Leaf, Outcome, Truth
from pipeline.model.finding import Asks, Findings
from pipeline.model.library import Library
from pipeline.model.selection import CaseDecision, ClauseDecision, Ground, Selection, Status
from pipeline.select.precedence import Precedence, precedence
from pipeline.select.reasons import sentence

_RANK = {s: i for i, s in enumerate(STRENGTHS)}
_STRONGEST_FIRST = tuple(reversed(STRENGTHS))


def select(assessment: Assessment, library: Library, findings: Findings, readings: Readings, as_of: str) -> Selection:
    """Decide every clause of a library for a country at a date.

    Args:
        assessment: For agencies, systems and human decisions.
        library: The clauses, with the country's overlay.
        findings: Drawn findings.
        readings: What `assess` returned beside them.
        as_of: ISO date of the law.

    Returns:
        Every clause's decision, and the questions worth asking next.
    """
    plan = precedence(library, assessment.packs, as_of)
    left_out = {d.target: d for d in assessment.decisions if d.kind == "leave_out"}
    subjects = _subjects(assessment, library, findings, readings)
    cases: dict[str, dict[str, CaseDecision]] = {}
    for clause in plan.order:
        if clause.id in left_out:
            out = CaseDecision(COUNTRY, Truth.OUT, None, False, "left_out", (), ())
            cases[clause.id] = {COUNTRY: out}
        else:
            cases[clause.id] = {s: _case(clause, s, readings, plan, cases) for s in subjects[clause.scope]}
    decided: dict[str, ClauseDecision] = {}
    held = _held(plan, cases)
    for clause in plan.order:
        decided[clause.id] = _national(clause, cases[clause.id], held.get(clause.id, frozenset()), library)
    for clause_id, states in library.clauses.items():
        if clause_id not in decided:
            reason = f"No text of this clause is valid on {as_of}; the first is valid from {states[0].valid_from}."
            decided[clause_id] = ClauseDecision(
                clause_id, states[0].valid_from, "out", False, (), (), "not_in_force", (), reason
            )
    ordered = dict(sorted(decided.items()))
    waived = {d.target for d in assessment.decisions if d.kind == "waive"}
    return Selection(as_of, ordered, _ask_next(ordered, waived))


def _subjects(
    assessment: Assessment, library: Library, findings: Findings, readings: Readings
) -> Mapping[str, tuple[str, ...]]:
    """Return the cases of each scope; undecided uses are prospective systems too, until the country decides."""
    _, unsettled = uses(readings, assessment, library)
    systems = [s.key for a in assessment.agencies for s in a.systems]
    expected = [PROSPECTIVE + u for u in (*findings.prospective, *unsettled)]
    agencies = tuple(a.slug for a in assessment.agencies)
    return {"country": (COUNTRY,), "agency": agencies or (ANY_AGENCY,), "system": (*systems, *expected)}


def _case(
    clause: Clause, subject: str, readings: Readings, plan: Precedence, cases: Mapping[str, Mapping[str, CaseDecision]]
) -> CaseDecision:
    read = readings.case(subject).read
    outcome = evaluate(clause.when, read, readings.rank)
    ground: Ground = "condition" if clause.when is not None else "always"
    by: tuple[str, ...] = ()
    for requirer in plan.required_by[clause.id]:
        other = _matching(cases[requirer], subject)
        if other is not None and other.truth is not Truth.OUT and outcome.truth is not Truth.IN:
            if other.truth is Truth.IN or outcome.truth is Truth.OUT:
                outcome = Outcome(other.truth, other.because, other.asks)
                ground, by = "required", (requirer,)
            else:
                outcome = outcome._replace(asks=tuple(dict.fromkeys((*outcome.asks, *other.asks))))
    if plan.defeated_by[clause.id]:
        outcome, ground, by = _defeated(clause, subject, outcome, ground, by, plan, cases)
    if outcome.truth is Truth.OPEN or subject.startswith(PROSPECTIVE):
        outcome, ground = _expected(clause, subject, outcome, ground, readings)
    if outcome.truth is Truth.OUT:
        return CaseDecision(subject, Truth.OUT, None, False, ground, outcome.because, outcome.asks, by)
    if not clause.escalate:
        return CaseDecision(subject, outcome.truth, clause.strength, False, ground, outcome.because, outcome.asks, by)
    strength, strength_open, leaves, asks = _strength(clause, subject, readings, outcome)
    because = tuple(dict.fromkeys((*outcome.because, *leaves))) if leaves else outcome.because
    return CaseDecision(subject, outcome.truth, strength, strength_open, ground, because, asks, by)


def _matching(cases: Mapping[str, CaseDecision], subject: str) -> CaseDecision | None:
    """Return another clause's decision that bears on a subject: its own case, its agency's, the country's, or any.

    A narrower clause that requires a wider one does so as soon as any of its cases is in.
    """
    for key in (subject, subject.partition("/")[0], COUNTRY):
        if key in cases:
            return cases[key]
    found = [c for s, c in cases.items() if subject == COUNTRY or s.startswith(subject + "/")]
    for truth in (Truth.IN, Truth.OPEN):
        first = next((c for c in found if c.truth is truth), None)
        if first is not None:
            return first
    return None


def _defeated(
    clause: Clause,
    subject: str,
    outcome: Outcome,
    ground: Ground,
    by: tuple[str, ...],
    plan: Precedence,
    cases: Mapping[str, Mapping[str, CaseDecision]],
) -> tuple[Outcome, Ground, tuple[str, ...]]:
    if outcome.truth is Truth.OUT:
        return outcome, ground, by
    for defeater, how in plan.defeated_by[clause.id]:
        other = _matching(cases[defeater], subject)
        if other is None or other.truth is Truth.OUT:
            continue
        if other.truth is Truth.IN:
            lost: Ground = "superseded" if how == "supersedes" else "excluded"
            return Outcome(Truth.OUT, other.because), lost, (defeater,)
        asks = tuple(dict.fromkeys((*outcome.asks, *other.asks)))
        outcome = Outcome(Truth.OPEN, outcome.because, asks)
        by = (*by, defeater)
    return outcome, ground, by


def _expected(
    clause: Clause, subject: str, outcome: Outcome, ground: Ground, readings: Readings
) -> tuple[Outcome, Ground]:
    """Settle what no answer can settle: an expected use without a system, or withheld answers.

    The clause's own `if_open` decides: a safeguard is kept, a permission is held. A use on which the country has not
    decided leaves the clause open and asks for that decision.
    """
    if subject.startswith(PROSPECTIVE) and outcome.truth is not Truth.OUT:
        ref = f"country.use_{subject.removeprefix(PROSPECTIVE)}"
        if readings.reading(ref, COUNTRY).value is None:
            asks = readings.reading(ref, COUNTRY).asks
            if asks:
                return Outcome(Truth.OPEN, outcome.because, tuple(dict.fromkeys((*asks, *outcome.asks)))), "prospective"
        if outcome.truth is Truth.OPEN and not outcome.asks:
            return _by_rule(clause, outcome), "prospective"
        return outcome, "prospective"
    if outcome.truth is Truth.OPEN and not outcome.asks:
        return _by_rule(clause, outcome), "prospective" if subject == ANY_AGENCY else "withheld"
    return outcome, ground


def _by_rule(clause: Clause, outcome: Outcome) -> Outcome:
    return Outcome(Truth.IN if clause.if_open == "keep" else Truth.OUT, outcome.because)


def _strength(
    clause: Clause, subject: str, readings: Readings, outcome: Outcome
) -> tuple[Strength | None, bool, tuple[Leaf, ...], Asks]:
    """Return strength, whether a missing answer could raise it, the leaves that raised it, and all questions."""
    if clause.strength is None or outcome.truth is Truth.OUT:
        return None, False, (), outcome.asks
    strength = clause.strength
    certain = _RANK[strength]
    leaves: tuple[Leaf, ...] = ()
    asks: list[tuple[str, str]] = []
    raised: list[tuple[int, tuple[Leaf, ...], Asks]] = []
    read = readings.case(subject).read
    for e in clause.escalate:
        raise_ = evaluate(e.when, read, readings.rank)
        if raise_.truth is Truth.IN and _RANK[e.to] > certain:
            certain, leaves = _RANK[e.to], raise_.because
        elif raise_.truth is Truth.OPEN:
            raised.append((_RANK[e.to], raise_.because, raise_.asks))
    highest = certain
    is_open = False
    for rank, because, wanted in raised:
        if rank > certain:
            if rank > highest:
                highest, leaves = rank, because
            asks += wanted
            is_open = is_open or bool(wanted)
    return STRENGTHS[highest], is_open, leaves, tuple(dict.fromkeys((*outcome.asks, *asks)))


def _held(plan: Precedence, cases: Mapping[str, Mapping[str, CaseDecision]]) -> Mapping[str, frozenset[str]]:
    """Return the open cases of each clause in which a general one that it would defeat still stands.

    There the general rule is printed until the special one is settled, and only there.
    """
    held: dict[str, set[str]] = defaultdict(set)
    for clause in plan.order:
        for defeater, _ in plan.defeated_by[clause.id]:
            for subject, case in cases[defeater].items():
                general = _matching(cases[clause.id], subject) if case.truth is Truth.OPEN else None
                kept = general is not None and general.truth is Truth.OPEN and clause.if_open == "keep"
                if general is not None and (general.truth is Truth.IN or kept):
                    held[defeater].add(subject)
    return {clause_id: frozenset(subjects) for clause_id, subjects in held.items()}


def _national(
    clause: Clause, cases: Mapping[str, CaseDecision], held: frozenset[str], library: Library
) -> ClauseDecision:
    all_cases = tuple(cases.values())
    if len(all_cases) == 1 and all_cases[0].truth is Truth.OUT:
        return _absent(clause, all_cases, library)
    holding = [c for c in all_cases if c.truth is Truth.IN]
    open_ = [c for c in all_cases if c.truth is Truth.OPEN]
    status: Status = "in" if holding else "open" if open_ else "out"
    if clause.stance == "permit":
        refused = [c for c in all_cases if c.truth is Truth.OUT] if clause.scope == "agency" else []
        status = "out" if refused else "open" if open_ else status
    keep = clause.if_open == "keep"
    standing = [
        c for c in all_cases if c.truth is Truth.IN or (c.truth is Truth.OPEN and keep and c.subject not in held)
    ]
    printed = status == "in" or (status == "open" and any(c.truth is Truth.OPEN for c in standing))
    by_strength: dict[Strength | None, list[str]] = defaultdict(list)
    for case in standing:
        by_strength[case.strength].append(case.subject)
    strengths: tuple[tuple[Strength | None, tuple[str, ...]], ...] = tuple(
        (s, tuple(by_strength[s])) for s in (*_STRONGEST_FIRST, None) if s in by_strength
    )
    asks = _asks(all_cases, status)
    deciding = next(iter((*holding, *open_, *all_cases)), None)
    ground: Ground = deciding.ground if deciding is not None else "condition"
    reason = sentence(clause, status, ground, printed, all_cases, len(asks), library)
    return ClauseDecision(
        clause.id, clause.valid_from, status, printed, strengths if printed else (), all_cases, ground, asks, reason
    )


def _absent(clause: Clause, cases: tuple[CaseDecision, ...], library: Library) -> ClauseDecision:
    """Return the decision on a clause whose only case is out."""
    ground = cases[0].ground
    reason = sentence(clause, "out", ground, False, cases, 0, library)
    return ClauseDecision(clause.id, clause.valid_from, "out", False, (), cases, ground, (), reason)


def _asks(cases: tuple[CaseDecision, ...], status: str) -> Asks:
    """Return the questions that would settle the clause: its presence, or the strength of cases that stand."""
    if status == "out":
        return ()
    wanted = [c for c in cases if c.asks and (status == "open" or (c.truth is Truth.IN and c.strength_open))]
    return tuple(dict.fromkeys(a for c in wanted for a in c.asks))


def _ask_next(
    decisions: Mapping[str, ClauseDecision], waived: set[str]
) -> tuple[tuple[tuple[str, str], tuple[str, ...]], ...]:
    by_question: dict[tuple[str, str], list[str]] = defaultdict(list)
    for decision in decisions.values():
        for ask in (a for a in decision.asks if a[0] not in waived):
            by_question[ask].append(decision.clause)
    ranked = sorted(by_question.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple((ask, tuple(clauses)) for ask, clauses in ranked)
