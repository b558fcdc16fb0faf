"""The smallest intake that fulfils a formula: fewest answers, agencies and systems, found by MaxSAT.

RC2 (Ignatiev, Morgado, Marques-Silva 2019; in python-sat) proves that no smaller one exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.model.assessment import COUNTRY
from pipeline.model.question import NOT_APPLICABLE, WITHHELD
from pipeline.prove.formula import FALSE, TRUE, Model
from pipeline.prove.world import World

TOLD = 1000
"""What one thing told weighs, against 1 for being `not applicable`; no intake tells a thousand things."""

Told = str | Mapping[str, bool]
"""An answer: a code, or which members of a set are in or out."""


@dataclass(frozen=True, slots=True)
class Witness:
    """An intake in the fewest words.

    Attributes:
        packs: Packs that the country folder names; none where all that suit are used.
        answers: Subject to its answers by ref; an agency or system without answers is there all the same.
        size: How many answers, agencies, systems and named packs it takes; no intake with fewer fulfils the formula.
    """

    packs: tuple[str, ...]
    answers: Mapping[str, Mapping[str, Told]]
    size: int


def smallest(world: World, literal: int) -> Witness | None:
    """Return the smallest intake in a world that fulfils a literal, None where none does."""
    from pysat.examples.rc2 import RC2
    from pysat.formula import WCNF

    clauses, told = world.formula.cone(literal, _told(world))
    problem = WCNF()  # filled by hand: its own `append` looks at every literal, which takes longer than solving
    refusals = _refusals(world)
    problem.hard, problem.soft = clauses, [[-one] for one in sorted(told)]
    problem.wght = [TOLD + (one in refusals) for one in sorted(told)]
    problem.nv, problem.topw = world.formula.top, sum(problem.wght) + 1
    with RC2(problem, solver="m22") as solver:
        values = solver.compute()
        return _witness(world, Model(values), solver.cost) if values is not None else None


def _refusals(world: World) -> frozenset[int]:
    """Return the literals of `not applicable`, which is said only where no other answer does as well."""
    return frozenset(given.codes[NOT_APPLICABLE] for _, _, given in world.answers() if NOT_APPLICABLE in given.codes)


def _told(world: World) -> frozenset[int]:
    """Return the literals that each stand for one thing an intake says."""
    found = [*world.named.values(), *(world.exists(s) for s in world.subjects())]
    for _, _, given in world.answers():
        found += [*given.codes.values(), *(x for pair in given.members.values() for x in pair)]
    return frozenset(x for x in found if x not in (TRUE, FALSE))


def _witness(world: World, model: Model, cost: int) -> Witness:
    answers: dict[str, dict[str, Told]] = {s: {} for s in world.subjects() if model(world.exists(s))}
    answers.setdefault(COUNTRY, {})
    for ref, subject, given in world.answers():
        if subject not in answers:
            continue
        code = next((c for c, x in given.codes.items() if x != TRUE and model(x)), None)
        members = {m: model(yes) for m, (yes, no) in given.members.items() if model(yes) or model(no)}
        if code is not None:
            answers[subject][ref] = code
        elif members:
            answers[subject][ref] = members
        elif given.withheld == TRUE:
            answers[subject][ref] = WITHHELD
    ordered = {s: dict(sorted(a.items())) for s, a in answers.items()}
    return Witness(tuple(p for p, x in world.named.items() if model(x)), ordered, int(cost) // TOLD)
