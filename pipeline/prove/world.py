"""The countries a proof ranges over: subjects that may exist, and every answer that each may give.

A world of a given size holds all countries of at most so many agencies with at most so many systems each. A world
with `others` holds all countries whatever their number: beside the agencies and systems that are spelled out stand
any number of others, of which nothing is known but what they add to a finding that counts. What is impossible there
is impossible in every country; what is possible there must still be shown in a world of a size
(docs/decisions/0015-how-many-agencies-a-proof-needs.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from pipeline.assess.readings import ANY_AGENCY, PROSPECTIVE
from pipeline.model.assessment import COUNTRY
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, Question
from pipeline.prove.formula import FALSE, TRUE, Formula


@dataclass(frozen=True, slots=True)
class Size:
    """How many agencies there are, how many systems each has, and whether others stand beside them."""

    agencies: int
    systems: int
    others: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """The literals of one answer of one subject.

    Attributes:
        codes: For a single value: code to the literal that it was given, `not_applicable` among them.
        members: For a set: member to the literals that it is in, and that it is out.
        withheld: The literal that the answer is withheld.
    """

    codes: Mapping[str, int]
    members: Mapping[str, tuple[int, int]]
    withheld: int = FALSE


NOTHING = Given({}, {})


class World:
    """Subjects and answers as literals, made when they are first asked for."""

    def __init__(self, formula: Formula, library: Library, size: Size) -> None:
        self.formula = formula
        self.library = library
        self.size = size
        self.agencies = tuple(f"agency-{i + 1}" for i in range(size.agencies))
        self._exists: dict[str, int] = {COUNTRY: TRUE}
        self._given: dict[tuple[str, str], Given] = {}
        self._others: dict[tuple[str, ...], int] = {}
        self._raised: list[tuple[Given, Given]] = []
        before = TRUE
        for agency in self.agencies:
            here = self._exists[agency] = formula.new()
            formula.add(-here, before)  # agencies are alike, so the first ones exist first
            before = here
            inner = here
            for system in self.systems(agency):
                there = self._exists[system] = formula.new()
                formula.add(-there, inner)
                inner = there
        if size.others:  # agencies are alike: if there is any, the first one spelled out is one of them
            formula.add(-self.other("agency"), self._exists[self.agencies[0]])
        self.named: dict[str, int] = {pack: formula.new() for pack in library.packs}
        self.chooses = formula.either(self.named.values())
        """Whether the country folder names packs; else all that suit are used."""

    def systems(self, agency: str) -> tuple[str, ...]:
        """Return an agency's systems."""
        if agency not in self.agencies:
            return ()
        return tuple(f"{agency}/system-{i + 1}" for i in range(self.size.systems))

    def all_systems(self) -> tuple[str, ...]:
        """Return the systems of all agencies."""
        return tuple(s for a in self.agencies for s in self.systems(a))

    def exists(self, subject: str) -> int:
        """Return the literal that a subject exists (not for prospective ones, whose answers decide)."""
        if subject == ANY_AGENCY:
            return self.formula.both([*(-self._exists[a] for a in self.agencies), -self.other("agency")])
        return self._exists[subject]

    def other(self, *what: str) -> int:
        """Return the literal that some other agency or system has this about it; false in a world of a size."""
        if not self.size.others:
            return FALSE
        if what not in self._others:
            self._others[what] = self.formula.new()
        return self._others[what]

    def given(self, question: Question, subject: str) -> Given:
        """Return the literals of an answer; at most one code is given."""
        key = (question.ref, subject)
        found = self._given.get(key)
        if found is None:
            found = self._given[key] = self._new(question, subject)
        return found

    def _new(self, question: Question, subject: str) -> Given:
        if subject == ANY_AGENCY or subject.startswith(PROSPECTIVE):
            use = subject.removeprefix(PROSPECTIVE)
            return Given({use: TRUE}, {}) if question.ref == "system.use" and use != subject else NOTHING
        formula, here = self.formula, self.exists(subject)
        codes = self.codes(question)
        if question.type == "set":
            refused = formula.new()
            members = {code: (formula.new(), formula.new()) for code in codes}
            for yes, no in members.values():
                formula.add(-yes, -no)
                formula.add(-yes, here)
                formula.add(-no, here)
                formula.add(-refused, -yes)
                formula.add(-refused, -no)
            formula.add(-refused, here)
            return Given({NOT_APPLICABLE: refused}, members)
        values = {code: formula.new() for code in (*codes, NOT_APPLICABLE)}
        for one, other in combinations(values.values(), 2):
            formula.add(-one, -other)
        if here != TRUE:
            for literal in values.values():
                formula.add(-literal, here)
        return Given(values, {})

    def codes(self, question: Question) -> tuple[str, ...]:
        """Return the codes an answer may have; for a number, one for each stretch between the bounds findings draw."""
        if question.scale is not None:
            return question.scale.codes()
        return tuple(str(n) for n in self.stretches(question.ref))

    def stretches(self, ref: str) -> tuple[int, ...]:
        """Return a number from each stretch that the bands over a number tell apart, lowest first."""
        bounds = {
            b for r in self.library.rules if r.form == "band" and r.of == (ref,) for _, b in r.bands if b is not None
        }
        return tuple(sorted({0, *bounds}))

    def answers(self) -> Iterator[tuple[str, str, Given]]:
        """Yield ref, subject and literals of every answer that was asked for."""
        for (ref, subject), given in self._given.items():
            yield ref, subject, given

    def raise_to(self, base: Given, raised: Given) -> None:
        """Remember an answer of the same country thought once more with a higher rating."""
        self._raised.append((base, raised))

    def raised_answers(self) -> Iterator[tuple[Given, Given]]:
        """Yield each rating with the one that it was raised to."""
        yield from self._raised

    def subjects(self) -> tuple[str, ...]:
        """Return the country, agencies and systems that are spelled out."""
        return (COUNTRY, *self.agencies, *self.all_systems())
