"""Claims about what the library owes: what is expected comes out, and more risk never gives a weaker duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from pipeline.assess.binding import in_force
from pipeline.condition.grammar import tests
from pipeline.library.vocabulary import reads
from pipeline.model.clause import STRENGTHS, Clause, Strength
from pipeline.model.library import Library
from pipeline.model.proof import Expectation
from pipeline.model.question import NOT_APPLICABLE, FindingRule, Question
from pipeline.prove.claims import Claim
from pipeline.prove.clause_claims import FIRST
from pipeline.prove.decisions import Decisions
from pipeline.prove.formula import FALSE, Formula
from pipeline.prove.readings import Readings
from pipeline.prove.sizes import acting
from pipeline.prove.world import Given, World

SYSTEMS = ("some", "every", "at_least")
AGENCIES = ("some_agency", "every_agency")
"""The forms that count, by what they count."""


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
        provision = library.provisions.get(ref)
        if provision is None:
            continue  # a slot for the state's own law
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


# --- more risk, weaker duty


def ratings(library: Library) -> tuple[str, ...]:
    """Return the questions that rate a system's risk: rows and columns of tables, and the levels they are made of."""
    found = [ref for rule in library.rules if rule.form == "table" for ref in rule.of]
    return tuple(dict.fromkeys(r for r in found if isinstance(library.variables.get(r), Question)))


class RaisedWorld(World):
    """The same country once more, where one system is rated no lower in any answer and the rest is as it was.

    What is unseen of others is as it was too, unless it reads a finding that the rating of this system can move.
    """

    def __init__(self, world: World, subject: str, moved: frozenset[str]) -> None:
        """Set up the country.

        Args:
            world: The country as it was; it is the same world, but for the ratings.
            subject: The system that is rated higher.
            moved: Rules and clauses by which an unseen agency or system may come out otherwise.
        """
        self.__dict__.update(world.__dict__)
        self._anew: dict[tuple[str, ...], int] = {}
        self._moved = moved
        self._higher: dict[str, Given] = {}
        self._base = world
        self._subject = subject
        self._ratings = frozenset(ratings(world.library))

    def other(self, *what: str) -> int:
        """Return the other world's literal on those unseen, or a new one where the rating can move them."""
        if not self.size.others or not self._moved & set(what):
            return self._base.other(*what)
        if what not in self._anew:
            self._anew[what] = self.formula.new()
        return self._anew[what]

    def given(self, question: Question, subject: str) -> Given:
        """Return the answer of the other world, or for a rating of the system one that is no lower."""
        base = self._base.given(question, subject)
        if subject != self._subject or question.ref not in self._ratings:
            return base
        found = self._higher.get(question.ref)
        if found is None:
            found = self._higher[question.ref] = _no_lower(self.formula, base, self.codes(question))
            self._base.raise_to(base, found)
        return found


def _no_lower(formula: Formula, base: Given, codes: tuple[str, ...]) -> Given:
    values = {code: formula.new() for code in codes}
    values[NOT_APPLICABLE] = base.codes[NOT_APPLICABLE]
    for i, code in enumerate(codes):
        formula.add(-base.codes[code], *(values[c] for c in codes[i:]))
        formula.add(-values[code], *(base.codes[c] for c in codes[: i + 1]))
        for other in codes[i + 1 :]:
            formula.add(-values[code], -values[other])
    return Given(values, {})


def raised(decisions: Decisions) -> Decisions:
    """Return the decisions in the same country with the first system rated higher; made once for a world."""
    if decisions.raised is None:
        readings = decisions.readings
        world = RaisedWorld(decisions.world, FIRST["system"], moved(decisions))
        decisions.raised = Decisions(
            Readings(readings.formula, readings.library, world, readings.as_of), decisions.packs
        )
    return decisions.raised


def moved(decisions: Decisions) -> frozenset[str]:
    """Return the counting rules and the clauses that come out otherwise for others when one system is rated higher.

    These are the ones that read, for a member or case of theirs, a finding on the country, or for a system one on its
    agency, into which the rating of another system goes.
    """
    library = decisions.library
    rated = _fed_by(library, set(ratings(library)))
    shared = {
        "agency": {r for r in rated if r.startswith("country.")},
        "system": {r for r in rated if not r.startswith("system.")},
    }
    rules = {r.ref: r for r in library.rules}

    def reaches(refs: Iterable[str], level: str) -> bool:
        left, seen = list(refs), set[str]()
        while left:
            ref = left.pop()
            if ref in shared[level]:
                return True
            if ref not in seen and ref in rules and not (level == "agency" and rules[ref].form in SYSTEMS):
                left += reads(rules[ref])
            seen.add(ref)
        return False

    found = {
        r.ref
        for r in library.rules
        if r.form in (*SYSTEMS, *AGENCIES) and reaches(reads(r), "system" if r.form in SYSTEMS else "agency")
    }
    for clause in decisions.clauses.values():
        refs = [
            t.ref
            for c in acting((clause.id,), decisions)
            for w in (decisions.clauses[c].when, *(e.when for e in decisions.clauses[c].escalate))
            for t in tests(w)
        ]
        if clause.scope != "country" and reaches(refs, clause.scope):
            found.add(clause.id)
    return frozenset(found)


def risk_claims(decisions: Decisions) -> Iterator[Claim]:
    """Yield that no clause is dropped or weakened, unreplaced, when a system's risk is rated higher."""
    library = decisions.library
    rated = _fed_by(library, set(ratings(library)))
    yield from _tables(library)
    for clause in decisions.clauses.values():
        conditions = (clause.when, *(e.when for e in clause.escalate))
        touched = {t.ref for c in conditions for t in tests(c)}
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


def _fed_by(library: Library, refs: set[str]) -> set[str]:
    """Return refs and every finding that is drawn from them."""
    found = set(refs)
    for rule in library.rules:  # each reads only earlier ones
        if found & set(reads(rule)):
            found.add(rule.ref)
    return found


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
