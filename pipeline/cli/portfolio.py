"""`portfolio`: what stands in whole stores, and what needs attention."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.decisions import AS_OF, checked_date
from pipeline.cli.ending import told
from pipeline.cli.progress import shown_progress
from pipeline.model.problem import Exit, Refused
from pipeline.project import overview
from pipeline.project import portfolio as portfolios

FILES = {".xlsx": overview.workbook, ".html": overview.page}


@click.command()
@click.option(
    "--out", "stores", multiple=True, type=click.Path(path_type=Path), help="A store; `output` by default; may repeat."
)
@AS_OF
@click.option(
    "--sort", "order", type=click.Choice(["country", "due"]), default="country", show_default=True,
    help="By country, or what needs attention first.",
)  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write it as XLSX or HTML, by the file's ending.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def portfolio(stores: tuple[Path, ...], as_of: str, order: str, output: Path | None, as_json: bool) -> int:
    """Show each country's documents: stage, open points, approval, next change of law, and new versions called for.

    Nothing is composed or written but the file named with -o.
    """
    if output is not None:
        if output.suffix.lower() not in FILES:
            raise click.BadParameter(f"{output}: name a file that ends in .xlsx or .html", param_hint="-o")
        if output.exists() or output.is_symlink():
            raise Refused(f"{output}: exists already; choose another name with -o")
    with shown_progress() as progress:
        found = portfolios.portfolio(stores or (Path("output"),), checked_date(as_of), progress)
    if order == "due":
        found = replace(found, rows=portfolios.due(found.rows))
    if output is not None:
        from pipeline.project.files import write_file

        write_file(output, FILES[output.suffix.lower()](found))
        click.echo(str(output))
    if as_json:
        printing.as_json([overview.plain(r) for r in found.rows])
    elif output is None:
        printing.table("", overview.COLUMNS, overview.lines(found), overview.WHOLE)
        printing.lines([(0, overview.summed(found))])
    if found.problems:
        told(found.problems)
        return Exit.DOES_NOT_HOLD
    return Exit.FINE
