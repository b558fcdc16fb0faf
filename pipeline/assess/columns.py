"""Assessments loaded into columns, one bit per case; `column_findings` draws findings over them.

One table holds all rows, and a column has one bit per row. The rows of a country follow each other: for each agency
its systems and then itself; then the uses expected without a system, and the agency that stands for none entered yet;
at last the country. So the children of a row stand right below it, and counting over them is one addition whose
carry lands on the parent. A wider subject's answers stand in the rows of its narrower ones too, hence a condition is
evaluated over the whole table whatever its scope.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.assess.findings import uses
from pipeline.assess.readings import ANY_AGENCY, PROSPECTIVE, Readings
from pipeline.condition.columns import Column, less
from pipeline.condition.evaluation import Rank
from pipeline.library.vocabulary import scale_ranks
from pipeline.model.assessment import COUNTRY, Answers, Assessment
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, WITHHELD


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of rows that each end in their parent: the systems of an agency, or all rows of a country.

    Attributes:
        parents: The last row of each run.
        body: All other rows of the runs.
        starts: The first row of each run that has a body.
        steps: Distance to the rows which have the row that far above within their own run; distances double.
    """

    parents: int
    body: int
    starts: int
    steps: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, parents: int, body: int) -> Runs:
        """Return the runs of a table from its parents and the rows beneath them."""
        steps: list[tuple[int, int]] = []
        distance, within = 1, body
        while within:
            steps.append((distance, within))
            within &= within >> distance
            distance *= 2
        return cls(parents, body, less(body, body << 1), tuple(steps))

    def some(self, column: int) -> int:
        """Return the parents with at least one row in a column: ones added to a run carry into its parent."""
        return ((column & self.body) + self.body) & self.parents

    def first(self, column: int) -> int:
        """Return the lowest row of a column in each run."""
        column &= self.body
        return column & ((column ^ self.body) + self.starts)

    def at_least(self, column: int, n: int) -> int:
        """Return the parents with at least so many rows in a column."""
        if n < 1:
            return self.parents
        for _ in range(n - 1):
            column = less(column, self.first(column))
        return self.some(column)

    def down(self, column: int) -> int:
        """Return the rows of a column's parents, and the parents themselves."""
        column &= self.parents
        for distance, within in self.steps:
            column |= (column >> distance) & within
        return column


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows of a table stand; see the module for their order.

    Attributes:
        subjects: The subject of each row, as in a selection.
        countries: The row of each country, in the order of assessments; the last of its rows.
        country: Those rows as a column.
        agencies: Agencies entered.
        any_agency: Rows that stand for the agencies of a country; each country has one, whether it is needed or not.
        systems: Systems entered.
        expected: Uses expected without a system, and those on which a country has not decided.
        agency_cases: Agencies entered, and the row for any of them where none is.
        by_agency: Runs of systems, ending in their agency.
        by_country: Runs of all rows of a country.
    """

    subjects: tuple[str, ...]
    countries: tuple[int, ...]
    country: int
    agencies: int
    any_agency: int
    systems: int
    expected: int
    agency_cases: int
    by_agency: Runs
    by_country: Runs

    @property
    def everywhere(self) -> int:
        """Return all rows."""
        return (1 << len(self.subjects)) - 1

    def of_subject(self, kind: str) -> int:
        """Return the rows in which something about a country, an agency or a system is known or drawn."""
        cases = self.systems | self.expected
        return {"country": self.everywhere, "agency": self.everywhere ^ self.country, "system": cases}[kind]

    def cases(self, scope: str) -> int:
        """Return the rows that are cases of a clause of some scope."""
        return {
            "country": self.country, "agency": self.agency_cases, "system": self.systems | self.expected,
        }[scope]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Assessments loaded, nothing decided yet.

    Attributes:
        library: Clauses, rules and questions.
        as_of: ISO date of the law.
        rows: The table's rows.
        answers: Question ref to its column of answers given; what is relevant is not settled yet.
        answered: Question ref to the rows with an answer or a withheld one.
        uses: Code of a use to the rows that expect it without a system.
        packs: Packs chosen to the rows of the countries that chose them.
        left_out: Clause id to the rows of the countries that left it out.
    """

    library: Library
    as_of: str
    rows: Rows
    answers: Mapping[str, Column]
    answered: Mapping[str, int]
    uses: Mapping[str, int]
    packs: Mapping[tuple[str, ...], int]
    left_out: Mapping[str, int]


def columns(library: Library, assessments: Sequence[Assessment], as_of: str) -> Columns:
    """Load assessments into columns.

    Args:
        library: One library for all; a country's own clauses are not laid over it.
        assessments: Any number of them.
        as_of: ISO date of the law.

    Returns:
        The table: a row per system, agency, expected use and country, a column per question and code.
    """
    loading = _Loading(library)
    rank = scale_ranks(library.variables)
    for assessment in assessments:
        loading.add(assessment, rank)
    rows = loading.rows()
    answered = {r: _over(rows, r, _column(found)) for r, found in loading.answered.items()}
    return Columns(
        library, as_of, rows, {r: a.column(rows, r, loading.uses) for r, a in loading.answers.items()}, answered,
        {u: _column(found) for u, found in loading.uses.items()},
        {p: rows.by_country.down(_column(found)) for p, found in loading.packs.items()},
        {c: rows.by_country.down(_column(found)) for c, found in loading.left_out.items()},
    )  # fmt: skip


