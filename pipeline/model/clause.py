"""Clauses, the glossary and outlines: the library's own text and where it may stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.model.condition import Condition
from pipeline.model.problem import Place
from pipeline.model.question import Texts

Strength = Literal["may", "should", "shall"]
STRENGTHS: tuple[Strength, ...] = ("may", "should", "shall")
"""From weakest to strongest."""

Kind = Literal["norm", "narrative", "definition", "measure"]
Stance = Literal["require", "prohibit", "permit", "inform"]
Scope = Literal["country", "agency", "system"]

PRINCIPLES: Mapping[str, tuple[str, ...]] = {
    "lawfulness": ("LAW.LEG", "LAW.NEC", "LAW.PRO"),
    "minimization_of_harm": ("HARM.ROB", "HARM.ACC", "HARM.WEL", "HARM.EFF"),
    "human_autonomy": ("AUT.HCO", "AUT.AGE", "AUT.PRI", "AUT.TRA"),
    "fairness": ("FAIR.EQU", "FAIR.VUL", "FAIR.DIV", "FAIR.CON"),
    "good_governance": ("GOV.TRA", "GOV.ACC"),
}
"""The five core principles and the instrumental ones under each (reference: toolkit 5.1; the codes are ours)."""


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause in one language.

    Attributes:
        title: Its heading.
        blocks: Block name (a strength, `text`, `purpose`, `evidence`, `indicator`, `counsel`, `result`, `baseline`,
            `target`, `verification`) to its Markdown.
        lines: Block name to the line on which it starts.
        place: Where the file is.
    """

    title: str
    blocks: Mapping[str, str]
    lines: Mapping[str, int]
    place: Place


@dataclass(frozen=True, slots=True)
class Escalation:
    """When `when` holds the clause's strength is at least `to`."""

    to: Strength
    when: Condition


@dataclass(frozen=True, slots=True)
class Clause:
    """One dated state of a clause; see docs/formats.md for the meaning of each field.

    Attributes are those of `clause.yaml`, checked; `effective` is an ISO day or the ref of the provision that gives it,
    `national` marks one that a country folder added or replaced, and `places` says where the value of each key stands,
    the values of a list one by one.
    """

    id: str
    valid_from: str
    area: str
    kind: Kind
    documents: tuple[str, ...]
    scope: Scope
    principles: tuple[str, ...]
    topic: str
    order: int
    stance: Stance
    strength: Strength | None
    escalate: tuple[Escalation, ...]
    when: Condition | None
    if_open: Literal["keep", "hold"]
    requires: tuple[str, ...]
    excludes: tuple[str, ...]
    supersedes: tuple[str, ...]
    replaces: tuple[str, ...]
    cites: tuple[str, ...]
    mitigates: tuple[str, ...]
    owner_role: str
    bearer: str
    effective: str
    choices: tuple[str, ...]
    pillar: str
    lead: str
    support: tuple[str, ...]
    depends_on: tuple[str, ...]
    years: tuple[int, ...]
    cost_role: str
    answers_gap: tuple[str, ...]
    texts: Mapping[str, ClauseText]
    national: bool
    place: Place
    places: Mapping[str, tuple[Place, ...]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Term:
    """A defined term with its other forms per language."""

    id: str
    term: Texts
    forms: Mapping[str, tuple[str, ...]]
    definition: Texts
    cites: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Role:
    """A role that duties name; people are never named."""

    id: str
    name: Texts
    short: Texts
    place: Place


@dataclass(frozen=True, slots=True)
class Choice:
    """A point the country settles in its own words or from a list; undecided it prints its default in brackets."""

    id: str
    text: Texts
    options: Mapping[str, Texts]
    default: str
    free: bool
    cites: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class OutlinePart:
    """One section of an outline.

    Attributes:
        id: Permanent id; its anchor is `part:<id>`.
        title: Heading per language.
        topics: Topics whose selected clauses stand here, in order.
        make: Name of a generated content (`principles`, `action-plan`, `glossary`, …), or empty.
        principles: Principles the chapter opener names.
        intro: The opening paragraph per language.
        parts: Sections beneath.
        audiences: Who gets it; all when empty.
        zone: `front`, `parts` or `annexes`.
        place: Where it is written.
    """

    id: str
    title: Texts
    topics: tuple[str, ...]
    make: str
    principles: tuple[str, ...]
    intro: Texts
    parts: tuple[OutlinePart, ...]
    audiences: tuple[str, ...]
    zone: str
    place: Place


@dataclass(frozen=True, slots=True)
class Outline:
    """A kind of document: its parts in order, its words, and its formulae per legal form.

    `numbering` holds whatever the legal form; empty where the legal form decides.
    """

    id: str
    title: Texts
    subtitle: Texts
    parts: tuple[OutlinePart, ...]
    numbering: str
    words: Mapping[str, Texts]
    formulae: Mapping[str, Mapping[str, Texts]]
    place: Place
