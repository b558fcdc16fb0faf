"""Declared facts held against an assessment: answers that cannot be true together are queried, never corrected."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.assess.readings import Readings
from pipeline.condition.evaluation import evaluate
from pipeline.model.assessment import COUNTRY, Assessment, answers_of
from pipeline.model.condition import Leaf, Truth
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem

CODE = "INTAKE-098"


def queries(assessment: Assessment, library: Library, readings: Readings) -> Iterator[Problem]:
    """Yield a warning for each declared fact that the answers of a subject contradict.

    Args:
        assessment: For the subjects, and where each answer was given.
        library: For the facts.
        readings: What `assess` returned, since facts may read findings.
    """
    subjects = {
        "country": [COUNTRY],
        "agency": [a.slug for a in assessment.agencies],
        "system": [s.key for a in assessment.agencies for s in a.systems],
    }
    for fact in library.facts:
        for subject in subjects[fact.subject]:
            outcome = evaluate(fact.never, readings.case(subject).read, readings.rank)
            if outcome.truth is Truth.IN:
                said = " and ".join(f"`{leaf.test.text}`" for leaf in outcome.because)
                message = f"{said} cannot be true together: {fact.reason}"
                fix = f"find out which is right and correct the other ({fact.owner} keeps this rule)"
                yield Problem(CODE, _place(assessment, outcome.because), message, fix, fact.id, warning=True)


def _place(assessment: Assessment, because: tuple[Leaf, ...]) -> Place:
    """Return where the narrowest of the answers was given; the country's file where only findings were read."""
    for leaf in sorted(because, key=lambda x: -x.subject.count("/") - (x.subject != COUNTRY)):
        answer = answers_of(assessment, leaf.subject).get(leaf.test.ref)
        if answer is not None:
            return answer.place
    return Place("country.yaml")
