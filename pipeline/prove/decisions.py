"""How every clause comes out, case by case and for the national document, in every country of a world.

It says in literals what `pipeline.select` decides for one country; the agreement of the two is tested.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.assess.readings import ANY_AGENCY, PROSPECTIVE
from pipeline.model.assessment import COUNTRY
from pipeline.model.clause import STRENGTHS, Clause, Strength
from pipeline.model.library import Library
from pipeline.prove.formula import FALSE, TRUE, Formula
from pipeline.prove.readings import Readings
from pipeline.prove.three import NO, Three, asks, every, is_open, opposite, some
from pipeline.prove.world import World
from pipeline.select.precedence import Precedence, precedence

_RANK = {s: i for i, s in enumerate(STRENGTHS)}


class Decisions:
    """Decides clauses in a world at a date, remembering every literal."""

    def __init__(self, readings: Readings, packs: tuple[str, ...] = (), left_out: frozenset[str] = frozenset()) -> None:
        self.readings = readings
        self.formula: Formula = readings.formula
        self.world: World = readings.world
        self.library: Library = readings.library
        self.packs = packs
        self.plan: Precedence = precedence(self.library, packs, readings.as_of)
        self.clauses: dict[str, Clause] = {c.id: c for c in self.plan.order}
        self.left_out = left_out
        self.raised: Decisions | None = None
        """The same country with one system rated higher, once it was asked for."""
        self._cases: dict[tuple[str, str], Three] = {}
        self._strength: dict[tuple[str, str, Strength], Three] = {}
        self._subjects: dict[str, tuple[tuple[str, int], ...]] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._defeats: dict[str, list[str]] = {}
        for general, defeaters in self.plan.defeated_by.items():
            for special in dict.fromkeys(d for d, _ in defeaters):
                self._defeats.setdefault(special, []).append(general)

    def subjects(self, scope: str) -> tuple[tuple[str, int], ...]:
        """Return the cases of a scope, each with the literal that there is such a case."""
        found = self._subjects.get(scope)
        if found is None:
            world = self.world
            if scope == "country":
                found = ((COUNTRY, TRUE),)
            elif scope == "agency":
                found = tuple((a, world.exists(a)) for a in (*world.agencies, ANY_AGENCY))
            else:
                systems = tuple((s, world.exists(s)) for s in world.all_systems())
                uses = [r.removeprefix("country.use_") for r in self.library.questions if r.startswith("country.use_")]
                found = (*systems, *((PROSPECTIVE + u, self.readings.expected(u)[0]) for u in uses))
            self._subjects[scope] = found
            self._names[scope] = frozenset(s for s, _ in found)
        return found

    def _known(self, scope: str) -> frozenset[str]:
        """Return the names of a scope's cases."""
        self.subjects(scope)
        return self._names[scope]

    # --- one case

    def case(self, clause_id: str, subject: str) -> Three:
        """Return how a clause comes out in one case."""
        if clause_id in self.left_out or clause_id not in self.clauses:
            return NO
        key = (clause_id, subject)
        found = self._cases.get(key)
        if found is None:
            found = self._cases[key] = self._decide(self.clauses[clause_id], subject)
        return found

    def own(self, clause: Clause, subject: str) -> Three:
        """Return what a clause's own condition and those that require it say, before anything defeats it."""
        required = (self.bearing(r, subject) for r in self.plan.required_by[clause.id])
        parts = (self.readings.condition(clause.when, subject), *(r for r in required if r is not None))
        return some(self.formula, parts)

    def _decide(self, clause: Clause, subject: str) -> Three:
        stands = self.own(clause, subject)
        defeaters = [self.bearing(d, subject) for d, _ in self.plan.defeated_by[clause.id]]
        outcome = every(self.formula, (stands, *(opposite(d) for d in defeaters if d is not None)))
        return self._expected(clause, subject, outcome)

    def _expected(self, clause: Clause, subject: str, outcome: Three) -> Three:
        """Settle what no answer can settle by the clause's own rule, as `select` does."""
        formula = self.formula
        undecided = FALSE
        if subject.startswith(PROSPECTIVE):
            undecided = self.readings.expected(subject.removeprefix(PROSPECTIVE))[1]
        elif outcome.asks is None:
            return outcome
        wanted = asks(formula, outcome)
        ruled = formula.both((is_open(formula, outcome), -wanted, -undecided))
        holds, fails = formula.both((outcome.holds, -undecided)), outcome.fails
        if clause.if_open == "keep":
            holds = formula.either((holds, ruled))
        else:
            fails = formula.either((fails, ruled))
        still = formula.either((formula.both((undecided, -outcome.fails)), wanted))
        return Three(holds, fails, still)

    def bearing(self, clause_id: str, subject: str) -> Three | None:
        """Return another clause's outcome that bears on a case: its own, its agency's, the country's, or any narrower.

        None where it has no case that could.
        """
        clause = self.clauses.get(clause_id)
        if clause is None:
            return None
        if clause_id in self.left_out or clause.scope == "country":
            return self.case(clause_id, COUNTRY)
        if subject == COUNTRY:
            return self.any_case(clause_id)
        known = self._known(clause.scope)
        for one in (subject, subject.partition("/")[0]):
            if one in known:
                return self.case(clause_id, one)
        inner = [(s, e) for s, e in self.subjects(clause.scope) if s.startswith(subject + "/")]
        return self._any(clause_id, inner) if inner else None

    def any_case(self, clause_id: str) -> Three:
        """Return whether a clause is in for any case, others unseen among them."""
        clause = self.clauses.get(clause_id)
        if clause is None or clause_id in self.left_out:
            return NO
        found = self._any(clause_id, self.subjects(clause.scope))
        if clause.scope == "country":
            return found
        sure = self.world.other("clause", clause_id, "in")
        maybe = self.formula.either((sure, self.world.other("clause", clause_id, "open")))
        return some(self.formula, (found, Three(sure, -maybe)))

    def _any(self, clause_id: str, cases: Iterable[tuple[str, int]]) -> Three:
        return some(self.formula, [every(self.formula, (Three(e, -e), self.case(clause_id, s))) for s, e in cases])

    # --- strength

    def reaches(self, clause: Clause, subject: str, strength: Strength | None) -> Three:
        """Return whether a clause has at least a strength in a case, given that it stands there."""
        if strength is None or (clause.strength is not None and _RANK[clause.strength] >= _RANK[strength]):
            return Three(TRUE, FALSE)
        key = (clause.id, subject, strength)
        found = self._strength.get(key)
        if found is None:
            rises = [e.when for e in clause.escalate if _RANK[e.to] >= _RANK[strength]]
            parts = [self.readings.condition(w, subject) for w in rises]
            found = self._strength[key] = some(self.formula, parts) if parts else NO
        return found

    def stands(self, clause_id: str, subject: str, strength: Strength | None) -> Three:
        """Return whether a clause bears on a subject at no less than a strength; `country` means the whole document."""
        clause = self.clauses.get(clause_id)
        if clause is None or clause_id in self.left_out:
            return NO
        if subject == COUNTRY and clause.scope != "country":
            return self._stands_for_the_country(clause, strength)
        where = self._case_of(clause, subject)
        if where is None:
            inner = [(s, e) for s, e in self.subjects(clause.scope) if s.startswith(subject + "/")]
            return self._any_at(clause, inner, strength) if inner else NO
        return every(self.formula, (self.case(clause_id, where), self.reaches(clause, where, strength)))

    def _case_of(self, clause: Clause, subject: str) -> str | None:
        if clause.scope == "country":
            return COUNTRY
        known = self._known(clause.scope)
        return next((s for s in (subject, subject.partition("/")[0]) if s in known), None)

    def _any_at(self, clause: Clause, cases: Iterable[tuple[str, int]], strength: Strength | None) -> Three:
        parts = [
            every(self.formula, (Three(e, -e), self.case(clause.id, s), self.reaches(clause, s, strength)))
            for s, e in cases
        ]
        return some(self.formula, parts)

    def _stands_for_the_country(self, clause: Clause, strength: Strength | None) -> Three:
        formula = self.formula
        cases = self.subjects(clause.scope)
        found = self._any_at(clause, cases, strength)
        sure = self.world.other("clause", clause.id, "in", strength or "")
        maybe = formula.either((sure, self.world.other("clause", clause.id, "open", strength or "")))
        found = some(formula, (found, Three(sure, -maybe)))
        if clause.stance == "permit" and clause.scope == "agency":
            refused = [every(formula, (Three(e, -e), opposite(self.case(clause.id, s)))) for s, e in cases]
            barred = self.world.other("clause", clause.id, "refused")
            found = every(formula, (found, *(opposite(r) for r in refused), Three(-barred, barred)))
        elif clause.stance == "permit":
            unsettled = formula.either(formula.both((e, is_open(formula, self.case(clause.id, s)))) for s, e in cases)
            found = found._replace(holds=formula.both((found.holds, -unsettled)))
        return found

    # --- the national document

    def national(self, clause_id: str) -> Three:
        """Return the clause's status for the national document."""
        clause = self.clauses.get(clause_id)
        if clause is None or clause_id in self.left_out:
            return NO
        if clause.scope == "country":
            return self.case(clause_id, COUNTRY)
        return self._stands_for_the_country(clause, None)

    def printed(self, clause_id: str) -> int:
        """Return the literal that a clause stands in the document: in, or open and kept."""
        clause = self.clauses.get(clause_id)
        if clause is None or clause_id in self.left_out:
            return FALSE
        status = self.national(clause_id)
        if clause.if_open != "keep":
            return status.holds
        formula = self.formula
        kept = (
            formula.both((e, is_open(formula, self.case(clause_id, s)), -self._held(clause_id, s)))
            for s, e in self.subjects(clause.scope)
        )
        return formula.either((status.holds, *kept))

    def _held(self, clause_id: str, subject: str) -> int:
        """Return the literal that a general clause, which this one would defeat, still stands in a case."""
        stands: list[int] = []
        for general_id in self._defeats.get(clause_id, ()):
            general = self.bearing(general_id, subject)
            if general is not None:
                keeps = self.clauses[general_id].if_open == "keep"
                stands.append(-general.fails if keeps else general.holds)
        return self.formula.either(stands)
