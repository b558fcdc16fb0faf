"""What a library promises of itself, and what its proof reports: facts, expectations, defects, acceptances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.model.clause import Kind, Stance, Strength
from pipeline.model.condition import Condition
from pipeline.model.problem import Place
from pipeline.model.question import Subject


@dataclass(frozen=True, slots=True)
class Fact:
    """What cannot be true together; every proof relies on it, and the intake queries a violation.

    Attributes:
        id: Permanent id.
        subject: For whom it is stated.
        never: The condition that no country, agency or system fulfils.
        reason: Why it cannot be.
        owner: The role that answers for it.
        place: Where it is written.
    """

    id: str
    subject: Subject
    never: Condition
    reason: str
    owner: str
    place: Place


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out, said by principle, finding or provision and never by clause.

    A clause answers to it that stands in the document, on the topic, and bears every principle, provision and finding
    named, with the stance, kind and bearer named.

    Attributes:
        id: Permanent id.
        subject: For whom it must come out: the country as a whole, each agency, or each system.
        document: The document it must stand in.
        topic: The topic it must stand under, or empty.
        principles: Instrumental principles, all of which the clause bears on.
        provisions: Provisions, all of which it cites.
        findings: Findings, all of which it mitigates or answers.
        stance: Its stance, or empty.
        kind: Its kind, or empty.
        bearer: The role that bears the duty, or empty.
        when: In which cases it must come out; None for every one.
        at_least: The weakest strength that suffices; None where it need only stand.
        only: True where no such clause may come out, at that strength or a higher one, in any other case.
        reason: The demand in words.
        place: Where it is written.
    """

    id: str
    subject: Subject
    document: str
    topic: str
    principles: tuple[str, ...]
    provisions: tuple[str, ...]
    findings: tuple[str, ...]
    stance: Stance | Literal[""]
    kind: Kind | Literal[""]
    bearer: str
    when: Condition | None
    at_least: Strength | None
    only: bool
    reason: str
    place: Place


DefectKind = Literal[
    "unreachable",
    "always_defeated",
    "dead_branch",
    "required_but_defeated",
    "contradiction",
    "permission_over_open_prohibition",
    "empty_chapter",
    "absent_target",
    "unread",
    "principle_without_clause",
    "unmet_expectation",
    "beyond_expectation",
    "weaker_with_risk",
    "untied_special_case",
]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A defect that stays, by decision of an owner.

    Attributes:
        defect: Its kind.
        at: The clause, expectation, part, question or finding it is found at.
        other: The second one concerned, or empty for any.
        reason: Why it may stay.
        owner: The role that answers for it.
        place: Where it is written.
    """

    defect: DefectKind
    at: str
    other: str
    reason: str
    owner: str
    place: Place
