"""A condition's text to its checked form.

    condition = test | {all: [condition…]} | {any: [condition…]} | {none: [condition…]}
    test      = ref "is" ["not"] code | ref "is one of" code {"," code} | ref "is at least" code
              | ref "is at most" code | ref "includes" code {"or" code} | ref "does not include" code
    ref       = ("country" | "agency" | "system") "." id

Closed on purpose: no arithmetic, functions, regular expressions, nor a test for "unanswered", so that a condition
reads as a sentence and every library can be proved over finitely many answers (reference: rules, section 3).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import cast

from pipeline.model.condition import Condition, Group, Grouped, Operator, Test
from pipeline.model.problem import Place, Problem, shown
from pipeline.model.question import NOT_APPLICABLE, FindingRule, Question, Scale, Subject, Variable
from pipeline.source.tree import Mapping as TreeMapping
from pipeline.source.tree import Node, Scalar, Sequence

MAX_DEPTH = 6
GROUPS: tuple[Group, ...] = ("all", "any", "none")
ORDERED: tuple[Operator, ...] = ("is at least", "is at most")
ON_SETS: tuple[Operator, ...] = ("includes", "does not include")

VISIBLE: Mapping[Subject, tuple[Subject, ...]] = {
    "country": ("country",),
    "agency": ("country", "agency"),
    "system": ("country", "agency", "system"),
}
"""Which subjects' answers a condition may read, by the scope it is evaluated in."""

_TEST = re.compile(
    r"(?P<ref>\S+)\s+(?P<op>is one of|is at least|is at most|is not|is|includes|does not include)\s+(?P<right>.+)"
)


class _Fault(Exception):
    def __init__(self, offset: int, message: str, fix: str) -> None:
        self.offset, self.message, self.fix = offset, message, fix
        super().__init__(message)


def parse(
    node: Node, variables: Mapping[str, Variable], scope: Subject, code: str, field: str = "when"
) -> tuple[Condition | None, list[Problem]]:
    """Read and check a condition.

    Args:
        node: The tree under `when` and the like.
        variables: Questions and findings by ref.
        scope: In which scope it is evaluated: what it may read.
        code: Code of the problems.
        field: Field name for messages.

    Returns:
        The condition, or None with every problem, each with a caret under the fault.
    """
    problems: list[Problem] = []
    condition = _read(node, variables, scope, code, field, 0, problems)
    return (None if problems else condition), problems


def tests(condition: Condition | None) -> Iterator[Test]:
    """Yield every test of a condition, in order."""
    if condition is None:
        return
    if isinstance(condition, Test):
        yield condition
        return
    for part in condition.of:
        yield from tests(part)


def scale_of(variable: Variable) -> Scale | None:
    """Return the values that a variable can take, None for free text, dates and numbers."""
    return variable.scale


def is_set(variable: Variable) -> bool:
    """Return whether a variable holds a set of values."""
    return variable.type == "set" if isinstance(variable, Question) else variable.form == "bound"


def _read(
    node: Node,
    variables: Mapping[str, Variable],
    scope: Subject,
    code: str,
    field: str,
    depth: int,
    problems: list[Problem],
) -> Condition | None:
    if depth > MAX_DEPTH:
        fix = "draw a named finding from the inner part"
        problems.append(Problem(code, node.place, f"nested more than {MAX_DEPTH} deep", fix, field))
        return None
    if isinstance(node, Scalar):
        try:
            return _test(node, variables, scope)
        except _Fault as fault:
            place = Place(node.place.file, node.place.line, node.place.column + fault.offset)
            caret = f"{shown(node.text)}\n{' ' * fault.offset}^" if fault.offset < 78 else ""
            problems.append(Problem(code, place, fault.message, fault.fix, field, caret))
            return None
    if isinstance(node, Sequence):
        fix = "put `all:`, `any:` or `none:` before the list"
        problems.append(Problem(code, node.place, "a list does not say how its tests are joined", fix, field))
        return None
    return _group(node, variables, scope, code, field, depth, problems)


