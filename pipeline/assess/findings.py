"""Draw every finding of an assessment: `assess(assessment, library, as_of) -> Findings`.

Subjects are taken from the narrowest to the widest (systems, agencies, country), since the wider count over the
narrower; within a subject the library's order holds. What binds the state is drawn first, since all may read it.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.assess.binding import bound
from pipeline.assess.concern import concerning
from pipeline.assess.readings import ANY_AGENCY, PROSPECTIVE, Readings
from pipeline.condition.evaluation import evaluate
from pipeline.library.vocabulary import scale_ranks
from pipeline.model.assessment import COUNTRY, Assessment
from pipeline.model.condition import Leaf, Outcome, Test, Truth
from pipeline.model.finding import Asks, Finding, Findings, Reading
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, FindingRule

YES, NO = "yes", "no"
PROSPECTS = ("in_use", "planned", "regulated")
"""Dispositions under which a use is to be expected, whether or not a system stands for it yet."""


def assess(assessment: Assessment, library: Library, as_of: str) -> tuple[Findings, Readings]:
    """Draw all findings.

    Args:
        assessment: The answers.
        library: Finding rules, packs and instruments.
        as_of: ISO date of the law, for what binds the state.

    Returns:
        The findings, and the readings that stages after this one evaluate conditions with.
    """
    readings = Readings(assessment, library, scale_ranks(library.variables))
    law, since = bound(assessment, library, as_of, readings)
    readings.add(COUNTRY, law)
    prospective, unsettled = uses(readings, assessment, library)
    systems = [s.key for a in assessment.agencies for s in a.systems]
    expected = [PROSPECTIVE + u for u in (*prospective, *unsettled)]
    agencies = [a.slug for a in assessment.agencies] or [ANY_AGENCY]
    plan: tuple[tuple[str, list[str]], ...] = (
        ("system", systems + expected),
        ("agency", agencies if ANY_AGENCY in agencies else [*agencies, ANY_AGENCY]),
        ("country", [COUNTRY]),
    )
    for rule in library.rules:
        if rule.form == "bound":
            continue
        kind = rule.ref.partition(".")[0]
        for name, subjects in plan:
            if name == kind:
                for subject in subjects:
                    readings.add(subject, _draw(rule, subject, readings))
    concerned = concerning(assessment, library, readings)
    return Findings(readings.findings, prospective, since, concerned), readings


def uses(readings: Readings, assessment: Assessment, library: Library) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the uses that are expected without a system yet, and those the country has not decided on."""
    stands = {a.value for g in assessment.agencies for s in g.systems if (a := s.answers.get("system.use"))}
    expected: list[str] = []
    unsettled: list[str] = []
    for ref in library.questions:
        if not ref.startswith("country.use_"):
            continue
        code = ref.removeprefix("country.use_")
        reading = readings.reading(ref, COUNTRY)
        if code in stands:
            continue
        if reading.value in PROSPECTS:
            expected.append(code)
        elif reading.value is None:
            unsettled.append(code)
    return tuple(expected), tuple(unsettled)


def _draw(rule: FindingRule, subject: str, readings: Readings) -> Finding:
    return _FORMS[rule.form](rule, subject, readings)


def _leaf(rule: FindingRule, ref: str, reading: Reading) -> Leaf:
    value = reading.value or ""
    test = Test(ref, "is", (value,), f"{ref} is {value}", rule.place)
    return Leaf(test, reading.subject, value, Truth.IN)


