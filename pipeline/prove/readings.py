"""What every test reads in every country of a world: answers, findings and law as literals.

It says in literals what `pipeline.assess` computes for one country; the agreement of the two is tested.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pipeline.assess.binding import in_force
from pipeline.assess.findings import NO, PROSPECTS, YES
from pipeline.assess.readings import ANY_AGENCY, PROSPECTIVE
from pipeline.condition.evaluation import holds
from pipeline.library.law import family
from pipeline.library.vocabulary import BOUND_BY, scale_ranks
from pipeline.model.assessment import COUNTRY
from pipeline.model.condition import Condition, Test
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, FindingRule, Question
from pipeline.prove.formula import FALSE, TRUE, Formula
from pipeline.prove.three import NO as FAILS
from pipeline.prove.three import YES as HOLDS
from pipeline.prove.three import Three, asks, every, is_open, opposite, some
from pipeline.prove.world import World


class Single(NamedTuple):
    """A single value: code to the literal that it is known to be that; `asks` as in `Three`."""

    known: Mapping[str, int]
    asks: int | None


class Range(NamedTuple):
    """A value that keeps what is possible: code to the literal that it can still turn out so; never all false."""

    possible: Mapping[str, int]
    asks: int | None


class Members(NamedTuple):
    """A set: member to its three values; `refused` is the literal that the whole does not apply."""

    members: Mapping[str, Three]
    refused: int


Value = Single | Range | Members


class Readings:
    """Reads refs and conditions in a world at a date, remembering every literal."""

    def __init__(self, formula: Formula, library: Library, world: World, as_of: str) -> None:
        self.formula = formula
        self.library = library
        self.world = world
        self.as_of = as_of
        self.rank = scale_ranks(library.variables)
        self.rules = {r.ref: r for r in library.rules}
        self._values: dict[tuple[str, str], Value] = {}
        self._conditions: dict[tuple[int, str], tuple[Condition, Three]] = {}

    # --- conditions

    def condition(self, condition: Condition | None, case: str) -> Three:
        """Return a condition's value in a case: the country, an agency, a system, or an expected use."""
        if condition is None:
            return HOLDS
        key = (id(condition), case)
        found = self._conditions.get(key)
        if found is None:  # the condition is kept with its value, so that its identity stays its own
            found = self._conditions[key] = (condition, self._evaluate(condition, case))
        return found[1]

    def _evaluate(self, condition: Condition, case: str) -> Three:
        if isinstance(condition, Test):
            return self.test(condition, case)
        parts = [self.condition(part, case) for part in condition.of]
        if condition.group == "all":
            return every(self.formula, parts)
        any_ = some(self.formula, parts)
        return any_ if condition.group == "any" else opposite(any_)

    def test(self, test: Test, case: str) -> Three:
        """Return a test's value in a case."""
        value = self.value(test.ref, subject_of(test.ref, case))
        if isinstance(value, Members):
            return self._member_test(test, value)
        if isinstance(value, Single):
            right = [x for code, x in value.known.items() if holds(test, code, self.rank)]
            wrong = [x for code, x in value.known.items() if not holds(test, code, self.rank)]
            one = Three(self.formula.either(right), self.formula.either(wrong))
        else:
            right = [-x for code, x in value.possible.items() if holds(test, code, self.rank)]
            wrong = [-x for code, x in value.possible.items() if not holds(test, code, self.rank)]
            one = Three(self.formula.both(wrong), self.formula.both(right))
        return self._asking(one, value.asks)

    def _asking(self, one: Three, wanted: int | None) -> Three:
        if wanted is None or wanted == TRUE:
            return one
        return one._replace(asks=self.formula.both((is_open(self.formula, one), wanted)))

    def _member_test(self, test: Test, value: Members) -> Three:
        found = some(self.formula, (value.members.get(v, FAILS) for v in test.values))
        refused = value.refused
        known = Three(
            self.formula.both((found.holds, -refused)), self.formula.either((found.fails, refused)), found.asks
        )
        return known if test.op == "includes" else opposite(known)

    # --- values

    def value(self, ref: str, subject: str) -> Value:
        """Return what is read of a question or finding for a subject."""
        key = (ref, subject)
        found = self._values.get(key)
        if found is None:
            rule = self.rules.get(ref)
            found = self._rule(rule, subject) if rule else self._answer(self.library.questions[ref], subject)
            self._values[key] = found
        return found

    def _answer(self, question: Question, subject: str) -> Value:
        formula = self.formula
        given = self.world.given(question, subject)
        outside = subject == ANY_AGENCY or subject.startswith(PROSPECTIVE)
        if question.type == "set":
            return self._set(question, subject, outside)
        known = dict(given.codes)
        if outside:
            return Single(known, FALSE)
        if question.relevant is None:
            return Single(known, None if given.withheld == FALSE else -given.withheld)
        relevance = self.condition(question.relevant, subject)
        for code, literal in given.codes.items():
            known[code] = formula.both((literal, relevance.holds))
        known[NOT_APPLICABLE] = formula.either((given.codes[NOT_APPLICABLE], relevance.fails))
        missing = formula.both((*(-x for x in given.codes.values()), -given.withheld))
        return Single(known, self._why_unknown(relevance, missing, given.withheld))

    def _why_unknown(self, relevance: Three, missing: int, withheld: int) -> int | None:
        """Return the literal that an unknown answer has a question behind it: its own, or whether it arises."""
        if relevance.asks is None and withheld == FALSE:
            return None
        return self.formula.either((missing, asks(self.formula, relevance)))

    def _set(self, question: Question, subject: str, outside: bool) -> Members:
        formula = self.formula
        given = self.world.given(question, subject)
        if outside:
            return Members({code: Three(FALSE, FALSE, FALSE) for code in self.world.codes(question)}, FALSE)
        refused = given.codes[NOT_APPLICABLE]
        if question.relevant is None:
            wanted = None if given.withheld == FALSE else -given.withheld
            return Members({c: self._asking(Three(y, n), wanted) for c, (y, n) in given.members.items()}, refused)
        relevance = self.condition(question.relevant, subject)
        missing = formula.both((*(-x for pair in given.members.values() for x in pair), -refused, -given.withheld))
        wanted = self._why_unknown(relevance, missing, given.withheld)
        members = {
            code: self._asking(Three(formula.both((yes, relevance.holds)), formula.both((no, relevance.holds))), wanted)
            for code, (yes, no) in given.members.items()
        }
        return Members(members, formula.either((refused, relevance.fails)))

    # --- findings

    def _rule(self, rule: FindingRule, subject: str) -> Value:
        match rule.form:
            case "bound":
                return self._bound()
            case "table":
                return self._table(rule, subject)
            case "worst_of":
                return self._worst(rule, subject)
            case "cases":
                return self._cases(rule, subject)
            case "band":
                return self._band(rule, subject)
            case "when":
                return self._yes_no(self.condition(rule.where, subject))
            case _:
                return self._yes_no(self._count(rule, subject))

    def _yes_no(self, one: Three) -> Single:
        wanted = None if one.asks is None else one.asks
        return Single({YES: one.holds, NO: one.fails}, wanted)

    def _parts(self, rule: FindingRule, subject: str) -> list[Value]:
        return [self.value(ref, subject_of(ref, subject)) for ref in rule.of]

    def _unknown(self, value: Single | Range) -> int:
        """Return the literal that a single value is not known."""
        if isinstance(value, Single):
            return self.formula.both(-x for x in value.known.values())
        return -self.formula.either(self._only(value, code) for code in value.possible)

    def _only(self, value: Range, code: str) -> int:
        """Return the literal that a range has shrunk to one code."""
        return self.formula.both(-x for other, x in value.possible.items() if other != code)

    def _is(self, value: Single | Range, code: str) -> int:
        if isinstance(value, Single):
            return value.known.get(code, FALSE)
        return self._only(value, code) if code in value.possible else FALSE

    def _can_be(self, value: Single | Range, code: str) -> int:
        """Return the literal that a code is among the values a reading may still turn out to be."""
        if isinstance(value, Range):
            return value.possible.get(code, FALSE)
        return self.formula.either((value.known.get(code, FALSE), self._unknown(value)))

    def _wanted(self, parts: Iterable[Single | Range]) -> int | None:
        """Return the literal that an unknown part has a question behind it; None where each has."""
        found = list(parts)
        if all(p.asks is None for p in found):
            return None
        return self.formula.either(
            self._unknown(p) if p.asks is None else self.formula.both((self._unknown(p), p.asks)) for p in found
        )

    def _table(self, rule: FindingRule, subject: str) -> Value:
        formula = self.formula
        rows, columns = self._singles(rule, subject)
        scales = [self.library.variables[r].scale for r in rule.of]
        column_codes = scales[1].codes() if scales[1] else ()
        refused = formula.either((self._is(rows, NOT_APPLICABLE), self._is(columns, NOT_APPLICABLE)))
        both_unknown = formula.both((self._unknown(rows), self._unknown(columns)))
        cells: dict[str, list[int]] = {code: [both_unknown] for code in rule.scale.codes()}
        for row, results in rule.table.items():
            for column, code in zip(column_codes, results, strict=False):
                cells[code].append(formula.both((self._can_be(rows, row), self._can_be(columns, column))))
        possible = {code: formula.both((-refused, formula.either(found))) for code, found in cells.items()}
        some_unknown = formula.either((self._unknown(rows), self._unknown(columns)))
        possible[NOT_APPLICABLE] = formula.either((refused, some_unknown))
        return Range(possible, self._wanted((rows, columns)))

    def _singles(self, rule: FindingRule, subject: str) -> list[Single | Range]:
        return [p for p in self._parts(rule, subject) if not isinstance(p, Members)]

    def _worst(self, rule: FindingRule, subject: str) -> Value:
        """Return the worst of several: every level between the highest floor and the highest ceiling."""
        formula = self.formula
        levels = rule.scale.codes()[::-1] if rule.lowest else rule.scale.codes()
        parts = self._singles(rule, subject)
        counted = [-self._is(p, NOT_APPLICABLE) for p in parts]
        certain = [formula.both((c, -self._can_drop(p))) for p, c in zip(parts, counted, strict=True)]
        refused = formula.both(-c for c in counted)
        possible: dict[str, int] = {}
        for i, code in enumerate(levels):
            # not below the floor: no part that must count has all its options above this level
            floor = formula.both(
                -formula.both((sure, *(-self._can_be(p, below) for below in levels[: i + 1])))
                for p, sure in zip(parts, certain, strict=True)
            )
            ceiling = formula.either(
                formula.both((c, self._can_be(p, above)))
                for p, c in zip(parts, counted, strict=True)
                for above in levels[i:]
            )
            possible[code] = formula.both((-refused, floor, ceiling))
        possible[NOT_APPLICABLE] = formula.both(-x for x in certain)
        return Range(possible, self._wanted(parts))

    def _can_drop(self, value: Single | Range) -> int:
        """Return the literal that a part is not known and may yet turn out as not applicable."""
        if isinstance(value, Single):
            return self._unknown(value)
        return self.formula.both((self._unknown(value), value.possible.get(NOT_APPLICABLE, FALSE)))

    def _cases(self, rule: FindingRule, subject: str) -> Value:
        formula = self.formula
        found: dict[str, list[int]] = {}
        wanted: list[int] = []
        earlier: list[int] = []
        asked = True
        for code, condition in rule.cases:
            one = self.condition(condition, subject)
            found.setdefault(code, []).append(formula.both((-one.fails, *(-x for x in earlier))))
            wanted.append(formula.both((asks(formula, one), *(-x for x in earlier))))
            asked = asked and one.asks is None
            earlier.append(one.holds)
        found.setdefault(rule.otherwise, []).append(formula.both(-x for x in earlier))
        possible = {code: formula.either(x) for code, x in found.items()}
        return Range(possible, None if asked else formula.either(wanted))

    def _band(self, rule: FindingRule, subject: str) -> Value:
        value = self.value(rule.of[0], subject_of(rule.of[0], subject))
        if not isinstance(value, Single):
            raise TypeError(f"{rule.ref} bands something that is no number")
        found: dict[str, list[int]] = {}
        for number, literal in value.known.items():
            code = NOT_APPLICABLE
            if number != NOT_APPLICABLE:
                code = next(v for v, below in rule.bands if below is None or int(number) < below)
            found.setdefault(code, []).append(literal)
        return Single({code: self.formula.either(x) for code, x in found.items()}, value.asks)

    def _count(self, rule: FindingRule, subject: str) -> Three:
        """Return what `some`, `every` and `at_least` give over the members that exist, and over others unseen."""
        formula, world = self.formula, self.world
        if rule.form.endswith("_agency"):
            members = world.agencies
        else:
            members = world.all_systems() if subject == COUNTRY else world.systems(subject)
        outcomes = [(world.exists(m), self.condition(rule.where, m)) for m in members]
        needed = rule.n if rule.form == "at_least" else 1
        unseen = [self._unseen(rule, subject, n) for n in range(needed)] if subject != ANY_AGENCY else []
        if rule.form.startswith("every"):  # what is counted of those unseen is that they fail
            fails = formula.either([*(formula.both((e, o.fails)) for e, o in outcomes), *(sure for sure, _ in unseen)])
            holds_ = formula.both([*(formula.either((-e, o.holds)) for e, o in outcomes), *(-may for _, may in unseen)])
        else:
            certain = [*(formula.both((e, o.holds)) for e, o in outcomes), *(sure for sure, _ in unseen)]
            possible = [*(formula.both((e, -o.fails)) for e, o in outcomes), *(may for _, may in unseen)]
            holds_ = at_least(formula, needed, certain)
            fails = -at_least(formula, needed, possible)
        one = Three(holds_, fails)
        if all(o.asks is None for _, o in outcomes):
            return one
        wanted = formula.either(formula.both((e, asks(formula, o))) for e, o in outcomes)
        return one._replace(asks=formula.both((is_open(formula, one), wanted)))

    def _unseen(self, rule: FindingRule, subject: str, n: int) -> tuple[int, int]:
        """Return the literals that one more member unseen counts for certain, and that it may."""
        sure = self.world.other(rule.ref, subject, str(n), "holds")
        return sure, self.formula.either((sure, self.world.other(rule.ref, subject, str(n), "may hold")))

    # --- law

    def uses_pack(self, name: str) -> int:
        """Return the literal that a pack counts for the country: named, or suiting, or included by one that does."""
        formula, world = self.formula, self.world
        roots: list[int] = []
        for pack in self.library.packs.values():
            if name in {p.id for p in family(self.library.packs, (pack.id,))}:
                roots.append(world.named[pack.id])
                if pack.suits is not None:
                    suits = self.condition(pack.suits, COUNTRY)
                    roots.append(formula.both((-world.chooses, -suits.fails)))
        return formula.either(roots)

    def _bound(self) -> Members:
        formula = self.formula
        lines: dict[str, list[Three]] = {i: [] for i in self.library.instruments}
        for pack in self.library.packs.values():
            used = self.uses_pack(pack.id)
            for line in pack.binds:
                if in_force(self.library.instruments[line.instrument], self.as_of):
                    one = self.condition(line.when, COUNTRY)
                    lines[line.instrument].append(every(formula, (Three(used, -used), one)))
        return Members({i: some(formula, found) if found else FAILS for i, found in lines.items()}, FALSE)

    def binds(self, instrument: str) -> Three:
        """Return whether an instrument binds the state."""
        value = self.value(BOUND_BY, COUNTRY)
        return value.members.get(instrument, FAILS) if isinstance(value, Members) else FAILS

    # --- expected uses

    def expected(self, use: str) -> tuple[int, int]:
        """Return the literals that a use is expected with no system yet, and that the country has still to decide.

        A use that is undecided counts as expected until the country rules it out.
        """
        formula = self.formula
        value = self.value(f"country.use_{use}", COUNTRY)
        if not isinstance(value, Single):
            raise TypeError(f"country.use_{use} is no choice")
        unknown = self._unknown(value)
        standing = [self.world.other("use", use)]
        question = self.library.questions.get("system.use")
        for system in self.world.all_systems() if question else ():
            given = self.world.given(question, system).codes.get(use, FALSE)  # type: ignore[arg-type]
            standing.append(formula.both((self.world.exists(system), given)))
        undecided = unknown if value.asks is None else formula.both((unknown, value.asks))
        prospect = formula.either([unknown, *(value.known.get(code, FALSE) for code in PROSPECTS)])
        return formula.both((prospect, -formula.either(standing))), undecided


def at_least(formula: Formula, needed: int, literals: list[int]) -> int:
    """Return the literal that at least so many of the literals hold."""
    reached = [TRUE] + [FALSE] * needed
    for literal in literals:
        for n in range(needed, 0, -1):
            reached[n] = formula.either((reached[n], formula.both((reached[n - 1], literal))))
    return reached[needed]


def subject_of(ref: str, case: str) -> str:
    """Return whose answer or finding a ref means in a case."""
    level = ref.partition(".")[0]
    if level == "country" or case == COUNTRY:
        return COUNTRY
    if level == "system":
        return case
    return ANY_AGENCY if case.startswith(PROSPECTIVE) else case.partition("/")[0]
