"""Findings over columns: what `findings` draws subject by subject, drawn for all subjects at once.

A finding's column stands in the rows of its subjects and of the narrower ones, as an answer's does. Most forms look at
one row only, and what they read stands there already; only counting gathers rows to their parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.assess.binding import in_force
from pipeline.assess.columns import Columns
from pipeline.assess.findings import NO, YES
from pipeline.condition.columns import Column, Kleene, Sheet, less, once
from pipeline.condition.grammar import tests
from pipeline.library.law import family
from pipeline.library.vocabulary import BOUND_BY, scale_ranks
from pipeline.model.question import NOT_APPLICABLE, FindingRule


def drawn(columns: Columns) -> Sheet:
    """Return the columns of all questions and findings, ready for evaluating conditions.

    Args:
        columns: Assessments as they were loaded.

    Returns:
        A sheet with a column per ref.
    """
    sheet = Sheet(columns.rows.everywhere, scale_ranks(columns.library.variables))
    _questions(columns, sheet)
    sheet.add(BOUND_BY, _bound(columns, sheet))
    for rule in columns.library.rules:
        if rule.form != "bound":
            sheet.add(rule.ref, _draw(rule, columns, sheet))
    return sheet


def _questions(columns: Columns, sheet: Sheet) -> None:
    rows = columns.rows
    entered = {
        "country": rows.everywhere, "agency": rows.by_agency.down(rows.agencies), "system": rows.systems,
    }  # fmt: skip
    done: set[str] = set()

    def settle(ref: str) -> None:
        if ref in done:
            return
        done.add(ref)
        relevant = columns.library.questions[ref].relevant
        for test in tests(relevant):
            settle(test.ref)
        mine = entered[ref.partition(".")[0]]
        missing = less(mine, columns.answered[ref])
        sheet.add(ref, _arising(columns.answers[ref], mine, missing, sheet.evaluate(relevant)))

    for ref in columns.answers:
        settle(ref)


def _arising(given: Column, mine: int, missing: int, relevance: Kleene) -> Column:
    """Return what is known of a question.

    Args:
        given: The answers given.
        mine: Rows in which it can be asked.
        missing: Those of them without an answer.
        relevance: Where it arises: it is not applicable where it does not, whatever was written; where that is open,
            no answer counts but `not_applicable`, and what would settle it is asked.
    """
    if not less(mine, relevance.holds):
        return replace(given, asked=given.asked | missing)
    idle = mine & relevance.fails
    doubted = less(mine, relevance.holds | relevance.fails | given.can.get(NOT_APPLICABLE, 0))
    passed = idle | doubted

    def kept(found: Mapping[str, int]) -> dict[str, int]:
        return {code: less(cases, passed) for code, cases in found.items()}

    can = kept(given.can)
    if idle:
        can[NOT_APPLICABLE] = can.get(NOT_APPLICABLE, 0) | idle
    asked = less(given.asked, passed) | less(missing, idle) | (relevance.asked & doubted)
    return Column(can, less(given.known, passed) | idle, asked, kept(given.ins), kept(given.outs))


def _bound(columns: Columns, sheet: Sheet) -> Column:
    """Return what binds each state; findings are not drawn yet, and read as unknown here as in `binding`."""
    everywhere = columns.rows.everywhere
    ins = dict.fromkeys(columns.library.instruments, 0)
    open_, asked = dict(ins), dict(ins)
    for packs, rows in columns.packs.items():
        for pack in family(columns.library.packs, packs):
            for line in pack.binds:
                if in_force(columns.library.instruments[line.instrument], columns.as_of):
                    outcome = sheet.evaluate(line.when)
                    ins[line.instrument] |= rows & outcome.holds
                    open_[line.instrument] |= less(rows, outcome.holds | outcome.fails)
                    asked[line.instrument] |= rows & outcome.asked
    outs = {i: less(everywhere, ins[i] | open_[i]) for i in ins}
    return Column(ins=ins, outs=outs, member_asked=asked)


def _draw(rule: FindingRule, columns: Columns, sheet: Sheet) -> Column:
    reach = columns.rows.of_subject(rule.ref.partition(".")[0])
    match rule.form:
        case "table":
            return _table(rule, columns, sheet, reach)
        case "worst_of":
            return _worst(rule, sheet, reach)
        case "band":
            return _band(rule, sheet.read(rule.of[0]), reach)
        case "when":
            holds, fails, asked = (part & reach for part in sheet.evaluate(rule.where))
            return Column({YES: holds, NO: fails}, holds | fails, asked)
        case "cases":
            return _cases(rule, sheet, reach)
        case _:
            return _count(rule, columns, sheet, reach)


def _idle(column: Column) -> int:
    """Return the rows in which a ref is known not to apply."""
    return column.can.get(NOT_APPLICABLE, 0) & column.known


def _told(column: Column) -> int:
    """Return the rows in which something is known of a ref."""
    told = 0
    for cases in column.can.values():
        told |= cases
    return told


def _options(column: Column, codes: Iterable[str], reach: int) -> dict[str, int]:
    """Return the rows in which a ref may turn out to have each code; any where nothing is known."""
    blank = less(reach, _told(column))
    return {code: (column.can.get(code, 0) & reach) | blank for code in codes}


def _result(can: Mapping[str, int], idle: int, asked: int) -> Column:
    """Return a finding from its possible codes; a row with one code only is known, and asks nothing."""
    left = {code: less(cases, idle) for code, cases in can.items()}
    one = once(left.values())
    several = 0
    for cases in left.values():
        several |= less(cases, one)
    if idle:
        left[NOT_APPLICABLE] = left.get(NOT_APPLICABLE, 0) | idle
    return Column(left, one | idle, asked & several)


def _table(rule: FindingRule, columns: Columns, sheet: Sheet, reach: int) -> Column:
    rows, across = (sheet.read(ref) for ref in rule.of)
    row_codes, across_codes = (s.codes() if (s := columns.library.variables[r].scale) else () for r in rule.of)
    by_row, by_column = _options(rows, row_codes, reach), _options(across, across_codes, reach)
    neither = less(reach, rows.known | across.known)
    can = dict.fromkeys(rule.scale.codes(), neither)
    for code, results in rule.table.items():
        if code in by_row:
            for column, result in zip(across_codes, results, strict=False):
                can[result] |= by_row[code] & by_column[column]
    # The missing answer may still be that the question does not apply.
    can[NOT_APPLICABLE] = can.get(NOT_APPLICABLE, 0) | less(reach, rows.known & across.known)
    return _result(can, (_idle(rows) | _idle(across)) & reach, rows.asked | across.asked)


def _worst(rule: FindingRule, sheet: Sheet, reach: int) -> Column:
    codes = rule.scale.codes()
    order = tuple(reversed(codes)) if rule.lowest else codes
    floor = [0] * (len(order) + 1)  # rows whose result is at least so high
    ceiling = [0] * (len(order) + 1)  # rows whose result may be so high
    counted = certain = asked = 0
    for ref in rule.of:
        column = sheet.read(ref)
        counts = less(reach, _idle(column))
        applies = counts & (column.known | less(_told(column), column.can.get(NOT_APPLICABLE, 0)))
        counted |= counts
        certain |= applies  # a part that may still drop out sets no floor
        asked |= column.asked & counts
        options = _options(column, order, counts)
        below = 0
        for place, code in enumerate(order):
            floor[place] |= less(applies, below)
            below |= options[code]
        above = 0
        for place in range(len(order) - 1, -1, -1):
            above |= options[order[place]]
            ceiling[place] |= above
    can = {code: less(ceiling[place], floor[place + 1]) for place, code in enumerate(order)}
    can[NOT_APPLICABLE] = can.get(NOT_APPLICABLE, 0) | less(counted, certain)
    return _result(can, less(reach, counted), asked)


def _band(rule: FindingRule, column: Column, reach: int) -> Column:
    can: dict[str, int] = {}
    for code, cases in column.can.items():
        known = cases & column.known & reach
        if not known:
            continue
        value = code
        if code != NOT_APPLICABLE:
            value = next(v for v, below in rule.bands if below is None or int(code) < below)
        can[value] = can.get(value, 0) | known
    return Column(can, column.known & reach, column.asked & reach)


def _cases(rule: FindingRule, sheet: Sheet, reach: int) -> Column:
    can: dict[str, int] = dict.fromkeys((rule.otherwise, *(code for code, _ in rule.cases)), 0)
    asked = 0
    for code, condition in rule.cases:
        outcome = sheet.evaluate(condition)
        can[code] |= less(reach, outcome.fails)
        asked |= outcome.asked & reach
        reach = less(reach, outcome.holds)
    can[rule.otherwise] |= reach
    return _result(can, 0, asked)


def _count(rule: FindingRule, columns: Columns, sheet: Sheet, reach: int) -> Column:
    rows = columns.rows
    members = rows.agencies if rule.form.endswith("_agency") else rows.systems
    runs = rows.by_agency if rule.ref.startswith("agency.") else rows.by_country
    outcome = sheet.evaluate(rule.where)
    holds, fails = outcome.holds & members, outcome.fails & members
    open_ = less(members, holds | fails)
    asked = runs.some(outcome.asked & members)
    if rule.form.startswith("every"):
        no = runs.down(runs.some(fails))
        unknown = less(runs.down(runs.some(open_)), no) & reach
        no &= reach
        yes = less(reach, no | unknown)
    else:
        needed = rule.n if rule.form == "at_least" else 1
        yes = runs.down(runs.at_least(holds, needed)) & reach
        unknown = less(runs.down(runs.at_least(holds | open_, needed)) & reach, yes)
        no = less(reach, yes | unknown)
    return Column({YES: yes, NO: no}, yes | no, runs.down(asked) & unknown)
