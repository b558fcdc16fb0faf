"""The smallest intake that fulfils a formula: fewest answers, agencies and systems, found by MaxSAT.

RC2 (Ignatiev, Morgado, Marques-Silva 2019; in python-sat) proves that no smaller one exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.model.assessment import COUNTRY
from pipeline.model.question import WITHHELD
from pipeline.prove.formula import FALSE, TRUE, Model
from pipeline.prove.world import World

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
    problem.hard, problem.soft, problem.wght = clauses, [[-one] for one in sorted(told)], [1] * len(told)
    problem.nv, problem.topw = world.formula.top, len(told) + 1
    with RC2(problem, solver="m22") as solver:
        values = solver.compute()
        return _witness(world, Model(values), solver.cost) if values is not None else None


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
    return Witness(tuple(p for p, x in world.named.items() if model(x)), ordered, int(cost))
