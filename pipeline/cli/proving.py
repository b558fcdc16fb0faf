"""`prove`: what holds of the library for all answers and all dates."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.decisions import AS_OF, JSON, checked_date
from pipeline.model.problem import Exit


@click.command()
@click.argument("intake", required=False, type=click.Path(path_type=Path))
@AS_OF
@click.option("--all-dates", is_flag=True, help="Prove at every date on which a clause or a provision starts or ends.")
@click.option(
    "--witnesses", type=click.Path(path_type=Path), help="Write each defect's smallest intake below this folder."
)
@click.option("--budget", type=click.IntRange(1), default=None, help="Conflicts before the solver gives a claim up.")
@JSON
def prove(
    intake: Path | None, as_of: str, all_dates: bool, witnesses: Path | None, budget: int | None, json_: bool
) -> int:
    """Prove the clause library for all answers: no clause out of reach, no contradiction, nothing expected is missing.

    With INTAKE, a country folder, the library is proved together with the national clauses in it.
    """
    from pipeline.project import proving

    if as_of and all_dates:
        raise click.UsageError("--as-of and --all-dates cannot stand together")
    proved = proving.proved(intake, checked_date(as_of), all_dates, lambda line: click.echo(line, err=True), budget)
    if json_:
        printing.as_json(proving.record(proved))
    else:
        printing.lines(proving.report(proved))
    if witnesses is not None:
        for folder in proving.write_witnesses(proved, witnesses):
            click.echo(f"wrote {folder}", err=True)
    return int(Exit.FINE if proved.holds else Exit.DOES_NOT_HOLD)
