"""Findings: conclusions drawn from answers, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model.condition import Leaf

Asks = tuple[tuple[str, str], ...]
"""Unanswered questions: (ref, subject)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One conclusion about one subject.

    Attributes:
        ref: `subject.id`.
        subject: `country`, an agency's slug, `agency/system`, or `use:<code>` for a prospective system.
        value: The code; None where answers are missing, which is never read as the lowest.
        members: For a set finding: known members.
        because: The smallest set of leaves that explains the value.
        asks: Unanswered questions that could settle it: (ref, subject).
        possible: The codes that are still possible; a high risk under one principle settles "at least high".
        member_asks: For a set finding: the questions behind each unknown member.
        member_because: For a set finding: why each known member is in.
    """

    ref: str
    subject: str
    value: str | None
    members: Mapping[str, bool] | None = None
    because: tuple[Leaf, ...] = ()
    asks: Asks = ()
    possible: tuple[str, ...] = ()
    member_asks: Mapping[str, Asks] = field(default_factory=dict)
    member_because: Mapping[str, tuple[Leaf, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a test reads: a code, or the known members of a set, or nothing yet with the questions to ask.

    Attributes:
        subject: Whose answer or finding it is.
        value: The code or None.
        members: For sets.
        asks: Questions that would settle it; empty where it is withheld or belongs to a prospective system.
        possible: Where `value` is None: the codes still possible, empty where nothing is known.
        member_asks: For sets: the questions behind each unknown member, where they differ.
    """

    subject: str
    value: str | None
    members: Mapping[str, bool] | None = None
    asks: Asks = ()
    possible: tuple[str, ...] = ()
    member_asks: Mapping[str, Asks] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of an assessment.

    Attributes:
        by_subject: Subject to findings by ref, in the library's order.
        prospective: Uses that the country plans or regulates and no system stands for yet.
        since: Instrument id to the date since which it binds, where known.
        updates: Ids of the updates that concern the state, or may.
    """

    by_subject: Mapping[str, Mapping[str, Finding]]
    prospective: tuple[str, ...]
    since: Mapping[str, str]
    updates: tuple[str, ...] = ()

    def get(self, subject: str, ref: str) -> Finding | None:
        """Return a finding, or None."""
        return self.by_subject.get(subject, {}).get(ref)

    def value(self, subject: str, ref: str) -> str | None:
        """Return a finding's value, None where unknown or absent."""
        found = self.get(subject, ref)
        return found.value if found else None
