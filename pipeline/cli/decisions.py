"""`assess`, `select`, `why`: what follows from the answers, and why."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.project import report
from pipeline.project.country import Country, decided
from pipeline.project.drafting import store_name
from pipeline.project.printed_numbers import printed_numbers
from pipeline.project.records import findings_record, selection_record
from pipeline.project.why import DOCUMENTS
from pipeline.project.why import why as explain

FOLDER = click.argument("intake", type=click.Path(path_type=Path))
AS_OF = click.option("--as-of", default="", metavar="DATE", help="The law's date, such as 2026-11-01.")
JSON = click.option("--json", "json_", is_flag=True, help="Print JSON for a program.")
MOST_ASKED = 10
MOST_SYSTEMS = 40


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


def _readiness(country: Country) -> None:
    title = "Readiness by area (illustrative scale; the weakest practice counts)"
    printing.table(title, ["Agency", "Culture", "People", "Process"], report.readiness(country))


def _risks(country: Country) -> None:
    rows = report.risks(country)
    if not rows:
        click.echo(
            "No AI system has been assessed; safeguards stand for the uses that the country plans or regulates.\n"
        )
        return
    heads = ["System", "Lawfulness", "Harm", "Autonomy", "Fairness", "Governance"]
    printing.table("Risk by system and core principle (illustrative scale)", heads, rows[:MOST_SYSTEMS])
    if len(rows) > MOST_SYSTEMS:
        click.echo(f"… and {len(rows) - MOST_SYSTEMS} more systems; see --json\n")


def _gaps(country: Country) -> None:
    rows = report.gaps(country)
    if rows:
        printing.table("Gaps", ["Area", "Finding"], rows)


def _ask(country: Country) -> None:
    rows = [[question, who, str(count)] for question, who, count, _ in report.questions(country, MOST_ASKED)]
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
    if json_:
        printing.as_json(selection_record(country.selection))
        return
    heads = ["Clause", "Title", "Status", "Strength", *(["Reason"] if explain else [])]
    printing.table("", heads, report.clauses(country, explain, all_))
    click.echo(report.counts(country))


@click.command()
@FOLDER
@click.argument("clause")
@AS_OF
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("output"), show_default=True,
    help="Where versions are kept; a number is looked for in the newest one first.",
)  # fmt: skip
def why(intake: Path, clause: str, as_of: str, out: Path) -> None:
    """Explain why a clause, or a number as printed, is in the draft or not."""
    country = decided(intake, checked_date(as_of))
    slug = store_name(intake.resolve().name)
    printed = printed_numbers(out, slug, country.assessment.name, DOCUMENTS)
    printing.lines((line.depth, line.text) for line in explain(country, clause, printed))
