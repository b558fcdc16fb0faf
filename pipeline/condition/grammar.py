"""A condition's text to its checked form.

    condition = test | {all: [condition…]} | {any: [condition…]} | {none: [condition…]}
    test      = ref "is" ["not"] code | ref "is one of" code {"," code} | ref "is at least" code
              | ref "is at most" code | ref "includes" code {"or" code} | ref "does not include" code
    ref       = ("country" | "agency" | "system") "." id

Closed on purpose: no arithmetic, functions, regular expressions, nor a test for "unanswered", so that a condition
reads as a sentence and every library can be proved over finitely many answers (reference: rules, section 3).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import cast

from pipeline.model.condition import Condition, Group, Grouped, Operator, Test
from pipeline.model.problem import Problem, shown
from pipeline.model.question import NOT_APPLICABLE, FindingRule, Question, Scale, Subject, Variable
from pipeline.source.shape import listed, nearest
from pipeline.source.text import under
from pipeline.source.tree import MOST_PROBLEMS, Node, Scalar, Sequence, beyond
from pipeline.source.tree import Mapping as TreeMapping

MAX_DEPTH = 6
MAX_TEST = 400
"""Characters of one test."""
MAX_TESTS = 400
"""Conditions that one `all:`, `any:` or `none:` may join."""
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
    return (None if problems else condition), problems[:MOST_PROBLEMS] + beyond(len(problems), node.place, code)


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
    if len(problems) > MOST_PROBLEMS:
        problems.append(Problem(code, node.place, "not read, since so much is wrong before it", "mend that first"))
        return None
    if isinstance(node, Scalar):
        try:
            return _test(node, variables, scope)
        except _Fault as fault:
            place = node.place_of(fault.offset)
            caret = under(node.text, fault.offset + 1)
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
        wrong = next((k for k in keys if k not in GROUPS), None)
        if wrong is not None:
            place, message = node.place_of(wrong), f"'{shown(wrong)}' does not join tests{nearest(wrong, GROUPS)}"
        elif keys:
            place, message = node.place_of(keys[1]), "two joins stand side by side"
        else:
            place, message = node.place, "no tests stand here"
        problems.append(Problem(code, place, message, "use exactly one of all:, any:, none:", field))
        return None
    inner = node.entries[keys[0]]
    if not isinstance(inner, Sequence) or not inner.items:
        problems.append(
            Problem(code, inner.place, f"'{keys[0]}' needs a list of tests", "write each test after '- '", field)
        )
        return None
    if len(inner.items) > MAX_TESTS:
        fix = f"keep at most {MAX_TESTS}, or draw a named finding from some of them"
        problems.append(Problem(code, inner.place, f"{len(inner.items):,} tests stand in one list", fix, field))
        return None
    parts = [_read(i, variables, scope, code, field, depth + 1, problems) for i in inner.items]
    return Grouped(keys[0], tuple(p for p in parts if p is not None), node.place)


def _test(node: Scalar, variables: Mapping[str, Variable], scope: Subject) -> Test:
    text = node.text
    if len(text) > MAX_TEST:
        fix = f"write at most {MAX_TEST}; join several tests by `any:`"
        raise _Fault(0, f"a test of {len(text):,} characters", fix)
    match = _TEST.fullmatch(text)
    if not match:
        raise _Fault(0, "this is not a test", "write `subject.id is value`, `… is at least …`, `… includes …`")
    ref, op, right = match["ref"], cast(Operator, match["op"]), match["right"]
    variable = variables.get(ref)
    if variable is None:
        message = f"'{shown(ref)}' is no question or finding{nearest(ref, tuple(variables))}"
        raise _Fault(match.start("ref"), message, "see docs/vocabulary")
    subject = cast(Subject, ref.partition(".")[0])
    if subject not in VISIBLE[scope]:
        fix = f"draw a finding on {scope} (form: some, every, at_least) and test that"
        raise _Fault(match.start("ref"), f"a condition in scope {scope} cannot read '{ref}'", fix)
    values = _values(op, right, match.start("right"))
    _check(variable, op, values, match.start("op"), variables)
    return Test(ref, op, tuple(value for _, value in values), text, node.place)


def _values(op: Operator, right: str, start: int) -> list[tuple[int, str]]:
    """Return the values on the right of a test, each with its offset in the test."""
    between = {"is one of": ",", "includes": " or "}.get(op)
    found: list[tuple[int, str]] = []
    for part in right.split(between) if between else [right]:
        found.append((start + len(part) - len(part.lstrip()), part.strip()))
        start += len(part) + len(between or "")
    return found


def _check(
    variable: Variable, op: Operator, values: list[tuple[int, str]], op_at: int, variables: Mapping[str, Variable]
) -> None:
    ref, scale = variable.ref, variable.scale
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
    for offset, value in values:
        allowed = value in known or (value == NOT_APPLICABLE and isinstance(variable, Question) and op not in ORDERED)
        if not allowed:
            elsewhere = of_another(value, variables, known)
            message = f"'{shown(value)}' is not an answer to {ref}{elsewhere}{nearest(value, known)}"
            raise _Fault(offset, message, f"use one of: {listed(known)}")


def of_another(value: str, variables: Mapping[str, Variable], known: Container[str]) -> str:
    """Return `; it is one to …` for a code of other questions or findings, or nothing."""
    if not value or value in known:
        return ""
    owners = [ref for ref, v in variables.items() if v.scale is not None and value in v.scale.codes()]
    others = f" and {len(owners) - 1} more" if len(owners) > 1 else ""
    return f"; it is one to {owners[0]}{others}" if owners else ""


def titled(variable: Variable, lang: str) -> str:
    """Return the words of a question or the title of a finding."""
    texts = variable.title if isinstance(variable, FindingRule) else variable.text
    return texts.get(lang) or texts.get("en") or variable.ref


def topic(variable: Variable, lang: str) -> str:
    """Return what a finding is about: its title behind the last colon (`Gap: oversight` is about oversight)."""
    return titled(variable, lang).rpartition(":")[2].strip()