def _column(rows: Sequence[int]) -> int:
    """Return rows in rising order as a column."""
    if not rows:
        return 0
    data = bytearray((rows[-1] >> 3) + 1)
    for row in rows:
        data[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(data, "little")


def _over(rows: Rows, ref: str, column: int) -> int:
    """Return a column of a subject's own rows over those of narrower subjects too."""
    kind = ref.partition(".")[0]
    runs = {"country": rows.by_country, "agency": rows.by_agency}.get(kind)
    return runs.down(column) if runs else column


@dataclass(slots=True)
class _Answered:
    """The answers to one question while assessments are loaded: rows by code, and by member for a set."""

    codes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    unknown: list[int] = field(default_factory=list)
    ins: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    outs: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def column(self, rows: Rows, ref: str, expected: Mapping[str, list[int]]) -> Column:
        """Return them as a column; a use expected without a system is known by its own name."""

        def over(found: Mapping[str, list[int]]) -> dict[str, int]:
            return {code: _over(rows, ref, _column(at)) for code, at in found.items()}

        can = over(self.codes)
        if ref == "system.use":
            for use, at in expected.items():
                can[use] = can.get(use, 0) | _column(at)
        known = 0
        for cases in can.values():
            known |= cases
        return Column(can, known, _over(rows, ref, _column(self.unknown)), over(self.ins), over(self.outs))


class _Loading:
    """The rows of assessments, gathered one assessment after the other."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.bounds = _bounds(library)
        read = [r for r, q in library.questions.items() if q.scale is not None or r in self.bounds]
        self.answers = {r: _Answered() for r in read}
        self.answered: dict[str, list[int]] = {r: [] for r in read}
        self.subjects: list[str] = []
        self.kinds: dict[str, list[int]] = {k: [] for k in ("country", "agency", "any", "stands_in", "system", "use")}
        self.uses: dict[str, list[int]] = defaultdict(list)
        self.packs: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.left_out: dict[str, list[int]] = defaultdict(list)

    def add(self, assessment: Assessment, rank: Rank) -> None:
        """Add the rows of one country."""
        for agency in assessment.agencies:
            for system in agency.systems:
                self._row("system", system.key, system.answers)
            self._row("agency", agency.slug, agency.answers)
        expected, unsettled = uses(Readings(assessment, self.library, rank), assessment, self.library)
        for use in (*expected, *unsettled):
            self.uses[use].append(self._row("use", PROSPECTIVE + use, {}))
        row = self._row("any", ANY_AGENCY, {})
        if not assessment.agencies:
            self.kinds["stands_in"].append(row)
        row = self._row("country", COUNTRY, assessment.answers)
        self.packs[assessment.packs].append(row)
        for target in dict.fromkeys(d.target for d in assessment.decisions if d.kind == "leave_out"):
            self.left_out[target].append(row)

    def _row(self, kind: str, subject: str, answers: Answers) -> int:
        row = len(self.subjects)
        self.subjects.append(subject)
        self.kinds[kind].append(row)
        for ref, answer in answers.items():
            into = self.answers.get(ref)
            if into is None:
                continue
            self.answered[ref].append(row)
            value = answer.value
            if value == WITHHELD:
                continue
            if value is not None:
                into.codes[self._code(ref, value)].append(row)
                continue
            into.unknown.append(row)
            for member, is_in in (answer.members or {}).items():
                (into.ins if is_in else into.outs)[member].append(row)
        return row

    def _code(self, ref: str, value: str) -> str:
        """Return a value's code: of a number the lowest that lies in the same bands, so that codes stay few."""
        bounds = self.bounds.get(ref)
        if bounds is None or value == NOT_APPLICABLE:
            return value
        place = bisect_right(bounds, int(value))
        return str(bounds[place - 1] if place else bounds[0] - 1 if bounds else 0)

    def rows(self) -> Rows:
        """Return where all rows stand."""
        kinds = {k: _column(at) for k, at in self.kinds.items()}
        everywhere = (1 << len(self.subjects)) - 1
        country, agencies, any_agency = kinds["country"], kinds["agency"], kinds["any"]
        cases = kinds["system"] | kinds["use"]
        return Rows(
            tuple(self.subjects), tuple(self.kinds["country"]), country, agencies, any_agency, kinds["system"],
            kinds["use"], agencies | kinds["stands_in"], Runs.of(agencies | any_agency, cases),
            Runs.of(country, everywhere ^ country),
        )  # fmt: skip


def _bounds(library: Library) -> dict[str, list[int]]:
    """Return the bounds of all bands over each question that takes a number."""
    found: dict[str, set[int]] = {}
    for rule in library.rules:
        question = library.questions.get(rule.of[0]) if rule.form == "band" else None
        if question is not None and question.scale is None:
            found.setdefault(question.ref, set()).update(b for _, b in rule.bands if b is not None)
    return {ref: sorted(bounds) for ref, bounds in found.items()}
