"""Claims about what the library owes: what is expected comes out, and what is expected in some cases in no other."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.assess.binding import in_force
from pipeline.condition.grammar import tests
from pipeline.model.clause import Clause
from pipeline.model.library import Library
from pipeline.model.proof import Expectation
from pipeline.prove.claims import Claim
from pipeline.prove.clause_claims import FIRST
from pipeline.prove.decisions import Decisions


def answering(expectation: Expectation, clauses: Iterator[Clause] | tuple[Clause, ...]) -> tuple[str, ...]:
    """Return the ids of the clauses that answer to an expectation's description."""
    e = expectation
    return tuple(
        c.id
        for c in clauses
        if e.document in c.documents
        and (not e.topic or c.topic == e.topic)
        and set(e.principles) <= set(c.principles)
        and set(e.provisions) <= set(c.cites)
        and set(e.findings) <= {*c.mitigates, *c.answers_gap}
        and e.stance in ("", c.stance)
        and e.kind in ("", c.kind)
        and e.bearer in ("", c.bearer)
    )


def applies(expectation: Expectation, library: Library, as_of: str) -> bool:
    """Return whether the law that an expectation names is all in force at a date."""
    for ref in expectation.provisions:
        if ref.startswith("slot:"):
            continue  # the state's own law
        provision = library.provisions.get(ref)
        if provision is None:
            return False  # not yet part of the law
        if provision.start > as_of or (provision.until and provision.until <= as_of):
            return False
        if not in_force(library.instruments[ref.partition(" ")[0]], as_of):
            return False
    return True


def expectation_claims(decisions: Decisions) -> Iterator[Claim]:
    """Yield that every expectation is met, and that what is expected only in some cases stands in no other."""
    clauses = tuple(decisions.clauses.values())
    for expectation in decisions.library.expectations:
        if applies(expectation, decisions.library, decisions.readings.as_of):
            yield from _expected(expectation, answering(expectation, clauses))


def _expected(e: Expectation, candidates: tuple[str, ...]) -> Iterator[Claim]:
    here = FIRST[e.subject]
    refs = tuple(t.ref for t in tests(e.when))

    def unmet(d: Decisions) -> int:
        called_for = d.readings.condition(e.when, here).holds
        none = (d.stands(c, here, e.at_least).fails for c in candidates)
        return d.formula.both((d.world.exists(here), called_for, *none))

    def beyond(d: Decisions) -> int:
        uncalled = d.readings.condition(e.when, here).fails
        one = d.formula.either(d.stands(c, here, e.at_least).holds for c in candidates)
        return d.formula.both((d.world.exists(here), uncalled, one))

    strength = f" at '{e.at_least}'" if e.at_least else ""
    yield Claim(
        "unmet_expectation", e.id, "", e.place, f"no clause answers this{strength}: {e.reason}",
        "add or mend a clause, or correct the expectation", "never", unmet, (), candidates, refs,
    )  # fmt: skip
    if e.only and e.when is not None:
        yield Claim(
            "beyond_expectation", e.id, "", e.place, f"a clause answers this where it is not called for: {e.reason}",
            "narrow the clause, or correct the expectation", "never", beyond, (), candidates, refs,
        )  # fmt: skip
