"""Clause folders: `<area>/<id>/<valid-from>/{clause.yaml, en.md, …}` in, dated clauses out."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Mapping

from pipeline.condition.grammar import parse
from pipeline.library.formats import ClauseFile, EffectiveFile
from pipeline.library.texts import read_text
from pipeline.model.clause import Clause, ClauseText, Escalation
from pipeline.model.condition import Condition
from pipeline.model.problem import Place, Problem, shown
from pipeline.model.question import SUBJECTS, Subject, Variable
from pipeline.source.shape import read
from pipeline.source.tree import MOST_PROBLEMS, Node, Scalar, Sequence, at, place_at
from pipeline.source.tree import Mapping as TreeMapping
from pipeline.source.tree import parse as parse_yaml

CODE_CLAUSE = "CLAUSE-001"
MOST_ESCALATIONS = 60
"""Escalations whose conditions are read even where the clause is wrong; its shape allows no more."""
_PATH = re.compile(
    r"(?P<root>(?:.*/)?)(?P<area>[a-z0-9-]+)/(?P<id>[a-z0-9][a-z0-9-]*)"
    r"/(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})/(?P<file>[^/]+)"
)
_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\.md")
LONGEST_ID = 56
"""Characters of a clause id, so that anchors and file names made from it fit everywhere."""


def read_clauses(
    files: Mapping[str, bytes], variables: Mapping[str, Variable], national: bool = False
) -> tuple[dict[str, tuple[Clause, ...]], list[Problem]]:
    """Read every clause folder among `files`.

    Args:
        files: Paths ending in `<area>/<id>/<valid-from>/<file>`.
        variables: Questions and findings, to check conditions against.
        national: True for the clauses of a country folder.

    Returns:
        Clause id to its dated states, oldest first, and all problems.
    """
    problems: list[Problem] = []
    folders: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for path in files:
        match = _PATH.fullmatch(path)
        if not match:
            fix = "keep clauses as <area>/<clause-id>/<valid-from>/clause.yaml and en.md"
            problems.append(Problem(CODE_CLAUSE, Place(path), "this file lies outside a clause folder", fix))
            continue
        folders[match["area"], match["id"], match["date"]][match["file"]] = path
    problems += [p for (_, clause_id, date), found in folders.items() if (p := _misnamed(clause_id, date, found))]
    states: dict[str, list[Clause]] = defaultdict(list)
    for (area, clause_id, date), found in sorted(folders.items()):
        clause, faults = _clause(
            area, clause_id, date, {name: (p, files[p]) for name, p in found.items()}, variables, national
        )
        problems += faults
        if clause is not None:
            if states[clause_id] and states[clause_id][-1].area != area:
                message = f"'{shown(clause_id)}' lies in the area {shown(states[clause_id][-1].area)} as well"
                problems.append(Problem(CODE_CLAUSE, clause.place, message, "keep all its states in one area"))
            states[clause_id].append(clause)
    return {i: tuple(sorted(c, key=lambda c: c.valid_from)) for i, c in sorted(states.items())}, problems


def _misnamed(clause_id: str, date: str, found: Mapping[str, str]) -> Problem | None:
    """Return what is wrong with the names of a clause's folders."""
    place = Place(min(found.values()), 1, 1)
    if len(clause_id) > LONGEST_ID:
        message = f"the clause id has {len(clause_id)} characters: '{shown(clause_id)}'"
        return Problem(CODE_CLAUSE, place, message, f"shorten the folder's name to {LONGEST_ID}")
    try:
        datetime.date.fromisoformat(date)
    except ValueError:
        return Problem(CODE_CLAUSE, place, f"'{date}': there is no such day", "name the folder by a date that exists")
    return None


