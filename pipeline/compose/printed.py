"""Which answers and findings the documents print or lay out by, whatever clauses stand in them."""

from __future__ import annotations

from pipeline.compose.context import NAMED_ROLES
from pipeline.model.library import Library

NAMED = (
    "agency.kind", "agency.tier", "agency.ground", "agency.readiness", "agency.readiness_culture",
    "agency.readiness_people", "agency.readiness_process", "country.legal_form", "country.bound_by",
    "system.use", "system.high_risk", "system.lawfulness_risk", "system.harm_risk", "system.autonomy_risk",
    "system.fairness_risk", "system.governance_risk",
)  # fmt: skip
"""Read by name: the tables of agencies, readiness and risk, the brief, the legal form."""

FAMILIES = ("country.use_", "country.gap_", "agency.gap_")
"""Read by the beginning of their name: the table of uses, and the gaps."""


def printed_refs(library: Library) -> frozenset[str]:
    """Return the questions and findings of a library that the documents print or lay out by."""
    return frozenset((*NAMED, *NAMED_ROLES.values(), *(r for r in library.variables if r.startswith(FAMILIES))))
