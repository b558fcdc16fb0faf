"""What a proof shows, claim by claim: a formula that must never hold, or one that must hold in some country.

Each claim says itself how its formula is built in a world, so that one and the same claim can be asked of several.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pipeline.condition.grammar import tests
from pipeline.model.clause import Clause
from pipeline.model.problem import Place
from pipeline.model.proof import DefectKind
from pipeline.prove.decisions import Decisions

Build = Callable[[Decisions], int]


@dataclass(frozen=True)
class Claim:
    """One thing shown of the library at a date.

    Attributes:
        kind: The defect if it does not hold.
        at: The clause, expectation, part, question or finding it is about.
        other: The second one it is about, or empty.
        place: Where a reader mends it.
        message: What is wrong if it does not hold.
        fix: How to mend it.
        wanted: `never`: the formula must hold in no country; `sometimes`: in at least one.
        build: Gives the formula's literal in a world.
        shows: For `sometimes`: formulas that a witness of the defect fulfils, the first that can be.
        clauses: The clauses its formula reads, for the size of world that suffices.
        refs: Further questions and findings it reads.
        advice: True for what does not fail a proof.
    """

    kind: DefectKind
    at: str
    other: str
    place: Place
    message: str
    fix: str
    wanted: Literal["never", "sometimes"]
    build: Build
    shows: tuple[Build, ...] = ()
    clauses: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    advice: bool = False

    @property
    def name(self) -> tuple[str, str, str]:
        """Return what an acceptance names: kind, place and the second one."""
        return self.kind, self.at, self.other


def read_by(clause: Clause) -> set[str]:
    """Return the questions and findings that a clause's conditions read."""
    return {t.ref for c in (clause.when, *(e.when for e in clause.escalate)) for t in tests(c)}
