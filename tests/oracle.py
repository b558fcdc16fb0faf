"""The oracle's side of a comparison: a library and countries as facts, and what the answer set says of them.

Nothing is decided here. Conditions go over as trees, tables as cells, dates as numbers; `oracle.lp` holds all meaning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import clingo

from pipeline.model.assessment import COUNTRY, Answers, Assessment
from pipeline.model.clause import Clause
from pipeline.model.condition import Condition, Test
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, FindingRule, Scale

PROGRAM = Path(__file__).with_name("oracle.lp")
DISPOSITION = "country.use_"
TRUTH = ("out", "open", "in")
STRENGTH = (None, "may", "should", "shall")


@dataclass
class Said:
    """What the oracle says of one country at one date.

    Attributes:
        findings: (subject, ref) to the codes that are possible, and whether a question is asked; no codes where
            nothing is known.
        bound: Instrument to truth, and whether a question is asked.
        cases: (clause, subject) to truth, strength, and whether the strength is open.
        status: Clause to in, out or open.
        printed: Clauses that stand in a draft.
        stands: (clause, strength) to the subjects that have it.
    """

    findings: dict[tuple[str, str], tuple[tuple[str, ...], bool]] = field(default_factory=dict)
    bound: dict[str, tuple[str, bool]] = field(default_factory=dict)
    cases: dict[tuple[str, str], tuple[str, str | None, bool]] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)
    stands: dict[tuple[str, str | None], set[str]] = field(default_factory=lambda: defaultdict(set))


def consult(
    library: Library, countries: Iterable[tuple[Assessment, str]], deviations: Iterable[str] = ()
) -> list[Said]:
    """Return what the oracle says of several countries, each at a date; there must be exactly one answer set.

    Args:
        library: The library, the same for all.
        countries: Assessments with the date of the law.
        deviations: Names of known differences of the product, which the oracle then repeats.
    """
    given = list(countries)
    facts = _Facts()
    facts.library(library)
    for number, (assessment, as_of) in enumerate(given):
        facts.country(number, assessment, as_of)
    for name in deviations:
        facts.add("deviation", name)
    control = clingo.Control(["2", "--warn=no-file-included"])
    control.load(str(PROGRAM))
    control.add("base", [], "\n".join(facts.lines))
    control.ground([("base", [])])
    models: list[list[clingo.Symbol]] = []
    with control.solve(yield_=True) as handle:
        models.extend(list(model.symbols(shown=True)) for model in handle)
    if len(models) != 1:
        raise AssertionError(f"{len(models)} answer sets")
    return _read(models[0], len(given), library)


def _read(symbols: Iterable[clingo.Symbol], cases: int, library: Library) -> list[Said]:
    said = [Said() for _ in range(cases)]
    levels: dict[tuple[int, str, str], str | None] = {}
    uncertain: set[tuple[int, str, str]] = set()
    truths: dict[tuple[int, str, str], str] = {}
    for symbol in symbols:
        args = symbol.arguments
        if len(args) == 1:
            args = args[0].arguments
        here = said[args[0].number]
        match symbol.name:
            case "mask":
                codes = _codes(args[3].number, library.variables[args[2].string].scale)
                here.findings[args[1].string, args[2].string] = (codes, args[4].number == 1)
            case "holds_it":
                here.bound[args[3].string] = (TRUTH[args[4].number], args[5].number == 1)
            case "truth_of":
                truths[args[0].number, args[1].string, args[2].string] = TRUTH[args[3].number]
            case "level":
                levels[args[0].number, args[1].string, args[2].string] = STRENGTH[args[3].number]
            case "uncertain":
                uncertain.add((args[0].number, args[1].string, args[2].string))
            case "status":
                here.status[args[1].string] = TRUTH[args[2].number]
            case "printed":
                here.printed.add(args[1].string)
            case _:
                here.stands[args[1].string, STRENGTH[args[3].number]].add(args[2].string)
    for key, truth in truths.items():
        number, clause, subject = key
        said[number].cases[clause, subject] = (truth, levels.get(key), key in uncertain)
    return said


def _codes(mask: int, scale: Scale | None) -> tuple[str, ...]:
    """Return the codes whose bits are set, by the alphabet: not applicable is the lowest bit, then come the scale's."""
    names = (NOT_APPLICABLE, *(scale.codes() if scale else ()))
    return tuple(sorted(name for i, name in enumerate(names) if mask >> i & 1))


