"""`assess`, `select`, `why`: what follows from the answers, and why."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.condition.grammar import titled
from pipeline.model.assessment import COUNTRY
from pipeline.project.country import Country, decided
from pipeline.project.records import findings_record, selection_record
from pipeline.project.why import context
from pipeline.project.why import why as explain
from pipeline.select.reasons import title_of, value_label

FOLDER = click.argument("intake", type=click.Path(path_type=Path))
AS_OF = click.option("--as-of", default="", metavar="DATE", help="The law's date, such as 2026-11-01.")
JSON = click.option("--json", "json_", is_flag=True, help="Print JSON for a program.")
MOST_ASKED = 10


@click.command()
@FOLDER
@AS_OF
@JSON
def assess(intake: Path, as_of: str, json_: bool) -> None:
    """Show the findings of a country folder, its gaps, and what to ask next."""
    country = decided(intake, checked_date(as_of))
    printing.warnings(country.warnings)
    if json_:
        printing.as_json(findings_record(country.findings))
        return
    _readiness(country)
    _risks(country)
    _gaps(country)
    _ask(country)


def checked_date(as_of: str) -> str:
    """Return a date given on the command line, or refuse it."""
    if not as_of:
        return ""
    import datetime

    try:
        return datetime.date.fromisoformat(as_of).isoformat()
    except ValueError:
        raise click.BadParameter(f"'{as_of[:40]}' is no date; write it as 2026-11-01", param_hint="--as-of") from None


def _label(country: Country, subject: str, ref: str) -> str:
    finding = country.findings.get(subject, ref)
    if finding is None or (finding.value is None and not finding.possible):
        return "not assessed"
    if finding.value is None:
        lowest, highest = (value_label(country.library, ref, v) for v in (finding.possible[0], finding.possible[-1]))
        return f"{lowest} to {highest}"
    return value_label(country.library, ref, finding.value)


def _readiness(country: Country) -> None:
    rows = [
        [a.name, *(_label(country, a.slug, f"agency.readiness_{area}") for area in ("culture", "people", "process"))]
        for a in country.assessment.agencies
    ]
    printing.table(
        "Readiness by area (illustrative scale; the weakest practice counts)",
        ["Agency", "Culture", "People", "Process"],
        rows,
    )


def _risks(country: Country) -> None:
    systems = [s for a in country.assessment.agencies for s in a.systems]
    if not systems:
        click.echo(
            "No AI system has been assessed; safeguards stand for the uses that the country plans or regulates.\n"
        )
        return
    cores = ("lawfulness", "harm", "autonomy", "fairness", "governance")
    rows = [[s.name, *(_label(country, s.key, f"system.{c}_risk") for c in cores)] for s in systems[:40]]
    printing.table(
        "Risk by system and core principle (illustrative scale)",
        ["System", "Lawfulness", "Harm", "Autonomy", "Fairness", "Governance"],
        rows,
    )
    if len(systems) > 40:
        click.echo(f"… and {len(systems) - 40} more systems; see --json\n")


def _gaps(country: Country) -> None:
    found = [r for r in country.library.rules if r.ref.startswith("country.gap_")]
    rows = [
        [titled(r, "en").rpartition(":")[2].strip().capitalize(), {"yes": "found", None: "not assessed"}[value]]
        for r in found
        if (value := country.findings.value(COUNTRY, r.ref)) in ("yes", None)
    ]
    if rows:
        printing.table("Gaps", ["Area", "Finding"], rows)


def _ask(country: Country) -> None:
    names = context(country, "guidelines")
    rows = [
        [
            titled(country.library.variables[ref], "en"),
            country.assessment.name if s == COUNTRY else names.system_name(s),
            str(len(clauses)),
        ]
        for (ref, s), clauses in country.selection.ask_next[:MOST_ASKED]
        if ref in country.library.variables
    ]
    if rows:
        printing.table("Answers that would settle most", ["Question", "For", "Clauses"], rows)


@click.command()
@FOLDER
@AS_OF
@JSON
@click.option("--explain", is_flag=True, help="Give the reason for every clause.")
@click.option("--all", "all_", is_flag=True, help="List the clauses that are out, too.")
def select(intake: Path, as_of: str, json_: bool, explain: bool, all_: bool) -> None:
    """Show which clauses are in, out or open, and at which strength."""
    country = decided(intake, checked_date(as_of))
    printing.warnings(country.warnings)
    decisions = country.selection.decisions.values()
    if json_:
        printing.as_json(selection_record(country.selection))
        return
    shown = [d for d in decisions if d.status != "out" or all_ or explain]
    rows = [
        [
            d.clause,
            title_of(country.library, d.clause),
            d.status,
            "/".join(s for s, _ in d.strengths if s) or "–",
            *([d.reason] if explain else []),
        ]
        for d in shown
    ]
    printing.table("", ["Clause", "Title", "Status", "Strength", *(["Reason"] if explain else [])], rows)
    counted = {s: sum(1 for d in decisions if d.status == s) for s in ("in", "open", "out")}
    click.echo(f"{counted['in']} in, {counted['open']} open, {counted['out']} out, as the law stood on {country.as_of}")


@click.command()
@FOLDER
@click.argument("clause")
@AS_OF
def why(intake: Path, clause: str, as_of: str) -> None:
    """Explain why a clause, or a number as printed, is in the draft or not."""
    country = decided(intake, checked_date(as_of))
    printing.lines((line.depth, line.text) for line in explain(country, clause))
