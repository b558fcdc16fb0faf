"""`prove(library, as_of) -> Proof`: every claim settled for all countries, with the smallest intake for each defect.

A claim that something never holds is first asked of the world with others unseen: what is impossible there is
impossible in every country, however many agencies it has. What is possible there is looked for in worlds of a size,
up to the size that suffices for the claim. A claim that something can hold goes the other way round.
Claims are asked in bundles (can any of these hold?), so that one answer settles many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.model.assessment import level_of
from pipeline.model.library import Library
from pipeline.model.problem import Place
from pipeline.model.proof import Acceptance, Fact
from pipeline.prove.claims import Build, Claim
from pipeline.prove.clause_claims import clause_claims, rule_claims
from pipeline.prove.decisions import Decisions
from pipeline.prove.document_claims import document_claims
from pipeline.prove.expectation_claims import expectation_claims
from pipeline.prove.formula import BUDGET, FALSE, TRUE, Engine, Formula
from pipeline.prove.readings import Readings
from pipeline.prove.risk_claims import risk_claims
from pipeline.prove.samples import Samples
from pipeline.prove.sizes import suffices
from pipeline.prove.witness import Witness, smallest
from pipeline.prove.world import Size, World
from pipeline.select.precedence import precedence

MOST_SYSTEMS = 400
"""Systems up to which a world is tried; a claim that needs more is reported as not proved."""

SMALL = (Size(1, 1), Size(2, 2))
"""Worlds in which nearly every claim is settled."""
ONE_AGENCY = Size(1, SMALL[1].agencies * SMALL[1].systems)
"""As many systems as in the larger of them, in one agency: three systems need no second agency."""


@dataclass(frozen=True, slots=True)
class Defect:
    """A claim that does not hold.

    Attributes:
        claim: The claim.
        as_of: The date at which it was found.
        witness: The smallest intake that shows it, None where none can be told apart.
        accepted: The acceptance under which it stays, or None.
    """

    claim: Claim
    as_of: str
    witness: Witness | None
    accepted: Acceptance | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved at a date.

    Attributes:
        as_of: The law's date.
        claims: How many claims were asked.
        defects: Those that do not hold, in order of place.
        unproved: Those on which the solver ran out of time.
        facts: What the proof relied on.
    """

    as_of: str
    claims: int
    defects: tuple[Defect, ...]
    unproved: tuple[Claim, ...]
    facts: tuple[Fact, ...]

    @property
    def holds(self) -> bool:
        """Return whether every claim was settled, and each defect is accepted or advice."""
        return not self.unproved and all(d.accepted or d.claim.advice for d in self.defects)