def _group(
    node: TreeMapping,
    variables: Mapping[str, Variable],
    scope: Subject,
    code: str,
    field: str,
    depth: int,
    problems: list[Problem],
) -> Condition | None:
    keys = list(node.entries)
    if len(keys) != 1 or keys[0] not in GROUPS:
        wrong = next((k for k in keys if k not in GROUPS), "")
        message = (
            f"'{shown(wrong)}' does not join tests{_nearest(wrong, GROUPS)}"
            if wrong
            else "two joins stand side by side"
        )
        problems.append(Problem(code, node.place, message, "use exactly one of all:, any:, none:", field))
        return None
    listed = node.entries[keys[0]]
    if not isinstance(listed, Sequence) or not listed.items:
        problems.append(
            Problem(code, listed.place, f"'{keys[0]}' needs a list of tests", "write each test after '- '", field)
        )
        return None
    parts = [_read(i, variables, scope, code, field, depth + 1, problems) for i in listed.items]
    return Grouped(keys[0], tuple(p for p in parts if p is not None), node.place)


def _test(node: Scalar, variables: Mapping[str, Variable], scope: Subject) -> Test:
    text = node.text
    match = _TEST.fullmatch(text)
    if not match:
        raise _Fault(0, "this is not a test", "write `subject.id is value`, `… is at least …`, `… includes …`")
    ref, op, right = match["ref"], cast(Operator, match["op"]), match["right"]
    variable = variables.get(ref)
    if variable is None:
        raise _Fault(
            0, f"'{shown(ref)}' is no question or finding{_nearest(ref, tuple(variables))}", "see docs/vocabulary"
        )
    subject = cast(Subject, ref.partition(".")[0])
    if subject not in VISIBLE[scope]:
        fix = f"draw a finding on {scope} (form: some, every, at_least) and test that"
        raise _Fault(0, f"a condition in scope {scope} cannot read '{ref}'", fix)
    values = _values(op, right)
    _check(ref, variable, op, values, match.start("op"), match.start("right"), right)
    return Test(ref, op, values, text, node.place)


def _values(op: Operator, right: str) -> tuple[str, ...]:
    if op == "is one of":
        return tuple(v.strip() for v in right.split(","))
    if op == "includes":
        return tuple(v.strip() for v in right.split(" or "))
    return (right.strip(),)


def _check(
    ref: str, variable: Variable, op: Operator, values: tuple[str, ...], op_at: int, right_at: int, right: str
) -> None:
    scale = variable.scale
    if scale is None:
        raise _Fault(
            op_at, f"{ref} takes free text, a date or a number and cannot be tested", "draw a band or case finding"
        )
    if is_set(variable) != (op in ON_SETS):
        fix = "use `includes`" if is_set(variable) else "use `is`"
        raise _Fault(op_at, f"'{op}' cannot be used on the {'set' if is_set(variable) else 'single value'} {ref}", fix)
    if op in ORDERED and not scale.ordered:
        raise _Fault(op_at, f"'{op}' needs an ordered scale; {ref} is an unordered choice", "use `is` or `is one of`")
    known = scale.codes()
    offset = right_at
    for value in values:
        allowed = value in known or (value == NOT_APPLICABLE and isinstance(variable, Question) and op not in ORDERED)
        if not allowed:
            at = right_at + max(right.find(value), 0) if value else right_at
            message = f"'{shown(value)}' is not an answer to {ref}{_nearest(value, known)}"
            raise _Fault(at, message, f"use one of: {', '.join(known[:12])}")
        offset += len(value)


def _nearest(word: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def titled(variable: Variable, lang: str) -> str:
    """Return the words of a question or the title of a finding."""
    texts = variable.title if isinstance(variable, FindingRule) else variable.text
    return texts.get(lang) or texts.get("en") or variable.ref


def topic(variable: Variable, lang: str) -> str:
    """Return what a finding is about: its title behind the last colon (`Gap: oversight` is about oversight)."""
    return titled(variable, lang).rpartition(":")[2].strip()
