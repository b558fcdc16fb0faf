"""Decide every clause for thousands of cases at once: `decide(columns) -> Decisions`.

The same decisions as `selection` makes, without their reasons: for each clause and case in, out or open, its strength,
and for each country whether the clause stands in the document. Who requires and defeats whom comes from `precedence`;
here each such step is an operation on whole columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.assess.column_findings import drawn
from pipeline.assess.columns import Columns, Rows
from pipeline.condition.columns import Sheet, less
from pipeline.model.assessment import COUNTRY
from pipeline.model.clause import STRENGTHS, Clause, Scope, Strength
from pipeline.model.condition import Truth
from pipeline.model.library import clause_at
from pipeline.model.question import SUBJECTS
from pipeline.model.selection import Status
from pipeline.select.precedence import Precedence, precedence


class Decided(NamedTuple):
    """Truth of a clause's cases.

    Attributes:
        ins: Cases that are in.
        open: Cases that are open. Each has a question that would help; without one the clause's own rule decided.
    """

    ins: int
    open: int


@dataclass(frozen=True, slots=True)
class ClauseColumns:
    """One clause's decisions; rows that are in none of the columns are out, or no cases of it.

    Attributes:
        ins: Cases that are in.
        open: Cases that are open.
        strengths: Strength to the cases in or open that have it; none for narrative and definitions.
        strength_open: Cases whose strength a missing answer could raise.
        status_in: Countries (their row) for which it is in.
        status_open: Countries for which it is open.
        printed: Countries in whose document it stands.
        left_out: Rows of the countries that left it out.
    """

    ins: int
    open: int
    strengths: Mapping[Strength, int]
    strength_open: int
    status_in: int
    status_open: int
    printed: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """Every clause decided.

    Attributes:
        rows: What the rows of the columns stand for.
        valid: The clauses valid at the date, by id.
        clauses: Clause id to its columns, in order of id; those not valid at the date are out everywhere.
    """

    rows: Rows
    valid: Mapping[str, Clause]
    clauses: Mapping[str, ClauseColumns]


class CaseRow(NamedTuple):
    """One case of one clause: what `selection` gives as a `CaseDecision`, without its reasons."""

    subject: str
    truth: Truth
    strength: Strength | None
    strength_open: bool


def decide(columns: Columns) -> Decisions:
    """Decide every clause of a library for all countries loaded.

    Args:
        columns: What `assess.columns.columns` loaded.

    Returns:
        Decisions over the same rows.
    """
    sheet = drawn(columns)
    library, rows = columns.library, columns.rows
    valid = {i: c for i in library.clauses if (c := clause_at(library, i, columns.as_of)) is not None}
    found: dict[str, ClauseColumns] = {}
    undecided = _undecided(columns, sheet)
    for plan, within in _plans(columns):
        deciding = _Deciding(columns, sheet, undecided, plan, within)
        for clause in plan.order:
            one = deciding.national(clause)
            found[clause.id] = _joined(found[clause.id], one) if clause.id in found else one
    out = ClauseColumns(0, 0, {}, 0, 0, 0, 0, 0)
    return Decisions(rows, valid, {i: found.get(i, out) for i in sorted(library.clauses)})


def _plans(columns: Columns) -> list[tuple[Precedence, int]]:
    """Return the orders of deciding with the rows they hold for; packs that rank law alike share one."""
    found: dict[tuple[object, ...], tuple[Precedence, int]] = {}
    for packs, rows in columns.packs.items():
        plan = precedence(columns.library, packs, columns.as_of)
        key = tuple(plan.defeated_by.items())
        kept, others = found.get(key, (plan, 0))
        found[key] = (kept, others | rows)
    return list(found.values())


def _undecided(columns: Columns, sheet: Sheet) -> int:
    """Return the expected uses on which a country has not decided and can be asked to."""
    found = 0
    for use, rows in columns.uses.items():
        found |= rows & sheet.read(f"country.use_{use}").asked
    return found


def _joined(one: ClauseColumns, other: ClauseColumns) -> ClauseColumns:
    """Join a clause's decisions for different countries."""
    strengths = {s: one.strengths.get(s, 0) | other.strengths.get(s, 0) for s in (*one.strengths, *other.strengths)}
    return ClauseColumns(
        one.ins | other.ins, one.open | other.open, strengths, one.strength_open | other.strength_open,
        one.status_in | other.status_in, one.status_open | other.status_open, one.printed | other.printed,
        one.left_out | other.left_out,
    )  # fmt: skip


