"""Statements that cannot stand together: dates without membership, systems against the country's position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.intake import codes
from pipeline.model.assessment import Agency, Answers
from pipeline.model.problem import Place, Problem

RUNNING = ("deployment", "operation_and_monitoring", "continuous_validation", "re_evaluation")
"""Stages at which a system is at work on real cases."""

AT_REST = {
    "planned": "planned",
    "regulated": "not in use",
    "prohibited": "to be prohibited",
    "out_of_scope": "out of scope",
}
"""Positions of a country on a use that a running system calls in doubt, in words."""


def together(
    country: Answers, agencies: Iterable[Agency], since: Mapping[str, str], places: Mapping[str, Place]
) -> list[Problem]:
    """Report what cannot both hold.

    Args:
        country: Answers about the country.
        agencies: Its agencies with their systems.
        since: Dates of memberships and treaties by ref.
        places: Where these dates stand.
    """
    problems: list[Problem] = []
    for ref in since:
        answer = country.get(ref)
        if answer is not None and answer.value == "no":
            message = f"{ref} is answered no at {answer.place}, yet it has a date"
            fix = "remove the date or correct the answer"
            problems.append(Problem(codes.TOGETHER, places[ref], message, fix, f"since.{ref.partition('.')[2]}"))
    for agency in agencies:
        for system in agency.systems:
            problems += _position(system.name, system.answers, country)
    return problems


def _position(name: str, answers: Answers, country: Answers) -> list[Problem]:
    use, stage = answers.get("system.use"), answers.get("system.stage")
    if use is None or stage is None or stage.value not in RUNNING:
        return []
    position = country.get(f"country.use_{use.value}")
    if position is None or position.value not in AT_REST:
        return []
    stance = AT_REST[position.value]
    message = f"'{name}' is at work, but the country's position on this use is '{stance}' ({position.place})"
    fix = "correct the stage, or the position; if both are right, the draft says what is to change"
    return [Problem(codes.TOGETHER, use.place, message, fix, "answers.use", warning=True)]
