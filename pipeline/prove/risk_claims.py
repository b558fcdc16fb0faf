"""Claims about risk: a system that is rated higher is never held to less."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pipeline.model.clause import STRENGTHS, Clause, Strength
from pipeline.model.library import Library
from pipeline.model.question import FindingRule
from pipeline.prove.claims import Claim, read_by
from pipeline.prove.clause_claims import FIRST
from pipeline.prove.decisions import Decisions
from pipeline.prove.formula import FALSE
from pipeline.prove.raised import fed_by, raised, ratings


def risk_claims(decisions: Decisions) -> Iterator[Claim]:
    """Yield that no clause is dropped or weakened, unreplaced, when a system's risk is rated higher."""
    library = decisions.library
    rated = fed_by(library, set(ratings(library)))
    yield from _tables(library)
    for clause in decisions.clauses.values():
        touched = read_by(clause)
        defeaters = {d for d, _ in decisions.plan.defeated_by[clause.id]}
        if (touched & rated or defeaters) and clause.strength is not None and clause.stance != "permit":
            peers = tuple(
                c.id
                for c in decisions.clauses.values()
                if c.topic == clause.topic and c.id != clause.id and set(c.documents) & set(clause.documents)
            )
            for strength in STRENGTHS[STRENGTHS.index(clause.strength) :]:
                if strength == clause.strength or strength in {e.to for e in clause.escalate}:
                    yield _weaker(clause, strength, peers)


def _weaker(clause: Clause, strength: Strength, peers: tuple[str, ...]) -> Claim:
    here = FIRST[clause.scope]

    def weaker(d: Decisions) -> int:
        after = raised(d)
        f = d.formula
        lost = (d.stands(clause.id, here, strength).holds, after.stands(clause.id, here, strength).fails)
        if f.both(lost) == FALSE:
            return FALSE
        unreplaced = (
            f.either((after.stands(p, here, strength).fails, d.stands(p, here, strength).holds)) for p in peers
        )
        return f.both((d.world.exists(FIRST["system"]), *lost, *unreplaced))

    return Claim(
        "weaker_with_risk", clause.id, strength, clause.place,
        f"this '{strength}' is dropped or weakened when a system's risk is rated higher, and nothing replaces it",
        "let the condition hold from a level on (`is at least`), or add what takes its place", "never", weaker, (),
        (clause.id, *peers),
    )  # fmt: skip


def _tables(library: Library) -> Iterator[Claim]:
    """Yield that a table never gives a lower level for a higher row or column."""
    for rule in library.rules:
        if rule.form != "table" or not rule.scale.ordered:
            continue
        rank = {code: i for i, code in enumerate(rule.scale.codes())}
        rows = [[rank[c] for c in results] for results in rule.table.values()]
        falls = any(a > b for row in rows for a, b in pairwise(row))
        falls = falls or any(a > b for one, other in pairwise(rows) for a, b in zip(one, other, strict=True))
        if falls:
            yield _falling(rule)


def _falling(rule: FindingRule) -> Claim:
    return Claim(
        "weaker_with_risk", rule.ref, "", rule.place, "the table gives a lower level for a higher row or column",
        "mend the table", "never", lambda d: d.world.exists(FIRST["system"]),
    )  # fmt: skip