def _options(reading: Reading, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes that a reading may still turn out to be."""
    if reading.value is not None:
        return (reading.value,)
    return reading.possible or codes


def _applies(reading: Reading) -> bool:
    """Return whether a reading that is not known yet cannot turn out as not applicable."""
    return bool(reading.possible) and NOT_APPLICABLE not in reading.possible


def _result(rule: FindingRule, subject: str, possible: set[str], because: tuple[Leaf, ...], asks: Asks) -> Finding:
    if len(possible) == 1:
        return Finding(rule.ref, subject, next(iter(possible)), None, because)
    order = tuple(c for c in (*rule.scale.codes(), NOT_APPLICABLE) if c in possible)
    return Finding(rule.ref, subject, None, None, because, asks, order)


def _table(rule: FindingRule, subject: str, readings: Readings) -> Finding:
    case = readings.case(subject)
    rows, columns = (case.read(ref) for ref in rule.of)
    if NOT_APPLICABLE in (rows.value, columns.value):
        ref, reading = (rule.of[0], rows) if rows.value == NOT_APPLICABLE else (rule.of[1], columns)
        return Finding(rule.ref, subject, NOT_APPLICABLE, None, (_leaf(rule, ref, reading),))
    scales = [readings.library.variables[r].scale for r in rule.of]
    row_codes, column_codes = (s.codes() if s else () for s in scales)
    place = {code: i for i, code in enumerate(column_codes)}
    possible = {
        rule.table[r][place[c]] for r in _options(rows, row_codes) for c in _options(columns, column_codes)
        if r in rule.table and c in place
    }  # fmt: skip
    known = [(ref, r) for ref, r in zip(rule.of, (rows, columns), strict=True) if r.value is not None]
    unanswered = tuple(a for r in (rows, columns) if r.value is None for a in r.asks)
    if len(known) < len(rule.of):
        possible.add(NOT_APPLICABLE)  # the missing answer may still be that the question does not apply
    if not known:
        possible |= set(rule.scale.codes())
    return _result(rule, subject, possible, tuple(_leaf(rule, ref, r) for ref, r in known), unanswered)


def _worst(rule: FindingRule, subject: str, readings: Readings) -> Finding:
    case = readings.case(subject)
    codes = rule.scale.codes()
    order = {c: i for i, c in enumerate(codes)}
    if rule.lowest:
        order = {c: -i for c, i in order.items()}
    parts = [(ref, case.read(ref)) for ref in rule.of]
    counted = [(ref, r) for ref, r in parts if r.value != NOT_APPLICABLE]
    if not counted:
        return Finding(rule.ref, subject, NOT_APPLICABLE)
    options = [(ref, r, [o for o in _options(r, codes) if o in order]) for ref, r in counted]
    certain = [found for _, r, found in options if r.value is not None or _applies(r)]
    floor = max((min(order[o] for o in found) for found in certain), default=min(order.values()))
    ceiling = max(max(order[o] for o in found) for _, _, found in options)
    possible = {c for c, i in order.items() if floor <= i <= ceiling}
    if not certain:
        possible.add(NOT_APPLICABLE)
    asks: Asks = ()
    if len(possible) > 1:
        asks = tuple(dict.fromkeys(a for _, r, _ in options if r.value is None for a in r.asks))
    heaviest = next(((ref, r) for ref, r, _ in options if r.value is not None and order[r.value] == floor), None)
    because = (_leaf(rule, *heaviest),) if heaviest else ()
    return _result(rule, subject, possible, because, asks)


def _band(rule: FindingRule, subject: str, readings: Readings) -> Finding:
    reading = readings.case(subject).read(rule.of[0])
    if reading.value is None:
        return Finding(rule.ref, subject, None, None, (), reading.asks)
    if reading.value == NOT_APPLICABLE:
        return Finding(rule.ref, subject, NOT_APPLICABLE)
    number = int(reading.value)
    value = next(v for v, below in rule.bands if below is None or number < below)
    return Finding(rule.ref, subject, value, None, (_leaf(rule, rule.of[0], reading),))


def _when(rule: FindingRule, subject: str, readings: Readings) -> Finding:
    outcome = evaluate(rule.where, readings.case(subject).read, readings.rank)
    return Finding(rule.ref, subject, _yes(outcome.truth), None, outcome.because, outcome.asks)


def _yes(truth: Truth) -> str | None:
    return {Truth.IN: YES, Truth.OUT: NO, Truth.OPEN: None}[truth]


def _cases(rule: FindingRule, subject: str, readings: Readings) -> Finding:
    case = readings.case(subject)
    possible: set[str] = set()
    asks: list[tuple[str, str]] = []
    against: list[Leaf] = []
    value = rule.otherwise
    because: tuple[Leaf, ...] = ()
    for code, condition in rule.cases:
        outcome = evaluate(condition, case.read, readings.rank)
        if outcome.truth is Truth.IN:
            value, because = code, outcome.because
            break
        if outcome.truth is Truth.OPEN:
            possible.add(code)
            asks += outcome.asks
        against += outcome.because
    reasons = because or tuple(dict.fromkeys(against))
    return _result(rule, subject, possible | {value}, reasons, tuple(dict.fromkeys(asks)))


def _members(subject: str, readings: Readings, systems: bool) -> list[str]:
    """Return the systems or agencies a counting finding ranges over."""
    agencies = readings.assessment.agencies
    if not systems:
        return [a.slug for a in agencies]
    if subject == COUNTRY:
        return [s.key for a in agencies for s in a.systems]
    return [s.key for a in agencies if a.slug == subject for s in a.systems]


def _count(rule: FindingRule, subject: str, readings: Readings) -> Finding:
    over_systems = not rule.form.endswith("_agency")
    members = _members(subject, readings, over_systems)
    outcomes = [(m, evaluate(rule.where, readings.case(m).read, readings.rank)) for m in members]
    holds = [(m, o) for m, o in outcomes if o.truth is Truth.IN]
    unknown = [(m, o) for m, o in outcomes if o.truth is Truth.OPEN]
    asks = tuple(dict.fromkeys(a for _, o in unknown for a in o.asks))
    if rule.form.startswith("every"):
        fails = [(m, o) for m, o in outcomes if o.truth is Truth.OUT]
        if fails:
            return Finding(rule.ref, subject, NO, None, fails[0][1].because)
        if unknown:
            return Finding(rule.ref, subject, None, None, (), asks)
        return Finding(rule.ref, subject, YES, None, _some(holds, len(holds)))
    needed = rule.n if rule.form == "at_least" else 1
    if len(holds) >= needed:
        return Finding(rule.ref, subject, YES, None, _some(holds, needed))
    if len(holds) + len(unknown) >= needed:
        return Finding(rule.ref, subject, None, None, (), asks)
    return Finding(rule.ref, subject, NO)


def _some(holds: list[tuple[str, Outcome]], needed: int) -> tuple[Leaf, ...]:
    """Return the leaves of the first members that suffice, at most twenty."""
    leaves = [leaf for _, outcome in holds[:needed] for leaf in outcome.because]
    return tuple(dict.fromkeys(leaves))[:20]


_FORMS: dict[str, Callable[[FindingRule, str, Readings], Finding]] = {
    "table": _table, "worst_of": _worst, "band": _band, "when": _when, "cases": _cases,
    "some": _count, "every": _count, "at_least": _count, "some_agency": _count, "every_agency": _count,
}  # fmt: skip
