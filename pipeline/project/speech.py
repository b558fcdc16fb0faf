"""The languages that a library speaks."""

from __future__ import annotations

from pipeline.model.problem import Faulty, Place, Problem
from pipeline.project.country import Country


def speaks(country: Country, langs: tuple[str, ...]) -> None:
    """Refuse languages in which the library has no texts.

    Raises:
        Faulty: It has none in one of them, or in one of the country's where none is named.
    """
    known = {lang for states in country.library.clauses.values() for c in states for lang in c.texts}
    for lang in langs or country.assessment.languages:
        if lang not in known:
            fix = f"use one of: {', '.join(sorted(known))}"
            problem = Problem(
                "INTAKE-095",
                Place("--lang" if langs else "country.yaml"),
                f"the library has no texts in '{lang}'",
                fix,
                "languages",
            )
            raise Faulty([problem])
