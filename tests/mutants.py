"""Mutants of the shipped library: one thing broken in each, and whether `prove` notices, without any golden.

`make mutants` breaks everything that can be broken and writes the table; the test suite takes a seeded sample.
A mutant that comes out the same for every answer is equivalent; the solver says so, and it is listed with that reason.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

from pipeline.compose.printed import printed_refs
from pipeline.condition.evaluation import ranks
from pipeline.condition.grammar import tests
from pipeline.model.clause import STRENGTHS, Clause, Escalation
from pipeline.model.condition import Condition, Grouped, Test
from pipeline.model.library import Library
from pipeline.project.content import library_files
from pipeline.project.country import newest, the_library
from pipeline.prove.claims import Claim
from pipeline.prove.decisions import Decisions
from pipeline.prove.formula import Formula
from pipeline.prove.proof import SMALL, Prover, claims_of, possible
from pipeline.prove.readings import Readings
from pipeline.prove.world import Size, World

FIRST_DAY = "2025-01-01"


@dataclass(frozen=True)
class Mutant:
    """One thing broken: which kind, in which clause, what, the clause instead (None where deleted), and the dates."""

    kind: str
    clause: str
    what: str
    instead: Clause | None
    state: int
    dates: tuple[str, ...]


@cache
def shipped() -> Library:
    library, _ = the_library(library_files())
    return library


def mutants(library: Library) -> Iterator[Mutant]:
    """Yield every mutant of every state of every clause."""
    now = newest(library)
    for clause_id, states in library.clauses.items():
        for n, clause in enumerate(states):
            until = states[n + 1].valid_from if n + 1 < len(states) else "9999"
            date = now if clause.valid_from <= now < until else clause.valid_from

            def made(
                kind: str,
                what: str,
                instead: Clause | None,
                dates: tuple[str, ...] = (date,),
                clause_id: str = clause_id,
                n: int = n,
            ) -> Mutant:
                return Mutant(kind, clause_id, what, instead, n, dates)

            yield made("delete a clause", clause.valid_from, None)
            for i, escalation in enumerate(clause.escalate):
                rest = (*clause.escalate[:i], *clause.escalate[i + 1 :])
                yield made("drop an escalation", str(i), replace(clause, escalate=rest))
                for what, condition in chain(_wider(escalation.when, library), _narrower(escalation.when, library)):
                    if condition is not None:
                        mutated = (
                            *clause.escalate[:i],
                            Escalation(escalation.to, condition),
                            *clause.escalate[i + 1 :],
                        )
                        yield made(
                            f"{what.partition(':')[0]} a condition",
                            f"escalate.{i} {what}",
                            replace(clause, escalate=mutated),
                        )
            for what, weaker in _weaker(clause):
                yield made("weaken a strength", what, weaker)
            for what, broken in _broken(clause, library):
                yield made("break a reference", what, broken)
            if clause.when is not None:
                for what, condition in chain(
                    [("widen: always", None)], _wider(clause.when, library), _narrower(clause.when, library)
                ):
                    yield made(f"{what.partition(':')[0]} a condition", what, replace(clause, when=condition))
            for shifted in _shifted(clause, until):
                days = tuple(sorted({clause.valid_from, shifted}))
                yield made("shift a date", shifted, replace(clause, valid_from=shifted), days)


def _broken(clause: Clause, library: Library) -> Iterator[tuple[str, Clause]]:
    """Yield the clause with one link to another cut or led astray, and with its law, findings or gaps struck out."""
    for field in ("requires", "supersedes", "excludes"):
        names = getattr(clause, field)
        for name in names:
            rest = tuple(x for x in names if x != name)
            yield f"{field} {name}", replace(clause, **{field: rest})  # type: ignore[arg-type]
    for name in clause.depends_on:
        astray = next(i for i, s in library.clauses.items() if not set(s[-1].documents) & set(clause.documents))
        yield f"depends_on {name}", replace(clause, depends_on=(astray,))
    for field in ("cites", "mitigates", "answers_gap"):
        if getattr(clause, field):
            yield field, replace(clause, **{field: ()})  # type: ignore[arg-type]


def _weaker(clause: Clause) -> Iterator[tuple[str, Clause]]:
    if clause.strength in ("should", "shall"):
        lower = STRENGTHS[STRENGTHS.index(clause.strength) - 1]
        yield f"to {lower}", replace(clause, strength=lower)
    for i, e in enumerate(clause.escalate):
        lower = STRENGTHS[STRENGTHS.index(e.to) - 1]
        if clause.strength is not None and STRENGTHS.index(lower) > STRENGTHS.index(clause.strength):
            rest = (*clause.escalate[:i], Escalation(lower, e.when), *clause.escalate[i + 1 :])
            yield f"escalate.{i} to {lower}", replace(clause, escalate=rest)


def _shifted(clause: Clause, until: str) -> Iterator[str]:
    """Yield a later start, and an earlier one for a state that is not there from the first day."""
    later = str(int(clause.valid_from[:4]) + 1) + clause.valid_from[4:]
    if later < until:
        yield later
    if clause.valid_from > FIRST_DAY:
        yield max(FIRST_DAY, str(int(clause.valid_from[:4]) - 1) + clause.valid_from[4:])


def _wider(condition: Condition, library: Library) -> Iterator[tuple[str, Condition | None]]:
    yield from (("widen: " + w, c) for w, c, wide in _changed(condition, library, widens=True) if wide)


def _narrower(condition: Condition, library: Library) -> Iterator[tuple[str, Condition | None]]:
    yield from (("narrow: " + w, c) for w, c, wide in _changed(condition, library, widens=True) if not wide)


def _changed(condition: Condition, library: Library, widens: bool) -> Iterator[tuple[str, Condition, bool]]:
    """Yield a condition changed in one place, with what was done and whether it now holds more often."""
    if isinstance(condition, Test):
        yield from _tests(condition, library, widens)
        return
    inner = not widens if condition.group == "none" else widens
    for i, part in enumerate(condition.of):
        before, after = condition.of[:i], condition.of[i + 1 :]
        if len(condition.of) > 1:
            more = (condition.group == "all") == widens if condition.group != "none" else widens
            yield (
                f"without {next(tests(part)).text}",
                Grouped(condition.group, (*before, *after), condition.place),
                more,
            )
        for what, changed, wide in _changed(part, library, inner):
            yield what, Grouped(condition.group, (*before, changed, *after), condition.place), wide


def _tests(test: Test, library: Library, widens: bool) -> Iterator[tuple[str, Test, bool]]:
    variable = library.variables[test.ref]
    order = list(ranks(variable.scale))
    if test.op in ("is at least", "is at most") and order:
        here = order.index(test.values[0])
        for there in (here - 1, here + 1):
            if 0 <= there < len(order):
                text = f"{test.ref} {test.op} {order[there]}"
                more = (there < here) == (test.op == "is at least")
                yield text, replace(test, values=(order[there],), text=text), more == widens
    if len(test.values) > 1:
        for value in test.values:
            rest = tuple(v for v in test.values if v != value)
            more = test.op == "does not include"
            yield f"without {value}", replace(test, values=rest), more == widens
    if test.op == "is one of" and variable.scale is not None:
        missing = next((c for c in variable.scale.codes() if c not in test.values), None)
        if missing:
            yield f"with {missing}", replace(test, values=(*test.values, missing)), widens


def mutated(library: Library, mutant: Mutant) -> Library:
    states = list(library.clauses[mutant.clause])
    if mutant.instead is None:
        del states[mutant.state]
    else:
        states[mutant.state] = mutant.instead
    clauses = dict(library.clauses)
    if states:
        clauses[mutant.clause] = tuple(sorted(states, key=lambda c: c.valid_from))
    else:
        del clauses[mutant.clause]
    return replace(library, clauses=clauses)


def _concerns(claim: Claim, near: set[str], expected: set[str]) -> bool:
    if claim.kind in ("unmet_expectation", "beyond_expectation"):
        return claim.at in expected or bool(near & set(claim.clauses))
    return claim.kind == "unread" or bool(near & {*claim.clauses, claim.at, claim.other})


def noticed(mutant: Mutant) -> str:
    """Return the defect that gives a mutant away, `equivalent` where the solver finds no difference, or nothing."""
    library = shipped()
    broken = mutated(library, mutant)
    printed = printed_refs(library)
    accepted = {(a.defect, a.at, a.other) for a in library.accepted}
    for date in mutant.dates:
        whole = _prover(date)
        before = whole.world(SMALL[0])
        near = {mutant.clause, *_touched(before, mutant.clause)}
        expected = {c.at for c in _claims(date) if mutant.clause in c.clauses}
        prover = Prover(broken, date)
        try:
            claims = list(claims_of(prover.world(SMALL[0]), printed))
        except (KeyError, ValueError) as error:  # a library that cannot be decided is no library
            return f"cannot be decided: {type(error).__name__}"
        near |= set(_touched(prover.world(SMALL[0]), mutant.clause))
        expected |= {c.at for c in claims if mutant.clause in c.clauses}
        known = {c.name for c in _claims(date)}
        for claim, _ in prover.settle(c for c in claims if _concerns(c, near, expected) or c.name not in known):
            ok = claim.advice or claim.name in accepted or (claim.kind, claim.at, "") in accepted
            if not ok:
                return f"{claim.kind} of {claim.at}"
    silent = mutant.kind in ("delete a clause", "shift a date") or mutant.what in ("cites", "mitigates", "answers_gap")
    if not silent and all(_equivalent(library, broken, mutant.clause, date) for date in mutant.dates):
        return "equivalent"  # where the text or the law under it changes too, equal decisions are not enough
    return ""


@cache
def _prover(date: str) -> Prover:
    return Prover(shipped(), date)


@cache
def _claims(date: str) -> tuple[Claim, ...]:
    return tuple(claims_of(_prover(date).world(SMALL[0]), printed_refs(shipped())))


def _touched(decisions: Decisions, clause_id: str) -> Iterator[str]:
    """Yield the clauses that a clause requires or defeats, and so on."""
    left, seen = [clause_id], {clause_id}
    acts: dict[str, list[str]] = defaultdict(list)
    for target in decisions.clauses:
        for actor in (*decisions.plan.required_by[target], *(d for d, _ in decisions.plan.defeated_by[target])):
            acts[actor].append(target)
    while left:
        for target in acts[left.pop()]:
            if target not in seen:
                seen.add(target)
                left.append(target)
                yield target


def _equivalent(library: Library, broken: Library, clause_id: str, date: str) -> bool:
    """Return whether no answers tell two libraries apart in what they decide on a clause and those it acts on."""
    formula = Formula()
    world = World(formula, library, Size(1, 1, others=True))
    one, other = (Decisions(Readings(formula, x, world, date)) for x in (library, broken))
    differ: list[int] = []
    for name in {clause_id, *_touched(one, clause_id), *_touched(other, clause_id)}:
        mine, theirs = one.clauses.get(name), other.clauses.get(name)
        if (mine is None) != (theirs is None):
            return False
        if mine is None or theirs is None:
            continue
        subjects = [s for s, _ in one.subjects(mine.scope)]
        pairs = [(one.case(name, s), other.case(name, s)) for s in subjects]
        for strength in STRENGTHS if mine.strength else ():
            pairs += [(one.stands(name, s, strength), other.stands(name, s, strength)) for s in subjects]
        for a, b in pairs:
            differ += [formula.both((a.holds, -b.holds)), formula.both((-a.holds, b.holds))]
            differ += [formula.both((a.fails, -b.fails)), formula.both((-a.fails, b.fails))]
    return not any(possible(formula, differ).values())


def main() -> int:
    """Break everything, print the table, and say by the exit code whether 95 % were noticed."""
    found = list(mutants(shipped()))
    with ProcessPoolExecutor() as pool:
        answers = list(pool.map(noticed, found, chunksize=16))
    total: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    same: Counter[str] = Counter()
    for mutant, answer in zip(found, answers, strict=True):
        total[mutant.kind] += 1
        same[mutant.kind] += answer == "equivalent"
        seen[mutant.kind] += answer not in ("", "equivalent")
        if answer in ("", "equivalent"):
            sys.stderr.write(f"{answer or 'MISSED'}: {mutant.kind}: {mutant.clause} ({mutant.what})\n")
    lines = [
        "| mutation | mutants | equivalent | noticed | share of the others |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [_row(kind, total[kind], same[kind], seen[kind]) for kind in sorted(total)]
    lines.append(_row("all", total.total(), same.total(), seen.total()))
    sys.stdout.write("\n".join(lines) + "\n")
    return int(seen.total() < 0.95 * (total.total() - same.total()))


def _row(kind: str, total: int, same: int, seen: int) -> str:
    share = 100 * seen / (total - same) if total > same else 100
    return f"| {kind} | {total:,} | {same:,} | {seen:,} | {share:.1f} % |"


if __name__ == "__main__":
    sys.exit(main())
