"""decisions.yaml: clauses left out, choices made, open points accepted, comments answered; with owner, day, reason."""

from __future__ import annotations

from pipeline.intake import codes
from pipeline.intake.answers import known_day, tidy
from pipeline.intake.formats import DecisionFile, DecisionsFile
from pipeline.intake.tree import blankless
from pipeline.model.assessment import Decision, DecisionKind, Disposition
from pipeline.model.law import SLOTS
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem, shown
from pipeline.source.shape import nearest
from pipeline.source.shape import read as read_shape
from pipeline.source.tree import Node, place_at

KINDS: tuple[DecisionKind, ...] = ("leave_out", "choose", "waive", "confirm", "comment")
TOLD_OF_COMMENTS = ("number", "round", "section", "clause", "body", "status", "response")
"""Keys that only a decision on a comment has."""
NEEDED_OF_COMMENTS = ("number", "round", "status")
Path = tuple[str | int, ...]


def read_decisions(data: bytes, path: str, library: Library) -> tuple[tuple[Decision, ...], list[Problem]]:
    """Read the decisions in the order written.

    Args:
        data: The file.
        path: Its path for places.
        library: Whose clauses and choices are decided on.
    """
    tree, problems = blankless(data, path, codes.SHAPE)
    shape, faults = read_shape(tree, DecisionsFile, codes.SHAPE)
    problems += faults
    if tree is None or shape is None:
        return (), problems
    decisions: list[Decision] = []
    taken: dict[tuple[str, str], Place] = {}
    for i, one in enumerate(shape.decisions):
        decision, faults = _decision(one, tree, ("decisions", i), library)
        problems += faults
        if decision is None:
            continue
        key = (decision.kind, decision.target)
        if key in taken:
            message = f"'{shown(decision.target)}' is decided twice; the other decision stands at {taken[key]}"
            problems.append(Problem(codes.REPEATED, decision.place, message, "keep the one that holds", decision.kind))
        taken[key] = decision.place
        decisions.append(decision)
    return tuple(decisions), problems


def _decision(one: DecisionFile, tree: Node, path: Path, library: Library) -> tuple[Decision | None, list[Problem]]:
    place = place_at(tree, path)
    given = [k for k in KINDS if getattr(one, k)]
    if len(given) != 1:
        what = "names nothing that is decided" if not given else f"decides on {' and '.join(given)} at once"
        fix = "write exactly one of leave_out:, choose:, waive:, confirm:, comment:"
        return None, [Problem(codes.SHAPE, place, f"the decision {what}", fix)]
    kind = given[0]
    target: str = getattr(one, kind)
    problems: list[Problem] = []
    at_target = place_at(tree, (*path, kind))
    if kind == "leave_out" and target not in library.clauses:
        message = f"no clause '{shown(target)}'{nearest(target, tuple(library.clauses))}"
        problems.append(Problem(codes.NAME, at_target, message, "name a clause of the library or of clauses/", kind))
    if kind == "waive":
        known = (*library.variables, *library.clauses, *library.choices, *(f"slot:{slot}" for slot in SLOTS))
        if target not in known:
            message = f"nothing called '{shown(target)}' can be open{nearest(target, known)}"
            fix = "name a question (country.party_crc), a slot of law (slot:evidence), a choice or a clause"
            problems.append(Problem(codes.NAME, at_target, message, fix, kind))
    if kind == "confirm" and target not in library.updates:
        message = f"no update '{shown(target)}'{nearest(target, tuple(library.updates))}"
        problems.append(Problem(codes.NAME, at_target, message, "name an update that the draft lists", kind))
    if kind == "choose":
        problems += _choice(one, target, at_target, place_at(tree, (*path, "value")), library)
    elif one.value:
        message = f"`value` has no meaning beside `{kind}`"
        problems.append(Problem(codes.KIND, place_at(tree, (*path, "value")), message, "remove it", "value"))
    disposition, faults = _disposition(one, kind, tree, path)
    problems += faults
    if not one.reason and not (kind == "comment" and one.response):
        problems.append(Problem(codes.SHAPE, place, "'reason' is missing", "add `reason:`", _field(path, "reason")))
    if not known_day(one.date):
        message = f"there is no date '{one.date}'"
        problems.append(Problem(codes.DATE, place_at(tree, (*path, "date")), message, "write it as 2026-11-23", "date"))
    reason, faults = tidy(one.reason, place_at(tree, (*path, "reason")), "reason")
    value, more = tidy(one.value, place_at(tree, (*path, "value")), "value", 1000)
    problems += faults + more
    reason = reason or (disposition.response if disposition else "")
    return Decision(kind, target, value, one.owner, one.date, reason, place, disposition), problems


def _field(path: Path, key: str) -> str:
    return ".".join(map(str, (*path, key)))


def _disposition(
    one: DecisionFile, kind: DecisionKind, tree: Node, path: Path
) -> tuple[Disposition | None, list[Problem]]:
    """Return what a decision on a comment tells of it; its keys have no meaning in other decisions."""
    if kind != "comment":
        odd = [key for key in TOLD_OF_COMMENTS if getattr(one, key)]
        return None, [
            Problem(codes.KIND, place_at(tree, (*path, k)), f"`{k}` has no meaning beside `{kind}`", "remove it", k)
            for k in odd
        ]
    place = place_at(tree, path)
    problems = [
        Problem(codes.SHAPE, place, f"'{key}' is missing", f"add `{key}:`", _field(path, key))
        for key in NEEDED_OF_COMMENTS
        if not getattr(one, key)
    ]
    response, faults = tidy(one.response, place_at(tree, (*path, "response")), "response")
    return Disposition(
        one.number or "", one.round or 0, one.status or "", one.body, one.section, one.clause, response
    ), problems + faults


def _choice(one: DecisionFile, target: str, place: Place, at_value: Place, library: Library) -> list[Problem]:
    choice = library.choices.get(target)
    if choice is None:
        message = f"no choice '{shown(target)}'{nearest(target, tuple(library.choices))}"
        return [Problem(codes.NAME, place, message, "use the id of a choice that the draft lists", "choose")]
    if not one.value:
        return [Problem(codes.SHAPE, place, "the choice is named, but not what was chosen", "add `value:`", "value")]
    options = list(choice.options)
    if not choice.free and one.value not in options:
        message = f"'{shown(one.value)}' is not an option of {target}{nearest(one.value, options)}"
        return [Problem(codes.CODE, at_value, message, f"use one of: {', '.join(options)}", "value")]
    return []
