"""All ways in which the blanks of an assessment may still be filled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from generated import HERE

from pipeline.model.assessment import COUNTRY, Answer, Answers, Assessment, answers_of
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, WITHHELD, Question


class Blank(NamedTuple):
    """A question without an answer, or a set known in part, with every answer that it may get."""

    subject: str
    ref: str
    answers: tuple[Answer, ...]


def subjects(assessment: Assessment) -> Iterator[tuple[str, str]]:
    """Yield the country, each agency and each system, with what kind of subject it is."""
    yield COUNTRY, "country"
    for agency in assessment.agencies:
        yield agency.slug, "agency"
        for system in agency.systems:
            yield system.key, "system"


def blanks(assessment: Assessment, library: Library) -> list[Blank]:
    """Return what may still be answered: all that is blank, even where the question does not arise."""
    found: list[Blank] = []
    for subject, kind in subjects(assessment):
        given = answers_of(assessment, subject)
        for ref, question in library.questions.items():
            if not ref.startswith(f"{kind}."):
                continue
            answers = tuple(_answers(question, given.get(ref)))
            if answers:
                found.append(Blank(subject, ref, answers))
    return found


def _answers(question: Question, given: Answer | None) -> Iterator[Answer]:
    codes = question.scale.codes() if question.scale else ()
    if question.type == "set" and (given is None or given.members is not None):
        known = given.members if given and given.members else {}
        open_ = [c for c in codes if c not in known]
        if open_:
            for states in product((True, False), repeat=len(open_)):
                yield Answer(None, {**known, **dict(zip(open_, states, strict=True))}, HERE)
    if given is not None:
        return
    if question.type == "number":
        codes = ("9", "10", "100")
    if question.type not in ("set", "text"):
        yield from (Answer(code, None, HERE) for code in codes)
    if question.type != "text":
        yield from (Answer(code, None, HERE) for code in (NOT_APPLICABLE, WITHHELD))


def completed(assessment: Assessment, filled: Iterable[tuple[str, str, Answer]]) -> Assessment:
    """Return an assessment with answers added: subject, ref and answer each."""
    by_subject: dict[str, dict[str, Answer]] = {}
    for subject, ref, answer in filled:
        by_subject.setdefault(subject, {})[ref] = answer

    def more(subject: str, answers: Answers) -> Mapping[str, Answer]:
        return {**answers, **by_subject.get(subject, {})}

    agencies = tuple(
        replace(
            a, answers=more(a.slug, a.answers),
            systems=tuple(replace(s, answers=more(s.key, s.answers)) for s in a.systems),
        )
        for a in assessment.agencies
    )  # fmt: skip
    return replace(assessment, answers=more(COUNTRY, assessment.answers), agencies=agencies)


def completions(assessment: Assessment, found: list[Blank]) -> Iterator[Assessment]:
    """Yield every assessment in which all blanks are filled."""
    for answers in product(*(b.answers for b in found)):
        yield completed(assessment, ((b.subject, b.ref, a) for b, a in zip(found, answers, strict=True)))
