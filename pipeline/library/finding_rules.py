"""Whether a finding rule can be drawn: what it reads exists and fits its form, and its results are among its values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import cast

from pipeline.condition.grammar import VISIBLE, is_set, of_another
from pipeline.library.formats import FindingFile
from pipeline.model.problem import Place, Problem
from pipeline.model.question import FindingRule, Question, Subject, Variable
from pipeline.source.shape import listed, nearest

CODE_FINDING = "FINDING-001"
YES_OR_NO = ("some", "every", "at_least", "some_agency", "every_agency", "when")
"""Forms whose result is yes or no."""
RANGES: Mapping[str, Subject] = {
    "some": "agency", "every": "agency", "at_least": "agency", "some_agency": "country", "every_agency": "country",
}  # fmt: skip
"""The narrowest subject that has members for a form to count."""

Path = tuple[str | int, ...]
At = Callable[[Path], Place]


def check_rule(rule: FindingRule, f: FindingFile, variables: Mapping[str, Variable], at: At) -> list[Problem]:
    """Return what is wrong with a finding rule but for its conditions.

    Args:
        rule: The rule.
        f: Its form in the file.
        variables: Questions and findings by ref.
        at: Gives the place of a path within the rule.
    """
    faults = [*_read(rule, f, variables), *_results(rule, f, variables), *_form(rule, variables)]
    return [Problem(CODE_FINDING, at(path), message, fix, rule.ref) for path, message, fix in faults]


def _sources(rule: FindingRule, f: FindingFile) -> list[tuple[Path, str]]:
    """Return the refs that a rule is computed from, with where each is written."""
    if rule.form == "table":
        return [((key,), ref) for key, ref in (("rows", f.rows), ("columns", f.columns)) if ref]
    return [(("of",) if isinstance(f.of, str) else ("of", n), ref) for n, ref in enumerate(rule.of)]


def _read(rule: FindingRule, f: FindingFile, variables: Mapping[str, Variable]) -> Iterator[tuple[Path, str, str]]:
    subject = cast(Subject, rule.ref.partition(".")[0])
    for path, ref in _sources(rule, f):
        variable = variables.get(ref)
        if variable is None:
            message = f"'{ref}' is no question or finding{nearest(ref, tuple(variables))}"
            yield path, message, "name an existing one"
        elif ref.partition(".")[0] not in VISIBLE[subject]:
            message = f"a finding on {subject} cannot read '{ref}'"
            yield path, message, "count over systems or agencies by `some`, `every` or `at_least`"
        elif rule.form == "band":
            if not (isinstance(variable, Question) and variable.type == "number"):
                yield path, f"a band is drawn from a number; {ref} takes none", "name a question of type number"
        elif variable.scale is None or is_set(variable):
            yield path, f"{ref} has no single value from a list", "name a question of type choice or scale"
        elif rule.form == "worst_of":
            strange = [c for c in variable.scale.codes() if c not in rule.scale.codes()]
            if strange:
                message = f"{ref} can be '{strange[0]}', which is not among the values of {rule.ref}"
                yield path, message, f"name refs with these values only: {listed(rule.scale.codes())}"


def _results(rule: FindingRule, f: FindingFile, variables: Mapping[str, Variable]) -> Iterator[tuple[Path, str, str]]:
    codes = rule.scale.codes()
    results: list[tuple[Path, str]] = [
        (("table", row, n), value) for row, values in rule.table.items() for n, value in enumerate(values)
    ]
    results += [(("bands", n, "value"), band.value) for n, band in enumerate(f.bands)]
    results += [(("cases", n, "value"), case.value) for n, case in enumerate(f.cases)]
    if rule.form == "cases":
        results.append((("otherwise",), rule.otherwise))
    for path, value in results:
        if value not in codes:
            message = f"'{value}' is not among its values{of_another(value, variables, codes)}{nearest(value, codes)}"
            yield path, message, f"use one of: {listed(codes)}"
    if rule.form in YES_OR_NO and not {"yes", "no"} <= set(codes):
        yield ("values",), f"`{rule.form}` gives yes or no, which are not among its values", "leave `values:` out"


def _form(rule: FindingRule, variables: Mapping[str, Variable]) -> Iterator[tuple[Path, str, str]]:
    subject = rule.ref.partition(".")[0]
    if rule.form == "table":
        yield from _table(rule, variables)
    if rule.form == "worst_of":
        if not rule.scale.ordered:
            yield ("values",), "`worst_of` needs an ordered list of values", "name an ordered scale under `values:`"
        if not rule.of:
            yield (), "`worst_of` needs `of:`", "name the questions or findings to compare"
    if rule.form == "band":
        limits = [below for _, below in rule.bands]
        bounds = [b for b in limits[:-1] if b is not None]
        if len(rule.of) != 1:
            yield ("of",), f"a band is drawn from one number, not {len(rule.of)}", "name one question under `of:`"
        if not limits or limits[-1] is not None or len(bounds) != len(limits) - 1 or bounds != sorted(set(bounds)):
            yield ("bands",), "the bands leave numbers out", "let `below` rise, and give the last band none"
    if rule.form in RANGES and subject not in VISIBLE[RANGES[rule.form]]:
        yield (
            ("subject",),
            f"`{rule.form}` counts what a {subject} does not have",
            f"set `subject: {RANGES[rule.form]}`",
        )


def _table(rule: FindingRule, variables: Mapping[str, Variable]) -> Iterator[tuple[Path, str, str]]:
    if len(rule.of) != 2:
        yield (), "a table needs `rows:` and `columns:`", "name a scale question for each"
        return
    if not all(ref in variables for ref in rule.of):
        return
    rows, columns = (variables[ref].scale for ref in rule.of)
    row_codes = rows.codes() if rows else ()
    width = len(columns.codes()) if columns else 0
    if set(rule.table) != set(row_codes) or any(len(r) != width for r in rule.table.values()):
        message = f"the table must have {len(row_codes)} rows with {width} results each"
        yield ("table",), message, f"give a row for each of: {listed(row_codes)}"