def _date(text: str) -> int:
    """Return a date as a number: `2025-03` comes before every day of that month; 0 where there is none."""
    return int(text.replace("-", "").ljust(8, "0"))


class _Facts:
    """Facts as they are written down; conditions get numbers as they come."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._numbers = count(1)

    def add(self, name: str, *args: str | int) -> None:
        written = ",".join(str(a) if isinstance(a, int) else f'"{a}"' for a in args)
        self.lines.append(f"{name}({written}).")

    def condition(self, condition: Condition) -> int:
        """Write a condition's tree and return its number."""
        number = next(self._numbers)
        if isinstance(condition, Test):
            self.add("test", number, condition.ref, condition.op)
            self.add("values", number, len(condition.values))
            for i, value in enumerate(condition.values, 1):
                self.add("value", number, i, value)
        else:
            self.add("group", number, condition.group)
            self.add("parts", number, len(condition.of))
            for i, part in enumerate(condition.of, 1):
                self.add("part", number, i, self.condition(part))
        return number

    # The library

    def library(self, library: Library) -> None:
        for ref, question in library.questions.items():
            if question.scale is None and question.type != "number":
                continue  # words and days are never tested
            self.add("question", ref, ref.partition(".")[0])
            self._scale(ref, question.scale)
            if question.type == "set":
                self.add("set", ref)
            if question.relevant is not None:
                self.add("relevant", ref, self.condition(question.relevant))
        uses = [r.removeprefix(DISPOSITION) for r in library.questions if r.startswith(DISPOSITION)]
        self.add("names_use", "system.use")
        for i, use in enumerate(uses, 1):
            self.add("disposition", DISPOSITION + use, use, f"use:{use}")
            self.add("disposition_at", i, f"use:{use}")
        for rule in library.rules:
            self._rule(rule)
        self._law(library)
        self._links(library)
        for states in library.clauses.values():
            self.add("clause", states[0].id)
            for clause in states:
                self._clause(clause, library)

    def _scale(self, ref: str, scale: Scale | None) -> None:
        for i, code in enumerate(scale.codes() if scale else (), 1):
            self.add("code", ref, code, i)

    def _rule(self, rule: FindingRule) -> None:
        self.add("finding", rule.ref, rule.ref.partition(".")[0], rule.form)
        if rule.form == "bound":
            self.add("set", rule.ref)
            for code in rule.scale.codes():
                self.add("code", rule.ref, code, 0)  # a member of a set has no bit
            return
        self._scale(rule.ref, rule.scale)
        self.add("parts_of", rule.ref, len(rule.of))
        for i, ref in enumerate(rule.of, 1):
            self.add("of", rule.ref, i, ref)
        if rule.where is not None:
            self.add("where", rule.ref, self.condition(rule.where))
        if rule.lowest:
            self.add("lowest", rule.ref)
        self.add("at_least", rule.ref, rule.n)
        for i, (value, below) in enumerate(rule.bands, 1):
            self.add("band", rule.ref, i, value, "none" if below is None else below)
        for i, (value, condition) in enumerate(rule.cases, 1):
            self.add("alternative", rule.ref, i, value, self.condition(condition))
        self.add("alternatives", rule.ref, len(rule.cases))
        self.add("otherwise", rule.ref, rule.otherwise)

    def table(self, rule: FindingRule, columns: tuple[str, ...]) -> None:
        cells = [
            (row, column, v) for row, found in rule.table.items() for column, v in zip(columns, found, strict=True)
        ]
        self.add("cells", rule.ref, len(cells))
        for i, cell in enumerate(cells, 1):
            self.add("cell", rule.ref, i, *cell)

    def _law(self, library: Library) -> None:
        for rule in library.rules:
            columns = library.variables[rule.of[1]].scale if rule.form == "table" else None
            if columns is not None:
                self.table(rule, columns.codes())
        for law in library.instruments.values():
            self.add("instrument", law.id, law.binding, law.rank, _date(law.in_force), _date(law.until))
        lines: dict[str, int] = dict.fromkeys(library.instruments, 0)
        for pack in library.packs.values():
            self.add("pack", pack.id)
            for other in pack.includes:
                self.add("includes", pack.id, other)
            for i, rank in enumerate(pack.ranks):
                self.add("rank", pack.id, i, rank)
            for line in pack.binds:
                lines[line.instrument] += 1
                self.add("binds", line.instrument, lines[line.instrument], pack.id)
                if line.when is not None:
                    self.add("binds_when", line.instrument, lines[line.instrument], self.condition(line.when))
        for law_id, number in lines.items():
            self.add("lines", law_id, number)

    def _links(self, library: Library) -> None:
        """Write, for each clause, a numbered list of all that any state of the library links with it."""
        linked: dict[str, set[str]] = {i: set() for i in library.clauses}
        for states in library.clauses.values():
            for clause in states:
                for other in (*clause.requires, *clause.supersedes, *clause.excludes):
                    linked[other].add(clause.id)
                for other in clause.excludes:
                    linked[clause.id].add(other)
        for clause_id, others in linked.items():
            self.add("links", clause_id, len(others))
            for i, other in enumerate(sorted(others), 1):
                self.add("linked", clause_id, i, other)

    def _clause(self, clause: Clause, library: Library) -> None:
        key = (clause.id, _date(clause.valid_from))
        self.add("state", *key)
        self.add("scope", *key, clause.scope)
        self.add("stance", *key, clause.stance)
        self.add("if_open", *key, clause.if_open)
        if clause.strength is not None:
            self.add("strength", *key, clause.strength)
        if clause.when is not None:
            self.add("when", *key, self.condition(clause.when))
        self.add("escalations", *key, len(clause.escalate))
        for i, escalation in enumerate(clause.escalate, 1):
            self.add("rises", *key, i, escalation.to, self.condition(escalation.when))
        links: Mapping[str, tuple[str, ...]] = {
            "requires": clause.requires, "supersedes": clause.supersedes, "excludes": clause.excludes,
        }  # fmt: skip
        for name, others in links.items():
            for other in others:
                self.add(name, *key, other)
        for cite in clause.cites:
            if cite in library.provisions:
                self.add("cites", *key, cite.partition(" ")[0])

    # A country

    def country(self, number: int, assessment: Assessment, as_of: str) -> None:
        self.add("case", number)
        self.add("at", number, _date(as_of))
        for i, pack in enumerate(assessment.packs, 1):
            self.add("names_pack", number, i, pack)
        for decision in assessment.decisions:
            if decision.kind == "leave_out":
                self.add("left_out", number, decision.target)
        for subject, answers in self._subjects(number, assessment):
            self._answers(number, subject, answers)

    def _subjects(self, number: int, assessment: Assessment) -> Iterator[tuple[str, Answers]]:
        yield COUNTRY, assessment.answers
        systems = count(1)
        for i, agency in enumerate(assessment.agencies, 1):
            self.add("agency", number, i, agency.slug)
            yield agency.slug, agency.answers
            for j, system in enumerate(agency.systems, 1):
                self.add("system", number, next(systems), agency.slug, system.key)
                self.add("own_system", number, agency.slug, j, system.key)
                yield system.key, system.answers

    def _answers(self, number: int, subject: str, answers: Answers) -> None:
        for ref, answer in answers.items():
            if answer.members is not None:
                for code, known in answer.members.items():
                    self.add("member", number, subject, ref, code, 2 if known else 0)
            elif answer.value is not None and answer.value.isdigit():
                self.add("number", number, subject, ref, int(answer.value))
            elif answer.value is not None:
                self.add("answer", number, subject, ref, answer.value)