class Prover:
    """The worlds of one library at one date under one order of ranks, each made when it is first needed."""

    def __init__(
        self,
        library: Library,
        as_of: str,
        budget: int = BUDGET,
        solver: Callable[[], Engine] | None = None,
        order: tuple[str, ...] = (),
    ) -> None:
        """Set up a library at a date.

        Args:
            library: With its overlay, facts, expectations and accepted defects.
            as_of: ISO date of the law.
            budget: Conflicts after which the solver gives up a question.
            solver: Gives a solver; else MiniSat.
            order: Packs of one order of ranks, one of which the country uses; none where ranks decide nothing.
        """
        self.library = library
        self.as_of = as_of
        self.budget = budget
        self.solver = solver
        self.order = order
        self._worlds: dict[Size, Decisions] = {}
        self._samples: dict[Size, Samples] = {}

    def world(self, size: Size) -> Decisions:
        """Return the decisions in a world of a size."""
        found = self._worlds.get(size)
        if found is None:
            formula = Formula(self.solver() if self.solver else None, self.budget)
            world = World(formula, self.library, size)
            readings = Readings(formula, self.library, world, self.as_of)
            found = self._worlds[size] = Decisions(readings, self.order[:1])
            if self.order:
                formula.add(*(readings.uses_pack(p) for p in self.order))
            _require(self.library.facts, readings)
            self._samples[size] = Samples(world)
        return found

    def possible(self, size: Size, claims: Iterable[Claim]) -> dict[Claim, bool | None]:
        """Return for each claim whether its formula can hold in a world of a size; None where time ran out."""
        decisions = self.world(size)
        literals = {claim: claim.build(decisions) for claim in claims}
        known = possible(decisions.formula, literals.values(), self._samples[size])
        return {claim: known[literal] for claim, literal in literals.items()}

    def witness(self, claim: Claim, size: Size) -> Witness | None:
        """Return the smallest intake that shows a defect, in the smallest world that has one."""
        builds = (claim.build,) if claim.wanted == "never" else claim.shows
        for build in builds:
            for ones in (SMALL[:1], (SMALL[1], ONE_AGENCY), (size,)):
                found = [w for one in ones if (w := self._smallest(build, one)) is not None]
                if found:
                    return min(found, key=lambda w: w.size)
        return None

    def _smallest(self, build: Build, size: Size) -> Witness | None:
        decisions = self.world(size)
        literal = build(decisions)
        if literal == FALSE or not decisions.formula.solve([literal]):
            return None
        return smallest(decisions.world, literal)

    def settle(self, claims: Iterable[Claim]) -> Iterator[tuple[Claim, Size | None]]:
        """Yield each claim that does not hold with the world that shows it, and with None where time ran out."""
        found = list(claims)
        yield from self._never([c for c in found if c.wanted == "never"])
        yield from self._sometimes([c for c in found if c.wanted == "sometimes"])

    def _never(self, claims: list[Claim]) -> Iterator[tuple[Claim, Size | None]]:
        unseen = self.possible(Size(1, 1, others=True), claims)
        left = [c for c in claims if unseen[c] is not False]
        for size in SMALL:
            known = self.possible(size, left)
            for claim in left:
                if known[claim]:
                    yield claim, size
            left = [c for c in left if not known[c]]
        for claim in left:
            if unseen[claim] is None:  # what was given up in a small world is not asked of a large one
                yield claim, None
                continue
            size = suffices(claim, self.world(SMALL[0]))
            there = self._shown(claim, size)
            if there is not False:
                yield claim, size if there else None

    def _sometimes(self, claims: list[Claim]) -> Iterator[tuple[Claim, Size | None]]:
        left = claims
        for size in SMALL:
            known = self.possible(size, left)
            left = [c for c in left if not known[c]]
        unseen = self.possible(Size(1, 1, others=True), left)
        for claim in left:
            if not unseen[claim]:
                yield claim, SMALL[0] if unseen[claim] is False else None
                continue
            size = suffices(claim, self.world(SMALL[0]))
            there = self._shown(claim, size)
            if not there:
                yield claim, size if there is False else None

    def _shown(self, claim: Claim, size: Size) -> bool | None:
        """Return whether a claim's formula can hold in the world that suffices; None where that is too large to try."""
        return self.possible(size, [claim])[claim] if size.agencies * size.systems <= MOST_SYSTEMS else None


def possible(formula: Formula, literals: Iterable[int], samples: Samples | None = None) -> Mapping[int, bool | None]:
    """Return for each literal whether it can hold; every model found settles all that hold in it."""
    known: dict[int, bool | None] = {}
    left = dict.fromkeys(literals)
    for literal in list(left):
        if literal in (TRUE, FALSE):
            known[literal] = literal == TRUE
            del left[literal]
    for literal in samples.holding(left) if samples and left else ():
        known[literal] = True
        del left[literal]
    while left:
        answer = formula.solve_any(left)
        if answer is None:
            for literal in left:
                known[literal] = formula.solve([literal])
            break
        if not answer:
            known.update(dict.fromkeys(left, False))
            break
        model = formula.model()
        for literal in [x for x in left if model(x)]:
            known[literal] = True
            del left[literal]
    return known