class _Deciding:
    """Decides the clauses of one plan, in its order, for the rows it holds for."""

    def __init__(self, columns: Columns, sheet: Sheet, undecided: int, plan: Precedence, within: int) -> None:
        self.rows = columns.rows
        self.left_out = {i: rows & within for i, rows in columns.left_out.items()}
        self.sheet = sheet
        self.undecided = undecided
        self.plan = plan
        self.scopes: dict[str, Scope] = {c.id: c.scope for c in plan.order}
        self.allowed = {s: self.rows.cases(s) & within for s in SUBJECTS}
        self.cases: dict[str, Decided] = {}
        self.strengths: dict[str, tuple[Mapping[Strength, int], int]] = {}
        self._seen: dict[tuple[str, str], Decided] = {}
        for clause in plan.order:
            self._decide(clause)
        self.has_in = {i: self._some(i, d.ins) for i, d in self.cases.items()}
        self.has_open = {i: self._some(i, d.open) for i, d in self.cases.items()}
        self.held = self._held()

    def _some(self, clause_id: str, column: int) -> int:
        """Return the countries with at least one case of a clause in a column."""
        return column if self.scopes[clause_id] == "country" else self.rows.by_country.some(column)

    def _decide(self, clause: Clause) -> None:
        allowed = less(self.allowed[clause.scope], self.left_out.get(clause.id, 0))
        outcome = self.sheet.evaluate(clause.when)
        ins, asked = outcome.holds & allowed, outcome.asked
        open_ = less(allowed, ins | outcome.fails)
        for requirer in self.plan.required_by[clause.id]:
            other = self._matching(requirer, clause.scope)
            ins |= other.ins & allowed
            open_ |= other.open & allowed
            asked |= other.open
        open_ = less(open_, ins)
        lost = doubted = 0
        for defeater, _ in self.plan.defeated_by[clause.id]:
            other = self._matching(defeater, clause.scope)
            lost |= other.ins
            doubted |= other.open
        # What may be defeated is open, and so is a case of a use on which the country has not decided.
        doubted = (doubted | self.undecided) & (ins | open_)
        open_ = less(open_ | doubted, lost)
        ins = less(ins, lost | doubted)
        settled = less(open_, asked | doubted)  # by the clause's own rule, as no answer will
        state = Decided(ins | settled if clause.if_open == "keep" else ins, open_ ^ settled)
        self.cases[clause.id] = state
        self.strengths[clause.id] = self._strength(clause, state)

    def _matching(self, other: str, scope: Scope) -> Decided:
        """Return another clause's decisions as they bear on the cases of a scope.

        Its own case, its agency's or the country's decision; of narrower cases one that is in, else one that is open.
        An expected use has no agency.
        """
        theirs = self.scopes[other]
        if theirs == scope:
            return self.cases[other]
        key = (other, scope)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = self._moved(self.cases[other], theirs, scope)
        return found

    def _moved(self, state: Decided, theirs: Scope, scope: Scope) -> Decided:
        if SUBJECTS.index(theirs) < SUBJECTS.index(scope):
            rows = self.rows.cases(scope) if theirs == COUNTRY else self.rows.systems
            runs = self.rows.by_country if theirs == COUNTRY else self.rows.by_agency
            return Decided(*(runs.down(part) & rows for part in state))
        runs = self.rows.by_country if scope == COUNTRY else self.rows.by_agency
        kept = -1 if scope == COUNTRY else self.rows.systems
        ins = runs.some(state.ins & kept)
        return Decided(ins, less(runs.some(state.open & kept), ins))

    def _strength(self, clause: Clause, state: Decided) -> tuple[Mapping[Strength, int], int]:
        """Return the cases of each strength, and those whose strength a missing answer could raise."""
        live = state.ins | state.open
        if clause.strength is None:
            return {}, 0
        certain = highest = STRENGTHS.index(clause.strength)
        if not clause.escalate:
            return {clause.strength: live}, 0
        raised = [(STRENGTHS.index(e.to), self.sheet.evaluate(e.when)) for e in clause.escalate]
        sure, possible, wanted = ([0] * len(STRENGTHS) for _ in range(3))  # by strength: rows raised at least so high
        for rank, outcome in raised:
            for place in range(certain + 1, rank + 1):
                sure[place] |= outcome.holds & live
                possible[place] |= less(live, outcome.fails)
                highest = max(highest, place)
            wanted[rank] |= outcome.asked & live
        found: dict[Strength, int] = {}
        open_ = above = 0
        for place in range(highest, certain, -1):
            found[STRENGTHS[place]] = less(possible[place], above)
            above |= possible[place]
            open_ |= less(wanted[place], sure[place])
        found[clause.strength] = less(live, above)
        return found, open_

    def _held(self) -> dict[str, int]:
        """Return the cases of each clause in which a general one that it would defeat still stands."""
        held: dict[str, int] = {}
        for clause in self.plan.order:
            for defeater, _ in self.plan.defeated_by[clause.id]:
                general = self._matching(clause.id, self.scopes[defeater])
                stands = general.ins | general.open if clause.if_open == "keep" else general.ins
                held[defeater] = held.get(defeater, 0) | stands
        return held

    def national(self, clause: Clause) -> ClauseColumns:
        """Return a clause's decisions with what they mean for each country's document."""
        state = self.cases[clause.id]
        has_in, has_open = self.has_in[clause.id], self.has_open[clause.id]
        if clause.stance == "permit":
            if clause.scope == "agency":
                refused = self._some(clause.id, less(self.allowed["agency"], state.ins | state.open))
                has_in, has_open = less(has_in, refused), less(has_open, refused)
            has_in = less(has_in, has_open)
        else:
            has_open = less(has_open, has_in)
        kept = less(state.open, self.held.get(clause.id, 0)) if clause.if_open == "keep" else 0
        printed = has_in | (has_open & self._some(clause.id, kept))
        strengths, strength_open = self.strengths[clause.id]
        left_out = self.left_out.get(clause.id, 0)
        return ClauseColumns(
            state.ins, state.open, strengths, strength_open, has_in, has_open, printed, left_out
        )  # fmt: skip


