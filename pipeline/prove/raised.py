"""A country thought once more with one of its systems rated higher, beside the country as it is."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.library.vocabulary import reads
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, Question
from pipeline.prove.claims import read_by
from pipeline.prove.clause_claims import FIRST
from pipeline.prove.decisions import Decisions
from pipeline.prove.formula import Formula
from pipeline.prove.readings import Readings
from pipeline.prove.sizes import COUNTING, OVER_SYSTEMS, acting
from pipeline.prove.world import Given, World


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
    rated = fed_by(library, set(ratings(library)))
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
            if ref not in seen and ref in rules and not (level == "agency" and rules[ref].form in OVER_SYSTEMS):
                left += reads(rules[ref])
            seen.add(ref)
        return False

    found = {
        r.ref
        for r in library.rules
        if r.form in COUNTING and reaches(reads(r), "system" if r.form in OVER_SYSTEMS else "agency")
    }
    for clause in decisions.clauses.values():
        refs = {r for c in acting((clause.id,), decisions) for r in read_by(decisions.clauses[c])}
        if clause.scope != "country" and reaches(refs, clause.scope):
            found.add(clause.id)
    return frozenset(found)


def fed_by(library: Library, refs: set[str]) -> set[str]:
    """Return refs and every finding that is drawn from them."""
    found = set(refs)
    for rule in library.rules:  # each reads only earlier ones
        if found & set(reads(rule)):
            found.add(rule.ref)
    return found
