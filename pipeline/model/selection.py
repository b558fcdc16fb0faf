"""Selection: for each clause, in, out or open, at which strength, for whom, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.model.clause import Strength
from pipeline.model.condition import Leaf, Truth

Status = Literal["in", "out", "open"]

Ground = Literal[
    "always",  # the clause has no condition
    "condition",  # its condition decided
    "required",  # another clause requires it
    "superseded",  # a more special clause took its place
    "excluded",  # a clause of higher rank or later date took its place
    "left_out",  # a human decision
    "prospective",  # a use that is planned or to be regulated, with no system yet
    "withheld",  # answers are withheld; the clause's own rule decides
    "not_in_force",  # no state of the clause is valid at the date, or not in this document
]


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """How a clause came out for one country, agency or system.

    Attributes:
        subject: `country`, an agency's slug, `agency/system`, or `use:<code>`.
        truth: In, out or open.
        strength: The strength it has there, None for narrative and definitions, and where it is out.
        strength_open: True where a missing answer could raise the strength; `strength` is then the higher one.
        ground: What decided.
        because: The smallest set of leaves that explains the outcome and the strength.
        asks: Questions that would settle it.
        by: Ids of the clauses that required or defeated it.
    """

    subject: str
    truth: Truth
    strength: Strength | None
    strength_open: bool
    ground: Ground
    because: tuple[Leaf, ...]
    asks: tuple[tuple[str, str], ...]
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseDecision:
    """How a clause came out for the national document.

    Attributes:
        clause: Clause id.
        valid_from: Date of the state decided on.
        status: in, out or open.
        printed: True where it stands in the draft (in, or open and kept).
        strengths: Strength to the subjects that have it, strongest first; one entry with None for narrative.
        cases: Every case decided, in order.
        ground: The ground of the deciding case.
        asks: Questions that would settle an open clause, without repeats.
        reason: One sentence, in English, for the explanatory note and the terminal.
    """

    clause: str
    valid_from: str
    status: Status
    printed: bool
    strengths: tuple[tuple[Strength | None, tuple[str, ...]], ...]
    cases: tuple[CaseDecision, ...]
    ground: Ground
    asks: tuple[tuple[str, str], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Every clause's decision by id, for one library, assessment and date, and the questions worth asking next.

    Attributes:
        as_of: The law's date.
        decisions: By clause id, in order of id.
        ask_next: ((ref, subject), clauses it would help to settle), most first.
    """

    as_of: str
    decisions: Mapping[str, ClauseDecision]
    ask_next: tuple[tuple[tuple[str, str], tuple[str, ...]], ...]

    def printed(self) -> tuple[ClauseDecision, ...]:
        """Return the decisions of clauses that stand in a draft."""
        return tuple(d for d in self.decisions.values() if d.printed)
