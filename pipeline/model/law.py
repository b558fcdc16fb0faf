"""Instruments, their provisions, and packs: what law there is and what of it binds a state, since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.model.condition import Condition
from pipeline.model.problem import Place
from pipeline.model.question import Texts

Mark = Literal["read", "other", "recalled"]
"""Read in the instrument itself, in somebody else's text, or only recalled."""

SLOTS = (
    "constitution",
    "police_act",
    "criminal_procedure",
    "evidence",
    "personal_data",
    "biometrics",
    "procurement",
    "access_to_information",
    "secrecy_and_archives",
    "oversight_and_complaints",
    "equality",
    "discipline",
)
"""The slots for the state's own law, through which clauses cite it."""


@dataclass(frozen=True, slots=True)
class Provision:
    """A numbered part of an instrument with dates of its own.

    Attributes:
        ref: `INSTRUMENT number`, such as `EU-AIA 26(10)`.
        number: The part as printed.
        gist: What it says, in our words, per language.
        addressee: Whom it addresses.
        strength: How it binds: shall, shall_not, should, may, right, permission, condition, definition, status.
        start: ISO date (or year, or year-month) from which it applies; empty where the instrument's own date counts.
        until: Date from which it no longer applies, or empty.
        mark: How the gist was come by.
        source: Where it was read.
        note: A remark for counsel, per language.
        place: Where it is written.
    """

    ref: str
    number: str
    gist: Texts
    addressee: str
    strength: str
    start: str
    until: str
    mark: Mark
    source: str
    note: Texts
    place: Place


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, treaty, standard or policy; dates are ISO, possibly only a year, empty where not known."""

    id: str
    title: Texts
    short: Texts
    body: str
    kind: str
    binding: str
    rank: str
    group: str
    applies: Texts
    adopted: str
    published: str
    in_force: str
    until: str
    status: Texts
    status_as_of: str
    mark: Mark
    source: str
    provisions: tuple[Provision, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Binding:
    """One line of a pack: this instrument binds when the condition holds."""

    instrument: str
    when: Condition | None
    place: Place


@dataclass(frozen=True, slots=True)
class Pack:
    """What binds the states of one legal family, what guides them and what they watch.

    `suits` says which countries it is for; it is used where a country folder names no packs of its own.
    """

    id: str
    title: Texts
    includes: tuple[str, ...]
    suits: Condition | None
    ranks: tuple[str, ...]
    binds: tuple[Binding, ...]
    guides: tuple[str, ...]
    watches: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class SlotLaw:
    """The state's own law in one slot, as the country folder gives it; who read it is a role, never a name."""

    slot: str
    title: str
    provision: str
    start: str
    until: str
    read_by: str
    read_on: str
    place: Place


LawBySlot = Mapping[str, SlotLaw]
