"""What `assess`, `select` and `draft` tell a person, as rows of words: findings, clauses, and what to ask next."""

from __future__ import annotations

from pathlib import Path

from pipeline.condition.grammar import titled, topic
from pipeline.model.assessment import COUNTRY
from pipeline.model.problem import Problem
from pipeline.model.question import NOT_APPLICABLE
from pipeline.project.country import Country
from pipeline.project.otherwise import settled
from pipeline.project.why import context
from pipeline.select.reasons import title_of, value_label
from pipeline.store.verify import verify

AREAS = ("culture", "people", "process")
CORES = ("lawfulness", "harm", "autonomy", "fairness", "governance")

Rows = list[list[str]]


def label(country: Country, subject: str, ref: str) -> str:
    """Return a finding's level in words; `not assessed` where answers are missing, a range where some are."""
    finding = country.findings.get(subject, ref)
    if finding is None or (finding.value is None and not finding.possible):
        return "not assessed"
    if finding.value is not None:
        return value_label(country.library, ref, finding.value)
    scale = country.library.variables[ref].scale
    if NOT_APPLICABLE in finding.possible or (scale is not None and len(finding.possible) == len(scale.values)):
        return "not assessed"
    lowest, highest = (value_label(country.library, ref, v) for v in (finding.possible[0], finding.possible[-1]))
    return f"{lowest} to {highest}"


def readiness(country: Country) -> Rows:
    """Return each agency with its readiness by area."""
    return [
        [a.name, *(label(country, a.slug, f"agency.readiness_{area}") for area in AREAS)]
        for a in country.assessment.agencies
    ]


def risks(country: Country) -> Rows:
    """Return each system with its risk by core principle."""
    systems = [s for a in country.assessment.agencies for s in a.systems]
    return [[s.name, *(label(country, s.key, f"system.{core}_risk") for core in CORES)] for s in systems]


def gaps(country: Country) -> Rows:
    """Return the areas with a gap, or in which none can be told yet."""
    words = {"yes": "found", None: "not assessed"}
    return [
        [topic(rule, "en").capitalize(), words[value]]
        for rule in country.library.rules
        if rule.ref.startswith("country.gap_") and (value := country.findings.value(COUNTRY, rule.ref)) in words
    ]


def questions(country: Country, most: int) -> list[tuple[str, str, int, str]]:
    """Return the questions worth asking next: words, whom they are about, clauses they help to settle, and id."""
    names = context(country, "guidelines")
    return [
        (
            titled(country.library.variables[ref], "en"),
            country.assessment.name if subject == COUNTRY else names.system_name(subject),
            len(clauses),
            ref.partition(".")[2],
        )
        for (ref, subject), clauses in country.selection.ask_next
        if ref in country.library.variables
    ][:most]


def clauses(country: Country, explain: bool, all_: bool) -> Rows:
    """Return each clause with title, status, strengths and, where asked for, its reason; the ones out if asked."""
    known = settled(country, country.selection.decisions) if explain else {}
    return [
        [
            d.clause, title_of(country.library, d.clause), d.status,
            "/".join(s for s, _ in d.strengths if s) or "–",
            *([f"{d.reason} {known.get(d.clause, '')}".strip()] if explain else []),
        ]
        for d in country.selection.decisions.values()
        if all_ or explain or d.status != "out"
    ]  # fmt: skip


def counts(country: Country) -> str:
    """Return how many clauses are in, open and out, and at which date."""
    decisions = country.selection.decisions.values()
    counted = {s: sum(1 for d in decisions if d.status == s) for s in ("in", "open", "out")}
    return f"{counted['in']} in, {counted['open']} open, {counted['out']} out, as the law stood on {country.as_of}"


def verified(path: Path) -> list[Problem]:
    """Return what is not as it was written in a version or a whole output folder."""
    return verify(path)