def _require(facts: tuple[Fact, ...], readings: Readings) -> None:
    """Require the declared facts of every subject in a world."""
    world = readings.world
    for fact in facts:
        for subject in world.subjects():
            if level_of(subject) == fact.subject:
                broken = readings.condition(fact.never, subject)
                readings.formula.add(-world.exists(subject), -broken.holds)


def claims_of(decisions: Decisions, printed_refs: frozenset[str]) -> Iterator[Claim]:
    """Yield every claim about a library at a date, those that break soonest first."""
    yield from expectation_claims(decisions)
    yield from clause_claims(decisions)
    yield from document_claims(decisions, printed_refs)
    yield from risk_claims(decisions)
    yield from rule_claims(decisions.library.rules)


def prove(library: Library, as_of: str, printed_refs: frozenset[str], budget: int = BUDGET) -> Proof:
    """Prove a library at a date.

    Args:
        library: With its overlay, facts, expectations and accepted defects.
        as_of: ISO date of the law.
        printed_refs: Questions and findings that the documents themselves print or lay out by.
        budget: Conflicts after which the solver gives up a question.

    Returns:
        Every defect with the smallest intake that shows it, and what could not be settled.
    """
    accepted: dict[tuple[str, str, str], Acceptance] = {(a.defect, a.at, a.other): a for a in library.accepted}
    found: dict[tuple[object, ...], tuple[Claim, Size | None, Prover]] = {}
    held: set[tuple[object, ...]] = set()
    asked = 0
    for order in orders(library, as_of):
        prover = Prover(library, as_of, budget, order=order)
        claims = list(claims_of(prover.world(SMALL[0]), printed_refs))
        asked += len(claims)
        failing = {_key(claim): (claim, size, prover) for claim, size in prover.settle(claims)}
        held |= {_key(c) for c in claims if c.wanted == "sometimes"} - set(failing)
        found = {**failing, **found}
    defects: list[Defect] = []
    unproved: list[Claim] = []
    for key, (claim, size, prover) in found.items():
        if key in held:
            continue  # under another order of ranks it comes out
        if size is None:
            unproved.append(claim)
            continue
        acceptance = accepted.get(claim.name) or accepted.get((claim.kind, claim.at, ""))
        defects.append(Defect(claim, as_of, None if acceptance else prover.witness(claim, size), acceptance))
    kept = tuple(sorted(_told_once(defects), key=lambda d: (d.claim.advice, _line(d.claim.place), d.claim.name)))
    return Proof(as_of, asked, kept, tuple(unproved), library.facts)


def orders(library: Library, as_of: str) -> tuple[tuple[str, ...], ...]:
    """Return the packs by the defeats that their order of ranks gives; one group of none where all give the same."""
    groups: dict[object, list[str]] = {}
    for pack in library.packs:
        defeats = precedence(library, (pack,), as_of).defeated_by
        groups.setdefault(tuple(sorted(defeats.items())), []).append(pack)
    return tuple(tuple(g) for g in groups.values()) if len(groups) > 1 else ((),)


def _key(claim: Claim) -> tuple[object, ...]:
    return (*claim.name, claim.place)


def _line(place: Place) -> tuple[str, int, int]:
    return place.file, place.line, place.column


def _told_once(defects: list[Defect]) -> Iterator[Defect]:
    """Leave out what another defect implies: what is out of reach is defeated too, what clashes is open too."""
    unreachable = {d.claim.at for d in defects if d.claim.kind == "unreachable"}
    clashing = {(d.claim.at, d.claim.other) for d in defects if d.claim.kind == "contradiction"}
    for defect in defects:
        claim = defect.claim
        implied = claim.kind in ("always_defeated", "dead_branch") and claim.at in unreachable
        implied = implied or (claim.kind == "permission_over_open_prohibition" and (claim.at, claim.other) in clashing)
        if not implied:
            yield defect