def cases_of(decisions: Decisions, clause_id: str, country: int) -> Iterator[CaseRow]:
    """Yield a clause's cases in one country, as `selection` lists them.

    Args:
        decisions: All decisions.
        clause_id: The clause.
        country: The place of the country among the assessments.
    """
    clause = decisions.valid.get(clause_id)
    if clause is None:
        return
    found, rows = decisions.clauses[clause_id], decisions.rows
    cut = _cut(rows, country)
    if cut(found.left_out):
        yield CaseRow(COUNTRY, Truth.OUT, None, False)
        return
    first = rows.countries[country - 1] + 1 if country else 0
    cases, ins, open_ = cut(rows.cases(clause.scope)), cut(found.ins), cut(found.open)
    strengths = [(s, cut(column)) for s, column in found.strengths.items()]
    strength_open = cut(found.strength_open)
    for place in range(rows.countries[country] - first + 1):
        bit = 1 << place
        if cases & bit:
            truth = Truth.IN if ins & bit else Truth.OPEN if open_ & bit else Truth.OUT
            strength = next((s for s, column in strengths if column & bit), None)
            yield CaseRow(rows.subjects[first + place], truth, strength, bool(strength_open & bit))


def _cut(rows: Rows, country: int) -> Callable[[int], int]:
    """Return a function that cuts one country's rows out of a column."""
    first = rows.countries[country - 1] + 1 if country else 0
    only = (1 << (rows.countries[country] - first + 1)) - 1
    return lambda column: (column >> first) & only


def national(decisions: Decisions, clause_id: str, country: int) -> tuple[Status, bool]:
    """Return whether a clause is in, out or open for one country, and whether it stands in its document."""
    found = decisions.clauses[clause_id]
    row = decisions.rows.countries[country]
    status: Status = "in" if found.status_in >> row & 1 else "open" if found.status_open >> row & 1 else "out"
    return status, bool(found.printed >> row & 1)
