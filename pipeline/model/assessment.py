"""What a country folder says: answers with where each came from, the state's own law, and human decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.model.law import LawBySlot
from pipeline.model.problem import Place
from pipeline.model.question import Subject

COUNTRY = "country"
"""The name of the one subject that is the country itself; agencies are named by slug, systems `agency/system`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        value: The code, text, ISO date or number as text; None for a set.
        members: For a set: which members are in (True) or out (False); a member that is absent is not known.
        place: Where it was given.
        source: In words, where the answer comes from (a document, a row of a foreign file), or empty.
    """

    value: str | None
    members: Mapping[str, bool] | None
    place: Place
    source: str = ""


Answers = Mapping[str, Answer]
"""Answers by ref, `subject.id`; a question not answered is absent."""


@dataclass(frozen=True, slots=True)
class System:
    """One AI system of an agency; `key` is `agency/system`."""

    key: str
    name: str
    answers: Answers


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency with its profile, readiness and systems."""

    slug: str
    name: str
    answers: Answers
    systems: tuple[System, ...]


DecisionKind = Literal["leave_out", "choose", "waive", "confirm", "comment"]


@dataclass(frozen=True, slots=True)
class Disposition:
    """What became of a comment, or of a tracked change, in a consultation; it changes no draft.

    Attributes:
        number: Its number in the comment-resolution matrix.
        round: The round of consultation, from 1.
        status: accepted, accepted in part, rejected, noted.
        body: The ministry or office that commented.
        section: The section as it was printed.
        clause: Id of the clause commented on, or empty.
        response: What was answered, or empty.
    """

    number: str
    round: int
    status: str
    body: str = ""
    section: str = ""
    clause: str = ""
    response: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A human's choice, kept in decisions.yaml.

    Attributes:
        kind: leave_out (a clause), choose (a point), waive (an open point that is accepted), confirm (an update whose
            questions were asked again, or whose slots of national law were read again), comment (a comment that was
            answered).
        target: The clause, choice, open point or update; for a comment, the key of its row in the matrix.
        value: For `choose`: the option's code, or the words where the choice is free.
        owner: Role that decided.
        date: ISO date.
        reason: Why, in writing; for a comment without a reason of its own, what was answered.
        place: Where it stands.
        disposition: For `comment`: what became of it.
    """

    kind: DecisionKind
    target: str
    value: str
    owner: str
    date: str
    reason: str
    place: Place
    disposition: Disposition | None = None


@dataclass(frozen=True, slots=True)
class LegalForm:
    """How the country writes: numbering, house style, the marking on every page."""

    numbering: str
    style: str
    marking: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything read from a country folder.

    Attributes:
        name: The state's name as it is printed.
        name_in_text: The name as it stands within a sentence, with its article: `the Republic of Example`.
        issuer: The ministry or body that issues the documents.
        fictional: True for an invented country, which every cover then says.
        demonstration: For a draft made from public data: the sentence the cover prints; else empty.
        packs: Jurisdiction packs.
        as_of: ISO date of the law, or empty for the newest the library knows.
        languages: Languages to draft in.
        form: Legal form.
        law: The state's own law by slot.
        answers: Answers about the country.
        agencies: Agencies, by slug in order.
        decisions: Human decisions.
        files: Digest of each file read, by its path within the folder.
        state: The state's two-letter code (ISO 3166), where the folder gives it.
        since: Date (day, month or year) from which a membership or treaty counts, by ref (`country.party_iccpr`).
    """

    name: str
    name_in_text: str
    issuer: str
    fictional: bool
    demonstration: str
    packs: tuple[str, ...]
    as_of: str
    languages: tuple[str, ...]
    form: LegalForm
    law: LawBySlot
    answers: Answers
    agencies: tuple[Agency, ...]
    decisions: tuple[Decision, ...]
    files: Mapping[str, str]
    since: Mapping[str, str]
    state: str = ""


def answers_of(assessment: Assessment, subject: str) -> Answers:
    """Return the answers of the country, an agency (slug) or a system (`agency/system`); none for a prospective one."""
    if subject == COUNTRY:
        return assessment.answers
    slug, _, system = subject.partition("/")
    for agency in assessment.agencies:
        if agency.slug == slug:
            if not system:
                return agency.answers
            return next((s.answers for s in agency.systems if s.key == subject), {})
    return {}


def level_of(subject: str) -> Subject:
    """Return whether a subject is the country, an agency (slug) or a system (`agency/system`)."""
    if subject == COUNTRY:
        return "country"
    return "system" if "/" in subject else "agency"
