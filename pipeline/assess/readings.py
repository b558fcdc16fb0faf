"""What a test reads in one case: an answer, a finding, or the questions that would tell.

A question that does not arise reads as `not_applicable` whatever was written, and an answer counts once it is known
that its question arises; a withheld answer reads as unknown and asks nothing; a prospective system (a use planned or
to be regulated, with no system yet) has its use and no more.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.condition.evaluation import Rank, evaluate
from pipeline.model.assessment import COUNTRY, Answer, Assessment, answers_of
from pipeline.model.condition import Truth
from pipeline.model.finding import Asks, Finding, Reading
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, WITHHELD, Question

PROSPECTIVE = "use:"
"""Prefix of a prospective system's subject: `use:plate_recognition`."""
ANY_AGENCY = "agency:any"
"""Stands for the agencies of a country that has entered none yet."""


class Readings:
    """Reads answers and findings of one assessment, remembering what it has read.

    Findings are added subject by subject while they are drawn; a finding not drawn yet reads as unknown.
    """

    def __init__(self, assessment: Assessment, library: Library, rank: Rank) -> None:
        self.assessment = assessment
        self.library = library
        self.rank = rank
        self.findings: dict[str, dict[str, Finding]] = {}
        self._answers: dict[str, Mapping[str, Answer]] = {}
        self._read: dict[tuple[str, str], Reading] = {}
        self._cases: dict[str, Case] = {}

    def case(self, subject: str) -> Case:
        """Return the reader for one country, agency, system or prospective system."""
        found = self._cases.get(subject)
        if found is None:
            agency = ANY_AGENCY if subject.startswith(PROSPECTIVE) else subject.partition("/")[0]
            narrow = {} if subject == COUNTRY else {"agency": agency, "system": subject}
            found = self._cases[subject] = Case(self, {"country": COUNTRY, **narrow})
        return found

    def reading(self, ref: str, subject: str) -> Reading:
        """Return what is known of a ref for a subject."""
        key = (ref, subject)
        found = self._read.get(key)
        if found is None:
            drawn = self.findings.get(subject, {}).get(ref)
            if drawn is not None:
                found = Reading(subject, drawn.value, drawn.members, drawn.asks, drawn.possible, drawn.member_asks)
            else:
                question = self.library.questions.get(ref)
                found = self._answer(question, subject) if question else Reading(subject, None)
            self._read[key] = found
        return found

    def add(self, subject: str, finding: Finding) -> None:
        """Remember a finding that was drawn."""
        self.findings.setdefault(subject, {})[finding.ref] = finding
        self._read.pop((finding.ref, subject), None)

    def _answer(self, question: Question, subject: str) -> Reading:
        if subject.startswith(PROSPECTIVE) or subject == ANY_AGENCY:
            known = subject.removeprefix(PROSPECTIVE) if question.ref == "system.use" else None
            return Reading(subject, known)
        answers = self._answers.get(subject)
        if answers is None:
            answers = self._answers[subject] = answers_of(self.assessment, subject)
        answer = answers.get(question.ref)
        own: Asks = ((question.ref, subject),)
        asks = own if answer is None else ()
        if question.relevant is not None:
            relevance = evaluate(question.relevant, self.case(subject).read, self.rank)
            if relevance.truth is Truth.OUT:
                return Reading(subject, NOT_APPLICABLE)
            if relevance.truth is Truth.OPEN and (answer is None or answer.value != NOT_APPLICABLE):
                return Reading(subject, None, None, tuple(dict.fromkeys((*relevance.asks, *asks))))
        if answer is None or answer.value == WITHHELD:
            return Reading(subject, None, None, asks)
        return Reading(subject, answer.value, answer.members, own)


class Case:
    """Reads refs for one case: which subject each of country, agency and system stands for."""

    __slots__ = ("_readings", "_subjects")

    def __init__(self, readings: Readings, subjects: Mapping[str, str]) -> None:
        self._readings = readings
        self._subjects = subjects

    def read(self, ref: str) -> Reading:
        """Return what is known of a ref in this case."""
        return self._readings.reading(ref, self._subjects[ref[: ref.index(".")]])
