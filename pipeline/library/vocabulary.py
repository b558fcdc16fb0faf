"""Questionnaires and finding rules: trees in, questions, findings and their order out.

Reading goes in two passes, since a finding may test a finding that is written later: first every name with its
values, then every condition against all names; at last an order in which each finding reads only earlier ones.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pipeline.condition.evaluation import Rank, ranks
from pipeline.condition.grammar import parse, tests
from pipeline.library.defeat import around
from pipeline.library.finding_rules import CODE_FINDING, check_rule
from pipeline.library.formats import FindingFile, FindingsFile, QuestionFile, QuestionnaireFile, ScaleFile
from pipeline.model.condition import Condition
from pipeline.model.problem import Place, Problem
from pipeline.model.question import (
    FindingRule,
    Question,
    Questionnaire,
    Scale,
    Section,
    Subject,
    Value,
    Variable,
)
from pipeline.source.shape import listed, nearest, read
from pipeline.source.tree import Mapping as TreeMapping
from pipeline.source.tree import Node, at, place_at
from pipeline.source.tree import parse as parse_yaml

CODE_QUESTION = "QUESTION-001"
BOUND_BY = "country.bound_by"

YES_NO = Scale((Value("no", {"en": "No"}), Value("yes", {"en": "Yes"})), ordered=False)


def scale_from(values: Mapping[str, Mapping[str, str]], ordered: bool) -> Scale:
    """Return a scale from its file form."""
    return Scale(tuple(Value(code, text) for code, text in values.items()), ordered)


def read_questionnaires(files: Mapping[str, bytes]) -> tuple[list[Questionnaire], dict[str, Node], list[Problem]]:
    """Read every questionnaire file; conditions stay unread until all names are known.

    Returns:
        The questionnaires, the tree under each question's `relevant` by ref, and problems.
    """
    found: list[Questionnaire] = []
    relevant: dict[str, Node] = {}
    asked: dict[str, Place] = {}
    problems: list[Problem] = []
    for path, data in files.items():
        tree, faults = parse_yaml(data, path, CODE_QUESTION)
        shape, more = read(tree, QuestionnaireFile, CODE_QUESTION)
        problems += faults + more
        if shape is None or tree is None:
            continue
        if any(shape.id == other.id for other in found):
            message = f"there is a questionnaire '{shape.id}' already"
            problems.append(Problem(CODE_QUESTION, place_at(tree, ("id",)), message, "rename one of the two", "id"))
        questions: list[Question] = []
        sections = {s.id for s in shape.sections}
        for i, q in enumerate(shape.questions):
            question, faults = _question(q, shape, tree, i)
            problems += faults
            if q.section not in sections:
                place, fix = place_at(tree, ("questions", i, "section")), f"use one of: {listed(sorted(sections))}"
                message = f"no section '{q.section}'{nearest(q.section, sorted(sections))}"
                problems.append(Problem(CODE_QUESTION, place, message, fix, "section"))
            if question.ref in asked:
                message = f"'{question.ref}' is asked twice; the other stands at {asked[question.ref]}"
                place = place_at(tree, ("questions", i, "id"))
                problems.append(Problem(CODE_QUESTION, place, message, "rename one of the two", "id"))
            asked[question.ref] = place_at(tree, ("questions", i, "id"))
            node = at(tree, ("questions", i, "relevant"))
            if node is not None:
                relevant[question.ref] = node
            questions.append(question)
        found.append(
            Questionnaire(
                shape.id,
                shape.version,
                shape.subject,
                shape.illustrative == "true",
                shape.title,
                shape.intro,
                tuple(Section(s.id, s.title, s.intro) for s in shape.sections),
                tuple(questions),
            )
        )
    return found, relevant, problems


def _question(q: QuestionFile, shape: QuestionnaireFile, tree: Node, i: int) -> tuple[Question, list[Problem]]:
    place = place_at(tree, ("questions", i))
    problems: list[Problem] = []
    scale: Scale | None = None
    if q.type in ("choice", "scale", "set"):
        if q.values:
            scale = scale_from(q.values, q.type == "scale")
        elif q.scale in shape.scales:
            shared = shape.scales[q.scale]
            scale = scale_from(shared.values, shared.ordered == "true")
        else:
            here = place_at(tree, ("questions", i, "scale"))
            message = f"question '{q.id}' has no values{nearest(q.scale or '', list(shape.scales))}"
            problems.append(Problem(CODE_QUESTION, here, message, "give `values:` or the name of a scale", q.id))
    question = Question(
        f"{shape.subject}.{q.id}", shape.id, q.section, q.type, scale, q.text, q.help, q.principles, None,
        q.changeable == "true", q.first == "true", place,
    )  # fmt: skip
    return question, problems


class _Rules:
    """Finding files while they are being read."""

    def __init__(self) -> None:
        self.files: list[tuple[TreeMapping, FindingsFile]] = []
        self.scales: dict[str, ScaleFile] = {}
        self.problems: list[Problem] = []

    def scale(self, name: str, place: Place) -> Scale:
        shared = self.scales.get(name)
        if shared is None:
            if name == "yes_no":
                return YES_NO
            message = f"no list of values '{name}'{nearest(name, list(self.scales))}"
            self.problems.append(Problem(CODE_FINDING, place, message, "declare it under `scales:`", "values"))
            return YES_NO
        return scale_from(shared.values, shared.ordered == "true")


def read_rules(
    files: Mapping[str, bytes], questions: Mapping[str, Question], instruments: Iterable[str]
) -> tuple[tuple[FindingRule, ...], dict[str, Variable], list[Problem]]:
    """Read every finding file and check it against the questions.

    Args:
        files: intake/findings/*.yaml.
        questions: All questions by ref.
        instruments: Ids that `country.bound_by` can hold.

    Returns:
        The rules in an order in which each reads only earlier ones, all variables by ref, and problems.
    """
    state = _Rules()
    for path, data in files.items():
        tree, faults = parse_yaml(data, path, CODE_FINDING)
        shape, more = read(tree, FindingsFile, CODE_FINDING)
        state.problems += faults + more
        if shape is not None and isinstance(tree, TreeMapping):
            state.files.append((tree, shape))
            state.scales.update(shape.scales)
    bound = Scale(tuple(Value(i, {"en": i}) for i in sorted(instruments)), ordered=False)
    bound_rule = FindingRule(
        BOUND_BY, {"en": "Instruments that bind the state"}, "bound", bound, "", (), {}, None, 1, False, (), (), "",
        Place("clauses/packs"),
    )  # fmt: skip
    drafts: list[tuple[FindingRule, TreeMapping, int, FindingFile]] = []
    variables: dict[str, Variable] = {**questions, BOUND_BY: bound_rule}
    for tree, shape in state.files:
        for i, f in enumerate(shape.findings):
            rule = _blank(f, state, place_at(tree, ("findings", i)), place_at(tree, ("findings", i, "values")))
            if rule.ref in variables:
                message = f"'{rule.ref}' is named twice; the other stands at {variables[rule.ref].place}"
                state.problems.append(Problem(CODE_FINDING, rule.place, message, "rename one of them", f.id))
                continue
            variables[rule.ref] = rule
            drafts.append((rule, tree, i, f))
    rules = [bound_rule] + [_filled(rule, tree, i, f, variables, state.problems) for rule, tree, i, f in drafts]
    for rule in rules:
        variables[rule.ref] = rule
    return _sorted(rules, state.problems), variables, state.problems


def _blank(f: FindingFile, state: _Rules, place: Place, values: Place) -> FindingRule:
    of: tuple[str, ...] = (f.of,) if isinstance(f.of, str) else (f.of or ())
    if f.form == "table":
        of = tuple(r for r in (f.rows, f.columns) if r)
    return FindingRule(
        f"{f.subject}.{f.id}", f.title, f.form, state.scale(f.values, values), f.principle, of, dict(f.table), None,
        f.n, f.lowest == "true", tuple((b.value, b.below) for b in f.bands), (), f.otherwise, place,
    )  # fmt: skip


def _filled(
    rule: FindingRule,
    tree: TreeMapping,
    i: int,
    f: FindingFile,
    variables: Mapping[str, Variable],
    problems: list[Problem],
) -> FindingRule:
    def condition(path: tuple[str | int, ...], scope: Subject) -> Condition | None:
        node = at(tree, ("findings", i, *path))
        if node is None:
            fix = f"a finding of form '{f.form}' needs `{path[0]}:`"
            problems.append(Problem(CODE_FINDING, rule.place, f"'{path[0]}' is missing", fix, f.id))
            return None
        found, faults = parse(node, variables, scope, CODE_FINDING, f"{f.id}.{path[0]}")
        problems.extend(faults)
        return found

    problems += check_rule(rule, f, variables, lambda path: place_at(tree, ("findings", i, *path)))
    if f.form in ("some", "every", "at_least"):
        return replace(rule, where=condition(("systems",), "system"))
    if f.form in ("some_agency", "every_agency"):
        return replace(rule, where=condition(("agencies",), "agency"))
    if f.form == "when":
        return replace(rule, where=condition(("when",), f.subject))
    if f.form == "cases":
        cases = [(c.value, condition(("cases", n, "when"), f.subject)) for n, c in enumerate(f.cases)]
        return replace(rule, cases=tuple((v, c) for v, c in cases if c is not None))
    return rule


def _sorted(rules: list[FindingRule], problems: list[Problem]) -> tuple[FindingRule, ...]:
    """Return rules each after those it reads; a chain may be longer than calls can nest, so its path is kept here."""
    by_ref = {r.ref: r for r in rules}
    done: set[str] = set()
    order: list[FindingRule] = []
    for first in rules:
        path: dict[str, Iterator[str]] = {first.ref: iter(reads(first))} if first.ref not in done else {}
        while path:
            ref = next(reversed(path))
            wanted = next((r for r in path[ref] if r in by_ref and r not in done), None)
            if wanted is None:
                done.add(ref)
                order.append(by_ref[ref])
                del path[ref]
            elif wanted in path:
                chain = [*path, wanted]
                circle = around(chain[chain.index(wanted) :])
                message = f"findings read each other: {circle}"
                problems.append(Problem(CODE_FINDING, by_ref[wanted].place, message, "cut the circle"))
            else:
                path[wanted] = iter(reads(by_ref[wanted]))
    return tuple(order)


def reads(rule: FindingRule) -> tuple[str, ...]:
    """Return the refs that a finding rule reads, without repeats."""
    conditions = [rule.where, *(c for _, c in rule.cases)]
    return tuple(dict.fromkeys([*rule.of, *(t.ref for c in conditions for t in tests(c))]))


def arising_in_a_circle(questions: Mapping[str, Question]) -> list[Problem]:
    """Return a problem for a circle of questions each of which arises only by the answer to the next."""
    try:
        graph = {ref: {t.ref for t in tests(q.relevant)} for ref, q in questions.items()}
        tuple(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1]
        first = questions[circle[0]]
        message = f"whether these arise depends on each other: {around(circle)}"
        return [Problem(CODE_QUESTION, first.place, message, "cut the circle", "relevant")]
    return []


def scale_ranks(variables: Mapping[str, Variable]) -> Rank:
    """Return the rank of each code on every ordered scale, by ref, as the evaluation of conditions wants them."""
    return {ref: ranks(v.scale) for ref, v in variables.items() if v.scale is not None and v.scale.ordered}
