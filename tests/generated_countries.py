"""Countries out of luck for a library: agencies, systems and answers, each known in part."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from generated import DATES, HERE

from pipeline.model.assessment import COUNTRY, Agency, Answer, Assessment, Decision, LegalForm, System
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, WITHHELD, Question

AS_OF = (*DATES, "2024-06-01", "2025-03-01", "2026-11-01")
"""Dates of the law: on the days on which states begin, and between them."""


def assessment(
    random: Random, library: Library, *, completeness: float = 0.6, agencies: int = 3, systems: int = 3,
    withheld: float = 0.08, not_applicable: float = 0.12,
) -> Assessment:  # fmt: skip
    """Return a country with answers to some questions.

    Args:
        random: Where all luck comes from.
        library: Whose questions are answered.
        completeness: The share of the questions that are answered.
        agencies: The most agencies.
        systems: The most systems that an agency has.
        withheld: The share of answers that are withheld.
        not_applicable: The share of answers that are `not_applicable`.
    """

    def answers(subject: str) -> dict[str, Answer]:
        asked = (q for ref, q in library.questions.items() if ref.startswith(f"{subject}."))
        return dict(_answers(random, asked, completeness, withheld, not_applicable))

    made: list[Agency] = []
    for slug in (f"a{i}" for i in range(random.randint(0, agencies))):
        keys = [f"{slug}/s{i}" for i in range(random.randint(0, systems))]
        made.append(Agency(slug, slug, answers("agency"), tuple(System(k, k, answers("system")) for k in keys)))
    packs = random.choice((("base",), ("north",), ("south",), ("north", "south"), ("south", "base"), ()))
    left = random.sample(sorted(library.clauses), random.choice((0, 0, 0, 1)))
    decisions = tuple(Decision("leave_out", i, "", "minister", "2025-01-01", "It was decided.", HERE) for i in left)
    return Assessment(
        "Example", "Example", "Ministry", True, "", packs, "", ("en",), LegalForm("decimal", "standard", ""), {},
        answers(COUNTRY), tuple(made), decisions, {}, {},
    )  # fmt: skip


def _answers(
    random: Random, asked: Iterable[Question], completeness: float, withheld: float, not_applicable: float
) -> Iterable[tuple[str, Answer]]:
    for question in asked:
        if random.random() >= completeness:
            continue
        luck = random.random()
        if luck < withheld:
            yield question.ref, Answer(WITHHELD, None, HERE)
        elif luck < withheld + not_applicable:
            yield question.ref, Answer(NOT_APPLICABLE, None, HERE)
        elif question.type == "set" and question.scale is not None:
            known = [c for c in question.scale.codes() if random.random() < 0.7]
            if known:
                yield question.ref, Answer(None, {c: random.random() < 0.4 for c in known}, HERE)
        elif question.scale is not None:
            yield question.ref, Answer(random.choice(question.scale.codes()), None, HERE)
        else:
            yield question.ref, Answer(random.choice(("9", "10", "100")), None, HERE)
