"""Three values as two literals, and strong Kleene logic over them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pipeline.prove.formula import FALSE, TRUE, Formula


class Three(NamedTuple):
    """A value that may be open.

    Attributes:
        holds: The literal that it is in for certain.
        fails: The literal that it is out for certain; never true together with `holds`.
        asks: The literal that it is open and some question could settle it; None where every open one has a question.
    """

    holds: int
    fails: int
    asks: int | None = None


YES = Three(TRUE, FALSE)
NO = Three(FALSE, TRUE)


def opposite(one: Three) -> Three:
    """Return what holds when the other fails."""
    return Three(one.fails, one.holds, one.asks)


def is_open(formula: Formula, one: Three) -> int:
    """Return the literal that a value is neither in nor out."""
    return formula.both((-one.holds, -one.fails))


def asks(formula: Formula, one: Three) -> int:
    """Return the literal that a value is open and has a question behind it."""
    return is_open(formula, one) if one.asks is None else one.asks


def every(formula: Formula, parts: Iterable[Three]) -> Three:
    """Return strong Kleene conjunction; an open one asks what its open parts ask."""
    found = tuple(parts)
    if len(found) == 1:
        return found[0]
    holds = formula.both(p.holds for p in found)
    fails = formula.either(p.fails for p in found)
    if all(p.asks is None for p in found):
        return Three(holds, fails)
    wanted = formula.either(asks(formula, p) for p in found)
    return Three(holds, fails, formula.both((-holds, -fails, wanted)))


def some(formula: Formula, parts: Iterable[Three]) -> Three:
    """Return strong Kleene disjunction."""
    return opposite(every(formula, (opposite(p) for p in parts)))
