"""Facts, expectations and accepted defects: what a library is proved by, read and checked against its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast, get_args

from pipeline.condition.grammar import parse
from pipeline.library.checks import INSTRUMENTAL, all_parts
from pipeline.library.formats import ExpectationFile, ExpectationsFile, FactsFile, FindingClassFile
from pipeline.model.condition import Condition, Operator, Test
from pipeline.model.law import SLOTS
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem, shown
from pipeline.model.proof import Acceptance, DefectKind, Expectation, Fact
from pipeline.model.question import FindingRule, Subject, Variable
from pipeline.source.shape import nearest, read
from pipeline.source.tree import Node, at, place_at
from pipeline.source.tree import parse as parse_yaml

CODE_FACT = "FACT-001"
CODE_EXPECTATION = "EXPECT-001"
FACTS = "intake/findings/facts.yaml"
KINDS: tuple[str, ...] = get_args(DefectKind)


def read_facts(data: bytes, path: str, variables: Mapping[str, Variable]) -> tuple[tuple[Fact, ...], list[Problem]]:
    """Read intake/findings/facts.yaml.

    Args:
        data: The file.
        path: Its path, for places.
        variables: Questions and findings by ref.

    Returns:
        The facts whose conditions are sound, and all problems.
    """
    tree, problems = parse_yaml(data, path, CODE_FACT)
    shape, faults = read(tree, FactsFile, CODE_FACT)
    problems += faults
    found: dict[str, Fact] = {}
    for i, f in enumerate(shape.facts if shape and tree else ()):
        place = place_at(cast(Node, tree), ("facts", i))
        never, faults = parse(
            cast(Node, at(cast(Node, tree), ("facts", i, "never"))), variables, f.subject, CODE_FACT, f"{f.id}.never"
        )
        problems += faults
        if f.id in found:
            problems.append(_twice(CODE_FACT, f.id, place, found[f.id].place))
        if never is not None:
            found[f.id] = Fact(f.id, f.subject, never, f.reason, f.owner, place)
    return tuple(found.values()), problems


def read_expectations(
    files: Mapping[str, bytes], variables: Mapping[str, Variable]
) -> tuple[tuple[Expectation, ...], tuple[Acceptance, ...], list[Problem]]:
    """Read clauses/expectations/*.yaml.

    Args:
        files: Bytes by path.
        variables: Questions and findings by ref.

    Returns:
        Expectations (a class gives one for each of its findings), accepted defects, and all problems.
    """
    problems: list[Problem] = []
    found: dict[str, Expectation] = {}
    accepted: list[Acceptance] = []
    for path, data in files.items():
        tree, faults = parse_yaml(data, path, CODE_EXPECTATION)
        shape, more = read(tree, ExpectationsFile, CODE_EXPECTATION)
        problems += faults + more
        if shape is None or tree is None:
            continue
        made: list[Expectation] = []
        for i, e in enumerate(shape.expectations):
            made.append(_expectation(e, shape, tree, i, variables, problems))
        for i, c in enumerate(shape.classes):
            made += _class(c, shape, place_at(tree, ("classes", i)), variables, problems)
        for one in made:
            if one.id in found:
                problems.append(_twice(CODE_EXPECTATION, one.id, one.place, found[one.id].place))
            found[one.id] = one
        for i, a in enumerate(shape.accepted):
            place = place_at(tree, ("accepted", i))
            if a.defect not in KINDS:
                message = f"no kind of defect '{shown(a.defect)}'{nearest(a.defect, KINDS)}"
                problems.append(
                    Problem(CODE_EXPECTATION, place, message, f"use one of: {', '.join(KINDS)}", "accepted.defect")
                )
            accepted.append(Acceptance(cast(DefectKind, a.defect), a.at, a.other or "", a.reason, a.owner, place))
    return tuple(found.values()), tuple(accepted), problems


def _twice(code: str, name: str, place: Place, other: Place) -> Problem:
    return Problem(code, place, f"'{name}' is given twice; the other stands at {other}", "rename one of them", "id")


def _expectation(
    e: ExpectationFile,
    shape: ExpectationsFile,
    tree: Node,
    i: int,
    variables: Mapping[str, Variable],
    problems: list[Problem],
) -> Expectation:
    place = place_at(tree, ("expectations", i))
    node = at(tree, ("expectations", i, "when"))
    when: Condition | None = None
    if node is not None:
        when, faults = parse(node, variables, e.subject, CODE_EXPECTATION, f"{e.id}.when")
        problems += faults
    if not (e.principles or e.provisions or e.findings):
        fix = "add `principles:`, `provisions:` or `findings:`"
        problems.append(Problem(CODE_EXPECTATION, place, "names nothing that must be met", fix, e.id))
    return Expectation(
        e.id, e.subject, e.document or shape.document, e.topic or shape.topic or "", e.principles, e.provisions,
        e.findings, e.stance or "", e.kind or "", e.bearer or "", when, e.at_least, e.only == "true", e.reason, place,
    )  # fmt: skip


def _class(
    c: FindingClassFile,
    shape: ExpectationsFile,
    place: Place,
    variables: Mapping[str, Variable],
    problems: list[Problem],
) -> Iterator[Expectation]:
    for ref in c.findings:
        variable = variables.get(ref)
        if not isinstance(variable, FindingRule):
            rules = [r for r, v in variables.items() if isinstance(v, FindingRule)]
            message = f"no finding '{ref}'{nearest(ref, rules)}"
            problems.append(Problem(CODE_EXPECTATION, place, message, "name an existing finding", f"{c.id}.findings"))
            continue
        codes = variable.scale.codes()
        if c.from_ not in codes:
            message = f"'{c.from_}' is not a value of {ref}{nearest(c.from_, codes)}"
            problems.append(
                Problem(CODE_EXPECTATION, place, message, f"use one of: {', '.join(codes)}", f"{c.id}.from")
            )
            continue
        op: Operator = "is at least" if variable.scale.ordered else "is"
        test = Test(ref, op, (c.from_,), f"{ref} {op} {c.from_}", place)
        subject = cast(Subject, ref.partition(".")[0])
        yield Expectation(
            f"{c.id}-{ref.partition('.')[2].replace('_', '-')}", subject, c.document or shape.document, "", (), (),
            (ref,), "", "", "", test, c.at_least, False, c.reason, place,
        )  # fmt: skip


def check_expectations(library: Library) -> Iterator[Problem]:
    """Yield every name in an expectation that the library does not know."""
    topics = {t for o in library.outlines.values() for p in all_parts(o.parts) for t in p.topics}
    findings = [r.ref for r in library.rules]
    for e in library.expectations:
        named = (
            ("principles", e.principles, INSTRUMENTAL, "instrumental principle"),
            ("provisions", e.provisions, (*library.provisions, *(f"slot:{s}" for s in SLOTS)), "provision"),
            ("findings", e.findings, tuple(findings), "finding"),
            ("topic", (e.topic,), tuple(topics), "topic"),
            ("bearer", (e.bearer,), tuple(library.roles), "role"),
        )
        for field, names, known, what in named:
            for name in names:
                if name and name not in known:
                    message = f"no {what} '{shown(name)}'{nearest(name, known)}"
                    yield Problem(CODE_EXPECTATION, e.place, message, "name an existing one", f"{e.id}.{field}")
