"""What the library's records of memberships and treaties say of a state at a date, where its folder says nothing.

The list of an organisation's members is complete, so a state that is not on it is no member. Of a treaty only what is
recorded with a date counts: no row, a signature, a row without a date, or a date that is only known to lie within the
month or year asked about, leave the question open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.library.records import MARKS, MEMBERSHIPS
from pipeline.model.assessment import Answer, Assessment
from pipeline.model.law import Mark
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem
from pipeline.model.record import Membership, Records, TreatyRecord

CODE = "INTAKE-099"
READ: Mapping[Mark, str] = {"read": "read in the original", "other": "read in another text", "recalled": "recalled"}


@dataclass(frozen=True, slots=True)
class Stated:
    """What the records answer to one question.

    Attributes:
        answer: Yes or no, with the row it comes from and what that row says.
        since: For yes: since when; empty where not known.
        mark: How it was come by.
    """

    answer: Answer
    since: str
    mark: Mark


def recorded(assessment: Assessment, library: Library, as_of: str) -> Assessment:
    """Return an assessment with the questions on memberships and treaties answered that its folder leaves open.

    Args:
        assessment: Its own answers and dates stay.
        library: For the records and the questions.
        as_of: ISO date of the law.
    """
    known = stated(assessment.state, library, as_of)
    answers = {**{ref: s.answer for ref, s in known.items()}, **assessment.answers}
    since = {ref: s.since for ref, s in known.items() if s.since and answers[ref].value == s.answer.value}
    return replace(assessment, answers=answers, since={**since, **assessment.since})


def contradicted(assessment: Assessment, library: Library, as_of: str) -> Iterator[Problem]:
    """Yield a warning for each answer of the folder that is the opposite of what is recorded."""
    for ref, s in stated(assessment.state, library, as_of).items():
        own = assessment.answers.get(ref)
        if own is not None and own.value in ("yes", "no") and own.value != s.answer.value:
            message = f"{ref} is answered '{own.value}', but {s.answer.place} has: {s.answer.source}"
            fix = "find out which is right; until then the answer of the folder counts"
            yield Problem(CODE, own.place, message, fix, f"answers.{ref.partition('.')[2]}", warning=True)


def unconfirmed(assessment: Assessment, library: Library, as_of: str) -> dict[str, Stated]:
    """Return by ref what an assessment takes from records that nobody made from the original."""
    known = stated(assessment.state, library, as_of)
    return {ref: s for ref, s in known.items() if s.mark != "read" and assessment.answers.get(ref) == s.answer}


def name_of(ref: str) -> str:
    """Return the organisation or instrument that a question is about: `COE-108P` for `country.party_coe_108p`."""
    return ref.partition("_")[2].upper().replace("_", "-")


def stated(state: str, library: Library, as_of: str) -> dict[str, Stated]:
    """Return by ref what the records answer about a state at a date; nothing for one they do not hold."""
    records = library.records
    if state not in records.states:
        return {}
    lists = _lists(records)
    found: dict[str, Stated | None] = {}
    for ref in library.questions:
        name = name_of(ref)
        if ref.startswith("country.member_") and name in lists:
            rows = [m for m in records.memberships[state] if m.organisation.upper() == name]
            found[ref] = _member(rows, lists[name], as_of)
        elif ref.startswith("country.party_"):
            found[ref] = _party([t for t in records.treaties[state] if t.instrument == name], as_of)
    return {ref: s for ref, s in found.items() if s is not None}


def _lists(records: Records) -> dict[str, Mark]:
    """Return the organisations whose members are recorded, with the weakest mark in each list."""
    found: dict[str, Mark] = {}
    for rows in records.memberships.values():
        for row in rows:
            name = row.organisation.upper()
            found[name] = max(found.get(name, row.mark), row.mark, key=MARKS.index)
    return found


def _member(rows: Iterable[Membership], weakest: Mark, as_of: str) -> Stated | None:
    """Return whether a state is a member, None where that turns on a day that is not known."""
    held = [(_holds(row, as_of), row) for row in rows]
    for holds, row in held:
        if holds:
            said = f"member since {row.since}" if row.since else "member"
            return _stated("yes", said, row)
    if any(holds is None for holds, _ in held):
        return None
    ended = [row for _, row in held if row.until and _come(row.until, as_of)]
    if ended:
        last = max(ended, key=lambda row: row.until)
        return _stated("no", f"member until {last.until}", last)
    source = f"not among the members; {READ[weakest]}"
    return Stated(Answer("no", None, Place(MEMBERSHIPS), source), "", weakest)


def _holds(row: Membership, as_of: str) -> bool | None:
    begun = _come(row.since, as_of) if row.since else True
    over = _come(row.until, as_of) if row.until else False
    if begun is False or over is True:
        return False
    return None if begun is None or over is None else True


def _party(rows: Iterable[TreatyRecord], as_of: str) -> Stated | None:
    """Return whether a state is a party: its last act that bound or freed it decides."""
    acts = [row for row in rows if row.status != "signed"]
    past = [row for row in acts if _come(row.date, as_of) is not False]
    if not past or any(_come(row.date, as_of) is None for row in past):
        return None
    last = max(past, key=lambda row: row.date)
    return _stated("no" if last.status == "denounced" else "yes", f"{last.status} {last.date}", last)


def _stated(value: str, said: str, row: Membership | TreatyRecord) -> Stated:
    since = "" if value == "no" else row.since if isinstance(row, Membership) else row.date
    source = "; ".join(part for part in (said, READ[row.mark], row.note) if part)
    return Stated(Answer(value, None, row.place, source), since, row.mark)


def _come(date: str, as_of: str) -> bool | None:
    """Return whether a day, month or year has come; None within that month or year, and where no date is known."""
    if date != as_of and as_of.startswith(date):
        return None
    return date <= as_of