def _clause(
    area: str,
    clause_id: str,
    date: str,
    files: Mapping[str, tuple[str, bytes]],
    variables: Mapping[str, Variable],
    national: bool,
) -> tuple[Clause | None, list[Problem]]:
    problems: list[Problem] = []
    if "clause.yaml" not in files:
        place = Place(next(iter(files.values()))[0], 1, 1)
        return None, [Problem(CODE_CLAUSE, place, "the folder has no clause.yaml", "add it beside the texts")]
    path, data = files["clause.yaml"]
    tree, faults = parse_yaml(data, path, CODE_CLAUSE)
    shape, more = read(tree, ClauseFile, CODE_CLAUSE)
    problems += faults + more
    texts: dict[str, ClauseText] = {}
    for name, (text_path, text_data) in files.items():
        if name == "clause.yaml":
            continue
        if not _LANG.fullmatch(name):
            problems.append(
                Problem(CODE_CLAUSE, Place(text_path), f"'{shown(name)}' is no text", "name texts en.md, fr.md, …")
            )
            continue
        text, faults = read_text(text_data, text_path)
        problems += faults
        if text is not None:
            texts[name.removesuffix(".md")] = text
    if shape is None or tree is None:
        if tree is not None:
            _conditions(tree, variables, problems)
        return None, problems
    when = _condition(tree, ("when",), variables, shape.scope, problems)
    escalate: list[Escalation] = []
    for i, e in enumerate(shape.escalate):
        condition = _condition(tree, ("escalate", i, "when"), variables, shape.scope, problems)
        if condition is not None:
            escalate.append(Escalation(e.to, condition))
    clause = Clause(
        clause_id, date, area, shape.kind, shape.documents, shape.scope, shape.principles, shape.topic, shape.order,
        shape.stance, shape.strength, tuple(escalate), when, shape.if_open, shape.requires, shape.excludes,
        shape.supersedes, shape.replaces, shape.cites, shape.mitigates, shape.owner_role or "", shape.bearer or "",
        _effective(shape.effective, tree, problems), shape.choices, shape.pillar or "", shape.lead or "",
        shape.support, shape.depends_on, shape.years, shape.cost_role or "", shape.answers_gap, texts, national,
        Place(path, 1, 1), _places(tree),
    )  # fmt: skip
    return clause, problems


def _effective(shape: EffectiveFile | None, tree: Node, problems: list[Problem]) -> str:
    """Return the day from which a clause binds, or the provision that gives it; one of the two is to be named."""
    if shape is None:
        return ""
    if (shape.from_ is None) == (shape.provision is None):
        place = place_at(tree, ("effective",))
        message = "a clause starts to bind on one day"
        problems.append(Problem(CODE_CLAUSE, place, message, "write either `from` or `provision`", "effective"))
    return shape.provision or shape.from_ or ""


def _places(tree: Node) -> dict[str, tuple[Place, ...]]:
    """Return where the values of each key stand, those of a list one by one."""
    entries = tree.entries if isinstance(tree, TreeMapping) else {}
    return {
        key: tuple(n.place for n in node.items) if isinstance(node, Sequence) else (node.place,)
        for key, node in entries.items()
    }


def _conditions(tree: Node, variables: Mapping[str, Variable], problems: list[Problem]) -> None:
    """Check the conditions of a clause whose other keys are wrong, so that all is told at once."""
    scope = at(tree, ("scope",))
    name = scope.text if isinstance(scope, Scalar) else ""
    subject = next((s for s in SUBJECTS if s == name), None)
    if subject is not None:
        _condition(tree, ("when",), variables, subject, problems)
        escalate = at(tree, ("escalate",))
        for i in range(min(len(escalate.items), MOST_ESCALATIONS) if isinstance(escalate, Sequence) else 0):
            _condition(tree, ("escalate", i, "when"), variables, subject, problems)


def _condition(
    tree: Node, path: tuple[str | int, ...], variables: Mapping[str, Variable], scope: Subject, problems: list[Problem]
) -> Condition | None:
    node = at(tree, path)
    if node is None or len(problems) > MOST_PROBLEMS:
        return None
    condition, faults = parse(node, variables, scope, CODE_CLAUSE, ".".join(str(p) for p in path))
    problems += faults
    return condition
