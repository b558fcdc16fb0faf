"""How many agencies and systems suffice to show a claim, if anything does.

Suppose a country fulfils a formula. Keep the cases that the formula names; for every finding in its cone that counts
members and holds, keep as many members as it needs, and for every open one as many as could make it hold. All other
agencies and systems can go: a count that was reached still is, one that was not is not, and what is said of each
agency and system that stays reads only its own answers, its agency's findings, which count among systems that were
kept, and the country's. So the cases and the sum of the counts suffice.
"""

from __future__ import annotations

from pipeline.condition.grammar import tests
from pipeline.library.vocabulary import reads
from pipeline.prove.claims import Claim, read_by
from pipeline.prove.decisions import Decisions
from pipeline.prove.world import Size

OVER_SYSTEMS = ("some", "every", "at_least")
OVER_AGENCIES = ("some_agency", "every_agency")
COUNTING = (*OVER_SYSTEMS, *OVER_AGENCIES)
"""The forms of finding that count members."""


def suffices(claim: Claim, decisions: Decisions) -> Size:
    """Return the size of world in which a claim's formula holds if it holds in any country.

    Each counting finding may need its members twice: those that hold, and those that only may.
    """
    clauses = acting(claim.clauses, decisions)
    refs = set(claim.refs)
    narrow = 0
    for clause_id in clauses:
        clause = decisions.clauses[clause_id]
        refs |= read_by(clause)
        narrow += clause.scope != "country"  # one case of it may be needed for the whole document
    counting = [r for r in decisions.library.rules if r.ref in _cone(refs, decisions) and r.form in COUNTING]
    inside = sum(2 * r.n for r in counting if r.ref.startswith("agency."))
    across = sum(2 * r.n for r in counting if r.ref.startswith("country."))
    return Size(1 + narrow + across, 1 + narrow + across + inside)


def acting(clauses: tuple[str, ...], decisions: Decisions) -> set[str]:
    """Return clauses with all that require or defeat them, and so on."""
    found: set[str] = set()
    left = [c for c in clauses if c in decisions.clauses]
    while left:
        clause_id = left.pop()
        if clause_id not in found:
            found.add(clause_id)
            left += decisions.plan.required_by[clause_id]
            left += [d for d, _ in decisions.plan.defeated_by[clause_id]]
    return found


def _cone(refs: set[str], decisions: Decisions) -> set[str]:
    """Return refs and all that they are drawn from, down to answers."""
    rules = {r.ref: r for r in decisions.library.rules}
    found: set[str] = set()
    left = list(refs)
    while left:
        ref = left.pop()
        if ref in found:
            continue
        found.add(ref)
        if ref in rules:
            left += reads(rules[ref])
        else:
            left += [t.ref for t in tests(decisions.library.questions[ref].relevant)]
        if ref == "country.bound_by":
            packs = decisions.library.packs.values()
            left += [t.ref for p in packs for c in (p.suits, *(b.when for b in p.binds)) for t in tests(c)]
    return found
